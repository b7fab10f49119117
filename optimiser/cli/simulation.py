"""``calibrate`` and ``simulate``: does the simulator tell the past, and what would a plan do."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.cli import values
from optimiser.cli.console import Exit, show, show_json, table
from optimiser.cli.plan import PLAN_HELP
from optimiser.units import clock, percent, percent_text

if TYPE_CHECKING:
    from optimiser.data.project import Project
    from optimiser.prepare.simulation import Ground
    from optimiser.simulate import Fleet
    from optimiser.studies.calibration import Calibration
    from optimiser.studies.what_if import WhatIf

_SHIFTS_HELP = "who is on duty: a run of shifts, rota, duty, or queue (duty, else rota, else queue)"


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add both commands."""
    calibrate = commands.add_parser(
        "calibrate", parents=[common], help="replay the project's own past and compare the response times"
    )
    simulate = commands.add_parser(
        "simulate", parents=[common], help="what a plan of sectors and shifts would do, call by call"
    )
    for parser in (calibrate, simulate):
        parser.add_argument("folder", type=Path, help="the project folder")
        parser.add_argument(
            "--sectors", default="current", metavar="PLAN", help=f"{PLAN_HELP} (the beats in use)"
        )
        parser.add_argument("--shifts", metavar="PLAN", help=_SHIFTS_HELP)
        parser.add_argument("--seed", type=values.whole(0, 2**31), default=0, help="of all draws (0)")
    calibrate.set_defaults(run=run_calibrate)
    simulate.add_argument("--beside", metavar="PLAN", help="a second plan of sectors, on the same calls")
    simulate.add_argument(
        "--policy", choices=("nearest", "crow", "random"), default="nearest", help="who is sent (nearest)"
    )
    simulate.add_argument("--weeks", type=values.whole(1, 520), default=4, help="weeks of a replication (4)")
    simulate.add_argument("--replications", type=values.whole(2, 1000), default=10, help="replications (10)")
    simulate.set_defaults(run=run_simulate)


def run_calibrate(a: argparse.Namespace) -> int:
    """Fit, judge, print and keep a calibration."""
    from optimiser.data.project import load
    from optimiser.prepare.simulation import ground_of
    from optimiser.studies.calibration import calibrate
    from optimiser.studies.calibration_file import write_calibration

    project = load(a.folder)
    ground = ground_of(project)
    fleet, said = _fleet(project, ground, a.sectors, a.shifts)
    found = calibrate(ground, fleet, seed=a.seed)
    kept = write_calibration(project.folder, found)
    if a.json:
        rows = [asdict(r) | {"worst_frac": r.worst_frac} for r in found.rows]
        show_json(
            {
                "file": str(kept),
                "calibrated": found.calibrated,
                "rows": rows,
                "no_free_frac": found.no_free_frac,
                "utilisation": found.utilisation,
                "limits": [said, *found.limits()],
            }
        )
        return Exit.DONE
    _show_calibration(found, said)
    show(f"\nKept in {kept}; simulate uses it.")
    return Exit.DONE


def _show_calibration(found: Calibration, said: str) -> None:
    from optimiser.simulate.lived import BLOCK_H

    show("Response of the odd weeks, recorded and simulated (fitted on the even weeks), m:ss")
    rows = [
        [
            str(r.grade),
            "all day" if r.block < 0 else f"{r.block * BLOCK_H:02d}-{(r.block + 1) * BLOCK_H:02d} h",
            f"{r.n:,}",
            clock(r.recorded_p50_s),
            clock(r.simulated_p50_s),
            clock(r.recorded_p90_s),
            clock(r.simulated_p90_s),
            percent_text(r.worst_frac),
        ]
        for r in found.rows
    ]
    header = ["grade", "time of day", "calls", "median", "simulated", "p90", "simulated", "larger error"]
    show(table(rows, header))
    show(
        f"\nIn the replay {percent_text(found.utilisation)} of time on duty goes to calls and "
        f"{percent_text(found.no_free_frac)} of calls find no free unit."
    )
    show("What may be asked of it, and what not:")
    for line in (said, *found.limits()):
        show(f"- {line}")


def run_simulate(a: argparse.Namespace) -> int:
    """Simulate one plan, or two on the same calls."""
    from optimiser.data.project import load
    from optimiser.prepare.simulation import ground_of
    from optimiser.simulate import crow, nearest, random_within
    from optimiser.studies.calibration_file import read_calibration
    from optimiser.studies.what_if import beside, what_if

    project = load(a.folder)
    ground = ground_of(project)
    calibration = read_calibration(project.folder)
    policy = {"nearest": nearest(), "crow": crow(), "random": random_within(900.0)}[a.policy]
    answers = {}
    for name in dict.fromkeys(n for n in (a.sectors, a.beside) if n):
        fleet, said = _fleet(project, ground, name, a.shifts)
        answers[name] = what_if(
            ground, fleet, calibration, policy, n_weeks=a.weeks, replications=a.replications, seed=a.seed
        )
    marks = _marks(calibration, said)
    differ = beside(answers[a.sectors], answers[a.beside], ground) if a.beside in answers else {}
    if a.json:
        plain = {
            name: {k: v for k, v in asdict(_bare(found)).items() if k != "outputs"}
            for name, found in answers.items()
        }
        changes = {str(g): {k: asdict(v) for k, v in d.items()} for g, d in differ.items()}
        show_json({"plans": plain, "difference": changes, "limits": marks})
        return Exit.DONE
    for name, found in answers.items():
        _show_plan(name, found)
    for grade, change in differ.items():
        moved = change["mean_s"]
        sure = "" if moved.differs else ", no more than chance"
        show(
            f"Grade {grade}: {a.sectors} answers {clock(abs(moved.mean))} {'later' if moved.mean > 0 else 'sooner'} on "
            f"average than {a.beside} ({clock(moved.low)} to {clock(moved.high)}){sure}."
        )
    for line in marks:
        show(f"- {line}")
    return Exit.DONE


def _bare(found: WhatIf) -> WhatIf:
    """Return a plan's figures without the replications, which hold arrays by the million."""
    from dataclasses import replace

    return replace(found, outputs=replace(found.outputs, replications=()))


def _marks(calibration: Calibration | None, said: str) -> list[str]:
    if calibration is None:
        return [
            said,
            "UNCALIBRATED: run calibrate first. Calls go at once, and ways take what the road table says.",
        ]
    return [said, *calibration.limits()]


def _show_plan(name: str, found: WhatIf) -> None:
    show(f"{name}, {found.outputs.policy}: response from the call to the first unit, m:ss")
    rows = [
        [
            str(r.grade),
            round(r.calls_a_week),
            ""
            if r.within_frac is None
            else f"{percent(r.within_frac.mean):.1f} ± {percent(r.within_frac.half):.1f}",
            f"{clock(r.median_s.mean)} ± {clock(r.median_s.half)}",
            f"{clock(r.p90_s.mean)} ± {clock(r.p90_s.half)}",
            clock(r.full_p90_s.mean) if r.full_p90_s.mean < 1e7 else "never",
            percent_text(r.waited_frac.mean),
            percent_text(r.no_free_frac.mean),
            "yes" if r.calibrated else "UNCALIBRATED",
        ]
        for r in found.rows
    ]
    header = [
        "grade",
        "calls a week",
        "within target %",
        "median",
        "p90",
        "all units p90",
        "waited",
        "none free",
    ]
    show(table(rows, [*header, "calibrated"]))
    show(
        f"On calls {percent_text(found.utilisation.mean)} of time on duty, "
        f"{percent_text(found.busiest_utilisation)} in the busiest hour of the week; {found.block_h.mean:,.0f} "
        "unit-hours a week in quiet blocks of half an hour and more; "
        f"{found.overtime_h:,.1f} of overtime."
    )
    if found.own_frac is not None:
        show(f"{percent_text(found.own_frac.mean)} of call time is taken by the sector's own units.")
    show("")


def _fleet(project: Project, ground: Ground, sectors: str, shifts: str | None) -> tuple[Fleet, str]:
    """Return the units on duty under the plans named, and in words where they come from."""
    from optimiser.cli.plans import assignment_of
    from optimiser.data.canonical import CURRENT_PLAN
    from optimiser.errors import InputError
    from optimiser.prepare import simulation_fleet as fleets

    sector_of: Mapping[str, str]
    if sectors == CURRENT_PLAN and sectors not in project.plans:
        sector_of = dict.fromkeys(ground.zone_ids, "all")  # no beats in use: units stand where work is
    else:
        sector_of = assignment_of(project, sectors)
    _, zone_sector = fleets.sectors_of(ground, sector_of)
    if shifts in (None, "duty"):
        on_duty = fleets.from_duty(project, ground, sector_of) if shifts == "duty" else None
        if on_duty is not None:
            return on_duty, "On duty is who the duty table says, tour by tour."
        if shifts == "duty":
            raise InputError(
                "The project has no duty table with patrol units. Import one, or name a run of shifts."
            )
    if shifts not in (None, "queue", "rota"):
        counts, slot_s = _of_run(project, str(shifts))
        return fleets.shared_out(ground, zone_sector, counts, slot_s), f"On duty is what run {shifts} staffs."
    rota = fleets.of_rota(project) if shifts in (None, "rota") else None
    if rota is not None:
        return fleets.shared_out(
            ground, zone_sector, *rota
        ), "On duty is what rota.csv staffs, nobody absent."
    if shifts == "rota":
        raise InputError("The project has no rota. Run rota import first.")
    said = (
        "Who was on duty is not known: as many units by hour as leave at most 2 % of the recorded calls without a free "
        "one. Shares without a free unit and utilisation are uncalibrated."
    )
    return fleets.asked_by_replay(ground, zone_sector), said


def _of_run(project: Project, name: str) -> tuple[Any, float]:
    """Officers on duty by slot in the plan of a run of shifts."""
    import numpy as np

    from optimiser.batch.runner import store_of
    from optimiser.errors import InputError
    from optimiser.problems.shifts.rules import on_duty

    run = store_of(project.folder).run(name)
    plan = run.result().plan
    if run.request["family"] != "shifts" or plan is None:
        raise InputError(f"Run {name} has no plan of shifts.")
    problem = run.problem()
    return np.round(on_duty(problem, plan)).astype(np.int64), float(problem.slot_s)

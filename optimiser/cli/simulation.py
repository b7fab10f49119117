"""``calibrate`` and ``simulate``: does the simulator tell the past, and what would a plan do."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimiser.cli import values
from optimiser.cli.console import Exit, show, show_json, table
from optimiser.cli.plan import PLAN_HELP
from optimiser.units import clock, percent_text

if TYPE_CHECKING:
    from optimiser.data.project import Project
    from optimiser.prepare.simulation import Ground
    from optimiser.simulate import Fleet, Interval, Rules
    from optimiser.studies.calibration import Calibration
    from optimiser.studies.what_if import WhatIf
    from optimiser.studies.what_if_detail import Detail

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
        "--policy",
        default="nearest",
        metavar="NAMES",
        help="who is sent: random, crow, nearest, leigh, veto, priced, one, joint, relocate; several with commas, or "
        "all, on the same calls, each beside the first (nearest)",
    )
    simulate.add_argument(
        "--turn-round",
        action="store_true",
        help="units on their way may be turned round for a more urgent call",
    )
    simulate.add_argument(
        "--take-over",
        action="store_true",
        help="a unit that comes free takes over a call from one on its way, where it is there a minute sooner",
    )
    simulate.add_argument(
        "--interrupt",
        action="store_true",
        help="the most urgent grade takes units off the scene of the least urgent ones where none is free",
    )
    simulate.add_argument(
        "--by", choices=("area", "hour"), help="also the slowest areas, or hours of the week"
    )
    simulate.add_argument(
        "--bound",
        action="store_true",
        help="also what even a dispatcher who knew every call could not prevent",
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
    """Simulate one plan, or two, under one policy or several, on the same calls."""
    from optimiser.cli.simulation_show import show_difference, show_parts, show_plan
    from optimiser.data.project import load
    from optimiser.prepare.simulation import ground_of
    from optimiser.studies.calibration_file import read_calibration
    from optimiser.studies.what_if import beside

    asked = _asked(a.policy)
    project = load(a.folder)
    ground = ground_of(project)
    calibration = read_calibration(project.folder)
    runs, said = _runs(a, project, ground, calibration, asked)
    marks = [*_marks(calibration, said), *(f"{label}: {run.words}." for label, run in runs.items())]
    first, *others = runs
    differ = {label: beside(runs[first].found, runs[label].found, ground) for label in others}
    bound = _bound(a, ground, calibration, runs[first]) if a.bound else None
    if a.json:
        show_json(_as_json(runs, differ, marks, bound, by=a.by))
        return Exit.DONE
    for label, run in runs.items():
        show_plan(label, run.found, run.detail)
        if a.by:
            show_parts(run.detail.by_area if a.by == "area" else run.detail.by_hour, a.by)
    for label, changes in differ.items():
        show_difference(first, label, changes)
    if bound is not None:
        show(bound)
    for line in marks:
        show(f"- {line}")
    return Exit.DONE


@dataclass(frozen=True)
class _Run:
    found: WhatIf
    detail: Detail
    fleet: Fleet
    rules: Rules
    words: str


def _asked(names: str) -> tuple[str, ...]:
    """Return the policies named, in order."""
    from optimiser.errors import InputError
    from optimiser.prepare.simulation_policy import WORDS

    asked = tuple(WORDS) if names == "all" else tuple(n.strip() for n in names.split(",") if n.strip())
    unknown = [n for n in asked if n not in WORDS]
    if unknown or not asked:
        raise InputError(
            f"--policy {names}: there is no policy {unknown[0] if unknown else names!r}; there are {', '.join(WORDS)}, "
            "several with commas between them, or all."
        )
    return asked


def _runs(
    a: argparse.Namespace,
    project: Project,
    ground: Ground,
    calibration: Calibration | None,
    asked: tuple[str, ...],
) -> tuple[dict[str, _Run], str]:
    """Return every run by its label, and in words who is on duty."""
    from optimiser.prepare.simulation_policy import cover_of, manner
    from optimiser.simulate import Watch
    from optimiser.studies.calibration import rules_of
    from optimiser.studies.what_if import what_if
    from optimiser.studies.what_if_detail import detail_of

    habits = None if calibration is None else calibration.habits
    reach = cover_of(ground, habits).reach
    watch = Watch(reach=reach, level=np.ones(len(reach), dtype=np.int64))
    plans = list(dict.fromkeys(n for n in (a.sectors, a.beside) if n))
    runs, said = {}, ""
    for plan in plans:
        fleet, who = _fleet(project, ground, plan, a.shifts)
        said = said or who
        for name in asked:
            way = manner(
                name,
                ground,
                fleet,
                rules_of(ground, habits),
                habits,
                turns=a.turn_round,
                takes_over=a.take_over,
                interrupts=a.interrupt,
            )
            found = what_if(
                ground,
                fleet,
                calibration,
                way.policy,
                n_weeks=a.weeks,
                replications=a.replications,
                seed=a.seed,
                rules=way.rules,
                watch=watch,
            )
            label = plan if len(asked) == 1 else (name if len(plans) == 1 else f"{plan}, {name}")
            detail = detail_of(ground, found.outputs, float(a.weeks))
            runs[label] = _Run(found, detail, fleet, way.rules, f"{way.policy.name}: {way.words}")
    return runs, said


def _bound(a: argparse.Namespace, ground: Ground, calibration: Calibration | None, run: _Run) -> str:
    """Say what even a dispatcher who knew all calls beforehand could not prevent."""
    from optimiser.simulate import WEEK_S, clairvoyant
    from optimiser.studies.what_if import WARM_S, drawn

    horizon_s = a.weeks * WEEK_S + WARM_S
    least = clairvoyant(
        drawn(ground, calibration, horizon_s, a.seed),
        run.fleet,
        ground.travel,
        run.rules,
        replications=a.replications,
        seed=a.seed,
        horizon_s=horizon_s,
        warm_s=WARM_S,
    )
    late, far = float(least.late_frac.mean()), float(least.too_far_frac.mean())
    return bound_words(late, far, ground.grades[0])


def bound_words(late_frac: float, too_far_frac: float, grade: int) -> str:
    """Say what the clairvoyant bound limits, and where it limits nothing, why."""
    if late_frac == 0.0:
        return (
            f"Bound: none of grade {grade} need be late where every call is known beforehand: a unit may stand "
            "wherever is best, and never do more calls overlap than units are on duty. The bound counts ways and "
            "overlaps alone; here it limits nothing, and does not tell how near a policy is to the best there can be."
        )
    return (
        f"Bound: {percent_text(late_frac)} of grade {grade} are late even where every call is known beforehand and a "
        f"unit may stand wherever is best ({percent_text(too_far_frac)} by their delay and the shortest way alone, the "
        "rest because too many overlap); no policy with these units has fewer."
    )


def _as_json(
    runs: Mapping[str, _Run],
    differ: Mapping[str, Mapping[int, Mapping[str, Interval]]],
    marks: list[str],
    bound: str | None,
    *,
    by: str | None,
) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for label, run in runs.items():
        plain[label] = {k: v for k, v in asdict(_bare(run.found)).items() if k != "outputs"}
        detail = asdict(run.detail) | {"short_area_frac": run.detail.short_area_frac.tolist()}
        kept = {"area": "by_area", "hour": "by_hour"}.get(by or "", "")
        plain[label] |= {k: v for k, v in detail.items() if not k.startswith("by_") or k == kept}
    changes = {
        label: {str(g): {k: asdict(v) for k, v in d.items()} for g, d in one.items()}
        for label, one in differ.items()
    }
    first = next(iter(changes.values()), {}) if len(changes) == 1 else changes
    return {"plans": plain, "difference": first, "limits": marks, "bound": bound}


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

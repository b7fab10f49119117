"""``requirement``: officers on duty for every interval of the week, and what asks for them."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.cli import values
from optimiser.cli.console import Exit, say, show, show_json, table
from optimiser.cli.options import choices_option
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from optimiser.prepare.requirement import Asked, RequirementSetup
    from optimiser.studies.acceptance import Mended

_COLUMNS = (
    "sector",
    "begins",
    "officers",
    "binds",
    "clause",
    "units_busy",
    "units_busy_peak",
    "call_share_pct",
    "hour_by_hour_officers",
    "supervisors",
    "supervisors_bind",
)


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    command = commands.add_parser(
        "requirement", parents=[common], help="officers on duty for every interval, and what asks for them"
    )
    command.add_argument("folder", type=Path, nargs="?", help="the project folder")
    command.add_argument("--choices", action="store_true", help="list every choice with its unit and default")
    choices_option(command, "a choice, as no_free_unit_pct=2 (repeatable)")
    command.add_argument(
        "--rules", type=Path, metavar="FILE", help="minimums, crews, spans and cars with their clauses"
    )
    command.add_argument(
        "--sectors", metavar="PLAN", help="also for each sector of this plan: current, districts, ..."
    )
    command.add_argument(
        "--check",
        type=values.whole(1, 100_000),
        metavar="WEEKS",
        help="accept it by simulating so many weeks, and raise what misses",
    )
    command.add_argument(
        "--plan", metavar="RUN", help="with --check: a run of shifts, to accept its officers on duty instead"
    )
    command.add_argument(
        "--prices", action="store_true", help="what each standard costs, tightened and loosened by a step"
    )
    command.add_argument(
        "--rounds", type=values.whole(0, 20), default=3, help="at most so many rounds of raising (3)"
    )
    command.add_argument(
        "--seed", type=values.whole(0, 2**31 - 1), default=1, help="seed of the simulated weeks (1)"
    )
    command.add_argument("--csv", type=Path, metavar="FILE", help="write every interval here")
    command.add_argument("--chart", type=Path, metavar="FILE", help="draw it here (.png, .pdf, .svg)")
    command.set_defaults(run=run_requirement)


def run_requirement(a: argparse.Namespace) -> int:
    """Say the requirement."""
    from optimiser.cli.ask import show_choices_of
    from optimiser.cli.plans import assignment_of
    from optimiser.data.project import load
    from optimiser.demand.requirement import RequirementParams
    from optimiser.errors import UsageError
    from optimiser.prepare.requirement import RequirementSetup, duty_rules, project_requirement

    if a.choices:
        return show_choices_of((RequirementParams, RequirementSetup), as_json=a.json)
    if a.folder is None:
        raise UsageError("Name the project folder: optimiser requirement FOLDER.")
    params, setup = _chosen(a.set)
    project = load(a.folder)
    if a.plan:
        return _accept_plan(project, params, setup, a)
    sector_of = assignment_of(project, a.sectors) if a.sectors else None
    rules = duty_rules(project, a.rules, sorted(set(sector_of.values())) if sector_of else ())
    asked = project_requirement(project, params, setup, rules=rules, sector_of=sector_of)
    by_formula, mended = (
        asked[""],
        None,
    )  # prices are differences of formulas: what a simulation raised is not in them
    if a.check:
        mended, asked[""] = _checked(asked[""], setup, a)
    if a.csv:
        _write(a.csv, asked)
    if a.chart:
        from optimiser.report.chart_requirement import save_requirement

        save_requirement(a.chart, asked[""].need, asked[""].by_slot, place=project.settings.name)
    if a.json:
        whole = {name or "all": _as_json(part, setup) for name, part in asked.items()}
        show_json(whole | _checked_json(mended) | (_prices_json(by_formula, setup) if a.prices else {}))
        return Exit.DONE
    _tell(asked, setup, mended)
    if a.prices:
        _tell_prices(by_formula, setup)
    return Exit.DONE


def _checked(asked: Asked, setup: RequirementSetup, a: argparse.Namespace) -> tuple[Mended, Asked]:
    """Simulate weeks of what the service standards ask for, raise what misses, and hold the split on that."""
    from dataclasses import replace

    from optimiser.demand.requirement import hold_split
    from optimiser.studies.acceptance import mend, raised

    mended = mend(asked.mix, asked.by_slot, asked.params, rounds=a.rounds, weeks=a.check, seed=a.seed)
    by_slot = raised(asked.by_slot, mended)
    need = by_slot
    if setup.hold_split:
        admin_s = asked.mix.week_calls * setup.admin_per_call_s
        need = hold_split(by_slot, setup.targets(), admin_s, asked.params, asked.rules, asked.name)
    return mended, replace(asked, by_slot=by_slot, need=need)


def _accept_plan(project: Any, params: Any, setup: RequirementSetup, a: argparse.Namespace) -> int:
    """Simulate weeks of a shift plan's officers on duty."""
    from dataclasses import replace

    from optimiser.batch.runner import store_of
    from optimiser.errors import InputError, UsageError
    from optimiser.prepare.requirement import duty_rules, project_requirement
    from optimiser.problems.shifts.rules import on_duty
    from optimiser.report.words_requirement import accepted
    from optimiser.studies.acceptance import Mended, accept

    if not a.check:
        raise UsageError("--plan needs --check WEEKS: a plan is accepted by simulating it.")
    run = store_of(project.folder).run(a.plan)
    plan = run.result().plan
    if run.request["family"] != "shifts" or plan is None:
        raise InputError(f"Run {a.plan} has no plan of shifts; name a run of solve shifts.")
    problem = run.problem()
    setup = replace(setup, slot_s=problem.slot_s)
    asked = project_requirement(project, params, setup, rules=duty_rules(project, a.rules))[""]
    duty = on_duty(problem, plan).round().astype("int64")
    crew = asked.need.crew
    found = accept(asked.mix, duty, asked.params, setup.slot_s, crew=crew, weeks=a.check, seed=a.seed)
    result = Mended((found,), found)
    if a.json:
        show_json({"plan": a.plan, "officers": duty.tolist()} | _checked_json(result))
        return Exit.DONE
    show(f"{a.plan}: {float(duty.sum()) * setup.slot_s / SECONDS_PER_HOUR:,.0f} officer-hours a week.")
    for sentence in accepted(result):
        show(f"- {sentence}")
    return Exit.DONE


def _prices_json(asked: Asked, setup: RequirementSetup) -> dict[str, Any]:
    from dataclasses import asdict

    from optimiser.studies.requirement_prices import prices

    return {"prices": [asdict(p) for p in prices(asked, setup)]}


def _tell_prices(asked: Asked, setup: RequirementSetup) -> None:
    from optimiser.prepare.choices import public_name, to_planner
    from optimiser.studies.requirement_prices import prices

    rows = [
        [
            ", ".join(public_name(k) for k in p.change),
            ", ".join(f"{to_planner(k, v):g}" for k, v in p.before.items()),
            ", ".join(f"{to_planner(k, v):g}" for k, v in p.change.items()),
            p.officer_h,
            p.more_h,
            p.more_by_slot_h,
        ]
        for p in prices(asked, setup)
    ]
    show("")
    show(
        table(
            rows, ["choice", "now", "changed to", "officer-hours a week", "difference", "without the split"]
        )
    )


def _checked_json(mended: Mended | None) -> dict[str, Any]:
    if mended is None:
        return {}
    targets = [
        {
            "target": t.target,
            "limit": t.limit,
            "met_frac": t.met_frac,
            "surely_met_frac": t.surely_met_frac,
            "not_surely_missed_frac": t.not_surely_missed_frac,
            "overall": t.overall,
        }
        for t in mended.final.targets
    ]
    return {
        "checked": {
            "weeks": mended.final.weeks,
            "rounds": len(mended.rounds) - 1,
            "added_officer_intervals": mended.added,
            "met_before_frac": mended.rounds[0].met_frac,
            "accepted": mended.final.accepted,
            "targets": targets,
        }
    }


def _chosen(pairs: list[str]) -> tuple[Any, Any]:
    from optimiser.cli.plans import settings_of
    from optimiser.demand.requirement import RequirementParams
    from optimiser.prepare import choices
    from optimiser.prepare.requirement import RequirementSetup

    params, setup = choices.read(
        (RequirementParams, RequirementSetup), settings_of(pairs, "requirement"), "--set"
    )
    return params, setup


def _tell(asked: dict[str, Asked], setup: RequirementSetup, mended: Mended | None) -> None:
    from optimiser.prepare.requirement import without
    from optimiser.prepare.reserve import reserve_effect
    from optimiser.report.words_requirement import accepted, found, reserve, standards

    whole = asked[""]
    show(f"Asked: {'; '.join(standards(whole.params))}.")
    for sentence in found(whole.need, whole.by_slot):
        show(f"- {sentence}")
    for sentence in reserve(reserve_effect(whole, setup), whole.params.held_back_frac):
        show(f"- {sentence}")
    for sentence in accepted(mended) if mended else ():
        show(f"- {sentence}")
    if whole.rules:
        show("")
        rows = [
            [
                r.title(),
                "hard" if r.hard else "negotiable",
                without(whole, r, setup),
                without(asked[r.sector], r, setup) if r.sector and r.sector in asked else None,
            ]
            for r in whole.rules
        ]
        show(table(rows, ["rule", "kind", "costs hours a week", "in its sector by itself"]))
    show("")
    show(_by_day(whole))
    if len(asked) > 1:
        show("")
        show(_by_sector(asked))
    say("Operationally sensitive: not for publication.")


def _by_day(asked: Asked) -> str:
    """Officers by hour of the day (the most of its intervals) and day of the week, with what binds."""
    from optimiser.units import DAY_NAMES

    per_h = round(SECONDS_PER_HOUR) // asked.need.slot_s
    rows: list[list[Any]] = []
    for hour in range(HOURS_PER_DAY):
        row: list[Any] = [f"{hour:02d}"]
        for day in range(len(DAY_NAMES)):
            first = (day * HOURS_PER_DAY + hour) * per_h
            slot = first + int(asked.need.officers[first : first + per_h].argmax())
            row.append(f"{asked.need.officers[slot]} {_SHORT.get(asked.need.binding[slot], '?')}")
        rows.append(row)
    key = ", ".join(f"{letter} {name}" for name, letter in _SHORT.items())
    return f"{table(rows, ['hour', *DAY_NAMES])}\n({key})"


_SHORT = {
    "queue": "q",
    "urgent wait": "w",
    "response": "r",
    "time split": "s",
    "minimum": "m",
    "simulation": "x",
    "nothing": "-",
}


def _by_sector(asked: dict[str, Asked]) -> str:
    rows = []
    for name, part in asked.items():
        need = part.need
        binds = next(iter(need.slots_by_reason()))
        rows.append(
            [
                name or "all together",
                need.officer_h,
                int(need.officers.min()),
                int(need.officers.max()),
                binds,
            ]
        )
    apart = sum(p.need.officer_h for n, p in asked.items() if n)
    rows.append(["sum of sectors", apart, None, None, "each with its own units"])
    return table(rows, ["sector", "officer-hours", "least", "most", "binds most often"])


def _write(path: Path, asked: dict[str, Asked]) -> None:
    from optimiser.report.words_requirement import when
    from optimiser.units import percent

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for name, part in asked.items():
            need = part.need
            for slot in range(need.officers.size):
                has = need.supervisors.size > 0
                writer.writerow(
                    [
                        name or "all",
                        when(slot, need.slot_s),
                        need.officers[slot],
                        need.binding[slot],
                        need.clauses[slot],
                        f"{need.load[slot]:.4f}",
                        f"{need.peak_load[slot]:.4f}",
                        f"{percent(float(need.call_share[slot])):.2f}",
                        need.hour_by_hour[slot],
                        need.supervisors[slot] if has else "",
                        need.supervisor_reasons[slot] if has else "",
                    ]
                )


def _as_json(asked: Asked, setup: RequirementSetup) -> dict[str, Any]:
    from dataclasses import asdict

    from optimiser.prepare.reserve import reserve_effect

    need, kept = asked.need, reserve_effect(asked, setup)
    return {
        "slot_s": need.slot_s,
        "officer_h": need.officer_h,
        "officers": need.officers.tolist(),
        "binding": list(need.binding),
        "clauses": list(need.clauses),
        "officers_without_split": asked.by_slot.officers.tolist(),
        "officers_hour_by_hour": need.hour_by_hour.tolist(),
        "units_by_reason": {k: v.tolist() for k, v in need.units_by_reason.items()},
        "load_units": need.load.tolist(),
        "peak_load_units": need.peak_load.tolist(),
        "call_share_frac": need.call_share.tolist(),
        "supervisors": need.supervisors.tolist(),
        "supervisor_reasons": list(need.supervisor_reasons),
        "posts": {role: people.tolist() for role, people in need.posts.items()},
        "post_clauses": {role: list(said) for role, said in need.post_clauses.items()},
        "slots_short_of_vehicles": need.short_of_vehicles.tolist(),
        "split_asks_h": dict(need.split_asks),
        "reserve": None if kept is None else asdict(kept),
    }

"""``drift``: are the districts in use still right under this year's work?"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, Line, in_words, show, show_json, stop_on_interrupt, table
from optimiser.cli.options import choices_option, limit_option
from optimiser.cli.plan import PLAN_HELP
from optimiser.solve.result import UNCONFIRMED
from optimiser.units import asked_text, percent, percent_text


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    drift = commands.add_parser(
        "drift", parents=[common], help="is a redraw needed, a transfer of officers, other shifts, or nothing"
    )
    drift.add_argument("folder", type=Path, help="the project folder")
    drift.add_argument("--plan", default="", help=f"{PLAN_HELP} (the districts in use, else the beats)")
    drift.add_argument(
        "--weeks", type=values.whole(4, 520), default=52, help="the work of the last so many weeks (52)"
    )
    drift.add_argument("--officers", type=Path, metavar="FILE", help="district_id,officers: who is where now")
    drift.add_argument(
        "--one-car", action="store_true", help="each has one car: officers cannot be transferred"
    )
    limit_option(drift, 60.0, "longest search for the least redraw (60)")
    choices_option(drift)
    drift.set_defaults(run=run_drift)


def run_drift(a: argparse.Namespace) -> int:
    """Look at the drift, and at the least redraw where the balance is off."""
    from optimiser.cli.plans import assignment_of, question_of
    from optimiser.data.project import load
    from optimiser.data.strength_file import read_officers
    from optimiser.prepare.sectors import plan_of
    from optimiser.studies.drift import drift
    from optimiser.studies.weeks import latest

    project = load(a.folder)
    name = a.plan or ("districts" if (project.areas["district_id"] != "").any() else "current")
    district_of = assignment_of(project, name)
    now, weeks = latest(project, a.weeks)
    problem = question_of(now, district_of, a.set).problem
    plan = plan_of(problem, dict(district_of))
    officers = read_officers(a.officers) if a.officers else None
    found = drift(problem, plan, officers, divisible=not a.one_car)
    redraw = None
    if found.verdict != "nothing":
        redraw = _least_redraw(a, problem, dict(district_of))
    said = _words(found, name, weeks, redraw, problem.params.balance_frac)
    header, rows = _rows(found)
    _keep(a, problem, name, said, [dict(zip(header, row, strict=True)) for row in rows])
    if a.json:
        told = {k: v for k, v in asdict(found).items() if k != "broken"}
        show_json(
            told
            | {
                "plan": name,
                "weeks": weeks,
                "broken": [asdict(v) for v in found.broken],
                "redraw": redraw,
            }
        )
        return Exit.DONE
    for sentence in said:
        show(f"- {sentence}")
    show("")
    show(table(rows, header))
    return Exit.DONE


def _keep(
    a: argparse.Namespace, problem: Any, name: str, said: list[str], rows: list[dict[str, Any]]
) -> None:
    """Keep the answer as a study of the project, which the app shows."""
    from optimiser.batch.studies import Answer
    from optimiser.cli.kept import keep
    from optimiser.problems import portable

    keep(
        a.folder,
        Answer("drift", tuple(s.replace("\u00a0", " ") for s in said), {"Districts": rows}),
        family="sectors",
        title=f"Is it still right: {name}",
        content=portable.digest(problem),
        given={"plan": name, "weeks": a.weeks, "set": a.set, "one_car": a.one_car},
    )


def _least_redraw(a: argparse.Namespace, problem: Any, district_of: Any) -> dict[str, Any]:
    """Return how many areas have to move at least, and how many do in the best plan found."""
    import math

    from optimiser import registry
    from optimiser.prepare.own_plan import mending, moved_areas
    from optimiser.solve.isolated import solve_isolated
    from optimiser.solve.options import SolveOptions

    question, start = mending(problem, district_of)
    method = "sectors.cuts" if registry.load("sectors.moves").refuses(question) else "sectors.moves"
    options = SolveOptions(time_limit_s=a.time_limit)
    with stop_on_interrupt() as asked, Line("redraw", quiet=a.quiet) as line:
        result = solve_isolated(question, method, options, start=start, on_progress=line, should_stop=asked)
    if result.plan is None:
        return {
            "status": str(result.status),
            "areas": None,
            "at_least": None,
            "confirmed_by": result.confirmed_by,
        }
    judged = result.objectives[0]
    return {
        "status": str(result.status),
        "confirmed_by": result.confirmed_by,
        "areas": round(moved_areas(question, judged.value)),
        "at_least": math.ceil(moved_areas(question, judged.bound or 0.0) - 1e-6),
    }


def _words(
    found: Any, name: str, weeks: float, redraw: dict[str, Any] | None, tolerances: Mapping[str, float]
) -> list[str]:
    limit = asked_text(found.tolerance_frac)
    what = f"Under the work of the last {weeks:,.0f} weeks"
    if found.verdict == "nothing":
        within = "; ".join(f"{asked_text(most)} in {kind}" for kind, most in tolerances.items())
        return [f"{what} nothing is needed: every district of {name} is within {within}."]
    said = []
    whole = {s.district: s.off_frac for s in found.beyond}
    rows = [
        (found.kind, limit, whole),
        *((p.kind, asked_text(p.tolerance_frac), p.beyond) for p in found.parts),
    ]
    for kind, most, beyond in rows:
        if beyond:
            worst = ", ".join(f"{d} ({percent_text(x, signed=True)})" for d, x in list(beyond.items())[:6])
            said.append(
                f"{what} {len(beyond)} of {len(found.standings)} districts are beyond {most} in {kind}: {worst}."
            )
    for v in found.broken[:5]:
        said.append(f"A transfer cannot mend this: {in_words(v)}.")
    if found.verdict == "transfer" and found.transferred is not None:
        said.append(
            f"A transfer suffices: {found.transferred} officers go to another district, and work per officer is within "
            f"{limit} of the mean everywhere. No line has to move."
        )
    elif found.verdict == "transfer":
        said.append(
            "A transfer suffices: let strength follow the shares below. With --officers it is told in officers."
        )
    elif found.verdict == "shifts":
        said += _shift_words(found)
    elif not found.broken:
        said.append("A redraw is needed: no transfer of whole officers brings every district within it.")
    else:
        said.append("A redraw is needed.")
    return [*said, *_redraw_words(redraw)]


def _shift_words(found: Any) -> list[str]:
    said = []
    if found.transferred is not None:
        said.append(
            f"A transfer of {found.transferred} officers evens out {found.kind} over the week, not by part of the day "
            "or the week."
        )
    elif found.beyond:
        said.append(f"Strength that follows the shares below evens out {found.kind} over the week alone.")
    else:
        said.append("No transfer of officers between districts evens out these hours.")
    return [
        *said,
        "Shifts can: let more of a district's officers work in the hours in which it has more than its share. No line "
        "has to move for it.",
    ]


def _redraw_words(redraw: dict[str, Any] | None) -> list[str]:
    if redraw is None:
        return []
    how = "proved and confirmed" if redraw["confirmed_by"] else UNCONFIRMED
    if redraw["areas"] is None:
        told = (
            f"no plan can keep these rules, {how}"
            if redraw["status"] == "infeasible"
            else "no such plan was found in the time"
        )
        return [f"Of a redraw under these rules {told}."]
    if redraw["at_least"] >= redraw["areas"]:
        return [f"The least redraw that restores the balance moves {redraw['areas']} areas, {how}."]
    return [
        f"A redraw that moves {redraw['areas']} areas restores the balance; at least {redraw['at_least']} have to "
        "move."
    ]


def _rows(found: Any) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows: a district's share of the work beside its target, its officers, and parts of the day."""
    known = any(s.officers is not None for s in found.standings)
    moving = any(s.officers_after is not None for s in found.standings)
    header = ["district", "share %", "target %", "off %"]
    header += ["officers"] if known else []
    header += ["officers after", "off after %"] if moving else []
    header += [f"{part.kind}: off %" for part in found.parts]
    rows = []
    for s in found.standings:
        row: list[Any] = [s.district, percent(s.share), percent(s.target), percent(s.off_frac)]
        row += [s.officers] if known else []
        row += [s.officers_after, percent(s.off_after_frac or 0.0)] if moving else []
        row += [percent(part.off_frac[s.district]) for part in found.parts]
        rows.append(row)
    return header, rows

"""``drift``: are the districts in use still right under this year's work?"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, Line, show, show_json, stop_on_interrupt, table
from optimiser.cli.options import choices_option, limit_option
from optimiser.cli.plan import PLAN_HELP


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
    from optimiser.batch.study_drift import drift_answer, least_redraw
    from optimiser.cli.plans import question_and_plan
    from optimiser.data.project import load
    from optimiser.data.strength_file import read_officers
    from optimiser.prepare.sectors import plan_of
    from optimiser.report.words_drift import drift_rows, drift_said
    from optimiser.solve.options import SolveOptions
    from optimiser.studies.drift import drift
    from optimiser.studies.weeks import latest

    project = load(a.folder)
    name = a.plan or ("districts" if (project.areas["district_id"] != "").any() else "current")
    now, weeks = latest(project, a.weeks)
    question, district_of, _ = question_and_plan(now, name, a.set)
    problem = question.problem
    plan = plan_of(problem, dict(district_of))
    officers = read_officers(a.officers) if a.officers else None
    found = drift(problem, plan, officers, divisible=not a.one_car)
    redraw = None
    if found.verdict != "nothing":
        with stop_on_interrupt() as asked, Line("redraw", quiet=a.quiet) as line:
            redraw = least_redraw(
                problem, district_of, officers, SolveOptions(time_limit_s=a.time_limit), line, asked
            )
    told = (found, name, weeks, redraw, problem.params.balance_frac)
    _keep(a, problem, name, drift_answer(*told))
    if a.json:
        shown = {k: v for k, v in asdict(found).items() if k != "broken"}
        show_json(
            shown
            | {
                "plan": name,
                "weeks": weeks,
                "broken": [asdict(v) for v in found.broken],
                "redraw": None if redraw is None else asdict(redraw),
            }
        )
        return Exit.DONE
    for sentence in drift_said(*told):
        show(f"- {sentence}")
    show("")
    header, rows = drift_rows(found)
    show(table(rows, header))
    return Exit.DONE


def _keep(a: argparse.Namespace, problem: Any, name: str, answer: Any) -> None:
    """Keep the answer as a study of the project, which the app shows."""
    from optimiser.cli.kept import keep
    from optimiser.problems import portable

    keep(
        a.folder,
        answer,
        family="sectors",
        title=f"Is it still right: {name}",
        content=portable.digest(problem),
        given={"plan": name, "weeks": a.weeks, "set": a.set, "one_car": a.one_car},
    )

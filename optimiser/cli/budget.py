"""``budget``: what each number of officers buys, district by district and for the force, under six scenarios."""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, say, show, show_json, stop_on_interrupt, table

CHART_FILE, WORKBOOK_FILE = "budget.png", "budget.xlsx"


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    budget = commands.add_parser(
        "budget", parents=[common], help="what one more officer buys: the frontier of a force"
    )
    budget.add_argument("folder", type=Path, nargs="?", help="the project folder")
    budget.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a choice, as n_points=15 (repeatable)",
    )
    budget.add_argument("--choices", action="store_true", help="list every choice with its unit and default")
    budget.add_argument(
        "--time-limit",
        type=values.seconds,
        default=600.0,
        metavar="SECONDS",
        help="longest time in all (600)",
    )
    budget.add_argument(
        "--gap", type=values.share_pct, default=1.0, metavar="PERCENT", help="how near to the bound (1)"
    )
    budget.set_defaults(run=run_budget)


def run_budget(a: argparse.Namespace) -> int:
    """Trace the frontier, draw it, and tell it."""
    from optimiser.cli.ask import show_choices_of
    from optimiser.cli.plans import settings_of
    from optimiser.data.project import load
    from optimiser.demand.requirement import RequirementParams
    from optimiser.errors import UsageError
    from optimiser.prepare.budget import BudgetSetup
    from optimiser.prepare.choices import read
    from optimiser.prepare.shifts import ShiftsSetup
    from optimiser.report.words_budget import budget_said, years_said
    from optimiser.report.words_mix import HEADER as MIX_HEADER
    from optimiser.report.words_mix import mix_table
    from optimiser.studies.budget import budget
    from optimiser.studies.budget_question import question_of
    from optimiser.studies.budget_years import pay_of
    from optimiser.units import fraction_from_percent

    kinds = (BudgetSetup, ShiftsSetup, RequirementParams)
    if a.choices:
        return show_choices_of(kinds, as_json=a.json)
    if a.folder is None:
        raise UsageError("Name the project folder: optimiser budget FOLDER.")
    setup, shifts, service = read(kinds, settings_of(a.set, "budget"), "--set")
    project = load(a.folder)
    question = question_of(project, setup, shifts, service, gap_frac=fraction_from_percent(a.gap))
    with stop_on_interrupt() as stop:
        found = budget(
            question,
            folder=a.folder / "studies" / "solves",
            budget_s=a.time_limit or math.inf,
            should_stop=stop,
            on_point=None if a.quiet else _Tell(),
        )
    pay = pay_of(setup)
    said = [s.replace("\u00a0", " ") for s in (*budget_said(found), *years_said(found, pay))]
    files = _write(a.folder / "studies", found, pay, said, project.settings.name)
    _keep(a, project, found, pay, settings_of(a.set, "budget"))
    if a.json:
        show_json(
            {
                "frontier": {n: [asdict(p) for p in points] for n, points in found.frontier.items()},
                "shared_once": None if found.shared_once is None else asdict(found.shared_once),
                "levers": [asdict(v) for v in found.levers],
                "districts": [asdict(d) for d in found.districts],
                "regret": found.regret.tolist(),
                "mean": found.mean.tolist(),
                "cvar": found.cvar.tolist(),
                "overtime_or_hiring": {
                    name: [asdict(m) | {"gap_frac": m.gap_frac} for m in mixes]
                    for name, mixes in found.mixes.items()
                },
                "complete": found.complete,
                "seconds": found.seconds,
                "in_words": said,
                "files": [str(f) for f in files],
            }
        )
        return Exit.DONE if found.complete else Exit.GAP_MISSED
    for sentence in said:
        show(f"- {sentence}")
    show("")
    show(_table(found))
    for name in found.mixes:
        show("")
        show(f"Overtime against hiring, {name}:")
        show(table(mix_table(found, name), list(MIX_HEADER)))
    say(f"Written: {', '.join(str(f) for f in files)}")
    return Exit.DONE if found.complete else Exit.GAP_MISSED


def _keep(a: argparse.Namespace, project: Any, found: Any, pay: Any, choices: dict[str, Any]) -> None:
    """Keep the answer as a study of the project, which the app draws."""
    from optimiser.batch.runner import input_digests
    from optimiser.batch.study_answers import budget_answer
    from optimiser.cli.kept import keep

    keep(
        a.folder,
        budget_answer(found, pay),
        family="strength",
        title="Budget: what one more officer buys",
        content=json.dumps(input_digests(project), sort_keys=True),
        choices=choices,
        budget_s=a.time_limit,
    )


class _Tell:
    """Say how far it is, every so many points."""

    def __call__(self, phase: str, done: int, total: int) -> None:
        if done == total or done % 50 == 0:
            say(f"budget: {phase}, {done} of {total} points")


def _write(folder: Path, found: Any, pay: Any, said: list[str], place: str) -> list[Path]:
    """Write chart and workbook; where the drawing library is not installed, say so and go on."""
    from optimiser.errors import OptimiserError
    from optimiser.report.chart import ChartStyle
    from optimiser.report.chart_budget import budget_chart
    from optimiser.report.sheet import save
    from optimiser.report.words_budget import budget_sheets
    from optimiser.report.workbook import write_workbook

    folder.mkdir(parents=True, exist_ok=True)
    files = []
    try:
        files.append(save(budget_chart(found, ChartStyle(place=place)), folder / CHART_FILE))
        sheets = budget_sheets(found, pay)
        files.append(write_workbook(folder / WORKBOOK_FILE, sheets, said))
    except OptimiserError as error:
        say(str(error))
    return files


def _table(found: Any) -> str:
    from optimiser.units import percent

    rows = []
    for p in found.frontier[found.question.scenarios[0].name]:
        rows.append(
            [
                p.total,
                f"{percent(found.calls_frac(p.total)):.1f}",
                f"{p.shortage_h:,.0f}",
                f"{p.value:,.1f}",
                f"{p.bound:,.1f}",
                "-" if p.dual is None else f"{p.dual:,.1f}",
                "-" if p.difference is None else f"{p.difference:,.1f}",
                p.gains or "-",
            ]
        )
    header = [
        "officers",
        "on calls %",
        "hours short",
        "priced",
        "bound",
        "one more (multiplier)",
        "one more (exact)",
        "in",
    ]
    return table(rows, header)

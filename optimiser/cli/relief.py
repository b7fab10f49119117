"""``relief``: officers to fill a post, vacancies and recruits month by month, overtime against hiring."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from optimiser.cli.console import Exit, show, show_json, table
from optimiser.cli.options import choices_option
from optimiser.units import percent


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    relief = commands.add_parser(
        "relief", parents=[common], help="officers to fill a post, with absence, vacancies and recruits"
    )
    choices_option(relief, "a choice, as shift_h=12 (repeatable)")
    relief.add_argument("--choices", action="store_true", help="list every choice with its unit and default")
    relief.add_argument("--months", action="store_true", help="show the recruit pipeline month by month")
    relief.set_defaults(run=run_relief)


def run_relief(a: argparse.Namespace) -> int:
    """Reckon relief, and the pipeline of recruits."""
    from optimiser.cli.ask import show_choices_of
    from optimiser.cli.plans import settings_of
    from optimiser.demand.relief import PipelineParams, ReliefParams, overtime_or_hiring, pipeline, relief
    from optimiser.prepare.choices import read
    from optimiser.report.words_relief import relief_said

    kinds = (ReliefParams, PipelineParams)
    if a.choices:
        return show_choices_of(kinds, as_json=a.json)
    given: ReliefParams
    people: PipelineParams
    given, people = read(kinds, settings_of(a.set, "relief"), "--set")
    needed = relief(given)
    months = pipeline(people, needed.net_h)
    hiring = overtime_or_hiring(people, needed.net_h)
    if a.json:
        show_json(
            {"relief": asdict(needed), "months": [asdict(m) for m in months], "overtime": asdict(hiring)}
        )
        return Exit.DONE
    for sentence in relief_said(given, people, needed, months, hiring):
        show(f"- {sentence}")
    if a.months:
        show("")
        show(_months(months))
    return Exit.DONE


def _months(months: Any) -> str:
    rows = [
        [
            m.month,
            f"{m.trained:.1f}",
            f"{m.in_academy:.1f}",
            f"{m.joined:.1f}",
            f"{m.left:.1f}",
            f"{percent(m.vacancy_frac):.1f}",
            f"{m.overtime_h:,.0f}",
        ]
        for m in months
    ]
    return table(rows, ["month", "trained", "in academy", "joined", "left", "vacant %", "overtime h"])

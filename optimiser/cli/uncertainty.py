"""``uncertainty``: how much the figures of plans move with the weeks, and whether one beats another."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, show, show_json, stop_on_interrupt, table

_ONE_MOMENT = ("assignment", "containment")
"""Questions about one moment: drawing weeks anew would be another question."""


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    text = "how much plans' figures move with the weeks, and which is better how often"
    sure = commands.add_parser("uncertainty", parents=[common], help=text)
    sure.add_argument("folder", type=Path, help="the project folder")
    sure.add_argument(
        "plans",
        nargs="+",
        help="runs, current (beats in use), districts (districts in use), names in plans/, or CSV files",
    )
    sure.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="choices of the question"
    )
    sure.add_argument(
        "--samples", type=values.whole(2, 10_000), default=50, help="how many years to draw (50)"
    )
    sure.add_argument("--seed", type=values.whole(0, 2**31 - 1), default=1, help="seed of the draw (1)")
    sure.set_defaults(run=run_uncertainty)


def run_uncertainty(a: argparse.Namespace) -> int:
    """Judge plans on years made of the project's own weeks, drawn with replacement, each with its own districts."""
    from optimiser import registry
    from optimiser.batch.asked_again import own_districts
    from optimiser.cli.plans import question_and_plans
    from optimiser.cli.plans_compared import asked_again
    from optimiser.data.project import load
    from optimiser.errors import UsageError
    from optimiser.problems import portable
    from optimiser.report.words_studies import spread_rows, uncertainty_said
    from optimiser.studies.uncertainty import uncertainty
    from optimiser.studies.weeks import resampled_questions

    project = load(a.folder)
    question, plans, _ = question_and_plans(project, a.plans, a.set)
    if question.family in _ONE_MOMENT:
        raise UsageError(f"A plan of {question.family} is for one moment; its weeks cannot be drawn anew.")
    choices, again = asked_again(project, a.plans, a.set)
    family = registry.family(question.family)
    began = time.monotonic()
    with stop_on_interrupt() as stopped:
        samples = resampled_questions(project, again, a.samples, a.seed)
        found = uncertainty(family, plans, samples, stopped, own_districts(question.family))
    seconds = time.monotonic() - began
    _keep(a, question.family, choices, found, portable.digest(question.problem), seconds)
    sentences = uncertainty_said(found)
    if a.json:
        data = json.loads(json.dumps(portable.to_json(found)))
        show_json(data | {"in_words": [s.replace("\u00a0", " ") for s in sentences]})
        return Exit.DONE
    for sentence in sentences:
        show(f"- {sentence}")
    header, rows = spread_rows(found)
    show("")
    show(table(rows, header))
    return Exit.DONE


def _keep(
    a: argparse.Namespace, family: str, choices: Mapping[str, Any], found: Any, content: str, seconds: float
) -> None:
    """Keep the answer as a study of the project, which the app draws."""
    from optimiser.batch.study_answers import uncertainty_answer
    from optimiser.cli.kept import keep

    keep(
        a.folder,
        uncertainty_answer(found, seconds),
        family=family,
        title=f"How sure: {', '.join(a.plans)}",
        content=content,
        choices=choices,
        given={"plans": list(a.plans), "samples": a.samples, "seed": a.seed},
    )

"""``lost-posts`` and ``patrol-loop``: what if a post of a containment is lost, and does a patrol plan feed itself?"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, show, show_json
from optimiser.cli.options import choices_option, limit_option
from optimiser.units import clock


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    lost = commands.add_parser(
        "lost-posts", parents=[common], help="a containment, and what to do when each of its posts is lost"
    )
    loop = commands.add_parser(
        "patrol-loop",
        parents=[common],
        help="a patrol plan made again and again with its own discoveries fed back",
    )
    for parser in (lost, loop):
        parser.add_argument("folder", type=Path, help="the project folder")
        choices_option(parser)
        limit_option(parser, 20.0, "longest time of each solve (20)")
    loop.add_argument("--rounds", type=values.whole(1, 100), default=10, help="how often (10)")
    lost.set_defaults(run=run_lost)
    loop.set_defaults(run=run_loop)


def run_lost(a: argparse.Namespace) -> int:
    """Plan, then plan anew without each post."""
    from optimiser import registry
    from optimiser.cli.plans import settings_of
    from optimiser.data.project import load
    from optimiser.prepare.questions import ask
    from optimiser.report.words import findings
    from optimiser.solve.options import SolveOptions
    from optimiser.solve.warm import WarmWorker
    from optimiser.studies.lost_posts import lost_posts

    problem = ask(load(a.folder), "containment", settings_of(a.set, "containment"), "--set").problem
    options = SolveOptions(time_limit_s=a.time_limit)
    name = registry.default("containment")
    with WarmWorker() as worker:
        result = worker.solve(problem, name, options)
        if result.plan is None:
            for sentence in findings("containment", problem, result):
                show(f"- {sentence}")
            return Exit.NO_PLAN if str(result.status) == "no_plan" else Exit.INFEASIBLE
        found = lost_posts(problem, result.plan, lambda p: worker.solve(p, name, options))
    if a.json:
        rows = [
            {"place": f.place, "unit": f.unit, "status": f.result.status, "moves": f.moves} for f in found
        ]
        show_json({"posts": dict(result.plan.post_of), "lost": rows})
        return Exit.DONE
    for sentence in findings("containment", problem, result):
        show(f"- {sentence}")
    for k, one in enumerate(found, start=1):
        show(f"- If post {k} ({one.unit} at {one.place}) is lost: {_said(one)}")
    return Exit.DONE


def _said(one: Any) -> str:
    if one.result.plan is None:
        reasons = one.result.notes.get("reasons", ["the other units cannot cut every way out in time"])
        return f"no plan. {reasons[0]}"
    moves = [
        f"{unit} goes to {place}, there after {clock(seconds)}" if place else f"{unit} is free"
        for unit, place, seconds in one.moves
    ]
    return f"{'; '.join(moves) or 'the other posts hold without it'}."


def run_loop(a: argparse.Namespace) -> int:
    """Feed a plan's own discoveries back."""
    from optimiser import registry
    from optimiser.cli.plans import settings_of
    from optimiser.data.project import load
    from optimiser.errors import InputError
    from optimiser.prepare import choices
    from optimiser.prepare.questions import kinds
    from optimiser.problems.patrol import PatrolPlan, PatrolProblem
    from optimiser.solve.options import SolveOptions
    from optimiser.solve.warm import WarmWorker
    from optimiser.studies.patrol_loop import loop

    params, setup = choices.read(kinds("patrol"), settings_of(a.set, "patrol"), "--set, [patrol]")
    project = load(a.folder)
    options = SolveOptions(time_limit_s=a.time_limit, confirm=False)
    name = registry.default("patrol")
    with WarmWorker() as worker:

        def answer(problem: PatrolProblem) -> PatrolPlan:
            result = worker.solve(problem, name, options)
            if result.plan is None:
                raise InputError(
                    "There is no plan to feed back: " + "; ".join(result.notes.get("reasons", []))
                )
            plan: PatrolPlan = result.plan
            return plan

        found = loop(project, answer, params, setup, rounds=a.rounds)
    if a.json:
        show_json(asdict(found) | {"settled": found.settled})
    else:
        show(found.in_words())
    return Exit.DONE

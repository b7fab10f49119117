"""``sweep`` and ``nest``: how many, with the value of each; and the beats of every district in one go."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.cli import values
from optimiser.cli.ask import add_asked, known_family, scenario_of
from optimiser.cli.console import Exit, Line, say, show, show_json, stop_on_interrupt, table
from optimiser.solve.result import UNCONFIRMED, status_in_words

if TYPE_CHECKING:
    from optimiser.data.project import Project
    from optimiser.studies.nested import Nested, Unfilled


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    sweep = commands.add_parser("sweep", parents=[common], help="how many: the value of each one more")
    sweep.add_argument("family", help="sectors, standby, ...")
    sweep.add_argument("folder", type=Path, help="the project folder")
    sweep.add_argument(
        "--over",
        required=True,
        metavar="CHOICE=4..9",
        help="the choice that counts, and its numbers; for one part of the day cars_by_part.night=2..6",
    )
    sweep.add_argument(
        "--standard",
        metavar="SHARE|MINUTES|VALUE",
        help="what the first aim should reach, a share of the calls as 90%% or a mean drive as 7min: the fewest that "
        "reach it are told",
    )
    add_asked(sweep, "longest time of each solve (60)")
    sweep.add_argument("--budget", type=values.seconds, default=1800.0, help="longest time in all (1800)")
    sweep.set_defaults(run=run_sweep)
    nest = commands.add_parser("nest", parents=[common], help="the beats of every district of a plan")
    nest.add_argument("folder", type=Path, help="the project folder")
    nest.add_argument(
        "--plan",
        default="current",
        help="plan whose districts are filled: a run, a name in plans/, a CSV file (current: the districts in use)",
    )
    nest.add_argument(
        "--beats", type=values.whole(1, 10_000), required=True, help="how many beats in all, shared by work"
    )
    nest.add_argument("--save-as", metavar="NAME", default="nested", help="name of the new plan (nested)")
    nest.add_argument("--again", action="store_true", help="replace a plan of that name")
    add_asked(nest, "longest time of each district (60)")
    nest.set_defaults(run=run_nest, family="sectors")


def run_sweep(a: argparse.Namespace) -> int:
    """Solve for every number."""
    from dataclasses import asdict, replace

    from optimiser.data.project import load
    from optimiser.studies.levels import asked_for, numbers, standard_of, sweep
    from optimiser.studies.series import Series

    known_family(a.family)
    scenario = scenario_of(a)
    choice, _, text = a.over.partition("=")
    wanted = numbers(text)
    project = load(a.folder)
    problems, left_out = asked_for(project, a.family, scenario.choices, choice, wanted, scenario.source)
    standard = standard_of(a.family, problems[min(problems)], a.standard) if a.standard else None
    with stop_on_interrupt() as stop, Line(f"sweep {a.family}", quiet=a.quiet) as line:
        series = Series(
            a.family,
            scenario.formulation,
            options=scenario.options,
            budget_s=a.budget or math.inf,
            folder=a.folder / "studies" / "solves",
            on_progress=line,
            should_stop=stop,
        )
        with series:
            found = replace(sweep(series, problems, standard, choice), left_out=left_out)
    if a.json:
        steps = [{**asdict(s), "plan": None} for s in found.steps]
        told: dict[str, Any] = {"fewest": found.fewest, "proved": found.proved, "cannot": found.cannot}
        told |= {"left_out": dict(found.left_out), "unsolved": found.unsolved}
        show_json({"steps": steps, **told})
    else:
        _say_sweep(found, a.standard, _share_of(a.family, problems))
    _keep_sweep(a, scenario, series, found, choice, problems)
    return Exit.DONE if len(found.steps) == len(problems) else Exit.CANCELLED


def _keep_sweep(
    a: argparse.Namespace, scenario: Any, series: Any, found: Any, choice: str, problems: dict[int, Any]
) -> None:
    """Keep the sweep as a study of the project, which the app draws."""
    from optimiser.batch.study_answers import levels_answer
    from optimiser.cli.kept import keep
    from optimiser.prepare.choices import listed
    from optimiser.prepare.questions import kinds
    from optimiser.problems import portable

    what = next((c.meaning for c in listed(kinds(a.family)) if c.name == choice), choice)
    keep(
        a.folder,
        levels_answer(series, found, what, len(problems)),
        family=a.family,
        title=f"Sweep of {a.family}: {choice.replace('_', ' ')} {min(problems)} to {max(problems)}",
        content=portable.digest(problems[min(problems)]),
        scenario=scenario,
        budget_s=a.budget,
        given={"choice": choice, "what": what, "numbers": sorted(problems), "standard": a.standard},
    )


def _share_of(family: str, problems: dict[int, Any]) -> tuple[str, Callable[[float], str]] | None:
    """Return how a value is told as a standard is: a share of the calls or a mean drive, None where it is neither."""
    from optimiser.report.phrases import minutes, percent
    from optimiser.studies.hooks import hooks_of

    problem = problems[min(problems)]
    n_calls = hooks_of(family).calls_counted(problem)
    if not n_calls:
        return None
    if problem.params.objectives[0] == "travel":
        return "mean drive", lambda value: minutes(value / n_calls)
    return "of the calls", lambda value: percent(value / n_calls)


def _say_sweep(found: Any, standard: str, share: tuple[str, Callable[[float], str]] | None) -> None:
    """Print a sweep: a row a number, the fewest that reach the standard, and what was left out."""
    from optimiser.report.words_levels import fewest_said, left_out_said

    header = ["number", "status", "value", *([share[0]] if share else []), "one more is worth"]
    show(table([_row(s, share[1] if share else None) for s in found.steps], header))
    if found.standard is not None:
        show(fewest_said(found, standard))
    alone = [s.number for s in found.steps if s.status in ("optimal", "infeasible") and not s.confirmed]
    if alone:
        show(f"For {', '.join(map(str, alone))} {UNCONFIRMED}.")
    for sentence in left_out_said(found.left_out):
        show(sentence)


def _row(step: Any, share: Callable[[float], str] | None) -> list[str]:
    from optimiser.report.phrases import in_units

    status = status_in_words(step.status, confirmed=step.confirmed)
    if step.judged is None:
        return [str(step.number), status, "-", *(["-"] if share else []), "-"]
    unit, value = step.judged.unit, step.judged.value
    worth = "-"
    if step.found is not None:
        worth = in_units(step.found, unit)
        bounds = [in_units(v, unit) if v is not None else "?" for v in (step.at_least, step.at_most)]
        if {*bounds} != {worth}:
            worth += f" (between {bounds[0]} and {bounds[1]})"
    return [str(step.number), status, in_units(value, unit), *([share(value)] if share else []), worth]


def run_nest(a: argparse.Namespace) -> int:
    """Design the beats of every district of a plan and save them as a plan with both levels."""
    from optimiser.data.canonical import PLANS_FOLDER
    from optimiser.data.plans import check_free, keep_plan
    from optimiser.data.project import load
    from optimiser.studies.nested import Unfilled, nest
    from optimiser.studies.nesting import nesting
    from optimiser.studies.series import Series

    scenario = scenario_of(a)
    project = load(a.folder)
    folder = project.folder / PLANS_FOLDER
    check_free(folder, a.save_as, again=a.again)
    district_of = _districts(project, a.plan)
    asked = nesting(project, district_of, a.beats, scenario.choices, scenario.source)
    with stop_on_interrupt() as stop, Line("nest", quiet=a.quiet) as line:
        series = Series(
            "sectors", scenario.formulation, options=scenario.options, on_progress=line, should_stop=stop
        )
        with series:
            found = nest(series, asked.problem, asked.parts, asked.n_beats)
    if isinstance(found, Unfilled):
        return _say_unfilled(found, as_json=a.json)
    path = keep_plan(folder, a.save_as, found.district_of, found.beat_of, again=a.again)
    if a.json:
        show_json(
            {
                "plan": str(path),
                "value": found.value,
                "bound": found.bound,
                "unit": found.unit,
                "n_beats": asked.n_beats,
            }
        )
        return Exit.DONE
    _say_nested(found, asked.n_beats)
    say(f"Saved as plan {a.save_as}: {path}")
    return Exit.DONE


def _districts(project: Project, name: str) -> dict[str, str]:
    """Return the district of each area of a plan by name, ``current`` for those in use."""
    from optimiser.cli.plans import assignment_of
    from optimiser.errors import InputError
    from optimiser.prepare.sectors import districts_in_use

    found = districts_in_use(project) if name == "current" else assignment_of(project, name)
    placed = {a: d for a, d in found.items() if d}
    if not placed:
        raise InputError(f"The plan {name!r} places no area in a district: name another one, --plan.")
    return placed


def _say_unfilled(found: Unfilled, *, as_json: bool) -> int:
    """Say which district has no plan."""
    from dataclasses import asdict

    from optimiser.report.words_levels import unfilled_said

    if as_json:
        show_json({"plan": None, **asdict(found)})
    else:
        show(unfilled_said(found))
    return Exit.INFEASIBLE if found.status == "infeasible" else Exit.NO_PLAN


def _say_nested(found: Nested, n_beats: Mapping[str, int]) -> None:
    """Print what the beats come to, and how many each district has."""
    from optimiser.report.words_levels import nested_said

    show(f"{sum(n_beats.values())} beats in {len(n_beats)} districts. {nested_said(found)}")
    for district in sorted(n_beats):
        show(f"- {district}: {n_beats[district]} beats")
    if found.open_districts:
        show(f"Not proved best and confirmed in: {', '.join(found.open_districts)}.")

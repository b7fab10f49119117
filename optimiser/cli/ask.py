"""``solve``: one question of a project, solved into a run."""

from __future__ import annotations

import argparse
import difflib
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser import registry
from optimiser.cli import values
from optimiser.cli.console import Exit, Line, code_of, say, show, show_json, stop_on_interrupt, table
from optimiser.cli.options import choices_option

if TYPE_CHECKING:
    from optimiser.batch.scenario import Scenario


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    solve = commands.add_parser("solve", parents=[common], help="solve one question of a project")
    solve.add_argument("family", help=f"what is asked: {', '.join(registry.families())}")
    solve.add_argument("folder", type=Path, nargs="?", help="the project folder")
    solve.add_argument(
        "--choices", action="store_true", help="list every choice of the question with its unit and default"
    )
    add_asked(solve)
    solve.add_argument("--name", help="title of the run")
    solve.add_argument(
        "--accept-gap", action="store_true", help="exit 0 also where the gap asked for is missed"
    )
    solve.set_defaults(run=run_solve)


def add_asked(parser: argparse.ArgumentParser, limit_help: str = "longest time to search (60)") -> None:
    """Add the options that say what is asked and how it is solved."""
    parser.add_argument("--scenario", type=Path, help="a scenario file (TOML)")
    choices_option(parser, "a choice, as tolerance_pct=5 (repeatable)")
    parser.add_argument("--formulation", help="as sectors.cuts; the family's default otherwise")
    parser.add_argument("--time-limit", type=values.seconds, metavar="SECONDS", help=limit_help)
    parser.add_argument(
        "--gap",
        type=values.share_pct,
        metavar="PERCENT",
        help="stop when at most this much better can exist (0: search for a proof)",
    )
    parser.add_argument(
        "--memory",
        type=values.whole(0, 2**20),
        metavar="MIB",
        help="most memory a solve may take before it is stopped with its best plan (8192; 0: no limit)",
    )
    parser.add_argument("--seed", type=values.whole(0, 2**31 - 1), help="seed of every random choice (1)")


def run_solve(a: argparse.Namespace) -> int:
    """Solve one question."""
    from optimiser.batch import runner
    from optimiser.data.project import load
    from optimiser.errors import UsageError

    known_family(a.family)
    if a.choices:
        return show_choices(a.family, as_json=a.json)
    if a.folder is None:
        raise UsageError(f"Name the project folder: optimiser solve {a.family} FOLDER.")
    scenario = scenario_of(a)  # a slip of the pen is told before anything is loaded
    project = load(a.folder)
    run, question = runner.create(project, scenario)
    with stop_on_interrupt() as asked, Line(a.family, quiet=a.quiet) as line:
        result = runner.work(run, project=project, scene=question.scene, on_progress=line, should_stop=asked)
    from optimiser.batch.studies import SOLVES_FOLDER, STUDIES_FOLDER
    from optimiser.cli.why import why_not

    kept = a.folder / STUDIES_FOLDER / SOLVES_FOLDER
    why = why_not(a.family, question.problem, result, scenario.options, kept, quiet=a.quiet)
    show_result(run, question, result, as_json=a.json, why=why)
    return code_of(result, scenario.options.gap_frac, accept_gap=a.accept_gap)


def known_family(name: str) -> None:
    """Raise UsageError, with a guess, if there is no question of that name."""
    from optimiser.errors import UsageError

    if name not in registry.families():
        near = difflib.get_close_matches(name, registry.families(), 1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise UsageError(f"There is no question {name!r}; there are {', '.join(registry.families())}.{guess}")


def scenario_of(a: argparse.Namespace) -> Scenario:
    """Return what is asked: a scenario file or nothing, overridden by the options of the command line."""
    from optimiser.batch.scenario import check, from_table, merged, read_scenarios
    from optimiser.cli.plans import settings_of
    from optimiser.errors import UsageError
    from optimiser.units import fraction_from_percent

    chosen = settings_of(a.set, a.family)
    scenario = from_table({"question": a.family, a.family: chosen}, "--set")
    if a.scenario:
        mine = [s for s in read_scenarios(a.scenario) if s.question == a.family]
        if len(mine) != 1:
            raise UsageError(
                f"{a.scenario} holds {len(mine)} scenarios of {a.family}; solve takes one, batch a list."
            )
        scenario = replace(mine[0], choices=merged(mine[0].choices, chosen))
    given = scenario.options
    options = replace(
        given,
        time_limit_s=given.time_limit_s if a.time_limit is None else a.time_limit,
        gap_frac=given.gap_frac if a.gap is None else fraction_from_percent(a.gap),
        seed=given.seed if a.seed is None else a.seed,
        memory_mib=given.memory_mib if a.memory is None else a.memory,
    )
    formulation = a.formulation or scenario.formulation
    scenario = replace(
        scenario, options=options, name=getattr(a, "name", None) or scenario.name, formulation=formulation
    )
    check(scenario)
    return scenario


def show_choices(family: str, *, as_json: bool) -> int:
    """List every choice of a question: name, unit, what it takes, default, meaning."""
    from optimiser.prepare.questions import kinds

    return show_choices_of(kinds(family), as_json=as_json)


def show_choices_of(of: Sequence[type[Any]], *, as_json: bool) -> int:
    """List every choice that some dataclasses hold."""
    from dataclasses import asdict

    from optimiser.prepare.choices import listed

    found = listed(of)
    if as_json:
        show_json([asdict(c) for c in found])
    else:
        rows = [[c.name, c.unit, _plain(c.default), c.takes, c.meaning] for c in found]
        show(table(rows, ["choice", "unit", "default", "takes", "meaning"]))
    return Exit.DONE


def show_result(run: Any, question: Any, result: Any, *, as_json: bool, why: Sequence[str] = ()) -> None:
    """Print what was found, in words or as JSON, and where there is no plan why."""
    if as_json:
        from optimiser.solve.jobs import result_to_json

        more = {"why": [s.replace("\u00a0", " ") for s in why]} if why else {}
        show_json({"run": run.id, "folder": str(run.folder)} | result_to_json(result) | more)
        return
    from optimiser.report.words import findings

    for sentence in dict.fromkeys((*findings(question.family, question.problem, result), *why)):
        show(f"- {sentence}")
    say(f"Run {run.id}: {run.folder}")


def _plain(value: Any) -> str:
    """Say a default as a planner would write it, not as Python does."""
    if value is None or value in ("", (), [], {}) or value == math.inf:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple | list):
        return ", ".join(_plain(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{k} {_plain(v)}" for k, v in value.items())
    return str(value)

"""``solve`` and ``batch``: one scenario, or a list of them, solved into runs."""

from __future__ import annotations

import argparse
import difflib
from dataclasses import replace
from pathlib import Path
from typing import Any

from optimiser.cli.console import (
    Exit,
    Line,
    code_of,
    in_planners_units,
    say,
    show,
    show_json,
    stop_on_interrupt,
    table,
)


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    solve = commands.add_parser("solve", parents=[common], help="solve one question of a project")
    solve.add_argument("family", help="sectors, shifts or assignment")
    solve.add_argument("folder", type=Path, nargs="?", help="the project folder")
    solve.add_argument(
        "--choices", action="store_true", help="list every choice of the question with its unit and default"
    )
    solve.add_argument("--scenario", type=Path, help="a scenario file (TOML)")
    solve.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a choice, as tolerance_pct=5 (repeatable)",
    )
    solve.add_argument("--name", help="title of the run")
    solve.add_argument("--formulation", help="as sectors.cuts; the family's default otherwise")
    solve.add_argument("--time-limit", type=float, metavar="SECONDS", help="longest time to search (60)")
    solve.add_argument(
        "--gap", type=float, metavar="PERCENT", help="stop when at most this much better can exist"
    )
    solve.add_argument("--seed", type=int)
    solve.add_argument(
        "--accept-gap", action="store_true", help="exit 0 also where the gap asked for is missed"
    )
    solve.set_defaults(run=run_solve)
    batch = commands.add_parser(
        "batch", parents=[common], help="solve a list of scenarios, one after another"
    )
    batch.add_argument("file", type=Path, help="a list of scenarios (TOML; see examples/scenarios.toml)")
    batch.add_argument("folder", type=Path, help="the project folder")
    batch.set_defaults(run=run_batch)


def run_solve(a: argparse.Namespace) -> int:
    """Solve one question."""
    from optimiser import registry
    from optimiser.batch import runner
    from optimiser.batch.scenario import from_table, merged, read_scenarios
    from optimiser.cli.plans import settings_of
    from optimiser.data.project import load
    from optimiser.errors import InputError
    from optimiser.prepare import choices
    from optimiser.prepare.questions import kinds
    from optimiser.units import fraction_from_percent

    if a.family not in registry.families():
        near = difflib.get_close_matches(a.family, registry.families(), 1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise InputError(
            f"There is no question {a.family!r}; there are {', '.join(registry.families())}.{guess}"
        )
    if a.choices:
        return show_choices(a.family, as_json=a.json)
    if a.folder is None:
        raise InputError(f"Name the project folder: optimiser solve {a.family} FOLDER.")
    choices.read(
        kinds(a.family), settings_of(a.set), "--set"
    )  # a slip of the pen is told before anything is loaded
    project = load(a.folder)
    base: dict[str, Any] = {"question": a.family}
    if a.scenario:
        listed = read_scenarios(a.scenario)
        mine = [s for s in listed if s.question == a.family]
        if len(mine) != 1:
            raise InputError(
                f"{a.scenario} holds {len(mine)} scenarios of {a.family}; solve takes one, batch a list."
            )
        scenario = replace(mine[0], choices=merged(mine[0].choices, settings_of(a.set)))
    else:
        scenario = from_table(base | {a.family: settings_of(a.set)}, "--set")
    given = scenario.options
    options = replace(
        given,
        time_limit_s=given.time_limit_s if a.time_limit is None else a.time_limit,
        gap_frac=given.gap_frac if a.gap is None else fraction_from_percent(a.gap),
        seed=given.seed if a.seed is None else a.seed,
    )
    scenario = replace(
        scenario,
        options=options,
        name=a.name or scenario.name,
        formulation=a.formulation or scenario.formulation,
    )
    run, question = runner.create(project, scenario)
    line = Line(a.family, quiet=a.quiet)
    with stop_on_interrupt() as asked:
        result = runner.work(run, project=project, scene=question.scene, on_progress=line, should_stop=asked)
    line.end()
    show_result(run, question, result, as_json=a.json)
    return code_of(result, options.gap_frac, accept_gap=a.accept_gap)


def show_choices(family: str, *, as_json: bool) -> int:
    """List every choice of a question: name, unit, what it takes, default, meaning."""
    from dataclasses import asdict

    from optimiser.prepare.choices import listed
    from optimiser.prepare.questions import kinds

    found = listed(kinds(family))
    if as_json:
        show_json([asdict(c) for c in found])
    else:
        rows = [[c.name, c.unit, str(c.default), c.takes, c.meaning] for c in found]
        show(table(rows, ["choice", "unit", "default", "takes", "meaning"]))
    return Exit.DONE


def show_result(run: Any, question: Any, result: Any, *, as_json: bool) -> None:
    """Print what was found, in words or as JSON."""
    if as_json:
        from optimiser.solve.jobs import result_to_json

        show_json({"run": run.id, "folder": str(run.folder)} | result_to_json(result))
        return
    from optimiser.report.words import findings

    for sentence in findings(question.family, question.problem, result):
        show(f"- {sentence}")
    say(f"Run {run.id}: {run.folder}")


def run_batch(a: argparse.Namespace) -> int:
    """Solve a list; skip what is done; one failure never stops the rest."""
    from optimiser.batch import runner
    from optimiser.batch.scenario import read_scenarios
    from optimiser.data.project import load
    from optimiser.errors import OptimiserError

    project = load(a.folder)
    rows: list[dict[str, Any]] = []
    scenarios = read_scenarios(a.file)
    with stop_on_interrupt() as asked:
        for number, scenario in enumerate(scenarios, start=1):
            if asked():
                rows.append({"scenario": scenario.name, "status": "not started"})
                continue
            row: dict[str, Any] = {"scenario": scenario.name, "question": scenario.question}
            try:
                run, question = runner.create(project, scenario)
                row |= {"run": run.id, "used again": run.status == "done"}
                line = Line(f"{number}/{len(scenarios)} {scenario.name}", quiet=a.quiet)
                result = runner.work(
                    run, project=project, scene=question.scene, on_progress=line, should_stop=asked
                )
                line.end()
                row |= {"status": str(result.status)}
                for o in result.objectives:
                    value, unit = in_planners_units(o.value, o.unit)
                    row |= {f"{o.name}, {unit}": value, f"{o.name}: proof": o.in_words()}
                say(f"{scenario.name}: {'; '.join(o.in_words() for o in result.objectives) or result.status}")
            except OptimiserError as error:
                row |= {"status": "failed", "error": str(error)}
                say(f"{scenario.name}: {error}")
            rows.append(row)
    if a.json:
        show_json(rows)
    else:
        header = list(dict.fromkeys(k for row in rows for k in row))
        show(table([[row.get(h) for h in header] for row in rows], header))
    return Exit.BATCH_FAILURES if any(r["status"] in ("failed", "not started") for r in rows) else Exit.DONE

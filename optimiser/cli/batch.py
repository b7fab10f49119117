"""``batch``: a list of scenarios, solved one after another into runs."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

from optimiser.cli.console import Exit, Line, say, show, show_json, stop_on_interrupt, table
from optimiser.report.phrases import shown_value
from optimiser.solve.result import status_in_words

log = logging.getLogger(__name__)


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    batch = commands.add_parser(
        "batch", parents=[common], help="solve a list of scenarios, one after another"
    )
    batch.add_argument("file", type=Path, help="a list of scenarios (TOML; see examples/scenarios.toml)")
    batch.add_argument("folder", type=Path, help="the project folder")
    batch.set_defaults(run=run_batch)


def run_batch(a: argparse.Namespace) -> int:
    """Solve a list; skip what is done; one failure never stops the rest."""
    from optimiser.batch.scenario import Unreadable, read_list
    from optimiser.data.project import load

    listed = read_list(a.file)
    for s in listed:
        if isinstance(s, Unreadable):
            say(f"{s.name} will not be solved: {s.error}")
    project = load(a.folder)
    rows: list[dict[str, Any]] = []
    with stop_on_interrupt() as asked:
        for number, scenario in enumerate(listed, start=1):
            if asked():
                rows.append({"scenario": scenario.name, "status": "not started"})
            elif isinstance(scenario, Unreadable):
                rows.append({"scenario": scenario.name, "status": "failed", "error": str(scenario.error)})
            else:
                title = f"{number}/{len(listed)} {scenario.name}"
                rows.append(_solve(project, scenario, title, asked, quiet=a.quiet))
    if a.json:
        show_json(rows)
    else:
        cells = [_cells(row) for row in rows]
        header = list(dict.fromkeys(k for row in cells for k in row))
        show(table([[row.get(h) for h in header] for row in cells], header))
    return Exit.BATCH_FAILURES if any(r["status"] in ("failed", "not started") for r in rows) else Exit.DONE


def _solve(project: Any, scenario: Any, title: str, asked: Any, *, quiet: bool) -> dict[str, Any]:
    """Solve one scenario and return its row, in core units."""
    from optimiser.batch import runner
    from optimiser.errors import OptimiserError, where_it_arose
    from optimiser.solve.jobs import judged_to_json

    row: dict[str, Any] = {"scenario": scenario.name, "question": scenario.question}
    try:
        run, question = runner.create(project, scenario)
        row |= {"run": run.id, "used_again": run.status == "done"}
        with Line(title, quiet=quiet) as line:
            result = runner.work(
                run, project=project, scene=question.scene, on_progress=line, should_stop=asked
            )
    except OptimiserError as error:
        say(f"{scenario.name}: {error}")
        return row | {"status": "failed", "error": str(error)}
    except Exception as error:  # noqa: BLE001  the rest of the list goes on
        log.error("scenario %s\n%s", scenario.name, where_it_arose(error))  # noqa: TRY400  no messages in a log
        told = f"internal error: {type(error).__name__}: {error}"
        say(f"{scenario.name}: {told}")
        return row | {"status": "failed", "error": told}
    say(f"{scenario.name}: {result.in_words()}")
    return row | {
        "status": str(result.status),
        "gap_frac": result.gap_frac,
        "confirmed_by": result.confirmed_by,
        "objectives": [judged_to_json(o) for o in result.objectives],
    }


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as the table prints it, in planner's units and words."""
    cells = {"used again" if k == "used_again" else k: v for k, v in row.items()}
    if "confirmed_by" in cells:
        cells["status"] = status_in_words(row["status"], confirmed=bool(cells.pop("confirmed_by")))
    for o in cells.pop("objectives", ()):
        value, unit = shown_value(o["value"], o["unit"])
        cells |= {f"{o['name']}, {unit}": value, f"{o['name']}: proof": o["in_words"]}
    cells.pop("gap_frac", None)
    return cells

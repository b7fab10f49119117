"""``levers``: what other ways of dealing with calls free of officers' time, priced beside a sworn hire."""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli.console import Exit, show, show_json, table
from optimiser.units import hours, seconds_from_minutes


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    levers = commands.add_parser("levers", parents=[common], help="demand levers, priced beside a sworn hire")
    levers.add_argument("folder", type=Path, help="the project folder")
    levers.add_argument(
        "--levers",
        type=Path,
        metavar="FILE",
        help="levers (levers.toml in the folder, else the toolkit's own)",
    )
    levers.add_argument(
        "--officers-per-unit", type=float, default=1.0, metavar="N", help="officers in a car (1)"
    )
    levers.add_argument(
        "--report",
        type=float,
        default=0.0,
        metavar="MINUTES",
        help="report time of a call that records none (0)",
    )
    levers.add_argument(
        "--write", action="store_true", help="write the toolkit's own levers into the folder, to edit"
    )
    levers.set_defaults(run=run_levers)


def run_levers(a: argparse.Namespace) -> int:
    """Price and print."""
    from optimiser.data.levers_file import levers_of, read_levers
    from optimiser.data.project import load
    from optimiser.demand.levers import study_levers
    from optimiser.report.words_levers import levers_said

    project = load(a.folder)
    if a.write:
        return _write(a.folder)
    levers = read_levers(a.levers) if a.levers else levers_of(a.folder)
    report_s = seconds_from_minutes(a.report)
    found = study_levers(project, levers, officers_per_unit=a.officers_per_unit, report_s=report_s)
    if a.json:
        show_json(_as_json(found))
        return Exit.DONE
    said = levers_said(found, levers.source, levers.sworn_per_year, levers.net_hours_per_year)
    for sentence in said[:2]:
        show(sentence)
    show("")
    rows = [_row(p) for p in found.priced]
    head = [
        "lever",
        "kind",
        "calls/yr",
        "h/yr freed",
        "alone",
        "cost/yr",
        "per hour",
        "as sworn",
        "sworn cost/yr",
    ]
    show(table(rows, head))
    for sentence in said[2:]:
        show(sentence)
    return Exit.DONE


def _row(p: Any) -> list[Any]:
    per_hour = None if math.isinf(p.cost_per_h) else round(p.cost_per_h, 1)
    return [
        p.lever.name, p.lever.kind, round(p.n_diverted), round(p.freed_h_per_year),
        round(hours(p.alone_s) * 365.25 / 7), round(p.cost_per_year), per_hour, round(p.as_sworn, 2),
        round(p.sworn_cost_per_year),
    ]  # fmt: skip


def _write(folder: Path) -> int:
    from importlib import resources

    from optimiser.data.levers_file import LEVERS_FILE
    from optimiser.errors import InputError

    path = folder / LEVERS_FILE
    if path.exists():
        raise InputError(f"{path} is there already; edit it, or move it away.")
    text = resources.files("optimiser.data").joinpath(LEVERS_FILE).read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8", newline="\n")
    show(f"Wrote {path}.")
    return Exit.DONE


def _as_json(found: Any) -> dict[str, Any]:
    return {
        "week_s": found.week_s.tolist(),
        "left_s": found.left_s().tolist(),
        "sworn_cost_per_h": found.sworn_cost_per_h,
        "levers": [
            asdict(p.lever)
            | {
                "types": p.lever.types,
                "priorities": sorted(p.lever.priorities),
                "matching_per_year": p.n_matching,
                "diverted_per_year": p.n_diverted,
                "freed_s": p.freed_s.tolist(),
                "alone_s": p.alone_s,
                "freed_h_per_year": p.freed_h_per_year,
                "cost_per_year": p.cost_per_year,
                "cost_per_h": p.cost_per_h,
                "as_sworn": p.as_sworn,
                "sworn_cost_per_year": p.sworn_cost_per_year,
            }
            for p in found.priced
        ],
    }

"""``reconcile``: last year's published figures beside ours, each difference traced to a filter."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli.console import Exit, show, show_json, table
from optimiser.data.published import FIGURES


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    reconcile = commands.add_parser(
        "reconcile",
        parents=[common],
        help="published figures beside ours, each difference traced to a filter",
    )
    reconcile.add_argument("folder", type=Path, help="the project folder")
    reconcile.add_argument(
        "--published",
        type=Path,
        metavar="FILE",
        help="figure,value,year[,priority,source] (published.csv in the folder); figures: "
        + ", ".join(FIGURES),
    )
    reconcile.add_argument(
        "--officers", type=Path, metavar="FILE", help="district_id,officers (strength.csv in the folder)"
    )
    reconcile.set_defaults(run=run_reconcile)


def run_reconcile(a: argparse.Namespace) -> int:
    """Compare and print."""
    from optimiser.data.project import load
    from optimiser.data.published import read_published
    from optimiser.data.strength_file import read_officers
    from optimiser.demand.reconcile import OPEN, OURS, reconcile
    from optimiser.errors import InputError

    path = a.published or a.folder / "published.csv"
    project = load(a.folder)
    if not path.exists():
        raise InputError(
            f"{path} is missing. Copy last year's figures from the annual report into a small file: figure,value,year, "
            f"perhaps priority and source. Figures: {', '.join(FIGURES)}."
        )
    officers = read_officers(a.officers) if a.officers else _assigned(a.folder)
    found = reconcile(project, read_published(path), officers)
    if a.json:
        show_json([asdict(r) | {"name": r.published.name} for r in found])
        return Exit.DONE
    rows = [
        [r.published.name, r.published.value, r.ours, r.rest if r.steps else None, r.verdict] for r in found
    ]
    show(table(rows, ["figure", "published", "ours", "rest", "verdict"]))
    show("")
    for r in found:
        for line in _trace(r):
            show(line)
    show(f"Ours are {OURS}.")
    n_open = sum(r.verdict == OPEN for r in found)
    if n_open:
        show(
            f"{n_open} figures are not explained: one mismatched total ends trust, so ask who counted and how."
        )
    return Exit.DONE


def _assigned(folder: Path) -> dict[str, int] | None:
    """Return the officers assigned to each district by the project's own table; None without one."""
    from optimiser.data.strength_table import read_strength
    from optimiser.prepare.strength_today import STRENGTH_FILE

    path = folder / STRENGTH_FILE
    return {d: r.assigned for d, r in read_strength(path).items()} if path.is_file() else None


def _trace(r: Any) -> list[str]:
    """Lead from our figure to the published one, step by step."""
    lines = []
    if r.steps:
        lines.append(f"{r.published.name}: ours {_figure(r.ours)}")
        lines += [f"  {s.filter}: {_change(s.change)} -> {_figure(s.then)}" for s in r.steps]
        left = (
            f"  not explained: {_change(r.rest)}"
            if abs(r.rest) > r.published.half_unit + 1e-9
            else "  nothing is left"
        )
        lines.append(f"{left} (published {_figure(r.published.value)})")
    if r.note:
        lines.append(f"{r.published.name}: {r.note}.")
    return lines


def _change(value: float) -> str:
    return f"{value:+,.0f}" if abs(value) >= 1000 else f"{value:+,.4g}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"

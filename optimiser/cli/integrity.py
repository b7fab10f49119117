"""``integrity``: how much of a sector's call time its own units take, from a report of units and calls."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli.console import Exit, show, show_json, table
from optimiser.cli.plan import PLAN_HELP
from optimiser.units import hours, percent, percent_text

_HEADER = ["sector", "call hours", "by own units %", "own units' hours", "at home %"]


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    integrity = commands.add_parser(
        "integrity", parents=[common], help="how much of its calls a sector's own units take"
    )
    integrity.add_argument("folder", type=Path, help="the project folder")
    integrity.add_argument(
        "--responses",
        type=Path,
        metavar="FILE",
        help="calls with their units, or one row a unit and call; not stored",
    )
    integrity.add_argument(
        "--homes", type=Path, metavar="FILE", help="call_sign,beat_id: where each unit belongs"
    )
    integrity.add_argument("--plan", default="current", help=f"{PLAN_HELP} (the beats in use)")
    integrity.set_defaults(run=run_integrity)


def run_integrity(a: argparse.Namespace) -> int:
    """Measure the integrity of a plan."""
    from optimiser.cli.plans import assignment_of
    from optimiser.data.canonical import COLUMNS_FILE
    from optimiser.data.columns_file import read_column_map
    from optimiser.data.plans import other_names
    from optimiser.data.project import load
    from optimiser.data.unit_work import REPORT, read_homes, read_unit_work
    from optimiser.demand.integrity import integrity
    from optimiser.errors import InputError

    if a.responses is None or a.homes is None:
        raise InputError(
            "A project stores no call signs, so integrity is measured from a report: give --responses and --homes. "
            f"{REPORT} And a list of call signs with the beat that each belongs to."
        )
    project = load(a.folder)
    sector_of = assignment_of(project, a.plan)
    column_map = read_column_map(project.folder / COLUMNS_FILE)
    work = read_unit_work(
        a.responses,
        read_homes(a.homes, set(sector_of.values())),
        other_names(project.areas),
        column_map,
        project.settings.timezone,
    )
    found = integrity(work, sector_of)
    said = [
        f"{percent_text(found.own_frac)} of the call time is taken by the sector's own units ({a.plan}); "
        f"{percent_text(found.homeless_frac)} of all unit time is that of units without a sector, not counted."
    ]
    if found.left_out:
        said.append(f"{found.left_out:,} rows have no known area or time and are left out.")
    rows = [
        [s.sector, hours(s.call_s), _pct(s.own_frac), hours(s.unit_s), _pct(s.home_frac)]
        for s in found.sectors
    ]
    _keep(a, said, [dict(zip(_HEADER, row, strict=True)) for row in rows])
    if a.json:
        show_json({"plan": a.plan} | asdict(found))
        return Exit.DONE
    for sentence in said:
        show(sentence)
    show("")
    show(table(rows, _HEADER))
    return Exit.DONE


def _keep(a: argparse.Namespace, said: list[str], rows: list[dict[str, Any]]) -> None:
    """Keep the answer as a study of the project, which the app shows; sums by sector alone, no unit and no call."""
    from optimiser.batch.studies import Answer
    from optimiser.cli.kept import keep
    from optimiser.data.sources import sha256

    keep(
        a.folder,
        Answer("integrity", tuple(s.replace("\u00a0", " ") for s in said), {"Sectors": rows}),
        family="sectors",
        title=f"Own calls by own units: {a.plan}",
        content=sha256(a.responses) + sha256(a.homes),
        given={"plan": a.plan},
    )


def _pct(share: float | None) -> float | None:
    return None if share is None else percent(share)

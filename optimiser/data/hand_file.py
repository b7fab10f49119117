"""Small tables that a planner writes by hand: known columns, every row a decision with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optimiser.data.read import read_exact
from optimiser.data.spreadsheet import honest
from optimiser.errors import InputError


@dataclass(frozen=True)
class HandRow:
    """One row: its line in the file, and its cells by column, blanks around them taken off."""

    line: int
    cells: dict[str, str]


def read_hand_file(path: Path, columns: Sequence[str]) -> tuple[HandRow, ...]:
    """Read a hand file; a row that is empty throughout is left out, an apostrophe before a formula taken off.

    Raises
    ------
    InputError
        If a column is missing, or a row has no reason; all such rows together.
    """
    table = read_exact(path, by_hand=True)
    named = {h.strip().casefold(): h for h in reversed(table.header)}
    missing = [c for c in columns if c not in named]
    if missing:
        raise InputError(
            f"{path}, line 1: it lacks column {', '.join(missing)}; a hand file here has {', '.join(columns)}, this "
            f"one {', '.join(table.header)}."
        )
    values = [[honest(str(v).strip()) for v in table.frame[named[c]]] for c in columns]
    rows = [
        HandRow(int(line), dict(zip(columns, cells, strict=True)))
        for line, cells in zip(table.lines, zip(*values, strict=True), strict=True)
        if any(cells)
    ]
    faults = [f"line {r.line}" for r in rows if "reason" in columns and not r.cells["reason"]]
    if faults:
        raise InputError(
            f"{path}: no reason is given in {', '.join(faults[:20])}. Say why; a colleague will ask."
        )
    return tuple(rows)

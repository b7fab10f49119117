"""Small tables of a planner: columns by name whatever their case, cells as text, all faults of a file together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from optimiser.data.read import read_table
from optimiser.errors import InputError

MOST_FAULTS = 20


def rows_of(
    path: Path, needed: tuple[str, ...], further: tuple[str, ...] = ()
) -> list[tuple[int, dict[str, str]]]:
    """Return the line number and the cells of each row, by column; a column that is not there is left out.

    Raises
    ------
    InputError
        If the file cannot be read or a needed column is missing.
    """
    header = read_table(path).header
    lower = {h.casefold(): h for h in reversed(header)}
    missing = [c for c in needed if c not in lower]
    if missing:
        raise InputError(f"{path}, line 1: no column {', '.join(missing)}; it has {', '.join(header)}.")
    names = [c for c in (*needed, *further) if c in lower]
    table = read_table(path, [lower[c] for c in names])
    columns = [table.frame[lower[c]] for c in names]
    return [
        (int(line), {c: str(cell).strip() for c, cell in zip(names, cells, strict=True)})
        for line, *cells in zip(table.lines, *columns, strict=True)
    ]


def number(text: str) -> float | None:
    """Return a finite number, None where the text is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def refuse(path: Path, faults: Sequence[str]) -> None:
    """Raise InputError with all faults of a file, the first twenty in full."""
    if faults:
        more = f" and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
        raise InputError(f"{path}: {'; '.join(faults[:MOST_FAULTS])}{more}.")

"""``adjacency_edits.csv``: links that a planner adds (a bridge) or removes (a motorway), with the reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from optimiser.data.read import read_exact
from optimiser.data.spreadsheet import honest
from optimiser.errors import InputError

COLUMNS = ("area_a", "area_b", "action", "reason")


@dataclass(frozen=True, slots=True)
class Edit:
    """One link added or removed by hand."""

    area_a: str
    area_b: str
    action: Literal["add", "remove"]
    reason: str = ""


def read_edits(path: Path, area_ids: Collection[str]) -> tuple[Edit, ...]:
    """Read the edits file and check it against the areas; a file without rows holds no edits.

    Raises
    ------
    InputError
        Naming every fault with its row (the header is row 1): a missing column, an id that is not among the
        areas, an action other than add or remove, an area linked with itself, a pair both added and removed.
    """
    if path.is_file() and path.stat().st_size < 100 and not path.read_bytes().strip():
        return ()
    table = read_exact(path, lambda header: [h for h in header if h.casefold() in COLUMNS], by_hand=True)
    ours = {c: c.casefold() for c in table.frame.columns}
    missing = [c for c in COLUMNS[:3] if c not in ours.values()]
    if missing:
        raise InputError(f"{path}, row 1: no column {', '.join(missing)}; it needs {', '.join(COLUMNS)}.")
    cells = table.frame.rename(columns=ours).apply(lambda column: column.str.strip())
    rows = list(zip(table.lines.tolist(), cells.to_dict("records"), strict=True))
    known, faults, edits = frozenset(area_ids), [], []
    seen: dict[frozenset[str], tuple[int, str]] = {}
    for line, row in rows:
        row |= {c: honest(row[c]) for c in ("area_a", "area_b")}
        found = _faults(row, known)
        pair = frozenset((row["area_a"], row["area_b"]))
        before = seen.setdefault(pair, (line, row["action"].lower()))
        if before[1] != row["action"].lower():
            found.append(f"{row['action']!r}, but row {before[0]} says {before[1]!r} for the same pair")
        faults += [f"row {line}: {f}" for f in found]
        if not found:
            action = cast("Literal['add', 'remove']", row["action"].lower())
            edits.append(Edit(row["area_a"], row["area_b"], action, row.get("reason", "")))
    if faults:
        raise InputError(f"{path}: " + "; ".join(faults) + ". Correct these rows or take them out.")
    return tuple(edits)


def _faults(row: dict[str, str], known: frozenset[str]) -> list[str]:
    faults = [f"{c} {row[c]!r} is not an area" for c in ("area_a", "area_b") if row[c] not in known]
    if row["action"].lower() not in ("add", "remove"):
        faults.append(f"action {row['action']!r} is neither add nor remove")
    if row["area_a"] == row["area_b"]:
        faults.append(f"area {row['area_a']!r} is linked with itself")
    return faults

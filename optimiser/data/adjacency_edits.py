"""``adjacency_edits.csv``: links that a planner adds (a bridge) or removes (a motorway), with the reason."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

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
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            header = [h.strip() for h in reader.fieldnames or ()]
            reader.fieldnames = header
            rows = [
                (reader.line_num, {k: (v or "").strip() for k, v in row.items() if isinstance(k, str)})
                for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    if not rows and not any(header):
        return ()
    missing = [c for c in COLUMNS[:3] if c not in header]
    if missing:
        raise InputError(f"{path}, row 1: no column {', '.join(missing)}; it needs {', '.join(COLUMNS)}.")
    known, faults, edits = frozenset(area_ids), [], []
    seen: dict[frozenset[str], tuple[int, str]] = {}
    for line, row in rows:
        if not any(row.values()):
            continue
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

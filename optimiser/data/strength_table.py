"""Officers by district as a planner keeps them: ``district_id,assigned`` and perhaps ``unfit,minimum,most``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from optimiser.data.read import read_table
from optimiser.errors import InputError

_NEEDED = ("district_id", "assigned")
_OTHERS = ("unfit", "minimum", "most")
_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class DistrictOfficers:
    """One district: officers assigned, those unfit for a while, fewest at work, and room (None: any number)."""

    assigned: int
    unfit: int = 0
    minimum: int = 0
    most: int | None = None


def read_strength(path: Path) -> dict[str, DistrictOfficers]:
    """Read the officers of each district.

    Raises
    ------
    InputError
        Naming, all together, missing columns, numbers that are none, more unfit than assigned, and districts given
        twice.
    """
    if not path.is_file():
        raise InputError(
            f"{path} is missing: a table district_id,assigned and perhaps unfit,minimum,most says who is where now."
        )
    table = read_table(path, (*_NEEDED, *_OTHERS), by_hand=True)
    missing = [c for c in _NEEDED if c not in table.frame.columns]
    if missing:
        raise InputError(f"{path}, line 1: no column {', '.join(missing)}; it needs {', '.join(_NEEDED)}.")
    found: dict[str, DistrictOfficers] = {}
    faults: list[str] = []
    for line, (_, row) in zip(table.lines, table.frame.iterrows(), strict=True):
        cells = {c: str(row[c]).strip() for c in table.frame.columns}
        district = cells["district_id"]
        bad = [
            f"line {line}: {c} {cells.get(c, '')!r} is no whole number of 0 or more"
            for c in ("assigned", *_OTHERS)
            if (c == "assigned" or cells.get(c, "")) and not _whole(cells.get(c, ""))
        ]
        if not district or district in found:
            bad.append(f"line {line}: district {district!r} {'stands twice' if district else 'has no id'}")
        if bad:
            faults += bad
            continue
        most = cells.get("most", "")
        one = DistrictOfficers(
            int(cells["assigned"]),
            int(cells.get("unfit", "") or 0),
            int(cells.get("minimum", "") or 0),
            int(most) if most else None,
        )
        if one.unfit > one.assigned:
            faults.append(f"line {line}: {one.unfit} unfit of {one.assigned} assigned")
        found[district] = one
    if faults:
        raise InputError(f"{path}: {'; '.join(faults[:_MOST_FAULTS])}.")
    if not found:
        raise InputError(f"{path} names no district.")
    return found


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit()

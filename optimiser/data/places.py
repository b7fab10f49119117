"""Named neighbourhoods, municipalities and wards: ``places.csv``, one row an area, one column a kind of place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from optimiser.data.read import read_exact, read_table
from optimiser.errors import InputError

PLACES_FILE = "places.csv"
KINDS = ("neighbourhood", "municipality", "ward", "zone", "precinct", "sector", "school district")
"""The kinds of place that may be stored; a column of another name is refused, lest it hold something personal."""


def read_places(
    folder: Path, known: Mapping[str, str], area_ids: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Return for each kind of place the name for every area, "" where it has none; no file, no kinds.

    Parameters
    ----------
    known
        Every name of an area to its id.
    area_ids
        The areas in their order.

    Raises
    ------
    InputError
        Naming unknown columns and areas, and areas given twice.
    """
    path = folder / PLACES_FILE
    if not path.is_file():
        return {}
    header = read_table(path, ()).header
    lower = {h.strip().casefold(): h for h in header}
    kinds = [k for k in KINDS if k in lower]
    strange = [h for h in header if h.strip().casefold() not in {"area_id", *KINDS}]
    if "area_id" not in lower or not kinds or strange:
        raise InputError(
            f"{path}, line 1: it needs area_id and one or more of {', '.join(KINDS)}; it has {', '.join(header)}."
        )
    table = read_exact(path, (lower["area_id"], *(lower[k] for k in kinds)))
    place: dict[str, dict[str, str]] = {k: {} for k in kinds}
    faults, seen = [], set()
    for row, line in enumerate(table.lines):
        name = str(table.frame[lower["area_id"]].iloc[row]).strip()
        if name not in known:
            faults.append(f"line {line}: {name!r} is not an area")
            continue
        if known[name] in seen:
            faults.append(f"line {line}: area {name!r} stands there twice")
        seen.add(known[name])
        for kind in kinds:
            place[kind][known[name]] = str(table.frame[lower[kind]].iloc[row]).strip()
    if faults:
        more = f" and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise InputError(f"{path}: {'; '.join(faults[:20])}{more}. Each area once, by its id.")
    return {kind: tuple(place[kind].get(a, "") for a in area_ids) for kind in kinds}

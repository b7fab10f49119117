"""Plans as files: ``area_id,district_id`` by row, one plan a file, the file's name its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from optimiser.data.read import read_table
from optimiser.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

_AREA_NAMES = ("area_id", "area", "dest", "destination", "pdgrid", "grid", "ra")
_DISTRICT_NAMES = ("district_id", "district", "beat_id", "beat", "sector", "source", "centre", "center")


def other_names(areas: gpd.GeoDataFrame) -> dict[str, str]:
    """Return every name an area answers to: its id, and its other id where that is nobody's id."""
    ids = areas["area_id"].tolist()
    others = areas["other_id"].tolist()
    known = {o: a for o, a in zip(others, ids, strict=True) if o and others.count(o) == 1}
    return {**known, **{a: a for a in ids}}


def current_plan(areas: gpd.GeoDataFrame) -> dict[str, str]:
    """Return the beats in use, or the districts where no beat is given; areas without one are left out."""
    column = "beat_id" if (areas["beat_id"] != "").any() else "district_id"
    return {a: d for a, d in zip(areas["area_id"], areas[column], strict=True) if d}


def read_plans(folder: Path, areas: gpd.GeoDataFrame) -> dict[str, Mapping[str, str]]:
    """Read every ``*.csv`` of a folder of plans; no folder, no plans."""
    if not folder.is_dir():
        return {}
    known = other_names(areas)
    return {p.stem: read_plan(p, known) for p in sorted(folder.glob("*.csv"))}


def read_plan(path: Path, known: Mapping[str, str]) -> dict[str, str]:
    """Read one plan.

    Parameters
    ----------
    path
        Table with a column for the area and one for its district (``|`` as separator is fine).
    known
        Every name of an area to its id.

    Returns
    -------
    dict
        District by area id. A district named by an area (its centre) is named by that area's id.

    Raises
    ------
    InputError
        Naming missing columns, unknown areas, and areas given twice to different districts.
    """
    header = read_table(path).header
    lower = {h.casefold(): h for h in reversed(header)}
    area = next((lower[n] for n in _AREA_NAMES if n in lower), None)
    district = next((lower[n] for n in _DISTRICT_NAMES if n in lower), None)
    if area is None or district is None:
        raise InputError(
            f"{path}, line 1: a plan needs columns area_id and district_id; it has {', '.join(header)}."
        )
    table = read_table(path, (area, district))
    plan: dict[str, str] = {}
    faults = []
    for line, raw, to in zip(table.lines, table.frame[area], table.frame[district], strict=True):
        name, to = raw.strip(), to.strip()
        if name not in known:
            faults.append(f"line {line}: {name!r} is not an area")
            continue
        if not to:
            continue
        centre = known.get(to, to) if district.casefold() in ("source", "centre", "center") else to
        if plan.setdefault(known[name], centre) != centre:
            faults.append(f"line {line}: area {name!r} is given to {to!r} and to {plan[known[name]]!r}")
    if faults:
        more = f" and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise InputError(f"{path}: {'; '.join(faults[:20])}{more}. Each area of a plan once, by its id.")
    return plan

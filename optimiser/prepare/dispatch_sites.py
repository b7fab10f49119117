"""The file of critical locations: what each requires within how many minutes, and where its plans are.

``site,name`` and a place (``lon,lat`` or ``area_id``), perhaps ``units,officers,within_min,skills,plans``; several
skills or plans are parted by ``;``. Relative plans are looked for beside the file. A row that cannot be used is named
and left out.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from optimiser.data.small_tables import number, rows_of
from optimiser.prepare.dispatch_board import Board, LeftOut
from optimiser.prepare.dispatch_critical import Site
from optimiser.units import seconds_from_minutes

FURTHER = ("name", "lon", "lat", "area_id", "units", "officers", "within_min", "skills", "plans")
_MADE_UP = ((1, 1, 10), (2, 3, 10), (3, 4, 15))
"""Units, officers and minutes of made-up sites."""


def read_sites(path: Path, board: Board) -> tuple[list[Site], list[str]]:
    """Read critical locations; return them and what was wrong, in words.

    Raises
    ------
    InputError
        If the file cannot be read or has no column ``site``.
    """
    found: list[Site] = []
    said = []
    for line, cells in rows_of(path, ("site",), FURTHER):
        try:
            site = _site(cells, board, {s.site_id for s in found})
        except LeftOut as fault:
            said.append(f"{path}, line {line}: {fault.what}; {fault.done}.")
        else:
            found.append(site)
    return found, said


def _site(cells: dict[str, str], board: Board, seen: set[str]) -> Site:
    name = cells["site"]
    if not name:
        raise LeftOut("", "a site without an id")
    if name in seen:
        raise LeftOut("", f"site {name} stands twice", "the first row counts")
    place = {k: v for k, v in cells.items() if v}
    if "area_id" not in place and not ("lon" in place and "lat" in place):
        raise LeftOut("", f"site {name} has neither lon and lat nor area_id")
    xy = board.place_of(place, f"site {name}", "it is left out")
    asked = [number(cells.get(c, "") or default) for c, default in (("units", "1"), ("officers", "1"))]
    within = number(cells.get("within_min", "") or "10")
    units, officers = asked
    if (
        units is None
        or officers is None
        or units != int(units)
        or officers != int(officers)
        or min(units, officers) < 1
    ):
        raise LeftOut(
            "", f"site {name} asks for {cells.get('units')!r} units and {cells.get('officers')!r} officers"
        )
    if within is None or within <= 0:
        raise LeftOut("", f"site {name}: within_min {cells.get('within_min')!r} is no number above 0")
    skills = [s.strip() for s in cells.get("skills", "").split(";") if s.strip()]
    return Site(
        name,
        cells.get("name", "") or name,
        np.array(xy),
        int(units),
        int(officers),
        seconds_from_minutes(within),
        {s: skills.count(s) for s in skills},
        tuple(p.strip() for p in cells.get("plans", "").split(";") if p.strip()),
    )


def made_up_sites(path: Path, board: Board) -> None:
    """Write three critical locations, in the areas with the most calls, each with a plan file beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    busiest = board.busiest_areas(len(_MADE_UP))
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["site", "name", "area_id", "units", "officers", "within_min", "skills", "plans"])
        for k, (area, (units, officers, minutes)) in enumerate(zip(busiest, _MADE_UP, strict=False), start=1):
            plan = f"made-up-plan-{k}.txt"
            (path.parent / plan).write_text(f"Made-up plan of site C{k}, area {area}.\n", encoding="utf-8")
            rows.writerow([f"C{k}", f"Made-up site {k}", area, units, officers, minutes, "", plan])

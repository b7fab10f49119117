"""Growth by area or place and year, and sites that may open or close: two small tables of a planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimiser.data.small_tables import number, refuse, rows_of


@dataclass(frozen=True, eq=False)
class Growth:
    """How calls grow.

    Parameters
    ----------
    factor
        On today's calls by year and area, shape (H, n); 1 where the table says nothing of an area.
    held
        Of how many areas the table ends before the last year: they keep its last value.
    """

    years: tuple[str, ...]
    factor: NDArray[np.float64]
    held: int = 0

    def at(self, year: int) -> NDArray[np.float64] | None:
        """Return the factor of each area in a year, even growth between the years told; None outside them."""
        years = [int(y) for y in self.years]
        if not years or not years[0] <= year <= years[-1]:
            return None
        return np.array([np.interp(year, years, column) for column in self.factor.T])


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One site: where it is (an area, or longitude and latitude), its cost or saving, and from when it may be open."""

    site_id: str
    area_id: str
    lon_lat: tuple[float, float] | None
    cost: float
    opens: int
    existing: bool


def read_growth(
    path: Path,
    area_ids: tuple[str, ...],
    known: Mapping[str, str],
    places: Mapping[str, tuple[str, ...]],
    base_year: int | None = None,
) -> Growth:
    """Read ``area_id,year,factor`` or ``place,year,factor``; an area with rows of its own goes by them alone.

    Between the years that the table gives an area its factor grows evenly. Before the first of them it grows from 1 in
    the year of today's calls, or, where that is not known, is the first; after the last it stays the last.

    Parameters
    ----------
    known
        Every name of an area to its id.
    places
        By kind of named place, the name for each area.
    base_year
        The year of today's calls, where it is known.

    Raises
    ------
    InputError
        Naming, all together, rows whose area, place, year or factor cannot be.
    """
    table = rows_of(path, ("year", "factor"), ("area_id", "place"))
    areas_of: dict[str, set[int]] = {}
    for names in places.values():
        for i, name in enumerate(names):
            if name:
                areas_of.setdefault(name, set()).add(i)
    row = {a: i for i, a in enumerate(area_ids)}
    by_place: dict[int, dict[int, float]] = {}
    by_area: dict[int, dict[int, float]] = {}
    faults = []
    for line, cells in table:
        year, factor = cells["year"], number(cells["factor"])
        area, place = cells.get("area_id", ""), cells.get("place", "")
        if not _is_year(year):
            faults.append(f"line {line}: {year!r} is no year")
        elif factor is None or factor < 0:
            faults.append(f"line {line}: {cells['factor']!r} is no factor of 0 or more")
        elif area and area not in known:
            faults.append(f"line {line}: {area!r} is not an area")
        elif area:
            by_area.setdefault(row[known[area]], {})[int(year)] = factor
        elif place not in areas_of:
            faults.append(f"line {line}: {place!r} is no place of places.csv")
        else:
            for k in areas_of[place]:
                by_place.setdefault(k, {})[int(year)] = factor
    refuse(path, faults)
    years = sorted({y for told in (*by_area.values(), *by_place.values()) for y in told})
    found = np.ones((len(years), len(area_ids)))
    told_of = by_place | by_area
    for i, told in told_of.items():
        found[:, i] = _in_between(years, told, base_year)
    held = sum(max(told) < years[-1] for told in told_of.values())
    return Growth(tuple(map(str, years)), found, held)


def _in_between(years: list[int], told: Mapping[int, float], base_year: int | None) -> NDArray[np.float64]:
    """Return an area's factor in each year from those in the years that the table gives, shape (H,)."""
    at = sorted(told)
    values = [told[y] for y in at]
    if base_year is not None and base_year < at[0]:
        at, values = [base_year, *at], [1.0, *values]
    return np.interp(years, at, values)


def read_sites(path: Path, known: Mapping[str, str], *, priced: bool = True) -> tuple[SiteRow, ...]:
    """Read ``site_id``, ``area_id`` or ``lon,lat``, ``cost``, and perhaps ``opens`` (year) and ``existing`` (yes).

    The cost of an existing site is what closing it saves; where sites are not ``priced`` it may be left out.

    Raises
    ------
    InputError
        Naming, all together, rows without a place, with a cost that is none, or whose id stands twice.
    """
    cost_, further = ("cost",), ("area_id", "lon", "lat", "opens", "existing")
    table = (
        rows_of(path, ("site_id", *cost_), further)
        if priced
        else rows_of(path, ("site_id",), cost_ + further)
    )
    found: list[SiteRow] = []
    faults = []
    for line, cells in table:
        site, area = cells["site_id"], cells.get("area_id", "")
        cost = number(cells.get("cost", "") or ("" if priced else "0"))
        lon, lat = number(cells.get("lon", "")), number(cells.get("lat", ""))
        opens = cells.get("opens", "") or "0"
        if not site or any(r.site_id == site for r in found):
            faults.append(f"line {line}: site {site!r} {'stands twice' if site else 'has no id'}")
        elif cost is None or cost < 0:
            faults.append(f"line {line}: {cells['cost']!r} is no cost of 0 or more")
        elif not opens.isdigit():
            faults.append(f"line {line}: {opens!r} is no year to open in")
        elif area and area not in known:
            faults.append(f"line {line}: {area!r} is not an area")
        elif (lon is None) != (lat is None) or (
            lon is not None and not (abs(lon) <= 180 and abs(lat or 0) <= 90)
        ):
            faults.append(
                f"line {line}: lon and lat should be degrees, got {cells.get('lon')!r}, {cells.get('lat')!r}"
            )
        else:
            point = None if lon is None or lat is None else (lon, lat)
            existing = cells.get("existing", "").casefold() in ("yes", "y", "true", "1")
            found.append(SiteRow(site, known.get(area, ""), point, cost, int(opens), existing))
    refuse(path, faults)
    return tuple(found)


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit()

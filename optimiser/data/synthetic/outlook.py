"""Wards and municipalities of the made-up county, sites where a station could stand, and growth of twenty years.

All three are small tables of a planner, in the form that a project folder takes them. They have random numbers of
their own, so that the county itself is the same with and without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.synthetic import names
from optimiser.data.synthetic.duty import days_of
from optimiser.data.synthetic.partition import Region, divide

if TYPE_CHECKING:
    from optimiser.data.synthetic.county import County

PLACE_COLUMNS = ("area_id", "ward", "municipality")
SITE_COLUMNS = ("site_id", "area_id", "cost", "opens", "existing")
GROWTH_COLUMNS = ("place", "area_id", "year", "factor")
YEARS_AHEAD = (5, 10, 20)
N_SITES = 8
_AREAS_A_WARD, _LEAST_WARDS, _MOST_WARDS = 44, 4, 20
_WARDS_A_MUNICIPALITY = 3
_LEVEL_FRAC = 0.25
"""Wards are about as many people each, no more: they were drawn for other ends."""
_GROWTH_A_YEAR = (-0.004, 0.016)
"""From the ward that shrinks to the one that grows most, a year."""
_ESTATES, _ESTATE_FACTOR = 3, (1.5, 2.0, 2.5)
"""New estates, each a single area, and what its calls are of today's after 5, 10 and 20 years."""
_COST, _SAVING = (4.0, 9.0), (2.0, 4.0)
"""Millions: what a new station costs, what closing one of today's saves."""
_LATE_FRAC = 0.25
"""Of the sites, those whose ground is free only after some years."""


def places_table(county: County) -> pd.DataFrame:
    """Return ward and municipality of each area: contiguous, wards nested in municipalities."""
    municipality, ward = _wards(county)
    rng = _random(county, 1)
    called = names.places(rng, int(ward.max() + municipality.max()) + 2)
    n_wards = int(ward.max()) + 1
    return pd.DataFrame(
        {
            "area_id": county.areas["area_id"].to_numpy(),
            "ward": [f"{called[w]} Ward" for w in ward],
            "municipality": [called[n_wards + m] for m in municipality],
        },
        columns=list(PLACE_COLUMNS),
        dtype="str",
    )


def sites_table(county: County) -> pd.DataFrame:
    """Return today's stations, which may close, and candidates among many people far from every station and site."""
    rng = _random(county, 2)
    _, later, _ = _years(county)
    rows = [(str(s), "", f"{rng.uniform(*_SAVING):.1f}", "", "yes") for s in county.stations["station_id"]]
    late = set(rng.choice(N_SITES, round(_LATE_FRAC * N_SITES), replace=False).tolist())
    for number, k in enumerate(_candidates(county)):
        opens = str(later) if number in late else ""
        area = str(county.areas["area_id"].iloc[k])
        rows.append((f"NEW{number + 1}", area, f"{rng.uniform(*_COST):.1f}", opens, ""))
    return pd.DataFrame(rows, columns=list(SITE_COLUMNS), dtype="str")


def growth_table(county: County) -> pd.DataFrame:
    """Return calls of later years over today's: by ward, the east most, and three new estates by their area."""
    _, ward = _wards(county)
    called = places_table(county)["ward"].to_numpy()
    east = _points(county)[:, 0]
    of_ward = {str(called[ward == w][0]): float(east[ward == w].mean()) for w in range(int(ward.max()) + 1)}
    places = sorted(of_ward, key=lambda p: of_ward[p])
    yearly = np.linspace(*_GROWTH_A_YEAR, len(places))
    rng = _random(county, 3)
    people = county.areas["population"].to_numpy()
    quiet = np.flatnonzero((people <= np.median(people)) & (east >= np.median(east)))
    estates = np.sort(rng.choice(quiet, min(_ESTATES, quiet.size), replace=False))
    rows: list[tuple[str, str, str, str]] = []
    for ahead, year, factor in zip(YEARS_AHEAD, _years(county), _ESTATE_FACTOR, strict=True):
        rows += [(p, "", str(year), f"{(1 + g) ** ahead:.3f}") for p, g in zip(places, yearly, strict=True)]
        rows += [("", str(county.areas["area_id"].iloc[k]), str(year), f"{factor:.3f}") for k in estates]
    return pd.DataFrame(rows, columns=list(GROWTH_COLUMNS), dtype="str")


def _years(county: County) -> tuple[int, int, int]:
    """Return the years looked at, from the first year of the calls."""
    first = int(days_of(county)[0].astype("datetime64[Y]").astype(int)) + 1970
    a, b, c = (first + ahead for ahead in YEARS_AHEAD)
    return a, b, c


def _wards(county: County) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return municipality and ward of each area (n,), in the order of the areas."""
    n = len(county.areas)
    indptr, indices = county.graph.neighbours()
    people = county.areas["population"].to_numpy(dtype=np.float64) + 1.0
    region = Region(indptr, indices, _points(county), people)
    n_wards = int(np.clip(round(n / _AREAS_A_WARD), _LEAST_WARDS, _MOST_WARDS))
    n_municipalities = max(2, n_wards // _WARDS_A_MUNICIPALITY)
    rng = _random(county, 0)
    whole = np.asarray(county.graph.component_labels(), dtype=np.int64)
    municipality, _ = divide(rng, region, whole, n_municipalities, tolerance_frac=_LEVEL_FRAC)
    ward, _ = divide(rng, region, municipality, n_wards, tolerance_frac=_LEVEL_FRAC)
    return municipality, ward


def _candidates(county: County) -> list[int]:
    """Return areas one by one, each where most people are far from stations and from the sites before it."""
    xy = _points(county)
    stations = county.stations.geometry
    open_ = np.column_stack([stations.x.to_numpy(), stations.y.to_numpy()])
    gap_m = np.sqrt(((xy[:, None] - open_[None]) ** 2).sum(axis=2)).min(axis=1)
    people = county.areas["population"].to_numpy(dtype=np.float64)
    chosen: list[int] = []
    for _ in range(N_SITES):
        best = int(
            np.argmax(np.where(np.isin(np.arange(len(xy)), chosen), -1.0, gap_m * np.sqrt(people + 1)))
        )
        chosen.append(best)
        gap_m = np.minimum(gap_m, np.sqrt(((xy - xy[best]) ** 2).sum(axis=1)))
    return chosen


def _points(county: County) -> NDArray[np.float64]:
    """Return the middle of each area, shape (n, 2), metres."""
    middle = county.areas.geometry.centroid
    return np.column_stack([middle.x.to_numpy(), middle.y.to_numpy()])


def _random(county: County, what: int) -> np.random.Generator:
    return np.random.default_rng([county.seed, 79, what])

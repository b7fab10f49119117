"""The made-up county as a whole: everything an agency would hand over, and the truth behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from optimiser.data.adjacency_edits import Edit
from optimiser.data.areas import AreaGraph, build_graph
from optimiser.data.synthetic import tables
from optimiser.data.synthetic.call_signs import unit_table, units_sent
from optimiser.data.synthetic.calls import Calls, draw_calls, expected_work
from optimiser.data.synthetic.faults import spoil
from optimiser.data.synthetic.land import Land, Shape, make_land
from optimiser.data.synthetic.people import People, make_people
from optimiser.data.synthetic.plans import Nested, make_plan
from optimiser.data.synthetic.streets import make_streets
from optimiser.data.synthetic.tables import CRS
from optimiser.errors import InputError
from optimiser.units import HOURS_PER_WEEK

_AREAS_PER_BEAT = 14.5
_GROWTH = 0.2
_DRIFT = 0.3
_OLD_TOLERANCE = (0.08, 0.2)
_PLANTED_TOLERANCE = (0.01, 0.03)


@dataclass(frozen=True)
class Truth:
    """What the files do not say.

    Parameters
    ----------
    planted_district, planted_beat
        A plan by area id: contiguous on both sides of river and motorway, balanced on the workload.
    target_share, beat_target_share
        Share of the workload of each planted district and beat; unequal, they sum to 1.
    faults
        How many rows of the raw calls have each fault.
    unit_s
        Patrol unit-seconds of public calls by area and hour of week, shape (n, 168), over all weeks, before faults.
    n_public, n_officer
        Calls before faults.
    """

    planted_district: dict[str, str]
    planted_beat: dict[str, str]
    target_share: dict[str, float]
    beat_target_share: dict[str, float]
    faults: dict[str, int]
    unit_s: NDArray[np.float64]
    n_public: int
    n_officer: int


@dataclass(frozen=True)
class County:
    """Raw tables of a made-up county, as an agency would have them.

    Parameters
    ----------
    seed, shape, n_weeks
        What made it.
    areas
        area_id, name, population, road_km, district_id, beat_id (in use), geometry.
    stations
        station_id, name, district_id, geometry: one a district, in use.
    streets
        street_id, name, class, speed_mph, oneway (FT, TF or empty), geometry.
    hard_lines
        name, kind (river, motorway), geometry.
    crossings
        area_a, area_b, over, name: where a street passes the river or the motorway.
    calls
        Raw rows, faults and all; times as seconds since 1970 UTC.
    call_types, units
        Reference tables.
    graph
        Areas that border each other, cut by the river, joined at its bridges.
    truth
        What the files do not say.
    """

    seed: int
    shape: Shape
    n_weeks: int
    areas: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    hard_lines: gpd.GeoDataFrame
    crossings: pd.DataFrame
    calls: pd.DataFrame
    call_types: pd.DataFrame
    units: pd.DataFrame
    graph: AreaGraph
    truth: Truth


def county(
    seed: int = 1,
    n_areas: int = 700,
    n_districts: int = 6,
    shape: Shape = "county",
    *,
    n_beats: int | None = None,
    n_weeks: int = 52,
    calls_per_area_year: float = 185.0,
    officer_calls_per_area_year: float = 55.0,
) -> County:
    """Make up a county: the same from the same arguments, on every machine with the same numpy and GEOS.

    Parameters
    ----------
    seed
        Seed of every random choice.
    n_areas, n_districts
        Reporting areas, and districts in use (and in the planted plan).
    shape
        ``county``: rounded, inland. ``coastal``: a long strip with a bay.
    n_beats
        Beats in use; by default one for 14.5 areas, at least two a district.
    n_weeks
        Whole weeks of calls from Monday, 6 January 2025.
    calls_per_area_year, officer_calls_per_area_year
        Mean calls of the public, and those officers initiate, per area and year of 52 weeks.

    Raises
    ------
    InputError
        If a number is out of range.
    """
    beats = max(2 * n_districts, round(n_areas / _AREAS_PER_BEAT)) if n_beats is None else n_beats
    _check(n_areas, n_districts, beats, n_weeks, shape, calls_per_area_year, officer_calls_per_area_year)
    rng = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(9)]
    land = make_land(rng[0], n_areas, shape)
    streets, crossings = make_streets(rng[1], land)
    people = make_people(rng[2], land, streets)
    hard = tables.hard_lines_table(rng[3], land)
    old = _old_weight(rng[4], land, people)
    cut = _cut_graph(land, hard)
    used = make_plan(
        rng[4], cut, crossings, land.centres_m, old, n_districts, beats, tolerance_frac=_OLD_TOLERANCE
    )
    calls = draw_calls(
        rng[5],
        land,
        people,
        streets,
        used.beat,
        n_weeks=n_weeks,
        calls_per_area_year=calls_per_area_year,
        officer_per_area_year=officer_calls_per_area_year,
    )
    ids = tables.area_ids(used.district, land.centres_m)
    district_ids = [f"D{d + 1}" for d in range(n_districts)]
    beat_ids = tables.beat_ids(used)
    units = unit_table(district_ids, beat_ids, used.district_of_beat)
    sent = units_sent(rng[6], calls, units, used.beat, used.district_of_beat)
    load = _load(calls, n_areas)
    planted = make_plan(
        rng[7],
        cut,
        crossings,
        land.centres_m,
        np.maximum(load.sum(axis=1), 1.0),
        n_districts,
        beats,
        tolerance_frac=_PLANTED_TOLERANCE,
    )
    rows, faults = spoil(
        rng[8], tables.call_rows(rng[8], calls, ids, sent), shapely.bounds(land.outline).tolist()
    )
    areas = tables.areas_table(
        rng[3], land, people, ids, [district_ids[d] for d in used.district], [beat_ids[b] for b in used.beat]
    )
    crossed = tables.crossings_table(crossings, ids)
    return County(
        seed=seed,
        shape=shape,
        n_weeks=n_weeks,
        areas=areas,
        stations=tables.stations_table(rng[3], land, old, used, district_ids),
        streets=tables.streets_table(streets),
        hard_lines=hard,
        crossings=crossed,
        calls=rows,
        call_types=tables.types_table(),
        units=units,
        graph=_graph(areas, hard, crossed),
        truth=_truth(ids, district_ids, planted, faults, load, calls),
    )


def tiny(seed: int = 1) -> County:
    """Make up a small county for tests and examples: 30 areas, 3 districts, two weeks."""
    return county(seed, n_areas=30, n_districts=3, n_weeks=2, calls_per_area_year=700.0)


def _check(
    n_areas: int, n_districts: int, n_beats: int, n_weeks: int, shape: str, public: float, officer: float
) -> None:
    faults = []
    if not 20 <= n_areas <= 5000:
        faults.append(f"n_areas must be 20 to 5,000, got {n_areas}")
    if not 1 <= n_districts <= n_areas // 8:
        faults.append(f"n_districts must be 1 to {n_areas // 8} for {n_areas} areas, got {n_districts}")
    if not n_districts <= n_beats <= n_areas // 4:
        faults.append(f"n_beats must be {n_districts} to {n_areas // 4}, got {n_beats}")
    if not 1 <= n_weeks <= 520:
        faults.append(f"n_weeks must be 1 to 520, got {n_weeks}")
    if shape not in get_args(Shape):
        faults.append(f"shape must be one of {', '.join(get_args(Shape))}, got {shape!r}")
    if not public > 0 or not officer >= 0:
        faults.append(f"calls a year must be positive, got {public} and {officer}")
    if faults:
        raise InputError("No such county can be made up: " + "; ".join(faults) + ".")


def _old_weight(rng: np.random.Generator, land: Land, people: People) -> NDArray[np.float64]:
    """Return what the work was when the beats in use were drawn: the east has grown since."""
    east = (land.centres_m[:, 0] - land.centres_m[:, 0].mean()) / land.centres_m[:, 0].std()
    noise = _DRIFT * rng.normal(size=len(east))
    old: NDArray[np.float64] = expected_work(people) * np.exp(noise - _GROWTH * east)
    return old


def _cut_graph(land: Land, hard: gpd.GeoDataFrame) -> AreaGraph:
    """Return the graph without what river and motorway part, in the order of the land's areas."""
    numbers = [str(k) for k in range(len(land.shapes))]
    return build_graph(gpd.GeoDataFrame({"area_id": numbers}, geometry=land.shapes, crs=CRS), hard_lines=hard)


def _graph(areas: gpd.GeoDataFrame, hard: gpd.GeoDataFrame, crossings: pd.DataFrame) -> AreaGraph:
    """Return the graph as a project folder gives it: cut by the river, joined at its bridges."""
    bridges = crossings[crossings["over"] == "river"]
    edits = tuple(
        Edit(a, b, "add", name)
        for a, b, name in zip(bridges["area_a"], bridges["area_b"], bridges["name"], strict=True)
    )
    return build_graph(areas, hard_lines=hard[hard["kind"] == "river"], edits=edits)


def _load(calls: Calls, n_areas: int) -> NDArray[np.float64]:
    public = calls.public
    cell = calls.area[public] * HOURS_PER_WEEK + calls.hour_of_week[public]
    summed = np.bincount(cell, weights=calls.unit_s[public], minlength=n_areas * HOURS_PER_WEEK)
    return summed.astype(np.float64).reshape(n_areas, HOURS_PER_WEEK)


def _truth(
    ids: list[str],
    district_ids: list[str],
    planted: Nested,
    faults: dict[str, int],
    load: NDArray[np.float64],
    calls: Calls,
) -> Truth:
    beats = tables.beat_ids(planted)
    order = np.argsort(np.array(ids), kind="stable")
    return Truth(
        planted_district={ids[k]: district_ids[planted.district[k]] for k in order},
        planted_beat={ids[k]: beats[planted.beat[k]] for k in order},
        target_share=dict(zip(district_ids, planted.target_share.tolist(), strict=True)),
        beat_target_share=dict(zip(beats, planted.beat_target_share.tolist(), strict=True)),
        faults=faults,
        unit_s=load[order],
        n_public=int(calls.public.sum()),
        n_officer=int((~calls.public).sum()),
    )

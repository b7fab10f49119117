"""Arrays of the made-up county to the tables an agency keeps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from optimiser.data.synthetic import names
from optimiser.data.synthetic.call_types import CALL_TYPES, TEST_TYPE
from optimiser.data.synthetic.calls import Calls
from optimiser.data.synthetic.land import Land
from optimiser.data.synthetic.people import People
from optimiser.data.synthetic.plans import Nested
from optimiser.data.synthetic.streets import SPEEDS_MPH, Crossing, Streets
from optimiser.units import METRES_PER_KM

CRS = "EPSG:32618"
_IDS_A_LETTER = 20
_CALLED_OFF, _BY_PHONE, _REPORT, _ADVICE, _ARREST = "CAN", "TEL", "RPT", "ADV", "ARR"


def area_ids(district: NDArray[np.int64], xy_m: NDArray[np.float64]) -> list[str]:
    """Return ids like ``2E14``: district, letter of a strip from the north, number. Text, whatever they look like."""
    ids = [""] * len(district)
    for d in range(int(district.max()) + 1):
        members = np.flatnonzero(district == d)
        members = members[np.argsort(-xy_m[members, 1], kind="stable")]
        for start in range(0, len(members), _IDS_A_LETTER):
            strip = members[start : start + _IDS_A_LETTER]
            for number, k in enumerate(strip[np.argsort(xy_m[strip, 0], kind="stable")].tolist()):
                ids[k] = f"{d + 1}{_letters(start // _IDS_A_LETTER)}{number + 1:02d}"
    return ids


def _letters(k: int) -> str:
    return chr(ord("A") + k) if k < 26 else _letters(k // 26 - 1) + chr(ord("A") + k % 26)


def beat_ids(plan: Nested) -> list[str]:
    """Return ids like ``B203``: the third beat of district 2."""
    home = plan.district_of_beat
    return [f"B{home[b] + 1}{int((home[:b] == home[b]).sum()) + 1:02d}" for b in range(len(home))]


def areas_table(
    rng: np.random.Generator, land: Land, people: People, ids: list[str], district: list[str], beat: list[str]
) -> gpd.GeoDataFrame:
    """Return the areas in the order of their ids."""
    towns = names.places(rng, len(land.towns_m))
    near = ((land.centres_m[:, None] - land.towns_m[None]) ** 2).sum(axis=2).argmin(axis=1)
    table = gpd.GeoDataFrame(
        {
            "area_id": pd.array(ids, dtype="str"),
            "name": pd.array([f"{towns[t]} {a}" for t, a in zip(near, ids, strict=True)], dtype="str"),
            "population": people.population,
            "road_km": np.round(people.road_m / METRES_PER_KM, 3),
            "district_id": pd.array(district, dtype="str"),
            "beat_id": pd.array(beat, dtype="str"),
        },
        geometry=land.shapes,
        crs=CRS,
    )
    return table.sort_values("area_id", kind="stable", ignore_index=True)


def stations_table(
    rng: np.random.Generator, land: Land, weight: NDArray[np.float64], used: Nested, district_ids: list[str]
) -> gpd.GeoDataFrame:
    """Return one station a district, at a crossroads near the middle of what its work once was."""
    at = []
    for d in range(len(district_ids)):
        members = np.flatnonzero(used.district == d)
        middle = np.average(land.centres_m[members], axis=0, weights=weight[members])
        at.append(members[((land.centres_m[members] - middle) ** 2).sum(axis=1).argmin()])
    titles = names.places(rng, len(district_ids))
    return gpd.GeoDataFrame(
        {
            "station_id": pd.array([f"ST{d + 1}" for d in range(len(district_ids))], dtype="str"),
            "name": pd.array([f"{t} Station" for t in titles], dtype="str"),
            "district_id": pd.array(district_ids, dtype="str"),
        },
        geometry=shapely.points(land.centres_m[at]),
        crs=CRS,
    )


def streets_table(streets: Streets) -> gpd.GeoDataFrame:
    """Return the street lines."""
    return gpd.GeoDataFrame(
        {
            "street_id": pd.array([f"S{k + 1:05d}" for k in range(len(streets.lines))], dtype="str"),
            "name": pd.array(streets.name, dtype="str"),
            "class": pd.array(streets.kind, dtype="str"),
            "speed_mph": np.array([SPEEDS_MPH[k] for k in streets.kind], dtype=np.int32),
            "oneway": pd.array(streets.oneway, dtype="str"),
        },
        geometry=np.array(streets.lines),
        crs=CRS,
    )


def hard_lines_table(rng: np.random.Generator, land: Land) -> gpd.GeoDataFrame:
    """Return river and motorway."""
    title = names.places(rng, 1)[0]
    return gpd.GeoDataFrame(
        {
            "name": pd.array([f"River {title}", "Motorway 7"], dtype="str"),
            "kind": pd.array(["river", "motorway"], dtype="str"),
        },
        geometry=[land.river, land.motorway],
        crs=CRS,
    )


def crossings_table(crossings: list[Crossing], ids: list[str]) -> pd.DataFrame:
    """Return which two areas each crossing joins."""
    rows = [(ids[c.area_a], ids[c.area_b], c.over, c.name) for c in crossings]
    return pd.DataFrame(rows, columns=["area_a", "area_b", "over", "name"], dtype="str")


def types_table() -> pd.DataFrame:
    """Return the call types as a code list."""
    rows: list[tuple[str, ...]] = [
        (t.code, t.description, t.category, str(t.priority), t.origin) for t in CALL_TYPES
    ]
    rows.append((*TEST_TYPE[:3], str(TEST_TYPE[3]), "other"))
    return pd.DataFrame(rows, columns=["code", "description", "category", "priority", "origin"], dtype="str")


def call_rows(
    rng: np.random.Generator, calls: Calls, ids: list[str], units: NDArray[np.str_]
) -> pd.DataFrame:
    """Return the rows of the extract, clean; times as seconds since 1970 UTC."""
    n = len(calls.kind)
    dealt = np.array([_REPORT, _ADVICE, _ARREST], dtype=object)[_ladder(rng, n, (0.5, 0.42, 0.08))]
    called_off = np.isnan(calls.arrived)
    outcome = np.where(called_off, np.where(calls.n_units > 0, _CALLED_OFF, _BY_PHONE), dealt)
    pick = {
        name: np.array([getattr(t, name) for t in CALL_TYPES], dtype=object)
        for name in ("code", "origin", "priority")
    }
    return pd.DataFrame(
        {
            "id": np.char.add("25-", np.char.zfill(np.arange(1, n + 1).astype(str), 7)).astype(object),
            "received": calls.received,
            "dispatched": calls.dispatched,
            "enroute": calls.enroute,
            "arrived": calls.arrived,
            "first_clear": calls.first_clear,
            "cleared": calls.cleared,
            "priority": pick["priority"][calls.kind].astype(str).astype(object),
            "type": pick["code"][calls.kind],
            "origin": pick["origin"][calls.kind],
            "area": np.array(ids, dtype=object)[calls.area],
            "x": calls.x_m,
            "y": calls.y_m,
            "units": units.astype(object),
            "outcome": outcome,
        }
    )


def _ladder(rng: np.random.Generator, n: int, shares: tuple[float, ...]) -> NDArray[np.int64]:
    return np.minimum(np.searchsorted(np.cumsum(shares), rng.random(n)), len(shares) - 1)

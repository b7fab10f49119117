"""Who lives and what happens in each area of the made-up county."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from optimiser.data.synthetic.call_types import Place
from optimiser.data.synthetic.land import Land
from optimiser.data.synthetic.streets import Streets

_PEOPLE_PER_AREA = 1300.0
_HOT_SHARE = 0.03
_HOT_FACTOR = 4.0
_SHOPPING_SHARE = 0.35


@dataclass(frozen=True)
class People:
    """By area: residents (n,), metres of street (n,), and how much happens at each sort of place (n,) each."""

    population: NDArray[np.int64]
    road_m: NDArray[np.float64]
    places: dict[Place, NDArray[np.float64]]


def make_people(rng: np.random.Generator, land: Land, streets: Streets) -> People:
    """Return residents, streets and activity by area: busy hot spots, quiet countryside."""
    n = len(land.shapes)
    lived = land.density * shapely.area(land.shapes) * rng.lognormal(0.0, 0.35, n)
    population = np.round(lived / lived.sum() * n * _PEOPLE_PER_AREA).astype(np.int64)
    area = np.array(streets.area)
    length_m = shapely.length(np.array(streets.lines))
    owned = area >= 0
    road_m = np.bincount(area[owned], weights=length_m[owned], minlength=n).astype(np.float64)
    main = owned & np.isin(np.array(streets.kind), ("primary", "secondary", "motorway_link"))
    main_m = np.bincount(area[main], weights=length_m[main], minlength=n)
    hot = np.where(rng.random(n) < _HOT_SHARE, _HOT_FACTOR, 1.0)
    shops = rng.lognormal(0.0, 0.9, n) * np.where(rng.random(n) < _SHOPPING_SHARE, 1.0, 0.12)
    places: dict[Place, NDArray[np.float64]] = {
        "homes": population**0.9 * rng.lognormal(0.0, 0.4, n) * hot,
        "shops": np.sqrt(population + 50.0) * shops * hot,
        "centre": land.density**2 * rng.lognormal(0.0, 0.6, n) * hot + 0.05 * population / population.mean(),
        "roads": (0.2 * road_m + main_m) * np.sqrt(land.density) * rng.lognormal(0.0, 0.3, n),
        "anywhere": population + 100.0,
    }
    return People(population, road_m, places)

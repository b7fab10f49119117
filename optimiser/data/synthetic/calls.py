"""A year of calls of the made-up county, drawn as whole arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from optimiser.data.synthetic import rhythm
from optimiser.data.synthetic.call_types import CALL_TYPES
from optimiser.data.synthetic.land import Land
from optimiser.data.synthetic.people import People
from optimiser.data.synthetic.streets import Streets
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR, SECONDS_PER_MINUTE

TIMEZONE = "America/New_York"
FIRST_MONDAY = "2025-01-06"
_HOUR_S = int(SECONDS_PER_HOUR)
_DELAY_MEDIAN_S = np.array([0.0, 70.0, 200.0, 480.0, 900.0])
_SPEED_M_PER_S = np.array([0.0, 15.0, 12.0, 11.0, 10.5])
_NO_SHOW = np.array([0.0, 0.015, 0.04, 0.10, 0.15])
_BY_PHONE_SHARE = 0.4
_DETOUR = 1.35
_START_S = 50.0
_SIGMA = float(np.sqrt(np.log(1 + 1.4**2)))  # lognormal with a coefficient of variation of 1.4
_SIGMA_WITHIN_TYPE = float(np.sqrt(np.log(1 + 1.25**2)))
_SIGMA_TRAVEL = 0.55
_LONGEST_S = 10 * SECONDS_PER_HOUR
_SHORTEST_S = 45.0


@dataclass
class Calls:
    """One entry a call, in order of time. Times are seconds since 1970 UTC, NaN where it did not happen.

    ``kind`` indexes the call types, ``area`` the areas; ``n_units`` counts the units that were sent, ``n_patrol``
    the patrol cars among them.
    """

    kind: NDArray[np.int64]
    area: NDArray[np.int64]
    hour_of_week: NDArray[np.int64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    n_units: NDArray[np.int64]
    n_patrol: NDArray[np.int64]
    received: NDArray[np.float64]
    dispatched: NDArray[np.float64]
    enroute: NDArray[np.float64]
    arrived: NDArray[np.float64]
    first_clear: NDArray[np.float64]
    cleared: NDArray[np.float64]

    @property
    def unit_s(self) -> NDArray[np.float64]:
        """Patrol unit-seconds of each call: every patrol car from dispatch to last clear; 0 where none was sent."""
        seconds: NDArray[np.float64] = self.n_patrol.astype(float) * np.nan_to_num(
            self.cleared - self.dispatched
        )
        return seconds

    @property
    def public(self) -> NDArray[np.bool_]:
        """Whether the public called, not an officer."""
        return np.array([t.origin == "public" for t in CALL_TYPES])[self.kind]


def draw_calls(
    rng: np.random.Generator,
    land: Land,
    people: People,
    streets: Streets,
    beat: NDArray[np.int64],
    *,
    n_weeks: int,
    calls_per_area_year: float,
    officer_per_area_year: float,
) -> Calls:
    """Draw ``n_weeks`` weeks of calls; ``beat`` (n,) says where patrol cars come from."""
    n = len(land.shapes)
    years = n_weeks / 52.0
    mean = {"public": calls_per_area_year * n * years, "officer": officer_per_area_year * n * years}
    total = np.array([sum(t.share for t in CALL_TYPES if t.origin == u.origin) for u in CALL_TYPES])
    counts = rng.poisson([mean[t.origin] * t.share / s for t, s in zip(CALL_TYPES, total, strict=True)])
    kind = np.repeat(np.arange(len(CALL_TYPES)), counts)
    area, hour, week = (np.empty(len(kind), dtype=np.int64) for _ in range(3))
    for k, t in enumerate(CALL_TYPES):
        rows = kind == k
        area[rows] = _pick(rng, people.places[t.place], counts[k])
        hour[rows] = _pick(rng, rhythm.hours(t.rhythm), counts[k])
        week[rows] = _pick(rng, rhythm.weeks(rng, t.rhythm, n_weeks), counts[k])
    local_s = (week * HOURS_PER_WEEK + hour) * _HOUR_S + rng.integers(0, _HOUR_S, len(kind))
    order = np.argsort(local_s, kind="stable")
    kind, area, hour, local_s = kind[order], area[order], hour[order], local_s[order]
    x_m, y_m = _places(rng, land, streets, area)
    return _times(rng, land, beat, kind, area, hour, _to_utc(rng, local_s), x_m, y_m)


def expected_work(people: People) -> NDArray[np.float64]:
    """Return the unit-seconds that public calls of a typical time bring each area (n,), up to a factor."""
    work = np.full(len(people.population), 1e-6)
    for t in CALL_TYPES:
        if t.origin == "public":
            place = people.places[t.place]
            work += t.share * t.on_scene_min * np.dot(t.units, (1, 2, 3, 4)) * place / place.sum()
    return work


def _pick(rng: np.random.Generator, weight: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    ladder = np.cumsum(weight)
    picked: NDArray[np.int64] = np.searchsorted(ladder, rng.random(count) * ladder[-1], side="right")
    return np.minimum(picked, len(weight) - 1)


def _to_utc(rng: np.random.Generator, local_s: NDArray[np.int64]) -> NDArray[np.float64]:
    """Wall-clock seconds since the first Monday to UTC; the night without an hour and the one with two too."""
    wall = pd.DatetimeIndex(np.datetime64(FIRST_MONDAY, "s") + local_s.astype("timedelta64[s]"))
    first = rng.random(len(wall)) < 0.5
    aware = wall.tz_localize(TIMEZONE, ambiguous=first, nonexistent=pd.Timedelta(hours=1))
    return np.asarray(aware.as_unit("s").asi8, dtype=np.float64)


def _places(
    rng: np.random.Generator, land: Land, streets: Streets, area: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where each call is, to the metre: on a street inside its area."""
    across = np.flatnonzero(np.array(streets.across))
    owner = np.array(streets.area)[across]
    order = np.argsort(owner, kind="stable")
    lines = np.array(streets.lines)[across[order]]
    count = np.bincount(owner, minlength=len(land.shapes))
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    ends = shapely.get_coordinates(shapely.get_point(lines, -1)) if len(lines) else np.zeros((0, 2))
    street = first[area] + np.floor(rng.random(len(area)) * count[area]).astype(np.int64)
    centre = land.centres_m[area]
    end = np.where((count[area] > 0)[:, None], ends[np.minimum(street, len(ends) - 1)], centre)
    point = np.round(centre + rng.random(len(area))[:, None] * (end - centre))
    astray = ~shapely.contains_xy(land.shapes[area], point[:, 0], point[:, 1])
    point[astray] = np.round(centre[astray])
    return point[:, 0], point[:, 1]


def _times(
    rng: np.random.Generator,
    land: Land,
    beat: NDArray[np.int64],
    kind: NDArray[np.int64],
    area: NDArray[np.int64],
    hour: NDArray[np.int64],
    received: NDArray[np.float64],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
) -> Calls:
    n = len(kind)
    priority = np.array([t.priority for t in CALL_TYPES])[kind]
    public = np.array([t.origin == "public" for t in CALL_TYPES])[kind]
    busy = np.bincount(hour, minlength=HOURS_PER_WEEK) / max(1.0, n / HOURS_PER_WEEK)
    wait_s = _DELAY_MEDIAN_S[priority] * (0.6 + 0.4 * busy[hour]) * rng.lognormal(0.0, _SIGMA, n)
    dispatched = received + np.where(public, np.round(np.minimum(wait_s, _LONGEST_S / 3)), 0.0)
    turn_out_s = np.where(public, np.round(rng.gamma(2.0, 20.0, n)), 0.0)
    car = land.centres_m[_colleague(rng, beat, area)]
    gap_m = np.hypot(car[:, 0] - x_m, car[:, 1] - y_m)
    drive_s = (_START_S + _DETOUR * gap_m / _SPEED_M_PER_S[priority]) * rng.lognormal(0.0, _SIGMA_TRAVEL, n)
    arrived = dispatched + turn_out_s + np.where(public, np.round(drive_s), 0.0)
    mean_s = np.array([t.on_scene_min * SECONDS_PER_MINUTE for t in CALL_TYPES], dtype=np.float64)[kind]
    drawn_s = mean_s * rng.lognormal(-(_SIGMA_WITHIN_TYPE**2) / 2, _SIGMA_WITHIN_TYPE, n)
    scene_s = np.round(np.minimum(np.maximum(drawn_s, _SHORTEST_S), _LONGEST_S))
    ladder = np.cumsum([t.units for t in CALL_TYPES], axis=1)[kind]
    n_units = 1 + (rng.random(n)[:, None] > ladder[:, :-1]).sum(axis=1)
    cleared = arrived + scene_s
    first_clear = np.where(n_units > 1, arrived + np.round(scene_s * rng.uniform(0.15, 0.7, n)), cleared)
    calls = Calls(
        kind,
        area,
        hour,
        x_m,
        y_m,
        n_units,
        n_units.copy(),
        received,
        dispatched,
        dispatched + turn_out_s,
        arrived,
        first_clear,
        cleared,
    )
    _call_off(rng, calls, priority, public)
    return calls


def _call_off(
    rng: np.random.Generator, calls: Calls, priority: NDArray[np.int64], public: NDArray[np.bool_]
) -> None:
    """Let some calls end before anybody arrives: called off on the way, or dealt with by telephone."""
    off = public & (rng.random(len(priority)) < _NO_SHOW[priority])
    by_phone = off & (rng.random(len(priority)) < _BY_PHONE_SHARE)
    calls.arrived[off] = np.nan
    calls.n_units[off] = 1
    calls.cleared[off] = calls.enroute[off] + np.round(rng.gamma(1.5, 120.0, int(off.sum())))
    calls.first_clear[off] = calls.cleared[off]
    calls.n_units[by_phone] = 0
    calls.dispatched[by_phone] = np.nan
    calls.enroute[by_phone] = np.nan


def _colleague(
    rng: np.random.Generator, beat: NDArray[np.int64], area: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return a random area of the same beat for each area given: there the car stood."""
    order = np.argsort(beat, kind="stable")
    count = np.bincount(beat)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    home = beat[area]
    picked: NDArray[np.int64] = order[
        first[home] + np.floor(rng.random(len(area)) * count[home]).astype(np.int64)
    ]
    return picked

"""How far every beat is from every other, by road, at each part of the day.

The drive from beat b to beat a is the mean over a's calls of that part of the day of the drive from b's centre:

    t_p(b, a) = sum over areas i of a, hours h of p of calls(i, h) T_h(c_b, i) / sum of the same calls

c_b is the point, among the inner points of b's areas, from which b's own calls of the week are nearest on average; it
is the same all day, so that a change over the day is one of calls and traffic. T_h is the drive time on the roads of
the project with the travel-time factors of hour h. A beat without a call in a part takes those of its whole week, one
without any call all its areas alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.demand.day_parts import DayPart
from optimiser.demand.workload import Workload
from optimiser.errors import InputError
from optimiser.prepare.beats import Beats
from optimiser.prepare.travel import DETOUR, area_points, network
from optimiser.roads import RoadNetwork, snap, times_between
from optimiser.units import HOURS_PER_WEEK

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BeatTimes:
    """Drives between beats.

    Parameters
    ----------
    part_names
        The P parts of the day.
    beat_ids
        The B beats.
    centre_area
        Area whose inner point is the centre of each beat.
    drive_s
        Mean drive to the calls of beat a (second axis) from the centre of beat b (third), shape (P, B, B), seconds.
    """

    part_names: tuple[str, ...]
    beat_ids: tuple[str, ...]
    centre_area: tuple[str, ...]
    drive_s: FloatArray


def beat_times(
    project: Project,
    made: Beats,
    work: Workload,
    parts: Sequence[DayPart],
    *,
    factors: FloatArray | None = None,
    driver: str = "basic",
) -> BeatTimes:
    """Return the drives between the beats of a plan.

    Parameters
    ----------
    factors
        Travel-time factors by class of road and hour of the week, shape (n_classes, 168); free flow if None.
    driver
        Driver class.

    Raises
    ------
    InputError
        If a beat cannot reach another by road.
    """
    points = area_points(project)
    ways = _Ways(project, factors, driver)
    week = work.calls.sum(axis=1)
    centre = np.array(
        [_centre(ways, points, week, np.flatnonzero(made.beat_of == b)) for b in range(len(made.beat_ids))]
    )
    kind, kinds = ways.kinds_of_hours()
    drive_s = np.zeros((len(parts), len(made.beat_ids), len(made.beat_ids)))
    weights = [_weights(made, work, week, part, kind, len(kinds)) for part in parts]
    for q, hour in enumerate(kinds):
        times = ways.times_s(points[centre], points, hour)
        for p, weight in enumerate(weights):
            share = weight[:, q]
            for b in range(len(made.beat_ids)):
                drive_s[p, :, b] += made.summed(share * times[b])
    if not np.isfinite(drive_s).all():
        _, a, b = np.argwhere(~np.isfinite(drive_s))[0]
        raise InputError(
            f"No road leads from beat {made.beat_ids[b]} to beat {made.beat_ids[a]} for driver class {driver}. Check "
            "one-ways and closed streets there."
        )
    names = tuple(made.area_ids[k] for k in centre.tolist())
    return BeatTimes(tuple(p.name for p in parts), made.beat_ids, names, drive_s)


class _Ways:
    """Drive times between points at any hour, by road or else along a straight line."""

    def __init__(self, project: Project, factors: FloatArray | None, driver: str) -> None:
        self._roads: RoadNetwork | None = network(project)
        self._speed = project.settings.default_speed_m_per_s
        self._factors = factors if self._roads is not None else None
        self._driver = driver

    def kinds_of_hours(self) -> tuple[NDArray[np.int64], list[int | None]]:
        """Return the kind of each hour of the week, shape (168,), and an hour of each kind; equal factors are one."""
        if self._factors is None:
            return np.zeros(HOURS_PER_WEEK, dtype=np.int64), [None]
        _, first, kind = np.unique(self._factors, axis=1, return_index=True, return_inverse=True)
        return np.asarray(kind, dtype=np.int64).ravel(), [int(h) for h in first]

    def times_s(self, origins: FloatArray, places: FloatArray, hour: int | None) -> FloatArray:
        """Return seconds, shape (n_origins, n_places); infinite where no road leads."""
        if self._roads is None:
            gap = np.linalg.norm(origins[:, None, :] - places[None, :, :], axis=2)
            return np.asarray(DETOUR * gap / self._speed)
        table = times_between(
            self._roads,
            snap(self._roads, origins, driver=self._driver),
            snap(self._roads, places, driver=self._driver),
            driver=self._driver,
            hour_of_week=hour,
            factors=self._factors,
            access_m_per_s=self._speed,
        )
        return np.asarray(table, dtype=np.float64)


def _centre(ways: _Ways, points: FloatArray, calls: FloatArray, mine: NDArray[np.int64]) -> int:
    """Return the area of a beat from which its calls are nearest on average in free flow; the first of equal ones."""
    weight = calls[mine] if calls[mine].sum() > 0 else np.ones(len(mine))
    mean_s = np.round(ways.times_s(points[mine], points[mine], None) @ weight / weight.sum(), 3)
    return int(mine[int(mean_s.argmin())])


def _weights(
    made: Beats, work: Workload, week: FloatArray, part: DayPart, kind: NDArray[np.int64], n_kinds: int
) -> FloatArray:
    """Share of its beat's calls that each area has in hours of each kind in a part of the day, shape (n, K)."""
    hours = np.array(part.hours)
    weight = np.zeros((len(made.area_ids), n_kinds))
    for q in range(n_kinds):
        weight[:, q] = work.calls[:, hours[kind[hours] == q]].sum(axis=1)
    spread = np.bincount(kind[hours], minlength=n_kinds) / len(hours)
    for fallback in (week, np.ones(len(week))):
        quiet = made.summed(weight.sum(axis=1)) <= 0
        weight = np.where(quiet[made.beat_of][:, None], fallback[:, None] * spread, weight)
    total: FloatArray = made.summed(weight.sum(axis=1))[made.beat_of]
    return np.asarray(weight / total[:, None])

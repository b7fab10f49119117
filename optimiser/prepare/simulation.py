"""A project becomes a simulation: areas as zones, drive times, calls as they came, and what is not known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.prepare.travel import DETOUR, area_points, times_s
from optimiser.simulate import Calls, Stream, Travel
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR, hours, minutes

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
OWN_WORK = 99
"""Grade of what officers start themselves: it takes a free unit and has no response time."""
WITHIN_AREA = 0.52
"""Mean distance between two random points of a square of side 1."""
MOST_WITHOUT_CLEAR = 0.9
"""With fewer times of clear than one call in ten they are no sample of the others."""
_MINUTE_S = 60.0
_TOLD = (
    "received_at",
    "area_id",
    "priority",
    "origin",
    "n_units",
    "on_scene_s",
    "unit_s",
    "travel_s",
    "dispatch_delay_s",
)
_PUBLIC = "public"


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """Where and when a project's calls were, and the ways between its areas.

    Parameters
    ----------
    zone_ids
        Area ids in the order of zone numbers.
    travel
        Times between areas; mode 0 at the limit, mode 1 with blue lights, which the most urgent grade uses.
    grades, target_s
        Grades from the most urgent on, the officers' own work last; attend-within targets.
    calls
        N calls that a unit was sent to, by time received. Their delay is not in ``time_s``.
    delay_s, way_s
        Recorded seconds from the call to the order, and from there to the first arrival; NaN where not recorded.
    n_weeks
        Weeks that the calls span.
    lacks
        What the data do not tell, and what was assumed for it, in words.
    """

    zone_ids: tuple[str, ...]
    travel: Travel
    grades: tuple[int, ...]
    target_s: Mapping[int, float]
    calls: Calls
    delay_s: FloatArray
    way_s: FloatArray
    n_weeks: float
    lacks: tuple[str, ...]

    def stream(self) -> Stream:
        """Return the Poisson stream of the mean week, service times drawn from the recorded ones."""
        calls = self.calls
        hour = (calls.time_s // SECONDS_PER_HOUR).astype(np.int64) % HOURS_PER_WEEK
        rank = np.searchsorted(self.grades, calls.grade)
        rate = np.zeros((len(self.zone_ids), HOURS_PER_WEEK, len(self.grades)))
        np.add.at(rate, (calls.zone, hour, rank), 1.0 / self.n_weeks)
        need = calls.need if calls.need is not None else np.ones(len(calls), dtype=np.int64)
        present = [g for g in self.grades if (calls.grade == g).any()]
        return Stream(
            rate_per_h=rate,
            grades=self.grades,
            service={
                g: calls.service_s[calls.grade == g].reshape(-1) if g in present else 0.0 for g in self.grades
            },
            need_frac={g: _shares(need[calls.grade == g]) for g in present},
        )


def ground_of(project: Project, *, seed: int = 0) -> Ground:
    """Return what a simulation needs of a project.

    Raises
    ------
    InputError
        If the project has red faults, or no call with an area, a priority and a unit.
    """
    project.require_ready()
    if project.calls is None:
        raise InputError("A workload table holds no single calls; a simulation needs calls.")
    lacks: list[str] = []
    ids = tuple(project.graph.ids)
    rows = _usable(project.calls, ids, lacks)
    public = (rows["origin"] == _PUBLIC).to_numpy()
    grade = np.where(public, rows["priority"].to_numpy(dtype=np.int64), OWN_WORK)
    monday = first_monday(project.calls["received_at"], project.settings.timezone)
    received_s = seconds_since(monday, rows["received_at"], project.settings.timezone)
    # stored to the minute: spread within it, or calls of one minute would come at one moment
    received_s = received_s + np.random.default_rng([seed, 1]).uniform(0.0, _MINUTE_S, len(rows))
    order = np.argsort(received_s, kind="stable")
    rows, grade, received_s = rows.iloc[order], grade[order], received_s[order]
    way_s = np.where(grade == OWN_WORK, np.nan, rows["travel_s"].to_numpy(dtype=float))
    delay_s = np.where(grade == OWN_WORK, np.nan, rows["dispatch_delay_s"].to_numpy(dtype=float))
    calls = Calls(
        time_s=received_s,
        zone=pd.Index(ids).get_indexer(pd.Index(rows["area_id"])).astype(np.int64),
        grade=grade,
        service_s=_service(rows, project.settings.default_service_s, lacks),
        need=rows["n_units"].to_numpy(dtype=np.int64),
    )
    grades = tuple(sorted({int(g) for g in np.unique(grade)}))
    targets = {g: t for g, t in project.settings.priority_targets_s.items() if g in grades}
    if not targets:
        lacks.append("No response targets are given in the project: shares within the target are not shown.")
    span_s = float(received_s[-1] - received_s[0])
    return Ground(
        zone_ids=ids,
        travel=_travel(project, len(grades), lacks),
        grades=grades,
        target_s=targets,
        calls=calls,
        delay_s=delay_s,
        way_s=way_s,
        n_weeks=max(1.0, hours(span_s) / HOURS_PER_WEEK),
        lacks=tuple(lacks),
    )


def _usable(calls: pd.DataFrame, ids: tuple[str, ...], lacks: list[str]) -> pd.DataFrame:
    if not (calls["priority"] > 0).any():
        lacks.append(
            "No call has a priority: all calls of the public are one grade, served in order of time."
        )
        calls = calls.assign(priority=np.int8(1))
    sent = calls["n_units"] > 0
    placed = calls["area_id"].isin(ids)
    ranked = (calls["priority"] > 0) | (calls["origin"] != _PUBLIC)
    rows = calls[sent & placed & ranked]
    if rows.empty:
        raise InputError(
            "No call has an area, a priority and a unit that was sent: there is nothing to replay."
        )
    for what, n in (
        ("no unit", int((~sent).sum())),
        ("no area", int((sent & ~placed).sum())),
        ("no priority", int((sent & placed & ~ranked).sum())),
    ):
        if n:
            lacks.append(f"{n:,} of {len(calls):,} calls have {what} and are not replayed.")
    # calls of one minute lie in the order of their keyed ids, another one in each project: by what they are instead
    return rows.sort_values(list(_TOLD), kind="stable")


def first_monday(received_at: pd.Series, timezone: str) -> pd.Timestamp:
    """Return the Monday 00:00 of the wall clock from which a project's seconds are counted: that before its calls."""
    first = received_at.min().tz_convert(timezone).tz_localize(None).normalize()
    return pd.Timestamp(first - pd.Timedelta(days=first.weekday()))


def seconds_since(monday: pd.Timestamp, at: pd.Series, timezone: str) -> FloatArray:
    """Return seconds of the wall clock since a Monday."""
    wall = at.dt.tz_convert(timezone).dt.tz_localize(None)
    return np.asarray((wall - monday).dt.total_seconds(), dtype=float)


def _service(rows: pd.DataFrame, default_s: float, lacks: list[str]) -> FloatArray:
    """Seconds of one unit at the scene: recorded, else busy time less the way, else that of other calls."""
    units = np.maximum(rows["n_units"].to_numpy(dtype=float), 1.0)
    scene = rows["on_scene_s"].to_numpy(dtype=float)
    busy = rows["unit_s"].to_numpy(dtype=float) / units - np.nan_to_num(
        rows["travel_s"].to_numpy(dtype=float)
    )
    seconds = np.where(np.isfinite(scene), scene, np.maximum(busy, 0.0))
    missing = ~np.isfinite(seconds)
    if missing.mean() > MOST_WITHOUT_CLEAR:
        lacks.append(
            f"{int((~missing).sum()):,} of {len(rows):,} calls have a time of clear: every unit is taken to stay "
            f"{minutes(default_s):.0f} min at the scene, so how many units are free is a guess."
        )
        return np.full(len(rows), default_s)
    if missing.any():
        lacks.append(f"{int(missing.sum()):,} calls have no time of clear; theirs is drawn from the others'.")
        rng = np.random.default_rng(0)
        seconds[missing] = rng.choice(seconds[~missing], int(missing.sum()))
    return np.asarray(seconds, dtype=float)


def _travel(project: Project, n_grades: int, lacks: list[str]) -> Travel:
    points = area_points(project)
    tables = np.stack([times_s(project, points, points, driver=d) for d in ("basic", "advanced")])
    side_m = np.sqrt(project.areas.geometry.area.to_numpy())
    within_s = WITHIN_AREA * DETOUR * side_m / project.settings.default_speed_m_per_s
    for table in tables:
        np.fill_diagonal(table, within_s)
    if project.roads_file is None:
        lacks.append(
            "The project has no roads: ways are straight lines, a third longer, at one speed, by day and night."
        )
    mode = np.zeros((1, n_grades + 1), dtype=np.int64)
    mode[0, 0] = 1
    away_m = DETOUR * np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    return Travel(table_s=tables[:, None], mode=mode, metres=away_m, xy_m=points, glide="raster")


def _shares(need: IntArray) -> FloatArray:
    counts = np.bincount(need)[1:]
    return np.asarray(counts / counts.sum(), dtype=float)

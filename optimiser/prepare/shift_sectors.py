"""The work of each sector by itself, the recorded calls that weeks are drawn from, and how far apart sectors lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.demand.workload import OFFICER_INITIATED, Workload, durations
from optimiser.errors import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Recorded:
    """Calls of the public: area, hour of the week, grade, units and seconds that one of them was busy, N rows each."""

    area: NDArray[np.str_]
    hour: IntArray
    grade: IntArray
    units: IntArray
    busy_s: FloatArray
    n_weeks: float

    def within(self, areas: frozenset[str]) -> Recorded:
        """Return the calls of some areas."""
        keep = np.isin(self.area, list(areas))
        return Recorded(
            self.area[keep],
            self.hour[keep],
            self.grade[keep],
            self.units[keep],
            self.busy_s[keep],
            self.n_weeks,
        )


def recorded_calls(project: Project, work: Workload) -> Recorded:
    """Return the calls of a project that its workload was made of.

    Raises
    ------
    InputError
        If the project holds a workload table and no calls: nothing tells how calls vary.
    """
    if project.calls is None:
        raise InputError(
            f"{project.folder} holds a workload table and no calls, so that nothing tells how weeks differ; import "
            "calls to simulate."
        )
    calls = project.calls[project.calls["origin"] != OFFICER_INITIATED]
    unit_s, _ = durations(calls, project.settings.default_service_s)
    units = np.maximum(calls["n_units"].fillna(1).to_numpy(dtype=np.int64), 1)
    busy = unit_s > 0
    return Recorded(
        calls["area_id"].astype("str").to_numpy(dtype=np.str_)[busy],
        calls["hour_of_week"].to_numpy(dtype=np.int64)[busy],
        calls["priority"].fillna(0).to_numpy(dtype=np.int64)[busy],
        units[busy],
        (unit_s / units)[busy],
        work.n_weeks,
    )


def sector_workloads(work: Workload, sector_of: Mapping[str, str]) -> dict[str, Workload]:
    """Return the week of each sector; work without an area belongs to none.

    Raises
    ------
    InputError
        If an area has no sector.
    """
    missing = [a for a in work.area_ids if not sector_of.get(a)]
    if missing:
        raise InputError(
            f"{len(missing)} areas have no sector ({', '.join(missing[:5])}); complete the plan of sectors first."
        )
    found = {}
    for name in sorted(set(sector_of.values())):
        rows = np.array([k for k, a in enumerate(work.area_ids) if sector_of[a] == name], dtype=np.int64)
        if not rows.size:
            continue
        found[name] = replace(
            work,
            area_ids=tuple(work.area_ids[k] for k in rows),
            calls=work.calls[rows],
            unit_s=work.unit_s[rows],
            priority_calls={p: v[rows] for p, v in work.priority_calls.items()},
            unplaced_calls=np.zeros_like(work.unplaced_calls),
            unplaced_unit_s=np.zeros_like(work.unplaced_unit_s),
        )
    return found


def centre_distances_m(project: Project, sector_of: Mapping[str, str], names: Sequence[str]) -> FloatArray:
    """Return metres between the centres of sectors, shape (K, K): of their ground, as the crow flies.

    Raises
    ------
    InputError
        If a sector has no area.
    """
    home = project.areas["area_id"].astype("str").map(dict(sector_of))
    xy = np.zeros((len(names), 2))
    for k, name in enumerate(names):
        ground = project.areas.geometry[home == name]
        if not len(ground):
            raise InputError(f"Sector {name} has no area; give one of the plan's sectors.")
        centre = ground.union_all().centroid
        xy[k] = centre.x, centre.y
    return np.asarray(np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1)), dtype=np.float64)

"""Kinds of work that a sector design shares out: by area, by part of the day and of the week, by people and land."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.demand.workload import Workload
from optimiser.errors import InputError, UsageError
from optimiser.prepare.sectors_setup import CALLS, WORK
from optimiser.prepare.street_length import street_m
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK, METRES_PER_KM, SECONDS_PER_HOUR

PARTS_OF_DAY = {"day": (7, 15), "evening": (15, 23), "night": (23, 7)}
"""From hour to hour of the local wall clock."""
PARTS_OF_WEEK = {"weekday": (0, 5), "weekend": (5, 7)}
"""From day to day, Monday first."""
LAND, PEOPLE, STREETS, AREAS = "area km2", "population", "street km", "areas"
M2_PER_KM2 = 1e6


def hours_of(part: str) -> NDArray[np.bool_]:
    """Return which hours of the week belong to a part of the day or the week, shape (168,)."""
    hour = np.arange(HOURS_PER_WEEK) % HOURS_PER_DAY
    day = np.arange(HOURS_PER_WEEK) // HOURS_PER_DAY
    if part in PARTS_OF_WEEK:
        first, last = PARTS_OF_WEEK[part]
        return np.asarray((day >= first) & (day < last))
    begin, end = PARTS_OF_DAY[part]
    after, before = hour >= begin, hour < end
    return np.asarray(after & before if begin < end else after | before)


def kinds_of_work(
    project: Project, work: Workload, wanted: set[str]
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return the names and amounts by area, shape (Q, n), of all kinds asked for; calls and unit hours always.

    ``wanted`` may name "calls" and "unit hours", each alone or with a part ("unit hours, night"), "population",
    "area km2", "street km" and "areas" (one each).

    Raises
    ------
    InputError
        Naming an unknown kind, or one the project has no data for.
    """
    names = [CALLS, WORK, *sorted(wanted - {CALLS, WORK})]
    return tuple(names), np.array([_amount(project, work, name) for name in names], dtype=np.float64)


def _amount(project: Project, work: Workload, name: str) -> NDArray[np.float64]:
    base, _, part = name.partition(", ")
    tables = {CALLS: work.calls, WORK: work.unit_s / SECONDS_PER_HOUR}
    if base in tables and not part:
        return np.asarray(tables[base].sum(axis=1), dtype=np.float64)
    if base in tables and (part in PARTS_OF_DAY or part in PARTS_OF_WEEK):
        return np.asarray(tables[base][:, hours_of(part)].sum(axis=1))
    if name == LAND:
        return np.asarray(project.areas.geometry.area.to_numpy() / M2_PER_KM2)
    if name == AREAS:
        return np.ones(len(project.areas))
    if name == STREETS:
        return street_m(project) / METRES_PER_KM
    if name == PEOPLE:
        people = project.areas["population"].to_numpy(dtype=float)
        if np.isnan(people).all():
            raise InputError(
                "Population is to be balanced, but the areas carry none: import a population column."
            )
        return np.asarray(np.nan_to_num(people), dtype=np.float64)
    parts = ", ".join([*PARTS_OF_DAY, *PARTS_OF_WEEK])
    raise UsageError(
        f"Unknown kind of work {name!r}. Known: {CALLS}, {WORK}, each also with one of {parts} "
        f"({WORK!r} as '{WORK}, night'), {PEOPLE}, {LAND}, {STREETS}, {AREAS}."
    )

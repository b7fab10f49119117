"""A seeded snapshot of a project's own busiest hour: where its units, open calls and zones might be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from optimiser.data.project import Project
from optimiser.demand.workload import Workload, from_project
from optimiser.errors import InputError
from optimiser.prepare import choices, travel
from optimiser.prepare.dispatch_scene import Floats, IncidentsAt, Ints, Snapshot, UnitsAt, ZonesAt, assemble
from optimiser.problems.assignment import AssignmentParams
from optimiser.problems.assignment.data import ENDS, FREE
from optimiser.problems.base import asked
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR, asked_text
from optimiser.units import minutes as units_minutes

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TOP_LEVEL = 3
LONGEST_BREAK_S = 2700.0
YOUNGEST_AGE_S = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotSetup:
    """How many units and open calls there are, and how they are made up. All of it is drawn, by seed."""

    n_incidents: int = asked(10, "incidents", "Open incidents", minimum=1)
    n_units: int = asked(0, "units", "Units on duty; 0 for twice the work of the hour", minimum=0)
    double_crewed_frac: float = asked(0.35, "frac", "Units with two officers", minimum=0, maximum=1)
    busy_frac: float = asked(0.30, "frac", "Units on a break or with a prisoner", minimum=0, maximum=1)
    advanced_frac: float = asked(0.5, "frac", "Drivers trained for blue lights", minimum=0, maximum=1)
    seed: int = asked(1, "", "Seed of every draw", group="advanced", minimum=0)

    def __post_init__(self) -> None:
        for name in ("double_crewed_frac", "busy_frac", "advanced_frac"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} is a fraction in [0, 1], got {getattr(self, name)}; 35 % is 0.35.")
        if self.n_incidents < 1 or self.n_units < 0:
            raise InputError(
                f"A snapshot needs at least 1 incident and 0 or more units, got {self.n_incidents} and {self.n_units}."
            )


_BY_GRADE = ("first_weight", "late_weight", "unfilled_price_s")


def with_project_targets(project: Project, params: AssignmentParams) -> AssignmentParams:
    """Return the choices with the project's own response targets as attend-within targets.

    Every priority that has a target is a grade that officers attend. Weights and prices of grades that the choices do
    not name are those of the next more urgent grade they do. A project without targets changes nothing.
    """
    targets = project.settings.priority_targets_s
    if not targets:
        return params
    fitted: dict[str, Mapping[int, float]] = {"grade_targets_s": dict(targets)}
    for name in _BY_GRADE:
        given: Mapping[int, float] = getattr(params, name)
        fitted[name] = {
            g: given[max((k for k in given if k <= g), default=min(given))] for g in sorted(targets)
        }
    kept = {g: n for g, n in params.reserve_units.items() if g in targets}
    deploy = {g: t for g, t in params.deploy_targets_s.items() if g in targets}
    fitted_params: AssignmentParams = replace(params, reserve_units=kept, deploy_targets_s=deploy, **fitted)  # type: ignore[arg-type]
    return fitted_params


def with_targets_of(project: Project, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table of choices (planner's names and units) with what the project says of its grades.

    What the table says comes first; where it gives targets of its own, nothing of the project's is taken.
    """
    chosen = dict(table)
    if not project.settings.priority_targets_s or choices.public_name("grade_targets_s") in chosen:
        return chosen
    fitted = with_project_targets(project, AssignmentParams())
    for name in ("grade_targets_s", *_BY_GRADE):
        chosen.setdefault(choices.public_name(name), choices.to_planner(name, getattr(fitted, name)))
    return chosen


def snapshot(
    project: Project, params: AssignmentParams | None = None, setup: SnapshotSetup | None = None
) -> Snapshot:
    """Return a snapshot of the busiest hour of the week; its ``assumptions`` say what was drawn.

    Without ``params`` the attend-within targets are the project's own.

    Free units stand in areas drawn by the calls of the hour, units on a break at a station where there is
    one. Incidents are recorded calls of that hour whose priority has a target (of a project without calls:
    areas drawn by its workload). Zones are the beats, else the districts, else the areas.

    Raises
    ------
    InputError
        If the project cannot be solved yet, or no call of the hour has a grade that officers attend.
    """
    setup = setup or SnapshotSetup()
    params = params or with_project_targets(project, AssignmentParams())
    project.require_ready()
    rng = np.random.default_rng(setup.seed)
    work = from_project(project)
    hour = int(np.argmax(work.calls.sum(axis=0)))
    share = work.calls[:, hour] / work.calls[:, hour].sum()
    points = travel.area_points(project)
    units = _units(project, setup, work, hour, share, points, rng)
    incidents, said = _incidents(project, params, setup, hour, share, points, rng)
    zones = zones_of(project, share, points)

    def times(origins: Floats, destinations: Floats, driver: str) -> Floats:
        if not len(origins) or not len(destinations):
            return np.zeros((len(origins), len(destinations)))
        return travel.times_s(project, origins, destinations, driver=driver, hour_of_week=hour)

    problem = assemble(units, incidents, zones, params, times)
    targets = ", ".join(
        f"{g} within {units_minutes(t):g} min" for g, t in sorted(params.grade_targets_s.items())
    )
    told = (
        f"Busiest hour of the week: {DAYS[hour // HOURS_PER_DAY]} {hour % HOURS_PER_DAY:02d}:00.",
        f"{len(units.ids)} units, drawn: {asked_text(setup.double_crewed_frac)} double-crewed, "
        f"{asked_text(setup.busy_frac)} on a break or with a prisoner, {asked_text(setup.advanced_frac)} advanced "
        "drivers.",
        said,
        f"{len(zones.ids)} zones; levels 1 to {TOP_LEVEL} by their share of the hour's calls.",
        f"Attend-within targets by grade: {targets}.",
    )
    return Snapshot(problem, units, incidents, zones, hour, told)


def _units(
    project: Project,
    setup: SnapshotSetup,
    work: Workload,
    hour: int,
    share: Floats,
    points: Floats,
    rng: np.random.Generator,
) -> UnitsAt:
    busy_units = float(work.unit_s[:, hour].sum()) / SECONDS_PER_HOUR
    n = setup.n_units or max(setup.n_incidents + 2, math.ceil(2 * busy_units))
    on_break = np.zeros(n, dtype=bool)
    on_break[rng.permutation(n)[: round(setup.busy_frac * n)]] = True
    xy_m = points[rng.choice(len(share), n, p=share)]
    if len(project.stations):
        at = np.column_stack([project.stations.geometry.x.to_numpy(), project.stations.geometry.y.to_numpy()])
        xy_m[on_break] = at[rng.integers(0, len(at), int(on_break.sum()))]
    ends = np.round(rng.uniform(0.0, LONGEST_BREAK_S, n))
    width = len(str(n))
    return UnitsAt(
        ids=tuple(f"U{k + 1:0{width}d}" for k in range(n)),
        xy_m=xy_m,
        officers=np.where(rng.random(n) < setup.double_crewed_frac, 2, 1),
        driver_class=tuple(np.where(rng.random(n) < setup.advanced_frac, "advanced", "basic").tolist()),
        status=tuple(np.where(on_break, ENDS, FREE).tolist()),
        ready_s=np.where(on_break, ends, 0.0),
    )


def _incidents(
    project: Project,
    params: AssignmentParams,
    setup: SnapshotSetup,
    hour: int,
    share: Floats,
    points: Floats,
    rng: np.random.Generator,
) -> tuple[IncidentsAt, str]:
    n = setup.n_incidents
    if project.calls is None:
        area = rng.choice(len(share), n, p=share)
        grade = rng.choice(np.array(sorted(params.grade_targets_s), dtype=np.int64), n)
        needed = np.ones(n, dtype=np.int64)
        said = f"{n} incidents, drawn by workload with grades drawn at random: the project has no calls."
    else:
        drawn = _calls(project, project.calls, params, hour, n, rng)
        row = {name: k for k, name in enumerate(project.areas["area_id"])}
        area = drawn["area_id"].map(row).to_numpy(dtype=np.int64)
        grade = drawn["priority"].to_numpy(dtype=np.int64)
        needed = np.clip(drawn["n_units"].to_numpy(dtype=np.int64), 1, params.max_units)
        said = (
            f"{n} incidents, drawn from the recorded calls of that hour; officers needed as units were sent."
        )
    width = len(str(n))
    made = IncidentsAt(
        ids=tuple(f"I{k + 1:0{width}d}" for k in range(n)),
        xy_m=points[area],
        grade=grade,
        officers_needed=needed,
        age_s=np.round(rng.uniform(0.0, YOUNGEST_AGE_S, n)),
        weight=np.ones(n),
    )
    return made, said


def _calls(
    project: Project,
    calls: pd.DataFrame,
    params: AssignmentParams,
    hour: int,
    n: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    attended = calls["priority"].isin(sorted(params.grade_targets_s))
    mine = attended & (calls["hour_of_week"] == hour) & calls["area_id"].isin(project.areas["area_id"])
    if not mine.any():
        grades = ", ".join(str(g) for g in sorted(params.grade_targets_s))
        raise InputError(
            f"{project.folder}: no call of the busiest hour has priority {grades}. Give the priorities that officers "
            "attend a target in grade_targets_s."
        )
    found = calls[mine]
    return found.iloc[rng.choice(len(found), n, replace=len(found) < n)]


def zone_labels(project: Project) -> list[str]:
    """Return the zone that each area belongs to: its beat, else its district, else itself."""
    for column in ("beat_id", "district_id"):
        group = project.areas[column].astype(str)
        if (group != "").all() and group.nunique() > 1:
            return [str(g) for g in group]
    return [str(a) for a in project.areas["area_id"]]


def zones_of(project: Project, share: Floats, points: Floats) -> ZonesAt:
    """Return the beats, else the districts, else the areas as zones to keep covered.

    Parameters
    ----------
    share
        Share of the calls of each area; a zone's level follows its rank, its point is that of its busiest area.
    points
        A point of each area, shape (n, 2).
    """
    label = np.array(zone_labels(project), dtype=object)
    ids = tuple(sorted(set(label.tolist())))
    demand = np.array([share[label == z].sum() for z in ids])
    busiest = [int(np.flatnonzero(label == z)[np.argmax(share[label == z])]) for z in ids]
    return ZonesAt(ids, points[busiest], _levels(demand))


def _levels(demand: Floats) -> Ints:
    """Level 1 to ``TOP_LEVEL`` by rank of demand, 0 where there is none."""
    rank = np.argsort(np.argsort(demand, kind="stable"), kind="stable")
    level = 1 + (TOP_LEVEL * rank) // max(1, demand.size)
    return np.where(demand > 0, level, 0).astype(np.int64)

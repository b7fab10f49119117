"""A project becomes a question of strength: the work that districts hand over, their officers, and a curve of service.

The curve is the share of calls that find a free officer at once, by Erlang's delay formula hour by hour, with the
officers of a district spread evenly over the week (shifts that follow the calls do better; see the budget study).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.data.strength_table import DistrictOfficers, read_strength
from optimiser.demand.relief import ReliefParams
from optimiser.demand.workload import Workload, from_calls, from_project
from optimiser.errors import InputError, UsageError
from optimiser.prepare.sectors import beats_in_use, districts_in_use
from optimiser.problems.base import asked
from optimiser.problems.strength import StrengthParams, StrengthProblem
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthSetup:
    """A planner's choices for strength.

    Parameters
    ----------
    officers
        Table in the project folder (or anywhere) of ``district_id,assigned`` and perhaps ``unfit,minimum,most``.
    new_officers
        Officers without a district yet.
    plan
        Plan whose districts hand over their work: ``districts`` or ``beats`` in use, or a plan of the project.
    weights
        By priority, what an hour of its calls counts; 1 where nothing is said.
    week_h
        Hours a week that an officer is at work, absence taken out (see ``optimiser relief``).
    officers_per_unit
        Officers that a car takes.
    """

    officers: str = asked("strength.csv", "", "Table: district_id,assigned[,unfit,minimum,most]")
    new_officers: int = asked(0, "officers", "New officers to be placed", minimum=0)
    plan: str = asked("districts", "", "Districts that hand over their work: districts, beats or a plan")
    aim: Literal["fair", "equal", "proportional"] = asked(
        "fair",
        "",
        "Worst service first, equal work per officer, or shares of work",
        options=("fair", "equal", "proportional"),
    )
    most_moved: int = asked(-1, "officers", "Most officers that change the district (-1: any)", minimum=-1)
    most_given: int = asked(-1, "officers", "Most officers that a district gives up (-1: any)", minimum=-1)
    move_price: float = asked(
        0.0, "", "Price of an officer who moves, for shares of work", group="advanced", minimum=0
    )
    weights: Mapping[str, float] = asked(
        {}, "", "What an hour of a priority's calls counts", group="advanced", hidden=True
    )
    week_h: float = asked(
        round(ReliefParams().net_week_h, 2),
        "h",
        "Hours a week that an officer is at work, absence taken out",
        minimum=1,
        maximum=HOURS_PER_WEEK,
    )
    officers_per_unit: int = asked(1, "officers", "Officers in a car", minimum=1)
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)


def strength_problem(project: Project, setup: StrengthSetup | None = None) -> StrengthProblem:
    """Return the question of strength of a project.

    Raises
    ------
    InputError
        If the table is missing or faulty, or its districts are not those that hand over work.
    """
    setup = setup or StrengthSetup()
    project.require_ready()
    path = project.folder / setup.officers
    table = read_strength(path)
    district_of = district_of_plan(project, setup.plan)
    ids = tuple(sorted(set(district_of.values())))
    same_districts(ids, table, str(path))
    calls_h, calls = _work(project, district_of, ids)
    weighted_h = calls_h.sum(axis=1) + _extra_h(project, setup.weights, district_of, ids)
    rows = [table[d] for d in ids]
    assigned = np.array([r.assigned for r in rows], dtype=np.int64)
    unfit = np.array([r.unfit for r in rows], dtype=np.int64)
    total = int(assigned.sum()) + setup.new_officers
    return StrengthProblem(
        district_ids=ids,
        work_h=weighted_h * setup.officers_per_unit,
        assigned=assigned,
        unfit=unfit,
        new_officers=setup.new_officers,
        service=service_curves(calls_h, calls, total, setup.week_h, setup.officers_per_unit),
        minimum=np.array([r.minimum for r in rows], dtype=np.int64),
        most=np.array([total if r.most is None else r.most for r in rows], dtype=np.int64),
        params=StrengthParams(
            aim=setup.aim,
            most_moved=float(setup.most_moved) if setup.most_moved >= 0 else float("inf"),
            most_given=float(setup.most_given) if setup.most_given >= 0 else float("inf"),
            move_price=setup.move_price,
            relax=setup.relax,
        ),
    )


def service_curves(
    unit_h: FloatArray, calls: FloatArray, most: int, week_h: float, officers_per_unit: int = 1
) -> FloatArray:
    """Return the share of calls that find a free car at once, by district and officers at work, shape (K, most + 1).

    Parameters
    ----------
    unit_h
        Unit-hours of work in each hour of the week, shape (K, 168).
    calls
        Calls in each hour of the week, shape (K, 168); hours without calls count nothing.
    week_h
        Hours a week that an officer is at work.

    Between two whole numbers of cars on duty service is in proportion.
    """
    per_officer = week_h / HOURS_PER_WEEK / officers_per_unit
    cars = np.arange(most + 1) * per_officer
    whole = np.arange(int(np.ceil(cars[-1])) + 2)
    found = np.empty((len(unit_h), most + 1))
    for k, (load, weight) in enumerate(zip(unit_h, calls, strict=True)):
        total = float(weight.sum())
        at = np.array([float((weight * _free(load, c)).sum()) for c in _blocked(load, whole.size)])
        found[k] = np.interp(cars, whole, at / total if total > 0 else np.ones_like(at))
    rising: FloatArray = np.maximum.accumulate(found, axis=1)
    return rising


def _blocked(load: FloatArray, n: int) -> list[tuple[int, FloatArray]]:
    """Return Erlang's loss for 0 to n - 1 cars, by its recursion over all hours at once."""
    blocked = np.ones_like(load)
    found = [(0, blocked)]
    for c in range(1, n):
        blocked = load * blocked / (c + load * blocked)
        found.append((c, blocked))
    return found


def _free(load: FloatArray, at: tuple[int, FloatArray]) -> FloatArray:
    """Return the share of calls that need not wait (Erlang's delay formula); 0 where the load is too much."""
    c, blocked = at
    with np.errstate(divide="ignore", invalid="ignore"):
        wait = np.where(load < c, c * blocked / (c - load * (1.0 - blocked)), 1.0)
    free: FloatArray = np.clip(1.0 - wait, 0.0, 1.0)
    return free


def district_of_plan(project: Project, plan: str) -> dict[str, str]:
    """Return the district of each area: ``districts`` or ``beats`` in use, or a plan of the project."""
    found = {"districts": districts_in_use, "beats": beats_in_use}.get(plan)
    district_of = dict(project.plans.get(plan, {})) if found is None else found(project)
    if plan == "districts" and not district_of:
        district_of = dict(project.plans.get("current", {}))
    if not district_of:
        known = ", ".join(["districts", "beats", *project.plans])
        raise UsageError(f"There is no plan {plan!r} whose districts could hand over work; known: {known}.")
    return district_of


def same_districts(ids: tuple[str, ...], table: Mapping[str, DistrictOfficers], path: str) -> None:
    """Refuse a table of officers whose districts are not those of the work."""
    lost, more = sorted(set(ids) - set(table)), sorted(set(table) - set(ids))
    said = []
    if lost:
        said.append(f"it says nothing of {', '.join(lost[:8])}")
    if more:
        said.append(f"it names {', '.join(more[:8])}, which no area belongs to")
    if said:
        raise InputError(f"{path}: {' and '.join(said)}; the districts are {', '.join(ids[:12])}.")


def _work(
    project: Project, district_of: Mapping[str, str], ids: tuple[str, ...]
) -> tuple[FloatArray, FloatArray]:
    """Return unit-hours and calls by district and hour of the week, shape (K, 168) each."""
    work = from_project(project)
    return (
        summed_by_district(work, work.unit_s / SECONDS_PER_HOUR, district_of, ids),
        summed_by_district(work, work.calls, district_of, ids),
    )


def summed_by_district(
    work: Workload, by_area: FloatArray, district_of: Mapping[str, str], ids: tuple[str, ...]
) -> FloatArray:
    """Sum a table by area, shape (n, 168), over each district, shape (K, 168)."""
    row = {d: k for k, d in enumerate(ids)}
    found = np.zeros((len(ids), HOURS_PER_WEEK))
    for area, values in zip(work.area_ids, by_area, strict=True):
        if area in district_of:
            found[row[district_of[area]]] += values
    return found


def _extra_h(
    project: Project, weights: Mapping[str, float], district_of: Mapping[str, str], ids: tuple[str, ...]
) -> FloatArray:
    """Return what weights other than 1 add to a week, shape (K,)."""
    extra = np.zeros(len(ids))
    if not weights:
        return extra
    if project.calls is None:
        raise InputError("Weights of priorities need single calls; this project has a table of totals.")
    known = {str(p) for p in project.calls["priority"].unique()}
    local = project.calls["received_at"].dt.tz_convert(project.settings.timezone).dt.date
    areas = [str(a) for a in project.areas["area_id"]]
    for priority, weight in weights.items():
        if priority not in known or not weight >= 0:
            raise UsageError(
                f"weights: priority {priority!r} with {weight!r}; weights are 0 or more, priorities are "
                f"{', '.join(sorted(known))}."
            )
        mine = project.calls[project.calls["priority"].astype(str) == priority]
        work = from_calls(
            mine,
            areas,
            project.settings.timezone,
            begin=local.min(),
            end=local.max() + timedelta(days=1),
            default_service_s=project.settings.default_service_s,
        )
        hours = summed_by_district(work, work.unit_s / SECONDS_PER_HOUR, district_of, ids).sum(axis=1)
        extra += (weight - 1.0) * hours
    return extra

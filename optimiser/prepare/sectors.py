"""A project becomes a sector question: work by area, drive times on its roads, centres and targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.demand.workload import Workload, from_project
from optimiser.errors import InputError
from optimiser.prepare.travel import area_points, times_s
from optimiser.problems.base import choice
from optimiser.problems.sectors import SectorsParams, SectorsPlan, SectorsProblem
from optimiser.problems.sectors.data import ObjectiveName
from optimiser.problems.sectors.measures import best_centres
from optimiser.units import SECONDS_PER_HOUR, percent

CALLS, WORK = "calls", "unit hours"
_OBJECTIVES: dict[str, tuple[ObjectiveName, ...]] = {
    "cover then travel": ("cover", "travel"),
    "cover": ("cover",),
    "travel": ("travel",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorsSetup:
    """A planner's choices for a sector design, as the scenario file and the form state them.

    Parameters
    ----------
    n_districts
        How many; 0 for as many as there are stations, else as in the plan in use.
    centres
        "stations": each district is served from a station; "free": from the best of its areas.
    objective
        What to aim for: calls within target first and then the least driving, or one of the two.
    balance_on
        Which work is shared out: "unit hours" or "calls".
    """

    n_districts: int = field(
        default=0, metadata=choice("districts", "How many districts (0: as today)", minimum=0)
    )
    centres: Literal["stations", "free"] = field(
        default="stations",
        metadata=choice("", "Where districts are served from", options=("stations", "free")),
    )
    objective: Literal["cover then travel", "cover", "travel"] = field(
        default="cover then travel",
        metadata=choice(
            "",
            "Most calls within their target, the least driving, or the first and then the second",
            options=tuple(_OBJECTIVES),
        ),
    )
    balance_on: Literal["unit hours", "calls"] = field(
        default="unit hours", metadata=choice("", "What is shared out fairly", options=(WORK, CALLS))
    )
    tolerance_frac: float = field(
        default=0.05,
        metadata=choice("frac", "Largest deviation from a district's target share", minimum=0, maximum=1),
    )
    target_shares_frac: tuple[float, ...] = field(
        default=(),
        metadata=choice("frac", "Share of the work of each district; empty for equal", group="advanced"),
    )
    target_s: float = field(
        default=0.0,
        metadata=choice(
            "s", "Drive that counts as within target (0: the project's priority targets)", minimum=0
        ),
    )
    cover_priorities: tuple[int, ...] = field(
        default=(),
        metadata=choice("", "Priorities that count for cover (empty: the most urgent)", group="advanced"),
    )
    longest_drive_s: float = field(
        default=0.0, metadata=choice("s", "Longest drive from a centre to its areas (0: none)", minimum=0)
    )
    contiguity: bool = field(default=True, metadata=choice("", "Districts hang together", group="advanced"))
    locks: tuple[tuple[str, str], ...] = field(
        default=(), metadata=choice("", "Areas tied to a district: pairs of area and district", hidden=True)
    )
    driver: str = field(
        default="basic", metadata=choice("", "Driver class of the drive times", group="advanced")
    )
    junctions: bool = field(
        default=False,
        metadata=choice("", "Drive times between nearest junctions, without access legs", group="advanced"),
    )
    relax: Mapping[str, float] = field(
        default_factory=dict, metadata=choice("", "Relaxed rules", hidden=True)
    )


def sectors_problem(project: Project, setup: SectorsSetup | None = None) -> SectorsProblem:
    """Return the sector question of a project.

    Raises
    ------
    InputError
        If the project has red faults, a choice does not fit it, or an area cannot be reached by road.
    """
    setup = setup or SectorsSetup()
    project.require_ready()
    _refuse_groups(project)
    work = from_project(project)
    ids = tuple(str(a) for a in project.areas["area_id"])
    points = area_points(project)
    centre_ids, centre_area, places = _centres(project, setup, ids, points)
    travel_s = times_s(project, places, points, driver=setup.driver, junctions=setup.junctions)
    calls = work.calls.sum(axis=1)
    counted = _cover_calls(work, setup)
    target_s = _target_s(project, setup)
    params = _params(project, setup, centre_ids)
    return SectorsProblem(
        area_ids=ids,
        edges=np.asarray(project.graph.edges, dtype=np.int64).reshape(-1, 2),
        centre_ids=centre_ids,
        centre_area=centre_area,
        travel_s=travel_s,
        calls=calls,
        covered_calls=np.where(travel_s <= target_s + 1e-6, counted[None, :], 0.0),
        cover_calls=counted,
        balance_names=(CALLS, WORK),
        balance=np.array([calls, work.unit_s.sum(axis=1) / SECONDS_PER_HOUR]),
        params=params,
    )


def _refuse_groups(project: Project) -> None:
    """Refuse areas that a hard polygon keeps together: the models do not treat them as one area yet."""
    groups = project.graph.groups
    if groups:
        shown = "; ".join(", ".join(g[:4]) for g in groups[:3])
        raise InputError(
            f"Hard polygons keep {len(groups)} groups of areas together ({shown}); a sector design cannot do so yet. "
            "Lock the areas of each group to one district instead, and import without hard polygons."
        )


def _centres(
    project: Project, setup: SectorsSetup, ids: tuple[str, ...], points: NDArray[np.float64]
) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.float64]]:
    """Return ids, the area each lies in, and its place in metres, of all candidate centres."""
    if setup.centres == "free" or setup.junctions:
        return ids, np.arange(len(ids)), points
    stations = project.stations
    if not len(stations):
        raise InputError("There are no stations in this project: import some, or let the centres be free.")
    where = project.areas.sindex.nearest(stations.geometry, return_all=False)[1]
    places = np.column_stack([stations.geometry.x.to_numpy(), stations.geometry.y.to_numpy()])
    return tuple(str(s) for s in stations["station_id"]), where.astype(np.int64), places


def _cover_calls(work: Workload, setup: SectorsSetup) -> NDArray[np.float64]:
    known = sorted(p for p, calls in work.priority_calls.items() if p > 0 and calls.sum() > 0)
    wanted = setup.cover_priorities or tuple(known[:1])
    unknown = [p for p in wanted if p not in work.priority_calls]
    if unknown:
        raise InputError(f"cover_priorities names {unknown}, but the calls have priorities {known}.")
    if not wanted:
        return np.asarray(work.calls.sum(axis=1))
    return np.asarray(sum(work.priority_calls[p] for p in wanted), dtype=np.float64)


def _target_s(project: Project, setup: SectorsSetup) -> float:
    if setup.target_s > 0:
        return setup.target_s
    targets = project.settings.priority_targets_s
    if targets:
        return float(min(targets.values()))
    if setup.objective != "travel":
        raise InputError(
            "Cover needs a target drive: give the choice target_min (--set target_min=8), or priority_targets_min in "
            "project.toml; or aim for the least driving with objective = travel."
        )
    return 0.0


def _params(project: Project, setup: SectorsSetup, centre_ids: tuple[str, ...]) -> SectorsParams:
    fixed = setup.centres == "stations" and not setup.junctions
    n = setup.n_districts or (
        len(centre_ids)
        if fixed
        else len(set((districts_in_use(project) or project.plans.get("current", {})).values()))
    )
    if n < 1:
        raise InputError(
            "Say how many districts: sectors.n_districts; the project has no plan in use to count."
        )
    if fixed and n > len(centre_ids):
        raise InputError(
            f"{n} districts are asked for, but there are only {len(centre_ids)} stations; let centres be free for more."
        )
    choose_all = fixed and n == len(centre_ids)
    districts = _district_names(project, centre_ids) if choose_all else tuple(f"D{d + 1}" for d in range(n))
    shares = setup.target_shares_frac
    if shares and abs(sum(shares) - 1) > 1e-6:
        raise InputError(f"The target shares must sum to 100 %; they sum to {percent(sum(shares)):g} %.")
    return SectorsParams(
        district_ids=districts,
        fixed_centres=centre_ids if choose_all else (),
        target_shares=shares,
        balance_frac={setup.balance_on: setup.tolerance_frac},
        objectives=_OBJECTIVES[setup.objective],
        locks=setup.locks,
        longest_drive_s=setup.longest_drive_s or float("inf"),
        contiguity=setup.contiguity,
        relax=setup.relax,
    )


def _district_names(project: Project, centre_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Name each station's district as today's, where that is unambiguous, else after the station."""
    stations = project.stations
    where = project.areas.sindex.nearest(stations.geometry, return_all=False)[1]
    today = [str(d) for d in project.areas["district_id"].to_numpy()[where]]
    if "" not in today and len(set(today)) == len(today):
        return tuple(today)
    return centre_ids


def districts_in_use(project: Project) -> dict[str, str]:
    """Return today's district of each area; areas without one are left out."""
    pairs = zip(project.areas["area_id"], project.areas["district_id"], strict=True)
    return {str(a): str(d) for a, d in pairs if d}


def plan_of(problem: SectorsProblem, district_of: Mapping[str, str]) -> SectorsPlan:
    """Turn an assignment (today's beats, an imported or edited plan) into a plan with the best centres."""
    kept = {a: d for a, d in district_of.items() if d}
    return SectorsPlan(kept, best_centres(problem, kept))

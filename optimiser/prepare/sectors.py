"""A project becomes a sector question: work by area, drive times on its roads, centres, today's plan and targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.demand.workload import from_project
from optimiser.errors import InputError
from optimiser.prepare.outlook import grown
from optimiser.prepare.sectors_cover import aims_of, cover_of, limits_of, priorities_of
from optimiser.prepare.sectors_names import (
    and_new,
    counts_change,
    free_names,
    given_names,
    mean_drives,
    own_centres,
)
from optimiser.prepare.sectors_part import restricted
from optimiser.prepare.sectors_setup import CALLS, WORK, SectorsSetup
from optimiser.prepare.sectors_work import PARTS_OF_DAY, PARTS_OF_WEEK, kinds_of_work
from optimiser.prepare.travel import area_points, times_s
from optimiser.problems.sectors import SectorsParams, SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import best_centres
from optimiser.problems.sectors.params import ObjectiveName
from optimiser.units import minutes, percent

__all__ = [
    "CALLS",
    "WORK",
    "SectorsSetup",
    "beats_in_use",
    "districts_in_use",
    "plan_of",
    "sectors_problem",
]


def sectors_problem(
    project: Project, setup: SectorsSetup | None = None, *, named: Sequence[str] = ()
) -> SectorsProblem:
    """Return the sector question of a project.

    Parameters
    ----------
    named
        Names of the districts, as those of a planner's own plan; where more are asked for, the others get new names.
        Without effect where fewer are asked for, or each is the district of a given centre by that name.

    Raises
    ------
    InputError
        If the project has red faults, a choice does not fit it, or an area cannot be reached by road.
    """
    setup = setup or SectorsSetup()
    project.require_ready()
    work = grown(project, from_project(project), setup.year, setup.growth)
    ids = tuple(str(a) for a in project.areas["area_id"])
    _refuse_unknown(project, setup, ids)
    points = area_points(project)
    centres = _centres(project, setup, ids, points)
    travel_s = times_s(project, centres.places, points, driver=setup.driver, junctions=setup.junctions)
    cover = cover_of(project, work, setup, centres.places, travel_s)
    balance_frac = _balance_frac(setup)
    names, balance = kinds_of_work(project, work, set(balance_frac) | set(setup.ceilings))
    today = _today(project, setup, ids)
    aims = aims_of(project, setup, priorities_of(work))
    calls = work.calls.sum(axis=1)
    called, fixed = _named(project, setup, centres, today, aims, travel_s, calls, named)
    params = _params(project, setup, called, fixed, today, balance_frac, aims)
    params = replace(params, cover_weights=cover.weights)
    problem = SectorsProblem(
        area_ids=ids,
        edges=np.asarray(project.graph.edges, dtype=np.int64).reshape(-1, 2),
        centre_ids=centres.ids,
        centre_area=centres.area,
        travel_s=travel_s,
        calls=calls,
        covered_calls=cover.covered,
        cover_calls=cover.counted,
        balance_names=names,
        balance=balance,
        params=params,
        distance_m=np.linalg.norm(centres.places[:, None, :] - points[None, :, :], axis=2),
        border_m=np.asarray(project.graph.shared_m, dtype=np.float64),
        today=today if params.counts_change or set(today) - {""} == set(params.district_ids) else (),
        respond_within_s=_responses(setup, ids),
        places=project.places,
        priorities=cover.priorities,
        priority_covered=cover.priority_covered,
        priority_calls=cover.priority_calls,
    )
    if setup.within:
        _refuse_too_few_inside(problem, setup, set(_level_ids(project, setup)))
        problem = restricted(problem, set(_level_ids(project, setup)))
    limits = limits_of(problem, setup)
    return replace(problem, params=replace(problem.params, limits=limits)) if limits else problem


def _refuse_too_few_inside(problem: SectorsProblem, setup: SectorsSetup, inside: set[str]) -> None:
    """Raise InputError where the district that is parted holds fewer centres than parts are asked for."""
    there = sum(problem.area_ids[a] in inside for a in problem.centre_area.tolist())
    n, called = problem.params.n_districts, problem.params.called
    if n <= there:
        return
    asked_for = f"{n} {called}s are asked for inside {setup.within}"
    if setup.centres == "free":
        raise InputError(f"{asked_for}, but it has only {len(inside)} areas.")
    what = "stations" if setup.centres == "stations" else "picked centres"
    held = f"only {there}" if there else "none"
    raise InputError(
        f"{asked_for}, which holds {held} of the {what}: let centres be free (centres = free), or ask for fewer."
    )


def _refuse_unknown(project: Project, setup: SectorsSetup, ids: tuple[str, ...]) -> None:
    """Raise InputError where a choice names a district or area that is not there, before anything is worked out."""
    there = sorted(set(_outer(project, setup)) - {""})
    if setup.within and setup.within not in there:
        whose, one = (
            (f"in the plan {setup.within_plan}", "one of it")
            if setup.within_plan
            else ("today", "one in use")
        )
        raise InputError(
            f"No area belongs to district {setup.within!r} {whose}: within must name {one}"
            f"{': ' + ', '.join(there) if there else ', and there is none'}."
            f"{'' if setup.within_plan else ' A district of a plan of your own: within_plan = its name, too.'}"
        )
    if setup.within_plan and not setup.within:
        raise InputError("within_plan says whose districts are meant: say which one, within = ...")
    known = set(ids)
    for group in setup.together:
        strange = sorted(set(group) - known)
        if strange:
            raise InputError(f"together names {', '.join(strange[:5])}, which this map does not have.")


@dataclass(frozen=True)
class _Centres:
    """Candidate centres: id, the area each lies in, its place in metres; ``given`` where each is a district's own."""

    ids: tuple[str, ...]
    area: NDArray[np.int64]
    places: NDArray[np.float64]
    given: bool


def _centres(
    project: Project, setup: SectorsSetup, ids: tuple[str, ...], points: NDArray[np.float64]
) -> _Centres:
    nowhere_given = setup.centres == "stations" and not len(project.stations)  # told under the assumptions
    if setup.centres == "free" or setup.junctions or nowhere_given:
        return _Centres(ids, np.arange(len(ids)), points, given=False)
    if setup.centres == "picked":
        unknown = sorted(set(setup.centre_areas) - set(ids))
        if unknown or not setup.centre_areas:
            raise InputError(
                f"Centres are picked: give centre_areas; {', '.join(unknown[:5]) or 'none'} is no area of this map."
            )
        at = np.array([ids.index(a) for a in dict.fromkeys(setup.centre_areas)], dtype=np.int64)
        n = setup.n_districts or len(at)
        return _Centres(tuple(ids[i] for i in at), at, points[at], given=n == len(at))
    stations = project.stations
    where = project.areas.sindex.nearest(stations.geometry, return_all=False)[1]
    places = np.column_stack([stations.geometry.x.to_numpy(), stations.geometry.y.to_numpy()])
    names = tuple(str(s) for s in stations["station_id"])
    return _Centres(
        names, where.astype(np.int64), places, given=setup.n_districts in (0, len(names)) and not setup.within
    )


def _balance_frac(setup: SectorsSetup) -> dict[str, float]:
    """Return the tolerance of every kind of work that is balanced."""
    found = {setup.balance_on: setup.tolerance_frac, **setup.balance}
    for parts, tolerance in (
        (PARTS_OF_DAY, setup.part_tolerance_frac),
        (PARTS_OF_WEEK, setup.week_part_tolerance_frac),
    ):
        if tolerance > 0:
            found |= {f"{setup.balance_on}, {part}": tolerance for part in parts}
    return found


def _responses(setup: SectorsSetup, ids: tuple[str, ...]) -> NDArray[np.float64]:
    if not setup.critical_s:
        return np.zeros(0)
    within = np.full(len(ids), np.inf)
    unknown = sorted({a for a, _ in setup.critical_s} - set(ids))
    if unknown:
        raise InputError(f"critical_s names {', '.join(unknown[:5])}, which this map does not have.")
    for area, limit_s in setup.critical_s:
        if not limit_s > 0:
            raise InputError(
                f"critical_min gives area {area} a longest drive of {minutes(limit_s):g} minutes; it must be above 0."
            )
        within[ids.index(area)] = min(within[ids.index(area)], limit_s)
    return within


def _named(
    project: Project,
    setup: SectorsSetup,
    centres: _Centres,
    today: tuple[str, ...],
    aims: tuple[ObjectiveName, ...],
    travel_s: NDArray[np.float64],
    calls: NDArray[np.float64],
    named: Sequence[str],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the name of each district and its given centre ("" where free; none where all are)."""
    in_use = sorted(set(_inside(project, setup, today)) - {""})
    n = _how_many(setup, centres, in_use)
    counts = counts_change(setup, aims)
    own = 0 < len(named) <= n
    if not centres.given:
        names = and_new(named, n) if own else free_names(setup, in_use, n, counts=counts)
        return names, own_centres(setup, names, centres.ids)
    near = [today[a] for a in centres.area.tolist()]
    drive = mean_drives(today, in_use, travel_s, calls)
    names = given_names(setup, centres.ids, near, in_use, drive, counts=counts)
    own_centres(setup, names, centres.ids)
    return (and_new(named, n), ()) if own and not set(named) <= set(names) else (names, centres.ids)


def _how_many(setup: SectorsSetup, centres: _Centres, in_use: Sequence[str]) -> int:
    """Return how many districts are asked for; raise InputError where that is not told, or cannot be."""
    n = setup.n_districts or len(setup.names) or (len(centres.ids) if centres.given else len(in_use))
    if n < 1:
        raise InputError(
            "Say how many districts: sectors.n_districts; the project has no plan in use to count."
        )
    if setup.names and (n != len(setup.names) or len(set(setup.names)) != n or "" in setup.names):
        raise InputError(
            f"{n} {setup.level} are asked for and names has {', '.join(setup.names)}: give each one name of its own."
        )
    if setup.centres == "stations" and n > len(centres.ids):
        raise InputError(
            f"{n} districts are asked for, but there are only {len(centres.ids)} stations; "
            "let centres be free for more."
        )
    return n


def _params(
    project: Project,
    setup: SectorsSetup,
    districts: tuple[str, ...],
    fixed: tuple[str, ...],
    today: tuple[str, ...],
    balance_frac: Mapping[str, float],
    aims: tuple[ObjectiveName, ...],
) -> SectorsParams:
    return SectorsParams(
        district_ids=districts,
        fixed_centres=fixed,
        target_shares=_shares(setup, districts),
        balance_frac=balance_frac,
        ceilings=setup.ceilings,
        objectives=aims,
        weights=setup.weights,
        busy_frac=setup.busy_frac,
        backup_centres=setup.backup_centres,
        locks=(*setup.locks, *_cores(project, setup, today, districts)),
        together=_together(project, setup),
        apart=setup.apart,
        longest_drive_s=setup.longest_drive_s or float("inf"),
        change_limit_frac=setup.change_limit_frac,
        moved_on=setup.balance_on,
        split_limits=setup.split_limits,
        contiguity=setup.contiguity,
        shape=setup.shape,
        called="beat" if setup.level == "beats" else "district",
        relax=setup.relax,
    )


def _shares(setup: SectorsSetup, districts: tuple[str, ...]) -> tuple[float, ...]:
    """Return the target share of each district, none for all alike: in their order, or by name with the rest even."""
    shares, named = setup.target_shares_frac, setup.target_share_of_frac
    if shares and abs(sum(shares) - 1) > 1e-6:
        raise InputError(f"The target shares must sum to 100 %; they sum to {percent(sum(shares)):g} %.")
    if not named:
        return shares
    if shares:
        raise InputError(
            "Give target_shares_pct (in the districts' order) or target_share_of_pct (by name), not both."
        )
    strange = sorted(set(named) - set(districts))
    if strange:
        raise InputError(
            f"target_share_of_pct names {', '.join(strange)}; the districts of this plan are {', '.join(districts)}."
        )
    left, others = 1 - sum(named.values()), len(districts) - len(named)
    if min(named.values()) <= 0 or (left <= 1e-9 if others else abs(left) > 1e-6):
        raise InputError(
            f"The target shares of {', '.join(named)} are {percent(sum(named.values())):g} % together; each must be "
            f"above 0, and {'less than 100 % together, for the others' if others else '100 % together'}."
        )
    return tuple(named.get(d, left / max(others, 1)) for d in districts)


def _together(project: Project, setup: SectorsSetup) -> tuple[tuple[str, ...], ...]:
    """Join the planner's groups with those of hard polygons; groups that share an area become one."""
    groups: list[set[str]] = []
    inside = set(_level_ids(project, setup))
    for members in (*setup.together, *project.graph.groups):
        mine = set(members) & inside
        for other in [g for g in groups if g & mine]:
            groups.remove(other)
            mine |= other
        if len(mine) > 1:
            groups.append(mine)
    return tuple(tuple(sorted(g)) for g in groups)


def _level_ids(project: Project, setup: SectorsSetup) -> list[str]:
    ids = [str(a) for a in project.areas["area_id"]]
    if not setup.within:
        return ids
    return [a for a, d in zip(ids, _outer(project, setup), strict=True) if d == setup.within]


def _inside(project: Project, setup: SectorsSetup, today: tuple[str, ...]) -> list[str]:
    mine = set(_level_ids(project, setup))
    return [d for a, d in zip(project.areas["area_id"], today, strict=True) if str(a) in mine]


def _outer(project: Project, setup: SectorsSetup) -> tuple[str, ...]:
    """Return the district of each area in the plan that ``within`` is about; in use, if none is named."""
    if not setup.within_plan:
        return _level(project, "districts")
    return _of_plan(project, setup.within_plan, "look inside")


def _of_plan(project: Project, name: str, to_what: str) -> tuple[str, ...]:
    if name not in project.plans:
        known = ", ".join(project.plans) or "none"
        raise InputError(f"There is no plan {name!r} to {to_what}; known: {known}.")
    return tuple(project.plans[name].get(str(a), "") for a in project.areas["area_id"])


def _level(project: Project, level: str) -> tuple[str, ...]:
    """Return today's district or beat of each area, "" for none."""
    column = "beat_id" if level == "beats" else "district_id"
    return tuple(str(d) for d in project.areas[column])


def _today(project: Project, setup: SectorsSetup, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return today's plan at the level of the question, or the one named for it; else that named current, else none."""
    if setup.reference:
        return _of_plan(project, setup.reference, "count change from")
    found = _level(project, setup.level)
    current = project.plans.get("current", {})
    return found if any(found) else tuple(current.get(a, "") for a in ids)


def _cores(
    project: Project, setup: SectorsSetup, today: tuple[str, ...], districts: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Lock the areas that lie more than ``core_steps`` links inside a district of today."""
    if not setup.core_steps:
        return ()
    if not set(today) & set(districts):
        raise InputError("core_steps needs districts that are named as today's: give n_districts as today.")
    label = np.array(today)
    edges = np.asarray(project.graph.edges).reshape(-1, 2)
    edge = np.zeros(len(label), dtype=bool)
    cut = edges[label[edges[:, 0]] != label[edges[:, 1]]]
    edge[cut.ravel()] = True
    for _ in range(setup.core_steps - 1):
        near = edge[edges].any(axis=1)
        edge[edges[near].ravel()] = True
    ids, mine = project.graph.ids, set(_level_ids(project, setup))
    return tuple(
        (a, d) for a, d, e in zip(ids, today, edge, strict=True) if not e and d in districts and a in mine
    )


def districts_in_use(project: Project) -> dict[str, str]:
    """Return today's district of each area; areas without one are left out."""
    pairs = zip(project.areas["area_id"], project.areas["district_id"], strict=True)
    return {str(a): str(d) for a, d in pairs if d}


def beats_in_use(project: Project) -> dict[str, str]:
    """Return today's beat of each area; areas without one are left out."""
    pairs = zip(project.areas["area_id"], project.areas["beat_id"], strict=True)
    return {str(a): str(d) for a, d in pairs if d}


def plan_of(problem: SectorsProblem, district_of: Mapping[str, str]) -> SectorsPlan:
    """Turn an assignment (today's beats, an imported or edited plan) into a plan with the best centres."""
    kept = {a: d for a, d in district_of.items() if d}
    return SectorsPlan(kept, best_centres(problem, kept))

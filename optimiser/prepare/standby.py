"""A project becomes a standby question: candidate posts, calls by area and part of the day, drives on its roads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.outlook import SiteRow
from optimiser.data.project import Project
from optimiser.demand.day_parts import ALL_DAY, DayPart, day_parts
from optimiser.demand.patterns import merge_places
from optimiser.demand.workload import Workload, from_calls, from_project
from optimiser.errors import InputError, UsageError
from optimiser.prepare.call_spots import call_places
from optimiser.prepare.facilities import placed_sites
from optimiser.prepare.outlook import base_year, grown
from optimiser.prepare.travel import area_points, network, times_s
from optimiser.problems.base import asked, relaxed
from optimiser.problems.standby import StandbyParams, StandbyProblem
from optimiser.problems.standby.data import ObjectiveName
from optimiser.units import SECONDS_PER_HOUR, minutes

DEFAULT_TARGET_S = 480.0
MOST_DRIVES = 100_000_000
_SITES = (
    "Posts of your own need it: site_id, area_id (or lon and lat), and perhaps existing (yes for one of today's) and "
    "opens (a year)."
)
"""Drives from posts to places of calls that are held at once: 0.8 GB a part of the day with its own traffic."""
_OBJECTIVES: dict[str, tuple[ObjectiveName, ...]] = {
    "cover": ("cover",),
    "cover then backup": ("cover", "backup"),
    "cover then drive": ("cover", "travel"),
    "backup": ("backup",),
    "gradual": ("gradual",),
    "expected": ("expected",),
    "drive": ("travel",),
    "fewest cars": ("cars", "cover"),
    "fewest posts": ("posts", "cover"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandbySetup:
    """A planner's choices for standby posts, as the scenario file and the form state them.

    Parameters
    ----------
    n_cars
        Cars standing at once; 0 for one a station.
    cars_by_part
        Cars by part of the day, where they differ; with "fewest cars" and "fewest posts" the most of each part named.
    candidates
        Where cars may stand: "stations", "areas" (stations and a place in each area), "junctions" (stations and
        road junctions spread evenly, at most ``most_candidates``) or "sites" (stations and those of the table
        ``sites``, as for facilities: at an area's point, or anywhere by longitude and latitude).
    objective
        What to aim for.
    share_frac
        Share of the calls that "fewest cars" and "fewest posts" must cover in every part of the day.
    target_s
        Drive that covers a call; 0 for the project's most urgent target.
    further_s, further_shares_frac
        Drives beyond the target that count in part for "gradual", and how much of a call each counts.
    parts
        Parts of the day as ``NAME=FROM-TO``; empty for the whole day as one.
    priorities
        Priorities of the calls that count; empty for all.
    backup_cars
        Cars within the target that make a backup: 3 for two more beside the first.
    cover_by
        "calls": each call where it was, at its road junction, where the project has them placed; "areas": all calls
        of an area at a point inside it.
    move_price_calls
        Calls a week that giving up one of today's posts must be worth; 0 for free moves.
    today
        Posts in use today; empty for all stations, and with candidates = sites those that the table calls existing.
    year, growth
        The year whose calls count, by the table ``growth``; 0 for the calls as they are.
    limits
        The least (cover, backup, gradual, expected) or the most (travel, posts, cars) that a plan may come to, in
        calls a week, call-seconds a week or a number.
    """

    n_cars: int = asked(0, "cars", "Cars standing at once (0: one a station)", minimum=0)
    cars_by_part: Mapping[str, int] = asked(
        {}, "cars", "Cars by part of the day, where they differ", group="advanced"
    )
    candidates: Literal["stations", "areas", "junctions", "sites"] = asked(
        "areas", "", "Where cars may stand", options=("stations", "areas", "junctions", "sites")
    )
    sites: str = asked(
        "sites.csv", "", "Table of posts: site_id, area_id or lon and lat, existing", group="advanced"
    )
    most_candidates: int = asked(300, "posts", "Most junctions to choose from", group="advanced", minimum=1)
    objective: Literal[
        "cover",
        "cover then backup",
        "cover then drive",
        "backup",
        "gradual",
        "expected",
        "drive",
        "fewest cars",
        "fewest posts",
    ] = asked("cover", "", "What to aim for", options=tuple(_OBJECTIVES))
    share_frac: float = asked(
        0.9, "frac", "Share to cover with the fewest cars or posts", minimum=0, maximum=1
    )
    target_s: float = asked(0.0, "s", "Drive that covers a call (0: the most urgent target)", minimum=0)
    further_s: tuple[float, ...] = asked((), "s", "Further drives that count in part", group="advanced")
    further_shares_frac: tuple[float, ...] = asked(
        (), "frac", "How much of a call each further drive counts", group="advanced"
    )
    parts: tuple[str, ...] = asked((), "", "Parts of the day, as night=23-07 (empty: the whole day)")
    priorities: tuple[int, ...] = asked((), "", "Priorities that count (empty: all)", group="advanced")
    cars_per_post: int = asked(1, "cars", "Most cars at one post", minimum=1)
    busy_frac: float = asked(
        0.3, "frac", "Share of the time a car is busy", group="advanced", minimum=0, maximum=1
    )
    backup_cars: int = asked(
        2, "cars", "Cars within the target that make a backup", group="advanced", minimum=2
    )
    today: tuple[str, ...] = asked((), "", "Posts in use today (empty: the stations)", group="advanced")
    kept: tuple[str, ...] = asked((), "", "Posts to be kept", group="advanced")
    most_moved: int = asked(-1, "posts", "Most of today's posts given up (-1: any)", minimum=-1)
    move_price_calls: float = asked(
        0.0, "calls", "Calls a week that giving up a post must gain", group="advanced", minimum=0
    )
    cover_by: Literal["calls", "areas"] = asked(
        "calls",
        "",
        "Calls count where they were, or all of an area's at one point (also where none is placed)",
        options=("calls", "areas"),
        group="advanced",
    )
    year: int = asked(
        0, "", "Year of the calls, by the table of growth (0: as today)", group="advanced", minimum=0
    )
    growth: str = asked("growth.csv", "", "Table of growth: area_id or place, year, factor", group="advanced")
    limits: Mapping[str, float] = asked(
        {}, "", "Limits of aims by name, each in its own core unit", group="advanced"
    )
    driver: str = asked("basic", "", "Driver class of the drive times", group="advanced")
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)


@dataclass(frozen=True)
class Posts:
    """Candidate posts and where they are in the project's metres, shape (S, 2)."""

    ids: tuple[str, ...]
    xy_m: NDArray[np.float64]


def standby_problem(project: Project, setup: StandbySetup | None = None) -> StandbyProblem:
    """Return the standby question of a project.

    Raises
    ------
    InputError
        If the project has red faults, or a choice does not fit it.
    """
    setup = setup or StandbySetup()
    project.require_ready()
    posts = candidate_posts(project, setup)
    parts = day_parts(setup.parts) if setup.parts else (ALL_DAY,)
    calls = _calls(project, setup)
    points = area_points(project)
    weight = np.column_stack([calls.calls[:, list(part.hours)].sum(axis=1) for part in parts])
    if setup.cover_by == "calls":
        places = call_places(project, points, setup.priorities)
        points, weight = places.xy_m, places.share @ weight
        _refuse_too_many(len(points) * len(posts.ids))
    drives = _drives(project, setup, posts, points, parts)
    limits = _limits(project, setup)
    params = _params(project, setup, parts, drives)
    starts, post, band, drive_s = _rows(drives, limits, params.uses("travel"))
    spread = _spread(weight, drives)
    if params.uses("travel"):
        called = spread.any(axis=1)
        keep = np.repeat(called, np.diff(starts))
        starts = np.concatenate([[0], np.cumsum(np.diff(starts)[called])]).astype(np.int64)
        post, band, drive_s, spread = post[keep], band[keep], drive_s[keep], spread[called]
    else:
        merged = merge_places(starts, post, band, spread)
        starts, post, band, spread = merged.starts, merged.posts, merged.band, merged.weight
    return StandbyProblem(
        post_ids=posts.ids,
        post_cost=np.ones(len(posts.ids)),
        part_ids=tuple(part.name for part in parts),
        starts=starts,
        posts=post,
        band=band,
        weight=spread,
        drive_s=drive_s,
        params=params,
    )


def _refuse_too_many(n_drives: int) -> None:
    if n_drives > MOST_DRIVES:
        raise InputError(
            f"Calls at their junctions and candidate posts make {n_drives:,} drives, more than {MOST_DRIVES:,}: take "
            "fewer candidates (candidates = stations, or most_candidates), or cover_by = areas."
        )


def candidate_posts(project: Project, setup: StandbySetup | None = None) -> Posts:
    """Return where cars may stand: the stations, and besides places in areas or road junctions as chosen.

    Raises
    ------
    InputError
        If there is none.
    """
    setup = setup or StandbySetup()
    stations = project.stations
    ids = [str(s) for s in stations["station_id"]]
    xy = np.column_stack([stations.geometry.x.to_numpy(), stations.geometry.y.to_numpy()]).reshape(-1, 2)
    if setup.candidates == "areas":
        areas = [str(a) for a in project.areas["area_id"]]
        ids += [f"area {a}" if a in set(ids) else a for a in areas]
        xy = np.concatenate([xy, area_points(project)])
    elif setup.candidates == "junctions":
        roads = network(project)
        if roads is None:
            raise InputError("The project has no roads, so no junctions: choose candidates = areas.")
        chosen = _spread_out(roads.junction_xy_m, setup.most_candidates)
        ids += [f"junction {j}" for j in chosen.tolist()]
        xy = np.concatenate([xy, roads.junction_xy_m[chosen]])
    elif setup.candidates == "sites":
        listed = _open_sites(project, setup)
        ids = [site.site_id for site, _ in listed]
        xy = np.array([place for _, place in listed]).reshape(-1, 2)
    if not ids:
        raise InputError("There are no stations in this project: choose candidates = areas.")
    return Posts(tuple(ids), np.asarray(xy, dtype=np.float64))


def _in_use(project: Project, setup: StandbySetup) -> tuple[str, ...]:
    """Return the posts in use where the planner does not name them."""
    if setup.candidates == "sites":
        return tuple(site.site_id for site, _ in _open_sites(project, setup) if site.existing)
    return tuple(str(s) for s in project.stations["station_id"])


def _open_sites(project: Project, setup: StandbySetup) -> list[tuple[SiteRow, tuple[float, float]]]:
    """Return the sites of the table that are open in the year asked about, or now: those with a later year are not."""
    listed = placed_sites(project, setup.sites, what=_SITES)
    now = setup.year or base_year(project)
    return [(site, place) for site, place in listed if now is None or site.opens <= now]


def _spread_out(xy: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Choose at most ``most`` points, each time the one farthest from those chosen; the same ones always."""
    first = int(np.argmin(((xy - xy.mean(axis=0)) ** 2).sum(axis=1)))
    chosen, gap = [first], np.hypot(*(xy - xy[first]).T)
    while len(chosen) < min(most, len(xy)):
        chosen.append(int(np.argmax(gap)))
        gap = np.minimum(gap, np.hypot(*(xy - xy[chosen[-1]]).T))
    return np.array(sorted(chosen), dtype=np.int64)


def _calls(project: Project, setup: StandbySetup) -> Workload:
    if not setup.priorities:
        return grown(project, from_project(project), setup.year, setup.growth)
    if project.calls is None:
        raise InputError(
            "Priorities are chosen, but the project has no single calls: leave priorities empty."
        )
    table: pd.DataFrame = project.calls[project.calls["priority"].isin(setup.priorities)]
    if table.empty:
        known = ", ".join(str(p) for p in sorted(project.calls["priority"].unique()))
        raise UsageError(f"No call has priority {list(setup.priorities)}; the calls have {known}.")
    local = project.calls["received_at"].dt.tz_convert(project.settings.timezone).dt.date
    work = from_calls(
        table,
        [str(a) for a in project.areas["area_id"]],
        project.settings.timezone,
        begin=local.min(),
        end=local.max() + pd.Timedelta(days=1).to_pytimedelta(),
        default_service_s=project.settings.default_service_s,
    )
    return grown(project, work, setup.year, setup.growth)


def _drives(
    project: Project,
    setup: StandbySetup,
    posts: Posts,
    points: NDArray[np.float64],
    parts: tuple[DayPart, ...],
) -> list[NDArray[np.float64]]:
    """Return the drives (S, n) of each part of the day, by the traffic in its middle."""
    hours = [None if part.name == ALL_DAY.name else part.hours[len(part.hours) // 2] for part in parts]
    known: dict[int | None, NDArray[np.float64]] = {}
    for hour in hours:
        if hour not in known:
            known[hour] = times_s(project, posts.xy_m, points, driver=setup.driver, hour_of_week=hour)
    return [known[hour] for hour in hours]


def _limits(project: Project, setup: StandbySetup) -> tuple[float, ...]:
    targets = project.settings.priority_targets_s
    target_s = setup.target_s or (float(min(targets.values())) if targets else DEFAULT_TARGET_S)
    if len(setup.further_s) != len(setup.further_shares_frac):
        raise UsageError("Give as many further_shares_pct as further_min: how much of a call each counts.")
    limits = (target_s, *setup.further_s)
    if list(limits) != sorted(set(limits)):
        raise UsageError(f"Further drives must rise from the target of {minutes(target_s):g} minutes on.")
    return limits


def _rows(
    drives: list[NDArray[np.float64]], limits: tuple[float, ...], with_drives: bool
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int8], NDArray[np.float64]]:
    """Return sparse rows of areas (n), or of areas by part (T * n) where the drives differ by part."""
    same = all(table is drives[0] for table in drives)
    table = np.concatenate([d.T for d in (drives[:1] if same else drives)])
    band = np.searchsorted(np.array(limits) + 1e-6, table)
    listed = np.ones_like(band, dtype=bool) if with_drives else band < len(limits)
    starts = np.concatenate([[0], np.cumsum(listed.sum(axis=1))]).astype(np.int64)
    post = np.nonzero(listed)[1].astype(np.int32)
    return starts, post, band[listed].astype(np.int8), table[listed] if with_drives else np.zeros(0)


def _spread(weight: NDArray[np.float64], drives: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return calls for the rows of :func:`_rows`: each part's own rows have calls in that part only."""
    if all(table is drives[0] for table in drives):
        return weight
    n, n_parts = weight.shape
    wide = np.zeros((n * n_parts, n_parts))
    for t in range(n_parts):
        wide[t * n : (t + 1) * n, t] = weight[:, t]
    return wide


def _params(
    project: Project,
    setup: StandbySetup,
    parts: tuple[DayPart, ...],
    drives: list[NDArray[np.float64]],
) -> StandbyParams:
    stations = tuple(str(s) for s in project.stations["station_id"])
    fewest = setup.objective.startswith("fewest")
    objectives = _OBJECTIVES[setup.objective]
    weights: dict[str, float] = {}
    if setup.move_price_calls > 0:
        if objectives[0] not in ("cover", "backup", "gradual", "expected"):
            raise UsageError(
                "A price for moves goes with covered calls; choose another objective, or most_moved."
            )
        weights = {objectives[0]: 1.0, "moves": setup.move_price_calls}
        objectives = ("weighted", *objectives[1:])
    strange = sorted(set(setup.cars_by_part) - {part.name for part in parts})
    if strange:
        raise UsageError(f"cars_by_part names {', '.join(strange)}, which is no part of the day asked for.")
    n = setup.n_cars or len(stations)
    if n < 1 and not fewest:
        raise UsageError("Say how many cars stand: n_cars; the project has no stations to count.")
    if fewest and not setup.n_cars:  # parts without a number of their own are held by the room alone
        n = len(drives[0]) * (setup.cars_per_post + ceil(relaxed(setup.relax, "cars at a post")))
    limited = bool(setup.n_cars or setup.cars_by_part or not fewest)
    return StandbyParams(
        n_cars=tuple(setup.cars_by_part.get(p.name, n) for p in parts) if limited else (),
        objectives=objectives,
        weights=weights,
        cars_per_post=setup.cars_per_post,
        band_shares=(1.0, *setup.further_shares_frac),
        backup_cars=setup.backup_cars,
        busy_frac=setup.busy_frac,
        today=setup.today or _in_use(project, setup),
        kept=setup.kept,
        most_moved=float(setup.most_moved) if setup.most_moved >= 0 else float("inf"),
        least_cover_frac=setup.share_frac if fewest else 0.0,
        limits=setup.limits,
        far_s=max(SECONDS_PER_HOUR, 1.0 + max(float(table.max(initial=0.0)) for table in drives)),
        relax=setup.relax,
    )

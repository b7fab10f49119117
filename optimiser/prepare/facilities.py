"""A project becomes a question of facilities: calls as they grow, sites that may open and close, drives by road."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.data.outlook import SiteRow, read_sites
from optimiser.data.plans import other_names
from optimiser.data.project import Project
from optimiser.demand.workload import Workload, from_project
from optimiser.errors import InputError
from optimiser.prepare.outlook import growth_of, table_file
from optimiser.prepare.travel import area_points, times_s
from optimiser.problems.base import asked
from optimiser.problems.facilities import FacilitiesParams, FacilitiesProblem

_TABLES = (
    "Facilities need two of them in the project's folder, or elsewhere with --set sites=FILE --set growth=FILE: "
    "growth.csv with area_id (or place), year and factor (1.2 is a fifth more calls than today; even growth between "
    "the years given), and sites.csv with "
    "site_id, area_id (or lon and lat), cost, opens (the year it may open) and existing (yes for one of today's)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilitiesSetup:
    """A planner's choices for facilities.

    Parameters
    ----------
    sites, growth
        Files in the project folder (or anywhere): see :mod:`optimiser.data.outlook`.
    budget, budget_by_year
        Most that may be spent up to any year, or up to each.
    kept
        Sites that stay open. Stations of the project that the list leaves out stay as they are.
    target_s
        Drive that covers a call; 0 for the most urgent target of the project.
    priorities
        Priorities of the calls that count; empty for all.
    """

    sites: str = asked("sites.csv", "", "Table of sites: site_id, area_id, cost, opens")
    growth: str = asked("growth.csv", "", "Table of growth: area_id or place, year, factor")
    budget: float = asked(math.inf, "cost", "Most that may be spent up to any year", minimum=0)
    budget_by_year: tuple[float, ...] = asked(
        (), "cost", "The same by year, where it grows", group="advanced"
    )
    kept: tuple[str, ...] = asked((), "", "Sites that stay open")
    target_s: float = asked(0.0, "s", "Drive that covers a call (0: the most urgent target)", minimum=0)
    priorities: tuple[int, ...] = asked((), "", "Priorities that count (empty: all)", group="advanced")
    driver: str = asked("basic", "", "Driver class of the drive times", group="advanced")
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)


def facilities_problem(project: Project, setup: FacilitiesSetup | None = None) -> FacilitiesProblem:
    """Return the question of facilities of a project.

    Raises
    ------
    InputError
        If a table is missing or faulty, a site has no place, or an area cannot be reached by road.
    """
    setup = setup or FacilitiesSetup()
    project.require_ready()
    ids = tuple(str(a) for a in project.areas["area_id"])
    growth = growth_of(project, table_file(project, setup.growth, _TABLES))
    listed = read_sites(table_file(project, setup.sites, _TABLES), other_names(project.areas))
    points = area_points(project)
    sites, places = _placed(project, listed, ids, points)
    target_s = setup.target_s or min(project.settings.priority_targets_s.values(), default=0.0)
    if not target_s:
        raise InputError(
            "Cover needs a target drive: give target_min, or priority_targets_min in project.toml."
        )
    calls = _calls(from_project(project), setup.priorities)
    fixed = {str(s) for s in project.stations["station_id"]} - {s.site_id for s in listed}
    return FacilitiesProblem(
        site_ids=tuple(s.site_id for s in sites),
        existing=np.array([s.existing for s in sites]),
        cost=np.array([s.cost for s in sites]),
        opens=np.array([sum(int(y) < s.opens for y in growth.years) for s in sites], dtype=np.int64),
        years=growth.years,
        area_ids=ids,
        calls=growth.factor * calls[None, :],
        reaches=times_s(project, places, points, driver=setup.driver) <= target_s + 1e-6,
        params=FacilitiesParams(
            budget=setup.budget_by_year or (setup.budget,),
            kept=tuple(sorted({*setup.kept, *fixed})),
            relax=setup.relax,
        ),
    )


def site_places(project: Project, setup: FacilitiesSetup) -> dict[str, tuple[float, float]]:
    """Return where each site is, in the project's metres, in the order of the question.

    Raises
    ------
    InputError
        If the table of sites is missing or faulty, or a site has no place.
    """
    return {site.site_id: place for site, place in placed_sites(project, setup.sites, priced=True)}


def placed_sites(
    project: Project, table: str, *, priced: bool = False, what: str = ""
) -> list[tuple[SiteRow, tuple[float, float]]]:
    """Return the sites of a table and the stations it leaves out, each with its place in the project's metres.

    ``what`` says what belongs into the table where it is not that of facilities.

    Raises
    ------
    InputError
        If the table is missing or faulty, or a site has no place.
    """
    ids = tuple(str(a) for a in project.areas["area_id"])
    listed = read_sites(
        table_file(project, table, what or _TABLES), other_names(project.areas), priced=priced
    )
    sites, places = _placed(project, listed, ids, area_points(project))
    return [(s, (float(x), float(y))) for s, (x, y) in zip(sites, places, strict=True)]


def _calls(work: Workload, priorities: tuple[int, ...]) -> NDArray[np.float64]:
    if not priorities:
        return np.asarray(work.calls.sum(axis=1), dtype=np.float64)
    unknown = [p for p in priorities if p not in work.priority_calls]
    if unknown:
        raise InputError(f"priorities names {unknown}, but the calls have {sorted(work.priority_calls)}.")
    return np.asarray(sum(work.priority_calls[p] for p in priorities), dtype=np.float64)


def _placed(
    project: Project, listed: tuple[SiteRow, ...], ids: tuple[str, ...], points: NDArray[np.float64]
) -> tuple[list[SiteRow], NDArray[np.float64]]:
    """Return all sites with their places in the project's metres: those listed, then stations that are not."""
    at = {
        str(s): (float(p.x), float(p.y))
        for s, p in zip(project.stations["station_id"], project.stations.geometry, strict=True)
    }
    sites, places, lost = [], [], []
    for site in listed:
        if site.lon_lat is not None:
            places.append(_projected(project, site.lon_lat))
        elif site.area_id:
            x, y = points[ids.index(site.area_id)]
            places.append((float(x), float(y)))
        elif site.site_id in at:
            places.append(at[site.site_id])
        else:
            lost.append(site.site_id)
            continue
        sites.append(site)
    if lost:
        raise InputError(
            f"Sites without a place: {', '.join(lost[:8])}. Give area_id, or lon and lat, or the id of a station."
        )
    for name in at:
        if name not in {s.site_id for s in listed}:
            sites.append(SiteRow(name, "", None, 0.0, 0, existing=True))
            places.append(at[name])
    if not sites:
        raise InputError("There is no site: the list is empty and the project has no stations.")
    return sites, np.array(places)


def _projected(project: Project, lon_lat: tuple[float, float]) -> tuple[float, float]:
    from pyproj import Transformer

    if project.areas.crs is None:
        raise InputError(
            "The project has no coordinate system: give sites by area_id instead of lon and lat."
        )
    x, y = Transformer.from_crs(4326, project.areas.crs, always_xy=True).transform(*lon_lat)
    return float(x), float(y)

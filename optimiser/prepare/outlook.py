"""Years ahead: a project's table of growth, and the work of one of its years."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from optimiser.data.outlook import Growth, read_growth
from optimiser.data.plans import other_names
from optimiser.data.project import Project
from optimiser.demand.workload import Workload
from optimiser.errors import InputError

log = logging.getLogger(__name__)


def table_file(project: Project, name: str, what: str) -> Path:
    """Return where a planner's table is: as it says, else in the project's folder.

    Raises
    ------
    InputError
        If there is none; ``what`` says what belongs into it.
    """
    path = Path(name)
    path = path if path.is_absolute() or path.exists() else project.folder / path
    if not path.exists():
        raise InputError(f"{path}: there is no such table. {what}")
    return path


def growth_of(project: Project, path: Path) -> Growth:
    """Return how the calls of each area grow, and tell where the table ends early for some."""
    ids = tuple(str(a) for a in project.areas["area_id"])
    growth = read_growth(path, ids, other_names(project.areas), project.places, base_year(project))
    if growth.held:
        log.warning(
            "growth ends before %s for %d areas: their calls stay as in their last year",
            growth.years[-1],
            growth.held,
        )
    return growth


def grown(project: Project, work: Workload, year: int, table: str) -> Workload:
    """Return the work of a year: each area's calls and hours times its growth; as they are for year 0.

    Raises
    ------
    InputError
        If there is no table of growth, or it does not reach from a year before to one after.
    """
    if not year:
        return work
    path = table_file(
        project,
        table,
        "It should have area_id (or place), year and factor: 1.2 is a fifth more calls than today.",
    )
    growth = growth_of(project, path)
    factor = growth.at(year)
    if factor is None:
        years = growth.years
        span = f"the years {years[0]} to {years[-1]}" if years else "no year"
        raise InputError(f"{path} speaks of {span}, not of {year}: give one of these years, or a row for it.")
    return replace(
        work,
        calls=work.calls * factor[:, None],
        unit_s=work.unit_s * factor[:, None],
        priority_calls={p: calls * factor for p, calls in work.priority_calls.items()},
    )


def base_year(project: Project) -> int | None:
    """Return the local year of the last call; None where no call has a date."""
    if project.calls is None or project.calls.empty:
        return None
    last = project.calls["received_at"].max().tz_convert(project.settings.timezone)
    return int(last.year)

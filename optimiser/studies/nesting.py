"""What is asked when the districts of a plan are filled with beats: how many each gets, and its own question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from optimiser.data.project import Project
from optimiser.prepare.questions import ask
from optimiser.prepare.sectors import restricted
from optimiser.problems.sectors import SectorsProblem
from optimiser.studies.levels import shared_out

USUAL = {"centres": "free", "objective": "travel", "tolerance_pct": 10}


@dataclass(frozen=True)
class Nesting:
    """The question of the whole map, that of each district, and how many beats each gets, shared by work."""

    problem: SectorsProblem
    parts: Mapping[str, SectorsProblem]
    n_beats: Mapping[str, int]
    work: Mapping[str, float]
    """Unit-seconds a week by area."""


def nesting(
    project: Project, district_of: Mapping[str, str], total: int, table: Mapping[str, Any], where: str
) -> Nesting:
    """Return what is asked of each district.

    Parameters
    ----------
    district_of
        The district of each area, as text.
    total
        How many beats in all, shared by work.
    table
        Choices of the question of sectors that differ from free centres, least driving and a tolerance of 10 %.

    Raises
    ------
    InputError
        If there are fewer beats than districts.
    """
    choices = {**USUAL, **table, "n_districts": total, "level": "beats"}
    problem: SectorsProblem = ask(project, "sectors", choices, where).problem
    areas = {d: {x for x, e in district_of.items() if e == d} for d in sorted(set(district_of.values()))}
    work = dict(zip(problem.area_ids, problem.balance[1].tolist(), strict=True))
    n_beats = shared_out(total, {d: sum(work[x] for x in mine) for d, mine in areas.items()})
    parts = {d: restricted(problem, mine, _fewer(problem, n_beats[d])) for d, mine in areas.items()}
    return Nesting(problem, parts, n_beats, work)


def _fewer(problem: SectorsProblem, count: int) -> Any:
    """Return the choices for one district's beats."""
    return replace(problem.params, district_ids=tuple(str(b) for b in range(count)), target_shares=())

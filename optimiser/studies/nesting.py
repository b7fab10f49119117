"""What is asked when the districts of a plan are filled with beats: how many each gets, and its own question."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.prepare.choices import public_name, read
from optimiser.prepare.questions import ask, kinds
from optimiser.prepare.sectors_part import restricted
from optimiser.prepare.sectors_setup import OBJECTIVES, SectorsSetup
from optimiser.problems.sectors import SectorsParams, SectorsProblem
from optimiser.studies.nested import shared_out

USUAL = {"centres": "free", "objective": "travel", "tolerance_pct": 10}
_OF_NAMED_BEATS = (
    "within",
    "within_plan",
    "locks",
    "core_steps",
    "change_limit_frac",
    "target_shares_frac",
    "target_share_of_frac",
    "names",
    "centre_of",
    "reference",
)
"""Choices about districts that have a name before they are designed."""


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
        If there are fewer beats than districts, a district has fewer areas or centres than beats, the plan is of
        another map, or a choice is about beats that have a name already.
    """
    choices = {**USUAL, **table, "n_districts": total, "level": "beats"}
    _refuse_names(choices, where)
    problem: SectorsProblem = ask(project, "sectors", choices, where).problem
    strange = sorted(set(district_of) - set(problem.area_ids))
    if strange:
        raise InputError(
            f"The plan names {', '.join(strange[:5])}, which this map does not have: take a plan of this map."
        )
    areas = {d: {x for x, e in district_of.items() if e == d} for d in sorted(set(district_of.values()))}
    work = dict(zip(problem.area_ids, problem.balance[1].tolist(), strict=True))
    n_beats = shared_out(total, {d: sum(work[x] for x in mine) for d, mine in areas.items()})
    _refuse_too_few(problem, areas, n_beats)
    parts = {d: restricted(problem, mine, _inside(problem, mine, n_beats[d])) for d, mine in areas.items()}
    return Nesting(problem, parts, n_beats, work)


def _refuse_names(choices: Mapping[str, Any], where: str) -> None:
    """Raise InputError where a choice needs the names of the beats, or beats of today."""
    setup: SectorsSetup
    (setup,) = read(kinds("sectors"), choices, f"{where}, [sectors]")
    usual = SectorsSetup()
    given = [public_name(n) for n in _OF_NAMED_BEATS if getattr(setup, n) != getattr(usual, n)]
    if "moved" in (setup.objectives or OBJECTIVES[setup.objective]) or setup.weights.get("moved"):
        given.append("the aim of least change")
    if given:
        raise InputError(
            f"The beats are made and named anew inside each district, so {', '.join(given)} cannot hold for them: "
            "leave that out. Areas are kept in one beat by together, in different ones by apart."
        )


def _refuse_too_few(
    problem: SectorsProblem, areas: Mapping[str, Collection[str]], n_beats: Mapping[str, int]
) -> None:
    """Raise InputError naming every district that has fewer areas or centres than beats."""
    faults = []
    for district, mine in areas.items():
        n, seats = n_beats[district], len(_centres_in(problem, mine))
        if n > len(mine):
            faults.append(f"district {district} gets {n} beats for its work, but has only {len(mine)} areas")
        elif n > seats:
            faults.append(f"district {district} gets {n} beats for its work, but holds only {seats} centres")
    if faults:
        raise InputError(
            f"{'; '.join(faults)[:1].upper()}{'; '.join(faults)[1:]}. Ask for fewer beats, or for free centres "
            "(centres = free)."
        )


def _centres_in(problem: SectorsProblem, areas: Collection[str]) -> tuple[str, ...]:
    seats = zip(problem.centre_ids, problem.centre_area.tolist(), strict=True)
    return tuple(c for c, a in seats if problem.area_ids[a] in areas)


def _inside(problem: SectorsProblem, areas: Collection[str], count: int) -> SectorsParams:
    """Return the choices for one district's beats: of groups and pairs what lies inside, of given centres too.

    Centres that were given are kept as given where they are as many as the beats; else they are where a beat may be
    served from.
    """
    p = problem.params
    given = tuple(c for c in _centres_in(problem, areas) if c in p.fixed_centres)
    groups = [tuple(a for a in group if a in areas) for group in p.together]
    return replace(
        p,
        district_ids=tuple(str(b + 1) for b in range(count)),
        fixed_centres=given if len(given) == count else (),
        target_shares=(),
        locks=(),
        together=tuple(g for g in groups if len(g) > 1),
        apart=tuple((a, b) for a, b in p.apart if a in areas and b in areas),
    )

"""Critical locations: who could be there in the time required, right now, and where the plans are.

A site has a required response (units, officers, skills, within a time) and names the files of its plans. Where plans
lie is *operationally sensitive*: the link is handed on, the file is never read, and nothing of it goes into an export.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from optimiser.errors import InputError
from optimiser.prepare.dispatch_scene import Floats, IncidentsAt
from optimiser.problems.assignment import AssignmentProblem
from optimiser.problems.assignment.data import FREE
from optimiser.problems.assignment.eligible import may_go
from optimiser.units import minutes


class Asked(Protocol):
    """What tells who could go where: a desk or a board."""

    def problem(self, call: IncidentsAt) -> AssignmentProblem:
        """Return the question that new calls ask."""
        ...


@dataclass(frozen=True, eq=False)
class Site:
    """A critical location.

    Parameters
    ----------
    xy_m
        In the projected metres of the roads. Shape (2,).
    units, officers
        Units and officers required.
    within_s
        Time within which they must be there.
    skills
        Units with each skill that are required.
    plans
        Files of plans and floor plans, as links; relative ones from the project folder.
    """

    site_id: str
    name: str
    xy_m: Floats
    units: int = 1
    officers: int = 1
    within_s: float = 600.0
    skills: Mapping[str, int] = field(default_factory=dict)
    plans: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.units < 1 or self.officers < 1 or not self.within_s > 0:
            raise InputError(
                f"Site {self.site_id!r} requires {self.units} units with {self.officers} officers within "
                f"{self.within_s:g} s; give 1 or more of each and a time above 0."
            )


@dataclass(frozen=True)
class SiteState:
    """A site as it stands now.

    Parameters
    ----------
    there_s
        Seconds until the whole requirement could be met, inf if never.
    units
        The units that would meet it, by arrival; those that come too late are among them.
    missing_units, missing_officers, missing_skills
        What is missing within the required time.
    plans, plans_missing
        Links to plans; those that name no file.
    """

    site_id: str
    name: str
    there_s: float
    within_s: float
    units: tuple[str, ...]
    missing_units: int
    missing_officers: int
    missing_skills: Mapping[str, int]
    plans: tuple[str, ...]
    plans_missing: tuple[str, ...]

    @property
    def met(self) -> bool:
        """Whether the required response is there in time."""
        return not (self.missing_units or self.missing_officers or self.missing_skills)

    def in_words(self) -> str:
        """Say how it stands."""
        limit = f"{minutes(self.within_s):g} min"
        if self.met:
            text = f"{self.name}: the required response is there within {limit} ({', '.join(self.units)})."
        else:
            wanted = (self.missing_units, "unit"), (self.missing_officers, "officer")
            lacks = [f"{n} {noun}{'s' if n > 1 else ''}" for n, noun in wanted if n]
            lacks += [f"{n} with {skill}" for skill, n in sorted(self.missing_skills.items())]
            later = "never" if np.isinf(self.there_s) else f"only after {minutes(self.there_s):.1f} min"
            text = f"{self.name}: missing within {limit}: {', '.join(lacks)}; complete {later}."
        if self.plans_missing:
            text += f" Plans that are not where they should be: {', '.join(self.plans_missing)}."
        return text


def critical_locations(
    desk: Asked,
    sites: Sequence[Site],
    *,
    folder: Path | None = None,
    grade: int = 1,
    unit_skills: Mapping[str, Sequence[str]] | None = None,
) -> tuple[SiteState, ...]:
    """Say of each site whether its required response could be there in time, from where the free units are now.

    Parameters
    ----------
    folder
        Where relative links to plans begin; without it files are not looked for.
    grade
        Grade of the call that would come from there; it decides on lights.
    unit_skills
        Skills of each unit by id.

    Raises
    ------
    InputError
        If two sites have one id.
    """
    ids = [s.site_id for s in sites]
    if len(set(ids)) != len(ids):
        twice = next(x for x in ids if ids.count(x) > 1)
        raise InputError(f"The site id {twice!r} is given twice; ids must be unique.")
    if not sites:
        return ()
    calls = IncidentsAt(
        tuple(ids),
        np.array([s.xy_m for s in sites], dtype=np.float64),
        np.full(len(sites), grade),
        np.array([s.officers for s in sites]),
        np.zeros(len(sites)),
        np.ones(len(sites)),
    )
    problem = desk.problem(calls)
    free = np.array([s == FREE for s in problem.status], dtype=bool)
    allowed = may_go(problem)[0] & free[:, None]
    skills = {u: set(s) for u, s in (unit_skills or {}).items()}
    officers = dict(zip(problem.unit_ids, problem.officers.tolist(), strict=True))
    found = []
    for i, site in enumerate(sites):
        order = [u for u in np.argsort(problem.travel_s[:, i], kind="stable").tolist() if allowed[u, i]]
        ways = [(problem.unit_ids[u], float(problem.travel_s[u, i])) for u in order]
        found.append(_state(site, ways, officers, skills, folder))
    return tuple(found)


def _state(
    site: Site,
    ways: list[tuple[str, float]],
    officers: Mapping[str, int],
    skills: Mapping[str, set[str]],
    folder: Path | None,
) -> SiteState:
    def lacking(units: Sequence[str]) -> tuple[int, int, dict[str, int]]:
        need = {k: n - sum(k in skills.get(u, set()) for u in units) for k, n in site.skills.items()}
        missing = {k: n for k, n in need.items() if n > 0}
        aboard = sum(officers[u] for u in units)
        return max(0, site.units - len(units)), max(0, site.officers - aboard), missing

    taken: list[str] = []
    there_s = np.inf
    for unit, way_s in ways:
        n_units, n_officers, n_skills = lacking(taken)
        if n_units or n_officers or any(k in skills.get(unit, set()) for k in n_skills):
            taken.append(unit)
            if not any(lacking(taken)):
                there_s = way_s
                break
    in_time = [u for u, way_s in ways if way_s <= site.within_s]
    n_units, n_officers, n_skills = lacking(in_time)
    gone = (
        () if folder is None else tuple(p for p in site.plans if "://" not in p and not (folder / p).exists())
    )
    return SiteState(
        site_id=site.site_id,
        name=site.name,
        there_s=float(there_s),
        within_s=site.within_s,
        units=tuple(taken),
        missing_units=n_units,
        missing_officers=n_officers,
        missing_skills=n_skills,
        plans=site.plans,
        plans_missing=gone,
    )

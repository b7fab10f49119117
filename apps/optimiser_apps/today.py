"""The plan in use, judged as any other plan: on the data and by the rules of a question asked today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from optimiser.data.project import Project
from optimiser.prepare.sectors import districts_in_use, plan_of
from optimiser.problems.base import Measure, Violation
from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem

DISTRICTS, BEATS = "Districts in use", "Beats in use"


@dataclass(frozen=True)
class InUse:
    """Today's plan with the question it is judged by, which has its own number of districts."""

    name: str
    problem: SectorsProblem
    plan: SectorsPlan
    measures: tuple[Measure, ...]
    violations: tuple[Violation, ...]


def levels(project: Project) -> dict[str, dict[str, str]]:
    """Return area to district of every level in use, by its name; levels nobody uses are left out."""
    areas = project.areas
    beats = {str(a): str(b) for a, b in zip(areas["area_id"], areas["beat_id"], strict=True) if b}
    found = {DISTRICTS: districts_in_use(project), BEATS: beats}
    return {name: plan for name, plan in found.items() if plan}


def plan_in_use(project: Project, problem: SectorsProblem) -> InUse | None:
    """Return the level in use whose number of districts is nearest to the question's; None where none fits."""
    wanted = problem.params.n_districts
    most = len(problem.centre_ids)
    fitting = {n: p for n, p in levels(project).items() if len(set(p.values())) <= most}
    if not fitting:
        return None
    name = min(fitting, key=lambda n: abs(len(set(fitting[n].values())) - wanted))
    return judged(name, problem, fitting[name])


def judged(name: str, problem: SectorsProblem, district_of: Mapping[str, str]) -> InUse:
    """Judge an assignment of areas on the data of a question, with its own districts."""
    known = {a: d for a, d in district_of.items() if a in set(problem.area_ids)}
    called = "beat" if name == BEATS else "district"
    asked = with_districts(problem, known, called)
    plan = plan_of(asked, known)
    return InUse(name, asked, plan, FAMILY.measure(asked, plan), tuple(FAMILY.check(asked, plan)))


def with_districts(
    problem: SectorsProblem, district_of: Mapping[str, str], called: str = "district"
) -> SectorsProblem:
    """Return the question asked for the districts of a plan: the same, or with free centres and equal shares."""
    names = tuple(sorted({d for d in district_of.values() if d}))
    if set(names) == set(problem.params.district_ids):
        return problem
    params = replace(
        problem.params, district_ids=names, fixed_centres=(), target_shares=(), locks=(), called=called
    )
    return replace(problem, params=params)

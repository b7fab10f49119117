"""The plan in use, judged as any other plan: on the data and by the rules of a question asked today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.prepare.fitted import variant
from optimiser.prepare.sectors import districts_in_use, plan_of
from optimiser.problems.base import Measure, Violation
from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem
from optimiser.report.phrases import count

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


def level_in_use(project: Project, problem: SectorsProblem | None) -> str:
    """Return the level in use whose number of districts is nearest to the question's, "" where none fits.

    Without a question it is the districts, else the beats.
    """
    numbers = {n: len(set(p.values())) for n, p in levels(project).items()}
    if problem is None:
        return next(iter(numbers), "")
    wanted, most = problem.params.n_districts, len(problem.centre_ids)
    fitting = [n for n, number in numbers.items() if number <= most]
    return min(fitting, key=lambda n: abs(numbers[n] - wanted), default="")


def plan_in_use(project: Project, problem: SectorsProblem) -> InUse | None:
    """Return the level in use whose number of districts is nearest to the question's; None where none fits."""
    name = level_in_use(project, problem)
    return judged(name, problem, levels(project)[name]) if name else None


def judged(name: str, problem: SectorsProblem, district_of: Mapping[str, str]) -> InUse:
    """Judge an assignment of areas on the data of a question, with its own districts."""
    asked, plan = fitted(name, problem, district_of)
    return InUse(name, asked, plan, FAMILY.measure(asked, plan), tuple(FAMILY.check(asked, plan)))


def fitted(
    name: str, problem: SectorsProblem, district_of: Mapping[str, str]
) -> tuple[SectorsProblem, SectorsPlan]:
    """Return the question asked for the districts of an assignment, and it as a plan with the best centres.

    Raises
    ------
    InputError
        If it has none of the question's areas, or more districts than the question has places for centres.
    """
    areas = set(problem.area_ids)
    known = {a: d for a, d in district_of.items() if d and a in areas}
    n, most = len(set(known.values())), len(problem.centre_ids)
    called = "beat" if name == BEATS else "district"
    if not known:
        raise InputError(f"{name} has none of the areas that the plan beside it is about.")
    if n > most:
        raise InputError(
            f"{name} has {count(n, called)}, but the question it is judged by has {count(most, 'place')} for a "
            "centre: compare it with a plan that was asked with free centres."
        )
    asked = with_districts(problem, known, called)
    return asked, plan_of(asked, known)


def with_districts(
    problem: SectorsProblem, district_of: Mapping[str, str], called: str = "district"
) -> SectorsProblem:
    """Return the question with the districts of a plan, as the command line asks it, called as they are."""
    asked = variant(problem, district_of)
    if asked is problem:
        return problem
    return replace(asked, params=replace(asked.params, called=called))

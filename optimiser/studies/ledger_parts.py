"""What the ledger is kept of: the whole force with a plan, or every sector planned by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optimiser import simulate as sim
from optimiser.data.project import Project
from optimiser.demand.workload import from_project
from optimiser.errors import InputError
from optimiser.prepare import choices
from optimiser.prepare.questions import ask, kinds
from optimiser.prepare.requirement import duty_rules
from optimiser.prepare.shift_sectors import recorded_calls, sector_workloads
from optimiser.prepare.shifts import sector_problem
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.studies.series import Series
from optimiser.studies.shift_simulation import stream_of
from optimiser.studies.variants import Variants

WHOLE = "all"


@dataclass(frozen=True)
class Part:
    """The whole, or a sector: its question, plan, recorded calls and the rules of the rota that may hold in it."""

    name: str
    problem: ShiftsProblem
    plan: ShiftsPlan
    calls: Any
    rules: tuple[Any, ...] = ()

    @property
    def sector(self) -> str:
        """As the rules name it."""
        return "" if self.name == WHOLE else self.name

    def stream(self) -> sim.Stream:
        """Return the stream of its calls."""
        c = self.calls
        return stream_of(c.hour, c.grade, c.units, c.busy_s, c.n_weeks)


def whole(
    project: Project,
    series: Series,
    table: Mapping[str, Any],
    *,
    planned: tuple[ShiftsProblem, ShiftsPlan] | None = None,
    rota: bool = False,
    where: str = "--set",
) -> Part:
    """Return the whole force: with the plan given, with today's rota, or with one made for it.

    Parameters
    ----------
    table
        Choices of the question of shifts, where no plan is given.
    planned
        A question that was solved, and its plan.
    rota
        Take today's rota as the plan.

    Raises
    ------
    InputError
        If the project has no rota, or no recorded call.
    NoPlanError
        If there is no plan.
    """
    calls = recorded_calls(project, from_project(project))
    rules = duty_rules(project)
    if planned is not None:
        return Part(WHOLE, *planned, calls, rules)
    problem = ask(project, "shifts", table, where).problem
    if not rota:
        return Part(WHOLE, problem, _solved(series, problem, "plan"), calls, rules)
    if problem.existing is None:
        raise InputError(
            f"{project.folder} has no rota.csv; take one in with: optimiser rota import {project.folder} FILE."
        )
    return Part(WHOLE, problem, problem.existing, calls, rules)


def by_sector(
    project: Project,
    series: Series,
    table: Mapping[str, Any],
    sector_of: Mapping[str, str],
    *,
    where: str = "--set",
) -> list[Part]:
    """Return every sector planned by itself, by the rules of the rota that hold in it.

    Parameters
    ----------
    table
        Choices of the question of shifts.
    sector_of
        The sector of each area; "" for none.
    """
    work = from_project(project)
    calls = recorded_calls(project, work)
    params, setup, service = choices.read(kinds("shifts"), table, where)
    own_of = {k: v for k, v in sector_of.items() if v}
    names = sorted(set(own_of.values()))
    rules = duty_rules(project, sectors=names)
    parts = []
    for name, own in sector_workloads(work, own_of).items():
        problem = sector_problem(project, own, params, setup, service, name=name, rules=rules, sectors=names)
        here = calls.within(frozenset(own.area_ids))
        parts.append(Part(name, problem, _solved(series, problem, f"plan of {name}"), here, rules))
    return parts


def _solved(series: Series, problem: ShiftsProblem, title: str) -> ShiftsPlan:
    result = series.solve(problem, title)
    if result is None or result.plan is None:
        raise Variants(series, problem).no_plan("no ledger to show")
    plan: ShiftsPlan = result.plan
    return plan

"""What the ledger is kept of: the whole force with a plan, or every sector planned by itself."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

WHOLE = "all"


@dataclass(frozen=True)
class Part:
    """The whole, or a sector: its question, plan, recorded calls and the rules of the rota that may hold in it."""

    name: str
    problem: Any
    plan: Any
    calls: Any
    rules: tuple[Any, ...] = ()

    @property
    def sector(self) -> str:
        """As the rules name it."""
        return "" if self.name == WHOLE else self.name

    def stream(self) -> Any:
        """Return the stream of its calls."""
        from optimiser.studies.shift_simulation import stream_of

        c = self.calls
        return stream_of(c.hour, c.grade, c.units, c.busy_s, c.n_weeks)


def parts_of(a: argparse.Namespace, project: Any, series: Any) -> list[Part]:
    """Return the whole, or each sector."""
    from optimiser.cli.plans import ROTA, question_and_plans, settings_of
    from optimiser.demand.workload import from_project
    from optimiser.errors import InputError
    from optimiser.prepare.questions import ask
    from optimiser.prepare.requirement import duty_rules
    from optimiser.prepare.shift_sectors import recorded_calls

    work = from_project(project)
    calls = recorded_calls(project, work)
    table_ = settings_of(a.set, "shifts")
    if a.sectors:
        return _sector_parts(a, project, series, work, calls, table_)
    rules = duty_rules(project)
    if a.plan and a.plan != ROTA:
        question, plans, _ = question_and_plans(project, [a.plan], [])
        if question.family != "shifts":
            raise InputError(f"Run {a.plan} is about {question.family}, not shifts.")
        return [Part(WHOLE, question.problem, plans[a.plan], calls, rules)]
    problem = ask(project, "shifts", table_, "--set").problem
    if a.plan == ROTA:
        if problem.existing is None:
            raise InputError(
                f"{a.folder} has no rota.csv; take one in with: optimiser rota import {a.folder} FILE."
            )
        return [Part(WHOLE, problem, problem.existing, calls, rules)]
    return [Part(WHOLE, problem, _solved(series, problem), calls, rules)]


def _sector_parts(
    a: argparse.Namespace, project: Any, series: Any, work: Any, calls: Any, table_: dict[str, Any]
) -> list[Part]:
    """Plan every sector by itself, by the rules of the rota that hold in it."""
    from optimiser.cli.plans import assignment_of
    from optimiser.prepare import choices
    from optimiser.prepare.questions import kinds
    from optimiser.prepare.requirement import duty_rules
    from optimiser.prepare.shift_sectors import sector_workloads
    from optimiser.prepare.shifts import sector_problem

    params, setup, service = choices.read(kinds("shifts"), table_, "--set")
    sector_of = {k: v for k, v in assignment_of(project, a.sectors).items() if v}
    names = sorted(set(sector_of.values()))
    rules = duty_rules(project, sectors=names)
    parts = []
    for name, own in sector_workloads(work, sector_of).items():
        problem = sector_problem(project, own, params, setup, service, name=name, rules=rules, sectors=names)
        here = calls.within(frozenset(own.area_ids))
        parts.append(Part(name, problem, _solved(series, problem), here, rules))
    return parts


def _solved(series: Any, problem: Any) -> Any:
    from optimiser.studies.variants import Variants

    result = series.solve(problem, "plan")
    if result is None or result.plan is None:
        raise Variants(series, problem).no_plan("no ledger to show")
    return result.plan

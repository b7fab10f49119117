"""A project, or a force made up, becomes the question of the budget study."""

from __future__ import annotations

from optimiser.data.project import Project
from optimiser.demand.requirement import RequirementParams
from optimiser.prepare.budget import ALL_FUTURES, BudgetSetup, Force, force_of, totals_of
from optimiser.prepare.budget_weeks import levers_of, overtime_weeks, weeks_of
from optimiser.prepare.shifts import ShiftsSetup
from optimiser.studies.budget_types import BudgetQuestion, Lever, Scenario
from optimiser.units import SECONDS_PER_HOUR


def question_of(
    project: Project,
    setup: BudgetSetup | None = None,
    shifts: ShiftsSetup | None = None,
    service: RequirementParams | None = None,
    *,
    gap_frac: float = 0.01,
) -> BudgetQuestion:
    """Return the question of a project.

    Raises
    ------
    InputError
        If the table of officers is missing or faulty, or a choice does not fit the project.
    """
    setup = setup or BudgetSetup()
    return question_of_force(force_of(project, setup), setup, shifts, service, gap_frac=gap_frac)


def question_of_force(
    force: Force,
    setup: BudgetSetup,
    shifts: ShiftsSetup | None = None,
    service: RequirementParams | None = None,
    *,
    gap_frac: float = 0.01,
    n_scenarios: int = 6,
) -> BudgetQuestion:
    """Return the question of a force with the first ``n_scenarios`` scenarios, their probabilities made whole."""
    found = weeks_of(force, setup, shifts, service)
    base = {d: found.weeks[d, found.scenarios[0][0]] for d in force.districts}
    told = found.scenarios[:n_scenarios]
    whole = sum(p for _, _, p, _ in told)
    totals = totals_of(force, setup)
    looked_at = {
        (d, name): found.weeks[d, name]
        for k, (name, *_) in enumerate(told)
        if k == 0 or setup.overtime_for in (ALL_FUTURES, name)
        for d in force.districts
    }
    means, overtime = overtime_weeks(setup, shifts or ShiftsSetup(), looked_at, max(totals))
    return BudgetQuestion(
        districts=force.districts,
        today=force.officers,
        scenarios=tuple(Scenario(name, meaning, p / whole, s) for name, meaning, p, s in told),
        weeks=found.weeks,
        week_h=setup.week_h,
        totals=totals,
        gap_frac=gap_frac,
        n_grid=setup.n_grid,
        officer_cost=setup.officer_cost,
        overtime_per_h=setup.overtime_per_h,
        overtime_frac=setup.overtime_frac if overtime else 0.0,
        overtime_means=means,
        overtime_weeks=overtime,
        levers=tuple(
            Lever(v.name, v.meaning, v.weeks, v.week_h)
            for v in levers_of(force, setup, shifts, service, base)
        ),
        work_h=tuple((force.unit_s.sum(axis=1) / SECONDS_PER_HOUR).tolist()),
    )

"""Shift design: textbooks, published instances, and rows that must never cut off a best design."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.shift_design import cpsat, network, rows
from optimiser_models.shift_design.bounds import grid, lifted, limits
from optimiser_models.shift_design.cases import cases
from optimiser_models.shift_design.greedy import first_design

from optimiser.problems.shift_design import FAMILY, ShiftDesignPlan
from optimiser.solve.backends.highs_arrays import solve_linear
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.benchmarks.shift_design import FOLDER, made_up, problem_of, read, value_of
from tests.oracles.shift_design_cases import (
    day,
    enumerate_best,
    random_problem,
    two_shifts,
    union_airways,
    week_of_starts,
    winston,
)

QUICK = SolveOptions(time_limit_s=60)

needs_instances = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the published instances are not beside the repository"
)


@pytest.mark.parametrize("model", [network, cpsat])
def test_union_airways(model):
    """Hillier and Lieberman: 30,610 a day with 48, 31, 39, 43 and 15 agents (known_textbook.csv)."""
    result = solve(union_airways(), model.FORMULATION, QUICK)
    assert result.objectives[0].value == 30610.0
    assert [result.plan.officers[s][0] for s in union_airways().shift_ids] == [48, 31, 39, 43, 15]
    assert result.confirmed


@pytest.mark.parametrize("model", [network, cpsat])
def test_winston(model):
    """Winston: 23 workers for the post office, though 22.333 would do in fractions (known_textbook.csv)."""
    result = solve(winston(), model.FORMULATION, QUICK)
    assert result.objectives[0].value == 23.0
    assert sum(result.plan.officers["five days"]) == 23
    assert result.confirmed


@pytest.mark.parametrize("seed", range(12))
def test_no_row_cuts_off_the_best_design(seed):
    """The columns of the best design, found by looking at all of them, keep every row of the model."""
    problem = random_problem(seed)
    plan, value = enumerate_best(problem)
    if plan is None:
        pytest.skip("no design is admissible here")
    top = solve(problem, network.FORMULATION, QUICK).plan  # a best one that wastes nobody
    model = rows.build(problem, limits(problem, value))
    x = rows.columns_of(problem, top)
    assert (x <= model.upper + 1e-9).all()
    row = model.a @ x
    assert (row >= model.row_lower - 1e-9).all()
    assert (row <= model.row_upper + 1e-9).all()
    assert model.cost @ x == pytest.approx(FAMILY.objectives(problem, top)[0].value)


@pytest.mark.parametrize("seed", range(12))
def test_the_cases_hold_every_better_design_and_nothing_else(seed):
    """One step dearer than the best design, found by looking at all: a case has a design; at its own cost none has."""
    problem = random_problem(seed)
    plan, value = enumerate_best(problem)
    step = grid(problem)
    if plan is None or step == 0:
        pytest.skip("no design is admissible here, or nothing costs anything")

    def cheapest(below):
        found = [solve_linear(c, time_limit_s=20, options=QUICK) for c in cases(problem, below)]
        return min((s.objective for s in found if s.objective is not None), default=None)

    assert cheapest(value) is None
    assert cheapest(value + step) == pytest.approx(value)


def test_limits_of_a_design_without_deviation():
    """Nobody missing or beyond the need: at most two officers on a shift that fits, none on one that reaches beyond."""
    at = limits(two_shifts(), exact=True)
    assert at.most.ravel().tolist() == [2, 2, 2]
    assert at.under.max() == at.over.max() == 0


def test_a_known_design_bounds_the_deviation():
    """Who may spend 5 in all and uses a shift at 1 has 4 officer-hours left: two in a slot of two hours."""
    at = limits(two_shifts(), 5.0)
    assert at.over.max() == 2
    assert at.under.max() == 2


def test_costs_lie_on_a_grid():
    """Prices of 2 a slot and 1 a shift: whole numbers; a bound of 4.2 is one of 5. Prices of a third have no grid."""
    assert grid(two_shifts()) == 1.0
    assert lifted(4.2, 1.0) == 5.0
    assert lifted(5.0 + 1e-9, 1.0) == 5.0
    assert grid(two_shifts(shift_price=1 / 3)) == 0.0
    assert solve(two_shifts(shift_price=1 / 3), network.FORMULATION, QUICK).status is Status.OPTIMAL
    assert "thousandths" in cpsat.FORMULATION.refuses(two_shifts(shift_price=1 / 3))


def test_both_formulations_prove_the_same():
    """Needs that no shifts fit; the suite's own made-up row says where they differ."""
    assert made_up("smoke")["wrong"] == ""


@needs_instances
@pytest.mark.parametrize(("name", "value"), [("1", 480.0), ("3", 600.0), ("5", 480.0)])
def test_published_instances(name, value):
    """DataSet1, hourly: the known values, proved (known_shift_design.csv). The others: suite shift_design."""
    file = read(FOLDER / "DataSet1" / f"RandomExample{name}.dzn")
    result = solve(problem_of(file), network.FORMULATION, QUICK)
    assert result.status is Status.OPTIMAL
    assert result.objectives[0].value == value
    assert value_of(file, result.plan) == value


@needs_instances
def test_published_toys_with_hard_cover():
    """716 and 723 where nobody may be missing, computed apart (FORMATS.md 4.3; an hour counts 60 minutes of weight)."""
    for name, value in (("toy1", 716.0), ("toy2", 723.0)):
        file = read(FOLDER / f"{name}.dzn")
        problem = problem_of(file)
        result = solve(
            replace(problem, params=replace(problem.params, full_cover=True)), network.FORMULATION, QUICK
        )
        assert result.objectives[0].value == value
        assert np.isclose(value_of(file, result.plan), value)


@pytest.mark.parametrize("seed", range(12))
def test_the_first_design_keeps_the_limits_and_is_better_than_nobody(seed):
    """Put together without a solver, it is between the best of all designs and nobody on duty at all."""
    problem = random_problem(seed)
    problem = replace(problem, params=replace(problem.params, full_cover=False))
    first = first_design(problem, lambda: False)
    assert FAMILY.check(problem, first) == []
    value, nobody = (FAMILY.objectives(problem, p)[0].value for p in (first, ShiftDesignPlan({})))
    assert enumerate_best(problem)[1] - 1e-9 <= value <= nobody + 1e-9


def test_the_first_design_by_hand():
    """One shift at most: the long one, 1 + 8 officer-hours missing; cover is reached where the two that fit are all."""
    problem = two_shifts(most_shifts=1)
    assert FAMILY.objectives(problem, first_design(problem, lambda: False))[0].value == 9.0
    covering = two_shifts(full_cover=True)
    assert FAMILY.check(covering, first_design(covering, lambda: False, covering=True)) == []
    assert first_design(day([0] * 12, {"early": (3, 4)}), lambda: False).used() == ()


def test_officers_are_on_shift_however_short_the_time():
    """Forty-eight starts a day: the time is up before a search begins, and people are on duty all the same."""
    problem = week_of_starts(48)
    result = solve(problem, network.FORMULATION, SolveOptions(time_limit_s=0.01, confirm=False))
    met = next(m for m in result.measures if m.name == "share of the need met")
    assert met.value > 0.9
    assert first_design(problem, lambda: True).used() == (), "a stop is heard"

"""Both formulations against hand-worked answers, every plan tried, each other, and what must be monotone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.assignment import cpsat, milp
from optimiser_models.assignment.arcs import admissible, possible_moves
from optimiser_models.assignment.reduce import cover_rows, reduced

from optimiser.problems.assignment import AssignmentPlan, check, objectives
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.oracles.assignment_cases import (
    PLAIN,
    crowded_problem,
    enumerate_best,
    hand_cases,
    monotone_pairs,
    random_problem,
    snapshot,
)

FORMULATIONS = {"milp": milp.FORMULATION, "cpsat": cpsat.FORMULATION}
OPTIONS = SolveOptions(time_limit_s=30, confirm=False)


@pytest.fixture(params=sorted(FORMULATIONS))
def formulation(request):
    return FORMULATIONS[request.param]


def value(problem, formulation):
    """Optimum, proved; inf if infeasible."""
    result = solve(problem, formulation, OPTIONS)
    if result.status is Status.INFEASIBLE:
        return float("inf")
    assert result.status is Status.OPTIMAL
    return result.objectives[0].value


@pytest.mark.parametrize(("name", "problem", "optimum"), hand_cases(), ids=[c[0] for c in hand_cases()])
def test_hand_cases(formulation, name, problem, optimum):
    """The sums stand beside each case."""
    assert value(problem, formulation) == pytest.approx(float("inf") if optimum == "infeasible" else optimum)


@pytest.mark.parametrize("seed", range(30))
def test_matches_every_plan_tried(formulation, seed):
    """All options of the family in small snapshots, up to 1,024 plans each."""
    problem = random_problem(seed)
    assert value(problem, formulation) == pytest.approx(enumerate_best(problem)[1], rel=1e-6)


@pytest.mark.parametrize("seed", range(15))
def test_reductions_lose_nothing(seed):
    """CP-SAT leaves nothing out; the MILP leaves out pairs and rows, and answers the same."""
    problem = crowded_problem(seed)
    assert value(problem, milp.FORMULATION) == pytest.approx(value(problem, cpsat.FORMULATION), rel=1e-6)


def test_reductions_do_happen():
    """In 15 plain snapshots at least a quarter of the pairs and of the zones is left out."""
    pairs = kept = zones = rows = 0
    for seed in range(0, 30, 2):
        problem = crowded_problem(seed)
        every = admissible(problem)
        some, cover = reduced(problem, every, possible_moves(problem))
        pairs, kept = pairs + every.unit.size, kept + some.unit.size
        zones, rows = zones + len(problem.zone_ids), rows + cover.room.size
    assert kept < 0.75 * pairs
    assert rows < 0.75 * zones


def test_a_zone_that_is_never_short_has_no_row():
    """Three units cover z1, one incident takes one of them, level 2: never short. z2 with level 3 can be."""
    params = replace(PLAIN, coverage_s=300.0)
    problem = snapshot(params, [[60], [70], [80]], level=[2, 3], zone_s=[[100, 100]] * 3)
    rows = cover_rows(problem, admissible(problem), possible_moves(problem))
    assert rows.room.tolist() == [0]
    assert rows.n_levels.tolist() == [1]


def test_a_farther_twin_is_left_out():
    """Of three equal units for one incident with one officer needed only the nearest is kept."""
    problem = snapshot(PLAIN, [[60], [70], [80]])
    arcs, _ = reduced(problem, admissible(problem), possible_moves(problem))
    assert [problem.unit_ids[u] for u in arcs.unit] == ["u1"]


@pytest.mark.parametrize("seed", range(6))
def test_easier_is_never_worse(seed):
    """Faster roads, cheaper shortfalls, lower levels, relaxed rules, more free units."""
    for easier, harder in monotone_pairs(seed):
        assert value(easier, milp.FORMULATION) <= value(harder, milp.FORMULATION) * (1 + 1e-6) + 1e-6


def test_a_start_may_be_any_plan(formulation):
    """A start that is poor, inadmissible or of other ids changes no answer."""
    problem = next(p for s in range(50) if enumerate_best(p := random_problem(s))[0])
    best = enumerate_best(problem)[1]
    plan = AssignmentPlan(dict.fromkeys(problem.unit_ids, problem.incident_ids[0]) | {"ghost": "nowhere"})
    for start in (plan, AssignmentPlan({}), enumerate_best(problem)[0]):
        result = solve(problem, formulation, OPTIONS, start=start)
        assert result.objectives[0].value == pytest.approx(best, rel=1e-6)


def test_large_prices_are_scaled(formulation):
    """A price of 50 million is beyond what a solver takes as it stands; the answer is in weighted seconds."""
    params = replace(PLAIN, unfilled_price_s={1: 5e7, 2: 5e7})
    assert value(snapshot(params, [[60]], need=[2]), formulation) == pytest.approx(50_000_060.0, rel=1e-9)


def test_no_unit_and_no_arc(formulation):
    """Nobody on duty, or nobody who can go: the plan is empty and says what is missing."""
    for problem in (
        snapshot(PLAIN, [[60]], status=["busy"], ready_s=[np.inf]),
        replace(
            snapshot(PLAIN, [[60]]),
            unit_ids=(),
            officers=np.zeros(0),
            driver_class=(),
            status=(),
            ready_s=np.zeros(0),
            travel_s=np.zeros((0, 1)),
            zone_s=np.zeros((0, 0)),
            on_way_to=(),
            has_skill=np.zeros((0, 0)),
            barred=np.zeros((0, 1)),
            shift_left_s=np.zeros(0),
            post_travel_s=np.zeros((0, 0)),
        ),
    ):
        result = solve(problem, formulation, OPTIONS)
        assert result.plan.sent == {}
        assert result.objectives[0].value == 20_000.0
        assert check(problem, result.plan) == []
        assert objectives(problem, result.plan)[0].value == 20_000.0

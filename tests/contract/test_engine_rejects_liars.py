"""The engine believes nobody: broken plans, wrong objectives and impossible bounds are refused."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest

from optimiser import registry
from optimiser.errors import InputError, RejectedPlan
from optimiser.problems.sectors import FAMILY, SectorsPlan
from optimiser.solve.engine import judge, solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation
from optimiser.solve.result import Outcome, Status, StoppedBy
from tests.oracles.sectors_cases import path_of_four

GOOD = SectorsPlan(
    dict(zip("ABCD", "1122", strict=True)), {"1": "A", "2": "C"}
)  # 120 call-seconds, the optimum


def liar(outcome: Outcome, family=FAMILY) -> Formulation:
    return Formulation(
        f"{family.name}.liar", family, "none", "says what it likes", run=lambda p, s, o, r: outcome
    )


def cases(family: str):
    return importlib.import_module(f"tests.oracles.{family}_cases")


def broken():
    for family in registry.families():
        for rule, (problem, plan) in cases(family).breaking_plans().items():
            yield pytest.param(family, rule, problem, plan, id=f"{family}: {rule}")


@pytest.mark.parametrize(("family", "rule", "problem", "plan"), broken())
def test_broken_plan(family, rule, problem, plan):
    """Every broken rule of every family is named."""
    with pytest.raises(RejectedPlan, match=f"broken rules: {rule}"):
        judge(problem, registry.family(family), Outcome(plan), name=f"{family}.liar", options=SolveOptions())


@pytest.mark.parametrize("family", registry.families())
def test_every_family_refuses_a_better_value_and_a_bound_that_its_best_plan_beats(family):
    """The best of all plans by enumeration, told as better than it is, or with a bound beyond it."""
    kind, oracle, told = registry.family(family), cases(family), 0
    for seed in range(8):
        problem = oracle.random_problem(seed)
        plan, _ = oracle.enumerate_best(problem)
        if plan is None:
            continue
        first = kind.objectives(problem, plan)[0]
        step = (0.01 * max(1.0, abs(first.value))) * (1.0 if first.sense == "min" else -1.0)
        assert solve(problem, liar(Outcome(plan, objective=(first.value,)), kind)).status is Status.FEASIBLE
        with pytest.raises(RejectedPlan, match="the data say"):
            solve(problem, liar(Outcome(plan, objective=(first.value - step,)), kind))
        with pytest.raises(RejectedPlan, match="bound"):
            solve(problem, liar(Outcome(plan, bound=(first.value + step,)), kind))
        told += 1
    assert told >= 4


def test_wrong_objective():
    """A claim that the data do not confirm."""
    with pytest.raises(RejectedPlan, match="the data say 120"):
        solve(path_of_four(), liar(Outcome(GOOD, objective=(119.0,))))


def test_bound_on_the_wrong_side():
    """A bound that this very plan beats."""
    with pytest.raises(RejectedPlan, match="bound"):
        solve(path_of_four(), liar(Outcome(GOOD, objective=(120.0,), bound=(125.0,))))


def test_plan_and_infeasible():
    """Both cannot be."""
    with pytest.raises(RejectedPlan, match="infeasible"):
        solve(path_of_four(), liar(Outcome(GOOD, infeasible=True)))


def test_nothing_claimed_is_nothing_proved():
    """Without a bound a plan is feasible, never optimal."""
    result = solve(path_of_four(), liar(Outcome(GOOD)))
    assert result.status is Status.FEASIBLE
    assert result.objectives[0].bound is None
    assert "nothing proved" in result.objectives[0].in_words()


def test_no_plan_is_neither_infeasible_nor_a_plan():
    """Without a plan and without a proof: no plan, and the bound that is known stays."""
    result = solve(path_of_four(), liar(Outcome(None, bound=(90.0,), stopped_by=StoppedBy.TIME)))
    assert result.status is Status.NO_PLAN
    assert result.bound == (90.0,)
    assert result.objectives == ()


def test_bound_gives_the_gap():
    """A valid bound of 90 under a plan of 120 leaves a quarter."""
    result = solve(path_of_four(), liar(Outcome(GOOD, bound=(90.0,), stopped_by=StoppedBy.TIME)))
    assert result.gap_frac == pytest.approx(0.25)
    assert result.objectives[0].in_words() == "at most 25.0 % better can exist"


def test_refusal_is_an_input_error():
    """A formulation that cannot take a problem says why."""
    shy = replace(liar(Outcome(None)), refuses=lambda problem: "it is too shy.")
    with pytest.raises(InputError, match="too shy"):
        solve(path_of_four(), shy)


def test_a_stopped_search_may_claim_too_little_and_never_too_much():
    """An incumbent met half-way has loose auxiliary variables: 130 told for 120 passes, 110 does not, nor a proof."""
    problem = path_of_four()
    modest = Outcome(GOOD, objective=(130.0,), stopped_by=StoppedBy.PLANNER)
    assert solve(problem, liar(modest)).objectives[0].value == 120.0
    for told in (replace(modest, objective=(110.0,)), replace(modest, stopped_by=StoppedBy.PROOF)):
        with pytest.raises(RejectedPlan, match="the data say"):
            solve(problem, liar(told))

"""A second route to a proof: arithmetic on multipliers, a solve without presolve, and what contradicts a claim."""

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp
from ortools.sat.python import cp_model

from optimiser.errors import BackendError
from optimiser.solve.backends import cpsat, highs
from optimiser.solve.backends.confirm import ARITHMETIC, confirm
from optimiser.solve.backends.duality import safe_bound
from optimiser.solve.backends.highs_arrays import OTHER_PRESOLVE, PLAIN_SUMS, solve_linear
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SHORTEST_CONFIRMATION_S, SolveOptions
from optimiser.solve.program import Program
from optimiser.solve.progress import Recorder
from optimiser.solve.result import StoppedBy

OPTIONS = SolveOptions(time_limit_s=10)


def random_model(seed, sense="min"):
    """Six whole columns up to 4, five rows with both sides open here and there; x = 1 keeps all rows."""
    rng = np.random.default_rng(seed)
    a = rng.integers(-3, 6, (5, 6)).astype(float)
    at_one = a.sum(axis=1)
    return LinearModel(
        sense=sense,
        cost=rng.uniform(-2, 5, 6) / 3,
        lower=np.zeros(6),
        upper=np.full(6, 4.0),
        integer=np.ones(6, dtype=bool),
        a=sp.csr_array(a),
        row_lower=np.where(rng.random(5) < 0.7, at_one - rng.integers(0, 3, 5), -np.inf),
        row_upper=np.where(rng.random(5) < 0.5, at_one + rng.integers(0, 3, 5), np.inf),
        offset=0.1,
    )


def best_of_all(model):
    """Every x tried."""
    rows = model.a.toarray()
    values = [
        float(model.cost @ x) + model.offset
        for x in map(np.array, itertools.product(range(5), repeat=6))
        if (rows @ x >= model.row_lower - 1e-9).all() and (rows @ x <= model.row_upper + 1e-9).all()
    ]
    return min(values) if model.sense == "min" else max(values)


def test_a_lean_solve_with_a_cutoff_is_the_same_answer():
    """Without presolve and heuristics, cut off just above the best of all x: the best; one too low is not believed."""
    for seed in range(6):
        model = random_model(seed)
        best = best_of_all(model)
        for cutoff in (None, best + 1e-6, best + 1.0, best - 0.5):
            found = solve_linear(model, time_limit_s=10, options=OPTIONS, lean=True, cutoff=cutoff)
            assert found.stopped_by is StoppedBy.PROOF
            assert found.objective == pytest.approx(best, abs=1e-6), (seed, cutoff)


@pytest.mark.parametrize("sense", ["min", "max"])
def test_no_multiplier_bounds_beyond_the_best(sense):
    """Right, wrong and random multipliers: no bound ever passes the best of all x."""
    near = 0
    for seed in range(12):
        model = random_model(seed, sense)
        best = best_of_all(model)
        sign = 1.0 if sense == "min" else -1.0
        relaxed = solve_linear(
            replace(model, integer=np.zeros(6, dtype=bool)), time_limit_s=5, options=OPTIONS
        )
        rng = np.random.default_rng(seed)
        for y in (relaxed.row_dual, -relaxed.row_dual, rng.normal(0, 2, 5), np.full(5, np.nan)):
            assert sign * safe_bound(model, y) <= sign * best
        near += abs(safe_bound(model, relaxed.row_dual) - relaxed.objective) < 1e-9
    assert near == 12  # the relaxation's own multipliers give its value


def test_the_safe_bound_holds_in_exact_arithmetic():
    """Recomputed in fractions, weak duality gives at least as much: rounding never helped the bound."""
    for seed in range(12):
        model = random_model(seed)
        y = np.random.default_rng(seed).normal(0, 1, 5)
        used = [
            (Fraction(v), Fraction(side))
            for v, side in zip(y, np.where(y > 0, model.row_lower, model.row_upper), strict=True)
            if np.isfinite(side)
        ]
        usable = np.isfinite(np.where(y > 0, model.row_lower, model.row_upper))
        exact = Fraction(model.offset) + sum(v * side for v, side in used)
        for j, column in enumerate(model.a.toarray().T):
            d = Fraction(model.cost[j]) - sum(
                Fraction(v) * Fraction(a) for v, a, use in zip(y, column, usable, strict=True) if use
            )
            exact += min(d * 0, d * 4)
        assert Fraction(safe_bound(model, y)) <= exact
        assert float(exact) - safe_bound(model, y) < 1e-9


def test_a_column_without_a_bound_proves_nothing():
    """Where a reduced cost points to an open bound the least is minus infinity, not 0."""
    model = replace(random_model(0), upper=np.full(6, np.inf))
    assert safe_bound(model, np.full(5, 50.0)) == -np.inf


def knapsack(weights, room):
    """Most value of whole things with value = weight - 1/2 in a room; the relaxation is not whole."""
    n = len(weights)
    w = np.array(weights, dtype=float)
    return LinearModel(
        "max",
        w - 0.5,
        np.zeros(n),
        np.ones(n),
        np.ones(n, dtype=bool),
        sp.csr_array(w[None]),
        np.array([-np.inf]),
        np.array([float(room)]),
    )


def test_arithmetic_suffices_where_the_relaxation_is_whole_else_a_second_solve():
    """Things of 3 and 5 in a room of 8 fill it (7.0); in a room of 7 the relaxation says more than the best, 4.5."""
    assert confirm(knapsack([3, 5], 8), 7.0, options=OPTIONS, time_limit_s=5) == ARITHMETIC
    assert confirm(knapsack([3, 5], 7), 4.5, options=OPTIONS, time_limit_s=5) == OTHER_PRESOLVE


def test_a_better_plan_by_the_second_route_is_a_contradiction():
    """A claim of 2.5 where 4.5 can be had is refused aloud; so is a plan in a model that has none."""
    with pytest.raises(BackendError, match="contradicts itself"):
        confirm(knapsack([3, 5], 7), 2.5, options=OPTIONS, time_limit_s=5)
    none = replace(knapsack([2, 2], 4), row_lower=np.array([3.0]), row_upper=np.array([3.0]))
    with pytest.raises(BackendError, match="no x at all"):
        confirm(none, 1.5, options=OPTIONS, time_limit_s=5, start=np.array([1.0, 0.0]))


def program(model):
    return Program(model=model, read_plan=lambda value_of: [value_of(j) for j in range(model.cost.size)])


def test_highs_names_its_second_route():
    """A proof, a sum that no bound allows, and a plan where no confirmation is asked for."""
    assert highs.run(program(knapsack([3, 5], 8)), OPTIONS, Recorder()).confirmed_by == (ARITHMETIC,)
    full = replace(knapsack([3, 5], 8), row_lower=np.array([9.0]))
    impossible = highs.run(program(full), OPTIONS, Recorder())
    assert (impossible.infeasible, impossible.confirmed_by) == (True, (PLAIN_SUMS,))
    parity = replace(knapsack([2, 2], 3), row_lower=np.array([3.0]))
    none = highs.run(program(parity), OPTIONS, Recorder())
    assert (none.infeasible, none.confirmed_by) == (True, (OTHER_PRESOLVE,))
    quick = highs.run(program(knapsack([3, 5], 8)), replace(OPTIONS, confirm=False), Recorder())
    assert (quick.stopped_by, quick.confirmed_by) == (StoppedBy.PROOF, ())


@pytest.mark.parametrize("sense", ["min", "max"])
def test_cpsat_confirms_its_best_without_presolve(sense):
    """Three numbers from 0 to 9 that sum to 20: the least and the most of x + 2y - 3z."""
    model = cp_model.CpModel()
    x, y, z = (model.new_int_var(0, 9, n) for n in "xyz")
    model.add(x + y + z == 20)
    (model.minimize if sense == "min" else model.maximize)(x + 2 * y - 3 * z + 5)
    asked = Program(model=model, read_plan=lambda value_of: tuple(value_of(v) for v in (x, y, z)))
    outcome = cpsat.run(asked, OPTIONS, Recorder(sense))
    every = [a + 2 * b - 3 * c + 5 for a, b, c in itertools.product(range(10), repeat=3) if a + b + c == 20]
    assert outcome.objective == (min(every) if sense == "min" else max(every),)
    assert outcome.confirmed_by == ("CP-SAT with presolve off",)


def test_cpsat_contradiction_is_refused_aloud():
    """A solver that stopped one short of the best, or that found no plan where there is one, is not believed."""
    model = cp_model.CpModel()
    model.maximize(model.new_int_var(0, 9, "x"))

    class Short:
        objective_value = 8.0

        def value(self, _variable):
            return 8

    with pytest.raises(BackendError, match="best is 8 with presolve, 9 without"):
        cpsat._confirm(model, Short(), OPTIONS, Recorder())
    with pytest.raises(BackendError, match="infeasible with presolve, a plan without"):
        cpsat._confirm(model, None, OPTIONS, Recorder())


def test_a_confirmation_has_about_the_time_of_the_proof():
    """At least two seconds, at most as long as the proof, never beyond the limit, none where none is asked for."""
    options = SolveOptions(time_limit_s=60)
    assert options.time_to_confirm_s(0.1, 0.1) == SHORTEST_CONFIRMATION_S
    assert options.time_to_confirm_s(20.0, 25.0) == 20.0
    assert options.time_to_confirm_s(20.0, 50.0) == 10.0
    assert replace(options, confirm=False).time_to_confirm_s(20.0, 25.0) == 0.0

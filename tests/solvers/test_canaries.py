"""Small models that some solver release got wrong: the pin in pyproject.toml rests on these."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import highspy
import numpy as np
import pytest
import scipy.sparse as sp
from ortools.sat.python import cp_model

from optimiser.errors import BackendError
from optimiser.solve.backends import cpsat
from optimiser.solve.backends.highs_arrays import solve_linear
from optimiser.solve.backends.linear import LinearModel, lint
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Program
from optimiser.solve.progress import Recorder

OPTIONS = SolveOptions(time_limit_s=10)


def model(cost, rows, lower, upper, row_lower, row_upper, integer, sense="min"):
    n = len(cost)
    return LinearModel(
        sense=sense,
        cost=np.array(cost, dtype=float),
        lower=np.array(lower, dtype=float),
        upper=np.array(upper, dtype=float),
        integer=np.array(integer, dtype=bool),
        a=sp.csr_array(np.array(rows, dtype=float).reshape(-1, n)),
        row_lower=np.array(row_lower, dtype=float),
        row_upper=np.array(row_upper, dtype=float),
    )


@pytest.mark.parametrize("presolve", [True, False])
def test_small_binary(presolve):
    """min 2x + y, 2x + y >= 10, x binary, y >= 9: HiGHS 1.14.0 answers 11, the optimum is 10 (linopy#648)."""
    m = model([2, 1], [[2, 1]], [0, 9], [1, np.inf], [10], [np.inf], [True, False])
    assert solve_linear(m, time_limit_s=10, options=OPTIONS, presolve=presolve).objective == pytest.approx(
        10.0
    )


def test_presolve_that_says_infeasible():
    """HiGHS 1.13.1 calls this feasible 68-column model (coefficients 1 to 5) infeasible in presolve; 10,000 is best."""
    h = highspy.Highs()
    h.silent()
    h.readModel(str(Path(__file__).parent / "models" / "presolve_says_infeasible.mps"))
    lp = h.getLp()
    n, m = lp.num_col_, lp.num_row_
    columns = sp.csc_array(
        (np.array(lp.a_matrix_.value_), np.array(lp.a_matrix_.index_), np.array(lp.a_matrix_.start_)),
        shape=(m, n),
    )
    whole = np.array([kind == highspy.HighsVarType.kInteger for kind in lp.integrality_])
    linear = LinearModel(
        sense="max" if lp.sense_ == highspy.ObjSense.kMaximize else "min",
        cost=np.array(lp.col_cost_),
        lower=np.array(lp.col_lower_),
        upper=np.array(lp.col_upper_),
        integer=whole,
        a=sp.csr_array(columns),
        row_lower=np.array(lp.row_lower_),
        row_upper=np.array(lp.row_upper_),
    )
    assert solve_linear(linear, time_limit_s=10, options=OPTIONS).objective == pytest.approx(10000.0)


def test_another_number_of_threads():
    """A process that changes its number of threads still gets an answer."""
    m = model([2, 1], [[2, 1]], [0, 9], [1, np.inf], [10], [np.inf], [True, False])
    for threads in (2, 1, 2):
        options = SolveOptions(time_limit_s=10, threads=threads)
        assert solve_linear(m, time_limit_s=10, options=options).objective == pytest.approx(10.0)


def test_integer_parity():
    """2x + 2y = 7 has no whole answer, although its relaxation has."""
    m = model([1, 1], [[2, 2]], [0, 0], [10, 10], [7], [7], [True, True])
    assert solve_linear(m, time_limit_s=10, options=OPTIONS).infeasible


def test_random_knapsacks_against_enumeration():
    """Forty random two-row knapsacks of ten binaries, with and without presolve, against all 1,024 points."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        cost, rows = rng.integers(-9, 10, 10), rng.integers(0, 9, (2, 10))
        room = rows.sum(axis=1) // 2
        best = max(
            float(np.dot(cost, x))
            for x in itertools.product((0, 1), repeat=10)
            if (rows @ np.array(x) <= room).all()
        )
        m = model(cost, rows, [0] * 10, [1] * 10, [-np.inf] * 2, room, [True] * 10, "max")
        for presolve in (True, False):
            found = solve_linear(m, time_limit_s=10, options=OPTIONS, presolve=presolve).objective
            assert found == pytest.approx(best), (seed, presolve)


def test_time_limit_without_a_plan_is_no_plan():
    """HiGHS fills col_value even where it has no incumbent; that must not be read as a plan."""
    rng = np.random.default_rng(3)
    rows = rng.integers(1, 60, (60, 400)) * (rng.random((60, 400)) < 0.4)
    m = model(rng.integers(1, 99, 400), rows, [0] * 400, [1] * 400, [9999] * 60, [10001] * 60, [True] * 400)
    solved = solve_linear(m, time_limit_s=0.05, options=OPTIONS)
    assert solved.x is None or (m.a @ solved.x >= np.array(m.row_lower) - 1e-6).all()


@pytest.mark.parametrize("first", ["highspy", "ortools.sat.python.cp_model"])
def test_both_solvers_share_a_process(first):
    """From highspy 1.15 on either import order fails (or-tools#5246)."""
    second = "ortools.sat.python.cp_model" if first == "highspy" else "highspy"
    code = f"import {first}; import {second}"
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


def test_highspy_is_not_a_known_bad_release():
    """1.14.0 returns wrong optima; 1.15 and later cannot share a process with ortools."""
    major, minor = (int(p) for p in highspy.Highs().version().split(".")[:2])
    assert (major, minor) >= (1, 12)
    assert (major, minor) < (1, 14)


def test_cpsat_unknown_is_no_plan():
    """CP-SAT answers objective 0.0 for UNKNOWN; our back end must not take that for a plan or a value."""
    m = cp_model.CpModel()
    x = [[m.new_bool_var(f"x{i},{j}") for j in range(12)] for i in range(13)]
    for row in x:
        m.add_exactly_one(row)
    for column in zip(*x, strict=True):
        m.add_at_most_one(column)
    m.minimize(sum(j * v for row in x for j, v in enumerate(row)))
    options = SolveOptions(time_limit_s=1e-6, reproducible=True, confirm=False)
    outcome = cpsat.run(Program(m, read_plan=lambda value_of: "a plan"), options, Recorder())
    assert outcome.plan is None
    assert outcome.objective == ()
    assert not outcome.infeasible


def spread(work):
    """Items to three groups, the largest difference between three times a group and the total: (model, d)."""
    total = sum(work)
    m = cp_model.CpModel()
    x = [[m.new_bool_var(f"x{i},{r}") for r in range(3)] for i in range(len(work))]
    used = [m.new_bool_var(f"used{r}") for r in range(3)]
    d = m.new_int_var(0, 3 * total, "d")
    for row in x:
        m.add_exactly_one(row)
        for inside, group in zip(row, used, strict=True):
            m.add_implication(inside, group)
    m.add(sum(used) == 3)
    for r, group in enumerate(used):
        load = sum(3 * w * row[r] for w, row in zip(work, x, strict=True))
        m.add(d >= load - total)
        m.add(d >= total * group - load)
    m.minimize(d)
    return m, d


def test_cpsat_large_coefficients():
    """OR-Tools 9.15 calls a plan 60 % above the best optimal where coefficients pass 2**31: such rows are refused."""
    for seed in range(20):
        share = np.random.default_rng(seed).gamma(4, 10, 6)
        for total, kept in ((10**8, True), (10**10, False)):
            work = [round(v) for v in (share / share.sum() * total).tolist()]
            m, d = spread(work)
            program = Program(m, read_plan=lambda value_of, d=d: value_of(d))
            if not kept:
                with pytest.raises(BackendError, match="coefficient"):
                    cpsat.run(program, OPTIONS, Recorder())
                continue
            best = min(
                max(
                    abs(3 * sum(w for w, g in zip(work, groups, strict=True) if g == r) - sum(work))
                    for r in range(3)
                )
                for groups in itertools.product(range(3), repeat=6)
            )
            assert cpsat.run(program, OPTIONS, Recorder()).objective == (best,), seed


def test_lint_refuses_big_m():
    """A big-M of 1e7 let HiGHS open nothing and call it optimal; such a row is named and refused."""
    m = model([1, 1], [[1, -1e5]], [0, 0], [1e6, 1], [-np.inf], [0], [False, True])
    with pytest.raises(BackendError, match="big-M"):
        lint(m)


def test_lint_refuses_loose_integers():
    """Integer bounds near 1e9 made HiGHS 1.15.1 answer 475 where 0 is feasible."""
    m = model([1], [[1]], [0], [1e9], [0], [1], [True])
    with pytest.raises(BackendError, match="bounds"):
        lint(m)

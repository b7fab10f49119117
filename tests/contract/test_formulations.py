"""What every registered formulation owes: known optima, enumeration, monotonicity, all four statuses."""

from __future__ import annotations

import importlib

import pytest

from optimiser import registry
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Recorder
from optimiser.solve.result import Status, StoppedBy

QUICK = SolveOptions(time_limit_s=60, confirm=False)
SEEDS = range(8)


def cases(family: str):
    return importlib.import_module(f"tests.oracles.{family}_cases")


def seeded(name: str):
    """Return what makes random problems: the family's, or a formulation's own where it answers one objective only."""
    oracle = cases(name.split(".")[0])
    return getattr(oracle, "OWN_RANDOM", {}).get(name, oracle.random_problem)


def hand_cases():
    for name in registry.names():
        for title, problem, optimum in cases(name.split(".")[0]).hand_cases():
            yield pytest.param(name, problem, optimum, id=f"{name}: {title}")


@pytest.mark.parametrize(("name", "problem", "optimum"), hand_cases())
def test_known_optimum(name, problem, optimum):
    """The optimum worked by hand, or "infeasible"."""
    refusal = registry.load(name).refuses(problem)
    if refusal:
        pytest.skip(f"{name}: {refusal}")
    result = solve(problem, registry.load(name), QUICK)
    if optimum == "infeasible":
        assert result.status is Status.INFEASIBLE
    else:
        assert result.objectives[0].value == pytest.approx(optimum, rel=1e-6, abs=1e-6)
        assert result.status is Status.OPTIMAL


@pytest.mark.parametrize("name", registry.names())
def test_matches_enumeration(name):
    """The best of all plans, on seeded small problems; at least half of them have one."""
    oracle = cases(name.split(".")[0])
    feasible = 0
    for seed in SEEDS:
        problem = seeded(name)(seed)
        plan, value = oracle.enumerate_best(problem)
        result = solve(problem, registry.load(name), QUICK)
        if plan is None:
            assert result.status is Status.INFEASIBLE, seed
            continue
        feasible += 1
        assert result.status is Status.OPTIMAL, seed
        assert result.objectives[0].value == pytest.approx(value, rel=1e-6, abs=1e-6), seed
    assert feasible >= len(SEEDS) // 2


@pytest.mark.parametrize("name", registry.names())
def test_easier_is_never_worse(name):
    """Loosening a rule never makes the optimum worse."""
    oracle = cases(name.split(".")[0])
    compared = 0
    for seed in range(3):
        own = (seeded(name),) if seeded(name) is not oracle.random_problem else ()
        for easier, harder in oracle.monotone_pairs(seed, *own):
            hard = solve(harder, registry.load(name), QUICK)
            if hard.status is not Status.OPTIMAL:
                continue
            easy = solve(easier, registry.load(name), QUICK)
            assert easy.status is Status.OPTIMAL
            sign = 1.0 if easy.objectives[0].sense == "min" else -1.0
            compared += 1
            slack = 1e-6 * max(1.0, abs(hard.objectives[0].value))
            assert sign * easy.objectives[0].value <= sign * hard.objectives[0].value + slack, seed
    assert compared >= 3


class Impatient(Recorder):
    """A planner who stops at once."""

    def should_stop(self) -> bool:
        return True


@pytest.mark.parametrize("name", registry.names())
def test_stopped_keeps_what_it_has(name):
    """A stop ends in a checked plan or in none, with the reason; a bound it gives is on the right side."""
    problem = seeded(name)(0)
    result = solve(problem, registry.load(name), QUICK, report=Impatient())
    proved = result.status in (Status.OPTIMAL, Status.INFEASIBLE)
    assert proved or result.stopped_by is StoppedBy.PLANNER


@pytest.mark.parametrize("name", registry.names())
def test_a_start_changes_nothing_proved(name):
    """A warm start from the best plan gives the same optimum."""
    oracle = cases(name.split(".")[0])
    problem = next(p for p in (seeded(name)(s) for s in SEEDS) if oracle.enumerate_best(p)[0] is not None)
    plan, value = oracle.enumerate_best(problem)
    result = solve(problem, registry.load(name), QUICK, start=plan)
    assert result.objectives[0].value == pytest.approx(value, rel=1e-6, abs=1e-6)

"""Objectives held within a limit: the best plan under them, and the bound, against every plan there is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimiser import registry
from optimiser.errors import InputError
from optimiser.problems.sectors import FAMILY, SectorsProblem
from optimiser.problems.sectors.measures import value_of
from optimiser.problems.sectors.params import LIMITED, SENSES
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.oracles.sectors_cases import enumerate_best, path_of_four, random_problem_of_places

QUICK = SolveOptions(time_limit_s=60, confirm=False)


def _bettered(seed: int) -> tuple[SectorsProblem, float] | None:
    """Return a map whose best plan falls short of a limit on another objective, and what that plan had; or None."""
    problem = random_problem_of_places(seed)
    p = problem.params
    plan, value = enumerate_best(problem)
    if plan is None:
        return None
    given = set() if all(p.centres()) else {"backup", "expected"}
    names = sorted(set(LIMITED) - set(p.objectives) - given)
    name = names[seed % len(names)]
    own = value_of(problem, plan, name)
    limit = own * 1.02 + 0.1 if SENSES[name] == "max" else 0.95 * own
    return replace(problem, params=replace(p, limits={name: limit})), value


def test_best_plan_under_limits_is_that_of_enumeration():
    """Maps whose best plan breaks the limit: the next best of all plans, or the proof that there is none."""
    feasible = infeasible = bound = 0
    held: set[str] = set()
    for case in filter(None, map(_bettered, range(24))):
        problem, free = case
        plan, value = enumerate_best(problem)
        result = solve(problem, registry.load("sectors.cuts"), QUICK)
        if plan is None:
            infeasible += 1
            assert result.status is Status.INFEASIBLE, problem.params
            continue
        feasible += 1
        held |= set(problem.params.limits)
        assert result.status is Status.OPTIMAL, problem.params
        assert result.objectives[0].value == pytest.approx(value, rel=1e-6, abs=1e-6), problem.params
        assert FAMILY.check(problem, result.plan) == []
        bound += abs(free - value) > 1e-9
    assert bound >= 5, (feasible, infeasible)
    assert infeasible >= 1
    assert len(held) >= 4


def test_other_methods_say_that_they_hold_nothing():
    """A method that would leave a limit out refuses instead."""
    problem = path_of_four(limits={"travel": 120.0})
    for name in ("sectors.flow", "sectors.median", "sectors.moves"):
        aimed = (
            replace(problem, params=replace(problem.params, balance_frac={})) if "median" in name else problem
        )
        if name == "sectors.moves":
            aimed = replace(problem, today=("1",) * 4, params=replace(problem.params, objectives=("moved",)))
        assert "within a limit" in registry.load(name).refuses(aimed)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"moved": 0.1}, "change_limit_frac"),
        ({"boundary": 5.0}, "aimed at, not limited"),
        ({"cover": -1.0}, "0 or more"),
        ({"travel": float("inf")}, "finite"),
        ({"compactness": 1.0}, "distance_m"),
        ({"splits": 1.0}, "places"),
    ],
)
def test_limits_that_cannot_be(limits, message):
    """What cannot be held is refused with what to do instead."""
    with pytest.raises(InputError, match=message):
        path_of_four(limits=limits)


@pytest.mark.parametrize("aim", ["backup", "expected"])
def test_backup_with_free_centres(aim):
    """A second centre is only known where centres are given: one method chooses them, the other says which does."""
    asked = path_of_four(objectives=(aim,), balance_frac={})
    assert registry.load("sectors.cuts").refuses(asked) == ""
    assert "use sectors.cuts" in registry.load("sectors.median").refuses(asked)

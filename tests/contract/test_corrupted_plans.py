"""Corrupted plans: each that breaks a rule by a second, differently written judge is refused with that rule named."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from optimiser import registry
from optimiser.errors import RejectedPlan
from optimiser.solve.engine import judge
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Outcome
from tests.oracles import rosters_cases, sectors_cases

JUDGED = (
    "sectors",
    "shifts",
    "standby",
    "fold",
    "facilities",
    "strength",
    "containment",
    "patrol",
    "patterns",
    "rosters",
    "shift_design",
)
PLANS = 600
EACH = 60
"""Corruptions of one best plan."""


def problems(family: str):
    """Return what makes random problems of a family, one or more to take turns."""
    if family == "sectors":
        return (
            sectors_cases.random_problem,
            sectors_cases.random_problem_of_places,
            sectors_cases.random_problem_with_limits,
        )
    if family == "rosters":
        return rosters_cases.random_problem, rosters_cases.random_problem_with_posts
    return (importlib.import_module(f"tests.oracles.{family}_cases").random_problem,)


@pytest.mark.parametrize("family", JUDGED)
def test_two_judges_agree_on_corrupted_plans(family):
    """Refused with the rule named, or recomputed from the data: never waved through with the old objective."""
    kind, makers = registry.family(family), problems(family)
    oracle = importlib.import_module(f"tests.oracles.{family}_cases")
    second = importlib.import_module(f"tests.oracles.{family}_judge")
    refused = kept = seed = 0
    broken: set[str] = set()
    while refused + kept < PLANS:
        problem = makers[seed % len(makers)](seed)
        plan, value = oracle.enumerate_best(problem)
        seed += 1
        if plan is None:
            continue
        rng = np.random.default_rng(seed)
        for _ in range(EACH):
            bad = second.corrupt(problem, plan, rng)
            expected = second.second_judge(problem, bad)
            assert {v.rule for v in kind.check(problem, bad)} == expected, (seed, bad)
            broken |= expected
            new = kind.objectives(problem, bad)[0].value
            claim = Outcome(bad, objective=(value,))
            if expected or abs(new - value) > 1e-6 * max(1.0, abs(new)):
                with pytest.raises(RejectedPlan):
                    judge(problem, kind, claim, name="x", options=SolveOptions())
                refused += 1
            else:
                judged = judge(problem, kind, claim, name="x", options=SolveOptions())
                assert judged.objectives[0].value == pytest.approx(new)
                kept += 1
    assert refused >= PLANS // 2
    assert kept >= 5
    assert len(broken) >= 5

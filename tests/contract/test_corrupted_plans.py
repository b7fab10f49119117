"""Corrupted plans: each that breaks a rule by a second, differently written judge is refused with that rule named."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.errors import RejectedPlan
from optimiser.problems.sectors import FAMILY
from optimiser.solve.engine import judge
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Outcome
from tests.oracles.sectors_cases import enumerate_best, random_problem, random_problem_of_places
from tests.oracles.sectors_judge import corrupt, second_judge

PLANS = 600


def test_two_judges_agree_on_corrupted_plans():
    """Refused with the rule named, or recomputed from the data: never waved through with the old objective."""
    refused = kept = 0
    seed = 0
    while refused + kept < PLANS:
        problem = (random_problem, random_problem_of_places)[seed % 2](seed)
        plan, value = enumerate_best(problem)
        seed += 1
        if plan is None:
            continue
        rng = np.random.default_rng(seed)
        for _ in range(60):
            bad = corrupt(problem, plan, rng)
            expected = second_judge(problem, bad)
            assert {v.rule for v in FAMILY.check(problem, bad)} == expected, (seed, bad)
            new = FAMILY.objectives(problem, bad)[0].value
            claim = Outcome(bad, objective=(value,))
            if expected or abs(new - value) > 1e-6 * max(1.0, abs(new)):
                with pytest.raises(RejectedPlan):
                    judge(problem, FAMILY, claim, name="x", options=SolveOptions())
                refused += 1
            else:
                judged = judge(problem, FAMILY, claim, name="x", options=SolveOptions())
                assert judged.objectives[0].value == pytest.approx(new)
                kept += 1
    assert refused >= PLANS // 2
    assert kept >= 20

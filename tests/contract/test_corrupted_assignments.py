"""Assignments corrupted at random: a second, differently written judge and the product agree on rules and objective."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from optimiser.errors import RejectedPlan
from optimiser.problems.assignment import FAMILY
from optimiser.solve.engine import judge
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Outcome
from tests.oracles.assignment_cases import breaking_plans, enumerate_best, hand_cases, random_problem
from tests.oracles.assignment_judge import Judged, corrupt

SEEDS, EACH = 60, 40
SELDOM = {"reachable", "unknown post"}


def test_two_judges_agree_on_corrupted_plans():
    """Every rule is named by both or by neither, the objective is the same, and a false claim is refused."""
    broken: Counter[str] = Counter()
    refused = kept = 0
    for seed in range(SEEDS):
        problem = random_problem(seed)
        plan, value = enumerate_best(problem)
        if plan is None:
            continue
        rng = np.random.default_rng(seed)
        for _ in range(EACH):
            bad = corrupt(problem, plan, rng)
            ours, theirs = {v.rule for v in FAMILY.check(problem, bad)}, Judged(problem, bad)
            assert ours == theirs.broken, (seed, bad)
            broken.update(ours)
            new = FAMILY.objectives(problem, bad)[0].value
            assert new == pytest.approx(theirs.value, rel=1e-9, abs=1e-6), (seed, bad)
            claim = Outcome(bad, objective=(value,))
            if ours or abs(new - value) > 1e-6 * max(1.0, abs(new)):
                with pytest.raises(RejectedPlan):
                    judge(problem, FAMILY, claim, name="x", options=SolveOptions())
                refused += 1
            else:
                judge(problem, FAMILY, claim, name="x", options=SolveOptions())
                kept += 1
    assert refused >= SEEDS * EACH // 2
    assert kept >= 20
    missing = {rule.name for rule in FAMILY.rules} - set(broken) - SELDOM
    assert not missing, f"no corruption broke {missing}"


@pytest.mark.parametrize("seed", range(40))
def test_the_second_judge_takes_what_is_best(seed):
    """The best of all plans breaks nothing by the second judge, and costs what it should."""
    problem = random_problem(seed)
    plan, value = enumerate_best(problem)
    if plan is None:
        pytest.skip("no admissible plan for this seed")
    judged = Judged(problem, plan)
    assert judged.broken == set()
    assert judged.value == pytest.approx(value, rel=1e-9, abs=1e-6)


def test_the_second_judge_knows_every_rule():
    """Each hand-made plan breaks its own rule by the second judge too."""
    for rule, (problem, plan) in breaking_plans().items():
        assert Judged(problem, plan).broken == {rule}


def test_the_second_judge_agrees_with_the_hand():
    """The optima worked by hand, and no plan better than the best."""
    for _, problem, optimum in hand_cases():
        plan, _ = enumerate_best(problem)
        if plan is not None:
            assert Judged(problem, plan).value == pytest.approx(optimum)

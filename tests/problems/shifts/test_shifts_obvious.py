"""What sums alone show to be impossible is said in sentences, and never of a week that has a plan."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.problems.shifts import ShiftsParams
from optimiser.problems.shifts.obvious import contradictions, reasons
from tests.oracles.shifts_cases import FREE, SLOTS, enumerate_best, hand_cases, random_problem, week

EARLY = {"E": (6, 8)}
DAY = dict.fromkeys(range(6, 14), 1)


def test_never_of_a_week_that_has_a_plan():
    # every plan by enumeration, and the hand cases with an optimum
    seen = 0
    for seed in range(16):
        problem = random_problem(seed)
        plan, _ = enumerate_best(problem)
        if plan is not None:
            seen += 1
            assert contradictions(problem) == ()
    assert seen >= 8
    for _, problem, optimum in hand_cases():
        if optimum != "infeasible":
            assert contradictions(problem) == ()


@pytest.mark.parametrize(
    ("problem", "rules", "said"),
    [
        (week(ShiftsParams(**FREE), EARLY, {20: 2}), ("requirement",), "No shift on offer covers Mon 20:00"),
        (
            week(ShiftsParams(**FREE), EARLY, {7: 5}, most_per_shift=3),
            ("requirement", "shift_capacity"),
            "With all 1 shifts over Mon 07:00 full",
        ),
        (
            week(ShiftsParams(budget_h=3.0, **FREE), EARLY, DAY),
            ("budget", "requirement"),
            "alone: 8.0 officer-hours; the budget is 3.0",
        ),
        (
            week(
                ShiftsParams(budget_h=80.0, interval_price=0.0), EARLY, {}, call_work_s=np.full(SLOTS, 900.0)
            ),
            ("call_ceiling", "budget"),
            "Calls take 42.0 officer-hours a week; within their ceiling of 30.0 % that asks for 140.0",
        ),
        (
            week(ShiftsParams(hand_over_officers=1, **FREE), {"E": (6, 4), "L": (10, 4)}, DAY),
            ("hand_over",),
            "No shift on offer runs over Mon 10:00",
        ),
        (
            week(ShiftsParams(**FREE), EARLY, {}, away=tuple(int(s == 20) for s in range(SLOTS))),
            ("abstraction",),
            "court, training and events take 1",
        ),
    ],
    ids=lambda v: str(v[0]) if isinstance(v, tuple) else "",
)
def test_named_with_both_numbers(problem, rules, said):
    # the rules that clash, and a sentence with what is asked and what there is
    (found,) = [r for r in reasons(problem) if r.rules == rules]
    assert said in found.sentence


def test_the_least_amount_helps():
    # arithmetic's own amount, one officer or the hours it names, leaves no contradiction
    problem = week(ShiftsParams(budget_h=3.0, **FREE), EARLY, DAY)
    (reason,) = reasons(problem)
    easier = replace(problem, params=replace(problem.params, relax={"budget": reason.least}))
    assert contradictions(easier) == ()
    assert contradictions(replace(problem, params=ShiftsParams(budget_h=8.0, **FREE))) == ()
    assert enumerate_best(replace(problem, most_per_shift=1, shift_days=_monday(problem)))[0] is None


def _monday(problem):
    days = np.zeros_like(problem.shift_days)
    days[:, 0] = True
    return days


def test_those_away_ask_for_more():
    # two wanted and one at court is three on the rota: a budget of two shifts is too little
    away = tuple(int(6 <= s < 14) for s in range(SLOTS))
    problem = week(ShiftsParams(budget_h=16.0, **FREE), EARLY, dict.fromkeys(range(6, 14), 2), away=away)
    assert "alone: 24.0 officer-hours" in contradictions(problem)[0]

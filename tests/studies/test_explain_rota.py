"""Rules of the rota in each other's way: named, with the least that helps, worked by hand."""

import pytest

from optimiser.problems.shifts import ShiftsParams, ShiftsPlan
from optimiser.solve.options import SolveOptions
from optimiser.studies.explain import explain
from optimiser.studies.series import Series
from tests.oracles.shifts_cases import FREE, week


@pytest.mark.parametrize(
    ("problem", "rules", "ways"),
    [
        # one more officer on Monday is eight hours other than today's; four may change
        (
            week(
                ShiftsParams(most_changed_h=4.0, **FREE),
                {"E": (6, 8)},
                {7: 2},
                existing=ShiftsPlan({"E@0": 1}),
            ),
            {"requirement", "change"},
            {"change": 4.0, "requirement": 1.0},
        ),
        # 6 on Monday and 14 on Tuesday need both starts on both days, 32 h of at most 20
        (
            week(
                ShiftsParams(same_starts=("Mon-Tue",), budget_h=20.0, **FREE),
                {"E": (6, 8), "L": (7, 8)},
                {6: 1, 24 + 14: 1},
            ),
            {"requirement", "same_starts", "budget"},
            {"budget": 12.0, "same_starts": 2.0, "requirement": 1.0},
        ),
        # the requirement is hard, so that the budget is the only way out
        (
            week(
                ShiftsParams(hard_rules=("requirement",), budget_h=3.0, **FREE),
                {"E": (6, 8)},
                dict.fromkeys(range(6, 14), 1),
            ),
            {"budget"},
            {"budget": 5.0},
        ),
    ],
    ids=["change", "same starts", "a hard rule"],
)
def test_the_rules_and_the_least_that_helps(problem, rules, ways):
    # the irreducible conflict, and every single way out with its amount
    with Series("shifts", options=SolveOptions(time_limit_s=10), budget_s=60) as series:
        found = explain(series, problem)
    assert found.verdict == "impossible"
    assert set(found.conflict.rules) == rules
    assert {r: a for c in found.choices for r, a in c.added.items()} == pytest.approx(ways, abs=0.06)

"""Aims against each other, against looking at every plan under every limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimiser.errors import InputError
from optimiser.problems.sectors import FAMILY
from optimiser.problems.sectors.measures import value_of
from optimiser.report.figures_tradeoff import ends_rows, plans_of, tradeoff_points
from optimiser.report.words_tradeoff import tradeoff_rows, tradeoff_said
from optimiser.studies.series import NoPlanError
from optimiser.studies.tradeoff import tradeoff
from tests.studies.cases import Looker, every_plan, series, two_by_three

TODAY = ("1", "1", "2", "1", "1", "2")
QUESTION = replace(two_by_three(balance_frac={"work": 0.9}, fixed_centres=("a", "f")), today=TODAY)
"""Two districts from opposite corners; today's plan is lopsided: work 8 against 6."""


def of_all(problem, names):
    """Every aim of every admissible plan, by looking at all of them."""
    loose = replace(problem, params=replace(problem.params, objectives=("moved",)))
    return [
        tuple(value_of(problem, plan, n) for n in names)
        for plan in every_plan(loose)
        if not FAMILY.check(loose, plan)
    ]


def test_ends_and_points_are_those_of_all_plans():
    """Even work against change: the ends, and at every point the best there is within the limit, proved."""
    every = of_all(QUESTION, ("deviation", "moved"))
    found = tradeoff(series(Looker()), QUESTION, ("deviation", "moved"), 12)
    assert found.ends[0].objective.value == pytest.approx(min(d for d, _ in every))
    assert found.ends[1].objective.value == pytest.approx(min(m for _, m in every))
    assert found.ends[1].there[0] == pytest.approx(min(d for d, m in every if m <= 1e-9))
    assert found.curve is not None
    assert len(found.rows) > 2
    for row in found.rows:
        best = min(d for d, m in every if m <= row.limits[0] + 1e-6)
        assert row.values is not None
        assert row.values[0] == pytest.approx(best)
        assert row.bound == pytest.approx(best)
        assert row.values[1] <= row.limits[0] + 1e-6


def test_every_step_of_the_curve_is_found():
    """No plan of all is better in both aims than every point that is not marked, and none of those is beaten."""
    every = of_all(QUESTION, ("travel", "deviation"))
    found = tradeoff(series(Looker()), QUESTION, ("travel", "deviation"), 40)
    mine = [r.values for r in found.rows if r.values is not None and not r.dominated]
    assert len(set(mine)) >= 2
    steps = {
        (t, d)
        for t, d in every
        if not any((u <= t and e <= d) and (u < t - 1e-9 or e < d - 1e-9) for u, e in every)
    }
    assert {(round(t, 6), round(d, 6)) for t, d in mine} == {(round(t, 6), round(d, 6)) for t, d in steps}


def test_three_aims():
    """Driving against change and even work on a grid: each point the best of all plans within both limits."""
    names = ("travel", "moved", "deviation")
    every = of_all(QUESTION, names)
    found = tradeoff(series(Looker()), QUESTION, names, 9)
    assert found.curve is not None
    for row in found.rows:
        fit = [t for t, m, d in every if m <= row.limits[0] + 1e-6 and d <= row.limits[1] + 1e-6]
        assert row.impossible is (not fit)
        if fit:
            assert row.values is not None
            assert row.values[0] == pytest.approx(min(fit))


def test_held_no_further_than_said():
    """Within 5 points of the best deviation: no limit lies beyond, and every plan keeps its own."""
    found = tradeoff(series(Looker()), QUESTION, ("travel", "deviation"), 5, within_frac=0.05)
    best = found.ends[1].objective.value
    assert max(r.limits[0] for r in found.rows) <= best + 0.05 + 1e-9
    assert all(r.values is None or r.values[1] <= r.limits[0] + 1e-6 for r in found.rows)


def test_no_conflict_is_said():
    """Calls covered and driving of the even question are best in one plan: one row, and no curve."""
    even = two_by_three(balance_frac={"work": 2.0}, fixed_centres=("a", "f"))
    found = tradeoff(series(Looker()), even, ("travel", "cover"), 5)
    assert found.curve is None
    assert len(found.rows) == 1
    assert "one plan is best in every aim" in tradeoff_said(found)[-1]


def test_words_and_rows_agree():
    """Sentences name both ends; the table has a row a point, in percent."""
    found = tradeoff(series(Looker()), QUESTION, ("deviation", "moved"), 4)
    header, rows = tradeoff_rows(found)
    assert header[0] == "work that changes district held to, %"
    assert len(rows) == len(found.rows)
    assert all(len(r) == len(header) for r in rows)
    said = tradeoff_said(found)
    assert said[0] == "Largest deviation from a target share against work that changes district."
    assert any("Every point is proved best" in s or "better can exist" in s for s in said)


@pytest.mark.parametrize(
    ("aims", "message"),
    [
        (("travel",), "two or three"),
        (("travel", "travel"), "two or three"),
        (("travel", "boundary"), "cannot be set against"),
        (("travel", "nothing"), "cannot be set against"),
        (("travel", "splits"), "Splits need places"),
    ],
)
def test_aims_that_cannot_be(aims, message):
    """What cannot be traced is refused with what can."""
    with pytest.raises(InputError, match=message):
        tradeoff(series(Looker()), QUESTION, aims, 5)


def test_an_impossible_question_has_no_ends():
    """Work that cannot be even to the unit: no plan, and it is said to be proved."""
    none = two_by_three(balance_frac={"work": 0.0}, target_shares=(0.9, 0.1))
    with pytest.raises(NoPlanError) as told:
        tradeoff(series(Looker()), none, ("travel", "cover"), 5)
    assert told.value.impossible


def test_the_picture_has_a_dot_a_point():
    """A dot for each row with a plan, in percent; less change is better, so giving it up leads to the right."""
    found = tradeoff(series(Looker()), QUESTION, ("deviation", "moved"), 4)
    drawn = tradeoff_points(found)
    assert len(drawn["points"]) == sum(r.values is not None for r in found.rows)
    assert not drawn["falls"]
    for dot in drawn["points"]:
        assert dot["comes to"] <= dot["held to"] + 1e-6
        assert dot["bound"] == pytest.approx(dot["value"])
    first, last = ends_rows(found)
    title = "work that changes district, %"
    assert last[title] == pytest.approx(100 * found.ends[1].objective.value)
    assert first[title] >= last[title]
    assert set(plans_of(found)) >= {"Best largest deviation from a target share", "Point 1"}


def test_every_point_is_told_as_it_comes():
    """What is told on the way grows to what is returned."""
    told = []
    found = tradeoff(series(Looker()), QUESTION, ("deviation", "moved"), 4, on_point=told.append)
    assert [len(t.rows) for t in told] == sorted(len(t.rows) for t in told)
    assert told[-1].rows == found.rows

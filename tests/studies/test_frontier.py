"""Frontiers against looking at every plan under every relaxation."""

from __future__ import annotations

import json

import pytest

from optimiser.errors import InputError
from optimiser.problems.sectors import FAMILY
from optimiser.studies.amounts import relaxed_by
from optimiser.studies.frontier import Axis, frontier
from tests.studies.cases import Helpless, Looker, best_of_all, every_plan, series, two_by_three

WORK = dict(zip("abcdef", (3, 1, 2, 2, 2, 4), strict=True))
SHARES = (0.8, 0.2)
CURVED = two_by_three(fixed_centres=("c", "d"), target_shares=SHARES)


def true_steps(problem, rule_needs, most):
    """Every undominated (need, objective), from looking at every plan."""
    free = relaxed_by(problem, {"balance": 100.0})
    pairs = sorted(
        (round(rule_needs(p), 9), FAMILY.objectives(free, p)[0].value)
        for p in every_plan(free)
        if not FAMILY.check(free, p)
    )
    best, steps = float("inf"), []
    for need, value in pairs:
        if value < best - 1e-9 and need <= most:
            best = value
            steps.append((need, value))
    return steps


def deviation(plan) -> float:
    loads = [sum(w for a, w in WORK.items() if plan.district_of[a] == d) for d in "12"]
    return max(abs(x / (14 * s) - 1) for x, s in zip(loads, SHARES, strict=True))


def test_each_point_is_the_best_there():
    """Every point is the optimum under its relaxation, or is proved impossible where enumeration finds no plan."""
    found = frontier(series(Looker()), CURVED, [Axis("balance", 2.0)], 9)
    assert found.complete
    assert any(p.impossible for p in found.points)
    for p in found.points:
        best = best_of_all(CURVED, p.allowed)
        assert p.impossible is (best is None)
        if best is not None:
            assert p.value == p.bound == pytest.approx(best)
            assert p.used["balance"] <= p.allowed["balance"]
            assert FAMILY.check(relaxed_by(CURVED, p.used), p.plan) == []


def test_the_whole_curve_is_found():
    """Enough points find every step of the curve that enumeration has, and none beside it."""
    steps = true_steps(CURVED, deviation, 2.0)
    assert len(steps) == 4
    found = frontier(series(Looker()), CURVED, [Axis("balance", 2.0)], 40)
    mine = sorted(
        {(p.used["balance"], p.value) for p in found.points if p.plan is not None and not p.dominated}
    )
    assert [v for _, v in mine] == [v for _, v in steps]
    for (need, _), (true, _) in zip(mine, steps, strict=True):
        assert need == pytest.approx(true, abs=1e-4)


def test_dominated_points_are_marked():
    """Relaxing what is not needed gives a point as good as a tighter one's and no better: never marked better."""
    found = frontier(series(Looker()), CURVED, [Axis("balance", 2.0)], 9)
    real = [p for p in found.points if p.plan is not None]
    for p in real:
        beaten = any(
            q.used["balance"] <= p.used["balance"] + 1e-9
            and q.value <= p.value + 1e-9
            and (q.used["balance"] < p.used["balance"] - 1e-9 or q.value < p.value - 1e-9)
            for q in real
        )
        assert p.dominated is beaten


def test_two_rules():
    """A grid over two rules: each point against enumeration; whole amounts for what is counted."""
    problem = two_by_three(
        fixed_centres=("a", "b"), locks=(("f", "1"), ("c", "1")), balance_frac={"work": 0.2}
    )
    found = frontier(series(Looker()), problem, [Axis("lock", 2), Axis("balance", 0.5)], 9)
    assert len(found.points) == 9
    for p in found.points:
        assert p.allowed["lock"] in (0, 1, 2)
        best = best_of_all(problem, p.allowed)
        assert p.impossible is (best is None)
        assert p.value is None if best is None else p.value == pytest.approx(best)


def test_stop_and_go_on(tmp_path):
    """Stopped after three solves it keeps three points; the next call solves only the others, and writes the same."""
    looker = Looker()
    stopping = series(looker, folder=tmp_path, should_stop=lambda: looker.asked >= 3)
    first = frontier(stopping, CURVED, [Axis("balance", 2.0)], 7, folder=tmp_path / "out")
    assert first.stopped
    assert not first.complete
    assert 1 <= len(first.points) <= 3
    whole = frontier(
        series(looker, folder=tmp_path), CURVED, [Axis("balance", 2.0)], 7, folder=tmp_path / "out"
    )
    assert whole.complete
    assert whole.n_remembered == 3
    fresh = frontier(series(Looker()), CURVED, [Axis("balance", 2.0)], 7)
    assert [(p.allowed, p.value) for p in whole.points] == [(p.allowed, p.value) for p in fresh.points]
    (file,) = (tmp_path / "out").glob("frontier-*.json")
    assert len(json.loads(file.read_text())["points"]) == len(whole.points)
    assert file.stem == f"frontier-{first.key}"


def test_nothing_decided_is_said():
    """Points without a plan and without a proof are neither; they are listed."""
    found = frontier(series(Helpless()), CURVED, [Axis("balance", 2.0)], 3)
    assert all(p.plan is None and not p.impossible for p in found.points)
    assert len(found.undecided) == len(found.points)


@pytest.mark.parametrize(
    ("axes", "n", "message"),
    [
        ([], 5, "one or two"),
        ([Axis("balance", 1), Axis("balance", 2)], 5, "one or two"),
        ([Axis("centre", 1)], 5, "cannot be relaxed"),
        ([Axis("balance", 0)], 5, "above 0"),
        ([Axis("balance", 1)], 1, "at least 2"),
    ],
)
def test_bad_input(axes, n, message):
    """Faults of the request, each named."""
    with pytest.raises(InputError, match=message):
        frontier(series(Looker()), CURVED, axes, n)

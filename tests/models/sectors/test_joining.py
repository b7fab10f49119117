"""Separators with a price in the Lagrangian bound: a bound still, a higher one, and the same through all copies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.sectors import joining, lagrange, reading
from optimiser_models.sectors.joining import Joins, Mean
from optimiser_models.sectors.relaxation import Relaxation
from optimiser_models.sectors.slots import slots_of

from tests.oracles.larger_cases import grid
from tests.oracles.sectors_cases import enumerate_best, random_problem

ALWAYS = lambda *_: True  # noqa: E731


def _random_joins(rng: np.random.Generator, n_candidates: int, n_areas: int, how_many: int) -> Joins:
    new = []
    for _ in range(how_many):
        via = np.sort(rng.choice(n_areas, size=rng.integers(1, 4), replace=False))
        new.append((int(rng.integers(n_candidates)), int(rng.integers(n_areas)), via))
    return Joins.none().plus(new[: how_many // 2]).plus(new[how_many // 2 :])


def test_no_price_of_separators_lifts_the_bound_or_a_pair_above_a_plan(monkeypatch):
    """On small maps, every plan enumerated, the bound with separators lies below the best, and so does each pair."""
    monkeypatch.setattr(joining, "LEAST", 0.01)
    monkeypatch.setattr(lagrange, "CUT", 3)
    compared = priced = 0
    for seed in range(40):
        problem = random_problem(seed)
        plan, value = enumerate_best(problem)
        d = reading.prepare(problem)
        if plan is None or not d.contiguity:
            continue
        cost = -value if problem.params.first_sense == "max" else value
        bound = lagrange.improve(d, slots_of(d), lagrange.servable(d), cost, rounds=200, keep_going=ALWAYS)
        room = 1e-6 * max(1, abs(cost))
        assert bound.value <= cost + room, seed
        for area, i in zip(problem.area_ids, d.contraction.part.tolist(), strict=True):
            j = problem.centre_ids.index(plan.centre_of[plan.district_of[area]])
            assert bound.needs[j, i] <= cost + room, (seed, area)
        compared += 1
        priced += bool((bound.at.joint > 0).any())
    assert compared >= 15
    assert priced >= 3


@pytest.mark.parametrize("objective", ["travel", "cover"])
def test_separators_raise_the_bound_of_given_centres(objective, monkeypatch):
    """Where centres lie beside each other, districts by drive alone fall to pieces: the bound without prices is low."""
    problem = grid(12, objectives=(objective,))
    given = tuple(problem.area_ids[i] for i in (14, 15, 27, 66, 90, 91, 104, 118))
    d = reading.prepare(replace(problem, params=replace(problem.params, fixed_centres=given)))
    d = d.among(np.sort(d.fixed))
    aim = 0.6 * float(d.cost.sum()) if objective == "travel" else 0.0
    s, allowed = slots_of(d), lagrange.servable(d)
    cut = lagrange.improve(d, s, allowed, aim, rounds=400, keep_going=ALWAYS)
    monkeypatch.setattr(Mean, "breaks", lambda self: [])
    plain = lagrange.improve(d, s, allowed, aim, rounds=400, keep_going=ALWAYS)
    assert (cut.at.joint > 0).any()
    assert cut.value > plain.value + 5e-4 * abs(plain.value)


def test_prices_of_separators_change_pairs_as_written():
    """The same sums as a dense table of coefficients, for costs and for what districts break, two with one centre."""
    rng = np.random.default_rng(5)
    joins = _random_joins(rng, 5, 9, 12)
    table = np.zeros((12, 5, 9))
    for q in range(12):
        table[q, joins.centre[q], joins.area[q]] += 1
        for v in joins.via[joins.starts[q] : joins.starts[q + 1]]:
            table[q, joins.centre[q], v] -= 1
    price = np.maximum(rng.normal(size=12), 0.0)
    cost = rng.random((5, 9))
    cost[2, 3] = np.inf
    with_price = cost.copy()
    joins.add_to(with_price, price)
    assert np.allclose(with_price, cost + np.tensordot(price, table, axes=1))
    centres, take = np.array([4, 1, 4]), rng.random((3, 9))
    served = np.zeros((5, 9))
    np.add.at(served, centres, take)
    assert np.allclose(joins.broken(centres, take, 5), (table * served).sum(axis=(1, 2)))


def test_the_mean_of_rounds_is_that_of_their_shares():
    """Told round by round with shares of one, a third and nearly all, in one sum that is brought back to its size."""
    d = reading.prepare(grid(4))
    mean, told = Mean(d, Joins.none()), np.zeros(d.cost.shape)
    rng = np.random.default_rng(2)
    joins = _random_joins(rng, *d.cost.shape, 20)
    for share in (1.0, 1 / 3, 1 - 1e-60, 0.5, 1 - 1e-60, 0.01):
        centres, take = rng.choice(d.cost.shape[0], 3), rng.random((3, d.n))
        mean.hear(centres, take, share)
        told *= 1 - share
        np.add.at(told, centres, share * take)
    every = np.arange(d.cost.shape[0])
    assert np.allclose(mean.broken(joins), joins.broken(every, told, every.size))


def test_separators_are_named_once():
    """A district in two pieces breaks a separator, which is not named again, nor where it was known."""
    d = reading.prepare(grid(4))
    take = np.zeros((1, d.n))
    take[0, [0, 1, 15]] = 1.0
    mean = Mean(d, Joins.none())
    mean.hear(np.array([0]), take, 1.0)
    new = mean.breaks()
    assert [(j, area) for j, area, _ in new] == [(0, 15)]
    assert mean.breaks() == []
    again = Mean(d, Joins.none().plus(new))
    again.hear(np.array([0]), take, 1.0)
    assert again.breaks() == []


def test_prices_stay_what_they_are_with_fewer_candidates():
    """The value by the same multipliers, on the candidates that are left, is that with the others shut."""
    problem = grid(9, objectives=("travel",))
    d = reading.prepare(problem)
    s, allowed = slots_of(d), lagrange.servable(d)
    found = lagrange.improve(d, s, allowed, 0.4 * float(d.cost.sum()), rounds=120, keep_going=ALWAYS)
    assert (found.at.joint > 0).any()
    keep = np.flatnonzero(np.arange(d.cost.shape[0]) % 3 != 1)
    shut = allowed.copy()
    shut[np.setdiff1d(np.arange(d.cost.shape[0]), keep)] = False
    before = Relaxation(d, s, shut).solve(found.at)
    fewer = found.at.among(keep)
    after = Relaxation(d.among(keep), s.among(keep), allowed[keep]).solve(fewer)
    assert after[0] == pytest.approx(before[0], rel=1e-9)
    assert 0 < fewer.joint.size <= found.at.joint.size

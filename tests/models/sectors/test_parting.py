"""Parting by where centres lie: no better plan is lost, and a few parts raise the bound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from optimiser_models.sectors import centres, lagrange, reading, search
from optimiser_models.sectors.grow import grow
from optimiser_models.sectors.slots import slots_of

from tests.models.sectors.test_border import grid
from tests.oracles.sectors_cases import enumerate_best, random_problem

ALWAYS = lambda *_: True  # noqa: E731


def enumerated():
    """Yield seeded questions with free centres that have a plan: seed, question, best plan and its cost."""
    for seed in range(24):
        problem = random_problem(seed)
        free = replace(problem, params=replace(problem.params, fixed_centres=(), target_shares=()))
        plan, value = enumerate_best(free)
        if plan is not None and not free.params.relax:
            yield seed, free, plan, -value if free.params.first_sense == "max" else value


def test_parting_by_regions_keeps_every_better_plan():
    """The bound over all nodes never exceeds the enumerated optimum, and its pairs stay: districts alike or not."""
    compared = parted = 0
    for seed, free, plan, cost in enumerated():
        d = reading.prepare(free)
        s, allowed = slots_of(d), lagrange.servable(d)
        ceiling = cost + 1.0
        root = lagrange.improve(d, s, allowed, ceiling, rounds=5, keep_going=ALWAYS)
        asked = []
        found = centres.part(
            d, s, root, allowed, lambda c=ceiling: c, keep_going=lambda v, a=asked: a.append(v) or len(a) < 40
        )
        assert found.value <= cost + 1e-6 * max(1, abs(cost)), seed
        for area, i in zip(free.area_ids, d.contraction.part.tolist(), strict=True):
            j = free.centre_ids.index(plan.centre_of[plan.district_of[area]])
            assert found.pairs[j, i], seed
        compared += 1
        parted += found.nodes > 3
    assert compared >= 8
    assert parted >= 4


def test_a_set_of_centres_that_is_not_settled_has_another_turn():
    """Every set of centres stays open for two turns and is refuted in the third: then no part is left."""
    settled = 0
    for seed, free, _, cost in enumerated():
        d = reading.prepare(free)
        s, allowed, ceiling = slots_of(d), lagrange.servable(d), cost + 1.0
        root = lagrange.improve(d, s, allowed, ceiling, rounds=5, keep_going=ALWAYS)
        turns: dict[bytes, list[int]] = {}

        def settle(there, pairs, turn, turns=turns):
            turns.setdefault(there.may.tobytes(), []).append(turn)
            return np.inf if turn == 2 else -np.inf

        found = centres.part(
            d, s, root, allowed, lambda c=ceiling: c, keep_going=lambda v: True, settle=settle
        )
        assert found.value == ceiling, seed
        assert not found.parts, seed
        assert all(heard == [0, 1, 2] for heard in turns.values()), seed
        settled += len(turns)
    assert settled >= 4


def test_a_part_by_names_begins_near_its_parents_prices():
    """Twelve districts all alike: a few parts raise the bound, which long first steps in each of them did not."""
    problem, side, k = grid(12, 12), 12, 12
    calls = np.round(np.random.default_rng(3).gamma(0.7, 10, side * side) + 1)
    params = replace(
        problem.params,
        district_ids=tuple(str(i) for i in range(k)),
        objectives=("travel",),
        balance_frac={"calls": 0.05},
    )
    d = reading.prepare(replace(problem, calls=calls, balance=calls[None], params=params))
    s, allowed = slots_of(d), lagrange.servable(d)
    found = [search.anneal(d, grow(d, i), moves=200_000, seed=i, keep_going=ALWAYS) for i in range(4)]
    best = min(state.cost for state in found if state is not None)
    root = lagrange.improve(d, s, allowed, best, rounds=300, keep_going=ALWAYS)
    asked = []
    parted = centres.part(
        d, s, root, allowed, lambda: best, keep_going=lambda v: asked.append(v) or len(asked) < 16
    )
    assert root.value < parted.value <= best
    assert (best - parted.value) < 0.9 * (best - root.value)

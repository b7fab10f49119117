"""The districts of several plans put together anew: by enumeration the best there is, and always admissible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.sectors import search
from optimiser_models.sectors.arrays import to_plan
from optimiser_models.sectors.grow import grow
from optimiser_models.sectors.region import region
from optimiser_models.sectors.run import Run

from optimiser.problems.sectors import FAMILY
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Recorder
from tests.models.sectors.test_region import ALWAYS, question


def two_halves(seed: int, *, limited: bool = False, locked: bool = False):
    """A plan arranged anew in two places apart: each of two plans has one of the changes."""
    problem, d, state = question(seed, limited=limited)
    if not limited:  # a plan that leaves something to win
        state = search.anneal(d, grow(d, seed), moves=400, seed=seed, keep_going=ALWAYS)
    if locked:
        lock = d.lock.copy()
        lock[np.flatnonzero(state.label == 3)[0]] = 3
        d = replace(d, lock=lock)
    run = Run(problem, d, SolveOptions(threads=1), Recorder(), 0.0, 60.0, name="travel", best=state)
    run.pool.keep(d, state)
    order = np.argsort(state.centre)
    plans = [state]
    for some in (order[:4], order[4:]):
        cut_out = region(d, state, np.sort(some))
        part = search.anneal(cut_out.d, cut_out.label, moves=20_000, seed=seed, keep_going=ALWAYS)
        whole = cut_out.whole(d, state, part)
        run.pool.keep(d, whole)
        plans.append(whole)
    return problem, d, run, plans


def enumerated(d, run) -> float:
    """Return the least cost of any eight pieces of the pool that make a partition, by trying all."""
    pieces = [
        (frozenset(np.frombuffer(key, dtype=np.int32).tolist()), c) for key, c in run.pool.centre_of.items()
    ]
    best = np.inf

    def grow(covered: frozenset, chosen: list) -> None:
        nonlocal best
        if len(covered) == d.n:
            label, centre = np.empty(d.n, dtype=np.int64), np.array([c for _, c in chosen])
            for k, (areas, _) in enumerate(chosen):
                label[list(areas)] = k
            if len(chosen) == d.k and d.keeps(label, centre):
                best = min(best, d.value(label, centre))
            return
        first = min(set(range(d.n)) - covered)
        for areas, c in pieces:
            if first in areas and not areas & covered:
                grow(covered | areas, [*chosen, (areas, c)])

    grow(frozenset(), [])
    return best


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_best_of_the_pool_is_found(seed, limited):
    """What trying all combinations finds is found, passes the planner's rules, and costs what it says."""
    problem, d, run, plans = two_halves(seed, limited=limited)
    found = run.pool.best(run, 10.0)
    least = enumerated(d, run)
    assert least <= min(plan.cost for plan in plans) + 1e-9
    assert found.cost == pytest.approx(least, rel=1e-6)
    assert found.cost == pytest.approx(d.value(found.label, found.centre))
    assert not FAMILY.check(problem, to_plan(problem, d, found.label, found.centre))


def test_halves_of_two_plans_make_a_better_one():
    """Somewhere both changes are better: together they beat either plan (else the test says nothing)."""
    better = 0
    for seed in range(6):
        _, _, run, plans = two_halves(seed)
        better += run.pool.best(run, 10.0).cost < min(plan.cost for plan in plans) - 1e-9
    assert better


def test_a_locked_area_keeps_its_district():
    """Pieces are named so that the lock holds, whatever they were called in the plans they come from."""
    _, d, run, _ = two_halves(1, locked=True)
    found = run.pool.best(run, 10.0)
    for i in np.flatnonzero(d.lock >= 0):
        assert found.label[i] == d.lock[i]


def test_centres_that_a_proof_ruled_out_are_left_alone():
    """The pool knows centres by the problem's numbers: after candidates are dropped their pieces are not used."""
    _, d, run, _ = two_halves(2)
    keep = np.unique(np.concatenate([run.best.centre, np.arange(10)]))
    run.narrow(np.isin(np.arange(len(d.cost)), keep)[:, None] & d.allowed)
    found = run.pool.best(run, 10.0)
    assert found is not None
    assert found.cost <= run.best.cost + 1e-9
    assert run.d.value(found.label, found.centre) == pytest.approx(found.cost)


def test_pieces_are_dropped_oldest_first(monkeypatch):
    """The pool does not grow without end."""
    monkeypatch.setattr("optimiser_models.sectors.pool.MOST_PIECES", 9)
    _, d, run, plans = two_halves(0)
    assert len(run.pool.centre_of) == 9
    for k in range(d.k):
        assert np.flatnonzero(plans[-1].label == k).astype(np.int32).tobytes() in run.pool.centre_of

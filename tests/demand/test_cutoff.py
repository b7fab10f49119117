"""The cut-off queue against Erlang, a brute-force chain, and published special cases."""

import itertools
import math

import numpy as np
import pytest

from optimiser.demand.cutoff import GRID_TRAVEL, Ask, bunched, cutoff_queue
from optimiser.demand.queueing import erlang_c
from optimiser.errors import InputError
from tests.oracles.queueing import mean_wait_s, wait_exceeds


@pytest.mark.parametrize(("units", "load"), [(2, 0.6), (5, 1.5), (20, 12.0), (100, 95.0), (700, 640.0)])
def test_without_reserve_and_with_one_unit_a_call_it_is_erlang(units, load):
    # one unit, no reserve: share that waits is Erlang C, the urgent tail that of the priority queue
    queue = cutoff_queue(units, Ask(0.3 * load), Ask(0.7 * load))
    assert queue.none_free == pytest.approx(erlang_c(units, load), rel=1e-9)
    assert queue.urgent_late(300.0, 1800.0) == pytest.approx(
        wait_exceeds(units, load, 1800.0, 300.0, urgent_frac=0.3), rel=1e-6, abs=1e-12
    )


def test_one_class_has_erlangs_mean_wait():
    # all urgent: first come first served
    queue = cutoff_queue(6, Ask(4.5), Ask(0.0))
    assert queue.urgent_wait_s(1200.0) == pytest.approx(mean_wait_s(6, 4.5, 1200.0))


def brute(n_units, reserve, urgent, other, most=60):
    """Stationary shares by (n, other units waiting), straight from the rules, by a sparse linear solve."""
    from scipy.sparse import lil_matrix
    from scipy.sparse.linalg import spsolve

    cutoff, size = n_units - reserve, most + 1
    index = {s: k for k, s in enumerate(itertools.product(range(size), range(size)))}
    flow = lil_matrix((len(index), len(index)))

    def add(a, b, rate):
        if b in index:
            flow[index[a], index[b]] += rate
            flow[index[a], index[a]] -= rate

    for n, q in index:
        if q and n < cutoff:
            continue  # others would start
        for k, p in enumerate(urgent.units_frac):
            add((n, q), (n + k + 1, q), urgent.calls * p)
        for k, p in enumerate(other.units_frac):
            start = min(k + 1, max(0, cutoff - n))
            add((n, q), (n + start, q + k + 1 - start), other.calls * p)
        if n:
            after = n - 1
            add((n, q), (after + 1, q - 1) if q and after < cutoff else (after, q), min(n, n_units))
    seen = [s for s in index if not (s[1] and s[0] < cutoff)]
    rows = [index[s] for s in seen]
    matrix = flow.tocsr()[rows][:, rows].T.tolil()
    matrix[0, :] = 1.0
    right = np.zeros(len(rows))
    right[0] = 1.0
    found = spsolve(matrix.tocsr(), right)
    by_n = np.zeros(size)
    for s, p in zip(seen, found, strict=True):
        by_n[s[0]] += p
    return by_n


@pytest.mark.parametrize(
    ("units", "reserve", "urgent", "other"),
    [
        (4, 1, Ask(0.5), Ask(1.2)),
        (5, 2, Ask(0.4, (0.5, 0.3, 0.2)), Ask(0.9, (0.7, 0.3))),
        (5, 0, Ask(0.6, (0.5, 0.5)), Ask(1.0, (0.8, 0.2))),
        (3, 1, Ask(0.3, (0.0, 0.0, 0.0, 1.0)), Ask(0.2, (0.9, 0.1))),
    ],
)
def test_two_equations_replace_the_two_dimensional_chain(units, reserve, urgent, other):
    # a chain that counts waiting other units too, solved whole, has the same shares by n
    want = brute(units, reserve, urgent, other)
    queue = cutoff_queue(units, urgent, other, reserve)
    n = min(want.size, queue.states.size, 25)
    assert queue.states[:n] == pytest.approx(want[:n], abs=2e-6)
    assert queue.none_free == pytest.approx(want[units:].sum(), abs=5e-6)
    assert queue.held_back == pytest.approx(want[units - reserve :].sum(), abs=5e-6)


def test_waits_of_urgent_calls_integrate_to_their_mean():
    # several units, a reserve: the mean is the area under the tail
    queue = cutoff_queue(6, Ask(1.0, (0.4, 0.4, 0.2)), Ask(1.5, (0.7, 0.3)), 1)
    t = np.linspace(0, 9000, 3001)
    tail = [queue.urgent_late(float(x), 1200.0) for x in t]
    assert np.trapezoid(tail, t) == pytest.approx(queue.urgent_wait_s(1200.0), rel=1e-3)
    assert tail[0] == pytest.approx(queue.none_free)


def test_a_reserve_helps_urgent_calls_and_costs_the_others():
    # what is kept back is kept from somebody
    plain, kept = (cutoff_queue(8, Ask(1.0, (0.5, 0.5)), Ask(3.0), r) for r in (0, 2))
    assert kept.none_free < plain.none_free
    assert kept.held_back > plain.held_back
    assert kept.not_all_at_once < plain.not_all_at_once


def test_more_units_a_call_need_more_units_at_the_same_load():
    # bunched work queues more than even work: M[X]/M/c against M/M/c
    even, bunched = Ask(4.0), Ask(2.0, (0.0, 1.0))
    assert even.load == bunched.load
    assert cutoff_queue(8, bunched, Ask(0.0)).none_free > 1.5 * cutoff_queue(8, even, Ask(0.0)).none_free


@pytest.mark.parametrize("overlap", [0.1, 0.5, 0.8, 1.0])
def test_bunched_calls_keep_the_variance_of_units_busy(overlap):
    # peakedness of M[X]/G/infinity: 1 + overlap E[X (X - 1)] / E[X]; the exponential stand-in has it with 1/2
    def extra(share):
        n = np.arange(1, len(share) + 1)
        return float(np.asarray(share) @ (n * (n - 1)) / (np.asarray(share) @ n))

    given = (0.4, 0.3, 0.2, 0.1)
    found = bunched(given, overlap)
    assert sum(found) == pytest.approx(1.0)
    assert 0.5 * extra(found) == pytest.approx(overlap * extra(given))


def test_calls_of_one_unit_are_not_bunched():
    # nothing to overlap with
    assert bunched((1.0,), 1.0) == (1.0,)


def test_too_much_work_is_said():
    # at the load, and where the reserve leaves too little for the others
    assert not cutoff_queue(3, Ask(1.0), Ask(2.0)).stable
    held = cutoff_queue(4, Ask(0.2), Ask(3.5), 3)
    assert (held.stable, held.none_free, held.urgent_wait_s(60.0)) == (False, 1.0, math.inf)


def test_reach_of_idle_units_is_the_square_root_law():
    # nobody busy: 0.6267 sqrt(area / k) / speed, and the tail exp(-2 k (v t)^2 / area)
    queue = cutoff_queue(4, Ask(1e-9), Ask(0.0))
    assert queue.mean_reach_s(600.0, 1.0, 1e8, 10.0) == pytest.approx(
        GRID_TRAVEL * math.sqrt(1e8 / 4) / 10, rel=1e-6
    )
    assert queue.reached_late(400.0, 600.0, 1e8, 10.0) == pytest.approx(
        math.exp(-2 * 4 * 4000**2 / 1e8), rel=1e-6
    )
    assert pytest.approx(math.sqrt(math.pi / 8), abs=1e-4) == GRID_TRAVEL


@pytest.mark.parametrize(
    "bad", [lambda: cutoff_queue(2, Ask(1.0), Ask(0.0), 2), lambda: Ask(-1.0), lambda: Ask(1.0, (0.5, 0.4))]
)
def test_bad_queues_are_named(bad):
    # all units in reserve, negative calls, shares that are no whole
    with pytest.raises(InputError, match="got"):
        bad()

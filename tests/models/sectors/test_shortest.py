"""Short borders by recombination and annealing: against enumeration, within the windows, the same by seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.sectors.border.ground import survey
from optimiser_models.sectors.border.hops import hop, suits
from optimiser_models.sectors.reading import prepare
from optimiser_models.sectors.recom import flips
from optimiser_models.sectors.recom.chain import random_plan
from optimiser_models.sectors.recom.ground import admissible, ground
from optimiser_models.sectors.recom.shortest import Search, shortest_boundary

from optimiser.errors import InputError
from optimiser.problems.sectors import SectorsParams, SectorsProblem
from tests.models.sectors.test_recom import as_sets, csr, faults, grid, on


def _all_plans(rows: int, columns: int, low: float, high: float, work: np.ndarray) -> list[np.ndarray]:
    """Every contiguous plan of two districts, area 0 in district 0, by trying all."""
    graph = grid(rows, columns)
    g = on(graph, 2, low, high, work)
    n = rows * columns
    labels = [np.array([0, *((code >> i) & 1 for i in range(n - 1))]) for code in range(2 ** (n - 1))]
    inside = [p for p in labels if low <= work[p == 0].sum() <= high and low <= work[p == 1].sum() <= high]
    return [p for p in inside if not faults(graph, g, p)]


def test_the_shortest_border_is_that_of_enumeration():
    """3 x 4 grid with uneven work and border lengths, five seeds: the optimum by trying every plan."""
    graph = grid(3, 4)
    starts, near = csr(graph)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        work = rng.integers(1, 6, 12).astype(float)
        lengths = {frozenset(e): float(rng.integers(1, 9)) for e in graph.edges}
        ends = np.repeat(np.arange(12), np.diff(starts))
        border = np.array([lengths[frozenset(e)] for e in zip(ends.tolist(), near.tolist(), strict=True)])
        low, high = 0.8 * work.sum() / 2, 1.2 * work.sum() / 2
        every = _all_plans(3, 4, low, high, work)
        least = min(sum(b for e, b in lengths.items() if len({p[i] for i in e}) == 2) for p in every)
        found = shortest_boundary(starts, near, border, work, low, high, 2, seed=seed, hops=30)
        assert found is not None
        g = ground(starts, near, border, work, np.array(low), np.array(high), 2)
        assert not faults(graph, g, found)
        assert g.length(found) == least


def test_a_square_is_cut_in_four():
    """8 x 8 into 4 x 16: the border of four squares is 16 links; the same seed gives the same plan."""
    graph = grid(8, 8)
    g = on(graph, 4, 16, 16)
    asked = (g.starts, g.neighbours, g.border, g.work[0], 16, 16, 4)
    found = shortest_boundary(*asked, seed=2, hops=12)
    assert found is not None
    assert not faults(graph, g, found)
    assert g.length(found) == 16
    again = shortest_boundary(*asked, seed=2, hops=12)
    assert again is not None
    assert (found == again).all()


def test_moves_keep_districts_in_one_piece_and_count_the_border_right():
    """Annealed moves from a random plan: the length kept move by move is that of the plan, which is admissible."""
    graph = grid(9, 9)
    work = np.random.default_rng(1).integers(1, 9, 81).astype(float)
    mean = work.sum() / 4
    g = on(graph, 4, 0.95 * mean, 1.05 * mean, work)
    start = random_plan(g, 1)
    assert start is not None
    search = Search(g, 3)
    ends = [(int(a), int(b)) for a, b in zip(search._links[1], search._links[2], strict=True)]
    assert sorted(ends) == sorted(tuple(sorted(e)) for e in graph.edges)
    label, best = start.copy(), start.copy()
    length = flips.flips(
        label, best, np.inf, np.array([5], np.uint64), g.starts, g.neighbours, *search._links, g.border, g.work,
        g.low, g.high, 1 / g.work.mean(axis=1), 20_000, 1.0, 0.9999, 1.0,
    )  # fmt: skip
    assert length == g.length(best) < g.length(start)
    assert not faults(graph, g, best)
    assert not [f for f in faults(graph, g, label) if "pieces" in f]


def test_a_given_start_is_never_left_behind():
    """An admissible start is where the search begins; one out of balance is left aside."""
    graph = grid(4, 4)
    g = on(graph, 2, 8, 8)
    halves = np.repeat([0, 1], 8)
    asked = (g.starts, g.neighbours, g.border, g.work, 8, 8, 2)
    found = shortest_boundary(*asked, seed=1, hops=1, start=halves)
    assert found is not None
    assert as_sets(found) == as_sets(halves) or g.length(found) <= 4
    lopsided = shortest_boundary(*asked, seed=1, hops=1, start=np.repeat([0, 1], [4, 12]))
    assert lopsided is not None
    assert admissible(g, lopsided)
    assert not admissible(g, np.repeat([0, 1], [4, 12]))
    assert not admissible(g, np.tile([0, 1], 8) ^ np.repeat([0, 1, 0, 1], 4))


def test_locks_and_given_centres_are_kept_by_hops():
    """A 6 x 8 town of two districts, a lock in a far corner and one given centre: every plan handed over keeps them."""
    graph = grid(6, 8)
    at = np.array([divmod(i, 8) for i in range(48)], dtype=float)
    travel_s = 60.0 * np.abs(at[:, None] - at[None]).sum(axis=2)
    ids = tuple(f"a{i:02d}" for i in range(48))
    problem = SectorsProblem(
        area_ids=ids,
        edges=np.array(sorted(graph.edges)),
        centre_ids=ids,
        centre_area=np.arange(48),
        travel_s=travel_s,
        calls=np.ones(48),
        covered_calls=np.zeros((48, 48)),
        cover_calls=np.zeros(48),
        balance_names=("calls",),
        balance=np.ones((1, 48)),
        params=SectorsParams(
            district_ids=("1", "2"),
            balance_frac={"calls": 0.1},
            objectives=("boundary",),
            locks=(("a47", "1"),),
            fixed_centres=("a00", ""),
        ),
        border_m=np.full(len(graph.edges), 100.0),
    )
    d = prepare(problem)
    assert suits(d)
    found: list[np.ndarray] = []
    left = iter(range(8))
    hop(survey(d), None, seed=1, keep_going=lambda: next(left, None) is not None, found=found.append)
    assert found
    for label in found:
        assert label[0] == label[47] == 0
        assert not faults(graph, on(graph, 2, 0.9 * 24, 1.1 * 24), label)
    assert survey(d).value(found[-1]) <= survey(d).value(found[0])
    assert not suits(prepare(replace(problem, params=replace(problem.params, apart=(("a01", "a46"),)))))


def test_where_there_is_no_plan_none_is_said():
    """One heavy area above every window; and a search without an end is refused."""
    starts, near = csr(grid(3, 3))
    asked = (starts, near, np.ones(near.size), np.array([1, 1, 1, 1, 9, 1, 1, 1, 1.0]), 4, 6, 3)
    assert shortest_boundary(*asked, seed=1, hops=2) is None
    with pytest.raises(InputError, match="hops"):
        shortest_boundary(*asked, seed=1)

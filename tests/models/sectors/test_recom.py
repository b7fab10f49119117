"""Recombination: every step a contiguous, balanced plan by plain search and sums; trees uniform; all plans reached."""

from __future__ import annotations

from itertools import combinations, permutations

import networkx as nx
import numpy as np
import pytest
from optimiser_models.sectors.recom import trees
from optimiser_models.sectors.recom.chain import FAILED, SAME, STEPS, STUCK, Chain, random_plan
from optimiser_models.sectors.recom.ground import Ground, ground

from optimiser.errors import InputError

CHI2_14_999 = 36.123
"""Chi-square, 14 degrees of freedom: exceeded once in a thousand (any table)."""


def csr(graph: nx.Graph) -> tuple[np.ndarray, np.ndarray]:
    starts = np.concatenate([[0], np.cumsum([graph.degree(i) for i in range(len(graph))])]).astype(np.int64)
    return starts, np.array([v for i in range(len(graph)) for v in sorted(graph[i])], dtype=np.int64)


def grid(rows: int, columns: int) -> nx.Graph:
    return nx.convert_node_labels_to_integers(nx.grid_2d_graph(rows, columns))


def on(graph: nx.Graph, k: int, low: float, high: float, work: np.ndarray | None = None) -> Ground:
    starts, near = csr(graph)
    amounts = np.ones(len(graph)) if work is None else work
    return ground(starts, near, np.ones(near.size), amounts, np.array(low), np.array(high), k)


def in_one_piece(graph: nx.Graph, mine: set[int]) -> bool:
    seen, stack = set(), list(mine)[:1]
    while stack:
        u = stack.pop()
        if u not in seen:
            seen.add(u)
            stack += [v for v in graph.adj[u] if v in mine]
    return bool(mine) and seen == mine


def faults(graph: nx.Graph, g: Ground, label: np.ndarray) -> list[str]:
    """By plain search and sums, nothing of the engine's."""
    found = []
    for d in range(g.k):
        mine = set(np.flatnonzero(label == d).tolist())
        if not in_one_piece(graph, mine):
            found.append(f"{d} in pieces")
        amounts = [sum(row[i] for i in mine) for row in g.work.tolist()]
        if any(not g.low[q, d] <= a <= g.high[q, d] for q, a in enumerate(amounts)):
            found.append(f"{d} has {amounts}")
    return found


def as_sets(label: np.ndarray) -> frozenset[frozenset[int]]:
    return frozenset(frozenset(np.flatnonzero(label == d).tolist()) for d in np.unique(label))


def test_every_step_is_contiguous_balanced_and_changes_exactly_two_districts():
    """1,000 steps on a grid with uneven work: rules by networkx, and what is not merged keeps its areas."""
    graph = grid(8, 9)
    work = np.random.default_rng(4).integers(5, 25, len(graph)).astype(float)
    mean = work.sum() / 5
    g = on(graph, 5, 0.9 * mean, 1.1 * mean, work)
    start = random_plan(g, 1)
    assert start is not None
    assert not faults(graph, g, start)
    chain = Chain.of(g, start, 2)
    plans = chain.steps(1_000, keep=1_000)
    assert len(plans) == chain.tally[STEPS] == 1_000
    before = start
    for label in plans:
        assert not faults(graph, g, label)
        assert len(as_sets(before) - as_sets(label)) == 2
        before = label
    assert (before == chain.label).all()
    assert len({as_sets(p) for p in plans}) > 700


def test_trees_are_uniform():
    """2 x 3 grid: 15 spanning trees by enumeration; 15,000 draws, chi-square of 14 degrees, seed fixed."""
    graph = grid(2, 3)
    links = list(graph.edges)
    every = {
        frozenset(chosen)
        for chosen in combinations([frozenset(e) for e in links], 5)
        if nx.is_tree(nx.Graph([tuple(e) for e in chosen]))
    }
    assert len(every) == 15
    starts, near = csr(graph)
    state, parent, order = trees.source(7), np.empty(6, np.int64), np.empty(6, np.int64)
    seen = dict.fromkeys(every, 0)
    for _ in range(15_000):
        trees.tree(state, 6, starts, near, parent, order)
        assert all(parent[u] in order[:r] for r, u in enumerate(order) if r)
        seen[frozenset(frozenset((u, int(parent[u]))) for u in range(6) if parent[u] >= 0)] += 1
    assert sum((count - 1_000) ** 2 / 1_000 for count in seen.values()) < CHI2_14_999


@pytest.mark.parametrize(("side", "k", "n_plans"), [(3, 3, 10), (4, 4, 117)])
def test_all_plans_of_a_small_grid_are_reached(side: int, k: int, n_plans: int):
    """Squares into k connected parts of k cells: 10 and 117 of them (OEIS A172477); 3 x 3 also by trying all."""
    graph = grid(side, side)
    g = on(graph, k, side * side / k, side * side / k)
    if side == 3:
        labels = (np.array((0, *p)) for p in set(permutations((0, 0, 1, 1, 1, 2, 2, 2))))
        assert len({as_sets(p) for p in labels if not faults(graph, g, p)}) == n_plans
    start = random_plan(g, 3)
    assert start is not None
    plans = np.unique(Chain.of(g, start, 5).steps(20_000, keep=20_000), axis=0)
    assert len({as_sets(p) for p in plans}) == n_plans


def test_the_same_seed_gives_the_same_chain_in_one_call_or_many():
    """The random state goes on from call to call."""
    g = on(grid(6, 6), 4, 7, 11)
    start = random_plan(g, 1)
    assert start is not None
    one, two, other = (Chain.of(g, start, seed) for seed in (9, 9, 10))
    whole = one.steps(200, keep=200)
    parts = np.concatenate([two.steps(n, keep=n) for n in (1, 99, 100)])
    assert (whole == parts).all()
    assert (one.tally == two.tally).all()
    assert (other.steps(200, keep=200) != whole).any()


def test_draws_that_give_the_same_districts_are_no_steps():
    """A path of four in two halves has one balanced plan: nothing can change, and the chain says so and stops."""
    g = on(nx.path_graph(4), 2, 2, 2)
    chain = Chain.of(g, np.array([0, 0, 1, 1]), 1)
    assert len(chain.steps(5, most_draws=300, keep=5)) == 0
    assert chain.tally.tolist() == [0, 0, 300, 1]


def test_what_cannot_be_balanced_ends_after_a_bounded_number_of_draws():
    """A star: every cut leaves a single leaf, so no two parts are even; nor can one area be cut in two."""
    star = on(nx.star_graph(5), 2, 3, 3)
    assert random_plan(star, 1, most_draws=500) is None
    chain = Chain.of(star, np.array([0, 0, 0, 1, 1, 1]), 1)
    assert len(chain.steps(5, most_draws=500, keep=5)) == 0
    assert chain.tally[STEPS] == 0
    assert chain.tally[FAILED] + chain.tally[SAME] == 500
    assert chain.tally[STUCK] == 1
    heavy = on(grid(3, 3), 3, 4, 6, np.array([1, 1, 1, 1, 9, 1, 1, 1, 1.0]))
    assert random_plan(heavy, 1, most_draws=500) is None


def test_a_map_in_two_pieces_has_no_random_plan():
    """No tree spans it: said at once, not walked for ever."""
    assert random_plan(on(nx.disjoint_union(grid(2, 2), grid(2, 2)), 2, 4, 4), 1) is None


def test_bursts_keep_the_shortest_border():
    """Its length is recomputed, its plan admissible, and it is no longer than a plain walk's start."""
    graph = grid(10, 10)
    g = on(graph, 4, 24, 26)
    start = random_plan(g, 1)
    assert start is not None
    chain = Chain.of(g, start, 3)
    chain.steps(2_000, burst=10)
    assert not faults(graph, g, chain.best)
    cut = sum(chain.best[u] != chain.best[v] for u, v in graph.edges)
    assert chain.best_length == cut == g.length(chain.best)
    assert cut <= 24 < g.length(start)  # four squares of 5 x 5 have 20


def test_locked_areas_and_several_kinds_of_work_are_windows():
    """A lock is a kind of work of its own; unequal targets hold district by district."""
    graph = grid(6, 6)
    work = np.zeros((3, 36))
    work[0] = 1
    work[1, :18] = 2  # a second kind in the upper half only
    work[2, [0, 35]] = 1  # both corners belong to district 1
    low = np.array([[10, 14], [10, 10], [0, 2.0]])
    high = np.array([[20, 26], [26, 26], [0, 2.0]])
    starts, near = csr(graph)
    g = ground(starts, near, np.ones(near.size), work, low, high, 2)
    start = random_plan(g, 1)
    assert start is not None
    chain = Chain.of(g, start, 1)
    plans = chain.steps(300, keep=300)
    assert len(plans) == 300
    for label in plans:
        assert not faults(graph, g, label)
        assert label[0] == label[35] == 1


def test_what_does_not_fit_is_named():
    """Wrong shapes, an empty window, more districts than areas."""
    starts, near = csr(grid(2, 2))
    ones, n = np.ones(near.size), np.ones(4)
    for border, work, low, high, k, word in (
        (ones, np.ones(3), 1, 2, 2, "3 areas"),
        (ones[1:], n, 1, 2, 2, "7 ends"),
        (ones, n, 3, 2, 2, "3 to 2"),
        (ones, n, 1, 2, 5, "5 districts"),
    ):
        with pytest.raises(InputError, match=word):
            ground(starts, near, border, work, np.array(low), np.array(high), k)

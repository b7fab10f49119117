"""Bounds of fold tables: single rows by enumeration, the light bound below them, and two formulations that agree."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from optimiser_models.fold import cpsat, lattice
from optimiser_models.fold.exhaust import EVERY_TABLE
from optimiser_models.fold.light import light_rows
from optimiser_models.fold.states import prepare
from optimiser_models.fold.subsets import even_splits

from optimiser.errors import BackendError
from optimiser.problems.fold import FAMILY, FoldParams, FoldProblem
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.benchmarks.folds import district, greedy
from tests.oracles.fold_cases import path_of_four, random_problem


def partitions(items: list[int]):
    """Every way to put items into groups."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for smaller in partitions(rest):
        for k in range(len(smaller)):
            yield [*smaller[:k], [first, *smaller[k]], *smaller[k + 1 :]]
        yield [[first], *smaller]


def best_rows(share: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Look at every split into connected groups."""
    n = len(share)
    graph = nx.Graph(edges.tolist())
    graph.add_nodes_from(range(n))
    best = np.full(n + 1, np.inf)
    for groups in partitions(list(range(n))):
        k = len(groups)
        off = max(abs(k * share[g].sum() - 1) for g in groups)
        if off < best[k] and all(nx.is_connected(graph.subgraph(g)) for g in groups):
            best[k] = off
    return best


@pytest.mark.parametrize("seed", range(4))
def test_single_rows(seed):
    """The best single rows are those of all 877 splits of seven beats; the light bound is never above them."""
    f = prepare(district(7, seed))
    expected = best_rows(f.share, f.pairs)
    assert even_splits(f.share, f.pairs, 1)[1:] == pytest.approx(expected[1:], abs=1e-12)
    light = light_rows(f.share, f.pairs, 1)
    assert (light[1:] <= expected[1:] + 1e-9).all()
    assert light.max() > 0.1


def test_light_bound_by_hand():
    """Six beats of 1, 1, 1 and 5, 5, 5, lights apart: one join serves one light beat, so with four cars one is alone.

    Five heavy and light in a ring 1 5 1 5 1 5 of 18: with five cars two lights stay, 1 - 5/18 = 13/18; with four cars
    one stays, 1 - 4/18 = 14/18; with three none has to.
    """
    share = np.array([1, 5, 1, 5, 1, 5]) / 18
    ring = np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [0, 5]])
    found = light_rows(share, ring, 1)
    assert found[5] == pytest.approx(13 / 18, abs=1e-3)
    assert found[4] == pytest.approx(14 / 18, abs=1e-3)
    assert (found[1:4] == 0).all()


def test_many_beats_have_a_bound_that_holds():
    """Fifteen beats down to eight cars, ended at half: bound, proven best and table stand in this order."""
    problem = replace(district(15, 3), params=FoldParams(fewest_cars=8))
    proved = solve(problem, lattice.FORMULATION)
    short = solve(problem, lattice.FORMULATION, SolveOptions(gap_frac=0.5))
    assert proved.status is Status.OPTIMAL
    assert short.status is Status.FEASIBLE
    best = proved.objectives[0].value
    assert 0 < short.objectives[0].bound <= best + 1e-9
    assert best <= short.objectives[0].value + 1e-9
    assert best <= greedy(problem) + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_two_formulations_on_work_that_is_not_whole(seed):
    """Seven beats with work of many digits: equal to the constraint solver's rounding, its bound on the right side."""
    problem = district(7, seed)
    one = solve(problem, lattice.FORMULATION)
    other = solve(problem, cpsat.FORMULATION, SolveOptions(time_limit_s=60, confirm=False))
    assert one.status is Status.OPTIMAL
    assert other.objectives[0].value == pytest.approx(one.objectives[0].value, abs=1e-6)
    assert other.objectives[0].bound <= one.objectives[0].value
    assert other.objectives[0].gap_frac < 1e-4


def test_a_proof_is_confirmed_by_every_table(monkeypatch):
    """Ten beats, best and impossible, are confirmed by looking at all; a search that is wrong is found out."""
    problem = district(10, 1)
    assert solve(problem, lattice.FORMULATION).confirmed_by == EVERY_TABLE
    apart = replace(problem, params=FoldParams(apart=(("B00", "B01"),)))
    result = solve(apart, lattice.FORMULATION)
    assert result.status is Status.INFEASIBLE
    assert result.confirmed_by == EVERY_TABLE
    monkeypatch.setattr(
        lattice, "still_to_come", lambda f, layer, cars, single: 0.1 * layer.load.max(axis=1) * cars**2
    )
    with pytest.raises(BackendError, match="contradicts itself"):
        solve(problem, lattice.FORMULATION)


def test_refusals():
    """Too many beats for the constraint solver, weights that are no whole hours, and too many for the lattice."""
    assert "fold.lattice" in cpsat.refuses(district(20))
    odd = path_of_four(car_weights=(1.5, 2.25, 3.0))
    assert "whole hours" in cpsat.refuses(odd)
    n = lattice.MOST_BEATS + 1
    line = FoldProblem(
        beat_ids=tuple(map(str, range(n))),
        edges=np.column_stack([np.arange(n - 1), np.arange(1, n)]),
        work=np.ones(n),
        params=FoldParams(),
    )
    assert "each district" in lattice.refuses(line)
    assert lattice.refuses(random_problem(0)) == cpsat.refuses(random_problem(0)) == ""


def test_no_sliver_is_left_of_nothing():
    """One car has all the work: its deviation is 0 to the last digit, whatever adding shares leaves over."""
    problem = replace(
        path_of_four((0.1, 0.2, 0.3, 0.4)), params=FoldParams(fewest_cars=1, car_weights=(1.0, 1e-9, 1e-9))
    )
    result = solve(problem, lattice.FORMULATION)
    assert FAMILY.measure(problem, result.plan)[0].by["1"] == 0.0

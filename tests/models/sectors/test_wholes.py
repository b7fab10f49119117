"""Plans that cut few places: found on a map of whole places, and what is needed is said where none is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.sectors import cuts, wholes
from optimiser_models.sectors.reading import prepare
from optimiser_models.sectors.run import Run

from optimiser.problems.sectors import FAMILY, SectorsParams, SectorsProblem
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Recorder
from tests.oracles.sectors_cases import random_problem_of_places

SIDE, WARD = 18, 3
"""Areas on a side of a square map and on a side of a ward: 36 wards of 9 areas."""


def square(limit: int, tolerance_frac: float, *, k: int = 4, even: bool = False) -> SectorsProblem:
    """324 areas in 36 square wards, of unequal work unless ``even``; ``k`` free centres."""
    rng = np.random.default_rng(1)
    n = SIDE * SIDE
    ids = tuple(f"A{i:03d}" for i in range(n))
    row, column = np.divmod(np.arange(n), SIDE)
    edges = [(i, i + 1) for i in range(n) if column[i] < SIDE - 1] + [(i, i + SIDE) for i in range(n - SIDE)]
    gap = np.abs(row[:, None] - row[None]) + np.abs(column[:, None] - column[None])
    seats = np.flatnonzero((row % WARD == 1) & (column % WARD == 1))
    work = np.full(n, 10.0) if even else rng.integers(5, 30, n).astype(float)
    wards = tuple(f"W{r // WARD}{c // WARD}" for r, c in zip(row, column, strict=True))
    return SectorsProblem(
        area_ids=ids,
        edges=np.array(edges, dtype=np.int64),
        calls=work,
        balance=work[None, :],
        balance_names=("work",),
        travel_s=gap[seats] * 60.0,
        distance_m=gap[seats] * 500.0,
        cover_calls=work,
        covered_calls=np.where(gap[seats] <= 4, work[None, :], 0.0),
        centre_ids=tuple(ids[s] for s in seats),
        centre_area=seats.astype(np.int64),
        border_m=np.full(len(edges), 100.0),
        places={"ward": wards},
        params=SectorsParams(
            district_ids=tuple(f"D{k}" for k in range(k)),
            objectives=("travel",),
            balance_frac={"work": tolerance_frac},
            split_limits={"ward": limit},
        ),
    )


def run_of(problem: SectorsProblem) -> Run:
    """One solve without a clock that matters: as many tries as reproducible mode has."""
    options = SolveOptions(time_limit_s=600, reproducible=True, confirm=False)
    return Run(problem, prepare(problem), options, Recorder(), 0.0, 600.0, name=problem.params.objectives[0])


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_wards_stay_whole(limit):
    """36 wards into four districts within 5 %: a first plan that cuts no more than allowed, by the plain rules."""
    problem = square(limit, 0.05)
    run = run_of(problem)
    assert wholes.first(run) == {}
    assert run.best is not None
    assert run.d.further_pieces(run.best.label).sum() <= limit


def test_what_is_needed_is_said():
    """36 even wards in five districts within 5 %: each has 6.84 to 7.56 wards, so 7 if whole, and one is left over.

    The note names pieces of a plan that keeps all else; with that limit there is one.
    """
    problem = square(0, 0.05, k=5, even=True)
    run = run_of(problem)
    needed = wholes.first(run)
    assert run.best is None
    (pieces,) = needed[wholes.NEEDED].values()
    wider = run_of(replace(problem, params=replace(problem.params, split_limits={"ward": pieces})))
    assert pieces > 0
    assert wholes.first(wider) == {}
    assert wider.best is not None


def test_a_map_of_whole_places_is_the_same_question():
    """Objective, work, border and pieces of a labelling of parts are those of the areas, whatever the parts."""
    looked_at = 0
    for seed in range(36):
        d = prepare(random_problem_of_places(seed))
        rng = np.random.default_rng(seed)
        part = np.unique(rng.integers(0, max(2, d.n - 2), d.n), return_inverse=True)[1].astype(np.int64)
        small = wholes.merged(d, part)
        label = rng.integers(0, d.k, small.n)
        centre = rng.integers(0, len(d.cost), d.k)
        assert small.value(label, centre) == pytest.approx(d.value(label[part], centre))
        assert small.border_between(label) == pytest.approx(d.border_between(label[part]))
        assert (small.further_pieces(label) == d.further_pieces(label[part])).all()
        for own, whole in zip(small.weight, d.weight, strict=True):
            assert np.bincount(label, own, d.k) == pytest.approx(np.bincount(label[part], whole, d.k))
        looked_at += small.n < d.n
    assert looked_at > 30


def test_whole_solve_keeps_the_limit():
    """The method end to end: a plan by the rules, its bound on the right side."""
    problem = square(1, 0.03)
    outcome = cuts.solve(problem, None, SolveOptions(time_limit_s=6, confirm=False), Recorder())
    assert outcome.plan is not None
    assert FAMILY.check(problem, outcome.plan) == []
    assert outcome.bound[0] <= outcome.objective[0] + 1e-6

r"""Backup and expected cover of free centres, bounded by standby posts: where cars stand decides both.

    a_ci      calls of area i within target of centre c; the calls of an area come within reach in one order, so
              they lie in slices: that of v < a <= v' is within reach of every centre with a_ci >= v'
    backup    sum_i min(own, r-th best other)             <= sum over slices that r + 1 open centres reach      (1)
    expected  sum_i (1 - q) (own + q best other)          <= (1 - q) one + q (1 - q) two centres                (2)

A plan's centres are posts, its districts only say whose car is the own one; to the right of (1) and (2) every area may
choose. So the most that posts reach (:mod:`optimiser_models.standby.benders`) is valid for every sector plan with as
many centres, whatever its rules. Hogan and ReVelle (1986) for backup; Daskin (1983) for expected cover.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import SectorsProblem
from optimiser.problems.standby import StandbyParams, StandbyProblem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_ENTRIES = 1_500_000
"""Pairs of slice and centre up to which slices are as fine as the calls; beyond it reach is rounded up."""
STEPS = (64, 32, 16, 8)
"""Slices of an area then, at most."""
SLACK = 1e-9


def question(problem: SectorsProblem, name: str, least_cover: float | None = None) -> StandbyProblem:
    """Return the posts question whose best answer bounds ``name``, "backup" or "expected".

    ``least_cover``: calls within target that plans of use cover, where that is known.
    """
    p = problem.params
    q = p.busy_frac
    two = name == "expected"
    starts, posts, weight = patterns(problem.covered_calls)
    limits = {} if least_cover is None else {"cover": max(0.0, least_cover)}
    return StandbyProblem(
        post_ids=problem.centre_ids,
        post_cost=np.zeros(len(problem.centre_ids)),
        part_ids=("all",),
        starts=starts,
        posts=posts,
        weight=weight,
        band=np.zeros(posts.size, dtype=np.int8),
        params=StandbyParams(
            n_cars=(p.n_districts,),
            objectives=("weighted",) if two else ("backup",),
            weights={"cover": 1 - q, "backup": q * (1 - q)} if two else {},
            backup_cars=2 if two else p.backup_centres,
            kept=tuple(c for c in p.centres() if c),
            limits=limits,
        ),
    )


def patterns(covered: Floats) -> tuple[Ints, NDArray[np.int32], Floats]:
    """Return slices of calls (P) by the centres that reach them: starts (P + 1,), centres (E,), weight (P, 1).

    ``covered``: shape (C, n), as in the problem. Where that takes too many entries it is rounded up first, so that
    what is counted is never less.
    """
    top = covered.max(axis=0, initial=0.0)
    rounded = covered
    for steps in (0, *STEPS):
        if steps:
            unit = np.where(top > 0, top, 1.0) / steps
            rounded = np.minimum(np.ceil(covered / unit) * unit, top)
        if _entries(rounded) <= MOST_ENTRIES:
            break
    weight: dict[bytes, float] = {}
    for reach in rounded.T:
        before = 0.0
        for value in np.unique(reach[reach > 0]):
            key = np.flatnonzero(reach >= value).astype(np.int32).tobytes()
            weight[key] = weight.get(key, 0.0) + float(value - before)
            before = value
    rows = [np.frombuffer(key, dtype=np.int32) for key in weight]
    starts = np.concatenate([[0], np.cumsum([r.size for r in rows])]).astype(np.int64)
    posts = np.concatenate([np.zeros(0, np.int32), *rows])
    return starts, posts, np.fromiter(weight.values(), dtype=np.float64)[:, None]


def _entries(covered: Floats) -> int:
    """Return how many pairs of slice and centre there are: each area's centres by how many values they reach."""
    ranks = (np.unique(reach[reach > 0], return_inverse=True)[1] for reach in covered.T)
    return sum(int(rank.sum()) + rank.size for rank in ranks)

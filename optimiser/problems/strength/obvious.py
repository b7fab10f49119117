"""Room for officers, district by district and over all: by plain sums it shows whether any plan can exist.

With officers between ``low`` and ``high`` in each district, no fewer than ``least`` and no more than ``most`` in all,
the fewest moves are those that the highs force, and those that make the sum fit when everybody else stays:

    sum (a - high)+  +  ( sum clip(a, low, high) - most )+                  (a: officers today)

so a plan exists exactly when low <= high everywhere, sum low <= most, sum high >= least, and that many may move.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.strength.data import StrengthProblem

IntArray = NDArray[np.int64]
_ROUND = 1e-6
NO_LIMIT = 2**40


@dataclass(frozen=True, slots=True)
class Room:
    """Whole limits, relaxations included: officers of a district (K,), in all, and moves."""

    now: IntArray
    low: IntArray
    high: IntArray
    least: int
    most: int
    moves: int


def room(problem: StrengthProblem) -> Room:
    """Return the limits of a problem.

    A district is never given more than ``C`` and its unfit, or all officers of today: more changes nothing.
    """
    p, relax = problem.params, problem.params.relax
    now = problem.assigned
    minimum = problem.minimum + problem.unfit - relax.get("minimum", 0.0)
    kept = now - problem.limit("given", p.most_given)
    low = np.maximum(problem.unfit, np.ceil(np.maximum(minimum, kept) - _ROUND)).astype(np.int64)
    useful = np.maximum(problem.service.shape[1] - 1 + problem.unfit, int(now.sum()))
    most = np.floor(problem.most + relax.get("most", 0.0) + _ROUND).astype(np.int64)
    return Room(
        now,
        low,
        np.minimum(most, np.maximum(useful, low)),
        math.ceil(float(now.sum()) - relax.get("placed", 0.0) - _ROUND),
        math.floor(problem.total() + relax.get("strength", 0.0) + _ROUND),
        NO_LIMIT if math.isinf(p.most_moved) else math.floor(problem.limit("moved", p.most_moved) + _ROUND),
    )


def fewest_moves(r: Room, low: IntArray, high: IntArray) -> int | None:
    """Return the fewest moves with officers between ``low`` and ``high``; None where no plan fits or too many move."""
    if (low > high).any() or int(low.sum()) > r.most or int(high.sum()) < r.least:
        return None
    forced = int(np.maximum(r.now - high, 0).sum())
    over = int(np.clip(r.now, low, high).sum()) - r.most
    moves = forced + max(0, over)
    return moves if moves <= r.moves else None


def with_fewest_moves(r: Room, low: IntArray, high: IntArray) -> IntArray:
    """Return officers between ``low`` and ``high`` with the fewest moves; such a plan must exist."""
    n = np.clip(r.now, low, high)
    over = int(n.sum()) - r.most
    for k in np.argsort(low - n, kind="stable"):
        step = min(max(0, over), int(n[k] - low[k]))
        n[k] -= step
        over -= step
    under = r.least - int(n.sum())
    for k in np.argsort(n - high, kind="stable"):
        step = min(max(0, under), int(high[k] - n[k]))
        n[k] += step
        under -= step
    return n


def contradictions(problem: StrengthProblem) -> tuple[str, ...]:
    """Say why no plan can exist; nothing where one does."""
    r = room(problem)
    said = []
    for k, district in enumerate(problem.district_ids):
        if r.low[k] > r.high[k]:
            said.append(
                f"District {district} must keep at least {r.low[k]} officers and has room for {r.high[k]}."
            )
    if said:
        return tuple(said)
    if int(r.low.sum()) > r.most:
        said.append(
            f"The districts must have at least {r.low.sum()} officers in all, and there are {r.most}."
        )
    if int(r.high.sum()) < r.least:
        said.append(f"The districts have room for {r.high.sum()} officers, and {r.least} must have a place.")
    if not said and fewest_moves(r, r.low, r.high) is None:
        free = Room(r.now, r.low, r.high, r.least, r.most, NO_LIMIT)
        said.append(
            f"At least {fewest_moves(free, r.low, r.high)} officers must move to keep the limits of the districts, and "
            f"{r.moves} may."
        )
    return tuple(said)

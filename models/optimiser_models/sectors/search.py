"""Contiguous districts by growth and annealing: a first plan in a second, good plans soon after.

A state is the district of each area. A move hands one border area to a neighbouring district; it is taken
only if what remains of the giving district still hangs together (a breadth-first search over that district
alone). Every district keeps the cost it would have from each candidate centre, so each move is priced with
the best centre for either district. Windows, pairs and splits are priced by their violation, further sums
(change, more important objectives) by a multiplier that rises while they are over their limit; the best
admissible state is kept. Simulated annealing as in D'Amico, Wang, Batta and Rump (2002), with exact re-centring.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from optimiser.problems.sectors import SectorsProblem
from optimiser_models.sectors.anneal import moves as _moves
from optimiser_models.sectors.arrays import FREE, Districting

HOT, COLD = 2.0, 0.01
"""First and last temperature in units of a typical move's cost."""
KEEP = 30.0
"""First price of an average area's worth of a further sum, in typical moves."""
RAISE, LOWER = 1.5, 0.95
"""How the price of a further sum follows what is over its limit, from batch to batch."""
BATCH = 200_000
"""Moves between two looks at the clock."""
SMALL_BATCH = 20_000
"""The same where prices must follow."""


@dataclass(frozen=True)
class State:
    """District of each area (n,), centre of each district (k,), and the cost; admissible."""

    label: NDArray[np.int64]
    centre: NDArray[np.int64]
    cost: float


def anneal(
    d: Districting,
    label: NDArray[np.int64],
    *,
    moves: int,
    seed: int,
    keep_going: Callable[[], bool],
    hot: float = HOT,
    strict: float = 1.0,
    only: NDArray[np.bool_] | None = None,
    price: NDArray[np.float64] | None = None,
) -> State | None:
    """Anneal from ``label``; return the best admissible state met, or None.

    ``keep_going`` is asked every :data:`BATCH` moves; ``strict`` multiplies the price of a broken rule; ``only``
    (n,) are the areas that may change hands, None for all; ``price`` (R,) is the first price of each further sum,
    per unit of it.
    """
    scale = typical_move(d)
    target = (d.low + np.minimum(d.high, 4 * d.low + d.weight.sum(axis=1, keepdims=True))) / 2
    mean = np.maximum(target, 1e-9).mean(axis=1) if target.size else np.ones(0)
    penalty = strict * scale * d.n / d.k
    barred = np.where(d.allowed, 0.0, 1e3 * scale)
    edge = scale / max(float(d.border.mean()), 1e-9) if np.isfinite(d.border_limit) else 0.0  # for each metre
    usual = np.array([max(float(np.abs(r[r != 0]).mean()) if r.any() else 1.0, 1e-12) for r in d.side])
    if price is None:
        price = KEEP * scale / usual if usual.size else usual
    batch = SMALL_BATCH if price.size or edge else BATCH
    label, best = (
        label.copy(),
        label.copy(),
    )  # with one district or all locked no move is ever made: best stays it
    best_cost = np.inf
    temperature, cooling = hot * scale, (COLD / hot) ** (1.0 / max(1, moves))
    free = (d.lock == FREE).copy()
    free[d.centre_area[d.fixed[d.fixed >= 0]]] = False
    if only is not None:
        free &= only
    cost, side = d.cost + barred, np.ascontiguousarray(d.side.transpose(0, 2, 1))
    done = 0
    while done < moves and keep_going():
        step = min(batch, moves - done)
        priced = cost.T
        if price.size:
            priced = priced + np.tensordot(price, side, axes=1)
        best_cost, over, longer = _moves(
            label, best, best_cost, np.ascontiguousarray(priced), side, d.side_limit, price,
            d.weight / mean[:, None], d.low / mean[:, None], d.high / mean[:, None], d.target / mean[:, None],
            d.may, d.fixed, d.centre_area, free, d.starts, d.neighbours, d.border,
            partners(d.same, d.n), partners(d.apart, d.n), d.slack_same, d.slack_apart,
            d.places.starts, d.places.ids, d.places.kind, d.places.limit, d.places.most,
            d.extras.boundary, d.extras.splits, d.extras.deviation, d.border_limit, edge,
            step, temperature, cooling, penalty, seed + done, d.contiguity,
        )  # fmt: skip
        price = np.where(
            over, price * RAISE, np.maximum(price * LOWER, 0.01 * scale / np.maximum(usual, 1e-12))
        )
        edge *= RAISE if longer else LOWER
        temperature *= cooling**step
        done += step
        if done < moves and only is None:
            label = relabel(d, label, penalty)
    if not np.isfinite(best_cost):
        return None
    return seated(d, best)


def relabel(d: Districting, label: NDArray[np.int64], penalty: float) -> NDArray[np.int64]:
    """Give the districts' names anew to the pieces of a labelling, so that windows, locks and centres fit best.

    Moves of single areas cannot trade the names of two districts whose targets differ.
    """
    if len(d.side) or not (d.low.size or (d.lock != FREE).any()):
        return label
    pieces = np.zeros((d.k, d.k))
    for q in range(len(d.weight)):
        load = np.bincount(label, weights=d.weight[q], minlength=d.k)
        mean = max(float(np.mean(d.target[q])), 1e-9) if d.target[q].any() else max(float(load.mean()), 1e-9)
        over = np.maximum(load[:, None] - d.high[q][None, :], 0.0)
        pieces += (over + np.maximum(d.low[q][None, :] - load[:, None], 0.0)) / mean
    pieces *= penalty
    barred = 1e6 * max(penalty, 1e-9)
    for i in np.flatnonzero(d.lock != FREE):
        pieces[label[i], np.arange(d.k) != d.lock[i]] += barred
    for k in np.flatnonzero(d.fixed != FREE):
        pieces[np.arange(d.k) != label[d.centre_area[d.fixed[k]]], k] += barred
    if not d.may.all():
        for piece in range(d.k):
            inside = label[d.centre_area] == piece
            pieces[piece, ~d.may[:, inside].any(axis=1)] += barred
    rows, names = linear_sum_assignment(pieces)
    if pieces[rows, names].sum() >= np.trace(pieces) - 1e-9 * penalty:
        return label
    named: NDArray[np.int64] = names[label].astype(np.int64)
    return named


def seated(d: Districting, label: NDArray[np.int64]) -> State | None:
    """Seat the districts of a labelling; None where that is not admissible. Windows are not looked at."""
    centre = best_centres(d, label)
    if (centre == FREE).any() or not d.keeps(label, centre):
        return None
    if not d.allowed[centre[label], np.arange(d.n)].all():
        return None
    return State(label.copy(), centre, d.value(label, centre))


def typical_move(d: Districting) -> float:
    """Return what a typical move costs."""
    e = d.extras
    typical = [float(d.spread().mean())]
    if e.boundary:
        typical.append(e.boundary * float(d.border.mean()) if d.border.size else 0.0)
    typical += [e.splits, e.deviation * d.k / d.n]
    return max(*typical, 1e-9)


def partners(pairs: NDArray[np.int64], n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs as CSR: starts (n + 1,), partners (2p,)."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    order = np.argsort(both[:, 0], kind="stable")
    starts = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(both[:, 0], minlength=n), out=starts[1:])
    return starts, np.ascontiguousarray(both[order, 1])


def best_centres(d: Districting, label: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the best centre of each district within it, shape (k,); FREE where it has none.

    Where further sums have limits, a centre's price is that of the sum first: the search paid for it.
    """
    priced = d.cost.copy()
    for row in d.side[::-1]:
        top = max(float(np.abs(row).max(initial=0.0)), 1e-12)
        priced += row * (1e6 * max(float(np.abs(d.cost).max(initial=0.0)), 1e-9) / top)
    barred = 1e12 * max(float(np.abs(priced).max(initial=0.0)), 1e-9)
    centre = d.fixed.copy()
    for k in np.flatnonzero(centre == FREE):
        inside = np.flatnonzero((label[d.centre_area] == k) & d.may[k])
        mine = np.flatnonzero(label == k)
        if inside.size:
            pairs = np.ix_(inside, mine)
            total = (priced[pairs] + np.where(d.allowed[pairs], 0.0, barred)).sum(axis=1)
            centre[k] = inside[np.argmin(total)]
    return centre


def seats(problem: SectorsProblem, d: Districting, label: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Return the centre of each district (k,), free ones where driving is least; None where one has no candidate."""
    of_area = label[d.contraction.part]
    centre = d.fixed.copy()
    for k in np.flatnonzero(centre == FREE):
        inside = np.flatnonzero(d.may[k] & (of_area[problem.centre_area] == k))
        mine = np.flatnonzero(of_area == k)
        if not inside.size:
            return None
        centre[k] = inside[np.argmin(problem.travel_s[np.ix_(inside, mine)] @ problem.calls[mine])]
    return centre

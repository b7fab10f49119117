"""Look for plans with short borders: annealing on single areas, centres apart from those that are given.

The compiled moves are those of :mod:`optimiser_models.sectors.anneal`; where nothing but the border counts, a free
centre needs no seat during the search, so that a move is priced in the areas next to it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.anneal import moves as _moves
from optimiser_models.sectors.arrays import FREE, Districting
from optimiser_models.sectors.border.ground import Ground
from optimiser_models.sectors.search import partners, relabel

Ints = NDArray[np.int64]
BATCH = 200_000
HOT, COLD = 1.2, 0.12
"""First and last temperature in mean lengths of a link."""


def walk(
    ground: Ground,
    label: Ints,
    *,
    moves: int,
    seed: int,
    keep_going: Callable[[], bool],
    hot: float = HOT,
    strict: float = 1.0,
) -> Ints | None:
    """Anneal from ``label`` (n,); return the shortest admissible labelling met, or None.

    ``strict`` multiplies the price of work outside its window, which is one mean link per hundredth of a target.
    """
    d = ground.d
    scale = float(ground.length.mean()) if ground.length.size else 1.0
    target = (d.low + np.minimum(d.high, 4 * d.low + d.weight.sum(axis=1, keepdims=True))) / 2
    mean = np.maximum(target, 1e-9).mean(axis=1) if target.size else np.ones(0)
    fixed = np.arange(d.k)
    label, best, best_cost = label.copy(), label.copy(), np.inf
    free = d.lock == FREE
    free[d.centre_area[d.fixed[d.fixed >= 0]]] = False
    temperature, cooling = hot * scale, (COLD / hot) ** (1.0 / max(1, moves))
    done = 0
    no_side = np.zeros((0, d.n, d.k))
    barred = _barred(d, 1e3 * scale)
    while done < moves and keep_going():
        step = min(BATCH, moves - done)
        centre_area = np.array([np.flatnonzero(label == k)[0] for k in range(d.k)], dtype=np.int64)
        best_cost, _, _ = _moves(
            label, best, best_cost, barred, no_side, np.zeros(0), np.zeros(0),
            d.weight / mean[:, None], d.low / mean[:, None], d.high / mean[:, None], d.target / mean[:, None],
            np.eye(d.k, dtype=bool), fixed, centre_area, free, d.starts, d.neighbours, d.border,
            partners(d.same, d.n), partners(d.apart, d.n), d.slack_same, d.slack_apart,
            d.places.starts, d.places.ids, d.places.kind, d.places.limit, d.places.most,
            1.0, 0.0, 0.0, np.inf, 0.0,
            step, temperature, cooling, 100.0 * strict * scale, seed + done, d.contiguity,
        )  # fmt: skip
        temperature *= cooling**step
        done += step
        if done < moves:
            label = relabel(d, label, 100.0 * strict * scale)
    return best if np.isfinite(best_cost) else None


def _barred(d: Districting, price: float) -> NDArray[np.float64]:
    """Return what it costs that an area lies beyond the reach of a given centre, shape (n, k)."""
    found = np.zeros((d.n, d.k))
    for k in np.flatnonzero(d.fixed >= 0):
        found[~d.allowed[d.fixed[k]], k] = price
    return found

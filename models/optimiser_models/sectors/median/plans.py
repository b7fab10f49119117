"""Plans from sets of open centres: the interchange where areas go to the cheapest, annealing where a shape is asked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.median.ascent import IN, OUT
from optimiser_models.sectors.median.ground import Ground
from optimiser_models.sectors.median.interchange import interchange
from optimiser_models.sectors.median.mend import mend

BARRED = 10.0
"""A barred pair counts as this many of the dearest."""
SWAPS = 1_000
SWEEPS, TRIES = 300, 3


class Plans:
    """Makes plans, and remembers which sets of centres it has tried."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.seed = ground, seed
        dearest = float(np.abs(np.where(np.isfinite(ground.cost), ground.cost, 0.0)).max(initial=0.0))
        self.finite = np.where(np.isfinite(ground.cost), ground.cost, BARRED * max(dearest, 1.0))
        self.tried: set[bytes] = set()

    def random_centres(self, seed: int) -> NDArray[np.int64]:
        """Return the given centres and others at random, shape (p,); fewer where fewer can open."""
        state = self.ground.state
        given = np.flatnonzero(state == IN)
        others = np.flatnonzero((state != IN) & (state != OUT))
        rng = np.random.default_rng((self.seed, seed))
        more = min(self.ground.p - given.size, others.size)
        return np.concatenate([given, rng.choice(others, more, replace=False)]).astype(np.int64)

    def swapped(self, opened: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return centres that no single swap makes cheaper, where areas go to the cheapest."""
        better = opened.copy()
        interchange(self.finite, self.ground.state, better, SWAPS)
        return better

    def around(self, opened: NDArray[np.int64], tries: int = TRIES) -> NDArray[np.int64] | None:
        """Return the best plan (centre of each area) of a set of centres; None if tried already or none is found."""
        g = self.ground
        key = np.sort(opened).tobytes()
        if key in self.tried or np.unique(opened).size != g.p or np.unique(g.own[opened]).size != g.p:
            return None
        self.tried.add(key)
        cost = g.cost[opened]
        label = np.argmin(cost, axis=0).astype(np.int64)
        label[g.own[opened]] = np.arange(g.p)
        if not np.isfinite(cost[label, np.arange(g.n)]).all():
            return None
        if g.shape.need.shape[0] == 0:
            return np.asarray(opened[label])
        return self._mended(opened, cost, label, tries)

    def _mended(
        self, opened: NDArray[np.int64], cost: NDArray[np.float64], label: NDArray[np.int64], tries: int
    ) -> NDArray[np.int64] | None:
        g = self.ground
        need, rim = (
            np.ascontiguousarray(g.shape.need[:, opened]),
            np.ascontiguousarray(g.shape.rim[:, opened]),
        )
        best, kept = np.inf, None
        for t in range(tries):
            mine = label.copy()
            value, lack = mend(cost, g.own[opened], need, rim, g.shape.near, mine, SWEEPS, self.seed + t)
            if lack == 0 and value < best:
                best, kept = value, opened[mine]
        return kept

    def shifted(self, opened: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        """Yield the sets of centres with one centre moved to an area next to its own."""
        g = self.ground
        open_ = set(opened.tolist())
        for k, i in enumerate(opened.tolist()):
            around = g.d.neighbours[g.d.starts[g.own[i]] : g.d.starts[g.own[i] + 1]]
            for other in np.flatnonzero(np.isin(g.own, around)).tolist():
                if g.state[i] != IN and g.state[other] != OUT and other not in open_:
                    moved = opened.copy()
                    moved[k] = other
                    yield moved

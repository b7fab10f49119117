"""The shortest border a contiguous, balanced plan can be found to have: recombination for large steps, annealing for
small ones.

A start is a random plan, short bursts of recombination from it, and annealed moves of single areas. Then hops: one
step of recombination redraws two districts anew, annealing shortens what it left, and the hop is kept if the border
is no longer than before, or by chance after Metropolis (basin hopping, Wales and Doye 1997). Either alone stays
behind: annealing does not change which district lies beside which, recombination leaves ragged borders.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser_models.sectors.recom import flips, trees
from optimiser_models.sectors.recom.chain import Chain, random_plan
from optimiser_models.sectors.recom.ground import Floats, Ground, Ints, admissible, ground

BURST, BURST_STEPS = 10, 500
FIRST_MOVES_PER_AREA, HOP_MOVES_PER_AREA = 1_500, 150
HOT, COLD, PRICE = 0.5, 0.1, 1.0
"""First and last temperature of annealing, and the price of an average area's work out of balance, in mean borders."""
HOP_TEMPERATURE = 0.5
HOP_DRAWS = 2_000
"""Trees drawn for one hop; where none fits, annealing alone goes on from where it is."""
PATIENCE = 100
"""Hops without a new shortest border after which a new start is made."""
STARTS_TRIED, START_DRAWS = 5, 4_000
"""Random plans in a row that may fail before the search gives up, and trees drawn for each."""


def shortest_boundary(
    starts: Ints,
    neighbours: Ints,
    border: Floats,
    work: Floats,
    lower: Floats | float,
    upper: Floats | float,
    k: int,
    *,
    seed: int,
    hops: int | None = None,
    seconds: float | None = None,
    start: Ints | None = None,
    until: float = -np.inf,
    keep_going: Callable[[], bool] = lambda: True,
) -> Ints | None:
    """Return a contiguous plan within the windows with a short border; None where no plan was found.

    Parameters
    ----------
    starts, neighbours, border
        Links as CSR, shapes (n + 1,), (2m,), (2m,); ``border`` in metres, or 1 to count links.
    work, lower, upper
        Shapes (n,) or (Q, n), and windows that broadcast to (Q, k), ends included. Locked areas are a kind of work
        of their own (:mod:`.ground`).
    hops, seconds
        When to stop; at least one is needed. Only ``hops`` gives the same plan on every machine.
    start
        Labels (n,) of a plan to begin with; left aside where it is not admissible.
    until
        A border no longer than this ends the search.
    keep_going
        Asked after every hop.

    Raises
    ------
    InputError
        If shapes do not fit, or neither hops nor seconds are given.
    """
    if hops is None and seconds is None:
        raise InputError(
            "Say how long to search for short borders: a number of hops, or a number of seconds."
        )
    g = ground(starts, neighbours, border, work, np.asarray(lower), np.asarray(upper), k)
    ends_s = np.inf if seconds is None else time.monotonic() + seconds
    search = Search(g, seed, None if start is None else np.asarray(start, dtype=np.int64))
    while (hops is None or search.n_hops < hops) and search.hop() and search.length > until:
        if time.monotonic() >= ends_s or not keep_going():
            break
    return search.best


@dataclass
class _Place:
    """A plan and the length of its border."""

    label: Ints
    length: float


class Search:
    """Starts and hops on one map; ``best`` (n,) is the plan with the shortest border, None before there is one."""

    def __init__(self, g: Ground, seed: int, start: Ints | None = None) -> None:
        self.g = g
        self.seed = seed
        self.best: Ints | None = None
        self.length = np.inf
        self.n_hops = self.n_starts = 0
        self._links = flips.links(g.starts, g.neighbours)
        self._unit = float(g.border.mean()) if g.border.size else 1.0
        mean = g.work.mean(axis=1)
        self._per_area = 1.0 / np.where(mean > 0, mean, 1.0)
        self._state = trees.source(seed)
        self._chance = np.random.default_rng(seed)
        self._given = start if start is not None and admissible(g, start) else None
        self._here: _Place | None = None
        self._chain: Chain | None = None
        self._since = 0

    def hop(self) -> bool:
        """Make a start or a hop; False where there is no plan to go on from."""
        self.n_hops += 1
        if self._here is None or self._chain is None or self._since >= PATIENCE:
            return self._begin()
        here, chain = self._here, self._chain
        chain.label[:] = here.label
        chain.steps(1, most_draws=HOP_DRAWS)
        found = self.shorten(chain.label, HOP_MOVES_PER_AREA * self.g.n)
        self._since += 1
        longer = found.length - here.length
        if longer <= 0 or self._chance.random() < np.exp(-longer / (HOP_TEMPERATURE * self._unit)):
            self._here = found
        self._take(found)
        return True

    def _begin(self) -> bool:
        """Start from the given plan, then from random ones; from the best again where random ones fail."""
        label, self._given = self._given, None
        for _ in range(0 if label is not None else STARTS_TRIED):
            self.n_starts += 1
            label = random_plan(self.g, self.seed + 7919 * self.n_starts, START_DRAWS)
            if label is not None:
                break
        self._since = 0
        if label is None and self.best is not None:
            self._here = _Place(self.best, self.length)
            return True
        if label is None:
            return False
        self._chain = Chain.of(self.g, label, self.seed + 104_729 * self.n_starts)
        self._chain.steps(BURST_STEPS, burst=BURST, most_draws=HOP_DRAWS)
        self._here = self.shorten(self._chain.best, FIRST_MOVES_PER_AREA * self.g.n)
        self._take(self._here)
        return True

    def _take(self, found: _Place) -> None:
        if found.length < self.length - 1e-9:
            self.best, self.length, self._since = found.label, found.length, 0

    def shorten(self, label: Ints, moves: int) -> _Place:
        """Anneal an admissible plan; what comes back is admissible, and seldom longer."""
        g = self.g
        best: NDArray[np.int64] = label.copy()
        cooling = (COLD / HOT) ** (1.0 / moves)
        length = flips.flips(
            label.copy(), best, np.inf, self._state, g.starts, g.neighbours, *self._links, g.border, g.work, g.low,
            g.high, self._per_area, moves, HOT * self._unit, cooling, PRICE * self._unit,
        )  # fmt: skip
        own = g.length(label)
        if length >= own or not admissible(g, best):  # sums of the moves gather rounding
            return _Place(label.copy(), own)
        return _Place(best, g.length(best))

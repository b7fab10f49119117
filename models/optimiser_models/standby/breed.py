"""Better plans from many plans, where a car covers a place in full or not at all.

Annealing packs the cars of one part of the map well and those of another badly, each time elsewhere. So plans are
kept together: a child takes the cars near a landmark from one plan and those far from it from another, and anneals a
moment; it replaces the plan most like it, if it is better, so that the plans stay different. Now and then the posts
of the best plans, those that would add something to the best one and those that stood often before are a small
question of their own, which :mod:`.merge` solves exactly: the best plan that can be put together from all of them.
Near and far are told by the rows that columns share; no map is needed.
After Harik (1995), restricted tournaments; Blum, Pinacho, Lopez-Ibanez and Lozano (2016), construct, merge,
solve and adapt.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from optimiser.errors import BackendError
from optimiser.solve.options import SolveOptions
from optimiser_models.standby import anneal
from optimiser_models.standby.field import Field
from optimiser_models.standby.merge import merge

PLANS = 20
"""Plans kept."""
FRESH_S, CHILD_S = 3.0, 0.3
"""About how long a plan anneals from hot, and a child."""
FILL_SHARE = 0.2
"""Most of the time left that goes into the plans kept first; where it is short, each anneals less."""
LANDMARKS = 32
MOST_PAIRS, MOST_NEIGHBOURS = 3e7, 1e6
"""Pairs of entries in a row, and pairs of columns that share one, up to which there are landmarks: 0.5 GB, 3 s."""
FEWEST_POSTS, GROWTH, FAST_GROWTH = 300, 1.2, 1.5
"""Posts of the first merge, and what their number is multiplied by after one that was quick, and very quick."""
QUICKEST_S, QUICK_S, LONGEST_S = 1.0, 8.0, 40.0
"""Up to which a merge is very quick, and quick; none takes longer than the last, or than the time left."""
LEAST_LEFT_S = 5.0
"""Time left at which none begins any more: HiGHS ends late where its first relaxation is long."""
BETWEEN_S = 5.0
"""Shortest time for children between two merges; after a longer one as long as it took."""
RENEWED = 5
"""One plan in so many, the worst, makes room for one annealed from hot after a merge."""

Cars = NDArray[np.int64]


class Breeder:
    """Plans of a question that :func:`.anneal.fits`, bred turn by turn.

    Parameters
    ----------
    f
        The question.
    cars
        A first plan, shape (N,): 0 and 1, of as many cars as may stand.
    options
        Of the run: its seed, and what HiGHS is told.
    halt
        Shape (1,); once it is True, a turn under way ends soon.
    left_s
        Tells how much time is left.
    """

    def __init__(
        self,
        f: Field,
        cars: Cars,
        options: SolveOptions,
        halt: NDArray[np.bool_],
        left_s: Callable[[], float],
    ) -> None:
        self.f, self.options, self.halt, self.left_s = f, options, halt, left_s
        self.n_cars = int(cars.sum())
        self.weight = f.weight * f.gain[f.starts[:-1]]
        self.first = cars
        self.plans: list[Cars] = []
        self.values: list[float] = []
        self.rng = np.random.default_rng(options.seed)
        self.landmarks = _landmarks(f, self.rng, halt)
        self.posts = FEWEST_POSTS
        self.seen = np.zeros(cars.size, dtype=np.int64)
        self.missing = PLANS - 1
        self.fresh_s = min(FRESH_S, FILL_SHARE * max(0.0, left_s()) / PLANS)
        self.between_s, self.merge_at = BETWEEN_S, 0.0
        self.take(cars)

    @property
    def best(self) -> Cars:
        """The best plan, shape (N,)."""
        return self.plans[int(np.argmax(self.values))]

    @property
    def value(self) -> float:
        """What the best plan covers."""
        return max(self.values)

    def turn(self) -> Cars:
        """Breed one plan, or merge; return the best plan so far, shape (N,)."""
        merges = time.monotonic() >= self.merge_at and self.left_s() > LEAST_LEFT_S
        if self.missing > 0:
            self.missing -= 1
            self.take(self._annealed(self.first, self.fresh_s, anneal.HOT))
            self.merge_at = time.monotonic() + self.between_s
        elif merges or (len(self.plans) < 2 and self.left_s() > LEAST_LEFT_S):
            self._merged()
        elif self.landmarks is not None and len(self.plans) > 1:
            self.take(self._child())
        else:
            self.take(self._annealed(self.first, self.fresh_s, anneal.HOT))
        return self.best

    def take(self, cars: Cars) -> None:
        """Keep a plan while there is room, or where it is better than the one most like it."""
        value = float(self.weight[self._counts(cars) > 0].sum())
        self.seen += cars
        alike = [int(one[cars > 0].sum()) for one in self.plans]
        k = int(np.argmax(alike)) if alike else -1
        if k >= 0 and (alike[k] == self.n_cars or len(self.plans) >= PLANS):
            if value > self.values[k]:
                self.plans[k], self.values[k] = cars, value
        else:
            self.plans.append(cars)
            self.values.append(value)

    def _annealed(self, cars: Cars, seconds: float, hot: float) -> Cars:
        """Anneal from a plan, at temperatures counted in what one more car would add to the best one."""
        return anneal.anneal(
            self.f,
            cars,
            moves=anneal.moves_in(self.f, seconds),
            seed=int(self.rng.integers(1 << 32)),
            hot=hot,
            unit=float(anneal.adds(self.f, self.best).max()),
            halt=self.halt,
        )

    def _child(self) -> Cars:
        """Take what is nearer to one landmark than to another from one plan, all else from a second; anneal warm."""
        assert self.landmarks is not None
        one, other = (self.plans[k] for k in self.rng.choice(len(self.plans), 2, replace=False))
        a, b = self.landmarks[self.rng.choice(len(self.landmarks), 2)]
        far = a - b if self.rng.random() < 0.5 else a
        cut = np.quantile(far[one > 0], self.rng.uniform(0.2, 0.8))
        child = self._repaired(np.where(far <= cut, one, other))
        return self._annealed(child, CHILD_S, anneal.WARM)

    def _repaired(self, cars: Cars) -> Cars:
        """Add the cars that cover most, or take away those that cover least alone, until as many stand as may."""
        f, cars = self.f, cars.copy()
        row_of, column_of = f.entry_row, np.repeat(np.arange(cars.size), np.diff(f.of_column))
        while (n := int(cars.sum())) != self.n_cars:
            counts = self._counts(cars)
            new = n < self.n_cars
            worth = np.bincount(
                column_of, np.where(counts == (0 if new else 1), self.weight, 0.0)[row_of], cars.size
            )
            if new:
                worth[(cars > 0) | f.banned] = -1.0
                cars[int(np.argmax(worth))] = 1
            else:
                worth[(cars == 0) | f.must] = np.inf
                cars[int(np.argmin(worth))] = 0
        return cars

    def _merged(self) -> None:
        """Merge the best plans, and let the worst make room."""
        order = np.argsort(-np.array(self.values), kind="stable")
        some = np.zeros(self.first.size, dtype=bool)
        for k in order:
            more = some | (self.plans[k] > 0)
            if some.any() and more.sum() > self.posts:
                break
            some = more
        self._fill(some, anneal.adds(self.f, self.best), (self.posts - int(some.sum())) // 2)
        self._fill(some, self.seen, self.posts - int(some.sum()))
        began = time.monotonic()
        found = self._merge(some)
        seconds = time.monotonic() - began
        for k in sorted(order[len(order) - len(order) // RENEWED :], reverse=True):
            del self.plans[k], self.values[k]
        if found is not None:
            self.take(found)
        self.missing = PLANS - len(self.plans)
        self.between_s = max(BETWEEN_S, seconds)
        growth = FAST_GROWTH if seconds < QUICKEST_S else GROWTH if seconds < QUICK_S else 1.0
        shrinks = found is None or seconds >= LONGEST_S
        self.posts = min(int(self.posts * (1 / GROWTH if shrinks else growth)), self.first.size)

    def _merge(self, some: NDArray[np.bool_]) -> Cars | None:
        """Return the best plan on some columns; None where they are too many, or HiGHS failed on them."""
        seconds = min(LONGEST_S, self.left_s())
        try:
            return merge(self.f, some, self.best, seconds, self.options, lambda: bool(self.halt[0]))
        except BackendError:
            return None

    @staticmethod
    def _fill(some: NDArray[np.bool_], rank: NDArray[Any], room: int) -> None:
        """Mark as many more columns as there is room for, those of the highest rank above 0 first."""
        more = np.flatnonzero((rank > 0) & ~some)
        some[more[np.argsort(-rank[more], kind="stable")[: max(0, room)]]] = True

    def _counts(self, cars: Cars) -> NDArray[np.int64]:
        """Return how many cars cover each row, shape (rows,)."""
        return np.add.reduceat(cars[self.f.column], self.f.starts[:-1])


def _landmarks(f: Field, rng: np.random.Generator, halt: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return how far every column is from some, shape (landmarks, N), by what two columns cover in common.

    None where there are too many pairs, or once ``halt`` says so.
    """
    lengths = np.diff(f.starts).astype(float)
    n = f.of_column.size - 1
    if (lengths**2).sum() > MOST_PAIRS:
        return None
    covers = sp.csr_array((np.ones(f.column.size), f.column, f.starts), shape=(lengths.size, n))
    both = sp.coo_array(covers.T @ covers)
    if both.nnz > MOST_NEIGHBOURS:
        return None
    size = np.diff(f.of_column).astype(float)
    i, j = both.coords
    apart = 1.0 - both.data / (size[i] + size[j] - both.data) + 1e-6
    graph = sp.csr_array((apart, (i, j)), shape=(n, n))
    some = rng.choice(np.flatnonzero(~f.banned), min(LANDMARKS, int((~f.banned).sum())), replace=False)
    far = np.empty((some.size, n))
    for k, landmark in enumerate(some):  # one by one, so that the thread that solves is not kept waiting
        if halt[0]:
            return None
        far[k] = dijkstra(graph, directed=False, indices=landmark)
    return np.asarray(np.where(np.isfinite(far), far, 2.0 * far[np.isfinite(far)].max(initial=1.0)))

"""A search for better plans on a second core while HiGHS proves on the first."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimiser_models.standby import anneal, search
from optimiser_models.standby.arrays import Block
from optimiser_models.standby.field import field_of

if TYPE_CHECKING:
    from optimiser_models.standby.benders import Run

ROUNDS = 30
"""Kicks between two looks at the clock."""
FRESH = 8
"""Every so many searches one starts from the best plan again."""

ANNEALED, ANNEALED_S = 16, 2.0
"""Every so many searches one begins with annealing, and about how long a short one takes, in seconds."""

Key = tuple[str, int]


class Beside:
    """Searches in a thread of its own from entering to leaving.

    What it finds waits until :meth:`take` is called: plans are judged and told by the thread that solves.
    """

    def __init__(self, run: Run, blocks: dict[Key, Block], out: NDArray[np.bool_]) -> None:
        assert run.best is not None
        self._run = run
        self._field = field_of(run.d, run.aims(), blocks, out)
        self._seed = run.next_seed()
        self._anneals = anneal.fits(self._field)
        self._found: SimpleQueue[NDArray[np.int64]] = SimpleQueue()
        self._over = Event()
        self._thread = Thread(target=self._search, daemon=True)

    def __enter__(self) -> Beside:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self.take()

    def take(self) -> None:
        """Offer the plans found since the last call."""
        while True:
            try:
                self._run.offer(self._found.get_nowait())
            except Empty:
                return

    def _anneal(self, cars: NDArray[np.int64], k: int) -> NDArray[np.int64]:
        """Anneal: by turns hot and slow, far from where it begins, and warm and short, near the best plan."""
        f, seed = self._field, self._seed + k
        if k % 2:
            moves = anneal.moves_in(f, ANNEALED_S)
            return anneal.anneal(
                f, cars if self._run.best is None else self._run.best, moves=moves, seed=seed, hot=anneal.WARM
            )
        moves = anneal.moves_in(f, ANNEALED_S * (2 + k % 8))
        return anneal.anneal(f, cars, moves=moves, seed=seed)

    def _search(self) -> None:
        cars, k, best = self._run.best, 0, -np.inf
        assert cars is not None
        while not self._over.is_set():
            k += 1
            if k % FRESH == 0 and self._run.best is not None:
                cars = self._run.best
            if self._anneals and k % ANNEALED == 1:
                cars = self._anneal(cars, k // ANNEALED)
            cars, value = search.improve(self._field, cars, rounds=ROUNDS, seed=self._seed + k)
            if value > best:
                best = value
                self._found.put(cars)

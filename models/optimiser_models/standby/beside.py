"""A search for better plans on a second core while HiGHS proves on the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimiser_models.standby import anneal, search
from optimiser_models.standby.arrays import Block
from optimiser_models.standby.breed import Breeder
from optimiser_models.standby.field import field_of

if TYPE_CHECKING:
    from optimiser_models.standby.benders import Run

ROUNDS = 30
"""Kicks between two looks at the clock."""
FRESH = 8
"""Of so many searches one starts from the best plan again; of so many turns of breeding one begins by such a search."""

Key = tuple[str, int]


class Beside:
    """Searches in a thread of its own from entering to leaving.

    What it finds waits until :meth:`take` is called: plans are judged and told by the thread that solves. An error in
    the search is raised on leaving.
    """

    def __init__(self, run: Run, blocks: dict[Key, Block], out: NDArray[np.bool_]) -> None:
        assert run.best is not None
        self._run = run
        self._field = field_of(run.d, run.aims(), blocks, out)
        self._seed = run.next_seed()
        self._found: SimpleQueue[NDArray[np.int64]] = SimpleQueue()
        self._halt = np.zeros(1, dtype=bool)
        self._error: Exception | None = None
        self._thread = Thread(target=self._search, daemon=True)

    def __enter__(self) -> Beside:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._halt[0] = True
        self._thread.join()
        self.take()
        if self._error is not None and error is None:
            raise self._error

    def take(self) -> None:
        """Offer the plans found since the last call."""
        while True:
            try:
                self._run.offer(self._found.get_nowait())
            except Empty:
                return

    def _search(self) -> None:
        best = -np.inf
        try:
            for cars, value in self._bred() if anneal.fits(self._field) else self._kicked():
                if value > best:
                    best = value
                    self._found.put(cars)
                if self._halt[0]:
                    return
        except Exception as error:  # noqa: BLE001  raised by the thread that leaves
            self._error = error

    def _kicked(self) -> Iterator[tuple[NDArray[np.int64], float]]:
        """Yield plans and values of a search that starts from the best plan again now and then."""
        cars = self._best()
        for k in count(1):
            if k % FRESH == 0:
                cars = self._best()
            cars, value = search.improve(self._field, cars, rounds=ROUNDS, seed=self._seed + k)
            yield cars, value

    def _bred(self) -> Iterator[tuple[NDArray[np.int64], float]]:
        """Yield the best plan bred so far and its value, turn by turn; the best plan known breeds too."""
        options = replace(self._run.options, seed=self._seed)
        cars, _ = search.fill(self._field, self._best())  # HiGHS may leave cars out that add nothing
        breeder = Breeder(self._field, cars, options, self._halt, self._run.left_s)
        for k in count(1):
            if k % FRESH == 0:
                cars, _ = search.improve(self._field, self._best(), rounds=ROUNDS, seed=self._seed + k)
                breeder.take(cars)
            yield breeder.turn(), breeder.value

    def _best(self) -> NDArray[np.int64]:
        """Return the best plan of the run, on the columns that are still open."""
        assert self._run.best is not None
        return np.where(self._field.banned, 0, self._run.best)

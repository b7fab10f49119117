"""Hunt for plans with short borders: hops by recombination on one thread, annealing on the others.

One annealing gives a first plan soon; :mod:`.hops` goes on from it. Meanwhile one growth after another is annealed,
each time for longer, and every fourth search goes on from the best plan, cool. Whatever is found has its pairs of
districts cut anew (:mod:`.recut`).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import SectorsPlan
from optimiser_models.sectors.arrays import FREE, from_plan
from optimiser_models.sectors.border.close import offer
from optimiser_models.sectors.border.ground import Ground
from optimiser_models.sectors.border.hops import hop, suits
from optimiser_models.sectors.border.recut import Recut
from optimiser_models.sectors.border.walk import HOT, walk
from optimiser_models.sectors.grow import grow
from optimiser_models.sectors.run import Run

Ints = NDArray[np.int64]
MOVES_PER_AREA, MOST_MOVES = 20_000, 400_000_000
LONGER_EVERY = 4
"""Searches until the next ones make twice as many moves."""
ON_FROM_BEST, COOL = 4, 0.4
"""Every so many searches one goes on from the best plan, and how hot it begins."""
PRICES = (1.0, 0.3, 1.0, 0.15)
"""Price of work outside its window, search by search."""
STILL = 2
"""Rounds over all pairs of districts without a gain."""
GROWTHS = 200
SMALL, SMALL_WALKS = 100, 4
"""Districts times areas of a map that needs no long search, and searches that suffice there."""


def hunt(run: Run, ground: Ground, start: SectorsPlan | None, until_s: float, *, insist: bool) -> None:
    """Search on every thread until a time, ``insist`` for longer where there is no plan; on small maps a few times."""
    given = None if start is None else from_plan(run.problem, run.d, start)
    if given is not None and (given == FREE).any():
        given = None
    offer(run, ground, given)
    small = run.d.n * run.d.k <= SMALL
    numbers, taking = count(), Lock()

    def going() -> bool:
        return not run.done() and (run.report.elapsed_s() < until_s or (insist and run.best is None))

    def take(label: Ints | None) -> None:
        with taking:
            offer(run, ground, label)

    def alone(number: int) -> None:
        recut = Recut(ground, run.options.seed + number)
        cut_anew = np.inf
        while True:
            tried = next(numbers)
            if not going() or tried >= (SMALL_WALKS if small else GROWTHS * (1 + (run.best is not None))):
                return
            found = _search(run, ground, tried, going)
            take(found)
            if small:
                continue
            if number == 0 and suits(run.d):
                label = None if run.best is None else run.best.label
                hop(ground, label, seed=run.options.seed, keep_going=going, found=take)
                return
            if found is not None:
                take(_pairs(recut, found, going))
            if run.best is not None and run.best.cost < cut_anew:
                cut_anew = run.best.cost
                take(_pairs(recut, run.best.label, going))

    threads = 1 if run.options.reproducible else run.options.threads
    with ThreadPoolExecutor(threads) as pool:
        for searching in [pool.submit(alone, number) for number in range(threads)]:
            searching.result()


def _search(run: Run, ground: Ground, tried: int, going: Callable[[], bool]) -> Ints | None:
    moves = min(MOVES_PER_AREA * run.d.n * 2 ** (tried // LONGER_EVERY), MOST_MOVES)
    on = run.best is not None and tried % ON_FROM_BEST == ON_FROM_BEST - 1
    label = run.best.label if on and run.best is not None else grow(run.d, run.options.seed + tried)
    if label is None:
        return None
    return walk(
        ground,
        label,
        moves=moves,
        seed=run.options.seed + tried,
        keep_going=going,
        hot=COOL if on else HOT,
        strict=PRICES[tried % len(PRICES)],
    )


def _pairs(recut: Recut, label: Ints, going: Callable[[], bool]) -> Ints:
    """Cut all pairs of neighbouring districts anew until nothing is gained; equally short borders are taken too."""
    ground = recut.ground
    still, value = 0, ground.value(label)
    while still < STILL and going():
        before = value
        for a, b in recut.pairs(label):
            if not going():
                break
            cut = recut.pair(label, a, b)
            if cut is not None and ground.value(cut) <= value + 1e-9:
                label, value = cut, ground.value(cut)
        still = 0 if value < before - 1e-9 else still + 1
    return label

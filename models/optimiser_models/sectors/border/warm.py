"""Compile the loops of this method on a tiny map, before the clock of a first solve starts."""

from __future__ import annotations

import numpy as np

from optimiser_models.sectors.border.concurrent import throughput
from optimiser_models.sectors.border.ground import survey
from optimiser_models.sectors.border.hops import hop
from optimiser_models.sectors.border.least import Least
from optimiser_models.sectors.border.recut import Recut
from optimiser_models.sectors.border.sweep import sweep
from optimiser_models.sectors.border.walk import walk
from optimiser_models.sectors.warm import tiny


def compile_border() -> None:
    """Run every compiled loop once, on four areas in a row with two districts."""
    ground = survey(tiny())
    walk(ground, np.array([0, 0, 1, 1]), moves=2, seed=1, keep_going=lambda: True)
    twice = iter(range(2))
    hop(ground, None, seed=1, keep_going=lambda: next(twice, None) is not None, found=lambda _: None)
    Recut(ground, 1).pair(np.array([0, 0, 1, 1]), 0, 1)
    if len(ground.links):
        throughput(ground.links, ground.length, np.ones(ground.d.n), lambda: False)
    order = sweep(ground, 4)
    if order is None:
        return
    least = Least(ground, order)
    price = np.zeros(4, dtype=np.int64)
    for kind in least.kinds:
        least.bound(kind, price)
        least.districts(kind, price, 10, best=True, most=1, steps=10, keep_going=lambda: True)

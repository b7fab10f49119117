"""Every fold table there is: row by row, no bound, no width. It confirms what the search with bounds has proved.

Equal partitions of a row are merged, so this is dynamic programming over all connected partitions; with twelve beats
there are some 70,000 of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from optimiser_models.fold.states import CHUNK_CELLS, Folding, joined, together, top

EVERY_TABLE = "a look at every table there is"
MOST_IN_A_ROW = 300_000
"""More partitions in a row than this are not looked at: the memory is better left to others."""


def cheapest(f: Folding, keep_going: Callable[[], bool]) -> float | None:
    """Return the least cost of all tables, inf where there is none; None where it was cut short."""
    layer = top(f)
    for cars in range(f.n - 1, f.fewest - 1, -1):
        parts = []
        step = max(1, CHUNK_CELLS // (f.n * f.n))
        for begin in range(0, len(layer), step):
            if not keep_going():
                return None
            parts.append(joined(f, layer, cars, np.arange(begin, min(begin + step, len(layer)))))
        layer = together(parts)
        if not len(layer):
            return float("inf")
        if len(layer) > MOST_IN_A_ROW:
            return None
    return float(layer.cost.min())

"""What recombination and border moves walk on: links, work and windows as arrays, and a plain check of a plan.

Windows are per kind of work and district, so locked areas are a kind of their own: work 1 each, window [all, all] for
the district that holds them and [0, 0] for the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ground:
    """What a chain walks on: n areas, m links, Q kinds of work, k districts.

    Parameters
    ----------
    starts, neighbours
        The links as CSR, each in both directions.
    border
        Length of each CSR entry's link (metres, or 1 to count links): what a plan's border is measured in.
    work, low, high
        Shapes (Q, n), (Q, k), (Q, k): each district's work must lie within its window, ends included.
    """

    starts: Ints
    neighbours: Ints
    border: Floats
    work: Floats
    low: Floats
    high: Floats

    @property
    def n(self) -> int:
        """Number of areas."""
        return int(self.starts.size - 1)

    @property
    def k(self) -> int:
        """Number of districts."""
        return int(self.low.shape[1])

    def length(self, label: Ints) -> float:
        """Return the border between districts of a plan."""
        ends = np.repeat(np.arange(self.n), np.diff(self.starts))
        return float(self.border[label[ends] != label[self.neighbours]].sum()) / 2


def ground(
    starts: Ints, neighbours: Ints, border: Floats, work: Floats, lower: Floats, upper: Floats, k: int
) -> Ground:
    """Bring arrays into the form the loops want; windows may be one number, one a kind or one a kind and district.

    Raises
    ------
    InputError
        If shapes do not fit, a window is empty or there are fewer areas than districts.
    """
    work = np.ascontiguousarray(np.atleast_2d(np.asarray(work, dtype=np.float64)))
    n, kinds = int(starts.size - 1), len(work)
    low, high = (_window(np.asarray(w, dtype=np.float64), kinds, k) for w in (lower, upper))
    if work.shape[1] != n or neighbours.size != border.size or int(starts[-1]) != neighbours.size:
        raise InputError(
            f"The map has {n} areas and {neighbours.size} link ends; work has {work.shape[1]} areas and border "
            f"{border.size} ends. Give one amount of work an area and one length a link end."
        )
    if not 1 <= k <= n:
        raise InputError(f"{k} districts were asked for on a map of {n} areas; ask for 1 to {n}.")
    if (low > high).any():
        q, d = np.argwhere(low > high)[0].tolist()
        raise InputError(
            f"The window of district {d} for work kind {q} is empty: {low[q, d]:g} to {high[q, d]:g}; widen it."
        )
    return Ground(
        np.ascontiguousarray(starts, dtype=np.int64),
        np.ascontiguousarray(neighbours, dtype=np.int64),
        np.ascontiguousarray(border, dtype=np.float64),
        work,
        low,
        high,
    )


def _window(window: Floats, kinds: int, k: int) -> Floats:
    """Return one end of the windows as (Q, k)."""
    if window.ndim == 1 and window.size == kinds:
        window = window[:, None]
    return np.ascontiguousarray(np.broadcast_to(window, (kinds, k)))


def admissible(g: Ground, label: Ints) -> bool:
    """Return whether every district hangs together and lies within its windows."""
    for q, row in enumerate(g.work):
        load = np.bincount(label, weights=row, minlength=g.k)
        if load.size != g.k or (load < g.low[q]).any() or (load > g.high[q]).any():
            return False
    return pieces(g, label) == np.unique(label).size == g.k


def pieces(g: Ground, label: Ints) -> int:
    """Return into how many connected parts the districts of a plan fall."""
    seen = np.zeros(g.n, dtype=bool)
    count = 0
    for first in range(g.n):
        if seen[first]:
            continue
        count += 1
        seen[first] = True
        stack = [first]
        while stack:
            u = stack.pop()
            for v in g.neighbours[g.starts[u] : g.starts[u + 1]].tolist():
                if not seen[v] and label[v] == label[u]:
                    seen[v] = True
                    stack.append(v)
    return count

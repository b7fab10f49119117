"""Rows to columns at least cost in all: shortest augmenting paths, without making an array.

Row k may also take nothing, at a price of its own. Source: Kuhn (1955), Munkres (1957); the form by successive
shortest paths with potentials is that of Jonker and Volgenant (1987) in its simplest.
"""

from __future__ import annotations

import numpy as np

from optimiser.simulate.compiled import compiled
from optimiser.simulate.state import N_REALS, Array

_U, _V, _LEAST, _NOTHING = range(4)
_OWNER, _BEFORE, _SEEN, COLUMN_OF = range(4)


@compiled
def match(reals: Array, wholes: Array, n_rows: int, n_columns: int) -> None:
    """Write the column of each row, -1 for nothing, into ``wholes[COLUMN_OF]``.

    ``reals[N_REALS + row, column]`` is the cost, finite or infinite; ``reals[3, row]`` the price of nothing, finite.
    Rows are of at least ``n_rows + n_columns + 1`` entries.
    """
    m = n_columns + n_rows  # each row has a column of nothing at its own price
    for j in range(m + 1):
        reals[_U, j] = 0.0
        reals[_V, j] = 0.0
        wholes[_OWNER, j] = 0
    for row in range(1, n_rows + 1):
        wholes[_OWNER, 0] = row
        for j in range(m + 1):
            reals[_LEAST, j] = np.inf
            wholes[_SEEN, j] = 0
        at = 0
        while True:
            wholes[_SEEN, at] = 1
            here, delta, to = wholes[_OWNER, at], np.inf, 0
            for j in range(1, m + 1):
                if wholes[_SEEN, j] == 1:
                    continue
                if j <= n_columns:
                    way = reals[N_REALS + here - 1, j - 1]
                else:
                    way = reals[_NOTHING, here - 1] if j - n_columns == here else np.inf
                reduced = way - reals[_U, here] - reals[_V, j]
                if reduced < reals[_LEAST, j]:
                    reals[_LEAST, j] = reduced
                    wholes[_BEFORE, j] = at
                if reals[_LEAST, j] < delta:
                    delta, to = reals[_LEAST, j], j
            for j in range(m + 1):
                if wholes[_SEEN, j] == 1:
                    reals[_U, wholes[_OWNER, j]] += delta
                    reals[_V, j] -= delta
                else:
                    reals[_LEAST, j] -= delta
            at = to
            if wholes[_OWNER, at] == 0:
                break
        while at != 0:
            back = wholes[_BEFORE, at]
            wholes[_OWNER, at] = wholes[_OWNER, back]
            at = back
    for k in range(n_rows):
        wholes[COLUMN_OF, k] = -1
    for j in range(1, n_columns + 1):
        if wholes[_OWNER, j] > 0:
            wholes[COLUMN_OF, wholes[_OWNER, j] - 1] = j - 1

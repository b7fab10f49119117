"""Which centre each district has: the matching of seats at given values, and what each seat would cost at least."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from optimiser_models.sectors.slots import Cells, Slots

NEVER = 1e15
"""Stands for a pair that cannot be, in a matching."""
FEW_PAIRS = 2_000
"""Centres times districts for which every pair is matched anew."""


def match(value: NDArray[np.float64], s: Slots) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Choose a centre for each district at least total value: (centres (k,), groups (k,)).

    All are different, but in cells, where districts that share one may choose the same: their value is then less
    than any plan's, never more.
    """
    if s.cells is not None:
        return _match_in_cells(value, s, s.cells)
    if s.uniform:
        k = s.group.size
        centres = np.argpartition(value[:, 0], k - 1)[:k]
        groups = np.zeros(k, dtype=np.int64)
    else:
        pairs = np.where(s.may, value[:, s.group].T, NEVER)
        _, centres = linear_sum_assignment(np.minimum(pairs, NEVER))
        groups = s.group
        if not s.may[np.arange(s.group.size), centres].all():
            return None
    if (value[centres, groups] >= NEVER / 2).any():
        return None
    return centres.astype(np.int64), groups


def totals(value: NDArray[np.float64], s: Slots) -> NDArray[np.float64]:
    """Return the least total value of a matching in which centre j serves a district of group g, shape (C, G).

    Never more than it is: the cost of the best matching plus the reduced cost of the pair, by the potentials
    of its rows and columns.
    """
    if s.cells is not None:
        return _totals_in_cells(value, s, s.cells)
    matched = match(value, s)
    if matched is None:
        return np.full(value.shape, np.inf)
    centres, groups = matched
    base = float(value[centres, groups].sum())
    may = np.ones((centres.size, value.shape[0]), dtype=bool) if s.uniform else s.may
    pairs = np.where(may, value[:, groups].T, NEVER)
    own = pairs[np.arange(centres.size), centres]
    # the least potentials that fit: then a centre that stays shut costs most
    u = own.copy()
    for _ in range(centres.size):
        u = np.maximum(u, (own[:, None] + (u[:, None] - pairs[:, centres]).T).max(axis=1))
    v = np.zeros(value.shape[0])
    v[centres] = own - u
    total = np.full(value.shape, np.inf)
    reduced = np.maximum(pairs - u[:, None] - v[None, :], 0.0)
    for row, g in enumerate(groups.tolist()):
        total[:, g] = np.minimum(total[:, g], base + reduced[row])
    total = _matched_anew(total, value, s)
    barred = (value >= NEVER / 2) | ~s.group_may().T
    return np.where(barred | (total >= NEVER / 2), np.inf, total)


def _matched_anew(total: NDArray[np.float64], value: NDArray[np.float64], s: Slots) -> NDArray[np.float64]:
    """Match anew for each pair where there are few: potentials say little when every centre opens."""
    if value.shape[0] * s.group.size > FEW_PAIRS:
        return total
    exact = np.full(value.shape, np.inf)
    for j, row in np.ndindex(value.shape[0], s.group.size):
        g = int(s.group[row])
        if value[j, g] >= NEVER / 2 or not s.may[row, j]:
            continue
        rest = np.delete(np.arange(s.group.size), row)
        pairs = np.where(s.may[rest], value[:, s.group[rest]].T, NEVER)
        pairs = np.minimum(np.delete(pairs, j, axis=1), NEVER)
        if pairs.shape[0] <= pairs.shape[1]:
            rows, columns = linear_sum_assignment(pairs)
            exact[j, g] = min(exact[j, g], value[j, g] + pairs[rows, columns].sum())
    return exact


def _by_cell(value: NDArray[np.float64], s: Slots, cells: Cells) -> NDArray[np.float64]:
    """Return the value of each district's best centre in each cell, (k, L)."""
    pairs = np.where(s.may, value[:, s.group].T, NEVER)[:, cells.order]
    return np.minimum(np.minimum.reduceat(pairs, cells.starts, axis=1), NEVER)


def _match_in_cells(
    value: NDArray[np.float64], s: Slots, cells: Cells
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    least = _by_cell(value, s, cells)
    _, seat = linear_sum_assignment(least[:, cells.seats])
    cell = cells.seats[seat]
    if (least[np.arange(cell.size), cell] >= NEVER / 2).any():
        return None
    centres = np.empty(cell.size, dtype=np.int64)
    for row, place in enumerate(cell.tolist()):
        inside = np.flatnonzero((cells.of == place) & s.may[row])
        centres[row] = inside[np.argmin(value[inside, s.group[row]])]
    return centres, s.group


def _totals_in_cells(value: NDArray[np.float64], s: Slots, cells: Cells) -> NDArray[np.float64]:
    """Match anew with each district in each cell: there are few of both."""
    least = _by_cell(value, s, cells)
    k, n_cells = least.shape
    rest = np.full((k, n_cells), np.inf)  # the others, where this one is there
    for place in range(n_cells):
        seats = np.delete(cells.seats, np.flatnonzero(cells.seats == place)[0])
        for row in range(k):
            others = np.delete(least, row, axis=0)[:, seats]
            rows, columns = linear_sum_assignment(others)
            rest[row, place] = others[rows, columns].sum()
    total = np.full(value.shape, np.inf)
    inside = cells.of >= 0
    for row, g in enumerate(s.group.tolist()):
        with_row = np.full(value.shape[0], np.inf)
        with_row[inside] = value[inside, g] + rest[row, cells.of[inside]]
        total[:, g] = np.minimum(total[:, g], np.where(s.may[row], with_row, np.inf))
    return np.where(total >= NEVER / 2, np.inf, total)

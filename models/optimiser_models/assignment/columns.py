"""The columns of ``assignment.milp``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.problems.assignment import AssignmentProblem
from optimiser_models.assignment.arcs import (
    Arcs,
    Floats,
    Ints,
    Moves,
    most_units,
    needless_spare,
    plain,
    unfilled_price,
)
from optimiser_models.assignment.rows import Rows


@dataclass(frozen=True)
class Columns:
    """Columns of each arc, first and further (-1 where left out), of moves, of what is missing, of units that leave.

    ``leaves`` has shape (U,), -1 where a unit has none: it is on its way, or its cover depends on where it goes.
    """

    first: Ints
    further: Ints
    moved: Ints
    missing: Ints
    leaves: Ints

    def of(self, arcs: Ints) -> tuple[Ints, Ints]:
        """Return the columns whose sum is x_a, and the position in ``arcs`` of each."""
        both = np.concatenate([self.first[arcs], self.further[arcs]])
        which = np.tile(np.arange(len(arcs)), 2)
        there = both >= 0
        return both[there], which[there]

    def sum(self, arcs: Ints, weight: Floats | Ints) -> tuple[Ints, Floats]:
        """Return columns and values of ``sum_a weight_a x_a``."""
        columns, which = self.of(arcs)
        return columns, np.asarray(weight, dtype=np.float64)[which]


def make_columns(
    rows: Rows, problem: AssignmentProblem, arcs: Arcs, moves: Moves, *, by_unit: bool
) -> Columns:
    """Add the columns of arcs, moves, missing officers and, where ``by_unit``, of units that leave."""
    limit, simple = most_units(problem), plain(problem)
    alone = problem.officers_needed + needless_spare(problem)
    i = arcs.incident
    lead = np.where(simple[i], arcs.lead_cost, 0.0)
    first = rows.columns(arcs.way_cost + lead)
    quickest = np.diff(i, prepend=-1) != 0
    two = simple[i] & (limit[i] > 1) & (arcs.officers < alone[i]) & ~quickest
    further = np.full(len(first), -1)
    further[two] = rows.columns(arcs.way_cost[two])
    moved = rows.columns(moves.cost)
    missing = rows.columns(unfilled_price(problem), problem.officers_needed.astype(np.float64))
    leaves = np.full(len(problem.unit_ids), -1)
    if by_unit:
        goes = np.bincount(arcs.unit, minlength=leaves.size) > 0
        goes &= ~np.array([bool(to) for to in problem.on_way_to], dtype=bool)
        leaves[goes] = rows.columns(np.zeros(int(goes.sum())))
    return Columns(first, further, moved, missing, leaves)

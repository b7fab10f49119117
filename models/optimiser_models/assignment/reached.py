"""Rows of incidents of every kind: the moment at which enough officers are there, and officers beyond the need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimiser.problems.assignment import AssignmentProblem
from optimiser_models.assignment.arcs import Floats, Ints
from optimiser_models.assignment.rows import Rows


def reached(
    rows: Rows,
    name: str,
    counted: Sequence[tuple[Ints, Floats]],
    enough: int,
    costs: Floats,
    at_all: Sequence[int],
) -> None:
    """Cost the first arrival with which ``enough`` are there; costs do not fall.

    Parameters
    ----------
    counted
        For each arrival in order the columns and values of ``min(officers, enough) x``.
    at_all
        Columns whose sum is 1 exactly if ``enough`` come at all; the least cost is put on them.
    """
    if not np.any(costs):
        return
    z = np.asarray(at_all, dtype=np.int64)
    if costs[0] > 0:
        extra = np.zeros(rows.n_columns)
        extra[z] = costs[0]
        rows.cost = [np.concatenate(rows.cost) + extra]
    col: list[Ints] = []
    value: list[Floats] = []
    for k in range(len(costs)):
        col.append(counted[k][0])
        value.append(counted[k][1])
        if k + 1 < len(costs) and costs[k + 1] > costs[k]:
            waits = rows.column(float(costs[k + 1] - costs[k]))
            rows.family.setdefault(name, []).append(len(rows.names))
            rows.add(
                f"{name}[{k}]",
                np.concatenate([*col, [waits], z]),
                np.concatenate([*value, [float(enough)], np.full(z.size, -float(enough))]),
                lower=0.0,
            )


def complete(rows: Rows, officers: tuple[Ints, Floats], most: int, need: int, missing: int, name: str) -> int:
    """Return a column that is 1 exactly if all officers needed are sent, in some best solution."""
    there = rows.column(0.0)
    rows.add(f"complete[{name}]", [there, missing], [1.0, 1.0], lower=1.0)
    rows.add(
        f"complete if sent[{name}]",
        np.append(officers[0], there),
        np.append(officers[1], -float(max(0, most - need + 1))),
        upper=need - 1.0,
    )
    return there


def surplus(rows: Rows, officers: tuple[Ints, Floats], problem: AssignmentProblem, i: int, most: int) -> None:
    """Count officers sent beyond the need, where they have a price."""
    need, price = float(problem.officers_needed[i]), problem.params.surplus_price_s
    if price > 0 and most > need:
        over = rows.column(price, float(most))
        rows.add(
            f"surplus[{problem.incident_ids[i]}]",
            np.append(officers[0], over),
            np.append(officers[1], -1.0),
            upper=need,
        )

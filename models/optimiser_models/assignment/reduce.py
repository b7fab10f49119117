r"""Leaving out of the model what can never matter: coverage rows and arcs, each with its argument.

Let ``N = sum_i V_i`` with ``V_i`` the most units incident ``i`` can get; no plan sends more than N units.

**Rows.** A unit's greatest loss on zone z is ``max over its arcs of -change``. No plan loses more than the N
greatest losses together, so ``missing_z <= d_z - now_z + (sum of the N greatest losses)``. If that is at most 0
the zone is never short and its row is dropped. In the same way ``missing_z >= d_z - now_z - (sum of the N
greatest gains)``; the levels below that are missing in every plan: a constant.
Zones with equal changes and equal limits share a row, their prices added.

**Arcs.** Take arc (u, i) and another arc (v, i): with as many officers on board or, if i can get one unit
only, with one that meets as much of the need. Whenever v stays, sending v in place of u keeps every rule
and changes the objective by at most

    swap(u -> v) = way_v - way_u + [V_i = 1] (lead_v - lead_u) + sum_z top_z (change_uz - change_vz)^+

where ``lead`` counts if u goes alone, v arrives no later than u (so that the first arrival is never later),
and ``top_z`` is the highest price of one level that zone z can come to (with a hard floor no zone may lose
by the swap). If ``swap <= 0`` for N different v, at least one of them stays whenever u goes to i, since at
most N - 1 other units go. Arcs are ordered by (incident, arrival, unit) and v comes before u, so that
repeated swaps lower the sum of ranks and end: some best plan uses no dropped arc.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimiser.problems.assignment import AssignmentProblem
from optimiser_models.assignment.arcs import (
    Arcs,
    Floats,
    Ints,
    coverage_change,
    coverage_now,
    floor_slack,
    most_units,
)

SWAP_TOL = 1e-9


@dataclass(frozen=True)
class CoverRows:
    """Zones that can be short, merged where equal. R rows.

    Parameters
    ----------
    change
        Change of the level by each arc. Shape (A, R).
    room
        Levels the zone can lose before the first further one is missing. Shape (R,), may be negative.
    first_level, n_levels
        Number of the first level that may or may not be missing, and how many such there are. Shape (R,).
    weight
        How many zones share the row. Shape (R,).
    bought
        False where the floor forbids every further missing level (the row is hard). Shape (R,).
    constant
        Price of what is missing in every plan.
    infeasible
        True if the floor is broken in every plan.
    """

    change: Ints
    room: Ints
    first_level: Ints
    n_levels: Ints
    weight: Ints
    constant: float
    infeasible: bool


def cover_rows(problem: AssignmentProblem, arcs: Arcs) -> CoverRows:
    """Return the rows that can bind."""
    change = coverage_change(problem, arcs)
    now = coverage_now(problem)
    level = problem.demand_level
    most_sent = int(most_units(problem).sum())
    lost = _greatest(arcs, -change, most_sent)
    gained = _greatest(arcs, change, most_sent)
    worst = np.maximum(0, level - now + lost)
    least = np.maximum(0, level - now - gained)
    constant = sum(problem.params.level_price_s(n) for m in least for n in range(1, int(m) + 1))
    slack = floor_slack(problem)
    infeasible = slack is not None and bool((least > slack).any())
    free_levels = worst if slack is None else np.minimum(worst, np.maximum(slack, least))
    used = np.flatnonzero(worst > least)
    keys = np.column_stack(
        [change[:, used].T, now[used] - level[used] + least[used], least[used], free_levels[used]]
    )
    merged, weight = _merge(np.ascontiguousarray(keys, dtype=np.int64))
    n_arcs = change.shape[0]
    return CoverRows(
        change=np.ascontiguousarray(merged[:, :n_arcs].T),
        room=merged[:, n_arcs],
        first_level=merged[:, n_arcs + 1] + 1,
        n_levels=merged[:, n_arcs + 2] - merged[:, n_arcs + 1],
        weight=weight,
        constant=float(constant),
        infeasible=infeasible,
    )


def _merge(keys: Ints) -> tuple[Ints, Ints]:
    """Return the different rows in order of appearance, and how often each appears."""
    seen: dict[bytes, int] = {}
    at: list[int] = []
    count: list[int] = []
    for k, key in enumerate(keys):
        place = seen.setdefault(key.tobytes(), len(at))
        if place == len(at):
            at.append(k)
            count.append(0)
        count[place] += 1
    return keys[np.array(at, dtype=np.int64)], np.array(count, dtype=np.int64)


def _greatest(arcs: Arcs, value: Ints, most: int) -> Ints:
    """For each zone the sum of the ``most`` greatest positive values, at most one a unit. Shape (Z,)."""
    if not arcs.unit.size:
        return np.zeros(value.shape[1], dtype=np.int64)
    order = np.argsort(arcs.unit, kind="stable")
    starts = np.flatnonzero(np.diff(arcs.unit[order], prepend=-1))
    best = np.maximum(np.maximum.reduceat(value[order], starts, axis=0), 0)
    best = -np.sort(-best, axis=0)
    return np.asarray(best[:most].sum(axis=0), dtype=np.int64)


def reduced(problem: AssignmentProblem, arcs: Arcs) -> tuple[Arcs, CoverRows]:
    """Return the arcs and the rows that the model needs."""
    rows = cover_rows(problem, arcs)
    kept = useful(problem, arcs, rows)
    return arcs.keep(kept), replace(rows, change=rows.change[kept])


def useful(problem: AssignmentProblem, arcs: Arcs, rows: CoverRows) -> Ints:
    """Return the numbers of the arcs that some best plan may need; ``rows`` are those of all ``arcs``."""
    hard = floor_slack(problem) is not None
    top = np.array(
        [
            w * problem.params.level_price_s(int(f + n - 1)) if n > 0 else 0.0
            for f, n, w in zip(rows.first_level, rows.n_levels, rows.weight, strict=True)
        ],
        dtype=np.float64,
    )
    limit = most_units(problem)
    n_sent = int(limit.sum())
    kept: list[Ints] = []
    for i in range(len(problem.incident_ids)):
        mine = np.flatnonzero(arcs.incident == i)
        alone = int(problem.officers_needed[i]) if limit[i] == 1 else 0
        beaten = _beaten_by(arcs.keep(mine), rows.change[mine], top, alone=alone, hard=hard, first=n_sent)
        kept.append(mine[beaten < n_sent])
    return np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64)


def _beaten_by(arcs: Arcs, change: Ints, top: Floats, *, alone: int, hard: bool, first: int) -> Ints:
    """Count for each arc of one incident the earlier arcs that can always take its place. Shape (a,).

    ``alone`` is the need of an incident that gets one unit at most, else 0. Arcs before ``first`` have too few
    before them to be dropped and are not counted.
    """
    n = arcs.unit.size
    beaten = np.zeros(n, dtype=np.int64)
    if first >= n:
        return beaten
    late = np.arange(first, n)
    worse = np.maximum(change[late][:, None, :] - change[None, :, :], 0)  # [u, v]: lost by sending v for u
    swap = worse @ top + arcs.way_cost[None, :] - arcs.way_cost[late, None]
    if alone:
        swap += arcs.lead_cost[None, :] - arcs.lead_cost[late, None]
        filled = np.minimum(arcs.officers, alone)
        as_good = filled[None, :] >= filled[late, None]
    else:
        as_good = arcs.officers[None, :] == arcs.officers[late, None]
    takes = as_good & (swap <= SWAP_TOL) & (np.arange(n)[None, :] < late[:, None])
    if hard:
        takes &= ~worse.any(axis=2)
    beaten[late] = takes.sum(axis=1)
    return beaten

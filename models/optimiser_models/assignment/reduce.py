r"""Leaving out of the model what can never matter: coverage rows and arcs, each with its argument.

Let ``N = sum_i V_i + Y`` with ``V_i`` the most units incident ``i`` can get and ``Y`` the most moves and recalls; no
plan takes more than N units from where they are.

**Rows.** A unit's greatest loss on zone z is ``max over its arcs and moves of -change``. No plan loses more than the N
greatest losses together, so ``missing_z <= d_z - now_z + (sum of the N greatest losses)``. If that is at most 0
the zone is never short and its row is dropped. In the same way ``missing_z >= d_z - now_z - (sum of the N
greatest gains)``; the levels below that are missing in every plan: a constant.
Zones with equal changes and equal limits share a row, their prices added.

**Arcs**, of plain incidents only. Take arc (u, i) and another arc (v, i), neither unit on its way anywhere, u none
whose staying would forbid a diversion: with as many officers on board or, if i can get one unit only, with one that
meets as much of the need; v sets out no later past the deploy target, and is not free where u is not if a reserve is
kept. Whenever v stays, sending v in place of u keeps every rule and changes the objective by at most

    swap(u -> v) = way_v - way_u + [V_i = 1] (alone_v - alone_u) + sum_z top_z (change_uz - change_vz)^+

where ``alone`` is the lead and the surplus of a unit that goes alone, v arrives no later than u (so that neither
the first arrival nor the full complement is later), and ``top_z`` is the highest price of one level that zone z can
come to (with a hard floor no zone may lose by the swap). If ``swap <= 0`` for N different v, at least one of them
stays whenever u goes to i, since at most N - 1 other units go. Arcs are ordered by (incident, arrival, unit) and v
comes before u, so that repeated swaps lower the sum of ranks and end: some best plan uses no dropped arc.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimiser.problems.assignment import AssignmentProblem
from optimiser.problems.assignment.data import FREE, SENT
from optimiser.problems.assignment.eligible import is_status
from optimiser_models.assignment.arcs import (
    Arcs,
    Bools,
    Floats,
    Ints,
    Moves,
    blockers,
    coverage_change,
    coverage_now,
    floor_slack,
    most_taken,
    most_units,
    move_change,
    plain,
    reach_now,
    reserves,
)

SWAP_TOL = 1e-9


@dataclass(frozen=True)
class CoverRows:
    """Zones that can be short, merged where equal. R rows.

    Parameters
    ----------
    table, by_unit, moved
        Change of the level by each arc, shape (A, R), or where only the unit matters by each unit, shape (U, R); and
        by each move, shape (M, R).
    room
        Levels the zone can lose before the first further one is missing. Shape (R,), may be negative.
    n_levels
        How many further levels may or may not be missing. Shape (R,).
    price
        Price of the first, second, ... such level, all zones of the row together; rising. Shape (R, most levels).
    constant
        Price of what is missing in every plan.
    infeasible
        True if the floor is broken in every plan.
    """

    table: Ints
    by_unit: bool
    moved: Ints
    room: Ints
    n_levels: Ints
    price: Floats
    constant: float
    infeasible: bool

    def change(self, arcs: Arcs, which: Ints) -> Ints:
        """Change of each row by the arcs ``which`` of ``arcs``, those that the rows were made of. Shape (n, R)."""
        return self.table[arcs.unit[which]] if self.by_unit else self.table[which]

    def keep(self, which: Ints) -> CoverRows:
        """Return the rows for the chosen arcs only."""
        return self if self.by_unit else replace(self, table=self.table[which])

    def top(self) -> Floats:
        """Highest price of one level that each row can come to, 0 where none is bought. Shape (R,)."""
        last = np.maximum(self.n_levels - 1, 0)
        highest = (
            np.take_along_axis(self.price, last[:, None], axis=1)[:, 0]
            if self.price.size
            else self.room * 0.0
        )
        return np.where(self.n_levels > 0, highest, 0.0)


def cover_rows(problem: AssignmentProblem, arcs: Arcs, moves: Moves) -> CoverRows:
    """Return the rows that can bind."""
    by_unit = problem.params.coverage != "present"
    own = -reach_now(problem) if by_unit else coverage_change(problem, arcs)
    whose = np.arange(len(problem.unit_ids)) if by_unit else arcs.unit
    change, unit = np.concatenate([own, move_change(problem, moves)]), np.concatenate([whose, moves.unit])
    now, level = coverage_now(problem), problem.demand_level
    most_sent = int(most_units(problem).sum()) + most_taken(problem)
    worst = np.maximum(0, level - now + _greatest(unit, -change, most_sent))
    least = np.maximum(0, level - now - _greatest(unit, change, most_sent))
    worst = np.minimum(worst, level)
    constant = sum(
        problem.level_price_s(z, n) for z, most in enumerate(least.tolist()) for n in range(1, most + 1)
    )
    slack = floor_slack(problem)
    infeasible = slack is not None and bool((least > slack).any())
    free_levels = worst if slack is None else np.minimum(worst, np.maximum(slack, least))
    used = np.flatnonzero(worst > least)
    room = now[used] - level[used] + least[used]
    n_levels = free_levels[used] - least[used]
    merged, group = _merge(np.column_stack([change[:, used].T, room, n_levels]))
    price = np.zeros((len(merged), int(n_levels.max(initial=0))))
    for g, z, n in zip(group.tolist(), used.tolist(), n_levels.tolist(), strict=True):
        price[g, :n] += [problem.level_price_s(z, int(least[z]) + k) for k in range(1, n + 1)]
    return CoverRows(
        table=np.ascontiguousarray(merged[:, : len(own)].T),
        by_unit=by_unit,
        moved=np.ascontiguousarray(merged[:, len(own) : -2].T),
        room=merged[:, -2],
        n_levels=merged[:, -1],
        price=price,
        constant=float(constant),
        infeasible=infeasible,
    )


def _merge(keys: Ints) -> tuple[Ints, Ints]:
    """Return the different rows in order of appearance, and the place among them of each."""
    keys = np.ascontiguousarray(keys, dtype=np.int64)
    seen: dict[bytes, int] = {}
    place = [seen.setdefault(key.tobytes(), len(seen)) for key in keys]
    group = np.array(place, dtype=np.int64)
    _, at = np.unique(group, return_index=True)
    return keys[at.astype(np.int64)], group


def _greatest(unit: Ints, value: Ints, most: int) -> Ints:
    """For each zone the sum of the ``most`` greatest positive values, at most one a unit. Shape (Z,)."""
    if not unit.size:
        return np.zeros(value.shape[1], dtype=np.int64)
    order = np.argsort(unit, kind="stable")
    starts = np.flatnonzero(np.diff(unit[order], prepend=-1))
    best = np.maximum(np.maximum.reduceat(value[order], starts, axis=0), 0)
    best = -np.sort(-best, axis=0)
    return np.asarray(best[:most].sum(axis=0), dtype=np.int64)


def reduced(problem: AssignmentProblem, arcs: Arcs, moves: Moves) -> tuple[Arcs, CoverRows]:
    """Return the arcs and the rows that the model needs."""
    rows = cover_rows(problem, arcs, moves)
    kept = useful(problem, arcs, rows)
    return arcs.keep(kept), rows.keep(kept)


def useful(problem: AssignmentProblem, arcs: Arcs, rows: CoverRows) -> Ints:
    """Return the numbers of the arcs that some best plan may need; ``rows`` are those of all ``arcs``."""
    hard = floor_slack(problem) is not None
    top, limit, simple = rows.top(), most_units(problem), plain(problem)
    n_sent = int(limit.sum()) + most_taken(problem)
    fixed = is_status(problem, SENT)
    blocks = fixed.copy()
    for _, units in blockers(problem, arcs):
        blocks[units] = True
    reserve = any(True for _ in reserves(problem))
    kept: list[Ints] = []
    for i in range(len(problem.incident_ids)):
        mine = arcs.of(i)
        if simple[i] and mine.size > n_sent:
            alone = int(problem.officers_needed[i]) if limit[i] == 1 else 0
            own = arcs.keep(mine)
            beaten = _beaten_by(
                problem,
                own,
                rows.change(arcs, mine),
                top,
                fixed,
                alone=alone,
                hard=hard,
                first=n_sent,
                reserve=reserve,
            )
            mine = mine[(beaten < n_sent) | blocks[own.unit]]
        kept.append(mine)
    return np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64)


def _beaten_by(
    problem: AssignmentProblem,
    arcs: Arcs,
    change: Ints,
    top: Floats,
    fixed: Bools,
    *,
    alone: int,
    hard: bool,
    first: int,
    reserve: bool,
) -> Ints:
    """Count for each arc of one incident the earlier arcs that can always take its place. Shape (a,).

    ``alone`` is the need of an incident that gets one unit at most, else 0. Arcs before ``first`` have too few
    before them to be dropped and are not counted.
    """
    n = arcs.unit.size
    beaten = np.zeros(n, dtype=np.int64)
    late = np.arange(first, n)
    lost, matters = change @ np.diag(top), top > 0
    worse = np.zeros((late.size, n))
    broken = np.zeros((late.size, n), dtype=bool)
    for r in range(top.size):  # [u, v]: lost by sending v for u
        drop = np.maximum(change[late, r][:, None] - change[None, :, r], 0)
        if matters[r]:
            worse += np.maximum(lost[late, r][:, None] - lost[None, :, r], 0.0)
        if hard:
            broken |= drop > 0
    swap = worse + arcs.way_cost[None, :] - arcs.way_cost[late, None]
    if alone:
        filled = np.minimum(arcs.officers, alone)
        own = arcs.lead_cost + problem.params.surplus_price_s * np.maximum(0, arcs.officers - alone)
        swap += own[None, :] - own[late, None]
        as_good = filled[None, :] == filled[late, None]
    else:
        as_good = arcs.officers[None, :] == arcs.officers[late, None]
    takes = as_good & (swap <= SWAP_TOL) & (np.arange(n)[None, :] < late[:, None])
    takes &= (arcs.wait_cost[None, :] <= arcs.wait_cost[late, None]) & ~fixed[arcs.unit][None, :]
    if reserve:
        free = is_status(problem, FREE)[arcs.unit]
        takes &= free[late, None] | ~free[None, :]
    if hard:
        takes &= ~broken
    beaten[late] = takes.sum(axis=1)
    return beaten

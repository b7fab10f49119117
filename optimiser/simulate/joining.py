"""One joint decision: units wanted by open calls, matched with units at least weighted seconds, then bettered.

Rows are the units that open calls still want, and the calls whose units on their way may be turned round (a row each,
which its own unit holds unless it is taken; then the row takes the best unit left: an ejection chain). Columns are
units free now, units on their way, and units whose break or prisoner run ends in time. Each free unit bears the price
of the cover that its own leaving takes away, so the matching is optimal where one free unit leaves; where several do,
coordinate steps with the cover counted exactly better it. The same terms as ``optimiser.problems.assignment``.
"""

from __future__ import annotations

import numpy as np

from optimiser.simulate.allowing import ends_at, enough, may_take, open_to
from optimiser.simulate.compiled import compiled, leaf
from optimiser.simulate.covering import count_cover, loss_of, shift_cover
from optimiser.simulate.matching import COLUMN_OF, match
from optimiser.simulate.moving import place, time_slice
from optimiser.simulate.state import (
    AWAITS,
    BREAK,
    COVER_PRICE,
    CUSTODY,
    DIVERT_PRICE,
    FREE,
    MOST_SLOTS,
    N_POOL,
    N_QUEUE,
    N_REALS,
    PROACTIVE,
    TRAVEL,
    UNFILLED,
    State,
)
from optimiser.simulate.weighing import way_of, weigh
from optimiser.simulate.world import World

SLOT_CALL, SLOT_UNIT, COLUMN_UNIT, IS_FIRST = range(4, 8)
"""Rows of ``State.match_i`` behind those of :mod:`.matching`."""
_NOTHING, _LOSS = 3, 4
_PASSES = 2


@compiled
def _add_rows(w: World, now: float) -> int:
    c, r, s = w.c, w.r, w.s
    n, least = 0, len(r.grade)
    for at in range(s.n[N_QUEUE]):
        call = s.queue[at]
        grade = c.call[call].grade
        if not open_to(c, r, s, call, now):
            continue
        if r.grade[grade].together and c.call[call].need > 1 and not enough(w, call, now):
            continue
        least = min(least, r.grade[grade].diverts)
        for k in range(c.call[call].need - c.call[call].got):
            if n == MOST_SLOTS:
                return n
            s.match_i[SLOT_CALL, n] = call
            s.match_i[SLOT_UNIT, n] = -1
            s.match_i[IS_FIRST, n] = k == 0 and c.call[call].got == 0
            n += 1
    if n == 0 or least >= len(r.grade):
        return n
    for unit in range(len(s.unit)):
        if s.unit[unit].doing == TRAVEL and s.unit[unit].leaving == 0 and n < MOST_SLOTS:
            call = s.unit[unit].call
            if c.call[call].grade >= least:
                s.match_i[SLOT_CALL, n] = call
                s.match_i[SLOT_UNIT, n] = unit
                s.match_i[IS_FIRST, n] = c.call[call].there == 0 and c.call[call].first_unit == unit
                n += 1
    return n


@compiled
def _add_columns(w: World, n_rows: int) -> int:
    r, p, s = w.r, w.p, w.s
    n = 0
    for k in range(s.n[N_POOL]):
        s.match_i[COLUMN_UNIT, n] = s.pool[k]
        n += 1
    for row in range(n_rows):
        if s.match_i[SLOT_UNIT, row] >= 0:
            s.match_i[COLUMN_UNIT, n] = s.match_i[SLOT_UNIT, row]
            n += 1
    waits = False
    for grade in range(len(r.grade)):
        waits = waits or p.price[0, grade, AWAITS] > 0
    if waits:
        for unit in range(len(s.unit)):
            doing = s.unit[unit].doing
            if s.unit[unit].pool_at < 0 and doing in (BREAK, CUSTODY):
                s.match_i[COLUMN_UNIT, n] = unit
                n += 1
    count_cover(w, -1)
    for column in range(n):
        unit = s.match_i[COLUMN_UNIT, column]
        covers = s.unit[unit].doing == FREE or s.unit[unit].doing == PROACTIVE
        s.match_f[_LOSS, column] = loss_of(p, s, s.unit[unit].goal) if covers else 0.0
    return n


@compiled
def _fill(w: World, row: int, n_columns: int, now: float) -> None:
    """Write the costs of one row."""
    c, t, r, p, s = w.c, w.t, w.r, w.p, w.s
    part = time_slice(t, now)
    call, own, first = s.match_i[SLOT_CALL, row], s.match_i[SLOT_UNIT, row], s.match_i[IS_FIRST, row] == 1
    grade = c.call[call].grade
    left = r.grade[grade].target - (now - c.call[call].time + c.call[call].delay)
    rest = s.unit[own].due_at - now if own >= 0 else np.inf
    own_cost = weigh(c, r, p, call, rest, first, now) if own >= 0 else 0.0
    lost = weigh(c, r, p, call, 0.0, first, now)  # late already: no unit sent can mend that
    s.match_f[_NOTHING, row] = max(p.price[0, grade, UNFILLED] + lost, own_cost)
    best_free = rest
    for column in range(n_columns):
        unit = s.match_i[COLUMN_UNIT, column]
        cost = np.inf
        if unit == own:
            cost = own_cost
        elif may_take(r, s, unit, grade, now):
            way = way_of(c, t, r, p, s, unit, place(t, s, unit, now), call, part)
            best_free = min(best_free, way)
            cost = weigh(c, r, p, call, way, first, now)
            cost += p.price[0, grade, COVER_PRICE] * s.match_f[_LOSS, column]
            cost = max(cost, own_cost)  # nobody is called back because another came free nearer
        elif s.unit[unit].doing != TRAVEL and p.price[0, grade, AWAITS] > 0:
            end = ends_at(r, s, unit, grade)
            if end < np.inf:
                way = end - now + way_of(c, t, r, p, s, unit, s.unit[unit].goal, call, part)
                if way <= left:
                    cost = max(weigh(c, r, p, call, way, first, now), own_cost)
        s.match_f[N_REALS + row, column] = cost
    for column in range(n_columns):
        unit = s.match_i[COLUMN_UNIT, column]
        if s.unit[unit].doing != TRAVEL or unit == own:
            continue
        if now + r.grade[grade].tail > s.unit[unit].shift_end:
            continue
        if c.call[s.unit[unit].call].grade >= r.grade[grade].diverts:
            way = way_of(c, t, r, p, s, unit, place(t, s, unit, now), call, part)
            sooner = way + r.grade[grade].divert_gain <= best_free
            if sooner or way <= left < best_free:
                cost = weigh(c, r, p, call, way, first, now) + p.price[0, grade, DIVERT_PRICE]
                s.match_f[N_REALS + row, column] = max(cost, own_cost)


@compiled
def _better(w: World, n_rows: int, n_columns: int) -> None:
    """Choose again, row by row, among the free units that stay, with the cover that is really left."""
    c, p, s = w.c, w.p, w.s
    for row in range(n_rows):
        if _leaves(s, row):
            shift_cover(p, s, s.match_i[COLUMN_UNIT, s.match_i[COLUMN_OF, row]], -1)
    for _ in range(_PASSES):
        changed = False
        for row in range(n_rows):
            if not _leaves(s, row):
                continue
            price = p.price[0, c.call[s.match_i[SLOT_CALL, row]].grade, COVER_PRICE]
            taken = s.match_i[COLUMN_OF, row]
            shift_cover(p, s, s.match_i[COLUMN_UNIT, taken], 1)
            best, least = taken, np.inf
            for column in range(n_columns):
                cost = s.match_f[N_REALS + row, column]
                if cost == np.inf or (column != taken and not _stays(s, column, n_rows)):
                    continue
                unit = s.match_i[COLUMN_UNIT, column]
                cost += price * (loss_of(p, s, s.unit[unit].goal) - s.match_f[_LOSS, column])
                if cost < least - 1e-9:
                    best, least = column, cost
            shift_cover(p, s, s.match_i[COLUMN_UNIT, best], -1)
            s.match_i[COLUMN_OF, row] = best
            changed = changed or best != taken
        if not changed:
            return


@leaf
def _leaves(s: State, row: int) -> bool:
    """Whether a free unit is sent to this row."""
    column = s.match_i[COLUMN_OF, row]
    if column < 0:
        return False
    doing = s.unit[s.match_i[COLUMN_UNIT, column]].doing
    return doing in (FREE, PROACTIVE)


@leaf
def _stays(s: State, column: int, n_rows: int) -> bool:
    """Whether the unit of this column is free and sent nowhere."""
    doing = s.unit[s.match_i[COLUMN_UNIT, column]].doing
    stays = doing in (FREE, PROACTIVE)
    for row in range(n_rows):
        stays = stays and s.match_i[COLUMN_OF, row] != column
    return stays


@compiled
def plan_jointly(w: World, now: float) -> int:
    """Decide; return the number of rows. Row k's unit is read by :func:`unit_of`."""
    s = w.s
    n_rows = _add_rows(w, now)
    if n_rows == 0:
        return 0
    n_columns = _add_columns(w, n_rows)
    for row in range(n_rows):
        _fill(w, row, n_columns, now)
    match(s.match_f, s.match_i, n_rows, n_columns)
    sent = 0
    for row in range(n_rows):
        sent += _leaves(s, row)
    if sent > 1:
        _better(w, n_rows, n_columns)
    return n_rows


@leaf
def unit_of(s: State, row: int) -> int:
    """Return the unit that the plan sends to this row, -1 for none."""
    column = s.match_i[COLUMN_OF, row]
    return s.match_i[COLUMN_UNIT, column] if column >= 0 else -1

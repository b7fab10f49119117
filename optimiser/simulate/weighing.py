"""What a unit at a call is worth to the optimised policies, in weighted seconds."""

from __future__ import annotations

import numpy as np

from optimiser.simulate.allowing import ends_at, may_take
from optimiser.simulate.compiled import compiled, leaf
from optimiser.simulate.covering import count_cover, loss_of
from optimiser.simulate.moving import place, time_slice
from optimiser.simulate.state import (
    AWAITS,
    COVER_PRICE,
    FIRST,
    FURTHER,
    LATE,
    LATE_FULL,
    N_POOL,
    PACE,
    UNFILLED,
    CallArrays,
    PolicyArrays,
    RuleArrays,
    State,
    TravelArrays,
)
from optimiser.simulate.world import World


@leaf
def way_of(
    c: CallArrays, t: TravelArrays, r: RuleArrays, p: PolicyArrays, s: State, unit: int, at: int, call: int,
    part: int,
) -> float:  # fmt: skip
    """Seconds from the order to the arrival, as a dispatcher expects them."""
    grade = c.call[call].grade
    mode = t.mode[s.unit[unit].kind, grade]
    return float(
        r.grade[grade].turnout + p.price[0, grade, PACE] * float(t.table[mode, part, at, c.call[call].zone])
    )


@leaf
def weigh(
    c: CallArrays, r: RuleArrays, p: PolicyArrays, call: int, way: float, first: bool, now: float
) -> float:
    """Weighted seconds of an arrival in so many seconds, as the first unit or a further one."""
    grade = c.call[call].grade
    late = max(0.0, now - c.call[call].time + c.call[call].delay + way - r.grade[grade].target)
    if first:
        weight = p.price[0, grade, LATE]
        if c.call[call].need == 1:  # the first is also the last that it needs
            weight += p.price[0, grade, LATE_FULL]
        return float(p.price[0, grade, FIRST] * way + weight * late)
    return float(p.price[0, grade, FURTHER] * way + p.price[0, grade, LATE_FULL] * late)


@compiled
def choose_one(w: World, call: int, now: float) -> int:
    """Return the unit of least weighted seconds for one call, or -1: nobody may go, or waiting is worth more."""
    c, t, r, p, s = w.c, w.t, w.r, w.p, w.s
    grade = c.call[call].grade
    part = time_slice(t, now)
    first = c.call[call].got == 0
    price = p.price[0, grade, COVER_PRICE]
    if price > 0:
        count_cover(w, -1)
    # late already: no unit sent can mend that, so it counts for sending nobody too
    best, least = -1, p.price[0, grade, UNFILLED] + weigh(c, r, p, call, 0.0, first, now)
    for k in range(s.n[N_POOL]):
        unit = s.pool[k]
        if not may_take(r, s, unit, grade, now):
            continue
        way = way_of(c, t, r, p, s, unit, place(t, s, unit, now), call, part)
        cost = weigh(c, r, p, call, way, first, now)
        if price > 0:
            cost += price * loss_of(p, s, s.unit[unit].goal)
        if cost < least or (cost == least and unit < best):
            best, least = unit, cost
    if p.price[0, grade, AWAITS] > 0 and comes_sooner(w, call, least, first, now):
        return -1
    return best


@compiled
def comes_sooner(w: World, call: int, least: float, first: bool, now: float) -> bool:
    """Whether a unit whose end is known costs less than that, and would be there within the target."""
    c, t, r, p, s = w.c, w.t, w.r, w.p, w.s
    grade = c.call[call].grade
    part = time_slice(t, now)
    left = r.grade[grade].target - (now - c.call[call].time + c.call[call].delay)
    for unit in range(len(s.unit)):
        if may_take(r, s, unit, grade, now):
            continue
        end = ends_at(r, s, unit, grade)
        if end < np.inf:
            way = end - now + way_of(c, t, r, p, s, unit, s.unit[unit].goal, call, part)
            if way <= left and weigh(c, r, p, call, way, first, now) < least:
                return True
    return False

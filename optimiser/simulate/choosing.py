"""Which unit a policy sends next to a call. Each policy is data: a kind and its tables (:mod:`.policy`)."""

from __future__ import annotations

import numpy as np

from optimiser.simulate.allowing import ends_at, may_take
from optimiser.simulate.compiled import compiled, leaf
from optimiser.simulate.covering import bared_by, count_cover, loss_of
from optimiser.simulate.moving import place, time_slice
from optimiser.simulate.state import (
    N_POOL,
    SCENE,
    TRAVEL,
    CallArrays,
    FleetArrays,
    PolicyArrays,
    State,
    TravelArrays,
)
from optimiser.simulate.weighing import choose_one
from optimiser.simulate.world import World

NEAREST, TABLE, CROW, RANDOM, OUTSIDE, COVER, VETO, LEIGH, ONE, JOINT = range(10)
_MOST_NEAR = 16


@leaf
def _cost(
    c: CallArrays,
    f: FleetArrays,
    t: TravelArrays,
    p: PolicyArrays,
    s: State,
    unit: int,
    call: int,
    now: float,
) -> float:
    at, to = place(t, s, unit, now), c.call[call].zone
    if p.kind == CROW:
        return float(np.hypot(t.xy[at, 0] - t.xy[to, 0], t.xy[at, 1] - t.xy[to, 1]))
    cost = float(t.table[t.mode[s.unit[unit].kind, c.call[call].grade], time_slice(t, now), at, to])
    if p.kind == COVER:
        cost += p.cost[c.call[call].grade] * loss_of(p, s, s.unit[unit].goal)
    return cost


@compiled
def _random(w: World, call: int, now: float) -> int:
    """Any unit within the radius with equal chance, drawn by the call's own number; else the quickest."""
    c, f, t, r, p, s = w.c, w.f, w.t, w.r, w.p, w.s
    grade = c.call[call].grade
    within, best, least = 0, -1, np.inf
    for turn in range(2):
        wanted = (
            int((c.call[call].draw * 7919.0 * (1 + c.call[call].sent)) % 1.0 * within) if turn == 1 else -1
        )
        seen = 0
        for unit in range(len(s.unit)):
            if s.unit[unit].pool_at < 0 or not may_take(r, s, unit, grade, now):
                continue
            cost = _cost(c, f, t, p, s, unit, call, now)
            if cost <= p.number[0]:
                if turn == 1 and seen == wanted:
                    return unit
                seen += 1
            if cost < least:
                best, least = unit, cost
        within = seen
        if within == 0:
            return best
    return best


@compiled
def _guarded(w: World, call: int, now: float) -> int:
    """Return the quickest unit whose going bares no more than the share allowed; the quickest of all if none.

    Leigh's rule looks only at the few nearest by crow, lets the most urgent grade go whatever it bares, and lets the
    others wait for a unit whose break or prisoner run ends in time.
    """
    c, f, t, r, p, s = w.c, w.f, w.t, w.r, w.p, w.s
    grade = c.call[call].grade
    limit = _far_limit(w, call, now) if p.kind == LEIGH else np.inf
    guarded = p.kind == VETO or grade > 0
    if guarded:
        count_cover(w, -1)
    best, least, any_best, any_least = -1, np.inf, -1, np.inf
    to = c.call[call].zone
    for k in range(s.n[N_POOL]):
        unit = s.pool[k]
        if not may_take(r, s, unit, grade, now):
            continue
        at = place(t, s, unit, now)
        if np.hypot(t.xy[at, 0] - t.xy[to, 0], t.xy[at, 1] - t.xy[to, 1]) > limit:
            continue
        cost = _cost(c, f, t, p, s, unit, call, now)
        if cost < any_least or (cost == any_least and unit < any_best):
            any_best, any_least = unit, cost
        if guarded and bared_by(p, s, s.unit[unit].goal) > p.number[0]:
            continue
        if cost < least or (cost == least and unit < best):
            best, least = unit, cost
    if best < 0:
        best, least = any_best, any_least
    if p.kind == LEIGH and grade > 0 and p.number[2] > 0 and _ends_sooner(w, call, least, now):
        return -1
    return best


@compiled
def _ends_sooner(w: World, call: int, least: float, now: float) -> bool:
    """Whether a unit whose break or prisoner run ends is there before the one chosen, and within the target."""
    c, t, r, s = w.c, w.t, w.r, w.s
    grade = c.call[call].grade
    part = time_slice(t, now)
    left = r.grade[grade].target - (now - c.call[call].time + c.call[call].delay) - r.grade[grade].turnout
    for unit in range(len(s.unit)):
        end = ends_at(r, s, unit, grade)
        if end < np.inf and not may_take(r, s, unit, grade, now):
            mode = t.mode[s.unit[unit].kind, grade]
            way = end - now + t.table[mode, part, s.unit[unit].goal, c.call[call].zone]
            if way < least and way <= left:
                return True
    return False


@compiled
def _far_limit(w: World, call: int, now: float) -> float:
    """Distance by crow of the n-th nearest unit that may be sent, n the policy's number, at most 16."""
    c, t, r, p, s = w.c, w.t, w.r, w.p, w.s
    to, n = c.call[call].zone, min(int(p.number[1]), _MOST_NEAR)
    limit = 0.0
    for _ in range(n):
        nearer, found = np.inf, False
        for k in range(s.n[N_POOL]):
            unit = s.pool[k]
            if may_take(r, s, unit, c.call[call].grade, now):
                at = place(t, s, unit, now)
                d = np.hypot(t.xy[at, 0] - t.xy[to, 0], t.xy[at, 1] - t.xy[to, 1])
                if limit < d < nearer:
                    nearer, found = d, True
        if not found:
            break
        limit = nearer
    return limit


@compiled
def choose(w: World, call: int, now: float) -> int:
    """Return the unit to send next, or -1 if none may go; ties to the smaller number."""
    c, f, t, r, p, s = w.c, w.f, w.t, w.r, w.p, w.s
    grade = c.call[call].grade
    if p.kind == TABLE:
        row = c.call[call].zone
        for k in range(p.order.shape[1]):
            unit = p.order[row, k]
            if unit < 0:
                break
            if s.unit[unit].pool_at >= 0 and may_take(r, s, unit, grade, now):
                return unit
        return -1
    if p.kind == RANDOM:
        return _random(w, call, now)
    if p.kind == ONE:
        return choose_one(w, call, now)
    if p.kind in (VETO, LEIGH):
        return _guarded(w, call, now)
    if p.kind == COVER and p.cost[grade] > 0:
        count_cover(w, -1)
    best, least = -1, np.inf
    for k in range(s.n[N_POOL]):
        unit = s.pool[k]
        if may_take(r, s, unit, grade, now):
            cost = _cost(c, f, t, p, s, unit, call, now)
            if cost < least or (cost == least and unit < best):
                best, least = unit, cost
    return best


@compiled
def choose_cut(w: World, call: int, now: float) -> int:
    """Return the nearest unit on a call that this one may interrupt, or -1."""
    c, f, t, r, p, s = w.c, w.f, w.t, w.r, w.p, w.s
    grade = c.call[call].grade
    best, least = -1, np.inf
    for unit in range(len(s.unit)):
        doing = s.unit[unit].doing
        if (
            (doing in (TRAVEL, SCENE))
            and c.call[s.unit[unit].call].grade >= r.grade[grade].cuts
            and s.unit[unit].leaving == 0
            and now + r.grade[grade].tail <= s.unit[unit].shift_end
        ):
            cost = _cost(c, f, t, p, s, unit, call, now)
            if cost < least:
                best, least = unit, cost
    return best


@compiled
def choose_diversion(w: World, call: int, free: int, now: float) -> int:
    """Return a unit on its way to a less urgent call that comes sooner than the free one by the gain asked, or -1."""
    c, t, r, s = w.c, w.t, w.r, w.s
    rule = r.grade[c.call[call].grade]
    part = time_slice(t, now)
    to = c.call[call].zone
    best, least = -1, np.inf
    if free >= 0:
        mode = t.mode[s.unit[free].kind, c.call[call].grade]
        least = t.table[mode, part, place(t, s, free, now), to] - rule.divert_gain
    for unit in range(len(s.unit)):
        if (
            s.unit[unit].doing == TRAVEL
            and s.unit[unit].leaving == 0
            and now + rule.tail <= s.unit[unit].shift_end
            and c.call[s.unit[unit].call].grade >= rule.diverts
        ):
            mode = t.mode[s.unit[unit].kind, c.call[call].grade]
            took = t.table[mode, part, place(t, s, unit, now), to]
            if took < least:
                best, least = unit, took
    return best

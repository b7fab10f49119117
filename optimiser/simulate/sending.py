"""Orders: a unit sent, turned to something else or taken off its call; calls into the queue and out of it."""

from __future__ import annotations

import numpy as np

from optimiser.simulate.account import become
from optimiser.simulate.clock import set_timer
from optimiser.simulate.compiled import compiled, leaf
from optimiser.simulate.moving import halt, set_out
from optimiser.simulate.state import (
    BREAK,
    FREE,
    N_CUT,
    N_ENROUTE,
    N_FREE,
    N_POOL,
    N_QUEUE,
    PROACTIVE,
    SCENE,
    TRAVEL,
    CallArrays,
    RuleArrays,
    State,
)
from optimiser.simulate.world import World


@leaf
def join_pool(s: State, unit: int) -> None:
    """Put a unit among those that may be asked for."""
    if s.unit[unit].pool_at < 0:
        s.unit[unit].pool_at = s.n[N_POOL]
        s.pool[s.n[N_POOL]] = unit
        s.n[N_POOL] += 1


@leaf
def leave_pool(s: State, unit: int) -> None:
    """Take a unit from among those that may be asked for."""
    at = s.unit[unit].pool_at
    if at >= 0:
        last = s.pool[s.n[N_POOL] - 1]
        s.pool[at] = last
        s.unit[last].pool_at = at
        s.unit[unit].pool_at = -1
        s.n[N_POOL] -= 1


@compiled
def turn_to(w: World, unit: int, doing: int, until: float, now: float) -> None:
    """Let a unit do something until a moment, keeping the pool and the count of free units true."""
    c, f, r, s = w.c, w.f, w.r, w.s
    before = s.unit[unit].doing
    s.n[N_FREE] += (doing in (FREE, PROACTIVE)) - (before in (FREE, PROACTIVE))
    s.n[N_ENROUTE] += (doing == TRAVEL) - (before == TRAVEL)
    become(c, f, r, s, unit, doing, now)
    set_timer(s, unit, until)
    if doing in (FREE, PROACTIVE, BREAK):
        join_pool(s, unit)
    else:
        leave_pool(s, unit)


@compiled
def send(w: World, unit: int, call: int, now: float) -> None:
    """Send a unit to a call."""
    c, t, r, s = w.c, w.t, w.r, w.s
    grade = c.call[call].grade
    if s.unit[unit].doing == BREAK and s.unit[unit].meal_due == 0.0:
        s.unit[unit].meal_due = max(0.0, s.timer[unit] - now)  # the rest of it is still due
    took = set_out(t, s, unit, grade, s.unit[unit].kind, c.call[call].zone, now) * c.call[call].pace
    took += r.grade[grade].turnout
    s.unit[unit].due_at = now + took
    s.unit[unit].call = -1
    turn_to(w, unit, TRAVEL, now + took, now)
    s.unit[unit].call = call
    k = min(c.call[call].sent, c.width - 1)
    s.unit[unit].work = c.service[call * c.width + k]
    c.call[call].sent += 1
    c.call[call].got += s.unit[unit].officers if r.by_officers else 1
    c.call[call].sent_at = min(c.call[call].sent_at, now)
    if c.call[call].first_unit < 0:
        c.call[call].first_unit = unit


@compiled
def cut(w: World, unit: int, now: float) -> None:
    """Take a unit off its call, which is open again and waits for what is left of the work."""
    c, t, r, s = w.c, w.t, w.r, w.s
    call = s.unit[unit].call
    weight = s.unit[unit].officers if r.by_officers else 1
    rest = s.unit[unit].work
    if s.unit[unit].doing == SCENE:
        rest = max(0.0, s.timer[unit] - now)
        c.call[call].there -= weight
    c.call[call].got -= weight
    c.call[call].sent -= 1
    k = min(c.call[call].sent, c.width - 1)
    c.service[call * c.width + k] = rest
    c.call[call].cut += 1
    if c.call[call].first_unit == unit:
        c.call[call].first_unit = -1  # who comes instead also has the work after the scene
    s.n[N_CUT] += 1
    halt(t, s, unit, now)
    turn_to(w, unit, FREE, np.inf, now)
    s.unit[unit].call = -1
    enqueue(c, r, s, call)


@leaf
def enqueue(c: CallArrays, r: RuleArrays, s: State, call: int) -> None:
    """Put a call into the queue at its place, once."""
    key = c.call[call].time + r.grade[c.call[call].grade].rank
    n = s.n[N_QUEUE]
    low, high = 0, n
    while low < high:
        mid = (low + high) // 2
        if s.queue_key[mid] < key or (s.queue_key[mid] == key and s.queue[mid] < call):
            low = mid + 1
        else:
            high = mid
    if low < n and s.queue[low] == call:
        return
    for i in range(n, low, -1):
        s.queue[i] = s.queue[i - 1]
        s.queue_key[i] = s.queue_key[i - 1]
    s.queue[low] = call
    s.queue_key[low] = key
    s.n[N_QUEUE] = n + 1


@leaf
def dequeue(s: State, at: int) -> None:
    """Take the call at this place out of the queue."""
    n = s.n[N_QUEUE] - 1
    for i in range(at, n):
        s.queue[i] = s.queue[i + 1]
        s.queue_key[i] = s.queue_key[i + 1]
    s.n[N_QUEUE] = n

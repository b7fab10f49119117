"""What happens to units and calls: sent, arrived, finished, interrupted, queued, on and off duty."""

from __future__ import annotations

import numpy as np

from optimiser.simulate.account import become
from optimiser.simulate.choosing import OUTSIDE, choose, choose_cut, choose_diversion, may_take
from optimiser.simulate.clock import set_timer
from optimiser.simulate.compiled import compiled, leaf
from optimiser.simulate.covering import best_post
from optimiser.simulate.moving import place, set_out
from optimiser.simulate.state import (
    ASKED,
    BREAK,
    CUSTODY,
    FREE,
    MEAL,
    N_CUT,
    N_DROPPED,
    N_ENROUTE,
    N_FREE,
    N_MISSED_BREAKS,
    N_POOL,
    N_QUEUE,
    OFF,
    PATROL,
    PROACTIVE,
    SCENE,
    SHIFT_END,
    SHIFT_START,
    TRAVEL,
    CallArrays,
    FleetArrays,
    PolicyArrays,
    RuleArrays,
    State,
    TravelArrays,
)
from optimiser.units import SECONDS_PER_HOUR


@leaf
def _join(s: State, unit: int) -> None:
    if s.unit[unit].pool_at < 0:
        s.unit[unit].pool_at = s.n[N_POOL]
        s.pool[s.n[N_POOL]] = unit
        s.n[N_POOL] += 1


@leaf
def _part(s: State, unit: int) -> None:
    at = s.unit[unit].pool_at
    if at >= 0:
        last = s.pool[s.n[N_POOL] - 1]
        s.pool[at] = last
        s.unit[last].pool_at = at
        s.unit[unit].pool_at = -1
        s.n[N_POOL] -= 1


@compiled
def turn_to(
    c: CallArrays, f: FleetArrays, r: RuleArrays, s: State, unit: int, doing: int, until: float, now: float
) -> None:
    """Let a unit do something until a moment, keeping the pool and the count of free units true."""
    before = s.unit[unit].doing
    s.n[N_FREE] += (doing in (FREE, PROACTIVE)) - (before in (FREE, PROACTIVE))
    s.n[N_ENROUTE] += (doing == TRAVEL) - (before == TRAVEL)
    become(c, f, r, s, unit, doing, now)
    set_timer(s, unit, until)
    if doing in (FREE, PROACTIVE, BREAK):
        _join(s, unit)
    else:
        _part(s, unit)


@compiled
def send(
    c: CallArrays, f: FleetArrays, t: TravelArrays, r: RuleArrays, s: State, unit: int, call: int, now: float
) -> None:
    """Send a unit to a call."""
    grade = c.call[call].grade
    if s.unit[unit].doing == BREAK and s.unit[unit].meal_due == 0.0:
        s.unit[unit].meal_due = max(0.0, s.timer[unit] - now)  # the rest of it is still due
    took = set_out(t, s, unit, grade, s.unit[unit].kind, c.call[call].zone, now) * c.call[call].pace
    took += r.grade[grade].turnout
    s.unit[unit].due_at = now + took
    s.unit[unit].call = -1
    turn_to(c, f, r, s, unit, TRAVEL, now + took, now)
    s.unit[unit].call = call
    k = min(c.call[call].sent, c.width - 1)
    s.unit[unit].work = c.service[call * c.width + k]
    c.call[call].sent += 1
    c.call[call].got += s.unit[unit].officers if r.by_officers else 1
    if c.call[call].sent_at == np.inf:
        c.call[call].sent_at = now
        c.call[call].first_unit = unit


@compiled
def cut(
    c: CallArrays, f: FleetArrays, t: TravelArrays, r: RuleArrays, s: State, unit: int, now: float
) -> None:
    """Take a unit off its call, which is open again and waits for what is left of the work."""
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
    s.n[N_CUT] += 1
    s.unit[unit].goal = place(t, s, unit, now)
    s.unit[unit].due_at = now
    turn_to(c, f, r, s, unit, FREE, np.inf, now)
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


@compiled
def _enough(c: CallArrays, f: FleetArrays, r: RuleArrays, s: State, call: int, now: float) -> bool:
    there = c.call[call].got
    for k in range(s.n[N_POOL]):
        unit = s.pool[k]
        if may_take(r, s, unit, c.call[call].grade, now):
            there += s.unit[unit].officers if r.by_officers else 1
            if there >= c.call[call].need:
                return True
    return there >= c.call[call].need


@leaf
def _open_to(c: CallArrays, r: RuleArrays, s: State, call: int, now: float) -> bool:
    """Whether the reserve lets a free unit go to this call."""
    rule = r.grade[c.call[call].grade]
    free = s.n[N_FREE]
    return (
        free > rule.reserve
        or now - c.call[call].time >= rule.reserve_until
        or (rule.from_break and free == 0)
    )


@compiled
def serve(
    c: CallArrays,
    f: FleetArrays,
    t: TravelArrays,
    r: RuleArrays,
    p: PolicyArrays,
    s: State,
    call: int,
    now: float,
) -> bool:
    """Send what the policy sends and the rules let go; True if the call has what it needs."""
    grade = c.call[call].grade
    if r.grade[grade].together and c.call[call].need > 1 and not _enough(c, f, r, s, call, now):
        return False
    while c.call[call].got < c.call[call].need:
        unit = -1
        if _open_to(c, r, s, call, now):
            unit = choose(c, f, t, r, p, s, call, now)
        if r.grade[grade].diverts < len(r.grade):
            turned = choose_diversion(c, f, t, r, p, s, call, unit, now)
            if turned >= 0:
                unit = turned
                cut(c, f, t, r, s, unit, now)
        if unit < 0 and r.grade[grade].cuts < len(r.grade):
            unit = choose_cut(c, f, t, r, p, s, call, now)
            if unit >= 0:
                cut(c, f, t, r, s, unit, now)
        if unit < 0:
            return False
        send(c, f, t, r, s, unit, call, now)
    return True


@compiled
def serve_queue(
    c: CallArrays, f: FleetArrays, t: TravelArrays, r: RuleArrays, p: PolicyArrays, s: State, now: float
) -> None:
    """Offer the units that are free to the calls that wait, the most urgent and oldest first."""
    if p.kind == OUTSIDE:
        s.n[ASKED] = 1
        return
    at = 0
    while at < s.n[N_QUEUE] and s.n[N_POOL] > 0:
        call = s.queue[at]
        if c.call[call].got == 0 and now - c.call[call].time > r.grade[c.call[call].grade].patience:
            s.n[N_DROPPED] += 1
            dequeue(s, at)
        elif _open_to(c, r, s, call, now) and serve(c, f, t, r, p, s, call, now):
            # a call that was cut meanwhile may have come in before this one
            while s.queue[at] != call:
                at += 1
            dequeue(s, at)
            rule = r.grade[c.call[call].grade]
            at = 0 if min(rule.cuts, rule.diverts) < len(r.grade) else at
        else:
            at += 1


@compiled
def release(
    c: CallArrays,
    f: FleetArrays,
    t: TravelArrays,
    r: RuleArrays,
    p: PolicyArrays,
    s: State,
    unit: int,
    now: float,
) -> None:
    """Let a unit go on after what it did: off duty, to a waiting call, to its break, or to its post."""
    if s.unit[unit].leaving == 1:
        if s.unit[unit].meal_due > 0:
            s.n[N_MISSED_BREAKS] += 1
        s.unit[unit].meal_due = 0.0
        turn_to(c, f, r, s, unit, OFF, np.inf, now)
        s.unit[unit].call = -1
        s.unit[unit].leaving = 0
        s.unit[unit].goal = s.unit[unit].post
        s.unit[unit].due_at = now
        return
    turn_to(c, f, r, s, unit, FREE, np.inf, now)
    s.unit[unit].call = -1
    if s.n[N_QUEUE] > 0 or p.kind == OUTSIDE:
        serve_queue(c, f, t, r, p, s, now)
    if s.unit[unit].doing != FREE:
        return
    if s.unit[unit].meal_due > 0 and s.n[N_QUEUE] == 0:
        due = s.unit[unit].meal_due
        s.unit[unit].meal_due = 0.0
        turn_to(c, f, r, s, unit, BREAK, now + due, now)
    else:
        post = best_post(p, s, unit) if len(p.posts) > 0 else s.unit[unit].post
        if place(t, s, unit, now) != post and s.unit[unit].goal != post:
            set_out(t, s, unit, -1, s.unit[unit].kind, post, now)


@compiled
def unit_done(
    c: CallArrays,
    f: FleetArrays,
    t: TravelArrays,
    r: RuleArrays,
    p: PolicyArrays,
    s: State,
    unit: int,
    now: float,
) -> None:
    """Let a unit whose timer ran out arrive at its call, or go on after what it finished."""
    call = s.unit[unit].call
    if s.unit[unit].doing == TRAVEL:
        c.call[call].there += s.unit[unit].officers if r.by_officers else 1
        c.call[call].arrived_at = min(c.call[call].arrived_at, now)
        if c.call[call].there >= c.call[call].need and c.call[call].full_at == np.inf:
            c.call[call].full_at = now
        turn_to(c, f, r, s, unit, SCENE, now + s.unit[unit].work, now)
    elif s.unit[unit].doing == SCENE and c.call[call].after >= 0 and c.call[call].first_unit == unit:
        way = 0.0
        if len(f.sites) > 0:
            way = set_out(
                t,
                s,
                unit,
                0 if r.site_lights else -1,
                s.unit[unit].kind,
                _site(c, f, t, r, s, unit, call, now),
                now,
            )
        turn_to(c, f, r, s, unit, CUSTODY, now + way + c.call[call].after, now)
    else:
        release(c, f, t, r, p, s, unit, now)


@compiled
def _site(
    c: CallArrays, f: FleetArrays, t: TravelArrays, r: RuleArrays, s: State, unit: int, call: int, now: float
) -> int:
    hour = int(now // SECONDS_PER_HOUR) % 168
    mode, part = t.mode[s.unit[unit].kind, 0 if r.site_lights else -1], t.slice_of_hour[hour]
    best = f.sites[0]
    for site in f.sites:
        if t.table[mode, part, c.call[call].zone, site] < t.table[mode, part, c.call[call].zone, best]:
            best = site
    return best


@compiled
def duty(
    c: CallArrays,
    f: FleetArrays,
    t: TravelArrays,
    r: RuleArrays,
    p: PolicyArrays,
    s: State,
    event: int,
    now: float,
) -> None:
    """Begin or end a unit's shift, or tell it that a break or a proactive block is due."""
    unit, what, length = f.duty[event].unit, f.duty[event].what, f.duty[event].s
    idle = s.unit[unit].doing == FREE or s.unit[unit].doing == PROACTIVE
    if what == SHIFT_END:
        s.unit[unit].leaving = 1
        if idle or s.unit[unit].doing == BREAK:
            release(c, f, t, r, p, s, unit, now)
    elif what == SHIFT_START:
        s.unit[unit].shift_end = now + length
        if s.unit[unit].doing != OFF:
            s.unit[unit].leaving = 0  # the relief takes over where the unit is, when the call is done
            return
        s.unit[unit].origin = s.unit[unit].post
        s.unit[unit].goal = s.unit[unit].post
        s.unit[unit].due_at = now
        if r.handover > 0:
            turn_to(c, f, r, s, unit, BREAK, now + r.handover, now)
            _part(s, unit)
        else:
            release(c, f, t, r, p, s, unit, now)
    elif what == MEAL:
        if idle:
            turn_to(c, f, r, s, unit, BREAK, now + length, now)
        elif s.unit[unit].doing != OFF:
            s.unit[unit].meal_due = length
    elif what == PATROL and s.unit[unit].doing == FREE:
        zone = f.duty[event].zone
        if zone >= 0:
            set_out(t, s, unit, -1, s.unit[unit].kind, zone, now)
        turn_to(c, f, r, s, unit, PROACTIVE, now + length, now)

"""What happens to units and calls: offered, arrived, finished, on and off duty."""

from __future__ import annotations

import numpy as np

from optimiser.simulate.allowing import enough, given_up, open_to
from optimiser.simulate.choosing import JOINT, OUTSIDE, choose, choose_cut, choose_diversion
from optimiser.simulate.compiled import compiled
from optimiser.simulate.covering import best_post
from optimiser.simulate.jointly import serve_jointly
from optimiser.simulate.moving import halt, place, set_out
from optimiser.simulate.relieving import relieved_by, take_over
from optimiser.simulate.sending import cut, dequeue, leave_pool, send, turn_to
from optimiser.simulate.state import (
    ASKED,
    BREAK,
    CUSTODY,
    FREE,
    MEAL,
    N_DROPPED,
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
)
from optimiser.simulate.world import World
from optimiser.units import SECONDS_PER_HOUR


@compiled
def serve(w: World, call: int, now: float) -> bool:
    """Send what the policy sends and the rules let go; True if the call has what it needs."""
    c, r, s = w.c, w.r, w.s
    grade = c.call[call].grade
    if r.grade[grade].together and c.call[call].need > 1 and not enough(w, call, now):
        return False
    while c.call[call].got < c.call[call].need:
        unit = -1
        if open_to(c, r, s, call, now):
            unit = choose(w, call, now)
        if r.grade[grade].diverts < len(r.grade):
            turned = choose_diversion(w, call, unit, now)
            if turned >= 0:
                unit = turned
                cut(w, unit, now)
        if unit < 0 and r.grade[grade].cuts < len(r.grade):
            unit = choose_cut(w, call, now)
            if unit >= 0:
                cut(w, unit, now)
        if unit < 0:
            return False
        send(w, unit, call, now)
    return True


@compiled
def serve_queue(w: World, now: float) -> None:
    """Offer the units that are free to the calls that wait, the most urgent and oldest first."""
    c, r, p, s = w.c, w.r, w.p, w.s
    if p.kind == OUTSIDE:
        s.n[ASKED] = 1
        return
    if p.kind == JOINT:
        serve_jointly(w, now)
        return
    at = 0
    while at < s.n[N_QUEUE] and s.n[N_POOL] > 0:
        call = s.queue[at]
        if given_up(c, r, call, now):
            s.n[N_DROPPED] += 1
            dequeue(s, at)
        elif open_to(c, r, s, call, now) and serve(w, call, now):
            # a call that was cut meanwhile may have come in before this one
            while s.queue[at] != call:
                at += 1
            dequeue(s, at)
            rule = r.grade[c.call[call].grade]
            at = 0 if min(rule.cuts, rule.diverts) < len(r.grade) else at
        else:
            at += 1


@compiled
def release(w: World, unit: int, now: float) -> None:
    """Let a unit go on after what it did, and each unit whose call it takes over."""
    while unit >= 0:
        unit = _go_on(w, unit, now)


@compiled
def _go_on(w: World, unit: int, now: float) -> int:
    """Go off duty, to a waiting call, to a break, to a call of a unit that is farther, or to the post.

    Returns the unit whose call was taken over, -1 for none.
    """
    t, r, p, s = w.t, w.r, w.p, w.s
    if s.unit[unit].leaving == 1:
        if s.unit[unit].meal_due > 0:
            s.n[N_MISSED_BREAKS] += 1
        s.unit[unit].meal_due = 0.0
        turn_to(w, unit, OFF, np.inf, now)
        s.unit[unit].call = -1
        s.unit[unit].leaving = 0
        halt(t, s, unit, now)
        s.unit[unit].goal = s.unit[unit].post
        return -1
    turn_to(w, unit, FREE, np.inf, now)
    s.unit[unit].call = -1
    if s.n[N_QUEUE] > 0 or p.kind == OUTSIDE:
        serve_queue(w, now)
    if s.unit[unit].doing != FREE:
        return -1
    if s.unit[unit].meal_due > 0 and s.n[N_QUEUE] == 0:
        due = s.unit[unit].meal_due
        s.unit[unit].meal_due = 0.0
        turn_to(w, unit, BREAK, now + due, now)
        return -1
    other = relieved_by(w, unit, now) if r.takes_over else -1
    if other >= 0:
        take_over(w, unit, other, now)
    else:
        post = best_post(w, unit, now) if len(p.posts) > 0 else s.unit[unit].post
        if place(t, s, unit, now) != post and s.unit[unit].goal != post:
            set_out(t, s, unit, -1, s.unit[unit].kind, post, now)
    return other


@compiled
def unit_done(w: World, unit: int, now: float) -> None:
    """Let a unit whose timer ran out arrive at its call, or go on after what it finished."""
    c, f, t, r, s = w.c, w.f, w.t, w.r, w.s
    call = s.unit[unit].call
    if s.unit[unit].doing == TRAVEL:
        c.call[call].there += s.unit[unit].officers if r.by_officers else 1
        c.call[call].arrived_at = min(c.call[call].arrived_at, now)
        if c.call[call].there >= c.call[call].need and c.call[call].full_at == np.inf:
            c.call[call].full_at = now
        turn_to(w, unit, SCENE, now + s.unit[unit].work, now)
    elif s.unit[unit].doing == SCENE and c.call[call].after >= 0 and c.call[call].first_unit == unit:
        way = 0.0
        if len(f.sites) > 0:
            way = set_out(
                t,
                s,
                unit,
                0 if r.site_lights else -1,
                s.unit[unit].kind,
                _site(w, unit, call, now),
                now,
            )
        turn_to(w, unit, CUSTODY, now + way + c.call[call].after, now)
    else:
        release(w, unit, now)


@compiled
def _site(w: World, unit: int, call: int, now: float) -> int:
    c, f, t, r, s = w.c, w.f, w.t, w.r, w.s
    hour = int(now // SECONDS_PER_HOUR) % 168
    mode, part = t.mode[s.unit[unit].kind, 0 if r.site_lights else -1], t.slice_of_hour[hour]
    best = f.sites[0]
    for site in f.sites:
        if t.table[mode, part, c.call[call].zone, site] < t.table[mode, part, c.call[call].zone, best]:
            best = site
    return best


@compiled
def duty(w: World, event: int, now: float) -> None:
    """Begin or end a unit's shift, or tell it that a break or a proactive block is due."""
    f, t, r, s = w.f, w.t, w.r, w.s
    unit, what, length = f.duty[event].unit, f.duty[event].what, f.duty[event].s
    idle = s.unit[unit].doing == FREE or s.unit[unit].doing == PROACTIVE
    if what == SHIFT_END:
        s.unit[unit].leaving = 1
        if idle or s.unit[unit].doing == BREAK:
            release(w, unit, now)
    elif what == SHIFT_START:
        s.unit[unit].shift_end = now + length
        if s.unit[unit].doing != OFF:
            s.unit[unit].leaving = 0  # the relief takes over where the unit is, when the call is done
            return
        s.unit[unit].origin = s.unit[unit].post
        s.unit[unit].goal = s.unit[unit].post
        s.unit[unit].due_at = now
        if r.handover > 0:
            turn_to(w, unit, BREAK, now + r.handover, now)
            leave_pool(s, unit)
        else:
            release(w, unit, now)
    elif what == MEAL:
        if idle:
            turn_to(w, unit, BREAK, now + length, now)
        elif s.unit[unit].doing != OFF:
            s.unit[unit].meal_due = length
    elif what == PATROL and s.unit[unit].doing == FREE:
        zone = f.duty[event].zone
        if zone >= 0:
            set_out(t, s, unit, -1, s.unit[unit].kind, zone, now)
        turn_to(w, unit, PROACTIVE, now + length, now)

"""A unit that comes free takes over a call from one that is still on its way to it and would be there later."""

from __future__ import annotations

from optimiser.simulate.allowing import may_take
from optimiser.simulate.compiled import compiled
from optimiser.simulate.moving import place, time_slice
from optimiser.simulate.sending import cut, dequeue, send
from optimiser.simulate.state import TRAVEL
from optimiser.simulate.world import World


@compiled
def relieved_by(w: World, unit: int, now: float) -> int:
    """Return the unit on its way that this free one is ahead of by the most, over the gain asked, or -1.

    Both ways are compared as the table tells them: what makes one call's ways longer does so for both.
    """
    c, t, r, s = w.c, w.t, w.r, w.s
    part, at = time_slice(t, now), place(t, s, unit, now)
    best, most = -1, 0.0
    for other in range(len(s.unit)):
        if s.unit[other].doing != TRAVEL:
            continue
        call = s.unit[other].call
        rule = r.grade[c.call[call].grade]
        if not rule.takes_over or not may_take(r, s, unit, c.call[call].grade, now):
            continue
        if r.by_officers and s.unit[unit].officers < s.unit[other].officers:
            continue
        mode = t.mode[s.unit[unit].kind, c.call[call].grade]
        own = t.table[mode, part, at, c.call[call].zone] + rule.turnout / c.call[call].pace
        gain = (s.unit[other].due_at - now) / c.call[call].pace - own - rule.divert_gain
        if gain > most:
            best, most = other, gain
    return best


@compiled
def take_over(w: World, unit: int, other: int, now: float) -> None:
    """Send a free unit to the call of another, which is free then."""
    s = w.s
    call = s.unit[other].call
    cut(w, other, now)
    at = 0
    while s.queue[at] != call:
        at += 1
    dequeue(s, at)
    send(w, unit, call, now)

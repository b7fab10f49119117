"""A joint plan put into effect: units turned round, units sent, and free units moved to restore cover."""

from __future__ import annotations

from optimiser.simulate.allowing import given_up, may_take, open_to
from optimiser.simulate.choosing import choose_cut
from optimiser.simulate.compiled import compiled
from optimiser.simulate.covering import best_move
from optimiser.simulate.joining import SLOT_CALL, SLOT_UNIT, plan_jointly, unit_of
from optimiser.simulate.moving import set_out
from optimiser.simulate.sending import cut, dequeue, send
from optimiser.simulate.state import (
    N_DROPPED,
    N_QUEUE,
    TRAVEL,
)
from optimiser.simulate.world import World


@compiled
def serve_jointly(w: World, now: float) -> None:
    """Plan all open calls together and act on it; what is not served waits for the next event."""
    c, p, s = w.c, w.p, w.s
    _drop(w, now)
    if s.n[N_QUEUE] > 0:
        n_rows = plan_jointly(w, now)
        for row in range(n_rows):
            unit = unit_of(s, row)
            if unit >= 0 and s.unit[unit].doing == TRAVEL and s.match_i[SLOT_UNIT, row] != unit:
                cut(w, unit, now)
        for row in range(n_rows):
            _send_to(w, row, now)
        _interrupt(w, now)
        at = 0
        while at < s.n[N_QUEUE]:
            if c.call[s.queue[at]].got >= c.call[s.queue[at]].need:
                dequeue(s, at)
            else:
                at += 1
    if len(p.posts) > 0:
        restore_cover(w, now)


@compiled
def restore_cover(w: World, now: float) -> None:
    """Move the free unit whose move is worth most, if it is worth its way."""
    t, s = w.t, w.s
    unit, post = best_move(w, now)
    if unit >= 0:
        set_out(t, s, unit, -1, s.unit[unit].kind, post, now)


@compiled
def _drop(w: World, now: float) -> None:
    c, r, s = w.c, w.r, w.s
    at = 0
    while at < s.n[N_QUEUE]:
        if given_up(c, r, s.queue[at], now):
            s.n[N_DROPPED] += 1
            dequeue(s, at)
        else:
            at += 1


@compiled
def _send_to(w: World, row: int, now: float) -> None:
    c, r, s = w.c, w.r, w.s
    unit, call, own = unit_of(s, row), s.match_i[SLOT_CALL, row], s.match_i[SLOT_UNIT, row]
    if unit < 0 or unit == own or c.call[call].got >= c.call[call].need:
        return
    if own >= 0 and s.unit[own].doing == TRAVEL and s.unit[own].call == call:
        return  # its own unit was not taken after all
    if may_take(r, s, unit, c.call[call].grade, now) and (own >= 0 or open_to(c, r, s, call, now)):
        send(w, unit, call, now)


@compiled
def _interrupt(w: World, now: float) -> None:
    """Take units off calls that the rules let a call interrupt where it has nobody."""
    c, r, s = w.c, w.r, w.s
    at = 0
    while at < s.n[N_QUEUE]:
        call = s.queue[at]
        at += 1
        if r.grade[c.call[call].grade].cuts >= len(r.grade):
            continue
        while c.call[call].got < c.call[call].need:
            unit = choose_cut(w, call, now)
            if unit < 0:
                break
            cut(w, unit, now)
            send(w, unit, call, now)
            at = 0  # the call left is open again, in its own place

"""A joint plan put into effect: units turned round, units sent, and free units moved to restore cover."""

from __future__ import annotations

from optimiser.simulate.allowing import may_take, open_to
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
    CallArrays,
    FleetArrays,
    PolicyArrays,
    RuleArrays,
    State,
    TravelArrays,
)


@compiled
def serve_jointly(
    c: CallArrays, f: FleetArrays, t: TravelArrays, r: RuleArrays, p: PolicyArrays, s: State, now: float
) -> None:
    """Plan all open calls together and act on it; what is not served waits for the next event."""
    _drop(c, r, s, now)
    if s.n[N_QUEUE] > 0:
        n_rows = plan_jointly(c, t, r, p, s, now)
        for row in range(n_rows):
            unit = unit_of(s, row)
            if unit >= 0 and s.unit[unit].doing == TRAVEL and s.match_i[SLOT_UNIT, row] != unit:
                cut(c, f, t, r, s, unit, now)
        for row in range(n_rows):
            _send_to(c, f, t, r, s, row, now)
        _interrupt(c, f, t, r, p, s, now)
        at = 0
        while at < s.n[N_QUEUE]:
            if c.call[s.queue[at]].got >= c.call[s.queue[at]].need:
                dequeue(s, at)
            else:
                at += 1
    if len(p.posts) > 0:
        restore_cover(c, t, p, s, now)


@compiled
def restore_cover(c: CallArrays, t: TravelArrays, p: PolicyArrays, s: State, now: float) -> None:
    """Move the free unit whose move is worth most, if it is worth its way."""
    unit, post = best_move(t, p, s, now)
    if unit >= 0:
        set_out(t, s, unit, -1, s.unit[unit].kind, post, now)


@compiled
def _drop(c: CallArrays, r: RuleArrays, s: State, now: float) -> None:
    at = 0
    while at < s.n[N_QUEUE]:
        call = s.queue[at]
        waited = now - c.call[call].time
        if c.call[call].got == 0 and waited > r.grade[c.call[call].grade].patience:
            s.n[N_DROPPED] += 1
            dequeue(s, at)
        else:
            at += 1


@compiled
def _send_to(
    c: CallArrays, f: FleetArrays, t: TravelArrays, r: RuleArrays, s: State, row: int, now: float
) -> None:
    unit, call, own = unit_of(s, row), s.match_i[SLOT_CALL, row], s.match_i[SLOT_UNIT, row]
    if unit < 0 or unit == own or c.call[call].got >= c.call[call].need:
        return
    if own >= 0 and s.unit[own].doing == TRAVEL and s.unit[own].call == call:
        return  # its own unit was not taken after all
    if may_take(r, s, unit, c.call[call].grade, now) and (own >= 0 or open_to(c, r, s, call, now)):
        send(c, f, t, r, s, unit, call, now)


@compiled
def _interrupt(
    c: CallArrays, f: FleetArrays, t: TravelArrays, r: RuleArrays, p: PolicyArrays, s: State, now: float
) -> None:
    """Take units off calls that the rules let a call interrupt where it has nobody."""
    at = 0
    while at < s.n[N_QUEUE]:
        call = s.queue[at]
        at += 1
        if r.grade[c.call[call].grade].cuts >= len(r.grade):
            continue
        while c.call[call].got < c.call[call].need:
            unit = choose_cut(c, f, t, r, p, s, call, now)
            if unit < 0:
                break
            cut(c, f, t, r, s, unit, now)
            send(c, f, t, r, s, unit, call, now)
            at = 0  # the call left is open again, in its own place

"""The event loop: units that finish, planned events, calls; in this order where they fall on one moment."""

from __future__ import annotations

import numpy as np

from optimiser.simulate.account import close_books
from optimiser.simulate.acting import duty, serve, serve_queue, unit_done
from optimiser.simulate.choosing import JOINT, OUTSIDE
from optimiser.simulate.compiled import compiled
from optimiser.simulate.sending import enqueue
from optimiser.simulate.state import (
    ASKED,
    DECIDE,
    DONE,
    LOOK,
    LOOKS,
    N_CUT,
    N_ENROUTE,
    N_FREE,
    N_QUEUE,
    NEXT_CALL,
    NEXT_DUTY,
    CallArrays,
    FleetArrays,
    PolicyArrays,
    RuleArrays,
    State,
    TravelArrays,
)
from optimiser.simulate.world import World, hold


@compiled
def _arrive(w: World, call: int, now: float) -> None:
    c, r, p, s = w.c, w.r, w.p, w.s
    c.call[call].free_at = s.n[N_FREE]
    if p.kind == OUTSIDE:
        enqueue(c, r, s, call)
        s.n[ASKED] = 1
        return
    if p.kind == JOINT:
        enqueue(c, r, s, call)
        serve_queue(w, now)
        return
    turned = s.n[N_CUT]
    if not serve(w, call, now):
        enqueue(c, r, s, call)
    if s.n[N_CUT] > turned:  # the call left open may have somebody else
        serve_queue(w, now)


@compiled
def advance(c: CallArrays, f: FleetArrays, t: TravelArrays, r: RuleArrays, p: PolicyArrays, s: State) -> int:
    """Run until all is done, or until a policy from outside has to decide. Holds no lock."""
    w = hold(World(c, f, t, r, p, s))
    n_calls, n_duties = len(c.call), len(f.duty)
    while True:
        call, event, unit = s.n[NEXT_CALL], s.n[NEXT_DUTY], s.win[1]
        call_at = c.call[call].time if call < n_calls else np.inf
        duty_at = f.duty[event].time if event < n_duties else np.inf
        unit_at = s.timer[unit]
        now = min(call_at, duty_at, unit_at)
        over = call == n_calls and s.n[N_QUEUE] == 0 and s.n[N_ENROUTE] == 0
        if now == np.inf or (now > r.end and over):
            s.now[0] = max(s.now[0], r.end)
            close_books(w, s.now[0])
            return DONE
        s.now[0] = now
        if unit_at == now:
            unit_done(w, unit, now)
        elif duty_at == now:
            s.n[NEXT_DUTY] += 1
            if f.duty[event].what == LOOK:
                return LOOKS
            duty(w, event, now)
        else:
            s.n[NEXT_CALL] += 1
            _arrive(w, call, now)
        if s.n[ASKED] == 1:
            s.n[ASKED] = 0
            if s.n[N_QUEUE] > 0:
                return DECIDE

"""Which units may be sent to a call: what they do now, what the reserve and a known end let."""

from __future__ import annotations

import numpy as np

from optimiser.simulate.compiled import compiled, leaf
from optimiser.simulate.state import (
    BREAK,
    CUSTODY,
    FREE,
    N_FREE,
    N_POOL,
    PROACTIVE,
    CallArrays,
    RuleArrays,
    State,
)
from optimiser.simulate.world import World


@leaf
def may_take(r: RuleArrays, s: State, unit: int, grade: int, now: float) -> bool:
    """Whether a unit may be sent to a call of this grade without being taken off another."""
    doing = s.unit[unit].doing
    if doing == PROACTIVE:
        if not r.grade[grade].from_proactive:
            return False
    elif doing == BREAK:
        if not r.grade[grade].from_break:
            return False
    elif doing != FREE:
        return False
    return now + r.grade[grade].tail <= s.unit[unit].shift_end


@compiled
def enough(w: World, call: int, now: float) -> bool:
    """Whether as many units may be sent now as the call still wants."""
    c, r, s = w.c, w.r, w.s
    there = c.call[call].got
    for k in range(s.n[N_POOL]):
        unit = s.pool[k]
        if may_take(r, s, unit, c.call[call].grade, now):
            there += s.unit[unit].officers if r.by_officers else 1
            if there >= c.call[call].need:
                return True
    return there >= c.call[call].need


@leaf
def open_to(c: CallArrays, r: RuleArrays, s: State, call: int, now: float) -> bool:
    """Whether the reserve lets a free unit go to this call."""
    rule = r.grade[c.call[call].grade]
    free = s.n[N_FREE]
    return (
        free > rule.reserve
        or now - c.call[call].time >= rule.reserve_until
        or (rule.from_break and free == 0)
    )


@leaf
def ends_at(r: RuleArrays, s: State, unit: int, grade: int) -> float:
    """When a unit's break or prisoner run ends, if the shift lets it go on then; infinite where that is not known."""
    doing = s.unit[unit].doing
    if doing in (BREAK, CUSTODY) and s.unit[unit].leaving == 0:
        end = s.timer[unit]
        if end + r.grade[grade].tail <= s.unit[unit].shift_end:
            return float(end)
    return np.inf


@leaf
def given_up(c: CallArrays, r: RuleArrays, call: int, now: float) -> bool:
    """Whether a call leaves the queue: its patience is over, and nobody has ever been sent."""
    never = c.call[call].sent_at == np.inf
    return bool(never and now - c.call[call].time > r.grade[c.call[call].grade].patience)

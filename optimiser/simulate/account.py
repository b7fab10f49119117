"""What units spent their time on, by hour of the week, unit and sector; and quiet blocks long enough to use."""

from __future__ import annotations

from optimiser.simulate.compiled import compiled, leaf
from optimiser.simulate.state import (
    CUSTODY,
    FREE,
    N_BLOCKS,
    OFF,
    PROACTIVE,
    SCENE,
    TRAVEL,
    CallArrays,
    FleetArrays,
    RuleArrays,
    State,
)
from optimiser.simulate.world import World


@leaf
def _spread(s: State, r: RuleArrays, unit: int, doing: int, officers: int, begin: float, end: float) -> None:
    n_bins = len(s.use)
    quiet = len(s.unit_quiet) > 0 and doing not in (TRAVEL, SCENE, CUSTODY)
    slot = int(begin // r.bin_s)
    while begin < end:
        stop = min(end, (slot + 1) * r.bin_s)
        s.use[slot % n_bins, doing] += stop - begin
        s.officer_use[slot % n_bins, doing] += officers * (stop - begin)
        if quiet:
            s.unit_quiet[unit, slot % n_bins, 0] += stop - begin
        begin = stop
        slot += 1


@leaf
def settle(c: CallArrays, f: FleetArrays, r: RuleArrays, s: State, unit: int, now: float) -> None:
    """Book a unit's time since it began what it does, within the measured window."""
    doing = s.unit[unit].doing
    begin, end = max(s.unit[unit].since, r.warm), min(now, r.end)
    s.unit[unit].since = now
    if end <= begin or doing == OFF:
        return
    s.unit_use[unit, doing] += end - begin
    _spread(s, r, unit, doing, s.unit[unit].officers, begin, end)
    if doing in (TRAVEL, SCENE, CUSTODY):
        at = f.zone_sector[c.call[s.unit[unit].call].zone]
        s.sector_use[s.unit[unit].sector, at] += end - begin  # -1, no sector, is the last row or column
    if s.unit[unit].leaving == 1 and s.unit[unit].shift_end < end:
        s.unit[unit].overtime += end - max(begin, s.unit[unit].shift_end)


@leaf
def _end_block(r: RuleArrays, s: State, unit: int, now: float) -> None:
    begin, end = max(s.unit[unit].idle_since, r.warm), min(now, r.end)
    if end - begin < r.block:
        return
    s.n[N_BLOCKS] += 1
    n_bins = len(s.use)
    slot = int(begin // r.bin_s)
    while begin < end:
        stop = min(end, (slot + 1) * r.bin_s)
        s.block_use[slot % n_bins] += stop - begin
        if len(s.unit_quiet) > 0:
            s.unit_quiet[unit, slot % n_bins, 1] += stop - begin
        begin = stop
        slot += 1


@leaf
def become(c: CallArrays, f: FleetArrays, r: RuleArrays, s: State, unit: int, doing: int, now: float) -> None:
    """Change what a unit does, and book what it did."""
    settle(c, f, r, s, unit, now)
    before = s.unit[unit].doing
    was_idle = before in (FREE, PROACTIVE)
    is_idle = doing in (FREE, PROACTIVE)
    if was_idle and not is_idle:
        _end_block(r, s, unit, now)
    elif is_idle and not was_idle:
        s.unit[unit].idle_since = now
    s.unit[unit].doing = doing


@compiled
def close_books(w: World, now: float) -> None:
    """Book what every unit is still doing at the end."""
    c, f, r, s = w.c, w.f, w.r, w.s
    for unit in range(len(s.unit)):
        settle(c, f, r, s, unit, now)
        if s.unit[unit].doing == FREE or s.unit[unit].doing == PROACTIVE:
            _end_block(r, s, unit, now)

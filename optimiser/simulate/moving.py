"""Where units are and how long their ways take."""

from __future__ import annotations

import numpy as np

from optimiser.simulate.compiled import compiled, leaf
from optimiser.simulate.state import EXACT, RASTER, State, TravelArrays

_HOUR_S = 3600.0
_WEEK_H = 168


@leaf
def time_slice(t: TravelArrays, now: float) -> int:
    """Which time slice of the travel table holds now."""
    return t.slice_of_hour[int(now // _HOUR_S) % _WEEK_H]


@compiled
def _nearest_zone(t: TravelArrays, x: float, y: float) -> int:
    best, least = 0, np.inf
    for zone in range(len(t.xy)):
        d = np.sqrt((t.xy[zone, 0] - x) ** 2 + (t.xy[zone, 1] - y) ** 2)
        if d < least:
            best, least = zone, d
    return best


@leaf
def place(t: TravelArrays, s: State, unit: int, now: float) -> int:
    """Zone in which a unit is now. One that is on its way is on the straight line between its ends."""
    goal = s.unit[unit].goal
    if now >= s.unit[unit].due_at:
        return goal
    origin = s.unit[unit].origin
    if origin == goal:
        return goal
    done = (now - s.unit[unit].left_at) / (s.unit[unit].due_at - s.unit[unit].left_at)
    if t.glide == EXACT or t.glide == RASTER:
        x = t.xy[origin, 0] + done * (t.xy[goal, 0] - t.xy[origin, 0])
        y = t.xy[origin, 1] + done * (t.xy[goal, 1] - t.xy[origin, 1])
        if t.glide == EXACT:
            return _nearest_zone(t, x, y)
        column = int((x - t.raster_at[0]) / t.raster_at[2])
        row = int((y - t.raster_at[1]) / t.raster_at[2])
        return t.raster[row, column]
    return origin if done < 0.5 else goal


@leaf
def halt(t: TravelArrays, s: State, unit: int, now: float) -> None:
    """Let a unit stand where it is. Of a way broken off it has driven the share that its time is of the whole."""
    at, origin, goal = place(t, s, unit, now), s.unit[unit].origin, s.unit[unit].goal
    if t.metres.shape[0] > 1 and now < s.unit[unit].due_at and origin != goal:
        left = (s.unit[unit].due_at - now) / (s.unit[unit].due_at - s.unit[unit].left_at)
        s.unit[unit].metres -= left * t.metres[origin, goal]
    s.unit[unit].goal = at
    s.unit[unit].due_at = now


@leaf
def set_out(t: TravelArrays, s: State, unit: int, grade: int, kind: int, to: int, now: float) -> float:
    """Send a unit on its way to a zone and return the seconds it takes; ``grade`` -1: no call waits for it."""
    halt(t, s, unit, now)
    origin = s.unit[unit].goal
    took = float(t.table[t.mode[kind, grade], time_slice(t, now), origin, to])
    if t.metres.shape[0] > 1:
        s.unit[unit].metres += t.metres[origin, to]
    s.unit[unit].origin = origin
    s.unit[unit].goal = to
    s.unit[unit].left_at = now
    s.unit[unit].due_at = now + took
    return took

"""What the compiled engine reads and writes: arrays by name, and the numbers that name states and events.

Times are seconds since a Monday 00:00, local wall time. Zones, units, calls and grades are numbers from 0 here;
grade 0 is the most urgent (the first grade of :class:`optimiser.simulate.rules.Rules`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

OFF, FREE, TRAVEL, SCENE, CUSTODY, BREAK, PROACTIVE = range(7)
"""What a unit does. FREE is at its post or on the way there; PROACTIVE is a planned block that a call may end."""
N_DOING = 7

SHIFT_END, SHIFT_START, MEAL, PATROL, LOOK = range(5)
"""Planned events of a unit, in the order in which those of one moment happen; the last is a look at all."""

DONE, DECIDE, LOOKS = 0, 1, 2
"""Why the engine stopped: nothing is left to do, a policy from outside has to decide, or cover is looked at."""

STAY, EXACT, RASTER = range(3)
"""Where a moving unit is: where it set out until half-way; the zone nearest to a point of the straight line;
the same from a raster."""

(
    NEXT_CALL,
    NEXT_DUTY,
    N_POOL,
    N_FREE,
    N_QUEUE,
    N_ENROUTE,
    ASKED,
    N_CUT,
    N_MISSED_BREAKS,
    N_DROPPED,
    N_BLOCKS,
) = range(11)
N_COUNTS = 11
"""Places in ``State.n``."""


FIRST, LATE, FURTHER, LATE_FULL, UNFILLED, COVER_PRICE, DIVERT_PRICE, PACE, AWAITS = range(9)
N_TERMS = 9
"""What an optimised policy keeps in ``PolicyArrays.price[0, grade]``."""

MOST_SLOTS = 48
"""Units wanted by open calls that one joint decision looks at, the most urgent first."""
N_REALS = 5
"""Rows of ``State.match_f`` before those of the costs, one a slot (:mod:`.matching`, :mod:`.joining`)."""

CALL = np.dtype(
    [
        ("time", "f8"), ("after", "f8"), ("sent_at", "f8"), ("arrived_at", "f8"), ("full_at", "f8"), ("pace", "f8"),
        ("draw", "f4"), ("delay", "f4"), ("zone", "i4"), ("need", "i4"), ("got", "i4"), ("there", "i4"),
        ("sent", "i4"), ("first_unit", "i4"), ("free_at", "i4"), ("cut", "i2"), ("grade", "i2"),
    ],
    align=True,
)  # fmt: skip
UNIT = np.dtype(
    [
        ("since", "f8"), ("idle_since", "f8"), ("left_at", "f8"), ("due_at", "f8"), ("work", "f8"),
        ("shift_end", "f8"), ("meal_due", "f8"), ("metres", "f8"), ("overtime", "f8"), ("call", "i8"),
        ("post", "i4"), ("officers", "i4"), ("kind", "i4"), ("sector", "i4"), ("origin", "i4"), ("goal", "i4"),
        ("pool_at", "i4"), ("doing", "i4"), ("leaving", "i4"),
    ],
    align=True,
)  # fmt: skip
DUTY = np.dtype([("time", "f8"), ("s", "f8"), ("unit", "i4"), ("what", "i4"), ("zone", "i4")], align=True)
GRADE = np.dtype(
    [
        ("rank", "f8"), ("reserve_until", "f8"), ("patience", "f8"), ("turnout", "f8"), ("tail", "f8"),
        ("target", "f8"), ("reserve", "i8"), ("cuts", "i8"), ("diverts", "i8"), ("divert_gain", "f8"),
        ("together", "i4"), ("from_proactive", "i4"),
        ("from_break", "i4"), ("takes_over", "i4"),
    ],
    align=True,
)  # fmt: skip
"""One record a call, unit, planned event and grade: what is known and what happens to it side by side."""


class CallArrays(NamedTuple):
    """Calls in order of time; call ``k`` has ``service[k * width : (k + 1) * width]``, one a unit sent."""

    call: Array
    service: Array
    width: int


class FleetArrays(NamedTuple):
    """Units before anything has happened, planned events in order; ``zone_sector`` is -1 for none."""

    unit: Array
    duty: Array
    zone_sector: Array
    sites: Array


class TravelArrays(NamedTuple):
    """``table[mode, slice, from, to]`` seconds; ``mode[kind, grade]``, the last column for ways without a call."""

    table: Array
    slice_of_hour: Array
    mode: Array
    metres: Array
    xy: Array
    raster: Array
    raster_at: Array
    glide: int


class RuleArrays(NamedTuple):
    """Rules by grade, and those of all."""

    grade: Array
    by_officers: bool
    takes_over: bool
    site_lights: bool
    handover: float
    bin_s: float
    warm: float
    end: float
    block: float


class PolicyArrays(NamedTuple):
    """A policy as tables; what each kind reads stands in :mod:`optimiser.simulate.policy`."""

    kind: int
    order: Array
    price: Array
    reach: Array
    weight: Array
    power: Array
    cost: Array
    posts: Array
    number: Array


class State(NamedTuple):
    """What changes besides the records of calls. ``timer`` is infinite where a unit waits for nothing.

    ``unit_quiet`` holds, by unit and interval, seconds on duty and not on calls, and those of them in long quiet
    blocks, shape (U, B, 2); of no unit where they are not asked for.
    """

    now: Array
    n: Array
    unit: Array
    timer: Array
    win: Array
    pool: Array
    queue: Array
    queue_key: Array
    cover: Array
    use: Array
    officer_use: Array
    unit_use: Array
    block_use: Array
    unit_quiet: Array
    sector_use: Array
    match_f: Array
    match_i: Array


def fresh(
    calls: CallArrays, fleet: FleetArrays, n_bins: int, *, joint: bool = False, by_unit: bool = False
) -> State:
    """Return the state before anything has happened: every unit off duty at its post.

    ``joint``: with room for the matching of a joint policy. ``by_unit``: with the quiet time of every unit.
    """
    n_units = len(fleet.unit)
    leaves = 2
    while leaves < n_units:
        leaves *= 2
    n_sectors = 1 + int(max(fleet.unit["sector"].max(), fleet.zone_sector.max(initial=-1)))
    width = n_units + MOST_SLOTS + 1 if joint else 1
    win = np.zeros(2 * leaves, dtype=np.int32)
    win[leaves:] = np.arange(leaves)
    for i in range(leaves - 1, 0, -1):
        win[i] = win[2 * i]
    return State(
        now=np.zeros(1),
        n=np.zeros(N_COUNTS, dtype=np.int64),
        unit=fleet.unit.copy(),
        timer=np.full(leaves, np.inf),
        win=win,
        pool=np.zeros(n_units, dtype=np.int32),
        queue=np.zeros(len(calls.call) + 1, dtype=np.int64),
        queue_key=np.zeros(len(calls.call) + 1),
        cover=np.zeros(len(fleet.zone_sector), dtype=np.int32),
        use=np.zeros((n_bins, N_DOING)),
        officer_use=np.zeros((n_bins, N_DOING)),
        unit_use=np.zeros((n_units, N_DOING)),
        block_use=np.zeros(n_bins),
        unit_quiet=np.zeros((n_units if by_unit else 0, n_bins, 2)),
        sector_use=np.zeros((n_sectors + 1, n_sectors + 1)),
        match_f=np.zeros((N_REALS + MOST_SLOTS, width) if joint else (1, 1)),
        match_i=np.zeros((8, width), dtype=np.int64),
    )

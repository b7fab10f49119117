"""What is asked of a shift plan: the week's need and the shifts on offer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.shifts.nobody_free import nobody_free_faults
from optimiser.problems.shifts.params import ShiftsParams
from optimiser.problems.shifts.plan import ShiftsPlan
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR

DAYS = 7
SECONDS_PER_DAY = round(HOURS_PER_DAY * SECONDS_PER_HOUR)
SLOT_LENGTHS_S = (900, 1800, 3600)
MOST_OFFICERS = 10_000
OVERTIME_KINDS = ("", "hold-over", "call-back")

__all__ = ["DAYS", "MOST_OFFICERS", "SLOT_LENGTHS_S", "ShiftsParams", "ShiftsProblem"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ShiftsProblem:
    """Officers per shift and day over a cyclic week, slot 0 = Monday 00:00 local wall time.

    A shift that runs past Sunday midnight goes on in the week's first slots. S shifts, T slots a week.

    Parameters
    ----------
    params
        The planner's choices.
    slot_s
        Slot length in seconds: 3600, 1800 or 900; T = 604800 / slot_s.
    requirement
        Officers needed on duty in each slot, whole, shape (T,).
    call_work_s
        Officer-seconds of call work offered in each slot, all units and officers of a call, shape (T,).
    admin_s
        Officer-seconds of administration measured in each slot, shape (T,). It may be done at another
        time of the week: only its sum is a need.
    shift_ids
        S different names.
    shift_start
        First slot of the day (0 .. slots a day - 1), shape (S,).
    shift_slots
        Length in slots, at most a day, shape (S,).
    shift_days
        True where the shift may be staffed, shape (S, 7), Monday first.
    cost_per_officer_h
        Cost of an officer-hour in each slot (night premium included), shape (T,).
    shortage_prices
        Price of an officer-hour short: of the first officer missing in a slot, the second, ...; the last
        holds for all further ones. Never falling.
    shortage_bands_frac
        Where given, prices rise by relative deficit: the first price holds up to the first of these shares of the
        slot's requirement, and so on; one fewer than prices, rising. Empty: officer by officer.
    most_per_shift
        Most officers on one shift of one day (lockers, cars, supervision).
    overtime, overtime_slots
        By shift: ``""``, ``"hold-over"`` (a shift whose last slots are held over) or ``"call-back"``, and how many of
        its last slots are overtime. Both empty where none is on offer.
    away
        Officers on the rota who are at court, training or an event in each slot, T whole numbers; empty: none.
    binding, clauses
        Why each slot needs what it needs, T words, or empty; and the clause that says so, where it is a minimum of the
        rota, "" in other slots, or empty.
    nobody_free
        Calls a week of each slot expected to find nobody free with 0, 1, ... N officers on duty, shape (T, N + 1),
        never rising along a row; as many as with N where more are on duty. Empty, (0, 0), where not known.
    existing
        Today's plan, for comparison, or None.
    """

    params: ShiftsParams
    slot_s: int
    requirement: NDArray[np.int64]
    call_work_s: NDArray[np.float64]
    admin_s: NDArray[np.float64]
    shift_ids: tuple[str, ...]
    shift_start: NDArray[np.int64]
    shift_slots: NDArray[np.int64]
    shift_days: NDArray[np.bool_]
    cost_per_officer_h: NDArray[np.float64]
    shortage_prices: tuple[float, ...] = (1.0, 2.0, 4.0)
    shortage_bands_frac: tuple[float, ...] = ()
    most_per_shift: int = 200
    overtime: tuple[str, ...] = ()
    overtime_slots: tuple[int, ...] = ()
    away: tuple[int, ...] = ()
    binding: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    nobody_free: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    existing: ShiftsPlan | None = None

    def __post_init__(self) -> None:
        if self.slot_s not in SLOT_LENGTHS_S:
            raise InputError(f"slot_s must be one of {SLOT_LENGTHS_S} seconds, got {self.slot_s}.")
        faults = [*_need_faults(self), *_shift_faults(self), *_price_faults(self), *_rota_faults(self)]
        faults += nobody_free_faults(self.nobody_free, self.n_slots, self.params.no_free_price)
        if faults:
            raise InputError(" ".join(faults))

    @property
    def slots_per_day(self) -> int:
        """Slots of one day."""
        return SECONDS_PER_DAY // self.slot_s

    @property
    def n_slots(self) -> int:
        """T, slots of the cyclic week."""
        return DAYS * self.slots_per_day

    @property
    def slot_h(self) -> float:
        """Slot length in hours."""
        return self.slot_s / SECONDS_PER_HOUR

    def kind(self, shift: int) -> str:
        """``""``, ``"hold-over"`` or ``"call-back"``: what kind of shift this is."""
        return self.overtime[shift] if self.overtime else ""

    def overtime_of(self, shift: int) -> int:
        """Last slots of a shift that are overtime."""
        return self.overtime_slots[shift] if self.overtime_slots else 0

    def away_officers(self) -> NDArray[np.int64]:
        """Officers on the rota who are elsewhere in each slot, shape (T,)."""
        return np.array(self.away, dtype=np.int64) if self.away else np.zeros(self.n_slots, dtype=np.int64)

    def community_window(self) -> NDArray[np.bool_]:
        """Slots that lie wholly within the community window, shape (T,)."""
        begin_s = np.arange(self.slots_per_day) * self.slot_s
        p = self.params
        day = (begin_s >= p.community_from_h * SECONDS_PER_HOUR) & (
            begin_s + self.slot_s <= p.community_to_h * SECONDS_PER_HOUR
        )
        return np.tile(day, DAYS)


def _need_faults(p: ShiftsProblem) -> list[str]:
    faults = []
    t = p.n_slots
    for name in ("requirement", "call_work_s", "admin_s", "cost_per_officer_h"):
        values = np.asarray(getattr(p, name))
        if values.shape != (t,):
            faults.append(f"{name} needs {t} values, one a slot of {p.slot_s} s, got shape {values.shape}.")
            continue
        bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
        if bad.size:
            faults.append(
                f"{name} must be 0 or more, got {values[bad[0]]} in slot {bad[0]} and {bad.size - 1} others."
            )
    need = np.asarray(p.requirement)
    if need.size and np.issubdtype(need.dtype, np.floating):
        faults.append("requirement counts whole officers: round it up to whole numbers first.")
    elif need.size and need.max() > MOST_OFFICERS:
        faults.append(
            f"requirement reaches {need.max()} officers in a slot, more than {MOST_OFFICERS}; check its unit."
        )
    for name in ("binding", "clauses"):
        words = getattr(p, name)
        if words and len(words) != t:
            faults.append(f"{name} needs {t} words, one a slot, got {len(words)}.")
    return faults


def _shift_faults(p: ShiftsProblem) -> list[str]:
    n = len(p.shift_ids)
    if n == 0:
        return ["There is no shift on offer; give at least one."]
    shapes = {"shift_start": (n,), "shift_slots": (n,), "shift_days": (n, DAYS)}
    wrong = [
        f"{name} needs shape {shape} for {n} shifts, got {np.shape(getattr(p, name))}."
        for name, shape in shapes.items()
        if np.shape(getattr(p, name)) != shape
    ]
    if wrong:
        return wrong
    faults = []
    repeated = sorted({i for i in p.shift_ids if p.shift_ids.count(i) > 1})
    if repeated:
        faults.append(f"Shift {repeated[0]!r} appears more than once; every shift needs its own name.")
    for i, name in enumerate(p.shift_ids):
        if not 0 <= p.shift_start[i] < p.slots_per_day:
            faults.append(
                f"Shift {name!r} starts in slot {p.shift_start[i]} of a day of {p.slots_per_day} slots."
            )
        if not 1 <= p.shift_slots[i] <= p.slots_per_day:
            length_h = p.shift_slots[i] * p.slot_h
            faults.append(
                f"Shift {name!r} lasts {length_h:g} h; a shift lasts at least one slot and at most a day."
            )
    if not 1 <= p.most_per_shift <= MOST_OFFICERS:
        faults.append(f"most_per_shift must be from 1 to {MOST_OFFICERS} officers, got {p.most_per_shift}.")
    return faults


def _price_faults(p: ShiftsProblem) -> list[str]:
    prices = p.shortage_prices
    if not prices:
        return ["shortage_prices needs at least one price of an officer-hour short."]
    if not all(math.isfinite(v) and v >= 0 for v in prices):
        return [f"shortage_prices must be 0 or more, got {prices}."]
    if any(b < a for a, b in pairwise(prices)):
        return [f"shortage_prices must not fall from one missing officer to the next, got {prices}."]
    bands = p.shortage_bands_frac
    if bands and (len(bands) != len(prices) - 1 or any(b <= a for a, b in pairwise((0.0, *bands)))):
        return [
            f"shortage_bands_frac needs one rising share above 0 fewer than shortage_prices, got {bands} for "
            f"{len(prices)} prices."
        ]
    return []


def _rota_faults(p: ShiftsProblem) -> list[str]:
    n, faults = len(p.shift_ids), []
    if len(p.overtime) not in (0, n) or len(p.overtime_slots) != len(p.overtime):
        return [f"overtime and overtime_slots need one entry for each of {n} shifts, or none."]
    for i, kind in enumerate(p.overtime):
        if kind not in OVERTIME_KINDS:
            faults.append(
                f"overtime of shift {p.shift_ids[i]!r} must be one of {OVERTIME_KINDS}, got {kind!r}."
            )
        if not 0 <= p.overtime_slots[i] <= p.shift_slots[i] or bool(kind) != bool(p.overtime_slots[i]):
            faults.append(
                f"Shift {p.shift_ids[i]!r} of {p.shift_slots[i]} slots cannot have {p.overtime_slots[i]} of overtime."
            )
    if len(p.away) not in (0, p.n_slots):
        faults.append(f"away needs {p.n_slots} numbers, one a slot, got {len(p.away)}.")
    elif any(a < 0 or a != round(a) for a in p.away):
        faults.append("away counts officers: whole numbers, 0 or more.")
    return faults

"""Shifts on offer: every start and length, today's own, those held over, and officers called back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.prepare.rota_file import RotaLine
from optimiser.prepare.shifts_setup import ShiftsSetup
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR, time_of_day


def shift_catalogue(setup: ShiftsSetup) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]:
    """Return (ids, first slot of the day, length in slots) of every start and length on offer: ``"07:00+8h"``."""
    step = round(setup.start_every_h * SECONDS_PER_HOUR) // setup.slot_s
    per_day = round(HOURS_PER_DAY * SECONDS_PER_HOUR) // setup.slot_s
    ids, starts, lengths = [], [], []
    for first in range(0, per_day, step):
        for hours in sorted(set(setup.lengths_h)):
            ids.append(f"{time_of_day(first * setup.slot_s)}+{hours:g}h")
            starts.append(first)
            lengths.append(round(hours * SECONDS_PER_HOUR) // setup.slot_s)
    return tuple(ids), np.array(starts, dtype=np.int64), np.array(lengths, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Offer:
    """Shifts on offer: names, first slots of the day, lengths in slots, and what of them is overtime."""

    ids: tuple[str, ...]
    start: NDArray[np.int64]
    length: NDArray[np.int64]
    overtime: tuple[str, ...] = ()
    overtime_slots: tuple[int, ...] = ()


def shifts_on_offer(setup: ShiftsSetup, rota: Sequence[RotaLine] = ()) -> Offer:
    """Return the catalogue, today's shifts, shifts held over, and calls back at every start of the catalogue.

    Raises
    ------
    InputError
        If a shift of the rota is no whole number of slots.
    """
    ids, start, length = shift_catalogue(setup)
    rows = [(n, s, k, "", 0) for n, s, k in zip(ids, start.tolist(), length.tolist(), strict=True)]
    for line in rota:
        if line.start_s % setup.slot_s or line.length_s % setup.slot_s:
            raise InputError(
                f"Today's shift {line.name} does not fit slots of {setup.slot_s} s; choose a shorter slot_s (900)."
            )
        if line.name not in ids:
            rows.append(
                (line.name, round(line.start_s) // setup.slot_s, round(line.length_s) // setup.slot_s, "", 0)
            )
    per_day = round(HOURS_PER_DAY * SECONDS_PER_HOUR) // setup.slot_s
    for hours in sorted(set(setup.hold_over_h)):
        more = round(hours * SECONDS_PER_HOUR) // setup.slot_s
        rows += [
            (f"{n} held {hours:g}h", s, k + more, "hold-over", more)
            for n, s, k, kind, _ in rows
            if not kind and k + more <= per_day
        ]
    for hours in sorted(set(setup.call_back_h)):
        slots = round(hours * SECONDS_PER_HOUR) // setup.slot_s
        rows += [
            (f"call-back {time_of_day(s * setup.slot_s)}+{hours:g}h", s, slots, "call-back", slots)
            for s in sorted(set(start.tolist()))
        ]
    names, first, slots_of, kinds, overtime = zip(*rows, strict=True)
    some = any(kinds)
    return Offer(
        tuple(names),
        np.array(first, dtype=np.int64),
        np.array(slots_of, dtype=np.int64),
        tuple(kinds) if some else (),
        tuple(overtime) if some else (),
    )

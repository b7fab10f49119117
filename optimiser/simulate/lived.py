"""Calls as a force lives them: a delay before anybody is sent, and ways that take longer or shorter than the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.simulate.calls import Calls
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BLOCK_H = 6
N_BLOCKS = HOURS_PER_DAY // BLOCK_H
_STREAM = 77


@dataclass(frozen=True, kw_only=True)
class Habits:
    """By grade, found by calibration.

    Parameters
    ----------
    delay_s
        Quantiles of the time from the call to the order, by block of six hours of the day, shape (4, Q).
    turnout_s
        Fixed part of every way.
    pace_log_mean, pace_log_sd
        The rest of a way is the table's time times a lognormal factor of the call's own.
    """

    delay_s: Mapping[int, FloatArray]
    turnout_s: Mapping[int, float]
    pace_log_mean: Mapping[int, float]
    pace_log_sd: Mapping[int, float]


def with_habits(calls: Calls, habits: Habits, seed: int, replication: int = 0) -> tuple[Calls, IntArray]:
    """Return the calls with delays and paces drawn, in the order in which they can be dispatched, and that order.

    ``calls.time_s`` is when each call came in. Grades without habits go at once at the table's pace. Draws belong to
    the call's number, so every plan and policy meets the same.
    """
    rng = np.random.default_rng([seed, replication, _STREAM])
    u, z = rng.random(len(calls)), rng.standard_normal(len(calls))
    received_s = np.asarray(calls.time_s)
    delay, pace = np.zeros(len(calls)), np.ones(len(calls))
    block = (received_s // (BLOCK_H * SECONDS_PER_HOUR)).astype(np.int64) % N_BLOCKS
    for grade, table in habits.delay_s.items():
        of_grade = calls.grade == grade
        for b in range(N_BLOCKS):
            mine = of_grade & (block == b)
            delay[mine] = np.interp(u[mine], np.linspace(0, 1, table.shape[1]), table[b])
        pace[of_grade] = np.exp(habits.pace_log_mean[grade] + habits.pace_log_sd[grade] * z[of_grade])
    order = np.argsort(received_s + delay, kind="stable")
    fields = ("zone", "grade", "service_s", "need", "after_s", "draw")
    given = {name: getattr(calls, name) for name in fields}
    in_order = {name: None if v is None else np.asarray(v)[order] for name, v in given.items()}
    lived = Calls(time_s=(received_s + delay)[order], delay_s=delay[order], pace=pace[order], **in_order)  # type: ignore[arg-type]
    return lived, order

"""Which units went: a patrol car a beat and shift, supervisors, traffic cars, desks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.synthetic.call_types import CALL_TYPES
from optimiser.data.synthetic.calls import Calls
from optimiser.units import HOURS_PER_DAY

SHIFTS = "ABC"
_SHIFT_STARTS_H = 7
_SHIFT_H = 8
_SUPERVISOR_SHARE = 0.25
_TRAFFIC_SHARE = 0.35
_MOST_UNITS = 4
PATTERNS = (
    ("re:[0-9]+[ABC]", "patrol"),
    ("S*", "supervisor"),
    ("T*", "traffic"),
    ("DSK*", "desk"),
    ("CC*", "dispatch"),
)
"""Call-sign patterns to roles, as an agency would state them."""


def unit_table(
    district_ids: list[str], beat_ids: list[str], district_of_beat: NDArray[np.int64]
) -> pd.DataFrame:
    """Return every unit: call sign, role, district and beat ("" where it has none), in the order of their codes."""
    rows = [
        (f"{beat.removeprefix('B')}{s}", "patrol", district_ids[district_of_beat[b]], beat)
        for b, beat in enumerate(beat_ids)
        for s in SHIFTS
    ]
    rows += [(f"S{k + 1}{s}", "supervisor", d, "") for k, d in enumerate(district_ids) for s in SHIFTS]
    rows += [(f"T{k + 1}{s}", "traffic", d, "") for k, d in enumerate(district_ids) for s in SHIFTS]
    rows += [("DSK1", "desk", "", ""), ("CC1", "dispatch", "", "")]
    return pd.DataFrame(rows, columns=["call_sign", "role", "district_id", "beat_id"], dtype="str")


def units_sent(
    rng: np.random.Generator,
    calls: Calls,
    units: pd.DataFrame,
    beat: NDArray[np.int64],
    district_of_beat: NDArray[np.int64],
) -> NDArray[np.str_]:
    """Return the call signs of each call, comma-joined, "" where nobody was sent; count the cars in ``calls``.

    Nobody is named twice in a call.
    """
    n, n_beats = len(calls.kind), len(district_of_beat)
    hour = calls.hour_of_week % HOURS_PER_DAY
    shift = (hour - _SHIFT_STARTS_H) % HOURS_PER_DAY // _SHIFT_H
    home = beat[calls.area]
    district = district_of_beat[home]
    order = np.argsort(district_of_beat, kind="stable")
    size = np.bincount(district_of_beat)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    rank = np.empty(n_beats, dtype=np.int64)
    rank[order] = np.arange(n_beats) - first[district_of_beat[order]]
    signs = units["call_sign"].to_numpy(dtype=str)
    codes = np.full((n, _MOST_UNITS), -1, dtype=np.int64)
    step = 1 + rng.integers(0, 2, n)
    for slot in range(_MOST_UNITS):
        other = order[first[district] + (rank[home] + slot * step) % size[district]]
        codes[:, slot] = np.where(calls.n_units > slot, other * len(SHIFTS) + shift, -1)
    special = len(SHIFTS) * n_beats + district * len(SHIFTS) + shift
    traffic = np.array([t.category == "traffic" for t in CALL_TYPES])[calls.kind]
    urgent = np.array([t.priority == 1 for t in CALL_TYPES])[calls.kind]
    chance = rng.random(n)
    last = np.maximum(calls.n_units - 1, 0)
    rows = np.arange(n)
    swap = (calls.n_units > 0) & traffic & (chance < _TRAFFIC_SHARE)
    codes[rows[swap], last[swap]] = special[swap] + len(SHIFTS) * len(size)
    swap = (calls.n_units > 1) & urgent & ~traffic & (chance < _SUPERVISOR_SHARE)
    codes[rows[swap], last[swap]] = special[swap]
    for slot in range(1, _MOST_UNITS):
        twice = (codes[:, :slot] == codes[:, slot : slot + 1]).any(axis=1)
        codes[twice, slot] = -1
    calls.n_units[:] = (codes >= 0).sum(axis=1)
    calls.n_patrol[:] = ((codes >= 0) & (codes < n_beats * len(SHIFTS))).sum(axis=1)
    text = np.where(codes[:, 0] >= 0, signs[codes[:, 0]], "")
    for slot in range(1, _MOST_UNITS):
        text = np.where(codes[:, slot] >= 0, np.char.add(np.char.add(text, ","), signs[codes[:, slot]]), text)
    return text

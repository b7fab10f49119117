"""Who was on duty in the made-up county, and what cars did beside calls: reports that come weeks after the calls.

A patrol car of each beat is on in its shift every day, with two officers at night; some are held over. Meals, reports,
briefings, directed patrols and school visits lie where the car is on no call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.synthetic.call_signs import SHIFTS
from optimiser.data.synthetic.calls import TIMEZONE
from optimiser.units import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from optimiser.data.synthetic.county import County

START_H = {"A": 7, "B": 15, "C": 23}
SHIFT_H = 8
SEATS = {"A": 1, "B": 1, "C": 2}
"""Officers in a patrol car by shift: two at night."""
_SHIFT_S = round(SHIFT_H * SECONDS_PER_HOUR)
_HELD_OVER_FRAC = 0.08
_NO_LOG_OFF_FRAC = 0.002
OFFICERS_A_SEAT = 2
"""So many officers take turns in one seat, two days on and two off: 28 hours a week beside leave and training."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A status: its code, minutes from and to, how often a turn, and the hours of the turn in which it lies."""

    code: str
    counts_as: str
    low_min: float
    high_min: float
    per_turn: float
    from_h: float
    to_h: float
    shifts: str = SHIFTS


_KINDS = (
    _Kind("BRIEF", "admin", 15, 20, 1.0, 0.0, 0.1),
    _Kind("MEAL", "admin", 30, 40, 0.95, 3.0, 5.5),
    _Kind("REPORT", "admin", 20, 60, 1.4, 1.0, 7.5),
    _Kind("DIRECTED", "proactive", 30, 60, 1.2, 0.5, 7.0),
    _Kind("SCHOOL", "community", 30, 60, 0.25, 1.0, 6.0, "A"),
)
COUNTS_AS = tuple(("status", k.code, k.counts_as) for k in _KINDS)


def duty_tables(county: County) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the duty table and the table of statuses as files hold them: times by the wall clock.

    The same county gives the same tables.
    """
    rng = np.random.default_rng([county.seed, 77])
    first, last = days_of(county)
    days = np.arange(first, last)
    cars = county.units[county.units["role"] == "patrol"]
    rows = []
    for shift in SHIFTS:
        mine = cars[cars["call_sign"].str.endswith(shift)]
        for seat in range(SEATS[shift]):
            rows.append(_turns(rng, mine, days, shift, seat))
    others = county.units[county.units["role"].isin(["supervisor", "traffic"])]
    rows += [_turns(rng, others[others["call_sign"].str.endswith(s)], days, s, 0) for s in SHIFTS]
    turns = pd.concat(rows, ignore_index=True)
    statuses = _statuses(rng, county, turns[turns["seat"] == 0])
    lost = rng.random(len(turns)) < _NO_LOG_OFF_FRAC
    turns.loc[lost, "to"] = pd.NaT
    turns = turns.sort_values(["from", "call_sign", "seat"], ignore_index=True)
    return turns[["officer_id", "call_sign", "role", "district_id", "from", "to"]], statuses


def days_of(county: County) -> tuple[np.datetime64, np.datetime64]:
    """Return the dates of the first call and of the day after the last, by the wall clock."""
    received = pd.to_datetime(county.calls["received"].dropna(), unit="s", utc=True).dt.tz_convert(TIMEZONE)
    local = received.dt.tz_localize(None).to_numpy().astype("datetime64[D]")
    return local.min(), local.max() + np.timedelta64(1, "D")


def _turns(
    rng: np.random.Generator, units: pd.DataFrame, days: NDArray[np.datetime64], shift: str, seat: int
) -> pd.DataFrame:
    n, m = len(units), len(days)
    begin = np.tile(days.astype("datetime64[s]") + np.timedelta64(START_H[shift], "h"), n)
    held = np.where(rng.random(n * m) < _HELD_OVER_FRAC, rng.integers(15, 91, n * m), 0)
    end = begin + np.timedelta64(_SHIFT_S, "s") + held.astype("timedelta64[m]")
    seat_of = np.repeat(np.arange(n), m)
    turn = np.tile(np.arange(m) // 2, n) % OFFICERS_A_SEAT
    place = np.char.add(units["call_sign"].to_numpy(dtype=str)[seat_of], f"-{seat}-")
    officer = np.char.add(place, turn.astype(str)).astype(object)
    columns = {c: np.repeat(units[c].to_numpy(dtype=object), m) for c in ("call_sign", "role", "district_id")}
    return pd.DataFrame({"officer_id": officer, **columns, "from": begin, "to": end, "seat": seat})


def _statuses(rng: np.random.Generator, county: County, turns: pd.DataFrame) -> pd.DataFrame:
    """Lay statuses into turns of patrol cars where these are on no call and in no other status."""
    turns = turns[turns["role"] == "patrol"].reset_index(drop=True)
    busy = _busy(county)
    shift = turns["call_sign"].str[-1].to_numpy()
    found: list[pd.DataFrame] = []
    for kind in _KINDS:
        of_shift = np.isin(shift, list(kind.shifts))
        n = np.where(of_shift, np.floor(kind.per_turn + rng.random(len(turns))), 0).astype(np.int64)
        row = np.repeat(np.arange(len(turns)), n)
        at_s = rng.uniform(kind.from_h * 3600, kind.to_h * 3600, len(row)).astype("timedelta64[s]")
        length = (60 * rng.uniform(kind.low_min, kind.high_min, len(row))).astype("timedelta64[s]")
        begin = turns["from"].to_numpy().astype("datetime64[s]")[row] + at_s
        made = pd.DataFrame(
            {
                "call_sign": turns["call_sign"].to_numpy(dtype=object)[row],
                "status": kind.code,
                "from": begin,
                "to": np.minimum(begin + length, turns["to"].to_numpy().astype("datetime64[s]")[row]),
            }
        )
        made = made[_free(made, busy) & (made["to"] > made["from"])]
        made = made[~_overlapping(made)]
        busy = pd.concat([busy, made[["call_sign", "from", "to"]]], ignore_index=True)
        found.append(made)
    return pd.concat(found, ignore_index=True).sort_values(["from", "call_sign"], ignore_index=True)


def _busy(county: County) -> pd.DataFrame:
    """When each car was on a call, by the wall clock."""
    calls = county.calls[["dispatched", "cleared", "units"]].dropna()
    calls = calls[(calls["units"] != "") & (calls["cleared"] > calls["dispatched"])]
    rows = calls.assign(call_sign=calls["units"].str.split(",")).explode("call_sign")

    def wall(column: str) -> pd.Series:
        moment = pd.to_datetime(rows[column], unit="s", utc=True).dt.tz_convert(TIMEZONE).dt.tz_localize(None)
        return moment.astype("datetime64[s]")

    sign = rows["call_sign"].to_numpy(dtype=object)
    return pd.DataFrame(
        {"call_sign": sign, "from": wall("dispatched").to_numpy(), "to": wall("cleared").to_numpy()}
    )


def _free(made: pd.DataFrame, busy: pd.DataFrame) -> NDArray[np.bool_]:
    """Say which stretches touch no busy one of their car."""
    both = pd.concat(
        [made.assign(new=True, k=np.arange(len(made))), busy.assign(new=False, k=-1)], ignore_index=True
    ).sort_values(["call_sign", "from", "new"], kind="stable")
    ends = both["to"].where(~both["new"])
    before = (
        ends.groupby(both["call_sign"], sort=False).cummax().groupby(both["call_sign"], sort=False).ffill()
    )
    begins = both["from"].where(~both["new"])
    after = begins.groupby(both["call_sign"], sort=False).bfill()
    good = (before.isna() | (before <= both["from"])) & (after.isna() | (after >= both["to"])) & both["new"]
    free = np.zeros(len(made), dtype=bool)
    free[both.loc[good, "k"].to_numpy()] = True
    return free


def _overlapping(made: pd.DataFrame) -> NDArray[np.bool_]:
    """Say which stretches begin before an earlier one of their car has ended."""
    order = made.sort_values(["call_sign", "from"], kind="stable")
    before = (
        order.groupby("call_sign", sort=False)["to"].cummax().groupby(order["call_sign"], sort=False).shift(1)
    )
    late = (before > order["from"]).reindex(made.index)
    return late.to_numpy(dtype=bool)

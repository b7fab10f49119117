"""The measured time split, utilisation and saturation index, from who was really on duty.

Of on-duty officer-hours of the patrol role (a two-officer car counts two). What the calls and the unit statuses record
is spread over the hours in which it really passed. Whatever nothing records is *unaccounted* and always shown; where
more is recorded than officers were on duty it is negative, and shown so too.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.call_units import PATROL
from optimiser.data.counts_as import CALLS, COUNTED, PROACTIVE, CountsAs
from optimiser.data.duty import ASK
from optimiser.data.duty_checks import sector_level
from optimiser.data.project import Project
from optimiser.demand.occupancy import BIN_S, Timeline, occupied_s, timeline, union_s
from optimiser.demand.workload import DAYS_PER_WEEK, OFFICER_INITIATED, durations
from optimiser.errors import InputError
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
UNACCOUNTED = "unaccounted"
CYCLE_DAYS = 28
WHOLE = "all"
SATURATION_TARGET_FRAC = 0.60
"""Part two of the rule of 60: at most 60 % of patrol time committed over a period (ICMA/CPSM). Never a cap by hour."""


@dataclass(frozen=True, eq=False)
class Measured:
    """Officer-seconds by sector, cycle and hour of the week (S sectors and one row for none; C cycles).

    Parameters
    ----------
    begin, end
        Local dates of the period, ``end`` not included.
    sectors
        S names; time and calls of no sector are in a last row.
    cycle_days
        Length of a cycle; the last one may be shorter.
    on_duty_s
        Shape (S + 1, C, 168).
    spent_s
        By class (calls, proactive, admin, community), each of that shape.
    officer_initiated_s
        What of it officers began themselves, of that shape; part of its class (proactive unless the planner says
        otherwise), shown apart.
    seen_h
        How many hours of each hour of the week were looked at, shape (C, 168).
    n_imputed, n_calls
        Calls without a duration, and all calls counted.
    left_out_days
        Days within the period without anybody on duty.
    assumptions
        What was taken for granted, in words.
    """

    begin: dt.date
    end: dt.date
    sectors: tuple[str, ...]
    cycle_days: int
    on_duty_s: FloatArray
    spent_s: Mapping[str, FloatArray]
    officer_initiated_s: FloatArray
    seen_h: FloatArray
    n_imputed: int
    n_calls: int
    left_out_days: int
    assumptions: tuple[str, ...]

    @property
    def n_cycles(self) -> int:
        """Number of cycles."""
        return int(self.on_duty_s.shape[1])

    def committed_s(self) -> FloatArray:
        """All recorded work, shape (S + 1, C, 168)."""
        return np.asarray(sum(self.spent_s.values()), dtype=np.float64)

    def of(self, array: FloatArray, sector: str = WHOLE, cycle: int | None = None) -> FloatArray:
        """Add up one of the arrays for a sector (all by default) and a cycle (all by default), shape (168,)."""
        rows = slice(None) if sector == WHOLE else [self.sectors.index(sector)]
        part = array[rows].sum(axis=0)
        total: FloatArray = part.sum(axis=0) if cycle is None else part[cycle]
        return total

    def split(self, sector: str = WHOLE, cycle: int | None = None) -> dict[str, float]:
        """Share of on-duty time by class, unaccounted the rest; NaN where nobody was on duty."""
        on_duty = float(self.of(self.on_duty_s, sector, cycle).sum())
        if on_duty <= 0:
            return dict.fromkeys((*COUNTED, UNACCOUNTED), math.nan)
        shares = {c: float(self.of(self.spent_s[c], sector, cycle).sum()) / on_duty for c in COUNTED}
        return shares | {UNACCOUNTED: 1.0 - sum(shares.values())}

    def utilisation(self, sector: str = WHOLE, cycle: int | None = None) -> float:
        """Share of on-duty time on calls."""
        return self.split(sector, cycle)[CALLS]

    def saturation(self, sector: str = WHOLE, cycle: int | None = None) -> float:
        """Share of on-duty time committed to any recorded work: ICMA's saturation index."""
        return 1.0 - self.split(sector, cycle)[UNACCOUNTED]

    def by_hour(self, array: FloatArray, sector: str = WHOLE, cycle: int | None = None) -> FloatArray:
        """Mean officers in each hour of the week, shape (168,); NaN in hours never looked at."""
        seen = self.seen_h.sum(axis=0) if cycle is None else self.seen_h[cycle]
        seconds = self.of(array, sector, cycle)
        return np.where(seen > 0, seconds / np.maximum(seen, 1e-12) / SECONDS_PER_HOUR, np.nan)

    def share_by_hour(self, array: FloatArray, sector: str = WHOLE, cycle: int | None = None) -> FloatArray:
        """Share of on-duty time in each hour of the week, shape (168,); NaN where nobody was on duty."""
        on_duty = self.of(self.on_duty_s, sector, cycle)
        return np.where(on_duty > 0, self.of(array, sector, cycle) / np.maximum(on_duty, 1e-12), np.nan)

    def hours_over(self, limit_frac: float) -> float:
        """Share of the hours of the mean week in which more than that share of on-duty time went to calls."""
        share = self.share_by_hour(self.spent_s[CALLS])
        known = np.isfinite(share)
        return float((share[known] > limit_frac).mean()) if known.any() else math.nan

    def n_hours_beyond(self) -> int:
        """Hours of the mean week in which more work is recorded than officers were on duty."""
        return int((self.of(self.committed_s()) > self.of(self.on_duty_s) * (1.0 + 1e-9)).sum())


def require_duty(project: Project) -> pd.DataFrame:
    """Return the duty table.

    Raises
    ------
    InputError
        If there is none: the measured split, utilisation and saturation are refused, and the report to ask for is
        named.
    """
    if project.duty is None:
        raise InputError(
            f"{project.folder} does not say who was on duty, so the measured time split, utilisation and saturation "
            f"are not given: a roster that was planned is no measure of them. {ASK['duty']} Then: optimiser add "
            f"{project.folder} --duty FILE."
        )
    patrol = project.duty[project.duty["role"] == PATROL]
    if patrol.empty:
        raise InputError(
            f"{project.folder}: nobody in the duty table has the role {PATROL}, and only patrol time is patrol "
            "workload. Say the roles in its role column or by call sign in the units file."
        )
    return patrol


def measure(
    project: Project,
    *,
    begin: dt.date | None = None,
    end: dt.date | None = None,
    cycle_days: int = CYCLE_DAYS,
) -> Measured:
    """Measure what on-duty time went into.

    Parameters
    ----------
    begin, end
        Local dates, ``end`` not included; by default all whole days that both calls and duty cover.
    cycle_days
        Days of a pattern cycle.

    Raises
    ------
    InputError
        If there is no duty table, there are no calls, or the two share less than a week.
    """
    duty = require_duty(project)
    if project.calls is None:
        raise InputError(
            f"{project.folder} holds no calls, only totals: time on calls cannot be laid beside who was on duty. "
            "Import the call extract."
        )
    if cycle_days < 1:
        raise InputError(f"A cycle has at least one day, got {cycle_days}.")
    line = _period(project, duty, begin, end)
    said: list[str] = []
    level = sector_level(duty["sector"], project.areas)
    sectors = tuple(sorted(set(project.areas[level]) - {""})) if level else ()
    if not level:
        said.append("The duty table names no beat or district: figures are for the whole force only.")
    on_duty = _duty_bins(duty, sectors, line)
    present = np.bincount(line.day, weights=on_duty.sum(axis=0)) > 0
    keep = present[line.day]
    crew = _crew(duty, line, said)
    spent, initiated, counts = _spent(project, level, sectors, line, crew, said)
    cycle = line.day // cycle_days
    n_cycles = int(cycle.max()) + 1
    cell = cycle * HOURS_PER_WEEK + line.hour_of_week

    def folded(bins: FloatArray) -> FloatArray:
        rows = [np.bincount(cell, weights=r * keep, minlength=n_cycles * HOURS_PER_WEEK) for r in bins]
        return np.array(rows, dtype=np.float64).reshape(len(bins), n_cycles, HOURS_PER_WEEK)

    return Measured(
        line.begin,
        line.end,
        sectors,
        cycle_days,
        folded(on_duty),
        {c: folded(b) for c, b in spent.items()},
        folded(initiated),
        folded(np.full((1, line.n_bins), BIN_S / SECONDS_PER_HOUR))[0],
        counts[0],
        counts[1],
        int((~present).sum()),
        tuple(said),
    )


def _period(project: Project, duty: pd.DataFrame, begin: dt.date | None, end: dt.date | None) -> Timeline:
    zone = project.settings.timezone
    assert project.calls is not None
    received = project.calls["received_at"].dt.tz_convert(zone)
    first = max(duty["start_at"].min().tz_convert(zone), received.min()).normalize().date()
    last = min(duty["end_at"].max().tz_convert(zone), received.max()).normalize().date()
    # the first and last day of either are seldom whole
    first, last = begin or first + dt.timedelta(days=1), end or last
    if (last - first).days < DAYS_PER_WEEK:
        raise InputError(
            f"Calls and duty share {_days_said(first, last)}; a week is needed: add a duty table of more days. "
            f"Calls run from {received.min().date()} to {received.max().date()}, duty from "
            f"{duty['start_at'].min().tz_convert(zone).date()} to {duty['end_at'].max().tz_convert(zone).date()}."
        )
    return timeline(first, last, zone)


def _days_said(first: dt.date, end: dt.date) -> str:
    """Say how many whole days lie from ``first`` to before ``end``."""
    n = (end - first).days
    if n < 1:
        return "no whole day"
    days = f"{n} whole day" + ("s" if n > 1 else "")
    return f"only {days} ({first} to {end - dt.timedelta(days=1)})"


def _moments(at: pd.Series) -> NDArray[np.datetime64]:
    return np.asarray(at.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), dtype="datetime64[s]")


def _length_s(table: pd.DataFrame) -> FloatArray:
    return np.asarray((table["end_at"] - table["start_at"]).dt.total_seconds(), dtype=np.float64)


def _rows(labels: pd.Series, sectors: tuple[str, ...]) -> NDArray[np.int64]:
    """Row of each sector; the last for none."""
    at = pd.Index(list(sectors), dtype="str").get_indexer(pd.Index(labels.astype("str")))
    return np.where(at < 0, len(sectors), at).astype(np.int64)


def _duty_bins(table: pd.DataFrame, sectors: tuple[str, ...], line: Timeline) -> FloatArray:
    weight = table["n_officers"].to_numpy(dtype=float)
    rows = _rows(table["sector"], sectors)
    return occupied_s(_moments(table["start_at"]), _length_s(table), weight, rows, len(sectors) + 1, line)


def _crew(duty: pd.DataFrame, line: Timeline, said: list[str]) -> FloatArray:
    """Officers in a car in each bin, from the call signs of those on duty; 1 where they are not known."""
    signed = duty[duty["unit_key"] != ""]
    if signed.empty:
        said.append("The duty table has no call signs: one officer in a car.")
        return np.ones(line.n_bins)
    officers = _duty_bins(signed, (), line)[0]
    cars = union_s(
        _moments(signed["start_at"]), _length_s(signed), signed["unit_key"].to_numpy(dtype=object), line
    )
    # by hour of the week: a single quarter of an hour says little
    by_hour = [np.bincount(line.hour_of_week, weights=v, minlength=HOURS_PER_WEEK) for v in (officers, cars)]
    crew = np.where(by_hour[1] > 0, by_hour[0] / np.maximum(by_hour[1], 1e-12), 1.0)
    said.append(
        f"Officers in a car, from call signs on duty: {officers.sum() / max(cars.sum(), 1e-12):.2f} on average."
    )
    return crew[line.hour_of_week]


def _spent(
    project: Project,
    level: str,
    sectors: tuple[str, ...],
    line: Timeline,
    crew: FloatArray,
    said: list[str],
) -> tuple[dict[str, FloatArray], FloatArray, tuple[int, int]]:
    """Officer-seconds by class in every bin, what officers began themselves, and (imputed, all) calls."""
    assert project.calls is not None
    sector_of = dict(zip(project.areas["area_id"], project.areas[level], strict=True)) if level else {}
    calls = project.calls[project.calls["n_units"] > 0]
    start = _moments(calls["received_at"]) + np.nan_to_num(
        calls["dispatch_delay_s"].to_numpy(dtype=float)
    ).astype("timedelta64[s]")
    inside = (start >= line.begin_utc) & (start < line.begin_utc + np.timedelta64(line.n_bins * BIN_S, "s"))
    calls, start = calls[inside], start[inside]
    unit_s, n_imputed = durations(calls, project.settings.default_service_s)
    n_units = calls["n_units"].to_numpy(dtype=float)
    rows = _rows(calls["area_id"].map(sector_of).fillna(""), sectors)
    kind = class_of_calls(calls, project.counts_as)
    n = len(sectors) + 1
    own = (calls["origin"] == OFFICER_INITIATED).to_numpy()

    def worked(mask: NDArray[np.bool_]) -> FloatArray:
        length = unit_s[mask] / n_units[mask]
        return occupied_s(start[mask], length, n_units[mask], rows[mask], n, line) * crew

    spent = {c: worked(kind == c) for c in COUNTED}
    initiated = worked(own)
    status = project.unit_status
    if status is None:
        said.append(f"No unit statuses: time not on calls is unaccounted. {ASK['unit_status']}")
        return spent, initiated, (n_imputed, len(calls))
    status = _with_sectors(status[status["role"] == PATROL], project.duty)
    crewed = bool((status["n_officers"] > 1).any())
    for code in COUNTED:
        mine = status[status["status"].map(dict(project.counts_as.status)) == code]
        bins = _duty_bins(mine, sectors, line)
        spent[code] += bins if crewed else bins * crew
    return spent, initiated, (n_imputed, len(calls))


def _with_sectors(status: pd.DataFrame, duty: pd.DataFrame | None) -> pd.DataFrame:
    """Give a status without a sector the one in which its unit is on duty most of its time."""
    lacking = (status["sector"] == "") & (status["unit_key"] != "")
    if duty is None or not lacking.any():
        return status
    known = duty[(duty["unit_key"] != "") & (duty["sector"] != "")]
    spent = known.assign(seconds=_length_s(known)).groupby(["unit_key", "sector"], sort=True)["seconds"].sum()
    most = spent.reset_index().sort_values("seconds", kind="stable").drop_duplicates("unit_key", keep="last")
    home = status["unit_key"].map(most.set_index("unit_key")["sector"]).fillna("")
    return status.assign(sector=status["sector"].where(~lacking, home))


def class_of_calls(calls: pd.DataFrame, counts_as: CountsAs) -> NDArray[np.object_]:
    """Class of each call: as its type counts, else by who began it."""
    by_origin = np.where((calls["origin"] == OFFICER_INITIATED).to_numpy(), PROACTIVE, CALLS)
    stated = calls["call_type"].map(dict(counts_as.call_type)).to_numpy(dtype=object)
    return np.asarray(np.where(pd.isna(stated), by_origin, stated), dtype=object)

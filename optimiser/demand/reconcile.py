"""Last year's published figures beside ours, and each difference traced to a filter.

A published total counts rows that we leave out (repeats, cancelled calls, work that officers began) or leaves out calls
that we count (never dispatched, outside every area). Every combination of the filters is tried on the calls
themselves, so overlaps count once; the one that comes nearest with the fewest filters is the trace. What it does not
explain is said.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.left_out import LeftOut
from optimiser.data.project import Project
from optimiser.data.published import CALLS, OFFICERS, Published
from optimiser.demand.period import local_days
from optimiser.demand.workload import OFFICER_INITIATED
from optimiser.errors import InputError
from optimiser.units import minutes

Mask = NDArray[np.bool_]
MOST_UNEXPLAINED_FRAC = 0.005
"""A rest of at most this share of the published figure is said to be explained but for the rest."""
MOST_FILTERS = 4
"""With more filters at once nearly any total can be reached: that explains nothing."""
OURS = "calls of the public, each once, tests, duplicates and cancelled ones left out"
AGREES, EXPLAINED, OPEN, UNKNOWN = "agrees", "explained", "not explained", "not known"


@dataclass(frozen=True, slots=True)
class Step:
    """One filter on the way from our figure to the published one, and the figure after it."""

    filter: str
    change: float
    then: float


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One published figure beside ours.

    Parameters
    ----------
    published, ours
        The figure, and our own; None where it is not known (``note`` says what is missing).
    steps
        Filters that lead from ours towards the published one, in words.
    rest
        What is left between the last step and the published figure.
    verdict
        agrees, explained, not explained, not known.
    note
        What else a reader must know: days that the extract does not cover.
    """

    published: Published
    ours: float | None
    steps: tuple[Step, ...]
    rest: float
    verdict: str
    note: str = ""


def reconcile(
    project: Project, published: tuple[Published, ...], officers: Mapping[str, int] | None = None
) -> tuple[Reconciled, ...]:
    """Lay each published figure beside ours.

    Raises
    ------
    InputError
        If the project holds no calls.
    """
    if project.calls is None:
        raise InputError(
            f"{project.folder} holds totals, not calls: differences cannot be traced to a filter. Import the extract."
        )
    return tuple(_one(project, p, officers) for p in published)


def _one(project: Project, p: Published, officers: Mapping[str, int] | None) -> Reconciled:
    if p.figure == OFFICERS:
        return _strength(p, officers)
    assert project.calls is not None
    day = local_days(project.calls["received_at"], project.settings.timezone)
    first, last = np.datetime64(p.first_day, "D"), np.datetime64(p.last_day, "D")
    calls = project.calls[(day >= first) & (day <= last)]
    if p.priority is not None:
        calls = calls[calls["priority"] == p.priority]
    if calls.empty:
        note = f"no call of ours falls into it: they run from {day.min()} to {day.max()}"
        return Reconciled(p, None, (), p.value, UNKNOWN, note)
    note = _uncovered(day, first, last)
    if p.figure == CALLS:
        # rows that were left out carry no priority: they are tried for whole totals only
        gone = _gone(project.left_out, p.first_day, p.last_day) if p.priority is None else {}
        return _calls(p, calls, gone, note)
    return _times(p, calls, project.settings.response_time, note)


def _uncovered(day: NDArray[np.datetime64], first: np.datetime64, last: np.datetime64) -> str:
    """Say where the extract does not cover the period, and which days in it are without a call."""
    span = np.arange(max(first, day.min()), min(last, day.max()) + np.timedelta64(1, "D"))
    lacking = int((last - first).astype(int)) + 1 - len(np.intersect1d(span, np.unique(day)))
    if not lacking:
        return ""
    return f"{lacking} days of it have no call in the extract ({day.min()} to {day.max()})"


def _gone(left_out: LeftOut, first: dt.date, last: dt.date) -> dict[str, int]:
    within = {
        reason: sum(n for d, n in days.items() if first.isoformat() <= d <= last.isoformat())
        for reason, days in left_out.items()
    }
    return {reason: n for reason, n in within.items() if n}


def _population(calls: pd.DataFrame) -> tuple[dict[str, Mask], dict[str, Mask]]:
    """Masks of what we leave out and a figure may count, and of what we count and a figure may leave out."""
    n_units = calls["n_units"].to_numpy()
    delay = calls["dispatch_delay_s"].to_numpy(dtype=float)
    response = _clock(calls, "received to arrived")
    adding = {"work that officers began themselves": (calls["origin"] == OFFICER_INITIATED).to_numpy()}
    taking = {
        "calls without a patrol unit": n_units == 0,
        "calls never dispatched": np.isnan(delay) & np.isnan(response),
        "calls with no arrival": np.isnan(response) & np.isnan(calls["travel_s"].to_numpy(dtype=float)),
        "calls outside every area": (calls["area_id"] == "").to_numpy(),
        "calls whose origin is neither the public nor officers": (
            ~calls["origin"].isin(["public", OFFICER_INITIATED])
        ).to_numpy(),
    }
    some = {k: v for k, v in taking.items() if v.any() and not v.all()}
    return {k: v for k, v in adding.items() if v.any()}, some


def _calls(p: Published, calls: pd.DataFrame, gone: Mapping[str, int], note: str) -> Reconciled:
    adding, taking = _population(calls)
    own = np.logical_or.reduce(list(adding.values())) if adding else np.zeros(len(calls), dtype=bool)

    def total(chosen: tuple[str, ...]) -> float:
        count = sum(n for reason, n in gone.items() if reason in chosen)
        keep = ~own | np.logical_or.reduce([m for k, m in adding.items() if k in chosen] or [~own])
        for name, mask in taking.items():
            if name in chosen:
                keep &= ~mask
        return float(count + keep.sum())

    names = [*adding, *gone, *taking]
    signs = {**dict.fromkeys([*adding, *gone], "with"), **dict.fromkeys(taking, "without")}
    return _traced(p, total, names, signs, note)


def _traced(
    p: Published,
    total: Callable[[tuple[str, ...]], float],
    names: list[str],
    signs: Mapping[str, str],
    note: str,
) -> Reconciled:
    """Take the fewest filters that come within the tolerance, else the nearest of all."""
    ours = total(())
    if abs(ours - p.value) <= p.half_unit + 1e-9:
        return Reconciled(p, ours, (), p.value - ours, AGREES, note)
    allowed = max(p.half_unit, MOST_UNEXPLAINED_FRAC * p.value) + 1e-9
    best: tuple[float, tuple[str, ...]] = (abs(p.value - ours), ())
    for size in range(1, min(MOST_FILTERS, len(names)) + 1):
        near = min(((abs(p.value - total(c)), c) for c in itertools.combinations(names, size)), default=best)
        if near[0] < best[0]:
            best = near
        if best[0] <= allowed:
            break
    steps, at, used = [], ours, tuple[str, ...]()
    for name in best[1]:
        used += (name,)
        then = total(used)
        steps.append(Step(f"{signs[name]} {name}", then - at, then))
        at = then
    verdict = EXPLAINED if best[0] <= allowed else OPEN
    return Reconciled(p, ours, tuple(steps), p.value - at, verdict, note)


_CLOCKS = ("received to arrived", "dispatched to arrived", "received to dispatched")


def _clock(calls: pd.DataFrame, which: str) -> NDArray[np.float64]:
    delay, travel = (calls[c].to_numpy(dtype=np.float64) for c in ("dispatch_delay_s", "travel_s"))
    if which == "dispatched to arrived":
        return travel
    if which == "received to dispatched":
        return delay
    return np.asarray(delay + travel)


def _times(p: Published, calls: pd.DataFrame, response_time: str, note: str) -> Reconciled:
    """Compare a time: by each clock, with and without what may have been left out."""
    statistic = p.figure.split(" ", 1)[0]
    ours_by = response_time.replace("_", " ") or _CLOCKS[0]
    clocks = {c: _clock(calls, c) for c in _CLOCKS}
    if not np.isfinite(clocks[ours_by]).any():
        return Reconciled(p, None, (), p.value, UNKNOWN, f"no call of ours has its time {ours_by}")
    adding, taking = _population(calls)
    own = next(iter(adding.values()), np.zeros(len(calls), dtype=bool))
    zero = {"times of 0": np.nan_to_num(clocks[ours_by], nan=1.0) == 0}
    taking |= {k: v for k, v in zero.items() if v.any()}
    others = {f"the clock {c}": c for c in _CLOCKS if c != ours_by and np.isfinite(clocks[c]).any()}

    def total(chosen: tuple[str, ...]) -> float:
        clock = [others[c] for c in chosen if c in others]
        if len(clock) > 1:
            return float("inf")
        seconds = clocks[clock[0] if clock else ours_by]
        keep = np.isfinite(seconds) & (~own | any(a in chosen for a in adding))
        for name, mask in taking.items():
            if name in chosen:
                keep &= ~mask
        return _statistic(seconds[keep], statistic)

    signs = {
        **dict.fromkeys(adding, "with"),
        **dict.fromkeys(taking, "without"),
        **dict.fromkeys(others, "by"),
    }
    found = _traced(p, total, [*others, *adding, *taking], signs, note)
    said = f"ours is {ours_by}" + ("" if response_time else ", because the project does not say which")
    return Reconciled(
        p, found.ours, found.steps, found.rest, found.verdict, "; ".join(t for t in (said, found.note) if t)
    )


def _statistic(seconds: NDArray[np.float64], name: str) -> float:
    """Mean, median or 90th percentile in minutes, as it is published; infinite for none."""
    if not seconds.size:
        return float("inf")
    if name == "mean":
        return minutes(float(seconds.mean()))
    return minutes(float(np.quantile(seconds, 0.5 if name == "median" else 0.9)))


def _strength(p: Published, officers: Mapping[str, int] | None) -> Reconciled:
    if officers is None:
        note = "strength is not in the project: give --officers FILE (district_id,officers)"
        return Reconciled(p, None, (), p.value, UNKNOWN, note)
    ours = float(sum(officers.values()))
    verdict = AGREES if abs(ours - p.value) <= p.half_unit + 1e-9 else OPEN
    note = "" if verdict == AGREES else "posts or people, sworn or all staff, at which date? Ask who counted"
    return Reconciled(p, ours, (), p.value - ours, verdict, note)

"""What each demand lever frees of patrol officers' time by hour of the week, priced beside a sworn hire.

A lever takes a share of the calls that fit it another way. Freed is the time on them less what a patrol officer must
still do, which may move to other hours (appointments). Levers work on what the levers before them left: a call is
freed once. Beside that stands what each would free alone.
"""

from __future__ import annotations

import fnmatch
import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.levers_file import Lever, Levers
from optimiser.data.project import Project
from optimiser.demand.clears import filled, unit_seconds
from optimiser.demand.cube import Pieces, pieces_of
from optimiser.demand.day_parts import day_parts
from optimiser.demand.period import Period, hours_seen, local_days
from optimiser.demand.workload import OFFICER_INITIATED, Workload
from optimiser.errors import InputError
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR, hours

FloatArray = NDArray[np.float64]
WEEKS_PER_YEAR = 365.25 / 7


@dataclass(frozen=True, eq=False)
class Priced:
    """One lever and what it does, in a mean week unless said otherwise.

    Parameters
    ----------
    lever
        The lever.
    n_matching, n_diverted
        Calls a year that fit it, and those that go the other way after the levers before it.
    freed_s
        Officer-seconds freed by hour of the week after the levers before it, less what returns, shape (168,);
        negative where work is moved to.
    alone_s
        Officer-seconds a week that it would free alone.
    cost_per_year
        Its cost: other staff's time and what it costs besides.
    cost_per_h
        Cost of an officer-hour freed; infinite where none is.
    as_sworn
        Sworn officers whose hours on duty are as many as it frees.
    sworn_cost_per_year
        What those would cost.
    """

    lever: Lever
    n_matching: float
    n_diverted: float
    freed_s: FloatArray
    alone_s: float
    cost_per_year: float
    cost_per_h: float
    as_sworn: float
    sworn_cost_per_year: float

    @property
    def freed_h_per_year(self) -> float:
        """Officer-hours freed a year."""
        return hours(float(self.freed_s.sum())) * WEEKS_PER_YEAR


@dataclass(frozen=True, eq=False)
class LeverStudy:
    """All levers in their order.

    Parameters
    ----------
    priced
        Each lever.
    week_s
        Officer-seconds of the mean week before any, by hour, shape (168,).
    sworn_cost_per_h
        What an hour on duty of a sworn officer costs.
    """

    priced: tuple[Priced, ...]
    week_s: FloatArray
    sworn_cost_per_h: float

    def left_s(self) -> FloatArray:
        """Officer-seconds by hour of the week after all levers, shape (168,)."""
        freed: FloatArray = np.sum([p.freed_s for p in self.priced], axis=0)
        return np.asarray(self.week_s - freed)


def study_levers(
    project: Project,
    levers: Levers,
    *,
    officers_per_unit: float = 1.0,
    report_s: float = 0.0,
    period: Period | None = None,
) -> LeverStudy:
    """Price every lever on the calls of the public of a period.

    Parameters
    ----------
    officers_per_unit
        Officers in a car.
    report_s
        Officer-seconds of report of a call that records none.

    Raises
    ------
    InputError
        If the project holds no calls.
    """
    if project.calls is None:
        raise InputError(
            f"{project.folder} holds totals, not calls: levers need their types. Import the call extract."
        )
    zone = project.settings.timezone
    calls = project.calls[project.calls["origin"] != OFFICER_INITIATED].reset_index(drop=True)
    if calls.empty:
        raise InputError(
            f"{project.folder} holds no call of the public: there is nothing that a lever could take."
        )
    day = local_days(calls["received_at"], zone)
    days = (period or Period()).days(day.min().item(), day.max().item())
    calls = calls[np.isin(day, days)].reset_index(drop=True)
    seen = np.maximum(hours_seen(days, zone), 1)
    n_weeks = len(days) / 7
    work = _Work(project, calls, officers_per_unit, report_s)

    def by_hour(share: FloatArray) -> FloatArray:
        """Officer-seconds of the mean week in each hour of which each call gives that share."""
        weight = work.pieces.seconds * work.per_second[work.pieces.row] * share[work.call]
        total = np.bincount(work.pieces.slot, weights=weight, minlength=HOURS_PER_WEEK)
        return np.asarray(total / seen, dtype=np.float64)

    left = np.ones(len(calls))
    found = []
    for lever in levers.levers:
        fits = matching(lever, calls)
        taken = np.where(fits, lever.share_frac, 0.0)
        freed = _net(lever, by_hour(left * taken))
        alone = float(_net(lever, by_hour(taken)).sum())
        n_diverted = float((left * taken).sum()) / n_weeks * WEEKS_PER_YEAR
        found.append(
            _priced(lever, levers, float(fits.sum()) / n_weeks * WEEKS_PER_YEAR, n_diverted, freed, alone)
        )
        # what must still be done of a diverted call stays for the levers after it
        left = left * (1.0 - taken * (1.0 - (0.0 if lever.return_hours else lever.remaining_frac)))
    return LeverStudy(
        tuple(found), by_hour(np.ones(len(calls))), levers.sworn_per_year / levers.net_hours_per_year
    )


class _Work:
    """Where the officer-time of each call passes: pieces of unit-time and of report."""

    def __init__(self, project: Project, calls: pd.DataFrame, officers: float, report_s: float) -> None:
        zone = project.settings.timezone
        unit_s, _ = filled(unit_seconds(calls), calls, project.settings.default_service_s)
        n_units = np.maximum(calls["n_units"].to_numpy(dtype=float), 1.0)
        begun = np.nan_to_num(calls["dispatch_delay_s"].to_numpy(dtype=float))
        length = unit_s / n_units
        known = (
            calls["report_s"].to_numpy(dtype=float) if "report_s" in calls else np.full(len(calls), np.nan)
        )
        attended = (calls["n_units"] > 0).to_numpy()
        report = np.where(np.isnan(known), np.where(attended, report_s, 0.0), known)
        slot_s = round(SECONDS_PER_HOUR)
        on_call = pieces_of(calls, begun, length, zone, slot_s)
        writing = pieces_of(calls, begun + length, report, zone, slot_s)
        n = len(calls)
        self.pieces = Pieces(
            np.concatenate([on_call.row, writing.row + n]),
            np.concatenate([on_call.slot, writing.slot]),
            np.concatenate([on_call.seconds, writing.seconds]),
        )
        self.per_second = np.concatenate([n_units * officers, np.ones(n)])
        self.call = self.pieces.row % n


def matching(lever: Lever, calls: pd.DataFrame) -> NDArray[np.bool_]:
    """Say which calls a lever fits: by patterns over types, whatever their case, and by priority."""
    types = calls["call_type"].astype("str")
    fits = np.ones(len(calls), dtype=bool)
    if lever.types:
        known = {
            t: any(fnmatch.fnmatchcase(t.upper(), p.upper()) for p in lever.types) for t in types.unique()
        }
        fits &= types.map(known).to_numpy(dtype=bool)
    if lever.priorities:
        fits &= calls["priority"].isin(list(lever.priorities)).to_numpy()
    return fits


def _net(lever: Lever, taken_s: FloatArray) -> FloatArray:
    """Return what is freed in each hour: all of it less what remains, there or in the hours that it moves to."""
    if not lever.return_hours:
        return taken_s * (1.0 - lever.remaining_frac)
    (part,) = day_parts((lever.return_hours,))
    back = np.zeros(HOURS_PER_WEEK)
    back[list(part.hours)] = float(taken_s.sum()) * lever.remaining_frac / len(part.hours)
    return taken_s - back


def _priced(
    lever: Lever, levers: Levers, n_matching: float, n_diverted: float, freed_s: FloatArray, alone_s: float
) -> Priced:
    freed_h = hours(float(freed_s.sum())) * WEEKS_PER_YEAR
    cost = lever.cost_per_year + n_diverted * hours(lever.desk_s) * lever.desk_cost_per_h
    sworn = freed_h / levers.net_hours_per_year
    return Priced(
        lever,
        n_matching,
        n_diverted,
        freed_s,
        alone_s,
        cost,
        cost / freed_h if freed_h > 0 else math.inf,
        sworn,
        sworn * levers.sworn_per_year,
    )


def week_with_levers(week: Workload, study: LeverStudy) -> Workload:
    """Return a mean week with all levers pulled: work of each hour in proportion to what the levers leave of it.

    Calls are counted as before; what they take of patrol is less.
    """
    left = np.maximum(study.left_s(), 0.0)
    ratio = np.where(study.week_s > 0, left / np.maximum(study.week_s, 1e-12), 1.0)
    # work moved into an hour that had none is laid where the whole week's work lies
    moved = np.where(study.week_s > 0, 0.0, left)
    share = week.unit_s.sum(axis=1) / max(float(week.week_unit_s().sum()), 1e-12)
    return replace(
        week,
        unit_s=week.unit_s * ratio + share[:, None] * moved,
        unplaced_unit_s=week.unplaced_unit_s * ratio + (1.0 - float(share.sum())) * moved,
    )

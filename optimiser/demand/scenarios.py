"""Named demand scenarios: today, 10 % more calls, summer, an event day, a busy week; and the planner's own.

Each is a mean week like today's, so every question that asks for a week's work can be asked of any of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.demand_file import DEMAND_FILE, DemandFile, ScenarioRow, read_demand_file
from optimiser.data.levers_file import LEVERS_FILE, levers_of
from optimiser.data.project import Project
from optimiser.demand.call_mix import CallMix
from optimiser.demand.daily import seasonal_regression, series_of
from optimiser.demand.levers import study_levers, week_with_levers
from optimiser.demand.period import Period, hours_seen, local_days
from optimiser.demand.workload import (
    OFFICER_INITIATED,
    Workload,
    durations,
    evaluation_period,
    from_calls,
    from_project,
)
from optimiser.errors import InputError, UsageError
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK, percent_text

FloatArray = NDArray[np.float64]
TODAY = "today"
SUMMER_MONTHS = frozenset({6, 7, 8})
P80_FRAC = 0.80
FEWEST_WEEKS = 8
"""Fewer weeks make no 80th percentile."""
AROUND_H = 2
EVENT, LEVERS, FORECAST = "event", "levers", "forecast"
FORECAST_DAYS = 91


@dataclass(frozen=True, slots=True)
class DemandScenario:
    """A scenario and what it means in words."""

    row: ScenarioRow
    words: str


def scenarios_of(project: Project) -> dict[str, DemandScenario]:
    """Return every scenario of a project by name: the built-in ones, and those of ``demand.toml``, which win."""
    file = read_demand_file(project.folder)
    rows = {
        TODAY: ScenarioRow(TODAY),
        "plus10": ScenarioRow("plus10", factor=1.10),
        "summer": ScenarioRow("summer", months=SUMMER_MONTHS),
        EVENT: ScenarioRow(EVENT),
        "p80": ScenarioRow("p80", quantile_frac=P80_FRAC),
        LEVERS: ScenarioRow(LEVERS),
        FORECAST: ScenarioRow(FORECAST),
        **file.scenarios,
    }
    return {name: DemandScenario(row, _words(row, file)) for name, row in rows.items()}


def scenario_workload(project: Project, name: str = TODAY) -> Workload:
    """Return the mean week of a named scenario.

    Raises
    ------
    UsageError
        If there is no such scenario.
    InputError
        If the project cannot tell it: totals without dates know no season, a few weeks no percentile.
    """
    known = scenarios_of(project)
    if name not in known:
        raise UsageError(
            f"There is no demand scenario {name!r}; there are {', '.join(known)} ({DEMAND_FILE})."
        )
    row, file = known[name].row, read_demand_file(project.folder)
    period = _period(file, row)
    all_days = period == Period()
    dated = row.quantile_frac is not None or row.days or name in (EVENT, LEVERS, FORECAST)
    if project.calls is None and (dated or not all_days):
        raise InputError(
            f"Scenario {name!r} needs calls with their dates; {project.folder} holds totals only. Import the calls."
        )
    week = from_project(project, period=period)
    if row.days or name == EVENT:
        week = _with_event(project, week, row.days or frozenset({busiest_day(project, period)}))
    if row.quantile_frac is not None:
        week = _by_hour(week, _busy_factor(project, period, row.quantile_frac))
    if name == LEVERS:
        week = week_with_levers(week, study_levers(project, levers_of(project.folder), period=period))
    if name == FORECAST:
        series = series_of(project, frozenset(d.isoformat() for d in file.holidays))
        ahead = float(seasonal_regression(series, FORECAST_DAYS).mean.mean())
        week = _by_hour(week, np.full(HOURS_PER_WEEK, ahead * 7 / max(float(week.week_calls().sum()), 1e-12)))
    factor = row.factor * (1.0 + file.growth_frac_per_year) ** row.years
    return week if factor == 1.0 else _by_hour(week, np.full(HOURS_PER_WEEK, factor))


def mix_of_period(project: Project, mix: CallMix, areas: Sequence[str] | None = None) -> CallMix:
    """Return the calls of all days as those of the project's evaluation period: more or fewer by hour.

    Parameters
    ----------
    mix
        Calls of the mean week of all days, of ``areas`` where they are given.
    """
    if evaluation_period(project) == Period():
        return mix
    weeks = [from_project(project, period=p) for p in (Period(), evaluation_period(project))]
    return scenario_mix(mix, *(w if areas is None else _of_areas(w, areas) for w in weeks))


def _of_areas(week: Workload, areas: Sequence[str]) -> Workload:
    rows = [k for k, a in enumerate(week.area_ids) if a in set(areas)]
    none = np.zeros(HOURS_PER_WEEK)
    return replace(
        week,
        area_ids=tuple(week.area_ids[k] for k in rows),
        calls=week.calls[rows],
        unit_s=week.unit_s[rows],
        priority_calls={p: v[rows] for p, v in week.priority_calls.items()},
        unplaced_calls=none,
        unplaced_unit_s=none,
    )


def scenario_mix(mix: CallMix, today: Workload, asked: Workload) -> CallMix:
    """Return the calls of a mean week with the work of a scenario: the same kinds of calls, more or fewer by hour.

    Parameters
    ----------
    mix
        Calls of today's week by urgency, units and times.
    today, asked
        Work of today's week and of the scenario's.
    """
    before, after = today.week_unit_s(), asked.week_unit_s()
    ratio = np.where(before > 0, after / np.maximum(before, 1e-12), 0.0)
    fresh = np.where(before > 0, 0.0, after)
    made = []
    for kind in mix.classes:
        share = kind.week_unit_s / max(mix.week_unit_s, 1e-12)
        added = fresh * share / max(kind.units_per_call * kind.law.mean_s, 1e-12)
        made.append(replace(kind, calls=kind.calls * ratio + added))
    return CallMix(tuple(made))


def _period(file: DemandFile, row: ScenarioRow) -> Period:
    months = row.months or file.months
    return Period(file.first_day, file.last_day, months, file.leave_out | file.holidays)


def _words(row: ScenarioRow, file: DemandFile) -> str:
    parts = []
    if row.months:
        parts.append(f"the mean week of months {', '.join(map(str, sorted(row.months)))}")
    if row.days:
        parts.append(f"{len(row.days)} event days in place of their days of the week")
    elif row.name == EVENT:
        parts.append("the busiest day of the period in place of its day of the week")
    if row.name == LEVERS:
        parts.append(f"all levers of {LEVERS_FILE} pulled, else those that the toolkit starts from")
    if row.name == FORECAST:
        parts.append(
            f"as many calls as the regression says of the next {FORECAST_DAYS} days, when they come now"
        )
    if row.quantile_frac is not None:
        level = percent_text(row.quantile_frac, 0)
        parts.append(f"every hour, with {AROUND_H} either side, at the {level} quantile of its weeks")
    if row.factor != 1.0:
        parts.append(f"calls {percent_text(row.factor - 1.0, 0, signed=True)}")
    if row.years:
        grown = (1.0 + file.growth_frac_per_year) ** row.years - 1.0
        parts.append(f"{row.years:g} years of growth, {percent_text(grown, signed=True)}")
    return "; ".join(parts) or "the mean week of the period"


def _public(
    project: Project, period: Period
) -> tuple[pd.DataFrame, NDArray[np.datetime64], NDArray[np.datetime64]]:
    """Return calls of the public on the days that count, the day of each, and all the days."""
    assert project.calls is not None
    calls = project.calls[project.calls["origin"] != OFFICER_INITIATED]
    day = local_days(calls["received_at"], project.settings.timezone)
    days = period.days(day.min().item(), day.max().item())
    inside = np.isin(day, days)
    return calls[inside], day[inside], days


def busiest_day(project: Project, period: Period | None = None) -> dt.date:
    """Return the local day with the most unit-time on calls of the public.

    Raises
    ------
    InputError
        If the project holds no calls.
    """
    if project.calls is None:
        raise InputError(
            f"{project.folder} holds totals without dates: there is no busiest day. Import the calls."
        )
    calls, day, _ = _public(project, period or Period())
    seconds, _ = durations(calls, project.settings.default_service_s)
    days, at = np.unique(day, return_inverse=True)
    found: dt.date = days[int(np.argmax(np.bincount(at, weights=seconds)))].item()
    return found


def _with_event(project: Project, week: Workload, days: frozenset[dt.date]) -> Workload:
    """Put the mean of event days in place of their days of the week."""
    assert project.calls is not None
    zone = project.settings.timezone
    event = from_calls(
        project.calls,
        week.area_ids,
        zone,
        period=Period(only=days),
        default_service_s=project.settings.default_service_s,
    )
    seen = hours_seen(np.array(sorted(days), dtype="datetime64[D]"), zone)
    weekdays = {d.weekday() for d in days}
    held = np.array([seen[h] > 0 and h // HOURS_PER_DAY in weekdays for h in range(HOURS_PER_WEEK)])

    def put(base: FloatArray, other: FloatArray) -> FloatArray:
        return np.where(held, other, base)

    made = replace(
        week,
        calls=put(week.calls, event.calls),
        unit_s=put(week.unit_s, event.unit_s),
        unplaced_calls=put(week.unplaced_calls, event.unplaced_calls),
        unplaced_unit_s=put(week.unplaced_unit_s, event.unplaced_unit_s),
    )
    return replace(made, priority_calls=_priorities(week, made))


def _busy_factor(project: Project, period: Period, quantile_frac: float) -> FloatArray:
    """How much more unit-time than the mean each hour of the week has at a quantile of its weeks, shape (168,)."""
    calls, day, days = _public(project, period)
    weeks_of = (days - days.min()).astype(int) // 7
    whole = np.flatnonzero(np.bincount(weeks_of) == 7)
    if len(whole) < FEWEST_WEEKS:
        raise InputError(
            f"A quantile of weeks needs {FEWEST_WEEKS} whole weeks of calls; the period has {len(whole)}."
        )
    seconds, _ = durations(calls, project.settings.default_service_s)
    week = (day - days.min()).astype(int) // 7
    hour = calls["hour_of_week"].to_numpy(dtype=np.int64)
    total = np.zeros((int(weeks_of.max()) + 1, HOURS_PER_WEEK))
    np.add.at(total, (week, hour), seconds)
    # five hours together: what differs from week to week in a single hour is mostly chance, which queues allow for
    around = sum(np.roll(total, shift, axis=1) for shift in range(-AROUND_H, AROUND_H + 1))
    seen = np.asarray(around)[whole]
    mean = seen.mean(axis=0)
    busy = np.quantile(seen, quantile_frac, axis=0)
    return np.where(mean > 0, busy / np.maximum(mean, 1e-12), 1.0)


def _by_hour(week: Workload, factor: FloatArray) -> Workload:
    made = replace(
        week,
        calls=week.calls * factor,
        unit_s=week.unit_s * factor,
        unplaced_calls=week.unplaced_calls * factor,
        unplaced_unit_s=week.unplaced_unit_s * factor,
    )
    return replace(made, priority_calls=_priorities(week, made))


def _priorities(before: Workload, after: Workload) -> Mapping[int, FloatArray]:
    """Scale calls by priority with all calls of their area."""
    was, now = before.calls.sum(axis=1), after.calls.sum(axis=1)
    ratio = np.where(was > 0, now / np.maximum(was, 1e-12), 1.0)
    return {p: np.asarray(v * ratio, dtype=np.float64) for p, v in before.priority_calls.items()}

"""A project becomes a shift question: workload, requirement, administration, and the shifts on offer."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimiser.data.duty_rules import DutyRule
from optimiser.data.project import Project
from optimiser.demand.call_mix import CallMix, of_load
from optimiser.demand.nobody_free import calls_finding_nobody
from optimiser.demand.requirement import Requirement, RequirementParams, requirement_of
from optimiser.demand.scenarios import TODAY, scenario_mix, scenario_workload
from optimiser.demand.service import service_times
from optimiser.demand.workload import OFFICER_INITIATED, Workload, from_project
from optimiser.errors import InputError
from optimiser.prepare.calendar_file import (
    CALENDAR_FILE,
    Abstraction,
    away_in_week,
    capped_sectors,
    monday_of,
    of_sector,
    over_cap,
    read_calendar,
)
from optimiser.prepare.requirement import duty_rules, project_mix, with_area
from optimiser.prepare.rota_file import ROTA_FILE, RotaLine, read_rota, rota_plan
from optimiser.prepare.shift_offer import shift_catalogue, shifts_on_offer
from optimiser.prepare.shift_season import season_factor, times
from optimiser.prepare.shifts_setup import ShiftsSetup
from optimiser.problems.shifts import ShiftsParams, ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.data import DAYS
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
NIGHT_FROM_H, NIGHT_TO_H = 22, 6
FEWEST_OFFICERS = 1

__all__ = [
    "ShiftsSetup",
    "from_workload",
    "mean_service_s",
    "sector_problem",
    "shift_catalogue",
    "shifts_problem",
]


def shifts_problem(
    project: Project,
    params: ShiftsParams | None = None,
    setup: ShiftsSetup | None = None,
    service: RequirementParams | None = None,
    *,
    existing: ShiftsPlan | None = None,
) -> ShiftsProblem:
    """Return the shift question of a whole project.

    Raises
    ------
    InputError
        If the project has red faults, or less than a week of work.
    """
    project.require_ready()
    setup = setup or ShiftsSetup()
    work = scenario_workload(project, setup.demand)
    rota, calendar = _own_files(Path(project.folder), setup)
    factor = (
        season_factor(project, from_project(project), dt.date.fromisoformat(setup.week_of))
        if setup.season
        else 1.0
    )
    return from_workload(
        times(work, factor),
        params,
        setup,
        with_area(project, service or RequirementParams()),
        service_s=mean_service_s(project, work),
        urgent_frac=_urgent_frac(work),
        existing=existing,
        rota=rota,
        away=calendar,
        mix=None if project.calls is None else _mix(project, setup.demand, work).scaled(factor),
        rules=duty_rules(project),
    )


def _mix(project: Project, demand: str, work: Workload) -> CallMix:
    """Return the calls by urgency, units and times that a demand scenario's week is made of."""
    mix = project_mix(project)
    return mix if demand == TODAY else scenario_mix(mix, from_project(project), work)


def sector_problem(
    project: Project,
    work: Workload,
    params: ShiftsParams | None = None,
    setup: ShiftsSetup | None = None,
    service: RequirementParams | None = None,
    *,
    name: str = "",
    rules: Sequence[DutyRule] = (),
    sectors: Sequence[str] = (),
) -> ShiftsProblem:
    """Return the shift question of one sector by itself: its own calls, answered by its own officers.

    ``work`` is the sector's (:func:`optimiser.prepare.shift_sectors.sector_workloads`); of the ``rules`` those of the
    sector ``name`` bind it, and a response is reached over the sector's own ground. Of the calendar of a dated week
    the entries of the sector take its officers; those of no sector are the whole force's and left out.

    Parameters
    ----------
    sectors
        All sectors of the plan, which the calendar may name; ``name`` alone where left out.

    Raises
    ------
    InputError
        As :func:`shifts_problem`, naming the sector.
    """
    project.require_ready()
    setup = setup or ShiftsSetup()
    _, away = _own_files(Path(project.folder), setup, name, sectors or (name,))
    try:
        return from_workload(
            work,
            params,
            setup,
            with_area(project, service or RequirementParams(), work.area_ids),
            service_s=mean_service_s(project, work),
            urgent_frac=_urgent_frac(work),
            mix=None if project.calls is None else project_mix(project, work.area_ids),
            rules=rules,
            sector=name,
            away=away,
        )
    except InputError as error:
        raise InputError(f"Sector {name}: {error}" if name else str(error)) from error


def _own_files(
    folder: Path, setup: ShiftsSetup, sector: str = "", sectors: Sequence[str] = ()
) -> tuple[tuple[RotaLine, ...], tuple[int, ...]]:
    """Return today's rota and who is away in the week asked for, of the force or a sector, from a project's own files.

    Raises
    ------
    InputError
        If a file cannot be used, a week is asked for without a calendar or beyond its year, or more are on leave
        than may be.
    """
    rota = read_rota(folder / ROTA_FILE) if (folder / ROTA_FILE).exists() else ()
    if not setup.week_of:
        return rota, ()
    if setup.season and not (folder / CALENDAR_FILE).exists():
        return rota, ()
    if not (folder / CALENDAR_FILE).exists():
        raise InputError(f"week_of {setup.week_of} needs {folder / CALENDAR_FILE}, which there is not.")
    entries = read_calendar(folder / CALENDAR_FILE)
    monday = monday_of(dt.date.fromisoformat(setup.week_of))
    years = {e.first.year for e in entries}
    if years and not years & {monday.year, (monday + dt.timedelta(days=6)).year}:
        raise InputError(
            f"week_of {setup.week_of} lies beyond the year of {folder / CALENDAR_FILE} ({min(years)})."
        )
    _within_cap(folder, entries, setup, monday, sectors)
    own = of_sector(entries, sector, sectors) if sector else entries
    away = away_in_week(own, monday, setup.slot_s)
    return rota, tuple(away.tolist()) if away.any() else ()


def _within_cap(
    folder: Path, entries: Sequence[Abstraction], setup: ShiftsSetup, monday: dt.date, sectors: Sequence[str]
) -> None:
    """Refuse a week with more on leave than may be, of the force or of a sector; all of it together."""
    found = []
    if setup.leave_cap is not None:
        found.append((f"leave_cap {setup.leave_cap}", over_cap(entries, setup.leave_cap, monday)))
    caps = setup.leave_cap_by_sector
    for name, own in capped_sectors(entries, caps, sectors).items():
        found.append((f"leave_cap_by_sector {name} {caps[name]}", over_cap(own, caps[name], monday)))
    beyond = [
        f"{what} allows: {', '.join(f'{n} on {date}' for date, n in dates)}" for what, dates in found if dates
    ]
    if beyond:
        raise InputError(
            f"{folder / CALENDAR_FILE}: more on leave than {'; more than '.join(beyond)}. "
            "Move leave, or raise the cap."
        )


def from_workload(
    work: Workload,
    params: ShiftsParams | None = None,
    setup: ShiftsSetup | None = None,
    service: RequirementParams | None = None,
    *,
    service_s: float,
    week_admin_s: FloatArray | None = None,
    urgent_frac: float = 1.0,
    existing: ShiftsPlan | None = None,
    rota: Sequence[RotaLine] = (),
    away: tuple[int, ...] = (),
    mix: CallMix | None = None,
    rules: Sequence[DutyRule] = (),
    sector: str = "",
) -> ShiftsProblem:
    """Return the shift question of a week's work.

    Parameters
    ----------
    work, service_s
        The mean week, and the mean time a unit spends on a call.
    params, setup, service
        The planner's choices, shifts on offer, and standards of service; the defaults where left out.
    week_admin_s
        Officer-seconds of administration measured by hour of the week, shape (168,); by default
        ``setup.admin_per_call_s`` for every call.
    urgent_frac
        Share of the work that is of the most urgent priority.
    existing
        Today's plan, for comparison.
    rota
        Today's rota, which becomes today's plan; its shifts are on offer besides.
    away
        Officers at court, training or an event in each slot.
    mix
        The same calls by urgency, units and times, for the requirement; by default calls of one unit and exponential
        times that make up the work.
    rules, sector
        Minimums and crews with their clauses; those of the sector whose work it is, or of the whole force ("").

    Raises
    ------
    InputError
        If the week has no work at all, or a shift of the rota does not fit the slots.
    """
    params, setup = params or ShiftsParams(), setup or ShiftsSetup()
    calls = of_load(work.week_unit_s(), service_s, urgent_frac) if mix is None else mix
    need = requirement_of(calls, service, slot_s=setup.slot_s, rules=rules, sector=sector)
    parts = round(SECONDS_PER_HOUR) // setup.slot_s
    admin = (
        work.week_calls() * setup.admin_per_call_s
        if week_admin_s is None
        else np.asarray(week_admin_s, dtype=float)
    )
    if not float(need.call_work_s.sum()) > 0:
        raise InputError(
            "The week has no call work, so that no officers are required: look at the period and the call types that "
            "the workload is made of."
        )
    offer = shifts_on_offer(setup, rota)
    if rota and existing is None:
        existing = rota_plan(rota)
    most = setup.most_per_shift or max(_most_per_shift(need, params, setup), _most_of(existing))
    return ShiftsProblem(
        params=params,
        slot_s=setup.slot_s,
        requirement=need.officers,
        call_work_s=need.call_work_s,
        admin_s=np.repeat(admin, parts) / parts,
        shift_ids=offer.ids,
        shift_start=offer.start,
        shift_slots=offer.length,
        shift_days=np.ones((len(offer.ids), DAYS), dtype=bool),
        cost_per_officer_h=_hourly_cost(setup),
        shortage_prices=setup.shortage_prices,
        shortage_bands_frac=setup.shortage_bands_frac,
        most_per_shift=most,
        overtime=offer.overtime,
        overtime_slots=offer.overtime_slots,
        away=away,
        binding=need.binding,
        clauses=need.clauses if any(need.clauses) else (),
        nobody_free=calls_finding_nobody(calls, service, need.crew, setup.slot_s)
        if params.no_free_price > 0
        else np.zeros((0, 0)),
        existing=existing,
    )


def mean_service_s(project: Project, work: Workload) -> float:
    """Mean time a unit spends on a call: from the calls' durations, else work over calls, else the default."""
    if project.calls is not None:
        found = service_times(project.calls[project.calls["origin"] != OFFICER_INITIATED], None)
        if found:
            return found[0].mean_s
    calls = float(work.week_calls().sum())
    unit_s = float(work.week_unit_s().sum())
    return unit_s / calls if calls > 0 and unit_s > 0 else project.settings.default_service_s


def _hourly_cost(setup: ShiftsSetup) -> FloatArray:
    per_day = round(HOURS_PER_DAY * SECONDS_PER_HOUR) // setup.slot_s
    hour = np.arange(per_day) * setup.slot_s / SECONDS_PER_HOUR
    night = (hour >= NIGHT_FROM_H) | (hour < NIGHT_TO_H)
    return np.tile(setup.officer_cost_per_h * np.where(night, 1 + setup.night_premium_frac, 1.0), DAYS)


def _most_per_shift(need: Requirement, params: ShiftsParams, setup: ShiftsSetup) -> int:
    """Bound a shift by the most officers any slot can use: its requirement, or its calls within their ceiling."""
    ceiling = max(params.call_ceiling_frac, 0.01)
    for_calls = math.ceil(float(need.call_work_s.max()) / (ceiling * setup.slot_s))
    return max(FEWEST_OFFICERS, params.minimum_on_duty, int(need.officers.max()), for_calls)


def _most_of(existing: ShiftsPlan | None) -> int:
    """Most officers on a shift of today's rota."""
    return max((n for n in existing.officers.values()), default=0) if existing is not None else 0


def _urgent_frac(work: Workload) -> float:
    """Share of calls of the most urgent known priority; 1 where none is known."""
    known = {p: float(v.sum()) for p, v in work.priority_calls.items() if p > 0}
    total = sum(known.values())
    return known[min(known)] / total if total > 0 else 1.0

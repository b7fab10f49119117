"""A rota through the dated weeks of a year: who is away, what is then short, and how much leave there is room for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.prepare.calendar_file import (
    DAYS,
    Abstraction,
    away_in_week,
    capped_sectors,
    monday_of,
    on_leave,
    over_cap,
)
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.rules import known_rows, rostered
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True)
class DatedWeek:
    """One week of the year; hours are officer-hours.

    Parameters
    ----------
    away_h
        At court, training and events while on the rota or not.
    short_h, more_short_h
        Below the requirement with those away, and how much of it is due to them: what hold-over and call-back have
        to make good.
    unmet_h
        Away when fewer are on the rota: nobody to send.
    leave_days, room_days
        Officer-days of leave booked, and what the strength leaves for it beside the rota; None without a strength.
    most_on_leave, over_cap
        Most on leave on one date, and the dates above the cap.
    over_cap_by_sector
        The same dates by sector, of those sectors that are above a cap of their own.
    """

    monday: dt.date
    away_h: float
    short_h: float
    more_short_h: float
    unmet_h: float
    leave_days: int
    room_days: float | None
    most_on_leave: int
    over_cap: tuple[dt.date, ...]
    over_cap_by_sector: Mapping[str, tuple[dt.date, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SectorYear:
    """What a calendar takes from one sector in its year, "" for entries that name none.

    Parameters
    ----------
    away_h
        Officer-hours at court, training and events.
    leave_days, most_on_leave
        Officer-days of leave, and most on leave on one date (the first such, ``busiest``; None without leave).
    cap, over_cap
        Most of the sector that may be on leave at once (None for no cap), and the dates above it.
    """

    sector: str
    away_h: float
    leave_days: int
    most_on_leave: int
    busiest: dt.date | None
    cap: int | None = None
    over_cap: tuple[dt.date, ...] = ()


def by_sector(
    entries: Sequence[Abstraction], caps: Mapping[str, int] | None = None
) -> tuple[SectorYear, ...]:
    """Return the calendar's year sector by sector; nothing where no entry names one.

    Parameters
    ----------
    caps
        Most on leave at once, by sector.

    Raises
    ------
    InputError
        If a cap is for a sector that the calendar does not name.
    """
    caps = caps or {}
    capped_sectors(entries, caps)
    names = sorted({e.sector for e in entries})
    if names in ([], [""]):
        return ()
    found = []
    for name in names:
        own = [e for e in entries if e.sector == name]
        away_s = sum(e.officers * e.days() * (e.to_s - e.from_s) for e in own if e.kind != "leave")
        dates = sorted(
            {e.first + dt.timedelta(days=k) for e in own if e.kind == "leave" for k in range(e.days())}
        )
        on = [on_leave(own, d) for d in dates]
        most = max(on, default=0)
        found.append(
            SectorYear(
                name,
                away_s / SECONDS_PER_HOUR,
                sum(on),
                most,
                dates[on.index(most)] if dates else None,
                caps.get(name),
                tuple(d for d, n in zip(dates, on, strict=True) if name in caps and n > caps[name]),
            )
        )
    return tuple(found)


def through_the_year(
    problem: ShiftsProblem,
    plan: ShiftsPlan,
    entries: Sequence[Abstraction],
    *,
    strength: int | None = None,
    week_h: float = 40.0,
    leave_cap: int | None = None,
    leave_cap_by_sector: Mapping[str, int] | None = None,
    need_of_month: Mapping[int, NDArray[np.int64]] | None = None,
) -> tuple[DatedWeek, ...]:
    """Return every week of the calendar's year.

    Parameters
    ----------
    strength, week_h
        Officers on strength and the hours each works a week, leave included.
    leave_cap, leave_cap_by_sector
        Most on leave at once, of the force and of each sector.
    need_of_month
        Requirement by month, each of shape (T,): a week has that of the month its Monday lies in. The question's own
        where left out.

    Raises
    ------
    InputError
        If the calendar is empty, the strength negative, a week has no hours, or a cap is for a sector that there is
        not.
    """
    if not entries:
        raise InputError("The calendar has no entry, so that there is no year to go through.")
    if strength is not None and strength < 0:
        raise InputError(f"strength counts officers, 0 or more; got {strength}.")
    if not 0 < week_h <= HOURS_PER_WEEK:
        raise InputError(f"week_h must be above 0 and at most {HOURS_PER_WEEK} hours, got {week_h:g}.")
    year = entries[0].first.year
    planned = rostered(problem, plan)
    rows = [(n, float(problem.shift_slots[i])) for i, _, n in known_rows(problem, plan)]
    shift_h = sum(n * k for n, k in rows) / max(sum(n for n, _ in rows), 1.0) * problem.slot_h
    room = None
    if strength is not None and shift_h > 0:
        room = (strength * week_h - float(planned.sum()) * problem.slot_h) / shift_h
    found = []
    caps = leave_cap_by_sector or {}
    capped = capped_sectors(entries, caps)
    monday = monday_of(dt.date(year, 1, 1))
    while monday.year <= year:
        away = away_in_week(entries, monday, problem.slot_s)
        need = np.asarray((need_of_month or {}).get(monday.month, problem.requirement), dtype=float)
        as_is = float(np.maximum(need - planned, 0.0).sum())
        short = float(np.maximum(need - np.maximum(planned - away, 0.0), 0.0).sum())
        dates = [monday + dt.timedelta(days=k) for k in range(DAYS)]
        on = [on_leave(entries, d) for d in dates]
        found.append(
            DatedWeek(
                monday=monday,
                away_h=float(away.sum()) * problem.slot_h,
                short_h=short * problem.slot_h,
                more_short_h=(short - as_is) * problem.slot_h,
                unmet_h=float(np.maximum(away - planned, 0.0).sum()) * problem.slot_h,
                leave_days=sum(on),
                room_days=room,
                most_on_leave=max(on),
                over_cap=tuple(
                    d for d, n in zip(dates, on, strict=True) if leave_cap is not None and n > leave_cap
                ),
                over_cap_by_sector={
                    name: tuple(d for d, _ in over)
                    for name, own in capped.items()
                    if (over := over_cap(own, caps[name], monday))
                },
            )
        )
        monday += dt.timedelta(days=DAYS)
    return tuple(found)

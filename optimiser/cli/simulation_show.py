"""What ``simulate`` prints: by grade, by area or hour, and how two runs differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from optimiser.cli.console import show, table
from optimiser.units import DAY_NAMES, HOURS_PER_DAY, clock, percent, percent_text

if TYPE_CHECKING:
    from optimiser.simulate import Interval
    from optimiser.studies.what_if import WhatIf
    from optimiser.studies.what_if_detail import Detail, Part

_MOST_ROWS = 25
_NEVER_S = 1e7


def show_plan(name: str, found: WhatIf, detail: Detail) -> None:
    """Print one run by grade, and its figures of units and cover."""
    show(f"{name}: response from the call to the first unit, m:ss")
    rows = [
        [
            str(r.grade),
            round(r.calls_a_week),
            ""
            if r.within_frac is None
            else f"{percent(r.within_frac.mean):.1f} ± {percent(r.within_frac.half):.1f}",
            _spread(r.median_s),
            _spread(r.p90_s),
            _time(r.full_p90_s.mean),
            percent_text(r.waited_frac.mean),
            _time(r.wait_mean_s.mean),
            percent_text(r.no_free_frac.mean),
            percent_text(r.never_frac),
            "yes" if r.calibrated else "UNCALIBRATED",
        ]
        for r in found.rows
    ]
    header = [
        "grade",
        "calls a week",
        "within target %",
        "median",
        "p90",
        "all units p90",
        "queued",
        "mean wait",
    ]
    show(table(rows, [*header, "none free", "nobody came", "calibrated"]))
    show(
        f"On calls {percent_text(found.utilisation.mean)} of time on duty, "
        f"{percent_text(found.busiest_utilisation)} in the busiest hour of the week (planned split: calls at most 30 "
        f"%, proactive at least 30 %); {percent_text(found.block_frac)} of time on duty, "
        f"{found.block_h.mean:,.0f} unit-hours a week, lies in quiet blocks of half an hour and more; "
        f"{found.overtime_h:,.1f} of overtime."
    )
    if detail.km_a_week is not None:
        show(f"{detail.km_a_week:,.0f} km a week are driven, to calls, posts and places of patrol.")
    if detail.short_minutes_a_week is not None:
        show(
            f"Cover is below its level for {detail.short_minutes_a_week:,.0f} area-minutes a week, "
            f"{percent_text(float(detail.short_area_frac.mean()))} of all (level: one free unit that reaches the area "
            "in the time that the usual delay leaves of the target)."
        )
    if detail.slowest_s == detail.slowest_s:
        show(
            f"Fairness: in the slowest areas, a tenth of the most urgent calls, the mean response is "
            f"{clock(detail.slowest_s)}; {clock(detail.all_s)} in all."
        )
    if found.own_frac is not None:
        show(f"{percent_text(found.own_frac.mean)} of call time is taken by the sector's own units.")
    show("")


def _time(seconds: float) -> str:
    """Say a time, that it is never, or nothing where it is not known."""
    if seconds != seconds:
        return ""
    return clock(seconds) if seconds < _NEVER_S else "never"


def _spread(found: Interval) -> str:
    known = found.half == found.half
    return f"{clock(found.mean)} ± {clock(found.half)}" if known else _time(found.mean)


def show_parts(parts: tuple[Part, ...], what: str) -> None:
    """Print areas or hours, those with the slowest 90th percentile first; the rest stands in the JSON."""
    if not parts:
        show(f"By {what}: no {what} has enough calls to be judged; simulate more weeks or replications.\n")
        return
    slow = sorted(parts, key=lambda p: -p.p90_s)[:_MOST_ROWS]
    rows = [
        [
            _hour(p.name) if what == "hour" else p.name,
            str(p.grade),
            f"{p.calls_a_week:.1f}",
            f"{percent(p.within_frac):.1f}",
            _time(p.median_s),
            _time(p.p90_s),
            _time(p.full_p90_s),
            percent_text(p.waited_frac),
        ]
        for p in slow
    ]
    show(f"By {what}, the slowest {len(rows)} of {len(parts)}:")
    show(table(rows, [what, "grade", "calls a week", "within %", "median", "p90", "all units p90", "queued"]))
    show("")


def _hour(name: str) -> str:
    hour = int(name)
    return f"{DAY_NAMES[hour // HOURS_PER_DAY]} {hour % HOURS_PER_DAY:02d}"


def show_difference(ours: str, theirs: str, differ: Mapping[int, Mapping[str, Interval]]) -> None:
    """Print what differs on the same calls, and whether that is more than chance."""
    for grade, change in differ.items():
        moved, late = change["mean_s"], change["late_frac"]
        if moved.mean != moved.mean or late.mean != late.mean:
            show(f"Grade {grade}: too few calls were attended to tell {ours} from {theirs}.")
            continue
        sure = "" if moved.differs else ", no more than chance"
        show(
            f"Grade {grade}: {ours} answers {clock(abs(moved.mean))} {'later' if moved.mean > 0 else 'sooner'} on "
            f"average than {theirs} ({_signed(moved.low)} to {_signed(moved.high)}){sure}; late "
            f"{percent(late.mean):+.1f} points ({percent(late.low):+.1f} to {percent(late.high):+.1f})"
            f"{'' if late.differs else ', no more than chance'}."
        )


def _signed(seconds: float) -> str:
    return f"{'-' if seconds < 0 else '+'}{clock(abs(seconds))}"

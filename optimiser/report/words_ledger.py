"""The time split in words and rows: measured, planned and simulated side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from optimiser.prepare.strength_today import StrengthToday
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.ledger import BLOCK_S, CLASSES, time_split
from optimiser.problems.shifts.measures import shortage_h, surplus_h
from optimiser.problems.shifts.rules import on_duty
from optimiser.report.phrases import asked, count, listed, number, percent
from optimiser.report.words_shifts import CLASS_WORDS
from optimiser.simulate import Interval, paired
from optimiser.studies.sector_lending import Lending
from optimiser.studies.sector_rules import Besides, RuleLine
from optimiser.studies.shift_simulation import SimulatedWeeks
from optimiser.studies.split_ledger import EDGE, ClassLine, Point, best_reachable, weeks_within
from optimiser.units import SECONDS_PER_HOUR, minutes
from optimiser.units import percent as percent_of

HEADER = (
    "class",
    "asked",
    "measured %",
    "planned %",
    "simulated %",
    "weeks p5",
    "weeks p95",
    "officers p5",
    "officers p95",
    "planned keeps it",
)
NO_SERGEANT = (
    "How officers differ in administration and community comes from who has quiet time when these are due: no sergeant "
    "who hands them out is simulated, and one who does brings officers nearer to each other."
)
"""Beside every figure by officer: what they do not know."""


def rows(lines: Sequence[ClassLine]) -> list[list[str | float | None]]:
    """Return a row for each class; what is not known stays empty."""
    return [
        [
            CLASS_WORDS[line.name],
            "" if line.limit is None else f"{line.kind} {asked(line.limit)}",
            *(
                None if v is None else percent_of(v)
                for v in (
                    line.measured,
                    line.planned,
                    line.simulated,
                    line.p5,
                    line.p95,
                    line.officer_p5,
                    line.officer_p95,
                )
            ),
            "yes" if line.kept else "no",
        ]
        for line in lines
    ]


def simulated(problem: ShiftsProblem, weeks: SimulatedWeeks) -> list[str]:
    """Say what simulated weeks showed beside the shares."""
    n = len(weeks.shares)
    said = [
        f"In {percent(weeks_within(problem, weeks))} of {n} simulated weeks the share on calls lies within one point "
        "of its mean: chance moves the rest, and no rota can promise it."
    ]
    said += by_officer(weeks)
    busy = [
        f"{percent(float(v.mean()))} of the hours above {asked(f)} on calls"
        for f, v in weeks.busy_frac.items()
    ]
    said.append(f"On average {' and '.join(busy)}.")
    said.append(
        f"{number(float(weeks.overtime_h.mean()), 1)} officer-hours a week are worked past the end of a shift, on "
        "calls that are not over; they count as on duty here and not in the plan."
    )
    if weeks.protected_h is not None:
        said.append(
            f"{number(float(weeks.protected_h.mean()), 1)} officer-hours a week pass in protected blocks, which only "
            "the most urgent grade may end; a block whose officer is on a call when it is due is dropped."
        )
    grades = [
        f"{f'grade {g}' if g > 0 else 'grade not known'}: "
        f"{percent(float(np.nanmean(weeks.no_free_frac[:, k])))} find no free unit, "
        f"nine in ten are sent one within {number(float(np.nanmean(weeks.wait_p90_s[:, k])))} s"
        for k, g in enumerate(weeks.grades)
        if np.isfinite(weeks.wait_p90_s[:, k]).any()
    ]
    said.append(f"Calls by grade: {'; '.join(grades)}.")
    return said


def by_officer(weeks: SimulatedWeeks) -> list[str]:
    """Say how far apart officers' own time is over four weeks, class by class."""
    bands = {name: weeks.officer_band(name) for name in ("calls", "proactive", "admin", "community")}
    told = [
        f"{percent(band[0])} to {percent(band[1])} on {CLASS_WORDS[name]}"
        for name, band in bands.items()
        if band is not None
    ]
    if not told:
        return []
    return [
        f"Over four weeks nine officers in ten spend {listed(told)}, if every officer goes to the next line of duty "
        "each week.",
        NO_SERGEANT,
    ]


def cover(problem: ShiftsProblem, plan: ShiftsPlan) -> list[str]:
    """Say what a plan is short of its requirement and beyond it, and the best split that its hours can reach."""
    duty = on_duty(problem, plan)
    hours = float(duty.sum()) * problem.slot_h
    said = [
        f"{number(hours)} officer-hours a week on duty: {number(shortage_h(problem, duty), 1)} short of the "
        f"requirement, {number(surplus_h(problem, duty), 1)} beyond it."
    ]
    if hours > 0:
        best = _shares(best_reachable(problem, hours))
        said.append(f"The best split that so many hours can reach, whatever the rota: {best}.")
    return said


def away(problem: ShiftsProblem, sector: str = "") -> list[str]:
    """Say how many hours of a dated week the calendar takes, and what of it a sector does not know."""
    hours = float(problem.away_officers().sum()) * problem.slot_h
    if hours <= 0:
        return []
    left_out = "; entries of the calendar that name no sector are the whole force's and not counted here"
    return [
        f"{number(hours)} officer-hours of the week go to court, training and events: on the rota, not on duty"
        f"{left_out if sector else ''}."
    ]


def blocks(problem: ShiftsProblem, plan: ShiftsPlan, weeks: SimulatedWeeks) -> list[str]:
    """Say how many proactive hours come in unbroken blocks, planned and simulated."""
    k = CLASSES.index("proactive")
    planned = float(time_split(problem, plan).hours[k].sum())
    low, high = (q * float(weeks.by_hour.sum()) for q in weeks.band("proactive"))
    return [
        f"Proactive time counts in unbroken blocks of {number(minutes(BLOCK_S))} minutes or more: {number(planned)} "
        f"officer-hours a week planned, {number(float(weeks.by_hour[k].sum()))} in simulated weeks ({number(low)} to "
        f"{number(high)} in nine weeks of ten)."
    ]


def today(problem: ShiftsProblem, now: StrengthToday | None) -> list[str]:
    """Say which split today's strength can reach at best, whatever the rota."""
    if now is None or not now.officer_h > 0:
        return []
    best = best_reachable(problem, now.officer_h)
    most = problem.params.call_ceiling_frac + problem.params.tolerance_frac
    said = (
        f"Today's {count(now.officers, 'officer')} at work give {number(now.officer_h)} officer-hours a week "
        f"({number(now.week_h, 1)} each, absence taken out). The best split that they can reach, whatever the rota: "
        f"{_shares(best)}"
    )
    if best["calls"] <= most + EDGE:
        return [f"{said}."]
    needed = float(problem.call_work_s.sum()) / SECONDS_PER_HOUR / most / now.week_h
    return [
        f"{said}; to keep calls within {asked(most)} it takes {count(math.ceil(needed - EDGE), 'officer')} or more."
    ]


def against(name: str, ours: SimulatedWeeks, theirs: SimulatedWeeks) -> list[str]:
    """Say whether urgent waits and calls without a free unit are no worse than with another rota, week by week."""
    waits = paired(ours.wait_p90_s[:, 0], theirs.wait_p90_s[:, 0])
    none = paired(ours.n_no_free, theirs.n_no_free)
    return [
        f"Against {name}, on the same simulated calls: nine in ten calls of grade {ours.grades[0]} are sent a unit "
        f"within {_seconds(ours)} s instead of {_seconds(theirs)} s ({_change(waits, 's')}); "
        f"{number(float(ours.n_no_free.mean()), 1)} calls a week find no free unit instead of "
        f"{number(float(theirs.n_no_free.mean()), 1)} ({_change(none, 'calls')})."
    ]


def _seconds(weeks: SimulatedWeeks) -> str:
    return number(float(np.nanmean(weeks.wait_p90_s[:, 0])))


def _change(found: Interval, unit: str) -> str:
    verdict = "better" if found.high < 0 else "worse" if found.low > 0 else "not shown to differ"
    return f"{verdict}: {number(found.low, 1)} to {number(found.high, 1)} {unit} more at 95 %"


def _shares(best: Mapping[str, float]) -> str:
    names = ("calls", "proactive", "admin", "community")
    return listed([f"{CLASS_WORDS[name]} {percent(best[name])}" for name in names])


def rules_of_sector(rules: Sequence[RuleLine], others: Sequence[Besides]) -> list[str]:
    """Say which rules of the rota hold in a sector, where each decides, and who is there besides."""
    said = []
    for rule in rules:
        kind = "hard" if rule.hard else "negotiable"
        text = f"{rule.title[:1].upper()}{rule.title[1:]}, {kind}: in force {number(rule.in_force_h)} hours a week"
        if rule.decides_h is not None:
            text += f", sets the officers needed in {number(rule.decides_h)} of them"
        said.append(f"{text}.")
    said += [
        f"Beside the officers of the plan {o.least} to {o.most} of {o.role} must be on duty, {number(o.hours)} hours a "
        "week."
        for o in others
    ]
    return said


LENDING_HEADER = (
    "sector",
    "on calls %",
    "lending %",
    "p5",
    "p95",
    "own calls by own units %",
    "lent h",
    "borrowed h",
    "calls that wait %",
    "lending %",
    "urgent in 9 of 10, min",
    "lending, min",
)


def lending_rows(found: Lending) -> list[list[str | float | None]]:
    """Return a row for each sector, apart and with lending."""
    return [
        [
            line.name,
            *(percent_of(v) for v in (line.calls_frac, line.calls_frac_lending, line.p5, line.p95)),
            percent_of(line.own_frac) if np.isfinite(line.own_frac) else None,
            line.lent_h,
            line.borrowed_h,
            percent_of(line.wait_frac),
            percent_of(line.wait_frac_lending),
            *(minutes(s) if np.isfinite(s) else None for s in (line.urgent_p90_s, line.urgent_p90_lending_s)),
        ]
        for line in found.lines
    ]


def lending_said(found: Lending, ceiling_frac: float) -> list[str]:
    """Say what lending changes for the force, and which sectors it takes above their ceiling."""
    fewer, more = found.fewer_waiting, found.more_on_calls_h
    told = "fewer" if fewer.mean >= 0 else "more"
    sure = "" if fewer.differs else "; that may be chance"
    said = [
        f"With lending {number(abs(fewer.mean), 1)} {told} calls a week wait ({number(fewer.low, 1)} to "
        f"{number(fewer.high, 1)} fewer at 95 %{sure}), for {number(more.mean, 1)} unit-hours a week more on calls: "
        "the drive from the sector that lends."
    ]
    over = [s.name for s in found.lines if s.calls_frac_lending > ceiling_frac >= s.calls_frac]
    if over:
        said.append(
            f"Lending takes {listed(over)} above the ceiling of {asked(ceiling_frac)} on calls in the simulated mean."
        )
    return said


def points(found: Sequence[Point]) -> list[str]:
    """Say what each further point on calls costs in officers."""
    if not found:
        return ["No further point has a price: the hours there are keep the ceiling of calls already."]
    return [
        f"Calls within {percent(p.call_frac)}: {number(p.officers, 1)} officers"
        + ("" if p.more_officers is None else f", {number(p.more_officers, 1)} more than the line before")
        + "."
        for p in found
    ]

"""A rotating pattern unrolled to 28 days, and what such a roster must keep, checked by plain counting.

Whoever stands on row k in the first week stands on row k + 1 in the next. With every row taken once, each week of the
roster has what the pattern's week has, so cover, rest and runs of the pattern hold on every day, round the cycle.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from optimiser.problems.patterns import PatternsPlan, PatternsProblem
from optimiser.problems.patterns.plan import DAYS, OFF
from optimiser.studies.pipeline_types import ROSTER_DAYS, RosterLine
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR

DAY_S = HOURS_PER_DAY * SECONDS_PER_HOUR


def unroll(plan: PatternsPlan, team_size: int, n_days: int = ROSTER_DAYS) -> tuple[RosterLine, ...]:
    """Return the roster: one line a row of the pattern, teams of neighbouring rows."""
    rows, weeks = plan.rows, n_days // DAYS
    lines = []
    for k in range(len(rows)):
        days = tuple(day for w in range(weeks) for day in rows[(k + w) % len(rows)])
        lines.append(RosterLine(f"officer {k + 1}", f"team {k // team_size + 1}", days))
    return tuple(lines)


def roster_faults(problem: PatternsProblem, lines: Sequence[RosterLine]) -> list[str]:
    """Say what a roster breaks: cover on a day, rest, runs of work, hours; nothing where it keeps all."""
    return [*_cover(problem, lines), *_rest(problem, lines), *_runs(problem, lines), *_hours(problem, lines)]


def _cover(problem: PatternsProblem, lines: Sequence[RosterLine]) -> list[str]:
    faults = []
    for day in range(len(lines[0].days) if lines else 0):
        for k, shift in enumerate(problem.shift_ids):
            there = sum(line.days[day] == shift for line in lines)
            wanted = int(problem.need[k, day % DAYS])
            if there < wanted:
                faults.append(f"day {day + 1}, {shift}: {there} of {wanted} officers")
    return faults


def _rest(problem: PatternsProblem, lines: Sequence[RosterLine]) -> list[str]:
    start = dict(zip(problem.shift_ids, problem.shift_start_s.tolist(), strict=True))
    length = dict(zip(problem.shift_ids, problem.shift_length_s.tolist(), strict=True))
    faults = []
    for line in lines:
        for day, (a, b) in enumerate(pairwise(line.days)):
            if OFF in (a, b):
                continue
            rest_s = DAY_S + start[b] - start[a] - length[a]
            if rest_s < problem.params.rest_s - 1e-6:
                faults.append(f"{line.who}, day {day + 2}: {rest_s / SECONDS_PER_HOUR:g} h of rest after {a}")
    return faults


def _runs(problem: PatternsProblem, lines: Sequence[RosterLine]) -> list[str]:
    faults = []
    for line in lines:
        run = 0
        for day, shift in enumerate(line.days):
            run = 0 if shift == OFF else run + 1
            if run == problem.params.longest_work + 1:
                faults.append(f"{line.who}, day {day + 1}: more than {run - 1} working days in a row")
    return faults


def _hours(problem: PatternsProblem, lines: Sequence[RosterLine]) -> list[str]:
    length = dict(zip(problem.shift_ids, problem.shift_length_s.tolist(), strict=True))
    total_s = sum(length[d] for line in lines for d in line.days if d != OFF)
    weeks = len(lines[0].days) / DAYS * len(lines) if lines else 1.0
    mean_h = total_s / SECONDS_PER_HOUR / weeks
    most = problem.params.most_week_h
    return [f"{mean_h:.2f} h a week on average, {most:g} allowed"] if mean_h > most + 1e-6 else []

"""Teams for a shift plan: which team works which pattern from which day on, for 28 days.

Every shift offers the classic week that its length allows (five days of 8 hours, four of 10, Pitman's two weeks of 12),
for all its phases, and for every pair of shifts the two weeks that go from the one to the other. Teams are alike; how
many of them are on which pattern and phase is asked of the family ``rosters``.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from optimiser.problems.patterns import PatternsProblem
from optimiser.problems.patterns.plan import DAYS, OFF
from optimiser.problems.rosters import RostersParams, RostersPlan, RostersProblem
from optimiser.studies.pipeline_types import ROSTER_DAYS, PipelineSetup, RosterLine
from optimiser.units import SECONDS_PER_HOUR

LONG_SHIFT_H = 11.0
"""From this length on a shift has Pitman's weeks: two on, three off, two on, two off, three on, two off."""
PITMAN = (2, 3, 2, 2, 3, 2)
FIRST_MONDAY = "2027-01-04"


def team_question(
    pattern: PatternsProblem, setup: PipelineSetup, first_date: str = FIRST_MONDAY
) -> RostersProblem:
    """Return the question of a team roster that staffs the shifts of a pattern's week for 28 days.

    As many teams as the hours of four weeks ask for, each of ``team_size`` officers with a supervisor among them; every
    shift that is worked needs one team's supervisor.
    """
    names, days = weeks_on_offer(pattern, setup.week_h)
    wanted = np.tile(pattern.need, ROSTER_DAYS // DAYS)
    worked = sum(d != OFF for d in days[0]) / len(days[0]) * DAYS if days else 1.0
    officers = math.ceil(int(pattern.need.sum()) / worked - 1e-9)
    n = max(1, math.ceil(officers / setup.team_size - 1e-9))
    least = (wanted > 0).astype(np.int64)
    return RostersProblem(
        first_date=first_date,
        team_ids=tuple(f"team {k + 1}" for k in range(n)),
        officers=np.full(n, setup.team_size),
        supervisors=np.ones(n, dtype=np.int64),
        vehicles=np.full(n, setup.team_size),
        skill_ids=(),
        skilled=np.zeros((n, 0), dtype=np.int64),
        shift_ids=pattern.shift_ids,
        shift_start_s=pattern.shift_start_s,
        shift_length_s=pattern.shift_length_s,
        pattern_ids=names,
        patterns=days,
        on_pattern=("",) * n,
        on_phase=(0,) * n,
        history=((),) * n,
        wanted=wanted,
        minimum=np.zeros_like(wanted),
        supervisors_needed=least,
        skills_needed=np.zeros((0, *wanted.shape), dtype=np.int64),
        params=RostersParams(
            rest_s=pattern.params.rest_s,
            longest_work=max(pattern.params.longest_work, 5),
            most_week_h=max(setup.week_h, 42.0),
        ),
    )


def without_supervisors(problem: RostersProblem) -> RostersProblem:
    """Return the question without a supervisor on every shift, where there are too few teams for that."""
    return replace(problem, supervisors_needed=np.zeros_like(problem.supervisors_needed))


def weeks_on_offer(
    pattern: PatternsProblem, week_h: float
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return names and days of the patterns that teams may work."""
    own = {}
    for name, length_s in zip(pattern.shift_ids, pattern.shift_length_s.tolist(), strict=True):
        hours = length_s / SECONDS_PER_HOUR
        if hours >= LONG_SHIFT_H:
            own[name] = tuple(name if k % 2 == 0 else OFF for k, n in enumerate(PITMAN) for _ in range(n))
        else:
            on = min(DAYS - 1, max(1, math.floor(week_h / hours + 1e-9)))
            own[name] = (name,) * on + (OFF,) * (DAYS - on)
    found = dict(own)
    for a in pattern.shift_ids:
        for b in pattern.shift_ids:
            if a < b and len(own[a]) == len(own[b]):
                found[f"{a} then {b}"] = own[a] + own[b]
    return tuple(found), tuple(found.values())


def team_lines(problem: RostersProblem, plan: RostersPlan) -> tuple[RosterLine, ...]:
    """Return 28 days of every team."""
    days_of: dict[str, Any] = dict(zip(problem.pattern_ids, problem.patterns, strict=True))
    lines = []
    for team in problem.team_ids:
        pattern, phase = plan.assigned[team]
        days = days_of[pattern]
        worked = tuple(days[(phase + d) % len(days)] for d in range(problem.n_days))
        lines.append(RosterLine(team, pattern, worked))
    return tuple(lines)

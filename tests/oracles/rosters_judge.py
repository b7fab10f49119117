"""A second judge of team rosters, written on clock times from midnight of the first day, and rosters corrupted."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from optimiser.problems.rosters import RostersPlan, RostersProblem

OFF = "-"


def corrupt(problem: RostersProblem, plan: RostersPlan, rng: np.random.Generator) -> RostersPlan:
    """Turn, swap, rename, drop or add a team's pattern."""
    has = dict(plan.assigned)
    team, other = (str(t) for t in rng.choice(problem.team_ids, 2))
    kind = int(rng.integers(11))
    pattern, phase = has[team]
    length = len(problem.patterns[problem.pattern_ids.index(pattern)])
    if kind < 5:
        has[team] = (pattern, (phase + int(rng.integers(1, length))) % length)
    elif kind < 7:
        has[team], has[other] = has[other], has[team]
    elif kind == 7:
        name = str(rng.choice(problem.pattern_ids))
        size = len(problem.patterns[problem.pattern_ids.index(name)])
        has[team] = (name, int(rng.integers(size)))
    elif kind == 8:
        has[team] = ("no such", 0) if rng.random() < 0.5 else (pattern, int(rng.choice([-1, length])))
    elif kind == 9:
        del has[team]
    else:
        has["nobody"] = (pattern, phase)
    return RostersPlan(has)


def second_judge(problem: RostersProblem, plan: RostersPlan) -> set[str]:
    """Return the names of the broken rules; where teams or patterns are wrong, only what is wrong with them."""
    cycles = dict(zip(problem.pattern_ids, problem.patterns, strict=True))
    shape = set()
    if set(plan.assigned) - set(problem.team_ids):
        shape.add("known teams")
    if set(problem.team_ids) - set(plan.assigned):
        shape.add("every team")
    for team in set(problem.team_ids) & set(plan.assigned):
        pattern, phase = plan.assigned[team]
        if phase not in range(len(cycles.get(pattern, ()))):
            shape.add("known patterns")
    if shape:
        return shape
    lines = {}
    for team in problem.team_ids:
        pattern, phase = plan.assigned[team]
        cycle = cycles[pattern] * (problem.n_days + 1)
        lines[team] = cycle[phase : phase + problem.n_days]
    broken = _kept(problem, plan) | _cover(problem, lines) | _vehicles(problem, lines)
    for k, team in enumerate(problem.team_ids):
        broken |= _of_team(problem, problem.history[k], lines[team])
    return broken


def _kept(problem: RostersProblem, plan: RostersPlan) -> set[str]:
    was = dict(zip(problem.team_ids, zip(problem.on_pattern, problem.on_phase, strict=True), strict=True))
    return {"kept pattern" for t in problem.params.kept if tuple(plan.assigned[t]) != was[t]}


def _clock(problem: RostersProblem, shift: str, day: int) -> tuple[float, float]:
    """Return start and end in hours from midnight of the first day."""
    k = problem.shift_ids.index(shift)
    start = 24.0 * day + float(problem.shift_start_s[k]) / 3600
    return start, start + float(problem.shift_length_s[k]) / 3600


def _of_team(problem: RostersProblem, before: tuple[str, ...], line: tuple[str, ...]) -> set[str]:
    p, found, whole = problem.params, set(), (*before, *line)
    times = [(k, *_clock(problem, s, k - len(before))) for k, s in enumerate(whole) if s != OFF]
    for (_, _, ends), (k, starts, _) in pairwise(times):
        if k >= len(before) and starts - ends < (p.rest_s - p.relax.get("rest", 0.0)) / 3600 - 1e-9:
            found.add("rest")
    marks = "".join(" " if s == OFF else "x" for s in whole)
    for run in re.finditer("x+", marks):
        if run.end() > len(before) and len(run[0]) > p.longest_work + p.relax.get("longest work", 0.0):
            found.add("longest work")
    worked = sum(e - s for k, s, e in times if k >= len(before))
    if worked / (len(line) / 7) > p.most_week_h + p.relax.get("hours a week", 0.0) + 1e-6:
        found.add("hours a week")
    return found


def _cover(problem: RostersProblem, lines: dict[str, tuple[str, ...]]) -> set[str]:
    found, table = set(), np.array([lines[t] for t in problem.team_ids])
    people = {
        "minimum": [(problem.officers, problem.minimum)],
        "supervisors": [(problem.supervisors, problem.supervisors_needed)],
        "skills": list(zip(problem.skilled.T, problem.skills_needed, strict=True)),
    }
    for rule, pairs in people.items():
        for of_team, need in pairs:
            there = np.stack([of_team @ (table == s) for s in problem.shift_ids])
            if (there < need - problem.params.relax.get(rule, 0.0)).any():
                found.add(rule)
    return found


def _vehicles(problem: RostersProblem, lines: dict[str, tuple[str, ...]]) -> set[str]:
    """Look at every moment that a team begins: how many vehicles of all teams are out then."""
    p = problem.params
    if p.fleet == 0:
        return set()
    out = [
        (*_clock(problem, s, d), int(n))
        for team, n in zip(problem.team_ids, problem.vehicles, strict=True)
        for d, s in enumerate(lines[team])
        if s != OFF
    ]
    most = max((sum(n for a, b, n in out if a <= t < b) for t, _, _ in out), default=0)
    return {"vehicles"} if most > p.fleet + p.relax.get("vehicles", 0.0) else set()

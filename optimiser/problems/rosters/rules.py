"""Is a roster admissible? Written plainly, day by day; every broken rule is returned, never raised."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import Violation, relaxed
from optimiser.problems.rosters.data import OFF, RostersProblem
from optimiser.problems.rosters.params import DAY_S
from optimiser.problems.rosters.plan import RostersPlan
from optimiser.units import SECONDS_PER_HOUR

ROUNDING = 1e-6
DAYS_A_WEEK = 7


def check(problem: RostersProblem, plan: RostersPlan) -> list[Violation]:
    """Return all broken rules; an empty list means the roster is admissible."""
    shape = list(_shape(problem, plan))
    if shape:
        return shape
    found = []
    for i, team in enumerate(problem.team_ids):
        found += list(_kept(problem, i, plan.assigned[team]))
        found += team_faults(problem, i, days_of(problem, *plan.assigned[team]))
    return [*found, *_cover(problem, plan), *_vehicles(problem, plan)]


def days_of(problem: RostersProblem, pattern: str, phase: int) -> tuple[str, ...]:
    """Return the shifts of the roster's days on a pattern from a phase on."""
    cycle = problem.patterns[problem.pattern_ids.index(pattern)]
    return tuple(cycle[(phase + d) % len(cycle)] for d in range(problem.n_days))


def team_faults(problem: RostersProblem, team: int, days: tuple[str, ...]) -> list[Violation]:
    """Return what is wrong with a team's days, those before the roster included."""
    return [
        *_rest(problem, team, days),
        *_longest(problem, team, days),
        *_hours(problem, team, days),
    ]


def known(problem: RostersProblem, plan: RostersPlan) -> dict[str, tuple[str, ...]]:
    """Return the days of every team of the list that is on a pattern of the list."""
    return {
        team: days_of(problem, *plan.assigned[team])
        for team in problem.team_ids
        if team in plan.assigned and plan.assigned[team][0] in problem.pattern_ids
    }


def on_shift(problem: RostersProblem, plan: RostersPlan, of_team: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sum of a number of the teams by shift and day, shape (S, H)."""
    found = np.zeros((len(problem.shift_ids), problem.n_days), dtype=np.int64)
    row = {s: k for k, s in enumerate(problem.shift_ids)}
    days = known(problem, plan)
    for i, team in enumerate(problem.team_ids):
        for d, shift in enumerate(days.get(team, ())):
            if shift != OFF:
                found[row[shift], d] += int(of_team[i])
    return found


def _shape(problem: RostersProblem, plan: RostersPlan) -> Iterator[Violation]:
    for team in sorted(set(plan.assigned) - set(problem.team_ids)):
        yield Violation("known teams", team, 1, 0, "teams")
    for team in problem.team_ids:
        if team not in plan.assigned:
            yield Violation("every team", team, 0, 1, "teams")
            continue
        pattern, phase = plan.assigned[team]
        if pattern not in problem.pattern_ids:
            yield Violation("known patterns", f"{team}: {pattern}", 1, 0, "teams")
        elif not 0 <= phase < len(problem.patterns[problem.pattern_ids.index(pattern)]):
            yield Violation("known patterns", f"{team}: {pattern}, day {phase}", 1, 0, "teams")


def _kept(problem: RostersProblem, team: int, has: tuple[str, int]) -> Iterator[Violation]:
    name = problem.team_ids[team]
    if name in problem.params.kept and tuple(has) != (problem.on_pattern[team], problem.on_phase[team]):
        yield Violation("kept pattern", name, 0, 1, "teams")


def _rest(problem: RostersProblem, team: int, days: tuple[str, ...]) -> Iterator[Violation]:
    p, before = problem.params, problem.history[team]
    start = dict(zip(problem.shift_ids, problem.shift_start_s.tolist(), strict=True))
    length = dict(zip(problem.shift_ids, problem.shift_length_s.tolist(), strict=True))
    worked = [(d - len(before), s) for d, s in enumerate((*before, *days)) if s != OFF]
    for (one_day, one), (day, shift) in pairwise(worked):
        if day < 0:
            continue  # what was worked before is past mending
        rest = (day - one_day) * DAY_S + start[shift] - start[one] - length[one]
        if rest < p.rest_s - relaxed(p.relax, "rest") - ROUNDING:
            where = f"{problem.team_ids[team]}, {one} on {problem.date(one_day)}, then {shift}"
            yield Violation("rest", where, rest, p.rest_s, "s")


def _longest(problem: RostersProblem, team: int, days: tuple[str, ...]) -> Iterator[Violation]:
    p, before = problem.params, problem.history[team]
    run = 0
    for d, shift in enumerate((*before, *days)):
        if shift == OFF:
            run = 0
            continue
        run += 1
        day = d - len(before)
        last = day == len(days) - 1 or days[day + 1] == OFF if day >= 0 else False
        if last and run > p.longest_work + relaxed(p.relax, "longest work") + ROUNDING:
            where = f"{problem.team_ids[team]}, up to {problem.date(day)}"
            yield Violation("longest work", where, run, p.longest_work, "days")


def _hours(problem: RostersProblem, team: int, days: tuple[str, ...]) -> Iterator[Violation]:
    p = problem.params
    hours = week_h(problem, days)
    if hours > p.most_week_h + relaxed(p.relax, "hours a week") + ROUNDING:
        yield Violation("hours a week", problem.team_ids[team], hours, p.most_week_h, "h")


def week_h(problem: RostersProblem, days: tuple[str, ...]) -> float:
    """Return mean hours a week over the roster."""
    length = dict(zip(problem.shift_ids, problem.shift_length_s.tolist(), strict=True))
    total_s = float(sum(length[s] for s in days if s != OFF))
    return total_s / SECONDS_PER_HOUR * DAYS_A_WEEK / len(days)


def _cover(problem: RostersProblem, plan: RostersPlan) -> Iterator[Violation]:
    relax = problem.params.relax
    asked = [
        ("minimum", "", problem.officers, problem.minimum, "officers"),
        ("supervisors", "", problem.supervisors, problem.supervisors_needed, "supervisors"),
    ]
    asked += [
        ("skills", f"{skill}, ", problem.skilled[:, k], problem.skills_needed[k], "officers")
        for k, skill in enumerate(problem.skill_ids)
    ]
    for rule, what, of_team, need, unit in asked:
        found = on_shift(problem, plan, of_team)
        for s, d in zip(*np.nonzero(found < need - relaxed(relax, rule) - ROUNDING), strict=True):
            where = f"{what}{problem.shift_ids[s]} on {problem.date(int(d))}"
            yield Violation(rule, where, int(found[s, d]), int(need[s, d]), unit)


def out_together(problem: RostersProblem) -> list[tuple[int, tuple[tuple[int, int], ...]]]:
    """Return for each shift which shifts are on duty when it starts: (shift, days before) pairs, itself included."""
    found = []
    for s, start in enumerate(problem.shift_start_s.tolist()):
        pairs = []
        for other, (begins, lasts) in enumerate(
            zip(problem.shift_start_s.tolist(), problem.shift_length_s.tolist(), strict=True)
        ):
            for before in (0, 1):
                since = start - begins + before * DAY_S
                if 0 <= since < lasts:
                    pairs.append((other, before))
        found.append((s, tuple(pairs)))
    return found


def _vehicles(problem: RostersProblem, plan: RostersPlan) -> Iterator[Violation]:
    fleet = problem.params.fleet
    if fleet == 0:
        return
    out = on_shift(problem, plan, problem.vehicles)
    slack = relaxed(problem.params.relax, "vehicles") + ROUNDING
    for s, pairs in out_together(problem):
        for d in range(problem.n_days):
            found = sum(int(out[other, d - before]) for other, before in pairs if d - before >= 0)
            if out[s, d] > 0 and found > fleet + slack:
                where = f"{problem.shift_ids[s]} on {problem.date(d)}"
                yield Violation("vehicles", where, found, fleet, "vehicles")


def contradictions(problem: RostersProblem) -> tuple[str, ...]:
    """Say which teams no pattern and phase suits, after what they worked before."""
    said = []
    for i, team in enumerate(problem.team_ids):
        if not any(
            not team_faults(problem, i, days_of(problem, p, f)) and not list(_kept(problem, i, (p, f)))
            for p, cycle in zip(problem.pattern_ids, problem.patterns, strict=True)
            for f in range(len(cycle))
        ):
            said.append(
                f"Team {team}: no pattern and phase keeps rest, longest row of work and hours after what it worked "
                "before" + (", with the pattern that it is to keep." if team in problem.params.kept else ".")
            )
    return tuple(said)

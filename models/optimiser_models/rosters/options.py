"""Which pattern and phase each team can work, and teams that are alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.rosters import RostersPlan, RostersProblem
from optimiser.problems.rosters.data import OFF
from optimiser.problems.rosters.rules import days_of, team_faults

Option = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Group:
    """Teams that are alike in all that counts.

    Parameters
    ----------
    teams
        Their numbers.
    options
        Pattern and phase that each of them can work.
    duty
        1 where an option is on a shift on a day, shape (options, S, H).
    change
        Price of change of each option, shape (options,).
    """

    teams: tuple[int, ...]
    options: tuple[Option, ...]
    duty: NDArray[np.int64]
    change: NDArray[np.float64]


def groups(problem: RostersProblem) -> list[Group]:
    """Return the teams in groups, each with what its teams can work; options that are on duty alike are one.

    Of options with the same days the one without change is kept, else the first.
    """
    like: dict[tuple[object, ...], list[int]] = {}
    for i in range(len(problem.team_ids)):
        kept = problem.team_ids[i] in problem.params.kept
        numbers = (problem.officers[i], problem.supervisors[i], problem.vehicles[i], *problem.skilled[i])
        key = (*map(int, numbers), kept, problem.on_pattern[i], problem.on_phase[i], problem.history[i])
        like.setdefault(key, []).append(i)
    return [_group(problem, tuple(teams)) for teams in like.values()]


def _group(problem: RostersProblem, teams: tuple[int, ...]) -> Group:
    i = teams[0]
    now = (problem.on_pattern[i], problem.on_phase[i])
    kept = problem.team_ids[i] in problem.params.kept
    found: dict[tuple[str, ...], Option] = {}
    for option in _all(problem):
        if kept and option != now:
            continue
        days = days_of(problem, *option)
        if (days not in found or option == now) and not team_faults(problem, i, days):
            found[days] = option
    row = {s: k for k, s in enumerate(problem.shift_ids)}
    duty = np.zeros((len(found), len(row), problem.n_days), dtype=np.int64)
    for j, days in enumerate(found):
        for d, shift in enumerate(days):
            if shift != OFF:
                duty[j, row[shift], d] = 1
    price = problem.params.change_price
    change = np.array([price if now[0] and o != now else 0.0 for o in found.values()])
    return Group(teams, tuple(found.values()), duty, change)


def _all(problem: RostersProblem) -> Iterator[Option]:
    for pattern, cycle in zip(problem.pattern_ids, problem.patterns, strict=True):
        for phase in range(len(cycle)):
            yield pattern, phase


def plan_of(problem: RostersProblem, found: list[Group], counts: list[list[int]]) -> RostersPlan:
    """Return the roster in which so many teams of each group work each option."""
    assigned: dict[str, Option] = {}
    for group, row in zip(found, counts, strict=True):
        waiting = list(group.teams)
        for option, n in zip(group.options, row, strict=True):
            for _ in range(n):
                assigned[problem.team_ids[waiting.pop(0)]] = option
    return RostersPlan({t: assigned[t] for t in problem.team_ids if t in assigned})


def counts_of(problem: RostersProblem, found: list[Group], plan: RostersPlan) -> list[list[int]] | None:
    """Return how many teams of each group work each option; None where one is on days that are no option."""
    counts = []
    for group in found:
        place: Mapping[tuple[str, ...], int] = {days_of(problem, *o): j for j, o in enumerate(group.options)}
        row = [0] * len(group.options)
        for i in group.teams:
            has = plan.assigned.get(problem.team_ids[i])
            known = has is not None and has[0] in problem.pattern_ids
            j = place.get(days_of(problem, *has)) if known and has is not None else None
            if j is None:
                return None
            row[j] += 1
        counts.append(row)
    return counts

"""A second judge of rotating patterns, written another way: groups of a turned list, clock times on one long line."""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np

from optimiser.problems.patterns import OFF, PatternsPlan, PatternsProblem

DAY_H = 24.0


def corrupt(problem: PatternsProblem, plan: PatternsPlan, rng: np.random.Generator) -> PatternsPlan:
    """Swap, change, drop or turn something."""
    rows = [list(row) for row in plan.rows]
    kind, k, d = int(rng.integers(12)), int(rng.integers(len(rows))), int(rng.integers(7))
    if kind < 5:  # the day's officers change places: cover stays
        other = int(rng.integers(len(rows)))
        rows[k][d], rows[other][d] = rows[other][d], rows[k][d]
    elif kind < 8:
        rows[k][d] = str(rng.choice([*problem.shift_ids, OFF]))
    elif kind == 8:
        rows = rows[1:] + rows[:1]  # the same cycle, begun elsewhere
    elif kind == 9:
        rows[k][d] = "X"
    elif kind == 10:
        rows = [*rows, rows[k]] if rng.random() < 0.5 or len(rows) == 1 else rows[:-1]
    else:
        rows[k] = rows[k][:-1]
    return PatternsPlan(tuple(map(tuple, rows)))


def second_judge(problem: PatternsProblem, plan: PatternsPlan) -> set[str]:
    """Return the names of the broken rules; where the form is wrong, only what is wrong with it."""
    found = set()
    if not problem.fewest_rows <= len(plan.rows) <= problem.most_rows:
        found.add("rows")
    if {len(row) for row in plan.rows} - {7}:
        found.add("whole weeks")
    cycle = [day for row in plan.rows for day in row]
    if set(cycle) - set(problem.shift_ids) - {OFF}:
        found.add("known shifts")
    if found:
        return found
    return _cover(problem, plan) | _runs(problem, cycle) | _steps(problem, cycle) | _sums(problem, plan)


def _cover(problem: PatternsProblem, plan: PatternsPlan) -> set[str]:
    table = np.array(plan.rows)
    counts = np.stack([(table == s).sum(axis=0) for s in problem.shift_ids])
    slack = problem.params.relax.get("cover", 0.0)
    low = (counts < problem.need - slack).any()
    high = problem.params.exact and (counts > problem.need + slack).any()
    return {"cover"} if low or high else set()


def _turned(cycle: list[str], key) -> list[tuple[str, float]]:
    """Return marks and lengths of the groups of a cycle turned to begin with a change."""
    marks = [key(day) for day in cycle]
    at = next((k for k in range(len(marks)) if marks[k] != marks[k - 1]), None)
    if at is None:
        return [(marks[0], float("inf"))]
    return [(mark, float(len(list(group)))) for mark, group in groupby(marks[at:] + marks[:at])]


def _runs(problem: PatternsProblem, cycle: list[str]) -> set[str]:
    p, found = problem.params, set()

    def outside(n: float, low: float, high: float, names: tuple[str, str]) -> None:
        if n < low - p.relax.get(names[0], 0.0):
            found.add(names[0])
        if n > high + p.relax.get(names[1], 0.0):
            found.add(names[1])

    for off, n in _turned(cycle, lambda day: day == OFF):
        if off:
            outside(n, p.shortest_off, p.longest_off, ("shortest days off", "longest days off"))
        else:
            outside(n, p.shortest_work, p.longest_work, ("shortest work", "longest work"))
    for shift, n in _turned(cycle, lambda day: day):
        if shift != OFF:
            low, high = p.shortest_run.get(shift, 1), p.longest_run.get(shift, p.longest_work)
            outside(n, low, high, ("shortest run", "longest run"))
    return found


def _steps(problem: PatternsProblem, cycle: list[str]) -> set[str]:
    """Look at shifts as times on two cycles laid end to end."""
    p, found = problem.params, set()
    begin_h = {s: float(t) / 3600 for s, t in zip(problem.shift_ids, problem.shift_start_s, strict=True)}
    length_h = {s: float(t) / 3600 for s, t in zip(problem.shift_ids, problem.shift_length_s, strict=True)}
    line = [(k, day) for k, day in enumerate(cycle * 2) if day != OFF]
    for (k, one), (then, other) in pairwise(line):
        if k >= len(cycle):
            break
        gap = then - k - 1
        ends, starts = DAY_H * k + begin_h[one] + length_h[one], DAY_H * then + begin_h[other]
        if starts - ends < (p.rest_s - p.relax.get("rest", 0.0)) / 3600 - 1e-9:
            found.add("rest")
        if gap == 0 and (one, other) in set(p.forbidden):
            found.add("forbidden sequence")
        if gap == 1 and (one, other) in set(p.forbidden_after_off):
            found.add("forbidden after a day off")
        if gap == 0 and p.forward and begin_h[other] < begin_h[one]:
            found.add("forward rotation")
        at_three = any(begin_h[one] <= h < begin_h[one] + length_h[one] for h in (3.0, 27.0))
        if at_three and 1 <= gap < p.off_after_nights - p.relax.get("days off after nights", 0.0):
            found.add("days off after nights")
    return found


def _sums(problem: PatternsProblem, plan: PatternsPlan) -> set[str]:
    p, found = problem.params, set()
    hours = sum(
        float(length) / 3600 * sum(row.count(s) for row in plan.rows)
        for s, length in zip(problem.shift_ids, problem.shift_length_s, strict=True)
    ) / len(plan.rows)
    slack = p.relax.get("hours a week", 0.0) + 1e-6
    if not p.least_week_h - slack <= hours <= p.most_week_h + slack:
        found.add("hours a week")
    free = sum(set(row[5:]) == {OFF} for row in plan.rows)
    if free < p.free_weekends - p.relax.get("free weekends", 0.0):
        found.add("free weekends")
    return found

"""Rotating patterns day by day: the network of states and the linear model on it. No list of stints.

States and arcs: ``("off", d, tag)`` before a block that begins on weekday d; ``("work", d, s, r, k)`` after weekday d
was worked on shift s, the r-th day on it and the k-th of the block. Arcs work one more day or take days off.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optimiser.problems.base import relaxed
from optimiser.problems.patterns import OFF, PatternsProblem
from optimiser.problems.patterns.params import DAY_S
from optimiser.problems.patterns.plan import DAYS
from optimiser.solve.backends.linear import LinearModel
from optimiser.units import SECONDS_PER_HOUR
from optimiser_models.patterns.circuit import State, Step

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Net:
    """Arcs that the rules allow; the shift worked on an arc, or -1, and the free weekends in its days off."""

    arcs: list[Step]
    shift: list[int]
    free: list[int]


def net(problem: PatternsProblem) -> Net:
    """Walk from every state in which a block can begin, by the rules alone, until no new state is met."""
    found = Net([], [], [])
    waiting: list[tuple[object, ...]] = [("off", d, -1) for d in range(DAYS)]
    seen = set(waiting)
    while waiting:
        state = waiting.pop()
        for head, weekday, days, shift in _onward(problem, state):
            found.arcs.append(Step(state, head, weekday, days))
            found.shift.append(shift)
            weekend = range(weekday, weekday + len(days) - 1) if shift < 0 else range(0)
            found.free.append(sum(d % DAYS == 5 for d in weekend))
            if head not in seen:
                seen.add(head)
                waiting.append(head)
    return found


def _onward(
    problem: PatternsProblem, state: tuple[object, ...]
) -> Iterator[tuple[tuple[object, ...], int, tuple[str, ...], int]]:
    p, ids = problem.params, problem.shift_ids
    if state[0] == "off":
        _, d, tag = state
        assert isinstance(d, int)
        assert isinstance(tag, int)
        for s in range(len(ids)):
            if tag < 0 or _follows(problem, tag, s, 1):
                yield ("work", d, s, 1, 1), d, (ids[s],), s
        return
    _, d, s, r, k = state  # type: ignore[assignment]
    assert isinstance(d, int)
    assert isinstance(s, int)
    assert isinstance(r, int)
    assert isinstance(k, int)
    then, (low, high) = (d + 1) % DAYS, problem.run_limits()[s]
    shortest, longest = problem.work_limits()
    if k < longest:
        for b in range(len(ids)):
            if not _follows(problem, s, b, 0) or (r >= high if b == s else r < low):
                continue
            yield ("work", then, b, r + 1 if b == s else 1, k + 1), then, (ids[b],), b
    if r >= low and k >= shortest:
        fewest, most_off = problem.off_limits()
        if problem.night()[s]:
            fewest = max(fewest, p.least("days off after nights", p.off_after_nights))
        for off in range(fewest, most_off + 1):
            binds = off == 1 and not all(_follows(problem, s, b, 1) for b in range(len(ids)))
            yield ("off", (then + off) % DAYS, s if binds else -1), then, (OFF,) * off, -1


def _follows(problem: PatternsProblem, a: int, b: int, off: int) -> bool:
    """May shift b come after shift a with this many days off between?"""
    p = problem.params
    one, other = problem.shift_ids[a], problem.shift_ids[b]
    gap_s = (off + 1) * DAY_S + float(
        problem.shift_start_s[b] - problem.shift_start_s[a] - problem.shift_length_s[a]
    )
    if gap_s < p.rest_s - relaxed(p.relax, "rest") - _ROUNDING:
        return False
    if off == 1:
        return (one, other) not in p.forbidden_after_off
    back = p.forward and problem.shift_start_s[b] < problem.shift_start_s[a]
    return (one, other) not in p.forbidden and not back


@dataclass
class Rows:
    """Rows of a linear model as they are written."""

    columns: list[list[int]]
    values: list[list[float]]
    lower: list[float]
    upper: list[float]

    def add(self, columns: list[int], values: list[float], low: float, high: float) -> None:
        """Write one row."""
        self.columns.append(columns)
        self.values.append(values)
        self.lower.append(low)
        self.upper.append(high)


def rows_of(problem: PatternsProblem, made: Net) -> Rows:
    """Return balance, rows, cover, hours and weekends; the columns are the arcs, then the number of rows."""
    n = len(made.arcs)
    rows = Rows([], [], [], [])
    at: dict[State, tuple[list[int], list[float]]] = {}
    for j, arc in enumerate(made.arcs):
        for state, sign in ((arc.tail, -1.0), (arc.head, 1.0)):
            columns, values = at.setdefault(state, ([], []))
            columns.append(j)
            values.append(sign)
    for columns, values in at.values():
        rows.add(columns, values, 0.0, 0.0)
    length = [float(len(a.days)) for a in made.arcs]
    rows.add([*range(n), n], [*length, -float(DAYS)], 0.0, 0.0)
    _cover_rows(problem, made, rows)
    p = problem.params
    slack = relaxed(p.relax, "hours a week") + 1e-6
    worked = [j for j, s in enumerate(made.shift) if s >= 0]
    hours = [float(problem.shift_length_s[made.shift[j]]) / SECONDS_PER_HOUR for j in worked]
    if p.least_week_h > 0:
        rows.add([*worked, n], [*hours, -(p.least_week_h - slack)], 0.0, np.inf)
    if p.most_week_h + slack < DAYS * 24:
        rows.add([*worked, n], [*hours, -(p.most_week_h + slack)], -np.inf, 0.0)
    wanted = math.ceil(p.free_weekends - relaxed(p.relax, "free weekends") - 1e-9)
    if wanted > 0:
        free = [j for j, f in enumerate(made.free) if f]
        rows.add(free, [float(made.free[j]) for j in free], float(wanted), np.inf)
    return rows


def _cover_rows(problem: PatternsProblem, made: Net, rows: Rows) -> None:
    slack = math.floor(relaxed(problem.params.relax, "cover") + 1e-9)
    on: dict[tuple[int, int], list[int]] = {}
    for j, (arc, s) in enumerate(zip(made.arcs, made.shift, strict=True)):
        if s >= 0:
            on.setdefault((s, arc.weekday), []).append(j)
    for s, by_day in enumerate(problem.need.tolist()):
        for d, need in enumerate(by_day):
            columns = on.get((s, d), [])
            high = float(need + slack) if problem.params.exact else np.inf
            rows.add(columns, [1.0] * len(columns), float(max(0, need - slack)), high)


def linear(problem: PatternsProblem, made: Net, rows: Rows, n_switches: int = 0) -> LinearModel:
    """Return the model; ``n_switches`` binaries stand after the number of rows."""
    n, most = len(made.arcs), problem.most_rows
    total = n + 1 + n_switches
    cost = np.zeros(total)
    cost[n] = 1.0
    if problem.params.objective == "weekends":
        cost[:n] = -np.asarray(made.free, dtype=np.float64)
    upper = np.full(total, 1.0)
    upper[:n] = [DAYS * most / len(a.days) for a in made.arcs]
    upper[n] = most
    lower = np.zeros(total)
    lower[n] = problem.fewest_rows
    starts = np.concatenate([[0], np.cumsum([len(c) for c in rows.columns])]).astype(np.int64)
    flat = np.array([c for row in rows.columns for c in row], dtype=np.int64)
    values = np.array([v for row in rows.values for v in row], dtype=np.float64)
    return LinearModel(
        sense="min",
        cost=cost,
        lower=lower,
        upper=np.floor(upper),
        integer=np.ones(total, dtype=bool),
        a=sp.csr_array((values, flat, starts), shape=(len(rows.columns), total)),
        row_lower=np.array(rows.lower),
        row_upper=np.array(rows.upper),
    )

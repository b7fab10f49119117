"""Who may go where, for all pairs at once: what formulations and ranked choices start from (the rules check singly)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.assignment.data import BUSY, FREE, SENT, AssignmentProblem
from optimiser.problems.assignment.rules import (
    DIVERT_URGENT,
    FREE_IN_TIME,
    FREE_ONLY,
    NEEDLESS,
    SHIFT_END,
    TIME_TOL_S,
)
from optimiser.problems.base import relaxed

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def is_status(problem: AssignmentProblem, *which: str) -> Bools:
    """Return which units have one of these statuses. Shape (U,)."""
    return np.array([s in which for s in problem.status], dtype=bool)


def before_of(problem: AssignmentProblem) -> Ints:
    """Incident that each unit is on its way to, -1 for none. Shape (U,)."""
    row = {name: i for i, name in enumerate(problem.incident_ids)} | {"": -1}
    return np.array([row[to] for to in problem.on_way_to], dtype=np.int64)


def may_go(problem: AssignmentProblem) -> tuple[Bools, Bools]:
    """Return who may go where, shape (U, I), and who only goes on where it was sent before, shape (U, I).

    Rules that depend on the whole plan (needless units, reserve, gain of a diversion) are not in it.
    """
    p = problem.params
    arrival = problem.ready_s[:, None] + problem.travel_s
    target = np.array([p.grade_targets_s[int(g)] for g in problem.grade], dtype=np.float64)
    strict = np.isin(problem.grade, np.array(p.free_only_grades, dtype=np.int64))
    free, sent = is_status(problem, FREE), is_status(problem, SENT)
    ends = ~is_status(problem, FREE, SENT, BUSY)
    wait_s = relaxed(p.relax, FREE_ONLY.name)
    soon = ends & (problem.ready_s <= wait_s + TIME_TOL_S) if wait_s > 0 else np.zeros_like(ends)
    in_time = problem.age_s + arrival <= target + relaxed(p.relax, FREE_IN_TIME.name) + TIME_TOL_S
    allowed = free[:, None] | np.where(strict[None, :], soon[:, None], ends[:, None] & in_time)
    before = before_of(problem)
    if sent.any():
        grade_before = np.where(before >= 0, problem.grade[before], 0)
        urgent = grade_before - 1 + relaxed(p.relax, DIVERT_URGENT.name)
        allowed |= sent[:, None] & (problem.grade[None, :] <= urgent[:, None])
    allowed &= np.isfinite(problem.travel_s) & (problem.barred == 0)
    if (problem.officers_needed == 0).any():  # whoever is sent there newly is needless, but for a skill
        asks = (problem.officers_needed > 0) | (problem.skills_needed > 0).any(axis=1)
        allowed &= asks[None, :] | (relaxed(p.relax, NEEDLESS.name) > 0)
    left = (problem.shift_left_s + relaxed(p.relax, SHIFT_END.name) + TIME_TOL_S)[:, None]
    allowed &= arrival + p.shift_margin_s <= left
    goes_on = before[:, None] == np.arange(len(problem.incident_ids))[None, :]
    return allowed | goes_on, goes_on

r"""Patrol by exchange: the best block first, then swaps until none gains; no solver.

Nodes: parts of the week, places, and one that stands for time not given. A block may be given (part to place, worth
of the next block), taken back (place to part, worth of the last), time taken up or left (part and the free node), and
a place's week made longer or shorter within its limits (place and the free node; below the least time a block is
worth more than all harm together). A set of blocks is best if and only if no cycle of such steps gains: Klein's
criterion for flows of least cost (1967), worth being concave. Cycles are found by Bellman and Ford.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.patrol import FAMILY, PatrolPlan, PatrolProblem
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import Outcome, StoppedBy
from optimiser_models.patrol.blocks import plan_of

NO_SWAP = "no exchange of blocks gains anything, walked"
MOST_CELLS = 40_000
_TINY = 1e-10
Step = tuple[int, int]


@dataclass
class _State:
    """Blocks given, worth of each further one, and limits."""

    blocks: NDArray[np.int64]
    worth: NDArray[np.float64]
    """Worth of the k-th block, shape (P, T, most)."""
    limits: NDArray[np.int64]
    week: int
    least: int
    bonus: float


def run(
    problem: PatrolProblem, start: PatrolPlan | None, options: SolveOptions, report: Report
) -> Outcome[PatrolPlan]:
    """Give the best block first, then exchange."""
    del start
    s = _state(problem)
    _greedy(s)
    if (s.blocks.sum(axis=1) >= s.least).all():
        report(phase="first plan", incumbent=_value(problem, s), plan=plan_of(problem, s.blocks))
    told = bool((s.blocks.sum(axis=1) >= s.least).all())
    stopped = StoppedBy.PROOF
    while True:
        if report.should_stop():
            stopped = StoppedBy.PLANNER
        elif report.elapsed_s() > options.time_limit_s:
            stopped = StoppedBy.TIME
        if stopped is not StoppedBy.PROOF:
            break
        cycle = _gaining(s)
        if not cycle:
            break
        _apply(s, cycle)
        if not told and (s.blocks.sum(axis=1) >= s.least).all():
            told = True
            report(phase="first plan", incumbent=_value(problem, s), plan=plan_of(problem, s.blocks))
    if (s.blocks.sum(axis=1) < s.least).any():
        proved = stopped is StoppedBy.PROOF
        return Outcome(None, infeasible=proved, stopped_by=stopped, confirmed_by=(NO_SWAP,) if proved else ())
    value = _value(problem, s)
    closed = stopped is StoppedBy.PROOF
    return Outcome(
        plan_of(problem, s.blocks),
        bound=(value if closed else None,),
        stopped_by=stopped,
        confirmed_by=(NO_SWAP if closed else "",),
    )


def _state(problem: PatrolProblem) -> _State:
    limits = problem.time_limits()
    most = int(min(problem.once_limit(), problem.week_limit(), limits.max(initial=0)))
    gain = np.diff(problem.reached_frac(np.arange(most + 1)))
    worth = problem.harm[:, :, None] * gain[None, None, :]
    size = max(float(worth.max(initial=0.0)), 1e-300)
    return _State(
        blocks=np.zeros(problem.harm.shape, dtype=np.int64),
        worth=worth / size,
        limits=limits,
        week=problem.week_limit(),
        least=problem.least(),
        bonus=4.0
        * (len(problem.place_ids) + len(problem.part_ids)),  # more than any cycle of steps can be worth
    )


def _value(problem: PatrolProblem, s: _State) -> float:
    return float((problem.harm * problem.reached_frac(s.blocks)).sum())


def _greedy(s: _State) -> None:
    p, t, most = s.worth.shape
    worth = s.worth.ravel()
    order = np.argsort(-worth, kind="stable").tolist()
    week, used = np.zeros(p, dtype=np.int64), np.zeros(t, dtype=np.int64)
    for limit in ([s.least] if s.least else []) + [s.week]:  # the least time of every place first
        for cell in order:
            place, part = cell // (t * most), cell // most % t
            if worth[cell] <= 0 and limit == s.week:
                break
            if cell % most == s.blocks[place, part] and week[place] < limit and used[part] < s.limits[part]:
                s.blocks[place, part] += 1
                week[place] += 1
                used[part] += 1


def _gains(s: _State) -> tuple[NDArray[np.float64], ...]:
    """Gain of every step: give (P, T), take (P, T), take up (T,), leave (T,), longer (P,), shorter (P,)."""
    p, t, most = s.worth.shape
    if most:
        upto = np.minimum(s.blocks, most - 1)
        give = np.take_along_axis(s.worth, upto[:, :, None], axis=2)[:, :, 0]
        last = np.take_along_axis(s.worth, np.maximum(s.blocks - 1, 0)[:, :, None], axis=2)[:, :, 0]
    else:
        give = last = np.zeros((p, t))
    give = np.where(s.blocks < most, give, -np.inf)
    take = np.where(s.blocks > 0, -last, -np.inf)
    used, week = s.blocks.sum(axis=0), s.blocks.sum(axis=1)
    up, leave = np.where(used < s.limits, 0.0, -np.inf), np.where(used > 0, 0.0, -np.inf)
    longer = np.where(week < s.least, s.bonus, np.where(week < s.week, 0.0, -np.inf))
    shorter = np.where(week > s.least, 0.0, np.where(week > 0, -s.bonus, -np.inf))
    return give, take, up, leave, longer, shorter


def _gaining(s: _State) -> list[Step]:
    """Return the nodes of a cycle of steps that gains, as (from, to); empty where there is none.

    Nodes: places 0 to P - 1, parts P to P + T - 1, the free node P + T.
    """
    p, t, _ = s.worth.shape
    give, take, up, leave, longer, shorter = _gains(s)
    n = p + t + 1
    best, came = np.zeros(n), np.full(n, -1)
    for _ in range(n + 1):
        to_place = best[None, p : p + t] + give  # from part to place
        to_part = best[:p, None] + take  # from place to part
        candidate = np.full(n, -np.inf)
        origin = np.full(n, -1)
        k = to_place.argmax(axis=1)
        candidate[:p], origin[:p] = to_place[np.arange(p), k], p + k
        free = best[-1] + shorter  # the free node hands a place's block back: its week gets shorter
        better = free > candidate[:p]
        candidate[:p][better], origin[:p][better] = free[better], n - 1
        k = to_part.argmax(axis=0)
        candidate[p : p + t], origin[p : p + t] = to_part[k, np.arange(t)], k
        free = best[-1] + up
        better = free > candidate[p : p + t]
        candidate[p : p + t][better], origin[p : p + t][better] = free[better], n - 1
        back = np.concatenate([best[:p] + longer, best[p : p + t] + leave])
        candidate[-1], origin[-1] = back.max(), int(back.argmax())
        gained = candidate > best + _TINY
        if not gained.any():
            return []
        best = np.where(gained, candidate, best)
        came = np.where(gained, origin, came)
        cycle = _cycle(came)
        if cycle:
            return cycle
    return []


def _cycle(came: NDArray[np.int64]) -> list[Step]:
    """Return a cycle of the predecessors, in the order it is walked."""
    state = np.zeros(len(came), dtype=np.int64)
    for begin in range(len(came)):
        at, path = begin, []
        while at >= 0 and state[at] == 0:
            state[at] = begin + 1
            path.append(at)
            at = int(came[at])
        if at >= 0 and state[at] == begin + 1:
            ring = path[path.index(at) :][::-1]
            return list(zip(ring, [*ring[1:], ring[0]], strict=True))
    return []


def _apply(s: _State, cycle: list[Step]) -> None:
    p = s.worth.shape[0]
    for a, b in cycle:
        if a >= p and b < p and a < p + s.worth.shape[1]:
            s.blocks[b, a - p] += 1
        elif a < p and p <= b < p + s.worth.shape[1]:
            s.blocks[a, b - p] -= 1


def first_plan(problem: PatrolProblem) -> PatrolPlan | None:
    """Return the plan of the best block first; None where it leaves a place below its least time."""
    s = _state(problem)
    _greedy(s)
    return plan_of(problem, s.blocks) if (s.blocks.sum(axis=1) >= s.least).all() else None


def refuses(problem: PatrolProblem) -> str:
    """Say which problems are too large."""
    cells = problem.harm.size
    return (
        f"{cells} places by parts are more than {MOST_CELLS}. Use patrol.milp." if cells > MOST_CELLS else ""
    )


FORMULATION: Formulation[PatrolProblem, PatrolPlan] = Formulation(
    name="patrol.exchange",
    family=FAMILY,
    run=run,
    refuses=refuses,
    summary="Best block first, then exchanges until none gains",
    reference="Klein (1967); Koopman (1953)",
)

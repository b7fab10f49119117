"""Why no containment can exist, where plain counting or one walk over the map shows it before any search."""

from __future__ import annotations

from collections import deque

import numpy as np

from optimiser.problems.containment.data import BLOCK, ContainmentProblem

_MOST_NAMED = 6


def contradictions(problem: ContainmentProblem) -> tuple[str, ...]:
    """Return reasons in sentences; none where a plan may exist."""
    return _block(problem) if problem.params.aim == BLOCK else _contain(problem)


def _block(problem: ContainmentProblem) -> tuple[str, ...]:
    exits, allowed = np.flatnonzero(problem.exits), problem.open_exits()
    units = int(problem.usable.any(axis=1).sum())
    said = []
    if len(exits) - allowed > units:
        said.append(
            f"{len(exits)} exits are to be blocked, and {units} units can be sent: "
            f"{len(exits) - allowed - units} too few."
        )
    alone = [problem.place_ids[k] for k in exits if not problem.usable[:, k].any()]
    if len(alone) > allowed:
        said.append(f"No unit can drive to {', '.join(alone[:_MOST_NAMED])}.")
    return tuple(said)


def _contain(problem: ContainmentProblem) -> tuple[str, ...]:
    """Walk from the suspect over places that no unit can hold in time: an exit reached that way is a way out."""
    holdable = problem.usable.any(axis=0) & ~problem.start
    next_to: dict[int, list[int]] = {}
    for a, b in problem.edges.tolist():
        next_to.setdefault(a, []).append(b)
    came: dict[int, int] = dict.fromkeys(np.flatnonzero(problem.start).tolist(), -1)
    waiting = deque(came)
    while waiting:
        at = waiting.popleft()
        if holdable[at]:
            continue
        if problem.exits[at]:
            return (_way(problem, came, at),)
        for other in next_to.get(at, ()):
            if other not in came:
                came[other] = at
                waiting.append(other)
    return ()


def _way(problem: ContainmentProblem, came: dict[int, int], at: int) -> str:
    way = [at]
    while came[way[-1]] >= 0:
        way.append(came[way[-1]])
    names = [problem.place_ids[k] for k in reversed(way)]
    if len(names) > _MOST_NAMED:
        names = [*names[:3], "...", *names[-2:]]
    return (
        f"A way out cannot be cut: {' - '.join(names)}. No unit can be at any place on it before the suspect; a "
        "smaller margin, a wider circle of exits, or units that stand nearer are what it takes."
    )

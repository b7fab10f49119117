"""Why no containment can exist, where plain counting or one walk over the map shows it before any search."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import breadth_first_order

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
    p = len(problem.place_ids)
    holdable: NDArray[np.bool_] = np.array(problem.usable.any(axis=0), ndmin=1)
    tail, head = problem.edges.T
    on = ~holdable[tail]
    begin = np.flatnonzero(problem.start)
    rows = np.concatenate([tail[on], np.full(len(begin), p)])
    columns = np.concatenate([head[on], begin])
    ways = sp.csr_matrix((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(p + 1, p + 1))
    order, came = breadth_first_order(ways, p)
    lost = [int(k) for k in order if k < p and problem.exits[k] and not holdable[k]]
    return (_way(problem, came, lost[0]),) if lost else ()


def _way(problem: ContainmentProblem, came: NDArray[np.int32], at: int) -> str:
    way = [at]
    while came[way[-1]] < len(problem.place_ids):
        way.append(int(came[way[-1]]))
    names = [problem.place_ids[k] for k in reversed(way)]
    if len(names) > _MOST_NAMED:
        names = [*names[:3], "...", *names[-2:]]
    return (
        f"A way out cannot be cut: {' - '.join(names)}. No unit can be at any place on it before the suspect; a "
        "smaller margin, a wider circle of exits, or units that stand nearer are what it takes."
    )

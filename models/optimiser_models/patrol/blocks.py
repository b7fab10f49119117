"""From blocks as a matrix to a plan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.patrol import PatrolPlan, PatrolProblem


def plan_of(problem: PatrolProblem, blocks: NDArray[np.int64]) -> PatrolPlan:
    """Return a plan of blocks, shape (P, T)."""
    return PatrolPlan(
        {
            name: {c: int(n) for c, n in zip(problem.place_ids, blocks[:, j].tolist(), strict=True) if n > 0}
            for j, name in enumerate(problem.part_ids)
            if blocks[:, j].any()
        }
    )

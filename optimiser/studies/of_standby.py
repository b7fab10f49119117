"""What studies know of standby posts: which rules a question asks for."""

from __future__ import annotations

import math

from optimiser.problems.standby import StandbyProblem
from optimiser.problems.standby.data import GAINS
from optimiser.studies.hooks import Hooks


def in_force(problem: StandbyProblem, rule: str) -> bool:
    """Return whether the question asks for a rule; one that is not known here is taken to be asked for."""
    p = problem.params
    known = {
        "budget": math.isfinite(p.budget),
        "kept post": bool(p.kept),
        "moved posts": math.isfinite(p.most_moved),
        "least cover": p.least_cover_frac > 0,
    }
    return known.get(rule, True)


def calls_counted(problem: StandbyProblem) -> float | None:
    """Return the calls a week that the first objective is about; None where it is no sum over calls."""
    counts = problem.params.objectives[0] in (*GAINS, "travel")
    return float(problem.weight.sum()) if counts else None


HOOKS = Hooks(in_force=in_force, distance_of="posts staffed otherwise", calls_counted=calls_counted)

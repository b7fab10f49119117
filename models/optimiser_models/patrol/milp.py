r"""Patrol as a network: blocks from parts of the week to places, each further block worth less.

    y_ptk = 1: place p gets a k-th block in part t, worth  h_pt (r(k) - r(k-1)),  r(k) = 1 - 2^(-k b / half)
    max  sum h_pt (r(k) - r(k-1)) y_ptk                                                            (1)
    s.t. sum_{p,k} y_ptk <= A_t                      time available                                (2)
         m <= sum_{t,k} y_ptk <= F                   least time, not flooded, for all places p     (3)
    0 <= y <= 1, k up to the most at once

Worth falls with k, so blocks come in order by themselves. Rows (2) and (3) are those of a transportation problem: every
corner of the linear programme is whole, and its prices prove the plan.

Source: Koopman (1953) for search effort with exponential effect; Hitchcock (1941) for the network.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from optimiser.problems.patrol import FAMILY, PatrolPlan, PatrolProblem
from optimiser.solve.backends import highs
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Program, Report, ValueOf
from optimiser.solve.result import Outcome, StoppedBy
from optimiser_models.patrol.blocks import plan_of
from optimiser_models.patrol.exchange import first_plan


def build(problem: PatrolProblem, start: PatrolPlan | None) -> Program[PatrolPlan]:
    """Return the model; a start is of no use to it."""
    del start
    p, t = problem.harm.shape
    limits = problem.time_limits()
    most = int(min(problem.once_limit(), problem.week_limit(), limits.max(initial=0)))
    place, part, k = (
        a.ravel() for a in np.meshgrid(np.arange(p), np.arange(t), np.arange(most), indexing="ij")
    )
    gain = np.diff(problem.reached_frac(np.arange(most + 1)))
    worth = problem.harm[place, part] * gain[k] if most else np.zeros(0)
    keep = (worth > 0) | (problem.least() > 0)
    place, part, worth = place[keep], part[keep], worth[keep]
    n = len(place)
    scale = max(float(worth.max(initial=0.0)), 1e-12) / 1e3
    columns = np.arange(n)
    a = sp.csr_array(
        (np.ones(2 * n), (np.concatenate([part, t + place]), np.concatenate([columns, columns]))),
        shape=(t + p, n),
    )
    model = LinearModel(
        sense="max",
        cost=worth / scale,
        lower=np.zeros(n),
        upper=np.ones(n),
        integer=np.ones(n, dtype=bool),
        a=a,
        row_lower=np.concatenate([np.full(t, -np.inf), np.full(p, float(problem.least()))]),
        row_upper=np.concatenate([limits.astype(float), np.full(p, float(problem.week_limit()))]),
    )

    def read_plan(value_of: ValueOf) -> PatrolPlan:
        taken = np.zeros((p, t), dtype=np.int64)
        np.add.at(taken, (place, part), np.array([value_of(int(j)) > 0.5 for j in columns], dtype=np.int64))
        return plan_of(problem, taken)

    return Program(model=model, read_plan=read_plan, objective_scale=scale)


def run(
    problem: PatrolProblem, start: PatrolPlan | None, options: SolveOptions, report: Report
) -> Outcome[PatrolPlan]:
    """Tell the plan of the best block first, then solve the model."""
    if report.should_stop():
        return Outcome(None, stopped_by=StoppedBy.PLANNER)
    first = first_plan(problem)
    if first is not None:
        report(phase="first plan", incumbent=FAMILY.objectives(problem, first)[0].value, plan=first)
        if report.should_stop():
            return Outcome(first, stopped_by=StoppedBy.PLANNER)
    return highs.run(build(problem, start), options, report)


FORMULATION: Formulation[PatrolProblem, PatrolPlan] = Formulation(
    name="patrol.milp",
    family=FAMILY,
    run=run,
    summary="Blocks from parts of the week to places as a transportation problem with falling worth",
    reference="Koopman (1953); Hitchcock (1941)",
)

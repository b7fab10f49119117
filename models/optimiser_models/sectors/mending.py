"""One search for the fewest moves under way: what is known, and when to stop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.rules import check
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Report
from optimiser.solve.result import PROOF_GAP
from optimiser_models.sectors.arrays import FREE, Districting, to_plan
from optimiser_models.sectors.labels import GRID
from optimiser_models.sectors.search import seats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TINY = 1e-6


@dataclass
class Mending:
    """One solve under way."""

    problem: SectorsProblem
    d: Districting
    seated: Districting
    cost: Floats
    options: SolveOptions
    report: Report
    best: Ints | None = None
    value: float = np.inf
    bound: float = 0.0
    infeasible: bool = False
    rounds: int = 0

    def gap(self) -> float:
        """Return the relative gap; inf without a plan."""
        return (self.value - self.bound) / max(self.value, TINY) if self.best is not None else np.inf

    def left_s(self) -> float:
        """Return the seconds left."""
        return self.options.time_limit_s - self.report.elapsed_s()

    def done(self) -> bool:
        """Proved, near enough, out of time or told to stop."""
        near = self.best is not None and self.gap() <= max(self.options.gap_frac, PROOF_GAP / 2)
        return self.infeasible or self.left_s() <= 0 or self.report.should_stop() or near

    def offer(self, label: Ints | None) -> None:
        """Take a labelling if it is better and passes the planner's own rules."""
        if label is None or (label == FREE).any():
            return
        value = float(self.cost[label, np.arange(self.d.n)].sum())
        if value >= self.value - GRID:
            return
        plan = seated_plan(self.problem, self.d, label)
        if plan is None or check(self.problem, plan):
            return
        self.best, self.value = label.copy(), value
        self.report(phase="improving", incumbent=value, plan=plan)

    def prove(self, bound: float) -> None:
        """Take a bound if it is better; it never exceeds a plan that exists."""
        bound = min(bound, self.value)
        if bound > self.bound:
            self.bound = bound
            self.report(bound=bound)


def seated_plan(problem: SectorsProblem, d: Districting, label: Ints) -> SectorsPlan | None:
    """Return a labelling as a plan, each free centre at its best place; None where a district has no candidate."""
    centre = seats(problem, d, label)
    return None if centre is None else to_plan(problem, d, label, centre)

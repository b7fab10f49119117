"""One solve under way: what is known, and when to stop."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.rules import check
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy
from optimiser_models.sectors.arrays import FREE, Districting, to_plan
from optimiser_models.sectors.centres import Part
from optimiser_models.sectors.hess import Cut
from optimiser_models.sectors.pool import Pool
from optimiser_models.sectors.reading import sign_of
from optimiser_models.sectors.search import State

TIE = 1e-6
"""Plans whose costs differ by less than this share are as good as each other."""
NEARLY, NEARLY_SHARE = 1e-4, 0.25
"""A gap that is near enough where other aims follow, unless the planner asks for less, and the share of its time after
which it is."""
WITHIN = 1e-3
"""Share of a step: costs are whole steps, so what costs more than this above one costs at least the next."""


@dataclass
class Run:
    """One solve under way: what is known, and when to stop."""

    problem: SectorsProblem
    d: Districting
    options: SolveOptions
    report: Report
    began_s: float
    until_s: float
    name: str
    best: State | None = None
    bound: float = -np.inf
    infeasible: bool = False
    seats: list[NDArray[np.int64]] = field(default_factory=list)
    """Centre areas (k,) that the bound chose, the latest last: good starts of the search."""
    pool: Pool = field(default_factory=Pool)
    """The districts of the plans that the search met, and real ones that a bound chose."""
    moves_per_s: float = 1_000_000.0
    """How fast the search is, as last seen."""
    pairs: NDArray[np.bool_] | None = None
    """Pairs (C, n) that a plan of use may have, by what more important objectives proved; None for all."""
    parts: tuple[Part, ...] = ()
    """Parts of the search by where centres lie that hold every plan of use; none for the whole."""
    separators: dict[int, list[Cut]] = field(default_factory=dict)
    """Cuts that were tight in the last model with a centre at this area: they are so in the next one too, nearly."""
    unit: float = 1.0
    """What a cost of one is in the objective's own unit (:meth:`.arrays.Districting.scaled`)."""
    last: bool = True
    """Is no less important objective to follow?"""
    whole: bool = True
    """Does its bound hold for all plans, or only for some part of them that is looked at apart?"""

    @property
    def sign(self) -> float:
        """What makes a cost a value of the planner's: the unit of costs, less than zero where it is a maximum."""
        return sign_of(self.name) * self.unit

    @cached_property
    def step(self) -> float:
        """What the cost of any plan is a whole multiple of; 0 where that is not known."""
        return self.d.step()

    @property
    def first(self) -> bool:
        """Is this the most important objective? Only its numbers are told while the search is on."""
        return self.d.stage == 0

    @property
    def limit(self) -> float:
        """What plans of use cost less than: the best plan, and where others follow also those as good as it."""
        if self.best is None:
            return np.inf
        if self.last:
            return self.best.cost - (1 - WITHIN) * self.step
        return self.best.cost + TIE * max(abs(self.best.cost), 1e-9)

    def narrow(self, pairs: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Keep to these pairs (C, n), which hold every plan of use; return the candidate centres that remain."""
        if self.best is not None:
            pairs = pairs.copy()
            pairs[self.best.centre[self.best.label], np.arange(self.d.n)] = True
        own = pairs[np.arange(pairs.shape[0]), self.d.centre_area]
        own[self.d.fixed[self.d.fixed != FREE]] = True
        keep = np.flatnonzero(own)
        self.pairs, self.d = pairs[keep], self.d.among(keep)
        self.parts = tuple(part.among(keep) for part in self.parts)
        self.seats = [areas for areas in self.seats if np.isin(areas, self.d.centre_area).all()]
        if self.best is not None:
            self.best = replace(self.best, centre=np.searchsorted(keep, self.best.centre))
        return keep

    def budget_s(self, share: float) -> float:
        """Return a share of the time this method has, in seconds."""
        return share * max(0.0, self.until_s - self.began_s)

    def left_s(self) -> float:
        """Return what is left of this stage's time, in seconds."""
        return self.until_s - self.report.elapsed_s()

    def gap(self) -> float:
        """Return the relative gap; inf without a plan or bound."""
        if self.best is None or not np.isfinite(self.bound):
            return np.inf
        return max(0.0, self.best.cost - self.bound) / max(abs(self.best.cost), 1e-9)

    def done(self) -> bool:
        """Return True when proved, near enough, out of time or told to stop.

        Where others follow, near enough is not enough for a while: what this one rules out narrows their search.
        """
        near = self.options.gap_frac
        if not self.last:
            used = self.report.elapsed_s() - self.began_s
            near = min(near, NEARLY) if used > self.budget_s(NEARLY_SHARE) else 0.0
        return (
            self.infeasible
            or self.left_s() <= 0
            or self.report.should_stop()
            or self.gap() <= max(near, PROOF_GAP / 2)
        )

    def offer(self, state: State | None) -> None:
        """Take a state if it is better and passes the planner's own rules."""
        if state is None or (self.best is not None and state.cost >= self.best.cost - 1e-9):
            return
        plan = to_plan(self.problem, self.d, state.label, state.centre)
        if check(self.problem, plan):
            return
        self.best = state
        if self.first:
            self.report(phase="improving", incumbent=self.sign * state.cost, plan=plan)

    def raised(self, bound: float) -> float:
        """Return a bound raised to what a plan can cost."""
        if not self.step or not np.isfinite(bound):
            return bound
        return max(bound, self.step * float(np.ceil(bound / self.step - TIE)))

    def prove(self, bound: float) -> None:
        """Take a bound if it is better, raised to what a plan can cost.

        That for all plans never exceeds one that exists; that for a part of them may.
        """
        bound = self.raised(bound)
        if self.best is not None and self.whole:
            bound = min(bound, self.best.cost)
        if bound > self.bound:
            self.bound = bound
            if self.first and self.whole:
                self.report(bound=self.sign * bound)


def outcome_of(runs: list[Run], notes: dict[str, Any]) -> Outcome[SectorsPlan]:
    """Return what the stages found, the first objective first."""
    first = runs[0]
    if first.infeasible:
        return Outcome(None, infeasible=True, notes=notes)
    open_ = next((r for r in runs if r.gap() > PROOF_GAP), runs[-1])
    stopped = StoppedBy.TIME
    if first.report.should_stop():
        stopped = StoppedBy.PLANNER
    elif open_.gap() <= PROOF_GAP:
        stopped = StoppedBy.PROOF
    elif open_.gap() <= first.options.gap_frac:
        stopped = StoppedBy.GAP
    bounds = tuple(r.sign * r.bound if np.isfinite(r.bound) else None for r in runs)
    if first.best is None:
        return Outcome(None, bound=bounds, stopped_by=stopped, notes=notes)
    d, best = next((r.d, r.best) for r in reversed(runs) if r.best is not None)
    centre = d.centres[best.centre]
    valid = "exact contiguity and these rules" if first.d.contiguity else "these rules"
    return Outcome(
        plan=to_plan(first.problem, d, best.label, best.centre),
        objective=tuple(r.sign * r.d.value(best.label, np.searchsorted(r.d.centres, centre)) for r in runs),
        bound=bounds,
        stopped_by=stopped,
        bound_valid_for=valid,
        notes=notes,
    )

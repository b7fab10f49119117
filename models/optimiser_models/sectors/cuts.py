"""Sectors by search, Lagrangian bound and cuts: a plan in a second, a bound soon after, a proof where there is time.

1. Search (:mod:`.search`) from several grown starts; every better plan is reported.
2. A Lagrangian bound (:mod:`.lagrange`), valid for exact contiguity because it relaxes it.
3. Pairs (centre, area) that no better plan can use are dropped. What is left goes to HiGHS (:mod:`.hess`) with
   separators added round by round: each round's bound is valid, each round's plan is repaired and polished.
4. While that is too large, the time is spent on longer searches, which also shrinks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem
from optimiser.problems.sectors.rules import check
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy
from optimiser_models.sectors import lagrange, search
from optimiser_models.sectors.arrays import FREE, Districting, from_plan, prepare, to_plan
from optimiser_models.sectors.branch import close
from optimiser_models.sectors.grow import grow
from optimiser_models.sectors.search import State

FIRST_MOVES = 400_000
LONG_MOVES = 4_000_000
SEARCH_SHARE, BOUND_SHARE = 0.12, 0.4
"""Shares of the time limit for the first search and for the first bound."""
LARGEST_MODEL = 60_000
"""Pairs that HiGHS is given."""


@dataclass
class Run:
    """One solve under way: what is known, and when to stop."""

    problem: SectorsProblem
    d: Districting
    options: SolveOptions
    report: Report
    best: State | None = None
    bound: float = -np.inf
    infeasible: bool = False

    @property
    def sign(self) -> float:
        """Minus one where the planner's objective is a maximum."""
        return -1.0 if self.problem.params.first_sense == "max" else 1.0

    def left_s(self) -> float:
        """Return what is left of the time limit, in seconds."""
        return self.options.time_limit_s - self.report.elapsed_s()

    def gap(self) -> float:
        """Return the relative gap; inf without a plan or bound."""
        if self.best is None or not np.isfinite(self.bound):
            return np.inf
        return max(0.0, self.best.cost - self.bound) / max(abs(self.best.cost), 1e-9)

    def done(self) -> bool:
        """Return True when proved, near enough, out of time or told to stop."""
        return (
            self.infeasible
            or self.left_s() <= 0
            or self.report.should_stop()
            or self.gap() <= max(self.options.gap_frac, PROOF_GAP / 2)
        )

    def offer(self, state: State | None) -> None:
        """Take a state if it is better and passes the planner's own rules."""
        if state is None or (self.best is not None and state.cost >= self.best.cost - 1e-9):
            return
        plan = to_plan(self.problem, state.label, state.centre)
        if check(self.problem, plan):
            return
        self.best = state
        self.report(phase="improving", incumbent=self.sign * state.cost, plan=plan)

    def prove(self, bound: float) -> None:
        """Take a bound if it is better; it never exceeds a plan that exists."""
        if self.best is not None:
            bound = min(bound, self.best.cost)
        if bound > self.bound:
            self.bound = bound
            self.report(bound=self.sign * bound)


def solve(
    problem: SectorsProblem, start: SectorsPlan | None, options: SolveOptions, report: Report
) -> Outcome[SectorsPlan]:
    """Run the method."""
    run = Run(problem, prepare(problem), options, report)
    run.infeasible = _cannot_be(run.d)
    slots = lagrange.slots(run.d)
    report(phase="searching")
    if not run.infeasible:
        _first_plans(run, start)
    notes: dict[str, Any] = {}
    if not run.done():
        report(phase="bounding")
        allowed = lagrange.servable(run.d)
        bound = _bound(run, slots, allowed, None, BOUND_SHARE * options.time_limit_s)
        rounds = 0
        while bound is not None and not run.done():
            pairs = _useful(run, bound, allowed)
            notes["pairs_left"] = int(pairs.sum())
            if pairs.sum() <= LARGEST_MODEL or run.best is None:
                report(phase="proving")
                notes |= close(run, slots, pairs)
                break
            report(phase="improving")
            rounds += 1
            _search_on(run, options.seed + 1000 * rounds, min(0.25 * options.time_limit_s, run.left_s()))
            if not run.done():
                bound = _bound(run, slots, allowed, bound.alpha, 0.1 * options.time_limit_s)
    return _outcome(run, notes)


def _cannot_be(d: Districting) -> bool:
    """Is there a piece of the map that no district can have a centre in?"""
    if not d.contiguity or d.slack_areas:
        return False
    component = d.components()
    pieces = set(component.tolist())
    if len(pieces) > d.k or pieces - set(component[d.centre_area].tolist()):
        return True
    given = d.fixed[d.fixed >= 0]
    return given.size == d.k and bool(pieces - set(component[d.centre_area[given]].tolist()))


def _starts(run: Run, start: SectorsPlan | None) -> Iterator[NDArray[np.int64]]:
    if start is not None:
        label = from_plan(run.problem, start)
        if (label != FREE).all() and np.unique(label).size == run.d.k:
            yield label
    for seed in range(run.options.seed, run.options.seed + 10_000):
        grown = grow(run.d, seed)
        if grown is not None:
            yield grown


def _first_plans(run: Run, start: SectorsPlan | None) -> None:
    until = SEARCH_SHARE * run.options.time_limit_s
    moves = FIRST_MOVES
    for tried, label in enumerate(_starts(run, start)):
        if not run.options.reproducible and run.report.elapsed_s() >= until and run.best is not None:
            break
        if run.report.elapsed_s() >= 3 * until or run.done() or (run.options.reproducible and tried >= 8):
            break
        warm = start is not None and tried == 0
        run.offer(
            search.anneal(
                run.d,
                label,
                moves=moves,
                seed=run.options.seed + tried,
                keep_going=lambda: not run.done(),
                hot=0.05 if warm else search.HOT,
            )
        )
        moves = LONG_MOVES


def _search_on(run: Run, seed: int, seconds: float) -> None:
    until = run.report.elapsed_s() + seconds
    tried = 0
    while run.report.elapsed_s() < until and not run.done():
        label = grow(run.d, seed + tried)
        warm = tried % 3 == 2 and run.best is not None
        if warm and run.best is not None:
            label = run.best.label
        if label is not None:
            run.offer(
                search.anneal(
                    run.d,
                    label,
                    moves=2 * LONG_MOVES,
                    seed=seed + tried,
                    keep_going=lambda: run.report.elapsed_s() < until and not run.done(),
                    hot=0.3 if warm else search.HOT,
                )
            )
        tried += 1


def _bound(
    run: Run,
    slots: lagrange.Slots,
    allowed: NDArray[np.bool_],
    alpha: NDArray[np.float64] | None,
    seconds: float,
) -> lagrange.Bound | None:
    until = run.report.elapsed_s() + seconds

    def keep_going(value: float) -> bool:
        run.prove(value)
        return not run.done() and run.report.elapsed_s() < until

    best = run.best.cost if run.best is not None else np.inf
    bound = lagrange.improve(run.d, slots, allowed, best, alpha=alpha, keep_going=keep_going)
    if bound is None:
        run.infeasible = run.best is None
    return bound


def _useful(run: Run, bound: lagrange.Bound, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if run.best is None:
        return allowed & np.isfinite(bound.needs)
    return allowed & (bound.needs < run.best.cost - 1e-9 * abs(run.best.cost))


def _outcome(run: Run, notes: dict[str, Any]) -> Outcome[SectorsPlan]:
    if run.infeasible:
        return Outcome(None, infeasible=True, notes=notes)
    stopped = StoppedBy.TIME
    if run.report.should_stop():
        stopped = StoppedBy.PLANNER
    elif run.gap() <= PROOF_GAP:
        stopped = StoppedBy.PROOF
    elif run.gap() <= run.options.gap_frac:
        stopped = StoppedBy.GAP
    bound = (run.sign * run.bound,) if np.isfinite(run.bound) else ()
    if run.best is None:
        return Outcome(None, bound=bound, stopped_by=stopped, notes=notes)
    valid = "exact contiguity and these rules" if run.d.contiguity else "these rules"
    return Outcome(
        plan=to_plan(run.problem, run.best.label, run.best.centre),
        objective=(run.sign * run.best.cost,),
        bound=bound,
        stopped_by=stopped,
        bound_valid_for=valid,
        notes=notes,
    )


def refuses(problem: SectorsProblem) -> str:
    """Say what this method does not do."""
    if len(problem.params.objectives) > 1:
        return "it aims for one objective at a time; give 'cover' or 'travel'."
    return ""


FORMULATION = Formulation(
    name="sectors.cuts",
    family=FAMILY,
    run=solve,
    refuses=refuses,
    summary="Lagrangian bound, annealed contiguous plans, and HiGHS with separators on the pairs that are left",
    reference="Hess et al. (1965); Held, Wolfe and Crowder (1974); Validi, Buchanan and Lykhovyd (2022)",
)

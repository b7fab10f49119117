"""Shift design with a limit on start times: choose the starts first, then the officers.

A week has a few dozen start times, and with the starts fixed its relaxation is nearly whole: the choice of starts is
the hard part. Big-M rows (9 of ``shifts.milp``) say next to nothing about it. This method

1. prices every set of starts by staircases (``stairs``): a bound for all sets at once, and one for each,
2. searches sets by the second, and the best of them by linear programmes (``start_sets``), for a plan,
3. lists the sets that the first bound leaves, drops those that the second refutes, and solves the others, the most
   promising first, until none is left.

The bound is at every moment the least that any set not yet solved may cost. Without a limit on start times this is
``shifts.milp``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.shifts import FAMILY, ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.measures import objectives
from optimiser.problems.shifts.rules import check
from optimiser.solve.backends import pyomo_highs
from optimiser.solve.backends.confirm import ARITHMETIC
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy
from optimiser_models.shifts import milp, stairs_check
from optimiser_models.shifts.stairs import Stairs, compile_loops, improve, stairs
from optimiser_models.shifts.start_search import best_by_stairs, neighbours
from optimiser_models.shifts.start_sets import StartSets
from optimiser_models.shifts.terms import Terms, terms

IntArray = NDArray[np.int64]

SEARCH_SHARE = 0.3
"""Of the time limit, the most that the first search may take."""
CANDIDATES = 8
"""Sets that the first search passes on to linear programmes."""
MANY, DESCENTS = 200, 6
"""With more sets left than this, how many more searches are worth their time."""
MOST_LISTED = 300_000
CHUNK = 2_000
"""Sets refuted at once, between two looks at the clock."""
LEAST_COST = 1e-9
NEAR = PROOF_GAP / 4
"""Share of the best plan's cost below which a set need not beat it."""


@dataclass
class Run:
    """One solve under way; costs are in the units of the terms."""

    problem: ShiftsProblem
    t: Terms
    options: SolveOptions
    report: Report
    stairs: Stairs
    sets: StartSets
    multipliers: NDArray[np.float64]
    most: int
    plan: ShiftsPlan | None = None
    cost: float = np.inf
    bound: float = -np.inf
    relaxed: dict[tuple[int, ...], tuple[float, float]] = field(default_factory=dict)
    whole: dict[tuple[int, ...], float] = field(default_factory=dict)
    """Bounds of the sets that were solved whole."""

    def left_s(self) -> float:
        """Return what is left of the time, in seconds."""
        return self.options.time_limit_s - self.report.elapsed_s()

    def stopped(self) -> bool:
        """Is it time to end?"""
        return self.left_s() <= 0 or self.report.should_stop()

    def target(self) -> float:
        """Return the cost from which on a set need not be looked at; infinite without a plan."""
        if self.plan is None:
            return np.inf
        return self.cost - max(self.options.gap_frac, NEAR) * abs(self.cost)

    def offer(self, plan: ShiftsPlan | None) -> None:
        """Take a plan if it is better and passes the planner's own rules."""
        if plan is None or check(self.problem, plan):
            return
        value = objectives(self.problem, plan)[0].value
        if value / self.t.unit < self.cost:
            self.plan, self.cost = plan, value / self.t.unit
            self.report(phase="improving", incumbent=value, plan=plan)

    def prove(self, bound: float) -> None:
        """Take a bound if it is better; it never exceeds a plan that exists."""
        bound = min(bound, self.cost)
        if bound > self.bound and np.isfinite(bound):
            self.bound = bound
            self.report(bound=bound * self.t.unit)

    def price(self, chosen: IntArray) -> tuple[float, float]:
        """Return value and bound of a set's relaxation, solved once."""
        key = tuple(sorted(chosen.tolist()))
        if key not in self.relaxed:
            self.relaxed[key] = self.sets.relaxed(np.array(key, dtype=np.int64), max(0.1, self.left_s()))
        return self.relaxed[key]

    def settle(self, chosen: IntArray) -> float:
        """Solve a set whole where its relaxation leaves room; return the bound of what it costs."""
        key = tuple(sorted(chosen.tolist()))
        _, bound = self.price(chosen)
        if bound >= self.target() or key in self.whole:
            return max(bound, self.whole.get(key, -np.inf))
        plan, found = self.sets.whole(np.array(key, dtype=np.int64), max(0.1, self.left_s()))
        self.offer(plan)
        if bound < self.target():
            self.whole[key] = max(bound, found)
        return max(bound, found)


def solve(
    problem: ShiftsProblem, start: ShiftsPlan | None, options: SolveOptions, report: Report
) -> Outcome[ShiftsPlan]:
    """Run the method; without a limit that binds, the MILP."""
    t = terms(problem)
    any_time = not t.rota.counted.all()  # officers called back start when they are called, in no set
    if t.max_starts is None or t.max_starts >= np.unique(t.start).size or any_time:
        return pyomo_highs.run(milp.build(problem, start), options, report)
    report(phase="building model")
    sets = StartSets(problem, t, options, report.should_stop)
    prices = sets.prices(options.time_limit_s - report.elapsed_s())
    run = Run(problem, t, options, report, stairs(t), sets, prices, t.max_starts)
    run.offer(start)
    _search(run, start)
    if (
        run.plan is None and not run.stopped()
    ):  # no set at hand fits: a search of its own for one, or for a proof
        return pyomo_highs.run(milp.build(problem, start), options, report)
    if run.cost <= 0.0:  # no price is below 0, so that nothing costs less
        run.prove(0.0)
        return _outcome(run, [])
    report(phase="bounding")
    run.multipliers, bound = improve(
        run.stairs, prices, run.most, limit=run.target(), keep_going=lambda: not run.stopped()
    )
    run.prove(bound)
    settled = [] if run.plan is None else _settle_all(run)
    return _outcome(run, settled)


def _search(run: Run, start: ShiftsPlan | None) -> None:
    """Find a plan: sets that are cheap by staircases, then by linear programmes, then one of them whole."""
    share = 1.0 if run.options.reproducible else SEARCH_SHARE
    until = run.report.elapsed_s() + share * run.left_s()

    def keep_going() -> bool:
        return run.report.elapsed_s() < until and not run.stopped()

    run.report(phase="searching")
    found = best_by_stairs(
        run.stairs, run.multipliers, run.most, seed=run.options.seed, keep_going=keep_going
    )
    if start is not None:
        used = np.unique(run.t.start[run.t.officers(start) > 0])
        own = np.searchsorted(run.stairs.starts, used)
        found = [own, *found] if 0 < own.size <= run.most else found
    best = min(found[:CANDIDATES], key=lambda s: run.price(s)[0], default=None)
    if best is not None:
        _descend(run, best, keep_going)


def _descend(run: Run, chosen: IntArray, keep_going: Callable[[], bool]) -> None:
    """Move one start at a time while the relaxation gets cheaper, and solve the last set whole."""
    moved: IntArray | None = chosen
    while moved is not None:
        chosen, moved = moved, _first_better(run, moved, keep_going)
    if np.isfinite(run.price(chosen)[0]):
        run.settle(chosen)


def _first_better(run: Run, chosen: IntArray, keep_going: Callable[[], bool]) -> IntArray | None:
    """Return the nearest set whose relaxation is cheaper, None where there is none or no time."""
    value = run.price(chosen)[0]
    around = list(neighbours(chosen, run.stairs.starts.size))
    at_least = run.stairs.with_falls(run.multipliers, np.array(around).reshape(-1, chosen.size))
    for place in np.flatnonzero(at_least < value - NEAR * abs(value)):
        if not keep_going():
            return None
        if run.price(around[place])[0] < value - NEAR * abs(value):
            return around[place]
    return None


def _settle_all(run: Run) -> list[tuple[int, ...]]:
    """Solve every set that may beat the plan, cheapest bound first; return those that were solved."""
    run.report(phase="proving")
    limit = run.target()
    sets, values, complete = run.stairs.below(run.multipliers, run.most, limit, MOST_LISTED)
    if not complete:  # keep the cheaper part, and know no more of the others than its limit
        limit = run.bound
        sets, values = sets[:0], values[:0]
        step = run.target() - run.bound
        while step > NEAR * abs(run.cost):
            step /= 2
            more, of, complete = run.stairs.below(run.multipliers, run.most, limit + step, MOST_LISTED)
            if complete:
                sets, values, limit = more, of, limit + step
    order = np.argsort(values, kind="stable")
    sets, values = sets[order], values[order]
    for first in range(0, len(sets), CHUNK):
        if run.stopped() or values[first] >= run.target():
            break
        part = slice(first, first + CHUNK)
        values[part] = np.maximum(values[part], run.stairs.with_falls(run.multipliers, sets[part], limit))
    if (values < run.target()).sum() > MANY:
        _search_on(run, sets, values)
    order = np.argsort(values, kind="stable")
    settled: list[tuple[int, ...]] = []
    least = limit
    for place in order:
        if values[place] >= run.target() or run.stopped():
            least = min(least, float(values[place]))
            break
        run.prove(min(least, float(values[place])))
        least = min(least, run.settle(sets[place]))
        settled.append(tuple(sets[place].tolist()))
    run.prove(least)
    return settled


def _search_on(run: Run, sets: IntArray, values: NDArray[np.float64]) -> None:
    """Descend from more of the sets that are cheap by staircases: a better plan leaves fewer sets to solve."""
    until = run.report.elapsed_s() + SEARCH_SHARE * run.left_s()

    def keep_going() -> bool:
        return (run.options.reproducible or run.report.elapsed_s() < until) and not run.stopped()

    for place in np.argsort(values, kind="stable")[: 10 * DESCENTS : 10]:
        if keep_going():
            _descend(run, sets[place], keep_going)


def _outcome(run: Run, settled: list[tuple[int, ...]]) -> Outcome[ShiftsPlan]:
    open_frac = np.inf if run.plan is None else (run.cost - run.bound) / max(abs(run.cost), LEAST_COST)
    stopped = StoppedBy.TIME
    if open_frac <= PROOF_GAP:
        stopped = StoppedBy.PROOF
    elif run.report.should_stop():
        stopped = StoppedBy.PLANNER
    elif open_frac <= run.options.gap_frac + NEAR:
        stopped = StoppedBy.GAP
    confirmed = _confirm(run, settled) if stopped is StoppedBy.PROOF else ""
    return Outcome(
        plan=run.plan,
        bound=(run.bound * run.t.unit if np.isfinite(run.bound) else None,),
        stopped_by=stopped,
        confirmed_by=(confirmed,) if confirmed else (),
        notes={"sets_solved": run.sets.solves, "sets_left_by_stairs": len(settled)},
    )


def _confirm(run: Run, settled: list[tuple[int, ...]]) -> str:
    """Refute the other sets once more, by another reckoning, and look for a second route to each set solved whole."""
    used = run.report.elapsed_s()
    until = used + run.options.time_to_confirm_s(used, used)
    if until <= used or run.report.should_stop():
        return ""
    run.report(phase="confirming")
    limit = run.cost - PROOF_GAP * abs(run.cost)
    if run.cost <= 0.0:
        return ARITHMETIC
    if not stairs_check.refutes(
        run.problem,
        run.multipliers,
        run.most,
        limit * run.t.unit,
        settled,
        keep_going=lambda: not run.stopped(),
    ):
        return ""
    routes = {ARITHMETIC}
    for key in settled:
        if run.relaxed[key][1] >= limit:
            continue
        left = until - run.report.elapsed_s()
        route = run.sets.confirmed(np.array(key), run.cost, left) if left > 0 else ""
        if not route:
            return ""
        routes.add(route)
    return "; ".join(sorted(routes))


FORMULATION: Formulation[ShiftsProblem, ShiftsPlan] = Formulation(
    name="shifts.starts",
    family=FAMILY,
    reference="Barlow et al. (1972), isotonic regression; Kletzander and Musliu, CPAIOR 2019 (network form)",
    summary="Start times first, bounded by staircases; then shift design as a MILP in network form",
    run=solve,
    warm=compile_loops,
)

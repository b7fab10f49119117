"""Sectors by search, Lagrangian bound and cuts: a plan in a second, a bound soon after, a proof where there is time.

1. Search (:mod:`.search`) from several grown starts; every better plan is reported.
2. A Lagrangian bound (:mod:`.lagrange`), valid for exact contiguity because it relaxes it.
3. Pairs (centre, area) that no better plan can use are dropped. What is left goes to HiGHS (:mod:`.hess`) with
   separators added round by round: each round's bound is valid, each round's plan is repaired and polished.
4. While that is too large, the time is spent on longer searches, which also shrinks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem
from optimiser.problems.sectors.rules import check
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy
from optimiser_models.sectors import centres, lagrange, search
from optimiser_models.sectors.arrays import (
    FREE,
    Districting,
    from_plan,
    next_stage,
    prepare,
    sign_of,
    to_plan,
)
from optimiser_models.sectors.branch import close
from optimiser_models.sectors.grow import grow
from optimiser_models.sectors.search import State
from optimiser_models.sectors.slots import Slots, slots_of
from optimiser_models.sectors.warm import compile_loops

FIRST_MOVES = 400_000
SHORT_MOVES, LONG_MOVES = 1_500_000, 4_000_000
SEATS_KEPT = 60
FIRST_BOUND_SHARE = 0.08
"""Share of the time for a bound before the search that starts from what it chose."""
SEARCH_SHARE, BOUND_SHARE = 0.12, 0.4
"""Shares of the time limit for the first search and for the first bound."""
STAGE_SHARE = 0.6
"""Share of the time left that an objective gets before the next one's turn."""
SEARCH_PART = 0.35
"""Share of the time that searching for plans takes while the search is parted by centres."""
LARGEST_MODEL = 25_000
"""Pairs that HiGHS is given."""
SMALL_MODEL = 6_000
"""Pairs that HiGHS is given at once, without a bound to drop some first."""
MOVES_PER_AREA = 2_000
"""A small map needs no long first search."""
GROWTHS = 200
"""Growths tried for starts: where locks and centres let none succeed, the proof has its turn."""
TRIES = 4
"""Starts without any admissible plan before the proof is tried instead."""


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

    @property
    def sign(self) -> float:
        """Minus one where the planner's objective is a maximum."""
        return sign_of(self.name)

    @property
    def first(self) -> bool:
        """Is this the most important objective? Only its numbers are told while the search is on."""
        return self.d.stage == 0

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
        plan = to_plan(self.problem, self.d, state.label, state.centre)
        if check(self.problem, plan):
            return
        self.best = state
        if self.first:
            self.report(phase="improving", incumbent=self.sign * state.cost, plan=plan)

    def prove(self, bound: float) -> None:
        """Take a bound if it is better; it never exceeds a plan that exists."""
        if self.best is not None:
            bound = min(bound, self.best.cost)
        if bound > self.bound:
            self.bound = bound
            if self.first:
                self.report(bound=self.sign * bound)


def solve(
    problem: SectorsProblem, start: SectorsPlan | None, options: SolveOptions, report: Report
) -> Outcome[SectorsPlan]:
    """Run the method: one stage for each objective, each keeping what the earlier ones reached."""
    names = problem.params.objectives
    d = prepare(problem)
    runs: list[Run] = []
    routes: list[str] = []
    notes: dict[str, Any] = {}
    for stage, name in enumerate(names):
        began = report.elapsed_s()
        last = stage == len(names) - 1
        share = 1.0 if last else STAGE_SHARE
        until = began + share * max(0.0, options.time_limit_s - began)
        run = Run(problem, d, options, report, began, until, name=name)
        found = _stage(run, start)
        routes.append(str(found.pop("confirmed_by", "")))
        notes |= found if stage == 0 else {f"{name}: {key}": value for key, value in found.items()}
        runs.append(run)
        if run.best is None or last or report.should_stop():
            break
        start = to_plan(problem, d, run.best.label, run.best.centre)
        d = next_stage(d, problem, name, names[stage + 1], run.best.cost)
    return replace(_outcome(runs, notes), confirmed_by=tuple(routes))


def _stage(run: Run, start: SectorsPlan | None) -> dict[str, Any]:
    """Search, bound and close for one objective; return what to note."""
    notes: dict[str, Any] = {}
    why = run.d.contradiction or _cannot_be(run.d)
    if why:
        run.infeasible = True
        return {"confirmed_by": f"plain sums ({why})"}
    slots = slots_of(run.d)
    run.report(phase="searching")
    # each area served by its best centre: nothing can beat that, and it costs nothing to know
    cheapest = np.where(run.d.allowed, run.d.cost, np.inf).min(axis=0)
    if not np.isfinite(cheapest).all():
        run.infeasible = True
        return {"confirmed_by": "plain sums (an area lies beyond the longest drive of every centre)"}
    run.prove(float(cheapest.sum()))
    _first_plans(run, start)
    if run.done():
        proved = run.gap() <= PROOF_GAP
        return notes | ({"confirmed_by": "plain sums (every area has its best centre)"} if proved else {})
    run.report(phase="bounding")
    allowed = lagrange.servable(run.d)
    if allowed.sum() <= SMALL_MODEL:
        run.report(phase="proving")
        return close(run, slots, allowed)
    bound = _bound(run, slots, allowed, None, run.budget_s(FIRST_BOUND_SHARE))
    if bound is not None and not run.done():
        _search_on(run, run.options.seed + 500, min(run.budget_s(SEARCH_SHARE), run.left_s()))
        run.report(phase="bounding")
        bound = _bound(run, slots, allowed, bound.at, run.budget_s(BOUND_SHARE))
    if bound is None or run.done():
        return notes
    pairs = _useful(run, bound, allowed)
    notes["pairs_left"] = int(pairs.sum())
    if pairs.sum() > LARGEST_MODEL:
        pairs, slots, notes["nodes"] = _part(run, slots, bound, pairs)
        notes["pairs_left"] = int(pairs.sum())
    if not run.done():
        run.report(phase="proving")
        return notes | close(run, slots, pairs)
    return notes


def _part(
    run: Run, slots: Slots, bound: lagrange.Bound, pairs: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], Slots, int]:
    """Part the search by where centres lie, and search for plans in between; return the pairs and slots left."""
    searched, tried = 0.0, 0
    began = run.report.elapsed_s()

    def keep_going(value: float) -> bool:
        nonlocal searched, tried
        run.prove(value)
        spent = run.report.elapsed_s() - began
        if searched < SEARCH_PART * spent and not run.done():
            before = run.report.elapsed_s()
            tried += 1
            _search_on(run, run.options.seed + 1000 * tried, min(max(2.0, run.budget_s(0.02)), run.left_s()))
            searched += run.report.elapsed_s() - before
        return not run.done()

    parted = centres.part(
        run.d, slots, bound, pairs, lambda: run.best.cost if run.best else np.inf,
        keep_going=keep_going, seats=lambda c, g: _remember(run, slots, c, g),
        alive=lambda: not run.done(), small=LARGEST_MODEL,
    )  # fmt: skip
    run.prove(parted.value)
    return parted.pairs, replace(slots, may=parted.may), parted.nodes


def _remember(run: Run, slots: Slots, chosen: NDArray[np.int64], groups: NDArray[np.int64]) -> None:
    """Keep the areas that a bound chose as centres: good starts of the search."""
    roots = np.empty(run.d.k, dtype=np.int64)
    for g in range(len(slots.state)):
        roots[slots.group == g] = run.d.centre_area[chosen[groups == g]]
    run.seats = [*run.seats[-SEATS_KEPT:], roots]


def _cannot_be(d: Districting) -> str:
    """Say why there is no plan where that shows at once, "" otherwise."""
    seats = d.fixed[d.fixed >= 0]
    if np.unique(d.centre_area[seats]).size < seats.size:
        return "two given centres lie in one area, or in areas kept together"
    if not d.contiguity or d.slack_areas:
        return ""
    component = d.components()
    pieces = set(component.tolist())
    given = set(component[d.centre_area[seats]].tolist())
    alone = len(pieces) > d.k or pieces - set(component[d.centre_area].tolist())
    if alone or (seats.size == d.k and pieces - given):
        return "a piece of the map has no centre of its own"
    return ""


def today_plan(problem: SectorsProblem) -> SectorsPlan:
    """Return today's districts as a plan without centres."""
    return SectorsPlan({a: d for a, d in zip(problem.area_ids, problem.today, strict=True) if d}, {})


def _starts(run: Run, start: SectorsPlan | None) -> Iterator[NDArray[np.int64]]:
    if start is not None:
        label = from_plan(run.problem, run.d, start)
        if (label != FREE).all() and np.unique(label).size == run.d.k:
            yield label
    if run.problem.params.counts_change:  # today's plan breaks the fewest rules of change
        label = from_plan(run.problem, run.d, today_plan(run.problem))
        if (label != FREE).all() and np.unique(label).size == run.d.k:
            yield label
    for seed in range(run.options.seed, run.options.seed + GROWTHS):
        if run.done():
            return
        grown = grow(run.d, seed)
        if grown is not None:
            yield grown


def _first_plans(run: Run, start: SectorsPlan | None) -> None:
    until = run.began_s + run.budget_s(SEARCH_SHARE)
    latest = run.began_s + run.budget_s(3 * SEARCH_SHARE)
    moves = min(FIRST_MOVES, MOVES_PER_AREA * run.d.n)
    small = run.d.cost.size <= SMALL_MODEL
    for tried, label in enumerate(_starts(run, start)):
        if not run.options.reproducible and run.report.elapsed_s() >= until and run.best is not None:
            break
        if (
            (tried and run.report.elapsed_s() >= latest)
            or run.done()
            or (run.options.reproducible and tried >= 8)
        ):
            break
        if tried >= (2 if small else TRIES) and (small or run.best is None):
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
        moves = min(LONG_MOVES, 10 * MOVES_PER_AREA * run.d.n)


def _search_on(run: Run, seed: int, seconds: float) -> None:
    """Search from what the bound chose, from the best plan, and now and then from new seeds."""
    until = run.report.elapsed_s() + seconds
    tried = 0
    while run.report.elapsed_s() < until and not run.done():
        label, hot = _next_start(run, seed, tried)
        if label is not None:
            moves = (SHORT_MOVES, LONG_MOVES, 2 * LONG_MOVES)[tried % 3]
            run.offer(
                search.anneal(
                    run.d,
                    label,
                    moves=moves,
                    seed=seed + tried,
                    keep_going=lambda: run.report.elapsed_s() < until and not run.done(),
                    hot=hot,
                )
            )
        tried += 1


def _next_start(run: Run, seed: int, tried: int) -> tuple[NDArray[np.int64] | None, float]:
    """Return a start and how hot to begin from it."""
    kind = tried % 6
    if kind == 5 and run.best is not None:
        return run.best.label, 0.3
    if kind == 2 or not run.seats:
        return grow(run.d, seed + tried), search.HOT
    roots = run.seats[-1 - (tried * 7) % len(run.seats)]
    return grow(run.d, seed + tried, roots), (0.2, 0.7)[tried % 2]


def _bound(
    run: Run,
    slots: Slots,
    allowed: NDArray[np.bool_],
    at: lagrange.Multipliers | None,
    seconds: float,
) -> lagrange.Bound | None:
    until = run.report.elapsed_s() + seconds

    def keep_going(value: float) -> bool:
        run.prove(value)
        return not run.done() and run.report.elapsed_s() < until

    best = run.best.cost if run.best is not None else np.inf
    bound = lagrange.improve(
        run.d,
        slots,
        allowed,
        best,
        at=at,
        keep_going=keep_going,
        seats=lambda c, g: _remember(run, slots, c, g),
    )
    if bound is None:
        run.infeasible = run.best is None
    return bound


def _useful(run: Run, bound: lagrange.Bound, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if run.best is None:
        return allowed & np.isfinite(bound.needs)
    return allowed & (bound.needs < run.best.cost - 1e-9 * abs(run.best.cost))


def _outcome(runs: list[Run], notes: dict[str, Any]) -> Outcome[SectorsPlan]:
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
    best = next(r.best for r in reversed(runs) if r.best is not None)
    valid = "exact contiguity and these rules" if first.d.contiguity else "these rules"
    return Outcome(
        plan=to_plan(first.problem, first.d, best.label, best.centre),
        objective=tuple(r.sign * r.d.value(best.label, best.centre) for r in runs),
        bound=bounds,
        stopped_by=stopped,
        bound_valid_for=valid,
        notes=notes,
    )


def refuses(problem: SectorsProblem) -> str:
    """Say what this method does not do."""
    p = problem.params
    if p.shape:
        return "it does not keep the rule shape; use sectors.median."
    if "score" in p.objectives[:-1] and {"boundary", "splits", "deviation"} & set(p.weights):
        return "a score with boundary, splits or deviation can only be the last objective."
    if {"backup", "expected"} & p.aims and not all(p.centres()):
        return "backup and expected cover need a given centre for every district: give fixed centres."
    if p.counts_change:
        new = [
            d for d, c in zip(p.district_ids, p.centres(), strict=True) if not c and d not in problem.today
        ]
        if new:
            return f"change is counted, so the new district {new[0]} needs a given centre."
    return ""


FORMULATION = Formulation(
    name="sectors.cuts",
    family=FAMILY,
    run=solve,
    refuses=refuses,
    warm=compile_loops,
    summary="Lagrangian bound, annealed contiguous plans, and HiGHS with separators on the pairs that are left",
    reference="Hess et al. (1965); Held, Wolfe and Crowder (1974); Validi, Buchanan and Lykhovyd (2022)",
)

"""Sectors carved district by district: exact on small maps with narrow windows, where relaxations say little.

1. Search (:mod:`..search`) for a first plan, and a Lagrangian bound (:mod:`..lagrange`), as ``sectors.cuts`` does.
2. Pairs (centre, area) that no better plan can use are dropped; the bound's prices stay.
3. Every way to carve connected, balanced districts, from the corner where there are fewest (:mod:`.loops`); each region
   that is left gets prices of its own (:mod:`.floors`), which end most before a district of theirs is carved. A few
   per cent above the bound first, then further, up to the plan that is known.

Nothing is rounded and nothing is linear: windows in whole people hold exactly, and "there is no plan" needs no solver.
The fewer areas a district has, and the narrower its window, the faster it ends: with windows of half a percent some
ten counties a district take seconds to minutes. Enumeration of connected partitions as in Fifield, Imai, Kawahara and
Kenny (2020), with bounds; pieces must be multiples of a district as in the feasibility tests of Validi and Buchanan
(2022).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import BackendError
from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy
from optimiser_models.sectors import lagrange
from optimiser_models.sectors.arrays import FREE, Districting, to_plan
from optimiser_models.sectors.branch import close
from optimiser_models.sectors.carve.arguments import arguments
from optimiser_models.sectors.carve.loops import carve
from optimiser_models.sectors.reading import prepare
from optimiser_models.sectors.run import Run
from optimiser_models.sectors.search import State
from optimiser_models.sectors.slots import Slots, slots_of
from optimiser_models.sectors.starts import first_plans, remember, search_on
from optimiser_models.sectors.warm import compile_loops, tiny

MOST_AREAS = 128
"""Regions are remembered as two words of bits."""
SEARCH_SHARE = 0.2
"""Of the time limit, for the first search and the bound together."""
SEARCH_FIRST = 0.5
"""Of that, for the search: where it finds no plan it would take all, and the bound says where to look."""
MANY = 4
"""With more pairs than this for each area left, a search from what the bound chose comes before the carving."""
SEARCH_AGAIN = 0.05
"""Share of the time limit for it."""
POLL_S = 0.1
"""Between two looks at what the compiled loops have found."""
FIRST_GUESS, GUESSES_GROW, LAST_GUESS = 0.02, 1.5, 2.0
"""Shares above the bound at which plans are looked for: the first, by what each is larger, and where guessing ends."""
SURE = 1e-9
"""A plan must be better by this share, so that rounding cannot make the loops run for nothing."""
ROUTE = "a second solve by another formulation (assignment with separators)"
SEPARABLE = frozenset({"cover", "travel", "compactness"})


def solve(
    problem: SectorsProblem, start: SectorsPlan | None, options: SolveOptions, report: Report
) -> Outcome[SectorsPlan]:
    """Run the method."""
    d = prepare(problem)
    run = Run(
        problem, d, options, report, report.elapsed_s(), options.time_limit_s, problem.params.objectives[0]
    )
    if d.contradiction:
        return Outcome(None, infeasible=True, confirmed_by=(f"plain sums ({d.contradiction})",))
    slots = slots_of(d)
    notes: dict[str, Any] = {}
    allowed = lagrange.servable(d)
    report(phase="searching")
    whole, share_s = run.until_s, run.budget_s(SEARCH_SHARE)
    run.until_s = run.began_s + SEARCH_FIRST * share_s
    first_plans(run, start)
    report(phase="bounding")
    run.until_s = run.began_s + share_s
    bound = _bound(run, slots, allowed)
    if (
        run.best is not None
        and bound is not None
        and _useful(run, bound, allowed).sum() > MANY * d.n
        and not run.done()
    ):
        search_on(run, options.seed + 500, min(run.left_s(), SEARCH_AGAIN * options.time_limit_s))
        bound = _bound(run, slots, allowed, bound) or bound
    run.until_s = whole
    if not run.done():
        if run.best is not None and bound is not None:
            allowed = _useful(run, bound, allowed)
        report(phase="proving")
        # where not even the relaxation has a plan, the loops say so too, and need no prices for it
        alpha = np.zeros(d.n) if bound is None else bound.at.alpha
        notes = {"pairs_left": int(allowed.sum())} | _carve(run, allowed, alpha)
    return replace(_outcome(run, notes), confirmed_by=(_confirmed(run, slots),))


def _confirmed(run: Run, slots: Slots) -> str:
    """Look for a second route to what was proved: the assignment model with separators, on every pair, by HiGHS.

    Nothing of the carving or of its prices goes into it but the value to be beaten; "" where that takes longer than it
    may.

    Raises
    ------
    BackendError
        If it finds a plan that the carving says there is not.
    """
    used = run.report.elapsed_s()
    left = min(run.left_s(), run.options.time_to_confirm_s(used - run.began_s, used))
    proved = run.infeasible or run.gap() <= PROOF_GAP
    if not proved or left <= 0 or run.report.should_stop():
        return ""
    run.report(phase="confirming")
    options = replace(run.options, confirm=False)
    other = replace(
        run, options=options, bound=-np.inf, infeasible=False, began_s=used, until_s=used + left,
        seats=[], whole=False, report=Unheard(run.report),
    )  # fmt: skip
    close(other, slots, lagrange.servable(run.d))
    if other.best is not None and (run.best is None or other.best.cost < run.best.cost * (1 - PROOF_GAP)):
        raise BackendError(
            f"Two routes disagree: {'no plan' if run.best is None else f'{run.best.cost:g} at best'} by carving, "
            f"{other.best.cost:g} by the assignment model. Nothing is claimed; report it."
        )
    return ROUTE if other.infeasible or (run.best is not None and other.gap() <= PROOF_GAP) else ""


class Unheard:
    """A report that tells nobody, of a solve whose numbers are no news; the planner's stop is heard."""

    def __init__(self, report: Report) -> None:
        self.should_stop, self.elapsed_s = report.should_stop, report.elapsed_s

    def __call__(self, **told: Any) -> None:
        """Take a report and keep it."""


def _useful(run: Run, bound: lagrange.Bound, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pairs that a better plan than the best can use."""
    assert run.best is not None
    return allowed & (bound.needs < run.best.cost - SURE * abs(run.best.cost))


def _bound(
    run: Run, slots: Slots, allowed: NDArray[np.bool_], before: lagrange.Bound | None = None
) -> lagrange.Bound | None:
    """Return the Lagrangian bound; None where even the relaxation has no plan."""

    def keep_going(value: float) -> bool:
        run.prove(value)
        return not run.done()

    best = np.inf if run.best is None else run.best.cost
    return lagrange.improve(
        run.d, slots, allowed, best, at=before.at if before else None, keep_going=keep_going,
        seats=lambda c, g: remember(run, slots, c, g),
    )  # fmt: skip


def _carve(run: Run, allowed: NDArray[np.bool_], alpha: NDArray[np.float64]) -> dict[str, Any]:
    """Carve with one value to beat after the other, each a plan's cost or a guess; return what to note.

    A guess keeps the loops from the many plans that are far from the best: where nothing is below it, it is a bound.
    """
    best = np.inf if run.best is None else run.best.cost - SURE * abs(run.best.cost)
    given = arguments(run.d, allowed, alpha, best)
    room, stop, counts = given[7], given[8], given[9]
    top, refused = given[4], False
    for value in _to_beat(run.bound, best):
        top[0] = value
        _passing_on(run, (*given[:2], value, *given[3:]), top, room, stop)
        if stop[0] or top[0] < value:
            # a plan that the rules refuse would be a fault of ours: nothing is proved by it
            refused = top[0] < value and (
                run.best is None or run.best.cost > top[0] + SURE * max(1.0, abs(top[0]))
            )
            break
        if value < best:
            run.prove(value)
    if not (stop[0] or refused):
        if run.best is None:
            run.infeasible = True
        else:
            run.prove(run.best.cost)
    return {"branches": int(counts[0]), "regions": int(counts[1])}


def _to_beat(bound: float, best: float) -> Iterator[float]:
    """Return values that a plan is looked for below, rising from the bound to what is known."""
    share = FIRST_GUESS
    while 0 < bound < np.inf and share < LAST_GUESS and bound * (1 + share) < best:
        yield bound * (1 + share)
        share *= GUESSES_GROW
    yield best


def _passing_on(
    run: Run,
    given: tuple[Any, ...],
    top: NDArray[np.float64],
    room: tuple[NDArray[Any], ...],
    stop: NDArray[np.int64],
) -> None:
    """Run the compiled loops beside this thread, which passes on what they find and stops them in time."""
    known = float(top[0])
    with ThreadPoolExecutor(1) as pool:
        carving = pool.submit(carve, *given)
        while True:
            try:
                carving.result(POLL_S)
                break
            except TimeoutError:
                stop[0] = int(run.done())
            if top[0] < known:
                known = float(top[0])
                _offer(run, room)
    if top[0] < given[2]:
        _offer(run, room)


def _offer(run: Run, room: tuple[NDArray[Any], ...]) -> None:
    """Offer the plan in the loops' last row; half written, it fails the rules and comes again later."""
    label, centre = room[0][run.d.k].copy(), room[1][run.d.k].copy()
    if np.unique(centre).size == run.d.k:
        run.offer(State(label, centre, run.d.value(label, centre)))


def _outcome(run: Run, notes: dict[str, Any]) -> Outcome[SectorsPlan]:
    if run.infeasible:
        return Outcome(None, infeasible=True, notes=notes)
    stopped = StoppedBy.TIME
    if run.gap() <= PROOF_GAP:
        stopped = StoppedBy.PROOF
    elif run.report.should_stop():
        stopped = StoppedBy.PLANNER
    elif run.gap() <= run.options.gap_frac:
        stopped = StoppedBy.GAP
    bound = (run.sign * run.bound if np.isfinite(run.bound) else None,)
    if run.best is None:
        return Outcome(None, bound=bound, stopped_by=stopped, notes=notes)
    return Outcome(
        plan=to_plan(run.problem, run.d, run.best.label, run.best.centre),
        objective=(run.sign * run.best.cost,),
        bound=bound,
        stopped_by=stopped,
        bound_valid_for="exact contiguity and these rules" if run.d.contiguity else "these rules",
        notes=notes,
    )


def refuses(problem: SectorsProblem) -> str:
    """Say what this method does not do."""
    p = problem.params
    if p.contiguity and p.relax.get("contiguity"):
        return "it does not relax contiguity by single areas; use sectors.cuts."
    if len(p.objectives) > 1 or p.aims - SEPARABLE:
        return f"it minimises one of {', '.join(sorted(SEPARABLE))} or a score of them; use sectors.cuts."
    if p.locks or p.apart or p.counts_change or p.split_limits or p.limits or p.shape or any(p.centres()):
        return (
            "districts must be alike: no locks, given centres, areas apart, limits on change, splits or aims."
        )
    if p.relax.get("together"):
        return "it does not relax together; use sectors.cuts."
    d = prepare(problem)
    if d.n > MOST_AREAS:
        return f"it takes {MOST_AREAS} areas at most, and there are {d.n}; use sectors.cuts."
    return _windows(d)


def _windows(d: Districting) -> str:
    if len(d.weight) != 1 or not np.isfinite(d.high).all() or np.ptp(d.low) + np.ptp(d.high) > 0:
        return "it balances exactly one kind of work, with equal shares; use sectors.cuts."
    if d.low[0, 0] <= d.high[0, 0] / 2:
        return "the window is so wide that a piece may be one district or two; use sectors.cuts."
    return ""


def warm() -> None:
    """Compile search, bound and carving on four areas in a row."""
    compile_loops()
    d = replace(tiny(), lock=np.full(tiny().n, FREE))
    carve(*arguments(d, lagrange.servable(d), np.zeros(d.n), np.inf))


FORMULATION = Formulation(
    name="sectors.carve",
    family=FAMILY,
    run=solve,
    refuses=refuses,
    warm=warm,
    summary="Connected, balanced districts carved one by one, every way, pruned by the prices of a Lagrangian bound",
    reference="Fifield, Imai, Kawahara and Kenny (2020); Validi and Buchanan (2022)",
)

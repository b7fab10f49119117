"""Sectors by search, Lagrangian bound and cuts: a plan in a second, a bound soon after, a proof where there is time.

1. Search (:mod:`.search`) from several grown starts, and where few places may be cut on a map of whole places
   (:mod:`.wholes`); every better plan is reported.
2. A Lagrangian bound (:mod:`.lagrange`), valid for exact contiguity because it relaxes it.
3. Pairs (centre, area) that no better plan can use are dropped. What is left (:mod:`.hess`) is relaxed and cut by
   separators (:mod:`.branch`), then goes to a branch and cut (:mod:`.tree`) where every district has its centre, else
   to HiGHS round by round: each round's bound is valid, each round's plan is repaired and polished.
4. While that is too large, many small districts are bounded as real districts (:mod:`.districts`), and the search is
   parted by where centres lie (:mod:`.centres`), with searches for plans in between (:mod:`.starts`): all shrink it.
5. A less important aim begins from the parts still open, without those that cannot keep the aim before (:mod:`.kept`).

Backup and expected cover of free centres are no sum over pairs and have a way of their own (:mod:`.backup`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import PROOF_GAP, Outcome
from optimiser_models.sectors import backup, border, branch, centres, lagrange, wholes
from optimiser_models.sectors.arrays import Districting, to_plan
from optimiser_models.sectors.generation import climb
from optimiser_models.sectors.grow import cannot_be
from optimiser_models.sectors.reading import next_stage, prepare, second_cars_free
from optimiser_models.sectors.relaxation import Multipliers, by_districts
from optimiser_models.sectors.run import Run, outcome_of
from optimiser_models.sectors.slots import Slots, slots_of
from optimiser_models.sectors.starts import (
    FEW_DISTRICTS,
    SEARCH_SHARE,
    SEARCH_SHARE_OF_SETS,
    SMALL_MODEL,
    first_plans,
    remember,
    search_on,
)
from optimiser_models.sectors.warm import compile_loops

FIRST_BOUND_SHARE = 0.08
"""Share of the time for a bound before the search that starts from what it chose."""
BOUND_SHARE, BOUND_SHARE_OF_SETS = 0.4, 0.04
"""Share of the time limit for the first bound, and where parting by where centres lie raises it faster."""
STAGE_SHARE = 0.6
"""Share of the time left that an objective gets before the next one's turn."""
SEARCH_PART, SEARCH_PART_OF_MANY = 0.3, 0.85
"""Share of the time that searching for plans takes while the search is parted by centres: parting hardly moves the
bound of many districts. That of few falls with every search in vain."""
SLICE_SHARE, SLICE_SHARE_OF_MANY = 0.04, 0.15
"""Share of the time for each of these searches."""
DISTRICTS_SHARE, REACH, RISING = 0.1, 0.5, 1e-5
"""Share of the time for a turn of the bound by real districts, its first step, and the share by which it rises where
another turn is worth it."""
BRANCHES, BRANCHES_EXACT = 1_600, 6_400
"""Branches of each district in the first turn, and where nearly all are to be exact."""
AREAS_EACH = 20
"""Areas of a district in the mean up to which real districts are priced, where there are many: parting by where
centres lie does more for few."""
AGAIN = 100_000
"""What seeds begin from where a search is begun once more."""
SETTLE_SHARE = 0.03
"""Share of the time for one node whose centres have settled, in its first turn."""
MOST_TURNS = 10
"""Turns after which it gets no longer."""
MOST_LEAVES = 60
"""Nodes of settled centres whose models are kept for another turn, some 10 MB each."""
LARGEST_MODEL = 8_000
"""Pairs that HiGHS is given."""


def solve(
    problem: SectorsProblem, start: SectorsPlan | None, options: SolveOptions, report: Report
) -> Outcome[SectorsPlan]:
    """Run the method: one stage for each objective, each keeping what the earlier ones reached."""
    numba.set_num_threads(min(options.threads, numba.config.NUMBA_NUM_THREADS))
    if second_cars_free(problem):
        return backup.solve(problem, start, options, report, districts=solve)
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
        pairs = runs[-1].pairs if runs else None
        d, unit = d.scaled()
        run = Run(problem, d, options, report, began, until, name=name, pairs=pairs, last=last, unit=unit)
        if runs:
            run.pool, run.parts, run.separators = runs[-1].pool, runs[-1].parts, runs[-1].separators
        found = _stage(run, start)
        if run.best is None and not (last or run.infeasible or report.should_stop()):  # nothing to go on from
            run, found = _once_more(run, start)
        routes.append(str(found.pop("confirmed_by", "")))
        notes |= found if stage == 0 else {f"{name}: {key}": value for key, value in found.items()}
        runs.append(run)
        if run.best is None or last or report.should_stop():
            break
        start = to_plan(problem, run.d, run.best.label, run.best.centre)
        d = next_stage(run.d, problem, name, names[stage + 1], run.best.cost).where_kept(run.pairs)
    return replace(outcome_of(runs, notes), confirmed_by=tuple(routes))


def _once_more(run: Run, start: SectorsPlan | None) -> tuple[Run, dict[str, Any]]:
    """Give an objective for which no plan was found all the time there is, with other seeds; its bound stays."""
    options = run.options
    other = replace(options, seed=options.seed % AGAIN + AGAIN)
    again = replace(run, options=other, began_s=run.report.elapsed_s(), until_s=options.time_limit_s)
    found = _stage(again, start)
    again.options = options
    return again, found


def _stage(run: Run, start: SectorsPlan | None) -> dict[str, Any]:
    """Search, bound and close for one objective; return what to note."""
    notes: dict[str, Any] = {}
    why = run.d.contradiction or cannot_be(run.d)
    if why:
        run.infeasible = True
        return {"confirmed_by": f"plain sums ({why})"}
    if run.name == "boundary" and not run.d.stage and not border.refuses(run.problem):
        return border.stage(run, start)
    slots = slots_of(run.d)
    run.report(phase="searching")
    # each area served by its best centre: nothing can beat that, and it costs nothing to know
    cheapest = np.where(run.d.allowed, run.d.cost, np.inf).min(axis=0)
    if not np.isfinite(cheapest).all():
        run.infeasible = True
        return {"confirmed_by": "plain sums (an area lies beyond the longest drive of every centre)"}
    run.prove(float(cheapest.sum()))
    notes |= wholes.first(run)
    first_plans(run, start)
    if run.best is not None:
        notes.pop(wholes.NEEDED, None)
    if run.done() and run.gap() > PROOF_GAP:
        return notes
    allowed = lagrange.servable(run.d)
    if run.pairs is not None:
        allowed &= run.pairs
    if run.gap() <= PROOF_GAP:
        if not run.last:  # what an area loses by another centre nothing makes good
            run.narrow(allowed & (cheapest.sum() - cheapest + run.d.cost < run.limit))
        return notes | {"confirmed_by": "plain sums (every area has its best centre)"}
    run.report(phase="bounding")
    bound = _bound(run, slots, allowed, None, run.budget_s(FIRST_BOUND_SHARE))
    if bound is not None:
        slots, bound, allowed = _narrowed(run, slots, bound, allowed)
    small = allowed.sum() <= SMALL_MODEL and not (run.parts and _by_sets(slots))
    if small and (run.infeasible or not run.done() or run.gap() <= PROOF_GAP):
        return notes | _confirmed(run, slots, allowed)
    if bound is not None and not run.done():
        search, climb_on = (
            (SEARCH_SHARE_OF_SETS, BOUND_SHARE_OF_SETS) if _by_sets(slots) else (SEARCH_SHARE, BOUND_SHARE)
        )
        search_on(run, run.options.seed + 500, min(run.budget_s(search), run.left_s()))
        run.report(phase="bounding")
        bound = _bound(run, slots, allowed, bound.at, run.budget_s(climb_on))
    if bound is None or run.done():
        return notes
    slots, bound, pairs = _narrowed(run, slots, bound, allowed)
    notes["pairs_left"] = int(pairs.sum())
    if pairs.sum() > LARGEST_MODEL and run.best is not None and _many_small(run.d):
        slots, bound, pairs = _by_districts(run, slots, bound, pairs)
    if not run.done() and (pairs.sum() > LARGEST_MODEL or _by_sets(slots)):
        parted = _part(run, slots, bound, pairs)
        run.parts = parted.parts
        keep = run.narrow(parted.pairs)
        slots, pairs = replace(slots, may=parted.may).among(keep), parted.pairs[keep]
        notes |= {"pairs_left": int(pairs.sum()), "nodes": parted.nodes}
    if not run.done():
        run.report(phase="proving")
        return notes | branch.close(run, slots, pairs)
    return notes


def _confirmed(run: Run, slots: Slots, pairs: NDArray[np.bool_]) -> dict[str, Any]:
    """Close by HiGHS; where the bound said that there is no plan, hear a second word on it."""
    none, run.infeasible = run.infeasible, False
    run.report(phase="proving")
    notes = branch.close(run, slots, pairs)
    run.infeasible = run.infeasible or (none and run.best is None)
    return notes


def _narrowed(
    run: Run, slots: Slots, bound: lagrange.Bound, allowed: NDArray[np.bool_]
) -> tuple[Slots, lagrange.Bound, NDArray[np.bool_]]:
    """Go on with the candidates that a bound left: the same slots and bound on them, and the pairs of use."""
    pairs = _useful(run, bound, allowed)
    keep = run.narrow(pairs)
    return slots.among(keep), bound.among(keep), pairs[keep]


def _part(run: Run, slots: Slots, bound: lagrange.Bound, pairs: NDArray[np.bool_]) -> centres.Parted:
    """Part the search by where centres lie, and search for plans in between."""
    searched, tried, vain = 0.0, 0, 0
    leaves: dict[bytes, branch.Leaf] = {}
    many = run.d.k > FEW_DISTRICTS
    part, slice_s = (
        (SEARCH_PART_OF_MANY, run.budget_s(SLICE_SHARE_OF_MANY))
        if many
        else (SEARCH_PART, run.budget_s(SLICE_SHARE))
    )
    began = run.report.elapsed_s()

    def keep_going(value: float) -> bool:
        nonlocal searched, tried, vain
        run.prove(value)
        spent = run.report.elapsed_s() - began
        if searched < (part if many else part / (1 + vain)) * spent and not run.done():
            before, best = run.report.elapsed_s(), run.best
            tried += 1
            search_on(run, run.options.seed + 1000 * tried, min(max(2.0, slice_s), run.left_s()))
            searched += run.report.elapsed_s() - before
            vain = vain + 1 if run.best is best else 0
        return not run.done()

    def settle(there: Slots, left: NDArray[np.bool_], turn: int) -> float:
        """Close the gap of a node of settled centres by HiGHS for a while, longer each turn; return its own bound."""
        seconds = run.budget_s(SETTLE_SHARE) * 2.0 ** min(turn, MOST_TURNS)
        until = min(run.until_s, run.report.elapsed_s() + seconds)
        node = replace(run, bound=-np.inf, until_s=until, whole=False)
        key = there.may.tobytes()
        leaf = leaves.pop(key, None) or branch.Leaf(branch.model_of(run, there, left))
        branch.close(node, there, left, leaf)
        run.best = node.best
        if node.bound < run.limit:
            leaves[key] = leaf
        if len(leaves) > MOST_LEAVES:
            del leaves[next(iter(leaves))]
        return node.bound

    parted = centres.part(
        run.d, slots, bound, pairs, lambda: run.limit,
        keep_going=keep_going, seats=lambda c, g: remember(run, slots, c, g),
        alive=lambda: not run.done(), settle=settle, small=LARGEST_MODEL, parts=run.parts,
    )  # fmt: skip
    run.prove(parted.value)
    return parted


def _by_sets(slots: Slots) -> bool:
    """Say whether sets of centres are looked at one by one to the end, however few pairs are left."""
    return slots.counted and bool((slots.may.sum(axis=1) > 1).any())


def _many_small(d: Districting) -> bool:
    return by_districts(d) and d.k > FEW_DISTRICTS and d.n <= AREAS_EACH * d.k


def _by_districts(
    run: Run, slots: Slots, bound: lagrange.Bound, pairs: NDArray[np.bool_]
) -> tuple[Slots, lagrange.Bound, NDArray[np.bool_]]:
    """Bound by real districts and search for plans, by turns, while the bound rises.

    What is found is kept for :mod:`.pool`: real districts at the prices of a good bound are those of good plans. After
    the first turn bound and pool climb together (:mod:`.generation`).
    """
    tried, rising = 0, True
    while rising and not run.done() and pairs.sum() > LARGEST_MODEL:
        run.report(phase="bounding")
        seconds = min(run.budget_s(DISTRICTS_SHARE), run.left_s())
        better = climb(run, slots, pairs, bound, seconds, BRANCHES_EXACT) if tried else None
        if better is None and not run.done():
            better = _bound(
                run, slots, pairs, bound.at, seconds, reach=REACH, known=bound.value,
                branches=BRANCHES, found=partial(run.pool.price, run.d),
            )  # fmt: skip
        if better is None:
            break
        rising = better.value > bound.value + RISING * abs(bound.value)
        if better.value < bound.value:
            better = replace(bound, needs=np.maximum(bound.needs, better.needs))
        slots, bound, pairs = _narrowed(run, slots, better, pairs)
        tried += 1
        search_on(run, run.options.seed + 1000 * tried, min(run.budget_s(SLICE_SHARE_OF_MANY), run.left_s()))
    return slots, bound, pairs


def _bound(
    run: Run,
    slots: Slots,
    allowed: NDArray[np.bool_],
    at: Multipliers | None,
    seconds: float,
    **how: Any,
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
        seats=lambda c, g: remember(run, slots, c, g),
        **how,
    )
    if bound is None:
        run.infeasible = run.best is None
    return bound


def _useful(run: Run, bound: lagrange.Bound, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if run.best is None:
        return allowed & np.isfinite(bound.needs)
    slack = 1e-9 * abs(run.best.cost) if run.last else 0.0
    return allowed & (bound.needs < run.limit - slack)


def refuses(problem: SectorsProblem) -> str:
    """Say what this method does not do."""
    p = problem.params
    if p.shape:
        return "it does not keep the rule shape; use sectors.median."
    if "score" in p.objectives[:-1] and {"boundary", "splits", "deviation"} & set(p.weights):
        return "a score with boundary, splits or deviation can only be the last objective."
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
    summary="Lagrangian bound, annealed contiguous plans, and branch and cut with separators on the pairs left",
    reference="Hess et al. (1965); Barahona and Anbil (2000); Validi, Buchanan and Lykhovyd (2022)",
)

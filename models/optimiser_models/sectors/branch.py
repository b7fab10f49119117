"""Close the gap on the pairs that are left: the relaxation with separators, then whole solutions.

HiGHS has no lazy constraints, so cuts come in an outer loop. First the linear relaxation alone, solved from where it
stood in milliseconds, with the separators it breaks until they raise it no more; pairs whose reduced cost is more than
is left to win are shut. Where every district has its centre a tree ends it (:mod:`.tree`). Elsewhere HiGHS makes whole
solutions: separate what hangs on nothing, polish a contiguous plan from it, and begin again. Each round is a
relaxation: its bound holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimiser.solve.backends.confirm import confirm
from optimiser.solve.backends.highs_arrays import OTHER_PRESOLVE, Solved, Watch, solve_linear
from optimiser.solve.backends.highs_lp import GrowingLP
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.result import PROOF_GAP, StoppedBy
from optimiser_models.sectors import search
from optimiser_models.sectors.arrays import FREE
from optimiser_models.sectors.hess import SURE, Hess
from optimiser_models.sectors.separate import reach, separators
from optimiser_models.sectors.slots import Slots
from optimiser_models.sectors.starts import search_on
from optimiser_models.sectors.tree import Tree

if TYPE_CHECKING:
    from optimiser_models.sectors.run import Run

POLISH_MOVES = 300_000
SEARCH_PART, SEARCH_S = 0.1, 1.0
"""Share of a tree's time for searches for plans, and the seconds of one."""
AGAIN = 1_000
"""What lies between the seeds of two searches."""
TINY = 1e-9
LEAST, LEAST_WHOLE = 1e-3, 0.5
"""By how much a point breaks a separator that is worth a row, in the relaxation and where all is whole."""
STALE, RISE = 10, 0.02
"""Rounds of the relaxation in which it is to close this share of the gap."""
RELAXED_SHARE = 0.5
"""Most of the time left that the relaxation takes."""
TIDY = 10
"""Rounds after which rows that the point keeps with room to spare are taken out."""
INTERIOR_PAIRS = 3_000
"""More pairs than this, and the first relaxation is quicker by an interior point."""


@dataclass
class Leaf:
    """The model of some pairs with the cuts it has got, and the tree begun on it: another turn goes on from there."""

    model: Hess
    tree: Tree | None = None


def close(run: Run, slots: Slots, pairs: NDArray[np.bool_], leaf: Leaf | None = None) -> dict[str, Any]:
    """Run the loop until proved, near enough or out of time; return what to note.

    ``leaf`` is what an earlier turn on these pairs left; it takes what this turn adds.
    """
    leaf = leaf or Leaf(model_of(run, slots, pairs))
    model, rounds = leaf.model, 0
    take = _Taking(run, model)
    while not run.done():
        if leaf.tree is None:
            lp = _relaxation(run, model, tidy=rounds == 0)
            if lp is None or run.done():
                break
            if model.settled:
                leaf.tree = Tree(run, model, lp)
        if leaf.tree is not None:
            ended = leaf.tree.search(run, partial(_separate, run, model), take)
            if not ended or run.best is not None:
                break
            # no plan at all: to be looked at once more by another route
        rounds += 1
        solved = _solve(run, model)
        if solved.infeasible:
            _exhausted(run)
            break
        if solved.bound is not None:
            run.prove(min(solved.bound * model.scale, run.limit))
        if solved.x is None:
            break
        cut = _separate(run, model, solved.x, LEAST_WHOLE)
        label, centre = model.read(solved.x)
        if not cut or run.d.slack_areas or not run.d.contiguity:
            run.offer(search.State(label, centre, _cost(run, label, centre)))
        if cut and (label != FREE).all():
            _polish(run, label, centre, rounds)
        if not cut and solved.stopped_by is not StoppedBy.PLANNER:
            if solved.stopped_by in (StoppedBy.PROOF, StoppedBy.GAP):
                break  # nothing to cut and nothing better on these pairs
            if run.left_s() > 0:
                continue
    return {
        "cuts": len(model.cuts),
        "rounds": rounds,
        "tree": 0 if leaf.tree is None else leaf.tree.nodes,
        "columns": model.n_columns,
        "rows": len(model.rows.lower),
        # no start: the plan need not lie on the pairs left, which may hold nothing at all
        "confirmed_by": second_word(run, model.complete, model.scale),
    }


def model_of(run: Run, slots: Slots, pairs: NDArray[np.bool_]) -> Hess:
    """Return the model of these pairs, with the cuts that were tight where its centres were looked at last."""
    model = Hess(run.d, slots, pairs)
    for area in np.unique(run.d.centre_area[model.centre]).tolist():
        model.add_known(run.separators.get(area, ()))
    return model


def second_word(
    run: Run, model: Callable[[], LinearModel], unit: float, start: NDArray[np.float64] | None = None
) -> str:
    """Look for a second route to what was proved for all plans; "" where that takes longer than it may."""
    if not run.whole:
        return ""
    if run.infeasible:  # solve_linear claims it only after a second look
        return OTHER_PRESOLVE
    used = run.report.elapsed_s()
    left = min(run.left_s(), run.options.time_to_confirm_s(used - run.began_s, used))
    if run.best is None or run.gap() > PROOF_GAP or left <= 0 or run.report.should_stop():
        return ""
    run.report(phase="confirming")
    return confirm(
        model(),
        run.best.cost / unit,
        options=run.options,
        time_limit_s=left,
        start=start,
        should_stop=run.report.should_stop,
    )


def _exhausted(run: Run) -> None:
    """No plan of use on the pairs left: what we have is best, or there is none at all."""
    if not run.whole:
        run.prove(np.inf)
    elif run.best is None:
        run.infeasible = True
    else:
        run.prove(run.best.cost)


def _solve(run: Run, model: Hess) -> Solved:
    start = None if run.best is None else model.start(run.best)
    watch = Watch(
        bound=lambda value: run.prove(min(value * model.scale, run.limit)),
        should_stop=lambda: run.report.should_stop() or run.left_s() <= 0,
    )
    return solve_linear(
        model.model(),
        time_limit_s=max(0.1, run.left_s()),
        options=run.options,
        start=start,
        watch=watch,
        gap_frac=max(run.options.gap_frac, PROOF_GAP / 4),
    )


def _relaxation(run: Run, model: Hess, *, tidy: bool) -> GrowingLP | None:
    """Solve the relaxation with the separators it breaks while they raise it; None when the search is over.

    ``tidy`` takes out what it keeps with room to spare, which whole solutions may need: not once these have been cut.
    """
    until = run.report.elapsed_s() + RELAXED_SHARE * run.left_s()
    lp = GrowingLP(
        model.model(relaxed=True),
        options=run.options,
        interior=model.n_pairs > INTERIOR_PAIRS,
        should_stop=lambda: run.report.should_stop() or run.left_s() <= 0,
    )
    values: list[float] = []
    while True:
        solved = lp.solve(max(0.1, run.left_s()))
        if solved.infeasible:
            return None if _looked_again(run, model) or run.done() else lp
        if solved.x is None or solved.objective is None or solved.bound is None:
            return None if run.done() else lp
        values.append(solved.objective * model.scale)
        run.prove(values[-1])
        if run.done() and (run.whole or run.last or run.bound >= run.limit or run.left_s() <= 0):
            return None
        if tidy and len(values) % TIDY == 0 and values[-1] > values[-TIDY]:
            lp.drop_rows(model.drop_slack(solved.x))
        before = len(model.rows.lower)
        spent = run.report.elapsed_s() > until or _stale(run, values)
        if spent or not _separate(run, model, solved.x, LEAST):
            break
        lp.add_rows(*model.rows.since(before, model.n_columns))
    if tidy:
        lp.drop_rows(model.drop_slack(solved.x))
    room = (run.limit - values[-1]) / model.scale
    dear = np.flatnonzero(solved.reduced_cost[: model.n_pairs] > room + SURE)
    model.shut_out(dear)
    lp.bound(dear, np.zeros(dear.size), np.zeros(dear.size))
    for area in np.unique(run.d.centre_area[model.centre]).tolist():
        run.separators[area] = [cut for cut in model.cuts if cut[0] == area]
    return lp


def _stale(run: Run, values: list[float]) -> bool:
    """Did the last rounds close next to nothing of the gap?"""
    if len(values) <= STALE:
        return False
    gap = run.limit - values[-1] if run.best is not None else abs(values[-1])
    return values[-1] - values[-1 - STALE] < RISE * max(gap, 0.0)


def _looked_again(run: Run, model: Hess) -> bool:
    """Take "nothing is left" from a solve from scratch, which looks twice; say whether it says so too."""
    again = solve_linear(
        model.model(relaxed=True),
        time_limit_s=max(0.1, run.left_s()),
        options=run.options,
        watch=Watch(should_stop=lambda: run.report.should_stop() or run.left_s() <= 0),
    )
    if again.infeasible:
        _exhausted(run)
    return again.infeasible


def _separate(run: Run, model: Hess, x: NDArray[np.float64], least: float) -> int:
    """Add the separators that a point breaks by more than ``least``; return how many."""
    d = run.d
    if not d.contiguity:
        return 0
    added = 0
    exempt = x[model.exempt : model.exempt + d.n] if model.n_exempt else None
    inside = x[: model.n_pairs] > TINY
    for j in np.unique(model.centre[inside]).tolist():
        mine = np.flatnonzero(inside & (model.centre == j))
        served = np.zeros(d.n)
        served[model.area[mine]] = x[mine]
        root = int(d.centre_area[j])
        for area, separator in separators(served, root, d.starts, d.neighbours, exempt=exempt, least=least):
            added += model.add_cut(j, area, separator)
    return added


class _Taking:
    """Plans while a tree is searched: those nearest to points of the relaxation, and now and then a search."""

    def __init__(self, run: Run, model: Hess) -> None:
        self.run, self.model = run, model
        self.began_s, self.searched, self.searched_s = run.report.elapsed_s(), 0, 0.0

    def __call__(self, x: NDArray[np.float64]) -> None:
        """Take the plan nearest to a point, mended where pieces of it hang on nothing; search on where it is due."""
        run = self.run
        label, centre = self.model.nearest(x)
        if (label != FREE).all():
            run.offer(search.State(label, centre, _cost(run, label, centre)))
            if run.best is None or not np.array_equal(run.best.label, label):
                _polish(run, label, centre, run.options.seed)
        now = run.report.elapsed_s()
        # a part of the search has searches of its own beside it
        if run.whole and SEARCH_PART * (now - self.began_s) > self.searched_s + SEARCH_S:
            self.searched += 1
            search_on(run, run.options.seed + AGAIN * self.searched, min(SEARCH_S, run.left_s()))
            self.searched_s += run.report.elapsed_s() - now


def _cost(run: Run, label: NDArray[np.int64], centre: NDArray[np.int64]) -> float:
    return run.d.value(label, centre)


def _polish(run: Run, label: NDArray[np.int64], centre: NDArray[np.int64], seed: int) -> None:
    """Give each cut-off piece to a district it touches, then anneal from cold."""
    d = run.d
    fixed = np.full(d.n, FREE, dtype=np.int64)
    for k in range(d.k):
        root = np.array([d.centre_area[centre[k]]])
        fixed[reach(root, label == k, d.starts, d.neighbours) & (label == k)] = k
    while (fixed == FREE).any():
        changed = False
        for i in np.flatnonzero(fixed == FREE):
            near = fixed[d.neighbours[d.starts[i] : d.starts[i + 1]]]
            near = near[near != FREE]
            if near.size:
                fixed[i] = near[np.argmin(d.cost[centre[near], i])]
                changed = True
        if not changed:
            return
    run.offer(
        search.anneal(d, fixed, moves=POLISH_MOVES, seed=seed, keep_going=lambda: not run.done(), hot=0.05)
    )

"""Close the gap on the pairs that are left: HiGHS, separators, repair, again.

HiGHS has no lazy constraints, so cuts come in an outer loop: solve, separate every cut-off piece for its centre,
polish a contiguous plan from what was found, solve again from it. Each round is a relaxation: its bound holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimiser.solve.backends.confirm import confirm
from optimiser.solve.backends.highs_arrays import OTHER_PRESOLVE, Solved, Watch, solve_linear
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.result import PROOF_GAP, StoppedBy
from optimiser_models.sectors import search
from optimiser_models.sectors.arrays import FREE, Districting
from optimiser_models.sectors.hess import Hess
from optimiser_models.sectors.separate import reach, separators
from optimiser_models.sectors.slots import Slots

if TYPE_CHECKING:
    from optimiser_models.sectors.run import Run

RELAXATION_ROUNDS = 12
POLISH_MOVES = 300_000
TINY = 1e-6
MOST_RIM_CUTS = 200
"""Cuts of one round for one area's piece, all centres together."""


def close(run: Run, slots: Slots, pairs: NDArray[np.bool_], model: Hess | None = None) -> dict[str, Any]:
    """Run the loop until proved, near enough or out of time; return what to note.

    ``model`` is that of these pairs with the cuts of an earlier turn, where there was one; it gets those of this turn.
    """
    model = model or Hess(run.d, slots, pairs)
    rounds = 0
    going = _relaxation(run, model)
    while going and not run.done():
        rounds += 1
        solved = _solve(run, model, relaxed=False)
        if solved.infeasible:
            _exhausted(run)
            break
        if solved.bound is not None:
            run.prove(solved.bound * model.scale)
        if solved.x is None:
            break
        cut = _separate(run, model, solved.x)
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
        "columns": model.n_columns,
        "rows": len(model.rows.lower),
        # no start: the plan need not lie on the pairs left, which may hold nothing at all
        "confirmed_by": second_word(run, model.model, model.scale),
    }


def second_word(
    run: Run, model: Callable[[], LinearModel], unit: float, start: NDArray[np.float64] | None = None
) -> str:
    """Look for a second route to what was proved; "" where that takes longer than it may."""
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
    """No plan on the pairs left: what we have is best, or there is none at all."""
    if run.best is None:
        run.infeasible = True
    else:
        run.prove(run.best.cost)


def _solve(run: Run, model: Hess, *, relaxed: bool) -> Solved:
    start = None if relaxed or run.best is None else model.start(run.best)
    watch = Watch(
        bound=lambda value: run.prove(value * model.scale),
        should_stop=lambda: run.report.should_stop() or run.left_s() <= 0,
    )
    near = max(run.options.gap_frac, PROOF_GAP / 4)
    limit = run.left_s()
    return solve_linear(
        model.model(relaxed=relaxed),
        time_limit_s=max(0.1, limit),
        options=run.options,
        start=start,
        watch=watch if not relaxed else Watch(should_stop=watch.should_stop),
        gap_frac=near,
    )


def _relaxation(run: Run, model: Hess) -> bool:
    """Cut the linear relaxation first: cheap rounds. False when the search is over."""
    for _ in range(RELAXATION_ROUNDS):
        solved = _solve(run, model, relaxed=True)
        if solved.infeasible:
            _exhausted(run)
            return False
        if solved.x is None or solved.objective is None:
            return not run.done()
        run.prove(solved.objective * model.scale)
        if run.done():
            return False
        if not _separate(run, model, solved.x):
            break
    return True


def _separate(run: Run, model: Hess, x: NDArray[np.float64]) -> int:
    """Add separators for every piece of a centre's support that is cut off from it; return how many."""
    d = run.d
    if not d.contiguity:
        return 0
    added = 0
    inside = x[: model.n_pairs] > TINY
    open_ = np.unique(model.centre)
    for j in np.unique(model.centre[inside]):
        members = np.zeros(d.n, dtype=bool)
        members[model.area[inside & (model.centre == j)]] = True
        root = int(d.centre_area[j])
        members[root] = True
        for piece, separator in separators(members, root, d.starts, d.neighbours, d.spread()):
            for area in piece:
                exempt = float(x[model.exempt + area]) if model.n_exempt else 0.0
                if x[model.column[j, area]] > exempt + TINY:
                    added += model.add_cut(int(j), int(area), separator)
                    if open_.size * piece.size <= MOST_RIM_CUTS:
                        added += _rim_cuts(d, model, open_, piece, int(area))
    return added


def _rim_cuts(
    d: Districting, model: Hess, centres: NDArray[np.int64], piece: NDArray[np.int64], area: int
) -> int:
    """Bar the way to an area of a cut-off piece for all centres: whoever comes from outside crosses its rim."""
    near = np.zeros(d.n, dtype=bool)
    for u in piece.tolist():
        near[d.neighbours[d.starts[u] : d.starts[u + 1]]] = True
    near[piece] = False
    rim = np.flatnonzero(near)
    near[piece] = True
    return sum(model.add_cut(int(c), area, rim) for c in centres if not near[d.centre_area[c]])


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

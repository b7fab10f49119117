"""Close the gap by the labelling model: HiGHS, separators, repair, again. Every round's bound holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.solve.backends.highs_arrays import Solved, Watch, solve_linear
from optimiser.solve.result import PROOF_GAP, StoppedBy
from optimiser_models.sectors.border.ground import Ground
from optimiser_models.sectors.border.model import BorderLabels
from optimiser_models.sectors.border.walk import walk
from optimiser_models.sectors.branch import second_word
from optimiser_models.sectors.pieces import cut_pieces, filled
from optimiser_models.sectors.run import Run
from optimiser_models.sectors.search import State, seats

RELAXED_ROUNDS = 8
MENDING_MOVES = 400_000
COOL = 0.3
NEARLY_WHOLE = 0.999


def offer(run: Run, ground: Ground, label: NDArray[np.int64] | None) -> None:
    """Seat the districts of a labelling and take it if it is a better plan."""
    if label is None or np.bincount(label[label >= 0], minlength=run.d.k).min() == 0 or (label < 0).any():
        return
    value = ground.value(label)
    if run.best is not None and value >= run.best.cost - 1e-9:
        return
    centre = seats(run.problem, run.d, label)
    if centre is not None:
        run.offer(State(label.copy(), centre, value))


def close(run: Run, ground: Ground) -> dict[str, Any]:
    """Run the loop until proved, near enough or out of time; return what to note."""
    model = BorderLabels(ground)
    rounds = 0
    run.report(phase="bounding")
    going = _relaxation(run, ground, model)
    while going and not run.done():
        rounds += 1
        run.report(phase="proving")
        solved = _highs(run, ground, model)
        if solved.infeasible:
            _exhausted(run)
            break
        if solved.bound is not None:
            run.prove(ground.rounded(solved.bound * model.unit))
        if solved.x is None:
            break
        label = model.read(solved.x)
        if not cut_pieces(model, solved.x):
            offer(run, ground, label)
            if solved.stopped_by in (StoppedBy.PROOF, StoppedBy.GAP, StoppedBy.PLANNER):
                break
        elif not run.done():
            mend(run, ground, label, run.options.seed + rounds)
    return {
        "cuts": len(model.cuts),
        "rounds": rounds,
        "columns": model.n_columns,
        "rows": len(model.rows.lower),
        "confirmed_by": second_word(
            run, model.model, model.unit, None if run.best is None else model.start(run.best.label)
        ),
    }


def mend(run: Run, ground: Ground, label: NDArray[np.int64], seed: int) -> None:
    """Give pieces that are cut off to a neighbour, and search on from there."""
    whole = filled(run.d, label) if run.d.contiguity else label
    if whole is not None:
        offer(run, ground, whole)
        offer(
            run,
            ground,
            walk(ground, whole, moves=MENDING_MOVES, seed=seed, keep_going=lambda: not run.done(), hot=COOL),
        )


def _exhausted(run: Run) -> None:
    """No labelling left: what we have is best, or there is none at all."""
    if run.best is None:
        run.infeasible = True
    else:
        run.prove(run.best.cost)


def _highs(run: Run, ground: Ground, model: BorderLabels, *, relaxed: bool = False) -> Solved:
    def found(objective: float, bound: float, x: NDArray[np.float64]) -> None:
        offer(run, ground, model.read(x))

    watch = Watch(
        incumbent=found,
        bound=lambda value: None if relaxed else run.prove(ground.rounded(value * model.unit)),
        should_stop=lambda: run.report.should_stop() or run.left_s() <= 0,
    )
    return solve_linear(
        model.model(relaxed=relaxed),
        time_limit_s=max(0.1, run.left_s()),
        options=run.options,
        start=None if relaxed or run.best is None else model.start(run.best.label),
        watch=watch,
        gap_frac=max(run.options.gap_frac, PROOF_GAP / 4),
        abs_gap=NEARLY_WHOLE if model.whole and not relaxed else 1e-9,
    )


def _relaxation(run: Run, ground: Ground, model: BorderLabels) -> bool:
    """Cut the linear relaxation first: cheap rounds. False when the search is over."""
    for _ in range(RELAXED_ROUNDS):
        solved = _highs(run, ground, model, relaxed=True)
        if solved.infeasible:
            _exhausted(run)
            return False
        if solved.x is None or solved.objective is None:
            return not run.done()
        run.prove(ground.rounded(solved.objective * model.unit))
        if run.done():
            return False
        if not cut_pieces(model, solved.x):
            return True
    return True

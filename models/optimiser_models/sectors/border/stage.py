"""One stage that aims at the border: search for plans, then the proof."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser.problems.sectors import SectorsPlan
from optimiser.solve.result import PROOF_GAP
from optimiser_models.sectors.arrays import FREE, from_plan
from optimiser_models.sectors.border.close import close, offer
from optimiser_models.sectors.border.ground import Ground, survey
from optimiser_models.sectors.border.hops import hop, suits
from optimiser_models.sectors.border.priced import price
from optimiser_models.sectors.border.sweep import sweep
from optimiser_models.sectors.border.walk import walk
from optimiser_models.sectors.grow import cannot_be, grow
from optimiser_models.sectors.run import Run

SEARCH_SHARE, QUICK_SHARE = 0.25, 0.02
"""Shares of the time for searching, before the proof; the second where the proof finds plans itself."""
WIDEST = 12
"""Areas that may wait at once in the sweep of a map whose districts are priced."""
MOVES_PER_AREA, MOST_MOVES = 20_000, 8_000_000
LEAST_WALKS = 4
GROWTHS = 200
SMALL = 100
"""Districts times areas of a map that needs no long search."""


def stage(run: Run, start: SectorsPlan | None) -> dict[str, Any]:
    """Search and prove; return what to note."""
    why = run.d.contradiction or cannot_be(run.d)
    if why:
        run.infeasible = True
        return {"confirmed_by": f"plain sums ({why})"}
    ground = survey(run.d)
    run.prove(0.0)
    run.report(phase="searching")
    order = sweep(ground, WIDEST)
    first_plans(run, ground, start, SEARCH_SHARE if order is None else QUICK_SHARE)
    if run.done():
        nothing = run.best is not None and run.best.cost <= 0 and run.gap() <= PROOF_GAP
        return {"confirmed_by": "plain sums (no border at all)"} if nothing else {}
    notes = {} if order is None else price(run, ground, order)
    if run.done():
        return notes
    return notes | close(run, ground)


def first_plans(run: Run, ground: Ground, start: SectorsPlan | None, share: float) -> None:
    """Anneal from a growth, then hop from the best plan while a share of the time lasts.

    Where other rules than windows, locks and given centres count, one growth after another is annealed instead.
    """
    until = run.began_s + run.budget_s(share)
    if start is not None:
        label = from_plan(run.problem, run.d, start)
        if (label != FREE).all() and np.unique(label).size == run.d.k:
            offer(run, ground, label)
    moves = min(MOVES_PER_AREA * run.d.n, MOST_MOVES)
    walks = 0
    small = run.d.n * run.d.k <= SMALL
    for seed in range(run.options.seed, run.options.seed + GROWTHS):
        if run.done() or (walks >= LEAST_WALKS and small) or (walks and run.report.elapsed_s() >= until):
            return
        label_or_none = grow(run.d, seed)
        if label_or_none is None:
            continue
        walks += 1
        offer(
            run,
            ground,
            walk(ground, label_or_none, moves=moves, seed=seed, keep_going=lambda: not run.done()),
        )
        if walks == 1 and not small and suits(run.d):
            hop(
                ground,
                None if run.best is None else run.best.label,
                seed=seed,
                keep_going=lambda: not run.done() and run.report.elapsed_s() < until,
                found=lambda label: offer(run, ground, label),
            )

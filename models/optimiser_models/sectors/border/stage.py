"""One stage that aims at the border: search for plans, then the proof."""

from __future__ import annotations

from typing import Any

from optimiser.problems.sectors import SectorsPlan
from optimiser.solve.result import PROOF_GAP
from optimiser_models.sectors import wholes
from optimiser_models.sectors.border import concurrent, flows, least
from optimiser_models.sectors.border.close import close
from optimiser_models.sectors.border.ground import survey
from optimiser_models.sectors.border.hunt import hunt
from optimiser_models.sectors.border.priced import price
from optimiser_models.sectors.border.sweep import sweep
from optimiser_models.sectors.grow import cannot_be
from optimiser_models.sectors.run import Run

SEARCH_SHARE, QUICK_SHARE = 0.5, 0.02
"""Shares of the time for searching, before the proof; the second where the proof finds plans itself."""
QUICK_S = 2.0
"""No more seconds than these then."""
BALANCE_SHARE = 0.2
"""Share of the time for the bound that balance alone gives."""


def stage(run: Run, start: SectorsPlan | None) -> dict[str, Any]:
    """Search and prove; return what to note."""
    why = run.d.contradiction or cannot_be(run.d)
    if why:
        run.infeasible = True
        return {"confirmed_by": f"plain sums ({why})"}
    ground = survey(run.d)
    run.prove(0.0)
    run.report(phase="searching")
    needed = wholes.first(run)
    order = sweep(ground, least.WIDEST)
    search_s = run.budget_s(SEARCH_SHARE) if order is None else min(run.budget_s(QUICK_SHARE), QUICK_S)
    hunt(run, ground, start, run.report.elapsed_s() + search_s, insist=order is None)
    if run.done():
        nothing = run.best is not None and run.best.cost <= 0 and run.gap() <= PROOF_GAP
        return {"confirmed_by": "plain sums (no border at all)"} if nothing else needed
    if order is None:
        run.report(phase="bounding")
        run.prove(ground.rounded(flows.bound(ground, lambda: not run.done()) * (1 - PROOF_GAP)))
        until = run.report.elapsed_s() + run.budget_s(BALANCE_SHARE)
        run.prove(
            ground.rounded(
                concurrent.bound(ground, lambda: not run.done() and run.report.elapsed_s() < until)
                * (1 - PROOF_GAP)
            )
        )
    notes = {} if order is None else price(run, ground, order)
    if run.done():
        return notes
    return notes | close(run, ground)

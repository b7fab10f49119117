"""Shortest border between districts: search, then priced districts on narrow maps or a labelling model on wide ones.

1. Annealing on single areas from grown starts (:mod:`.walk`), hops by recombination (:mod:`.hops`), and pairs of
   districts cut anew along their border by dynamic programming (:mod:`.recut`), beside each other (:mod:`.hunt`): every
   better plan is reported.
2. Where few areas wait at once in a sweep of the map (:mod:`.sweep`), prices for areas give a bound close to the best
   plan by dynamic programming (:mod:`.least`), and the districts that a better plan could have are listed
   (:mod:`.priced`).
3. On wide maps smallest cuts around given centres give a first bound (:mod:`.flows`), and so does balance alone, also
   of free centres (:mod:`.concurrent`). What is left goes to HiGHS as a
   labelling model with the border as its objective (:mod:`.model`); separators are added round by round
   (:mod:`.close`): each round's bound is valid, each round's plan is mended and searched on.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import Outcome
from optimiser_models.sectors.border.stage import stage
from optimiser_models.sectors.border.warm import compile_border
from optimiser_models.sectors.reading import prepare
from optimiser_models.sectors.run import Run, outcome_of

__all__ = ["FORMULATION", "refuses", "stage"]


def solve(
    problem: SectorsProblem, start: SectorsPlan | None, options: SolveOptions, report: Report
) -> Outcome[SectorsPlan]:
    """Run the method."""
    d = prepare(problem)
    began = report.elapsed_s()
    run = Run(problem, d, options, report, began, options.time_limit_s, name="boundary")
    notes = stage(run, start)
    confirmed = str(notes.pop("confirmed_by", ""))
    return replace(outcome_of([run], notes), confirmed_by=(confirmed,))


def refuses(problem: SectorsProblem) -> str:
    """Say what this method does not do."""
    p = problem.params
    if p.objectives[0] != "boundary":
        return "it aims at the border between districts first; use sectors.cuts."
    if p.shape:
        return "it does not keep the rule shape; use sectors.median."
    if p.counts_change or set(p.limits) - {"deviation"}:
        return "it limits no change and holds no objective but the largest deviation within a limit; use sectors.cuts."
    strange = sorted(set(p.relax) - {"balance", "ceiling", "splits", "deviation limit"})
    if any(p.relax[r] > 0 for r in strange):
        return f"it cannot relax {', '.join(strange)}; use sectors.cuts."
    far = np.isfinite(p.longest_drive_s) or np.isfinite(problem.respond_within_s).any()
    if far and not all(p.centres()):
        return "a longest drive needs a given centre for every district here; use sectors.cuts."
    return ""


def refuses_more(problem: SectorsProblem) -> str:
    """Say what the formulation does not do on its own: further objectives are later stages of sectors.cuts."""
    if len(problem.params.objectives) > 1:
        return "it answers for the one objective boundary; use sectors.cuts for further ones."
    return refuses(problem)


FORMULATION = Formulation(
    name="sectors.border",
    family=FAMILY,
    run=solve,
    refuses=refuses_more,
    summary="Shortest border between districts: annealing, priced districts, a labelling model with separators",
    reference="Garfinkel and Nemhauser (1970); Mehrotra, Johnson and Nemhauser (1998); Validi and Buchanan (2022)",
    warm=compile_border,
)

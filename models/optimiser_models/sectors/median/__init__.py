r"""Exactly p districts around free, candidate or given centres, without balance: the p-median with shape, proved.

    min  sum_i sum_j c_ij x_ij                                        (1)
    s.t. sum_i x_ij = 1                        for all areas j        (2) every area
         x_ij <= y_i                           for all pairs          (3) served by an open centre
         x_ij = y_i                            j the area of i        (4) centre
         sum_i y_i = p, y_i = 1 if given                              (5) districts
         x_ij <= sum_{v in T} x_iv             T within R_ij,
             |T| = |R_ij| - m_ij + 1, for all pairs                   (6) shape
         x_ij <= sum_{v in S} x_iv             for separators S       (7) contiguity, where (6) does not imply it
    x, y binary

    i centre, j area, c_ij cost; R_ij the neighbours of j that the shape rule looks at, m_ij how many of them it wants
    (:mod:`optimiser.problems.sectors.rules_of_places`). "At least m of R" is the same for whole numbers as one of
    every subset of |R| - m + 1, and far tighter in the relaxation than m x_ij <= sum_{v in R} x_iv.

1. Multipliers on (2) and on rows (6) as they are first broken (:mod:`.ascent`): the bound of the linear relaxation at
   the price of sorting. Centres and pairs that no better plan uses are ruled out on the way.
2. Plans by interchange and, under a shape, by annealed assignment to the centres that the relaxation opens
   (:mod:`.plans`).
3. Under a shape: a long ascent below the best plan, and where rows with a price are many the relaxation itself
   (:mod:`.polish`); both rule out most of what is left.
4. Branch and bound on the centres, a short ascent in every node (:mod:`.tree`); where the best plan is far above the
   bound, first below a limit near the bound (:mod:`.rising`).
5. Where the centres are settled or few pairs are left, HiGHS, with (6) and (7) as they are broken (:mod:`.leaf`).

Narula, Ogbu and Samuelsson (1977) and Christofides and Beasley (1982) for Lagrangian bounds of the p-median; the shape
rules are C1 to C3 of Vlcek, Haase, Fliedner and Cors, OR Spectrum 46 (2024).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem
from optimiser.problems.sectors.params import PRIORITY_COVERS
from optimiser.solve.backends.confirm import ARITHMETIC, confirm, proves
from optimiser.solve.backends.duality import safe_bound
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy
from optimiser_models.sectors.arrays import from_plan
from optimiser_models.sectors.median.descent import Descent
from optimiser_models.sectors.median.ground import MOST_NEIGHBOURS, neighbours, survey
from optimiser_models.sectors.median.leaf import Leaf, relax
from optimiser_models.sectors.median.polish import polish
from optimiser_models.sectors.median.rising import search_rising
from optimiser_models.sectors.median.tree import LONG_CHUNK, LONG_PATIENCE, Node, Tree, climb_root
from optimiser_models.sectors.median.warm import compile_loops
from optimiser_models.sectors.reading import second_cars_free, sign_of

STARTS = 8
"""Random sets of centres that the interchange starts from."""
LEAST_DESCENT_S, DESCENT_TIMES, DESCENT_SHARE = 1.0, 5.0, 0.1
"""How long centres are improved under a shape: in seconds, in times of the first bound, as share of the time limit."""
CONFIRM_PAIRS = 20_000
"""Pairs left by the first bound up to which HiGHS is asked for a second word."""
MANY_PRICES = 10_000
"""So many shape rows, and the ascent stops well short of the relaxation."""
SEPARABLE = frozenset({"cover", "travel", "compactness", "backup", "expected", *PRIORITY_COVERS})
"""Objectives that are sums over pairs."""


def solve(
    problem: SectorsProblem, start: SectorsPlan | None, options: SolveOptions, report: Report
) -> Outcome[SectorsPlan]:
    """Run the method."""
    ground = survey(problem)
    tree = Tree(problem, ground, options, report, sign_of(problem.params.objectives[0]))
    if ground.d.contradiction or (ground.state >= 0).sum() < ground.p or not _servable(tree):
        return Outcome(None, infeasible=True, confirmed_by=("plain sums",), notes=tree.notes)
    report(phase="searching")
    _starts(tree, start)
    report(phase="bounding")
    root = tree.root()
    for node in climb_root(tree, root):
        _try(tree, node.opened)
    if not ground.plain and not tree.stopped() and root.bound < tree.cut:
        _improve(tree, root)
        _narrow(tree, root)
    tree.notes["pairs_left"] = tree.n_pairs(root)
    allowed = root.allowed.copy(), root.state.copy()
    report(phase="proving")
    if tree.polished:
        search_rising(tree, root)
    else:
        tree.search(root)
    return _outcome(tree, _confirm(tree, *allowed))


def _servable(tree: Tree) -> bool:
    """Has every area a centre that may serve it?"""
    usable = tree.ground.cost[tree.ground.state >= 0]
    return bool(np.isfinite(usable.min(axis=0)).all())


def _try(tree: Tree, opened: Any) -> None:
    tree.offer(tree.plans.around(opened))
    if not tree.stopped():
        swapped = tree.plans.swapped(opened)
        tree.hopes(swapped)
        tree.offer(tree.plans.around(swapped))


def _starts(tree: Tree, start: SectorsPlan | None) -> None:
    """Offer the plan that was given, and plans from random centres."""
    g = tree.ground
    if start is not None:
        label = from_plan(tree.problem, g.d, start)
        row = {c: i for i, c in enumerate(tree.problem.centre_ids)}
        centre = np.array([row.get(start.centre_of.get(d, ""), -1) for d in tree.problem.params.district_ids])
        if (label >= 0).all() and (centre >= 0).all():
            tree.offer(centre[label])
            tree.offer(tree.plans.around(centre))
    for seed in range(STARTS):
        if tree.stopped():
            return
        opened = tree.plans.random_centres(seed)
        if opened.size == g.p:
            _try(tree, opened)


def _improve(tree: Tree, root: Node) -> None:
    """Under a shape: better centres by descent, for as long again as the first bound took, or a little."""
    used = tree.report.elapsed_s()
    until = used + min(max(LEAST_DESCENT_S, DESCENT_TIMES * used), DESCENT_SHARE * tree.options.time_limit_s)

    def going() -> bool:
        return not tree.stopped() and tree.report.elapsed_s() < until and root.bound < tree.cut

    descent = Descent(tree, root, going, np.random.default_rng(tree.options.seed))
    if tree.best is not None:
        descent.run(np.unique(tree.best))
    if going():
        descent.run(np.sort(root.opened))


def _narrow(tree: Tree, root: Node) -> None:
    """Under a shape: a long ascent below the plans now known, then the multipliers of the relaxation itself.

    The ascent starts afresh: where steps have come to rest once, they rest again.
    """
    if root.bound >= tree.cut or tree.stopped():
        return
    tree.climb(root, 1, 1, 1.0)  # what the plans found since rule out
    fresh = replace(tree.root(), state=root.state, allowed=root.allowed, recent=root.recent)
    for _ in climb_root(tree, fresh, LONG_CHUNK, LONG_PATIENCE):
        pass
    root.state, root.allowed = fresh.state, fresh.allowed
    if fresh.bound > root.bound:
        root.bound, root.alpha, root.prices = fresh.bound, fresh.alpha, fresh.prices
        root.recent, root.opened = fresh.recent, fresh.opened
    if root.bound < tree.cut and tree.pool.size[0] > MANY_PRICES:
        polish(tree, root)
        tree.polished = True


def _confirm(tree: Tree, allowed: Any, state: Any) -> str:
    """Look for a second route on the pairs that the first bound left; "" where that takes longer than it may.

    Arithmetic on the multipliers of the relaxation with its rows, else HiGHS without presolve on all rows.
    """
    used = tree.report.elapsed_s()
    until = used + tree.options.time_to_confirm_s(used, used)
    stop = tree.report.should_stop
    if tree.best is None or tree.gap() > PROOF_GAP or until <= used or stop():
        return ""
    leaf = Leaf(tree.ground, allowed, state)
    if leaf.n_pairs > CONFIRM_PAIRS:
        return ""
    tree.report(phase="confirming")

    def left() -> float:
        return until - tree.report.elapsed_s()

    value = tree.value / leaf.scale
    _, duals = relax(leaf, np.inf, tree.options, left_s=left, should_stop=stop)
    if duals is not None and duals.size == len(leaf.rows.lower):
        model = leaf.model(relaxed=True)
        if proves(model, value, safe_bound(model, duals)):
            return ARITHMETIC
    if tree.ground.contiguous or left() <= 0 or stop():
        return ""
    leaf.complete()
    return confirm(leaf.model(), value, options=tree.options, time_limit_s=left(), should_stop=stop)


def _outcome(tree: Tree, confirmed_by: str) -> Outcome[SectorsPlan]:
    notes = tree.notes
    if tree.infeasible:
        return Outcome(None, infeasible=True, notes=notes)
    stopped = StoppedBy.TIME
    if tree.gap() <= PROOF_GAP:
        stopped = StoppedBy.PROOF
    elif tree.report.should_stop():
        stopped = StoppedBy.PLANNER
    elif tree.gap() <= tree.options.gap_frac:
        stopped = StoppedBy.GAP
    bound = (tree.sign * tree.bound,) if np.isfinite(tree.bound) else ()
    if tree.best is None:
        return Outcome(None, bound=bound, stopped_by=stopped, notes=notes)
    valid = "exact contiguity and these rules" if tree.problem.params.contiguity else "these rules"
    return Outcome(
        plan=tree.told(tree.best),
        objective=(tree.sign * tree.value,),
        bound=bound,
        stopped_by=stopped,
        bound_valid_for=valid,
        confirmed_by=(confirmed_by,) if confirmed_by else (),
        notes=notes,
    )


def refuses(problem: SectorsProblem) -> str:
    """Say what this method does not do."""
    p = problem.params
    given = dict(zip(p.district_ids, p.centres(), strict=True))
    if p.balance_frac or p.ceilings:
        return "it keeps no balance and no ceilings; use sectors.cuts."
    if p.apart or p.counts_change or p.split_limits:
        return "it does not keep areas apart, limit change or count splits; use sectors.cuts."
    if p.limits:
        return "it holds no objective within a limit; use sectors.cuts."
    if len(p.objectives) > 1 or p.aims - SEPARABLE:
        named = ", ".join(sorted(SEPARABLE - set(PRIORITY_COVERS)))
        return f"it minimises one of {named}, cover 1, cover 2 ... or a score of them; use sectors.cuts."
    if second_cars_free(problem):
        way = "give them (centres = stations or picked)" if p.shape else "use sectors.cuts"
        return f"it needs a given centre for every district where second cars count: {way}."
    if p.together and p.shape:
        return "it does not keep areas together under a shape rule."
    if any(not given[district] for _, district in p.locks):
        return "a lock needs a given centre of its district: give fixed centres, or use sectors.cuts."
    counted = {"contiguity": p.contiguity, "together": p.together, "lock": p.locks, "shape": p.shape}
    relaxed = [rule for rule in counted if p.relax.get(rule) and (counted[rule] or p.together)]
    if relaxed:
        return f"it does not relax {', '.join(relaxed)}; use sectors.cuts."
    if p.shape and max((v.size for v in neighbours(problem)), default=0) > MOST_NEIGHBOURS:
        return f"under a shape rule an area may have {MOST_NEIGHBOURS} neighbours at most."
    return ""


FORMULATION = Formulation(
    name="sectors.median",
    family=FAMILY,
    run=solve,
    refuses=refuses,
    warm=compile_loops,
    summary="p-median with shape: Lagrangian branch and bound on the centres, HiGHS where they are settled",
    reference="Christofides and Beasley (1982); Vlcek, Haase, Fliedner and Cors (2024)",
)

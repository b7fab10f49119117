"""Fewest moves: mend a plan with the least change, proved.

1. A search from the plan itself, each district seated in the middle of its largest piece, gives a first answer.
2. The labelling model (:mod:`.labels`) on the pairs that a better plan can use goes to HiGHS; where a district falls
   into pieces, separators are added and it is solved again. Each round is a relaxation: its bound holds. Each
   round's pieces are given to a neighbour and the result is searched on.
3. Where a better plan turns up, the model shrinks with it.

Free centres matter to no rule but "centre" and "old ground" here, so none is chosen before the end; where a longest
drive asks for them, :mod:`.cuts` is the method.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem
from optimiser.solve.backends.confirm import confirm
from optimiser.solve.backends.highs_arrays import OTHER_PRESOLVE, Solved, Watch, solve_linear
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy
from optimiser_models.sectors import search
from optimiser_models.sectors.arrays import FREE, Districting, from_plan
from optimiser_models.sectors.labels import GRID, Labels, label_costs
from optimiser_models.sectors.mending import Ints, Mending, seated_plan
from optimiser_models.sectors.pieces import anchor, cut_pieces, filled
from optimiser_models.sectors.reading import prepare
from optimiser_models.sectors.separate import reach
from optimiser_models.sectors.warm import compile_loops

FIRST_MOVES, MORE_MOVES = 200_000, 400_000
FIRST_SHARE, ROUND_SHARE = 0.15, 0.5
"""Shares of the time left for the first search and for one round of HiGHS."""
COOL = 0.02
"""A search from a plan that is nearly right begins cool."""
SHORT_S = 5.0
"""A round gets at least this long."""
RELAXED_ROUNDS = 5
NEAR = (2, 4)
"""How many links from a district the areas are that the first models let it take."""
NEAR_ROUNDS, NEAR_SHARE = 12, 0.15


def solve(
    problem: SectorsProblem, start: SectorsPlan | None, options: SolveOptions, report: Report
) -> Outcome[SectorsPlan]:
    """Mending the method."""
    d = prepare(problem)
    if d.contradiction:
        return Outcome(None, infeasible=True, confirmed_by=(f"plain sums ({d.contradiction})",))
    report(phase="searching")
    run = Mending(problem, d, _seated(problem, d), label_costs(problem, d), options, report)
    today = SectorsPlan({a: h for a, h in zip(problem.area_ids, problem.today, strict=True) if h}, {})
    for plan in (start, today):
        if plan is not None:
            run.offer(from_plan(problem, d, plan))
            _search(run, filled(run.d, from_plan(problem, d, plan)), FIRST_MOVES, FIRST_SHARE)
    for deepest in NEAR:
        _nearby(run, deepest)
    notes = _close(run)
    return replace(_outcome(run, notes), confirmed_by=(str(notes.pop("confirmed_by")),))


def _nearby(run: Mending, deepest: int) -> None:
    """Look for plans in which districts take only areas that they touch, or nearly: soon, and often the best."""
    model = Labels(run.d, run.cost, run.value, deepest)
    until = run.report.elapsed_s() + NEAR_SHARE * run.left_s()
    for _ in range(NEAR_ROUNDS):
        left = until - run.report.elapsed_s()
        if run.done() or left <= 0:
            return
        run.report(phase="searching")
        solved = _highs(run, model, limit_s=left)
        if solved.x is None:
            return
        if not cut_pieces(model, solved.x):
            run.offer(model.read(solved.x))
            return
        _search(run, filled(run.d, model.read(solved.x)), FIRST_MOVES, 0.03)


def _close(run: Mending) -> dict[str, Any]:
    """Solve, separate, solve again; return what to note."""
    model = Labels(run.d, run.cost, run.value)
    built_for = run.value
    confirmed = ""
    while not run.done():
        if run.value < built_for - GRID and run.value < 0.9 * built_for:
            kept, model, built_for = model.pieces, Labels(run.d, run.cost, run.value), run.value
            for k, area, piece, root in kept:
                model.add_cut(k, area, np.array(piece, dtype=np.int64), root)
        if run.rounds == 0:
            _relax(run, model)
        run.rounds += 1
        run.report(phase="proving")
        solved = _highs(run, model)
        if solved.infeasible:
            run.infeasible = run.best is None
            run.prove(run.value if run.best is not None else 0.0)
            return _notes(run, model, solved.confirmed_by or OTHER_PRESOLVE)
        if solved.bound is not None:
            run.prove(_whole(model, solved.bound) * model.unit)
        if solved.x is None:
            continue
        label = model.read(solved.x)
        cut = cut_pieces(model, solved.x)
        if not cut:
            run.offer(label)
        elif not run.done():
            _search(run, filled(run.d, label), MORE_MOVES, 0.1)
        if not cut and solved.stopped_by in (StoppedBy.PROOF, StoppedBy.GAP):
            break
    if run.gap() <= PROOF_GAP:
        confirmed = _confirmed(run, model)
    return _notes(run, model, confirmed)


def _notes(run: Mending, model: Labels, confirmed: str) -> dict[str, Any]:
    return {
        "pairs": model.n_pairs,
        "cuts": len(model.cuts),
        "rounds": run.rounds,
        "confirmed_by": confirmed,
    }


def _confirmed(run: Mending, model: Labels) -> str:
    if run.value <= GRID:
        return "plain sums (nothing has to move)"
    left = run.options.time_to_confirm_s(run.report.elapsed_s(), run.report.elapsed_s())
    if left <= 0 or run.report.should_stop():
        return ""
    run.report(phase="confirming")
    return confirm(
        model.model(),
        run.value / model.unit,
        options=run.options,
        time_limit_s=left,
        should_stop=run.report.should_stop,
    )


def _whole(model: Labels, bound: float) -> float:
    """Round a bound up where every plan has a whole number of units."""
    return float(np.ceil(bound - 1e-6)) if model.whole else bound


def _highs(run: Mending, model: Labels, *, relaxed: bool = False, limit_s: float = 0.0) -> Solved:
    """Solve the model as it stands; with a limit it is a restriction, whose bound proves nothing."""
    watch = Watch(
        bound=lambda value: None if relaxed or limit_s else run.prove(_whole(model, value) * model.unit),
        should_stop=lambda: run.report.should_stop() or run.left_s() <= 0,
    )
    limit = limit_s or (
        run.left_s() if relaxed else max(ROUND_SHARE * run.left_s(), min(run.left_s(), SHORT_S))
    )
    return solve_linear(
        model.model(relaxed=relaxed),
        time_limit_s=max(0.1, limit),
        options=run.options,
        start=None if relaxed or run.best is None else model.start(run.best),
        watch=watch,
        gap_frac=max(run.options.gap_frac, PROOF_GAP / 4),
        abs_gap=0.999 if model.whole and not relaxed else 1e-9,
    )


def _relax(run: Mending, model: Labels) -> None:
    """Cut the linear relaxation first: cheap rounds."""
    run.report(phase="bounding")
    for _ in range(RELAXED_ROUNDS):
        solved = _highs(run, model, relaxed=True)
        if solved.x is None or solved.objective is None:
            return
        run.prove(_whole(model, solved.objective) * model.unit)
        if run.done() or not cut_pieces(model, solved.x):
            return


def _seated(problem: SectorsProblem, d: Districting) -> Districting:
    """Return the arrays with one centre a district: what the search needs, and a restriction that it may make."""
    label = np.full(d.n, FREE, dtype=np.int64)
    number = {name: k for k, name in enumerate(problem.params.district_ids)}
    for i, home in zip(d.contraction.part.tolist(), problem.today, strict=True):
        label[i] = number.get(home, FREE)
    rows: list[int] = []
    for k in range(d.k):
        may = np.flatnonzero(d.may[k]) if d.fixed[k] == FREE else d.fixed[k : k + 1]
        may = np.array([j for j in may.tolist() if j not in rows], dtype=np.int64)
        mine = label == k
        if mine.any() and d.fixed[k] == FREE:
            root = anchor(d, mine, mine.astype(np.float64))
            piece = reach(np.array([root]), mine, d.starts, d.neighbours) & mine
            within = may[piece[d.centre_area[may]]]
            may = within if within.size else may
            middle = d.contraction.sums(problem.travel_s)[np.ix_(may, np.flatnonzero(piece))].sum(axis=1)
            may = may[[int(np.argmin(middle))]] if may.size else may
        if not may.size:
            return d
        rows.append(int(may[0]))
    at = np.array(rows, dtype=np.int64)
    cost = label_costs(problem, d)
    side = cost[None].repeat(len(d.side_limit), axis=0)
    return replace(
        d, cost=cost, may=np.eye(d.k, dtype=bool), fixed=np.arange(d.k), allowed=d.allowed[at],
        centre_area=d.centre_area[at], side=side,
    )  # fmt: skip


def _search(run: Mending, label: Ints | None, moves: int, share: float) -> None:
    """Search on from a labelling for a while."""
    s = run.seated
    if label is None or run.done() or s.centre_area.size != s.k:
        return
    label = label.copy()
    label[s.centre_area] = np.arange(s.k)
    until = run.report.elapsed_s() + share * run.left_s()
    state = search.anneal(
        s,
        label,
        moves=moves,
        seed=run.options.seed + run.rounds,
        keep_going=lambda: run.report.elapsed_s() < until and not run.done(),
        hot=COOL if run.rounds else 10 * COOL,
    )
    run.offer(None if state is None else state.label)


def _outcome(run: Mending, notes: dict[str, Any]) -> Outcome[SectorsPlan]:
    if run.infeasible:
        return Outcome(None, infeasible=True, notes=notes)
    stopped = StoppedBy.TIME
    if run.report.should_stop():
        stopped = StoppedBy.PLANNER
    elif run.gap() <= PROOF_GAP:
        stopped = StoppedBy.PROOF
    elif run.gap() <= run.options.gap_frac:
        stopped = StoppedBy.GAP
    if run.best is None:
        return Outcome(None, bound=(run.bound,), stopped_by=stopped, notes=notes)
    return Outcome(
        plan=seated_plan(run.problem, run.d, run.best),
        objective=(run.value,),
        bound=(run.bound,),
        stopped_by=stopped,
        bound_valid_for="exact contiguity and these rules" if run.d.contiguity else "these rules",
        notes=notes,
    )


def refuses(problem: SectorsProblem) -> str:
    """Say what this method does not do."""
    p = problem.params
    if p.objectives != ("moved",):
        return "it only answers for the one objective moved; use sectors.cuts."
    if p.shape:
        return "it does not keep the rule shape; use sectors.median."
    if set(p.limits) - {"deviation"}:
        return "it holds no objective but the largest deviation within a limit; use sectors.cuts."
    strange = sorted(set(p.relax) - {"balance", "ceiling", "change", "splits"})
    if any(p.relax[r] > 0 for r in strange):
        return f"it cannot relax {', '.join(strange)}; use sectors.cuts."
    far = np.isfinite(p.longest_drive_s) or np.isfinite(problem.respond_within_s).any()
    if far and not all(p.centres()):
        return "a longest drive needs a given centre for every district here; use sectors.cuts."
    return ""


FORMULATION = Formulation(
    name="sectors.moves",
    family=FAMILY,
    run=solve,
    refuses=refuses,
    summary="Fewest moves that mend a plan: labelling model with separators, and a search from the plan",
    reference="Carvajal et al. (2013); Validi, Buchanan and Lykhovyd (2022)",
    warm=compile_loops,
)

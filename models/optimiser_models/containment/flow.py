r"""Containment by matchings and cuts: exact, and in milliseconds where units suffice.

``block``. The smallest T for which the pairs with t_up <= T hold a matching of all exits (those that may stay open
aside) is found by binary search over the different t_up; among pairs with t_up <= T an assignment of least sum
follows. Both end in proofs: no matching exists below T (Hall), and no assignment is cheaper (its prices).

``contain``. Places that a unit can hold in time have capacity 1, all others infinity; the smallest cut between
the suspect and the exits bounds the posts from below (Menger: so many ways out that share no place). Of all smallest
cuts the one nearest to the suspect has an inside contained in that of every other, so it has the smallest area too.
Area first, the posts are where the suspect would first meet a place that can be held. Where the units can be
matched to these places, the cheapest such matching is the plan and all aims are proved. Where not, some places H have
fewer units N(H) than places, and

    sum of z_p over places p whose units all lie in N(H)  <=  |N(H)|                                         (1)

is added to the node form of the cut, which is solved again, until its posts can be matched. The last aim is then
an assignment on the one model that keeps the others (``containment.milp``). Before that, where the area comes first,
posts get a price l: the cut of least l |posts| + area is a smallest cut too, and

    area of any plan  >=  min over cuts (l |posts| + area)  -  l x units                                     (2)

for every l >= 0. A search over l gives the bound and, from the cuts it meets, a first plan in milliseconds. With posts
first, units get prices m_u and a place the price of the cheapest unit that can hold it. Posts of a plan have units of
their own, so they cost at most what all units do, and no plan exists where

    min over cuts (sum over posts p of min over units u of p: m_u)  >  sum of m_u                            (3)

for some m >= 0. Raising the price of units that a cut asks for twice finds such prices, or a cut that can be matched.

Sources: Gross (1959) for the bottleneck; Kuhn (1955); Menger (1927); Hall (1935).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import maximum_bipartite_matching

from optimiser.errors import BackendError
from optimiser.problems.containment import FAMILY, ContainmentPlan, ContainmentProblem
from optimiser.problems.containment.data import AREA_FIRST, BLOCK
from optimiser.solve.backends.confirm import confirm
from optimiser.solve.backends.highs_arrays import Watch, solve_linear
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import Outcome, StoppedBy
from optimiser_models.containment import milp
from optimiser_models.containment.cuts import Cut, first_met, priced_cut, smallest_cut, weighted_cut
from optimiser_models.containment.hall import Matched, cut_with_units, lack
from optimiser_models.containment.model import aims, columns, keeping, model, plan_of

WAYS = "a count of separate ways out"
INNERMOST = "a walk inwards"
PRICES = "a sum of prices"
FEW_UNITS = "prices of units, summed"
MATCHINGS = "a count of matchings"
_MOST_S = 1e7
PRICES_TRIED = 24
ROUNDS = 40
PRICE_GRAIN, PRICE_STEP = 10_000, 0.5


def run(
    problem: ContainmentProblem, start: ContainmentPlan | None, options: SolveOptions, report: Report
) -> Outcome[ContainmentPlan]:
    """Answer by matching and cut; a start is of no use."""
    del start
    if report.should_stop():
        return Outcome(None, stopped_by=StoppedBy.PLANNER)
    if problem.params.aim == BLOCK:
        return _block(problem, options, report)
    return _contain(problem, options, report)


def _block(problem: ContainmentProblem, options: SolveOptions, report: Report) -> Outcome[ContainmentPlan]:
    exits = np.flatnonzero(problem.exits)
    may, arrive = problem.usable[:, exits], problem.arrive_s[:, exits]
    need = max(0, len(exits) - problem.open_exits())
    if need == 0:
        return Outcome(ContainmentPlan({}), bound=(0.0, 0.0), confirmed_by=(MATCHINGS, PRICES))
    times = np.unique(arrive[may])
    if _matched(may) < need:
        return Outcome(None, infeasible=True, confirmed_by=("no matching of the exits at any time",))
    first = _assigned(arrive, may, need)
    plan = _plan(problem, exits, *first)
    report(phase="first plan", incumbent=float(arrive[first].max()), plan=plan)
    if report.should_stop():
        return Outcome(plan, stopped_by=StoppedBy.PLANNER)
    low, high = -1, len(times) - 1  # a matching exists at high, none at low
    while high - low > 1:
        middle = (low + high) // 2
        if _matched(may & (arrive <= times[middle])) >= need:
            high = middle
        else:
            low = middle
    latest = float(times[high])
    allowed = may & (arrive <= latest)
    chosen = _assigned(arrive, allowed, need)
    best = float(arrive[chosen].sum())
    return Outcome(
        _plan(problem, exits, *chosen),
        bound=(latest, best),
        confirmed_by=(MATCHINGS, _by_prices(arrive, allowed, need, best) if options.confirm else ""),
    )


def _matched(may: NDArray[np.bool_]) -> int:
    """Return how many exits can have a unit of their own."""
    return int((maximum_bipartite_matching(sp.csr_matrix(may), perm_type="column") >= 0).sum())


def _padded(arrive: NDArray[np.float64], may: NDArray[np.bool_], need: int) -> NDArray[np.float64]:
    """Return the costs of units and of as many nobodies as exits may stay open."""
    cost = np.where(may, arrive, _MOST_S)
    return np.vstack([cost, np.zeros((arrive.shape[1] - need, arrive.shape[1]))])


def _assigned(
    arrive: NDArray[np.float64], may: NDArray[np.bool_], need: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Units and columns of the assignment of least sum."""
    row, column = linear_sum_assignment(_padded(arrive, may, need))
    real = row < len(arrive)
    return row[real], column[real]


def _by_prices(arrive: NDArray[np.float64], may: NDArray[np.bool_], need: int, best: float) -> str:
    """Confirm an assignment by prices: sum of what exits pay less what units ask is a bound on every assignment."""
    cost = _padded(arrive, may, need)
    row, column = linear_sum_assignment(cost)
    n, m = cost.shape
    unit_of = np.full(m, -1)
    unit_of[column] = row
    ask = np.zeros(n)
    for _ in range(
        n + 1
    ):  # Bellman-Ford on the swaps that an assignment allows; it settles, since none gains
        pay = cost[unit_of, np.arange(m)] + ask[unit_of]
        better = np.maximum(ask, (pay[None, :] - cost).max(axis=1))
        if np.allclose(better, ask, rtol=0, atol=1e-9):
            break
        ask = better
    free = np.ones(n, dtype=bool)
    free[row] = False
    slack = (pay[None, :] - ask[:, None] - cost).max()
    value = float(pay.sum() - ask.sum())
    sound = slack <= 1e-6 and (ask >= 0).all()
    return PRICES if sound and abs(value - best) <= 1e-6 * max(1.0, best) else ""


def _plan(
    problem: ContainmentProblem,
    places: NDArray[np.intp],
    row: NDArray[np.intp],
    column: NDArray[np.intp],
) -> ContainmentPlan:
    return ContainmentPlan(
        {
            problem.unit_ids[u]: problem.place_ids[places[k]]
            for u, k in zip(row.tolist(), column.tolist(), strict=True)
        }
    )


def _contain(problem: ContainmentProblem, options: SolveOptions, report: Report) -> Outcome[ContainmentPlan]:
    area_first = problem.params.first == AREA_FIRST
    cut = first_met(problem) if area_first else smallest_cut(problem)
    if cut is None:
        return Outcome(None, infeasible=True, confirmed_by=("no cut of places that can be held, counted",))
    may, arrive = problem.usable[:, cut.posts], problem.arrive_s[:, cut.posts]
    if _matched(may) < len(cut.posts):
        return _with_few_units(problem, options, report, cut)
    chosen = _assigned(arrive, may, len(cut.posts))
    plan = _plan(problem, cut.posts, *chosen)
    report(phase="cut", incumbent=float(len(cut.posts)), plan=plan)
    if report.should_stop():
        return Outcome(plan, stopped_by=StoppedBy.PLANNER)
    found = FAMILY.objectives(problem, plan)
    prices = _by_prices(arrive, may, len(cut.posts), found[2].value) if options.confirm else ""
    routes = (INNERMOST, WAYS) if area_first else (WAYS, INNERMOST)
    return Outcome(
        plan,
        bound=tuple(o.value for o in found),
        confirmed_by=(*routes, prices),
        notes={"posts": len(cut.posts), "ways": cut.n_ways},
    )


def _with_few_units(
    problem: ContainmentProblem, options: SolveOptions, report: Report, cut: Cut
) -> Outcome[ContainmentPlan]:
    """Add Hall's rows to the cut until its posts can be matched, then let the whole model settle the last aim."""
    area_first = problem.params.first == AREA_FIRST
    fewest = smallest_cut(problem) if area_first else cut
    if fewest is None or fewest.n_ways > int(problem.usable.any(axis=1).sum()):
        return Outcome(None, infeasible=True, confirmed_by=(FEW_UNITS,))
    first, least = _priced(problem) if area_first else (None, float(cut.n_ways))
    if first is None:
        first, none = _scarce(problem)
        if none:
            return Outcome(None, infeasible=True, confirmed_by=(FEW_UNITS,))
    if first is not None:
        value = FAMILY.objectives(problem, first)[0].value
        report(phase="first plan", incumbent=value, bound=least, plan=first)
    if report.should_stop():
        return Outcome(first, bound=(least,), stopped_by=StoppedBy.PLANNER)
    found = cut_with_units(problem, None if area_first else least, options, report)
    if found.infeasible and first is None:
        return Outcome(None, infeasible=True, confirmed_by=found.confirmed_by)
    if found.stopped_by is not StoppedBy.PROOF or found.infeasible:
        known = max(least, *found.bound[:1]) if found.bound else least
        return Outcome(first, bound=(known,), stopped_by=found.stopped_by)
    may, arrive = problem.usable[:, found.posts], problem.arrive_s[:, found.posts]
    plan = _plan(problem, found.posts, *_assigned(arrive, may, len(found.posts)))
    report(phase="posts matched", incumbent=found.bound[0], bound=found.bound[0], plan=plan)
    if report.should_stop():
        return Outcome(plan, bound=found.bound, stopped_by=StoppedBy.PLANNER)
    notes = {"posts": len(found.posts), "rounds": found.rounds}
    if milp.refuses(
        problem
    ):  # the last aim stays open: the posts are proved, the units are the best for them
        return Outcome(plan, bound=found.bound, confirmed_by=found.confirmed_by, notes=notes)
    return _last_aim(problem, plan, found, options, report)


def _scarce(problem: ContainmentProblem) -> tuple[ContainmentPlan | None, bool]:
    """Put prices on units until a cut can be matched, or (3) proves that no plan exists.

    A unit that the cheapest cut asks for twice becomes dearer, one that it leaves alone cheaper.
    """
    may = problem.usable.any(axis=0)
    price = problem.usable.any(axis=1).astype(float)
    for _ in range(ROUNDS):
        whole = np.round(price / price.max() * PRICE_GRAIN).astype(np.int64)
        by_unit = np.where(problem.usable, whole[:, None], np.iinfo(np.int64).max)
        cheapest = by_unit.argmin(axis=0)
        cut = weighted_cut(problem, np.where(may, by_unit.min(axis=0), 0))
        if cut is None or cut.n_ways > whole.sum():
            return None, True
        if lack(problem, cut.posts) is None:
            units, arrive = problem.usable[:, cut.posts], problem.arrive_s[:, cut.posts]
            return _plan(problem, cut.posts, *_assigned(arrive, units, len(cut.posts))), False
        asked = np.bincount(cheapest[cut.posts], minlength=len(price))
        price = price * np.exp(PRICE_STEP * np.clip(asked - 1, -1, 3))
        price = np.where(price > 0, np.maximum(price, price.max() / PRICE_GRAIN), 0.0)
    return None, False


def _priced(problem: ContainmentProblem) -> tuple[ContainmentPlan | None, float]:
    """Search the price of a post: the best plan met and the best bound (2) on the area."""
    n_units = int(problem.usable.any(axis=1).sum())
    best, value, least = None, float("inf"), 0.0
    low, high = 0.0, float(problem.weight.sum())
    for step in range(PRICES_TRIED):
        price = high if step == 0 else (low + high) / 2
        found = priced_cut(problem, price)
        least = max(least, found.bound - price * n_units)
        may, arrive = problem.usable[:, found.posts], problem.arrive_s[:, found.posts]
        if _matched(may) == len(found.posts):
            plan = _plan(problem, found.posts, *_assigned(arrive, may, len(found.posts)))
            worth = FAMILY.objectives(problem, plan)[0].value
            if worth < value:
                best, value = plan, worth
            high = price
        else:
            low = price
    return best, least


def _last_aim(
    problem: ContainmentProblem, plan: ContainmentPlan, found: Matched, options: SolveOptions, report: Report
) -> Outcome[ContainmentPlan]:
    """Least sum of arrivals among all plans that keep the two aims before it."""
    c = columns(problem)
    made = model(problem, c)
    *earlier, last = aims(problem, c)
    for aim, value in zip(earlier, found.bound, strict=True):
        made = keeping(made, aim, value / aim.scale)
    made = replace(made, cost=last.cost)
    left = options.time_limit_s - report.elapsed_s()
    watch = Watch(should_stop=report.should_stop)
    solved = solve_linear(made, time_limit_s=left, options=options, gap_frac=0.0, watch=watch)
    if solved.infeasible:
        raise BackendError(
            "containment.flow contradicts itself: its posts are matched, and no plan keeps its aims."
        )
    better = plan if solved.x is None else plan_of(problem, c, solved.x)
    route = ""
    left = options.time_to_confirm_s(report.elapsed_s(), report.elapsed_s())
    if solved.stopped_by is StoppedBy.PROOF and solved.objective is not None and left > 0:
        route = confirm(made, solved.objective, options=options, time_limit_s=left, start=solved.x)
    return Outcome(
        better,
        bound=(*found.bound, None if solved.bound is None else solved.bound * last.scale),
        stopped_by=solved.stopped_by,
        confirmed_by=(*found.confirmed_by, route),
        notes={"posts": len(found.posts), "rounds": found.rounds},
    )


FORMULATION: Formulation[ContainmentProblem, ContainmentPlan] = Formulation(
    name="containment.flow",
    family=FAMILY,
    run=run,
    summary="Bottleneck matching of exits; innermost smallest cut with units matched to it, or Hall's rows",
    reference="Gross (1959); Kuhn (1955); Menger (1927); Hall (1935)",
)

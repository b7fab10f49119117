r"""Officers to districts without a solver: marginal allocation in turn, or a dynamic programme for sums.

    fair, equal            lex max  (v_(1) <= v_(2) <= ...),  v_k = s_k(n_k - unfit_k)         (1)  in_turn
    proportional, shortage min  sum_k v_k(n_k) + price sum_k (a_k - n_k)+                       (2)  sums
    then                   min  sum_k (a_k - n_k)+                                              (3)
    s.t.  low_k <= n_k <= high_k,  least <= sum n <= most,  sum (a - n)+ <= moves               (4)

Curves need not be concave. (1) is proved by its certificate, (2) by enumeration of all states; where prices close
the gap, plain sums confirm it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.strength import FAMILY, StrengthPlan, StrengthProblem, objectives
from optimiser.problems.strength.measures import curve
from optimiser.problems.strength.obvious import room, with_fewest_moves
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import PROOF_GAP, Outcome, StoppedBy
from optimiser_models.strength import in_turn, sums

ARITHMETIC = "plain arithmetic"
MOST_WORK = 2e10
"""Steps of the dynamic programme that still end within about a minute."""


def plan_of(problem: StrengthProblem, officers: NDArray[np.int64]) -> StrengthPlan:
    """Return a plan from officers by district, shape (K,)."""
    return StrengthPlan(dict(zip(problem.district_ids, map(int, officers), strict=True)))


def solve(
    problem: StrengthProblem, start: StrengthPlan | None, options: SolveOptions, report: Report
) -> Outcome[StrengthPlan]:
    """Run the method."""
    first = _first(problem, start)
    told = objectives(problem, first)[0].value
    report(phase="allocating", incumbent=told, plan=first)

    def keep_going() -> bool:
        return not report.should_stop() and report.elapsed_s() < options.time_limit_s

    outcome = _turn(problem, keep_going) if problem.params.in_turn else _sum(problem, keep_going)
    if outcome is not None:
        return outcome
    return Outcome(first, stopped_by=StoppedBy.PLANNER if report.should_stop() else StoppedBy.TIME)


def _first(problem: StrengthProblem, start: StrengthPlan | None) -> StrengthPlan:
    """Return the start where it keeps the rules, else the plan that moves fewest: one exists, or nothing is asked."""
    if start is not None and not FAMILY.check(problem, start):
        return start
    r = room(problem)
    return plan_of(problem, with_fewest_moves(r, r.low, r.high))


def _turn(problem: StrengthProblem, keep_going: Callable[[], bool]) -> Outcome[StrengthPlan] | None:
    found = in_turn.solve(in_turn.Levels(curve(problem), problem.unfit, room(problem)), keep_going)
    if found is None or (not found.complete and not keep_going()):
        return None
    plan = plan_of(problem, found.officers)
    reached = tuple(o.value for o in objectives(problem, plan))
    proved = found.complete or found.certified
    return Outcome(
        plan,
        objective=reached,
        bound=reached if proved else (),
        stopped_by=StoppedBy.PROOF if proved else StoppedBy.TIME,
        confirmed_by=(ARITHMETIC,) * len(reached) if found.certified else (),
    )


def _sum(problem: StrengthProblem, keep_going: Callable[[], bool]) -> Outcome[StrengthPlan] | None:
    table = curve(problem)
    last, price = table.shape[1] - 1, problem.params.move_price
    w = sums.windows(room(problem))

    def value(k: int, officers: NDArray[np.int64]) -> NDArray[np.float64]:
        costs: NDArray[np.float64] = table[k, np.clip(officers - problem.unfit[k], 0, last)]
        return costs

    officers = sums.solve(w, value, price, keep_going)
    if officers is None:
        return None
    plan = plan_of(problem, officers)
    reached = tuple(o.value for o in objectives(problem, plan))
    bound = sums.lower_bound(w, value, price, officers)
    sure = reached[0] - bound <= PROOF_GAP / 2 * max(abs(reached[0]), 1e-9)
    return Outcome(
        plan,
        objective=reached,
        bound=reached,
        confirmed_by=(ARITHMETIC, ARITHMETIC if reached[1] == 0 else "") if sure else (),
    )


def refuses(problem: StrengthProblem) -> str:
    """Say which sums have too many states."""
    if problem.params.in_turn:
        return ""
    work = sums.windows(room(problem)).work
    if work > MOST_WORK:
        return (
            f"its programme has about {work:.1e} steps, more than {MOST_WORK:.0e}. Limit most_given, or use "
            "strength.milp."
        )
    return ""


FORMULATION: Formulation[StrengthProblem, StrengthPlan] = Formulation(
    name="strength.marginal",
    family=FAMILY,
    reference="Ibaraki and Katoh (1988), resource allocation; Ogryczak and Sliwinski (2006), lexicographic max-min",
    summary="Marginal allocation for max-min in turn, dynamic programming for sums; no solver",
    run=solve,
    refuses=refuses,
)

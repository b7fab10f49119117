r"""Rotating patterns as a MILP on the network of day states (see ``state_net``): no stint is listed.

x_a counts how often the arc a (one more working day, or the days off after a block) is used, n is the number of rows.

    sum_{a into v} x_a = sum_{a out of v} x_a                    for all states v   (1) circulation
    sum_a l_a x_a = 7 n                                                              (2) rows
    sum_{a works s on d} x_a = need_sd  (>= where more is allowed)                   (3) cover
    h_min n <= sum_a h_a x_a <= h_max n,   sum_a f_a x_a >= F                        (4) hours, free weekends
    sum_{a from C} x_a <= M y_C,  sum_{a not from C} x_a <= M z_C,
    sum_{a leaves C} x_a >= y_C + z_C - 1                                            (5) one cycle
    min n   or   min n - sum_a f_a x_a                                               (6)

(5) is added for sets C of states that an answer leaves apart, in an outer loop. The states are what the rules need to
remember (Balakrishnan and Wong, "A network model for the rotating workforce scheduling problem", Networks 20, 1990,
with days instead of weeks). Made to confirm ``patterns.stints`` on another solver.
"""

from __future__ import annotations

import math

import numpy as np

from optimiser.problems.patterns import FAMILY, PatternsPlan, PatternsProblem
from optimiser.problems.patterns.plan import DAYS
from optimiser.solve.backends.confirm import ARITHMETIC, confirm
from optimiser.solve.backends.duality import safe_bound
from optimiser.solve.backends.highs_arrays import Solved, Watch, solve_linear
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.progress import Recorder
from optimiser.solve.result import Outcome, StoppedBy
from optimiser_models.patterns.circuit import State, Step, components, plan_of
from optimiser_models.patterns.state_net import Net, Rows, linear, net, rows_of

MOST_STATES = 200_000


def run(
    problem: PatternsProblem, start: PatternsPlan | None, options: SolveOptions, report: Report
) -> Outcome[PatternsPlan]:
    """Solve, add the cuts that the answer asks for, and solve again until the answer is one cycle."""
    made = net(problem)
    rows, switches = rows_of(problem, made), 0
    bound: float | None = None

    def incumbent(objective: float, least: float, x: np.ndarray) -> None:
        steps = used_steps(made, x)
        if len(components(steps)) == 1:  # what is not one cycle is no pattern
            found = plan_of(steps)
            value = FAMILY.objectives(problem, found)[0].value
            report(phase="improving", incumbent=value, bound=least, plan=found)

    watch = Watch(incumbent, lambda b: report(bound=b), report.should_stop)
    report(phase="searching")
    while True:
        model = linear(problem, made, rows, switches)
        left = options.time_limit_s - report.elapsed_s()
        solved = solve_linear(model, time_limit_s=left, options=options, watch=watch)
        notes = {"columns": model.cost.size, "cuts": switches // 2}
        if solved.bound is not None:
            bound = float(math.ceil(max(bound or -math.inf, solved.bound) - 1e-6))
        if solved.infeasible:
            return Outcome(None, infeasible=True, confirmed_by=_routes(solved.confirmed_by), notes=notes)
        steps = [] if solved.x is None else used_steps(made, solved.x)
        parts = components(steps)
        if len(parts) == 1:
            return _finished(problem, model, solved, plan_of(steps), bound, options, report, notes)
        if not parts or solved.stopped_by not in (StoppedBy.PROOF, StoppedBy.GAP):
            return Outcome(None, bound=(bound,), stopped_by=solved.stopped_by, notes=notes)
        for k, part in enumerate(parts[1:], start=1):
            others = set().union(*parts[:k], *parts[k + 1 :])
            cut(problem, made, rows, widened(made, part, others), switches)
            switches += 2


def _routes(confirmed_by: str) -> tuple[str, ...]:
    return (confirmed_by,) if confirmed_by else ()


def _finished(
    problem: PatternsProblem,
    model: LinearModel,
    solved: Solved,
    plan: PatternsPlan,
    bound: float | None,
    options: SolveOptions,
    report: Report,
    notes: dict[str, int],
) -> Outcome[PatternsPlan]:
    value = FAMILY.objectives(problem, plan)[0].value
    confirmed = ""
    left = options.time_to_confirm_s(report.elapsed_s(), report.elapsed_s())
    if bound is not None and bound >= value and left > 0:
        report(phase="confirming")
        confirmed = confirm(
            model,
            value,
            options=options,
            time_limit_s=left,
            start=solved.x,
            should_stop=report.should_stop,
        )
    return Outcome(
        plan, (value,), (bound,), stopped_by=solved.stopped_by, confirmed_by=(confirmed,), notes=notes
    )


def used_steps(made: Net, x: np.ndarray) -> list[Step]:
    """Return the arcs, each as often as it is used."""
    return [arc for arc, c in zip(made.arcs, x, strict=False) for _ in range(round(float(c)))]


def widened(made: Net, part: set[State], others: set[State]) -> set[State]:
    """Return the part with every state of work that blocks from its weekdays pass, but for states of other parts.

    The wider the set, the fewer arcs leave it: what is left are blocks that end on another weekday.
    """
    weekdays = {s[1] for s in part if isinstance(s, tuple) and s[0] == "off"}
    found = set(part)
    for arc in made.arcs:
        state = arc.head
        if isinstance(state, tuple) and state[0] == "work" and state not in others:
            _, day, _, _, k = state
            if (day - k + 1) % DAYS in weekdays:
                found.add(state)
    return found


def cut(problem: PatternsProblem, made: Net, rows: Rows, part: set[State], switches: int) -> None:
    """Add (5) for one set of states; its two binaries are the next after ``switches``."""
    inside = [j for j, a in enumerate(made.arcs) if a.tail in part]
    outside = [j for j, a in enumerate(made.arcs) if a.tail not in part]
    leaving = [j for j in inside if made.arcs[j].head not in part]
    first = len(made.arcs) + 1 + switches
    most = float(DAYS * problem.most_rows)
    for columns, switch in ((inside, first), (outside, first + 1)):
        rows.add([*columns, switch], [*([1.0] * len(columns)), -most], -np.inf, 0.0)
    rows.add([*leaving, first, first + 1], [*([1.0] * len(leaving)), -1.0, -1.0], -1.0, np.inf)


def second_decision(problem: PatternsProblem, options: SolveOptions) -> str:
    """Decide by this model alone whether there is a pattern: "feasible", "infeasible" or "open"."""
    found = run(problem, None, options, Recorder())
    return "feasible" if found.plan is not None else "infeasible" if found.infeasible else "open"


def least_by_sums(model: LinearModel, options: SolveOptions, time_limit_s: float) -> float:
    """Return a bound on the objective that plain arithmetic gives from the relaxation's multipliers."""
    relaxed = LinearModel(**{**vars(model), "integer": np.zeros_like(model.integer)})
    solved = solve_linear(relaxed, time_limit_s=time_limit_s, options=options)
    return safe_bound(model, solved.row_dual) if solved.row_dual.size else -math.inf


__all__ = ["ARITHMETIC", "FORMULATION", "least_by_sums", "run"]


def refuses(problem: PatternsProblem) -> str:
    """Say which problems have too many states."""
    _, longest = problem.work_limits()
    n = DAYS * longest * sum(min(high, longest) for _, high in problem.run_limits())
    if n > MOST_STATES:
        return f"its rules need about {n:,} states, more than {MOST_STATES:,}. Shorten longest_work or longest_run."
    return ""


FORMULATION: Formulation[PatternsProblem, PatternsPlan] = Formulation(
    name="patterns.milp",
    family=FAMILY,
    reference="Balakrishnan and Wong (1990), with days; cuts for one cycle",
    summary="Rotating patterns as a MILP on the network of day states",
    run=run,
    refuses=refuses,
)

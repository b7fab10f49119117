r"""Containment as a mixed-integer model, aim by aim: nothing prepared, everything stated.

    x_up = 1: unit u holds place p (only pairs that are in time);  z_p = 1: place p is held
    y_p: the suspect can come to place p, 0 <= y <= 1

    sum_u x_up = z_p                                   for all places p              (1) one unit a post
    sum_p x_up <= 1                                    for all units u               (2)
    y_b >= y_a - z_a                                   for all ways (a, b)           (3) it goes on where nobody stands
    y_p <= z_p                                         for all exits p               (4) no way out;  y = 1 at the start
    sum_{exits} z_p >= exits - those that may be open                                (5) exits blocked
    sum_p t_up x_up <= T                               for all units u               (6)

``block``: min T, then min sum t_up x_up, with (5), (6). ``contain``: min sum x, then min sum w_p y_p (or the other way
round), then min sum t_up x_up, with (3), (4). Each later aim is sought among plans that keep the earlier ones.

Source: minimum cut in its node form (Ford and Fulkerson 1956) with an assignment of units to the cut.
"""

from __future__ import annotations

from dataclasses import replace

from optimiser.problems.containment import FAMILY, ContainmentPlan, ContainmentProblem
from optimiser.solve.backends.confirm import confirm
from optimiser.solve.backends.highs_arrays import Watch, solve_linear
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import Outcome, StoppedBy
from optimiser_models.containment.model import aims, columns, keeping, model, plan_of

MOST_PAIRS = 60_000


def run(
    problem: ContainmentProblem, start: ContainmentPlan | None, options: SolveOptions, report: Report
) -> Outcome[ContainmentPlan]:
    """Solve aim by aim; a stop keeps the plan of the last one with the bounds that are known."""
    del start  # HiGHS finds first plans at once
    c = columns(problem)
    made = model(problem, c)
    plan: ContainmentPlan | None = None
    bounds: list[float | None] = []
    routes: list[str] = []
    for aim in aims(problem, c):
        asked = replace(made, cost=aim.cost)
        report(phase=f"{aim.name}: searching")
        if report.should_stop():
            return Outcome(plan, bound=tuple(bounds), stopped_by=StoppedBy.PLANNER)
        first = not bounds

        def told(
            value: float, bound: float, x: object, first: bool = first, scale: float = aim.scale
        ) -> None:
            if first:
                report(incumbent=value * scale, bound=bound * scale, plan=plan_of(problem, c, x))  # type: ignore[arg-type]

        left = options.time_limit_s - report.elapsed_s()
        solved = solve_linear(
            asked,
            time_limit_s=left,
            options=options,
            gap_frac=0.0,
            watch=Watch(told, should_stop=report.should_stop),
        )
        if solved.infeasible and plan is None:
            return Outcome(
                None, infeasible=True, confirmed_by=(solved.confirmed_by,) if solved.confirmed_by else ()
            )
        if solved.x is not None:
            plan = plan_of(problem, c, solved.x)
            if first and solved.objective is not None:
                report(incumbent=solved.objective * aim.scale, plan=plan)
        bounds.append(None if solved.bound is None else solved.bound * aim.scale)
        if solved.stopped_by is not StoppedBy.PROOF or solved.objective is None:
            return Outcome(
                plan, bound=tuple(bounds), stopped_by=solved.stopped_by, confirmed_by=tuple(routes)
            )
        left = options.time_to_confirm_s(report.elapsed_s(), report.elapsed_s())
        routes.append(
            confirm(asked, solved.objective, options=options, time_limit_s=left, start=solved.x)
            if left > 0
            else ""
        )
        made = keeping(made, aim, solved.objective)
    return Outcome(plan, bound=tuple(bounds), confirmed_by=tuple(routes))


def refuses(problem: ContainmentProblem) -> str:
    """Say which problems are too large."""
    n = int(problem.usable.sum())
    return (
        f"{n} pairs of unit and place are more than {MOST_PAIRS}. Use containment.flow."
        if n > MOST_PAIRS
        else ""
    )


FORMULATION: Formulation[ContainmentProblem, ContainmentPlan] = Formulation(
    name="containment.milp",
    family=FAMILY,
    run=run,
    refuses=refuses,
    summary="Cut, posts and units in one mixed-integer model, aim by aim",
    reference="Ford and Fulkerson (1956), node form; assignment of units to the cut",
)

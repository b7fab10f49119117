"""What if a post is lost? Each unit of a containment plan in turn is taken away and the rest is planned anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from optimiser.problems.containment import ContainmentPlan, ContainmentProblem
from optimiser.problems.containment.measures import arrivals
from optimiser.solve.result import Result


@dataclass(frozen=True)
class LostPost:
    """One post lost.

    Parameters
    ----------
    place, unit
        The post and who held it.
    result
        The plan without that unit, or why there is none.
    moves
        Units that go somewhere else than before, each with its place and seconds from now; "" for one that stays away.
    """

    place: str
    unit: str
    result: Result[ContainmentPlan]
    moves: tuple[tuple[str, str, float], ...]


def lost_posts(
    problem: ContainmentProblem,
    plan: ContainmentPlan,
    solve: Callable[[ContainmentProblem], Result[Any]],
) -> tuple[LostPost, ...]:
    """Plan anew without each unit of a plan, in the order in which posts are held.

    Parameters
    ----------
    solve
        Answers a question; the study knows no formulation.
    """
    there = arrivals(problem, plan)
    unit_at = {place: unit for unit, place in plan.post_of.items()}
    found = []
    for place in sorted(there, key=lambda c: (there[c], c)):
        unit = unit_at[place]
        params = replace(problem.params, lost_units=(*problem.params.lost_units, unit))
        without = replace(problem, params=params)
        result = solve(without)
        found.append(LostPost(place, unit, result, _moves(without, plan, result, unit)))
    return tuple(found)


def _moves(
    problem: ContainmentProblem, before: ContainmentPlan, result: Result[ContainmentPlan], lost: str
) -> tuple[tuple[str, str, float], ...]:
    if result.plan is None:
        return ()
    there, after = arrivals(problem, result.plan), result.plan.post_of
    changed = {u for u in {*before.post_of, *after} - {lost} if before.post_of.get(u) != after.get(u)}
    return tuple(
        (u, after.get(u, ""), there[after[u]] if u in after else float("nan")) for u in sorted(changed)
    )

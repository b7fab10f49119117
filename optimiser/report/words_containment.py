"""Containment in words: who goes where, when, how long before the suspect, and what if a post is lost."""

from __future__ import annotations

from optimiser import units
from optimiser.problems.containment import ContainmentPlan, ContainmentProblem
from optimiser.problems.containment.data import BLOCK
from optimiser.report.phrases import count, listed, measures_by_name, percent
from optimiser.solve.result import Result

_MOST = 30


def found(problem: ContainmentProblem, result: Result[ContainmentPlan]) -> list[str]:
    """Say who holds what, when, and how much is inside."""
    plan = result.plan
    assert plan is not None
    by_name = measures_by_name(result.measures)
    there, margin = (
        by_name["latest arrival"].by,
        by_name["tightest margin"].by if "tightest margin" in by_name else {},
    )
    posts = count(len(plan.post_of), "post")
    if problem.params.aim == BLOCK:
        said = [
            f"{posts} are held; the last unit is there after {units.clock(by_name['latest arrival'].value)}, all "
            f"together drive {units.clock(sum(there.values()))}."
        ]
    else:
        share = percent(by_name["share of the map inside"].value)
        said = [f"Every way out is cut by {posts}; {share} of the streets looked at lie inside."]
    unit_at = {place: unit for unit, place in plan.post_of.items()}
    for n, place in enumerate(sorted(there, key=lambda c: there[c])[:_MOST], start=1):
        text = f"Post {n}: {unit_at[place]} at {place} after {units.clock(there[place])}"
        if place in margin:
            text += f", {units.clock(margin[place])} before the suspect can be there"
        said.append(f"{text}.")
    return said


def binds(problem: ContainmentProblem, result: Result[ContainmentPlan]) -> list[str]:
    """Say what is tight: the shortest margin, what a faster or slower suspect means, and who cannot be replaced."""
    plan, said = result.plan, []
    assert plan is not None
    by_name = measures_by_name(result.measures)
    if "tightest margin" in by_name:
        tight = by_name["tightest margin"]
        place = min(tight.by, key=lambda c: tight.by[c])
        said.append(f"The tightest post is {place}: {units.clock(tight.value)} in hand.")
        held = by_name["posts held in time"].by
        for band, n in held.items():
            if n < len(plan.post_of):
                said.append(
                    f"Against a suspect that moves {band}, {count(len(plan.post_of) - n, 'post')} would come too late."
                )
    idle = [u for u in problem.unit_ids if u not in plan.post_of and u not in problem.params.lost_units]
    if idle:
        said.append(f"In reserve: {listed(idle)}.")
    if problem.params.lost_units or problem.params.lost_places:
        said.append(f"Counted as lost: {listed([*problem.params.lost_units, *problem.params.lost_places])}.")
    return said

"""Units that turn back: not needed any more, or somebody nearer takes their place."""

from __future__ import annotations

from collections.abc import Mapping

from optimiser.problems.assignment.data import AssignmentProblem
from optimiser.problems.assignment.plan import AssignmentPlan
from optimiser.problems.base import Rule, Violation, relaxed

RECALL_ON_WAY = Rule(
    "recall on the way",
    "Only units on their way turn back, and only where recalls are allowed.",
    "units",
    relaxable=False,
)
RECALL_SPARE = Rule(
    "recall not needed",
    "A unit turns back only if its incident has its officers and skills without it.",
    "officers",
    relaxable=False,
)
LEAPFROG = Rule(
    "leapfrog gain", "Who takes the place of a unit that turns back is there sooner by the gain.", "s"
)


def all_recalled(problem: AssignmentProblem, plan: AssignmentPlan) -> frozenset[int]:
    """Return the units on their way that turn back, as positions."""
    if not plan.recalled:
        return frozenset()
    back = set(plan.recalled) - set(plan.sent)
    return frozenset(u for u, name in enumerate(problem.unit_ids) if name in back and problem.on_way_to[u])


def recalls(
    problem: AssignmentProblem,
    plan: AssignmentPlan,
    sent: Mapping[int, int],
    newly: Mapping[int, int],
    tol_s: float,
) -> list[Violation]:
    """Return what the units that turn back break; ``sent`` and ``newly`` sent are positions without them."""
    found = []
    gain = problem.params.divert_gain_s - relaxed(problem.params.relax, LEAPFROG.name)
    for name in plan.recalled:
        if name not in problem.unit_ids:
            continue
        u = problem.unit_ids.index(name)
        where = f"unit {name}"
        if not problem.on_way_to[u] or not problem.params.recall:
            found.append(Violation(RECALL_ON_WAY.name, where, 1, 0, "units"))
            continue
        if name in plan.sent:
            continue  # it does not turn back; the rule "one place" says so
        i = problem.incident_ids.index(problem.on_way_to[u])
        crew = [v for v, j in sent.items() if j == i and v != u]
        officers, need = sum(int(problem.officers[v]) for v in crew), int(problem.officers_needed[i])
        lacking = any(
            sum(int(problem.has_skill[v, k]) for v in crew) < problem.skills_needed[i, k]
            for k in range(len(problem.skill_ids))
        )
        if officers < need or lacking:
            found.append(
                Violation(
                    RECALL_SPARE.name, f"{where} from {problem.incident_ids[i]}", officers, need, "officers"
                )
            )
        there_s = problem.ready_s + problem.travel_s[:, i]
        soonest = min((float(there_s[u] - there_s[v]) for v in crew if newly.get(v) == i), default=gain)
        if soonest < gain - tol_s:
            found.append(
                Violation(LEAPFROG.name, f"{where} from {problem.incident_ids[i]}", soonest, gain, "s")
            )
    return found

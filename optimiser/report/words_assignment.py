"""An assignment in words: who is late, what is unfilled, and which zones lose their cover."""

from __future__ import annotations

from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from optimiser.problems.base import Measure
from optimiser.report.phrases import count, listed, measures_by_name, minutes, number
from optimiser.solve.result import Result


def found(problem: AssignmentProblem, result: Result[AssignmentPlan]) -> list[str]:
    """Say what the plan gives against what was asked."""
    by_name = measures_by_name(result.measures)
    sent, late = by_name.get("units sent"), by_name.get("incidents late")
    n_incidents = len(problem.incident_ids)
    if not n_incidents:
        return ["No incident is open."]
    said = []
    if sent is not None:
        verb = "goes" if sent.value == 1 else "go"
        of_all = f"{count(sent.value, 'unit')} of {number(len(problem.unit_ids))}"
        said.append(f"{of_all} {verb} to {count(n_incidents, 'open incident')}.")
    if late is not None:
        said.append(_late(problem, late))
    for name, text in (
        ("incidents unattended", "{} stay unattended."),
        ("officers unfilled", "{} are missing."),
    ):
        measure = by_name.get(name)
        if measure is not None and measure.value > 0:
            noun = name.split()[0].removesuffix("s")
            where = f" At {listed(sorted(measure.by))}." if measure.by else ""
            said.append(text.format(count(measure.value, noun)) + where)
    lacking = by_name.get("skills missing")
    if lacking is not None and lacking.value > 0:
        said.append(
            f"{count(lacking.value, 'skill')} that is needed will be missing, at {listed(sorted(lacking.by))}."
        )
    changed = [*_diverted(result.plan, problem), *_turning_back(result.plan, problem)]
    return [*said, *changed, *_cover(problem, by_name), *_moved(result.plan)]


def _diverted(plan: AssignmentPlan | None, problem: AssignmentProblem) -> list[str]:
    before = dict(zip(problem.unit_ids, problem.on_way_to, strict=True))
    new = {} if plan is None else {u: i for u, i in plan.sent.items() if before.get(u) and before[u] != i}
    return [f"{u} is diverted from {before[u]} to {i}." for u, i in sorted(new.items())]


def _turning_back(plan: AssignmentPlan | None, problem: AssignmentProblem) -> list[str]:
    before = dict(zip(problem.unit_ids, problem.on_way_to, strict=True))
    back = () if plan is None else plan.recalled
    return [
        f"{u} turns back from {before.get(u, '')}: it is not needed there any more." for u in sorted(back)
    ]


def _moved(plan: AssignmentPlan | None) -> list[str]:
    moved = sorted(plan.moved.items()) if plan is not None else []
    return [f"To restore cover: {listed([f'{u} to {p}' for u, p in moved])}."] if moved else []


def binds(problem: AssignmentProblem, result: Result[AssignmentPlan]) -> list[str]:
    """Say which limits the plan stands at."""
    by_name = measures_by_name(result.measures)
    sent = by_name.get("units sent")
    full = [i for i, n in sent.by.items() if n >= problem.params.max_units] if sent is not None else []
    said = []
    if full:
        said.append(f"{listed(full)} get the most units allowed, {number(problem.params.max_units)}.")
    short = by_name.get("levels missing")
    if problem.params.coverage_hard and problem.zone_ids and short is not None and short.value == 0:
        said.append("Cover was a must: no zone may fall below its level.")
    return said


def _late(problem: AssignmentProblem, late: Measure) -> str:
    targets = ", ".join(
        f"grade {g} within {minutes(s, 0)}" for g, s in sorted(problem.params.grade_targets_s.items())
    )
    if late.value == 0:
        return f"Every incident that is attended is reached in time (targets: {targets})."
    by_grade = [f"{number(n)} of {g}" for g, n in late.by.items() if n > 0]
    return f"{count(late.value, 'incident')} reached late: {listed(by_grade)} (targets: {targets})."


def _cover(problem: AssignmentProblem, by_name: dict[str, Measure]) -> list[str]:
    after, before = by_name.get("levels missing"), by_name.get("levels missing before")
    if not problem.zone_ids or after is None or before is None:
        return []
    if not before.by and not after.by:
        return [f"Every zone keeps its level of cover within {minutes(problem.params.coverage_s, 0)}."]
    worse = [z for z, n in after.by.items() if n > before.by.get(z, 0.0)]
    reach = f"within {minutes(problem.params.coverage_s, 0)}"
    before_text = f"{count(len(before.by), 'zone')} before"
    text = (
        f"Below its level of cover {reach}: {before_text}, {number(len(after.by))} after "
        f"({number(before.value)} and {number(after.value)} levels missing)"
    )
    if worse:
        text += f"; this plan takes cover from {listed(worse)}"
    return [f"{text}."]

"""Ranked choices in words: how soon, what is missing, and what each takes from the cover of whom."""

from __future__ import annotations

from collections.abc import Sequence

from optimiser.problems.assignment import AssignmentProblem
from optimiser.problems.assignment.choices import Choice, ZoneLoss
from optimiser.problems.assignment.data import ENDS
from optimiser.report.phrases import count, listed, number
from optimiser.units import SECONDS_PER_MINUTE

EQUAL_S = 5.0
"""Arrivals that differ by less are called equal."""


def choice_lines(problem: AssignmentProblem, incident: str, choices: Sequence[Choice]) -> list[str]:
    """Say of each choice, best first, when it is there and why it stands where it stands.

    The first is compared with the quickest, the others with the first. Advice only: the dispatcher decides.
    """
    if not choices:
        return [f"{incident}: nobody can be sent by the rules."]
    best = choices[0]
    quickest = min(choices, key=_soon)
    before = before_cover(problem, incident, choices)
    return [
        f"{k}. {listed(c.units) if c.units else 'Nobody new'}: "
        + _reasons(problem, incident, c, quickest if c is best else best, first=c is best)
        + (before if c is best or c.late_s > 0 else "")
        for k, c in enumerate(choices, start=1)
    ]


def before_cover(problem: AssignmentProblem, incident: str, choices: Sequence[Choice]) -> str:
    """Say that being there in time came before cover, where it decided: the best is in time and takes cover."""
    best, i = choices[0], problem.incident_ids.index(incident)
    urgent = int(problem.grade[i]) in problem.params.in_time_first
    in_time = best.arrives_s is not None and not best.late_s
    if urgent and in_time and best.losses and any(c.late_s > 0 for c in choices[1:]):
        return "; to be in time comes before cover"
    return ""


def clock(seconds: float) -> str:
    """Return minutes and seconds as 2:10."""
    whole = round(seconds)
    return f"{whole // int(SECONDS_PER_MINUTE)}:{whole % int(SECONDS_PER_MINUTE):02d}"


def _soon(choice: Choice) -> float:
    return float("inf") if choice.arrives_s is None else choice.arrives_s


def _reasons(problem: AssignmentProblem, incident: str, c: Choice, other: Choice, *, first: bool) -> str:
    parts = ["not reached" if c.arrives_s is None else f"there in {clock(c.arrives_s)}"]
    if c is not other and c.arrives_s is not None and other.arrives_s is not None:
        gain = other.arrives_s - c.arrives_s
        if abs(gain) >= EQUAL_S:
            against = f" than {listed(other.units)}" if first else ""
            parts.append(f"{clock(abs(gain))} {'faster' if gain > 0 else 'slower'}{against}")
    if c.late_s > 0:
        parts.append(f"{clock(c.late_s)} past the target")
    if c.full_s is not None and c.arrives_s is not None and c.full_s - c.arrives_s >= EQUAL_S:
        parts.append(f"all officers in {clock(c.full_s)}")
    parts += _of_units(problem, incident, c)
    if c.missing:
        parts.append(f"{count(c.missing, 'officer')} missing")
    if c.skills_missing:
        parts.append(f"{count(c.skills_missing, 'skill')} missing")
    if c.losses:
        parts.append(("but leaves " if len(parts) > 1 else "leaves ") + _loss(c.losses))
    elif c is not other and other.losses:  # of the first: why not the quickest
        parts.append("keeps " + listed([x.zone for x in other.losses[:2]]) + " covered")
    return ", ".join(parts)


def _of_units(problem: AssignmentProblem, incident: str, c: Choice) -> list[str]:
    row = {name: u for u, name in enumerate(problem.unit_ids)}
    i = problem.incident_ids.index(incident)
    said = []
    for name in c.units:
        u = row[name]
        if problem.status[u] == ENDS:
            said.append(f"{name} is free in {clock(float(problem.ready_s[u]))}")
        if problem.on_way_to[u]:
            said.append(f"{name} is taken from {problem.on_way_to[u]}")
    officers = sum(int(problem.officers[row[name]]) for name in c.units)
    over = officers - int(problem.officers_needed[i])
    if over > 0:
        said.append(f"{count(over, 'officer')} more than needed")
    return said


def _loss(losses: Sequence[ZoneLoss]) -> str:
    worst = losses[0]
    how = (
        "without cover"
        if worst.after <= 0
        else f"with {number(worst.after)} of {number(worst.wanted)} levels"
    )
    text = f"{worst.zone} {how} for {count(round(worst.for_s / SECONDS_PER_MINUTE), 'minute')}"
    more = len(losses) - 1
    return text + (f", and {count(more, 'zone')} more below level" if more else "")

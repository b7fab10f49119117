"""Patrol in words: where hours go, how that lies with harm, what was off, and who gets the most."""

from __future__ import annotations

from optimiser.problems.patrol import PatrolPlan, PatrolProblem
from optimiser.report.phrases import count, listed, measures_by_name, number, percent
from optimiser.solve.result import Result


def found(problem: PatrolProblem, result: Result[PatrolPlan]) -> list[str]:
    """Say where the hours go and what they reach."""
    by_name = measures_by_name(result.measures)
    hours, place = by_name["proactive hours"], by_name["hours in one place"]
    visited = [c for c, h in place.by.items() if h > 0]
    most = sorted(place.by, key=lambda c: -place.by[c])[:3]
    said = [
        f"{number(hours.value, 1)} proactive hours a week go to {count(len(visited), 'place')} of "
        f"{len(problem.place_ids)}; they lie where and when {percent(by_name['share of harm reached'].value)} of the "
        "harm is, by the law of falling returns that you chose.",
        f"The most goes to {listed([f'{c} ({number(place.by[c], 1)} hours)' for c in most])}.",
    ]
    alike = percent(by_name["alignment with harm"].value)
    if "alignment of the past" in by_name:
        past = percent(by_name["alignment of the past"].value)
        as_before = percent(by_name["share reached as in the past"].value)
        said.append(
            f"Of the time given, {alike} lies where and when harm is; of past enforcement {past} did. The same hours, "
            f"spread as past enforcement was, would reach {as_before} of the harm."
        )
    else:
        said.append(f"Of the time given, {alike} lies where and when harm is.")
    said.append(
        "Only harm that the public reported, or injury, decides. Records begun by officers (stops, tickets, checks) "
        "are off: they show where officers were."
    )
    if problem.off:
        said.append(f"Off: {'; '.join(problem.off[:6])}.")
    return said


def binds(problem: PatrolProblem, result: Result[PatrolPlan]) -> list[str]:
    """Say which limits the plan stands at."""
    by_name, p, said = measures_by_name(result.measures), problem.params, []
    place = by_name["hours in one place"].by
    flood = problem.week_limit() * p.block_h
    full = [c for c, h in place.items() if h >= flood - 1e-9]
    if full:
        said.append(
            f"{listed(full)} {'gets' if len(full) == 1 else 'get'} the most a place may, {number(flood, 1)} hours a "
            "week; the limit keeps any place from being flooded."
        )
    if p.least_blocks:
        said.append(f"Every place gets at least {number(p.least_blocks * p.block_h, 1)} hours a week.")
    if "hours per 1,000 residents" in by_name:
        heads = by_name["hours per 1,000 residents"]
        top = max(heads.by, key=lambda c: heads.by[c])
        said.append(
            f"Per resident {top} sees the most: {number(heads.by[top], 1)} hours a week for 1,000 people."
        )
    return said

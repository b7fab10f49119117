"""Sectors in words: the drive and the cover, the balance against its window, and what stands at its limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from optimiser.problems.base import Measure
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import covered_name, has_target
from optimiser.problems.sectors.params import AREAS, PRIORITY_COVERS
from optimiser.report.phrases import count, listed, measures_by_name, minutes, percent
from optimiser.report.words_sectors_asked import first_aim, kept, outcomes, score_parts
from optimiser.solve.result import Result

NEAR_FRAC = 0.001
"""A share within this of the edge of its window stands at the edge."""


def found(problem: SectorsProblem, result: Result[SectorsPlan]) -> list[str]:
    """Say what the plan gives against what was asked."""
    called = problem.params.called
    said = [
        f"{count(len(problem.area_ids), 'area')} are placed in {count(problem.params.n_districts, called)}."
    ]
    by_name = measures_by_name(result.measures)
    sentences = {"travel": _drive(called, by_name), "cover": _cover(problem, by_name)}
    first = problem.params.objectives[0]
    first = "cover" if first in PRIORITY_COVERS else first
    if first not in sentences and result.objectives:
        best = result.objectives[0]
        said.append(first_aim(problem, best.name, best.value, best.unit))
    if "score" in problem.params.objectives and result.plan is not None:
        said += score_parts(problem, result.plan)
    for name in sorted(sentences, key=lambda n: n != first):
        said += sentences[name]
    for kind in problem.balance_names:
        measure = by_name.get(f"largest deviation of {kind}")
        if measure is None or (kind == AREAS and kind not in problem.params.balance_frac):
            continue  # areas are counted for moves alone
        verb = "are" if kind.split(",")[0].endswith("s") else "is"
        within = f"{kind[:1].upper()}{kind[1:]} per {called} {verb} within {percent(measure.value)} of the target share"
        if kind in problem.params.balance_frac:
            within += f"; the window is {percent(problem.params.balance_frac[kind])} either way"
        said.append(f"{within}.")
    return said + (outcomes(problem, result.plan, by_name) if result.plan is not None else [])


def binds(problem: SectorsProblem, result: Result[SectorsPlan]) -> list[str]:
    """Say which rules stand at their limit."""
    said = []
    by_name = measures_by_name(result.measures)
    for kind, window in problem.params.balance_frac.items():
        measure = by_name.get(f"largest deviation of {kind}")
        edge = [d for d, off in (measure.by.items() if measure else ()) if abs(off) > window - NEAR_FRAC]
        if edge:
            said.append(
                f"At the edge of the {kind} window: {listed(edge)}. A wider window may allow a better plan."
            )
    longest, limit_s = by_name.get("longest drive"), problem.params.longest_drive_s
    if longest is not None and longest.value > (1 - NEAR_FRAC) * limit_s:
        said.append(f"The longest drive stands at its limit of {minutes(limit_s)}.")
    locked = len({area for area, _ in problem.params.locks})
    if locked:
        said.append(
            f"{count(locked, 'area')} {'is' if locked == 1 else 'are'} locked to a {problem.params.called}."
        )
    said += kept(problem)
    fixed = sum(1 for c in problem.params.centres() if c)
    if fixed:
        said.append(
            f"{count(fixed, 'centre')} of {problem.params.n_districts} {'was' if fixed == 1 else 'were'} given."
        )
    else:
        said.append(served_from(problem))
    if not problem.params.contiguity:
        said.append(f"{problem.params.called.capitalize()}s need not hang together in this plan.")
    return said


def served_from(problem: SectorsProblem) -> str:
    """Say where the drives of a plan begin where no centre was given: "" where one was."""
    if any(problem.params.centres()):
        return ""
    return f"No centre was given: each {problem.params.called} is served from the best place of its own."


def _drive(called: str, by_name: dict[str, Measure]) -> list[str]:
    mean, longest = by_name.get("mean drive"), by_name.get("longest drive")
    if mean is None:
        return []
    text = f"From its {called}'s centre the mean drive to a call is {minutes(mean.value)}"
    if _differ(mean.by, minutes):
        worst = max(mean.by, key=lambda d: mean.by[d])
        text += f", longest in {worst} with {minutes(mean.by[worst])}"
    if longest is not None:
        text += f"; no area is further than {minutes(longest.value)}"
    return [f"{text}."]


def _cover(problem: SectorsProblem, by_name: dict[str, Measure]) -> list[str]:
    if not has_target(problem):
        return ["No target drive was given."]
    cover = by_name.get("calls covered")
    if cover is None:
        return []
    counted = float(problem.cover_unweighted()[1].sum())
    some = ""
    if counted < (1 - 1e-9) * float(problem.calls.sum()):
        counts = [p for p, weight in problem.params.cover_weights.items() if weight > 0]
        which = "the most urgent" if len(counts) < 2 else f"priority {listed([str(p) for p in counts])}"
        some = f" that count for cover ({which})"
    text = (
        f"{percent(cover.value)} of the {count(round(counted), 'call')} a week{some} lie within their target drive "
        f"from their {problem.params.called}'s centre"
    )
    if _differ(cover.by, percent):
        worst = min(cover.by, key=lambda d: cover.by[d])
        text += f", least in {worst} with {percent(cover.by[worst])}"
    return [f"{text}.", *_by_priority(problem, by_name)]


def _by_priority(problem: SectorsProblem, by_name: dict[str, Measure]) -> list[str]:
    """Say the cover of each priority within its own target, and how priorities weigh, where several are known."""
    if len(problem.priorities) < 2:
        return []
    shares = []
    for k, priority in enumerate(problem.priorities):
        measure = by_name.get(covered_name(priority))
        n = round(float(problem.priority_calls[k].sum()))
        if measure is not None:
            shares.append(f"{percent(measure.value)} of {count(n, 'call')} of priority {priority}")
    said = [f"Within each priority's own target: {listed(shares, len(shares))}."] if shares else []
    if problem.params.weighs:
        weights = [f"{w:g} of priority {p}" for p, w in sorted(problem.params.cover_weights.items())]
        said.append(f"A call counts for cover with the weight {listed(weights, len(weights))}.")
    return said


def _differ(values: Mapping[str, float], shown: Callable[[float], str]) -> bool:
    """Whether the districts differ in print; where they do not, none is the worst."""
    return len({shown(v) for v in values.values()}) > 1

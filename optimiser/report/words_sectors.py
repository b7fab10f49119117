"""Sectors in words: the drive and the cover, the balance against its window, and what stands at its limit."""

from __future__ import annotations

from optimiser.problems.base import Measure
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.report.phrases import count, listed, measures_by_name, minutes, percent
from optimiser.solve.result import Result

NEAR_FRAC = 0.001
"""A share within this of the edge of its window stands at the edge."""


def found(problem: SectorsProblem, result: Result[SectorsPlan]) -> list[str]:
    """Say what the plan gives against what was asked."""
    said = [
        f"{count(len(problem.area_ids), 'area')} are placed in {count(problem.params.n_districts, 'district')}."
    ]
    by_name = measures_by_name(result.measures)
    sentences = {"travel": _drive, "cover": _cover}
    first = problem.params.objectives[0]
    for name in (first, *(n for n in sentences if n != first)):
        said += sentences[name](by_name)
    for kind in problem.balance_names:
        measure = by_name.get(f"largest deviation of {kind}")
        if measure is None:
            continue
        within = f"Each district's {kind} is within {percent(measure.value)} of its target share"
        if kind in problem.params.balance_frac:
            within += f"; the window is {percent(problem.params.balance_frac[kind])} either way"
        said.append(f"{within}.")
    return said


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
        said.append(f"{count(locked, 'area')} {'is' if locked == 1 else 'are'} locked to a district.")
    fixed = sum(1 for c in problem.params.centres() if c)
    if fixed:
        said.append(
            f"{count(fixed, 'centre')} of {problem.params.n_districts} {'was' if fixed == 1 else 'were'} given."
        )
    if not problem.params.contiguity:
        said.append("Districts need not hang together in this plan.")
    return said


def _drive(by_name: dict[str, Measure]) -> list[str]:
    mean, longest = by_name.get("mean drive"), by_name.get("longest drive")
    if mean is None:
        return []
    text = f"From its district's centre the mean drive to a call is {minutes(mean.value)}"
    if mean.by:
        worst = max(mean.by, key=lambda d: mean.by[d])
        text += f", longest in {worst} with {minutes(mean.by[worst])}"
    if longest is not None:
        text += f"; no area is further than {minutes(longest.value)}"
    return [f"{text}."]


def _cover(by_name: dict[str, Measure]) -> list[str]:
    cover = by_name.get("calls covered")
    if cover is None:
        return []
    text = f"{percent(cover.value)} of calls lie within their target time of their district's centre"
    if cover.by:
        worst = min(cover.by, key=lambda d: cover.by[d])
        text += f", least in {worst} with {percent(cover.by[worst])}"
    return [f"{text}."]

"""Standby posts in words: what is covered from where, what each post is worth, and which limits bind."""

from __future__ import annotations

from optimiser.problems.standby import StandbyPlan, StandbyProblem
from optimiser.problems.standby.data import sense_of
from optimiser.problems.standby.measures import SAID, further_name, standing, value
from optimiser.problems.standby.worth import valued_in
from optimiser.report.phrases import (
    aim,
    asked,
    count,
    in_units,
    listed,
    measures_by_name,
    minutes,
    number,
    percent,
)
from optimiser.solve.result import Result


def found(problem: StandbyProblem, result: Result[StandbyPlan]) -> list[str]:
    """Say what the plan gives against what was asked."""
    assert result.plan is not None
    by_name = measures_by_name(result.measures)
    posts = result.plan.posts()
    cars = by_name["cars standing"]
    verb = "stands" if cars.value == 1 else "stand"
    where = f"at {count(len(posts), 'post')}: {listed(posts)}"
    said = [f"{count(cars.value, 'car')} {verb} at once at most, {where}."]
    cover = by_name["calls covered"]
    calls = count(round(float(problem.weight.sum())), "call")
    text = f"{percent(cover.value)} of the {calls} a week have a car within the target drive"
    if len({percent(v) for v in cover.by.values()}) > 1:
        worst = min(cover.by, key=lambda part: cover.by[part])
        text += f", least in the part of the day called {worst} with {percent(cover.by[worst])}"
    said.append(f"{text}.")
    said += _by_part(problem, result)
    said += _further(problem, result)
    lost = by_name["lost without the post"].by
    if len(lost) > 1:
        most, least = max(lost, key=lambda p: lost[p]), min(lost, key=lambda p: lost[p])
        said.append(
            f"Without {most} the most would be lost, {number(lost[most])} {_calls(problem)} a week; without {least} "
            f"the least, {number(lost[least])}."
        )
    gained = by_name["gained by one more car"].by if "gained by one more car" in by_name else {}
    if len(gained) == 1:
        said.append(
            f"One more car would {_gain(problem)} at least {number(next(iter(gained.values())))} "
            f"{_calls(problem)} a week more."
        )
    return said


def _by_part(problem: StandbyProblem, result: Result[StandbyPlan]) -> list[str]:
    """Say for each part of the day where cars stand, what they cover, and what one post more or less is worth."""
    assert result.plan is not None
    by_name = measures_by_name(result.measures)
    if (
        len(problem.part_ids) < 2 or "gained by one more car" not in by_name
    ):  # a run of before it was measured
        return []
    cover, gained = by_name["calls covered"].by, by_name["gained by one more car"].by
    said = []
    for part in problem.part_ids:
        posts = [f"{p} ({n} cars)" if n > 1 else p for p, n in result.plan.cars_at.get(part, {}).items() if n]
        text = f"{part.capitalize()}: {count(len(posts), 'post')}, {listed(posts)}"
        if part in cover:
            text += f"; {percent(cover[part])} of its calls"
        lost = by_name[f"lost without the post, {part}"].by
        if len(lost) > 1:
            least = min(lost, key=lambda p: lost[p])
            text += (
                f"; without {least} the least would be lost, {number(lost[least])} {_calls(problem)} a week"
            )
        said.append(f"{text}; one more car would {_gain(problem)} at least {number(gained[part])} more.")
    return said


def _calls(problem: StandbyProblem) -> str:
    """Return what a post's worth is counted in: calls covered, or what the plan aims for instead."""
    name = valued_in(problem.params)
    return "calls" if name == "cover" else aim(SAID[name][0])


def _gain(problem: StandbyProblem) -> str:
    return "cover" if valued_in(problem.params) == "cover" else "bring"


def _further(problem: StandbyProblem, result: Result[StandbyPlan]) -> list[str]:
    by_name = measures_by_name(result.measures)
    p, said = problem.params, []
    for band, share in enumerate(p.band_shares[1:], start=1):
        if p.uses("gradual") and further_name(band) in by_name:
            said.append(
                f"{percent(by_name[further_name(band)].value)} have one within further drive {band}, where a call "
                f"counts {asked(share)}."
            )
    if p.uses("gradual") and "calls covered by distance" in by_name:
        said.append(f"Counted by distance {percent(by_name['calls covered by distance'].value)} are covered.")
    if p.uses("backup") or p.uses("expected"):
        backup, expected = by_name["calls with backup"], by_name["calls expected to be covered"]
        said.append(
            f"{percent(backup.value)} have {count(p.backup_cars, 'car')} or more; with a car busy "
            f"{percent(p.busy_frac, 0)} of the time {percent(expected.value)} can expect one that is free."
        )
    if "mean drive" in by_name:
        said.append(f"The mean drive of the nearest car to a call is {minutes(by_name['mean drive'].value)}.")
    moved = by_name["posts moved"]
    if p.today:
        kept = len(p.today) - round(moved.value)
        said.append(
            f"{number(kept)} of today's {count(len(p.today), 'post')} {'stays' if kept == 1 else 'stay'} in use."
        )
    return said


def binds(problem: StandbyProblem, result: Result[StandbyPlan]) -> list[str]:
    """Say which limits the plan stands at."""
    p, said = problem.params, []
    by_name = measures_by_name(result.measures)
    cars = by_name["cars standing"].by
    full = [part for t, part in enumerate(problem.part_ids) if cars.get(part, 0.0) >= problem.cars()[t]]
    if full:
        where = "" if len(full) == len(problem.part_ids) else f" in {listed(full)}"
        said.append(f"All cars that there are{where} stand somewhere; one more may cover more.")
    if p.kept:
        said.append(f"Kept by choice: {listed(sorted(p.kept))}.")
    if p.today and by_name["posts moved"].value >= p.most_moved:
        said.append(f"No more of today's posts may be given up than {number(p.most_moved)}.")
    if p.weights.get("moves", 0.0) > 0:
        price = p.weights["moves"] / max((w for n, w in p.weights.items() if n != "moves"), default=1.0)
        said.append(f"Giving up a post of today had to gain {number(price)} calls a week.")
    said += _held(problem, result)
    if p.least_cover_frac > 0:
        said.append(f"At least {percent(p.least_cover_frac, 0)} had to be covered in every part of the day.")
    return said


def _held(problem: StandbyProblem, result: Result[StandbyPlan]) -> list[str]:
    """Say what the plan has of everything that is held within a limit."""
    if result.plan is None:
        return []
    cars, said = standing(problem, result.plan), []
    for name in problem.params.limits:
        label, unit = SAID[name]
        least = "at least" if sense_of(name) == "max" else "at most"
        held, here = (in_units(v, unit) for v in (problem.params.limit_of(name), value(problem, cars, name)))
        said.append(f"Held: {aim(label)} {least} {held}; here {here}.")
    return said

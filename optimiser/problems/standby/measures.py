"""How good is a standby plan? From data and plan alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import Measure, Objective
from optimiser.problems.standby.data import PRICES, StandbyProblem, sense_of
from optimiser.problems.standby.plan import StandbyPlan
from optimiser.problems.standby.worth import gained_by_one_more, lost_without, near_cars, valued_in

SAID = {
    "cover": ("calls covered", "calls per week"),
    "backup": ("calls with backup", "calls per week"),
    "gradual": ("calls covered by distance", "calls per week"),
    "expected": ("calls expected to be covered", "calls per week"),
    "travel": ("call-weighted drive", "call-seconds per week"),
    "posts": ("posts in use", "posts"),
    "cars": ("cars standing", "cars"),
    "cost": ("cost of posts", "cost"),
    "moves": ("posts moved", "posts"),
    "weighted": ("weighted cover", "weighted calls per week"),
}
"""Name and unit of each objective in a planner's words."""


def standing(problem: StandbyProblem, plan: StandbyPlan) -> NDArray[np.int64]:
    """Return the cars at each post in each part of the day, shape (T, S); what is not known counts nothing."""
    number = {post: j for j, post in enumerate(problem.post_ids)}
    cars = np.zeros((len(problem.part_ids), len(problem.post_ids)), dtype=np.int64)
    for t, part in enumerate(problem.part_ids):
        for post, n in plan.cars_at.get(part, {}).items():
            if post in number:
                cars[t, number[post]] = max(0, round(n))
    return cars


def plan_of(problem: StandbyProblem, cars: NDArray[np.int64]) -> StandbyPlan:
    """Return the plan with these cars, shape (T, S)."""
    return StandbyPlan(
        {
            part: {problem.post_ids[j]: int(cars[t, j]) for j in np.flatnonzero(cars[t] > 0)}
            for t, part in enumerate(problem.part_ids)
        }
    )


def _shares(problem: StandbyProblem, cars: NDArray[np.int64], name: str) -> NDArray[np.float64]:
    """Return the share of a call of each pattern that counts for an objective, shape (P,)."""
    if name == "cover":
        return (near_cars(problem, cars) >= 1).astype(np.float64)
    if name == "backup":
        return (near_cars(problem, cars) >= problem.params.backup_cars).astype(np.float64)
    pattern, n = problem.pattern_of(), problem.starts.size - 1
    if name == "expected":
        with np.errstate(divide="ignore", invalid="ignore"):
            log_busy = np.log(problem.busy())[problem.posts]
            here = np.where(
                (problem.band == 0) & (cars[problem.posts] > 0), cars[problem.posts] * log_busy, 0.0
            )
        return np.asarray(-np.expm1(np.bincount(pattern, weights=here, minlength=n)), dtype=np.float64)
    by_band = np.zeros(128)
    by_band[: len(problem.params.band_shares)] = problem.params.band_shares
    best = np.zeros(n)
    np.maximum.at(best, pattern, np.where(cars[problem.posts] > 0, by_band[problem.band], 0.0))
    return best


def drives_s(problem: StandbyProblem, cars: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the drive of the nearest car to each pattern in seconds, shape (P,); ``far_s`` where none is listed."""
    best = np.full(problem.starts.size - 1, problem.params.far_s)
    np.minimum.at(
        best, problem.pattern_of(), np.where(cars[problem.posts] > 0, problem.drive_s, problem.params.far_s)
    )
    return best


def by_part(problem: StandbyProblem, cars: NDArray[np.int64], name: str) -> NDArray[np.float64]:
    """Return calls per week (or call-seconds, for travel) that count for an objective, shape (T,)."""
    found = np.zeros(len(problem.part_ids))
    for t in range(found.size):
        each = drives_s(problem, cars[t]) if name == "travel" else _shares(problem, cars[t], name)
        found[t] = float(problem.weight[:, t] @ each)
    return found


def value(problem: StandbyProblem, cars: NDArray[np.int64], name: str) -> float:
    """Return the value of an objective for cars of shape (T, S)."""
    used = (cars > 0).any(axis=0)
    if name == "posts":
        return float(used.sum())
    if name == "cars":
        return float(cars.sum())
    if name == "cost":
        return float(problem.post_cost[used].sum())
    if name == "moves":
        today = np.isin(np.array(problem.post_ids), np.array(problem.params.today))
        return float((today & ~used).sum())
    if name == "weighted":
        return sum(
            w * value(problem, cars, n) * (-1 if n in PRICES else 1)
            for n, w in problem.params.weights.items()
            if w > 0
        )
    return float(by_part(problem, cars, name).sum())


def objectives(problem: StandbyProblem, plan: StandbyPlan) -> tuple[Objective, ...]:
    """Return the planner's objectives in order of importance (see :class:`.data.StandbyParams`)."""
    cars = standing(problem, plan)
    return tuple(
        Objective(SAID[name][0], value(problem, cars, name), SAID[name][1], sense_of(name))
        for name in problem.params.objectives
    )


def measure(problem: StandbyProblem, plan: StandbyPlan) -> tuple[Measure, ...]:
    """Return what a planner asks of a standby plan; shares are of all calls, by part of the day.

    What a post or one more car is worth is counted in what the plan aims for.
    """
    cars = standing(problem, plan)
    totals = problem.weight.sum(axis=0)
    used = np.flatnonzero((cars > 0).any(axis=0))
    parts = problem.part_ids

    def share(name: str, objective: str) -> Measure:
        got = by_part(problem, cars, objective)
        by = {p: float(g / n) for p, g, n in zip(parts, got, totals, strict=True) if n > 0}
        return Measure(
            name, float(got.sum() / max(totals.sum(), 1e-12)), "frac", "higher", by, "part of the day"
        )

    worth = valued_in(problem.params)
    lost, gained = lost_without(problem, cars, worth), gained_by_one_more(problem, cars, worth)
    found = [
        share("calls covered", "cover"),
        share("calls with backup", "backup"),
        share("calls expected to be covered", "expected"),
        Measure("posts in use", float(used.size), "posts", "lower"),
        Measure(
            "cars standing",
            float(cars.sum(axis=1).max(initial=0)),
            "cars",
            "lower",
            {p: float(n) for p, n in zip(parts, cars.sum(axis=1), strict=True)},
            "part of the day",
        ),
        Measure("posts moved", value(problem, cars, "moves"), "posts", "lower"),
        Measure(
            "lost without the post",
            float(lost.sum(axis=0)[used].min()) if used.size else 0.0,
            "calls per week",
            "neither",
            {problem.post_ids[j]: float(lost[:, j].sum()) for j in used},
            "post",
        ),
        Measure(
            "gained by one more car",
            float(gained.sum()),
            "calls per week",
            "neither",
            dict(zip(parts, gained.tolist(), strict=True)),
            "part of the day",
        ),
    ]
    for t, part in enumerate(parts if len(parts) > 1 else ()):
        at = np.flatnonzero(cars[t] > 0)
        by_post = {problem.post_ids[j]: float(lost[t, j]) for j in at}
        least = min(by_post.values(), default=0.0)
        found.append(
            Measure(f"lost without the post, {part}", least, "calls per week", "neither", by_post, "post")
        )
    if len(problem.params.band_shares) > 1:
        found.insert(1, share("calls covered by distance", "gradual"))
        found[2:2] = _further(problem, cars)
    if problem.drive_s.size:
        got = by_part(problem, cars, "travel")
        by = {p: float(g / n) for p, g, n in zip(parts, got, totals, strict=True) if n > 0}
        mean = float(got.sum() / max(totals.sum(), 1e-12))
        found.append(Measure("mean drive", mean, "s", "lower", by, "part of the day"))
    return tuple(found)


def further_name(band: int) -> str:
    """Return what the share of calls within a further drive is called; 1 is the first beyond the target."""
    return f"calls within further drive {band}"


def _further(problem: StandbyProblem, cars: NDArray[np.int64]) -> list[Measure]:
    """Return the share of all calls with a car within each further drive, by part of the day."""
    totals, found = problem.weight.sum(axis=0), []
    for band in range(1, len(problem.params.band_shares)):
        near = np.zeros((len(problem.part_ids), problem.starts.size - 1), dtype=bool)
        for t in range(len(problem.part_ids)):
            near[t, problem.pattern_of()[(problem.band <= band) & (cars[t][problem.posts] > 0)]] = True
        got = (near * problem.weight.T).sum(axis=1)
        by = {p: float(g / n) for p, g, n in zip(problem.part_ids, got, totals, strict=True) if n > 0}
        share = float(got.sum() / max(totals.sum(), 1e-12))
        found.append(Measure(further_name(band), share, "frac", "higher", by, "part of the day"))
    return found

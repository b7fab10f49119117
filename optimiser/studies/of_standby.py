"""What studies know of standby posts: which rules a question asks for, and which aims can be set against each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from optimiser.errors import InputError
from optimiser.problems.standby import StandbyProblem
from optimiser.problems.standby.data import GAINS, LIMITED, PRICES, ObjectiveName, limit_rule
from optimiser.studies.hooks import Hooks


def in_force(problem: StandbyProblem, rule: str) -> bool:
    """Return whether the question asks for a rule; one that is not known here is taken to be asked for."""
    p = problem.params
    known = {
        "budget": math.isfinite(p.budget),
        "kept post": bool(p.kept),
        "moved posts": math.isfinite(p.most_moved),
        "least cover": p.least_cover_frac > 0,
    } | {limit_rule(name): name in p.limits for name in LIMITED}
    return known.get(rule, True)


def plenty(problem: StandbyProblem, rule: str) -> float | None:
    """Return what switches a limit off; other rules take what their unit says."""
    p = problem.params
    known = {limit_rule(name): _worst(problem, name) for name in p.limits}
    return known.get(rule)


def _worst(problem: StandbyProblem, name: str) -> float:
    n_posts, n_parts = len(problem.post_ids), len(problem.part_ids)
    if name in GAINS:
        return max(1.0, problem.params.limits[name])  # nothing at all is asked for
    if name == "travel":
        return max(1.0, problem.params.far_s * float(problem.weight.sum()))
    return float(n_posts if name == "posts" else math.ceil(n_posts * n_parts * problem.room()))


def calls_counted(problem: StandbyProblem) -> float | None:
    """Return the calls a week that the first objective is about; None where it is no sum over calls."""
    counts = problem.params.objectives[0] in (*GAINS, "travel")
    return float(problem.weight.sum()) if counts else None


def aims(problem: StandbyProblem) -> tuple[str, ...]:
    """Return the objectives that can be set against each other with the data of this question."""
    known = {
        "gradual": len(problem.params.band_shares) > 1,
        "travel": problem.drive_s.size > 0,
        "moves": bool(problem.params.today),
        "cost": bool((problem.post_cost != problem.post_cost[:1]).any()),
    }
    return tuple(name for name in (*GAINS, *PRICES) if known.get(name, True))


def aiming(problem: StandbyProblem, names: Sequence[str]) -> StandbyProblem:
    """Return the problem with other objectives.

    Raises
    ------
    InputError
        If one is none that can be aimed at and held, or the question lacks the data for it.
    """
    may = (*GAINS, *PRICES)
    strange = [n for n in names if n not in may]
    if strange:
        raise InputError(
            f"{strange[0]!r} cannot be set against another aim; these can: {', '.join(may)} (moves: today's posts "
            "given up)."
        )
    if "travel" in names and problem.posts.size and not problem.drive_s.size:
        raise InputError(
            "Drives are not in this question: ask for an objective with drives, as objective = cover then drive."
        )
    if "moves" in names and not problem.params.today:
        raise InputError("Moves are counted from today's posts, and this question has none: give today.")
    chosen = tuple(cast("ObjectiveName", n) for n in names)
    return replace(problem, params=replace(problem.params, objectives=chosen, weights={}))


def holding(problem: StandbyProblem, limits: Mapping[str, float]) -> StandbyProblem:
    """Return the problem with objectives held at these values; what was relaxed of them before no longer counts."""
    p = problem.params
    rules = {limit_rule(name) for name in limits}
    return replace(
        problem,
        params=replace(
            p,
            budget=min(limits.get("cost", math.inf), p.budget),
            most_moved=min(limits.get("moves", math.inf), p.most_moved),
            limits={**p.limits, **{name: value for name, value in limits.items() if name in LIMITED}},
            relax={rule: amount for rule, amount in p.relax.items() if rule not in rules},
        ),
    )


HOOKS = Hooks(
    in_force=in_force,
    plenty=plenty,
    distance_of="posts staffed otherwise",
    idle=("n_cars", "cars_by_part"),
    aiming=aiming,
    aims=aims,
    calls_counted=calls_counted,
    holding=holding,
    holder=limit_rule,
)

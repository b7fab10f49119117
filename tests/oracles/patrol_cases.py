"""Patrol small enough to know the answer: by hand, or by looking at every plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from optimiser.problems.patrol import FAMILY, PatrolParams, PatrolPlan, PatrolProblem


def two_places(**params) -> PatrolProblem:
    """A market with harm 8 by day and 4 by night, a park with 0 and 6; a block is two hours, which reach half.

    Two blocks by day, two by night: an even share is two blocks a week.
    """
    chosen = {"block_h": 2.0, "half_h": 2.0, "most_at_once": 2, "flood_factor": 2.0, **params}
    return PatrolProblem(
        place_ids=("market", "park"),
        part_ids=("day", "night"),
        harm=np.array([[8.0, 4.0], [0.0, 6.0]]),
        available=np.array([2, 2]),
        past_h=np.array([[1.0, 0.0], [3.0, 0.0]]),
        residents=np.array([1000.0, 200.0]),
        off=("STOP: begun by officers",),
        params=PatrolParams(**chosen),
    )


def hand_cases():
    """(title, problem, harm reached)."""
    return [
        # day: both to the market, 4 + 2; night: park 3, market 2 (a second in the park is worth 1.5)
        ("as harm lies", two_places(), 11.0),
        # one block at once: day market 4, night both 3 + 2
        ("one at once", two_places(most_at_once=1), 9.0),
        # no place more than its even share of two: of market's 4, 2, 2 and park's 3, 1.5: 4 + 2 and 3 + 1.5
        ("not flooded", two_places(flood_factor=1.0), 10.5),
        # three blocks in the park: night 3 + 1.5, day 0; day market 4 + 0 (two by day: one to each place)
        ("least time", two_places(least_blocks=1, flood_factor=1.5, most_at_once=1), 9.0),
        ("every place three", two_places(least_blocks=3), "infeasible"),
        # relaxed by one, two blocks for each: 4 + 2 at the market, 3 + 1.5 in the park
        ("relaxed", two_places(least_blocks=3, relax={"least time": 1.0}), 10.5),
    ]


def breaking_plans():
    """Rule name -> (problem, plan) that breaks this rule and nothing else."""
    return {
        "known places": (two_places(), PatrolPlan({"day": {"market": 1, "moon": 1}})),
        "known parts": (two_places(), PatrolPlan({"day": {"market": 1}, "dusk": {"park": 1}})),
        "blocks": (two_places(), PatrolPlan({"day": {"market": 1}, "night": {"park": -1}})),
        "time available": (two_places(), PatrolPlan({"day": {"market": 2, "park": 1}})),
        "at once": (two_places(most_at_once=1), PatrolPlan({"day": {"market": 2}})),
        "not flooded": (
            two_places(flood_factor=1.0),
            PatrolPlan({"day": {"market": 2}, "night": {"market": 1}}),
        ),
        "least time": (two_places(least_blocks=1), PatrolPlan({"day": {"market": 2}})),
    }


def random_problem(seed: int) -> PatrolProblem:
    """Three places, two parts of the week, up to three blocks in each."""
    rng = np.random.default_rng(seed)
    return PatrolProblem(
        place_ids=("a", "b", "c"),
        part_ids=("early", "late"),
        harm=rng.integers(0, 20, (3, 2)).astype(float) * (rng.random((3, 2)) < 0.85),
        available=rng.integers(0, 5, 2),
        past_h=rng.random((3, 2)),
        residents=np.zeros(3),
        off=(),
        params=PatrolParams(
            block_h=0.5,
            half_h=float(rng.choice([0.5, 1.0, 3.0])),
            most_at_once=int(rng.integers(1, 4)),
            flood_factor=float(rng.choice([1.0, 1.5, 3.0])),
            least_blocks=int(rng.integers(0, 2)),
            relax={"at once": 1.0} if rng.random() < 0.2 else {},
        ),
    )


def enumerate_best(problem: PatrolProblem):
    """Look at every plan: (best plan or None, its objective)."""
    best, value = None, None
    cells = [(t, p) for t in problem.part_ids for p in problem.place_ids]
    for chosen in product(range(problem.once_limit() + 1), repeat=len(cells)):
        plan = PatrolPlan(
            {
                t: {p: n for (part, p), n in zip(cells, chosen, strict=True) if part == t and n}
                for t in problem.part_ids
            }
        )
        if FAMILY.check(problem, plan):
            continue
        found = FAMILY.objectives(problem, plan)[0].value
        if value is None or found > value:
            best, value = plan, found
    return best, value


def monotone_pairs(seed: int):
    """(easier, harder): the optimum of the easier is never worse."""
    problem = random_problem(seed)
    p = problem.params
    looser = [
        replace(p, most_at_once=4),
        replace(p, flood_factor=4.0),
        replace(p, least_blocks=0),
        replace(p, relax={"time available": 1.0}),
    ]
    return [(replace(problem, params=q), problem) for q in looser]


def whole_town() -> PatrolProblem:
    """Return 150 places and 21 parts of the week, with uneven harm."""
    rng = np.random.default_rng(9)
    harm = rng.gamma(0.4, 3.0, (150, 1)) * rng.gamma(2.0, 1.0, (150, 21))
    return PatrolProblem(
        place_ids=tuple(f"p{k}" for k in range(150)),
        part_ids=tuple(f"t{k}" for k in range(21)),
        harm=harm,
        available=rng.integers(10, 40, 21),
        past_h=rng.random((150, 21)),
        residents=rng.integers(100, 3000, 150).astype(float),
        off=(),
        params=PatrolParams(flood_factor=4.0, least_blocks=1),
    )

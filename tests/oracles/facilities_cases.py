"""Sites over the years small enough to know the answer: by hand, or by looking at every plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from optimiser.problems.facilities import FAMILY, FacilitiesParams, FacilitiesPlan, FacilitiesProblem


def two_towns(**params) -> FacilitiesProblem:
    """An old town of 10 calls that shrinks to 4, a new one of 2 that grows to 20; one station in the old one.

    A site in the new town costs 5 and can open from the second year; closing the old station saves 3.
    """
    return FacilitiesProblem(
        site_ids=("old", "new"),
        existing=np.array([True, False]),
        cost=np.array([3.0, 5.0]),
        opens=np.array([0, 1]),
        years=("2030", "2040"),
        area_ids=("A", "B"),
        calls=np.array([[10.0, 2.0], [4.0, 20.0]]),
        reaches=np.eye(2, dtype=bool),
        params=FacilitiesParams(**params),
    )


def hand_cases():
    """(title, problem, mean of the covered calls)."""
    return [
        # both towns as soon as it can be: (10 + 24) / 2
        ("money for all", two_towns(budget=(5.0,)), 17.0),
        # 2 is not enough unless the old station goes (5 - 3 = 2): 10, then 20
        ("close one to open the other", two_towns(budget=(2.0,)), 15.0),
        # no money at all: the old station alone, 10 and 4
        ("no money", two_towns(budget=(0.0,)), 7.0),
        # the old one is kept: 2 does not pay for the new one
        ("kept", two_towns(budget=(2.0,), kept=("old",)), 7.0),
        # a site to be kept that may not open in the first year
        ("kept too early", two_towns(kept=("new",)), "infeasible"),
        # relaxed by what is missing
        ("relaxed", two_towns(budget=(2.0,), kept=("old",), relax={"budget": 3.0}), 17.0),
        # nothing before the second year, all of it then
        ("budget by year", two_towns(budget=(0.0, 5.0)), 17.0),
    ]


def breaking_plans():
    """Rule name -> (problem, plan) that breaks this rule and nothing else."""
    good = {"2030": ("old",), "2040": ("old", "new")}
    late = replace(two_towns(), years=("2030", "2040", "2050"), calls=np.ones((3, 2)), opens=np.array([0, 1]))
    return {
        "known years": (two_towns(), FacilitiesPlan({**good, "1999": ("old",)})),
        "known sites": (two_towns(), FacilitiesPlan({**good, "2030": ("old", "x")})),
        "opening year": (two_towns(), FacilitiesPlan({"2030": ("old", "new"), "2040": ("old", "new")})),
        "stays open": (late, FacilitiesPlan({"2030": ("old",), "2040": ("old", "new"), "2050": ("old",)})),
        "stays closed": (two_towns(), FacilitiesPlan({"2030": (), "2040": ("old",)})),
        "kept site": (two_towns(kept=("old",)), FacilitiesPlan({"2030": ("old",), "2040": ("new",)})),
        "budget": (two_towns(budget=(4.0,)), FacilitiesPlan(good)),
    }


def random_problem(seed: int) -> FacilitiesProblem:
    """Four sites, three years, six areas, whole numbers."""
    rng = np.random.default_rng(seed)
    s, h, n = 4, 3, 6
    ids = tuple(f"s{k}" for k in range(s))
    return FacilitiesProblem(
        site_ids=ids,
        existing=rng.random(s) < 0.4,
        cost=rng.integers(0, 9, s).astype(float),
        opens=rng.integers(0, h + 1, s),
        years=("2030", "2035", "2045"),
        area_ids=tuple(f"a{i}" for i in range(n)),
        calls=rng.integers(0, 12, (h, n)).astype(float),
        reaches=rng.random((s, n)) < 0.4,
        params=FacilitiesParams(
            budget=tuple(np.sort(rng.integers(0, 15, h)).astype(float).tolist()),
            kept=(ids[int(rng.integers(s))],) if rng.random() < 0.3 else (),
            relax={"budget": 1.0} if rng.random() < 0.2 else {},
        ),
    )


def enumerate_best(problem: FacilitiesProblem):
    """Look at every plan: (best plan or None, its objective)."""
    best, value = None, None
    subsets = [
        tuple(s for s, t in zip(problem.site_ids, taken, strict=True) if t)
        for taken in product((False, True), repeat=len(problem.site_ids))
    ]
    for chosen in product(subsets, repeat=len(problem.years)):
        plan = FacilitiesPlan(dict(zip(problem.years, chosen, strict=True)))
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
    richer = replace(p, budget=tuple(b + 3 for b in p.budget))
    freer = replace(p, kept=())
    relaxed = replace(p, relax={"budget": 5.0})
    return [(replace(problem, params=q), problem) for q in (richer, freer, relaxed)]

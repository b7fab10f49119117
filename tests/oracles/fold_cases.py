"""Fold tables small enough to know the answer: by hand, or by looking at every chain of joins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.problems.fold import FAMILY, FoldParams, FoldPlan, FoldProblem
from optimiser.problems.fold.plan import ordered


def path_of_four(work=(1.0, 1.0, 1.0, 1.0), **params) -> FoldProblem:
    """Four beats in a row: A - B - C - D."""
    return FoldProblem(
        beat_ids=tuple("ABCD"),
        edges=np.array([[0, 1], [1, 2], [2, 3]]),
        work=np.array(work, dtype=float),
        params=FoldParams(**params),
    )


def ring_of_six(**params) -> FoldProblem:
    """Six beats in a ring with work 1 2 3 1 2 3."""
    return FoldProblem(
        beat_ids=tuple("ABCDEF"),
        edges=np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [0, 5]]),
        work=np.array([1.0, 2.0, 3.0, 1.0, 2.0, 3.0]),
        params=FoldParams(**params),
    )


def hand_cases():
    """(name, problem, optimum or "infeasible")."""
    return [
        # three cars: one pair has 2/4, 3 * 2/4 - 1 = 0.5; two cars: A B and C D, 0; one car: 0. Mean 0.5 / 3
        ("path", path_of_four(), 0.5 / 3),
        # down to three cars only: 0.5
        ("path, three cars at least", path_of_four(fewest_cars=3), 0.5),
        # every beat its own car: nothing to decide
        ("path, full cars only", path_of_four(fewest_cars=4), 0.0),
        # B and C never together. Three cars: A B or C D, 0.5. Two: A B | C D, 0. One car would join all
        ("path, the middle kept apart", path_of_four(fewest_cars=2, apart=(("B", "C"),)), 0.25),
        ("path, the middle kept apart, one car", path_of_four(apart=(("B", "C"),)), "infeasible"),
        # work 3 1 1 3 of 8. Three cars: B C, loads 3 2 3, 3 * 3/8 - 1 = 1/8 and 1 - 3 * 2/8 = 1/4: 1/4. From there
        # two cars are 5 | 3, 1/4. Or A B first: 4 1 3, 1 - 3/8 = 5/8, then 4 | 4: 0. 1/4 + 1/4 < 5/8 + 0, mean 0.5 / 2
        ("path, the best row spoils the next", path_of_four((3, 1, 1, 3), fewest_cars=2), 0.25),
        # the same where two cars are the rule, 9 hours to 1: (9 * 1/4 + 1 * 1/4) / 10 = 0.25 against (0 + 5/8) / 10
        (
            "path, hours with each number of cars",
            path_of_four((3, 1, 1, 3), fewest_cars=2, car_weights=(9.0, 1.0)),
            0.0625,
        ),
        # at most two beats a car: A B | C D is the only row of two cars, reached by A B or C D: 5/8 and 0
        ("path, two beats at most", path_of_four((3, 1, 1, 3), fewest_cars=2, most_beats=2), 5 / 16),
        ("path, two beats at most, one car", path_of_four(most_beats=2), "infeasible"),
        # relaxed by one beat: A B C | D as without the limit
        (
            "path, two beats at most, relaxed",
            path_of_four((3, 1, 1, 3), fewest_cars=2, most_beats=2, relax={"most beats": 1.0}),
            0.25,
        ),
        # a car of several beats at most 20 % above its share: 5 | 3 is 25 % above, so 4 | 4 by 4 1 3, which with three
        # cars has 4 * 3/8 - 1 = 50 % above: nothing is left
        ("path, load", path_of_four((3, 1, 1, 3), fewest_cars=2, most_over_frac=0.2), "infeasible"),
        (
            "path, load relaxed",
            path_of_four((3, 1, 1, 3), fewest_cars=2, most_over_frac=0.2, relax={"load": 0.05}),
            0.25,
        ),
        # A and D, not touching, together are best with three cars where work is 1 3 3 1: 2 3 3, 1/4; two cars: 5 3, 1/4
        ("path, need not hang together", path_of_four((1, 3, 3, 1), fewest_cars=2, contiguity=False), 0.25),
        # as it must hang together: A B first, 4 3 1: 3/8 below one is 5/8; then 4 | 4
        ("path, must hang together", path_of_four((1, 3, 3, 1), fewest_cars=2), 5 / 16),
        # two pieces without a link cannot be one car
        ("two pieces", replace(path_of_four(), edges=np.array([[0, 1], [2, 3]])), "infeasible"),
        # ring 1 2 3 1 2 3 (of 12). Five cars: the lightest joins are A B (3) and D E (3): 1 - 5/12 = 7/12 (the other 1
        # stays). Four: 3 3 3 3, 0. Three cars: 6 3 3, 1/2. Two: 6 6, 0. One: 0. Mean (7/12 + 1/2) / 5
        ("ring", ring_of_six(), (7 / 12 + 1 / 2) / 5),
    ]


def _table(*rows: str) -> FoldPlan:
    """Rows as ``"AB C D"``."""
    return FoldPlan({len(r.split()): tuple(tuple(g) for g in r.split()) for r in rows})


GOOD = _table("A B C D", "AB C D", "AB CD", "ABCD")


def breaking_plans():
    """Rule name -> (problem, plan) that breaks this rule and nothing else."""
    problem = path_of_four()

    def changed(cars: int, row: str) -> FoldPlan:
        return FoldPlan({**GOOD.groups_at, cars: tuple(tuple(g) for g in row.split())})

    return {
        "known beats": (problem, changed(2, "ABX CD")),
        "numbers of cars": (problem, FoldPlan({k: g for k, g in GOOD.groups_at.items() if k != 3})),
        "one group a car": (problem, changed(2, "AB C D")),
        "every beat": (problem, changed(2, "AB C")),
        "nested": (problem, changed(2, "A BCD")),
        "contiguity": (problem, _table("A B C D", "AC B D", "ABC D", "ABCD")),
        "kept apart": (path_of_four(apart=(("A", "B"),), fewest_cars=3), _table("A B C D", "AB C D")),
        "most beats": (path_of_four(most_beats=2), GOOD),
        "load": (path_of_four(most_over_frac=0.2), GOOD),
    }


def random_problem(seed: int) -> FoldProblem:
    """Six beats on a random tree with two more links, whole work, a limit now and then."""
    rng = np.random.default_rng(seed)
    n = 6
    edges = {(int(rng.integers(i)), i) for i in range(1, n)}
    while len(edges) < n + 1:
        i, j = sorted(rng.choice(n, 2, replace=False).tolist())
        edges.add((i, j))
    ids = tuple(f"b{i}" for i in range(n))
    fewest = int(rng.integers(1, 4))
    a, b = rng.choice(n, 2, replace=False).tolist()
    weights = tuple(float(v) for v in rng.integers(1, 20, n - fewest)) if rng.random() < 0.5 else ()
    return FoldProblem(
        beat_ids=ids,
        edges=np.array(sorted(edges)),
        work=rng.integers(1, 9, n).astype(float),
        params=FoldParams(
            fewest_cars=fewest,
            car_weights=weights,
            apart=((ids[a], ids[b]),) if fewest > 1 and rng.random() < 0.5 else (),
            most_beats=3 if fewest > 1 and rng.random() < 0.5 else 0,
            most_over_frac=1.0 if fewest > 1 and rng.random() < 0.3 else float("inf"),
        ),
    )


def enumerate_best(problem: FoldProblem):
    """Follow every chain of joins of any two groups, judged by the rules alone: (best table or None, objective)."""
    best, best_value = None, None
    full = ordered((b,) for b in problem.beat_ids)
    fewest = problem.params.fewest_cars
    work = dict(zip(problem.beat_ids, problem.work.tolist(), strict=True))
    total = sum(work.values())
    weight = dict(zip(problem.numbers_of_cars[:-1], problem.weights().tolist(), strict=True))

    def row_cost(groups) -> float:
        k = len(groups)
        return weight[k] * max(abs(k * sum(work[b] for b in g) / total - 1) for g in groups)

    def follow(rows, value) -> None:
        nonlocal best, best_value
        if best_value is not None and value >= best_value - 1e-12:
            return
        groups = rows[-1]
        if len(groups) == fewest:
            plan = FoldPlan({len(r): r for r in rows})
            if not FAMILY.check(problem, plan):
                best, best_value = plan, value
            return
        for i in range(len(groups)):
            for j in range(i):
                rest = [g for k, g in enumerate(groups) if k not in (i, j)]
                row = ordered([*rest, groups[i] + groups[j]])
                follow([*rows, row], value + row_cost(row))

    follow([full], 0.0)
    if best is not None:
        best_value = FAMILY.objectives(problem, best)[0].value
    return best, best_value


def monotone_pairs(seed: int):
    """(easier, harder): the optimum of the easier is never worse."""
    problem = random_problem(seed)
    p = problem.params
    together = replace(p, apart=())
    more = replace(p, most_beats=0)
    heavier = replace(p, most_over_frac=float("inf"))
    loose = replace(p, contiguity=False)
    return [(replace(problem, params=q), problem) for q in (together, more, heavier, loose)]

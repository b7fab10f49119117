"""Districts and officers few enough to know the answer: by hand, or by looking at every plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from optimiser.problems.strength import FAMILY, StrengthParams, StrengthPlan, StrengthProblem


def three_districts(new: int = 0, most=(99, 99, 99), minimum=(0, 0, 0), **params) -> StrengthProblem:
    """A has 10 h of work and 4 officers, one of them unfit; B 20 h and 2; C 30 h and 3. Service is 1 - 1 / (n + 1)."""
    n = np.arange(13, dtype=float)
    return StrengthProblem(
        district_ids=("A", "B", "C"),
        work_h=np.array([10.0, 20.0, 30.0]),
        assigned=np.array([4, 2, 3]),
        unfit=np.array([1, 0, 0]),
        new_officers=new,
        service=np.array([1 - w / (n + w) for w in (1.0, 2.0, 3.0)]),
        shortage=np.array([w * np.maximum(0.0, w - n) for w in (1.0, 2.0, 3.0)]),
        minimum=np.array(minimum),
        most=np.array(most),
        params=StrengthParams(**params),
    )


def hand_cases():
    """(title, problem, first objective)."""
    return [
        # 8 at work for 10, 20, 30 h: A 1 or 2, so that 1, 3, 4 give 10, 15, 13.3 per 100 h; 2, 2, 4 give 20, 10, 13.3
        ("equal", three_districts(aim="equal"), 10.0),
        # one more: 1, 3, 5 still leaves A at 10; 2, 3, 4 raises the lowest to 13.3
        ("equal, one more", three_districts(new=1, aim="equal"), 40 / 3),
        # n / (n + w) of 1, 3, 4: 1/2, 3/5, 4/7; nothing lifts A to 2 without B at 2/4 or C at 3/6
        ("fair", three_districts(), 0.5),
        # today at work 3, 2, 3: 3/4, 2/4, 3/6
        ("nobody moves", three_districts(most_moved=0), 0.5),
        # shares 4/3, 8/3, 4 of 8: 1, 3, 4 is off by 1/9 / (4/3) + 1/9 / (8/3)
        ("proportional", three_districts(aim="proportional"), 1 / 12 + 1 / 24),
        # A 1, B 2, C 3 cost nothing, as today
        ("shortage", three_districts(aim="shortage"), 0.0),
        # B needs 3 more; from A all three that can go leave it short by 1 at a cost of 1, C stays: 1 + 3 x 2. With two
        # from A and one from C it is 3 + 3 x 2
        ("price of a move", three_districts(aim="shortage", minimum=(0, 5, 0), move_price=2.0), 7.0),
        ("minimum too large", three_districts(minimum=(5, 4, 0)), "infeasible"),
        ("too few may move", three_districts(minimum=(0, 5, 0), most_moved=2), "infeasible"),
        ("enough may move", three_districts(minimum=(0, 5, 0), most_moved=3), 2 / 5),
        ("relaxed", three_districts(minimum=(0, 5, 0), most_moved=2, relax={"moved": 1.0}), 2 / 5),
    ]


def breaking_plans():
    """Rule name -> (problem, plan) that breaks this rule and nothing else."""
    good = {"A": 2, "B": 3, "C": 4}
    return {
        "known districts": (three_districts(), StrengthPlan({**good, "D": 1})),
        "whole officers": (three_districts(new=1), StrengthPlan({"A": 2.5, "B": 3, "C": 4})),
        "unfit stay": (three_districts(), StrengthPlan({"A": 0, "B": 4, "C": 5})),
        "strength": (three_districts(), StrengthPlan({"A": 4, "B": 3, "C": 4})),
        "placed": (three_districts(), StrengthPlan({"A": 2, "B": 2, "C": 4})),
        "minimum": (three_districts(minimum=(2, 0, 0)), StrengthPlan(good)),
        "most": (three_districts(most=(9, 9, 3)), StrengthPlan(good)),
        "moved": (three_districts(most_moved=1), StrengthPlan(good)),
        "given": (three_districts(most_given=1), StrengthPlan(good)),
    }


def random_problem(seed: int) -> StrengthProblem:
    """Three or four districts, up to ten officers, curves that rise by whole steps, some of them level."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(3, 5))
    assigned = rng.integers(0, 4, k)
    assigned[0] += 1
    unfit = np.minimum(assigned, rng.integers(0, 2, k))
    new = int(rng.integers(0, 3))
    columns = int(assigned.sum()) + new + 1
    steps = rng.integers(0, 3, (k, columns)).astype(float)
    aim = ("fair", "equal", "proportional", "shortage")[seed % 4]
    return StrengthProblem(
        district_ids=tuple(f"d{i}" for i in range(k)),
        work_h=rng.integers(1, 9, k).astype(float),
        assigned=assigned,
        unfit=unfit,
        new_officers=new,
        service=np.cumsum(steps, axis=1),
        shortage=40.0 - np.cumsum(rng.integers(0, 4, (k, columns)).astype(float), axis=1),
        minimum=rng.integers(0, 2, k),
        most=assigned + rng.integers(0, 4, k),
        params=StrengthParams(
            aim=aim,
            most_moved=float(rng.integers(0, 4)) if rng.random() < 0.5 else float("inf"),
            most_given=float(rng.integers(0, 3)) if rng.random() < 0.3 else float("inf"),
            move_price=1.5 if aim in ("proportional", "shortage") and rng.random() < 0.5 else 0.0,
            relax={"moved": 1.0} if rng.random() < 0.2 else {},
        ),
    )


def every_plan(problem: StrengthProblem):
    """Yield every plan that keeps the rules."""
    most = int(problem.assigned.sum()) + problem.new_officers
    for officers in product(range(most + 1), repeat=len(problem.district_ids)):
        if sum(officers) > most:
            continue
        plan = StrengthPlan(dict(zip(problem.district_ids, officers, strict=True)))
        if not FAMILY.check(problem, plan):
            yield plan


def vector(problem: StrengthProblem, plan: StrengthPlan) -> tuple[float, ...]:
    """Return the objectives, signed so that less is better, rounded for comparison."""
    told = FAMILY.objectives(problem, plan)
    return tuple(round(o.value if o.sense == "min" else -o.value, 9) for o in told)


def enumerate_best(problem: StrengthProblem):
    """Look at every plan: (best plan or None, its first objective)."""
    best = min(every_plan(problem), key=lambda plan: vector(problem, plan), default=None)
    return best, None if best is None else FAMILY.objectives(problem, best)[0].value


def monotone_pairs(seed: int):
    """(easier, harder): the optimum of the easier is never worse."""
    problem = random_problem(seed)
    p = problem.params
    found = [
        replace(problem, params=replace(p, most_moved=p.most_moved + 2)),
        replace(problem, params=replace(p, most_given=float("inf"))),
        replace(problem, params=replace(p, relax={"minimum": 1.0, **p.relax})),
        replace(problem, params=replace(p, relax={"most": 2.0, **p.relax})),
    ]
    return [(easier, problem) for easier in found]

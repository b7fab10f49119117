"""Rotating patterns small enough to know the answer: by hand, or by looking at every pattern."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from optimiser.problems import portable
from optimiser.problems.patterns import FAMILY, OFF, PatternsParams, PatternsPlan, PatternsProblem
from optimiser.problems.patterns.plan import DAYS

FREE = {
    "shortest_off": 1,
    "longest_off": 14,
    "shortest_work": 1,
    "longest_work": 14,
    "rest_s": 0.0,
    "most_week_h": 168.0,
}
"""Rules that nothing here breaks."""


def rota(
    shifts=("D",), need=None, rows=(2, 2), start_h=(7, 19), length_h=(12, 12), **params
) -> PatternsProblem:
    """Twelve-hour days (07-19) and, where asked for, nights (19-07); needs by shift and day."""
    n = len(shifts)
    need = np.ones((n, DAYS), dtype=np.int64) if need is None else np.array(need, dtype=np.int64)
    return PatternsProblem(
        shift_ids=tuple(shifts),
        shift_start_s=3600.0 * np.array(start_h[:n]),
        shift_length_s=3600.0 * np.array(length_h[:n]),
        need=need,
        fewest_rows=rows[0],
        most_rows=rows[1],
        params=PatternsParams(**{**FREE, **params}),
    )


def pattern(*rows: str) -> PatternsPlan:
    """``pattern("DDD----", "---DDDD")``."""
    return PatternsPlan(tuple(tuple(row) for row in rows))


def hand_cases():
    """(title, problem, fewest officers or fewest weekends with work)."""
    five_two = {"shortest_work": 5, "longest_work": 5, "shortest_off": 2, "longest_off": 2}
    weekdays = [[3] * 5 + [0, 0]]
    return [
        # one post a day for two: one is on from Friday to Sunday, the other from Monday to Thursday
        ("two share a post", rota(exact=True), 1.0),
        # one day on, one off: D-D-D-D / -D-D-D-: each row works one day of the weekend
        ("every other day", rota(exact=True, longest_work=1, longest_off=1), 2.0),
        # three on weekdays are three rows of five on, two off
        ("five on, two off", rota(need=weekdays, rows=(1, 9), objective="officers", **five_two), 3.0),
        # whose work begins on a Monday always begins on a Monday: nobody comes to be on at weekends
        ("seven days do not rotate", rota(need=[[5] * 7], rows=(7, 9), **five_two), "infeasible"),
        # Pitman: two on duty by day and by night from four, 2-3 days in a row, no night before a day
        (
            "Pitman needs four",
            rota(
                ("D", "N"),
                rows=(1, 8),
                objective="officers",
                longest_work=3,
                shortest_off=2,
                longest_off=3,
                rest_s=11 * 3600.0,
            ),
            4.0,
        ),
        # one officer cannot be on every day with a day off a week
        ("one alone", rota(rows=(1, 1), exact=True), "infeasible"),
        # two rows exactly, day by day 1: with three days in a row at least and one off at most, 7 is no sum of 4s
        ("no cycle fits", rota(exact=True, shortest_work=3, longest_work=3, longest_off=1), "infeasible"),
        # three free weekends of four with one post: the fourth officer works it alone
        ("free weekends", rota(rows=(4, 4), exact=True, free_weekends=3), 1.0),
        ("too many free weekends", rota(rows=(4, 4), exact=True, free_weekends=4), "infeasible"),
        # 84 hours for two are 42 each: 40 are too few
        ("hours", rota(exact=True, most_week_h=40.0), "infeasible"),
        ("hours relaxed", rota(exact=True, most_week_h=40.0, relax={"hours a week": 2.0}), 1.0),
    ]


def breaking_plans():
    """Rule name -> (problem, plan) that breaks this rule and nothing else."""
    one, two = ("D",), ("D", "N")
    good = pattern("DDDD---", "----DDD")  # round the cycle: seven on, seven off
    gone = pattern("D-DD---", "----DDD")
    alternate = pattern("DDDN---", "----DDD")
    mixed = [[1, 1, 1, 0, 1, 1, 1], [0, 0, 0, 1, 0, 0, 0]]
    after_off = pattern("DDDN-DD", "----D--")
    open_ = np.zeros((1, DAYS), dtype=np.int64)
    open_[0, 0] = 1
    return {
        "known shifts": (rota(one), pattern("DDDX---", "---DDDD")),
        "whole weeks": (rota(one), pattern("DDDDDD", "----DDD")),
        "rows": (rota(one, rows=(3, 3)), good),
        "cover": (rota(one), gone),
        "shortest days off": (rota(one, open_, shortest_off=2), gone),
        "longest days off": (rota(one, longest_off=6), good),
        "shortest work": (rota(one, open_, shortest_work=3), gone),
        "longest work": (rota(one, longest_work=6, longest_run={"D": 7}), good),
        "shortest run": (rota(two, mixed, shortest_run={"N": 2}), alternate),
        "longest run": (rota(two, mixed, longest_run={"D": 5}), alternate),
        "forbidden sequence": (rota(two, mixed, forbidden=(("D", "N"),)), alternate),
        "forbidden after a day off": (rota(two, mixed, forbidden_after_off=(("N", "D"),)), after_off),
        "rest": (rota(one, rest_s=13 * 3600.0), good),
        "forward rotation": (rota(two, mixed, forward=True), pattern("DDD----", "---NDDD")),
        "days off after nights": (rota(two, mixed, off_after_nights=2), after_off),
        "hours a week": (rota(one, most_week_h=40.0), good),
        "free weekends": (rota(one, free_weekends=1), pattern("D-D-DD-", "-D-D--D")),
    }


def random_problem(seed: int) -> PatternsProblem:
    """Two or three rows, one officer a day on days or nights, rules that mostly can be kept."""
    rng = np.random.default_rng(seed)
    low, high = int(rng.integers(1, 3)), int(rng.integers(2, 5))
    rules = {
        "longest_work": high,
        "shortest_work": min(low, high),
        "shortest_off": 1 + int(rng.random() < 0.3),
        "longest_off": int(rng.integers(4, 9)),
        "objective": ("officers", "weekends")[int(rng.random() < 0.6)],
        "free_weekends": int(rng.random() < 0.3),
    }
    if rng.random() < 0.4:  # more than the need, one shift, the number of rows open
        return rota(rows=(2, 2), **rules)
    nights = rng.random(DAYS) < 0.4
    need = np.stack([~nights, nights]).astype(np.int64)
    return rota(
        ("D", "N"),
        need,
        rows=(2 if rng.random() < 0.5 else 3, 3),
        exact=True,
        rest_s=11 * 3600.0 if rng.random() < 0.5 else 0.0,
        forward=bool(rng.random() < 0.3),
        off_after_nights=1 + int(rng.random() < 0.3),
        forbidden_after_off=(("N", "D"),) if rng.random() < 0.3 else (),
        longest_run={"N": 2} if rng.random() < 0.3 else {},
        **rules,
    )


_known: dict[str, tuple[PatternsPlan | None, float | None]] = {}


def enumerate_best(problem: PatternsProblem):
    """Look at every pattern whose days each have their officers: (best pattern or None, its objective)."""
    key = portable.digest(problem)
    if key not in _known:
        _known[key] = _search(problem)
    return _known[key]


def _search(problem: PatternsProblem):
    best, value = None, None
    for n in range(problem.fewest_rows, problem.most_rows + 1):
        columns = [
            [c for c in product((*problem.shift_ids, OFF), repeat=n) if _covers(problem, c, d)]
            for d in range(DAYS)
        ]
        for chosen in product(*columns):
            plan = PatternsPlan(tuple(zip(*chosen, strict=True)))
            if FAMILY.check(problem, plan):
                continue
            found = FAMILY.objectives(problem, plan)[0].value
            if value is None or found < value:
                best, value = plan, found
    return best, value


def _covers(problem: PatternsProblem, column: tuple[str, ...], day: int) -> bool:
    slack = problem.params.relax.get("cover", 0.0)
    for i, shift in enumerate(problem.shift_ids):
        found, need = column.count(shift), int(problem.need[i, day])
        if found < need - slack or (problem.params.exact and found > need + slack):
            return False
    return True


def monotone_pairs(seed: int):
    """(easier, harder): the optimum of the easier is never worse."""
    problem = random_problem(seed)
    p = problem.params
    longer = replace(p, longest_work=p.longest_work + 1)
    shorter = replace(p, shortest_off=1, shortest_work=1)
    freer = replace(p, free_weekends=0, relax={"longest days off": 1.0})
    return [(replace(problem, params=q), problem) for q in (longer, shorter, freer)]

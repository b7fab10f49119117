"""Small shift problems with known answers, plans that break one rule each, and an enumeration oracle."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np

from optimiser.problems.shifts import FAMILY, ShiftsParams, ShiftsPlan, ShiftsProblem, objectives
from tests.oracles.shifts_hand import (
    FREE,
    HELD,
    SLOTS,
    away_then,
    breaking_plans,
    hand_cases,
    union_airways,
    week,
)

__all__ = [
    "FREE",
    "HELD",
    "SLOTS",
    "breaking_plans",
    "enumerate_best",
    "hand_cases",
    "monotone_pairs",
    "random_problem",
    "union_airways",
    "week",
]


def random_problem(seed: int) -> ShiftsProblem:
    """Return a problem small enough to enumerate: at most five pairs of shift and day, two or three officers each."""
    rng = np.random.default_rng(seed)
    n_pairs = int(rng.integers(2, 6))
    starts = rng.choice([0, 4, 6, 8, 14, 20, 22], size=3, replace=False)
    shifts = {f"S{s:02d}": (int(s), int(rng.choice([4, 8, 10]))) for s in starts}
    days = np.zeros((3, 7), dtype=bool)
    for pair in rng.choice(21, size=n_pairs, replace=False):
        days[pair // 7, pair % 7] = True
    most = int(rng.integers(2, 4)) if n_pairs < 5 else 2
    covered = np.zeros(SLOTS, dtype=np.int64)
    for i, d in zip(*np.nonzero(days), strict=True):
        start, length = list(shifts.values())[i]
        covered[(d * 24 + start + np.arange(length)) % SLOTS] += int(rng.integers(0, most + 1))
    requirement = np.minimum(covered, rng.integers(0, 4, SLOTS))
    calls = rng.uniform(0, 1500, SLOTS) * (covered > 0) * (rng.random() < 0.7)
    objective = "cost" if rng.random() < 0.5 else "shortage"
    params = ShiftsParams(
        objective=objective,  # type: ignore[arg-type]
        hold_split=bool(rng.random() < 0.6),
        interval_price=float(rng.choice([0.0, 1.0, 3.7])),
        max_start_times=int(rng.integers(1, 3)) if rng.random() < 0.4 else None,
        budget_h=float(rng.integers(8, 60)) if objective == "shortage" or rng.random() < 0.3 else None,
        community_from_h=int(rng.integers(0, 9)),
        community_to_h=int(rng.integers(15, 24)),
    )
    return _with_rota(
        seed,
        params,
        shifts,
        {},
        requirement=requirement,
        call_work_s=calls,
        admin_s=rng.uniform(0, 400, SLOTS) * (covered > 0),
        cost_per_officer_h=np.round(rng.uniform(0.8, 2.0, SLOTS), 3),
        shortage_prices=(1.0, 2.5, 4.0),
        shift_days=days,
        most_per_shift=most,
    )


def _with_rota(
    seed: int, params: ShiftsParams, shifts: dict[str, tuple[int, int]], need: Any, **more: Any
) -> Any:
    """Return the week with some rules of the rota in every second seed."""
    rng = np.random.default_rng(1000 + seed)
    if seed % 3 == 1:
        more["nobody_free"] = waiting_calls(np.random.default_rng(2000 + seed))
        params = replace(params, no_free_price=float(1 + seed) / 3)
    if seed % 2 == 0:
        return week(params, shifts, need, **more)
    pairs = [f"{list(shifts)[i]}@{d}" for i, d in zip(*np.nonzero(more["shift_days"]), strict=True)]
    today = {k: int(rng.integers(0, more["most_per_shift"] + 1)) for k in pairs} | {
        f"{next(iter(shifts))}@0": 1
    }
    covered = np.flatnonzero(more["requirement"])
    kinds = [str(k) for k in rng.choice(["", "hold-over", "call-back"], size=len(shifts), p=[0.4, 0.3, 0.3])]
    lengths = [n for _, n in shifts.values()]
    slots = tuple({"": 0, "hold-over": 2, "call-back": n}[k] for k, n in zip(kinds, lengths, strict=True))
    params = replace(
        params,
        same_starts=("Mon-Sun",) if rng.random() < 0.2 else (),
        hand_over_officers=int(rng.random() < 0.2),
        hand_over_s=3600.0,
        change_price=float(rng.choice([0.0, 0.3])),
        most_changed_h=float(rng.integers(10, 60)) if rng.random() < 0.3 else None,
        most_hold_over_h=float(rng.integers(2, 7)) if rng.random() < 0.6 else None,
        most_call_back_h=float(rng.integers(6, 20)) if rng.random() < 0.6 else None,
        relax={"same_starts": 2.0} if rng.random() < 0.5 else {},
    )
    away = away_then(int(rng.choice(covered)), 1) if covered.size and rng.random() < 0.4 else ()
    rota = {"overtime": tuple(kinds), "overtime_slots": slots, "away": away}
    if rng.random() < 0.5:
        rota["shortage_bands_frac"] = (0.34, 0.67)
    params = replace(params, overtime_in_budget=bool(rng.random() < 0.5))
    return week(params, shifts, need, existing=ShiftsPlan(today), **(more | rota))


def waiting_calls(rng: np.random.Generator) -> np.ndarray:
    """Return calls that find nobody with 0 to 4 officers: never rising, mostly not convex, not always down to 0."""
    shares = np.sort(rng.uniform(0, 1, (SLOTS, 5)), axis=1)[:, ::-1]
    shares[:, :2] = np.where(rng.random((SLOTS, 1)) < 0.5, 1.0, shares[:, :2])
    shares[:, 4] *= rng.random(SLOTS) < 0.5
    return np.round(shares * rng.uniform(0, 2, (SLOTS, 1)), 4)


def enumerate_best(problem: ShiftsProblem) -> tuple[ShiftsPlan | None, float]:
    """Try every plan: (a best plan, its objective), or (None, infinity)."""
    keys = [f"{problem.shift_ids[i]}@{d}" for i, d in zip(*np.nonzero(problem.shift_days), strict=True)]
    extra = int(problem.params.relax.get("shift_capacity", 0))
    best: ShiftsPlan | None = None
    least = float("inf")
    for counts in itertools.product(range(problem.most_per_shift + extra + 1), repeat=len(keys)):
        plan = ShiftsPlan({k: n for k, n in zip(keys, counts, strict=True) if n})
        value = objectives(problem, plan)[0].value
        if value < least - 1e-9 and not FAMILY.check(problem, plan):
            best, least = plan, value
    return best, least


def random_plain_problem(seed: int) -> ShiftsProblem:
    """Return a problem of shortage and budget alone, as ``shifts.network`` takes them."""
    problem = random_problem(seed)
    params = ShiftsParams(
        objective="shortage",
        hold_split=False,
        interval_price=problem.params.interval_price,
        surplus_price=0.0 if seed < 3 else 0.25,  # a lower requirement is easier only where surplus is free
        budget_h=float(np.random.default_rng(seed).integers(8, 60)),
    )
    none = {"overtime": (), "overtime_slots": (), "away": (), "existing": None}
    return replace(problem, params=params, nobody_free=np.zeros((0, 0)), **none)


OWN_RANDOM = {"shifts.network": random_plain_problem}


def monotone_pairs(seed: int, make=random_problem) -> list[tuple[ShiftsProblem, ShiftsProblem]]:
    """Return (easier, harder) pairs: the optimum of the first is never the worse one."""
    hard = make(seed)
    p = hard.params
    relaxed = {
        "hand_over": 1.0,
        "same_starts": 1.0,
        "change": 8.0,
        "hold_over": 2.0,
        "call_back": 4.0,
        "requirement": 1.0,
        "start_times": 1.0,
        "budget": 8.0,
        "call_ceiling": 0.1,
        "admin_ceiling": 0.1,
        "proactive_floor": 0.1,
        "community_floor": 0.05,
    }
    pairs = [
        (replace(hard, params=replace(p, relax={**p.relax, rule: p.relax.get(rule, 0.0) + by})), hard)
        for rule, by in relaxed.items()
    ]
    pairs.append((replace(hard, most_per_shift=hard.most_per_shift + 1), hard))
    pairs.append((hard, replace(hard, requirement=hard.requirement + (hard.requirement > 0))))
    pairs.append((replace(hard, params=replace(p, hold_split=False)), hard))
    return pairs

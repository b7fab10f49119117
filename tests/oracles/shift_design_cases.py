"""Shift designs small enough to know the answer: by hand, from textbooks, or by looking at every design."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from optimiser.problems.shift_design import FAMILY, ShiftDesignParams, ShiftDesignPlan, ShiftDesignProblem


def day(need, shifts, *, n_days=1, slot_s=7200, cost=None, most=9, **params) -> ShiftDesignProblem:
    """Shifts as name: (first slot of the day, slots)."""
    return ShiftDesignProblem(
        slot_s=slot_s,
        n_days=n_days,
        need=np.array(need, dtype=np.int64),
        shift_ids=tuple(shifts),
        shift_start=np.array([s[0] for s in shifts.values()]),
        shift_slots=np.array([s[1] for s in shifts.values()]),
        officer_cost=np.zeros(len(shifts)) if cost is None else np.array(cost, dtype=np.float64),
        most_per_shift=most,
        params=ShiftDesignParams(**params),
    )


def winston() -> ShiftDesignProblem:
    """Winston, Operations Research: five days on, two off; Monday to Sunday 17 13 15 19 14 16 11 (known_textbook.csv).

    A slot is a day, a "shift" five of them; whoever begins on day d works d to d + 4.
    """
    need = [17, 13, 15, 19, 14, 16, 11]
    shifts = {"five days": (0, 5)}
    free = {"over_price": 0.0, "shift_price": 0.0, "full_cover": True}
    return day(need, shifts, n_days=7, slot_s=86400, cost=[1.0], most=99, **free)


def union_airways() -> ShiftDesignProblem:
    """Hillier and Lieberman: agents by two-hour block from 06, 15 from 00 to 06; five 8-hour shifts and their pay."""
    from_six = [48, 79, 65, 87, 64, 73, 82, 43, 52]
    need = [15, 15, 15, *from_six]
    shifts = {f"{h:02d}": (h // 2, 4) for h in (6, 8, 12, 16, 22)}
    free = {"over_price": 0.0, "shift_price": 0.0, "full_cover": True}
    return day(need, shifts, cost=[170, 160, 175, 180, 195], most=99, **free)


def two_shifts(**params) -> ShiftDesignProblem:
    """Two officers from 06 to 22; an early and a late shift of 8 hours, a long one of 12."""
    need = [0, 0, 0, *([2] * 8), 0]
    return day(need, {"early": (3, 4), "late": (7, 4), "long": (3, 6)}, **params)


def hand_cases():
    """(title, problem, cost)."""
    return [
        ("Winston's post office", winston(), 23.0),
        ("Union Airways", union_airways(), 30610.0),
        # early and late fit exactly: two shifts at 1
        ("two shifts fit", two_shifts(), 2.0),
        # a shift at 20: nobody at all costs 32 officer-hours; one long shift 20 + 8 missing
        ("shifts are dear", two_shifts(shift_price=20.0), 28.0),
        ("only one shift", two_shifts(most_shifts=1), 9.0),
        ("only one shift, relaxed", two_shifts(most_shifts=1, relax={"most shifts": 1.0}), 2.0),
        # one officer a shift: the long one helps out, 12 h of 16 twice, four missing: 1 + 1 + 1 + 4
        ("one officer a shift", two_shifts(most=1), 7.0),
        # nobody missing, one shift at most: impossible
        ("one shift for sixteen hours", two_shifts(most_shifts=1, full_cover=True), "infeasible"),
        ("cover relaxed", two_shifts(most_shifts=1, full_cover=True, relax={"cover": 2.0}), 9.0),
        # nothing is needed: nothing is used
        ("no need", day([0] * 12, {"early": (3, 4)}), 0.0),
    ]


def breaking_plans():
    """Rule name -> (problem, plan) that breaks this rule and nothing else."""
    both = {"early": (2,), "late": (2,)}
    return {
        "known shifts": (two_shifts(), ShiftDesignPlan({**both, "x": (1,)})),
        "days": (two_shifts(), ShiftDesignPlan({**both, "long": (1, 1)})),
        "whole officers": (two_shifts(), ShiftDesignPlan({**both, "long": (-1,)})),
        "most on a shift": (two_shifts(most=1), ShiftDesignPlan(both)),
        "most shifts": (two_shifts(most_shifts=1), ShiftDesignPlan(both)),
        "cover": (two_shifts(full_cover=True), ShiftDesignPlan({"early": (2,), "late": (1,)})),
    }


def random_problem(seed: int) -> ShiftDesignProblem:
    """Three shifts on two days of four slots, at most two officers: 729 designs."""
    rng = np.random.default_rng(seed)
    shifts = {f"s{k}": (int(rng.integers(4)), int(rng.integers(1, 6))) for k in range(3)}
    return day(
        rng.integers(0, 3, 8),
        shifts,
        n_days=2,
        slot_s=21600,
        most=2,
        cost=rng.integers(0, 2, 3),
        under_price=float(rng.integers(0, 4)),
        over_price=float(rng.integers(0, 3)) / 2,
        shift_price=float(rng.integers(0, 12)),
        most_shifts=int(rng.integers(0, 4)),
        full_cover=bool(rng.random() < 0.25),
        relax={"cover": 1.0} if rng.random() < 0.2 else {},
    )


def week_of_starts(n_starts: int, seed: int = 3) -> ShiftDesignProblem:
    """A made-up week by the half-hour: so many starts a day, each of 8, 9, 10 or 12 hours."""
    rng = np.random.default_rng(seed)
    starts = {f"{a}+{n}": (a, n) for a in range(0, 48, 48 // n_starts) for n in (16, 18, 20, 24)}
    of_day = 12 + np.round(6 * np.sin(np.arange(48) / 48 * 2 * np.pi)).astype(int)
    need = np.tile(of_day, 7) + rng.integers(0, 4, 7 * 48)
    return day(need.tolist(), starts, n_days=7, slot_s=1800, most=40)


def enumerate_best(problem: ShiftDesignProblem):
    """Look at every design: (best or None, its cost)."""
    best, value = None, None
    top = problem.most_per_shift + int(problem.params.relax.get("most on a shift", 0))
    n = len(problem.shift_ids) * problem.n_days
    for counts in product(range(top + 1), repeat=n):
        rows = np.array(counts).reshape(-1, problem.n_days).tolist()
        plan = ShiftDesignPlan(
            {s: tuple(row) for s, row in zip(problem.shift_ids, rows, strict=True) if any(row)}
        )
        if FAMILY.check(problem, plan):
            continue
        found = FAMILY.objectives(problem, plan)[0].value
        if value is None or found < value:
            best, value = plan, found
    return best, value


def monotone_pairs(seed: int):
    """(easier, harder): the optimum of the easier is never worse."""
    problem = random_problem(seed)
    p = problem.params
    cheaper = replace(p, under_price=p.under_price / 2)
    freer = replace(p, full_cover=False)
    relaxed = replace(p, relax={"most shifts": 1.0, "cover": 2.0})
    return [(replace(problem, params=q), problem) for q in (cheaper, freer, relaxed)]

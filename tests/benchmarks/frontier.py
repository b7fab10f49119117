"""A made-up force of the size and mix of Avon and Somerset's, and the suite ``frontier``.

Given: 1.6 million people, 2,700 officers, 17,000 calls a week of which 4,500 are emergencies, 150 missing persons of
13 officer-hours and 360 cases of domestic abuse (research: systems A, reliability). Assumed, and stated in every row:
half of the officers are on patrol; every emergency and half of the other calls are attended; officer-hours a call are
2.5 for domestic abuse, 1.4 for other emergencies and 0.9 for the rest; absence leaves 32.2 hours a week; ten
districts, a third of them towns with late evenings, two by the sea with a summer.
"""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from typing import Any

import numpy as np
import psutil

from optimiser.demand.call_mix import of_load
from optimiser.prepare.budget import BudgetSetup, Force
from optimiser.problems.shifts import FAMILY
from optimiser.studies.budget import budget
from optimiser.studies.budget_question import question_of_force
from optimiser.studies.budget_types import Budget, BudgetQuestion, Mix
from optimiser.units import SECONDS_PER_HOUR
from tests.benchmarks.spec import Row, Suite

OFFICERS = 2_700
PATROL_FRAC = 0.5
CALLS, EMERGENCIES = 17_000, 4_500
ATTENDED_FRAC = 0.5
MISSING, MISSING_H = 150, 13.0
ABUSE, ABUSE_H = 360, 2.5
EMERGENCY_H, OTHER_H = 1.4, 0.9
SIZES = np.array([0.19, 0.15, 0.13, 0.11, 0.10, 0.09, 0.08, 0.06, 0.05, 0.04])
LIMIT_S = 600.0
GAP = 0.01
TINY_GAP = 0.05
"""What tells enough of a wrong answer where time is short."""


def work_h() -> float:
    """Officer-hours of attended calls a week."""
    other = (CALLS - EMERGENCIES) * ATTENDED_FRAC
    rest = EMERGENCIES - MISSING - ABUSE
    return MISSING * MISSING_H + ABUSE * ABUSE_H + rest * EMERGENCY_H + other * OTHER_H


def made_up_force(n_districts: int = 10) -> Force:
    """Return the first districts of the force, with the same officers for the same work."""
    sizes = SIZES[:n_districts]
    hour = np.arange(168)
    of_day, day = hour % 24, hour // 24
    rows = []
    for k, size in enumerate(sizes):
        evening = 1.0 + 0.55 * np.cos(2 * np.pi * (of_day - 18.5) / 24)
        late = np.where((day >= 4) & ((of_day >= 20) | (of_day < 3)), 1.5 if k % 3 == 0 else 1.15, 1.0)
        shape = np.maximum(evening, 0.42) * late
        rows.append(work_h() * size * shape / shape.sum())
    officers = np.floor(OFFICERS * PATROL_FRAC * sizes + 0.5).astype(int)
    summer = np.where(np.arange(len(sizes)) % 5 == 4, 1.30, 1.08)
    unit_s = np.array(rows) * SECONDS_PER_HOUR
    return Force(
        tuple(f"D{k + 1}" for k in range(len(sizes))),
        tuple(officers.tolist()),
        tuple(of_load(row, 2700.0) for row in unit_s),
        summer,
    )


def force_question(
    n_districts: int = 10, n_totals: int = 25, n_grid: int = 13, gap_frac: float = GAP
) -> BudgetQuestion:
    """Return the question of budget of the force."""
    setup = BudgetSetup(n_points=n_totals, n_grid=n_grid, summer_frac=0.1)
    return question_of_force(made_up_force(n_districts), setup, gap_frac=gap_frac)


class Memory:
    """Peak of the resident memory of this process and all it started, in MiB, sampled."""

    def __init__(self) -> None:
        self.peak = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._over.wait(0.25):
            total = 0
            for p in [me, *me.children(recursive=True)]:
                try:
                    total += p.memory_info().rss
                except psutil.Error:
                    continue
            self.peak = max(self.peak, total / 2**20)


def wrong_in(found: Budget) -> list[str]:
    """Check every point by the family's own rules and sums: hours, falling curves, bounds below."""
    wrong = []
    curves = [(*at, c) for at, c in found.curves.items()]
    curves += [(d, f"overtime at each strength, {s}", c) for (d, s), c in found.overtime_curves.items()]
    for district, scenario, curve in curves:
        for b, p in curve.points.items():
            problem = curve.at(b)
            wrong += [f"{district}, {scenario}, {b}: {v}" for v in FAMILY.check(problem, p.plan)]
            value = FAMILY.objectives(problem, p.plan)[0].value
            if abs(value - p.value) > 1e-6 * max(1.0, value):
                wrong.append(f"{district}, {scenario}, {b}: {p.value} told, {value} by the data")
        lower, upper = curve.lower(max(curve.points)), curve.upper(max(curve.points))
        if (lower > upper + 1e-5 * np.maximum(1.0, np.abs(upper))).any():
            wrong.append(f"{district}, {scenario}: a bound above a plan")
    for scenario, points in found.frontier.items():
        values = [p.value for p in points]
        if any(b > a + 1e-6 for a, b in pairwise(values)):
            wrong.append(f"{scenario}: more officers, more shortage")
        wrong += [
            f"{scenario}, {p.total}: {sum(p.officers.values())} placed"
            for p in points
            if sum(p.officers.values()) > p.total
        ]
    return wrong[:10]


def measured(
    n_districts: int,
    n_totals: int,
    limit_s: float,
    n_grid: int = 13,
    gap_frac: float = GAP,
) -> dict[str, Any]:
    """Trace the frontier and set it beside the limit."""
    began = time.perf_counter()
    question = force_question(n_districts, n_totals, n_grid, gap_frac)
    build_s = time.perf_counter() - began
    with Memory() as memory:
        found = budget(question, budget_s=limit_s)
    gaps = [p.gap_frac for points in found.frontier.values() for p in points]
    base = found.frontier["base"]
    today = found.at("base", question.n_today)
    wrong = wrong_in(found)
    span, agree = found.agreement()
    regret = {
        f"planned for {s.name}, worst elsewhere": round(float(found.regret[i].max()), 1)
        for i, s in enumerate(question.scenarios)
    }
    return {
        "size": f"{n_districts} districts, {question.n_today} officers on patrol, {len(base)} points x "
        f"{len(found.frontier)} scenarios",
        "status": f"{len(gaps)} points, {sum(g <= GAP for g in gaps)} within 1 %",
        "objective": today.value,
        "bound": today.bound,
        "gap": max(gaps),
        "build_s": build_s,
        "solve_s": found.seconds,
        "reached": bool(found.complete and not wrong and found.seconds <= limit_s),
        "wrong": "; ".join(wrong),
        "peak MiB": round(memory.peak),
        "solves": found.n_solves,
        "assumed": f"patrol {PATROL_FRAC:.0%}, attended {ATTENDED_FRAC:.0%} of calls that are no emergency",
        "base, officer-hours short a week": {
            p.total: round(p.shortage_h) for p in base[:: max(1, len(base) // 6)]
        },
        "one officer at today's strength": {
            "dual": today.dual,
            "difference": today.difference,
            "officer-hours": today.difference_h,
        },
        "dual and difference agree": {"share of points": agree, "range": span},
        "levers in officers": {v.name: f"{v.at_least} to {v.at_most}" for v in found.levers},
        "regret": regret,
        "cheapest mix of overtime and hiring": [
            _mix(m) for m in found.base_mixes[:: max(1, len(found.base_mixes) // 6)]
        ],
        "mixes within 1 %": sum(m.gap_frac is not None and m.gap_frac <= GAP for m in found.base_mixes),
    }


def _mix(m: Mix) -> dict[str, Any]:
    """Tell what is needed from so many officers to a week that is nowhere short."""
    used = m.overtime
    return {
        "officers": m.total,
        "hires": m.hires,
        "held over h": None if used is None else used.hold_over_h,
        "called back h": None if used is None else used.call_back_h,
        "cost a year": m.cost,
        "no mix costs less than": m.bound,
        "hires alone": m.hires_alone,
    }


SUITE = Suite(
    name="frontier",
    issue="a force of 2,700 officers: 25 points x 6 scenarios in 10 min, each within 1 %; peak memory",
    rows=(
        Row(
            "two districts",
            lambda mode: measured(2, 3, LIMIT_S, 3, TINY_GAP) if mode == "smoke" else measured(2, 9, LIMIT_S),
            smoke=True,
            quick=True,
            limit_s=300,
        ),
        Row(
            "the force, 25 points x 6 scenarios", lambda mode: measured(10, 25, LIMIT_S), limit_s=2 * LIMIT_S
        ),
    ),
)

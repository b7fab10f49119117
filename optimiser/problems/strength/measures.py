"""How good is a plan of strength? From data and plan alone."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import Measure, Objective
from optimiser.problems.strength.data import StrengthProblem
from optimiser.problems.strength.plan import StrengthPlan
from optimiser.problems.strength.rules import moved

MOVED = "officers moved"
HUNDRED_H = 100.0


def at_work(problem: StrengthProblem, plan: StrengthPlan) -> NDArray[np.int64]:
    """Return the officers at work by district, shape (K,); negative where a plan moves the unfit."""
    return np.array([plan.of(d) for d in problem.district_ids], dtype=np.int64) - problem.unfit


def curve(problem: StrengthProblem) -> NDArray[np.float64]:
    """Return what the aim counts by officers at work, shape (K, C + 1).

    To be made large in turn for ``fair`` and ``equal``, its sum small for the others. A district without work wants
    no officers: its service and officers per work are as good as any district's can be.
    """
    p, n = problem.params, problem.service.shape[1]
    officers = np.arange(n, dtype=np.float64)
    if p.aim == "fair":
        return problem.service
    if p.aim == "equal":
        per = np.outer(HUNDRED_H / np.maximum(problem.work_h, 1e-12), officers)
        per[problem.work_h <= 0] = HUNDRED_H * (n - 1) / problem.work_h[problem.work_h > 0].min()
        return per
    if p.aim == "shortage":
        return problem.shortage
    share = problem.fair_share()
    off: NDArray[np.float64] = (officers[None, :] - share[:, None]) ** 2 / np.maximum(share, 1.0)[:, None]
    return off


def values(problem: StrengthProblem, plan: StrengthPlan) -> NDArray[np.float64]:
    """Return what the aim counts in each district, shape (K,)."""
    table = curve(problem)
    held = np.clip(at_work(problem, plan), 0, table.shape[1] - 1)
    found: NDArray[np.float64] = table[np.arange(len(held)), held]
    return found


def objectives(problem: StrengthProblem, plan: StrengthPlan) -> tuple[Objective, ...]:
    """Return the aim, the districts in turn from the worst on where it compares them, then the officers moved."""
    p = problem.params
    last = Objective(MOVED, float(moved(problem, plan)), "officers", "min")
    found = values(problem, plan)
    if p.in_turn:
        name, unit = _in_words(p.aim)
        return (
            *(
                Objective(f"{place(k)} {name}", float(v), unit, "max")
                for k, v in enumerate(np.sort(found), start=1)
            ),
            last,
        )
    total = float(found.sum()) + p.move_price * last.value
    if p.aim == "shortage":
        return (Objective("cost of shortage", total, "cost", "min"), last)
    return (Objective("distance from shares of work", total, "", "min"), last)


def _in_words(aim: str) -> tuple[str, str]:
    if aim == "fair":
        return "service", "frac"
    return "officers per 100 h of work", "officers"


def place(k: int) -> str:
    """Return ``lowest``, ``2nd lowest`` ..."""
    if k == 1:
        return "lowest"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(k % 10 if k % 100 not in (11, 12, 13) else 0, "th")
    return f"{k}{ending} lowest"


def measure(problem: StrengthProblem, plan: StrengthPlan) -> tuple[Measure, ...]:
    """Return officers, what changes, service and work per officer by district, and how even they are."""
    ids = problem.district_ids
    working = at_work(problem, plan)
    held = np.clip(working, 0, problem.service.shape[1] - 1)
    service = problem.service[np.arange(len(ids)), held]
    with np.errstate(divide="ignore", invalid="ignore"):
        load = np.where(working > 0, problem.work_h / np.maximum(working, 1), 0.0)
    change = {d: float(plan.of(d) - now) for d, now in zip(ids, problem.assigned.tolist(), strict=True)}
    share = problem.fair_share()
    return (
        _by("officers", [plan.of(d) for d in ids], ids, "officers", "neither", total=True),
        _by("officers at work", working.tolist(), ids, "officers", "neither", total=True),
        Measure("officers moved", float(moved(problem, plan)), "officers", "lower"),
        Measure("change", sum(change.values()), "officers", "neither", change, "district"),
        Measure("service", float(service.min()), "frac", "higher", _dict(ids, service), "district"),
        Measure("work per officer", float(load.max()), "h", "lower", _dict(ids, load), "district"),
        _by("officers by share of work", share.tolist(), ids, "officers", "neither", total=True),
    )


def _by(
    name: str,
    numbers: list[float],
    ids: tuple[str, ...],
    unit: str,
    better: Literal["lower", "higher", "neither"],
    *,
    total: bool,
) -> Measure:
    by = {d: float(v) for d, v in zip(ids, numbers, strict=True)}
    return Measure(name, sum(by.values()) if total else min(by.values()), unit, better, by, "district")


def _dict(ids: tuple[str, ...], numbers: NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(ids, map(float, numbers), strict=True))

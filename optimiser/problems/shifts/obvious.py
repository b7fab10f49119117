"""Why no shift plan can exist, where sums show it before any search: hours out of reach, needs beyond the budget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import relaxed
from optimiser.problems.shifts.data import ShiftsProblem
from optimiser.problems.shifts.rules import (
    HOURS_TOLERANCE,
    SHARE_TOLERANCE,
    beside_budget_h,
    hand_over_slots,
    handed_over,
    slot_name,
)
from optimiser.units import SECONDS_PER_HOUR, minutes, percent_text

_WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Reason:
    """Rules that cannot hold together, what the best of all plans has there and what they ask for.

    ``least`` is how far the first rule has to give way while the others stand, in its own unit; None where that is
    not known. ``sentence`` is for a planner.
    """

    rules: tuple[str, ...]
    where: str
    found: float
    limit: float
    unit: str
    least: float | None
    sentence: str


def contradictions(problem: ShiftsProblem) -> tuple[str, ...]:
    """Return reasons, in sentences for a planner; empty where sums do not tell."""
    return tuple(r.sentence for r in reasons(problem))


def reasons(problem: ShiftsProblem) -> tuple[Reason, ...]:
    """Return every reason that sums show."""
    return (
        *_out_of_reach(problem),
        *_beyond_budget(problem),
        *_split_beyond(problem),
        *_nobody_stays(problem),
    )


def _needs(problem: ShiftsProblem) -> dict[str, NDArray[np.float64]]:
    """Return the officers each rule asks for on the rota in each slot, those away included, shape (T,)."""
    p, away = problem.params, problem.away_officers()
    need = problem.requirement - relaxed(p.relax, "requirement")
    least = np.full(problem.n_slots, p.minimum_on_duty - relaxed(p.relax, "minimum_on_duty"))
    asked = {
        "requirement": need if p.objective == "cost" else np.zeros(problem.n_slots),
        "minimum_on_duty": least,
    }
    found = {rule: np.maximum(0.0, np.ceil(values - _WHOLE)) for rule, values in asked.items()}
    found = {rule: np.where(values > 0, values + away, 0.0) for rule, values in found.items()}
    return {**found, "abstraction": away.astype(float)}


def _shifts_over(problem: ShiftsProblem, skip: int = 0, after: int = 0) -> NDArray[np.int64]:
    """Return how many shifts, on their days, lie over each slot, the slots before and after it asked for included."""
    over = np.zeros(problem.n_slots, dtype=np.int64)
    for i, day in zip(*np.nonzero(problem.shift_days), strict=True):
        first = int(day) * problem.slots_per_day + int(problem.shift_start[i])
        over[(first + np.arange(skip, int(problem.shift_slots[i]) - after)) % problem.n_slots] += 1
    return over


def _most_per_shift(problem: ShiftsProblem) -> float:
    return float(np.floor(problem.most_per_shift + relaxed(problem.params.relax, "shift_capacity") + _WHOLE))


def _out_of_reach(problem: ShiftsProblem) -> Iterator[Reason]:
    over, most_each = _shifts_over(problem), _most_per_shift(problem)
    asks = {
        "requirement": "the requirement asks for",
        "minimum_on_duty": "the minimum on duty asks for",
        "abstraction": "court, training and events take",
    }
    for rule, need in _needs(problem).items():
        short = np.where(over == 0, need, 0.0)
        if short.max() > 0:
            t = int(short.argmax())
            where, hours = slot_name(problem, t), float((short > 0).sum()) * problem.slot_h
            yield Reason(
                (rule,), f"{where}, which no shift covers,", 0, need[t], "officers", need[t],
                f"No shift on offer covers {where}, where {asks[rule]} {need[t]:g} on duty ({hours:g} h of the week "
                "are out of reach). Offer a shift that is on then, or ask for nobody.",
            )  # fmt: skip
        short = np.where(over > 0, need - over * most_each, 0.0)
        if short.max() > 0:
            t = int(short.argmax())
            where, most = slot_name(problem, t), float(over[t] * most_each)
            yield Reason(
                (rule, "shift_capacity"), f"{where} with all shifts full", most, float(need[t]), "officers",
                float(short[t]),
                f"With all {over[t]} shifts over {where} full ({most_each:g} officers each) {most:g} are on, and "
                f"{asks[rule]} {need[t]:g}. Raise most_per_shift, offer more shifts, or ask for fewer.",
            )  # fmt: skip


def _beyond_budget(problem: ShiftsProblem) -> Iterator[Reason]:
    p = problem.params
    if p.budget_h is None:
        return
    limit = p.budget_h + relaxed(p.relax, "budget") + beside_budget_h(problem)
    needs = _needs(problem)
    sets: list[tuple[str, ...]] = [("requirement",), ("minimum_on_duty",), ("requirement", "minimum_on_duty")]
    for rules in sets:
        hours = float(np.maximum.reduce([needs[r] for r in rules]).sum()) * problem.slot_h
        if hours > limit + HOURS_TOLERANCE:
            said = " and ".join(r.replace("_", " ") for r in rules)
            yield Reason(
                ("budget", *rules), "the week", hours, limit, "h", hours - limit - HOURS_TOLERANCE,
                f"The {said} of the week alone: {hours:,.1f} officer-hours; the budget is {limit:,.1f}. Raise it "
                f"by {hours - limit:,.1f}, or aim at the least shortage (objective shortage).",
            )  # fmt: skip
            return


def _split_beyond(problem: ShiftsProblem) -> Iterator[Reason]:
    """Ceilings that ask for more hours than the budget has, or than all shifts together can."""
    p = problem.params
    if not p.hold_split:
        return
    full = float((problem.shift_slots[:, None] * problem.shift_days).sum()) * _most_per_shift(problem)
    reach_h = full * problem.slot_h
    away_h = float(problem.away_officers().sum()) * problem.slot_h
    budget_h = np.inf
    if p.budget_h is not None:
        budget_h = p.budget_h + relaxed(p.relax, "budget") + beside_budget_h(problem)
    most_h = min(reach_h, budget_h) - away_h
    other = "budget" if budget_h < reach_h else "shift_capacity"
    has = "the budget leaves" if other == "budget" else "all shifts full have"
    for rule, work_s, ceiling, said in (
        ("call_ceiling", problem.call_work_s, p.call_ceiling_frac, "Calls take"),
        ("admin_ceiling", problem.admin_s, p.admin_ceiling_frac, "Administration takes"),
    ):
        hours = float(work_s.sum()) / SECONDS_PER_HOUR
        share = ceiling + p.tolerance_frac + relaxed(p.relax, rule)
        if hours > (share + SHARE_TOLERANCE) * most_h + HOURS_TOLERANCE:
            found = hours / most_h if most_h > 0 else np.inf
            asked = f"{hours / share:,.1f}" if share > 0 else "endlessly many"
            at_best = f"at best {percent_text(found)}" if found <= 1 else "less than the work itself"
            yield Reason(
                (rule, other), "the cycle", found, share, "frac", None if most_h <= 0 else found - share,
                f"{said} {hours:,.1f} officer-hours a week; within their ceiling of {percent_text(share)} that "
                f"asks for {asked} on duty, and {has} {most_h:,.1f}: {at_best}.",
            )  # fmt: skip


def _nobody_stays(problem: ShiftsProblem) -> Iterator[Reason]:
    least = problem.params.hand_over_officers - relaxed(problem.params.relax, "hand_over")
    if least <= 0:
        return
    staying = _shifts_over(problem, skip=1, after=hand_over_slots(problem) - 1)
    bare = handed_over(problem) & (staying == 0)
    if bare.any():
        t = int(np.flatnonzero(bare)[0])
        where = slot_name(problem, t)
        yield Reason(
            ("hand_over",), f"{where}, over which no shift runs,", 0, least, "officers", least,
            f"No shift on offer runs over {where} by {minutes(hand_over_slots(problem) * problem.slot_s):g} minutes, "
            "so that nobody can hand over then. Offer shifts that overlap, or ask for no hand-over.",
        )  # fmt: skip

"""Shift plans in tables: shifts, the time split, officers by hour."""

from __future__ import annotations

import pandas as pd

from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.ledger import CLASSES, time_split
from optimiser.problems.shifts.rules import known_rows, on_duty, slot_name
from optimiser.report.words_shifts import CLASS_WORDS, reason_in
from optimiser.units import DAY_NAMES, asked_text, percent, time_of_day


def shifts(problem: ShiftsProblem, plan: ShiftsPlan) -> pd.DataFrame:
    """Return officers by shift and day, in order of start, with the sum of the week."""
    found: dict[int, list[int]] = {}
    for i, day, n in known_rows(problem, plan):
        found.setdefault(i, [0] * len(DAY_NAMES))[day] += round(n)
    rows = []
    for i in sorted(found, key=lambda k: (int(problem.shift_start[k]), int(problem.shift_slots[k]))):
        length_h = float(problem.shift_slots[i]) * problem.slot_h
        rows.append(
            {
                "starts": time_of_day(float(problem.shift_start[i] * problem.slot_s)),
                "hours": length_h,
                **dict(zip(DAY_NAMES, found[i], strict=True)),
                "officer-hours a week": sum(found[i]) * length_h,
            }
        )
    return pd.DataFrame(rows, columns=["starts", "hours", *DAY_NAMES, "officer-hours a week"])


def time_ledger(problem: ShiftsProblem, plan: ShiftsPlan) -> pd.DataFrame:
    """Return the planned time split: officer-hours, share and limit of each class."""
    split = time_split(problem, plan)
    shares = split.shares()
    p = problem.params
    limits = {
        "calls": f"at most {asked_text(p.call_ceiling_frac)}",
        "proactive": f"at least {asked_text(p.proactive_floor_frac)}",
        "admin": f"at most {asked_text(p.admin_ceiling_frac)}",
        "community": f"at least {asked_text(p.community_floor_frac)}",
    }
    return pd.DataFrame(
        {
            "time on duty": [CLASS_WORDS[c] for c in CLASSES],
            "officer-hours a week": split.hours.sum(axis=1),
            "% of on-duty time": [percent(shares[c]) for c in CLASSES],
            "limit": [limits.get(c, "") for c in CLASSES],
        }
    )


def duty(problem: ShiftsProblem, plan: ShiftsPlan) -> pd.DataFrame:
    """Return officers required and on duty in each slot, and what asks for them."""
    on = on_duty(problem, plan)
    slots = range(problem.n_slots)
    return pd.DataFrame(
        {
            "from": [slot_name(problem, t) for t in slots],
            "required": problem.requirement.astype(int),
            "on duty": on.round().astype(int),
            "more than required": (on - problem.requirement).round().astype(int),
            "what asks for them": [reason_in(problem, t) for t in slots],
        }
    )

"""Who gains and who loses between two plans, and whether the proofs are sharp enough to tell. No screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from optimiser.compare import LEAST_SAID_FRAC, Judgement
from optimiser.problems.base import Measure
from optimiser.problems.sectors import SectorsProblem
from optimiser.problems.sectors.measures import served_by
from optimiser.problems.shifts import ShiftsProblem
from optimiser.problems.shifts.rules import on_duty
from optimiser.report.phrases import aim, at_most, in_units, measures_by_name, percent, shown_value
from optimiser.solve.result import PROOF_GAP, UNCONFIRMED
from optimiser.units import HOURS_PER_DAY, minutes
from optimiser_apps.comparing import WORSE_S

BETTER, WORSE, SAME = "better", "worse", "as before"
NOTABLE = 1e-9


@dataclass(frozen=True)
class Verdict:
    """Is one plan better than another? ``way`` is better, worse or "" where the proofs do not tell."""

    way: str
    word: str
    said: str


def verdict(first: Judgement, other: Judgement) -> Verdict:
    """Compare the first aims of two plans that are judged on the same data.

    A plan without a result (today's, an edited one) is not a search's best: its figures are what they are, and only
    what the other's proof leaves open is unknown.
    """
    one, two = first.objectives[0], other.objectives[0]
    sign = 1.0 if one.sense == "max" else -1.0
    gain = sign * (two.value - one.value)
    size = max(abs(one.value), abs(two.value), 1e-12)
    share = abs(gain) / size
    name = aim(one.name)
    apart = in_units(abs(two.value - one.value), one.unit)
    open_ = max((j.gap_frac for j in (first, other) if j.gap_frac is not None), default=None)
    doubt = (
        f" One proof is {UNCONFIRMED}." if any(j.closed and not j.confirmed for j in (first, other)) else ""
    )
    if share <= NOTABLE:
        return Verdict("", "No difference", f"Both have the same {name}.")
    way = BETTER if gain > 0 else WORSE
    more = "more" if two.value > one.value else "less"
    told = f"{name.capitalize()}: {apart} {more} ({_share(share)} {way})"
    if open_ is None:
        return Verdict(
            "",
            "Not proved",
            f"{told}. The figures are exact, but nothing is proved about how good either could be.",
        )
    left = "nothing" if open_ <= PROOF_GAP else at_most(open_)
    if first.gap_frac is None or other.gap_frac is None:
        which = other if first.gap_frac is None else first
        return Verdict(
            way,
            way.capitalize(),
            f"{told}; both figures are exact. Of {which.name} it is proved that {_left(left)}.{doubt}",
        )
    if share > max(open_, PROOF_GAP):
        return Verdict(
            way,
            f"{way.capitalize()}, and proved",
            f"{told}: more than the proofs leave open ({left}), so the difference is no accident of the search.{doubt}",
        )
    return Verdict(
        "",
        "Too close to call",
        f"{told}: no more than the proofs leave open ({left}). Choose between them by something else.{doubt}",
    )


def _left(left: str) -> str:
    return "no better plan exists" if left == "nothing" else f"{left} better can exist"


def _share(share: float) -> str:
    return at_most(share) if share < LEAST_SAID_FRAC else percent(share)


def figures(names: Sequence[str], judged: Sequence[Judgement]) -> pd.DataFrame:
    """Return the named measures of each plan in planner's units, a row a measure."""
    rows = []
    for name in names:
        row: dict[str, Any] = {"figure": name}
        for j in judged:
            m = measures_by_name(j.measures).get(name)
            value, unit = (None, "") if m is None else shown_value(m.value, m.unit)
            row |= {j.name: value, "unit": row.get("unit") or unit}
        rows.append(row)
    return pd.DataFrame(rows)


def by_part(first: Judgement, other: Judgement, names: Sequence[str]) -> tuple[Measure, pd.DataFrame] | None:
    """Return the first of the named measures that both plans have by part and that moves, with its change by part.

    Falls back on any other measure with a good direction; None where nothing moves.
    """
    before, after = measures_by_name(first.measures), measures_by_name(other.measures)
    for name in dict.fromkeys([*names, *after]):
        old, new = before.get(name), after.get(name)
        if old is None or new is None or new.better == "neither" or not set(old.by) & set(new.by):
            continue
        sign = 1.0 if new.better == "higher" else -1.0
        rows = [
            {
                "part": part,
                "change": shown_value(new.by[part] - old.by[part], new.unit)[0],
                "verdict": _verdict(sign * (new.by[part] - old.by[part])),
            }
            for part in new.by
            if part in old.by
        ]
        if any(r["verdict"] != SAME for r in rows):
            return new, pd.DataFrame(rows)
    return None


def _verdict(gain: float) -> str:
    return SAME if abs(gain) <= NOTABLE else BETTER if gain > 0 else WORSE


def parts_said(measure: Measure, rows: pd.DataFrame) -> str:
    """Say how many parts gain and how many lose."""
    what = measure.by_what or "part"
    up, down = (int((rows["verdict"] == v).sum()) for v in (BETTER, WORSE))
    return f"By {what}, {aim(measure.name)}: {up} better, {down} worse, {len(rows) - up - down} as before."


def drives(problem: SectorsProblem, first: Judgement, other: Judgement) -> pd.DataFrame:
    """Return the change of each area's drive from its own centre: area, change in minutes, calls a week, verdict."""
    before, after = served_by(problem, first.plan), served_by(problem, other.plan)
    known = np.flatnonzero((before >= 0) & (after >= 0))
    change_s = problem.travel_s[after[known], known] - problem.travel_s[before[known], known]
    return pd.DataFrame(
        {
            "area": [problem.area_ids[int(k)] for k in known],
            "change": [minutes(float(s)) for s in change_s],
            "calls": problem.calls[known].tolist(),
            "verdict": [
                WORSE if s > WORSE_S else BETTER if s < -WORSE_S else SAME for s in change_s.tolist()
            ],
        }
    )


def duty_week(base: ShiftsProblem, first: Judgement, others: ShiftsProblem, other: Judgement) -> pd.DataFrame:
    """Return the change of officers on duty by day and hour, mean of the slots of an hour: arrays (7, 24) as rows."""
    change = on_duty(others, other.plan) - on_duty(base, first.plan)
    hourly = change.reshape(-1, HOURS_PER_DAY, base.slots_per_day // HOURS_PER_DAY).mean(axis=2)
    return pd.DataFrame(
        [
            {"day": d, "hour": h, "change": float(hourly[d, h])}
            for d in range(hourly.shape[0])
            for h in range(HOURS_PER_DAY)
        ]
    )

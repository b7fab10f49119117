"""Plans of one question put side by side on the data of the first: what differs, who gains and who loses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from optimiser.compare import Comparison, Judgement, judge, matched
from optimiser.compare import moved as moves_between
from optimiser.errors import InputError
from optimiser.problems import portable
from optimiser.problems.assignment import AssignmentProblem
from optimiser.problems.base import Family
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import served_by
from optimiser.problems.shifts import ShiftsProblem
from optimiser.problems.shifts.rules import on_duty, slot_name
from optimiser.problems.standby import StandbyProblem
from optimiser.report.phrases import aim, at_most, percent, shown_value
from optimiser.solve.result import UNCONFIRMED, Result
from optimiser.units import HOURS_PER_DAY, kilometres, minutes
from optimiser_apps import today

WORSE_S = 60.0
"""A drive that grows by more than this is called longer, one that shrinks by more shorter."""


@dataclass(frozen=True)
class Entry:
    """One plan to compare: its name, the question it was made for, and its result if a run made it.

    A plan of areas that no run made (in use, or kept) has a question only once it is put beside others, and its centres
    are chosen on that question.
    """

    name: str
    problem: Any
    plan: Any
    result: Result[Any] | None = None


def compare(family: Family[Any, Any], entries: tuple[Entry, ...]) -> Comparison:
    """Judge every plan on the data of the first entry's question.

    A proof is kept only where a plan was made for exactly that question.

    Raises
    ------
    InputError
        If a plan was made for other areas, slots, units or incidents.
    """
    base = entries[0].problem
    digest = portable.digest(base)
    judged: list[Judgement] = []
    for entry in entries:
        problem, plan = fitted(family.name, base, entry)
        same = portable.digest(entry.problem) == digest
        judged.append(judge(family, problem, entry.name, plan, entry.result if same else None))
    return Comparison(tuple(judged))


def fitted(family: str, base: Any, entry: Entry) -> tuple[Any, Any]:
    """Return the question with the data of ``base`` that can judge the plan of ``entry``, and the plan."""
    if family == "sectors":
        return _sectors(base, entry)
    if family == "shifts":
        return _shifts(base, entry), entry.plan
    if family == "standby":
        return _standby(base, entry), entry.plan
    if family == "assignment":
        return _assignment(base, entry), entry.plan
    return _of_same_parts(base, entry), entry.plan


def _of_same_parts(base: Any, entry: Entry) -> Any:
    """Return the first plan's question where the other was asked about the same districts, teams, sites ..."""
    for field in fields(base):
        mine, other = getattr(base, field.name), getattr(entry.problem, field.name, None)
        if field.name.endswith(("_ids", "years")) and mine != other:
            what = field.name.removesuffix("_ids").replace("_", " ")
            raise InputError(
                f"{entry.name} was made for other {what if what == 'years' else f'{what}s'} than the first plan; plans "
                "can be compared only where both are about the same."
            )
    return base


def _sectors(base: SectorsProblem, entry: Entry) -> tuple[SectorsProblem, SectorsPlan]:
    if entry.result is None:
        return today.fitted(entry.name, base, entry.plan.district_of)
    if set(entry.problem.area_ids) != set(base.area_ids):
        raise InputError(f"{entry.name} was made for other areas; the plans cannot be compared area by area.")
    plan: SectorsPlan = entry.plan
    if set(plan.centre_of.values()) <= set(base.centre_ids):
        return today.with_districts(base, plan.district_of, entry.problem.params.called), plan
    return today.fitted(entry.name, base, plan.district_of)


def _shifts(base: ShiftsProblem, entry: Entry) -> ShiftsProblem:
    own: ShiftsProblem = entry.problem
    if own.slot_s != base.slot_s:
        raise InputError(
            f"{entry.name} was planned in slots of {minutes(own.slot_s):g} minutes, the first plan in slots of "
            f"{minutes(base.slot_s):g}; plan both in the same slots to compare them."
        )
    return replace(
        base,
        shift_ids=own.shift_ids,
        shift_start=own.shift_start,
        shift_slots=own.shift_slots,
        shift_days=own.shift_days,
        most_per_shift=max(base.most_per_shift, own.most_per_shift),
    )


def _standby(base: StandbyProblem, entry: Entry) -> StandbyProblem:
    if set(entry.problem.part_ids) != set(base.part_ids):
        raise InputError(f"{entry.name} was made for other parts of the day; ask both for the same parts.")
    if not set(entry.plan.posts()) <= set(base.post_ids):
        raise InputError(
            f"{entry.name} uses posts that the first plan could not: ask both for the same candidates."
        )
    return base


def posts_changed(first: Judgement, other: Judgement) -> pd.DataFrame:
    """Return the posts whose cars differ between two standby plans: part of the day, post, cars before and after."""
    rows = []
    for part in dict.fromkeys([*first.plan.cars_at, *other.plan.cars_at]):
        before, after = first.plan.cars_at.get(part, {}), other.plan.cars_at.get(part, {})
        for post in sorted(set(before) | set(after)):
            if before.get(post, 0) != after.get(post, 0):
                change = {first.name: before.get(post, 0), other.name: after.get(post, 0)}
                rows.append({"part of the day": part, "post": post} | change)
    return pd.DataFrame(rows, columns=["part of the day", "post", first.name, other.name])


def _assignment(base: AssignmentProblem, entry: Entry) -> AssignmentProblem:
    own: AssignmentProblem = entry.problem
    same = own.unit_ids == base.unit_ids and own.incident_ids == base.incident_ids
    if not (same and np.array_equal(own.travel_s, base.travel_s)):
        raise InputError(
            f"{entry.name} answers another snapshot. Compare plans of the same units and incidents: the same seed "
            "and numbers, other choices."
        )
    return base


def proof_words(comparison: Comparison) -> str:
    """Say whether the difference is larger than what the proofs leave open."""
    proved = [j for j in comparison.judgements if j.gap_frac is not None]
    if len(proved) >= 2:
        return comparison.distinguishable()
    if not proved:
        return (
            "The measures are exact. No plan here has a proof for this question, so a better one may exist."
        )
    one = proved[0]
    best = f"has a bound: {at_most(one.gap_frac or 0.0)} better can exist"
    if one.closed:
        best = "is proved best and confirmed" if one.confirmed else f"{best}, {UNCONFIRMED}"
    return f"The measures are exact. {one.name} {best}. The others have no proof for this question."


def rows(comparison: Comparison) -> pd.DataFrame:
    """Return the measures side by side in planner's units, with the difference of each plan to the first."""
    names = [j.name for j in comparison.judgements]
    found = []
    for row in comparison.rows():
        values = [row.get(n) for n in names]
        known = [in_table(float(v), str(row["unit"])) if v is not None else None for v in values]
        unit = next((k[1] for k in known if k is not None), "")
        shown = [None if k is None else k[0] for k in known]
        better = {"lower": "lower is better", "higher": "higher is better"}.get(str(row["better"]), "")
        entry: dict[str, Any] = {
            "measure": aim(str(row["measure"])),
            "unit": unit,
            "": better,
        }
        entry |= dict(zip(names, shown, strict=True))
        for name, value in zip(names[1:], shown[1:], strict=True):
            first = shown[0]
            entry["change" if len(names) == 2 else f"{name}: change"] = (
                None if value is None or first is None else value - first
            )
        found.append(entry)
    return pd.DataFrame(found)


def in_table(value: float, unit: str) -> tuple[float, str]:
    """Return a value as a table of a county shows it: kilometres instead of metres, the rest as everywhere."""
    if unit == "m":
        return kilometres(value), "km"
    if unit == "call-m2":
        return kilometres(kilometres(value)), "call-km²"
    return shown_value(value, unit)


def moves(
    problem: SectorsProblem, before: SectorsPlan, after: SectorsPlan
) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Return the areas that change hands, districts matched by largest overlap, and the old name of each new one."""
    weight = dict(zip(problem.area_ids, problem.calls.tolist(), strict=True))
    partner = matched(before.district_of, after.district_of, weight)
    renamed = {a: partner[d] for a, d in after.district_of.items()}
    return moves_between(before.district_of, renamed), partner


def moved_words(problem: SectorsProblem, moved: Mapping[str, tuple[str, str]]) -> str:
    """Say how many areas and how much of the calls change hands."""
    row = {a: k for k, a in enumerate(problem.area_ids)}
    share = sum(float(problem.calls[row[a]]) for a in moved if a in row) / max(
        float(problem.calls.sum()), 1e-12
    )
    return (
        f"{len(moved):,} of {len(problem.area_ids):,} areas change hands, with {percent(share)} of the calls."
    )


def drive_changes(first: Judgement, other: Judgement, problem: SectorsProblem) -> pd.DataFrame:
    """Return drives from the own centre before and after, for areas where they differ, those that lose first."""
    before, after = served_by(problem, first.plan), served_by(problem, other.plan)
    rows_ = []
    for k, area in enumerate(problem.area_ids):
        if before[k] < 0 or after[k] < 0:
            continue
        old, new = float(problem.travel_s[before[k], k]), float(problem.travel_s[after[k], k])
        if abs(new - old) > WORSE_S:
            rows_.append(
                {
                    "area": area,
                    "what changes": "longer drive" if new > old else "shorter drive",
                    "calls a week": float(problem.calls[k]),
                    "before (min)": minutes(old),
                    "after (min)": minutes(new),
                    "change (min)": minutes(new - old),
                }
            )
    columns = [
        "area",
        "what changes",
        "calls a week",
        "before (min)",
        "after (min)",
        "change (min)",
    ]
    return pd.DataFrame(rows_, columns=columns).sort_values(
        "change (min)", ascending=False, ignore_index=True
    )


def duty_changes(
    base: ShiftsProblem, first: Judgement, other: Judgement, others: ShiftsProblem
) -> pd.DataFrame:
    """Return the slots of the week with more or fewer officers, those that lose first."""
    before, after = on_duty(base, first.plan), on_duty(others, other.plan)
    rows_ = [
        {
            "hour": slot_name(base, int(t)),
            "required": int(base.requirement[t]),
            "before": float(before[t]),
            "after": float(after[t]),
            "change": float(after[t] - before[t]),
        }
        for t in np.flatnonzero(np.abs(after - before) > 1e-9)
    ]
    columns = ["hour", "required", "before", "after", "change"]
    return pd.DataFrame(rows_, columns=columns).sort_values("change", ignore_index=True)


def first_arrivals(problem: AssignmentProblem, first: Judgement, other: Judgement) -> pd.DataFrame:
    """Return the first arrival at each incident before and after, those that wait longer first."""
    row = {name: u for u, name in enumerate(problem.unit_ids)}

    def arrival(plan: Any, i: int) -> float:
        units = [row[u] for u, to in plan.sent.items() if to == problem.incident_ids[i]]
        return min((float(problem.ready_s[u] + problem.travel_s[u, i]) for u in units), default=np.inf)

    rows_ = []
    for i, incident in enumerate(problem.incident_ids):
        old, new = arrival(first.plan, i), arrival(other.plan, i)
        rows_.append(
            {
                "incident": incident,
                "grade": int(problem.grade[i]),
                "first unit before (min)": minutes(old) if np.isfinite(old) else None,
                "first unit after (min)": minutes(new) if np.isfinite(new) else None,
                "change (min)": minutes(new - old) if np.isfinite(old) and np.isfinite(new) else None,
            }
        )
    return pd.DataFrame(rows_).sort_values("change (min)", ascending=False, ignore_index=True)


def gain_words(changes: pd.DataFrame) -> str:
    """Say how many areas gain and lose, and how many calls they have."""
    said = []
    for what in ("longer drive", "shorter drive"):
        mine = changes[changes["what changes"] == what]
        if len(mine):
            mean = float(np.average(mine["change (min)"].abs(), weights=mine["calls a week"] + 1e-9))
            more = "more" if what == "longer drive" else "less"
            said.append(
                f"{len(mine):,} areas with {mine['calls a week'].sum():,.0f} calls a week have a {what} "
                f"(by {mean:.1f} minutes {more} a call)"
            )
    return "; ".join(said) + "." if said else "No area's drive changes by more than a minute."


def duty_by_hour(entries: tuple[Entry, ...], comparison: Comparison) -> pd.DataFrame:
    """Return officers on duty by hour of the day, mean of the week: columns plan, part, value."""
    found = []
    for entry, judged in zip(entries, comparison.judgements, strict=True):
        problem = _shifts(entries[0].problem, entry)
        duty = on_duty(problem, judged.plan).reshape(
            -1, HOURS_PER_DAY, problem.slots_per_day // HOURS_PER_DAY
        )
        for hour, value in enumerate(duty.mean(axis=(0, 2))):
            found.append({"plan": judged.name, "part": f"{hour:02d}", "value": float(value)})
    return pd.DataFrame(found)

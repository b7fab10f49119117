"""What a study found as the rows of its picture, in planner's units: the screen draws them and computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from optimiser.problems.base import Family
from optimiser.report.phrases import aim, at_most, in_units, listed, number, shown_value
from optimiser.report.words_levels import fewest_said, left_out_said
from optimiser.solve.result import UNCONFIRMED, status_in_words
from optimiser.studies.alternatives import Alternatives
from optimiser.studies.amounts import amount_text
from optimiser.studies.budget_types import Budget
from optimiser.studies.explain import Choice, Explanation
from optimiser.studies.frontier import Frontier
from optimiser.studies.levels import Step, Sweep
from optimiser.studies.price import Prices

Rows = list[dict[str, Any]]


def ways_out(family: Family[Any, Any], found: Explanation) -> Rows:
    """Return each rule that a way out loosens: what is proved too little, what is enough, and in which unit."""
    return [
        {
            "way": f"Way {number_} of {len(found.choices)}" if len(found.choices) > 1 else "The way out",
            "rule": rule.replace("_", " "),
            "unit": shown_value(0.0, family.rule(rule).unit)[1],
            "too little": shown_value(choice.not_below.get(rule, 0.0), family.rule(rule).unit)[0],
            "enough": shown_value(amount, family.rule(rule).unit)[0],
            "by": amount_text(amount, family.rule(rule).unit),
            "exact": choice.exact,
        }
        for number_, choice in enumerate(found.choices, start=1)
        for rule, amount in choice.added.items()
    ]


def in_conflict(family: Family[Any, Any], found: Explanation) -> Rows:
    """Return the rules that stand in each other's way, with what they say and whether each is needed for that."""
    return [
        {
            "conflict": k,
            "rule": m.rule.replace("_", " "),
            "what it asks": family.rule(m.rule).meaning,
            "where": listed(m.parts) if m.parts else "",
            "without it a plan exists": "yes" if m.shown else "not decided",
        }
        for k, c in enumerate(
            [*([found.conflict] if found.conflict else []), *found.other_conflicts], start=1
        )
        for m in c.members
    ]


def relaxations(found: Sequence[Choice]) -> list[dict[str, float]]:
    """Return the ``relax`` of each way out, to ask the question again with."""
    return [dict(choice.relax) for choice in found]


def price_bars(family: Family[Any, Any], found: Prices) -> Rows:
    """Return what each rule costs in each aim: gain at least, at most and between the plans found."""
    rows: Rows = []
    for price in found.prices:
        how = (
            "without the rule" if price.amount is None else f"by {amount_text(price.amount, price.unit)} more"
        )
        for place, c in enumerate(price.changes):
            low, high, own = (
                None if g is None else shown_value(g, c.unit)[0] for g in (c.at_least, c.at_most, c.found)
            )
            rows.append(
                {
                    "rule": price.name,
                    "how": how,
                    "dropped": price.amount is None,
                    "aim": aim(c.name),
                    "place": place,
                    "unit": shown_value(0.0, c.unit)[1],
                    "low": low,
                    "high": high,
                    "found": own,
                    "nothing": c.nothing,
                }
            )
    return rows


def frontier_points(family: Family[Any, Any], found: Frontier) -> dict[str, Any]:
    """Return the points of a frontier, a line for each amount of a second rule, and the names of both axes."""
    across = found.axes[0].rule
    unit, points = family.rule(across).unit, "percentage points"
    rows: Rows = []
    for p in found.points:
        if p.value is None:
            continue
        line = "best plan found"
        if len(found.axes) > 1:
            other = found.axes[1].rule
            line = f"{other.replace('_', ' ')} by {amount_text(p.allowed[other], family.rule(other).unit)}"
        rows.append(
            {
                "line": line,
                "used": shown_value(p.used.get(across, 0.0), unit)[0],
                "value": shown_value(p.value, found.unit)[0],
                "bound": None if p.bound is None else shown_value(p.bound, found.unit)[0],
                "note": "no better than a tighter one" if p.dominated else "",
            }
        )
    return {
        "points": rows,
        "x": f"{across.replace('_', ' ')} loosened by, {points if unit == 'frac' else shown_value(0.0, unit)[1]}",
        "y": f"{aim(found.objective)}, {shown_value(0.0, found.unit)[1]}".rstrip(", "),
        "sense": found.sense,
        "asked": found.n_wanted,
    }


def alternative_points(found: Alternatives) -> Rows:
    """Return the best plan and the alternatives: how different, how much worse at most, in percent."""
    rows: Rows = [{"plan": "Best plan", "different": 0.0, "worse": 0.0, "worse at most": None}]
    for k, a in enumerate(found.found, start=1):
        open_ = a.worse_at_most_frac
        rows.append(
            {
                "plan": f"Alternative {k}",
                "different": shown_value(a.distance, "frac")[0],
                "worse": shown_value(a.worse_frac, "frac")[0],
                "worse at most": None if open_ is None else shown_value(open_, "frac")[0],
            }
        )
    return rows


def level_steps(found: Sweep) -> dict[str, Any]:
    """Return each number with its value and bound, and what one more is worth: between what and what."""
    named = next((s.judged for s in found.steps if s.judged is not None), None)
    unit = named.unit if named else ""

    def shown(value: float | None) -> float | None:
        return None if value is None else shown_value(value, unit)[0]

    return {
        "steps": [
            {
                "number": s.number,
                "status": status_in_words(s.status, confirmed=s.confirmed),
                "value": shown(s.judged.value) if s.judged else None,
                "bound": shown(s.judged.bound) if s.judged else None,
                "worth": shown(s.found),
                "at least": shown(s.at_least),
                "at most": shown(s.at_most),
            }
            for s in found.steps
        ],
        "y": f"{aim(named.name)}, {shown_value(0.0, unit)[1]}".rstrip(", ") if named else "",
        "sense": named.sense if named else "min",
        "fewest": found.fewest,
        "proved": found.proved,
    }


def levels_said(found: Sweep, what: str) -> list[str]:
    """Say what each more is worth, where it stops to pay, and how sure that is."""
    plans = [s for s in found.steps if s.judged is not None]
    said = [f"No plan exists with {what} {s.number}." for s in found.steps if s.status == "infeasible"]
    left_out = left_out_said(found.left_out)
    if not plans:
        return [*(said or ["No plan was found for any of these numbers in the time given."]), *left_out]
    first, last = plans[0].judged, plans[-1].judged
    assert first is not None
    assert last is not None
    until = f", {in_units(last.value, last.unit)} with {plans[-1].number}" if len(plans) > 1 else ""
    said.append(
        f"{aim(first.name).capitalize()}: {in_units(first.value, first.unit)} with {plans[0].number}{until}."
    )
    said += [_worth_said(a.number, b) for a, b in pairwise(found.steps) if b.found is not None]
    widest = max((s.judged.gap_frac or 0.0 for s in plans if s.judged), default=0.0)
    if any(s.judged is not None and s.judged.bound is None for s in plans):
        said.append("For some numbers nothing is proved about better plans.")
    else:
        said.append(f"With each number {at_most(widest)} better can exist.")
    standard = fewest_said(found, "the standard")
    alone = [str(s.number) for s in found.steps if s.status in ("optimal", "infeasible") and not s.confirmed]
    doubt = [f"With {listed(alone)} {UNCONFIRMED}."] if alone else []
    return [*said, *([standard] if standard else []), *doubt, *left_out]


def _worth_said(before: int, step: Step) -> str:
    judged = step.judged
    assert judged is not None
    assert step.found is not None
    low, high = step.at_least, step.at_most
    gain = in_units(abs(step.found), judged.unit)
    told = f"From {before} to {step.number}: {gain} {'better' if step.found >= 0 else 'worse'}"
    if low is None or high is None:
        return f"{told}, not proved."
    if high <= 0:
        return f"{told}; proved to be worth nothing."
    if low <= 0:
        return f"{told}; at most {in_units(high, judged.unit)}, perhaps nothing: inside what the proofs leave open."
    return f"{told}; proved to be worth {in_units(low, judged.unit)} to {in_units(high, judged.unit)}."


def level_rows(found: Sweep) -> Rows:
    """Return a row for each number, as its workbook has it."""
    drawn = level_steps(found)
    names = {"value": drawn["y"], "bound": "no plan beats", "worth": "one more is worth"}
    return [{names.get(k, k): v for k, v in row.items()} for row in drawn["steps"]]


def budget_points(found: Budget) -> dict[str, Any]:
    """Return the frontier of a force: a line a future, the bound, today's point, districts, other means."""
    q = found.question
    base = q.scenarios[0].name
    return {
        "points": [
            {
                "future": s.name,
                "officers": p.total,
                "value": p.value,
                "bound": p.bound,
                "short": p.shortage_h,
                "one more": p.difference_h,
                "goes to": p.gains,
            }
            for s in q.scenarios
            for p in found.frontier[s.name]
        ],
        "base": base,
        "today": q.n_today,
        "districts": [
            {"district": d, "when": when, "officers": n}
            for when, officers in (
                ("today", dict(zip(q.districts, q.today, strict=True))),
                ("best shared", dict(found.at(base, q.n_today).officers)),
            )
            for d, n in officers.items()
        ],
        "levers": [
            {
                "lever": v.name,
                "what it is": v.meaning,
                "officer-hours short with it": v.shortage_h,
                "worth at least": v.at_least,
                "worth at most": v.at_most,
                "worth": _officers(v.at_least, v.at_most),
            }
            for v in found.levers
        ],
    }


def _officers(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return "beyond the numbers looked at"
    if low is None:
        return f"at most {number(high or 0)} officers"
    if high is None:
        return f"at least {number(low)} officers"
    return f"{number(low)} officers" if low == high else f"{number(low)} to {number(high)} officers"

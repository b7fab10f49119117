"""The budget study in plain sentences: what the officers of today reach, what one more buys, for whom and how sure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from optimiser.demand.relief import WEEKS_PER_YEAR
from optimiser.report.phrases import at_most, count, listed, number, percent
from optimiser.report.words_mix import mix_rows, mix_said
from optimiser.studies.budget_points import fillable
from optimiser.studies.budget_types import Budget, ForcePoint
from optimiser.studies.budget_years import Pay, best_years, year_rows, years

NOTHING = 0.05
"""Officer-hours a week below which a difference is none."""


def budget_said(found: Budget) -> list[str]:
    """Say what was found, the answer to "what does one more officer buy" first."""
    q = found.question
    base = q.scenarios[0]
    today = found.at(base.name, q.n_today)
    return [
        *_one_more(found, today),
        f"With today's {count(q.n_today, 'officer')} the mean week is {number(today.shortage_h)} officer-hours short "
        f"of its requirement, at a price of {number(today.value)}; {at_most(today.gap_frac)} better can exist.",
        *_transfers(found, today),
        *_full(found),
        *mix_said(found),
        *_districts(found),
        *_levers(found),
        *_scenarios(found),
        *_regret(found),
        *_sure(found),
    ]


def _one_more(found: Budget, today: ForcePoint) -> list[str]:
    q = found.question
    if today.difference is None:
        return ["What one more officer buys was not reached in the time given."]
    if (today.difference_h or 0.0) < NOTHING and today.difference < NOTHING:
        return ["One more officer buys nothing in the mean week: every hour has its requirement already."]
    said = (
        f"One more officer, best placed in {today.gains}, takes away {number(today.difference_h or 0.0, 1)} "
        f"officer-hours of shortage a week (priced: {number(today.difference, 1)})"
    )
    if today.dual is not None:
        near = "agree" if today.agree else "do not agree"
        said += f"; priced another way, without solving again, {number(today.dual, 1)}: the two {near}"
    hours = (today.difference_h or 0.0) * WEEKS_PER_YEAR
    told = [
        f"{said}. The officer costs {number(q.officer_cost)} a year; the {number(hours)} officer-hours a year that are "
        f"no longer short would cost {number(hours * q.overtime_per_h)} as overtime."
    ]
    span, share = found.agreement()
    if span is not None:
        told.append(
            f"Both ways of pricing agree from {number(span[0])} to {number(span[1])} officers, and at "
            f"{percent(share, 0)} of the points; where they do not, the solved difference counts."
        )
    return told


def _transfers(found: Budget, today: ForcePoint) -> list[str]:
    q = found.question
    changes = {d: today.officers[d] - n for d, n in zip(q.districts, q.today, strict=True)}
    gets = [f"{d} {n} more" for d, n in sorted(changes.items(), key=lambda x: -x[1]) if n > 0]
    gives = [f"{d} {-n} fewer" for d, n in sorted(changes.items(), key=lambda x: x[1]) if n < 0]
    said = []
    if gets or gives:
        said.append(f"That has {listed([*gets, *gives])} than today.")
    other = found.shared_by_work
    if other is not None and other.value > today.value * 1.001:
        worth = today.difference or today.dual or 0.0
        more = (
            f", as if {number((other.value - today.value) / worth)} officers were lost" if worth > 0 else ""
        )
        said.append(
            f"Officers shared out by work alone would leave {number(other.shortage_h)} officer-hours short, at a "
            f"price of {number(other.value)}{more}."
        )
    return said


def _full(found: Budget) -> list[str]:
    base = found.frontier[found.question.scenarios[0].name]
    enough = next((p for p in base if p.shortage_h < 1.0), None)
    if enough is None:
        last = base[-1]
        return [
            f"Even {number(last.total)} officers leave {number(last.shortage_h)} officer-hours a week short."
        ]
    said = [f"{number(enough.total)} officers leave the mean week less than one officer-hour short."]
    today = found.at(found.question.scenarios[0].name, found.question.n_today)
    more = enough.total - today.total
    if more > 0 and today.shortage_h >= 1.0 and not found.base_mixes:
        overtime = today.shortage_h * WEEKS_PER_YEAR * found.question.overtime_per_h
        hired = more * found.question.officer_cost
        cheaper = "overtime" if overtime < hired else "hiring"
        said.append(
            f"Filling today's shortage by overtime would cost {number(overtime)} a year, hiring {number(more)} "
            f"officers {number(hired)}: {cheaper} is cheaper, as far as officers can be found to work the overtime."
        )
    return said


def _districts(found: Budget) -> list[str]:
    """Say where one officer more is worth most and least, and the share of their time that calls take."""
    q = found.question
    priced = sorted(
        (d for d in found.districts if d.difference is not None), key=lambda d: -(d.difference or 0)
    )
    said = []
    if len(priced) > 1:
        most, least = priced[0], priced[-1]
        said.append(
            f"By district one officer more is worth from {number(least.difference or 0.0, 1)} in {least.district} to "
            f"{number(most.difference or 0.0, 1)} in {most.district}, each by an exact solve."
        )
    heavy = max(found.districts, key=lambda d: d.calls_frac)
    said.append(
        f"At today's strength calls take {percent(found.calls_frac(q.n_today))} of officers' time, whatever the rota: "
        f"most in {heavy.district} with {percent(heavy.calls_frac)}."
    )
    return said


def _levers(found: Budget) -> list[str]:
    """Price other means in officers; where nothing is short there is nothing that they could win."""
    q = found.question
    if found.levers and found.at(q.scenarios[0].name, q.n_today).shortage_h < 1.0:
        names = listed([lever.name for lever in found.levers])
        return [
            f"Other means ({names}) buy nothing in the mean week either; they tell in a busier one, or with fewer "
            "officers."
        ]
    said = []
    for lever in found.levers:
        low, high = lever.at_least, lever.at_most
        if high == 0:
            worth = "less than one officer"
        elif high is None or low is None:
            worth = f"more than {number(low)} officers" if low else "more than the officers looked at"
        elif low == high:
            worth = count(high, "officer")
        else:
            worth = f"{number(low)} to {count(high, 'officer')}"
        said.append(
            f"{lever.meaning[:1].upper()}{lever.meaning[1:]}: as good as {worth}; "
            f"{number(lever.shortage_h)} officer-hours short a week instead"
            + (f", worth {number(high * found.question.officer_cost)} a year at most." if high else ".")
            + _overtime(found, lever.overtime_h)
        )
    return said


def _overtime(found: Budget, hours: float) -> str:
    """Say what overtime a lever takes, and what that costs."""
    if hours < NOTHING:
        return ""
    cost = hours * WEEKS_PER_YEAR * found.question.overtime_per_h
    return f" It takes {number(hours)} hours of overtime a week, at {number(cost)} a year."


def _scenarios(found: Budget) -> list[str]:
    q = found.question
    said = []
    for s in q.scenarios[1:]:
        p = found.at(s.name, q.n_today)
        name = s.name[:1].upper() + s.name[1:]
        text = f"{name} ({s.meaning}): {number(p.shortage_h)} officer-hours short"
        if p.difference is not None:
            text += f"; one more officer takes away {number(p.difference_h or 0.0, 1)}"
        said.append(f"{text}.")
    return said


def _regret(found: Budget) -> list[str]:
    names = [s.name for s in found.question.scenarios]
    worst = found.regret.max(axis=1)
    steady, best_mean, best_tail = int(worst.argmin()), int(found.mean.argmin()), int(found.cvar.argmin())
    once = found.shared_once
    shared = []
    if once is not None:
        shared.append(
            f"Shared out once for all of these futures, officers leave {number(once.mean)} of priced shortage on "
            f"average ({at_most(max(0.0, (once.mean - once.bound) / max(once.mean, 1e-9)))} better can exist) and "
            f"{number(once.cvar)} in the worst tenth; knowing the future beforehand would save "
            f"{number(once.mean - once.foresight, 1)}."
        )
    return [
        *shared,
        f"Planned for {names[0]}, the worst that another future costs beyond its own plan is {number(worst[0])}; least "
        f"regret has the plan for {names[steady]} with {number(worst[steady])}. The best mean has the plan for "
        f"{names[best_mean]} ({number(found.mean[best_mean])}), the best worst tenth that for {names[best_tail]} "
        f"({number(found.cvar[best_tail])}).",
    ]


def _sure(found: Budget) -> list[str]:
    gaps = [p.gap_frac for points in found.frontier.values() for p in points]
    asked = found.question.gap_frac
    near = sum(g <= asked + 1e-9 for g in gaps)
    text = (
        f"{number(near)} of {count(len(gaps), 'point')} are within {percent(asked)} of what no plan can beat"
    )
    return [
        f"{text}; the others can be bettered by {at_most(max(gaps))}." if near < len(gaps) else f"{text}."
    ]


def years_said(found: Budget, pay: Pay) -> list[str]:
    """Say what the years cost, today's strength beside the number with the least pay and overtime."""
    q = found.question
    rows = years(q, found.frontier[q.scenarios[0].name], pay)
    today = next(y for y in rows if y.officers == q.n_today)
    workable = fillable(found)
    told = [y for y in rows if y.officers in workable] if workable else rows
    best = best_years(told)
    looked_at = "numbers whose shortage overtime can fill" if workable else "numbers looked at"
    beyond = (
        "; more than the limit on overtime lets anybody work"
        if found.base_mixes and q.n_today not in workable
        else ""
    )
    said = [
        f"Over {count(pay.n_years, 'year')} today's strength costs {number(float(today.pay.sum()))} in pay and leaves "
        f"{number(today.short_h)} officer-hours short a year; overtime that fills them costs "
        f"{number(float(today.overtime.sum()))}{beyond}."
    ]
    if best.officers == today.officers:
        return [*said, f"Of the {looked_at}, none costs less in pay and overtime together."]
    beside = f"{number(today.total)} at today's strength"
    return [
        *said,
        f"Of the {looked_at}, {number(best.officers)} officers cost least in pay and overtime together: "
        f"{number(best.total)}, beside {beside}.",
    ]


def budget_sheets(found: Budget, pay: Pay) -> dict[str, list[dict[str, Any]]]:
    """Return the sheets of the workbook: frontier, districts, prices, regret, years."""
    q = found.question
    frontier, districts = [], []
    for s in q.scenarios:
        for p in found.frontier[s.name]:
            frontier.append(
                {
                    "scenario": s.name,
                    "officers": p.total,
                    "officer-hours short a week": p.shortage_h,
                    "calls' share of time": found.calls_frac(p.total) if s is q.scenarios[0] else None,
                    "priced shortage": p.value,
                    "no plan is below": p.bound,
                    "gap share": p.gap_frac,
                    "one more, by multiplier": p.dual,
                    "one more, by exact difference": p.difference,
                    "one more, officer-hours": p.difference_h,
                    "goes to": p.gains,
                    "agree": "" if p.agree is None else "yes" if p.agree else "no",
                }
            )
            districts.append({"scenario": s.name, "officers": p.total} | dict(p.officers))
    names = [s.name for s in q.scenarios]
    regret = [
        {"planned for": n}
        | {f"in {m}": float(found.regret[i, j]) for j, m in enumerate(names)}
        | {"mean": float(found.mean[i]), "mean of the worst tenth": float(found.cvar[i])}
        for i, n in enumerate(names)
    ]
    curves = [
        {
            "district": c.district,
            "scenario": c.scenario,
            "officers": b,
            "priced shortage": p.value,
            "no plan is below": p.bound,
            "one more, by multiplier": p.price,
        }
        for c in found.curves.values()
        for b, p in sorted(c.points.items())
    ]
    base = found.frontier[names[0]]
    return {
        "Frontier": frontier,
        "Officers by district": districts,
        "Overtime or hiring": mix_rows(found),
        "Regret": regret,
        "Levers": [
            {
                "lever": v.name,
                "meaning": v.meaning,
                "priced shortage": v.value,
                "no plan is below": v.bound,
                "officer-hours short a week": v.shortage_h,
                "overtime hours a week": v.overtime_h,
                "officers, at least": v.at_least,
                "officers, at most": v.at_most,
            }
            for v in found.levers
        ],
        "Years": list(year_rows(years(q, base, pay), q.n_today)),
        "Price by district": [asdict(d) for d in found.districts],
        "District curves": curves,
    }

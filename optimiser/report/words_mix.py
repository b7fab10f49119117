"""Overtime against hiring at every number of officers: in sentences, as a table, as a sheet."""

from __future__ import annotations

from typing import Any

from optimiser.demand.relief import WEEKS_PER_YEAR
from optimiser.report.phrases import asked, at_most, count, number
from optimiser.studies.budget_types import Budget, Mix, Overtime

SHORT_H = 0.05
"""Officer-hours a week below which nothing is short."""
HEADER = (
    "officers",
    "overtime alone: held h",
    "called back h",
    "still short h",
    "cheapest mix: hire",
    "held h",
    "called back h",
    "cost a year",
    "cheaper, at most %",
    "hiring alone",
    "cost a year",
)


def mix_said(found: Budget) -> list[str]:
    """Say the cheapest way from today's strength to a week nowhere short, and where hiring stops to pay."""
    mixes = found.base_mixes
    if not mixes:
        return []
    q = found.question
    today = next((m for m in mixes if m.total == q.n_today), None)
    if today is None:
        return []
    limit = f"at most {asked(q.overtime_frac)} of officers' hours, {q.overtime_means}"
    if today.cost is None:
        return [
            f"Overtime ({limit}) and hiring together were not seen to leave nothing short with at most "
            f"{count(max(m.total for m in mixes), 'officer')}.",
            *_futures(found),
        ]
    said = [*_alone(found, today), *_mixed(found, today)]
    best = [m for m in mixes if m.hires == 0 and m.overtime is not None and m.overtime.hours > SHORT_H]
    if best:
        numbers = sorted(m.total for m in best)
        span = number(numbers[0]) if len(numbers) == 1 else f"{number(numbers[0])} to {number(numbers[-1])}"
        said.append(
            f"Of the numbers looked at, overtime alone is the cheapest with {span} officers; with fewer it takes "
            "hires besides, with more no overtime."
        )
    return [f"Overtime is looked at as {limit}.", *said, *_futures(found)]


def _futures(found: Budget) -> list[str]:
    """Say the cheapest way from today's strength in the other futures that were looked at."""
    q, said = found.question, []
    for s in q.scenarios[1:]:
        today = next((m for m in found.mixes.get(s.name, ()) if m.total == q.n_today), None)
        if today is None:
            continue
        if today.cost is None or today.overtime is None:
            most = count(max(m.total for m in found.mixes[s.name]), "officer")
            said.append(
                f"In the future {s.name} ({s.meaning}) overtime and hiring together were not seen to leave nothing "
                f"short with at most {most}."
            )
            continue
        hires = f"{count(today.hires or 0, 'hire')} and " if today.hires else ""
        said.append(
            f"In the future {s.name} ({s.meaning}) the cheapest way from today's strength to a week that is nowhere "
            f"short is {hires}{_hours(today.overtime)} a week: {number(today.cost)} a year; "
            f"{at_most(today.gap_frac or 0.0)} cheaper can exist."
        )
    return said


def _alone(found: Budget, today: Mix) -> list[str]:
    only = today.alone
    if only is None:
        return []
    worked = f"{_hours(only)} a week, at {number(_cost(found, only))} a year"
    if only.hours < SHORT_H:
        return []
    if only.short_h < SHORT_H:
        return [
            f"With today's officers overtime alone suffices: {worked}, leave no hour of the mean week short."
        ]
    return [
        f"With today's officers overtime alone does not suffice: {worked}, still leave {number(only.short_h)} "
        "officer-hours short."
    ]


def _mixed(found: Budget, today: Mix) -> list[str]:
    q, used = found.question, today.overtime
    if used is None or today.cost is None:
        return []
    if today.cost < 1.0:
        return [
            "From today's strength neither overtime nor hiring is needed: no hour of the mean week is short."
        ]
    hires = f"{count(today.hires or 0, 'hire')} and " if today.hires else ""
    text = (
        f"The cheapest way from today's strength to a mean week that is nowhere short is {hires}{_hours(used)} "
        f"a week: {number(today.cost)} a year"
    )
    if today.hires_alone:
        alone = today.hires_alone * q.officer_cost
        text += f", against {number(alone)} for {count(today.hires_alone, 'hire')} and no overtime"
    gap = today.gap_frac or 0.0
    return [f"{text}; {at_most(gap)} cheaper can exist."]


def _hours(used: Overtime) -> str:
    kinds = [f"{number(used.hold_over_h)} hours held over"] * (used.hold_over_h > SHORT_H)
    kinds += [f"{number(used.call_back_h)} hours called back"] * (used.call_back_h > SHORT_H)
    return " and ".join(kinds) or "no overtime"


def _cost(found: Budget, used: Overtime) -> float:
    return used.hours * WEEKS_PER_YEAR * found.question.overtime_per_h


def mix_table(found: Budget, scenario: str) -> list[list[str]]:
    """Return a row for every number of officers, in one future."""
    rows = []
    for m in found.mixes[scenario]:
        only, used, free = m.alone, m.overtime, m.hires_alone
        rows.append(
            [
                f"{m.total:,}",
                *(
                    ("-", "-", "-")
                    if only is None
                    else (f"{only.hold_over_h:,.0f}", f"{only.call_back_h:,.0f}", f"{only.short_h:,.0f}")
                ),
                *(
                    ("-", "-", "-", "-", "-")
                    if used is None or m.cost is None
                    else (
                        f"{m.hires:,}",
                        f"{used.hold_over_h:,.0f}",
                        f"{used.call_back_h:,.0f}",
                        f"{m.cost:,.0f}",
                        f"{100.0 * (m.gap_frac or 0.0):.1f}",
                    )
                ),
                "-" if free is None else f"{free:,}",
                "-" if free is None else f"{free * found.question.officer_cost:,.0f}",
            ]
        )
    return rows


def mix_rows(found: Budget) -> list[dict[str, Any]]:
    """Return the sheet: overtime alone, the cheapest mix with its districts, and hiring alone."""
    rows = []
    for future, m in [(name, m) for name, mixes in found.mixes.items() for m in mixes]:
        only, used, free = m.alone, m.overtime, m.hires_alone
        row: dict[str, Any] = {
            "future": future,
            "officers": m.total,
            "overtime alone, held over h a week": None if only is None else only.hold_over_h,
            "overtime alone, called back h a week": None if only is None else only.call_back_h,
            "overtime alone, cost a year": None if only is None else _cost(found, only),
            "overtime alone, officer-hours short a week": None if only is None else only.short_h,
            "cheapest mix, hires": m.hires,
            "cheapest mix, held over h a week": None if used is None else used.hold_over_h,
            "cheapest mix, called back h a week": None if used is None else used.call_back_h,
            "cheapest mix, cost a year": m.cost,
            "no mix costs less than": None if m.cost is None else m.bound,
            "hiring alone, hires": free,
            "hiring alone, cost a year": None if free is None else free * found.question.officer_cost,
        }
        if used is not None:
            row |= {f"officers then in {d}": n for d, n in used.officers.items()}
        rows.append(row)
    return rows

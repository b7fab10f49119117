"""Rules of the rota in words: which hold, from which clause, which are negotiable, and what a plan breaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimiser.problems.base import Measure, Violation
from optimiser.problems.shifts import FAMILY, ShiftsProblem
from optimiser.report.phrases import count, listed, number, shown_value
from optimiser.units import minutes

_MOST_APART = 2
UNACCOUNTED_MOST_FRAC = 0.10
"""Share of on-duty time beyond which unaccounted time is called out."""


def standing(problem: Any, rule: str) -> str:
    """Say where a rule comes from and whether it is negotiable; "" where the planner has not said."""
    p = problem.params
    clause = p.clauses.get(rule, "")
    if not clause and rule not in p.hard_rules:
        return ""
    kind = "hard" if rule in p.hard_rules else "negotiable"
    return f" ({clause}, {kind})" if clause else f" ({kind})"


def asked_of_rota(problem: ShiftsProblem, by_name: dict[str, Measure]) -> list[str]:
    """Say which rules of the rota the plan keeps, and what it takes of overtime and change."""
    p, said = problem.params, []
    rules = []
    if p.same_starts:
        rules.append(f"the same start times on {listed(p.same_starts)}{standing(problem, 'same_starts')}")
    if p.hand_over_officers:
        rules.append(
            f"{count(p.hand_over_officers, 'officer')} over every change for {number(minutes(p.hand_over_s))} minutes"
            f"{standing(problem, 'hand_over')}"
        )
    if p.max_start_times is not None:
        rules.append(f"at most {count(p.max_start_times, 'start time')}{standing(problem, 'start_times')}")
    if rules:
        said.append(f"The rota keeps {listed(rules)}.")
    for kind, name, rule, most in (
        ("held over", "hours held over", "hold_over", p.most_hold_over_h),
        ("called back", "hours called back", "call_back", p.most_call_back_h),
    ):
        if name in by_name:
            limit = "" if most is None else f" of at most {number(most)}{standing(problem, rule)}"
            said.append(f"{number(by_name[name].value, 1)} officer-hours a week are {kind}{limit}.")
    if problem.away:
        away = by_name["at court, training and events"].value
        said.append(
            f"{number(away, 1)} officer-hours go to court, training and events; they are rostered besides."
        )
    changed = by_name.get("changed against today's plan")
    if changed is not None:
        limit = "" if p.most_changed_h is None else f" (at most {number(p.most_changed_h)})"
        said.append(f"Against today's rota {number(changed.value, 1)} officer-hours are other{limit}.")
    return said


def negotiated(problem: Any, rules: Sequence[str]) -> list[str]:
    """Say which of some rules come from which clause, and which rules are not negotiable at all.

    ``problem`` is of a family whose choices have ``clauses`` and ``hard_rules``: shifts, patterns, rosters.
    """
    p, said = problem.params, []
    named = [
        f"{r.replace('_', ' ')}{standing(problem, r)}" for r in dict.fromkeys(rules) if standing(problem, r)
    ]
    if named:
        said.append(f"Rules with their clauses: {listed(named)}.")
    if p.hard_rules:
        hard = [f"{r.replace('_', ' ')}{standing(problem, r)}" for r in p.hard_rules]
        said.append(f"Not negotiable, so neither loosened nor priced: {listed(hard)}.")
    return said


def broken(problem: ShiftsProblem, violations: Sequence[Violation]) -> list[str]:
    """Say what a plan breaks, each rule once with its clause: where, or in how many time slots and where worst."""
    said = []
    for rule in dict.fromkeys(v.rule for v in violations):
        of_rule = [v for v in violations if v.rule == rule]
        worst = max(of_rule, key=lambda v: abs(v.found - v.limit))
        name = rule.replace("_", " ") + standing(problem, rule)
        meaning = FAMILY.rule(rule).meaning
        places = [worst] if len(of_rule) > _MOST_APART else of_rule
        where = listed([_place(v) for v in places])
        many = f"broken in {len(of_rule)} places, worst " if len(of_rule) > _MOST_APART else ""
        said.append(f"{name}: {meaning[0].lower()}{meaning[1:]}; {many}{where}.")
    return said


def _place(v: Violation) -> str:
    found, unit = shown_value(v.found, v.unit)
    limit, _ = shown_value(v.limit, v.unit)
    return f"{v.where} with {found:,.4g} {unit} where the limit is {limit:,.4g}"

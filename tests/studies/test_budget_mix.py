"""Overtime against hiring: the cheapest mix at every strength, against every mix enumerated with another solver."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from optimiser_apps import charts_budget

from optimiser import registry
from optimiser.demand.relief import WEEKS_PER_YEAR
from optimiser.prepare.budget_overtime import hours_by_kind
from optimiser.problems.shifts import FAMILY
from optimiser.problems.shifts.measures import shortage_h
from optimiser.problems.shifts.rules import on_duty
from optimiser.report.figures_budget import beside
from optimiser.report.words_budget import budget_said, budget_sheets, years_said
from optimiser.report.words_mix import HEADER, mix_table
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.studies.budget import budget
from optimiser.studies.budget_question import question_of_force
from optimiser.studies.budget_years import Pay
from tests.studies.test_budget import SHIFTS, two_districts

FUTURES = ("base", "more calls")


@pytest.fixture(scope="module")
def found():
    force, setup = two_districts(n_points=3, overtime_for="all")
    question = replace(question_of_force(force, setup, SHIFTS, n_scenarios=2), n_grid=4)
    return budget(replace(question, levers=()), workers=1)


def test_plans_keep_the_limit_of_their_own_strength(found):
    """Every plan by the family's rules: straight hours within those of its officers, overtime within 3 % of them."""
    week_h = found.question.week_h
    for curve in found.overtime_curves.values():
        for b, p in curve.points.items():
            problem = curve.at(b)
            assert FAMILY.check(problem, p.plan) == []
            rows = [(problem.shift_ids.index(k.split("@")[0]), n) for k, n in p.plan.officers.items()]
            extra = sum(n * problem.overtime_slots[i] for i, n in rows)
            assert sum(n * int(problem.shift_slots[i]) for i, n in rows) - extra <= b * week_h + 1e-6
            assert extra <= 0.03 * b * week_h + 1e-6


def fewest_hours(curve, officers):
    """Hours of overtime of so many officers afresh with CP-SAT; inf where somebody stays short or they are too many."""
    result = solve(
        curve.at(officers),
        registry.load("shifts.cpsat"),
        SolveOptions(gap_frac=0.0, time_limit_s=60, confirm=False),
    )
    short = shortage_h(curve.problem, on_duty(curve.problem, result.plan))
    return result.objectives[0].value if short < 1e-6 else float("inf")


@pytest.mark.parametrize("future", FUTURES)
def test_no_mix_is_cheaper_by_another_solver(found, future):
    """Fewest hours of each headcount afresh with CP-SAT: the cheapest of all combinations is the one told."""
    q, hours = found.question, {}
    for d, low in (("town", 28), ("village", 14)):
        curve = found.overtime_curves[d, future]
        for b in range(low, low + 12):
            hours[d, b] = fewest_hours(curve, b)
            if hours[d, b] == 0.0:  # more need none either
                break
        assert hours[d, low] == float("inf")  # fewer need hires whatever the overtime
        assert hours[d, b] == 0.0
    heads = [[b for e, b in hours if e == d] for d in ("town", "village")]
    for m in found.mixes[future]:
        costs = [
            max(0, t + v - m.total) * q.officer_cost
            + (hours["town", t] + hours["village", v]) * WEEKS_PER_YEAR * q.overtime_per_h
            for t, v in product(*heads)
        ]
        assert m.cost == pytest.approx(min(costs), rel=1e-9, abs=1e-6)
        assert m.bound <= m.cost + 1e-6
        assert m.gap_frac <= 0.01
        free = [t + v for t, v in product(*heads) if hours["town", t] + hours["village", v] == 0]
        assert m.hires_alone == max(0, min(free) - m.total)


def test_kinds_share_one_limit(found):
    """Some plan takes more than half of its limit in one kind: the kinds are not given half each; no hour is lost."""
    shares = []
    for curve in found.overtime_curves.values():
        for b, p in curve.points.items():
            held, called = hours_by_kind(curve.problem, p.plan)
            names = dict(zip(curve.problem.shift_ids, curve.problem.overtime_slots, strict=True))
            rows = [(k.split("@")[0], n) for k, n in p.plan.officers.items()]
            assert called == sum(n * names[name] for name, n in rows if name.startswith("call-back"))
            assert held == sum(n * names[name] for name, n in rows if " held " in name)
            shares.append(max(held, called) / curve.most_h(b))
    assert max(shares) > 0.5
    assert max(shares) <= 1.0 + 1e-9


def test_more_calls_ask_for_more(found):
    """A tenth more calls never cost less than the mean week, from any number of officers."""
    for base, more in zip(*(found.mixes[f] for f in FUTURES), strict=True):
        assert more.cost >= base.cost - 1e-6
    assert found.mixes["more calls"][0].cost > found.mixes["base"][0].cost


def test_a_mix_beats_either_alone(found):
    """At today's 44: overtime alone leaves hours short, hiring alone costs more than a few hires and some overtime."""
    today = next(m for m in found.base_mixes if m.total == found.question.n_today)
    assert today.alone.short_h > 1
    assert 0 < today.hires < today.hires_alone
    assert today.cost < today.hires_alone * found.question.officer_cost
    assert today.overtime.short_h == 0


def test_told_and_in_the_workbook(found):
    """A sentence for today, a row for every strength, no claim that today's overtime can be worked."""
    said = budget_said(found)
    assert any("cheapest way from today's strength" in s and "cheaper can exist" in s for s in said)
    assert not any("as far as officers can be found" in s for s in said)  # the plain comparison gives way
    assert any("more than the limit on overtime" in s for s in years_said(found, Pay()))
    rows = budget_sheets(found, Pay())["Overtime or hiring"]
    assert [(r["future"], r["officers"]) for r in rows] == [
        (f, m.total) for f in FUTURES for m in found.mixes[f]
    ]
    assert all(len(row) == len(HEADER) for f in FUTURES for row in mix_table(found, f))
    assert any(s.startswith("In the future more calls") and "cheaper can exist" in s for s in said)
    drawn = [r for r in beside(found, Pay())["mixes"] if r["future"] == "base"]
    for row, m in zip(drawn, found.base_mixes, strict=True):
        assert row["pay of hires"] + row["held over"] + row["called back"] == pytest.approx(m.cost)
    assert charts_budget.mix(drawn, found.question.n_today).to_dict()["layer"][0]["mark"]["type"] == "bar"
    drawn_years = beside(found, Pay())["years"]  # the dot and the sentence name the same number
    filled = [m.total for m in found.base_mixes if m.alone.short_h < 1.0]
    assert drawn_years["best"] in filled
    assert any(
        f"{drawn_years['best']} officers cost least" in s or "none costs less" in s
        for s in years_said(found, Pay())
    )
    none = replace(found, mixes={})
    assert any("as far as officers can be found" in s for s in budget_said(none))

"""The budget study: curves that fall, bounds everywhere, an exact sharing-out, prices, regret; told in words."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.data.duty_rules import DutyRule
from optimiser.data.project import load
from optimiser.demand.call_mix import of_load
from optimiser.demand.requirement import RequirementParams
from optimiser.errors import InputError, UsageError
from optimiser.prepare.budget import BudgetSetup, Force
from optimiser.prepare.budget_weeks import levers_of, weeks_of
from optimiser.prepare.shifts import ShiftsSetup
from optimiser.problems.shifts import FAMILY
from optimiser.report.figures_budget import beside, point_rows
from optimiser.report.words_budget import budget_said, budget_sheets, years_said
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.studies.budget import budget
from optimiser.studies.budget_curves import grid, share_out
from optimiser.studies.budget_points import fillable, officers_a_point
from optimiser.studies.budget_question import question_of, question_of_force
from optimiser.studies.budget_scenarios import worst_mean
from optimiser.studies.budget_types import ForcePoint
from optimiser.studies.budget_years import Pay, settled, year_rows, years
from optimiser.studies.series import NoPlanError

SHIFTS = ShiftsSetup(lengths_h=(8.0,), start_every_h=4.0)


def two_districts(**setup) -> tuple[Force, BudgetSetup]:
    """A town of 240 officer-hours of calls a week and a village of 60, with evenings; 30 and 14 officers."""
    hour = np.arange(168) % 24
    shape = 1 + 0.6 * np.cos(2 * np.pi * (hour - 19) / 24)
    unit_s = np.stack([240 * 3600 * shape / shape.sum(), 60 * 3600 * shape / shape.sum()])
    mixes = tuple(of_load(row, 2400.0) for row in unit_s)
    force = Force(("town", "village"), (30, 14), mixes, np.array([1.2, 1.0]))
    return force, BudgetSetup(**{"n_points": 4, "summer_frac": 0.1, "event_h": 40.0} | setup)


@pytest.fixture(scope="module")
def found():
    force, setup = two_districts()
    question = replace(question_of_force(force, setup, SHIFTS, n_scenarios=2), n_grid=5)
    return budget(question, workers=1)


def test_every_point_is_proved_and_falls(found):
    """Each point within 1 % of its bound, plans by the family's own rules, never more shortage with more officers."""
    assert found.complete
    for points in found.frontier.values():
        values = [p.value for p in points]
        assert values == sorted(values, reverse=True)
        for p in points:
            assert p.bound <= p.value + 1e-9
            assert p.gap_frac <= 0.01
            assert sum(p.officers.values()) <= p.total
    for curve in found.curves.values():
        for b, p in curve.points.items():
            assert FAMILY.check(curve.at(b), p.plan) == []
            assert FAMILY.objectives(curve.at(b), p.plan)[0].value == pytest.approx(p.value)


def test_the_lines_bound_headcounts_that_were_never_solved(found):
    """Solved afresh by the readable model, seven other headcounts lie between the lines and the plans."""
    from optimiser import registry

    curve = found.curves["town", "base"]
    most = max(curve.points)
    lower, upper = curve.lower(most), curve.upper(most)
    others = [b for b in range(8, most) if b not in curve.points][::4][:7]
    assert len(others) >= 5
    for b in others:
        result = solve(
            curve.at(b), registry.load("shifts.milp"), SolveOptions(time_limit_s=20, confirm=False)
        )
        value = result.objectives[0].value
        assert lower[b] <= value + 1e-6 * max(1.0, value), b
        assert upper[b] >= value - 1e-6 * max(1.0, value), b


def test_sharing_out_is_exact():
    """Against every way to share nine officers among three districts, curves of any shape."""
    rng = np.random.default_rng(4)
    for _ in range(20):
        tables = [np.minimum.accumulate(rng.integers(0, 50, 10).astype(float)) for _ in range(3)]
        best, parts = share_out(tables, 9)
        for n in range(10):
            every = min(
                sum(t[b] for t, b in zip(tables, bs, strict=True))
                for bs in product(range(n + 1), repeat=3)
                if sum(bs) <= n
            )
            assert best[n] == pytest.approx(every)
            assert sum(t[b] for t, b in zip(tables, parts[:, n], strict=True)) == pytest.approx(every)
            assert parts[:, n].sum() <= n


def test_prices_are_those_of_an_exact_solve(found):
    """The difference told is that of two plans that were solved; where both are told the sign is the same."""
    base = found.question.scenarios[0].name
    told = [p for p in found.frontier[base] if p.difference is not None]
    assert len(told) >= 3
    for p in told:
        curve = found.curves[p.gains, base]
        n = p.officers[p.gains]
        assert p.difference == pytest.approx(max(0.0, curve.points[n].value - curve.points[n + 1].value))
        assert p.dual is None or p.dual >= 0


def test_regret_and_worst_tenth(found):
    """Nothing is regretted where plan and future are the same; the worst tenth of two futures is the dearer one."""
    assert np.diag(found.regret) == pytest.approx(0.0, abs=1e-6)
    assert (found.regret >= -1e-9).all()
    assert worst_mean(np.array([10.0, 50.0]), np.array([0.95, 0.05])) == pytest.approx(0.5 * 50 + 0.5 * 10)
    assert worst_mean(np.array([10.0, 50.0]), np.array([0.8, 0.2])) == pytest.approx(50.0)


def test_told_in_words(found):
    """The first sentence answers what one more officer buys; sheets hold every point."""
    said = budget_said(found)
    assert "One more officer" in said[0]
    sheets = budget_sheets(found, Pay())
    assert len(sheets["Frontier"]) == sum(len(p) for p in found.frontier.values())
    years = sheets["Years"][0]
    assert years["year 2"] == pytest.approx(years["year 1"] * 1.03)
    assert {"in base", "mean of the worst tenth"} <= set(sheets["Regret"][0])


def test_each_district_has_its_price(found):
    """At today's strength one officer more and one fewer are exact re-solves; the best of them is the force's price."""
    base = found.question.scenarios[0].name
    assert [d.district for d in found.districts] == ["town", "village"]
    assert [d.today for d in found.districts] == [30, 14]
    for d in found.districts:
        curve = found.curves[d.district, base]
        assert d.difference == pytest.approx(d.value - curve.points[d.officers + 1].value, abs=1e-9)
        assert d.fewer == pytest.approx(curve.points[d.officers - 1].value - d.value)
    today = found.at(base, found.question.n_today)
    assert max(d.difference for d in found.districts) == pytest.approx(today.difference)
    # 300 officer-hours of calls in 44 officers' 32.2 hours a week
    assert found.calls_frac(44) == pytest.approx(300 / (44 * found.question.week_h))


def test_the_split_holds_over_the_cycle_or_by_interval():
    # 240 hours of calls at 30 % are 800 hours on duty: over the cycle just that, by interval more for rounding up
    force, setup = two_districts()
    calls = RequirementParams(no_free_unit_frac=None, minimum_units=0)
    cycle = weeks_of(force, setup, SHIFTS, calls).weeks["town", "base"]
    hourly = weeks_of(force, replace(setup, split="interval"), SHIFTS, calls).weeks["town", "base"]
    assert cycle.requirement.sum() == 800
    assert hourly.requirement.sum() > 800
    assert (hourly.call_work_s <= 0.3 * hourly.requirement * 3600 + 1e-6).all()
    # a point more for calls asks for 240 / 0.31 hours
    point = next(v for v in levers_of(force, setup, SHIFTS, calls) if v.name == "a percentage point")
    assert point.weeks["town"].requirement.sum() == 775
    # where the queue asks for more than the split, its hours count towards the split and nothing is added
    both = weeks_of(force, setup, SHIFTS).weeks["town", "base"]
    alone = weeks_of(force, replace(setup, ceiling_frac=0.6, proactive_floor_frac=0.0), SHIFTS)
    assert (both.requirement == alone.weeks["town", "base"].requirement).all()


def test_minimums_of_a_district_bind_in_its_curve():
    # the village must have six on at any time, by the agreement: 1,008 hours instead of 200
    force, setup = two_districts()
    rule = DutyRule("minimum", "village", "patrol", tuple(range(7)), 0, 0, 6, "Agreement 14.2")
    week = weeks_of(replace(force, rules=(rule,)), setup, SHIFTS).weeks["village", "base"]
    assert week.requirement.min() == 6
    assert set(week.clauses) == {"Agreement 14.2"}


def test_years_with_pay_steps(found):
    """Steps worked by hand: a tenth leaves, recruits cost 50, then 80; fewer officers come by leaving only."""
    assert settled(100, 2, 0.1) == pytest.approx([10, 90])
    assert settled(100, 3, 0.0) == pytest.approx([0, 0, 100])
    points = [ForcePoint(n, 0.0, 0.0, {}, short) for n, short in ((38, 20.0), (44, 10.0), (50, 1.0))]
    pay = Pay(n_years=2, rise_frac=0.0, steps=(50.0, 80.0), leave_frac=0.1)
    fewer, today, more = years(found.question, points, pay)
    # 4.4 recruits and 39.6 on the last step, year after year
    assert today.pay == pytest.approx([4.4 * 50 + 39.6 * 80] * 2)
    # six more recruits at once; next year 10 % of the 50 leave and are followed
    assert more.pay == pytest.approx([10.4 * 50 + 39.6 * 80, 5 * 50 + 45 * 80])
    # nobody is let go: 44 in the first year, 39.6 in the second, all on the last step
    assert fewer.paid == pytest.approx([44, 39.6])
    assert fewer.pay[1] == pytest.approx(39.6 * 80)
    assert today.overtime == pytest.approx([10 * 52.18 * found.question.overtime_per_h] * 2, rel=1e-3)
    rows = year_rows((fewer, today, more), 44)
    assert rows[2]["more pay than today's strength"] == pytest.approx(more.pay.sum() - today.pay.sum())
    assert rows[2]["fewer hours short a year"] == pytest.approx(9 * 52.18, rel=1e-3)
    assert any("cost least" in s or "none costs less" in s for s in years_said(found, Pay()))


def test_what_stands_beside_the_frontier_is_that_of_the_study(found):
    """The calls of N officers spread over N + more are a share lower by 0.01; years and regret are whole.

    The best number is the cheapest of those whose shortage overtime can fill.
    """
    total = found.question.n_today
    more = officers_a_point(found, total)
    assert found.calls_frac(total) - found.calls_frac(total + more) == pytest.approx(0.01)
    drawn = beside(found, Pay(n_years=3))
    assert drawn["figures"]["officers"] == 44
    assert drawn["figures"]["short"] == found.at("base", 44).shortage_h
    costs = {(r["officers"], r["what"]): r["cost"] for r in drawn["years"]["rows"]}
    assert costs[44, "both"] == pytest.approx(costs[44, "pay"] + costs[44, "overtime"])
    can = fillable(found)
    assert 0 < len(can) < len(found.frontier["base"])
    cheapest = min(cost for (n, what), cost in costs.items() if what == "both" and n in can)
    assert costs[drawn["years"]["best"], "both"] == cheapest
    assert [r["regret"] for r in drawn["regret"]] == found.regret.ravel().tolist()
    assert [r["officers"] for r in point_rows(found)] == [p.total for p in found.frontier["base"]]


def test_levers_are_priced_in_officers(found):
    """Each is worth something and no more than what officers can do; its plan is solved where the base has officers."""
    base = found.question.scenarios[0].name
    today = found.at(base, found.question.n_today)
    assert [v.name for v in found.levers] == [
        "a minute",
        "a call in a hundred",
        "a percentage point",
        "ten hours",
        "overtime",
    ]
    for v in found.levers:
        assert v.bound <= v.value <= today.value + 1e-6
        assert v.at_least is None or v.at_most is None or 0 <= v.at_least <= v.at_most
    minute = next(v for v in found.levers if v.name == "a minute")
    hundredth = next(v for v in found.levers if v.name == "a call in a hundred")
    assert minute.value < hundredth.value  # a minute of 40 is a fortieth of the work


def test_other_means_have_nothing_to_win_where_nothing_is_short(found):
    """With every hour at its requirement no lever is said to be as good as any officers."""
    base = found.question.scenarios[0].name
    full = tuple(replace(p, shortage_h=0.0) for p in found.frontier[base])
    said = budget_said(replace(found, frontier={**found.frontier, base: full}))
    assert any("overtime) buy nothing in the mean week either" in s for s in said)
    assert not any("as good as" in s for s in said)


def test_overtime_stands_beside_the_hours_of_officers(found):
    """Straight hours are those of the officers, overtime within its 3 %; as checked from the plans themselves."""
    base = found.question.scenarios[0].name
    lever = next(v for v in found.levers if v.name == "overtime")
    today = found.at(base, found.question.n_today)
    used_h = 0.0
    for d, n in zip(found.question.districts, found.question.today, strict=True):
        curve = found.curves[d, "overtime"]
        b = today.officers[d]
        problem, plan = curve.at(b), curve.points[b].plan
        assert FAMILY.check(problem, plan) == []
        lengths = dict(zip(problem.shift_ids, problem.shift_slots.tolist(), strict=True))
        more = dict(zip(problem.shift_ids, problem.overtime_slots, strict=True))
        rows = [(k.split("@")[0], m) for k, m in plan.officers.items()]
        overtime = sum(m * more[name] for name, m in rows)
        assert sum(m * lengths[name] for name, m in rows) - overtime <= b * found.question.week_h + 1e-6
        assert overtime <= 0.03 * n * found.question.week_h + 1e-6
        used_h += overtime
    assert lever.overtime_h == pytest.approx(used_h)
    assert used_h > 0
    assert "shifts held over by 2 h and officers called back for 4 h" in lever.meaning
    assert any("hours of overtime a week, at" in s for s in budget_said(found))


def test_overtime_as_asked_for_or_none():
    """A planner's own lengths are on offer; a share of 0 looks at none."""
    force, setup = two_districts()
    own = next(
        v for v in levers_of(force, setup, replace(SHIFTS, call_back_h=(6.0,))) if v.name == "overtime"
    )
    assert {k for k in own.weeks["town"].overtime if k} == {"call-back"}
    assert own.weeks["town"].params.most_call_back_h == pytest.approx(0.03 * 30 * setup.week_h)
    none = two_districts(overtime_frac=0.0)
    assert "overtime" not in [v.name for v in levers_of(*none, SHIFTS)]


def test_shared_once_lies_between(found):
    """No sharing-out for all futures is better than one for each, nor worse than the base's own in all of them."""
    once = found.shared_once
    assert sum(once.officers.values()) <= found.question.n_today
    assert once.foresight <= once.mean + 1e-9
    assert once.bound <= once.mean + 1e-9
    assert once.mean - once.bound <= 0.01 * once.mean + 1e-6
    own = found.at(found.question.scenarios[0].name, found.question.n_today).officers
    of_base = sum(
        s.probability * sum(found.curves[d, s.name].best_at(n).value for d, n in own.items())
        for s in found.question.scenarios
    )
    assert once.mean <= of_base + 1e-6
    assert once.cvar >= once.mean - 1e-6


def test_no_time_is_said(tmp_path):
    """A study that cannot reach a point of every curve says so, and what to do."""
    force, setup = two_districts()
    question = question_of_force(force, setup, SHIFTS, n_scenarios=1)
    with pytest.raises(NoPlanError, match="Give more time"):
        budget(question, workers=1, budget_s=0.5, folder=tmp_path)


def test_a_share_by_work_is_never_better(found):
    """Officers shared by work alone against the optimal sharing-out of as many."""
    base = found.question.scenarios[0].name
    assert found.shared_by_work.value >= found.at(base, 44).bound - 1e-6


def test_more_officers_where_they_are_worth_most():
    """An exact grid keeps its ends and does not repeat."""
    assert grid(10, 20, 5) == [10, 12, 15, 18, 20]
    assert grid(1, 2, 9) == [1, 2]


def test_what_cannot_be():
    """Probabilities that are no whole, no officers at all, a range upside down."""
    force, setup = two_districts()
    question = question_of_force(force, setup, SHIFTS, n_scenarios=1)
    with pytest.raises(InputError, match="sum to"):
        replace(question, scenarios=(replace(question.scenarios[0], probability=0.5),))
    with pytest.raises(InputError, match="above 0"):
        replace(question, today=(0, 0))
    with pytest.raises(UsageError, match="know nothing of leave_cap"):
        question_of_force(force, setup, replace(SHIFTS, leave_cap=4))
    with pytest.raises(InputError, match=r"3 % is 0\.03"):
        BudgetSetup(overtime_frac=3)
    with pytest.raises(InputError, match="below to_frac"):
        BudgetSetup(from_frac=1.4)
    with pytest.raises(InputError, match="sum to at most 1"):
        BudgetSetup(ceiling_frac=0.8)
    with pytest.raises(InputError, match="none of cycle, interval"):
        BudgetSetup(split="week")


def test_of_a_project(county, capsys):
    """The command on a small county: sentences, JSON, chart and workbook; a second run remembers its solves."""
    project = load(county)
    ids = sorted({d for d in project.areas["district_id"] if d})
    (county / "strength.csv").write_text(
        "district_id,assigned\n" + "".join(f"{d},9\n" for d in ids), encoding="utf-8"
    )
    assert question_of(project, BudgetSetup(n_points=3)).n_today == 9 * len(ids)
    asked = ["budget", str(county), "--quiet", "--set", "n_points=2", "--set", "lengths_h=[8]"]
    asked += [
        "--set",
        "start_every_h=8",
        "--set",
        "from_pct=90",
        "--set",
        "to_pct=110",
        "--set",
        "n_grid=2",
        "--gap",
        "5",
    ]
    code = main([*asked, "--json"])
    said = capsys.readouterr()
    assert code == Exit.DONE, said.err
    told = json.loads(said.out)
    assert set(told["frontier"]) == {"base", "more calls", "summer", "event", "fewer officers", "P80"}
    assert (county / "studies" / "budget.png").exists()
    assert (county / "studies" / "budget.xlsx").exists()
    assert main(asked) == Exit.DONE
    assert "officer" in capsys.readouterr().out

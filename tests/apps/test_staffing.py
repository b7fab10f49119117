"""The page Strength and budget: each part answers with a picture, its figures are those of the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from optimiser_apps import charts_people

from optimiser.batch import studies
from optimiser.batch.studies import Answer, Asked
from optimiser.data.levers_file import levers_of
from optimiser.data.project import load
from optimiser.demand.levers import study_levers
from optimiser.demand.relief import PipelineParams, ReliefParams, overtime_or_hiring, pipeline, relief
from optimiser.report import words_levers, words_relief
from tests.apps.screens import calm, said, screen


@pytest.fixture
def project(fresh: Path, tmp_path: Path) -> Path:
    """A copy of the tiny project that a test may write into."""
    folder = tmp_path / "project"
    shutil.copytree(fresh, folder)
    return folder


def test_posts_and_recruits_follow_what_is_typed(fresh: Path) -> None:
    """5.21 officers for a post of 8-hour shifts by default (8,760 h of 1,680 h); more leave, more officers."""
    at = calm(screen("staffing", fresh, part="people"))
    assert at.metric[0].value == "5.21"
    assert "One shift of 8 hours" in said(at)
    assert len(at.get("vega_lite_chart")) == 4
    at.number_input(key="form.relief..leave_h").set_value(620.0).run()
    assert calm(at).metric[0].value == f"{8760 / 1260:.2f}"
    at.number_input(key="form.relief..leave_h").set_value(2000.0).run()
    assert "nothing is left to work" in at.error[0].value
    assert not at.exception


def test_positions_are_those_of_the_table_of_officers(project: Path) -> None:
    """12 and 8 officers are assigned: 20 positions, not the 200 of the defaults."""
    (project / "strength.csv").write_text("district_id,assigned\nA,12\nB,8\n")
    at = calm(screen("staffing", project, part="people"))
    assert at.number_input(key="form.relief..positions").value == 20
    assert "Of 20 positions" in said(at)


def test_levers_are_priced_as_the_command_line_does(project: Path) -> None:
    """A lever over all calls frees half of their time; one that fits none is said to, and has no bar."""
    (project / "levers.toml").write_text(
        '[[lever]]\nname = "half of it"\nkind = "referral"\nshare_pct = 50\n'
        '[[lever]]\nname = "none"\nkind = "referral"\ntypes = ["NO SUCH"]\nshare_pct = 5\n'
    )
    at = calm(screen("staffing", project, part="levers"))
    found = study_levers(load(project), levers_of(project))
    shown = {m.label: m.value for m in at.metric}
    assert shown["All together free"] == "50.0 %"
    assert shown["As sworn officers"] == f"{found.priced[0].as_sworn:,.1f}"
    assert "No call fits: none." in said(at)
    rows = words_levers.lever_rows(found)
    assert [r["standing"] for r in rows] == [words_levers.CHEAPER, words_levers.NO_CALL]
    (data,) = charts_people.levers_in_officers(rows).to_dict()["datasets"].values()
    assert [r["said"] for r in data] == [f"{found.priced[0].as_sworn:,.1f} · 0 an hour", words_levers.NO_CALL]
    (project / "levers.toml").write_text('[[lever]]\nname = "x"\nkind = "wish"\nshare_pct = 5\n')
    at = screen("staffing", project, part="levers")
    assert "is none of attendance" in at.error[0].value


def test_levers_that_fit_nothing_leave_no_empty_chart(project: Path) -> None:
    """Only types that the project has not: no chart, but what to do."""
    (project / "levers.toml").write_text(
        '[[lever]]\nname = "none"\nkind = "referral"\ntypes = ["NO SUCH"]\nshare_pct = 5\n'
    )
    at = calm(screen("staffing", project, part="levers"))
    assert not at.get("vega_lite_chart")
    assert "No lever fits any call" in at.info[0].value


def test_who_is_where_can_be_typed_and_is_then_asked_no_more(project: Path) -> None:
    """Without a table of officers the page asks for them by district; kept, the form alone is left and names it."""
    at = calm(screen("staffing", project, part="officer"))
    assert "how many officers each district has" in at.info[0].value
    at.button(key="staff.officers.keep").click().run()
    table = pd.read_csv(project / "strength.csv", dtype={"district_id": str})
    assert list(table["assigned"]) == [20] * 3  # the tiny county has three districts in use
    assert not calm(at).info
    at.number_input(key="form.budget..n_points").set_value(3)
    at.button(key="why.start.budget").click().run()
    (made,) = studies.studies(project)
    assert (made.asked.kind, made.asked.choices) == ("budget", {"n_points": 3})
    made.kill()


def test_a_break_even_that_no_officer_reaches_is_not_drawn() -> None:
    """2,023 hours of overtime cost as much as an officer, who works 1,680: no mark; at half the cost there is one."""
    needed = relief(ReliefParams())
    for cost, marked in ((110_000.0, False), (50_000.0, True)):
        people = PipelineParams(officer_cost=cost)
        hiring = overtime_or_hiring(people, needed.net_h)
        even = words_relief.break_even_h(needed, hiring)
        assert (even is not None) == marked
        rows = words_relief.cost_rows(needed, hiring)
        layers = charts_people.overtime_or_hiring(rows, even).to_dict()["layer"]
        assert len(layers) == (4 if marked else 2)


def test_costs_meet_where_the_break_even_says() -> None:
    """At the break-even the overtime costs what the one officer does; beyond a year's work it takes a second."""
    needed = relief(ReliefParams())
    hiring = overtime_or_hiring(PipelineParams(officer_cost=50_000.0), needed.net_h)
    table = pd.DataFrame(words_relief.cost_rows(needed, hiring)).pivot(
        index="hours", columns="how", values="cost"
    )
    cheaper = table.index[table[words_relief.OVERTIME] > table[words_relief.HIRED]]
    first = cheaper.min()
    assert abs(first - hiring.break_even_h) <= needed.net_h * 1.3 / 60 + 1e-6
    assert table[words_relief.HIRED].iloc[-1] == pytest.approx(2 * table[words_relief.HIRED].iloc[0])


def test_a_budget_kept_before_figures_were_is_still_drawn(project: Path) -> None:
    """Points and districts alone, as older studies hold them: three pictures; with all, six and figures."""
    points = [
        {"future": "base", "officers": n, "value": 30.0 - n, "bound": 29.0 - n, "short": 1.0, "one more": w,
         "goes to": "A"}
        for n, w in ((10, 3.0), (11, 2.0), (12, None))
    ]  # fmt: skip
    old = {
        "points": points,
        "base": "base",
        "today": 11,
        "districts": [{"district": "A", "when": w, "officers": 11} for w in ("today", "best shared")],
        "levers": [],
    }
    figures = {
        "officers": 11, "short": 1.0, "one more": 2.0, "goes to": "A", "gap": 0.1, "on calls": 31.0,
        "officers a point": 0.4, "officer cost": 110_000.0,
    }  # fmt: skip
    rows = [
        {"officers": n, "what": w, "cost": 1.0} for n in (10, 11, 12) for w in ("pay", "overtime", "both")
    ]
    names = ("base", "more calls")
    new = old | {
        "figures": figures,
        "years": {"rows": rows, "best": 10, "n": 5},
        "regret": [
            {"planned for": a, "what comes": b, "regret": float(a != b)} for a in names for b in names
        ],
    }
    mixed = [
        {"future": f, "officers": n, "hires": 12 - n, "pay of hires": 9.0, "held over h": 1.0, "called back h": 2.0,
         "held over": 1.0, "called back": 2.0, "no mix costs less than": 11.5,
         "hiring alone": None if n == 10 else 20.0}
        for f in names for n in (10, 11, 12)
    ]  # fmt: skip
    full = new | {"mixes": mixed}
    for title, drawn, charts, cards in (("Old", old, 3, 0), ("New", new, 5, 4), ("Mixes", full, 6, 4)):
        study = studies.create(project, Asked("budget", "strength", title), "content")
        study.keep(Answer("budget", ("Said.",), {}, drawn), last=True)
        at = calm(screen("staffing", project, study=study.id))
        assert (len(at.get("vega_lite_chart")), len(at.metric)) == (charts, cards)
    assert at.selectbox(key="budget.mix.future").options == list(names)
    assert "the fewest looked at" in said(at)  # 10 of 10 to 12 officers: overtime is cheaper on paper


def test_the_worst_month_is_the_first_of_equals() -> None:
    """Nobody leaves and no position is vacant: month 1."""
    months = pipeline(PipelineParams(leave_frac=0.0), 1680.0)
    assert words_relief.worst_month(months).month == 1

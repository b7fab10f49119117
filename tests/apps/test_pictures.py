"""Pictures of the newer questions and the page For the decision, on plans made by hand: drawn is what is planned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from optimiser_apps import gains, pages, pictures
from optimiser_apps.pictures import facilities, fold, patrol, patterns, rosters, shift_design, strength
from optimiser_apps.pictures.grids import shift_fills
from streamlit.testing.v1 import AppTest

from optimiser.batch.runner import store_of
from optimiser.compare import Judgement
from optimiser.data.project import load
from optimiser.problems.base import Measure, Objective
from optimiser.problems.strength import StrengthPlan
from tests.apps.conftest import make_project
from tests.apps.hand_runs import CHOICES, hand_run, write_tables
from tests.apps.screens import PATIENCE_S, calm, said, screen


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A project with a plan made by hand of each of the newer questions; its folder and the ids by question."""
    folder = make_project(tmp_path_factory.mktemp("drawn"))
    write_tables(load(folder))
    project = load(folder)
    return folder, {f: hand_run(project, f, f"By hand: {f}", c) for f, c in CHOICES.items()}


def page_of(family: str, folder: Path, run: str) -> AppTest:
    """Run the page of a question on a run."""
    script = (
        "from optimiser_apps.views.plain import PLAIN\n"
        f"next(p for p in PLAIN if p.family == {family!r}).page()()\n"
    )
    at = AppTest.from_string(script, default_timeout=PATIENCE_S)
    at.session_state["project_folder"] = str(folder)
    at.query_params["run"] = run
    return at.run()


WORDS = {
    "strength": "Officers of each district, today and planned",
    "patterns": "The pattern",
    "rosters": "Mon 4 Jan to Sun 17 Jan",
    "shift_design": "Officers needed and officers there, hour by hour",
    "patrol": "Where and when",
    "facilities": "What becomes of each site",
    "containment": "Posts, the earliest first",
    "fold": "The sergeant's page",
}


@pytest.mark.parametrize("family", list(CHOICES))
def test_every_newer_question_has_its_picture(drawn: tuple[Path, dict[str, str]], family: str) -> None:
    """The page shows its picture beside the numbers, and no error."""
    at = calm(page_of(family, drawn[0], drawn[1][family]))
    assert WORDS[family] in said(at)
    charts = len(at.get("vega_lite_chart")) + len(at.get("arrow_vega_lite_chart"))
    maps = len(at.get("deck_gl_json_chart"))
    assert charts + maps + (family == "fold") >= 1
    assert "so its" not in said(at)  # nothing had to be left undrawn


def test_every_question_without_a_screen_of_its_own_has_a_drawer() -> None:
    """A new family without a picture is noticed here."""
    assert {p.family for p in pages.plain() if pictures.drawer(p.family) is None} == set()


def problem_and_plan(drawn: tuple[Path, dict[str, str]], family: str) -> tuple[object, object]:
    """Return the question and the plan of a run."""
    run = store_of(drawn[0]).run(drawn[1][family])
    return run.problem(), run.result().plan


def test_grids_hold_every_day_and_cover_is_the_checkers(drawn: tuple[Path, dict[str, str]]) -> None:
    """28 cells of four weeks; on Monday one by day of two wanted; a roster of two teams by 28 days."""
    problem, plan = problem_and_plan(drawn, "patterns")
    assert len(patterns.week_rows(plan)) == 28  # type: ignore[arg-type]
    cover = {(r["shift"], r["day"]): (r["found"], r["wanted"]) for r in patterns.cover_rows(problem, plan)}  # type: ignore[arg-type]
    assert cover["Day", "Mon"] == (1, 2)
    assert cover["Day", "Wed"] == (2, 2)
    problem, plan = problem_and_plan(drawn, "rosters")
    cells = rosters.team_rows(problem, plan, range(28))  # type: ignore[arg-type]
    assert len(cells) == 2 * 28
    assert cells[0] == {"team": "Red", "day": "Mon 4 Jan", "shift": "Day", "weekend": False}
    days = rosters.cover_rows(problem, plan, range(1))  # type: ignore[arg-type]
    assert {(d["shift"], d["found"], d["wanted"]) for d in days} == {("Day", 8, 7), ("Night", 0, 6)}


def test_shifts_are_coloured_by_the_light_of_the_day() -> None:
    """07:00 and 19:00 of twelve hours: yellow and dark; two day shifts do not share a colour."""
    hour = 3600.0
    fills = shift_fills(
        {"N": 19 * hour, "D": 7 * hour, "E": 9 * hour}, {"N": 12 * hour, "D": 12 * hour, "E": 8 * hour}
    )
    assert fills["D"] == "#F4C95D"
    assert fills["N"] == "#3E5C86"
    assert len(set(fills.values())) == 3


def test_rows_sum_to_the_measures(drawn: tuple[Path, dict[str, str]]) -> None:
    """Changes of strength sum to the officers gained; patrol's hours, sites a year and cars a row are the plan's."""
    problem, plan = problem_and_plan(drawn, "strength")
    table = strength.rows_of(problem, plan)  # type: ignore[arg-type]
    assert table["change"].sum() == sum(plan.officers.values()) - problem.assigned.sum()  # type: ignore[attr-defined]
    problem, plan = problem_and_plan(drawn, "patrol")
    blocks = sum(n for on in plan.blocks_at.values() for n in on.values())  # type: ignore[attr-defined]
    rows = patrol.place_rows(problem, plan)  # type: ignore[arg-type]
    assert rows["hours a week"].sum() == pytest.approx(blocks * problem.params.block_h)  # type: ignore[attr-defined]
    problem, plan = problem_and_plan(drawn, "facilities")
    sites = facilities.site_rows(problem, plan)  # type: ignore[arg-type]
    assert (sites["2040"] != "").sum() == len(problem.site_ids)  # type: ignore[attr-defined]
    assert sites["2030"].iloc[0] == ""
    assert "CLOSED" not in sites["2040"].tolist()
    problem, plan = problem_and_plan(drawn, "shift_design")
    steps = shift_design.slot_rows(problem, plan)  # type: ignore[arg-type]
    assert np.array_equal(steps["short"], np.maximum(steps["needed"] - steps["there"], 0))


def test_the_sergeants_page_has_a_box_for_every_car(drawn: tuple[Path, dict[str, str]]) -> None:
    """With k cars there are k boxes, whose widths sum to the beats; text of the data is escaped."""
    problem, plan = problem_and_plan(drawn, "fold")
    text = fold.page_html(problem, plan)  # type: ignore[arg-type]
    rows = text.split("<tr>")[2:]
    n = len(problem.beat_ids)  # type: ignore[attr-defined]
    for cars, row in zip(range(n, 0, -1), rows, strict=True):
        assert row.count("colspan=") == cars
        assert sum(int(part.split('"')[1]) for part in row.split("colspan=")[1:]) == n
    assert fold._safe("<b>") == "&lt;b&gt;"
    assert len(fold.car_rows(problem, plan, 2)) == 2  # type: ignore[arg-type]


def judged(name: str, value: float, gap: float | None, *, sense: str = "max") -> Judgement:
    """A judgement of one aim, with service by district."""
    by = {"A": value / 100, "B": 0.5}
    measure = Measure("service", value / 100, "frac", "higher", by, "district")
    aim = Objective("service", value, "calls per week", sense)  # type: ignore[arg-type]
    return Judgement(name, None, (), (aim,), (measure,), gap, confirmed=True)


@pytest.mark.parametrize(
    ("one", "two", "way", "word"),
    [
        (judged("old", 50, None), judged("new", 55, 0.01), "better", "Better"),
        (judged("old", 50, 0.01), judged("new", 55, 0.02), "better", "Better, and proved"),
        (judged("old", 50, 0.01), judged("new", 49, 0.05), "", "Too close to call"),
        (
            judged("old", 50, 0.0, sense="min"),
            judged("new", 55, 0.0, sense="min"),
            "worse",
            "Worse, and proved",
        ),
        (judged("old", 50, None), judged("new", 55, None), "", "Not proved"),
        (judged("old", 50, 0.1), judged("new", 50, 0.1), "", "No difference"),
    ],
)
def test_a_difference_is_held_against_the_proofs(one: Judgement, two: Judgement, way: str, word: str) -> None:
    """By hand: 55 against 50 is 9.1 %, more than 2 %; 49 against 50 is 2 %, less than 5 %."""
    found = gains.verdict(one, two)
    assert (found.way, found.word) == (way, word)


def test_who_gains_is_told_by_part() -> None:
    """A gains five points, B stays."""
    found = gains.by_part(judged("old", 50, None), judged("new", 55, None), ["service"])
    assert found is not None
    measure, rows = found
    assert rows.set_index("part")["verdict"].to_dict() == {"A": "better", "B": "as before"}
    assert rows["change"].tolist() == pytest.approx([5.0, 0.0])
    assert "1 better, 0 worse, 1 as before" in gains.parts_said(measure, rows)


def test_the_decision_page_teaches_where_there_is_nothing(fresh: Path) -> None:
    """Without two plans of one question it says what to do."""
    assert "not yet two plans" in said(calm(screen("brief", fresh)))


def test_the_decision_page_shows_sectors_against_today(solved: tuple[Path, dict[str, str]]) -> None:
    """Cards, verdict, maps of gains; every figure of today is there as well."""
    at = calm(screen("brief", solved[0]))
    words = said(at)
    assert "Three districts instead of Districts in use" in words
    assert "Who gains and who loses: drive to the caller" in words
    assert len(at.metric) == 8
    assert {m.delta for m in at.metric[:4]} == {"held against"}
    assert len(at.get("deck_gl_json_chart")) == 2


def test_the_decision_page_and_compare_take_any_question(drawn: tuple[Path, dict[str, str]]) -> None:
    """Two plans of strength: who gains by district; and the page Compare shows both without an error."""
    folder, ids = drawn
    project = load(folder)
    first = store_of(folder).run(ids["strength"])
    gives = {d: int(n) + k for k, (d, n) in enumerate(first.result().plan.officers.items())}
    hand_run(
        project,
        "strength",
        "Another share",
        {"new_officers": 2, "most_moved": 3},
        lambda p: StrengthPlan(gives),
    )
    at = calm(screen("brief", folder))
    assert "Who gains and who loses" in said(at)
    at = AppTest.from_string(
        "from optimiser_apps.views import compare\ncompare.page()\n", default_timeout=PATIENCE_S
    )
    at.session_state["project_folder"] = str(folder)
    at.session_state["question"] = "strength"
    assert any("change" in d.value.columns for d in calm(at.run()).dataframe)

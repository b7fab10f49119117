"""Every page on a project without a run, and on one with a solved run of its question."""

from __future__ import annotations

from pathlib import Path

import pytest
from optimiser_apps import launch, pages
from streamlit.testing.v1 import AppTest

from optimiser import registry
from optimiser.batch import runner
from optimiser.batch.runner import store_of
from optimiser.batch.scenario import from_table
from optimiser.data.project import load
from tests.apps.screens import PATIENCE_S, calm, said, screen

QUESTIONS = ("sectors", "shifts", "assignment", "standby")


def test_home_judges_the_districts_in_use(fresh: Path) -> None:
    """Where we are now comes first: measures of today's plan, and a button to each question."""
    at = calm(screen("home", fresh))
    assert [m.label for m in at.metric][-4:] == [
        "Calls within target",
        "Mean drive to a call",
        "Longest drive",
        "Furthest from fair share",
    ]
    assert len(at.dataframe[0].value) == 3  # the tiny county has three districts in use
    assert {b.label for b in at.button} >= {"Sectors", "Shifts", "Assignment"}
    assert {b.label for b in at.button} >= {"Live desk", "Why and what if", "Edit a plan", "For the decision"}
    assert "No plan yet" in said(at)


def test_home_lists_runs_with_their_proof_in_words(solved: tuple[Path, dict[str, str]]) -> None:
    """Each run stands with its status and its bound in words."""
    at = calm(screen("home", solved[0]))
    assert said(at).count("Proved best") == 4  # all four tiny runs are proved and confirmed
    assert sum(b.label == "Open" for b in at.button) == 4


def test_data_shows_findings_assumptions_and_the_week(fresh: Path) -> None:
    """The quality table has the columns of the report; the week's table has 24 hours."""
    at = calm(screen("data", fresh))
    tables = [d.value for d in at.dataframe]
    assert "what was found" in tables[0].columns
    assert any(len(t) == 24 and "Mon" in t.columns for t in tables)
    assert any(len(t) == 30 and "unit hours a week" in t.columns for t in tables)  # 30 areas
    assert "Good" in said(at)


@pytest.mark.parametrize("family", QUESTIONS)
def test_question_starts_with_a_form(fresh: Path, family: str) -> None:
    """Without a run a page asks: a name, choices in planner's units, one button."""
    at = calm(screen(family, fresh))
    assert [b.label for b in at.button] == ["Solve"]
    labels = [n.label for n in at.number_input]
    assert "Longest time to search (minutes)" in labels


def test_assignment_form_takes_targets_of_the_project(fresh: Path) -> None:
    """Grades of the form are the priorities with a target: 8, 15, 30, 60 minutes in the tiny county."""
    at = calm(screen("assignment", fresh))
    shown = [n.value for n in at.number_input if n.key and "grade_targets_min" in n.key]
    assert shown == [8.0, 15.0, 30.0, 60.0]


@pytest.mark.parametrize("family", QUESTIONS)
def test_run_shows_findings_checks_and_tables(solved: tuple[Path, dict[str, str]], family: str) -> None:
    """A link to a run shows its proof, its findings, the rules checked now, and a table beside each map."""
    folder, ids = solved
    at = calm(screen(family, folder, run=ids[family]))
    words = said(at)
    assert "Proved best" in words
    assert "Every rule was checked on the plan itself" in words
    assert any("all rules hold" in e.label for e in at.expander)
    rules = next(d.value for d in at.dataframe if "rule" in d.value.columns)
    assert (rules[""] == "holds").all()


def test_sectors_run_is_held_against_todays_plan(solved: tuple[Path, dict[str, str]]) -> None:
    """The KPI row has a change to the districts in use, and the areas that move are listed."""
    at = calm(screen("sectors", solved[0], run=solved[1]["sectors"]))
    assert all(m.delta for m in at.metric)
    assert "areas change hands" in said(at)
    assert any({"from", "to"} <= set(d.value.columns) for d in at.dataframe)


def test_assignment_run_offers_its_files(solved: tuple[Path, dict[str, str]]) -> None:
    """Artefacts of a run are offered: plan, map, workbook."""
    at = calm(screen("assignment", solved[0], run=solved[1]["assignment"]))
    labels = {b.label for b in at.get("download_button")}
    assert {"Plan (CSV)", "Workbook (Excel)", "Map (PNG)"} <= labels


def test_compare_teaches_where_there_is_nothing(fresh: Path) -> None:
    """Without two plans the page says what to do."""
    at = calm(screen("compare", fresh))
    assert "not yet two plans" in said(at)


def test_compare_puts_a_run_beside_todays_plan(solved: tuple[Path, dict[str, str]]) -> None:
    """Measures side by side with their change, what moves, and who gains and who loses."""
    at = calm(screen("compare", solved[0]))
    tables = [d.value for d in at.dataframe]
    assert {"measure", "Districts in use", "Three districts", "change"} <= set(tables[0].columns)
    assert any("change (min)" in t.columns for t in tables)
    assert "The measures are exact" in said(at)


def test_unknown_run_is_a_message(fresh: Path) -> None:
    """A link to a run that is not there ends in one sentence, not in a traceback."""
    at = screen("sectors", fresh, run="nothing-0000000000")
    assert not at.exception
    assert "There is no run" in at.error[0].value


def test_run_of_another_question_is_a_message(solved: tuple[Path, dict[str, str]]) -> None:
    """A link that names another question's run says so."""
    at = screen("shifts", solved[0], run=solved[1]["sectors"])
    assert not at.exception
    assert "answers another question" in at.error[0].value


def test_wrong_choice_is_a_message_and_writes_nothing(fresh: Path) -> None:
    """Shares that do not sum to 100 % are refused in words before any run is written."""
    at = screen("shifts", fresh)
    share = next(n for n in at.number_input if n.key and n.key.endswith("call_ceiling_pct"))
    share.set_value(50.0)
    next(b for b in at.button if b.label == "Solve").click().run()
    assert not at.exception
    assert "must sum to 1" in at.error[0].value
    assert store_of(fresh).runs() == []


def test_missing_folder_is_a_message(tmp_path: Path) -> None:
    """A folder that is no project is said to be none."""
    at = screen("home", tmp_path)
    assert not at.exception
    assert "project.toml is missing" in at.error[0].value


def test_frame_runs_the_first_page(fresh: Path) -> None:
    """The script the server runs shows the navigation frame with Home in it."""
    at = AppTest.from_file(str(launch.MAIN), default_timeout=PATIENCE_S)
    at.session_state["project_folder"] = str(fresh)
    at.run()
    assert not at.exception
    assert "Tiny county" in said(at)
    assert "Nothing is running" in [c.value for c in at.sidebar.caption]


def test_questions_without_a_screen_of_their_own_have_a_page(tmp_path: Path, fresh: Path) -> None:
    """Every registered question can be asked in the app: a form with one button, then numbers, pictures and tables."""
    assert set(pages.questions()) == set(registry.families())
    for plain in pages.plain():
        at = calm(_plain(plain.family, fresh))
        assert [b.label for b in at.button] == ["Solve"], plain.family


def test_a_plain_page_shows_a_run(solved: tuple[Path, dict[str, str]]) -> None:
    """A fold table is shown with its proof, its measures and the rows of its workbook."""
    folder, _ = solved
    project = load(folder)
    table = {"question": "fold", "fold": {}, "solve": {"time_limit_min": 0.5}}
    run, _ = runner.create(project, from_table(table))
    runner.work(run, project=project, artefacts=True)
    at = calm(_plain("fold", folder, run=run.id))
    assert "Proved best" in said(at)
    assert any("all rules hold" in e.label for e in at.expander)
    assert len(at.metric) >= 1
    assert len(at.tabs) >= 1


def _plain(family: str, folder: Path, **query: str) -> AppTest:
    script = (
        "from optimiser_apps.views.plain import PLAIN\n"
        f"next(p for p in PLAIN if p.family == {family!r}).page()()\n"
    )
    at = AppTest.from_string(script, default_timeout=PATIENCE_S)
    at.session_state["project_folder"] = str(folder)
    for key, value in query.items():
        at.query_params[key] = value
    return at.run()

"""The page Why and what if: what it asks, what it shows of studies that are done, and how they are found again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from optimiser_apps import charts_studies, studying
from optimiser_apps.components import study_shown
from streamlit.testing.v1 import AppTest

from optimiser import registry
from optimiser.batch import studies, study_runner
from optimiser.batch.runner import store_of
from optimiser.batch.studies import Answer, Asked
from optimiser.cli.kept import keep
from optimiser.data.project import load
from optimiser.prepare.questions import ask
from optimiser.prepare.sectors import districts_in_use, plan_of
from optimiser.solve.options import SolveOptions
from tests.apps.conftest import make_project
from tests.apps.hand_runs import hand_run
from tests.apps.screens import calm, said, screen

OPTIONS = SolveOptions(time_limit_s=20.0, confirm=False)


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A project of its own with an explanation and a frontier that are done; its folder and the ids by kind."""
    folder = make_project(tmp_path_factory.mktemp("studied"))
    project = load(folder)
    ids = {}
    for kind, choices, given in (
        ("explain", {"tolerance_pct": 30, "longest_drive_min": 1}, {}),
        ("frontier", {"tolerance_pct": 5, "objective": "travel"}, {"axes": [["balance", 0.2]], "points": 3}),
        ("between", {"tolerance_pct": 50, "target_min": 2}, {"aims": ["travel", "deviation"], "points": 3}),
    ):
        asked = Asked(kind, "sectors", f"Try {kind}", choices, "", OPTIONS, 120.0, given)
        study = studies.create(folder, asked, "content")
        study_runner.work(study, project=project)
        ids[kind] = study.id
    return folder, ids


@pytest.mark.parametrize("kind", [k.name for k in studying.KINDS])
def test_every_kind_can_be_asked(fresh: Path, kind: str) -> None:
    """Each kind shows what it is for and one button to start; nothing is written by looking."""
    at = calm(screen("why", fresh, kind=kind))
    assert studying.kind_of(kind).why in said(at)
    if kind == "uncertainty":  # judges solved plans, and there is none
        assert "Solve a question first" in said(at)
    else:
        assert "Start the study" in [b.label for b in at.button]
    assert studies.studies(fresh) == []


def test_start_writes_a_study_and_names_it_in_the_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The button writes one study with the project's defaults, starts it apart, and the address opens it again."""
    fresh = make_project(tmp_path)
    started = []
    monkeypatch.setattr(study_runner, "start", lambda study: started.append(study.id))
    at = calm(screen("why", fresh, kind="price"))
    next(b for b in at.button if b.label == "Start the study").click().run()
    (study,) = studies.studies(fresh)
    assert started == [study.id]
    assert at.query_params["study"] == study.id
    assert study.asked.choices["n_districts"] == 3
    assert study.asked.kind == "price"
    assert "You may leave this page" in said(at)
    at = calm(screen("why", fresh, study=study.id))
    assert "You may leave this page" in said(at)


def test_an_explanation_is_shown_with_its_ways_out(
    studied: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Conflict and ways out in words and as a picture; a way out can be solved at once, with its relaxation."""
    folder, ids = studied
    at = calm(screen("why", folder, study=ids["explain"]))
    words = said(at)
    assert "Rules that cannot hold together" in words
    assert "Way out: loosen longest drive by" in words
    assert len(at.get("vega_lite_chart") or at.get("arrow_vega_lite_chart")) == 1
    assert "Study as a workbook (Excel)" in {b.label for b in at.get("download_button")}
    before = {r.id for r in store_of(folder).runs()}
    monkeypatch.setattr("optimiser.batch.runner.start", lambda run: None)
    monkeypatch.setattr("optimiser_apps.pages.go", lambda name, **query: None)
    next(b for b in at.button if b.label == "Solve it this way").click().run()
    calm(at)
    (run,) = [r for r in store_of(folder).runs() if r.id not in before]
    assert run.problem().params.relax["longest drive"] > 0


def test_a_frontier_is_drawn_with_its_bound(studied: tuple[Path, dict[str, str]]) -> None:
    """A picture with the band, and the rows of it as a table and a workbook."""
    at = calm(screen("why", studied[0], study=studied[1]["frontier"]))
    assert "no plan can be beyond the dashed line" in said(at)
    table = next(d.value for d in at.dataframe if "no plan beats" in d.value.columns)
    assert len(table) >= 2


def test_one_aim_against_another_is_drawn_with_its_plans(studied: tuple[Path, dict[str, str]]) -> None:
    """The curve with its band, both tables, and maps of both ends and of a point between."""
    at = calm(screen("why", studied[0], study=studied[1]["between"]))
    words = said(at)
    assert "each keeping the limit below it" in words
    columns = [set(d.value.columns) for d in at.dataframe]
    assert any("best" in c and "no plan beats" in c for c in columns)
    assert "Best call-weighted drive" in words
    assert "Best largest deviation from a target share" in words
    assert "Point 2" in words
    assert sum(b.label == "Keep as plan" for b in at.button) == 3


def test_what_the_command_line_found_is_shown(tmp_path: Path) -> None:
    """An answer kept by the command line stands in the list and is drawn: a bar for each of two plans."""
    folder = make_project(tmp_path)
    bars = [
        {"plan": p, "aim": "driving, call-minutes a week", "low": 1.0, "middle": 2.0, "high": 3.0}
        for p in "AB"
    ]
    keep(
        folder,
        Answer("uncertainty", ("A is better in most years.",), drawn={"bars": bars}),
        family="sectors",
        title="How sure: A, B",
        content="",
    )
    (study,) = studies.studies(folder)
    at = calm(screen("why", folder, study=study.id))
    assert "A is better in most years." in said(at)
    assert "nine in ten of the years drawn anew" in said(at)
    assert len(at.get("vega_lite_chart") or at.get("arrow_vega_lite_chart")) == 1
    assert any("How sure: A, B" in str(o) for o in at.selectbox[0].options)


def test_how_sure_the_figures_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan by hand beside the districts in use, on three years of four weeks: asked, done, a bar a plan."""
    folder = make_project(tmp_path)
    project = load(folder)
    weeks = pd.concat(
        [
            project.calls.assign(received_at=project.calls["received_at"] + pd.Timedelta(weeks=2 * k))
            for k in (0, 1)
        ]
    )
    project = replace(project, calls=weeks.reset_index(drop=True))
    hand_run(
        project, "sectors", "By hand", {"tolerance_pct": 90}, lambda p: plan_of(p, districts_in_use(project))
    )
    monkeypatch.setattr(study_runner, "start", lambda study: None)
    at = calm(screen("why", folder, kind="uncertainty"))
    next(n for n in at.number_input if n.label == "How many years to draw").set_value(3)
    next(b for b in at.button if b.label == "Start the study").click().run()
    (study,) = studies.studies(folder)
    assert study.asked.given["in_use"]
    found = study_runner.work(study, project=project)
    assert found.complete
    bars = {b["plan"]: b for b in found.drawn["bars"] if b["aim"].startswith("call-weighted drive")}
    assert set(bars) == {"By hand", "Districts in use"}
    assert bars["By hand"]["middle"] == pytest.approx(
        bars["Districts in use"]["middle"]
    )  # the same plan twice
    assert all(b["low"] <= b["middle"] <= b["high"] for b in bars.values())
    at = calm(screen("why", folder, study=study.id))
    assert "nine in ten of the years drawn anew" in said(at)


def test_the_yearly_check_is_shown_as_a_table(tmp_path: Path) -> None:
    """What drift found on the command line: its sentences, and the districts as a table."""
    folder = make_project(tmp_path)
    rows = [{"district": "D1", "share %": 30.0, "target %": 33.3, "off %": -10.0}]
    answer = Answer("drift", ("A transfer suffices.",), {"Districts": rows})
    keep(folder, answer, family="sectors", title="Is it still right: districts", content="")
    (study,) = studies.studies(folder)
    at = calm(screen("why", folder, study=study.id))
    assert "A transfer suffices." in said(at)
    assert any("share %" in d.value.columns for d in at.dataframe)


def test_a_link_to_nothing_is_a_message(fresh: Path) -> None:
    """An id that is not there ends in one sentence."""
    at = screen("why", fresh, study="nothing-0000000000")
    assert not at.exception
    assert "There is no study" in at.error[0].value


def test_an_impossible_run_leads_here(solved: tuple[Path, dict[str, str]]) -> None:
    """A question that starts from a run is asked with that run's choices."""
    at: AppTest = calm(screen("why", solved[0], kind="explain", run=solved[1]["standby"]))
    boxes = {b.label: b.value for b in at.selectbox}
    assert boxes["Which question"] == "standby"
    assert boxes["Asked as in"] == solved[1]["standby"]


@pytest.mark.parametrize("family", registry.families())
def test_every_family_says_what_can_be_counted_or_loosened(family: str) -> None:
    """Amounts go from what is shown to the rule's own unit and back: ten steps are ten steps."""
    for rule in registry.family(family).rules:
        if rule.relaxable:
            shown = studying.usual_amount(family, rule.name)
            assert studying.core_amount(family, rule.name, shown) > 0
    assert all(f.kind == "whole" for f in studying.counted(family))


def test_charts_of_answers_hold_every_row() -> None:
    """Hand-made answers: each row of an answer is in the data of its chart."""
    bars = [
        {
            "rule": "balance", "how": "without the rule", "dropped": True, "aim": "drive", "place": 0,
            "unit": "minutes", "low": 1.0, "high": None, "found": 2.0, "nothing": False,
        }
    ]  # fmt: skip
    assert charts_studies.price_bars(bars).to_dict()["layer"]
    steps = [
        {"number": n, "status": "proved best", "value": 10.0 - n, "bound": None, "worth": w, "at least": None,
         "at most": None}
        for n, w in ((1, None), (2, 1.0))
    ]  # fmt: skip
    value, worth = charts_studies.levels({"steps": steps, "y": "drive", "x": "cars"})
    assert value.to_dict()["layer"]
    assert worth.to_dict()["layer"]


def test_alternatives_that_are_all_as_good_can_be_told_apart() -> None:
    """Three plans, none worse: neighbours have their names at two heights, and the axis ends above none."""
    rows = [
        {"plan": p, "different": d, "worse": 0.0, "worse at most": None}
        for p, d in (("Best plan", 0.0), ("Alternative 1", 51.0), ("Alternative 2", 49.0))
    ]
    drawn = charts_studies.alternatives(rows).to_dict()
    (kept,) = drawn["datasets"].values()
    assert [(r["plan"], r["raised"]) for r in kept] == [
        ("Best plan", False),
        ("Alternative 2", True),
        ("Alternative 1", False),
    ]
    texts = [layer["mark"] for layer in drawn["layer"] if layer["mark"]["type"] == "text"]
    assert len({mark["dy"] for mark in texts}) == 2
    assert drawn["layer"][0]["encoding"]["y"]["scale"]["domain"][1] > 0


def test_a_budget_is_drawn_with_today_and_what_one_more_takes_away() -> None:
    """Three numbers of officers, one future: each is a point, today is marked, two have a worth."""
    points = [
        {
            "future": "base",
            "officers": n,
            "value": 30.0 - n,
            "bound": 29.0 - n,
            "short": 1.0,
            "one more": w,
            "goes to": "A",
        }
        for n, w in ((10, 3.0), (11, 2.0), (12, None))
    ]
    drawn = {"points": points, "base": "base", "today": 11}
    assert len(charts_studies.budget(drawn).to_dict()["layer"]) == 5
    worth = charts_studies.one_more(drawn).to_dict()
    (rows,) = worth["datasets"].values()
    assert [(r["officers"], r["one more"], r["now"]) for r in rows] == [(10, 3.0, False), (11, 2.0, True)]


def test_a_flat_frontier_is_said_and_not_drawn() -> None:
    """The same plan at every amount: no curve."""
    flat = [{"line": "a", "used": 0.0, "value": 4.0, "bound": 4.0, "note": ""}] * 2
    assert study_shown._flat(flat)
    assert not study_shown._flat([*flat, {**flat[0], "value": 5.0}])
    assert not study_shown._flat([])


def test_beats_of_every_district_are_asked_shown_and_kept(fresh: Path, tmp_path: Path) -> None:
    """Six beats in three districts: each area has a beat of its own district; kept, they are a plan of both levels."""
    folder = tmp_path / "project"
    shutil.copytree(fresh, folder)
    project = load(folder)
    given = {"plan": "districts", "beats": 6}
    options = SolveOptions(time_limit_s=5.0, gap_frac=0.2)
    asked = Asked("nest", "sectors", "Six beats", {"tolerance_pct": 60}, "", options, 60.0, given)
    study = studies.create(folder, asked, "content")
    answer = study_runner.work(study, project=project)
    home, beats = answer.drawn["district_of"], answer.drawn["beat_of"]
    assert home == {a: d for a, d in districts_in_use(project).items() if d}
    assert len(set(beats.values())) == 6
    assert {(b, home[a]) for a, b in beats.items()} == {
        (r["beat"], r["district"]) for r in answer.tables["Beats"]
    }
    assert sum(r["areas"] for r in answer.tables["Beats"]) == len(beats)
    at = calm(screen("why", folder, study=study.id))
    assert "6 beats in 3 districts" in said(at)
    at.text_input(key=f"nest.name.{study.id}").set_value("mine").run()
    at.button(key=f"nest.keep.{study.id}").click().run()
    lines = (folder / "plans" / "mine.csv").read_text().splitlines()
    assert lines[0].split(",")[:3] == ["area_id", "district_id", "beat_id"]
    assert len(lines) == 1 + len(beats)
    at = calm(screen("why", folder, kind="nest"))
    assert at.number_input(key="why.nest.beats").value == 12  # four a district


def test_beats_are_asked_for_with_aim_and_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The aim, both tolerances and the longest drive go into the study; more beats than areas are told at once."""
    folder = make_project(tmp_path)
    monkeypatch.setattr(study_runner, "start", lambda study: None)
    at = calm(screen("why", folder, kind="nest"))
    aim = at.selectbox(key="why.nest.objective")
    assert aim.value == "travel"
    assert not any("changes its district" in str(o) for o in aim.options)
    aim.set_value("even work")
    at.number_input(key="why.nest.part_tolerance_pct").set_value(40.0)
    at.number_input(key="why.nest.longest_drive_min").set_value(9.0)
    at.number_input(key="why.nest.beats").set_value(30)
    at.button(key="why.start.nest").click().run()
    assert "beats for its work, but has only" in at.error[0].value
    at.number_input(key="why.nest.beats").set_value(6)
    at.button(key="why.start.nest").click().run()
    (study,) = studies.studies(folder)
    assert study.asked.choices == {
        "objective": "even work",
        "tolerance_pct": 10.0,
        "part_tolerance_pct": 40.0,
        "longest_drive_min": 9.0,
    }


def test_no_more_districts_are_looked_at_than_stations(fresh: Path) -> None:
    """As many districts as stations: the numbers end there, where centres are free they go on."""
    project = load(fresh)
    n = len(project.stations)
    field = next(f for f in studying.counted("sectors") if f.name == "n_districts")
    for choices, last in (({"n_districts": n}, n), ({"n_districts": n, "centres": "free"}, n + 3)):
        problem = ask(project, "sectors", choices).problem
        assert studying.usual_numbers(field, choices, problem)[1] == last

"""The page Tables for dispatch: made, changed by hand, judged, taken back, taken away."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from optimiser_apps import tabling, tabling_files
from streamlit.testing.v1 import AppTest

from optimiser.batch import studies, study_runner
from optimiser.batch.studies import Study
from optimiser.batch.tables_hand import ByHand, broken, changed
from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.studies.fold_edits import FoldEdit, with_its_car
from optimiser.studies.hand_edits import read_fold_edits, read_nearest_edits
from optimiser.studies.nearest import NearestEdit
from tests.apps.screens import calm, said, screen

ROOT = Path(__file__).resolve().parents[2]


def button(at: AppTest, label: str):
    """Return the first button with this label."""
    return next(b for b in at.button if b.label == label)


def asked(folder: Path, at: AppTest | None = None, **numbers: int) -> tuple[AppTest, Study]:
    """Ask on the page for tables of the night with all beats together; they are made at once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(study_runner, "start", study_runner.work)
        at = at or calm(screen("tables", folder))
        at.text_input(key="tables.parts").set_value("night=23-07")
        at.selectbox(key="tables.above").set_value("none")
        for name, number in numbers.items():
            at.number_input(key=f"tables.{name}").set_value(number)
        at = calm(button(at, "Make the tables").click().run())
    return at, studies.study(folder, str(at.query_params["study"]))


@pytest.fixture(scope="module")
def made(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Study]:
    """A project of its own with tables that were asked for on the page."""
    folder = tmp_path_factory.mktemp("tables") / "project"
    shutil.copytree(fresh, folder)
    at, study = asked(folder)
    assert "1 fold table, 1 of them proved best" in said(at).replace("\u00a0", " ")
    return folder, study


@pytest.fixture
def project(made: tuple[Path, Study], tmp_path: Path) -> tuple[Path, Study]:
    """A copy of it that a test may write into."""
    folder = tmp_path / "project"
    shutil.copytree(made[0], folder)
    return folder, studies.study(folder, made[1].id)


def fill(at: AppTest, kind: str, values: dict[str, object]) -> AppTest:
    """Fill the form of a change in order, a reason last, and return the page."""
    for name, value in {**values, "why": values.get("why", "the bridge is closed")}.items():
        every = [*at.selectbox, *at.number_input, *at.text_input, *at.checkbox]
        at = next(w for w in every if w.key.startswith(f"tables.{kind}.{name}.")).set_value(value).run()
    return at


def pick(at: AppTest, table: str) -> AppTest:
    """Show another table."""
    control = next(g for g in at.get("button_group") if g.key.startswith("tables.shown."))
    return calm(control.set_value(table).run())


def test_a_nearest_beat_is_changed_and_taken_back(project: tuple[Path, Study]) -> None:
    """The third moves to the first place, with its reason in the file; taken back, all is as before."""
    folder, study = project
    at = calm(screen("tables", folder, study=study.id))
    before = at.dataframe[0].value
    beat, third = before["beat"][0], before["3."][0].split(" ")[0]
    at = calm(fill(at, "near", {"beat": beat, "place": 1, "other": third}))
    at = calm(button(at, "Change it").click().run())
    row = at.dataframe[0].value.iloc[0]
    assert row["1."] == before["3."][0]
    assert row["2."] == before["1."][0]
    assert row["by hand"] == "by hand"
    edits = read_nearest_edits(folder / "table_edits" / "current" / "nearest.csv")
    assert edits == (NearestEdit("night", beat, 1, third, "the bridge is closed"),)
    at = calm(screen("tables", folder, study=study.id))  # a fresh start of the app
    assert "1 row changed by hand" in said(at).replace("\u00a0", " ")
    at = calm(button(at, "Take back").click().run())
    assert at.dataframe[0].value.equals(before)
    assert not (folder / "table_edits" / "current" / "nearest.csv").exists()


def test_a_change_without_a_reason_is_not_kept(project: tuple[Path, Study]) -> None:
    """One sentence, and no file."""
    folder, study = project
    at = calm(button(calm(screen("tables", folder, study=study.id)), "Change it").click().run())
    assert "Say why" in at.warning[0].value
    assert not (folder / "table_edits").exists()


def bad_joins(study: Study) -> FoldEdit:
    """Return a change whose car does not hang together: the first found by trying them all with one car fewer."""
    computed = tabling.computed(study)
    (table,) = computed.folds
    cars = len(table.problem.beat_ids) - 1
    beats = next(g for g in table.plan.groups_at[cars] if len(g) == 2)
    for joins in table.problem.beat_ids:
        edit = FoldEdit("night", cars, beats[0], joins, "floods")
        if joins not in beats:
            hand = ByHand(folds=with_its_car(computed.folds, edit))
            if any(v.rule == "contiguity" for _, v in broken(changed(computed, hand))):
                return edit
    raise AssertionError


def test_a_fold_table_is_changed_and_what_it_breaks_is_named(project: tuple[Path, Study]) -> None:
    """A beat joins a car it does not touch: kept with fewer cars too, and the broken rule stands there in words."""
    folder, study = project
    edit = bad_joins(study)
    at = pick(calm(screen("tables", folder, study=study.id)), "folds")
    assert "Proved best for these inputs and rules" in said(at)
    assert "The sergeant's page" in said(at)
    values = {"cars": edit.cars, "beat": edit.beat, "joins": edit.joins, "why": "floods"}
    at = button(calm(fill(at, "fold", values)), "Change it").click().run()
    assert not at.exception
    assert "breaks the rule 'contiguity' (the beats of one car hang together)" in at.error[0].value
    assert "rows changed by hand; " in said(at).replace("\u00a0", " ")
    kept = read_fold_edits(folder / "table_edits" / "current" / "folds.csv")
    assert kept[0] == edit
    assert {e.cars for e in kept} == set(range(min(e.cars for e in kept), edit.cars + 1))
    assert sum(b.label == "Take back" for b in at.button) == 1  # what was done together goes together
    at = calm(button(at, "Take back").click().run())
    assert "breaks the rule" not in said(at)


def test_a_change_that_leaves_no_table_is_refused(project: tuple[Path, Study]) -> None:
    """With this number of cars alone the beats part again below: said, and not kept."""
    folder, study = project
    edit = bad_joins(study)
    at = pick(calm(screen("tables", folder, study=study.id)), "folds")
    values = {"cars": edit.cars, "beat": edit.beat, "joins": edit.joins, "along": False}
    at = button(calm(fill(at, "fold", values)), "Change it").click().run()
    assert "cannot be changed so" in at.error[0].value
    assert not (folder / "table_edits").exists()


def test_a_label_is_repaired(project: tuple[Path, Study]) -> None:
    """A segment named is in the area named, by hand; one that is not there is said."""
    folder, study = project
    at = pick(calm(screen("tables", folder, study=study.id)), "labels")
    segment = at.dataframe[0].value["segment"][0]
    area = load(folder).areas["area_id"].iloc[-1]
    at = calm(fill(at, "label", {"segment": segment, "side": "left", "area": area}))
    at = calm(button(at, "Repair it").click().run())
    rows = at.dataframe[0].value
    mine = rows[rows["segment"] == segment]
    assert (mine["left area"] == area).all()
    assert (mine["note"] == "by hand").all()
    at = button(fill(at, "label", {"segment": "nowhere"}), "Repair it").click().run()
    assert "there is no segment 'nowhere'" in at.error[0].value


def test_files_to_take_away(project: tuple[Path, Study]) -> None:
    """Buttons for all files, a workbook and each text table; the zip holds what was changed, and how."""
    folder, study = project
    computed = tabling.computed(study)
    assert computed.nearest is not None
    row = computed.nearest.rows()[0]
    hand = ByHand(nearest=(NearestEdit(row.part, row.beat, 1, row.nearest[1], "no bridge"),))
    tabling.keep_by_hand(load(folder), "current", hand)
    at = calm(screen("tables", folder, study=study.id))
    labels = {b.label for b in at.get("download_button")}
    assert {"All files (ZIP)", "As a workbook (Excel)", "Nearest beats (nearest.csv)"} <= labels
    made = tabling.by_hand(study, hand)
    with zipfile.ZipFile(io.BytesIO(tabling_files.zipped(made, hand, "Tiny county"))) as archive:
        wanted = {"nearest.csv", "folds.csv", "configuration.csv", "labels.csv", "labels.gpkg", "fold.pdf"}
        assert {*wanted, "table_edits/nearest.csv"} == set(archive.namelist())
        first = archive.read("nearest.csv").decode().splitlines()[1].split(",")
        assert first[1:4] == [row.beat, "night", row.nearest[1]]
        assert "no bridge" in archive.read("table_edits/nearest.csv").decode()
    book = openpyxl.load_workbook(io.BytesIO(tabling_files.workbook(made, hand)))
    assert {"Nearest beats", "Fold tables", "Street labels", "Changed by hand"} <= set(book.sheetnames)
    layout = (ROOT / "examples" / "cad_fixed.toml").read_bytes()
    fixed = tabling_files.laid_out(made, "cad_fixed.toml", layout)
    assert {"NEARBEAT.TXT", "FOLD.TXT"} <= {file for _, file, _ in tabling_files.texts(fixed)}
    with pytest.raises(InputError, match=r"own\.toml is no TOML"):
        tabling_files.laid_out(made, "own.toml", b"[nearest")


def test_changes_that_fit_no_longer(project: tuple[Path, Study]) -> None:
    """A change of a part of the day that is gone: said, the tables as computed, and it can be taken back."""
    folder, study = project
    beats = sorted(set(load(folder).plans["current"].values()))
    hand = ByHand(nearest=(NearestEdit("dawn", beats[0], 1, beats[1], "old"),))
    tabling.keep_by_hand(load(folder), "current", hand)
    at = screen("tables", folder, study=study.id)
    assert not at.exception
    assert "there is no part of the day 'dawn'" in at.error[0].value
    assert "as they were computed" in at.warning[0].value
    at = calm(button(at, "Take back").click().run())


def test_a_fold_table_that_cannot_be_leaves_the_others(
    project: tuple[Path, Study], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One beat a car at most, down to one car: no fold table, said why; the nearest beats are there."""
    at, study = asked(project[0], most=1)
    assert "No fold tables: night: no fold table can go down to 1 car" in said(at)
    assert len(at.dataframe[0].value) == len(tabling.computed(study).beats.beat_ids)
    assert not study.answer().complete
    names = at.selectbox[0].options
    assert len(set(names)) == len(names) == 3  # new ones, and two asked within a minute
    started = []
    monkeypatch.setattr(study_runner, "start", lambda again: started.append(again.id))
    at = calm(button(at, "Look for the fold tables again").click().run())
    assert started == [study.id]
    assert study.status == "queued"
    assert "You may leave this page" in said(at)


def test_what_cannot_be_asked_is_said(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of the day that is none; no plan at all; a study of another kind, all in sentences."""
    at = screen("tables", fresh)
    at.text_input(key="tables.parts").set_value("night=25-07")
    at = button(at, "Make the tables").click().run()
    assert "no part of the day" in at.error[0].value
    assert studies.studies(fresh) == []
    monkeypatch.setattr(tabling, "plans", lambda project, store: {})
    assert "There is no plan of beats yet" in said(calm(screen("tables", fresh)))
    assert "There is no study" in screen("tables", fresh, study="tables-nothing-0000000000").error[0].value


def test_kept_changes_read_back_as_they_were(tmp_path: Path) -> None:
    """Text that a spreadsheet would run is made harmless in the file and honest again when read."""
    from optimiser.batch.tables_hand import read_by_hand, write_by_hand

    hand = ByHand(
        nearest=(NearestEdit("night", "=B1", 2, "-3", '+ a, "b"'),),
        folds=(FoldEdit("night", 2, "A", "B", "@home"),),
    )
    files = write_by_hand(tmp_path, hand)
    assert [p.name for p in files] == ["nearest.csv", "folds.csv"]
    assert read_by_hand(tmp_path) == hand
    assert "'=B1" in files[0].read_text()
    files[0].write_text("part,beat\n")
    with pytest.raises(InputError, match="lacks column"):
        read_by_hand(tmp_path)


def test_tables_of_a_sectors_run(solved: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """A run that is done is offered by its title; its districts are taken as beats, without a level above."""
    folder = tmp_path / "project"
    shutil.copytree(solved[0], folder)
    run = solved[1]["sectors"]
    at = calm(screen("tables", folder))
    assert any(o.startswith("Three districts") for o in at.selectbox(key="tables.plan").options)
    project = load(folder)
    beat_of, above, told = tabling.levels(project, run, tabling.OWN)
    assert set(beat_of) == set(project.areas["area_id"])
    assert len(set(beat_of.values())) == 3
    assert above is None or told == ""
    at.selectbox(key="tables.plan").set_value(run)
    at, study = asked(folder, at=at)
    assert study.asked.given["plan"] == run
    assert set(at.dataframe[0].value["beat"]) == set(beat_of.values())

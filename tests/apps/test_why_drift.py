"""The yearly look at districts on the page Why and what if: what it asks, and that it finds what the terminal does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from optimiser_apps.components.study_drift import officers_of

from optimiser.batch import runner, studies, study_runner
from optimiser.cli import main
from optimiser.data.project import load
from optimiser.errors import InputError
from tests.apps.conftest import make_project
from tests.apps.screens import calm, said, screen


def test_what_is_asked_goes_into_the_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose districts, how many weeks, both tolerances, one car each."""
    folder = make_project(tmp_path)
    monkeypatch.setattr(study_runner, "start", lambda study: None)
    at = calm(screen("why", folder, kind="drift"))
    at.number_input(key="why.drift.weeks").set_value(8)
    at.number_input(key="why.drift.tolerance_pct.districts").set_value(12.0)
    at.number_input(key="why.drift.part_tolerance_pct.districts").set_value(30.0)
    at.checkbox(key="why.drift.one_car").set_value(True)
    at.button(key="why.start.drift").click().run()
    (study,) = studies.studies(folder)
    asked = study.asked
    assert asked.choices == {"tolerance_pct": 12.0, "part_tolerance_pct": 30.0}
    assert (asked.given["weeks"], asked.given["one_car"]) == (8, True)
    assert asked.title == "Is it still right: the districts in use"


@pytest.mark.parametrize(("tolerance", "one_car"), [(90, False), (3, True)])
def test_it_finds_what_the_terminal_finds(
    fresh: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], tolerance: float, one_car: bool
) -> None:
    """Wide: nothing is needed. Narrow, one car each: a redraw, with how few areas move, as a table and in words."""
    folder = tmp_path / "project"
    shutil.copytree(fresh, folder)
    given = {"plan": "districts", "title": "the districts in use", "weeks": 52, "one_car": one_car}
    asked = studies.Asked(
        "drift", "sectors", "Still right", {"tolerance_pct": tolerance}, "", given=given,
        options=studies.SolveOptions(time_limit_s=10.0),
    )  # fmt: skip
    study = studies.create(folder, asked, "content")
    answer = study_runner.work(study, project=load(folder))
    more = ["--one-car"] if one_car else []
    line = ["drift", str(folder), "--set", f"tolerance_pct={tolerance}", "--time-limit", "10", *more]
    assert main([*line, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == ("redraw" if one_car else "nothing")
    assert (found["redraw"] is None) == (not one_car)
    for row, standing in zip(answer.tables["Districts"], found["standings"], strict=True):
        assert row["district"] == standing["district"]
        for name, key in (("share %", "share"), ("target %", "target"), ("off %", "off_frac")):
            assert row[name] == pytest.approx(100 * standing[key])
    assert main(line) == 0
    printed = capsys.readouterr().out.replace("\u00a0", " ")
    beyond = [t for t in answer.said if t.startswith("Under the work")]
    assert beyond
    for sentence in beyond:
        assert sentence.replace("the districts in use", "districts") in printed
    assert answer.complete or "restores the balance; " in " ".join(answer.said)
    assert not one_car or any("area" in t and "move" in t for t in answer.said)
    at = calm(screen("why", folder, study=study.id))
    assert ("A redraw is needed" if one_car else "nothing is needed") in said(at)
    if not one_car:
        assert "every district of the districts in use is within 90 %" in answer.said[0]


def test_officers_typed_may_follow_the_work(fresh: Path, tmp_path: Path) -> None:
    """Thirty in every district: the study tells a whole number for each, as many together."""
    folder = tmp_path / "project"
    shutil.copytree(fresh, folder)
    names = sorted(set(load(folder).areas["district_id"]) - {""})
    given = {"plan": "districts", "weeks": 52, "one_car": False, "officers": dict.fromkeys(names, 30)}
    asked = studies.Asked("drift", "sectors", "Still right", {"tolerance_pct": 10.0}, "", given=given)
    answer = study_runner.work(studies.create(folder, asked, "content"), project=load(folder))
    after = [row["officers after"] for row in answer.tables["Districts"]]
    assert sum(int(n) for n in after) == 30 * len(names)
    assert set(after) != {"30"}
    assert "transfer" in " ".join(answer.said)


def test_officers_of_some_districts_only_are_refused_by_name() -> None:
    """All or none; 0 counts as typed."""
    table = pd.DataFrame({"district": ["D1", "D2", "D3"], "officers": pd.array([None] * 3, dtype="Int64")})
    assert officers_of(table) == {}
    table.loc[0, "officers"] = 0
    with pytest.raises(InputError, match="every district, or of none: D2 and D3 have none"):
        officers_of(table)
    table["officers"] = [0, 5, 6]
    assert officers_of(table) == {"D1": 0, "D2": 5, "D3": 6}


def test_a_run_begins_with_the_tolerances_it_was_asked_with(solved: tuple[Path, dict[str, str]]) -> None:
    """Another plan, other fields: those of the districts in use stay as they are by default."""
    folder, ids = solved
    at = calm(screen("why", folder, kind="drift"))
    at.selectbox(key="why.drift.plan").set_value(ids["sectors"]).run()
    calm(at)
    asked = runner.store_of(folder).run(ids["sectors"]).request["scenario"]
    shown = at.number_input(key=f"why.drift.tolerance_pct.{ids['sectors']}").value
    assert shown == asked["tolerance_pct"] != 5

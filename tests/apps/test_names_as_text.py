"""Names that come from data are shown as they are: no letter of them is acted on as markup."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

from optimiser_apps import tabling_files
from optimiser_apps.components import budget_shown
from streamlit.testing.v1 import AppTest

from optimiser.batch import studies, study_runner
from optimiser.batch.studies import Answer, Asked
from optimiser.data.canonical import PLANS_FOLDER
from optimiser.data.plans import keep_plan
from optimiser.data.project import load
from optimiser.prepare.rota_file import ROTA_FILE
from optimiser.prepare.sectors import districts_in_use
from tests.apps.screens import calm, said, screen
from tests.apps.test_tables_page import asked

ROTA = "start,hours,mon,tue,wed,thu,fri,sat,sun\n06:00,12,9,9,9,9,9,9,9\n18:00,12,9,9,9,9,9,9,9\n"
SHOWN = "a\\_b\\_c"


def _copied(fresh: Path, to: Path) -> Path:
    shutil.copytree(fresh, to)
    return to


def test_the_plan_that_an_edit_is_held_against(fresh: Path, tmp_path: Path) -> None:
    """Below the figures its name has its underscores."""
    folder = _copied(fresh, tmp_path / "project")
    keep_plan(folder / PLANS_FOLDER, "a_b_c", districts_in_use(load(folder)))
    at = calm(screen("edit", folder))
    at = calm(at.selectbox(key="edit.start").set_value("a_b_c").run())
    assert f"Plan {SHOWN}, as it was" in said(at)
    at.text_input(key="edit.name").set_value("a_b_c_2").run()
    at = calm(at.button(key="edit.keep").click().run())
    assert f"Kept as {SHOWN}\\_2.csv" in said(at)


def test_sectors_of_a_ledger(fresh: Path, tmp_path: Path) -> None:
    """Two sectors to choose from: shown as text, chosen by their own names."""
    folder = _copied(fresh, tmp_path / "project")
    (folder / ROTA_FILE).write_text(ROTA)
    given = {"plan": "rota", "sectors": "", "lend": False, "weeks": 4, "points": False, "protected": 0}
    study = studies.create(folder, Asked("ledger", "shifts", "Two", given=given), "content")
    found = study_runner.work(study, project=load(folder))
    (part,) = found.drawn["parts"]
    parts = [copy.deepcopy(dict(part)) | {"sector": n, "said": ["Said."]} for n in ("plain", "a_b_c")]
    study.keep(Answer("ledger", ("Said.",), {}, {"parts": parts, "lending": []}), last=True)
    at = calm(screen("staffing", folder, study=study.id))
    pills = next(g for g in at.get("button_group") if g.key == f"ledger.part.{study.id}")
    assert pills.options == ["plain", SHOWN]
    at = calm(pills.set_value("a_b_c").run())
    assert f"{SHOWN} in words" in [e.label for e in at.expander]


def test_the_district_that_gets_the_next_officer() -> None:
    """In the help of the figure it stands as text."""
    figures = {
        "officers": 11, "short": 1.0, "one more": 2.0, "goes to": "a_b_c", "gap": 0.1, "on calls": 31.0,
        "officers a point": 0.4, "officer cost": 110_000.0,
    }  # fmt: skip
    script = f"from {budget_shown.__name__} import _figures\n_figures({figures!r})\n"
    at = calm(AppTest.from_string(script).run())
    assert [SHOWN in m.proto.help for m in at.metric] == [False, False, True, False]


def test_files_of_the_tables_for_dispatch(fresh: Path, tmp_path: Path, monkeypatch) -> None:
    """A file named by the agency's own template stands on its button as it is named."""
    folder = _copied(fresh, tmp_path / "project")
    _, study = asked(folder)
    monkeypatch.setattr(tabling_files, "texts", lambda made: [("nearest", "a_b_c", b"")])
    at = calm(screen("tables", folder, study=study.id))
    assert f"Nearest beats ({SHOWN})" in {b.label for b in at.get("download_button")}

"""Where officers' time goes, on the page: asked of today's rota, done as a study, shown with its limits."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from optimiser_apps import charts_ledger

from optimiser.batch import studies, study_ledger, study_runner
from optimiser.batch.studies import Asked, Study
from optimiser.batch.study_ledger import title_of
from optimiser.data.project import load
from optimiser.prepare.rota_file import ROTA_FILE
from optimiser.report import figures_ledger
from optimiser.studies.ledger_parts import whole
from optimiser.studies.series import Series
from tests.apps.screens import calm, said, screen

ROTA = "start,hours,mon,tue,wed,thu,fri,sat,sun\n06:00,12,9,9,9,9,9,9,9\n18:00,12,9,9,9,9,9,9,9\n"
GIVEN = {"plan": "rota", "sectors": "", "lend": False, "weeks": 4, "points": False, "protected": 1}


@pytest.fixture(scope="module")
def ledger(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Study]:
    """The tiny project with a rota of nine officers in two halves of the day, and its ledger over four weeks."""
    folder = tmp_path_factory.mktemp("ledger") / "project"
    shutil.copytree(fresh, folder)
    (folder / ROTA_FILE).write_text(ROTA)
    project = load(folder)
    study = studies.create(folder, Asked("ledger", "shifts", title_of(GIVEN), given=GIVEN), "content")
    study_runner.work(study, project=project)
    return folder, study


def test_the_ledger_holds_every_hour_on_duty(ledger: tuple[Path, Study]) -> None:
    """Nine officers round the clock: 1,512 officer-hours a week, all of them in one class or another, in each split."""
    found = ledger[1].answer()
    (part,) = found.drawn["parts"]
    assert part["on duty"] == 9 * 168
    assert np.sum(part["planned by hour"]) == pytest.approx(9 * 168, abs=1.0)
    for kind in ("planned", "simulated"):
        assert sum(line[kind] for line in part["lines"]) == pytest.approx(100.0, abs=0.01)
    assert found.n_solves == 0  # the rota is there: nothing is searched
    assert "Time split" in found.tables


def test_the_page_shows_it_and_says_why_nothing_was_measured(ledger: tuple[Path, Study]) -> None:
    """Key figures are the simulated shares; without duty the page names the report to ask for."""
    folder, study = ledger
    at = calm(screen("staffing", folder, study=study.id))
    (part,) = study.answer().drawn["parts"]
    shown = {m.label: m.value for m in at.metric}
    assert shown["Time on calls"] == f"{part['lines'][0]['simulated']:.1f} %"
    assert shown["Hours short a week"] == f"{part['short']:,.0f}"
    assert float(shown["Protected hours a week"].replace(",", "")) > 0
    assert "who was really on duty" in at.info[0].value
    assert len(at.get("vega_lite_chart")) == 2
    assert "Where time goes: today's rota" in said(at)


def test_the_form_asks_of_a_rota_by_sector_or_of_a_new_plan(ledger: tuple[Path, Study]) -> None:
    """Today's rota comes first where there is one; the districts in use may be asked for; the study is then started."""
    at = calm(screen("staffing", ledger[0], part="time"))
    plans = at.selectbox(key="staff.ledger.plan.2")
    assert (plans.value, list(plans.options)) == ("rota", ["A new plan, made for this", "Today's rota"])
    at.segmented_control(key="staff.ledger.of").set_value("Sector by sector").run()
    assert calm(at).selectbox(key="staff.ledger.sectors").value == "districts"
    at.checkbox(key="staff.ledger.lend").check().run()
    at.button(key="staff.ledger.start").click().run()
    made = next(s for s in studies.studies(ledger[0]) if s.id != ledger[1].id)
    assert (made.asked.given["sectors"], made.asked.given["lend"]) == ("districts", True)
    assert made.asked.title == "Where time goes: the districts in use, lending units"
    made.kill()


def test_a_stop_keeps_the_parts_that_are_done(
    ledger: tuple[Path, Study], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two parts and a stop asked for at the start: the first is kept and told, the study says it is not all of it."""
    project, kept = load(ledger[0]), []
    series = Series("shifts", should_stop=lambda: True)
    part = whole(project, series, {}, rota=True)
    monkeypatch.setattr(study_ledger, "_parts", lambda *_: ([part, replace(part, name="B")], {}))
    asked = Asked("ledger", "shifts", "Two", given=GIVEN)
    answer = study_ledger.ask_ledger(asked, project, series, kept.append)
    assert [p["sector"] for p in answer.drawn["parts"]] == ["the whole force"]
    assert not answer.complete
    assert len(kept) == 1


def _part(name: str, calls: float, proactive: float) -> dict[str, Any]:
    lines = [
        {"class": "calls", "name": "calls", "asked": "at most 30 %", "floor": False, "limit": 30.0,
         "measured": None, "planned": 29.0, "simulated": calls, "p5": calls - 2, "p95": calls + 2, "kept": True},
        {"class": "proactive work", "name": "proactive", "asked": "at least 30 %", "floor": True, "limit": 30.0,
         "measured": None, "planned": 31.0, "simulated": proactive, "p5": 28.0, "p95": 40.0, "kept": True},
    ]  # fmt: skip
    return {"sector": name, "lines": lines}


def test_what_misses_its_limit_is_marked() -> None:
    """A ceiling is missed from above, a floor from below; what rounds to the limit keeps it. Measured is left out."""
    parts = [_part("A", 30.04, 29.8), _part("B", 30.2, 33.0)]
    chart = charts_ledger.overview(parts, "simulated").to_dict()
    (rows,) = chart["datasets"].values()
    assert [r["standing"] for r in rows] == ["keeps it", "misses it", "misses it", "keeps it"]
    split = charts_ledger.split(parts[0]["lines"]).to_dict()
    kinds = {r.get("kind") for rows in split["datasets"].values() for r in rows} - {None}
    assert kinds == {"planned", "simulated"}


def test_titles_name_what_was_asked() -> None:
    """A run by its title where known; a plan of sectors by its name."""
    assert title_of({"plan": "r1"}, {"r1": "Summer"}) == "Where time goes: Summer"
    assert title_of({"plan": ""}) == "Where time goes: a new plan"
    assert title_of({"sectors": "north"}) == "Where time goes: the sectors of north"
    assert figures_ledger.named("all") == "the whole force"

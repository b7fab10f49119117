"""The page on which a planner moves areas by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from optimiser_apps import editing

from optimiser.batch import runner
from optimiser.batch.runner import store_of
from optimiser.batch.store import Run
from optimiser.compare import moved
from optimiser.data.canonical import PLANS_FOLDER
from optimiser.data.plans import keep_plan
from optimiser.data.project import load
from optimiser.prepare.sectors import districts_in_use, plan_of
from optimiser.problems.sectors.params import AREAS
from tests.apps.conftest import make_project
from tests.apps.hand_runs import hand_run
from tests.apps.screens import calm, said, screen


def _area_beside_another_district(folder: Path) -> tuple[str, str]:
    """Return an area of the districts in use with a neighbour elsewhere, and where that neighbour belongs."""
    start = editing.base(load(folder), "districts", 5.0)
    ids = start.problem.area_ids
    for i, j in start.problem.edges.tolist():
        if start.district_of[ids[i]] != start.district_of[ids[j]]:
            return ids[i], start.district_of[ids[j]]
    raise AssertionError


def _districts(at):
    return at.dataframe[len(at.dataframe) - 1].value


def _button(at, label):
    return next(b for b in at.button if b.label == label)


def test_a_move_is_judged_made_and_taken_back(fresh: Path) -> None:
    """Before the move its effect; after it the plan differs by that area; taken back it is as it was."""
    area, district = _area_beside_another_district(fresh)
    at = calm(screen("edit", fresh))
    before = _districts(at)
    next(s for s in at.selectbox if s.label == "Go to district").set_value(district)
    at = calm(at.multiselect[0].set_value([area]).run())
    assert f"{area} to {district}" in said(at)
    effects = next(d.value for d in at.dataframe if "before" in d.value.columns)
    assert {"the plan", district} <= set(effects["of"])
    at = calm(_button(at, "Move").click().run())
    assert "1\u00a0move made" in said(at)
    assert not _districts(at).equals(before)
    at = calm(_button(at, "Take back").click().run())
    assert _districts(at).equals(before)


def test_an_edited_plan_is_kept_in_the_project(tmp_path: Path) -> None:
    """It stands in the folder plans under its name, with the area in its new district."""
    folder = make_project(tmp_path)
    area, district = _area_beside_another_district(folder)
    at = calm(screen("edit", folder))
    next(s for s in at.selectbox if s.label == "Go to district").set_value(district)
    at = calm(at.multiselect[0].set_value([area]).run())
    at = calm(_button(at, "Move").click().run())
    at = calm(at.text_input[0].set_value("by hand").run())
    calm(_button(at, "Keep this plan").click().run())
    assert load(folder).plans["by hand"][area] == district


@pytest.fixture
def not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are written and not started, and the page stays where it is."""
    monkeypatch.setattr("optimiser.batch.runner.start", lambda run: None)
    monkeypatch.setattr("optimiser_apps.pages.go", lambda name, **query: None)


def _chosen(folder: Path, only: str, counted: str) -> Run:
    at = calm(screen("edit", folder))
    at.selectbox(key="edit.mend.only").set_value(only)
    at.selectbox(key="edit.mend.counted").set_value(counted)
    calm(at.button(key="edit.mend").click().run())
    return store_of(folder).runs()[0]


@pytest.mark.parametrize("only", ["", "contiguity", "balance"])
def test_what_is_mended_is_chosen(tmp_path: Path, fresh: Path, not_started: None, only: str) -> None:
    """What the plan keeps is kept, the rule that it breaks and is not asked for goes; moves in areas or in work."""
    for counted in ("areas", "work"):
        folder = tmp_path / counted
        shutil.copytree(fresh, folder)
        params = _chosen(folder, only, counted).problem().params
        assert params.objectives == ("moved",)
        assert params.contiguity
        assert bool(params.balance_frac) == (only != "contiguity")
        assert (params.moved_on == AREAS) == (counted == "areas")


def test_a_stray_area_is_mended_by_one_move(tmp_path: Path, fresh: Path, not_started: None) -> None:
    """An area given to a district far away: mended alone, in one piece again, one area moves."""
    folder = tmp_path / "project"
    shutil.copytree(fresh, folder)
    start = editing.base(load(folder), "districts", 5.0)
    ids = start.problem.area_ids
    near: dict[str, set[str]] = {a: {start.district_of[a]} for a in ids}
    for i, j in start.problem.edges.tolist():
        near[ids[i]].add(start.district_of[ids[j]])
        near[ids[j]].add(start.district_of[ids[i]])
    area = next(a for a in ids if len(near[a]) == 1)
    far = next(d for d in sorted(set(start.district_of.values())) if d not in near[area])
    at = calm(screen("edit", folder))
    next(s for s in at.selectbox if s.label == "Go to district").set_value(far)
    at = at.multiselect[0].set_value([area]).run()
    at = calm(_button(at, "Move").click().run())
    at.selectbox(key="edit.mend.only").set_value("contiguity")
    at = calm(at.button(key="edit.mend").click().run())
    (run,) = store_of(folder).runs()
    assert run.request["title"] == "districts in one piece"
    strayed = dict(start.district_of) | {area: far}
    plan = runner.work(run, project=load(folder)).plan
    assert plan is not None
    assert len(moved(strayed, plan.district_of)) == 1


def test_a_plan_is_bettered_in_few_moves(tmp_path: Path, fresh: Path, not_started: None) -> None:
    """Three of the thirty areas may move at most, from the plan as it is."""
    folder = tmp_path / "project"
    shutil.copytree(fresh, folder)
    at = calm(screen("edit", folder))
    at.number_input(key="edit.most").set_value(3)
    calm(at.button(key="edit.polish").click().run())
    (run,) = store_of(folder).runs()
    problem = run.problem()
    assert 3 <= problem.params.change_limit_frac * len(problem.area_ids) < 4
    assert dict(zip(problem.area_ids, problem.today, strict=True)) == districts_in_use(load(folder))


def test_a_plan_with_areas_left_out_is_completed(tmp_path: Path, fresh: Path, not_started: None) -> None:
    """Two areas are open: the others are locked, and a whole plan is not offered it."""
    folder = tmp_path / "project"
    shutil.copytree(fresh, folder)
    home = districts_in_use(load(folder))
    part = dict(list(home.items())[2:])
    keep_plan(folder / PLANS_FOLDER, "part", part)
    at = calm(screen("edit", folder))
    assert "Complete it" not in [b.label for b in at.button]
    at = calm(at.selectbox(key="edit.start").set_value("part").run())
    assert "2 areas without a district" in said(at).replace("\u00a0", " ")
    calm(at.button(key="edit.complete").click().run())
    (run,) = store_of(folder).runs()
    assert dict(run.problem().params.locks) == part


@pytest.mark.parametrize("button", ["edit.mend", "edit.polish"])
def test_a_run_keeps_its_own_rules(tmp_path: Path, fresh: Path, not_started: None, button: str) -> None:
    """Its stations, aim and longest drive stand under the tolerance of the page, and are kept with the new run."""
    folder = tmp_path / "project"
    shutil.copytree(fresh, folder)
    project = load(folder)
    home = districts_in_use(project)
    asked = {"objective": "compactness", "tolerance_pct": 40, "longest_drive_min": 50}
    name = hand_run(project, "sectors", "Stations", asked, lambda p: plan_of(p, home))
    at = calm(screen("edit", folder))
    assert "default rules" in said(at)
    at = calm(at.selectbox(key="edit.start").set_value(name).run())
    assert "the rules that this run was asked with" in said(at)
    at = calm(at.number_input(key="edit.tolerance").set_value(20.0).run())
    calm(at.button(key=button).click().run())
    store = store_of(folder)
    (new,) = [r for r in store.runs() if r.id != name]
    own, params = store.run(name).problem().params, new.problem().params
    assert own.fixed_centres
    assert (params.fixed_centres, params.longest_drive_s) == (own.fixed_centres, own.longest_drive_s)
    assert params.objectives == (("moved",) if button == "edit.mend" else own.objectives)
    assert set(params.balance_frac.values()) == {0.2}
    assert new.request["scenario"] == asked | {"n_districts": 3, "tolerance_pct": 20}

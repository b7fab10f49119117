"""The page on which a planner moves areas by hand."""

from __future__ import annotations

from pathlib import Path

from optimiser_apps import editing

from optimiser.data.project import load
from tests.apps.conftest import make_project
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

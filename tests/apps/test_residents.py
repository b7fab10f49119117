"""Residents by census group in comparisons of plans of areas: figures by hand, small groups not told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimiser.data import canonical
from optimiser.data.project import Project, load
from optimiser.data.store import write_table
from optimiser.prepare.sectors import plan_of
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from tests.apps.conftest import make_project
from tests.apps.hand_runs import hand_run
from tests.apps.screens import calm, said, screen

GROUPS = {"renters": 40.0, "owners": 10.0, "few": 0.1}
"""Residents of an area; renters live in the last ten alone: 400, 300 and 3 in all."""


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tiny county with three groups and a plan by hand."""
    folder = make_project(tmp_path_factory.mktemp("groups"))
    ids = [str(a) for a in load(folder).areas["area_id"]]
    rows = [
        {"area_id": a, "group": group, "residents": n if group != "renters" or k >= 20 else 0.0}
        for group, n in GROUPS.items()
        for k, a in enumerate(ids)
    ]
    write_table(
        folder / canonical.GROUPS_FILE, canonical.typed(pd.DataFrame(rows), canonical.GROUP_TYPES, "groups")
    )
    project = load(folder)

    def one_district_less(problem: SectorsProblem) -> SectorsPlan:
        names = problem.params.district_ids
        first = dict(zip(problem.area_ids, np.resize(names[:2], len(problem.area_ids)).tolist(), strict=True))
        at = {problem.area_ids[int(problem.centre_area[k])]: d for k, d in enumerate(names)}
        return plan_of(problem, first | at)

    hand_run(project, "sectors", "Striped", {"tolerance_pct": 90, "contiguity": False}, one_district_less)
    return project


@pytest.mark.parametrize("view", ["compare", "brief"])
def test_groups_stand_below_what_moves(counted: Project, view: str) -> None:
    """Both pages show the two groups that are large enough, and say that the third is not told."""
    at = calm(screen(view, counted.folder))
    assert "By where residents live" in said(at)
    assert "not told: few." in said(at)
    (table,) = [d.value for d in at.dataframe if "group" in d.value.columns]
    assert sorted(table["group"]) == ["owners", "renters"]
    residents = dict(zip(table["group"], table["residents"], strict=True))
    assert residents == {"owners": 300.0, "renters": 400.0}
    assert (table["change (min)"] > 0).all()  # stripes drive further than compact districts


def test_a_project_without_groups_says_nothing(solved: tuple[Path, dict[str, str]]) -> None:
    """No groups counted: no heading and no table."""
    at = calm(screen("compare", solved[0]))
    assert "By where residents live" not in said(at)

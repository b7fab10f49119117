"""A tiny made-up project for the app, with one solved run of each question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("streamlit", reason="the app's extra is not installed")

from optimiser.batch import runner
from optimiser.batch.scenario import from_table
from optimiser.data import synthetic
from optimiser.data.init import init
from optimiser.data.project import load
from optimiser.data.settings import PROJECT_FILE, read_settings, write_settings

TITLES = {
    "sectors": "Three districts",
    "shifts": "A week of shifts",
    "assignment": "Four at once",
    "standby": "Two posts",
}
CHOICES = {
    "sectors": {"tolerance_pct": 30},
    "shifts": {"lengths_h": [8.0], "start_every_h": 4.0},
    "assignment": {"n_incidents": 4, "n_units": 12},
    "standby": {"n_cars": 2, "target_min": 3},
}


def make_project(folder: Path) -> Path:
    """Write and import the tiny county: 30 areas, 3 districts, two weeks of calls."""
    county = synthetic.tiny()
    files = synthetic.write(county, folder / "raw")
    given = synthetic.settings(county)
    project = folder / "tiny"
    init(
        project,
        files["areas"],
        files["calls"],
        roads=files["roads"],
        stations=files["stations"],
        units=files["units"],
        adjacency_edits=files["edits"],
        hard_lines=files["hard_lines"],
        columns=files["columns"],
        name="Tiny county",
        crs=given.crs,
        timezone=given.timezone,
        response_time=given.response_time,
    )
    path = project / PROJECT_FILE
    written = read_settings(path)
    targets = written.given | {"priority_targets_min"}
    write_settings(path, replace(written, priority_targets_s=given.priority_targets_s, given=targets))
    return project


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project without a run; nobody may solve in it."""
    return make_project(tmp_path_factory.mktemp("fresh"))


@pytest.fixture(scope="session")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A project with a run of each question that is done; its folder and the ids by question."""
    folder = make_project(tmp_path_factory.mktemp("solved"))
    project = load(folder)
    ids = {}
    for family, choices in CHOICES.items():
        table = {
            "name": TITLES[family],
            "question": family,
            family: choices,
            "solve": {"time_limit_min": 0.5},
        }
        run, question = runner.create(project, from_table(table))
        runner.work(run, project=project, scene=question.scene, artefacts=family == "assignment")
        ids[family] = run.id
    return folder, ids

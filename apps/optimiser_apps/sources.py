"""What pages read: the project, its work, its shapes and today's plan, each kept until its files change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from optimiser.batch.runner import store_of
from optimiser.batch.store import Run, Store
from optimiser.data.canonical import AREAS_FILE
from optimiser.data.project import Project, load
from optimiser.demand.workload import Workload, from_project
from optimiser.prepare import travel
from optimiser.prepare.questions import Question, ask
from optimiser.roads import RoadNetwork
from optimiser.solve.result import Result
from optimiser_apps import defaults, state
from optimiser_apps.editing import Base, base
from optimiser_apps.shapes import Shapes, shapes_of
from optimiser_apps.today import InUse, plan_in_use


def project() -> Project:
    """Return the project, read again when a file of its folder has changed."""
    folder = state.project_folder()
    return _project(folder, _stamp(Path(folder)))


def store() -> Store:
    """Return the runs of the project."""
    return store_of(Path(state.project_folder()))


def work(project: Project) -> Workload:
    """Return the mean week of the project."""
    return _work(project, _stamp(project.folder))


def shapes(project: Project) -> Shapes:
    """Return the areas for the screen, by the content of the layer of areas."""
    content = hashlib.sha256((project.folder / AREAS_FILE).read_bytes())
    content.update(str(project.areas.crs).encode())
    return _shapes(project, content.hexdigest())


def question(project: Project, family: str, choices: Mapping[str, Any]) -> Question:
    """Return a question of the project; its ``scene`` tells where units and incidents are."""
    return _question(
        project, _stamp(project.folder), family, json.dumps(choices, sort_keys=True, default=str)
    )


def edited(project: Project, name: str, tolerance_pct: float) -> Base:
    """Return a plan of the project with the question it is judged by, as an edit starts from it."""
    return _edited(project, _stamp(project.folder), name, tolerance_pct)


def today(project: Project) -> InUse | None:
    """Return the plan in use, judged as a sector plan; None where the project has none."""
    if not project.plans.get("current"):
        return None
    return plan_in_use(project, question(project, "sectors", defaults.choices(project, "sectors")).problem)


def network(project: Project) -> RoadNetwork | None:
    """Return the roads of the project; None where it has none."""
    return _network(project, _stamp(project.folder))


def problem(run: Run) -> Any:
    """Return the question of a run; it never changes."""
    return _problem(run, run.id, str(run.folder))


def result(run: Run) -> Result[Any]:
    """Return the result of a run that is done, read again if the run was done again.

    Raises
    ------
    OptimiserError
        What went wrong in the run.
    """
    stat = (run.folder / "result.json").stat()
    return _result(run, str(run.folder), stat.st_mtime_ns)


def stamp(project: Project) -> str:
    """Return what tells one state of the project's files from another."""
    return _stamp(project.folder)


def _stamp(folder: Path) -> str:
    """Digest of names, sizes and times of the files a project is made of; runs and caches are no part of it."""
    files = sorted([*folder.glob("*.*"), *folder.glob("plans/*.csv")])
    facts = [
        (str(p.relative_to(folder)), p.stat().st_size, p.stat().st_mtime_ns) for p in files if p.is_file()
    ]
    return hashlib.sha256(json.dumps([str(folder), facts]).encode()).hexdigest()


@st.cache_resource(max_entries=2, show_spinner="Reading the project …")
def _project(folder: str, stamp: str) -> Project:
    return load(folder)


@st.cache_resource(max_entries=2, show_spinner=False)
def _work(_project: Project, stamp: str) -> Workload:
    return from_project(_project)


@st.cache_resource(max_entries=2, show_spinner=False)
def _shapes(_project: Project, digest: str) -> Shapes:
    return shapes_of(_project)


@st.cache_resource(max_entries=8, show_spinner="Working out drive times …")
def _question(_project: Project, stamp: str, family: str, choices: str) -> Question:
    return ask(_project, family, json.loads(choices))


@st.cache_resource(max_entries=4, show_spinner="Working out drive times …")
def _edited(_project: Project, stamp: str, name: str, tolerance_pct: float) -> Base:
    return base(_project, name, tolerance_pct)


@st.cache_resource(max_entries=2, show_spinner="Reading the roads …")
def _network(_project: Project, stamp: str) -> RoadNetwork | None:
    return travel.network(_project)


@st.cache_resource(max_entries=16, show_spinner=False)
def _problem(_run: Run, run_id: str, folder: str) -> Any:
    return _run.problem()


@st.cache_resource(max_entries=32, show_spinner=False)
def _result(_run: Run, folder: str, mtime_ns: int) -> Result[Any]:
    return _run.result()

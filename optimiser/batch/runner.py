"""Do a run: solve it in a worker, write its result, then its pictures and tables.

``python -m optimiser.batch.runner RUNFOLDER`` is what the app starts: a process of its own, which lives on when the
browser, the page or the app is gone.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optimiser import registry
from optimiser.batch.scenario import Scenario
from optimiser.batch.store import Run, Store
from optimiser.data.project import Project, load
from optimiser.data.settings import PROJECT_FILE
from optimiser.errors import InputError, OptimiserError, reason
from optimiser.prepare.questions import Question, ask
from optimiser.solve import jobs
from optimiser.solve.isolated import solve_isolated
from optimiser.solve.progress import STOP_FILE, Progress
from optimiser.solve.result import Result

log = logging.getLogger(__name__)

RUNS_FOLDER = "runs"
_children: list[subprocess.Popen[bytes]] = []
"""Processes started from this one, kept so that the ended ones can be reaped."""


def store_of(project_folder: Path) -> Store:
    """Return the store of a project."""
    return Store(project_folder / RUNS_FOLDER)


def create(project: Project, scenario: Scenario) -> tuple[Run, Question]:
    """Ask a scenario of a project and write it as a run; nothing is written where the request cannot stand."""
    registry.known(scenario.formulation)
    try:
        question = ask(project, scenario.question, scenario.choices, scenario.source)
    except MemoryError as error:
        raise InputError(
            f"{scenario.name}: the question is too large for the memory of this machine. Ask for less: fewer "
            "incidents, units or centres."
        ) from error
    run = store_of(project.folder).create(
        question.problem,
        scenario.question,
        scenario.formulation,
        scenario.options,
        title=scenario.name,
        scenario=dict(scenario.choices),
    )
    return run, question


def start(run: Run) -> None:
    """Start a run in a process of its own; a run that is done or running is left alone."""
    if run.status in ("done", "running"):
        return
    with (run.folder / "runner.log").open("ab") as log_file:
        child = subprocess.Popen(
            [sys.executable, "-m", "optimiser.batch.runner", str(run.folder)],
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[:] = [c for c in _children if c.poll() is None] + [child]


def work(
    run: Run,
    *,
    project: Project | None = None,
    scene: Any = None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    artefacts: bool = True,
) -> Result[Any]:
    """Do a run in the foreground; one that is done already only returns its result.

    Raises
    ------
    OptimiserError
        What went wrong; it is kept in the run as well. Also if another process is at it.
    """
    if run.status == "done":
        return run.result()
    if not run.claim():
        raise InputError(
            f"Run {run.id} is being worked on by another process. Wait for it, or stop it there."
        )
    try:
        if Run(run.folder).status == "done":  # by a process that has ended since the first look
            return run.result()
        result = _solve(run, on_progress, should_stop)
        if artefacts and result.plan is not None:
            write_artefacts(run, result, project=project, scene=scene)
        return result
    finally:
        run.release()


def _solve(
    run: Run, on_progress: Callable[[Progress], None] | None, should_stop: Callable[[], bool]
) -> Result[Any]:
    """Solve a claimed run; the run says why it failed, whatever it was."""
    try:
        for name in (jobs.RESULT_FILE, STOP_FILE, "progress.jsonl", "incumbent.json"):
            (run.folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"Run {run.id} is damaged: {name} cannot be removed: {reason(error)}. Remove the folder {run.folder} "
            "and ask again."
        ) from error
    try:
        return solve_isolated(
            run.problem(),
            str(run.request["formulation"]),
            run.options,
            folder=run.folder,
            on_progress=on_progress,
            should_stop=should_stop,
        )
    except Exception as error:
        jobs.write_error(run.folder, error)
        raise


def write_artefacts(
    run: Run, result: Result[Any], *, project: Project | None = None, scene: Any = None
) -> None:
    """Write map, charts, workbook and summary; what cannot be made is logged, the run stands."""
    try:
        from optimiser.report import artefacts

        folder = run.folder.parent.parent
        if project is None and (folder / PROJECT_FILE).exists():
            project = load(folder)
        request = run.request
        if scene is None and project is not None and request["family"] in ("assignment", "standby"):
            scene = ask(project, str(request["family"]), request["scenario"]).scene
        artefacts.write(
            run.folder,
            project,
            str(request["family"]),
            run.problem(),
            result,
            progress=run.progress(),
            scene=scene,
        )
    except OptimiserError as error:
        log.warning("run %s: no pictures or tables: %s", run.id, error)


def main(arguments: list[str]) -> int:
    """Do the run in the folder given; 0 if it ended with a result."""
    if len(arguments) != 1:
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with contextlib.suppress(OptimiserError):
        work(Run(Path(arguments[0])))
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

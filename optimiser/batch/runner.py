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
from optimiser.errors import InputError, OptimiserError, reason, where_it_arose
from optimiser.prepare.questions import Question, ask
from optimiser.solve import jobs
from optimiser.solve.isolated import solve_isolated
from optimiser.solve.progress import STOP_FILE, Progress
from optimiser.solve.result import Result, StoppedBy

log = logging.getLogger(__name__)

RUNS_FOLDER = "runs"
LAST_ARTEFACT = "summary.md"
"""Written after every picture and table of a run."""
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
        inputs=input_digests(project),
    )
    return run, question


def input_digests(project: Project) -> dict[str, str]:
    """Return the SHA-256 of each raw file that the project was made of, as it was read."""
    return {source.path: source.sha256 for source in project.settings.sources}


def start(run: Run) -> None:
    """Start a run in a process of its own; a run that is done or running is left alone."""
    if run.status == "running" or (run.status == "done" and not _given_up(run)):
        return
    (run.folder / STOP_FILE).unlink(
        missing_ok=True
    )  # of an earlier attempt; from now on it is meant for this one
    with (run.folder / "runner.log").open("ab") as log_file:
        child = subprocess.Popen(
            [sys.executable, "-m", "optimiser.batch.runner", str(run.folder)],
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    reap(child)


def reap(child: subprocess.Popen[bytes]) -> None:
    """Take charge of a process that was started here, and let go of those that have ended."""
    _children[:] = [c for c in _children if c.poll() is None] + [child]


def work(
    run: Run,
    *,
    project: Project | None = None,
    scene: Any = None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    artefacts: bool = True,
    keep_stop: bool = False,
) -> Result[Any]:
    """Do a run in the foreground; one that is done already only returns its result.

    A result whose pictures and tables were never made gets them; a run that was stopped before it had a plan is done
    again.

    Parameters
    ----------
    keep_stop
        True where a stop that lies in the folder already is meant for this attempt.

    Raises
    ------
    OptimiserError
        What went wrong; it is kept in the run as well. Also if another process is at it.
    """
    if _finished(run, artefacts=artefacts):
        return run.result()
    try:
        claimed = run.claim()
    except OSError as error:
        raise _unwritable(run, error) from error
    if not claimed:
        if run.status == "done" and not _given_up(run):  # the other makes its pictures
            return run.result()
        raise InputError(
            f"Run {run.id} is being worked on by another process. Wait for it, or stop it there."
        )
    try:
        if _finished(run, artefacts=artefacts):  # by a process that has ended since the first look
            return run.result()
        solved = run.status == "done" and not _given_up(run)
        result = run.result() if solved else _solve(run, on_progress, should_stop, keep_stop=keep_stop)
        if artefacts and result.plan is not None:
            write_artefacts(run, result, project=project, scene=scene)
        return result
    finally:
        run.release()


def _finished(run: Run, *, artefacts: bool) -> bool:
    """Is nothing left to do? A process may have died between the result and its pictures."""
    if run.status != "done" or _given_up(run):
        return False
    return not artefacts or (run.folder / LAST_ARTEFACT).exists() or run.result().plan is None


def _given_up(run: Run) -> bool:
    """Was it stopped before there was any plan? Then asking again means to go on."""
    try:
        result = run.result()
    except OptimiserError:
        return False
    return result.plan is None and result.stopped_by is StoppedBy.PLANNER


def _solve(
    run: Run,
    on_progress: Callable[[Progress], None] | None,
    should_stop: Callable[[], bool],
    *,
    keep_stop: bool,
) -> Result[Any]:
    """Solve a claimed run; the run says why it failed, whatever it was."""
    before = (jobs.RESULT_FILE, "progress.jsonl", "incumbent.json", *(() if keep_stop else (STOP_FILE,)))
    try:
        for name in before:
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
        with contextlib.suppress(OSError):
            jobs.write_error(run.folder, error)
        if isinstance(error, OSError):
            raise _unwritable(run, error) from error
        raise


def _unwritable(run: Run, error: OSError) -> InputError:
    return InputError(f"Run {run.id} cannot be written to {run.folder}: {reason(error)}.")


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
    except (OptimiserError, OSError) as error:
        log.warning("run %s: no pictures or tables: %s", run.id, error)
    except Exception as error:  # noqa: BLE001  the run stands, whatever its pictures met
        log.warning("run %s: no pictures or tables\n%s", run.id, where_it_arose(error))


def main(arguments: list[str]) -> int:
    """Do the run in the folder given; 0 if it ended with a result."""
    if len(arguments) != 1:
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with contextlib.suppress(OptimiserError):
        work(Run(Path(arguments[0])), keep_stop=True)
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

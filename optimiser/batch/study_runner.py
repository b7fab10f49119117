"""Do a study: ask the question of the project, do its solves on a warm worker, write the answer.

``python -m optimiser.batch.study_runner FOLDER`` is what the app starts: a process of its own, which lives on when
the browser, the page or the app is gone.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from optimiser.batch import runner
from optimiser.batch.studies import SOLVES_FOLDER, Answer, Asked, Study
from optimiser.batch.study_answers import ANSWERS, ask_budget
from optimiser.batch.study_drift import ask_drift
from optimiser.batch.study_ledger import ask_ledger
from optimiser.batch.study_nest import ask_nest
from optimiser.batch.study_tables import KIND as TABLES
from optimiser.batch.study_tables import ask_tables
from optimiser.batch.study_uncertainty import ask_uncertainty
from optimiser.data.project import Project, load
from optimiser.errors import InputError, OptimiserError
from optimiser.solve import jobs
from optimiser.solve.progress import STOP_FILE, FileRecorder, Progress
from optimiser.studies.series import NoPlanError, Series

_ANSWERS = {**ANSWERS, "ledger": ask_ledger, "nest": ask_nest}


def start(study: Study) -> None:
    """Start a study in a process of its own; one that is done or running is left alone."""
    if study.status in ("running", "done"):
        return
    (study.folder / STOP_FILE).unlink(missing_ok=True)
    with (study.folder / "runner.log").open("ab") as log_file:
        child = subprocess.Popen(
            [sys.executable, "-m", "optimiser.batch.study_runner", str(study.folder)],
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    runner.reap(child)


def work(study: Study, *, project: Project | None = None) -> Answer:
    """Do a study in the foreground; one that is done already only returns its answer.

    Raises
    ------
    OptimiserError
        What went wrong; it is kept in the study as well. Also if another process is at it.
    """
    if study.status == "done":
        return study.answer()
    if not study.claim():
        raise InputError(
            f"Study {study.id} is being worked on by another process. Wait for it, or stop it there."
        )
    try:
        (study.folder / jobs.RESULT_FILE).unlink(missing_ok=True)
        asked = study.asked
        found = project or load(study.folder.parent.parent)
        answer = _answered(study, asked, found)
        study.keep(answer, last=True)
        return answer
    except Exception as error:
        with contextlib.suppress(OSError):
            jobs.write_error(study.folder, error)
        raise
    finally:
        study.release()


def _answered(study: Study, asked: Asked, project: Project) -> Answer:
    recorder = FileRecorder(study.folder, "min", durable=False)
    stop: Callable[[], bool] = recorder.should_stop
    kept = study.folder.parent / SOLVES_FOLDER
    if asked.kind == "budget":
        return ask_budget(asked, project, kept, recorder.tell, stop)
    if asked.kind == "uncertainty":
        return ask_uncertainty(asked, project, recorder.tell, stop)
    if asked.kind == "drift":
        return ask_drift(asked, project, recorder.tell, stop)
    series = Series(
        asked.family,
        asked.formulation,
        options=asked.options,
        budget_s=asked.budget_s,
        folder=kept,
        on_progress=recorder.tell,
        should_stop=stop,
    )
    recorder.tell(Progress(0.0, "reading the question"))
    with series:
        try:
            if asked.kind == TABLES:
                return ask_tables(asked, project, study.folder, series)
            return _ANSWERS[asked.kind](asked, project, series, lambda a: study.keep(a, last=False))
        except NoPlanError as none:
            return Answer(asked.kind, (str(none),), complete=False, n_solves=series.n_solves)


def main(arguments: list[str]) -> int:
    """Do the study in the folder given; 0 if it ended with an answer."""
    if len(arguments) != 1:
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with contextlib.suppress(OptimiserError):
        work(Study(Path(arguments[0])))
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A warm worker: one process, a stream of jobs, the same engine and checks, a deadline for each.

Importing the solvers costs seconds; where solves are many and short it is paid once. After ``renew_after``
jobs, a fault or a memory mark a fresh process takes over.
"""

from __future__ import annotations

import contextlib
import queue
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optimiser import registry
from optimiser.solve import jobs
from optimiser.solve.isolated import GRACE_S, POLL_S, Deadline, _rss_mib, kill, salvage, tell, worker_command
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import STOP_FILE, Progress
from optimiser.solve.result import Result, StoppedBy


class WarmWorker:
    """Solve many problems through one process; a context manager.

    Parameters
    ----------
    renew_after
        Jobs after which a fresh process is started.
    memory_mark_mib
        Resident memory above which a fresh process is started for the next job.
    """

    def __init__(self, renew_after: int = 500, memory_mark_mib: int = 2048) -> None:
        self._renew_after = renew_after
        self._mark_mib = memory_mark_mib
        self._folder = Path(tempfile.mkdtemp(prefix="optimiser-warm-"))
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()
        self._listener: threading.Thread | None = None
        self._jobs = 0
        self.started = 0

    def __enter__(self) -> WarmWorker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process and remove its files."""
        self._drop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def solve(
        self,
        problem: Any,
        formulation: str,
        options: SolveOptions | None = None,
        *,
        start: Any = None,
        on_progress: Callable[[Progress], None] | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Result[Any]:
        """Solve one problem; as :func:`optimiser.solve.isolated.solve_isolated`."""
        options = options or SolveOptions()
        family = registry.family(formulation.split(".")[0])
        folder = self._folder / f"{time.monotonic_ns()}"
        jobs.write_job(folder, problem, formulation, options, start, kept=False)
        (folder / jobs.STARTING_FILE).touch()
        process = self._ready()
        assert process.stdin is not None
        stopped_by = StoppedBy.FAULT
        try:
            process.stdin.write(f"{folder}\n")
            process.stdin.flush()
            self._wait_for(folder, options.time_limit_s + GRACE_S, on_progress, should_stop)
        except queue.Empty:
            stopped_by = StoppedBy.PLANNER if (folder / STOP_FILE).exists() else StoppedBy.TIME
            self._drop()
        except OSError:
            self._drop()
        self._jobs += 1
        try:
            if (folder / jobs.RESULT_FILE).exists():
                return jobs.read_result(folder, family)
            self._drop()
            (folder / "solver.log").touch()
            return salvage(folder, problem, family, formulation, options, stopped_by)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _wait_for(
        self,
        folder: Path,
        seconds: float,
        on_progress: Callable[[Progress], None] | None,
        should_stop: Callable[[], bool],
    ) -> None:
        """Wait until the worker has answered this job, or is gone; queue.Empty at the deadline.

        A polite stop is a file in the job's folder; the deadline is then a grace away.
        """
        clock = Deadline(folder, seconds)
        told, asked = 0, False
        while True:
            clock.look()
            if on_progress is not None:
                told = tell(folder, told, on_progress)
            if not asked and should_stop():
                (folder / STOP_FILE).touch()
                asked = True
                clock.soon(GRACE_S)
            left = clock.left_s()
            try:
                answer = self._answers.get(timeout=max(0.0, min(left, POLL_S)))
            except queue.Empty:
                if left <= 0:
                    raise
                continue
            if answer.strip() in ("", str(folder)):
                if on_progress is not None:
                    tell(folder, told, on_progress)
                return

    def _ready(self) -> subprocess.Popen[str]:
        process = self._process
        if process is not None and (
            process.poll() is not None
            or self._jobs >= self._renew_after
            or _rss_mib(process.pid) > self._mark_mib
        ):
            self._drop()
        if self._process is None:
            self._process = subprocess.Popen(
                worker_command("--serve"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
            self._jobs = 0
            self.started += 1
            self._answers = queue.Queue()
            self._listener = threading.Thread(
                target=_listen, args=(self._process, self._answers), daemon=True
            )
            self._listener.start()
        return self._process

    def _drop(self) -> None:
        if self._process is not None:
            kill(self._process)
            if self._listener is not None:
                self._listener.join(timeout=GRACE_S)
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self._process = None


def _listen(process: subprocess.Popen[str], answers: queue.Queue[str]) -> None:
    """Pass the worker's answers on; an empty one tells that it is gone."""
    assert process.stdout is not None
    for line in process.stdout:
        answers.put(line)
    answers.put("")

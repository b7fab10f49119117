"""One solve in one process: the parent loads no solver, keeps the time limit, and loses no plan.

A polite stop is a file; then, after a grace, a kill. What the worker had reported by then is judged here,
so that even a killed solve ends with a checked plan and its last bound.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from optimiser import registry
from optimiser.errors import BackendError
from optimiser.problems import portable
from optimiser.problems.base import Family
from optimiser.solve import engine, jobs
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import (
    INCUMBENT_FILE,
    STARTING,
    STOP_FILE,
    FileRecorder,
    Progress,
    read_progress,
)
from optimiser.solve.result import Result, StoppedBy

GRACE_S = 4.0
"""Seconds after the limit, or after a polite stop, before a kill."""
POLL_S = 0.05
WORKER = ("-m", "optimiser.solve.worker")
_DISK_FULL_BYTES = 100_000


def solve_isolated(
    problem: Any,
    formulation: str,
    options: SolveOptions | None = None,
    *,
    start: Any = None,
    folder: Path | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Result[Any]:
    """Solve in a process of its own.

    Parameters
    ----------
    folder
        Job folder, kept; None for a temporary one.
    on_progress
        Called with each new progress line.
    should_stop
        Asked often; True stops the solve and keeps the best.

    Raises
    ------
    OptimiserError
        As :func:`optimiser.solve.engine.solve`, or BackendError if the process died without a word.
    """
    options = options or SolveOptions()
    family = registry.family(formulation.split(".")[0])
    own = folder is None
    folder = folder or Path(tempfile.mkdtemp(prefix="optimiser-"))
    try:
        jobs.write_job(folder, problem, formulation, options, start)
        stopped_by = run_worker(folder, options, on_progress, should_stop)
        if (folder / jobs.RESULT_FILE).exists():
            return jobs.read_result(folder, family)
        result = salvage(folder, problem, family, formulation, options, stopped_by)
        jobs.write_result(folder, result)
        return result
    finally:
        if own:
            shutil.rmtree(folder, ignore_errors=True)


def run_worker(
    folder: Path,
    options: SolveOptions,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> StoppedBy:
    """Run a worker on a job folder until it ends or has to be killed; say why it ended."""
    (folder / jobs.MEMORY_FILE).unlink(missing_ok=True)  # of a worker before this one
    (folder / jobs.STARTING_FILE).touch()
    FileRecorder(folder, "min").tell(Progress(0.0, STARTING))
    with (folder / "solver.log").open("ab") as log_file:
        process = subprocess.Popen(
            worker_command(str(folder)),
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _watch(process, folder, options, on_progress, should_stop)
    finally:
        kill(process)


def worker_command(argument: str) -> list[str]:
    """Return what starts a worker that ends with this process, also where this process ends before it is up.

    On Windows a launcher may stand between the two, so that this process's number would say nothing there.
    """
    mine = () if sys.platform == "win32" else ("--parent", str(os.getpid()))
    return [sys.executable, *WORKER, *mine, argument]


class Deadline:
    """When a job's worker is killed; the clock stands still while the worker starts, unless a stop was asked.

    A start is waited for too, but not for ever: a worker that hangs in it is killed as well.
    """

    def __init__(self, folder: Path, seconds: float) -> None:
        self._marker = folder / jobs.STARTING_FILE
        self._looked = time.monotonic()
        self._at = self._looked + seconds
        self._latest = self._at + jobs.LONGEST_START_S

    def look(self) -> None:
        """Let the clock go on, or stand still; to be called often."""
        now = time.monotonic()
        if self._marker.exists():
            self._at = min(self._latest, self._at + now - self._looked)
        self._looked = now

    def soon(self, seconds: float) -> None:
        """End in at most ``seconds``, whatever the worker does."""
        self._at = self._latest = min(self._at, time.monotonic() + seconds)

    def left_s(self) -> float:
        """Return the seconds that are left."""
        return self._at - time.monotonic()


def _watch(
    process: subprocess.Popen[bytes],
    folder: Path,
    options: SolveOptions,
    on_progress: Callable[[Progress], None] | None,
    should_stop: Callable[[], bool],
) -> StoppedBy:
    clock = Deadline(folder, options.time_limit_s + GRACE_S)
    told = 0
    why = StoppedBy.FAULT
    looked = 0.0
    while process.poll() is None:
        clock.look()
        if on_progress is not None:
            told = tell(folder, told, on_progress)
        if why is not StoppedBy.PLANNER and should_stop():
            (folder / STOP_FILE).touch()
        if why is not StoppedBy.PLANNER and (folder / STOP_FILE).exists():
            why = StoppedBy.PLANNER
            clock.soon(GRACE_S)
        if clock.left_s() < 0:
            return why if why is StoppedBy.PLANNER else StoppedBy.TIME
        if options.memory_mib and time.monotonic() - looked > 0.5:
            looked = time.monotonic()
            if _rss_mib(process.pid) > options.memory_mib:
                return StoppedBy.MEMORY
        time.sleep(POLL_S)
    if on_progress is not None:
        tell(folder, told, on_progress)
    return why


def tell(folder: Path, told: int, on_progress: Callable[[Progress], None]) -> int:
    """Pass on the progress lines of a job folder past the first ``told``; return how many are told now."""
    lines = read_progress(folder)
    for line in lines[told:]:
        on_progress(line)
    return len(lines)


def _rss_mib(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss) / 2**20
    except psutil.Error:
        return 0.0


def kill(process: subprocess.Popen[Any]) -> None:
    """End a process and its children at once."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def salvage(
    folder: Path,
    problem: Any,
    family: Family[Any, Any],
    name: str,
    options: SolveOptions,
    stopped_by: StoppedBy,
) -> Result[Any]:
    """Judge the last plan that a worker had reported before it died, was killed or ran out of memory.

    Raises
    ------
    BackendError
        If the worker died by itself, for want of memory, or without ever having started, before it had any plan.
    """
    lines = read_progress(folder)
    plan = None
    if (folder / jobs.MEMORY_FILE).exists():
        stopped_by = StoppedBy.MEMORY
    if (folder / INCUMBENT_FILE).exists():
        kept = json.loads((folder / INCUMBENT_FILE).read_text(encoding="utf-8"))
        plan = portable.from_json(family.plan_type, kept["plan"])
    if plan is None and stopped_by is StoppedBy.FAULT:
        tail = (folder / "solver.log").read_text(encoding="utf-8", errors="replace")[-2000:].strip()
        if shutil.disk_usage(folder).free < _DISK_FULL_BYTES:
            tail = f"The disk of {folder} is full. {tail}"
        raise BackendError(f"The solver's process ended without a word. {tail}".strip())
    if plan is None and stopped_by is StoppedBy.MEMORY:
        raise BackendError(
            f"The solve needs more than the memory cap of {options.memory_mib} MiB and had no plan by then. Raise "
            "memory_mib, or ask for less: fewer centres, a coarser grid, fewer shift starts."
        )
    if stopped_by is StoppedBy.TIME and (folder / jobs.STARTING_FILE).exists():
        raise BackendError(
            f"The solver's process had not started to search after {jobs.LONGEST_START_S:g} s and was ended. The "
            "machine may be overloaded, or a library may hang while it loads: run optimiser doctor, or start the run "
            "again."
        )
    bound = lines[-1].bound if lines else None
    outcome = engine.killed(plan, bound, stopped_by)
    return engine.judge(
        problem, family, outcome, name=name, options=options, solve_s=lines[-1].seconds if lines else 0
    )

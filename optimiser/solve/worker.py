"""The process that loads a solver: ``python -m optimiser.solve.worker FOLDER`` or ``--serve``.

``--parent PID`` before either names the process that it ends with; it is the one that started it otherwise.
With a folder it does one job and ends. With ``--serve`` it reads one folder a line from standard input
and answers each with a line, so that many short solves share one import of the solvers.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from optimiser import registry
from optimiser.errors import OptimiserError
from optimiser.problems import portable
from optimiser.solve import engine, jobs
from optimiser.solve.program import Formulation
from optimiser.solve.progress import COMPILING, FileRecorder, Progress

LOOK_S = 0.5
NEAR_CAP = 0.9
"""A process that used this share of its addresses and then failed ran out of memory."""
TELL_AFTER_S = 1.0
"""Loops that were compiled before are loaded sooner than this."""


def main(arguments: list[str]) -> int:
    """Run as a process; 0 unless the arguments are wrong."""
    parent = os.getppid()
    if arguments[:1] == ["--parent"]:
        parent, arguments = int(arguments[1]), arguments[2:]
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    if arguments == ["--serve"]:
        return serve()
    if len(arguments) != 1:
        return 2
    work(Path(arguments[0]))
    return 0


def _end_with_parent(parent: int) -> None:
    """End this process once its parent is gone: nobody keeps its limits, and the run may be started again.

    Windows never changes the parent's number; there the worker ends at its own time limit.
    """
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os._exit(1)


def serve() -> int:
    """Do the jobs that standard input names, one a line; answer each with its folder once its result is written.

    A solver that prints must not be mistaken for an answer: the answers get the old standard output to themselves.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with answers:
        for number, line in enumerate(sys.stdin):
            folder = line.rstrip("\n")
            work(Path(folder))
            if number == 0:  # what is loaded by now stays: no later collection walks it while somebody waits
                gc.collect()
                gc.freeze()
            answers.write(f"{folder}\n")
            answers.flush()
    return 0


def work(folder: Path) -> None:
    """Do one job. Whatever happens, a result, an error or a mark that memory ran out is written."""
    try:
        job = jobs.read_job(folder)
        cap_memory(job.options.memory_mib)
        formulation = registry.load(job.formulation)
        problem: Any = portable.read(folder / jobs.PROBLEM_FILE, formulation.family.problem_type)
        start = None
        if (folder / jobs.START_FILE).exists():
            data = json.loads((folder / jobs.START_FILE).read_text(encoding="utf-8"))
            start = portable.from_json(formulation.family.plan_type, data)
        make_ready(folder, formulation)
        report = FileRecorder(folder, engine.sense_of(problem, formulation.family), durable=job.kept)
        (folder / jobs.STARTING_FILE).unlink(missing_ok=True)
        report(phase="reading")
        result = engine.solve(problem, formulation, job.options, start=start, report=report)
        jobs.write_result(folder, result, kept=job.kept)
    except MemoryError:
        (folder / jobs.MEMORY_FILE).touch()
    except Exception as error:  # noqa: BLE001  the parent raises it again, for whoever asked
        # libraries hide that memory ran out behind errors of their own
        if at_cap() and not isinstance(error, OptimiserError):
            (folder / jobs.MEMORY_FILE).touch()
        else:
            jobs.write_error(folder, error)


def make_ready(folder: Path, formulation: Formulation[Any, Any]) -> None:
    """Load and compile what a formulation needs, before its clock starts; a long compile is told as a phase."""
    tell = FileRecorder(folder, "min").tell
    telling = threading.Timer(TELL_AFTER_S, tell, (Progress(0.0, COMPILING),))
    if formulation.warm is not None:
        telling.start()
    try:
        engine.warm(formulation)
    finally:
        telling.cancel()
        if formulation.warm is not None:
            telling.join()


def cap_memory(memory_mib: int) -> None:
    """Cap this process's address space, where the system can; the parent watches resident memory as well."""
    if memory_mib and sys.platform != "win32":
        import resource

        limit = (
            memory_mib * 1024 * 1024 * 2
        )  # addresses, not pages in use: threads reserve far more than they touch
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard == resource.RLIM_INFINITY or limit <= hard:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def at_cap() -> bool:
    """Has this process used most of the addresses that it may have? False where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return False
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return False
    peak = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmPeak"))
    return int(peak.split()[1]) * 1024 > NEAR_CAP * limit


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

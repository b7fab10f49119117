"""The files between a parent and its worker: JSON and arrays, no pickle."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from optimiser.errors import BackendError, InputError, OptimiserError, RejectedPlan, UsageError
from optimiser.problems import portable
from optimiser.problems.base import Family, Measure
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import write_atomically
from optimiser.solve.result import Judged, Result, Status, StoppedBy

JOB_FILE = "job.json"
PROBLEM_FILE = "problem.npz"
START_FILE = "start.json"
RESULT_FILE = "result.json"
STARTING_FILE = "starting"
"""There until the worker has all it needs to search: the job's clock stands still."""
MEMORY_FILE = "out_of_memory"
"""There where the worker met its memory cap: the parent judges the best plan told by then."""
LONGEST_START_S = 240.0
"""A parent waits no longer than this for a worker to start: imports, the question, a compiler on a fresh machine."""
_ERRORS: dict[str, type[OptimiserError]] = {
    e.__name__: e for e in (InputError, UsageError, RejectedPlan, BackendError, OptimiserError)
}


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is asked: a formulation, its options, and whether its folder is kept.

    What is not kept need not outlive a crash of the machine, and is not waited for until the disk has it.
    """

    formulation: str
    options: SolveOptions
    kept: bool = True


def write_job(
    folder: Path,
    problem: Any,
    formulation: str,
    options: SolveOptions,
    start: Any = None,
    *,
    kept: bool = True,
) -> None:
    """Write a job folder. The problem is written only once: a folder that has it keeps it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / PROBLEM_FILE).exists():
        portable.write(folder / PROBLEM_FILE, problem)
    if start is not None:
        text = json.dumps(portable.to_json(start), ensure_ascii=False)
        write_atomically(folder / START_FILE, text, durable=kept)
    job = Job(formulation, options, kept)
    write_atomically(folder / JOB_FILE, json.dumps(asdict(job)), durable=kept)


def read_job(folder: Path) -> Job:
    """Read what :func:`write_job` wrote."""
    job: Job = portable.from_json(Job, json.loads((folder / JOB_FILE).read_text(encoding="utf-8")))
    return job


def write_result(folder: Path, result: Result[Any], *, kept: bool = True) -> None:
    """Write a result; it is there whole or not at all."""
    text = json.dumps(result_to_json(result), ensure_ascii=False, indent=1)
    write_atomically(folder / RESULT_FILE, text, durable=kept)


def result_to_json(result: Result[Any]) -> dict[str, Any]:
    """Return a result as JSON types."""
    data: dict[str, Any] = portable.to_json(result)
    data["gap_frac"] = result.gap_frac
    data["in_words"] = [o.in_words() for o in result.objectives]
    return data


def judged_to_json(judged: Judged) -> dict[str, Any]:
    """Return one objective as JSON types, in its core unit, with its gap and what was proved."""
    data: dict[str, Any] = portable.to_json(judged)
    return data | {"gap_frac": judged.gap_frac, "in_words": judged.in_words()}


def write_error(folder: Path, error: BaseException) -> None:
    """Write what went wrong, in a form that the parent raises again."""
    kind = type(error).__name__ if isinstance(error, OptimiserError) else "BackendError"
    text = str(error) if isinstance(error, OptimiserError) else f"{type(error).__name__}: {error}"
    write_atomically(folder / RESULT_FILE, json.dumps({"error": kind, "message": text}, ensure_ascii=False))


def read_result(folder: Path, family: Family[Any, Any]) -> Result[Any]:
    """Read a result, or raise the error that the worker met.

    Raises
    ------
    OptimiserError
        The worker's own error.
    """
    try:
        data = json.loads((folder / RESULT_FILE).read_text(encoding="utf-8"))
        if "error" not in data:
            return result_from_json(data, family)
        error = _ERRORS.get(data["error"], BackendError)(data["message"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as damage:
        raise BackendError(
            f"{folder / RESULT_FILE} is damaged and cannot be read as a result. Start the run again."
        ) from damage
    raise error


def result_from_json(data: dict[str, Any], family: Family[Any, Any]) -> Result[Any]:
    """Rebuild a result of ``family``."""
    data = {k: v for k, v in data.items() if k not in ("gap_frac", "in_words")}
    plan = data.pop("plan")
    return Result(
        status=Status(data.pop("status")),
        stopped_by=StoppedBy(data.pop("stopped_by")),
        plan=None if plan is None else portable.from_json(family.plan_type, plan),
        objectives=tuple(portable.from_json(Judged, o) for o in data.pop("objectives")),
        bound=tuple(data.pop("bound")),
        measures=tuple(portable.from_json(Measure, m) for m in data.pop("measures")),
        **data,
    )

"""The store of runs: one folder a run, named by its content, written so that nothing acknowledged is lost.

A run's id is a slug of its title and the first ten hex digits of the digest of problem, formulation, options and
code version: the same question asked again is the same run. The disk is the truth; processes only look at it.

=================  ==========================================================================
request.json       what was asked (written first: from then on the run exists)
problem.npz        the question as arrays
claim.json         who works on it: process id and start time of that process
progress.jsonl     incumbent and bound, line by line
incumbent.json     best plan so far
result.json        the checked result, or the error (written last: from then on the run is done)
artefacts          plan.csv, map, charts, workbook, summary
=================  ==========================================================================
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import psutil

from optimiser import __version__, registry
from optimiser.errors import InputError, OptimiserError, reason
from optimiser.problems import portable
from optimiser.problems.base import Family
from optimiser.solve import jobs
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import INCUMBENT_FILE, STOP_FILE, Progress, read_progress, write_atomically
from optimiser.solve.result import Result
from optimiser.units import seconds_from_hours

RunStatus = Literal["queued", "running", "done", "failed", "interrupted"]

REQUEST_FILE = "request.json"
CLAIM_FILE = "claim.json"
LOCK_FILE = ".claim.lock"
TAGS_FILE = "tags.json"
_DRAFT = ".new-"
_DRAFT_LIVES_S = seconds_from_hours(24.0)
_REQUESTED = ("title", "family", "formulation", "options", "scenario")


@dataclass(frozen=True)
class Run:
    """One run folder."""

    folder: Path

    @property
    def id(self) -> str:
        """Name of the run."""
        return self.folder.name

    @property
    def request(self) -> dict[str, Any]:
        """What was asked: title, family, formulation, options, scenario, created_utc."""
        try:
            data: dict[str, Any] = json.loads((self.folder / REQUEST_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise self._damaged(f"cannot be read: {reason(error)}") from error
        if not isinstance(data, dict):
            raise self._damaged("holds no table")
        missing = [k for k in _REQUESTED if k not in data]
        if missing:
            raise self._damaged(f"does not say {', '.join(missing)}")
        return data

    def _damaged(self, why: str) -> InputError:
        return InputError(
            f"Run {self.id} is damaged: its {REQUEST_FILE} {why}. Remove the folder {self.folder} and ask again."
        )

    @property
    def family(self) -> Family[Any, Any]:
        """The family of the question."""
        return registry.family(str(self.request["family"]))

    @property
    def options(self) -> SolveOptions:
        """How it is solved."""
        options: SolveOptions = portable.from_json(SolveOptions, self.request["options"])
        return options

    @property
    def status(self) -> RunStatus:
        """How far it is, told from the files alone."""
        if (self.folder / jobs.RESULT_FILE).exists():
            with contextlib.suppress(OSError, ValueError, RecursionError):
                data = json.loads((self.folder / jobs.RESULT_FILE).read_text(encoding="utf-8"))
                return "done" if "status" in data and "plan" in data else "failed"
            return "failed"
        if not (self.folder / CLAIM_FILE).exists():
            return "queued"
        return "running" if self.claimed() else "interrupted"

    def claimed(self) -> bool:
        """Is a living process working on it?"""
        try:
            claim = json.loads((self.folder / CLAIM_FILE).read_text(encoding="utf-8"))
            process = psutil.Process(int(claim["pid"]))
            if (
                process.status() == psutil.STATUS_ZOMBIE
            ):  # dead, and only not yet waited for by who started it
                return False
            return abs(process.create_time() - float(claim["started"])) < 2.0
        except (OSError, ValueError, KeyError, TypeError, psutil.Error):
            return False

    def claim(self) -> bool:
        """Take the run for this process; False if a living process has it. Exclusive on one machine."""
        claim = {"pid": os.getpid(), "started": psutil.Process().create_time()}
        with _alone(self.folder):
            if self.claimed():
                return False
            write_atomically(self.folder / CLAIM_FILE, json.dumps(claim))
        return True

    def release(self) -> None:
        """Let go of a run that has a result, so that this process, too, may do it again where it failed."""
        if (self.folder / jobs.RESULT_FILE).exists():
            (self.folder / CLAIM_FILE).unlink(missing_ok=True)

    def problem(self) -> Any:
        """Return the question."""
        return portable.read(self.folder / jobs.PROBLEM_FILE, self.family.problem_type)

    def progress(self) -> list[Progress]:
        """Return what the solve has told so far."""
        return read_progress(self.folder)

    def result(self) -> Result[Any]:
        """Return the result.

        Raises
        ------
        InputError
            If it is not done.
        OptimiserError
            What went wrong in the run.
        """
        if not (self.folder / jobs.RESULT_FILE).exists():
            raise InputError(f"Run {self.id} is {self.status}: it has no result yet.")
        return jobs.read_result(self.folder, self.family)

    def plan_so_far(self) -> Any:
        """Return the best plan so far, None where there is none."""
        if (self.folder / jobs.RESULT_FILE).exists():
            with contextlib.suppress(OptimiserError):
                return self.result().plan
        with contextlib.suppress(OSError, ValueError):
            kept = json.loads((self.folder / INCUMBENT_FILE).read_text(encoding="utf-8"))
            return portable.from_json(self.family.plan_type, kept["plan"])
        return None

    def stop(self) -> None:
        """Ask to stop and keep the best."""
        (self.folder / STOP_FILE).touch()

    def kill(self) -> None:
        """End the process that works on it, at once; the run can be started again."""
        if not self.claimed():
            return
        claim = json.loads((self.folder / CLAIM_FILE).read_text(encoding="utf-8"))
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(int(claim["pid"]))
            for child in process.children(recursive=True):
                child.kill()
            process.kill()

    def reset(self) -> None:
        """Forget an attempt, so that the run can be done again; the question stays."""
        for name in (jobs.RESULT_FILE, STOP_FILE, INCUMBENT_FILE, "progress.jsonl", CLAIM_FILE):
            (self.folder / name).unlink(missing_ok=True)

    @property
    def tags(self) -> tuple[str, ...]:
        """Words a planner gave it."""
        with contextlib.suppress(OSError, ValueError):
            return tuple(json.loads((self.folder / TAGS_FILE).read_text(encoding="utf-8")))
        return ()

    def tag(self, *words: str) -> None:
        """Give it these words instead of what it had."""
        write_atomically(self.folder / TAGS_FILE, json.dumps(sorted(set(words))))


class Store:
    """A folder of runs, usually ``<project>/runs``."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def create(
        self,
        problem: Any,
        family: str,
        formulation: str,
        options: SolveOptions,
        *,
        title: str,
        scenario: Mapping[str, Any] | None = None,
        start: Any = None,
        inputs: Mapping[str, str] | None = None,
    ) -> Run:
        """Write a run folder and return the run; one with the same content that is there already is returned as it is.

        ``inputs`` maps the raw files of the project to their SHA-256: kept beside the question, no part of the id.
        The folder appears whole, by one rename: a crash leaves either no run or a run that can be started.
        """
        content = {
            "problem": portable.digest(problem),
            "formulation": formulation,
            "options": portable.to_json(options),
            "start": None if start is None else portable.to_json(start),
            "version": __version__,
        }
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:10]
        for there in self.root.glob(f"*-{digest}"):
            if (there / REQUEST_FILE).exists():
                return Run(there)
        folder = self.root / f"{slug(title)}-{digest}"
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            _sweep(self.root)
            draft = Path(tempfile.mkdtemp(dir=self.root, prefix=_DRAFT))
        except OSError as error:
            raise InputError(
                f"Runs are kept in {self.root}, which cannot be written: {reason(error)}."
            ) from error
        try:
            request = {
                "title": title,
                "family": family,
                "formulation": formulation,
                "options": asdict(options),
                "scenario": dict(scenario or {}),
                "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
                "content": {k: v for k, v in content.items() if k != "start"},
                "inputs": dict(inputs or {}),
            }
            jobs.write_job(draft, problem, formulation, options, start)
            (draft / jobs.JOB_FILE).unlink()
            write_atomically(draft / REQUEST_FILE, json.dumps(request, ensure_ascii=False, indent=1))
            _out_of_the_way(folder)
            with contextlib.suppress(OSError):
                draft.rename(folder)
        except OSError as error:
            raise OptimiserError(f"The run could not be written to {self.root}: {reason(error)}.") from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        if not (folder / REQUEST_FILE).exists():
            raise OptimiserError(f"Run {folder.name} could not be written to {self.root}. Is the disk full?")
        return Run(folder)

    def runs(self) -> list[Run]:
        """Return all runs, the newest first; folders that are none are left out."""
        if not self.root.is_dir():
            return []
        found = [
            Run(p) for p in self.root.iterdir() if not p.name.startswith(".") and (p / REQUEST_FILE).exists()
        ]
        return sorted(found, key=lambda run: (_created(run), run.id), reverse=True)

    def run(self, run_id: str) -> Run:
        """Return a run by its id, or by the start of it where only one fits.

        Raises
        ------
        InputError
            If there is none, or several.
        """
        folder = Path(run_id)
        if len(folder.parts) > 1 and folder.parent.name == self.root.name:
            run_id = folder.name  # the way to a run's folder names it as well
        if not re.fullmatch(r"[\w.-]+", run_id) or run_id.startswith("."):
            raise InputError(f"{run_id!r} is no run id.")
        if (self.root / run_id / REQUEST_FILE).exists():
            return Run(self.root / run_id)
        near = [r for r in self.runs() if r.id.startswith(run_id) or r.id.endswith(run_id)]
        if len(near) == 1:
            return near[0]
        several = f"; {len(near)} runs fit" if near else ""
        raise InputError(
            f"There is no run {run_id!r} in {self.root}{several}. List them with: optimiser runs."
        )


def _out_of_the_way(folder: Path) -> None:
    """Move a folder that holds no request aside: it is what somebody left of a run, and none any more."""
    if folder.exists() and not (folder / REQUEST_FILE).exists():
        folder.rename(
            Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".damaged-{folder.name}-")) / folder.name
        )


def _sweep(root: Path) -> None:
    """Remove drafts that a process left behind when it was killed, a day later."""
    for draft in root.glob(f"{_DRAFT}*"):
        with contextlib.suppress(OSError):
            if time.time() - draft.stat().st_mtime > _DRAFT_LIVES_S:
                shutil.rmtree(draft, ignore_errors=True)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes of this machine out; the lock goes with the process, however it ends."""
    with (folder / LOCK_FILE).open("ab") as file:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)  # closing the file lets go
            yield


def _created(run: Run) -> str:
    with contextlib.suppress(OptimiserError):
        return str(run.request.get("created_utc", ""))
    return ""


def slug(title: str) -> str:
    """Return a title as a folder name: letters, digits and hyphens, at most 40."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return plain[:40].rstrip("-") or "run"

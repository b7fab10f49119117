"""What a running solve tells: lines in a file, so that any process, now or later, can read along."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from optimiser.problems import portable

PROGRESS_FILE = "progress.jsonl"
INCUMBENT_FILE = "incumbent.json"
STOP_FILE = "stop"
PLAN_INTERVAL_S = 0.5
STARTING = "starting"
"""Phase of a worker that loads its solver and reads the question."""
COMPILING = "compiling (first run on this machine)"
"""Phase of a worker whose formulation compiles its loops."""
BEFORE_THE_CLOCK = (STARTING, COMPILING)
"""Phases that are not counted as time of the solve: a time limit is for searching."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One line: seconds since the solve began, what is going on, the best plan's objective and the bound."""

    seconds: float
    phase: str = ""
    incumbent: float | None = None
    bound: float | None = None


class Recorder:
    """A :class:`~optimiser.solve.program.Report` that keeps the best in memory; the base of the others."""

    def __init__(self, sense: str = "min", on_progress: Callable[[Progress], None] | None = None) -> None:
        self._began = time.monotonic()
        self._sign = 1.0 if sense == "min" else -1.0
        self._on_progress = on_progress
        self.phase = ""
        self.incumbent: float | None = None
        self.bound: float | None = None

    def __call__(
        self,
        *,
        phase: str = "",
        incumbent: float | None = None,
        bound: float | None = None,
        plan: Any = None,
    ) -> None:
        """Take a report; only news is passed on."""
        news = bool(phase) and phase != self.phase
        self.phase = phase or self.phase
        if incumbent is not None and (
            self.incumbent is None or self._sign * incumbent < self._sign * self.incumbent - 1e-12
        ):
            self.incumbent, news = incumbent, True
            if plan is not None:
                self.keep(plan)
        if bound is not None and (self.bound is None or self._sign * bound > self._sign * self.bound + 1e-12):
            self.bound, news = bound, True
        if news:
            self.tell(Progress(self.elapsed_s(), self.phase, self.incumbent, self.bound))

    def tell(self, progress: Progress) -> None:
        """Pass a line on."""
        if self._on_progress is not None:
            self._on_progress(progress)

    def keep(self, plan: Any) -> None:
        """Keep the best plan so far; in memory there is nothing to do."""

    def should_stop(self) -> bool:
        """Return True once somebody asked to stop and keep the best."""
        return False

    def elapsed_s(self) -> float:
        """Return seconds since this recorder was made."""
        return time.monotonic() - self._began


class FileRecorder(Recorder):
    """Writes progress lines and the best plan into a job folder, and stops when a file ``stop`` is there."""

    def __init__(self, folder: Path, sense: str, *, durable: bool = True) -> None:
        super().__init__(sense)
        self._durable = durable
        self._folder = folder
        self._kept_at = -PLAN_INTERVAL_S
        self._waiting: Any = None

    def __call__(
        self,
        *,
        phase: str = "",
        incumbent: float | None = None,
        bound: float | None = None,
        plan: Any = None,
    ) -> None:
        """Take a report; a plan that waits to be written is, at the latest when another phase begins."""
        before = self.phase
        super().__call__(phase=phase, incumbent=incumbent, bound=bound, plan=plan)
        self._write(at_once=self.phase != before)

    def tell(self, progress: Progress) -> None:
        """Append one line; a full disk does not end the solve."""
        with (
            contextlib.suppress(OSError),
            (self._folder / PROGRESS_FILE).open("a", encoding="utf-8") as file,
        ):
            file.write(json.dumps(asdict(progress)) + "\n")

    def keep(self, plan: Any) -> None:
        """Write the best plan, at most every half second, so that a kill does not lose it; if the disk takes it."""
        self._waiting = plan
        self._write()

    def _write(self, *, at_once: bool = False) -> None:
        plan = self._waiting
        if plan is None or not (at_once or self.elapsed_s() - self._kept_at >= PLAN_INTERVAL_S):
            return
        self._waiting, self._kept_at = None, self.elapsed_s()
        kept = {"plan": portable.to_json(plan), "seconds": self._kept_at}
        with contextlib.suppress(OSError):
            text = json.dumps(kept, ensure_ascii=False)
            write_atomically(self._folder / INCUMBENT_FILE, text, durable=self._durable)

    def should_stop(self) -> bool:
        """Return True once the stop file is there."""
        self._write()
        return (self._folder / STOP_FILE).exists()


def read_progress(folder: Path) -> list[Progress]:
    """Return the progress lines of a job folder; a line still being written is left out."""
    path = folder / PROGRESS_FILE
    if not path.exists():
        return []
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(Progress(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return lines


def write_atomically(path: Path, text: str, *, durable: bool = True) -> None:
    """Write a file so that a reader sees the old or the new one, whole; if ``durable`` even after a crash."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise

"""Manners of the terminal: results on stdout, talk on stderr, one progress line, two-step Ctrl-C, exit codes."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from types import FrameType
from typing import Any

from optimiser.problems.base import Violation
from optimiser.solve.progress import Progress
from optimiser.solve.result import PROOF_GAP, Judged, Result, Status, StoppedBy
from optimiser.units import minutes, percent


class Exit(IntEnum):
    """Exit codes."""

    DONE = 0
    USAGE = 2
    INPUT = 3
    INFEASIBLE = 4
    GAP_MISSED = 5
    NO_PLAN = 6
    CANCELLED = 7
    BATCH_FAILURES = 8
    INTERNAL = 70
    INTERRUPTED = 130


def code_of(result: Result[Any], asked_gap_frac: float, *, accept_gap: bool = False) -> Exit:
    """Return the exit code of a result."""
    if result.status is Status.INFEASIBLE:
        return Exit.INFEASIBLE
    if result.plan is None:
        return Exit.CANCELLED if result.stopped_by is StoppedBy.PLANNER else Exit.NO_PLAN
    near = result.gap_frac is not None and result.gap_frac <= max(asked_gap_frac, PROOF_GAP)
    return Exit.DONE if near or accept_gap else Exit.GAP_MISSED


def say(text: str = "") -> None:
    """Talk to the person at the terminal."""
    print(text, file=sys.stderr, flush=True)


def show(text: str) -> None:
    """Print a result."""
    print(text, flush=True)


def show_json(value: Any) -> None:
    """Print a result as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str), flush=True)


def table(rows: Sequence[Sequence[Any]], header: Sequence[str]) -> str:
    """Return rows as a plain table; numbers to the right."""
    cells = [[_cell(v) for v in row] for row in rows]
    right = [
        all(isinstance(row[k], (int, float)) or row[k] is None for row in rows) for k in range(len(header))
    ]
    width = [max([len(h), *(len(row[k]) for row in cells)]) for k, h in enumerate(header)]
    line = [h.rjust(w) if r else h.ljust(w) for h, w, r in zip(header, width, right, strict=True)]
    body = [
        "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, width, right, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join(["  ".join(line).rstrip(), "  ".join("-" * w for w in width), *body])


def in_planners_units(value: float, unit: str) -> tuple[float, str]:
    """Return a value and its unit as planners read them: minutes for seconds, percent for fractions."""
    if unit == "s":
        return minutes(value), "min"
    if unit == "frac":
        return percent(value), "%"
    if "-seconds" in unit:
        return minutes(value), unit.replace("-seconds", "-minutes")
    return value, unit


def in_words(violation: Violation) -> str:
    """Say a broken rule in planner's units."""
    found, unit = in_planners_units(violation.found, violation.unit)
    limit, _ = in_planners_units(violation.limit, violation.unit)
    return f"{violation.rule}: {violation.where} has {found:,.4g} {unit}, the limit is {limit:,.4g} {unit}"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


class Line:
    """One progress line that rewrites itself; without a terminal, a line every ten seconds."""

    def __init__(self, title: str, *, quiet: bool = False) -> None:
        self._title = title
        self._quiet = quiet
        self._live = sys.stderr.isatty()
        self._told = -10.0

    def __call__(self, progress: Progress) -> None:
        """Take a progress line."""
        if self._quiet:
            return
        parts = [f"{self._title}: {progress.seconds:5.1f} s", progress.phase]
        if progress.incumbent is not None:
            told = Judged("", "", "min", progress.incumbent, progress.bound).in_words()
            parts.append(f"a plan is found, {told}")
        text = ", ".join(p for p in parts if p)
        if self._live:
            sys.stderr.write("\r\x1b[K" + text[:110])
            sys.stderr.flush()
        elif progress.seconds - self._told >= 10.0:
            self._told = progress.seconds
            say(text)

    def end(self) -> None:
        """Clear the line."""
        if self._live and not self._quiet:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


@contextmanager
def stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """First Ctrl-C asks to stop and keep the best; the second interrupts."""
    asked: list[float] = []

    def handle(_signal: int, _frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(time.monotonic())
        say("\nStopping; the best plan so far is kept. Press Ctrl-C again to abandon it.")

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)

"""Manners of the terminal: results on stdout, talk on stderr, one progress line, two-step Ctrl-C, exit codes.

One rule for units: text shows the planner's (minutes, percent), JSON holds the core's (seconds, fractions), each
number beside its ``unit`` or named by its suffix (``gap_frac``).
"""

from __future__ import annotations

import json
import math
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from types import FrameType
from typing import Any

from optimiser.report.phrases import NO_BREAK
from optimiser.solve.progress import Progress
from optimiser.solve.result import PROOF_GAP, Judged, Result, Status, StoppedBy


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
    print(_typed(text), file=sys.stderr, flush=True)


def show(text: str) -> None:
    """Print a result, in planner's units."""
    print(_typed(text), flush=True)


def show_json(value: Any) -> None:
    """Print a result as JSON, in core units; what is no number (a drive that no road allows) is null."""
    plain = as_json(value)
    readable = (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(plain, ensure_ascii=not readable, indent=1, allow_nan=False, default=str), flush=True)


def _typed(text: str) -> str:
    """Return text with plain spaces, so that what is printed can be searched as it is read."""
    return text.replace(NO_BREAK, " ")


def as_json(value: Any) -> Any:
    """Return plain values: what is no number is None, keys are text."""
    if isinstance(value, Mapping):
        return {str(k): as_json(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "item"):  # a number or truth value of numpy
        return as_json(value.item())
    return value


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
            told = Judged("", "", "min", progress.incumbent, progress.bound).open_in_words()
            parts.append(f"a plan is found, {told}")
        text = ", ".join(p for p in parts if p)
        if self._live:
            sys.stderr.write("\r\x1b[K" + text[:110])
            sys.stderr.flush()
        elif progress.seconds - self._told >= 10.0:
            self._told = progress.seconds
            say(text)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
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

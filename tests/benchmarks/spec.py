"""What a benchmark is: a suite of rows, each of which runs alone and says what it found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Mode = Literal["full", "quick", "smoke"]

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"

COLUMNS = ("size", "status", "objective", "bound", "gap", "build_s", "solve_s", "reached", "wrong")
"""Keys every row's answer has; any other key is shown beneath the row."""


@dataclass(frozen=True)
class Row:
    """One measured thing.

    Parameters
    ----------
    name
        As in the issue or the data: ``newport, 300 sources``.
    run
        ``(mode) -> answer``; runs in a process of its own. The answer has at least :data:`COLUMNS`: ``wrong`` says
        what is wrong with our answer ("" if nothing), ``reached`` whether the issue's own figure was met within
        the issue's own limit. Peers' figures go beside them under keys of their own.
    quick, smoke
        Whether the row belongs to ``--quick`` (under two minutes in all) and ``--smoke`` (seconds, no shared data).
    limit_s
        The runner stops the row after this long; it is then not reached, but not wrong.
    """

    name: str
    run: Callable[[Mode], dict[str, Any]]
    quick: bool = False
    smoke: bool = False
    limit_s: float = 3600.0

    def belongs(self, mode: Mode) -> bool:
        """Whether the row is run in this mode."""
        return mode == "full" or (self.quick if mode == "quick" else self.smoke)


@dataclass(frozen=True)
class Suite:
    """Rows that belong together, registered as ``SUITE`` in ``tests/benchmarks/<name>.py``."""

    name: str
    issue: str
    rows: tuple[Row, ...]


def needs_shared() -> None:
    """Say plainly that a row needs the shared data.

    Raises
    ------
    FileNotFoundError
        If ``../shared/data`` is not beside the repository.
    """
    if not SHARED.is_dir():
        raise FileNotFoundError(f"this row needs the shared data in {SHARED}")

"""A rotating pattern: rows of seven days, each a shift or a day off."""

from __future__ import annotations

from dataclasses import dataclass

OFF = "-"
"""A day off."""

DAYS = 7


@dataclass(frozen=True, slots=True)
class PatternsPlan:
    """Rows of one cycle.

    Parameters
    ----------
    rows
        One row of seven ids (Monday first) for each officer or team; ``-`` is a day off. Whoever works row k in a
        week works row k + 1 in the next, and after the last row the first.
    """

    rows: tuple[tuple[str, ...], ...]

    def days(self) -> tuple[str, ...]:
        """Return the whole cycle, row after row."""
        return tuple(day for row in self.rows for day in row)

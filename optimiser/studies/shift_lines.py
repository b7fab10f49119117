"""Lines of duty: the shifts of a week strung into rows that one officer each can work, with rest between.

A count of officers by shift and day says nothing of who works what. Strung into lines, and every officer going to the
next line each week, it says how evenly the work falls on officers. It is no roster: leave, skills and wishes are the
roster system's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.rules import known_rows
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

WEEK_S = HOURS_PER_WEEK * SECONDS_PER_HOUR


@dataclass(frozen=True, eq=False)
class Lines:
    """Duties by line: line, start and end in seconds from Monday 00:00 (an end may lie in the next week), N each."""

    line: NDArray[np.int64]
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]

    @property
    def n_lines(self) -> int:
        """Number of lines: officers who work in a week."""
        return int(self.line.max(initial=-1)) + 1

    def hours(self) -> NDArray[np.float64]:
        """Hours of each line in a week."""
        seconds = np.bincount(self.line, self.end_s - self.start_s, minlength=self.n_lines)
        return np.asarray(seconds / SECONDS_PER_HOUR, dtype=np.float64)


def lines_of_duty(
    problem: ShiftsProblem, plan: ShiftsPlan, *, week_h: float = 40.0, rest_s: float = 11 * SECONDS_PER_HOUR
) -> Lines:
    """Return the shifts of a plan in lines of at most ``week_h`` hours with ``rest_s`` between duties.

    Each duty, in order of its start, goes to the line that may take it and has rested least, so that runs of days
    come together; where none may, a new line begins. A line keeps its rest round the week's end as well.

    Raises
    ------
    InputError
        If there is nobody on the rota, or a shift is longer than the week's hours.
    """
    duties = []
    for i, day, n in known_rows(problem, plan):
        start = (day * problem.slots_per_day + int(problem.shift_start[i])) * float(problem.slot_s)
        duties += [(start, start + int(problem.shift_slots[i]) * float(problem.slot_s))] * round(n)
    if not duties:
        raise InputError("Nobody is on the rota: there is no line of duty to make.")
    longest = max(e - s for s, e in duties) / SECONDS_PER_HOUR
    if longest > week_h:
        raise InputError(
            f"A shift of {longest:g} h is longer than the {week_h:g} h that an officer works a week."
        )
    duties.sort()
    first: list[float] = []
    last: list[float] = []
    worked: list[float] = []
    lines: list[int] = []
    for start, end in duties:
        best = -1
        for k in range(len(last)):
            fits = worked[k] + end - start <= week_h * SECONDS_PER_HOUR + 1e-6
            rested = last[k] + rest_s <= start and end + rest_s <= first[k] + WEEK_S
            if fits and rested and (best < 0 or last[k] > last[best]):
                best = k
        if best < 0:
            best = len(last)
            first.append(start)
            last.append(end)
            worked.append(0.0)
        last[best] = end
        worked[best] += end - start
        lines.append(best)
    return Lines(np.array(lines, dtype=np.int64), *np.array(duties, dtype=float).T)

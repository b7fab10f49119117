"""The time split in words and rows: measured, planned and simulated side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimiser.problems.shifts import ShiftsProblem
from optimiser.report.phrases import asked, number, percent
from optimiser.report.words_shifts import CLASS_WORDS
from optimiser.studies.shift_simulation import SimulatedWeeks
from optimiser.studies.split_ledger import ClassLine, Point, weeks_within
from optimiser.units import percent as percent_of

HEADER = ("class", "asked", "measured %", "planned %", "simulated %", "p5", "p95", "planned keeps it")


def rows(lines: Sequence[ClassLine]) -> list[list[str | float | None]]:
    """Return a row for each class; what is not known stays empty."""
    return [
        [
            CLASS_WORDS[line.name],
            "" if line.limit is None else f"{line.kind} {asked(line.limit)}",
            *(
                None if v is None else percent_of(v)
                for v in (line.measured, line.planned, line.simulated, line.p5, line.p95)
            ),
            "yes" if line.kept else "no",
        ]
        for line in lines
    ]


def simulated(problem: ShiftsProblem, weeks: SimulatedWeeks) -> list[str]:
    """Say what simulated weeks showed beside the shares."""
    n = len(weeks.shares)
    said = [
        f"In {percent(weeks_within(problem, weeks))} of {n} simulated weeks the share on calls lies within one point "
        "of its mean: chance moves the rest, and no rota can promise it."
    ]
    if weeks.officer_shares.size:
        low, high = np.quantile(weeks.officer_shares, (0.05, 0.95))
        said.append(
            f"Over four weeks nine officers in ten spend {percent(float(low))} to {percent(float(high))} of their time "
            "on calls, if every officer goes to the next line of duty each week."
        )
    busy = [
        f"{percent(float(v.mean()))} of the hours above {asked(f)} on calls"
        for f, v in weeks.busy_frac.items()
    ]
    said.append(f"On average {' and '.join(busy)}.")
    said.append(
        f"{number(float(weeks.overtime_h.mean()), 1)} officer-hours a week are worked past the end of a shift, on "
        "calls that are not over; they count as on duty here and not in the plan."
    )
    if weeks.protected_h is not None:
        said.append(
            f"{number(float(weeks.protected_h.mean()), 1)} officer-hours a week pass in protected blocks, which only "
            "the most urgent grade may end; a block whose officer is on a call when it is due is dropped."
        )
    grades = [
        f"{f'grade {g}' if g > 0 else 'grade not known'}: "
        f"{percent(float(np.nanmean(weeks.no_free_frac[:, k])))} find no free unit, "
        f"nine in ten are sent one within {number(float(np.nanmean(weeks.wait_p90_s[:, k])))} s"
        for k, g in enumerate(weeks.grades)
        if np.isfinite(weeks.wait_p90_s[:, k]).any()
    ]
    said.append(f"Calls by grade: {'; '.join(grades)}.")
    return said


def points(found: Sequence[Point]) -> list[str]:
    """Say what each further point on calls costs in officers."""
    return [
        f"Calls within {percent(p.call_frac)}: {number(p.officers, 1)} officers"
        + ("" if p.more_officers is None else f", {number(p.more_officers, 1)} more than the line before")
        + "."
        for p in found
    ]

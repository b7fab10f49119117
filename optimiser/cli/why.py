"""What an infeasible answer is due to, said with it: the rules that clash and the smallest ways out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from optimiser.cli.console import Line, stop_on_interrupt

AT_ONCE = ("shifts",)
"""Families whose solves are short enough to explain a refusal in the same breath."""
LONGEST_S, SHARE = 20.0, 4.0
"""At most so long, and at most so many times the limit of the solve."""
EACH_S = 5.0


def why_not(family: str, problem: Any, result: Any, options: Any, folder: Path, *, quiet: bool) -> list[str]:
    """Return what clashes and what would help, in sentences; empty where a plan was found or the result says why."""
    from optimiser.solve.result import UNCONFIRMED, Status

    if result.status is not Status.INFEASIBLE or family not in AT_ONCE:
        return []
    from optimiser.report.words_studies import explained
    from optimiser.studies.explain import explain
    from optimiser.studies.series import Series

    longest = min(LONGEST_S, SHARE * options.time_limit_s)
    short = replace(options, time_limit_s=min(EACH_S, options.time_limit_s))
    with stop_on_interrupt() as asked, Line(f"explain {family}", quiet=quiet) as line:
        series = Series(
            family, options=short, budget_s=longest, folder=folder, on_progress=line, should_stop=asked
        )
        with series:
            found = explain(series, problem, impossible_by=result.confirmed_by or UNCONFIRMED)
            said = explained(series.family, found)
            return (
                said[1:] if found.verdict == "impossible" else said
            )  # that there is no plan is said already

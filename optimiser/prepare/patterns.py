"""A project and a table of needs become a question of rotating patterns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimiser.data.pattern_need import PatternNeed, read_pattern_need
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.problems.base import asked
from optimiser.problems.patterns import PatternsParams, PatternsProblem
from optimiser.problems.patterns.data import MOST_ROWS
from optimiser.problems.patterns.plan import DAYS
from optimiser.units import SECONDS_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternsSetup:
    """A planner's choices for a pattern that are not rules.

    Parameters
    ----------
    need
        Table of shifts and needs, in the project folder or anywhere: :mod:`optimiser.data.pattern_need`.
    rows
        Rows of the pattern: officers (or teams) on it; 0 for as many as the rules need at least, up to
        ``most_rows``.
    most_rows
        Most rows that are tried where ``rows`` is 0; 0 for one and a half times what the hours ask for.
    """

    need: str = asked("pattern_need.csv", "", "Table of needs: shift, start, hours, mon to sun")
    rows: int = asked(0, "officers", "Officers (or teams) on the pattern (0: as few as can be)", minimum=0)
    most_rows: int = asked(0, "officers", "Most officers tried where rows is 0", minimum=0, group="advanced")


def patterns_problem(
    project: Project, params: PatternsParams | None = None, setup: PatternsSetup | None = None
) -> PatternsProblem:
    """Return the question of patterns of a project.

    Raises
    ------
    InputError
        If the table of needs is missing or faulty, or a choice does not fit it.
    """
    params, setup = params or PatternsParams(), setup or PatternsSetup()
    path = Path(setup.need)
    read = read_pattern_need(path if path.is_absolute() or path.exists() else project.folder / path)
    return from_need(read, params, setup)


def from_need(read: PatternNeed, params: PatternsParams, setup: PatternsSetup) -> PatternsProblem:
    """Return the question that a table of needs asks."""
    if setup.rows and setup.most_rows:
        raise InputError(f"rows = {setup.rows} and most_rows = {setup.most_rows}: give one of them.")
    least = max(1, int(read.need.sum(axis=0).max()), -(-int(read.need.sum()) // DAYS))
    hours = float((read.need * read.length_s[:, None]).sum()) / SECONDS_PER_HOUR
    if params.most_week_h > 0:
        least = max(least, int(np.ceil(hours / params.most_week_h - 1e-9)))
    guess = max(least + 4, int(np.ceil(1.5 * max(least, hours / 40))))
    fewest = setup.rows or min(least, MOST_ROWS)
    most = setup.rows or max(fewest, min(setup.most_rows or guess, MOST_ROWS))
    return PatternsProblem(
        shift_ids=read.shift_ids,
        shift_start_s=read.start_s,
        shift_length_s=read.length_s,
        need=read.need,
        fewest_rows=fewest,
        most_rows=most,
        params=params,
    )

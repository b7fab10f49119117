"""Other years that might have been: a project's calls with its weeks drawn anew.

A block bootstrap (Kuensch 1989): whole local weeks are drawn with replacement and set one after the other, so that
what belongs together within a week (Friday night and Saturday morning) stays together, and a call keeps its hour of
the week. Everything else of the project stays as it is; the question is asked anew of each.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
import pandas as pd

from optimiser.data.project import Project
from optimiser.errors import InputError

FEWEST_WEEKS = 4
"""With fewer weeks there is no saying how much one differs from another."""
_WEEK = pd.Timedelta(days=7)

QuestionT = TypeVar("QuestionT")


def n_weeks(project: Project) -> int:
    """Return how many whole weeks the calls of a project span."""
    if project.calls is None or project.calls.empty:
        return 0
    local = _local(project, project.calls)
    return int((local.max().normalize() + pd.Timedelta(days=1) - local.min().normalize()) // _WEEK)


def latest(project: Project, weeks: int) -> tuple[Project, float]:
    """Return the project with the calls of its last so many weeks only, and how many weeks these are.

    Raises
    ------
    InputError
        If the project has no calls by time.
    """
    if project.calls is None or project.calls.empty:
        raise InputError(
            f"{project.folder} has a workload table and no calls: what is recent cannot be told from totals. Import "
            "the calls."
        )
    local = _local(project, project.calls)
    end = local.max().normalize() + pd.Timedelta(days=1)
    begin = max(end - weeks * _WEEK, local.min().normalize())
    kept = project.calls[(local >= begin).to_numpy()].reset_index(drop=True)
    return dataclasses.replace(project, calls=kept), float((end - begin) / _WEEK)


def resampled(project: Project, n: int, seed: int = 1) -> Iterator[Project]:
    """Yield ``n`` projects, each with as many weeks of calls as the whole weeks of the original.

    Raises
    ------
    InputError
        If the project has no calls by time, or fewer than :data:`FEWEST_WEEKS` weeks of them.
    """
    if project.calls is None:
        raise InputError(
            f"{project.folder} has a workload table and no calls: how much a result moves from week to week cannot be "
            "told from totals. Import the calls."
        )
    weeks = n_weeks(project)
    if weeks < FEWEST_WEEKS:
        raise InputError(
            f"The calls of {project.folder} span {weeks} whole weeks; at least {FEWEST_WEEKS} are needed to tell how "
            "much weeks differ. Import a longer period."
        )
    local = _local(project, project.calls)
    first = local.min().normalize()
    week = ((local - first) // _WEEK).to_numpy()
    rows_of = [np.flatnonzero(week == w) for w in range(weeks)]
    rng = np.random.default_rng(seed)
    for _ in range(n):
        drawn = rng.integers(weeks, size=weeks)
        rows = np.concatenate([rows_of[w] for w in drawn])
        place = np.repeat(np.arange(weeks), [rows_of[w].size for w in drawn])
        moved = local.iloc[rows] + pd.to_timedelta((place - week[rows]) * 7, unit="D")
        calls = project.calls.iloc[rows].reset_index(drop=True)
        calls["received_at"] = _aware(project, moved)
        yield dataclasses.replace(project, calls=calls)


def resampled_questions(
    project: Project, ask: Callable[[Project], QuestionT], n: int, seed: int = 1
) -> Iterator[QuestionT]:
    """Yield the question that ``ask`` makes of each resampled project."""
    for other in resampled(project, n, seed):
        yield ask(other)


def _local(project: Project, calls: pd.DataFrame) -> pd.Series:
    """Return when the calls came in by the wall clock, without a zone."""
    local: pd.Series = calls["received_at"].dt.tz_convert(project.settings.timezone).dt.tz_localize(None)
    return local


def _aware(project: Project, local: pd.Series) -> pd.Series:
    """Return wall-clock times with their zone; an hour that the clock skips is the next, one it has twice the first."""
    twice = np.ones(len(local), dtype=bool)
    aware: pd.Series = (
        local.reset_index(drop=True)
        .dt.tz_localize(project.settings.timezone, ambiguous=twice, nonexistent="shift_forward")
        .dt.tz_convert("UTC")
    )
    return aware

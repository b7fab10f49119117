"""A project with tables of teams, patterns and needs becomes a question of rosters; what was worked goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from optimiser.data.pattern_need import read_pattern_need
from optimiser.data.project import Project
from optimiser.data.roster_files import TeamRow, read_patterns, read_teams, read_worked
from optimiser.errors import InputError, UsageError
from optimiser.problems.base import asked
from optimiser.problems.rosters import RostersParams, RostersProblem

DAYS_A_WEEK = 7
HISTORY_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class RostersSetup:
    """A planner's choices for a roster that are not rules.

    Parameters
    ----------
    first_date
        First day, ISO.
    weeks
        Length.
    teams, patterns, need, worked
        Tables in the project folder (or anywhere): see :mod:`optimiser.data.roster_files` and
        :mod:`optimiser.data.pattern_need`; ``worked`` (days before the roster) may be missing.
    minimum_frac
        Share of the officers wanted that every shift has at least.
    supervisors
        Supervisors on every shift that wants anybody.
    skills
        Officers of each skill on every shift that wants anybody.
    """

    first_date: str = asked("", "", "First day of the roster, as 2027-01-04")
    weeks: int = asked(4, "weeks", "Length of the roster", minimum=1, maximum=52)
    teams: str = asked(
        "teams.csv", "", "Table of teams: team, officers, supervisors, vehicles, pattern, phase, skills"
    )
    patterns: str = asked("roster_patterns.csv", "", "Table of patterns: pattern, days")
    need: str = asked("roster_need.csv", "", "Table of needs: shift, start, hours, mon to sun")
    worked: str = asked(
        "roster_worked.csv", "", "Table of days before: team, date, shift; an earlier roster will do"
    )
    minimum_frac: float = asked(
        0.0, "frac", "Share of the officers wanted that is the least", minimum=0, maximum=1
    )
    supervisors: int = asked(0, "supervisors", "Supervisors on every shift", minimum=0)
    skills: Mapping[str, int] = asked({}, "officers", "Officers of a skill on every shift, by skill")


def rosters_problem(
    project: Project, params: RostersParams | None = None, setup: RostersSetup | None = None
) -> RostersProblem:
    """Return the question of rosters of a project.

    Raises
    ------
    InputError
        If a table is missing or faulty, or teams, patterns and needs do not fit each other.
    UsageError
        If there is no first day.
    """
    params, setup = params or RostersParams(), setup or RostersSetup()
    try:
        first = dt.date.fromisoformat(setup.first_date)
    except ValueError as error:
        raise UsageError(
            f"first_date {setup.first_date!r} is no date: say on which day the roster begins, as 2027-01-04."
        ) from error
    teams = read_teams(_file(project, setup.teams))
    patterns = read_patterns(_file(project, setup.patterns))
    read = read_pattern_need(_file(project, setup.need))
    days = setup.weeks * DAYS_A_WEEK
    weekday = (first.weekday() + np.arange(days)) % DAYS_A_WEEK
    wanted = read.need[:, weekday]
    skill_ids = tuple(teams[0].skills)
    strange = sorted(set(setup.skills) - set(skill_ids))
    if strange:
        raise InputError(
            f"skills names {', '.join(strange)}, but the teams' table has {', '.join(skill_ids) or 'no skill'}."
        )
    open_ = (wanted > 0).astype(np.int64)
    least = np.array([setup.skills.get(s, 0) for s in skill_ids], dtype=np.int64)
    return RostersProblem(
        first_date=first.isoformat(),
        team_ids=tuple(t.team for t in teams),
        officers=np.array([t.officers for t in teams]),
        supervisors=np.array([t.supervisors for t in teams]),
        vehicles=np.array([t.vehicles for t in teams]),
        skill_ids=skill_ids,
        skilled=np.array([[t.skills[s] for s in skill_ids] for t in teams], dtype=np.int64).reshape(
            len(teams), len(skill_ids)
        ),
        shift_ids=read.shift_ids,
        shift_start_s=read.start_s,
        shift_length_s=read.length_s,
        pattern_ids=tuple(patterns),
        patterns=tuple(patterns.values()),
        on_pattern=tuple(t.pattern for t in teams),
        on_phase=tuple(t.phase if t.pattern else 0 for t in teams),
        history=_history(_file(project, setup.worked), teams, first),
        wanted=wanted,
        minimum=np.ceil(wanted * setup.minimum_frac - 1e-9).astype(np.int64),
        supervisors_needed=setup.supervisors * open_,
        skills_needed=least[:, None, None] * open_[None],
        params=params,
    )


def _file(project: Project, name: str) -> Path:
    path = Path(name)
    return path if path.is_absolute() or path.exists() else project.folder / path


def _history(path: Path, teams: tuple[TeamRow, ...], first: dt.date) -> tuple[tuple[str, ...], ...]:
    """Return the days before the roster by team, up to four weeks without a gap; none where there is no table."""
    if not path.is_file():
        return ((),) * len(teams)
    worked = read_worked(path, first)
    strange = sorted(set(worked) - {t.team for t in teams})
    if strange:
        raise InputError(f"{path} names {', '.join(strange[:5])}, which is no team of the teams' table.")
    found = []
    for team in teams:
        days: list[str] = []
        mine = worked.get(team.team, {})
        for back in range(1, HISTORY_DAYS + 1):
            date = first - dt.timedelta(days=back)
            if date not in mine:
                break
            days.append(mine[date])
        found.append(tuple(reversed(days)))
    return tuple(found)

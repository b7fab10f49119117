"""The staffing pipeline's stages and what each found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from optimiser.errors import InputError
from optimiser.problems.base import asked

ROSTER_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSetup:
    """What the pipeline is given beside the choices of shifts and of the requirement.

    Parameters
    ----------
    start_times
        Most different start times of the shift plan.
    longest_work, longest_off, shortest_work, shortest_off
        Days in a row on the pattern.
    week_h
        Paid hours a week on the pattern, at most.
    absent_frac
        Share of paid hours that leave, training, court and sickness take: officers beyond the pattern's rows.
    team_size
        Officers of a team; teams are made of officers on neighbouring rows.
    """

    start_times: int = asked(4, "start times", "Most different start times", minimum=1)
    longest_work: int = asked(5, "days", "Most working days in a row", minimum=1)
    shortest_work: int = asked(3, "days", "Fewest working days in a row", minimum=1)
    longest_off: int = asked(4, "days", "Most days off in a row", minimum=1)
    shortest_off: int = asked(2, "days", "Fewest days off in a row", minimum=1)
    week_h: float = asked(40.0, "h", "Paid hours a week on the pattern, at most", minimum=1)
    absent_frac: float = asked(
        round(400 / 2080, 4),
        "frac",
        "Share of paid hours taken by leave, training, court, sickness",
        minimum=0,
        maximum=0.9,
    )
    team_size: int = asked(8, "officers", "Officers of a team", minimum=1)

    def __post_init__(self) -> None:
        if not 0 <= self.absent_frac < 1:
            raise InputError(f"absent_frac is a fraction below 1, got {self.absent_frac:g}; 20 % is 0.2.")


@dataclass(frozen=True)
class Stage:
    """One stage.

    Parameters
    ----------
    name, method
        What it does, and by what.
    value, bound, unit
        Of its plan; the bound is None where nothing is proved. A stage that is only reckoned has both alike.
    status
        ``reckoned``, or as of a solve.
    seconds
        Wall clock.
    said
        What it found, in a sentence.
    """

    name: str
    method: str
    value: float | None
    bound: float | None
    unit: str
    status: str
    seconds: float
    said: str

    @property
    def gap_frac(self) -> float | None:
        """Share by which better can exist at most; None where nothing is known."""
        if self.value is None or self.bound is None:
            return None
        return abs(self.value - self.bound) / max(abs(self.value), 1e-9)


@dataclass(frozen=True)
class RosterLine:
    """One officer (or team): what is worked on each of the 28 days, ``-`` off."""

    who: str
    team: str
    days: tuple[str, ...]


@dataclass(frozen=True)
class Pipeline:
    """What was found, stage by stage; ``broken`` names what does not hold, and is empty where all does.

    Parameters
    ----------
    ended
        ``whole``, or the name of the stage after which nothing more could be made, with why in its sentence.
    shifts, pattern
        The plans of these stages, None where there is none.
    roster
        28 days of every officer on the pattern, which has the shift plan's cover exactly.
    teams_problem, teams_plan, teams
        28 days of teams that work together, nearest to that cover; empty where none was found.
    officers
        On the pattern, and with relief for absence.
    """

    stages: tuple[Stage, ...]
    ended: str
    seconds: float
    requirement: Any = None
    shifts_problem: Any = None
    shifts: Any = None
    pattern_problem: Any = None
    pattern: Any = None
    roster: tuple[RosterLine, ...] = ()
    teams_problem: Any = None
    teams_plan: Any = None
    teams: tuple[RosterLine, ...] = ()
    officers: tuple[int, int] = (0, 0)
    broken: tuple[str, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Did every stage end with a plan that holds?"""
        return self.ended == "whole" and not self.broken

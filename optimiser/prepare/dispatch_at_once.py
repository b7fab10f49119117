"""The board's own desk: an answer to a new call at once, before a joint answer to everything open is worked out.

A :class:`~optimiser.prepare.dispatch_desk.Desk` is kept in step with the board between events, when there is time; a
new call then costs one search backwards for each driver class. Roads are those of the board: its hour, traffic,
closures and fitted drivers. Units on their way to open incidents may be turned round, as everywhere on the board.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from optimiser.prepare.dispatch_board import Board, call_row
from optimiser.prepare.dispatch_desk import Answer, Desk
from optimiser.prepare.dispatch_live import Finding
from optimiser.prepare.dispatch_scene import IncidentsAt
from optimiser.problems.assignment.choices import ranked
from optimiser.units import seconds_from_minutes


@dataclass(eq=False)
class BoardDesk:
    """Answers to one new call from the units of a board.

    Parameters
    ----------
    board
        Units, incidents and roads.
    """

    board: Board
    version: int = field(default=0, init=False)
    """Changes with every refresh: what was prepared before no longer holds."""
    findings: tuple[Finding, ...] = field(default=(), init=False)
    _desk: Desk | None = field(default=None, init=False)
    _more: Mapping[str, Any] = field(default_factory=dict, init=False)
    _stands_on: tuple[Any, ...] = field(default=(), init=False)
    _at: datetime | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Take what the board knows now; only what has changed is worked out anew."""
        board = self.board
        scene, zones = board.scene(), board.zones()
        units, more = scene.units, scene.more
        self.version += 1
        self.findings, self._more, self._at = scene.findings, more, board.at
        stands_on = (units.ids, units.driver_class, board.travel.version, id(zones))
        if not units.ids:
            self._desk = None
        elif self._desk is None or stands_on != self._stands_on:
            self._desk = Desk(
                board.travel.network,
                units,
                zones,
                board.params,
                lights_for_grades=board.lights_for_grades,
                weights=board.travel.weights,
                open_now=scene.incidents,
                access_m_per_s=board.project.settings.default_speed_m_per_s,
                **_of_units(more),
            )
        else:
            self._desk.take(units, scene.incidents, **_of_units(more))
        self._stands_on = stands_on

    def answers(self, incident: str, *, most: int = 5, job_s: float = 2700.0) -> Answer:
        """Rank the ways to answer an incident that has just come onto the board, after the last refresh."""
        board = self.board
        now = board.at or datetime.min
        if self._desk is None or board.travel.version != self._stands_on[2]:
            problem = board.snapshot()[0].problem  # nobody on duty, or another hour with other traffic
            return Answer(problem, ranked(problem, incident, most=most, job_s=job_s))
        row = call_row(incident, board.incidents[incident], [], now)
        call = IncidentsAt(
            (incident,),
            np.array([[row["x_m"], row["y_m"]]], dtype=np.float64),
            np.array([row["grade"]]),
            np.array([row["officers"]]),
            np.array([max(0.0, seconds_from_minutes(row["age_min"]))]),
            np.array([float(row["weight"])]),
        )
        return self.answer(
            call, most=most, job_s=job_s, skills=row["skills"], nobody_alone=bool(row["nobody_alone"])
        )

    def answer(
        self,
        call: IncidentsAt,
        *,
        most: int = 5,
        job_s: float = 2700.0,
        skills: list[str] | None = None,
        nobody_alone: bool = False,
        **more: Any,
    ) -> Answer:
        """Rank the ways to answer one new call as units stand; somebody must be on duty."""
        assert self._desk is not None, "nobody is on duty"
        if self._at is not None and self.board.at is not None and self.board.at > self._at:
            self._desk.time_passes((self.board.at - self._at).total_seconds())
            self._at = self.board.at
        fields = _with_call(self._more, skills or [], nobody_alone=nobody_alone)
        return self._desk.answer(call, most=most, job_s=job_s, **(fields | more))

    @property
    def staffed(self) -> bool:
        """Whether anybody is on duty."""
        return self._desk is not None


_UNITS = ("on_way_to", "shift_left_s")
"""Fields that belong to units alone; the others change their shape with every new call."""


def _of_units(more: Mapping[str, Any]) -> dict[str, Any]:
    return {name: more[name] for name in _UNITS}


def _with_call(more: Mapping[str, Any], skills: list[str], *, nobody_alone: bool) -> dict[str, Any]:
    """Return the further fields of the open incidents and of one more."""
    ids = more["skill_ids"]
    new = tuple(sorted(set(skills) - set(ids)))
    has, needed = more["has_skill"], more["skills_needed"]
    known = (*ids, *new)
    has = np.hstack([has, np.zeros((len(has), len(new)), np.int64)])
    needed = np.hstack([needed, np.zeros((len(needed), len(new)), np.int64)])
    own = np.array([[skills.count(s) for s in known]], dtype=np.int64).reshape(1, len(known))
    return {
        "skill_ids": known,
        "has_skill": has,
        "skills_needed": np.vstack([needed, own]),
        "attended": np.append(more["attended"], 0),
        "alone_barred": np.append(more["alone_barred"], int(nobody_alone)),
    }

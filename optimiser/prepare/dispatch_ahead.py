"""Answers prepared before the call comes: who would go if the next call came from there, and who would close the gap.

Between events there is time to ask for each likely zone what the joint answer to a call from it would be, moves to
posts included; when the call comes the answer is there, for as long as no unit has moved or changed since.

Source: Gendreau, Laporte, Semet (2001), A dynamic model and parallel tabu search heuristic for real-time ambulance
relocation, Parallel Computing 27.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from optimiser.prepare.dispatch_desk import Answer
from optimiser.prepare.dispatch_scene import Floats, IncidentsAt
from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem

NEXT = "next call"
Solve = Callable[[AssignmentProblem], AssignmentPlan | None]


class Answers(Protocol):
    """What answers one call: a desk, or that of a board."""

    @property
    def version(self) -> int:
        """Another one whenever a unit moves or changes."""
        ...

    def answer(self, call: IncidentsAt, **more: Any) -> Answer:
        """Rank the ways to answer one new call."""
        ...


@dataclass(frozen=True, eq=False)
class Prepared:
    """The answer to a call from one zone: the ranked choices, and the joint plan where one was asked for."""

    zone: str
    answer: Answer
    plan: AssignmentPlan | None
    version: int


@dataclass(eq=False)
class LookAhead:
    """Answers by zone, prepared for the likeliest zones first.

    Parameters
    ----------
    desk
        Where units and zones are.
    xy_m
        A point of each zone, shape (2,), in the projected metres of the roads.
    rate
        How likely the next call comes from each zone; only the order matters.
    grade, officers
        The call that is prepared for.
    solve
        Gives the joint plan of a snapshot (a warm worker); without it only choices are ranked.
    more
        Further fields of the problem: posts, for instance.
    """

    desk: Answers
    xy_m: Mapping[str, Floats]
    rate: Mapping[str, float]
    grade: int = 1
    officers: int = 1
    solve: Solve | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    _ready: dict[str, Prepared] = field(default_factory=dict, init=False)

    def prepare(self, most: int = 10, should_stop: Callable[[], bool] = lambda: False) -> int:
        """Prepare the likeliest zones whose answer is missing or out of date; return how many were prepared.

        Stops between two zones as soon as ``should_stop`` says so: an event goes first.
        """
        done = 0
        likely = sorted(self.xy_m, key=lambda z: (-self.rate.get(z, 0.0), z))[:most]
        for zone in likely:
            if should_stop():
                break
            if self.at_hand(zone) is None:
                self._ready[zone] = self._prepare(zone)
                done += 1
        return done

    def at_hand(self, zone: str) -> Prepared | None:
        """Return the prepared answer to a call from a zone, None if there is none that still holds."""
        prepared = self._ready.get(zone)
        return prepared if prepared is not None and prepared.version == self.desk.version else None

    def _prepare(self, zone: str) -> Prepared:
        call = IncidentsAt(
            (NEXT,),
            np.asarray(self.xy_m[zone], dtype=np.float64).reshape(1, 2),
            np.array([self.grade]),
            np.array([self.officers]),
            np.zeros(1),
            np.ones(1),
        )
        version = self.desk.version
        answer = self.desk.answer(call, **self.more)
        plan = self.solve(answer.problem) if self.solve is not None else None
        return Prepared(zone, answer, plan, version)

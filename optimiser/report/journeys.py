"""Who goes where and when, row by row, read off a snapshot and its plan: the lists behind map, chart and table."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from optimiser.problems.assignment.rules import all_sent


@dataclass(frozen=True, slots=True)
class Journey:
    """One unit sent: seconds until it is ready, on its way, and from now until it is there."""

    unit: str
    incident: str
    officers: int
    ready_s: float
    way_s: float

    @property
    def arrives_s(self) -> float:
        """Seconds from now until it is there."""
        return self.ready_s + self.way_s


@dataclass(frozen=True, slots=True)
class Response:
    """One incident: its first unit's arrival from the call on, and its target.

    ``response_s`` is None if nobody goes; where nobody goes in alone, it is when two officers are there.
    """

    incident: str
    grade: int
    response_s: float | None
    target_s: float
    officers_needed: int
    journeys: tuple[Journey, ...]

    @property
    def late(self) -> bool:
        """Whether the first unit comes after the target."""
        return self.response_s is not None and self.response_s > self.target_s

    @property
    def officers_sent(self) -> int:
        """Officers on board of the units sent."""
        return sum(j.officers for j in self.journeys)


def responses(problem: AssignmentProblem, plan: AssignmentPlan) -> tuple[Response, ...]:
    """Return every incident in the order of the snapshot, its journeys by arrival."""
    found = []
    sent = all_sent(problem, plan)
    for i, incident in enumerate(problem.incident_ids):
        journeys = sorted(
            (
                Journey(
                    problem.unit_ids[u],
                    incident,
                    int(problem.officers[u]),
                    float(problem.ready_s[u]),
                    float(problem.travel_s[u, i]),
                )
                for u, to in sent.items()
                if to == i
            ),
            key=lambda j: (j.arrives_s, j.unit),
        )
        grade = int(problem.grade[i])
        first = _entered_s(journeys, problem.enters_with(i), float(problem.age_s[i]))
        found.append(
            Response(
                incident,
                grade,
                first,
                float(problem.params.grade_targets_s[grade]),
                int(problem.officers_needed[i]),
                tuple(journeys),
            )
        )
    return tuple(found)


def _entered_s(journeys: list[Journey], n_officers: int, age_s: float) -> float | None:
    there = 0
    for journey in journeys:
        there += journey.officers
        if there >= n_officers:
            return age_s + journey.arrives_s
    return None

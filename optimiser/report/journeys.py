"""Who goes where and when, row by row, read off a snapshot and its plan: the lists behind map, chart and table."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem


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
    """One incident: its first unit's arrival from the call on (None if nobody goes), and its target."""

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
    unit_of = {name: u for u, name in enumerate(problem.unit_ids)}
    found = []
    for i, incident in enumerate(problem.incident_ids):
        units = [u for u, to in plan.sent.items() if to == incident and u in unit_of]
        journeys = sorted(
            (
                Journey(
                    u,
                    incident,
                    int(problem.officers[unit_of[u]]),
                    float(problem.ready_s[unit_of[u]]),
                    float(problem.travel_s[unit_of[u], i]),
                )
                for u in units
            ),
            key=lambda j: (j.arrives_s, j.unit),
        )
        grade = int(problem.grade[i])
        first = float(problem.age_s[i]) + journeys[0].arrives_s if journeys else None
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

"""What a form starts from: the defaults of the question, fitted to what the project says itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimiser.data.project import Project
from optimiser.prepare.choices import to_planner
from optimiser.prepare.sectors import districts_in_use
from optimiser.problems.assignment import AssignmentParams

_BY_GRADE = ("first_weight", "late_weight", "unfilled_price_s")


def choices(project: Project, family: str) -> dict[str, Any]:
    """Return the choices of a project that differ from the question's own defaults, in planner's names and units."""
    if family == "sectors":
        return _sectors(project)
    if family == "assignment":
        return _assignment(project)
    return {}


def _sectors(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = {}
    in_use = len(set(districts_in_use(project).values()))
    if in_use > 0 and (in_use <= len(project.stations) or not len(project.stations)):
        found["n_districts"] = in_use
    if not len(project.stations):
        found["centres"] = "free"
    return found


def _assignment(project: Project) -> dict[str, Any]:
    """Take the project's targets as the grades that officers attend; weights go on from the last grade known."""
    targets = project.settings.priority_targets_s
    if not targets:
        return {}
    plain = AssignmentParams()
    found: dict[str, Any] = {"grade_targets_min": _text_keys(to_planner("grade_targets_s", targets))}
    for name in _BY_GRADE:
        given: Mapping[int, float] = getattr(plain, name)
        last = given[max(given)]
        public = "unfilled_price_min" if name == "unfilled_price_s" else name
        found[public] = _text_keys(to_planner(name, {g: given.get(g, last) for g in sorted(targets)}))
    return found


def _text_keys(values: Mapping[int, float]) -> dict[str, float]:
    return {str(k): v for k, v in values.items()}

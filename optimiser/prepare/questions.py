"""From a project and a table of choices to a question, for any family: what the CLI, the app and batch all call."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimiser.data.project import Project
from optimiser.errors import UsageError
from optimiser.prepare import choices

_KINDS: dict[str, tuple[str, ...]] = {
    "sectors": ("optimiser.prepare.sectors_setup:SectorsSetup",),
    "shifts": (
        "optimiser.problems.shifts:ShiftsParams",
        "optimiser.prepare.shifts:ShiftsSetup",
        "optimiser.demand.requirement:RequirementParams",
    ),
    "assignment": (
        "optimiser.problems.assignment:AssignmentParams",
        "optimiser.prepare.assignment:SnapshotSetup",
    ),
    "fold": ("optimiser.problems.fold:FoldParams", "optimiser.prepare.fold:FoldSetup"),
    "standby": ("optimiser.prepare.standby:StandbySetup",),
    "facilities": ("optimiser.prepare.facilities:FacilitiesSetup",),
    "containment": (
        "optimiser.problems.containment:ContainmentParams",
        "optimiser.prepare.containment:ContainmentSetup",
    ),
    "patrol": ("optimiser.problems.patrol:PatrolParams", "optimiser.prepare.patrol:PatrolSetup"),
    "strength": ("optimiser.prepare.strength:StrengthSetup",),
    "rosters": ("optimiser.problems.rosters:RostersParams", "optimiser.prepare.rosters:RostersSetup"),
    "shift_design": (
        "optimiser.problems.shift_design:ShiftDesignParams",
        "optimiser.prepare.shift_design:ShiftDesignSetup",
        "optimiser.demand.requirement:RequirementParams",
    ),
    "patterns": ("optimiser.problems.patterns:PatternsParams", "optimiser.prepare.patterns:PatternsSetup"),
}


@dataclass(frozen=True)
class Question:
    """A problem of a family and what a picture of it needs besides (``scene``: where units, incidents or posts are)."""

    family: str
    problem: Any
    scene: Any = None


def kinds(family: str) -> tuple[type[Any], ...]:
    """Return the dataclasses that hold a family's choices.

    Raises
    ------
    UsageError
        If there is no such family.
    """
    if family not in _KINDS:
        raise UsageError(f"Unknown question {family!r}. Known: {', '.join(_KINDS)}.")
    found = []
    for target in _KINDS[family]:
        module, _, name = target.partition(":")
        found.append(getattr(importlib.import_module(module), name))
    return tuple(found)


def with_aims(family: str, table: Mapping[str, Any], aims: Sequence[str]) -> Mapping[str, Any]:
    """Return choices whose question can be aimed so: where change is one of the aims, districts bear today's names."""
    return {**table, "objectives": list(aims)} if family == "sectors" and "moved" in aims else table


def ask(
    project: Project,
    family: str,
    table: Mapping[str, Any],
    where: str = "scenario",
    *,
    named: Sequence[str] = (),
) -> Question:
    """Return the question that ``table`` (planner's names and units) asks of a project.

    Parameters
    ----------
    where
        Named in messages.
    named
        Of sectors, the names of the districts; see :func:`optimiser.prepare.sectors.sectors_problem`.

    Raises
    ------
    UsageError
        If a choice is unknown or its value cannot be.
    InputError
        If a choice does not fit the project.
    """
    if family == "assignment":
        from optimiser.prepare.dispatch_snapshot import with_targets_of

        table = with_targets_of(project, table)
    chosen = choices.read(kinds(family), table, f"{where}, [{family}]")
    if family == "sectors":
        from optimiser.prepare.sectors import sectors_problem

        return Question(family, sectors_problem(project, *chosen, named=named))
    if family == "shifts":
        from optimiser.prepare.shifts import shifts_problem

        return Question(family, shifts_problem(project, *chosen))
    if family == "fold":
        from optimiser.prepare.fold import fold_problem

        return Question(family, fold_problem(project, *chosen))
    if family == "facilities":
        from optimiser.prepare.facilities import facilities_problem

        return Question(family, facilities_problem(project, *chosen))
    if family == "containment":
        from optimiser.prepare.containment import containment_scene

        found = containment_scene(project, *chosen)
        return Question(family, found.problem, found)
    if family == "patrol":
        from optimiser.prepare.patrol import patrol_problem

        return Question(family, patrol_problem(project, *chosen))
    if family == "strength":
        from optimiser.prepare.strength import strength_problem

        return Question(family, strength_problem(project, *chosen))
    if family == "rosters":
        from optimiser.prepare.rosters import rosters_problem

        return Question(family, rosters_problem(project, *chosen))
    if family == "shift_design":
        from optimiser.prepare.shift_design import shift_design_problem

        return Question(family, shift_design_problem(project, *chosen))
    if family == "patterns":
        from optimiser.prepare.patterns import patterns_problem

        return Question(family, patterns_problem(project, *chosen))
    if family == "standby":
        from optimiser.prepare.standby import candidate_posts, standby_problem

        return Question(family, standby_problem(project, *chosen), candidate_posts(project, *chosen))
    from optimiser.prepare.assignment import snapshot

    params, setup = chosen
    scene = snapshot(project, params, setup)
    return Question(family, scene.problem, scene)

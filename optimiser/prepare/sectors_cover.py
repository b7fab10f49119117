"""What a sector question counts as covered, what it aims for, and what it holds within a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.demand.workload import Workload
from optimiser.errors import InputError
from optimiser.prepare.call_spots import ALL, ROUNDING_S, shares_within
from optimiser.prepare.sectors_setup import BY_PRIORITY, OBJECTIVES, SectorsSetup
from optimiser.problems.sectors import SectorsProblem
from optimiser.problems.sectors.params import PRIORITY_COVERS, ObjectiveName

COVERS = ("cover", "backup", "expected", *PRIORITY_COVERS)
"""Objectives that count calls within their target drive."""
MOST_APART = 8_000_000
"""Shares by priority, centre and area up to which the cover of priorities that are not asked for is told as well."""


@dataclass(frozen=True)
class Cover:
    """Calls within their target drive, of C centres, n areas and P priorities.

    ``covered`` (C, n) and ``counted`` (n,) are what the aim "cover" counts, each call with its priority's weight;
    ``priority_covered`` (P, C, n) and ``priority_calls`` (P, n) hold every priority apart, without a weight.
    """

    covered: NDArray[np.float64]
    counted: NDArray[np.float64]
    weights: Mapping[int, float]
    priorities: tuple[int, ...]
    priority_covered: NDArray[np.float64]
    priority_calls: NDArray[np.float64]


def cover_of(
    project: Project,
    work: Workload,
    setup: SectorsSetup,
    places: NDArray[np.float64],
    travel_s: NDArray[np.float64],
) -> Cover:
    """Return the calls that each centre covers of each area, each priority within its own target.

    Counted from where an area's own calls were, where they are placed; else by the point inside the area.
    """
    known = priorities_of(work)
    weights = _weights(work, setup, known)
    limits_s = {p: _target_s(project, setup, p, known) for p in weights}
    own_targets = project.settings.priority_targets_s
    for p in known if travel_s.size * len(known) <= MOST_APART else asked_apart(setup, known):
        if p not in limits_s and (setup.target_s > 0 or p in own_targets or p in asked_apart(setup, known)):
            limits_s[p] = _target_s(project, setup, p, known)
    own = {}
    if setup.cover_by == "calls" and not setup.junctions and max(limits_s.values()) > 0:
        own = shares_within(project, places, limits_s, driver=setup.driver)
    calls = {p: _calls_of(work, p) for p in sorted(limits_s)}
    covered = {}
    for priority, limit_s in limits_s.items():
        share = (travel_s <= limit_s + ROUNDING_S).astype(np.float64)
        if priority in own:
            placed, located = own[priority]
            share[:, located] = placed[:, located]
        covered[priority] = share * calls[priority][None, :]
    apart = tuple(p for p in calls if p != ALL)
    one = len(apart) == 1 and apart[0] not in asked_apart(setup, known)
    apart = () if one else apart  # told by the calls covered already
    return Cover(
        np.sum([weight * covered[p] for p, weight in weights.items()], axis=0),
        np.sum([weight * calls[p] for p, weight in weights.items()], axis=0),
        {} if ALL in weights else weights,
        apart,
        np.array([covered[p] for p in apart]) if apart else np.zeros((0, 0, 0)),
        np.array([calls[p] for p in apart]) if apart else np.zeros((0, 0)),
    )


def priorities_of(work: Workload) -> tuple[int, ...]:
    """Return the priorities that have calls, the most urgent first."""
    return tuple(sorted(p for p, calls in work.priority_calls.items() if p > 0 and calls.sum() > 0))


def aims_of(project: Project, setup: SectorsSetup, known: tuple[int, ...]) -> tuple[ObjectiveName, ...]:
    """Return the aims by name; without any response target, least driving where the planner says nothing.

    Parameters
    ----------
    known
        Priorities that have calls: aimed at one after the other where the planner says so.

    Raises
    ------
    InputError
        If they are to be aimed at and there is none, or one that cannot be an aim of its own.
    """
    if setup.objectives:
        return setup.objectives
    silent = setup.objective == "as targets allow"
    if silent and not project.settings.priority_targets_s and setup.target_s == 0:
        return ("travel",)
    if setup.objective != BY_PRIORITY:
        return OBJECTIVES[setup.objective]
    wanted = setup.cover_priorities or known
    names = {p: name for name, p in PRIORITY_COVERS.items()}
    if not wanted or set(wanted) - set(names):
        raise InputError(
            f"Cover by priority needs calls with priorities of {min(names)} to {max(names)}; found "
            f"{', '.join(map(str, wanted)) or 'none'}. Name those to aim at: cover_priorities."
        )
    return (*(cast("ObjectiveName", names[p]) for p in wanted), "travel")


def asked_apart(setup: SectorsSetup, known: tuple[int, ...]) -> set[int]:
    """Return the priorities whose cover is an aim or a limit of its own."""
    named = {*setup.objectives, *setup.weights, *setup.limits}
    found = {PRIORITY_COVERS[name] for name in named if name in PRIORITY_COVERS}
    found |= set(setup.least_cover_of_priority_frac)
    return found | set(setup.cover_priorities or known) if setup.objective == BY_PRIORITY else found


def limits_of(problem: SectorsProblem, setup: SectorsSetup) -> dict[str, float]:
    """Return the limits that objectives are held within, in their own units, over the areas of the question."""
    found = dict(setup.limits)
    counted = float(problem.cover_calls.sum())
    for name, share in (
        ("cover", setup.least_cover_frac),
        ("backup", setup.least_backup_frac),
        ("expected", setup.least_expected_frac),
    ):
        if share > 0:
            found[name] = share * counted
    for priority, share in setup.least_cover_of_priority_frac.items():
        if priority in problem.priorities and share > 0:
            row = problem.priority_calls[problem.priorities.index(priority)]
            found[f"cover {priority}"] = share * float(row.sum())
    if setup.longest_mean_drive_s > 0:
        found["travel"] = setup.longest_mean_drive_s * float(problem.calls.sum())
    if setup.most_pieces >= 0:
        found["splits"] = float(setup.most_pieces)
    return found


def _weights(work: Workload, setup: SectorsSetup, known: tuple[int, ...]) -> dict[int, float]:
    """Return the weight of a call of each priority that counts for cover; all calls under 0 where none is known."""
    first = known if setup.objective == BY_PRIORITY else known[:1]
    wanted = setup.cover_priorities or tuple(sorted(setup.cover_weights)) or first
    named = {*wanted, *setup.cover_weights, *setup.least_cover_of_priority_frac}
    unknown = sorted(p for p in named if p not in work.priority_calls)
    if unknown:
        choice = "cover_priorities" if set(unknown) <= set(setup.cover_priorities) else "The choices on cover"
        raise InputError(f"{choice} names {unknown}, but the calls have priorities {list(known)}.")
    idle = sorted(set(setup.cover_weights) - set(wanted))
    if idle:
        raise InputError(
            f"cover_weights gives priority {idle[0]} a weight, but cover_priorities leaves it out: name it in both."
        )
    if not wanted:
        return {ALL: 1.0}
    return {p: float(setup.cover_weights.get(p, 1.0)) for p in wanted}


def _calls_of(work: Workload, priority: int) -> NDArray[np.float64]:
    if priority == ALL:
        return np.asarray(work.calls.sum(axis=1))
    return np.asarray(work.priority_calls[priority])


def _target_s(project: Project, setup: SectorsSetup, priority: int, known: tuple[int, ...]) -> float:
    """Return the drive that counts as within target for a priority: the planner's, its own, or the shortest."""
    if setup.target_s > 0:
        return setup.target_s
    targets = project.settings.priority_targets_s
    if targets:
        return float(targets.get(priority, min(targets.values())))
    held = {name for name in ("cover", "backup", "expected") if getattr(setup, f"least_{name}_frac") > 0}
    held |= {"cover"} if setup.least_cover_of_priority_frac else set()
    aims = set(aims_of(project, setup, known)) | set(setup.weights) | set(setup.limits) | held
    if aims & set(COVERS):
        raise InputError(
            "Cover needs a target drive: give the choice target_min (--set target_min=8), or priority_targets_min in "
            "project.toml; or aim for the least driving with objective = travel."
        )
    return 0.0

"""What a sector question counts as covered, what it aims for, and what it holds within a limit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.demand.workload import Workload
from optimiser.errors import InputError
from optimiser.prepare.call_spots import ROUNDING_S, shares_within
from optimiser.prepare.sectors_setup import OBJECTIVES, SectorsSetup
from optimiser.problems.sectors import SectorsProblem
from optimiser.problems.sectors.params import ObjectiveName

COVERS = ("cover", "backup", "expected")
"""Objectives that count calls within their target drive."""


def covered_calls(
    project: Project,
    work: Workload,
    setup: SectorsSetup,
    places: NDArray[np.float64],
    travel_s: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return calls covered (C, n) and calls that count for cover (n,), each priority within its own target.

    Counted from where an area's own calls were, where they are placed; else by the point inside the area.
    """
    covered, counted = np.zeros(travel_s.shape), np.zeros(travel_s.shape[1])
    wanted = _cover_calls(work, setup)
    limits_s = {p: _target_s(project, setup, p) for p in wanted}
    own = {}
    if setup.cover_by == "calls" and not setup.junctions and max(limits_s.values()) > 0:
        own = shares_within(project, places, limits_s, driver=setup.driver)
    for priority, calls in wanted.items():
        share = (travel_s <= limits_s[priority] + ROUNDING_S).astype(np.float64)
        if priority in own:
            placed, known = own[priority]
            share[:, known] = placed[:, known]
        covered += share * calls[None, :]
        counted += calls
    return covered, counted


def aims_of(project: Project, setup: SectorsSetup) -> tuple[ObjectiveName, ...]:
    """Return the aims by name; without any response target, least driving where the planner says nothing."""
    if setup.objectives:
        return setup.objectives
    silent = setup.objective == "as targets allow"
    if silent and not project.settings.priority_targets_s and setup.target_s == 0:
        return ("travel",)
    return OBJECTIVES[setup.objective]


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
    if setup.longest_mean_drive_s > 0:
        found["travel"] = setup.longest_mean_drive_s * float(problem.calls.sum())
    if setup.most_pieces >= 0:
        found["splits"] = float(setup.most_pieces)
    return found


def _cover_calls(work: Workload, setup: SectorsSetup) -> dict[int, NDArray[np.float64]]:
    """Return the calls that count for cover by priority; all of them under 0 where none is known."""
    known = sorted(p for p, calls in work.priority_calls.items() if p > 0 and calls.sum() > 0)
    wanted = setup.cover_priorities or tuple(known[:1])
    unknown = [p for p in wanted if p not in work.priority_calls]
    if unknown:
        raise InputError(f"cover_priorities names {unknown}, but the calls have priorities {known}.")
    if not wanted:
        return {0: np.asarray(work.calls.sum(axis=1))}
    return {p: np.asarray(work.priority_calls[p]) for p in wanted}


def _target_s(project: Project, setup: SectorsSetup, priority: int) -> float:
    """Return the drive that counts as within target for a priority: the planner's, its own, or the shortest."""
    if setup.target_s > 0:
        return setup.target_s
    targets = project.settings.priority_targets_s
    if targets:
        return float(targets.get(priority, min(targets.values())))
    held = {name for name in COVERS if getattr(setup, f"least_{name}_frac") > 0}
    aims = set(aims_of(project, setup)) | set(setup.weights) | set(setup.limits) | held
    if aims & set(COVERS):
        raise InputError(
            "Cover needs a target drive: give the choice target_min (--set target_min=8), or priority_targets_min in "
            "project.toml; or aim for the least driving with objective = travel."
        )
    return 0.0

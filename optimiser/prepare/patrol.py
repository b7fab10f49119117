"""A project becomes a question of patrol: harm from its calls, never from what officers began themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.harm import HarmRow, read_harm
from optimiser.data.project import Project
from optimiser.demand.day_parts import DAY_EVENING_NIGHT, DayPart, day_parts
from optimiser.demand.workload import OFFICER_INITIATED, from_project
from optimiser.errors import InputError
from optimiser.problems.base import asked
from optimiser.problems.patrol import PatrolParams, PatrolProblem
from optimiser.units import DAY_NAMES, HOURS_PER_DAY, SECONDS_PER_HOUR

PUBLIC = "public"
_MOST_NAMED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolSetup:
    """The planner's choices about data.

    Parameters
    ----------
    harm
        Table of harm by type (:mod:`optimiser.data.harm`); without one every call of the public weighs the same.
    parts
        Parts of the day (:func:`optimiser.demand.day_parts.day_parts`).
    by_day
        Each day of the week apart.
    hours
        Proactive officer-hours a week, shared over the parts by their length; 0 for what officers did on their own so
        far, part by part.
    """

    harm: str = asked("", "", "Table of harm by type: call_type, harm, injury")
    parts: tuple[str, ...] = asked(DAY_EVENING_NIGHT, "", "Parts of the day")
    by_day: bool = asked(True, "", "Each day of the week apart")
    hours: float = asked(0.0, "h", "Proactive hours a week (0: as many as so far)", minimum=0)


@dataclass(frozen=True, eq=False)
class Harm:
    """Harm a week by place and part, past officer-initiated hours, and what is off and why.

    ``harm`` and ``past_h`` have shape (P, T).
    """

    harm: NDArray[np.float64]
    past_h: NDArray[np.float64]
    off: tuple[str, ...]


def patrol_problem(
    project: Project, params: PatrolParams | None = None, setup: PatrolSetup | None = None
) -> PatrolProblem:
    """Return the question.

    Raises
    ------
    InputError
        If the project has no calls, none of the public, or no hours to give.
    """
    params, setup = params or PatrolParams(), setup or PatrolSetup()
    project.require_ready()
    if project.calls is None:
        raise InputError("Patrol needs calls: a workload table does not tell who reported what.")
    weights = read_harm(_file(project, setup.harm)) if setup.harm else None
    parts = parts_of(setup)
    found = harm_of(
        project.calls,
        [str(a) for a in project.areas["area_id"]],
        parts,
        weights,
        from_project(project).n_weeks,
    )
    return question(project, params, setup, parts, found)


def question(
    project: Project, params: PatrolParams, setup: PatrolSetup, parts: tuple[DayPart, ...], found: Harm
) -> PatrolProblem:
    """Return the question on harm that is known already.

    Raises
    ------
    InputError
        If there are no hours to give.
    """
    length = np.array([len(p.hours) for p in parts], dtype=float)
    hours = setup.hours * length / length.sum() if setup.hours else found.past_h.sum(axis=0)
    available = np.floor(hours / params.block_h + 1e-9).astype(np.int64)
    if not available.any():
        raise InputError(
            f"There is no block of {params.block_h:g} hours to give: state the proactive hours a week, as "
            "--set hours=200."
        )
    people = pd.to_numeric(project.areas["population"], errors="coerce").fillna(0.0).to_numpy(dtype=float)
    return PatrolProblem(
        place_ids=tuple(str(a) for a in project.areas["area_id"]),
        part_ids=tuple(p.name for p in parts),
        harm=found.harm,
        available=available,
        past_h=found.past_h,
        residents=np.maximum(people, 0.0),
        off=found.off,
        params=params,
    )


def parts_of(setup: PatrolSetup) -> tuple[DayPart, ...]:
    """Return the parts of the week: those of the day, each day apart where asked."""
    parts = day_parts(setup.parts)
    if not setup.by_day:
        return parts
    found = []
    for day, name in enumerate(DAY_NAMES):
        for part in parts:
            hours = tuple(h for h in part.hours if h // HOURS_PER_DAY == day)
            if hours:
                found.append(DayPart(f"{name} {part.name}", hours))
    return tuple(found)


def harm_of(
    calls: pd.DataFrame,
    area_ids: list[str],
    parts: tuple[DayPart, ...],
    weights: Mapping[str, HarmRow] | None,
    n_weeks: float,
) -> Harm:
    """Return harm a week from calls: of the public, or of a type of injury; all else is off, and said.

    Parameters
    ----------
    calls
        Columns ``area_id, hour_of_week, call_type, origin, unit_s``.

    Raises
    ------
    InputError
        If no call counts.
    """
    origin, kind = calls["origin"].astype(str), calls["call_type"].astype(str)
    by_public = (origin == PUBLIC).to_numpy()
    weight: NDArray[np.float64] = np.ones(len(calls))
    injury = np.zeros(len(calls), dtype=bool)
    if weights is not None:
        by_type = kind.map({k: w.harm for k, w in weights.items()}).fillna(0.0)
        weight = np.asarray(by_type, dtype=np.float64)
        injury = kind.isin([k for k, w in weights.items() if w.injury]).to_numpy()
    counts = (by_public | injury) & (weight > 0)
    if not counts.any():
        raise InputError(
            "No call counts as harm: none was reported by the public (column origin) or is of a type of injury with a "
            "weight. Officer-initiated records never decide where officers go."
        )
    by_officer = (origin == OFFICER_INITIATED).to_numpy()
    seconds = calls["unit_s"].fillna(0.0).to_numpy(dtype=float)
    cells = _cells(calls, area_ids, parts)
    shape = (len(area_ids), len(parts))
    harm = _summed(cells, np.where(counts, weight, 0.0), shape) / n_weeks
    past_h = _summed(cells, np.where(by_officer, seconds, 0.0), shape) / SECONDS_PER_HOUR / n_weeks
    return Harm(harm, past_h, _off(kind, by_public, by_officer, injury, weights))


def _cells(calls: pd.DataFrame, area_ids: list[str], parts: tuple[DayPart, ...]) -> NDArray[np.int64]:
    """Place of each call in the flattened table; -1 where its area or hour is in none."""
    part_of = np.full(7 * HOURS_PER_DAY, -1)
    for k, part in enumerate(parts):
        part_of[list(part.hours)] = k
    row = (
        calls["area_id"]
        .astype(str)
        .map({a: i for i, a in enumerate(area_ids)})
        .fillna(-1)
        .to_numpy(dtype=np.int64)
    )
    part = part_of[calls["hour_of_week"].to_numpy(dtype=np.int64)]
    return np.where((row >= 0) & (part >= 0), row * len(parts) + part, -1)


def _summed(
    cells: NDArray[np.int64], values: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.float64]:
    inside = cells >= 0
    total = np.bincount(cells[inside], weights=values[inside], minlength=shape[0] * shape[1])
    return np.asarray(total.reshape(shape), dtype=np.float64)


def _off(
    kind: pd.Series,
    by_public: NDArray[np.bool_],
    by_officer: NDArray[np.bool_],
    injury: NDArray[np.bool_],
    weights: Mapping[str, HarmRow] | None,
) -> tuple[str, ...]:
    """Say what does not count, by type, the most frequent first."""
    said = []
    begun = kind[by_officer & ~injury].value_counts()
    for name, n in begun.head(_MOST_NAMED).items():
        only = "" if (by_public & (kind == name).to_numpy()).any() else ", all of them"
        said.append(f"{name}: {n:,} records begun by officers are off{only}")
    if len(begun) > _MOST_NAMED:
        said.append(
            f"{len(begun) - _MOST_NAMED} more types: {int(begun.iloc[_MOST_NAMED:].sum()):,} records begun by officers "
            "are off"
        )
    unknown = int((~by_public & ~by_officer & ~injury).sum())
    if unknown:
        said.append(f"{unknown:,} records do not say who began them and are off")
    if weights is not None:
        silent = kind[by_public & ~kind.isin(list(weights)).to_numpy()].value_counts()
        if len(silent):
            said.append(
                f"{int(silent.sum()):,} calls of {len(silent)} types that the table of harm leaves out weigh nothing"
            )
    else:
        said.append("no table of harm: every call that the public made weighs the same")
    return tuple(said)


def _file(project: Project, name: str) -> Path:
    path = Path(name)
    return path if path.is_absolute() or path.exists() else project.folder / path

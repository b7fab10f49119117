"""A simulated plan area by area and hour by hour: response, cover below its level, distance, and how even it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.prepare.simulation import OWN_WORK, Ground
from optimiser.simulate import Outputs
from optimiser.simulate.groups import Groups
from optimiser.simulate.outputs import Replication
from optimiser.units import HOURS_PER_WEEK, minutes, seconds_from_hours

FloatArray = NDArray[np.float64]
FEWEST = 20
"""Calls in all replications that an area or hour is judged by."""
_SLOWEST_FRAC = 0.1


@dataclass(frozen=True, slots=True)
class Part:
    """One grade in one area or hour, all replications together; NaN where nothing is known."""

    name: str
    grade: int
    calls_a_week: float
    within_frac: float
    median_s: float
    p90_s: float
    full_p90_s: float
    waited_frac: float
    wait_mean_s: float


@dataclass(frozen=True, kw_only=True)
class Detail:
    """What a plan would do, in parts.

    Parameters
    ----------
    by_area, by_hour
        Parts with calls. Hours are those of the week, 0 is Monday 00:00.
    slowest_s, all_s
        Mean response of the most urgent grade in the slowest tenth of areas (by calls), and of all (fairness).
    short_area_frac
        Share of time that each area is below its level of cover; empty where it was not watched.
    short_minutes_a_week
        Area-minutes a week below the level; None where it was not watched.
    km_a_week
        Distance driven, all units; None where ways have no length.
    """

    by_area: tuple[Part, ...]
    by_hour: tuple[Part, ...]
    slowest_s: float
    all_s: float
    short_area_frac: FloatArray
    short_minutes_a_week: float | None
    km_a_week: float | None


def detail_of(ground: Ground, found: Outputs, n_weeks: float) -> Detail:
    """Return the parts of a simulation."""
    reps = found.replications
    hours = [f"{h:03d}" for h in range(168)]
    urgent, n = _mean_of(reps, "by_zone", "mean_s")[0], _sum_of(reps, "by_zone", "n")[0]
    slowest_s, all_s = _spread(urgent, n)
    short = np.mean([r.short_zone_frac for r in reps], axis=0)
    metres = float(np.mean([r.metres.sum() for r in reps]))
    window = (found.horizon_s - found.warm_s) / found.horizon_s
    return Detail(
        by_area=_parts(ground, reps, "by_zone", list(ground.zone_ids), n_weeks),
        by_hour=_parts(ground, reps, "by_hour", hours, n_weeks),
        slowest_s=slowest_s,
        all_s=all_s,
        short_area_frac=short,
        short_minutes_a_week=minutes(seconds_from_hours(float(short.sum()) * HOURS_PER_WEEK))
        if short.size
        else None,
        km_a_week=metres * window / 1000.0 / n_weeks if metres > 0 else None,
    )


def _sum_of(reps: tuple[Replication, ...], by: str, name: str) -> FloatArray:
    return np.asarray(np.sum([getattr(_groups(r, by), name) for r in reps], axis=0), dtype=float)


def _mean_of(reps: tuple[Replication, ...], by: str, name: str) -> FloatArray:
    """Mean over replications, weighted by their calls; NaN where there are none."""
    n = np.array([_groups(r, by).n for r in reps])
    values = np.array([getattr(_groups(r, by), name) for r in reps], dtype=float)
    weight = np.where(np.isfinite(values), n, 0.0)
    total = weight.sum(axis=0)
    summed = (weight * np.nan_to_num(values, posinf=0.0)).sum(axis=0)
    found: FloatArray = np.divide(summed, total, out=np.full(total.shape, np.nan), where=total > 0)
    return found


def _groups(one: Replication, by: str) -> Groups:
    groups: Groups = getattr(one, by)
    return groups


def _parts(
    ground: Ground, reps: tuple[Replication, ...], by: str, names: list[str], n_weeks: float
) -> tuple[Part, ...]:
    columns = ("within_frac", "median_s", "p90_s", "full_p90_s", "waited_frac", "wait_mean_s")
    n = _sum_of(reps, by, "n")
    values = {name: _mean_of(reps, by, name) for name in columns}
    return tuple(
        Part(
            names[k],
            grade,
            float(n[g, k]) / len(reps) / n_weeks,
            *(float(values[name][g, k]) for name in columns),
        )
        for g, grade in enumerate(ground.grades)
        if grade != OWN_WORK
        for k in range(len(names))
        if n[g, k] >= FEWEST
    )


def _spread(mean_s: FloatArray, n: FloatArray) -> tuple[float, float]:
    """Mean of the slowest areas that hold a tenth of the calls, and of all."""
    known = np.isfinite(mean_s) & (n > 0)
    if not known.any():
        return float("nan"), float("nan")
    order = np.argsort(-mean_s[known], kind="stable")
    m, w = mean_s[known][order], n[known][order]
    before = np.cumsum(w) - w
    part = np.clip(_SLOWEST_FRAC * w.sum() - before, 0.0, w)
    return float((m * part).sum() / part.sum()), float((m * w).sum() / w.sum())

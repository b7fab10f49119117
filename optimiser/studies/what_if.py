"""Would a plan of sectors or shifts really work: the project's calls, simulated week after week under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimiser.prepare.simulation import OWN_WORK, Ground
from optimiser.simulate import (
    WEEK_S,
    Calls,
    Fleet,
    Interval,
    Outputs,
    Policy,
    Rules,
    Watch,
    interval,
    nearest,
    paired,
    simulate,
)
from optimiser.simulate.lived import with_habits
from optimiser.studies.calibration import Calibration, rules_of
from optimiser.units import hours

N_WEEKS, N_REPLICATIONS = 4, 10
WARM_S = 86_400.0


@dataclass(frozen=True, slots=True)
class GradeRow:
    """A grade's figures, means over replications with their interval; seconds and shares. Never: nobody came."""

    grade: int
    calls_a_week: float
    within_frac: Interval | None
    median_s: Interval
    p90_s: Interval
    full_p90_s: Interval
    waited_frac: Interval
    wait_mean_s: Interval
    no_free_frac: Interval
    never_frac: float
    calibrated: bool


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """What a plan would do.

    Parameters
    ----------
    rows
        By grade; the officers' own work has none.
    utilisation, busiest_utilisation
        Share of time on duty spent on calls: mean, and of the busiest hour of the week.
    block_frac, block_h
        Share of time on duty, and unit-hours a week, in quiet blocks of at least half an hour.
    own_frac
        Share of sectors' call time taken by their own units; None without sectors.
    overtime_h
        Unit-hours a week after the end of a tour.
    outputs
        All replications.
    """

    rows: tuple[GradeRow, ...]
    utilisation: Interval
    busiest_utilisation: float
    block_frac: float
    block_h: Interval
    own_frac: Interval | None
    overtime_h: float
    outputs: Outputs


def what_if(
    ground: Ground,
    fleet: Fleet,
    calibration: Calibration | None,
    policy: Policy | None = None,
    *,
    n_weeks: int = N_WEEKS,
    replications: int = N_REPLICATIONS,
    seed: int = 0,
    rules: Rules | None = None,
    watch: Watch | None = None,
) -> WhatIf:
    """Simulate the mean week of the project's calls under a plan; the same seed gives every plan the same calls.

    ``rules`` None are those of the project; ``watch``: cover to be looked at.
    """
    horizon_s = n_weeks * WEEK_S + WARM_S
    found = simulate(
        drawn(ground, calibration, horizon_s, seed),
        fleet,
        ground.travel,
        policy or nearest(),
        rules or rules_of(ground, None if calibration is None else calibration.habits),
        replications=replications,
        seed=seed,
        horizon_s=horizon_s,
        warm_s=WARM_S,
        keep_calls=False,
        watch=watch,
    )
    each = found.replications
    weeks = float(n_weeks)
    owned = [r.own_frac for r in each]
    return WhatIf(
        rows=tuple(_row(ground, found, calibration, k, weeks) for k in _public(ground)),
        utilisation=interval([_mean_utilisation(r.use_s) for r in each]),
        busiest_utilisation=float(np.mean([r.utilisation for r in each], axis=0).max()),
        block_frac=float(np.mean([r.block_s.sum() / max(1.0, r.use_s[:, 1:].sum()) for r in each])),
        block_h=interval([hours(float(r.block_s.sum())) / weeks for r in each]),
        own_frac=None if np.isnan(owned).all() else interval(owned),
        overtime_h=float(np.mean([hours(float(r.overtime_s.sum())) / weeks for r in each])),
        outputs=found,
    )


def beside(ours: WhatIf, theirs: WhatIf, ground: Ground) -> dict[int, dict[str, Interval]]:
    """Return by grade the paired differences ours - theirs of what planners ask first."""
    return {
        ground.grades[k]: {
            name: paired(ours.outputs.each(name)[:, k], theirs.outputs.each(name)[:, k])
            for name in ("within_frac", "mean_s", "median_s", "p90_s")
        }
        | {
            "late_frac": paired(
                1.0 - ours.outputs.each("within_frac")[:, k], 1.0 - theirs.outputs.each("within_frac")[:, k]
            )
        }
        for k in _public(ground)
    }


def _public(ground: Ground) -> list[int]:
    return [k for k, g in enumerate(ground.grades) if g != OWN_WORK]


def drawn(
    ground: Ground, calibration: Calibration | None, horizon_s: float, seed: int
) -> Callable[[int], Calls]:
    """Return what draws the calls of a replication: the mean week's stream, with habits where they are known."""
    stream = ground.stream()

    def draw(replication: int) -> Calls:
        calls = stream.draw(horizon_s, seed, replication)
        if calibration is None:
            return calls
        return with_habits(calls, calibration.habits, seed, replication)[0]

    return draw


def _row(ground: Ground, found: Outputs, calibration: Calibration | None, k: int, weeks: float) -> GradeRow:
    grade = ground.grades[k]

    def of(name: str) -> Interval:
        return interval(found.each(name)[:, k])

    return GradeRow(
        grade=grade,
        calls_a_week=float(found.each("n")[:, k].mean()) / weeks,
        within_frac=of("within_frac") if grade in ground.target_s else None,
        median_s=of("median_s"),
        p90_s=of("p90_s"),
        full_p90_s=of("full_p90_s"),
        waited_frac=of("waited_frac"),
        wait_mean_s=of("wait_mean_s"),
        no_free_frac=of("no_free_frac"),
        never_frac=float(found.each("never")[:, k].sum() / max(1.0, found.each("n")[:, k].sum())),
        calibrated=calibration is not None and grade in calibration.calibrated,
    )


def _mean_utilisation(use_s: np.ndarray) -> float:
    on_duty = float(use_s[:, 1:].sum())
    return float(use_s[:, 2:5].sum()) / on_duty if on_duty else 0.0

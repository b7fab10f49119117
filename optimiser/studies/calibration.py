"""Does the simulator tell the force's own past? Habits fitted on half of the weeks, checked on the other half.

Today's sectors, those on duty and the calls as they came are replayed. Delays before anybody is sent are drawn from
the even weeks' by grade and time of day, less what the simulator itself makes calls wait for a unit; a fixed part and a
lognormal factor of the ways are fitted so that the even weeks' median and 90th percentile of ways come out. The odd
weeks then judge: median and 90th percentile of the response by grade, and by grade and time of day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.prepare.simulation import OWN_WORK, Ground
from optimiser.simulate import WEEK_S, Fleet, Rules, nearest, simulate
from optimiser.simulate.lived import BLOCK_H, N_BLOCKS, Habits, with_habits
from optimiser.units import SECONDS_PER_HOUR, percent_text

FloatArray = NDArray[np.float64]
LIMIT_FRAC = 0.05
FEWEST = 100
"""Calls that a median is judged by."""
_ROUNDS = 12
_LEAST_SD = 0.1
_AT = (0.02, 0.1, 0.5, 0.9)
_STEP = 0.7
"""Share of a step taken in one round: waits answer to delays and ways."""
_POINTS = 101
_POOLED, _MOST_SEEDS = 200_000, 10
_Z90 = 1.2815515655446004


@dataclass(frozen=True, slots=True)
class Row:
    """One group of calls: recorded and simulated response in seconds. ``block`` -1 is the whole day."""

    grade: int
    block: int
    n: int
    recorded_p50_s: float
    simulated_p50_s: float
    recorded_p90_s: float
    simulated_p90_s: float

    @property
    def worst_frac(self) -> float:
        """The larger of the two errors, as a share of what was recorded."""
        return max(
            abs(self.simulated_p50_s / self.recorded_p50_s - 1),
            abs(self.simulated_p90_s / self.recorded_p90_s - 1),
        )


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What was fitted and how well it tells the weeks that it has not seen.

    Parameters
    ----------
    habits
        See :class:`optimiser.simulate.lived.Habits`.
    rows
        Groups judged, those of whole days first.
    no_free_frac
        Share of calls that found no free unit in the replay.
    utilisation
        Share of time on duty spent on calls in the replay.
    limit_frac
        Error up to which a grade counts as calibrated.
    lacks
        What the data do not tell.
    """

    habits: Habits
    rows: tuple[Row, ...]
    no_free_frac: float
    utilisation: float
    limit_frac: float
    lacks: tuple[str, ...]

    @property
    def calibrated(self) -> tuple[int, ...]:
        """Grades whose median and 90th percentile come out within the limit on the weeks not seen."""
        return tuple(r.grade for r in self.rows if r.block < 0 and r.worst_frac <= self.limit_frac)

    def limits(self) -> tuple[str, ...]:
        """Say, in words, what may be asked of the simulator; anything else is uncalibrated."""
        whole = [r for r in self.rows if r.block < 0]
        bad = [r for r in whole if r.worst_frac > self.limit_frac]
        said = []
        if self.calibrated:
            grades = ", ".join(map(str, self.calibrated))
            said.append(
                f"Response of grade {grades}: median and 90th percentile within {percent_text(self.limit_frac, 0)} of "
                "the weeks that the fit has not seen."
            )
        said += [
            f"Grade {r.grade} is off by {percent_text(r.worst_frac)}: what-ifs of it are uncalibrated."
            for r in bad
        ]
        said += [
            f"Grade {r.grade} from {r.block * BLOCK_H:02d}:00 to {(r.block + 1) * BLOCK_H:02d}:00 is off by "
            f"{percent_text(r.worst_frac)}: uncalibrated there."
            for r in self.rows
            if r.block >= 0 and r.grade in self.calibrated and r.worst_frac > self.limit_frac
        ]
        return (*said, *self.lacks)


def calibrate(ground: Ground, fleet: Fleet, *, seed: int = 0, limit_frac: float = LIMIT_FRAC) -> Calibration:
    """Fit on even weeks and judge on odd ones.

    Raises
    ------
    InputError
        If no grade has a hundred recorded responses in each half.
    """
    known = np.isfinite(ground.delay_s) & np.isfinite(ground.way_s)
    week = (ground.calls.time_s // WEEK_S).astype(np.int64)
    fit, judge = known & (week % 2 == 0), known & (week % 2 == 1)
    grades = [
        g
        for g in ground.grades
        if g != OWN_WORK
        and (fit & (ground.calls.grade == g)).sum() >= FEWEST
        and (judge & (ground.calls.grade == g)).sum() >= FEWEST
    ]
    if not grades:
        raise InputError(
            f"No grade has {FEWEST} calls with a recorded dispatch and arrival in the even and in the odd weeks: "
            "there is no response to compare with."
        )
    # few calls make rough quantiles: the same calls with other draws of delay and pace, pooled
    seeds = range(seed, seed + int(np.clip(_POOLED // max(1, len(ground.calls)), 1, _MOST_SEEDS)))
    habits = _first_habits(ground, grades, fit)
    best, least = habits, np.inf
    for _ in range(_ROUNDS):
        replays = [_replay(ground, fleet, habits, k) for k in seeds]
        error = _fit_error(ground, grades, fit, replays)
        if error < least:
            best, least = habits, error
        habits = _refit(ground, habits, replays, fit)
    habits = best
    last = [_replay(ground, fleet, habits, k) for k in seeds]
    return Calibration(
        habits=habits,
        rows=_rows(ground, grades, judge, [r.response_s for r in last]),
        no_free_frac=float(np.mean([r.no_free_frac for r in last])),
        utilisation=float(np.mean([r.utilisation for r in last])),
        limit_frac=limit_frac,
        lacks=ground.lacks,
    )


def rules_of(ground: Ground, habits: Habits | None = None) -> Rules:
    """Return the rules of a project: targets, turn-out as fitted; own work takes free units only, and gives way."""
    return Rules(
        grades=ground.grades,
        target_s=ground.target_s,
        turnout_s={} if habits is None else dict(habits.turnout_s),
        patience_s={OWN_WORK: 0.0} if OWN_WORK in ground.grades else {},
    )


@dataclass(frozen=True, slots=True)
class _Replay:
    """Simulated response, way and time to the order of every call, by its own number; NaN where nobody came."""

    response_s: FloatArray
    way_s: FloatArray
    order_s: FloatArray
    no_free_frac: float
    utilisation: float


def _replay(ground: Ground, fleet: Fleet, habits: Habits, seed: int) -> _Replay:
    calls, order = with_habits(ground.calls, habits, seed)
    found = simulate(calls, fleet, ground.travel, nearest(), rules_of(ground, habits)).replications[0]
    records = found.calls
    if records is None:
        raise InputError("A replay keeps its calls.")
    came = np.isfinite(records.response_s)
    response, way = np.full(len(calls), np.nan), np.full(len(calls), np.nan)
    own = order[records.number[came]]
    response[own] = records.response_s[came]
    delay_s = records.time_s[came] - ground.calls.time_s[own]
    order_s = np.full(len(calls), np.nan)
    order_s[own] = delay_s + records.wait_s[came]
    way[own] = records.response_s[came] - order_s[own]
    duty_s = found.use_s[:, 1:].sum()
    return _Replay(
        response,
        way,
        order_s,
        float((records.free_units == 0).mean()),
        float(found.use_s[:, 2:5].sum() / duty_s) if duty_s else 0.0,
    )


def _first_habits(ground: Ground, grades: list[int], fit: NDArray[np.bool_]) -> Habits:
    points = np.linspace(0, 1, _POINTS)
    delay = {
        g: np.stack(
            [
                np.quantile(ground.delay_s[p], points)
                for p in _by_block(ground, fit & (ground.calls.grade == g))
            ]
        )
        for g in grades
    }
    # what nobody beats is not driving: the shortest twentieth of ways
    least = {g: float(np.quantile(ground.way_s[fit & (ground.calls.grade == g)], 0.02)) for g in grades}
    return Habits(
        delay_s=delay,
        turnout_s=least,
        pace_log_mean=dict.fromkeys(grades, 0.0),
        pace_log_sd=dict.fromkeys(grades, 0.3),
    )


def _refit(ground: Ground, habits: Habits, replays: list[_Replay], fit: NDArray[np.bool_]) -> Habits:
    """Move the factor's median and spread so that the even weeks' ways come out as recorded."""
    mean, sd, delay = dict(habits.pace_log_mean), dict(habits.pace_log_sd), {}
    turnout = dict(habits.turnout_s)
    for g, least in habits.turnout_s.items():
        mine = fit & (ground.calls.grade == g)
        way = np.concatenate([r.way_s[mine & np.isfinite(r.way_s)] for r in replays])
        delay[g] = _less_waits(ground, habits.delay_s[g], replays, mine)
        if way.size < FEWEST:
            continue
        told, got = np.quantile(ground.way_s[mine], _AT), np.quantile(way, _AT)
        # the fixed part by the quick ways, the factor by the usual and the slow ones
        turnout[g] = float(np.clip(least + _STEP * (told[1] - got[1]), 0.0, told[0]))
        asked, seen = (np.log(np.maximum(q[2:] - least, 1.0)) for q in (told, got))
        mean[g] += _STEP * float(asked[0] - seen[0])
        wider = ((asked[1] - asked[0]) ** 2 - (seen[1] - seen[0]) ** 2) / _Z90**2
        sd[g] = float(np.sqrt(max(_LEAST_SD**2, sd[g] ** 2 + _STEP * wider)))
    return Habits(delay_s=delay, turnout_s=turnout, pace_log_mean=mean, pace_log_sd=sd)


def _fit_error(ground: Ground, grades: list[int], fit: NDArray[np.bool_], replays: list[_Replay]) -> float:
    """Largest error of the weeks fitted: rounds need not come closer each time where zones are few and large."""
    rows = _rows(ground, grades, fit, [r.response_s for r in replays])
    return max(r.worst_frac for r in rows if r.block < 0)


def _less_waits(
    ground: Ground, table: FloatArray, replays: list[_Replay], mine: NDArray[np.bool_]
) -> FloatArray:
    """Take out of recorded delays what the simulator itself makes calls wait for a unit."""
    points = np.linspace(0, 1, _POINTS)
    found = table.copy()
    for b, part in enumerate(_by_block(ground, mine)):
        until_order = np.concatenate([r.order_s[part & np.isfinite(r.order_s)] for r in replays])
        if until_order.size:
            surplus = np.quantile(until_order, points) - np.quantile(ground.delay_s[part], points)
            found[b] = np.maximum.accumulate(np.maximum(table[b] - _STEP * surplus, 0.0))
    return found


def _by_block(ground: Ground, mine: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Split calls by time of day; a part with too few takes those of the whole day."""
    block = (ground.calls.time_s // (BLOCK_H * SECONDS_PER_HOUR)).astype(np.int64) % N_BLOCKS
    parts = [mine & (block == b) for b in range(N_BLOCKS)]
    return [p if p.sum() >= FEWEST else mine for p in parts]


def _rows(
    ground: Ground, grades: list[int], judge: NDArray[np.bool_], simulated: list[FloatArray]
) -> tuple[Row, ...]:
    recorded = ground.delay_s + ground.way_s
    block = (ground.calls.time_s // (BLOCK_H * SECONDS_PER_HOUR)).astype(np.int64) % N_BLOCKS
    rows = []
    for b in (-1, *range(N_BLOCKS)):
        for g in grades:
            mine = judge & (ground.calls.grade == g) & ((block == b) | (b < 0))
            if mine.sum() < FEWEST:
                continue
            pooled = np.concatenate([x[mine] for x in simulated])
            told = np.quantile(recorded[mine], [0.5, 0.9])
            seen = np.quantile(np.where(np.isnan(pooled), np.inf, pooled), [0.5, 0.9], method="lower")
            rows.append(Row(g, b, int(mine.sum()), *(float(v) for v in (told[0], seen[0], told[1], seen[1]))))
    return tuple(rows)

"""What a simulation found: records of calls, time of units, and tables by grade, zone and hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.simulate.calls import Calls
from optimiser.simulate.groups import Groups, grouped
from optimiser.simulate.rules import Rules
from optimiser.simulate.state import (
    BREAK,
    CUSTODY,
    FREE,
    N_BLOCKS,
    N_CUT,
    N_DROPPED,
    N_MISSED_BREAKS,
    PROACTIVE,
    SCENE,
    TRAVEL,
    CallArrays,
    FleetArrays,
    RuleArrays,
    State,
)
from optimiser.simulate.watching import Looks
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
CALL_WORK = (TRAVEL, SCENE, CUSTODY)
ON_DUTY = (FREE, TRAVEL, SCENE, CUSTODY, BREAK, PROACTIVE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Records:
    """Calls of the measured window, in order of time. Times that never came are infinite.

    Parameters
    ----------
    number
        Number of the call in the trace.
    time_s, grade, zone
        As given; ``grade`` is the number of the grade in ``Rules.grades``.
    response_s, full_s
        From the call to the first unit at the scene, and to the last that it needs.
    wait_s
        From the moment it could be dispatched to the first unit sent.
    first_unit
        First unit sent that was not taken off the call again, -1 for none.
    free_units
        Units free when it came in (before anybody was sent).
    """

    number: NDArray[np.int64]
    time_s: FloatArray
    grade: NDArray[np.int64]
    zone: NDArray[np.int64]
    response_s: FloatArray
    full_s: FloatArray
    wait_s: FloatArray
    first_unit: NDArray[np.int64]
    free_units: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Replication:
    """One replication.

    Parameters
    ----------
    calls
        Records, or None where they were not kept.
    by_grade, by_zone, by_hour
        Tables of shape (G,), (G, Z) and (G, 168).
    use_s, officer_use_s
        Unit-seconds and officer-seconds by interval of the week and doing (``state.OFF`` ...), shape (B, 7).
    unit_use_s
        By unit and doing, shape (U, 7).
    block_s, n_blocks
        Unit-seconds of quiet blocks of at least ``Rules.block_s`` by interval, shape (B,), and their number.
    unit_quiet_s
        Seconds on duty and not on calls by unit and interval, and those of them in quiet blocks of at least
        ``Rules.block_s``, shape (U, B, 2); of no unit where they were not kept.
    sector_s
        Unit-seconds on calls by the unit's sector (row) and the call's (column); the last of each is "none".
    metres, overtime_s
        By unit, shape (U,).
    n_interrupted, n_dropped, n_missed_breaks
        Counts over the whole run.
    short_zone_frac, short_hour
        Share of time that each zone is below its level of cover, shape (Z,), and zones below it by hour of the week,
        shape (168,); empty where cover was not watched.
    """

    calls: Records | None
    by_grade: Groups
    by_zone: Groups
    by_hour: Groups
    use_s: FloatArray
    officer_use_s: FloatArray
    unit_use_s: FloatArray
    block_s: FloatArray
    n_blocks: int
    unit_quiet_s: FloatArray
    sector_s: FloatArray
    metres: FloatArray
    overtime_s: FloatArray
    n_interrupted: int
    n_dropped: int
    n_missed_breaks: int
    short_zone_frac: FloatArray
    short_hour: FloatArray

    @property
    def utilisation(self) -> FloatArray:
        """Share of time on duty spent on calls, by interval of the week, shape (B,); 0 where nobody is on duty."""
        return _share(self.use_s[:, CALL_WORK].sum(axis=1), self.use_s[:, ON_DUTY].sum(axis=1))

    @property
    def officer_utilisation(self) -> FloatArray:
        """The same in officers: a two-officer car counts two."""
        return _share(
            self.officer_use_s[:, CALL_WORK].sum(axis=1), self.officer_use_s[:, ON_DUTY].sum(axis=1)
        )

    @property
    def unit_utilisation(self) -> FloatArray:
        """Share of its time on duty that each unit spent on calls, shape (U,)."""
        return _share(self.unit_use_s[:, CALL_WORK].sum(axis=1), self.unit_use_s[:, ON_DUTY].sum(axis=1))

    @property
    def own_frac(self) -> float:
        """Sector integrity: share of sectors' call time taken by their own units; units without one not counted."""
        inside = self.sector_s[:-1, :-1]
        return float(np.trace(inside) / inside.sum()) if inside.sum() > 0 else float("nan")


@dataclass(frozen=True, kw_only=True, eq=False)
class Outputs:
    """All replications of one run.

    Parameters
    ----------
    rules, policy, warm_s, horizon_s
        As simulated.
    replications
        One each.
    """

    rules: Rules
    policy: str
    warm_s: float
    horizon_s: float
    replications: tuple[Replication, ...]

    def each(self, measure: str, by: str = "grade") -> FloatArray:
        """Return a measure of every replication, shape (R, G), (R, G, Z) or (R, G, 168).

        Parameters
        ----------
        measure
            A field of :class:`optimiser.simulate.groups.Groups`: ``within_frac``, ``median_s``, ``p90_s`` ...
        by
            ``grade``, ``zone`` or ``hour``.
        """
        if by not in ("grade", "zone", "hour"):
            raise InputError(f"Measures are by grade, zone or hour, not by {by!r}.")
        return np.array([getattr(getattr(r, f"by_{by}"), measure) for r in self.replications], dtype=float)

    def utilisation(self) -> FloatArray:
        """Return utilisation by replication and interval, shape (R, B)."""
        return np.array([r.utilisation for r in self.replications])


def read_out(
    calls: Calls,
    c: CallArrays,
    f: FleetArrays,
    r: RuleArrays,
    s: State,
    n_zones: int,
    *,
    keep_calls: bool,
    looks: Looks | None = None,
) -> Replication:
    """Read the engine's state at the end."""
    seen = np.flatnonzero((c.call["time"] >= r.warm) & (c.call["time"] < r.end))
    call = c.call[seen]
    time_s = call["time"]
    late = np.zeros(len(seen)) if calls.delay_s is None else np.asarray(calls.delay_s, dtype=float)[seen]
    records = Records(
        number=seen,
        time_s=time_s,
        grade=call["grade"].astype(np.int64),
        zone=call["zone"].astype(np.int64),
        response_s=call["arrived_at"] - time_s + late,
        full_s=call["full_at"] - time_s + late,
        wait_s=call["sent_at"] - time_s,
        first_unit=call["first_unit"].astype(np.int64),
        free_units=call["free_at"].astype(np.int64),
    )
    n_grades = len(r.grade)
    hour = (records.time_s // SECONDS_PER_HOUR).astype(np.int64) % HOURS_PER_WEEK
    everything = np.zeros(len(seen), dtype=np.int64)

    def table(index: NDArray[np.int64], size: int) -> Groups:
        return grouped(
            records.grade * size + index,
            (n_grades, size) if size > 1 else (n_grades,),
            records.response_s,
            records.full_s,
            records.wait_s,
            records.free_units == 0,
            r.grade["target"][records.grade],
        )

    return Replication(
        calls=records if keep_calls else None,
        by_grade=table(everything, 1),
        by_zone=table(records.zone, n_zones).reshaped((n_grades, n_zones)),
        by_hour=table(hour, HOURS_PER_WEEK),
        use_s=s.use,
        officer_use_s=s.officer_use,
        unit_use_s=s.unit_use,
        block_s=s.block_use,
        n_blocks=int(s.n[N_BLOCKS]),
        unit_quiet_s=s.unit_quiet,
        sector_s=s.sector_use,
        metres=s.unit["metres"],
        overtime_s=s.unit["overtime"],
        n_interrupted=int(s.n[N_CUT]),
        n_dropped=int(s.n[N_DROPPED]),
        n_missed_breaks=int(s.n[N_MISSED_BREAKS]),
        short_zone_frac=np.zeros(0) if looks is None else looks.by_zone(),
        short_hour=np.zeros(0) if looks is None else looks.by_hour(),
    )


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)

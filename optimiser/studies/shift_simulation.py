"""A shift plan under simulated weeks of calls: what queues, and what officers' time really goes to.

Every replication is one week, after a day that fills the system. The same seed gives the same calls to every plan, so
that two plans are compared week by week.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser import simulate as sim
from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.ledger import BLOCK_S, CLASSES
from optimiser.simulate.outputs import CALL_WORK, ON_DUTY
from optimiser.simulate.state import PROACTIVE as DOING_PROACTIVE
from optimiser.studies.shift_fleet import fleet_of, with_blocks
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
WEEKS_IN_CYCLE = 4
WARM_S = HOURS_PER_DAY * SECONDS_PER_HOUR
BUSY_FRACS = (0.45, 0.60)
CALLS, PROACTIVE, ADMIN, COMMUNITY, UNACCOUNTED = range(len(CLASSES))


def stream_of(
    hour: NDArray[np.int64],
    grade: NDArray[np.int64],
    units: NDArray[np.int64],
    busy_s: FloatArray,
    n_weeks: float,
) -> sim.Stream:
    """Return the stream of calls to draw from: rates by hour of the week and grade, recorded times, units needed.

    Parameters
    ----------
    hour, grade, units, busy_s
        Of every recorded call: hour of the week, grade (0: not known, answered last), units sent, and seconds that one
        of them was busy; shape (N,).
    n_weeks
        Weeks that they span.

    Raises
    ------
    InputError
        If there is no call.
    """
    if not len(hour):
        raise InputError("There is no recorded call to draw weeks from.")
    seen = [int(g) for g in np.unique(grade)]
    grades = (*(g for g in seen if g > 0), *(g for g in seen if g <= 0))
    place = np.searchsorted(seen, grade)
    place = np.array([grades.index(g) for g in seen], dtype=np.int64)[place]
    rate = np.zeros((1, HOURS_PER_WEEK, len(grades)))
    cell = hour * len(grades) + place
    rate[0] = np.bincount(cell, minlength=rate.size).reshape(rate[0].shape) / n_weeks
    need = {}
    for g in grades:
        of_grade = np.maximum(units[grade == g], 1)
        need[g] = np.bincount(of_grade, minlength=2)[1:] / of_grade.size
    return sim.Stream(
        rate_per_h=rate,
        grades=grades,
        service={g: _each_unit(busy_s[grade == g], units[grade == g]) for g in grades},
        need_frac=need,
    )


def _each_unit(busy_s: FloatArray, units: NDArray[np.int64]) -> FloatArray:
    """Return the time of every unit sent: calls that take more units take longer, and the mean work must be kept."""
    return np.repeat(np.asarray(busy_s, dtype=float), np.maximum(units, 1))


@dataclass(frozen=True, eq=False)
class SimulatedWeeks:
    """What R simulated weeks showed of a plan.

    Parameters
    ----------
    grades
        G grades, the most urgent first.
    shares
        Share of on-duty officer time by week and class of ``ledger.CLASSES``, shape (R, 5).
    by_hour
        Mean officer-hours by class and hour of the week, shape (5, 168).
    busy_frac
        By limit of ``BUSY_FRACS``: share of the week's staffed hours with more than it on calls, shape (R,) each.
    wait_p90_s, wait_mean_s, no_free_frac
        By week and grade, shape (R, G).
    n_no_free
        Calls that found no free unit, by week, shape (R,).
    officer_shares
        Share of on-duty time of each officer over each cycle of four weeks by class, shape (C, officers, 5).
    overtime_h
        Hours worked beyond the end of a tour, by week, shape (R,).
    protected_h
        Officer-hours in protected blocks, by week, shape (R,); None where none were planned.
    """

    grades: tuple[int, ...]
    shares: FloatArray
    by_hour: FloatArray
    busy_frac: Mapping[float, FloatArray]
    wait_p90_s: FloatArray
    wait_mean_s: FloatArray
    no_free_frac: FloatArray
    n_no_free: FloatArray
    officer_shares: FloatArray
    overtime_h: FloatArray
    protected_h: FloatArray | None = None

    def band(self, name: str, levels: Sequence[float] = (0.05, 0.95)) -> tuple[float, ...]:
        """Return quantiles over the weeks of a class's share."""
        column = self.shares[:, CLASSES.index(name)]
        return tuple(float(q) for q in np.quantile(column, levels))

    def officer_band(self, name: str, levels: Sequence[float] = (0.05, 0.95)) -> tuple[float, ...] | None:
        """Return quantiles over officers and cycles of a class's share; None with fewer weeks than a cycle has."""
        if not self.officer_shares.size:
            return None
        column = self.officer_shares[:, :, CLASSES.index(name)]
        return tuple(float(q) for q in np.quantile(column, levels))


def simulate_weeks(
    problem: ShiftsProblem,
    plan: ShiftsPlan,
    stream: sim.Stream,
    *,
    weeks: int = 28,
    seed: int = 1,
    rules: sim.Rules | None = None,
    week_h: float = 40.0,
    officers_per_unit: int = 1,
    protected_blocks: int = 0,
) -> SimulatedWeeks:
    """Simulate a plan over independent weeks.

    Parameters
    ----------
    rules
        How calls are answered: strict priority of grades, units as they come, where left out.
    week_h
        Hours an officer works a week: how shifts are strung into lines.
    officers_per_unit
        1, or 2 where every car has two.
    protected_blocks
        Proactive blocks of 30 minutes planned in every tour, spread over it; only the most urgent grade ends one.

    Raises
    ------
    InputError
        If nobody is on the rota, or a tour cannot hold so many blocks.
    """
    rules = rules or sim.Rules(grades=stream.grades, block_s=float(BLOCK_S))
    fleet = fleet_of(problem, plan, week_h=week_h, officers_per_unit=officers_per_unit)
    if protected_blocks:
        fleet = with_blocks(fleet, protected_blocks)
        rules = replace(rules, ends_proactive=rules.grades[:1])
    week_s = HOURS_PER_WEEK * SECONDS_PER_HOUR
    found = sim.simulate(
        stream,
        fleet,
        None,
        None,
        rules,
        replications=weeks,
        seed=seed,
        warm_s=WARM_S,
        horizon_s=WARM_S + week_s,
        keep_units=True,
    )
    hours = np.array([_split(problem, r, officers_per_unit) for r in found.replications])
    whole = np.maximum(hours.sum(axis=(1, 2)), 1e-9)
    busy = np.array([_hourly(r) for r in found.replications])
    staffed = np.array([_staffed(r) for r in found.replications])
    waits = [_waits(r, len(stream.grades)) for r in found.replications]
    return SimulatedWeeks(
        grades=stream.grades,
        shares=hours.sum(axis=2) / whole[:, None],
        by_hour=hours.mean(axis=0),
        busy_frac={f: ((busy > f) & staffed).sum(axis=1) / staffed.sum(axis=1) for f in BUSY_FRACS},
        wait_p90_s=np.array([w[0] for w in waits]),
        wait_mean_s=np.array([w[1] for w in waits]),
        no_free_frac=found.each("no_free_frac"),
        n_no_free=(np.nan_to_num(found.each("no_free_frac")) * found.each("n")).sum(axis=1),
        officer_shares=_by_officer(problem, found, officers_per_unit),
        overtime_h=np.array([r.overtime_s.sum() / SECONDS_PER_HOUR for r in found.replications]),
        protected_h=np.array([r.officer_use_s[:, DOING_PROACTIVE].sum() for r in found.replications])
        / SECONDS_PER_HOUR
        if protected_blocks
        else None,
    )


def _hourly(r: sim.Replication) -> FloatArray:
    """Share of time on duty on calls by hour of the week."""
    return np.asarray(r.officer_utilisation.reshape(HOURS_PER_WEEK, -1).mean(axis=1), dtype=np.float64)


def _staffed(r: sim.Replication) -> NDArray[np.bool_]:
    present = r.officer_use_s[:, ON_DUTY].sum(axis=1).reshape(HOURS_PER_WEEK, -1).sum(axis=1)
    return np.asarray(present > 0, dtype=bool)


def _waits(r: sim.Replication, n_grades: int) -> tuple[FloatArray, FloatArray]:
    """90th percentile and mean of the wait for the first unit, by grade; NaN without calls."""
    assert r.calls is not None
    p90, mean = np.full(n_grades, np.nan), np.full(n_grades, np.nan)
    for g in range(n_grades):
        wait = r.calls.wait_s[r.calls.grade == g]
        if wait.size:
            p90[g] = float(np.quantile(wait, 0.9, method="higher"))
            mean[g] = float(wait.mean())
    return p90, mean


@dataclass(frozen=True)
class _Given:
    """What the ledger gives of quiet time to each class: shares of it by hour of the week, shape (168,), and of all."""

    community: FloatArray
    admin_of_pieces: float
    admin_of_blocks: float

    def of(self, calls: FloatArray, idle: FloatArray, blocks: FloatArray) -> FloatArray:
        """Return seconds by class of calls, quiet time and blocks by hour, shape (..., 168): classes come first."""
        left = 1.0 - self.community
        pieces = (idle - blocks) * left
        blocks = blocks * left
        by_class = np.zeros((len(CLASSES), *idle.shape))
        by_class[CALLS] = calls
        by_class[COMMUNITY] = self.community * idle
        by_class[ADMIN] = self.admin_of_pieces * pieces + self.admin_of_blocks * blocks
        by_class[PROACTIVE] = (1 - self.admin_of_blocks) * blocks
        by_class[UNACCOUNTED] = (1 - self.admin_of_pieces) * pieces
        return by_class


def _hours_of(r: sim.Replication, officers: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return officer-seconds on calls, quiet, and in quiet blocks, by hour of the week, shape (168,) each."""
    use = r.officer_use_s.reshape(HOURS_PER_WEEK, -1, r.officer_use_s.shape[1]).sum(axis=1)
    calls = use[:, CALL_WORK].sum(axis=1)
    idle = use[:, ON_DUTY].sum(axis=1) - calls
    blocks = np.minimum(officers * r.block_s.reshape(HOURS_PER_WEEK, -1).sum(axis=1), idle)
    return calls, idle, blocks


def _given(problem: ShiftsProblem, calls: FloatArray, idle: FloatArray, blocks: FloatArray) -> _Given:
    """Return what a week's quiet time is given to.

    Community has its floor in its window out of idle time there, report and administration the measured need (never
    more) out of pieces too short for a block and then out of blocks, proactive work the blocks that are left, and
    what is then left over in pieces is unaccounted.
    """
    window = problem.community_window().reshape(HOURS_PER_WEEK, -1).all(axis=1)
    there = float(idle[window].sum())
    asked = problem.params.community_floor_frac * float((calls + idle).sum())
    community = np.where(window, min(1.0, asked / there) if there > 0 else 0.0, 0.0)
    pieces, whole = (idle - blocks) * (1.0 - community), blocks * (1.0 - community)
    need = float(problem.admin_s.sum())
    from_pieces = _part(need, pieces)
    return _Given(community, from_pieces, _part(need - from_pieces * float(pieces.sum()), whole))


def _split(problem: ShiftsProblem, r: sim.Replication, officers: int) -> FloatArray:
    """Return the hours of a week by class and hour, shape (5, 168): calls as they fell, the rest as it was given."""
    parts = _hours_of(r, officers)
    return _given(problem, *parts).of(*parts) / SECONDS_PER_HOUR


def _part(amount: float, room: FloatArray) -> float:
    """Return the share of the room that an amount takes, in every hour alike."""
    total = float(room.sum())
    return min(1.0, max(0.0, amount) / total) if total > 0 else 0.0


def _of_units(problem: ShiftsProblem, r: sim.Replication, officers: int) -> FloatArray:
    """Return the seconds of every unit in a week by class, shape (U, 5); quiet time is given as in the whole."""
    n = len(r.unit_use_s)
    quiet = r.unit_quiet_s.reshape(n, HOURS_PER_WEEK, -1, 2).sum(axis=2)
    idle = quiet[:, :, 0]
    given = _given(problem, *_hours_of(r, officers))
    by_class = given.of(np.zeros_like(idle), idle, np.minimum(quiet[:, :, 1], idle)).sum(axis=2).T
    by_class[:, CALLS] = r.unit_use_s[:, CALL_WORK].sum(axis=1)
    return np.asarray(by_class, dtype=np.float64)


def _by_officer(problem: ShiftsProblem, found: sim.Outputs, officers: int) -> FloatArray:
    """Return each officer's shares by class over cycles of four weeks, every week on the next line."""
    spent = np.array([_of_units(problem, r, officers) for r in found.replications])
    cycles, n = len(spent) // WEEKS_IN_CYCLE, spent.shape[1]
    shares = np.zeros((cycles, n, len(CLASSES)))
    step = max(1, n // WEEKS_IN_CYCLE)
    for c in range(cycles):
        weeks = range(WEEKS_IN_CYCLE * c, WEEKS_IN_CYCLE * (c + 1))
        line = [(np.arange(n) + step * k) % n for k in range(WEEKS_IN_CYCLE)]
        hours = np.sum([spent[w][at] for w, at in zip(weeks, line, strict=True)], axis=0)
        shares[c] = hours / np.maximum(hours.sum(axis=1, keepdims=True), 1e-9)
    return shares

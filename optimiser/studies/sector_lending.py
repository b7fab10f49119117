"""Sectors that lend units to each other: the same weeks of calls, each sector by itself and with lending.

Every sector has its own rota and its own calls. Apart, a call waits for a unit of its own sector, however many stand
free next door. With lending, a call that finds none of its own free goes to the nearest sector that has one; the unit
drives there first, and its time counts as its own sector's time on calls. Both meet the same calls, week by week.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser import simulate as sim
from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.ledger import BLOCK_S
from optimiser.simulate.outputs import CALL_WORK, ON_DUTY
from optimiser.studies.shift_fleet import fleet_of
from optimiser.studies.shift_simulation import WARM_S
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
SPEED_M_PER_S = 11.0
_SEED_STEP = 7919
_TINY_S = 1e-6


@dataclass(frozen=True, eq=False)
class SectorRota:
    """A sector: its question and plan of shifts, and the stream of its calls in one zone."""

    name: str
    problem: ShiftsProblem
    plan: ShiftsPlan
    stream: sim.Stream


@dataclass(frozen=True, slots=True)
class LendingLine:
    """One sector, apart and with lending.

    Parameters
    ----------
    on_duty_h
        Officer-hours on duty a week, without lending.
    calls_frac, calls_frac_lending
        Share of its officers' time on calls, wherever; mean of the weeks.
    p5, p95
        Of that share over the weeks, with lending.
    own_frac
        Share of its calls' time that its own units take, with lending.
    lent_h, borrowed_h
        Unit-hours a week of its units on others' calls, and of others' on its own.
    wait_frac, wait_frac_lending
        Share of its calls that wait because nobody may go.
    urgent_p90_s, urgent_p90_lending_s
        Of its most urgent calls, nine in ten are reached from within the sector within this time: the wait, and with
        lending the drive from the sector that lends. NaN without such calls.
    """

    name: str
    on_duty_h: float
    calls_frac: float
    calls_frac_lending: float
    p5: float
    p95: float
    own_frac: float
    lent_h: float
    borrowed_h: float
    wait_frac: float
    wait_frac_lending: float
    urgent_p90_s: float
    urgent_p90_lending_s: float


@dataclass(frozen=True)
class Lending:
    """All sectors, and by how much lending changes a week: calls that wait, hours on calls, each with its 95 %."""

    lines: tuple[LendingLine, ...]
    n_weeks: int
    fewer_waiting: sim.Interval
    more_on_calls_h: sim.Interval


def lending(
    sectors: Sequence[SectorRota],
    distance_m: FloatArray,
    *,
    weeks: int = 28,
    seed: int = 1,
    speed_m_per_s: float = SPEED_M_PER_S,
) -> Lending:
    """Simulate the sectors apart and with lending, on the same calls.

    Parameters
    ----------
    distance_m
        Between the sectors' centres, shape (K, K): how far a unit drives that is lent.

    Raises
    ------
    InputError
        If there are fewer than two sectors, or distances that are none.
    """
    k = len(sectors)
    if k < 2:
        raise InputError(f"Lending needs at least two sectors, got {k}.")
    if distance_m.shape != (k, k) or not (np.isfinite(distance_m) & (distance_m >= 0)).all():
        raise InputError(f"Lending needs distances of 0 or more metres, shape ({k}, {k}).")
    fleet = _together(sectors)
    grades = _grades(sectors)
    draw = _Draw(sectors, seed)
    drive_s = np.where(np.eye(k, dtype=bool), 0.0, distance_m / speed_m_per_s)
    assert fleet.sector is not None
    own = [np.flatnonzero(fleet.sector == z) for z in range(k)]

    def run(order: NDArray[np.int64], name: str) -> sim.Outputs:
        return sim.simulate(
            draw,
            fleet,
            sim.Travel(table_s=drive_s),
            sim.table(order, name),
            sim.Rules(grades=grades, block_s=float(BLOCK_S)),
            replications=weeks,
            seed=seed,
            warm_s=WARM_S,
            horizon_s=WARM_S + HOURS_PER_WEEK * SECONDS_PER_HOUR,
        )

    apart = run(_own_only(own), "own units only")
    lent = run(_own_first(own, distance_m), "own units first, then the nearest sector's")
    return Lending(
        tuple(_line(s.name, z, own[z], apart, lent) for z, s in enumerate(sectors)),
        weeks,
        sim.paired(_waiting(apart), _waiting(lent)),
        sim.paired(_on_calls_h(lent), _on_calls_h(apart)),
    )


def _together(sectors: Sequence[SectorRota]) -> sim.Fleet:
    """Return the cars of all sectors, each at home in the zone of its sector."""
    fleets = [fleet_of(s.problem, s.plan) for s in sectors]
    n = [f.n_units for f in fleets]
    first = np.concatenate([[0], np.cumsum(n)[:-1]])
    zone = np.repeat(np.arange(len(sectors)), n)
    return sim.Fleet(
        post=zone,
        tour_unit=np.concatenate([f.tour_unit + a for f, a in zip(fleets, first, strict=True)]),
        tour_start_s=np.concatenate([f.tour_start_s for f in fleets]),
        tour_end_s=np.concatenate([f.tour_end_s for f in fleets]),
        sector=zone,
        zone_sector=np.arange(len(sectors)),
    )


def _grades(sectors: Sequence[SectorRota]) -> tuple[int, ...]:
    """Return the grades of all sectors, the most urgent first, those not known last."""
    seen = sorted({g for s in sectors for g in s.stream.grades})
    return (*(g for g in seen if g > 0), *(g for g in seen if g <= 0))


class _Draw:
    """The calls of a replication: each sector's own stream with a seed of its own, laid together in order of time."""

    def __init__(self, sectors: Sequence[SectorRota], seed: int) -> None:
        self.sectors, self.seed = sectors, seed

    def __call__(self, replication: int) -> sim.Calls:
        until_s = WARM_S + HOURS_PER_WEEK * SECONDS_PER_HOUR
        drawn = [
            s.stream.draw(until_s, self.seed + _SEED_STEP * z, replication)
            for z, s in enumerate(self.sectors)
        ]
        time_s = np.concatenate([d.time_s for d in drawn])
        order = np.argsort(time_s, kind="stable")
        widest = max(np.shape(d.service_s)[1] for d in drawn)
        service = np.concatenate([_wide(d.service_s, widest) for d in drawn])
        need = np.concatenate([_need(d) for d in drawn])
        zone = np.repeat(np.arange(len(drawn)), [len(d) for d in drawn])
        grade = np.concatenate([d.grade for d in drawn])
        return sim.Calls(
            time_s=time_s[order],
            zone=zone[order],
            grade=grade[order],
            service_s=service[order],
            need=need[order],
        )


def _wide(service_s: FloatArray, n: int) -> FloatArray:
    padded = np.zeros((len(service_s), n))
    padded[:, : service_s.shape[1]] = service_s
    return padded


def _need(calls: sim.Calls) -> NDArray[np.int64]:
    return np.ones(len(calls), dtype=np.int64) if calls.need is None else np.asarray(calls.need)


def _own_only(own: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    table = np.full((len(own), max(len(u) for u in own)), -1, dtype=np.int64)
    for z, units in enumerate(own):
        table[z, : len(units)] = units
    return table


def _own_first(own: Sequence[NDArray[np.int64]], distance_m: FloatArray) -> NDArray[np.int64]:
    """Return each sector's list of units: its own, then those of the other sectors, the nearest first."""
    rows = []
    for z in range(len(own)):
        others = [o for o in np.argsort(distance_m[z], kind="stable") if o != z]
        rows.append(np.concatenate([own[z], *(own[o] for o in others)]))
    return np.array(rows, dtype=np.int64)


def _line(name: str, z: int, units: NDArray[np.int64], apart: sim.Outputs, lent: sim.Outputs) -> LendingLine:
    alone, together = _calls_frac(apart, units), _calls_frac(lent, units)
    on_calls = np.mean([r.sector_s for r in lent.replications], axis=0) / SECONDS_PER_HOUR
    low, high = np.quantile(together, (0.05, 0.95))
    duty_s = np.mean([r.unit_use_s[units][:, ON_DUTY].sum() for r in apart.replications])
    mine, whole = float(on_calls[z, z]), float(on_calls[:, z].sum())
    wait, urgent_s = _records(apart, z)
    wait_lending, urgent_lending_s = _records(lent, z)
    return LendingLine(
        name,
        float(duty_s) / SECONDS_PER_HOUR,
        float(alone.mean()),
        float(together.mean()),
        float(low),
        float(high),
        mine / whole if whole > 0 else float("nan"),
        float(on_calls[z].sum()) - mine,
        whole - mine,
        wait,
        wait_lending,
        urgent_s,
        urgent_lending_s,
    )


def _calls_frac(found: sim.Outputs, units: NDArray[np.int64]) -> FloatArray:
    """Return the share of time on calls of some units, by week."""
    calls = [r.unit_use_s[units][:, CALL_WORK].sum() for r in found.replications]
    duty = [r.unit_use_s[units][:, ON_DUTY].sum() for r in found.replications]
    return np.asarray(np.array(calls) / np.maximum(np.array(duty), 1e-9), dtype=np.float64)


def _records(found: sim.Outputs, zone: int) -> tuple[float, float]:
    """Return the share of a sector's calls that wait, and nine in ten of the most urgent's response."""
    wait, urgent = [], []
    for r in found.replications:
        assert r.calls is not None
        here = r.calls.zone == zone
        wait.append(r.calls.wait_s[here])
        urgent.append(r.calls.response_s[here & (r.calls.grade == 0)])
    waits, responses = np.concatenate(wait), np.concatenate(urgent)
    return (
        float((waits > _TINY_S).mean()) if waits.size else float("nan"),
        float(np.quantile(responses, 0.9, method="higher")) if responses.size else float("nan"),
    )


def _waiting(found: sim.Outputs) -> FloatArray:
    """Return the calls of each week that wait."""
    return np.array([float((r.calls.wait_s > _TINY_S).sum()) if r.calls else 0.0 for r in found.replications])


def _on_calls_h(found: sim.Outputs) -> FloatArray:
    return np.array([r.unit_use_s[:, CALL_WORK].sum() / SECONDS_PER_HOUR for r in found.replications])

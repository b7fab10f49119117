"""Calls to simulate: a trace of what happened, or draws of a Poisson stream that changes with the hour of the week."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Draw = Callable[[np.random.Generator, int], FloatArray]
"""Draws that many seconds."""
Service = float | FloatArray | Draw
"""A mean (exponential), recorded values (drawn with equal chance), or a function that draws."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Calls:
    """N calls in order of time.

    Parameters
    ----------
    time_s
        When a call can be dispatched: seconds since a Monday 00:00, local wall time, not falling, shape (N,).
    zone
        Zone number from 0, shape (N,).
    grade
        Grade as in ``Rules.grades``, shape (N,).
    service_s
        Seconds on scene: shape (N,), every unit of a call alike; or (N, K), the k-th unit sent its own. They belong
        to the call, so two policies meet the same calls (common random numbers).
    need
        Units a call needs, or officers where ``Rules.by_officers``; 1 if None. Shape (N,).
    after_s
        Seconds of the first unit's prisoner run after the scene (processing; the way to the site comes on top);
        negative for none. Shape (N,).
    delay_s
        Seconds between the call and ``time_s`` (call handling): part of the response. Shape (N,).
    pace
        Factor of every way to the call (weather, finding the door); 1 if None. Shape (N,).
    draw
        A number in [0, 1) of the call's own, for policies that draw. Shape (N,).
    """

    time_s: FloatArray
    zone: IntArray
    grade: IntArray
    service_s: FloatArray
    need: IntArray | None = None
    after_s: FloatArray | None = None
    delay_s: FloatArray | None = None
    pace: FloatArray | None = None
    draw: FloatArray | None = None

    def __post_init__(self) -> None:
        n = len(self.time_s)
        for name in ("zone", "grade", "service_s", "need", "after_s", "delay_s", "pace", "draw"):
            values = getattr(self, name)
            if values is not None and len(values) != n:
                raise InputError(f"Calls: {name} has {len(values)} entries for {n} calls.")
        time_s = np.asarray(self.time_s, dtype=float)
        if n and not (np.isfinite(time_s).all() and time_s[0] >= 0 and (np.diff(time_s) >= 0).all()):
            raise InputError(
                "Calls must be in order of time, each time finite and 0 or more: sort them first."
            )
        service = np.asarray(self.service_s, dtype=float)
        if not (np.isfinite(service) & (service >= 0)).all():
            raise InputError("service_s must be 0 or more seconds for every call.")
        if self.need is not None and n and int(np.min(self.need)) < 1:
            raise InputError(f"need must be at least 1 for every call, got {int(np.min(self.need))}.")

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True, kw_only=True, eq=False)
class Stream:
    """A Poisson stream of calls by zone, hour of the week and grade.

    Parameters
    ----------
    rate_per_h
        Calls an hour, shape (Z, 168, G).
    grades
        The G grades, as in ``Rules.grades``.
    service
        Seconds on scene by grade: see :data:`Service`. Each unit of a call draws its own.
    need_frac
        By grade: shares of calls that need 1, 2, ... units (or officers); one unit where a grade is not named.
    custody_frac, custody
        By grade: share of calls with a prisoner run, and its processing time.
    """

    rate_per_h: FloatArray
    grades: tuple[int, ...]
    service: Mapping[int, Service]
    need_frac: Mapping[int, FloatArray] = field(default_factory=dict)
    custody_frac: Mapping[int, float] = field(default_factory=dict)
    custody: Mapping[int, Service] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rate = np.asarray(self.rate_per_h, dtype=float)
        if rate.ndim != 3 or rate.shape[1:] != (HOURS_PER_WEEK, len(self.grades)):
            raise InputError(
                f"rate_per_h needs shape (zones, 168, {len(self.grades)} grades), got {rate.shape}."
            )
        if not (np.isfinite(rate) & (rate >= 0)).all():
            raise InputError("rate_per_h must be 0 or more calls an hour everywhere.")
        missing = [g for g in self.grades if g not in self.service]
        if missing:
            raise InputError(f"No service time is given for grade {missing[0]}; give one for every grade.")

    def draw(self, horizon_s: float, seed: int, replication: int = 0) -> Calls:
        """Draw the calls of ``[0, horizon_s)``. Times, places, service and needs have streams of their own."""
        of = [np.random.default_rng([seed, replication, k]) for k in range(5)]
        time_s, cell = self._arrivals(horizon_s, of[0], of[1])
        n_grades = len(self.grades)
        zone, g = np.divmod(cell, n_grades)
        need = np.ones(len(cell), dtype=np.int64)
        for k, grade in enumerate(self.grades):
            if grade in self.need_frac:
                shares = np.cumsum(np.asarray(self.need_frac[grade], dtype=float))
                need[g == k] = 1 + np.searchsorted(
                    shares[:-1], of[2].random(int((g == k).sum())), side="right"
                )
        service = np.zeros((len(cell), int(need.max(initial=1))))
        after = np.full(len(cell), -1.0)
        for k, grade in enumerate(self.grades):
            mine = np.flatnonzero(g == k)
            drawn = draw_seconds(self.service[grade], of[3], mine.size * service.shape[1])
            service[mine] = drawn.reshape(mine.size, service.shape[1])
            if self.custody_frac.get(grade, 0.0) > 0:
                run = of[4].random(mine.size) < self.custody_frac[grade]
                after[mine[run]] = draw_seconds(self.custody[grade], of[4], int(run.sum()))
        return Calls(
            time_s=time_s,
            zone=zone,
            grade=np.asarray(self.grades)[g],
            service_s=service,
            need=need,
            after_s=after,
            draw=of[2].random(len(cell)),
        )

    def _arrivals(
        self, horizon_s: float, times: np.random.Generator, places: np.random.Generator
    ) -> tuple[FloatArray, IntArray]:
        rate = np.asarray(self.rate_per_h, dtype=float)
        by_hour = rate.transpose(1, 0, 2).reshape(HOURS_PER_WEEK, -1)
        total = by_hour.sum(axis=1)
        n_hours = int(np.ceil(horizon_s / SECONDS_PER_HOUR))
        of_week = np.arange(n_hours) % HOURS_PER_WEEK
        count = times.poisson(total[of_week])
        hour = np.repeat(np.arange(n_hours), count)
        time_s = np.sort((hour + times.random(len(hour))) * SECONDS_PER_HOUR)
        time_s = time_s[time_s < horizon_s]
        week_hour = (time_s // SECONDS_PER_HOUR).astype(np.int64) % HOURS_PER_WEEK
        u = places.random(len(time_s))
        cell = np.zeros(len(time_s), dtype=np.int64)
        for h in np.unique(week_hour):
            mine = week_hour == h
            cdf = np.cumsum(by_hour[h])
            cell[mine] = np.searchsorted(cdf, u[mine] * cdf[-1], side="right")
        return time_s, np.minimum(cell, by_hour.shape[1] - 1)


def draw_seconds(service: Service, rng: np.random.Generator, n: int) -> FloatArray:
    """Draw ``n`` times: exponential of a mean, recorded values with equal chance, or by a function.

    Raises
    ------
    InputError
        If a drawn time is negative or not a number.
    """
    if callable(service):
        drawn = np.asarray(service(rng, n), dtype=float)
    elif np.ndim(service) == 0:
        drawn = rng.exponential(float(service), n)
    else:
        recorded = np.asarray(service, dtype=float)
        drawn = recorded[rng.integers(0, len(recorded), n)]
    if drawn.shape != (n,) or not (np.isfinite(drawn) & (drawn >= 0)).all():
        raise InputError(f"A service distribution must give {n} times of 0 or more seconds.")
    return drawn

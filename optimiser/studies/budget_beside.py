"""Beside the frontier: officers shared by work or once for all futures, other means priced, the regret of plans."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.shifts.data import OVERTIME_KINDS
from optimiser.problems.shifts.measures import shortage_h
from optimiser.problems.shifts.rules import on_duty, overtime_h
from optimiser.studies.budget_curves import share_out
from optimiser.studies.budget_scenarios import worked, worst_mean
from optimiser.studies.budget_types import DistrictPrice, ForcePoint, SharedOnce, Worth
from optimiser.units import SECONDS_PER_HOUR

if TYPE_CHECKING:
    from optimiser.studies.budget import Study

FloatArray = NDArray[np.float64]
MOST_ROUNDS = 6


def shared_by_work(study: Study) -> ForcePoint | None:
    """Return the base at today's strength with officers shared by work, the largest remainders up."""
    if not study.q.work_h:
        return None
    share = np.array(study.q.work_h) / sum(study.q.work_h) * study.q.n_today
    officers = np.floor(share).astype(int)
    for k in np.argsort(officers - share)[: study.q.n_today - int(officers.sum())]:
        officers[k] += 1
    base = study.q.scenarios[0].name
    wanted = {(d, base): {int(n)} for d, n in zip(study.q.districts, officers, strict=True) if n > 0}
    study.run("shares of work", wanted)
    held = []
    for c, n in zip(study.of(base), officers.tolist(), strict=True):
        if n not in c.points:
            return None
        held.append((c, c.points[n]))
    return ForcePoint(
        study.q.n_today,
        float(sum(p.value for _, p in held)),
        float(sum(p.bound for _, p in held)),
        {c.district: p.officers for c, p in held},
        float(sum(shortage_h(c.problem, on_duty(c.problem, p.plan)) for c, p in held)),
    )


def shared_once(study: Study) -> SharedOnce | None:
    """Share today's officers out for the mean of all scenarios; solve what that chooses until it is near enough."""
    q, n = study.q, study.q.n_today
    chance = [s.probability for s in q.scenarios]
    of = [study.of(s.name) for s in q.scenarios]
    for _ in range(MOST_ROUNDS):
        upper = [
            np.sum([p * c[k].upper(n) for p, c in zip(chance, of, strict=True)], axis=0)
            for k in range(len(q.districts))
        ]
        lower = [
            np.sum([p * c[k].lower(n) for p, c in zip(chance, of, strict=True)], axis=0)
            for k in range(len(q.districts))
        ]
        best, parts = share_out(upper, n)
        least, below = share_out(lower, n)
        wanted = {
            (c.district, c.scenario): {int(below[k, n])}
            for curves in of
            for k, c in enumerate(curves)
            if below[k, n] > 0 and int(below[k, n]) not in c.points
        }
        near = best[n] - least[n] <= q.gap_frac / 2 * max(abs(best[n]), 1e-9)
        if near or not wanted or study.should_stop() or time.monotonic() > study.ends:
            break
        study.run("one for all", wanted)
    if not np.isfinite(best[n]):
        return None
    costs = np.array([sum(c.best_at(int(parts[k, n])).value for k, c in enumerate(curves)) for curves in of])
    foresight = sum(p * study.tables(s.name)[0][n] for p, s in zip(chance, q.scenarios, strict=True))
    return SharedOnce(
        dict(zip(q.districts, map(int, parts[:, n]), strict=True)),
        float(best[n]),
        float(min(least[n], best[n])),
        worst_mean(costs, np.array(chance)),
        float(min(foresight, best[n])),
    )


def levers_worth(study: Study) -> tuple[Worth, ...]:
    """Solve every lever at today's strength, officers where the base has them, and say how many officers it is."""
    base, n = study.q.scenarios[0].name, study.q.n_today
    upper, parts, lower = study.tables(base)
    held = [c.best_at(int(b)).officers for c, b in zip(study.of(base), parts[:, n].tolist(), strict=True)]
    study.run(
        "levers",
        {(d, v.name): {b} for v in study.q.levers for d, b in zip(study.q.districts, held, strict=True)},
    )
    found = []
    for lever in study.q.levers:
        pairs = [(c, c.points.get(b)) for c, b in zip(study.of(lever.name), held, strict=True)]
        points = [(c, p) for c, p in pairs if p is not None]
        if len(points) < len(pairs):
            continue
        value = sum(p.value for _, p in points)
        short = sum(shortage_h(c.problem, on_duty(c.problem, p.plan)) for c, p in points)
        found.append(
            Worth(
                lever.name,
                lever.meaning,
                value,
                sum(p.bound for _, p in points),
                short,
                _first(lower, value, n),
                _first(upper, value, n),
                sum(
                    overtime_h(c.problem, p.plan, kind) for c, p in points for kind in OVERTIME_KINDS if kind
                ),
            )
        )
    return tuple(found)


def district_prices(study: Study) -> tuple[DistrictPrice, ...]:
    """Return each district at today's strength, and what one officer more or fewer is worth there."""
    base, n = study.q.scenarios[0].name, study.q.n_today
    _, parts, _ = study.tables(base)
    found = []
    for k, c in enumerate(study.of(base)):
        p = c.best_at(int(parts[k, n]))
        short = shortage_h(c.problem, on_duty(c.problem, p.plan))
        more, fewer = c.points.get(p.officers + 1), c.points.get(p.officers - 1)
        work_h = float(c.problem.call_work_s.sum()) / SECONDS_PER_HOUR
        found.append(
            DistrictPrice(
                c.district,
                p.officers,
                study.q.today[k],
                p.value,
                p.bound,
                short,
                p.price,
                None if more is None else max(0.0, p.value - more.value),
                None if more is None else short - shortage_h(c.problem, on_duty(c.problem, more.plan)),
                None if fewer is None else max(0.0, fewer.value - p.value),
                work_h / (p.officers * c.week_h),
            )
        )
    return tuple(found)


def regret_of(study: Study) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the regret of each plan in each scenario, and mean and CVaR of each plan."""
    names, n = [s.name for s in study.q.scenarios], study.q.n_today
    cost = np.zeros((len(names), len(names)))
    for i, planned in enumerate(study.q.scenarios):
        curves = study.of(planned.name)
        _, parts, _ = study.tables(planned.name)
        plans = [c.best_at(int(b)).plan for c, b in zip(curves, parts[:, n].tolist(), strict=True)]
        for j, real in enumerate(study.q.scenarios):
            there = real.strength_frac / planned.strength_frac
            cost[i, j] = sum(
                worked(study.q.weeks[d, real.name], plan, there)
                for d, plan in zip(study.q.districts, plans, strict=True)
            )
    chance = np.array([s.probability for s in study.q.scenarios])
    mean = cost @ chance
    cvar = np.array([worst_mean(row, chance) for row in cost])
    best = np.array([study.points(name, n).value for name in names])
    return cost - np.minimum(best, cost.min(axis=0)), mean, cvar


def _first(falling: FloatArray, value: float, today: int) -> int | None:
    """Return how many officers more than today reach a value by a curve that falls; None where none of them does."""
    there = np.flatnonzero(falling[today:] <= value + 1e-9)
    return int(there[0]) if there.size else None

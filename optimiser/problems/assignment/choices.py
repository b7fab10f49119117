"""For one incident the ways to answer it, best first, each with what it costs and what it does to cover.

Everything else in the plan stays as it is. Every single unit that may go is judged exactly, all at once; where more
than one is needed, sets are grown from the best ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.assignment.data import ENDS, FREE, SENT, AssignmentProblem
from optimiser.problems.assignment.eligible import is_status, may_go
from optimiser.problems.assignment.measures import TERMS, Served, levels, serve_one
from optimiser.problems.assignment.plan import AssignmentPlan
from optimiser.problems.assignment.rules import (
    TIME_TOL_S,
    all_moved,
    all_sent,
    breaks_for,
    newly_sent,
)
from optimiser.problems.assignment.turning_back import all_recalled

GROWN = 12
"""Sets that are grown at a time, and units that are tried to grow each."""
MOST_GROWN = 4
"""Units in a set at the most."""
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ZoneLoss:
    """A zone that falls below its level by a choice: levels before, after and wanted, and for how long at least."""

    zone: str
    before: int
    after: int
    wanted: int
    for_s: float


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to answer an incident.

    Parameters
    ----------
    units
        Units newly sent, by arrival; none if nobody new goes.
    cost
        Weighted seconds, of the incident and of the cover that is lost.
    arrives_s, full_s
        Seconds from now until the incident is reached, and until all officers are there; None if not.
    late_s
        Seconds past the attend target.
    missing, skills_missing
        Officers and skills that stay missing.
    terms
        Parts of the cost by name; ``cover`` is that of the cover lost, ``reopened`` what diverted units leave behind.
    losses
        Zones that fall below their level, the barest first.
    """

    units: tuple[str, ...]
    cost: float
    arrives_s: float | None
    full_s: float | None
    late_s: float
    missing: int
    skills_missing: int
    terms: Mapping[str, float] = field(default_factory=dict)
    losses: tuple[ZoneLoss, ...] = ()


class _Bench:
    """The snapshot as one incident sees it: who could come, and what each takes from each zone."""

    def __init__(self, problem: AssignmentProblem, plan: AssignmentPlan, i: int, job_s: float) -> None:
        self.problem, self.i, self.job_s = problem, i, job_s
        new = newly_sent(problem, plan)
        names = problem.unit_ids
        self.base = replace(
            plan, sent={u: to for u, to in plan.sent.items() if to != problem.incident_ids[i]}
        )
        self.sent, self.moved = all_sent(problem, self.base), all_moved(problem, self.base)
        self.elsewhere = {u: k for u, k in new.items() if k != i}
        self.here = [u for u, k in self.sent.items() if k == i]
        self.level = levels(problem, self.base)
        busy = set(self.elsewhere) | set(self.moved) | set(self.here) | all_recalled(problem, self.base)
        allowed = may_go(problem)[0][:, i]
        self.may = np.array([u for u in np.flatnonzero(allowed).tolist() if u not in busy], dtype=np.int64)
        self.names = names
        self.takes = self._takes(self.may)
        self.price = _price_table(problem)
        self.bare = float(self._lost(self.level[None, :])[0])

    def _takes(self, units: Ints) -> Ints:
        """Levels that each zone loses when each unit goes to the incident. Shape (n, Z)."""
        problem, params = self.problem, self.problem.params
        counts = problem.officers if params.coverage_counts == "officers" else np.ones_like(problem.officers)
        within = problem.zone_within_s
        own = problem.zone_s[units] <= within
        if params.coverage != "present":
            own = own & is_status(problem, FREE)[units, None]
        gives = np.zeros_like(own)
        if params.coverage == "present" and problem.zone_ids:
            scene = {c: t[self.i] <= within for c, t in problem.scene_zone_s.items()}
            gives = np.array([scene[problem.driver_class[u]] for u in units.tolist()], dtype=bool).reshape(
                own.shape
            )
            for k, u in enumerate(units.tolist()):
                if u in self.sent:
                    own[k] = problem.scene_zone_s[problem.driver_class[u]][self.sent[u]] <= within
        return np.asarray((own.astype(np.int64) - gives) * counts[units, None], dtype=np.int64)

    def _lost(self, level: Ints) -> Floats:
        """Price of the levels missing, for each row of levels. Shape (n,)."""
        missing = np.maximum(0, self.problem.demand_level[None, :] - level)
        n_levels: int = self.price.shape[1]
        at = missing + n_levels * np.arange(level.shape[1])[None, :]
        return np.asarray(np.take(self.price.ravel(), at).sum(axis=1), dtype=np.float64)

    def cover_costs(self, sets: Ints) -> Floats:
        """Price of the cover that each set of units takes; ``sets`` (n, k) holds places in ``may``."""
        after = self.level[None, :] - self.takes[sets].sum(axis=1)
        return np.asarray(self._lost(after) - self.bare, dtype=np.float64)

    def serve(self, units: list[int]) -> Served:
        """Return what the incident gets from these units and those that are on their way to it."""
        return serve_one(self.problem, self.i, [*self.here, *units], dict.fromkeys(units, self.i))

    def reopened(self, units: list[int]) -> float:
        """Weighted seconds of the incidents that diverted units leave, above what they cost now."""
        left = {u: self.sent[u] for u in units if self.problem.status[u] == SENT and u in self.sent}
        cost = 0.0
        for j in sorted(set(left.values())):
            crew = [u for u, k in self.sent.items() if k == j]
            stay = [u for u in crew if u not in left]
            cost += serve_one(self.problem, j, stay, {}).total - serve_one(self.problem, j, crew, {}).total
        return cost

    def broken(self, units: list[int]) -> bool:
        """Whether sending these breaks a rule, the cover floor and what others do left aside."""
        new = {**self.elsewhere, **dict.fromkeys(units, self.i)}
        sent = {**self.sent, **dict.fromkeys(units, self.i)}
        return bool(breaks_for(self.problem, self.i, units, sent, self.moved, new))

    def losses(self, places: Ints) -> tuple[ZoneLoss, ...]:
        """Zones that fall below their level by these units."""
        problem = self.problem
        after = self.level - self.takes[places].sum(axis=0)
        short = np.flatnonzero(after < np.minimum(self.level, problem.demand_level))
        found = [
            ZoneLoss(
                problem.zone_ids[z],
                int(self.level[z]),
                int(after[z]),
                int(problem.demand_level[z]),
                self._until(z, places),
            )
            for z in short.tolist()
        ]
        return tuple(sorted(found, key=lambda x: (x.after, -x.wanted, x.zone)))

    def _until(self, z: int, places: Ints) -> float:
        """Seconds until somebody else who can cover the zone becomes free, or the units sent come back."""
        problem = self.problem
        reaches = (problem.zone_s[:, z] <= problem.zone_within_s[z]) & is_status(problem, ENDS)
        back = self.job_s + min(
            (problem.ready_s[u] + problem.travel_s[u, self.i] for u in self.may[places].tolist()), default=0.0
        )
        return float(min(back, problem.ready_s[reaches].min(initial=np.inf)))


def ranked(
    problem: AssignmentProblem,
    incident: str,
    plan: AssignmentPlan | None = None,
    *,
    most: int = 10,
    job_s: float = 2700.0,
) -> tuple[Choice, ...]:
    """Return the best ways to answer one incident while the rest of ``plan`` stays.

    Parameters
    ----------
    most
        How many to return.
    job_s
        Seconds that a unit is expected to be at the scene: how long cover is lost if nobody else comes free.
    """
    i = problem.incident_ids.index(incident)
    bench = _Bench(problem, plan or AssignmentPlan(), i, job_s)
    found = _singles(bench)
    if found:
        _grow(bench, found)
    choices: list[Choice] = []
    for places in sorted(found, key=lambda c: (found[c], c)):
        units = bench.may[list(places)].tolist()
        if len(choices) < most and not bench.broken(units):
            choices.append(_choice(bench, places))
    return tuple(choices)


def _price_table(problem: AssignmentProblem) -> Floats:
    """Price of the first m missing levels of each zone. Shape (Z, most levels + 1)."""
    most = int(problem.demand_level.max(initial=0))
    by_level = np.zeros((most + 1, most + 1))
    for d in range(1, most + 1):
        by_level[d, 1 : d + 1] = np.cumsum([problem.params.level_price_s(n, d) for n in range(1, d + 1)])
    return np.asarray(by_level[problem.demand_level] * problem.zone_weight[:, None])


def _singles(bench: _Bench) -> dict[tuple[int, ...], float]:
    """Cost of each unit alone, by its place in ``may``."""
    if not bench.may.size:
        return {}
    sets = np.arange(bench.may.size)[:, None]
    return {(k,): float(c) for k, c in enumerate(_costs(bench, sets)[0].tolist())}


def _costs(bench: _Bench, sets: Ints) -> tuple[Floats, Bools]:
    """Cost of each set of units, and whether it leaves the incident short. ``sets`` (n, k) holds places in ``may``."""
    problem, i = bench.problem, bench.i
    units = bench.may[sets]
    cost, short = sets_cost(
        problem, i, np.hstack([units, np.tile(np.array(bench.here, np.int64), (len(sets), 1))])
    )
    cost = cost + bench.cover_costs(sets)
    diverted = is_status(problem, SENT)[units]
    cost += problem.params.divert_price_s * diverted.sum(axis=1)
    for k in np.flatnonzero(diverted.any(axis=1)).tolist():
        cost[k] += bench.reopened(units[k].tolist())
    return cost, short


def sets_cost(problem: AssignmentProblem, i: int, crews: Ints) -> tuple[Floats, Bools]:
    """Weighted seconds of incident ``i`` with each crew (n, k), as ``measures.serve_one`` without diversions.

    Also whether officers or skills are missing, or nobody may go in yet. Both of shape (n,).
    """
    p = problem.params
    grade, weight, age = int(problem.grade[i]), problem.urgency(i), float(problem.age_s[i])
    target, need, late_weight = (
        p.grade_targets_s[grade],
        int(problem.officers_needed[i]),
        p.late_weight[grade],
    )
    arrival = problem.ready_s[crews] + problem.travel_s[crews, i]
    order = np.argsort(arrival, axis=1, kind="stable")
    arrival = np.take_along_axis(arrival, order, axis=1)
    there = np.cumsum(np.take_along_axis(problem.officers[crews], order, axis=1), axis=1)

    def when(n: int) -> tuple[Floats, Bools]:
        ever = there[:, -1] >= n
        at = np.take_along_axis(arrival, (there >= n).argmax(axis=1)[:, None], axis=1)[:, 0]
        return np.where(ever, at, 0.0), ever

    entered, ever = when(problem.enters_with(i))
    full, complete = when(need)
    total = there[:, -1]
    cost = p.journey_weight * problem.travel_s[crews, i].sum(axis=1)
    more = problem.before_cover_s(i)
    cost += (problem.missing_price_s(i) + more) * np.maximum(0, need - total)
    cost += p.surplus_price_s * np.maximum(0, total - need)
    full_late = np.where(complete & (need > 0), np.maximum(0.0, age + full - target), 0.0)
    cost += weight * late_weight * p.complement_weight * full_late
    short = (total < need) | (~ever if not problem.attended[i] else False)
    if not problem.attended[i]:
        late = np.where(ever, np.maximum(0.0, age + entered - target), 0.0)
        cost += weight * (p.first_weight[grade] * entered + late_weight * late) + more * (late > TIME_TOL_S)
        begins = problem.ready_s[crews].min(axis=1)
        cost += weight * p.deploy_weight * np.maximum(0.0, age + begins - max(age, problem.deploy_by(i)))
    for k in np.flatnonzero(problem.skills_needed[i]).tolist():
        lacking = np.maximum(0, problem.skills_needed[i, k] - problem.has_skill[crews, k].sum(axis=1))
        cost += weight * p.skill_price_s * lacking
        short |= lacking > 0
    return cost, short


def _grow(bench: _Bench, found: dict[tuple[int, ...], float]) -> None:
    """Add sets of two and more units where single ones leave the incident short; put them into ``found``."""
    grown = sorted(found, key=lambda c: found[c])[:GROWN]
    arrival = bench.problem.ready_s[bench.may] + bench.problem.travel_s[bench.may, bench.i]
    soon = np.argsort(arrival, kind="stable")[:GROWN]
    more = list(dict.fromkeys([*(u for (u,) in grown), *soon.tolist()]))
    _, short = _costs(bench, np.array(grown, dtype=np.int64))
    for _ in range(min(MOST_GROWN, bench.problem.params.max_units) - 1):
        lacking = [places for places, s in zip(grown, short.tolist(), strict=True) if s]
        new = dict.fromkeys(tuple(sorted({*c, k})) for c in lacking for k in more if k not in c)
        if not new:
            return
        sets = list(new)
        cost, short = _costs(bench, np.array(sets, dtype=np.int64))
        found.update(zip(sets, cost.tolist(), strict=True))
        best = np.argsort(cost, kind="stable")[:GROWN]
        grown, short = [sets[k] for k in best.tolist()], short[best]


def _choice(bench: _Bench, places: tuple[int, ...]) -> Choice:
    problem, i = bench.problem, bench.i
    units = sorted(
        bench.may[list(places)].tolist(), key=lambda u: float(problem.ready_s[u] + problem.travel_s[u, i])
    )
    served = bench.serve(units)
    cover = float(bench.cover_costs(np.array([places], dtype=np.int64))[0])
    age, reopened = float(problem.age_s[i]), bench.reopened(units)
    return Choice(
        units=tuple(problem.unit_ids[u] for u in units),
        cost=served.total + cover + reopened,
        arrives_s=None if served.response_s is None else served.response_s - age,
        full_s=None if served.full_s is None else served.full_s - age,
        late_s=served.late_s if served.late_s > TIME_TOL_S else 0.0,
        missing=served.missing,
        skills_missing=served.skills_missing,
        terms={name: float(getattr(served, name)) for name in TERMS} | {"cover": cover, "reopened": reopened},
        losses=bench.losses(np.array(places, dtype=np.int64)),
    )

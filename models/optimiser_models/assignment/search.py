"""Greedy, then local search with ejection chains: a good plan in milliseconds, from which the proof starts.

Plain incidents only (:func:`~optimiser_models.assignment.arcs.plain`); cover by units that stay where they are. A step
takes a unit for an incident, beside those that go there or in place of one of them; if it was bound elsewhere, that
incident takes the best unit left in its stead, or none. Steps that make the plan better are taken, others by chance
that falls with time (annealing); the best plan seen is kept. All compiled, a fixed number of steps: the same plan each
time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from optimiser.problems.assignment import AssignmentParams, AssignmentPlan, AssignmentProblem, check
from optimiser_models.assignment.arcs import (
    Arcs,
    Floats,
    Ints,
    admissible,
    before_cover,
    most_units,
    needless_spare,
    plain,
    reach_now,
    unfilled_price,
)
from optimiser_models.assignment.steps import MOST, anneal

NEAREST = 24
"""Units that each incident tries as its first, and as a further one, the nearer the more often."""
LOST = 0.3
"""Share of the cover that a unit takes if it leaves alone which counts in who is near: others may take it with them."""
STEPS_AN_INCIDENT, FEWEST_STEPS = 80, 8000
QUICK_STEPS = 500
HOT, COLD, UNHURRIED = 0.02, 0.002, 600
"""Share of a usual arrival's cost that a step may lose by chance, at the beginning and at the end, where each incident
has so many steps; with fewer the search is colder in proportion."""


@dataclass(frozen=True)
class Table:
    """Everything the compiled search reads; costs by incident, then unit: a step reads one incident's row."""

    arrival: Floats
    lead: Floats
    full: Floats
    wait: Floats
    way: Floats
    officers: Ints
    need: Ints
    limit: Ints
    price: Floats
    near: Ints
    zone_start: Ints
    zone: Ints
    size: Ints
    level: Ints
    alone: Floats
    wanted: Ints
    short_price: Floats
    spare: int
    surplus: float


def table(problem: AssignmentProblem, arcs: Arcs) -> Table:
    """Return the arrays; pairs that are not admissible have infinite cost."""
    n_units, n_incidents = len(problem.unit_ids), len(problem.incident_ids)
    at = (arcs.incident, arcs.unit)

    def spread(values: Floats, nothing: float) -> Floats:
        out = np.full((n_incidents, n_units), nothing)
        out[at] = values
        return out

    simple = plain(problem)
    lead = spread(arcs.lead_cost, np.inf)
    lead[~simple] = np.inf
    reach, short = reach_now(problem), _short_prices(problem)
    unit, zone = np.nonzero(reach)
    size = (reach.max(axis=1) if reach.shape[1] else np.zeros(n_units)).astype(np.int64)
    level = reach.sum(axis=0).astype(np.int64)
    alone = _alone_prices(unit, zone, size, level, problem.demand_level, short)
    full, way = spread(arcs.full_cost, 0.0), spread(arcs.way_cost, 0.0)
    taken = way + LOST * alone
    return Table(
        arrival=spread(arcs.arrival_s, np.inf),
        lead=lead,
        full=full,
        wait=spread(arcs.wait_cost, 0.0),
        way=way,
        officers=problem.officers,
        need=problem.officers_needed,
        limit=np.minimum(most_units(problem), MOST),
        price=unfilled_price(problem),
        near=_near(lead + taken, np.where(np.isfinite(lead), taken + full, np.inf)),
        zone_start=np.searchsorted(unit, np.arange(n_units + 1)).astype(np.int64),
        zone=zone.astype(np.int64),
        size=size,
        level=level,
        alone=alone,
        wanted=problem.demand_level,
        short_price=short,
        spare=needless_spare(problem),
        surplus=problem.params.surplus_price_s,
    )


def _near(as_first: Floats, as_further: Floats) -> Ints:
    """Return the units that each incident tries: the best to be first, and to follow, by turns.

    Who follows late is cheap where only the first arrival is pressing: no list of first arrivals has him near.

    Returns
    -------
    array (I, at most 2 NEAREST)
        Positions of units, each once in a row; -1 where there are no more.
    """
    both = np.stack([_cheapest(as_first), _cheapest(as_further)], axis=2).reshape(len(as_first), -1)
    by_unit = np.argsort(both, axis=1, kind="stable")
    sorted_units = np.take_along_axis(both, by_unit, axis=1)
    row, at = np.nonzero(sorted_units[:, 1:] == sorted_units[:, :-1])
    both[row, by_unit[row, at + 1]] = -1
    return np.ascontiguousarray(np.take_along_axis(both, np.argsort(both < 0, axis=1, kind="stable"), axis=1))


def _cheapest(costs: Floats) -> Ints:
    """Return the NEAREST cheapest columns of each row in order, -1 for what costs infinitely much."""
    few = min(NEAREST, costs.shape[1])
    some = np.argpartition(costs, few - 1, axis=1)[:, :few]
    found = np.take_along_axis(costs, some, axis=1)
    order = np.argsort(found, axis=1, kind="stable")
    cheap = np.isfinite(np.take_along_axis(found, order, axis=1))
    return np.where(cheap, np.take_along_axis(some, order, axis=1), -1)


def _short_prices(problem: AssignmentProblem) -> Floats:
    """Price of the first n missing levels of each zone. Shape (Z, most levels + 1)."""
    short = np.zeros((len(problem.zone_ids), int(problem.demand_level.max(initial=0)) + 1))
    for d in np.unique(problem.demand_level).tolist():
        mine = problem.demand_level == d
        prices = [problem.params.level_price_s(n, d) for n in range(1, d + 1)]
        short[mine, 1 : d + 1] = problem.zone_weight[mine, None] * np.cumsum(prices)
    return short


def warm() -> None:
    """Compile on two units and one incident."""
    search(
        AssignmentProblem(
            params=AssignmentParams(),
            unit_ids=("a", "b"),
            officers=np.array([1, 1]),
            driver_class=("basic", "basic"),
            status=("free", "free"),
            ready_s=np.zeros(2),
            incident_ids=("i",),
            grade=np.array([1]),
            officers_needed=np.array([2]),
            age_s=np.zeros(1),
            weight=np.ones(1),
            travel_s=np.ones((2, 1)),
        ),
    )


def slots(t: Table) -> Ints:
    """Return a beginning: one unit for each officer needed, quickest in all by a linear assignment. Shape (U,).

    A unit's price is what its leaving costs in cover at the start; the first slot of an incident bears the arrival.
    """
    never = t.price.max(initial=0.0) * 10 + 1e6
    further = np.where(np.isfinite(t.lead), t.way + t.full, np.inf) + t.alone
    asks = np.flatnonzero(t.need > 0)
    more = np.repeat(asks, t.need[asks] - 1)
    incident = np.concatenate([asks, more])
    cost = np.vstack([(t.lead + t.way + t.alone)[asks], further[more]])
    slot, unit = linear_sum_assignment(np.minimum(cost, never))
    good = cost[slot, unit] < never
    begin = np.full(t.lead.shape[1], -1, dtype=np.int64)
    begin[unit[good]] = incident[slot[good]]
    return begin


def _alone_prices(
    unit: Ints, zone: Ints, size: Ints, level: Ints, wanted: Ints, short_price: Floats
) -> Floats:
    """Price of the cover that each unit takes if it leaves alone; ``unit`` and ``zone`` list who covers what. (U,)."""
    missing = np.maximum(0, wanted - level)[zone]
    after = np.minimum(np.maximum(0, wanted[zone] - level[zone] + size[unit]), wanted[zone])
    rise = short_price[zone, after] - short_price[zone, missing]
    return np.bincount(unit, rise, minlength=size.size).astype(np.float64)


def quick(problem: AssignmentProblem) -> AssignmentPlan:
    """Return a plan in a few milliseconds; nobody sent where a rule of the rest would be broken."""
    plan = search(problem, steps=QUICK_STEPS)
    return AssignmentPlan() if check(problem, plan) else plan


def search(
    problem: AssignmentProblem, arcs: Arcs | None = None, *, seed: int = 0, steps: int | None = None
) -> AssignmentPlan:
    """Return a good plan; deterministic."""
    n = len(problem.incident_ids)
    if not n or not len(problem.unit_ids):
        return AssignmentPlan()
    t = table(problem, admissible(problem) if arcs is None else arcs)
    first = before_cover(problem)[:, None]
    in_time = np.where(t.lead >= first, t.lead - first, t.lead)
    near_costs = in_time[np.isfinite(t.lead)]
    steps = max(FEWEST_STEPS, STEPS_AN_INCIDENT * n) if steps is None else steps
    usual = max(1e-3, float(np.median(near_costs))) if near_costs.size else 1.0
    usual *= min(1.0, steps / (UNHURRIED * n))
    place = anneal(
        t.arrival, t.lead, t.full, t.wait, t.way, t.officers, t.need, t.limit, t.price, t.near, t.zone_start, t.zone,
        t.size, t.level.copy(), t.wanted, t.short_price, t.spare, t.surplus, slots(t),
        steps, seed, HOT * usual, COLD * usual,
    )  # fmt: skip
    return AssignmentPlan(
        {
            problem.unit_ids[u]: problem.incident_ids[i]
            for u, i in enumerate(place.tolist())
            if i >= 0 and problem.on_way_to[u] == ""
        }
    )

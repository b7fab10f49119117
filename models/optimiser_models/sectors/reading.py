"""A sector problem read as arrays, for one of its aims: what each pair costs, what is limited, what is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import SectorsProblem
from optimiser.problems.sectors.measures import second_best
from optimiser.problems.sectors.params import PRIORITY_COVERS, SENSES
from optimiser.problems.sectors.rules import ROUNDING
from optimiser_models.sectors.arrays import FREE, Districting, Extras, Floats, Ints, Places
from optimiser_models.sectors.contract import Contraction, contraction


def prepare(problem: SectorsProblem, objective: str | None = None) -> Districting:
    """Return the arrays of a problem for one of its objectives (the first by default)."""
    p = problem.params
    objective = objective or p.objectives[0]
    c = contraction(problem)
    low, high = _windows(problem)
    limited = [
        q
        for q, name in enumerate(problem.balance_names)
        if (name in p.balance_frac and problem.balance[q].sum() > 0) or name in p.ceilings
    ]
    balanced = np.array([problem.balance_names[q] in p.balance_frac for q in limited], dtype=bool)
    target = problem.balance[limited].sum(axis=1)[:, None] * p.shares()[None, :] * balanced[:, None]
    starts, neighbours, border = c.links(problem)
    district = {d: k for k, d in enumerate(p.district_ids)}
    row = {name: j for j, name in enumerate(problem.centre_ids)}
    fixed = np.array([row[name] if name else FREE for name in p.centres()], dtype=np.int64)
    side, side_limit = _side(problem, fixed)
    slack = p.relax.get("contiguity", 0.0)
    lock, contradiction = c.locks({a: district[d] for a, d in p.locks})
    apart, joined = c.pairs(p.apart)
    slack_apart = int(p.relax.get("apart", 0.0)) - joined
    return Districting(
        cost=c.sums(costs(problem, objective, fixed)),
        weight=c.sums(problem.balance[limited]),
        low=low[limited],
        high=high[limited],
        target=target,
        may=_may(problem, fixed),
        fixed=fixed,
        lock=lock,
        allowed=c.all(within_drive(problem)),
        centre_area=c.part[problem.centre_area].astype(np.int64),
        starts=starts,
        neighbours=neighbours,
        border=border,
        contiguity=p.contiguity and slack < len(problem.area_ids),
        slack_areas=int(slack),
        slack_locks=int(p.relax.get("lock", 0.0)),
        side=c.sums(side),
        side_limit=side_limit,
        places=_places(problem, c),
        contraction=c,
        same=c.same,
        apart=apart,
        slack_same=int(p.relax.get("together", 0.0)),
        slack_apart=slack_apart,
        extras=_extras(problem, objective),
        apart_s=problem.travel_s[:, problem.centre_area],
        centres=np.arange(len(problem.centre_ids)),
        contradiction=contradiction or ("areas kept apart are kept together" if slack_apart < 0 else ""),
    )


def within_drive(problem: SectorsProblem) -> NDArray[np.bool_]:
    """Return which areas lie within the longest drives from a centre, shape (C, n)."""
    p = problem.params
    within = problem.travel_s <= p.longest_drive_s + p.relax.get("longest drive", 0.0)
    if problem.respond_within_s.size:
        within &= problem.travel_s <= problem.respond_within_s + p.relax.get("response", 0.0)
    return np.asarray(within, dtype=np.bool_)


def _windows(problem: SectorsProblem) -> tuple[Floats, Floats]:
    """Return the least and most work of each kind per district, a limit on the largest deviation included."""
    p = problem.params
    low, high = problem.windows()
    if "deviation" in p.limits:
        off = max(p.limit_of("deviation"), 0.0) + ROUNDING
        for q in (problem.balance_names.index(name) for name in p.balance_frac):
            target = problem.balance[q].sum() * p.shares()
            low[q], high[q] = np.maximum(low[q], target * (1 - off)), np.minimum(high[q], target * (1 + off))
    return low, high


def next_stage(d: Districting, problem: SectorsProblem, kept: str, name: str, value: float) -> Districting:
    """Return the arrays for the next objective ``name``, with the one before, ``kept``, at ``value`` or better."""
    c = d.contraction
    if kept == "deviation":
        wide = np.where(d.target > 0, d.target * value * (1 + 1e-9), np.inf)
        d = replace(d, low=np.maximum(d.low, d.target - wide), high=np.minimum(d.high, d.target + wide))
    elif kept == "boundary":
        d = replace(d, border_limit=value * (1 + 1e-9) + 1e-9)
    elif kept == "splits":
        d = replace(d, places=replace(d.places, most=value))
    else:
        d = replace(d, side=np.concatenate([d.side, d.cost[None]]), side_limit=np.append(d.side_limit, value))
    fixed = np.where(d.fixed == FREE, FREE, d.centres[d.fixed])
    return replace(
        d,
        cost=c.sums(costs(problem, name, fixed))[d.centres],
        extras=_extras(problem, name),
        stage=d.stage + 1,
    )


def costs(problem: SectorsProblem, objective: str, fixed: Ints | None = None) -> Floats:
    """Return the cost of serving each area from each centre for an objective, shape (C, n), to be minimised.

    The parts of an objective that are no sum over pairs are in :class:`Extras`.
    """
    p = problem.params
    cost = np.zeros(problem.travel_s.shape)
    if objective == "score":
        for name, weight in p.weights.items():
            cost += weight * costs(problem, name, fixed)
    elif objective == "cover" or objective in PRIORITY_COVERS:
        cost = -problem.covered_of(objective)
    elif objective == "travel":
        cost = problem.travel_s * problem.calls[None, :]
    elif objective == "compactness":
        cost = problem.distance_m**2 * problem.calls[None, :]
    elif objective == "moved":
        cost = _moved(problem, np.full(p.n_districts, FREE) if fixed is None else fixed)
    elif objective in ("backup", "expected"):
        rank = p.backup_centres - 1 if objective == "backup" else 1
        given = np.zeros(0, dtype=np.int64) if fixed is None else fixed[fixed != FREE]
        opened = np.arange(len(cost)) if len(cost) == p.n_districts else np.sort(given)
        own, other = problem.covered_calls, second_best(problem, opened, rank)
        both = np.minimum(own, other)
        cost = -both if objective == "backup" else -(1 - p.busy_frac) * (own + p.busy_frac * other)
    return np.ascontiguousarray(cost, dtype=np.float64)


def _extras(problem: SectorsProblem, objective: str) -> Extras:
    given = problem.params.weights if objective == "score" else {objective: 1.0}
    return Extras(given.get("boundary", 0.0), given.get("splits", 0.0), given.get("deviation", 0.0))


def _moved(problem: SectorsProblem, fixed: Ints) -> Floats:
    """Return the share of today's work that an area moves if this centre serves it, shape (C, n).

    A centre belongs to the district that it is given to, else to the one that its area has today ("old ground").
    """
    work = problem.moved_work()
    owner = np.array([problem.today[a] for a in problem.centre_area], dtype=object)
    for d, j in zip(problem.params.district_ids, fixed, strict=True):
        if j != FREE:
            owner[j] = d
    before = np.array(problem.today, dtype=object)
    share = work / max(float(work.sum()), 1e-12)
    return np.where(owner[:, None] != before[None, :], share[None, :], 0.0)


def _may(problem: SectorsProblem, fixed: Ints) -> NDArray[np.bool_]:
    """Return which centres a district may have: its given one, or any, or those on its old ground."""
    p = problem.params
    may = np.ones((p.n_districts, len(problem.centre_ids)), dtype=bool)
    for k, district in enumerate(p.district_ids):
        if fixed[k] != FREE:
            may[k] = np.arange(may.shape[1]) == fixed[k]
        else:
            may[k, fixed[fixed >= 0]] = False
            if p.counts_change and district in problem.today:
                may[k] &= np.array([problem.today[a] == district for a in problem.centre_area])
    return may


def _side(problem: SectorsProblem, fixed: Ints) -> tuple[Floats, Floats]:
    """Return the sums over pairs that have a limit, shape (R, C, n), and the limits, shape (R,)."""
    p = problem.params
    rows, limits = [], []
    if p.change_limit_frac < 1:
        rows.append(_moved(problem, fixed))
        limits.append(p.change_limit_frac + p.relax.get("change", 0.0))
    for name in p.limits:
        if name not in ("deviation", "splits"):
            rows.append(costs(problem, name, fixed))
            limit = p.limit_of(name)
            limits.append(sign_of(name) * limit + ROUNDING * abs(limit))  # as the rules compare
    table = np.stack(rows) if rows else np.zeros((0, *problem.travel_s.shape))
    return table, np.array(limits, dtype=np.float64)


def _places(problem: SectorsProblem, c: Contraction) -> Places:
    extra = problem.params.relax.get("splits", 0.0)
    index: dict[tuple[str, str], int] = {}
    kind: list[int] = []
    members = set()
    for q, (name, of_area) in enumerate(problem.places.items()):
        for i, place in enumerate(of_area):
            if place:
                g = index.setdefault((name, place), len(index))
                if g == len(kind):
                    kind.append(q)
                members.add((int(c.part[i]), g))
    pairs = np.array(sorted(members), dtype=np.int64).reshape(-1, 2)
    starts = np.zeros(c.n + 1, dtype=np.int64)
    np.cumsum(np.bincount(pairs[:, 0], minlength=c.n), out=starts[1:])
    limits = problem.params.split_limits
    limit = [limits[name] + extra if name in limits else np.inf for name in problem.places]
    return Places(
        starts,
        pairs[:, 1].copy(),
        np.array(kind, dtype=np.int64),
        np.array(limit, dtype=np.float64),
        problem.params.limit_of("splits") if "splits" in problem.params.limits else np.inf,
    )


def second_cars_free(problem: SectorsProblem) -> bool:
    """Say whether backup or expected cover is asked for while it is open which centres there are.

    The car of a second centre makes them no sum over pairs, but where every centre is given or every candidate needed.
    """
    p = problem.params
    settled = all(p.centres()) or len(problem.centre_ids) == p.n_districts
    return bool({"backup", "expected"} & p.judged) and not settled


def sign_of(name: str) -> float:
    """Minus one where the planner's objective is a maximum."""
    return -1.0 if SENSES[name] == "max" else 1.0

"""Few sets of centres: the best districts around every one, those that promise most first, and so the proof.

With the set given every candidate in it is a centre, second cars are sums over pairs, and which district has which
centre is part of the usual question. A set whose areas each have their best centre and still do worse than the best
plan is passed over, and so are all after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.params import SENSES
from optimiser.problems.sectors.rules import beyond
from optimiser.solve.result import Outcome, StoppedBy
from optimiser_models.sectors.reading import costs, prepare
from optimiser_models.sectors.second import SECOND, Key, Search, same

Ints = NDArray[np.int64]
MOST_SETS = 1_000
"""Sets that are gone through one by one."""
LEAST_S, LONGER = 1.0, 4.0
"""The least time for a set at first, and how much more each time."""
SUMS = "plain sums (every area has its best centre)"


def few(problem: SectorsProblem) -> bool:
    """Say whether so few sets of centres can be that every one may have its turn."""
    given = sum(bool(c) for c in problem.params.centres())
    return comb(len(problem.centre_ids) - given, problem.params.n_districts - given) <= MOST_SETS


def with_centres(problem: SectorsProblem, rows: Ints) -> SectorsProblem:
    """Return the question with these candidates alone (k,), rising."""
    return replace(
        problem,
        centre_ids=tuple(problem.centre_ids[j] for j in rows.tolist()),
        centre_area=problem.centre_area[rows],
        travel_s=problem.travel_s[rows],
        covered_calls=problem.covered_calls[rows],
        distance_m=problem.distance_m[rows] if problem.distance_m.size else problem.distance_m,
        priority_covered=problem.priority_covered[:, rows]
        if problem.priority_covered.size
        else problem.priority_covered,
    )


def through(search: Search) -> Outcome[SectorsPlan] | None:
    """Go through all sets; take plans and bounds. Return an outcome where it is proved that there is no plan.

    Each has a little time at first, and those still open more and more of it.
    """
    ranked: list[tuple[float, Ints]] = []
    for rows in _sets(search.problem):
        if search.stopped():
            return None
        ranked.append((_least(search.problem, rows), rows))
    ranked = sorted((r for r in ranked if np.isfinite(r[0])), key=lambda r: r[0])
    tried = [Tried((least,), None, ()) for least, _ in ranked]
    seconds = max(LEAST_S, search.left_s() / max(1, 2 * len(ranked)))
    open_ = list(range(len(ranked)))
    while open_ and not search.stopped():
        for i in tuple(open_):
            if search.done():
                break
            least, rows = ranked[i]
            if _worse(search, least):
                open_.remove(i)
                continue
            found = search.solve(with_centres(search.problem, rows), None, seconds)
            latest = _tried(search, least, found)
            if latest.bounds[0] >= tried[i].bounds[0]:
                tried[i] = latest
            if (
                found.infeasible
                or found.stopped_by in (StoppedBy.PROOF, StoppedBy.GAP)
                or _worse(search, tried[i].bounds[0])
            ):
                open_.remove(i)
        else:
            seconds *= LONGER
            continue
        break
    if search.best is None:
        if any(np.isfinite(t.bounds[0]) for t in tried):
            return None
        return Outcome(None, infeasible=True, confirmed_by=(_route(tried, 0),))
    _take(search, [t for t, (least, _) in zip(tried, ranked, strict=True) if not _worse(search, least)])
    return None


def _worse(search: Search, bound: float) -> bool:
    """Say whether no plan of this bound is of use: it is worse than the best, or no better where no aim follows."""
    if search.best is None:
        return False
    first = search.key[1]
    return (bound > first and not same(bound, first)) or (len(search.key) == 2 and same(bound, first))


@dataclass(frozen=True)
class Tried:
    """What a set of centres came to, each value the smaller the better: bounds by aim, and the plan's values."""

    bounds: Key
    values: Key | None
    confirmed_by: tuple[str, ...]


def _tried(search: Search, least: float, found: Outcome[SectorsPlan]) -> Tried:
    p = search.problem.params
    signs = [-1.0 if SENSES[n] == "max" else 1.0 for n in p.objectives]
    if found.infeasible:
        return Tried((np.inf,), None, found.confirmed_by)
    known = [-np.inf if b is None else sign * b for sign, b in zip(signs, found.bound, strict=False)]
    known = [*known, *([-np.inf] * (len(signs) - len(known)))]
    known[0] = max(known[0], least)
    values = None if found.plan is None else search.key_of(found.plan)[1:]
    return Tried(tuple(known), values, found.confirmed_by)


def _take(search: Search, tried: list[Tried]) -> None:
    """Take the bound of each aim among the sets that can be as good as the best plan in the aims before."""
    best = search.key[1:]
    alive = tried
    for k, name in enumerate(search.problem.params.objectives):
        sign = -1.0 if SENSES[name] == "max" else 1.0
        bound = min([best[k], *(t.bounds[k] if k < len(t.bounds) else -np.inf for t in alive)])
        if not np.isfinite(bound):
            return
        holds = k == 0 or name in search.always
        known = sign * search.bounds.get(name, -sign * np.inf) if holds else -np.inf
        if bound > known or same(bound, known):  # else the plain question or the posts say more
            before = search.routes.get(name, "") if same(bound, known) else ""
            search.bounds[name], search.routes[name] = sign * bound, _route(alive, k) or before
        search.settled.add(name)
        alive = [t for t in alive if t.bounds[k] <= best[k] or same(t.bounds[k], best[k])]
        if not all(t.values is not None and same(t.values[k], best[k]) for t in alive):
            return  # one of them may be better, so what follows is not known


def _route(tried: list[Tried], k: int) -> str:
    """Return what confirmed all of them for an aim, "" where something did not."""
    routes = [t.confirmed_by[k] if k < len(t.confirmed_by) else "" for t in tried]
    return "" if "" in routes else "; ".join(sorted(set(routes))) or SUMS


def _sets(problem: SectorsProblem) -> list[Ints]:
    given = [problem.centre_ids.index(c) for c in problem.params.centres() if c]
    others = [j for j in range(len(problem.centre_ids)) if j not in given]
    n = problem.params.n_districts - len(given)
    return [np.sort(np.array([*given, *some], dtype=np.int64)) for some in combinations(others, n)]


def _least(problem: SectorsProblem, rows: Ints) -> float:
    """Return what the first aim costs at least around these centres: each area has its best one; inf for no plan."""
    there, p = with_centres(problem, rows), problem.params
    d = prepare(there)
    if np.unique(d.centre_area).size < d.k:
        return np.inf
    for name in sorted(SECOND & set(p.limits)):
        most = -np.where(d.allowed, d.contraction.sums(costs(there, name)), np.inf).min(axis=0).sum()
        if beyond(name, most, p.limit_of(name)):
            return np.inf
    return float(np.where(d.allowed, d.cost, np.inf).min(axis=0).sum())

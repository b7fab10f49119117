"""Better centres and districts by turns, where the cars of second centres count (Cooper 1963).

From a plan: the best centre of every district within its own areas, then a short search for districts around these
centres, which is the question with given centres. Then from other centres: those of good posts, all or some of them,
and the best plan's, two of them moved within their districts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.board import Board, board, fixed
from optimiser.problems.sectors.board_measures import value_on
from optimiser.problems.sectors.measures import value_of
from optimiser.problems.sectors.params import HELD, SENSES, ObjectiveName, limit_rule
from optimiser.problems.sectors.rules import beyond
from optimiser_models.sectors.arrays import from_plan, to_plan
from optimiser_models.sectors.grow import cannot_be, grow
from optimiser_models.sectors.reading import prepare, within_drive
from optimiser_models.sectors.search import HOT, State, anneal
from optimiser_models.sectors.second import SECOND, Key, Search, better, key_of, limited
from optimiser_models.sectors.starts import MOVES_PER_AREA

Ints = NDArray[np.int64]
SHARES_OF_POSTS = (1.0, 0.75, 0.5, 0.25, 0.5, 0.25)
"""Shares of the best posts' centres that a set takes over from them, try by try."""
KICKED, ANYWHERE_EVERY = 2, 4
"""Centres that are moved at random within their districts, and every so many tries some of them anywhere."""
TRIES_REPRODUCIBLE = 100
"""Other centres that a run looks at which is to be the same again."""
RECENTRED = 20
"""Times that every centre is moved at most."""
OFFERED = 3
"""Better centres of a district that are judged by the rules, the best first."""
MOVES, GROWN, WARM = 200_000, 3, 0.3
"""Moves of a search around one set of centres, how often it begins from nothing, and how hot from a plan."""


def improve(search: Search, posts: list[Ints], until_s: float) -> None:
    """Begin from other centres, again and again, until then."""
    rng = np.random.default_rng(search.options.seed)
    for tried, (centres, start) in enumerate(_others(search, posts, rng)):
        if search.done() or search.report.elapsed_s() >= until_s:
            break
        if search.options.reproducible and tried == TRIES_REPRODUCIBLE:
            break
        settle(search, around(search, centres, start))


def settle(search: Search, plan: SectorsPlan | None) -> None:
    """By turns the best centres within the districts, then the best districts around the centres, while that helps."""
    while plan is not None and not search.done():
        plan = recentre(search, plan)
        key = search.key_of(plan)
        found = around(search, rows_of(search.problem, plan), plan)
        plan = found if found is not None and better(search.key_of(found), key) else None


def recentre(search: Search, plan: SectorsPlan) -> SectorsPlan:
    """Move one district's centre within its own areas at a time, to the best place, while that helps."""
    problem = search.problem
    p = problem.params
    far = ~within_drive(problem)
    b = board(fixed(problem, plan), plan)
    key = search.key_of(plan)
    free = [k for k, c in enumerate(p.centres()) if not c]
    vain = 0
    for k in (free[i % len(free)] for i in range(len(free) * RECENTRED)):
        if vain == len(free) or search.stopped():
            break
        own = np.flatnonzero(b.label[problem.centre_area] == k)
        own = own[~far[np.ix_(own, np.flatnonzero(b.label == k))].any(axis=1)]
        moved = [
            replace(b, centre=np.where(np.arange(b.centre.size) == k, j, b.centre)) for j in own.tolist()
        ]
        ranked = sorted(((_key_on(m), i) for i, m in enumerate(moved)))
        vain += 1
        for better_key, i in ranked[:OFFERED]:
            if not better(better_key, key):
                break
            centre_of = {**plan.centre_of, p.district_ids[k]: problem.centre_ids[own[i]]}
            there = SectorsPlan(plan.district_of, centre_of)
            if search.allows(there):
                plan, b, key, vain = there, moved[i], better_key, 0
                search.offer(plan)
                break
    return plan


def _key_on(b: Board) -> Key:
    p = b.fixed.problem.params
    return key_of(p, {n: value_on(b, n) for n in {*p.objectives, *limited(p)}})


def around(search: Search, centres: Ints, start: SectorsPlan | None) -> SectorsPlan | None:
    """Look for good districts around these centres (k,), one of each district, by a short search; None if none found.

    By the first aim that is open from the first one on that second cars count for, the aims before it as limits.
    """
    problem = _given(search, centres)
    search.tried += 1
    d = prepare(problem)
    if d.contradiction or cannot_be(d):
        return None
    d = d.among(np.sort(centres))
    seed = search.options.seed + 1000 * search.tried
    found: State | None = None
    for tried in range(1 if start is not None else GROWN):
        label = grow(d, seed + tried) if start is None else from_plan(problem, d, start)
        if label is None or search.stopped():
            continue
        state = anneal(
            d,
            label,
            moves=min(MOVES, MOVES_PER_AREA * d.n),
            seed=seed + tried,
            keep_going=lambda: not search.stopped(),
            hot=HOT if start is None else WARM,
        )
        if state is not None and (found is None or state.cost < found.cost):
            found = state
    if found is None:
        return None
    plan = to_plan(problem, d, found.label, found.centre)
    search.offer(plan)
    return plan


def _given(search: Search, centres: Ints) -> SectorsProblem:
    """Return the question of districts around these centres, one of each district."""
    problem, p, best, near = search.problem, search.problem.params, search.best, search.near
    first = next((k for k, n in enumerate(p.objectives) if n in SECOND or n == "score"), 0)
    aim: ObjectiveName = next((n for n in p.objectives[first:] if search.open(n)), p.objectives[-1])
    limits = dict(p.limits)
    for name in p.objectives[: p.objectives.index(aim)]:
        if name in HELD and best is not None:
            value = value_of(problem, best, name)
            tighter = max if SENSES[name] == "max" else min
            limits[name] = tighter(value, limits.get(name, value))
    params = replace(
        p,
        fixed_centres=tuple(problem.centre_ids[j] for j in centres.tolist()),
        objectives=(aim,),
        weights=p.weights if aim == "score" else {},
        limits=limits,
    )
    if best is None and limited(p):  # as near to a limit that is broken as can be, before anything else
        short = tuple(
            n for n in limited(p) if near is None or beyond(n, value_of(problem, near, n), p.limit_of(n))
        )
        params = replace(
            params,
            limits={n: v for n, v in limits.items() if n not in SECOND},
            relax={n: v for n, v in p.relax.items() if n not in {limit_rule(name) for name in SECOND}},
            objectives=(short or limited(p))[:1],
            weights={},
        )
    return replace(problem, params=params)


def rows_of(problem: SectorsProblem, plan: SectorsPlan) -> Ints:
    """Return the centre of each district, shape (k,)."""
    row = {c: j for j, c in enumerate(problem.centre_ids)}
    return np.array([row[plan.centre_of[d]] for d in problem.params.district_ids], dtype=np.int64)


def _others(
    search: Search, posts: list[Ints], rng: np.random.Generator
) -> Iterator[tuple[Ints, SectorsPlan | None]]:
    """Give other centres, one of each district, with a plan that has them where one is known.

    Those of good posts, more or less of them; then the best plan's, two of them moved within their districts.
    """
    problem = search.problem
    p = problem.params
    given = np.array([bool(c) for c in p.centres()])
    if search.near is None:
        yield from ((good, None) for good in posts if good.size == p.n_districts and not given.any())
    for good in posts:
        for share in SHARES_OF_POSTS:
            if search.near is None:
                break
            now = rows_of(problem, search.near)
            wanted = _matched(problem, now, good, given)
            changed = np.flatnonzero(wanted != now)
            keep = rng.permutation(changed)[: round((1 - share) * changed.size)]
            wanted[keep] = now[keep]
            if np.unique(wanted).size == wanted.size:
                yield wanted, None
    free = np.flatnonzero(~given)
    tried = 0
    while search.near is not None and free.size:
        tried += 1
        if tried % ANYWHERE_EVERY == 0:
            wanted = rows_of(problem, search.near)
            some = rng.choice(free, size=min(free.size, int(rng.geometric(0.5))), replace=False)
            wanted[some] = rng.integers(len(problem.centre_ids), size=some.size)
            if np.unique(wanted).size == wanted.size:
                yield wanted, None
            continue
        plan = _kicked(search, search.near, rng.choice(free, size=min(free.size, KICKED), replace=False), rng)
        if plan is not None:
            yield rows_of(problem, plan), plan


def _kicked(
    search: Search, plan: SectorsPlan, districts: Ints, rng: np.random.Generator
) -> SectorsPlan | None:
    """Return the plan with the centres of these districts elsewhere in them, where the rules allow it."""
    problem, p = search.problem, search.problem.params
    far = ~within_drive(problem)
    b = board(fixed(problem, plan), plan)
    centre_of = dict(plan.centre_of)
    for k in districts.tolist():
        own = np.flatnonzero(b.label[problem.centre_area] == k)
        own = own[~far[np.ix_(own, np.flatnonzero(b.label == k))].any(axis=1)]
        centre_of[p.district_ids[k]] = (
            problem.centre_ids[rng.choice(own)] if own.size else centre_of[p.district_ids[k]]
        )
    there = SectorsPlan(plan.district_of, centre_of)
    return there if centre_of != dict(plan.centre_of) and search.allows(there) else None


def _matched(problem: SectorsProblem, now: Ints, good: Ints, fixed: NDArray[np.bool_]) -> Ints:
    """Give each free district the post of ``good`` that is near its centre, none to two of them, shape (k,)."""
    wanted = now.copy()
    free = np.flatnonzero(~fixed)
    spare = np.setdiff1d(good, now[fixed])
    drive = problem.travel_s[np.ix_(now[free], problem.centre_area[spare])]
    rows, columns = linear_sum_assignment(drive)
    wanted[free[rows]] = spare[columns]
    return wanted

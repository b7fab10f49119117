"""Where the search for plans starts: given and today's plans, growth, and the centres that the bound chose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser_models.sectors import search, wholes
from optimiser_models.sectors.arrays import FREE, from_plan
from optimiser_models.sectors.grow import grow
from optimiser_models.sectors.region import region
from optimiser_models.sectors.run import Run
from optimiser_models.sectors.search import State
from optimiser_models.sectors.slots import Slots

FIRST_MOVES = 400_000
SHORT_MOVES, LONG_MOVES = 1_500_000, 4_000_000
SEATS_KEPT = 60
"""Choices of the bound that are kept as starts."""
SEARCH_SHARE, SEARCH_SHARE_OF_SETS = 0.12, 0.06
"""Share of the time limit for the first search, and where parting by where centres lie soon finds plans of its own."""
FIRST_SEARCH_S = 8.0
"""Most seconds before there is a bound, which says where to search."""
SMALL_MODEL = 6_000
"""Pairs that HiGHS is given at once, without a bound to drop some first."""
MOVES_PER_AREA = 2_000
"""A small map needs no long first search."""
GROWTHS = 200
"""Growths tried for starts: where locks and centres let none succeed, the proof has its turn."""
LENIENT, STRICT = 0.35, 1.0
"""Price of a broken window: with many districts plans lie where the search may leave the windows for a while."""
FEW_DISTRICTS = 20
PATIENT_SHARE = 0.4
"""Share of what is left of a search for one long cooling."""
MOST_MOVES = 120_000_000
ANEW_SHARE, ANEW_SHARE_OF_FEW = 0.75, 0.3
"""Share of a search for arranging some districts of the best plan anew."""
LEAST_DISTRICTS = 5
LEAST_ANEW, MOST_ANEW = 3, 12
MOVES_ANEW = 100_000
"""Moves for each district that is arranged anew."""
WORSE = 0.003
"""Share by which a plan may be worse than the one it came from, at first: less and less until a search ends."""
FRESH = 400
"""New districts that are worth a look at what all of them make together."""
TOGETHER_S = 20.0
STRICT_ANEW = (0.2, 0.35, 1.0)
TRIES = 4
"""Starts without any admissible plan before the proof is tried instead."""


def remember(run: Run, slots: Slots, chosen: NDArray[np.int64], groups: NDArray[np.int64]) -> None:
    """Keep the areas that a bound chose as centres: good starts of the search."""
    roots = np.empty(run.d.k, dtype=np.int64)
    for g in range(len(slots.state)):
        roots[slots.group == g] = run.d.centre_area[chosen[groups == g]]
    run.seats = [*run.seats[-SEATS_KEPT:], roots]


def today_plan(problem: SectorsProblem) -> SectorsPlan:
    """Return today's districts as a plan without centres."""
    return SectorsPlan({a: d for a, d in zip(problem.area_ids, problem.today, strict=True) if d}, {})


def _starts(run: Run, start: SectorsPlan | None) -> Iterator[NDArray[np.int64]]:
    if start is not None:
        label = from_plan(run.problem, run.d, start)
        if (label != FREE).all() and np.unique(label).size == run.d.k:
            yield label
    if run.problem.params.counts_change:  # today's plan breaks the fewest rules of change
        label = from_plan(run.problem, run.d, today_plan(run.problem))
        if (label != FREE).all() and np.unique(label).size == run.d.k:
            yield label
    for seed in range(run.options.seed, run.options.seed + GROWTHS):
        if run.done():
            return
        grown = grow(run.d, seed)
        if grown is not None:
            yield grown


def first_plans(run: Run, start: SectorsPlan | None) -> None:
    """Anneal from one start after another until there is a plan and the first share of the time is spent."""
    until = run.began_s + min(run.budget_s(SEARCH_SHARE), FIRST_SEARCH_S)
    latest = run.began_s + run.budget_s(3 * SEARCH_SHARE)
    moves = min(FIRST_MOVES, MOVES_PER_AREA * run.d.n)
    small = run.d.cost.size <= SMALL_MODEL
    for tried, label in enumerate(_starts(run, start)):
        if not run.options.reproducible and run.report.elapsed_s() >= until and run.best is not None:
            break
        if (
            (tried and run.report.elapsed_s() >= latest)
            or run.done()
            or (run.options.reproducible and tried >= 8)
        ):
            break
        if tried >= (2 if small else TRIES) and (small or run.best is None):
            break
        if not run.first and run.best is not None:  # the plan of the objective before is near
            break
        warm = start is not None and tried == 0
        run.offer(
            search.seated(run.d, label)
        )  # with one district, or all areas locked, there is no move to better it
        run.offer(
            search.anneal(
                run.d,
                label,
                moves=moves,
                seed=run.options.seed + tried,
                keep_going=lambda: not run.done(),
                hot=0.05 if warm else search.HOT,
            )
        )
        moves = min(LONG_MOVES, 10 * MOVES_PER_AREA * run.d.n)


def search_on(run: Run, seed: int, seconds: float) -> None:
    """Search on every thread: first from what the bound chose, from the best plan and now and then from new seeds.

    Then some neighbouring districts of the best plan are arranged anew, again and again, the others standing still;
    each thread goes its own way and may go uphill a little at first. Now and then the districts of all plans met are
    put together anew (:mod:`.pool`).
    """
    until = run.report.elapsed_s() + seconds
    anew = until - (ANEW_SHARE_OF_FEW if run.d.k <= FEW_DISTRICTS else ANEW_SHARE) * seconds
    numbers, taking = count(), Lock()
    threads = 1 if run.options.reproducible else run.options.threads
    at: list[State | None] = [None] * threads

    def keep_going() -> bool:
        return run.report.elapsed_s() < until and not run.done()

    def enough() -> bool:
        return run.pool.fresh >= FRESH and run.report.elapsed_s() >= anew

    def search_alone(thread: int) -> None:
        while keep_going() and not enough():
            tried = next(numbers)
            now = run.report.elapsed_s()
            if run.best is not None and run.d.k >= LEAST_DISTRICTS and now >= anew:
                here = at[thread] or run.best
                state = _some_anew(run, here, seed + tried, keep_going)
                left = 0.0 if run.options.reproducible else (until - now) / max(until - anew, 1e-9)
                worse = WORSE * left * float(np.random.default_rng(seed + tried).random())
                nearly = state is not None and state.cost < here.cost + worse * abs(here.cost)
                at[thread] = state if nearly else here
            else:
                state = _try(run, seed, tried, anew if run.best is not None else until, keep_going)
            with taking:
                run.offer(state)
                if state is not None and run.d.k > FEW_DISTRICTS:
                    run.pool.keep(run.d, state)

    with ThreadPoolExecutor(threads) as pool:
        while keep_going():
            for searching in [pool.submit(search_alone, thread) for thread in range(threads)]:
                searching.result()
            if keep_going() and enough():  # by this thread alone: HiGHS does not bear two calls at once
                best = run.pool.best(run, min(TOGETHER_S, until - run.report.elapsed_s()))
                run.offer(best)
                at = [run.best] * threads if best is not None else at


def _some_anew(run: Run, at: State, seed: int, keep_going: Callable[[], bool]) -> State | None:
    """Anneal a district of a plan and some around it: as a question of their own where rules allow."""
    rng = np.random.default_rng(seed)
    some = int(rng.integers(LEAST_ANEW, min(MOST_ANEW, run.d.k) + 1))
    middle = at.centre[rng.integers(run.d.k)]
    near = np.sort(np.argsort(run.d.apart_s[middle, at.centre], kind="stable")[:some])
    cut_out = region(run.d, at, near)
    again = partial(
        search.anneal, moves=MOVES_ANEW * some, seed=seed, keep_going=keep_going, hot=1.0,
        strict=float(rng.choice(STRICT_ANEW)),
    )  # fmt: skip
    if cut_out is None:
        return again(run.d, at.label, only=np.isin(at.label, near))
    part = again(cut_out.d, cut_out.label)
    return None if part is None else cut_out.whole(run.d, at, part)


def _try(run: Run, seed: int, tried: int, until: float, keep_going: Callable[[], bool]) -> State | None:
    """Anneal once, all districts."""
    if run.d.places.limited and tried % 2 == 0:
        return wholes.attempt(run, seed + tried, tried // 2, keep_going)
    label, hot = _next_start(run, seed, tried)
    if label is None:
        return None
    moves = (SHORT_MOVES, LONG_MOVES, LONG_MOVES)[tried % 3]
    if tried % 3 == 2 and run.d.k > FEW_DISTRICTS and not run.options.reproducible:
        # many restarts find the best of few districts, one long cooling that of many
        left = PATIENT_SHARE * (until - run.report.elapsed_s())
        moves = int(min(max(moves, left * run.moves_per_s), MOST_MOVES))
    began = run.report.elapsed_s()
    state = search.anneal(
        run.d,
        label,
        moves=moves,
        seed=seed + tried,
        keep_going=keep_going,
        hot=hot,
        strict=LENIENT if tried % 3 else STRICT,
    )
    if keep_going():
        run.moves_per_s = moves / max(run.report.elapsed_s() - began, 1e-3)
    return state


def _next_start(run: Run, seed: int, tried: int) -> tuple[NDArray[np.int64] | None, float]:
    """Return a start and how hot to begin from it."""
    kind = tried % 6
    if kind == 5 and run.best is not None:
        return run.best.label, 0.3
    if kind == 2 or not run.seats:
        return grow(run.d, seed + tried), search.HOT
    roots = run.seats[-1 - (tried * 7) % len(run.seats)]
    return grow(run.d, seed + tried, roots), 0.7

"""Plans that cut few named places: places are kept whole first, and only some of them may be cut.

Moves of single areas find no such plan where the limit is low: on its way from one district to another a place lies in
both, so that every way there leads over the limit. Therefore

1. the areas of each limited place become one area (its connected pieces each), but for some places at borders between
   districts, drawn anew for each try, which stay as they are: only these can be cut;
2. on that small map the search is the usual one (:mod:`.search`), with windows, limits and objective as they are, so
   that a place moves as a whole and what it finds is a plan of the whole map;
3. where nothing is found, a try without the limits, each further piece priced, says how many pieces a plan needs that
   keeps all other rules, as far as is known.

It finds plans and proves nothing. Keeping counties whole first is how plans of few county splits are made by hand;
merging units before a search is that of Swamy, King and Jacobson (2023).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from optimiser.problems.sectors.rules import check
from optimiser_models.sectors import search
from optimiser_models.sectors.arrays import FREE, Districting, Extras, to_plan
from optimiser_models.sectors.contract import Contraction
from optimiser_models.sectors.grow import grow
from optimiser_models.sectors.run import Run
from optimiser_models.sectors.search import State

Ints = NDArray[np.int64]
MOVES_PER_AREA, LEAST_MOVES, MOST_MOVES = 4_000, 50_000, 600_000
CUT_TIMES = (0, 1, 2, 4, 8)
"""Places that may be cut, in limits of pieces, try by try; none at first."""
BLIND_EVERY = 5
"""Tries until one without limits looks for how many pieces are needed, while there is no plan."""
SMALL_MAP = 60
"""Areas of a map whose proof finds plans itself."""
TRIES_SMALL, TRIES_REPRODUCIBLE, TRIES_MORE = 3, 25, 5
FIRST_SHARE, LATEST_SHARE = 0.06, 0.4
"""Shares of the time after which the search ends, with a plan and without one."""
HOT_AGAIN = 0.5
NEEDED = "pieces_needed_at_most"
"""Note of further pieces by kind that a plan has which keeps every other rule."""
PIECE = 5.0
"""Price of a further piece in typical moves, where pieces are not limited."""


def first(run: Run) -> dict[str, object]:
    """Look for a first plan; return what to note where none is found: the fewest pieces of plans that need more."""
    places = run.d.places
    if not places.limited or not run.first:
        return {}
    small = run.d.n <= SMALL_MAP
    fewest: Ints | None = None
    tried = 0
    while not run.done():
        spent = run.report.elapsed_s() - run.began_s
        if run.best is not None and tried >= TRIES_MORE and spent > run.budget_s(FIRST_SHARE):
            break
        if spent > run.budget_s(LATEST_SHARE) or (small and tried >= TRIES_SMALL):
            break
        if run.options.reproducible and tried >= TRIES_REPRODUCIBLE:
            break
        blind = run.best is None and tried % BLIND_EVERY == BLIND_EVERY - 1
        state = attempt(run, run.options.seed + tried, tried, lambda: not run.done(), blind=blind)
        tried += 1
        if not blind:
            run.offer(state)
        elif state is not None:
            pieces = run.d.further_pieces(state.label)
            if _breaks_only_limits(run, state) and (fewest is None or pieces.sum() < fewest.sum()):
                fewest = pieces
    if run.best is not None or fewest is None:
        return {}
    kinds = list(run.problem.places)
    limited = range(len(kinds)) if np.isfinite(places.most) else np.flatnonzero(np.isfinite(places.limit))
    return {NEEDED: {kinds[int(q)]: int(fewest[q]) for q in limited}}


def attempt(
    run: Run, seed: int, tried: int, keep_going: Callable[[], bool], *, blind: bool = False
) -> State | None:
    """Search once on a map of whole places; ``blind``: without their limits, each further piece at a price."""
    d, rng = run.d, np.random.default_rng(seed)
    best = run.best if tried % 2 or blind else None
    at = grow(d, seed) if best is None else best.label
    if at is None:
        return None
    most_cut = CUT_TIMES[tried % len(CUT_TIMES)] * max(1, _pieces(d))
    part = _parts(d, at, most_cut, rng, as_cut=best is not None)
    small = merged(d, part)
    if blind:
        priced = Extras(
            d.extras.boundary, d.extras.splits + PIECE * search.typical_move(small), d.extras.deviation
        )
        unlimited = replace(small.places, limit=np.full_like(small.places.limit, np.inf), most=np.inf)
        small = replace(small, extras=priced, places=unlimited)
    label = grow(small, seed) if best is None else _as_now(part, at, small)
    if label is None:
        return None
    found = search.anneal(
        small, label, seed=seed, keep_going=keep_going, hot=search.HOT if best is None else HOT_AGAIN,
        moves=int(np.clip(MOVES_PER_AREA * small.n, LEAST_MOVES, MOST_MOVES)),
    )  # fmt: skip
    return None if found is None else search.seated(d, found.label[part])


def merged(d: Districting, part: Ints) -> Districting:
    """Return the question with the areas of each part (n,) as one area; parts are connected where districts are."""
    c = Contraction((), part)
    ends = part[np.repeat(np.arange(d.n), np.diff(d.starts))]
    heads = part[d.neighbours]
    apart = ends != heads
    links = csr_array((d.border[apart], (ends[apart], heads[apart])), shape=(c.n, c.n))
    links.sort_indices()
    lock = np.full(c.n, FREE, dtype=np.int64)
    held = d.lock != FREE
    lock[part[held]] = d.lock[held]
    areas = np.repeat(np.arange(d.n), np.diff(d.places.starts))
    members = np.unique(np.column_stack([part[areas], d.places.ids]), axis=0)
    starts = np.zeros(c.n + 1, dtype=np.int64)
    np.cumsum(np.bincount(members[:, 0], minlength=c.n), out=starts[1:])
    same = part[d.same]
    return replace(
        d,
        cost=c.sums(d.cost),
        weight=c.sums(d.weight),
        allowed=c.all(d.allowed),
        lock=lock,
        centre_area=part[d.centre_area],
        starts=links.indptr.astype(np.int64),
        neighbours=links.indices.astype(np.int64),
        border=np.asarray(links.data, dtype=np.float64),
        side=c.sums(d.side),
        places=replace(d.places, starts=starts, ids=members[:, 1].copy()),
        same=same[same[:, 0] != same[:, 1]],
        apart=part[d.apart],
    )


def _parts(
    d: Districting, label: Ints, most_cut: int, rng: np.random.Generator, *, as_cut: bool = False
) -> Ints:
    """Return the part of each area (n,): limited places whole, but for some of those at borders of ``label``.

    ``as_cut``: nor are those that ``label`` cuts.
    """
    key = _keys(d)
    ends = np.repeat(np.arange(d.n), np.diff(d.starts))
    inner = (key[ends] == key[d.neighbours]) & (key[ends] != FREE)
    one = np.ones(int(inner.sum()), dtype=np.int8)
    graph = csr_array((one, (ends[inner], d.neighbours[inner])), shape=(d.n, d.n))
    part = connected_components(graph, directed=False)[1].astype(np.int64)
    split = set(_clashing(d, part))
    at_border = np.unique(part[ends[label[ends] != label[d.neighbours]]])
    split |= set(rng.permutation(at_border)[:most_cut].tolist())
    if as_cut:
        split |= set(part[ends[inner & (label[ends] != label[d.neighbours])]].tolist())
    alone = np.isin(part, list(split))
    part[alone] = part.max() + 1 + np.arange(int(alone.sum()))
    return np.unique(part, return_inverse=True)[1].astype(np.int64)


def _keys(d: Districting) -> Ints:
    """Return a number for each set of limited places that an area lies in, shape (n,); FREE for none."""
    places = d.places
    bound = np.isfinite(places.limit)[places.kind] | np.isfinite(places.most)
    number: dict[tuple[int, ...], int] = {}
    key = np.full(d.n, FREE, dtype=np.int64)
    for i in range(d.n):
        ids = places.ids[places.starts[i] : places.starts[i + 1]]
        own = tuple(np.sort(ids[bound[ids]]).tolist())
        if own:
            key[i] = number.setdefault(own, len(number))
    return key


def _clashing(d: Districting, part: Ints) -> list[int]:
    """Return the parts that cannot be whole: two locks or centres in one, areas kept apart, or beyond every centre."""
    owner: dict[int, int] = {}
    found = []
    held = [(int(i), int(d.lock[i])) for i in np.flatnonzero(d.lock != FREE)]
    held += [(int(d.centre_area[d.fixed[k]]), int(k)) for k in np.flatnonzero(d.fixed != FREE)]
    for area, k in held:
        if owner.setdefault(int(part[area]), k) != k:
            found.append(int(part[area]))
    found += [int(part[a]) for a, b in d.apart if part[a] == part[b]]
    within = Contraction((), part).all(d.allowed).any(axis=0)
    return found + np.flatnonzero(~within).tolist()


def _pieces(d: Districting) -> int:
    """Return the further pieces that all limits together allow."""
    limit = d.places.limit[np.isfinite(d.places.limit)]
    return int(min(float(limit.sum()) if limit.size else np.inf, d.places.most))


def _as_now(part: Ints, label: Ints, small: Districting) -> Ints | None:
    """Return a labelling of parts: of each its district; None where one is in two."""
    of_part = np.full(small.n, FREE, dtype=np.int64)
    of_part[part[::-1]] = label[::-1]
    return of_part if (of_part[part] == label).all() else None


def _breaks_only_limits(run: Run, state: State) -> bool:
    plan = to_plan(run.problem, run.d, state.label, state.centre)
    return {v.rule for v in check(run.problem, plan)} <= {"splits", "splits limit"}

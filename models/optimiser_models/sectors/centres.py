"""Branch and bound over where centres lie: parts the search until the Lagrangian bound is near the best plan.

With free centres the bound alone mixes centres far apart into one district. A node says how many centres lie in each
cell of the map, whatever districts they serve (:class:`~.slots.Cells`); its children part a cell by a region R that
the node's choices lie in by halves, one child for each number of the cell's centres within R. Where the choices lie
whole in every cell, or the districts are many, it is parted by names instead: of the m districts that are alike (same
group, same candidates) either at least c lie in R, or at least m - c + 1 lie outside it. Every plan fits one of the
children, up to the names of districts that are alike. The least bound of all open nodes holds for the whole, and a
pair that no open node can use is dropped.

Parting by names alone hardly moves the bound where shares differ a little: the other districts take the place. Where
all districts are alike it counts centres by itself, and keeps them apart, so cells are not needed.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors import lagrange
from optimiser_models.sectors.arrays import FREE, Districting
from optimiser_models.sectors.joining import RARE
from optimiser_models.sectors.kept import Kept, kept_sums, screen
from optimiser_models.sectors.relaxation import Multipliers
from optimiser_models.sectors.slots import Cells, Slots

ROUNDS = 60
"""Rounds of the bound in a node; it starts from the multipliers of its parent."""
REACH, REACH_BY_NAME = 0.5, 0.2
"""First step in a node, of kept sums too, where centres are counted in cells (its best prices lie far from its
parent's), and where they never are and names alone part it (they lie near)."""
HEAVY = 8
"""Centres that a region is tried around."""
LOOK = 20
"""Nodes between two counts of what is left."""
PARTED = 0.1
"""A region that holds less than this of a centre, or lacks less than this, parts nothing."""


@dataclass(frozen=True)
class Node:
    """Where centres may lie, multipliers, the bound, pairs of use (C, n), and how often each was chosen (k, C)."""

    s: Slots
    at: Multipliers
    value: float
    packed: NDArray[np.uint8]
    chosen: NDArray[np.float64]
    kept: tuple[Multipliers, ...] = ()
    """Multipliers of each sum that is kept."""
    turns: int = 0
    """How often it was settled in vain."""

    @property
    def pairs(self) -> NDArray[np.bool_]:
        """Pairs of use, shape (C, n): eight to a byte in memory, since thousands of nodes may be open."""
        return _unpacked(self.packed, self.at.alpha.size)


@dataclass(frozen=True)
class Part:
    """A part of all plans that a search left open: candidates of each district (k, C), cells and pairs of use (C, n).

    Which plans lie in it does not hang on what is aimed at: a less important aim goes on from the parts that a more
    important one left.
    """

    may: NDArray[np.bool_]
    cells: Cells | None
    packed: NDArray[np.uint8]
    n: int

    @property
    def pairs(self) -> NDArray[np.bool_]:
        """Pairs of use, shape (C, n)."""
        return _unpacked(self.packed, self.n)

    def among(self, keep: NDArray[np.int64]) -> Part:
        """Return the same part where only these candidates (numbers) are left."""
        cells = None if self.cells is None else self.cells.among(keep)
        return Part(np.ascontiguousarray(self.may[:, keep]), cells, self.packed[keep], self.n)


@dataclass(frozen=True)
class Parted:
    """What the search proved: a bound for all plans, and the pairs (C, n) and candidates (k, C) still of use."""

    value: float
    pairs: NDArray[np.bool_]
    may: NDArray[np.bool_]
    nodes: int
    parts: tuple[Part, ...]
    """The parts still open; none where nothing is left."""


def part(
    d: Districting,
    s: Slots,
    root: lagrange.Bound,
    allowed: NDArray[np.bool_],
    incumbent: Callable[[], float],
    *,
    keep_going: Callable[[float], bool],
    seats: Callable[[NDArray[np.int64], NDArray[np.int64]], None] | None = None,
    alive: Callable[[], bool] = lambda: True,
    settle: Callable[[Slots, NDArray[np.bool_], int], float] | None = None,
    small: int = 0,
    parts: Sequence[Part] = (),
) -> Parted:
    """Part the node with the least bound until told to stop or nothing is left.

    Where names alone part it, it ends with no more than ``small`` pairs too: they are for one model. Where centres are
    counted, single sets of them are sooner settled one by one.

    ``parts``, where there are any, hold every plan of use: the search begins from them.

    ``keep_going(bound)`` hears the bound that holds for all plans and is asked after every node, ``alive`` in every
    round within one. ``settle(slots, pairs, turn)`` bounds a node whose districts have all settled on one centre; it
    has another turn where it is the least again.
    """
    if s.cells is None and s.counted:
        s = replace(s, cells=Cells(np.zeros(s.may.shape[1], dtype=np.int64), np.array([d.k])))
    sums = kept_sums(d, s, allowed, alive)
    bounded = partial(_node, d, sums=sums, seats=seats, alive=alive)
    heap: list[tuple[float, int, Node]] = []
    count = 0
    for first in parts or (Part(s.may, s.cells, np.packbits(allowed, axis=1), d.n),):
        count += 1
        of_it = replace(s, may=s.may & first.may, cells=first.cells)
        node = bounded(of_it, allowed & first.pairs, root.at, tuple(k.at for k in sums), incumbent())
        if node is not None:
            heapq.heappush(heap, (node.value, count, node))
    closed: list[Node] = []
    value = max(root.value, min((n.value for _, _, n in heap), default=incumbent()))
    while heap and keep_going(value):
        _, _, node = heapq.heappop(heap)
        cut = _cut(d, node) if not node.turns else None
        if cut is None:  # nothing left to part
            count += 1
            bound = max(settle(node.s, node.pairs, node.turns), node.value) if settle else node.value
            node = replace(node, value=bound, turns=node.turns + 1)
            if bound < incumbent() and settle:
                heapq.heappush(heap, (bound, count, node))
            elif bound < incumbent():
                closed.append(node)
        else:
            for there in cut:
                count += 1
                child = bounded(there, node.pairs, node.at, node.kept, incumbent())
                if child is not None:
                    child = replace(child, value=max(child.value, node.value))
                    heapq.heappush(heap, (child.value, count, child))
        left = [n for _, _, n in heap] + closed
        value = max(value, min((n.value for n in left), default=incumbent()))
        if s.cells is None and count % LOOK == 1 and _left(s, left, allowed)[0].sum() <= small:
            break
    open_ = [n for _, _, n in heap if n.value < incumbent()] + closed
    pairs, may = _left(s, open_, allowed)
    return Parted(value, pairs, may, count, tuple(Part(n.s.may, n.s.cells, n.packed, d.n) for n in open_))


def _unpacked(packed: NDArray[np.uint8], n: int) -> NDArray[np.bool_]:
    return np.unpackbits(packed, axis=1, count=n).view(np.bool_)


def _left(
    s: Slots, nodes: list[Node], allowed: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the pairs and the candidate centres that some open node can still use."""
    packed, may = np.packbits(np.zeros_like(allowed), axis=1), np.zeros_like(s.may)
    for n in nodes:
        packed |= n.packed
        for g in range(len(s.state)):
            may[s.group == g] |= n.s.may[s.group == g].any(axis=0)
    return _unpacked(packed, allowed.shape[1]), may


def _node(
    d: Districting,
    s: Slots,
    allowed: NDArray[np.bool_],
    at: Multipliers,
    kept: tuple[Multipliers, ...],
    incumbent: float,
    *,
    sums: tuple[Kept, ...],
    seats: Callable[[NDArray[np.int64], NDArray[np.int64]], None] | None,
    alive: Callable[[], bool],
) -> Node | None:
    """Bound a node; None where it holds no plan better than the incumbent, or none that keeps the sums."""
    if s.cells is not None and s.cells.short:
        return None
    reach = REACH_BY_NAME if s.cells is None else REACH
    of_sums = []
    for one, start in zip(sums, kept, strict=True):
        screened = screen(one, s, allowed, start, alive, ROUNDS, reach)
        if screened is None:
            return None
        allowed = screened[0]
        of_sums.append(screened[1].priced_at(s.may))
    chosen = np.zeros(s.may.shape)
    rounds = 0

    def hear(rows: NDArray[np.int64], centres: NDArray[np.int64]) -> None:
        nonlocal rounds
        rounds += 1
        chosen[:] *= 0.95  # what was chosen late counts most
        chosen[rows, centres] += 1.0

    def heard(centres: NDArray[np.int64], groups: NDArray[np.int64]) -> None:
        if seats is not None and np.unique(centres).size == centres.size:
            seats(centres, groups)

    bound = lagrange.improve(
        d,
        s,
        allowed,
        incumbent,
        at=at,
        rounds=ROUNDS,
        reach=reach,
        keep_going=lambda v: v < incumbent and alive(),
        seats=heard,
        every=hear,
        on_the_way=False,
    )
    if bound is None or bound.value >= incumbent:
        return None
    pairs = allowed & (bound.needs < incumbent)
    own = pairs[np.arange(pairs.shape[0]), d.centre_area]
    may = s.may & own[None, :]
    chosen /= np.maximum(chosen.sum(axis=1, keepdims=True), 1e-12)
    at = bound.at.priced_at(may)
    return Node(replace(s, may=may), at, bound.value, np.packbits(pairs, axis=1), chosen, tuple(of_sums))


def _cut(d: Districting, node: Node) -> list[Slots] | None:
    """Return the children; None where every district has settled on one centre."""
    return _by_count(d, node) or _by_name(d, node)


def _by_count(d: Districting, node: Node) -> list[Slots]:
    """Part the cell whose choices lie most by halves, by how many of its centres lie in a region; [] if none do."""
    cells, may = node.s.cells, node.s.may.any(axis=0)
    if cells is None:
        return []
    best: tuple[float, int, NDArray[np.bool_]] | None = None
    for place in range(cells.counts.size):
        inside = (cells.of == place) & may
        found = _region(d, np.where(inside, node.chosen.sum(axis=0), 0.0), PARTED)
        if found is not None and (best is None or found[0] > best[0]):
            best = (found[0], place, found[1] & inside)
    if best is None:
        return []
    _, place, region = best
    outside = (cells.of == place) & may & ~region
    children = []
    for n_in in range(int(cells.counts[place]) + 1):
        n_out = int(cells.counts[place]) - n_in
        if n_in > region.sum() or n_out > outside.sum():
            continue
        kept = np.delete(np.arange(cells.counts.size), place)
        parts = [(cells.of == c, int(cells.counts[c])) for c in kept]
        parts += [(part, n) for part, n in ((region, n_in), (outside, n_out)) if n]
        of = np.full(cells.of.size, FREE, dtype=np.int64)
        for number, (part, _) in enumerate(parts):
            of[part] = number
        made = Cells(of, np.array([n for _, n in parts], dtype=np.int64))
        children.append(replace(node.s, may=node.s.may & (of >= 0)[None, :], cells=made))
    return children


def _by_name(d: Districting, node: Node) -> list[Slots] | None:
    """Part the candidates of districts that are alike; None where every district has settled on one centre."""
    s = node.s
    best: tuple[float, NDArray[np.int64], NDArray[np.bool_], int] | None = None
    keys: dict[tuple[int, bytes], list[int]] = {}
    for k in range(d.k):
        keys.setdefault((int(s.group[k]), s.may[k].tobytes()), []).append(k)
    for members in keys.values():
        rows = np.array(members, dtype=np.int64)
        found = _region(d, node.chosen[rows].sum(axis=0))
        if found is not None and (best is None or found[0] > best[0]):
            score, region, inside = found
            best = (score, rows, region, int(np.ceil(inside)))
    if best is None:  # every choice lies at one place: settle the district that has most candidates left
        most = max(keys.values(), key=lambda rows: int(s.may[rows[0]].sum()))
        if s.may[most[0]].sum() <= 1:
            return None
        y = np.where(s.may[most[0]], node.chosen[most].sum(axis=0), -1.0)
        best = (0.0, np.array(most), np.arange(y.size) == int(np.argmax(y)), 1)
    _, rows, region, least = best
    more, fewer = s.may.copy(), s.may.copy()
    more[rows[:least]] &= region
    fewer[rows[: rows.size - least + 1]] &= ~region
    return [replace(s, may=more), replace(s, may=fewer)]


def _region(
    d: Districting, y: NDArray[np.float64], least: float = 0.0
) -> tuple[float, NDArray[np.bool_], float] | None:
    """Return the region around a centre that the choices lie in by halves, with the widest gap around it."""
    heavy = np.flatnonzero(y > RARE)
    best = None
    for a in heavy[np.argsort(-y[heavy])][:HEAVY]:
        far = d.apart_s[a]
        order = heavy[np.argsort(far[heavy], kind="stable")]
        mass = np.cumsum(y[order])[:-1]
        gap = far[order][1:] - far[order][:-1]
        half = np.minimum(mass % 1.0, 1.0 - mass % 1.0)
        score = np.where(half > least, half * gap, 0.0)
        if score.size and score.max() > 0 and (best is None or score.max() > best[0]):
            p = int(np.argmax(score))
            limit = (far[order[p]] + far[order[p + 1]]) / 2
            best = (float(score[p]), far <= limit, float(mass[p]))
    return best

"""Branch and bound over where centres lie: parts the search until the Lagrangian bound is near the best plan.

With free centres the bound alone mixes centres far apart into one district. A node restricts each district to some
candidate centres. It is parted by a region R that the node's choices lie in by halves: of the m districts that are
alike in it (same group, same candidates) either at least c lie in R, or at least m - c + 1 lie outside it. Every plan
fits one of the two children, up to the names of districts that are alike. The least bound of all open nodes holds for
the whole, and a pair that no open node can use is dropped.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors import lagrange
from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.slots import Slots

ROUNDS = 60
"""Rounds of the bound in a node; it starts from the multipliers of its parent."""
REACH = 0.2
HEAVY = 8
"""Centres that a region is tried around."""
LOOK = 20
"""Nodes between two counts of what is left."""
RARE = 0.02
"""A centre chosen less often than this is not looked at."""


@dataclass(frozen=True)
class Node:
    """Candidate centres of each district (k, C), multipliers, the bound, and how often each was chosen (k, C)."""

    may: NDArray[np.bool_]
    at: lagrange.Multipliers
    value: float
    pairs: NDArray[np.bool_]
    chosen: NDArray[np.float64]


@dataclass(frozen=True)
class Parted:
    """What the search proved: a bound for all plans, and the pairs (C, n) and candidates (k, C) still of use."""

    value: float
    pairs: NDArray[np.bool_]
    may: NDArray[np.bool_]
    nodes: int


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
    small: int = 0,
) -> Parted:
    """Part the node with the least bound until told to stop, no more than ``small`` pairs or nothing is left.

    ``keep_going(bound)`` hears the bound that holds for all plans and is asked after every node, ``alive`` in every
    round within one.
    """
    first = _node(d, s, allowed, root.at, incumbent(), seats, alive)
    if first is None:
        return Parted(incumbent(), np.zeros_like(allowed), np.zeros_like(s.may), 1)
    heap, count = [(first.value, 0, first)], 1
    closed: list[Node] = []
    value = max(root.value, first.value)
    while heap and keep_going(value):
        _, _, node = heapq.heappop(heap)
        cut = _cut(d, s, node)
        if cut is None:
            closed.append(node)
        else:
            for may in cut:
                count += 1
                child = _node(d, replace(s, may=may), node.pairs, node.at, incumbent(), seats, alive)
                if child is not None:
                    heapq.heappush(
                        heap,
                        (
                            max(child.value, node.value),
                            count,
                            replace(child, value=max(child.value, node.value)),
                        ),
                    )
        left = [n for _, _, n in heap] + closed
        value = max(value, min((n.value for n in left), default=incumbent()))
        if count % LOOK == 1 and small and _left(s, left, allowed)[0].sum() <= small:
            break
    pairs, may = _left(s, [n for _, _, n in heap if n.value < incumbent()] + closed, allowed)
    return Parted(value, pairs, may, count)


def _left(
    s: Slots, nodes: list[Node], allowed: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the pairs and the candidate centres that some open node can still use."""
    pairs, may = np.zeros_like(allowed), np.zeros_like(s.may)
    for n in nodes:
        pairs |= n.pairs
        for g in range(len(s.state)):
            may[s.group == g] |= n.may[s.group == g].any(axis=0)
    return pairs, may


def _node(
    d: Districting,
    s: Slots,
    allowed: NDArray[np.bool_],
    at: lagrange.Multipliers,
    incumbent: float,
    seats: Callable[[NDArray[np.int64], NDArray[np.int64]], None] | None,
    alive: Callable[[], bool],
) -> Node | None:
    """Bound a node; None where it holds no plan better than the incumbent."""
    chosen = np.zeros(s.may.shape)
    rounds = 0

    def hear(rows: NDArray[np.int64], centres: NDArray[np.int64]) -> None:
        nonlocal rounds
        rounds += 1
        chosen[:] *= 0.95  # what was chosen late counts most
        chosen[rows, centres] += 1.0

    bound = lagrange.improve(
        d,
        s,
        allowed,
        incumbent,
        at=at,
        rounds=ROUNDS,
        reach=REACH,
        keep_going=lambda v: v < incumbent and alive(),
        seats=seats,
        every=hear,
    )
    if bound is None or bound.value >= incumbent:
        return None
    pairs = allowed & (bound.needs < incumbent)
    own = pairs[np.arange(pairs.shape[0]), d.centre_area]
    may = s.may & own[None, :]
    chosen /= np.maximum(chosen.sum(axis=1, keepdims=True), 1e-12)
    return Node(may, bound.at, bound.value, pairs, chosen)


def _cut(d: Districting, s: Slots, node: Node) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Return the candidates of the two children; None where every district has settled on one centre."""
    best: tuple[float, NDArray[np.int64], NDArray[np.bool_], int] | None = None
    keys: dict[tuple[int, bytes], list[int]] = {}
    for k in range(d.k):
        keys.setdefault((int(s.group[k]), node.may[k].tobytes()), []).append(k)
    for members in keys.values():
        rows = np.array(members, dtype=np.int64)
        y = node.chosen[rows].sum(axis=0)
        found = _region(d, y, node.may[rows[0]])
        if found is not None and (best is None or found[0] > best[0]):
            score, region, inside = found
            best = (score, rows, region, int(np.ceil(inside)))
    if best is None:  # every choice lies at one place: settle the district that has most candidates left
        most = max(keys.values(), key=lambda rows: int(node.may[rows[0]].sum()))
        if node.may[most[0]].sum() <= 1:
            return None
        y = np.where(node.may[most[0]], node.chosen[most].sum(axis=0), -1.0)
        best = (0.0, np.array(most), np.arange(y.size) == int(np.argmax(y)), 1)
    _, rows, region, least = best
    more, fewer = node.may.copy(), node.may.copy()
    more[rows[:least]] &= region
    fewer[rows[: rows.size - least + 1]] &= ~region
    return more, fewer


def _region(
    d: Districting, y: NDArray[np.float64], may: NDArray[np.bool_]
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
        score = half * gap
        if score.size and score.max() > 0 and (best is None or score.max() > best[0]):
            p = int(np.argmax(score))
            limit = (far[order[p]] + far[order[p + 1]]) / 2
            best = (float(score[p]), far <= limit, float(mass[p]))
    return best

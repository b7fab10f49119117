"""The quickest route between two places: edges in order, the line to draw, metres and seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.roads.network import RoadNetwork
from optimiser.roads.search import one_to_few
from optimiser.roads.snap import Positions
from optimiser.roads.speeds import Driver
from optimiser.roads.times import Places, same_street_s, seeds
from optimiser.roads.turns import Step, Stretch, steps
from optimiser.roads.weights import Weights, as_weights


@dataclass(frozen=True, eq=False)
class Route:
    """A way through the network.

    Parameters
    ----------
    time_s, length_m
        Along the streets; access legs are not in it.
    edge
        Edges in order of travel, the first and last perhaps only in part, shape (k,).
    against
        Whether each is driven against its own direction, shape (k,).
    xy_m
        The line driven, shape (n_points, 2), metres in the network's system.
    streets
        Names in order, each once where it repeats in a row, "" left out.
    steps
        Turn by turn: streets in order with the turn into each, its metres and seconds.
    driven
        The segments themselves.
    """

    time_s: float
    length_m: float
    edge: NDArray[np.int32]
    against: NDArray[np.bool_]
    xy_m: NDArray[np.float64]
    streets: tuple[str, ...]
    steps: tuple[Step, ...]
    driven: Stretch


def route(
    network: RoadNetwork,
    origins: Places,
    destinations: Places,
    *,
    driver: str | Driver | Weights = "basic",
    hour_of_week: int | None = None,
    factors: NDArray[np.float64] | None = None,
) -> list[Route | None]:
    """Quickest route from each origin to the destination of the same row; None where there is no way.

    Parameters
    ----------
    network, driver, hour_of_week, factors
        As in :func:`optimiser.roads.times.times`.
    origins, destinations
        Junction numbers or places on streets, n of each.

    Raises
    ------
    InputError
        If their numbers differ, or as :func:`optimiser.roads.times.times`.
    """
    weights = as_weights(network, driver, hour_of_week, factors)
    seed, seed_s = seeds(network, origins, weights, reverse=False)
    goal, goal_s = seeds(network, destinations, weights, reverse=True)
    if len(seed) != len(goal):
        raise InputError(f"{len(seed)} origins and {len(goal)} destinations; a route needs one of each.")
    return [
        _one(network, weights, origins, destinations, row, (seed[row], seed_s[row]), (goal[row], goal_s[row]))
        for row in range(len(seed))
    ]


Ends = tuple[NDArray[np.int32], NDArray[np.float64]]
_Piece = tuple[int, float, float]  # edge, and the shares of its time at which it is entered and left


def _one(
    network: RoadNetwork,
    weights: Weights,
    origins: Places,
    destinations: Places,
    row: int,
    seed: Ends,
    goal: Ends,
) -> Route | None:
    arcs = network.arcs_out
    found, taken, came_by, came_from = one_to_few(arcs.start, arcs.other, weights.out_s, *seed, *goal)
    best = float(found)
    if isinstance(origins, Positions) and isinstance(destinations, Positions):
        start, end = _pick(origins, row), _pick(destinations, row)
        direct = float(same_street_s(network, start, end, weights)[0, 0])
        if direct <= best and np.isfinite(direct):
            edge = int(start.edge(network)[0])
            return _drawn(network, weights, direct, [(edge, _place(start, weights), _place(end, weights))])
    if not np.isfinite(best):
        return None
    pieces: list[_Piece] = []
    junction = int(goal[0][taken])
    if isinstance(destinations, Positions):
        end = _pick(destinations, row)
        pieces.append((int(end.edge(network)[0]), float(taken), _place(end, weights)))
    while came_by[junction] >= 0:
        arc = int(arcs.arc[came_by[junction]])
        pieces.append((arc // 2, float(arc % 2), 1.0 - arc % 2))
        junction = int(came_from[junction])
    if isinstance(origins, Positions):
        start = _pick(origins, row)
        sides = np.where(seed[0] == junction, seed[1], np.inf)
        pieces.append((int(start.edge(network)[0]), _place(start, weights), float(np.argmin(sides))))
    return _drawn(network, weights, best, pieces[::-1], at=junction)


def _pick(places: Positions, row: int) -> Positions:
    part = slice(row, row + 1)
    return Positions(places.member[part], places.along_frac[part], places.access_m[part])


def _place(position: Positions, weights: Weights) -> float:
    """Place on an edge as one number: 0 at its start, 1 at its end, between them member + share."""
    network = weights.network
    edge = int(position.edge(network)[0])
    first, last = network.member_start[edge], network.member_start[edge + 1]
    return float((position.member[0] - first + position.along_frac[0]) / (last - first))


def _drawn(
    network: RoadNetwork, weights: Weights, time_s: float, pieces: list[_Piece], at: int | None = None
) -> Route:
    lines: list[NDArray[np.float64]] = []
    driven: list[Stretch] = []
    for piece in pieces:
        line, stretch = _part(weights, *piece)
        lines.append(line)
        driven.append(stretch)
    whole = _joined(driven)
    told = steps(network, whole)
    names: list[str] = []
    for step in told:
        if step.street and (not names or names[-1] != step.street):
            names.append(step.street)
    if not lines and at is not None:
        lines = [network.junction_xy_m[[at]]]
    xy = np.concatenate(lines)
    fresh = np.ones(len(xy), dtype=bool)
    fresh[1:] = (xy[1:] != xy[:-1]).any(axis=1)
    return Route(
        time_s=time_s,
        length_m=float(whole.length_m.sum()),
        edge=np.array([p[0] for p in pieces], dtype=np.int32),
        against=np.array([p[2] < p[1] for p in pieces], dtype=bool),
        xy_m=xy[fresh],
        streets=tuple(names),
        steps=told,
        driven=whole,
    )


def _joined(parts: list[Stretch]) -> Stretch:
    if not parts:
        return Stretch(np.zeros(0, np.int32), np.zeros(0, bool), np.zeros(0), np.zeros(0))
    return Stretch(
        *(
            np.concatenate([getattr(p, name) for p in parts])
            for name in ("segment", "against", "length_m", "time_s")
        )
    )


def _part(weights: Weights, edge: int, entered: float, left: float) -> tuple[NDArray[np.float64], Stretch]:
    """Line and segments of the stretch of an edge between two places, in the direction driven."""
    network = weights.network
    line = network.edge_line(edge)
    n = len(line) - 1
    low, high = sorted((entered * n, left * n))
    share = np.clip(np.arange(1, n + 1), low, high) - np.clip(np.arange(n), low, high)
    inner = np.arange(n + 1)[(np.arange(n + 1) > low) & (np.arange(n + 1) < high)]
    stops = np.concatenate([[low], inner, [high]])
    points = np.column_stack([np.interp(stops, np.arange(n + 1), line[:, axis]) for axis in (0, 1)])
    members = slice(network.member_start[edge], network.member_start[edge + 1])
    segment, flipped = network.member_segment[members], network.member_flipped[members]
    used = np.flatnonzero(share > 0)
    if left < entered:
        points, used, flipped = points[::-1], used[::-1], ~flipped
    segment = segment[used]
    length_m, time_s = network.streets.length_m[segment], weights.segment_s[segment]
    return points, Stretch(segment, flipped[used], share[used] * length_m, share[used] * time_s)

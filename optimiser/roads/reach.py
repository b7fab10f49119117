"""Drive-time reach: every stretch of street that is reached within a time, exactly, and areas drawn around them.

A street between two junctions may be reached from both ends and only in part. Along each piece of street the time
grows evenly, so where it crosses a limit is known, and the stretches returned are exact. The areas are for the eye:
each is all ground within a given distance of a reached stretch, so it claims no street that is not reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.roads.access import open_backward, open_forward
from optimiser.roads.network import RoadNetwork
from optimiser.roads.snap import Positions
from optimiser.roads.speeds import Driver
from optimiser.roads.times import Places, times
from optimiser.roads.weights import Weights, as_weights

AROUND_M = 60.0
"""How far an area reaches from its streets."""
_TINY = 1e-9
_CIRCLE_QUARTERS = 3


@dataclass(frozen=True, eq=False)
class Reach:
    """Stretches of street reached within a limit.

    Parameters
    ----------
    network
        The road network.
    limit_s
        The limit.
    junction_s
        Seconds to each junction, infinite beyond the limit, shape (n_junctions,).
    member
        Place among ``network.member_segment`` of the piece of street each stretch lies on, shape (k,).
    from_frac, to_frac
        Where it begins and ends along the piece, in the edge's direction, shape (k,).
    from_s, to_s
        Seconds at which it is entered at either end, shape (k,).
    """

    network: RoadNetwork
    limit_s: float
    junction_s: NDArray[np.float32]
    member: NDArray[np.int64]
    from_frac: NDArray[np.float64]
    to_frac: NDArray[np.float64]
    from_s: NDArray[np.float64]
    to_s: NDArray[np.float64]

    @property
    def length_m(self) -> NDArray[np.float64]:
        """Metres of each stretch, shape (k,)."""
        whole = self.network.streets.length_m[self.network.member_segment[self.member]]
        return np.asarray(whole * (self.to_frac - self.from_frac))

    def lines(self) -> NDArray[np.object_]:
        """Return each stretch as a line in the network's metres, shape (k,)."""
        ends = [
            Positions(self.member.astype(np.int32), frac, np.zeros(len(self.member))).xy_m(self.network)
            for frac in (self.from_frac, self.to_frac)
        ]
        return np.atleast_1d(np.asarray(shapely.linestrings(np.stack(ends, axis=1)), dtype=object))

    def area(self, around_m: float = AROUND_M) -> shapely.Geometry:
        """Return all ground within ``around_m`` of a reached stretch, in the network's metres."""
        lines = self.lines()
        if not len(lines):
            return shapely.Polygon()
        streets = shapely.line_merge(shapely.union_all(shapely.multilinestrings(lines)))
        parts = shapely.simplify(shapely.get_parts(streets), around_m / 20)
        wide = shapely.buffer(parts, around_m, quad_segs=_CIRCLE_QUARTERS)
        return shapely.union_all(wide)


def reach(
    network: RoadNetwork,
    origins: Places,
    limit_s: float,
    *,
    driver: str | Driver | Weights = "basic",
    hour_of_week: int | None = None,
    factors: NDArray[np.float64] | None = None,
    towards: bool = False,
) -> Reach:
    """Return all street within ``limit_s`` of the nearest of some places.

    Parameters
    ----------
    network, driver, hour_of_week, factors
        As in :func:`optimiser.roads.times.times`.
    origins
        Junctions or places on streets, at least one.
    limit_s
        The limit, above 0.
    towards
        Street FROM which a place is reached within the limit, instead of street that is reached from it.

    Raises
    ------
    InputError
        If there is no place, the limit is not above 0, or as :func:`optimiser.roads.times.times`.
    """
    if not len(origins) or not 0 < limit_s < np.inf:
        raise InputError(
            f"Reach needs a place and a time above 0; got {len(origins)} places and {limit_s} s."
        )
    weights = as_weights(network, driver, hour_of_week, factors)
    at = times(network, origins, driver=weights, limit_s=limit_s, reverse=towards).min(axis=0)
    ahead_s, back_s = _at_ends(weights, at.astype(np.float64), towards=towards)
    first = [_covered(weights, ahead_s, back_s, limit_s)]
    if isinstance(origins, Positions):
        first += _own_streets(weights, origins, limit_s, towards=towards)
    member, low, high, low_s, high_s = (np.concatenate(part) for part in zip(*first, strict=True))
    return Reach(network, float(limit_s), at, *_merged(weights, member, low, high, low_s, high_s))


_Stretches = tuple[
    NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]
]


def _at_ends(
    weights: Weights, junction_s: NDArray[np.float64], *, towards: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds at the start of each member coming along the edge, and at its end coming against it; infinite if not."""
    network = weights.network
    edge = network.member_edge
    along, against = weights.arc_s[2 * edge], weights.arc_s[2 * edge + 1]
    if towards:  # a street is left in the direction opposite to the search
        along, against = against, along
    before = weights.member_before_s
    own = weights.segment_s[network.member_segment]
    after = np.maximum(weights.edge_s[edge] - before - own, 0.0)
    ahead = np.where(np.isfinite(along), junction_s[network.edge_from[edge]] + before, np.inf)
    back = np.where(np.isfinite(against), junction_s[network.edge_to[edge]] + after, np.inf)
    return ahead, back


def _covered(
    weights: Weights, ahead_s: NDArray[np.float64], back_s: NDArray[np.float64], limit_s: float
) -> _Stretches:
    """Stretches of whole members reached from their ends."""
    own = weights.segment_s[weights.network.member_segment]
    some = (ahead_s < limit_s) | (back_s < limit_s)
    member = np.flatnonzero(some)
    own, ahead, back = np.maximum(own[some], _TINY), ahead_s[some], back_s[some]
    part = np.clip((limit_s - ahead) / own, 0.0, 1.0)
    rest = np.clip((limit_s - back) / own, 0.0, 1.0)
    a, b = part > 0, rest > 0
    return (
        np.concatenate([member[a], member[b]]),
        np.concatenate([np.zeros(int(a.sum())), 1.0 - rest[b]]),
        np.concatenate([part[a], np.ones(int(b.sum()))]),
        np.concatenate([ahead[a], (back + rest * own)[b]]),
        np.concatenate([(ahead + part * own)[a], back[b]]),
    )


def _own_streets(weights: Weights, origins: Positions, limit_s: float, *, towards: bool) -> list[_Stretches]:
    """Stretches of the origins' own streets, reached from the origin itself."""
    network, found = weights.network, []
    byte, mode = network.edge_openness, weights.driver.mode_index
    start = origins.before_s(weights)
    for at, edge in zip(start.tolist(), origins.edge(network).tolist(), strict=True):
        along = bool(open_forward(byte[[edge]], mode)[0])
        against = bool(open_backward(byte[[edge]], mode)[0])
        if towards:
            along, against = against, along
        member = np.arange(network.member_start[edge], network.member_start[edge + 1])
        before = weights.member_before_s[member]
        own = np.maximum(weights.segment_s[network.member_segment[member]], _TINY)
        for way, open_ in ((1.0, along), (-1.0, against)):
            if not open_:
                continue
            reach_to = at + way * limit_s
            low = np.clip((min(at, reach_to) - before) / own, 0.0, 1.0)
            high = np.clip((max(at, reach_to) - before) / own, 0.0, 1.0)
            used = high > low
            low, high, b, o = low[used], high[used], before[used], own[used]
            found.append((member[used], low, high, np.abs(b + low * o - at), np.abs(b + high * o - at)))
    return found


def _merged(
    weights: Weights,
    member: NDArray[np.int64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    low_s: NDArray[np.float64],
    high_s: NDArray[np.float64],
) -> _Stretches:
    """Join stretches of a piece that overlap, so that no metre is counted twice.

    Where two overlap, the times at the far ends are those of whoever is there first.
    """
    order = np.lexsort((low, member))
    member, low, high = member[order], low[order], high[order]
    low_s, high_s = low_s[order], high_s[order]
    twice = np.isin(member, member[1:][member[1:] == member[:-1]])
    kept = [(member[~twice], low[~twice], high[~twice], low_s[~twice], high_s[~twice])]
    joined: list[list[float]] = []
    rows = np.column_stack([member, low, high, low_s, high_s])[twice]
    for m, a, b, a_s, b_s in rows.tolist():
        last = joined[-1] if joined else None
        if last is None or last[0] != m or a > last[2] + _TINY:
            joined.append([m, a, b, a_s, b_s])
            continue
        if a <= last[1] + _TINY:
            last[3] = min(last[3], a_s)
        if b > last[2] + _TINY:
            last[2], last[4] = b, b_s
        elif b >= last[2] - _TINY:
            last[4] = min(last[4], b_s)
    more = np.array(joined).reshape(-1, 5).T
    kept.append((more[0].astype(np.int64), more[1], more[2], more[3], more[4]))
    first, second = kept
    return (
        np.concatenate([first[0], second[0]]),
        np.concatenate([first[1], second[1]]),
        np.concatenate([first[2], second[2]]),
        np.concatenate([first[3], second[3]]),
        np.concatenate([first[4], second[4]]),
    )


def bands(
    network: RoadNetwork,
    origins: Places,
    limits_s: Sequence[float],
    *,
    driver: str | Driver | Weights = "basic",
    hour_of_week: int | None = None,
    factors: NDArray[np.float64] | None = None,
    towards: bool = False,
) -> list[Reach]:
    """Return the reach within each of several limits, in ascending order; see :func:`reach`."""
    weights = as_weights(network, driver, hour_of_week, factors)
    return [
        reach(network, origins, limit, driver=weights, towards=towards) for limit in sorted(set(limits_s))
    ]

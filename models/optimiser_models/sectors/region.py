"""A few neighbouring districts as a question of their own: the others stand still, their areas are not there.

Re-arranging a few districts of a good plan is what improves plans of many districts most; on arrays of their own
size that is far faster than on those of the whole map.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser_models.sectors.arrays import FREE, Districting
from optimiser_models.sectors.search import State


@dataclass(frozen=True)
class Region:
    """The question ``d`` of some districts; ``areas``, ``districts`` and ``seats`` are their numbers in the whole."""

    d: Districting
    label: NDArray[np.int64]
    areas: NDArray[np.int64]
    districts: NDArray[np.int64]
    seats: NDArray[np.int64]

    def whole(self, d: Districting, state: State, part: State) -> State | None:
        """Return the state of the whole map with this part of it; None where a further sum says no."""
        label, centre = state.label.copy(), state.centre.copy()
        label[self.areas] = self.districts[part.label]
        centre[self.districts] = self.seats[part.centre]
        if not d.keeps(label, centre):
            return None
        return State(label, centre, d.value(label, centre))


def region(d: Districting, state: State, districts: NDArray[np.int64]) -> Region | None:
    """Cut out some districts of a state; None where rules reach beyond them: places, pairs, the largest deviation."""
    if d.extras.any or d.places.limited or d.same.size or d.apart.size or np.isfinite(d.border_limit):
        return None
    inside = np.isin(state.label, districts)
    areas = np.flatnonzero(inside)
    seats = np.flatnonzero(inside[d.centre_area] & d.may[districts].any(axis=0))
    number = np.full(d.n, FREE, dtype=np.int64)
    number[areas] = np.arange(areas.size)
    where = np.full(d.k, FREE, dtype=np.int64)
    where[districts] = np.arange(districts.size)
    seat = np.full(d.cost.shape[0], FREE, dtype=np.int64)
    seat[seats] = np.arange(seats.size)
    ends = np.repeat(np.arange(d.n), np.diff(d.starts))
    links = inside[ends] & inside[d.neighbours]
    starts = np.zeros(areas.size + 1, dtype=np.int64)
    np.cumsum(np.bincount(number[ends[links]], minlength=areas.size), out=starts[1:])
    outside = np.flatnonzero(~inside)
    elsewhere = d.side[:, state.centre[state.label[outside]], outside].sum(axis=1)
    pairs = np.ix_(seats, areas)
    small = replace(
        d,
        cost=d.cost[pairs],
        weight=np.ascontiguousarray(d.weight[:, areas]),
        low=np.ascontiguousarray(d.low[:, districts]),
        high=np.ascontiguousarray(d.high[:, districts]),
        target=np.ascontiguousarray(d.target[:, districts]),
        may=d.may[np.ix_(districts, seats)],
        fixed=np.where(d.fixed[districts] == FREE, FREE, seat[d.fixed[districts]]),
        lock=np.where(d.lock[areas] == FREE, FREE, where[d.lock[areas]]),
        allowed=d.allowed[pairs],
        centre_area=number[d.centre_area[seats]],
        starts=starts,
        neighbours=number[d.neighbours[links]],
        border=np.ascontiguousarray(d.border[links]),
        side=np.ascontiguousarray(d.side[:, seats][:, :, areas]),
        side_limit=d.side_limit - elsewhere,
        places=replace(d.places, starts=np.zeros(areas.size + 1, dtype=np.int64), ids=d.places.ids[:0]),
        apart_s=d.apart_s[np.ix_(seats, seats)],
        centres=d.centres[seats],
    )
    return Region(small, where[state.label[areas]], areas, districts, seats)

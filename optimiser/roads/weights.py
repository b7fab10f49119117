"""Seconds for one driver class and hour: one vectorised pass over the segments, nothing is rebuilt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.roads.access import open_backward, open_forward
from optimiser.roads.conditions import Conditions
from optimiser.roads.hierarchy import customise
from optimiser.roads.network import RoadNetwork
from optimiser.roads.speeds import Driver, checked_factors, driver_named, segment_speeds
from optimiser.units import HOURS_PER_WEEK


@dataclass(frozen=True, eq=False)
class Weights:
    """What a driver class needs for each piece of road in one hour.

    Parameters
    ----------
    network
        The network they belong to.
    driver
        The driver class.
    hour_of_week
        0 = Monday 00:00, None = free flow.
    segment_s
        Seconds of each full-graph segment, directions and closures ignored.
    edge_s
        The same summed over each edge.
    arc_s
        Seconds of each arc, shape (2 * n_edges,): along, against; infinite where closed to the driver.
    """

    network: RoadNetwork
    driver: Driver
    hour_of_week: int | None
    segment_s: NDArray[np.float64]
    edge_s: NDArray[np.float64]
    arc_s: NDArray[np.float64]

    @cached_property
    def out_s(self) -> NDArray[np.float64]:
        """Seconds in the order of ``network.arcs_out``."""
        return self.arc_s[self.network.arcs_out.arc]

    @cached_property
    def in_s(self) -> NDArray[np.float64]:
        """Seconds in the order of ``network.arcs_in``."""
        return self.arc_s[self.network.arcs_in.arc]

    @cached_property
    def link_s(self) -> NDArray[np.float64]:
        """Seconds of the hierarchy's links, shape (2, n_links): upwards, downwards."""
        tree = self.network.hierarchy
        found: NDArray[np.float64] = customise(tree.start, tree.upper, tree.slot, tree.climbs, self.arc_s)
        return found

    @cached_property
    def member_before_s(self) -> NDArray[np.float64]:
        """Seconds along the edge before each of its members begins, shape (n_members,)."""
        member_s = self.segment_s[self.network.member_segment]
        total = np.concatenate([[0.0], np.cumsum(member_s)[:-1]])
        first = self.network.member_start[:-1]
        return np.asarray(total - np.repeat(total[first], np.diff(self.network.member_start)))


def weigh(
    network: RoadNetwork,
    driver: str | Driver = "basic",
    hour_of_week: int | None = None,
    factors: NDArray[np.float64] | None = None,
    conditions: Conditions | None = None,
) -> Weights:
    """Compute the seconds of every arc.

    Parameters
    ----------
    network
        The road network.
    driver
        Name of a driver class (:data:`optimiser.roads.speeds.DRIVERS`) or one of your own.
    hour_of_week
        0 = Monday 00:00 local wall time ... 167; None for free flow.
    factors
        Travel-time factors, shape (n_classes, 168); 1 throughout if None. Without effect in free flow.
    conditions
        What is closed or slow just now (:mod:`optimiser.roads.conditions`). A street that is closed is passed by
        nobody but people on foot; a place on it can still be entered and left.

    Raises
    ------
    InputError
        If the driver class, the hour, the factors or the conditions cannot be used.
    """
    chosen = driver_named(driver)
    streets = network.streets
    segment_s = streets.length_m / segment_speeds(streets.limit_m_per_s, streets.road_class, chosen)
    if hour_of_week is not None:
        if not 0 <= hour_of_week < HOURS_PER_WEEK:
            raise InputError(f"Hour of the week {hour_of_week} is not between 0 and {HOURS_PER_WEEK - 1}.")
        if factors is not None:
            slower = checked_factors(factors)[:, hour_of_week]
            segment_s = segment_s * (1.0 + chosen.traffic_frac * (slower - 1.0))[streets.road_class]
    if conditions is not None:
        conditions.belongs_to(network)
        segment_s = segment_s * (1.0 + chosen.traffic_frac * (conditions.segment_factor - 1.0))
    edge_s = network.summed(segment_s)
    byte, mode = network.edge_openness, chosen.mode_index
    arc_s = np.empty(2 * network.n_edges)
    arc_s[0::2] = np.where(open_forward(byte, mode), edge_s, np.inf)
    arc_s[1::2] = np.where(open_backward(byte, mode), edge_s, np.inf)
    if conditions is not None and chosen.mode != "foot":
        arc_s[np.repeat(conditions.closed_edge, 2)] = np.inf
    return Weights(network, chosen, hour_of_week, segment_s, edge_s, arc_s)


def as_weights(
    network: RoadNetwork,
    driver: str | Driver | Weights,
    hour_of_week: int | None,
    factors: NDArray[np.float64] | None,
) -> Weights:
    """Return ready weights as they are, else compute them.

    Raises
    ------
    InputError
        If ready weights belong to another network or come with an hour, or as :func:`weigh`.
    """
    if not isinstance(driver, Weights):
        return weigh(network, driver, hour_of_week, factors)
    if driver.network is not network:
        raise InputError("These weights were made for another road network; weigh this one.")
    if factors is not None or hour_of_week not in (None, driver.hour_of_week):
        raise InputError(
            f"These weights are for hour {driver.hour_of_week}; weigh again for hour {hour_of_week}."
        )
    return driver

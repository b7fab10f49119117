"""Traffic by hour and class, incidents that close or slow streets, and what a closure cuts off.

Both come from small tables (:mod:`optimiser.data.road_tables`) and change weights only: the network, its hierarchy
and every place on it stay as they are, so a new hour, class or incident costs a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from optimiser.data.road_tables import RoadIncident, read_road_incidents, read_traffic
from optimiser.roads.classes import CLASS_INDEX, ROAD_CLASSES
from optimiser.roads.conditions import Conditions
from optimiser.roads.graph import LON_LAT
from optimiser.roads.network import RoadNetwork
from optimiser.roads.snap import snap
from optimiser.roads.speeds import MAIN_CLASSES, checked_factors, flat_factors
from optimiser.roads.weights import Weights
from optimiser.units import HOURS_PER_DAY

FAR_M = 250.0
"""An incident farther from every street is not placed on one."""
_MOST_NAMED = 5


def factors_from(path: Path) -> NDArray[np.float64]:
    """Read travel-time factors by class of road and hour of the week, shape (n_classes, 168).

    Raises
    ------
    InputError
        As :func:`optimiser.data.road_tables.read_traffic`.
    """
    table = flat_factors()
    for row in read_traffic(path, ROAD_CLASSES, MAIN_CLASSES):
        for day in row.days:
            table[CLASS_INDEX[row.road_class], day * HOURS_PER_DAY + np.array(row.hours)] = row.factor
    return checked_factors(table)


def conditions_from(network: RoadNetwork, path: Path, at: datetime | None = None) -> Conditions:
    """Read the incidents of a file and place those that hold at a time; all of them if None.

    Raises
    ------
    InputError
        As :func:`optimiser.data.road_tables.read_road_incidents`.
    """
    return place(network, read_road_incidents(path), at)


def place(network: RoadNetwork, incidents: Sequence[RoadIncident], at: datetime | None = None) -> Conditions:
    """Put incidents on the streets of a network.

    One that is far from every street, or names a street that there is not, is left out and said; the rest goes on.
    Two delays on one street multiply.

    Parameters
    ----------
    network
        The road network.
    incidents
        What is on the roads.
    at
        Local wall time; at None every incident holds.
    """
    closed = np.zeros(network.n_edges, dtype=bool)
    factor = np.ones(network.streets.n_segments)
    said = []
    for one in incidents:
        if not one.holds(at):
            continue
        segment, fault = _segments(network, one)
        if fault:
            said.append(f"Incident {one.incident_id}: {fault}; it is left out.")
        elif one.closed:
            edges = np.unique(network.member_edge[network.member_of_segment[segment]])
            closed[edges] = True
            said.append(f"Incident {one.incident_id}: {named(network, edges)} closed.")
        else:
            factor[segment] *= one.factor
            edges = np.unique(network.member_edge[network.member_of_segment[segment]])
            said.append(
                f"Incident {one.incident_id}: {named(network, edges)} takes {one.factor:g} times as long."
            )
    return Conditions(closed, factor, tuple(said))


def _segments(network: RoadNetwork, one: RoadIncident) -> tuple[NDArray[np.int64], str]:
    """Segments that an incident lies on, or why there is none."""
    streets = network.streets
    known = {name.casefold(): k for k, name in enumerate(streets.names)}
    on_name = np.ones(streets.n_segments, dtype=bool)
    if one.street:
        if one.street.casefold() not in known:
            return np.zeros(0, dtype=np.int64), f"there is no street called {one.street!r}"
        on_name = streets.name == known[one.street.casefold()]
    if one.lon_lat is None:
        return np.flatnonzero(on_name), ""
    at = snap(network, np.array([one.lon_lat]), driver="advanced", crs=LON_LAT)
    if at.access_m[0] > FAR_M:
        return np.zeros(0, dtype=np.int64), f"it lies {at.access_m[0]:,.0f} m from every street"
    if one.radius_m == 0 and not one.street:
        return network.member_segment[at.member].astype(np.int64), ""
    reach_m = one.radius_m or FAR_M
    node = np.stack([streets.segment_from, streets.segment_to], axis=1)[on_name]
    lines = shapely.linestrings(np.stack([streets.x_m[node], streets.y_m[node]], axis=2))
    near = shapely.distance(lines, shapely.points(at.xy_m(network)[0])) <= reach_m
    found = np.flatnonzero(on_name)[near]
    return found, "" if len(found) else f"{one.street} is not within {reach_m:,.0f} m of it"


def named(network: RoadNetwork, edges: NDArray[np.integer]) -> str:
    """Name the streets of some edges, the five most frequent."""
    member = np.isin(network.member_edge, edges)
    name = network.streets.name[network.member_segment[member]]
    count = np.bincount(name[name >= 0], minlength=len(network.streets.names))
    order = [int(k) for k in np.argsort(-count, kind="stable") if count[k] > 0]
    if not order:
        return "a street without a name"
    more = f" and {len(order) - _MOST_NAMED} more streets" if len(order) > _MOST_NAMED else ""
    return ", ".join(network.streets.names[k] for k in order[:_MOST_NAMED]) + more


@dataclass(frozen=True, eq=False)
class CutOff:
    """Junctions that closures take from the bulk of the network.

    Parameters
    ----------
    junction
        Their numbers.
    said
        What is cut, in words; empty where nothing is.
    """

    junction: NDArray[np.int64]
    said: tuple[str, ...]


def cut_off(open_: Weights, now: Weights) -> CutOff:
    """Tell what can no longer be reached from, or leave for, the bulk of the network.

    Parameters
    ----------
    open_, now
        Weights of one driver class without and with the closures.
    """
    network = open_.network
    lost = np.flatnonzero(_bulk(open_) & ~_bulk(now))
    if not len(lost):
        return CutOff(lost, ())
    shut = np.unique(np.flatnonzero(np.isfinite(open_.arc_s) & ~np.isfinite(now.arc_s)) // 2)
    inside = np.isin(network.edge_from, lost) | np.isin(network.edge_to, lost)
    inside[shut] = False
    said = (
        f"With {named(network, shut)} closed, {len(lost):,} of {network.n_junctions:,} street junctions "
        f"({named(network, np.flatnonzero(inside))}) are cut off from the rest for driver class "
        f"{now.driver.name}: no drive leads from one side to the other and back. Times across the cut are unknown; "
        "everything else is planned as usual."
    )
    return CutOff(lost, (said,))


def _bulk(weights: Weights) -> NDArray[np.bool_]:
    """Junctions of the largest set in which every junction can be driven to from every other."""
    network = weights.network
    tail = np.column_stack([network.edge_from, network.edge_to]).ravel()
    head = np.column_stack([network.edge_to, network.edge_from]).ravel()
    usable = np.isfinite(weights.arc_s)
    n = network.n_junctions
    arcs = coo_matrix((np.ones(int(usable.sum()), np.int8), (tail[usable], head[usable])), (n, n))
    _, label = connected_components(arcs, directed=True, connection="strong")
    return np.asarray(label == np.bincount(label).argmax())

"""Roads: OSM or street lines to a junction graph, speeds by driver class and hour, times and routes.

``load`` or ``from_osm`` / ``from_lines`` make a :class:`RoadNetwork`; ``weigh`` turns a driver class and an
hour into seconds; ``snap`` puts points on streets; ``times``, ``times_between``, ``tables``, ``route`` and ``reach``
answer. Traffic by hour (``factors_from``) and incidents (``conditions_from``) change weights, never the network.
Turn restrictions, signals, gates and bollards are not modelled.
"""

from optimiser.roads.calibrate import Calibration, calibrate
from optimiser.roads.conditions import Conditions
from optimiser.roads.junctions import junction_times, nearest_junctions
from optimiser.roads.load import load
from optimiser.roads.network import RoadNetwork, build, full_matrix, read_network, write_network
from optimiser.roads.osm import from_osm, read_osm
from optimiser.roads.reach import Reach, bands, reach
from optimiser.roads.routes import Route, route
from optimiser.roads.snap import Positions, snap
from optimiser.roads.speeds import DRIVERS, Driver, commuter_factors, flat_factors, norwegian
from optimiser.roads.streets import StreetColumns, from_lines, read_lines
from optimiser.roads.tables import Tables, tables
from optimiser.roads.times import times, times_between
from optimiser.roads.traffic import conditions_from, cut_off, factors_from, place
from optimiser.roads.turns import Step
from optimiser.roads.weights import Weights, weigh

__all__ = [
    "DRIVERS",
    "Calibration",
    "Conditions",
    "Driver",
    "Positions",
    "Reach",
    "RoadNetwork",
    "Route",
    "Step",
    "StreetColumns",
    "Tables",
    "Weights",
    "bands",
    "build",
    "calibrate",
    "commuter_factors",
    "conditions_from",
    "cut_off",
    "factors_from",
    "flat_factors",
    "from_lines",
    "from_osm",
    "full_matrix",
    "junction_times",
    "load",
    "nearest_junctions",
    "norwegian",
    "place",
    "reach",
    "read_lines",
    "read_network",
    "read_osm",
    "route",
    "snap",
    "tables",
    "times",
    "times_between",
    "weigh",
    "write_network",
]

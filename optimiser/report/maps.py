"""Maps of plans and measures, without tiles and without the internet: vector PDF or PNG, A4 to E-size."""

from optimiser.report.ground import RoadLines, lines_of_network
from optimiser.report.map_assignment import assignment_map
from optimiser.report.map_sectors import sectors_map
from optimiser.report.map_values import choropleth
from optimiser.report.places import Places
from optimiser.report.sheet import SIZES_IN, MapStyle, save

__all__ = [
    "SIZES_IN",
    "MapStyle",
    "Places",
    "RoadLines",
    "assignment_map",
    "choropleth",
    "lines_of_network",
    "save",
    "sectors_map",
]

"""Simplified areas for the screen."""

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, box
from shapely.ops import split

from optimiser.data.display import simplify_for_display


def test_shared_border_stays_shared():
    """Two areas along a winding border of 400 vertices: at most 40 each, and still a valid coverage."""
    y = np.linspace(-10, 1010, 400)
    winding = LineString(np.column_stack([500 + 40 * np.sin(y / 60), y]))
    areas = gpd.GeoDataFrame(geometry=list(split(box(0, 0, 1000, 1000), winding).geoms), crs="EPSG:32618")
    shown = simplify_for_display(areas)
    assert (shapely.get_num_coordinates(areas.geometry.to_numpy()) > 300).all()
    assert (shapely.get_num_coordinates(shown.geometry.to_numpy()) <= 40).all()
    assert shapely.coverage_is_valid(shown.geometry.to_numpy())
    assert shown.area.sum() == np.float64(1e6)


def test_overlapping_areas_are_simplified_alone():
    """Discs that overlap are no coverage; each gets fewer vertices and none vanishes."""
    discs = shapely.buffer(shapely.points([[0, 0], [50, 0]]), 100, quad_segs=64)
    shown = simplify_for_display(gpd.GeoDataFrame(geometry=discs, crs="EPSG:32618"))
    assert (shapely.get_num_coordinates(shown.geometry.to_numpy()) <= 40).all()
    assert shown.is_valid.all()
    assert not shown.is_empty.any()

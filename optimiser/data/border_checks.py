"""Borders of neighbours that were simplified one by one: they no longer share their points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from optimiser.data.areas import AreaGraph
from optimiser.data.quality import Finding, finding

if TYPE_CHECKING:
    import geopandas as gpd

MOST_POINTS = 4_000_000
ROUND_DIGITS = 2
"""Points within a centimetre are the same: a change of coordinate system moves them by less."""


def border_findings(areas: gpd.GeoDataFrame, graph: AreaGraph) -> list[Finding]:
    """Say where a tool that asks for common edges would see a map in more pieces than there are."""
    shapes = areas.geometry.to_numpy()
    if int(shapely.get_num_coordinates(shapes).sum()) > MOST_POINTS or len(shapes) < 2:
        return []
    n_exact = exact_pieces(shapes)
    n_used = len(graph.components())
    if n_exact <= n_used:
        return []
    action = (
        f"by common edges alone the map would fall into {n_exact} pieces, by borders within a few metres of each other "
        f"it is in {n_used}: the latter is used. Were the shapes simplified one by one?"
    )
    return [finding("pieces of the map by common edges alone", n_exact, 0, action)]


def exact_pieces(shapes: np.ndarray) -> int:
    """Count the pieces of a map whose areas touch only along edges with the same two end points."""
    rings, ring_area = shapely.get_rings(shapes, return_index=True)
    n_points = shapely.get_num_coordinates(rings)
    xy = np.round(shapely.get_coordinates(rings), ROUND_DIGITS)
    owner, part = np.repeat(ring_area, n_points), np.repeat(np.arange(len(rings)), n_points)
    same = part[1:] == part[:-1]
    a, b, who = xy[:-1][same], xy[1:][same], owner[:-1][same]
    swap = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    edges = np.where(swap[:, None], np.hstack([b, a]), np.hstack([a, b]))
    _, code = np.unique(edges, axis=0, return_inverse=True)
    order = np.argsort(code.ravel(), kind="stable")
    code, who = code.ravel()[order], who[order]
    joined = (code[1:] == code[:-1]) & (who[1:] != who[:-1])
    n = len(shapes)
    left, right = who[:-1][joined], who[1:][joined]
    matrix = coo_matrix((np.ones(left.size), (left, right)), shape=(n, n))
    return int(connected_components(matrix, directed=False, return_labels=False))

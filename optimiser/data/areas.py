"""Areas to a graph: who borders whom, along how many metres, and what was changed by hand or by a line.

Order of work, each step noted: borders measured from the polygons (:mod:`optimiser.data.borders`), links
cut by hard lines and areas joined by hard polygons (:mod:`optimiser.data.hard_boundaries`), then the edits
file (:mod:`optimiser.data.adjacency_edits`), which has the last word: a bridge is an edit that adds a link.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimiser.data.adjacency_edits import Edit
from optimiser.data.borders import shared_borders
from optimiser.data.hard_boundaries import cut_by_lines, groups_in_polygons
from optimiser.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

TOLERANCE_M = 5.0
MIN_SHARED_M = 10.0


@dataclass(frozen=True)
class AreaGraph:
    """Which areas border each other.

    Parameters
    ----------
    ids
        The n area ids, in the order of the areas table.
    edges
        Links as positions in ``ids``, shape (m, 2), ``edges[:, 0] < edges[:, 1]``, sorted by row.
    shared_m
        Shared border of each link in metres, shape (m,); 0 where a link was added by hand.
    notes
        What was found and every change made, in words: parts, islands, cuts, edits.
    groups
        Areas that a hard polygon joins: each group must stay in one district.
    """

    ids: tuple[str, ...]
    edges: NDArray[np.int64]
    shared_m: NDArray[np.float64]
    notes: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def n_areas(self) -> int:
        """Number of areas."""
        return len(self.ids)

    def component_labels(self) -> NDArray[np.int64]:
        """Return the component of each area, shape (n,); 0 is the one with most areas (ties: first area)."""
        return _labels(self.n_areas, self.edges)

    def components(self) -> tuple[tuple[str, ...], ...]:
        """Return the ids of each connected component, the largest first. One component is a sound graph."""
        labels = self.component_labels()
        return tuple(
            tuple(self.ids[i] for i in np.flatnonzero(labels == c))
            for c in range(int(labels.max(initial=-1)) + 1)
        )

    def neighbours(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the links as CSR ``(indptr (n + 1,), indices (2m,))``; neighbours of an area ascend."""
        both = (
            np.concatenate([self.edges, self.edges[:, ::-1]])
            if len(self.edges)
            else np.zeros((0, 2), np.int64)
        )
        both = both[np.lexsort((both[:, 1], both[:, 0]))]
        indptr = np.zeros(self.n_areas + 1, dtype=np.int64)
        np.cumsum(np.bincount(both[:, 0], minlength=self.n_areas), out=indptr[1:])
        return indptr, np.ascontiguousarray(both[:, 1])

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the links as pairs of ids, in the order of ``edges``."""
        return tuple((self.ids[i], self.ids[j]) for i, j in self.edges)


def build_graph(
    areas: gpd.GeoDataFrame,
    *,
    min_shared_m: float = MIN_SHARED_M,
    tolerance_m: float = TOLERANCE_M,
    hard_lines: gpd.GeoDataFrame | None = None,
    hard_polygons: gpd.GeoDataFrame | None = None,
    edits: Sequence[Edit] = (),
) -> AreaGraph:
    """Build the rook graph of ``areas``.

    Parameters
    ----------
    areas
        Columns ``area_id`` (text, unique) and ``geometry`` (polygons), in a projected CRS in metres.
    min_shared_m
        Two areas are linked where their shared border is at least this long. A corner is not a border.
    tolerance_m
        Largest gap between two borders that were drawn or simplified apart; 0 for exact contact. Overlaps
        count as border whatever the tolerance.
    hard_lines, hard_polygons
        Lines that no district crosses; polygons whose areas stay together. Any CRS.
    edits
        Links to add or remove by hand, from :func:`optimiser.data.adjacency_edits.read_edits`.

    Raises
    ------
    InputError
        If ids are missing or doubled, a shape is empty, or the CRS is not projected in metres. All faults
        are named together.
    """
    ids, shapes = checked_areas(areas)
    edges, shared_m = shared_borders(shapes, tolerance_m=tolerance_m, min_shared_m=min_shared_m)
    notes = _multipart_notes(ids, shapes)
    groups: tuple[tuple[str, ...], ...] = ()
    if hard_lines is not None and len(hard_lines):
        lines = hard_lines.to_crs(areas.crs).geometry.to_numpy()
        cut, cut_notes = cut_by_lines(ids, shapes, edges, lines, tolerance_m=tolerance_m)
        edges, shared_m = edges[~cut], shared_m[~cut]
        notes += cut_notes or ["the hard lines cut no link"]
    if hard_polygons is not None and len(hard_polygons):
        groups, group_notes = groups_in_polygons(
            ids, shapes, hard_polygons.to_crs(areas.crs).geometry.to_numpy()
        )
        notes += group_notes or ["the hard polygons hold no two areas"]
    edges, shared_m, edit_notes = _apply(ids, edges, shared_m, edits)
    notes += edit_notes
    notes += _island_notes(ids, shapes, edges)
    return AreaGraph(ids, edges, shared_m, tuple(notes), groups)


def checked_areas(areas: gpd.GeoDataFrame) -> tuple[tuple[str, ...], NDArray[np.object_]]:
    """Return ids and shapes of ``areas``, or say everything that is wrong with them in one InputError."""
    faults = []
    if areas.crs is None:
        faults.append("the areas have no coordinate system; state it (for example EPSG:32618)")
    elif not areas.crs.is_projected or abs(areas.crs.axis_info[0].unit_conversion_factor - 1.0) > 1e-9:
        faults.append(f"{areas.crs.to_string()} is not in metres; project the areas first")
    if "area_id" not in areas.columns:
        raise InputError("The areas have no column area_id.")
    column = areas["area_id"]
    ids = tuple("" if missing else str(v) for v, missing in zip(column, column.isna(), strict=True))
    empty_ids = [k + 1 for k, i in enumerate(ids) if not i]
    if empty_ids:
        faults.append(f"area_id is empty in row {_some(empty_ids)}")
    values, counts = np.unique(np.array(ids, dtype=object).astype(str), return_counts=True)
    if (counts > 1).any():
        faults.append(f"area_id is doubled: {_some([v for v in values[counts > 1] if v])}")
    shapes = areas.geometry.to_numpy()
    flat = ~np.isin(shapely.get_type_id(shapes), (3, 6)) | shapely.is_empty(shapes)
    if flat.any():
        faults.append(f"no polygon for area {_some([ids[k] for k in np.flatnonzero(flat)])}")
    if faults:
        raise InputError("The areas cannot be used: " + "; ".join(faults) + ".")
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes = shapes.copy()
        shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return ids, shapes


def _labels(n_areas: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    if n_areas == 0:
        return np.zeros(0, dtype=np.int64)
    links = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n_areas, n_areas))
    count, label = connected_components(links, directed=False)
    sizes = np.bincount(label, minlength=count)
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(count)
    labels: NDArray[np.int64] = rank[label]
    return labels


def _apply(
    ids: tuple[str, ...], edges: NDArray[np.int64], shared_m: NDArray[np.float64], edits: Sequence[Edit]
) -> tuple[NDArray[np.int64], NDArray[np.float64], list[str]]:
    position = {a: k for k, a in enumerate(ids)}
    links = {(int(i), int(j)): float(s) for (i, j), s in zip(edges, shared_m, strict=True)}
    notes = []
    for edit in edits:
        unknown = [a for a in (edit.area_a, edit.area_b) if a not in position]
        if unknown:
            raise InputError(
                f"An adjacency edit names area {', '.join(unknown)}, which is not among the areas."
            )
        i, j = sorted((position[edit.area_a], position[edit.area_b]))
        what = f"{edit.area_a} - {edit.area_b} ({edit.reason or 'no reason given'})"
        if edit.action == "add":
            notes.append(f"link {'was already there' if (i, j) in links else 'added by hand'}: {what}")
            links.setdefault((i, j), 0.0)
        else:
            gone = links.pop((i, j), None)
            notes.append(f"link {'was not there to remove' if gone is None else 'removed by hand'}: {what}")
    keys = sorted(links)
    return (
        np.array(keys, dtype=np.int64).reshape(-1, 2),
        np.array([links[k] for k in keys], dtype=np.float64),
        notes,
    )


def _multipart_notes(ids: tuple[str, ...], shapes: NDArray[np.object_]) -> list[str]:
    parts = shapely.get_num_geometries(shapes)
    return [f"area {ids[k]} has {parts[k]} separate parts" for k in np.flatnonzero(parts > 1)]


def _island_notes(ids: tuple[str, ...], shapes: NDArray[np.object_], edges: NDArray[np.int64]) -> list[str]:
    """Say which components hang apart, and the nearest link that would join each to the rest."""
    label = _labels(len(ids), edges)
    notes = []
    for c in range(1, int(label.max(initial=0)) + 1):
        inside, rest = np.flatnonzero(label == c), np.flatnonzero(label != c)
        near, distance = shapely.STRtree(shapes[rest]).query_nearest(
            shapes[inside], return_distance=True, all_matches=False
        )
        k = int(np.argmin(distance))
        a, b = ids[inside[near[0][k]]], ids[rest[near[1][k]]]
        notes.append(
            f"island of {len(inside)} area(s) ({_some([ids[i] for i in inside])}) has no link to the rest; "
            f"the nearest is {a} - {b}, {distance[k]:.0f} m apart: add it to adjacency_edits.csv if a car can pass"
        )
    return notes


def _some(values: Sequence[object], most: int = 10) -> str:
    shown = ", ".join(str(v) for v in values[:most])
    return shown if len(values) <= most else f"{shown} and {len(values) - most} more"

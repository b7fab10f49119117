"""The graph of a project: measured from the polygons, or a published list of pairs, then edits by hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from optimiser.data import canonical as names
from optimiser.data.adjacency_edits import Edit, read_edits
from optimiser.data.areas import AreaGraph, build_graph
from optimiser.data.layers import layers, read_layer
from optimiser.data.read import read_exact
from optimiser.data.spreadsheet import honest
from optimiser.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

_LISTED = "published list of neighbours"


@dataclass(frozen=True)
class Neighbours:
    """The graph in use, the one the polygons alone give, and the published pairs (None for no list)."""

    graph: AreaGraph
    measured: AreaGraph
    listed: frozenset[frozenset[str]] | None


def neighbours(folder: Path, areas: gpd.GeoDataFrame) -> Neighbours:
    """Build the graph of a project folder.

    ``adjacency.csv`` (area_a, area_b), where there is one, says which areas are neighbours and the polygons
    only how long their border is. Hard boundaries cut it; ``adjacency_edits.csv`` has the last word.
    """
    measured = build_graph(areas)
    ids = frozenset(areas["area_id"])
    listed = read_pairs(folder / names.ADJACENCY_FILE, ids)
    by_list = _as_edits(measured, listed) if listed is not None else ()
    edits_file = folder / names.EDITS_FILE
    by_hand = read_edits(edits_file, ids) if edits_file.exists() else ()
    present = layers(folder / names.AREAS_FILE)
    lines, polygons = (
        read_layer(folder / names.AREAS_FILE, layer) if layer in present else None
        for layer in (names.HARD_LINES_LAYER, names.HARD_POLYGONS_LAYER)
    )
    if not by_list and not by_hand and lines is None and polygons is None:
        return Neighbours(measured, measured, listed)
    graph = build_graph(areas, hard_lines=lines, hard_polygons=polygons, edits=(*by_list, *by_hand))
    notes = tuple(n for n in graph.notes if _LISTED not in n)
    if by_list:
        notes = (f"{len(by_list)} links follow the {_LISTED} instead of the polygons", *notes)
    return Neighbours(
        AreaGraph(graph.ids, graph.edges, graph.shared_m, notes, graph.groups), measured, listed
    )


def _as_edits(measured: AreaGraph, listed: frozenset[frozenset[str]]) -> tuple[Edit, ...]:
    drawn = {frozenset(p) for p in measured.pairs()}
    add = [Edit(a, b, "add", _LISTED) for a, b in sorted(map(sorted, listed - drawn))]
    remove = [Edit(a, b, "remove", _LISTED) for a, b in sorted(map(sorted, drawn - listed))]
    return (*add, *remove)


def read_pairs(path: Path, ids: frozenset[str]) -> frozenset[frozenset[str]] | None:
    """Read ``adjacency.csv``; None where there is none.

    Raises
    ------
    InputError
        Naming every row whose id is not among the areas.
    """
    if not path.exists():
        return None
    table = read_exact(path, ("area_a", "area_b"))
    missing = [c for c in ("area_a", "area_b") if c not in table.frame.columns]
    if missing:
        raise InputError(f"{path}, line 1: no column {', '.join(missing)}; it needs area_a, area_b.")
    faults, pairs = [], set()
    for line, one, two in zip(table.lines, table.frame["area_a"], table.frame["area_b"], strict=True):
        a, b = honest(one.strip()), honest(two.strip())
        unknown = [v for v in (a, b) if v not in ids]
        if unknown or a == b:
            faults.append(
                f"line {line}: {' and '.join(map(repr, unknown)) or repr(a) + ' twice'} is no neighbour"
            )
        pairs.add(frozenset((a, b)))
    if faults:
        raise InputError(f"{path}: {'; '.join(faults[:20])}. Every id must be an area's.")
    return frozenset(pairs)

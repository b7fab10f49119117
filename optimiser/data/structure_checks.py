"""What is odd about areas, their graph and the plans on them. Findings only; nothing is changed."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from optimiser.data.areas import AreaGraph
from optimiser.data.quality import Finding, finding
from optimiser.data.stretch import MOST_FRAC, stretch_frac
from optimiser.units import percent_text

if TYPE_CHECKING:
    import geopandas as gpd

CROSSING = "areas with crossing borders"
_NOTED = {
    "links cut by hard boundaries": (r"^link (.+) cut by a hard boundary$", "no district crosses there"),
    "links kept beside a hard boundary": (
        r"^link (.+) kept: ",
        "the rest of the border is open: remove the link in adjacency_edits.csv where no car passes",
    ),
    "areas on both sides of a hard boundary": (
        r"^area (.+) lies on both sides",
        "kept whole, so that a district crosses the line there: split the area where it must not",
    ),
    "areas kept together by hard polygons": (
        r"^\d+ areas kept together by a hard polygon: (.+)$",
        "one district each",
    ),
    "links added by hand": (r"^link added by hand: (.+)$", "see adjacency_edits.csv"),
    "links removed by hand": (r"^link removed by hand: (.+)$", "see adjacency_edits.csv"),
    "edits that change nothing": (
        r"^link was (?:already there|not there to remove): (.+)$",
        "the map says so already: take them out, or look whether another link was meant",
    ),
    "hard boundaries that change nothing": (
        r"^the hard (?:lines cut no link|polygons hold no two areas)$",
        "do they lie where the areas are?",
    ),
}
_OVERLAP_FRAC = 0.05
_FEW_CALLS = 30
_LEAST_PIECE_FRAC = 0.005


def pieces(graph: AreaGraph, members: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """Return the connected pieces of some areas, the largest first."""
    position = {a: k for k, a in enumerate(graph.ids)}
    indptr, near = graph.neighbours()
    left = {position[m] for m in members if m in position}
    found = []
    while left:
        start = min(left)
        left.discard(start)
        queue, piece = deque([start]), [start]
        while queue:
            k = queue.popleft()
            for j in near[indptr[k] : indptr[k + 1]].tolist():
                if j in left:
                    left.discard(j)
                    queue.append(j)
                    piece.append(j)
        found.append(tuple(graph.ids[k] for k in sorted(piece)))
    return tuple(sorted(found, key=len, reverse=True))


def area_findings(areas: gpd.GeoDataFrame) -> list[Finding]:
    """Check the areas alone: parts, overlaps, invalid shapes, population."""
    n = len(areas)
    shapes = areas.geometry.to_numpy()
    ids = areas["area_id"].to_numpy()
    found = []
    multi = np.flatnonzero(shapely.get_num_geometries(shapes) > 1)
    if len(multi):
        action = "kept as one area each; its parts move together"
        found.append(finding("areas of several parts", len(multi), n, action, examples=ids[multi]))
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    if len(broken):
        found.append(finding(CROSSING, len(broken), n, "mended in use", examples=ids[broken]))
    off_frac = stretch_frac(areas.crs, areas.total_bounds)
    if off_frac > MOST_FRAC:
        most = f"up to {percent_text(off_frac, 0)}" if off_frac < 10 else "very far"
        action = (
            f"{areas.crs.to_string()[:60]} is {most} off where the areas lie: name one that fits in project.toml "
            "(crs), or import again without --crs"
        )
        found.append(finding("distances that are wrong on the ground", n, n, action, red=True))
    overlaps = _overlaps(shapes)
    if overlaps:
        action = "a call in both counts once, for the area whose id comes first"
        shown = [f"{ids[i]} and {ids[j]}" for i, j in overlaps]
        found.append(finding("areas that overlap", len(overlaps), 0, action, examples=shown))
    return found


def _overlaps(shapes: np.ndarray) -> list[tuple[int, int]]:
    sound = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
    left, right = shapely.STRtree(sound).query(sound, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    shared = shapely.area(shapely.intersection(sound[left], sound[right]))
    small = np.minimum(shapely.area(sound[left]), shapely.area(sound[right]))
    return [
        (int(i), int(j))
        for i, j in zip(
            left[shared > _OVERLAP_FRAC * small], right[shared > _OVERLAP_FRAC * small], strict=True
        )
    ]


def graph_findings(
    graph: AreaGraph,
    measured: AreaGraph,
    listed: frozenset[frozenset[str]] | None,
    work: Mapping[str, float],
) -> list[Finding]:
    """Check the graph in use, and what the polygons say against a published list of pairs.

    Parameters
    ----------
    graph, measured
        The graph in use, and the one measured from the polygons alone.
    listed
        Published pairs, or None where the project has no list.
    work
        Unit-seconds (else calls) by area.
    """
    found = []
    n = graph.n_areas
    if listed is not None:
        drawn = {frozenset(p) for p in measured.pairs()}
        missing, extra = sorted(map(sorted, listed - drawn)), sorted(map(sorted, drawn - listed))
        shown = [" - ".join(p) for p in missing]
        action = "the published list is used; mend the polygons or the list"
        if missing:
            found.append(
                finding(
                    "published neighbours the polygons do not show",
                    len(missing),
                    len(listed),
                    action,
                    examples=shown,
                )
            )
        if extra:
            shown = [" - ".join(p) for p in extra]
            found.append(
                finding(
                    "neighbours in the polygons that the list leaves out",
                    len(extra),
                    len(drawn),
                    action,
                    examples=shown,
                )
            )
        parts = measured.components()
        if len(parts) > 1:
            shown = [f"{len(p)} areas with {p[0]}" for p in parts]
            found.append(
                finding(
                    "pieces of the map by the polygons alone",
                    len(parts),
                    0,
                    "the list decides",
                    examples=shown,
                )
            )
    found += _changes(graph)
    found += _cut_off(graph, work)
    alone = [graph.ids[k] for k in np.flatnonzero(np.bincount(graph.edges.ravel(), minlength=n) == 1)]
    if alone:
        found.append(
            finding(
                "areas that hang on one link",
                len(alone),
                n,
                "kept; a lost link cuts them off",
                examples=alone,
            )
        )
    return found


def _changes(graph: AreaGraph) -> list[Finding]:
    """Say what hard boundaries and edits made of the graph; those without any effect are told as well."""
    found = []
    for rule, (pattern, action) in _NOTED.items():
        hits = [m for m in map(re.compile(pattern).search, graph.notes) if m]
        if hits:
            shown = [next((g for g in m.groups() if g), "") for m in hits]
            found.append(finding(rule, len(hits), 0, action, examples=filter(None, shown)))
    return found


def _cut_off(graph: AreaGraph, work: Mapping[str, float]) -> list[Finding]:
    """Say which areas hang apart; red where a piece has too little work to be a district of its own."""
    parts = graph.components()
    total = sum(work.get(a, 0.0) for a in graph.ids)
    if len(parts) < 2:
        return []
    least = _LEAST_PIECE_FRAC * total
    small = [p for p in parts if total > 0 and sum(work.get(a, 0.0) for a in p) < least]
    found = []
    if small:
        shown = [a for p in small for a in p]
        some = ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")
        action = (
            f"{some} hang apart and hold less than {percent_text(_LEAST_PIECE_FRAC)} of the work a piece, too "
            f"little for a district ({len(parts)} pieces in all): add a link in adjacency_edits.csv (columns "
            "area_a, area_b, action add/remove, reason) or take the areas out; a district must hang together"
        )
        found.append(finding("pieces of the map cut off", len(small), 0, action, examples=shown, red=True))
    apart = [a for p in parts[1:] if p not in small for a in p]
    if apart:
        action = (
            f"the map in use falls into {len(parts)} pieces: no contiguous district joins them; "
            "add a link in adjacency_edits.csv where a car can pass"
        )
        rule = "areas cut off from the largest piece"
        found.append(finding(rule, len(apart), graph.n_areas, action, examples=apart))
    return found


def beat_findings(areas: gpd.GeoDataFrame, graph: AreaGraph) -> list[Finding]:
    """Check the beats and districts in use: areas without one, and ones in several pieces."""
    found = []
    for column, word in (("beat_id", "beat"), ("district_id", "district")):
        label = areas[column].to_numpy()
        if not (label != "").any():
            continue
        none = areas.loc[label == "", "area_id"].tolist()
        if none:
            split = len(pieces(graph, none))
            action = f"left out of the plan in use; they lie in {split} piece{'s' if split > 1 else ''}"
            found.append(finding(f"areas with no {word}", len(none), len(areas), action, examples=none))
        groups = areas[label != ""].groupby(column)["area_id"].agg(list).to_dict()
        found += _in_pieces(f"{word}s in use that lie in pieces", graph, groups)
    return found


def _in_pieces(rule: str, graph: AreaGraph, groups: Mapping[str, Iterable[str]]) -> list[Finding]:
    shown = []
    for name, members in sorted(groups.items()):
        parts = pieces(graph, list(members))
        if len(parts) > 1:
            shown.append(f"{name} ({' + '.join(str(len(p)) for p in parts)} areas)")
    if not shown:
        return []
    return [
        finding(
            rule,
            len(shown),
            len(groups),
            "kept as it is; a plan made here will be in one piece",
            examples=shown,
        )
    ]


def plan_findings(
    plans: Mapping[str, Mapping[str, str]],
    graph: AreaGraph,
    calls: Mapping[str, float],
    skip: Collection[str] = (),
) -> list[Finding]:
    """Check each stored plan: areas left out (and their calls), districts in pieces."""
    found = []
    for name, plan in sorted(plans.items()):
        if name in skip:
            continue
        out = [a for a in graph.ids if a not in plan]
        if out:
            lost = sum(calls.get(a, 0.0) for a in out)
            action = f"they hold {lost:,.0f} calls; the plan cannot be compared over the whole map until they are given"
            found.append(
                finding(f"plan {name}: areas left out", len(out), graph.n_areas, action, examples=out)
            )
        groups: dict[str, list[str]] = {}
        for area, district in plan.items():
            groups.setdefault(district, []).append(area)
        found += _in_pieces(f"plan {name}: districts in pieces", graph, groups)
    return found


def demand_findings(areas: gpd.GeoDataFrame, per_area: pd.Series | None) -> list[Finding]:
    """Check where calls are: areas with none, and all of them in one area."""
    if per_area is None:
        return []
    by_area = per_area.reindex(areas["area_id"], fill_value=0.0)
    total = float(by_area.sum())
    if total <= 0:
        action = "none lies in an area: mend the area labels, or import calls or a workload table"
        return [finding("calls in the areas", 0, 0, action, red=True)]
    found = []
    none = by_area.index[by_area.to_numpy() == 0].tolist()
    if none:
        found.append(
            finding("areas with no calls", len(none), len(areas), "kept with workload 0", examples=none)
        )
    usual = float(by_area[by_area > 0].median())
    stray = by_area.index[((by_area > 0) & (by_area < min(_FEW_CALLS, 0.1 * usual))).to_numpy()].tolist()
    if stray:
        action = (
            f"under {_FEW_CALLS} where {usual:,.0f} are usual: calls that strayed over the edge of the force?"
        )
        found.append(finding("areas with a few stray calls", len(stray), len(areas), action, examples=stray))
    most = float(by_area.max()) / total
    if most > 0.5 and len(areas) > 2:
        top = [str(by_area.idxmax())]
        found.append(
            finding(
                "more than half of the calls in one area",
                1,
                0,
                f"{percent_text(most, 0)} of them: a default address?",
                examples=top,
            )
        )
    return found

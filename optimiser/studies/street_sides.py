"""Which area, beat and district lie on the left and on the right of every street segment.

Points are set off to both sides along each segment and looked up in the areas. A segment whose sides change along the
way crosses a border: it is split there, or kept whole and marked. Stretches shorter than a least length do not count:
they are corners, and borders drawn a little beside the street. What a side is called is decided from above: the
district most of its points lie in, of its beats the one most lie in, of those areas the one most lie in; so the three
always agree with each other. Left and right are those of someone who follows the line as it is drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from optimiser.data.locate import locate_all
from optimiser.errors import InputError
from optimiser.studies.street_samples import Samples, cut_places, runs, samples

if TYPE_CHECKING:
    import geopandas as gpd

SIDES = ("left", "right")
CROSSES, SPLIT, OUTSIDE, BY_HAND = "crosses a border", "split at a border", "outside on both sides", "by hand"
NOWHERE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideParams:
    """How sides are found.

    Parameters
    ----------
    offset_m
        How far beside the street points are set.
    step_m
        Distance of points along the street; a segment has three at least.
    split
        True cuts a segment where its sides change; False keeps it whole and marks it.
    least_m
        A stretch shorter than this does not count as a change.
    gap_m
        A point this near to an area, and in none, counts as in it: areas are drawn with gaps.
    """

    offset_m: float = 15.0
    step_m: float = 15.0
    split: bool = True
    least_m: float = 40.0
    gap_m: float = 5.0

    def __post_init__(self) -> None:
        if not (self.offset_m > 0 and self.step_m > 0 and self.least_m >= 0):
            raise InputError(f"offset_m and step_m must be above 0, least_m 0 or more; got {self}.")
        if not 0 <= self.gap_m < self.offset_m:
            raise InputError(
                f"gap_m must be below offset_m {self.offset_m:g}, got {self.gap_m:g}: else nothing is outside."
            )


@dataclass(frozen=True, slots=True)
class Repair:
    """A planner's word on a segment (or piece, ``id/2``): its side (left, right, both) lies in this area, and why."""

    segment_id: str
    side: str
    label: str
    reason: str


def street_sides(
    streets: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    beat_of: Mapping[str, str],
    district_of: Mapping[str, str] | None = None,
    params: SideParams | None = None,
) -> gpd.GeoDataFrame:
    """Label street segments.

    Parameters
    ----------
    streets
        ``segment_id``, ``name`` and lines (:func:`optimiser.prepare.street_lines.street_lines`).
    areas
        ``area_id`` and polygons, projected in metres.
    beat_of, district_of
        Beat and district of each area.

    Returns
    -------
    GeoDataFrame
        One row a piece in the order of the streets, in the CRS of the areas: ``piece_id`` (the segment's id, with
        ``/1``, ``/2`` ... where it is in pieces), ``segment_id``, ``name``, ``length_m``, for each side ``_area``,
        ``_beat``, ``_district`` ("" for none) and ``_share`` (of its points that lie in that area, 0-1), ``note``,
        ``reason`` (of a repair), ``geometry``.
    """
    import geopandas as gpd

    p = params or SideParams()
    placed = streets.to_crs(areas.crs) if streets.crs is not None else streets
    lines, of = _lines(placed.geometry.to_numpy())
    lookup = _Lookup(areas, beat_of, district_of or {}, p)
    taken = samples(lines, p.step_m)
    left, right = lookup.codes(taken.beside(p.offset_m)), lookup.codes(taken.beside(-p.offset_m))
    pieces = _pieces(lines, taken, left, right, lookup, p)
    rows = []
    per_segment = Counter(of[k] for k, *_ in pieces)
    number: Counter[int] = Counter()
    ids, names = placed["segment_id"].tolist(), placed["name"].tolist()
    for line, shape, inside, note in pieces:
        segment = int(of[line])
        number[segment] += 1
        several = per_segment[segment] > 1
        row = {
            "piece_id": f"{ids[segment]}/{number[segment]}" if several else str(ids[segment]),
            "segment_id": str(ids[segment]),
            "name": str(names[segment]),
            "length_m": float(shapely.length(shape)),
        }
        for side, codes in zip(SIDES, (left, right), strict=True):
            row |= lookup.decided(side, codes[inside])
        outside = row["left_area"] == NOWHERE and row["right_area"] == NOWHERE
        rows.append(row | {"note": OUTSIDE if outside and not note else note, "reason": ""})
    return gpd.GeoDataFrame(rows, geometry=[shape for _, shape, _, _ in pieces], crs=areas.crs)


def repaired(
    labels: gpd.GeoDataFrame,
    repairs: Iterable[Repair],
    beat_of: Mapping[str, str],
    district_of: Mapping[str, str] | None = None,
) -> gpd.GeoDataFrame:
    """Return the labels with a planner's repairs done in order; a segment's id stands for all its pieces.

    Raises
    ------
    InputError
        Naming every repair of a segment or with an area that there is not.
    """
    found = labels.copy()
    faults = []
    by_piece, by_segment = found["piece_id"].to_numpy(), found["segment_id"].to_numpy()
    for k, r in enumerate(repairs, start=1):
        mine = (by_piece == r.segment_id) | (by_segment == r.segment_id)
        if not mine.any():
            faults.append(f"repair {k}: there is no segment {r.segment_id!r}")
        elif r.label != NOWHERE and r.label not in beat_of:
            faults.append(f"repair {k}, segment {r.segment_id}: {r.label!r} is no area")
        else:
            for side in SIDES if r.side == "both" else (r.side,):
                found.loc[mine, f"{side}_area"] = r.label
                found.loc[mine, f"{side}_beat"] = beat_of.get(r.label, NOWHERE)
                found.loc[mine, f"{side}_district"] = (district_of or {}).get(r.label, NOWHERE)
            found.loc[mine, "note"], found.loc[mine, "reason"] = BY_HAND, r.reason
    if faults:
        more = f" and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise InputError(f"The street labels cannot be repaired so: {'; '.join(faults[:20])}{more}.")
    return found


class _Lookup:
    """Points to areas, as numbers; and what a side is called by its points."""

    def __init__(
        self,
        areas: gpd.GeoDataFrame,
        beat_of: Mapping[str, str],
        district_of: Mapping[str, str],
        p: SideParams,
    ) -> None:
        self._areas, self._gap_m = areas[["area_id", "geometry"]], p.gap_m
        self._ids = [*map(str, areas["area_id"]), NOWHERE]
        self._row = {a: k for k, a in enumerate(self._ids)}
        self._beat = [beat_of.get(a, NOWHERE) for a in self._ids]
        self._district = [district_of.get(a, NOWHERE) for a in self._ids]

    def codes(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the number of the area each point lies in; the last number for none."""
        found = locate_all(self._areas, xy[:, 0], xy[:, 1], near_m=self._gap_m).area_id
        return np.array([self._row[a] for a in found], dtype=np.int64)

    def decided(self, side: str, codes: NDArray[np.int64]) -> dict[str, str | float]:
        """Return area, beat, district and share of a side, decided from the district down."""
        left = codes.tolist()
        for level in (self._district, self._beat):
            most = _most([level[c] for c in left])
            left = [c for c in left if level[c] == most]
        area = _most([self._ids[c] for c in left])
        code = self._row[area]
        return {
            f"{side}_area": area,
            f"{side}_beat": self._beat[code],
            f"{side}_district": self._district[code],
            f"{side}_share": float((codes == code).mean()),
        }


def _most(names: Sequence[str]) -> str:
    """Return the most frequent name; of equally frequent ones a real one before none, then the first in text order."""
    count = Counter(names)
    return min(count, key=lambda n: (-count[n], n == NOWHERE, n))


def _lines(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return single lines and the segment of each; the parts of a segment are joined where their ends meet."""
    merged = np.where(shapely.get_type_id(shapes) == 5, shapely.line_merge(shapes), shapes)
    parts, of = shapely.get_parts(merged, return_index=True)
    good = shapely.length(parts) > 0
    return parts[good], of[good].astype(np.int64)


Piece = tuple[int, shapely.Geometry, NDArray[np.int64], str]


def _pieces(
    lines: NDArray[np.object_],
    taken: Samples,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    lookup: _Lookup,
    p: SideParams,
) -> list[Piece]:
    """Return line, shape, samples and note of every piece, in order."""
    pair = np.column_stack([left, right])
    cuts: list[tuple[int, int]] = []
    of_line: list[list[tuple[int, int]]] = []
    for k in range(len(lines)):
        first, last = int(taken.start[k]), int(taken.start[k + 1])
        stretches = runs(pair[first:last], taken.step_m[k], p.least_m)
        of_line.append([(first + a, first + b) for a, b in stretches])
        cuts += [(k, first + b - 1) for _, b in stretches[:-1]]
    at = iter(
        cut_places(lines, taken, pair, cuts, lambda xy: lookup.codes(xy), p.offset_m).tolist()
        if p.split
        else ()
    )
    pieces: list[Piece] = []
    for k, stretches in enumerate(of_line):
        if len(stretches) == 1 or not p.split:
            inside = np.arange(stretches[0][0], stretches[-1][1])
            pieces.append((k, lines[k], inside, CROSSES if len(stretches) > 1 else ""))
            continue
        ends = [0.0, *(next(at) for _ in stretches[:-1]), float(shapely.length(lines[k]))]
        for n, (a, b) in enumerate(stretches):
            shape = shapely.ops.substring(lines[k], ends[n], ends[n + 1])
            pieces.append((k, shape, np.arange(a, b), SPLIT))
    return pieces

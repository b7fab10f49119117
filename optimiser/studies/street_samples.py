"""Points along street lines and beside them, stretches of equal sides, and the places where sides change."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_FEWEST = 3
_HALVINGS = 8
_TANGENT_M = 1.0


@dataclass(frozen=True)
class Samples:
    """Points in the middle of equal steps along each line.

    Parameters
    ----------
    start
        Offset of each line's first point, shape (n_lines + 1,).
    step_m
        Length of a step of each line, shape (n_lines,).
    at_m
        Distance of each point from its line's start, shape (m,).
    xy, along
        Place and unit direction of each point, shape (m, 2).
    """

    start: NDArray[np.int64]
    step_m: FloatArray
    at_m: FloatArray
    xy: FloatArray
    along: FloatArray

    def beside(self, offset_m: float) -> FloatArray:
        """Return the points set off to the left (right where negative), shape (m, 2)."""
        return beside(self.xy, self.along, offset_m)


def samples(lines: NDArray[np.object_], step_m: float) -> Samples:
    """Return points along lines, at most ``step_m`` apart and at least three a line."""
    length = shapely.length(lines)
    count = np.maximum(_FEWEST, np.ceil(length / step_m)).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(count)])
    of = np.repeat(np.arange(len(lines)), count)
    step = length / count
    at = (np.arange(start[-1]) - start[of] + 0.5) * step[of]
    xy, along = placed(lines[of], at, length[of])
    return Samples(start, step, at, xy, along)


def placed(
    lines: NDArray[np.object_], at_m: FloatArray, length_m: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return place and direction on each line at a distance from its start; the direction over a metre each way."""
    reach = np.minimum(_TANGENT_M, length_m / 10)
    behind = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(at_m - reach, 0.0)))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.minimum(at_m + reach, length_m)))
    xy = shapely.get_coordinates(shapely.line_interpolate_point(lines, at_m))
    along = ahead - behind
    size = np.linalg.norm(along, axis=1, keepdims=True)
    return xy, np.divide(along, size, out=np.zeros_like(along), where=size > 0)


def beside(xy: FloatArray, along: FloatArray, offset_m: float) -> FloatArray:
    """Return points set off to the left of a direction."""
    return np.asarray(xy + offset_m * np.column_stack([-along[:, 1], along[:, 0]]))


def runs(pair: NDArray[np.int64], step_m: float, least_m: float) -> list[tuple[int, int]]:
    """Return the stretches ``(first, one past last)`` of equal (left, right), none shorter than ``least_m``.

    The shortest stretch that is too short joins the longer of its neighbours (the one before it where they are
    alike), again and again; a line shorter than ``least_m`` is one stretch.
    """
    change = np.flatnonzero((pair[1:] != pair[:-1]).any(axis=1)) + 1
    ends = [0, *change.tolist(), len(pair)]
    found = [(a, b, tuple(pair[a].tolist())) for a, b in itertools.pairwise(ends)]
    while len(found) > 1:
        size = [b - a for a, b, _ in found]
        k = min(range(len(found)), key=lambda i: (size[i], i))
        if size[k] * step_m >= least_m:
            break
        if k == 0 or (k + 1 < len(found) and size[k + 1] > size[k - 1]):
            found[k : k + 2] = [(found[k][0], found[k + 1][1], found[k + 1][2])]
        else:
            found[k - 1 : k + 1] = [(found[k - 1][0], found[k][1], found[k - 1][2])]
        found = _joined(found)
    return [(a, b) for a, b, _ in found]


def _joined(found: list[tuple[int, int, tuple[int, ...]]]) -> list[tuple[int, int, tuple[int, ...]]]:
    """Join neighbours that have become alike."""
    kept = found[:1]
    for a, b, sides in found[1:]:
        if sides == kept[-1][2]:
            kept[-1] = (kept[-1][0], b, sides)
        else:
            kept.append((a, b, sides))
    return kept


def cut_places(
    lines: NDArray[np.object_],
    taken: Samples,
    pair: NDArray[np.int64],
    cuts: Sequence[tuple[int, int]],
    codes: Callable[[FloatArray], NDArray[np.int64]],
    offset_m: float,
) -> FloatArray:
    """Return where along its line each cut lies, metres: halved down between two points, to a few centimetres.

    Parameters
    ----------
    cuts
        Line, and the last point before the cut.
    codes
        Gives the area of points.
    """
    if not cuts:
        return np.zeros(0)
    line = np.array([k for k, _ in cuts])
    before = np.array([s for _, s in cuts])
    low, high = taken.at_m[before].copy(), taken.at_m[before + 1].copy()
    left_changes = pair[before, 0] != pair[before + 1, 0]
    was = np.where(left_changes, pair[before, 0], pair[before, 1])
    side_m = np.where(left_changes, offset_m, -offset_m)
    length = shapely.length(lines[line])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        xy, along = placed(lines[line], middle, length)
        points = xy + side_m[:, None] * np.column_stack([-along[:, 1], along[:, 0]])
        same = codes(points) == was
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return np.asarray((low + high) / 2)

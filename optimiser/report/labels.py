"""Labels on a map that never cover one another: each takes the first free place around its point, or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.report.colours import INK
from optimiser.report.extras import need
from optimiser.report.sheet import font, plain

_AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
_RINGS = (1.0, 2.5)
_POINTS_PER_INCH = 72.0
Box = tuple[float, float, float, float]
Point = Sequence[float] | NDArray[np.float64]


class Labels:
    """Places text on axes, in the order asked: the important first.

    Parameters
    ----------
    axes
        Map axes with their limits set: places are worked out on the sheet.
    """

    def __init__(self, axes: Any) -> None:
        self._axes = axes
        self._figure = axes.figure
        self._renderer = self._figure.canvas.get_renderer()
        self.pixel = self._figure.dpi / _POINTS_PER_INCH
        self._taken = np.zeros((0, 4))
        window = axes.get_window_extent(self._renderer)
        self._window: Box = (window.x0, window.y0, window.x1, window.y1)
        self.left_out = 0

    def keep_clear(self, point: Point, radius_pt: float) -> None:
        """Let no later label cover a marker of this radius in points."""
        px, py = self._axes.transData.transform(point)
        r = radius_pt * self.pixel
        self._take((px - r, py - r, px + r, py + r))

    def put(
        self,
        point: Point,
        text: str,
        size_pt: float,
        *,
        around_pt: float = 0.0,
        weight: str = "normal",
        colour: str = INK,
        most_width: float | None = None,
        must: bool = False,
        halo: bool = True,
    ) -> bool:
        """Write a label at a point, or around it; return False where there is no room.

        Parameters
        ----------
        around_pt
            0 to centre the label on the point; else the distance in points at which it may stand around it.
        most_width
            Widest it may be, in map metres; None for any width.
        must
            Write it even where it covers another.
        halo
            Set it off from what lies beneath; many small labels do without, and stay text in a PDF.
        """
        label = self._axes.text(
            *point,
            plain(text),
            fontsize=size_pt,
            family=font(),
            weight=weight,
            color=colour,
            ha="center",
            va="center",
            zorder=20,
            path_effects=_halo(size_pt) if halo else None,
        )
        extent = label.get_window_extent(self._renderer)
        width, height = extent.width, extent.height
        if most_width is not None and width > self.pixels(most_width):
            label.remove()
            self.left_out += 1
            return False
        px, py = self._axes.transData.transform(point)
        for dx, dy in self._offsets(width, height, around_pt):
            box = (px + dx - width / 2, py + dy - height / 2, px + dx + width / 2, py + dy + height / 2)
            if self._free(box):
                return self._settle(label, px + dx, py + dy, box)
        if must:
            box = (px - width / 2, py - height / 2, px + width / 2, py + height / 2)
            return self._settle(label, px, py, box)
        label.remove()
        self.left_out += 1
        return False

    def _offsets(self, width: float, height: float, around_pt: float) -> Sequence[tuple[float, float]]:
        gap = around_pt * self.pixel
        if around_pt == 0:
            return [(0.0, 0.0), *((ax * width * 0.6, ay * height * 1.2) for ax, ay in _AROUND)]
        return [
            (ax * (ring * gap + width / 2), ay * (ring * gap + height / 2))
            for ring in _RINGS
            for ax, ay in _AROUND
        ]

    def _settle(self, label: Any, px: float, py: float, box: Box) -> bool:
        label.set_position(self._axes.transData.inverted().transform((px, py)))
        self._take(box)
        return True

    def _free(self, box: Box) -> bool:
        x0, y0, x1, y1 = box
        wx0, wy0, wx1, wy1 = self._window
        if x0 < wx0 or y0 < wy0 or x1 > wx1 or y1 > wy1:
            return False
        t = self._taken
        return not bool(((t[:, 0] < x1) & (t[:, 2] > x0) & (t[:, 1] < y1) & (t[:, 3] > y0)).any())

    def _take(self, box: Box) -> None:
        self._taken = np.vstack([self._taken, box])

    def pixels(self, metres: float) -> float:
        """Return how many pixels this many metres take on the sheet."""
        a, b = self._axes.transData.transform([(0.0, 0.0), (metres, 0.0)])
        return float(b[0] - a[0])


def _halo(size_pt: float) -> list[Any]:
    effects = need("matplotlib.patheffects")
    return [effects.withStroke(linewidth=max(2.0, 0.25 * size_pt), foreground="white", alpha=0.9)]

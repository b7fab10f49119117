"""The panel beside a map: a table with a swatch a row, and a key of lines and markers."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from optimiser.report.colours import FAINT, INK, QUIET
from optimiser.report.extras import need
from optimiser.report.ground import thin_hatch
from optimiser.report.sheet import Sheet, shortened

ROW_IN = 0.19
MANY_ROWS = 24
_SMALLEST = 0.25
_TEXT_SHARE = 0.76
_POINTS_PER_INCH = 72.0
_PANEL_SHARE = 0.36


@dataclass(frozen=True)
class Row:
    """One row: its texts, its swatch (fill, hatch) if any, and whether it stands out."""

    cells: tuple[str, ...]
    swatch: tuple[str, str] | None = None
    strong: bool = False
    colour: str = INK


@dataclass(frozen=True)
class Key:
    """One entry of the key: a marker (``marker``, perhaps with a ``dot`` in it), a line (``dashes``) or a swatch."""

    text: str
    colour: str = INK
    marker: str = ""
    dashes: str = ""
    width: float = 1.2
    hatch: str = ""
    edge: str = "white"
    dot: bool = False


@dataclass
class Panel:
    """Writes from the top of a box downwards.

    Parameters
    ----------
    left, width
        The box, in inches.
    top
        Where the next thing goes, in inches; it sinks with each.
    bottom
        Where the box ends.
    """

    sheet: Sheet
    left: float
    width: float
    top: float
    bottom: float
    keys: list[Any] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """Write a small heading."""
        self.top -= 0.26 * self.sheet.scale
        self.sheet.text(self.left, self.top, text, 9, weight="bold")
        self.top -= 0.07 * self.sheet.scale

    def lines(self, texts: Sequence[str], size: float = 8.0, colour: str = QUIET) -> None:
        """Write lines of text."""
        for text in texts:
            self.top -= 0.155 * self.sheet.scale
            self.sheet.text(self.left, self.top, text, size, color=colour)
        self.top -= 0.05 * self.sheet.scale

    def paragraphs(self, heading: str, texts: Sequence[str], size: float = 8.0) -> None:
        """Write sentences, wrapped, as long as there is room, under a heading; the rest is left out whole."""
        s = self.sheet.scale
        most = int(self.width / (0.0067 * size * s))
        for place, text in enumerate(texts):
            wrapped = textwrap.wrap(text, most)
            needed = 0.155 * (len(wrapped) + 0.6) + (0.33 if place == 0 else 0.0)
            if self.top - needed * s < self.bottom:
                return
            if place == 0:
                self.heading(heading)
            self.lines(wrapped, size, INK)
            self.top -= 0.03 * s

    def table(
        self, header: Sequence[str], rows: Sequence[Row], shares: Sequence[float], *, reserve_in: float = 0.0
    ) -> None:
        """Write a table; its rows shrink so that ``reserve_in`` inches are left below.

        ``shares`` gives each column's right edge as a share of the width; the first column is flush left.
        """
        s = self.sheet.scale
        room = self.top - self.bottom - reserve_in * s
        shrink = max(_SMALLEST, min(1.0, room / (ROW_IN * s * (len(rows) + 1.4))))
        step = ROW_IN * s * shrink
        size = min(8.2, _TEXT_SHARE * step / s * _POINTS_PER_INCH)
        swatch_in = 0.22 * s if any(r.swatch for r in rows) else 0.0
        self.top -= max(step, 0.15 * s) * 1.1
        self._cells(header, shares, 7.4, QUIET, swatch_in, weight="normal")
        self._rule(self.top - step * 0.3)
        self.top -= step * 0.25
        for row in rows:
            self.top -= step
            if row.swatch:
                self._swatch(row.swatch, self.top - 0.02 * s * shrink, 0.15 * s, 0.115 * s * shrink)
            weight = "bold" if row.strong else "normal"
            self._cells(row.cells, shares, size, row.colour, swatch_in, weight=weight)
        self._rule(self.top - step * 0.35)
        self.top -= step * 0.5

    def key(self, entries: Sequence[Key]) -> None:
        """Write the key."""
        s = self.sheet.scale
        for entry in entries:
            self.top -= 0.185 * s
            self._symbol(entry, self.top + 0.038 * s)
            self.sheet.text(self.left + 0.32 * s, self.top, entry.text, 8)

    def _cells(
        self,
        cells: Sequence[str],
        shares: Sequence[float],
        size: float,
        colour: str,
        swatch_in: float,
        *,
        weight: str,
    ) -> None:
        for k, (text, share) in enumerate(zip(cells, shares, strict=True)):
            if k == 0:
                most = max(6, int((share * self.width - swatch_in) / (0.075 * self.sheet.scale)))
                self.sheet.text(
                    self.left + swatch_in, self.top, shortened(text, most), size, color=colour, weight=weight
                )
            else:
                self.sheet.text(
                    self.left + share * self.width,
                    self.top,
                    text,
                    size,
                    color=colour,
                    weight=weight,
                    ha="right",
                )

    def _rule(self, y_in: float) -> None:
        w, h = self.sheet.width_in, self.sheet.height_in
        self.sheet.figure.add_artist(
            need("matplotlib.lines").Line2D(
                [self.left / w, (self.left + self.width) / w],
                [y_in / h, y_in / h],
                color=FAINT,
                linewidth=0.6 * self.sheet.scale,
                transform=self.sheet.figure.transFigure,
            )
        )

    def _swatch(self, swatch: tuple[str, str], y_in: float, width_in: float, height_in: float) -> None:
        w, h = self.sheet.width_in, self.sheet.height_in
        patch = need("matplotlib.patches").Rectangle(
            (self.left / w, y_in / h),
            width_in / w,
            height_in / h,
            facecolor=swatch[0],
            edgecolor=INK,
            linewidth=0.4,
            hatch=swatch[1] or None,
            transform=self.sheet.figure.transFigure,
        )
        thin_hatch(patch)
        self.sheet.figure.add_artist(patch)

    def _symbol(self, entry: Key, y_in: float) -> None:
        w, h, s = self.sheet.width_in, self.sheet.height_in, self.sheet.scale
        if not entry.marker and not entry.dashes:
            self._swatch((entry.colour, entry.hatch), y_in - 0.055 * s, 0.22 * s, 0.12 * s)
            return
        places = [self.left + 0.11 * s] if entry.marker else [self.left, self.left + 0.22 * s]
        line = need("matplotlib.lines").Line2D
        drawn = [(entry.colour, entry.edge, 10.0 if entry.marker == "*" else 7.0)] + (
            [(entry.edge, entry.edge, 2.6)] if entry.dot else []
        )
        for colour, edge, size in drawn:
            self.sheet.figure.add_artist(
                line(
                    [x / w for x in places],
                    [y_in / h] * len(places),
                    color=colour,
                    marker=entry.marker or None,
                    markersize=size * s,
                    markeredgecolor=edge,
                    markeredgewidth=0.8 * s,
                    linestyle=entry.dashes or "none",
                    linewidth=entry.width * s,
                    transform=self.sheet.figure.transFigure,
                )
            )


def split(
    sheet: Sheet, bottom: float, top: float, panel_in: float, *, portrait: bool
) -> tuple[tuple[float, float, float, float], Panel, Panel]:
    """Divide the free part of a sheet: the map's box, the panel of its table, and that of its key.

    On a sheet on its side one panel stands at the right; on an upright one two stand below the map.
    ``bottom``, ``top`` and ``panel_in`` (the panel's width) are in inches.
    """
    m, s = sheet.margin, sheet.scale
    whole = sheet.width_in - 2 * m
    if not portrait:
        width = min(panel_in * s, 0.38 * sheet.width_in)
        panel = Panel(sheet, m + whole - width, width, top, bottom)
        return (m, bottom, whole - width - 0.2 * s, top - bottom), panel, panel
    edge = bottom + _PANEL_SHARE * (top - bottom)
    half = (whole - 0.3 * s) / 2
    return (
        (m, edge + 0.15 * s, whole, top - edge - 0.15 * s),
        Panel(sheet, m, half, edge, bottom),
        Panel(sheet, m + half + 0.3 * s, half, edge, bottom),
    )

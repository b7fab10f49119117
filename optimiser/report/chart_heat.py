"""Day of the week by hour of the day as a matrix of colours; cells that few calls stand behind are not told."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser.demand.heat import Heat
from optimiser.report.chart import DAY_WORDS, ChartStyle, framed
from optimiser.report.colours import GREYS, INK, QUIET, SEQUENCE
from optimiser.report.extras import need
from optimiser.report.phrases import number
from optimiser.report.sheet import font, today
from optimiser.units import DAY_NAMES, HOURS_PER_DAY

_HIDDEN = "#F6E3CE"
_HATCH = "...."


def heat_chart(found: Heat, hide_below: float, *, style: ChartStyle | None = None) -> Any:
    """Draw a heat matrix.

    Parameters
    ----------
    found
        The category and its counts.
    hide_below
        A cell with more than 0 and fewer calls is not told: small numbers point at persons.

    Returns
    -------
    matplotlib.figure.Figure
    """
    style = style or ChartStyle()
    hidden = (found.counts > 0) & (found.counts < hide_below)
    foot = ["Mean calls in such an hour of the period, by the wall clock."]
    if hidden.any():
        foot.append(f"{int(hidden.sum())} hours with fewer than {number(hide_below)} calls are not told.")
    subtitle = f"{number(found.n_calls)} calls in {number(found.n_weeks, 1)} weeks"
    sheet, (left, bottom, width, height) = framed(
        style, found.category.words, subtitle, foot, left_in=1.0, date=today()
    )
    axes = sheet.axes(left, bottom, width - 0.9 * sheet.scale, height)
    colours = need("matplotlib.colors")
    map_ = colours.LinearSegmentedColormap.from_list("heat", SEQUENCE if style.colour else GREYS)
    shown = np.ma.masked_where(hidden | ~np.isfinite(found.per_hour), found.per_hour)
    top = float(shown.max()) if shown.count() else 1.0
    mesh = axes.pcolormesh(
        np.arange(HOURS_PER_DAY + 1), np.arange(len(DAY_NAMES) + 1), shown, cmap=map_, vmin=0.0,
        vmax=max(top, 1e-9), edgecolors="white", linewidth=0.6 * sheet.scale,
    )  # fmt: skip
    patches = need("matplotlib.patches")
    for day, hour in np.argwhere(hidden).tolist():
        axes.add_patch(
            patches.Rectangle(
                (hour, day), 1, 1, facecolor=_HIDDEN if style.colour else "white", hatch=_HATCH, edgecolor=QUIET,
                linewidth=0.0,
            )
        )  # fmt: skip
    axes.set_xlim(0, HOURS_PER_DAY)
    axes.set_ylim(len(DAY_NAMES), 0)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_xticks(
        range(0, HOURS_PER_DAY + 1, 3), labels=[f"{h:02d}" for h in range(0, HOURS_PER_DAY + 1, 3)]
    )
    axes.set_yticks(np.arange(len(DAY_NAMES)) + 0.5, labels=[DAY_WORDS[d] for d in DAY_NAMES])
    axes.tick_params(length=0, labelsize=9.5 * sheet.scale, labelcolor=INK, labelfontfamily=font())
    bar_axes = sheet.axes(left + width - 0.65 * sheet.scale, bottom, 0.22 * sheet.scale, height)
    bar = sheet.figure.colorbar(mesh, cax=bar_axes)
    bar.outline.set_visible(False)
    bar_axes.tick_params(length=0, labelsize=8.5 * sheet.scale, labelcolor=INK, labelfontfamily=font())
    return sheet.figure

"""A chart's sheet and axes: quiet frame, light grid, legend on top, the proof at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimiser.report.colours import FAINT, INK, QUIET
from optimiser.report.extras import need
from optimiser.report.sheet import Sheet, font, head_and_foot, new_sheet, plain
from optimiser.units import DAY_NAMES, HOURS_PER_DAY

DAY_WORDS = dict(
    zip(
        DAY_NAMES,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)


@dataclass(frozen=True, kw_only=True)
class ChartStyle:
    """How a chart is drawn: sheet size, colour or black and white, agency or project, date in words, a note."""

    size: str = "screen"
    colour: bool = True
    place: str = ""
    date: str = ""
    note: str = ""


def framed(
    style: ChartStyle,
    title: str,
    subtitle: str,
    foot: Sequence[str],
    *,
    left_in: float = 0.75,
    date: str = "",
) -> tuple[Sheet, tuple[float, float, float, float]]:
    """Return a sheet with head and foot, and the box for its axes (left, bottom, width, height in inches)."""
    sheet = new_sheet(style.size)
    text = " · ".join(t for t in (style.place, subtitle) if t)
    bottom, top = head_and_foot(sheet, title, text, foot, date=style.date or date, note=style.note)
    s = sheet.scale
    left = sheet.margin + left_in * s
    box = (left, bottom + 0.55 * s, sheet.width_in - left - sheet.margin, top - bottom - 0.85 * s)
    return sheet, box


def quiet(axes: Any, sheet: Sheet, *, grid: str = "y") -> None:
    """Take away the frame, keep a light grid behind the data."""
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(side == ("bottom" if grid == "y" else "left"))
        axes.spines[side].set_color(FAINT)
    axes.grid(visible=True, axis=grid, color="#E7EAED", linewidth=0.8 * sheet.scale)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=9 * sheet.scale, labelcolor=INK, labelfontfamily=font())


def axis_label(axes: Any, sheet: Sheet, text: str, *, axis: str = "y") -> None:
    """Write what an axis shows: above the axes for y, below them for x."""
    if axis == "y":
        place = {"x": 0.0, "y": 1.0, "ha": "left", "va": "bottom"}
        offset = (-0.55 * sheet.scale, 0.07 * sheet.scale)
    else:
        place = {"x": 1.0, "y": 0.0, "ha": "right", "va": "top"}
        offset = (0.0, -0.28 * sheet.scale)
    shift = need("matplotlib.transforms").ScaledTranslation(*offset, sheet.figure.dpi_scale_trans)
    axes.text(
        s=plain(text),
        transform=axes.transAxes + shift,
        fontsize=9 * sheet.scale,
        family=font(),
        color=QUIET,
        **place,
    )


def legend(axes: Any, sheet: Sheet, n_columns: int, handles: Sequence[Any] | None = None) -> None:
    """Write the legend in one row above the axes, on the right."""
    given = {} if handles is None else {"handles": list(handles)}
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=n_columns,
        frameon=False,
        borderaxespad=0.1,
        handlelength=1.5,
        columnspacing=1.4,
        prop={"family": font(), "size": 9 * sheet.scale},
        labelcolor=INK,
        **given,
    )


def week_axis(axes: Any, sheet: Sheet) -> None:
    """Mark the days of a week of 168 hours, each named in its middle, and noon with a light tick."""
    axes.set_xlim(0, 7 * HOURS_PER_DAY)
    for day in range(1, 7):
        axes.axvline(day * HOURS_PER_DAY, color=FAINT, linewidth=0.9 * sheet.scale, zorder=0.5)
    middles = [day * HOURS_PER_DAY + HOURS_PER_DAY / 2 for day in range(7)]
    axes.set_xticks(middles, labels=[DAY_WORDS[d] for d in DAY_NAMES])
    axes.set_xticks([day * HOURS_PER_DAY + h for day in range(7) for h in (0, 6, 12, 18)], minor=True)
    axes.tick_params(axis="x", which="minor", length=3, color=FAINT)
    axes.tick_params(axis="x", which="major", pad=7 * sheet.scale)


def names_fit(names: Sequence[str], width_in: float, size_pt: float) -> bool:
    """Whether names side by side have room without turning them."""
    longest = max((len(n) for n in names), default=0)
    return longest * size_pt * 0.6 / 72.0 < 0.92 * width_in / max(len(names), 1)

"""A frontier as a picture: what loosening one rule buys, with what no plan can beat below every point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimiser.errors import InputError
from optimiser.problems.base import Family
from optimiser.report.chart import ChartStyle, axis_label, framed, legend, quiet
from optimiser.report.extras import need
from optimiser.report.phrases import aim, shown_value
from optimiser.report.words_studies import frontier_said
from optimiser.studies.frontier import Frontier, Point

_COLOURS = ("#0072B2", "#C2410C", "#2E7D32", "#7B3FA0", "#8A6D00", "#444B52")
_MARKS = ("o", "s", "^", "D", "v", "P")


def frontier_chart(family: Family[Any, Any], found: Frontier, style: ChartStyle | None = None) -> Any:
    """Draw a frontier: plans as points joined from tight to loose, bounds as ticks, dominated points hollow.

    With two rules there is a line for each amount of the second.

    Raises
    ------
    InputError
        If no point has a plan.
    """
    style = style or ChartStyle()
    plans = [p for p in found.points if p.plan is not None]
    if not plans:
        raise InputError("No point of the frontier has a plan; there is nothing to draw.")
    across = found.axes[0].rule
    across_unit = family.rule(across).unit
    name, unit = aim(found.objective), shown_value(0.0, found.unit)[1]
    sheet, box = framed(
        style,
        f"What loosening {across.replace('_', ' ')} buys",
        f"{name}, {unit}",
        [s.replace("\u00a0", " ") for s in frontier_said(family, found)[-3:]],
        left_in=0.95,
    )
    axes = sheet.axes(*box)
    quiet(axes, sheet)
    for k, (label, points) in enumerate(_lines(family, found, plans)):
        colour = _COLOURS[k % len(_COLOURS)] if style.colour else "black"
        _draw(axes, sheet, found, across, across_unit, points, colour, _MARKS[k % len(_MARKS)], label)
    axes.plot([], [], linestyle="none", marker="_", color="#444B52", label="no plan can be better than this")
    axes.yaxis.set_major_formatter(need("matplotlib.ticker").StrMethodFormatter("{x:,.6g}"))
    axis_label(
        axes, sheet, f"{across.replace('_', ' ')} loosened by, {shown_value(0.0, across_unit)[1]}", axis="x"
    )
    axis_label(axes, sheet, unit)
    legend(axes, sheet, 3)
    return sheet.figure


def _lines(
    family: Family[Any, Any], found: Frontier, plans: Sequence[Point]
) -> list[tuple[str, list[Point]]]:
    """Return the points of each line: one, or one for each amount of the second rule."""
    across = found.axes[0].rule
    if len(found.axes) == 1:
        return [("best plan found", sorted(plans, key=lambda p: p.used[across]))]
    other = found.axes[1].rule
    unit = family.rule(other).unit
    lines = []
    for amount in sorted({p.allowed[other] for p in plans}):
        shown, name = shown_value(amount, unit)
        mine = sorted((p for p in plans if p.allowed[other] == amount), key=lambda p: p.used[across])
        lines.append((f"{other.replace('_', ' ')} by {shown:.4g} {name}", mine))
    return lines


def _draw(
    axes: Any,
    sheet: Any,
    found: Frontier,
    across: str,
    across_unit: str,
    points: Sequence[Point],
    colour: str,
    mark: str,
    label: str,
) -> None:
    x = [shown_value(p.used[across], across_unit)[0] for p in points]
    y = [shown_value(p.value or 0.0, found.unit)[0] for p in points]
    axes.step(x, y, where="post", color=colour, linewidth=1.6 * sheet.scale, alpha=0.6)
    face = ["white" if p.dominated else colour for p in points]
    size = 36 * sheet.scale**2
    axes.scatter(x, y, s=size, marker=mark, facecolors=face, edgecolors=colour, zorder=3, label=label)
    for a, value, p in zip(x, y, points, strict=True):
        if p.bound is not None:
            bound = shown_value(p.bound, found.unit)[0]
            axes.plot([a, a], [value, bound], color=colour, linewidth=0.9 * sheet.scale, linestyle=":")
            axes.plot([a], [bound], color=colour, marker="_", markersize=9 * sheet.scale)

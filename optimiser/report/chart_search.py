"""How the search went: the best plan so far and what no plan can beat, against time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optimiser import units
from optimiser.errors import InputError
from optimiser.report.chart import ChartStyle, axis_label, framed, legend, quiet
from optimiser.report.extras import need
from optimiser.report.phrases import aim, planner_value
from optimiser.report.words import proof_line
from optimiser.solve.progress import Progress
from optimiser.solve.result import Result


def progress_chart(
    progress: Sequence[Progress],
    result: Result[Any] | None = None,
    *,
    name: str = "",
    unit: str = "",
    style: ChartStyle | None = None,
) -> Any:
    """Draw best plan and proven limit as steps over time; what lies between may still be found.

    Parameters
    ----------
    progress
        Lines of a search.
    result
        Adds the proof, and the name and unit of the first objective where ``name`` and ``unit`` are not given.

    Raises
    ------
    InputError
        If no line holds a plan or a bound.
    """
    style = style or ChartStyle()
    if result is not None and result.objectives and not name:
        name, unit = aim(result.objectives[0].name), result.objectives[0].unit
    found = [(p.seconds, planner_value(p.incumbent, unit)[0]) for p in progress if p.incumbent is not None]
    bound = [(p.seconds, planner_value(p.bound, unit)[0]) for p in progress if p.bound is not None]
    if not found and not bound:
        raise InputError("The search has told neither a plan nor a bound; there is nothing to draw.")
    end = max(p.seconds for p in progress)
    in_minutes = end > 3 * units.SECONDS_PER_MINUTE
    sheet, box = framed(
        style,
        "How the search went",
        f"{name}, {planner_value(0.0, unit)[1]}".strip(", "),
        [proof_line(result)] if result is not None else [],
        left_in=0.95,
    )
    axes = sheet.axes(*box)
    quiet(axes, sheet)
    for points, colour, dashes, label in (
        (found, "#0072B2" if style.colour else "black", "-", "best plan so far"),
        (bound, "#C2410C" if style.colour else "black", "--", "no plan can be better than this"),
    ):
        if points:
            x = [_time(t, in_minutes=in_minutes) for t, _ in [*points, (end, 0.0)]]
            y = [v for _, v in points] + [points[-1][1]]
            axes.step(
                x, y, where="post", color=colour, linestyle=dashes, linewidth=2.0 * sheet.scale, label=label
            )
    _limits(axes, [v for _, v in found], [v for _, v in bound])
    axes.set_xlim(0, max(_time(end, in_minutes=in_minutes), 1e-3))
    ticker = need("matplotlib.ticker")
    axes.yaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.6g}"))
    axis_label(axes, sheet, "minutes of search" if in_minutes else "seconds of search", axis="x")
    axis_label(axes, sheet, planner_value(0.0, unit)[1])
    legend(axes, sheet, 2)
    return sheet.figure


def _time(seconds: float, *, in_minutes: bool) -> float:
    return units.minutes(seconds) if in_minutes else seconds


def _limits(axes: Any, found: Sequence[float], bound: Sequence[float]) -> None:
    """Show the last values well; the first poor ones may run off the sheet."""
    last = [v[-1] for v in (found, bound) if v]
    span = abs(last[0] - last[-1])
    near = max(6 * span, 0.05 * abs(last[0]), 1e-9)
    every = [*found, *bound]
    axes.set_ylim(
        max(min(every), min(last) - near) - 0.04 * near, min(max(every), max(last) + near) + 0.04 * near
    )

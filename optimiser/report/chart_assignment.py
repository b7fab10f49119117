"""When the first unit is at each incident, against its target."""

from __future__ import annotations

from typing import Any

from optimiser import units
from optimiser.errors import InputError
from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from optimiser.report.chart import ChartStyle, axis_label, framed, legend, quiet
from optimiser.report.chart_shifts import style_noted
from optimiser.report.colours import ALERT, GRADE_COLOURS, INK, QUIET
from optimiser.report.extras import need
from optimiser.report.journeys import responses
from optimiser.report.phrases import count
from optimiser.report.sheet import dated, font, plain
from optimiser.report.words import proof_line
from optimiser.solve.result import Result

_GREYS = {1: "#6B6B6B", 2: "#C4C4C4", 3: "#E6E6E6"}


def response_chart(
    problem: AssignmentProblem, result: Result[AssignmentPlan], *, style: ChartStyle | None = None
) -> Any:
    """Draw, incident by incident, the minutes from the call to the first unit, and the target.

    Raises
    ------
    InputError
        If there is no plan, or no incident.
    """
    style = style_noted(style or ChartStyle())
    if result.plan is None or not problem.incident_ids:
        raise InputError("There is no response to draw.")
    rows = sorted(responses(problem, result.plan), key=lambda r: (r.grade, r.response_s or float("inf")))
    late, unattended = sum(r.late for r in rows), sum(r.response_s is None for r in rows)
    subtitle = f"{count(len(rows), 'incident')}; {late} late, {unattended} without a unit"
    sheet, box = framed(
        style, "Response by incident", subtitle, [proof_line(result)], left_in=1.2, date=dated(result)
    )
    axes = sheet.axes(*box)
    quiet(axes, sheet, grid="x")
    size = min(9.0, 260.0 / len(rows)) * sheet.scale
    most = units.minutes(max([r.response_s or 0.0 for r in rows] + [r.target_s for r in rows]))
    for y, row in enumerate(rows):
        target = units.minutes(row.target_s)
        axes.plot([target, target], [y - 0.42, y + 0.42], color=INK, linewidth=2.2 * sheet.scale, zorder=4)
        if row.response_s is None:
            axes.text(
                0.1,
                y,
                " nobody is sent",
                va="center",
                fontsize=size,
                family=font(),
                color=ALERT,
                weight="bold",
            )
            continue
        value = units.minutes(row.response_s)
        palette = GRADE_COLOURS if style.colour else _GREYS
        axes.barh(
            y,
            value,
            height=0.66,
            color=palette.get(row.grade, QUIET),
            edgecolor=INK,
            linewidth=0.4,
            hatch="////" if row.late else None,
            zorder=2,
        )
        units_sent = ", ".join(j.unit for j in row.journeys)
        text = f"{value:.1f}{' late' if row.late else ''}   {units_sent}"
        axes.annotate(
            plain(text), (target if value < target < value + 0.2 * most else value, y), xytext=(5 * sheet.scale, 0),
            textcoords="offset points", va="center", fontsize=size, family=font(),
            color=ALERT if row.late else INK, weight="bold" if row.late else "normal",
        )  # fmt: skip
    labels = [plain(f"{r.incident}  grade {r.grade}") for r in rows]
    axes.set_yticks(range(len(rows)), labels=labels)
    axes.tick_params(axis="y", labelsize=size)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1.18 * most)
    axis_label(axes, sheet, "minutes from the call to the first unit", axis="x")
    line = need("matplotlib.lines").Line2D
    legend(axes, sheet, 1, [line([], [], color=INK, linewidth=2.2, label="target")])
    return sheet.figure

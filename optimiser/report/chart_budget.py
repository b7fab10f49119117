"""The budget frontier as a picture: officer-hours short by officers, each scenario a line, today marked."""

from __future__ import annotations

from typing import Any

from optimiser.report.chart import ChartStyle, axis_label, framed, legend, quiet
from optimiser.report.extras import need
from optimiser.report.phrases import number
from optimiser.report.words_budget import budget_said
from optimiser.studies.budget_types import Budget

_COLOURS = ("#0072B2", "#C2410C", "#2E7D32", "#7B3FA0", "#8A6D00", "#444B52")
_DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))


def budget_chart(found: Budget, style: ChartStyle | None = None) -> Any:
    """Draw priced shortage by officers, a line a scenario, with the bound as ticks under the base."""
    style = style or ChartStyle()
    q = found.question
    said = budget_said(found)
    sheet, box = framed(
        style,
        "What officers buy",
        "priced shortage of the week by officers on patrol",
        [said[0].replace("\u00a0", " "), said[-1].replace("\u00a0", " ")],
        left_in=0.95,
    )
    axes = sheet.axes(*box)
    quiet(axes, sheet)
    for k, s in enumerate(q.scenarios):
        points = found.frontier[s.name]
        x, y = [p.total for p in points], [p.value for p in points]
        colour = _COLOURS[k % len(_COLOURS)] if style.colour else "black"
        dash = "-" if style.colour and k == 0 else _DASHES[k % len(_DASHES)]
        width = (2.2 if k == 0 else 1.3) * sheet.scale
        axes.plot(x, y, color=colour, linestyle=dash, linewidth=width, label=s.name)
        if k == 0:
            axes.plot(
                x,
                [p.bound for p in points],
                linestyle="none",
                marker="_",
                markersize=8 * sheet.scale,
                color="#444B52",
                label="no plan can be below this",
            )
    axes.axvline(q.n_today, color="#9AA3AB", linewidth=1.0 * sheet.scale)
    axes.annotate(
        f"today, {number(q.n_today)}",
        (q.n_today, 0.98),
        xycoords=("data", "axes fraction"),
        fontsize=9 * sheet.scale,
        ha="left",
        va="top",
        xytext=(4, 0),
        textcoords="offset points",
    )
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(need("matplotlib.ticker").StrMethodFormatter("{x:,.6g}"))
    axis_label(axes, sheet, "officers on patrol", axis="x")
    axis_label(axes, sheet, "priced officer-hours a week")
    legend(axes, sheet, 4)
    return sheet.figure

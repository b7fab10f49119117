"""Officers by district, today and after, beside what the work alone would give."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser.errors import InputError
from optimiser.problems.strength import StrengthPlan, StrengthProblem
from optimiser.report.chart import ChartStyle, axis_label, framed, legend, names_fit, quiet
from optimiser.report.colours import INK, TARGET
from optimiser.report.extras import need
from optimiser.report.phrases import count, measures_by_name, percent
from optimiser.report.sheet import dated, font, plain
from optimiser.report.words import proof_line
from optimiser.solve.result import Result

_TODAY, _AFTER = "#C9D3DC", "#4477AA"
_WIDTH = 0.38


def strength_chart(
    problem: StrengthProblem, result: Result[StrengthPlan], *, style: ChartStyle | None = None
) -> Any:
    """Draw officers assigned today and after as bars, the share of the work as a mark, service as text.

    Raises
    ------
    InputError
        If there is no plan.
    """
    if result.plan is None:
        raise InputError("There is no plan of officers to draw.")
    style = style or ChartStyle()
    by = measures_by_name(result.measures)
    names = problem.district_ids
    today = problem.assigned.astype(float)
    after = np.array([result.plan.of(d) for d in names], dtype=float)
    share = problem.fair_share() + problem.unfit
    subtitle = (
        f"{count(by['officers moved'].value, 'officer')} moved, {count(problem.new_officers, 'new officer')}; "
        f"lowest service {percent(by['service'].value)}"
    )
    sheet, box = framed(style, "Officers by district", subtitle, [proof_line(result)], date=dated(result))
    axes = sheet.axes(*box)
    quiet(axes, sheet)
    x = np.arange(len(names))
    colours = (_TODAY, _AFTER) if style.colour else ("white", "#8C8C8C")
    for offset, heights, face, label in (
        (-0.5, today, colours[0], "today"),
        (0.5, after, colours[1], "planned"),
    ):
        axes.bar(
            x + offset * _WIDTH, heights, width=_WIDTH, color=face, edgecolor=INK,
            linewidth=0.4 * sheet.scale, zorder=2, label=label,
        )  # fmt: skip
    mark = {"marker": "_", "linestyle": "none", "markersize": 26 * sheet.scale, "zorder": 3}
    axes.plot(x, share, color=TARGET if style.colour else "black", label="by share of work", **mark)
    top = max(float(today.max()), float(after.max()), float(share.max()), 1.0)
    axes.set_ylim(0, 1.16 * top)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.yaxis.set_major_locator(need("matplotlib.ticker").MaxNLocator(integer=True))
    turned = not names_fit(names, box[2], 9 * sheet.scale)
    axes.set_xticks(x, labels=[plain(n) for n in names], rotation=90 if turned else 0)
    if names_fit(["88.8 %"] * len(names), box[2], 8 * sheet.scale):
        for k, district in enumerate(names):
            axes.text(
                k, max(today[k], after[k], share[k]) + 0.02 * top, plain(percent(by["service"].by[district])),
                ha="center", va="bottom", fontsize=8 * sheet.scale, family=font(), color=INK,
            )  # fmt: skip
    axis_label(axes, sheet, "officers; service above the bars")
    legend(axes, sheet, 3)
    return sheet.figure

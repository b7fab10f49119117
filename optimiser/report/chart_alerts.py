"""Alerts over a replayed log as a picture: one band a rule, a bar for each alert from raised to cleared."""

from __future__ import annotations

from typing import Any

from optimiser.alerts import Replay, judged, raised_spans
from optimiser.errors import InputError
from optimiser.report.chart import ChartStyle, axis_label, framed, quiet
from optimiser.units import SECONDS_PER_HOUR

_COLOURS = ("#0072B2", "#C2410C", "#2E7D32", "#7B3FA0", "#8A6D00", "#444B52")
_LEAST_FRAC = 0.002
"""An alert that stood for a moment is drawn so wide, as a share of the log."""


def alerts_chart(found: Replay, style: ChartStyle | None = None) -> Any:
    """Draw when each rule's alerts stood; alerts of one rule that stand together lie in rows above each other.

    Raises
    ------
    InputError
        If no alert was raised.
    """
    style = style or ChartStyle()
    spans = raised_spans(found)
    if not spans:
        raise InputError("No alert was raised; there is nothing to draw.")
    notes = [one.in_words() for one in judged(found)]
    sheet, box = framed(style, "Alerts", "when each was raised and cleared", notes[-3:], left_in=1.6)
    axes = sheet.axes(*box)
    quiet(axes, sheet)
    least = _LEAST_FRAC * max(found.end_s - found.begin_s, 1.0) / SECONDS_PER_HOUR
    names, height = [r.name for r in found.rules], 0
    ticks = []
    for k, name in enumerate(names):
        ends: list[float] = []
        for span in (s for s in spans if s.rule == name):
            row = next((r for r, end in enumerate(ends) if end <= span.begin_s), len(ends))
            ends[row : row + 1] = [span.end_s]
            begin, wide = span.begin_s / SECONDS_PER_HOUR, (span.end_s - span.begin_s) / SECONDS_PER_HOUR
            axes.barh(
                height + row, max(wide, least), left=begin, height=0.8, color=_COLOURS[k % len(_COLOURS)]
            )
        rows = max(1, len(ends))
        ticks.append(height + (rows - 1) / 2)
        height += rows + 1
    axes.set_yticks(ticks, names)
    axes.set_ylim(-1, height)
    axes.invert_yaxis()
    axes.set_xlim(found.begin_s / SECONDS_PER_HOUR, max(found.end_s, found.begin_s + 1.0) / SECONDS_PER_HOUR)
    axis_label(axes, sheet, "hours from the midnight before the log begins", axis="x")
    return sheet.figure

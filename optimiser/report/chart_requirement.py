"""Officers required by interval of the week, coloured by what asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from optimiser.demand.requirement import (
    MINIMUM,
    NOTHING,
    QUEUE,
    RESPONSE,
    SIMULATION,
    SPLIT,
    WAIT,
    Requirement,
)
from optimiser.report.chart import ChartStyle, axis_label, framed, legend, quiet, week_axis
from optimiser.report.chart_shifts import SENSITIVE
from optimiser.report.colours import INK
from optimiser.report.extras import need as needs
from optimiser.report.maps import save
from optimiser.report.phrases import number
from optimiser.units import SECONDS_PER_HOUR

_COLOURS = {
    QUEUE: "#0072B2",
    WAIT: "#56B4E9",
    RESPONSE: "#009E73",
    SPLIT: "#E69F00",
    MINIMUM: "#999999",
    SIMULATION: "#CC79A7",
    NOTHING: "#DDDDDD",
}
_HATCHES = {
    QUEUE: "",
    WAIT: "..",
    RESPONSE: "xx",
    SPLIT: "////",
    SIMULATION: "oo",
    MINIMUM: "\\\\\\\\",
    NOTHING: "",
}
_GREYS = {
    QUEUE: "#555555",
    WAIT: "#888888",
    RESPONSE: "#BBBBBB",
    SPLIT: "white",
    SIMULATION: "#999999",
    MINIMUM: "#DDDDDD",
    NOTHING: "white",
}


def requirement_chart(need: Requirement, by_slot: Requirement, *, style: ChartStyle | None = None) -> Any:
    """Draw the officers of every interval, filled by what binds, and as a line what a table by the hour asks."""
    style = style or ChartStyle(note=SENSITIVE)
    n = need.officers
    subtitle = f"{number(need.officer_h)} officer-hours a week, {int(n.min())} to {int(n.max())} on duty"
    foot = [
        "Filled by what asks for the most. Line: a table that takes each interval for itself, without time split."
    ]
    sheet, box = framed(style, "Officers required", subtitle, foot)
    axes = sheet.axes(*box)
    quiet(axes, sheet)
    x = np.arange(n.size + 1) * need.slot_s / SECONDS_PER_HOUR
    top = np.append(n, n[-1]).astype(float)
    for reason in need.slots_by_reason():
        here = np.array([b == reason for b in need.binding])
        face = _COLOURS[reason] if style.colour else _GREYS[reason]
        axes.fill_between(
            x,
            0,
            np.where(np.append(here, here[-1]), top, 0.0),
            step="post",
            facecolor=face,
            edgecolor="white" if style.colour else "black",
            hatch="" if style.colour else _HATCHES[reason],
            linewidth=0,
            label=reason,
        )
    table = np.append(by_slot.hour_by_hour, by_slot.hour_by_hour[-1])
    axes.step(x, table, where="post", color=INK, linewidth=0.9 * sheet.scale, label="hour by hour")
    axes.set_ylim(0, 1.08 * max(float(n.max()), 1.0))
    axes.yaxis.set_major_locator(needs("matplotlib.ticker").MaxNLocator(integer=True))
    week_axis(axes, sheet)
    axis_label(axes, sheet, "officers")
    legend(axes, sheet, 7)
    return sheet.figure


def save_requirement(path: Path, need: Requirement, by_slot: Requirement, *, place: str = "") -> Path:
    """Draw the chart into a file."""
    figure = requirement_chart(need, by_slot, style=ChartStyle(place=place, note=SENSITIVE))
    return Path(save(figure, path))

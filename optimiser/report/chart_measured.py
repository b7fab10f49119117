"""The figures that staffing studies present: deployment against workload by hour, and the saturation index.

Both from who was really on duty. The saturation index is a benchmark of the whole, so the target line is drawn for the
whole week; an hour above it is no fault by itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.data.counts_as import COUNTED
from optimiser.demand.measured import SATURATION_TARGET_FRAC, Measured
from optimiser.report.chart import ChartStyle, axis_label, framed, legend, quiet, week_axis
from optimiser.report.chart_shifts import style_noted
from optimiser.report.colours import CLASS_COLOURS, CLASS_GREYS, CLASS_HATCHES, INK, TARGET
from optimiser.report.ground import thin_hatch
from optimiser.report.phrases import asked, number, percent
from optimiser.report.sheet import font, today
from optimiser.report.words_shifts import CLASS_WORDS
from optimiser.units import HOURS_PER_DAY, HOURS_PER_WEEK, SECONDS_PER_HOUR
from optimiser.units import percent as to_percent

FloatArray = NDArray[np.float64]
WEEKDAYS, WEEKENDS = range(5), range(5, 7)
PARTS = (("Weekdays", WEEKDAYS), ("Weekends", WEEKENDS))


def deployment_chart(found: Measured, *, style: ChartStyle | None = None) -> Any:
    """Draw officers on duty over the work recorded, stacked by class, for every hour of the week."""
    style = style or ChartStyle()
    sheet, box = framed(
        style_noted(style), "Deployment and workload", _subtitle(found), _foot(found), date=today()
    )
    axes = sheet.axes(*box)
    quiet(axes, sheet)
    x = np.arange(HOURS_PER_WEEK + 1.0)
    base = np.zeros(HOURS_PER_WEEK)
    for name in COUNTED:
        officers = np.nan_to_num(found.by_hour(found.spent_s[name]))
        if officers.any():
            base = _stacked(axes, sheet, x, base, officers, name, colour=style.colour)
    on_duty = np.nan_to_num(found.by_hour(found.on_duty_s))
    axes.step(x, _last(on_duty), where="post", color=INK, linewidth=1.8 * sheet.scale, label="on duty")
    axes.set_ylim(0, 1.08 * max(float(on_duty.max()), float(base.max()), 1.0))
    week_axis(axes, sheet)
    axis_label(axes, sheet, "officers, mean of the hour")
    legend(axes, sheet, len(COUNTED) + 1)
    return sheet.figure


def day_curves(found: Measured) -> dict[str, dict[str, FloatArray]]:
    """Return mean officers by hour of the day on weekdays and at weekends: on duty, and each class of work."""
    arrays = {"on duty": found.on_duty_s, **found.spent_s, "officer-initiated": found.officer_initiated_s}
    seen = found.seen_h.sum(axis=0).reshape(-1, HOURS_PER_DAY)
    curves: dict[str, dict[str, FloatArray]] = {}
    for part, days in PARTS:
        hours_seen = seen[list(days)].sum(axis=0)
        curves[part] = {
            name: found.of(v).reshape(-1, HOURS_PER_DAY)[list(days)].sum(axis=0)
            / SECONDS_PER_HOUR
            / np.maximum(hours_seen, 1e-12)
            for name, v in arrays.items()
        }
    return curves


def day_chart(found: Measured, *, style: ChartStyle | None = None) -> Any:
    """Draw deployment and workload by hour of the day, weekdays beside weekends, as studies do."""
    style = style or ChartStyle()
    sheet, (left, bottom, width, height) = framed(
        style_noted(style),
        "Deployment and workload by hour of the day",
        _subtitle(found),
        _foot(found),
        date=today(),
    )
    gap = 0.6 * sheet.scale
    each = (width - gap) / 2
    curves = day_curves(found)
    stacks = [np.asarray(sum(c[name] for name in COUNTED)) for c in curves.values()]
    most = max(1.0, *(float(v.max()) for v in (*stacks, *(c["on duty"] for c in curves.values()))))
    for k, (part, days) in enumerate(curves.items()):
        axes = sheet.axes(left + k * (each + gap), bottom, each, height)
        quiet(axes, sheet)
        x = np.arange(HOURS_PER_DAY + 1.0)
        base = np.zeros(HOURS_PER_DAY)
        for name in COUNTED:
            if any(c[name].any() for c in curves.values()):
                base = _stacked(axes, sheet, x, base, days[name], name, colour=style.colour)
        axes.step(
            x, _last(days["on duty"]), where="post", color=INK, linewidth=1.8 * sheet.scale, label="on duty"
        )
        axes.set_ylim(0, 1.12 * most)
        axes.set_xlim(0, HOURS_PER_DAY)
        axes.set_xticks(
            range(0, HOURS_PER_DAY + 1, 3), labels=[f"{h:02d}" for h in range(0, HOURS_PER_DAY + 1, 3)]
        )
        axes.text(
            0.01,
            0.99,
            part,
            transform=axes.transAxes,
            va="top",
            fontsize=10.5 * sheet.scale,
            family=font(),
            color=INK,
        )
        if k == 0:
            axis_label(axes, sheet, "officers, mean of the hour")
    legend(axes, sheet, len(COUNTED) + 1)
    return sheet.figure


def saturation_chart(found: Measured, *, style: ChartStyle | None = None) -> Any:
    """Draw the share of on-duty time committed by hour of the week, with the whole's index and its target line."""
    style = style or ChartStyle()
    whole = found.saturation()
    subtitle = f"{percent(whole, 1)} of patrol time is committed; target line {asked(SATURATION_TARGET_FRAC)}"
    foot = ["The target is one of the whole period, never of an hour.", *_foot(found)]
    sheet, box = framed(style_noted(style), "Saturation index", subtitle, foot, date=today())
    axes = sheet.axes(*box)
    quiet(axes, sheet)
    x = np.arange(HOURS_PER_WEEK + 1.0)
    committed = to_percent(1.0) * found.share_by_hour(found.committed_s())
    calls = to_percent(1.0) * found.share_by_hour(found.spent_s["calls"])
    colour = "#0072B2" if style.colour else "black"
    axes.step(
        x,
        _last(committed),
        where="post",
        color=colour,
        linewidth=1.8 * sheet.scale,
        label="all recorded work",
    )
    axes.step(
        x,
        _last(calls),
        where="post",
        color=colour,
        linewidth=1.0 * sheet.scale,
        linestyle=":",
        label="calls alone",
    )
    axes.axhline(
        to_percent(whole), color=INK, linewidth=1.2 * sheet.scale, linestyle="--", label="whole period"
    )
    axes.axhline(
        to_percent(SATURATION_TARGET_FRAC), color=TARGET if style.colour else "black", linewidth=1.6 * sheet.scale,
        label="target line",
    )  # fmt: skip
    axes.set_ylim(0, 1.08 * max(float(np.nanmax(committed)), to_percent(SATURATION_TARGET_FRAC), 1.0))
    week_axis(axes, sheet)
    axis_label(axes, sheet, "percent of officer-hours on duty")
    legend(axes, sheet, 4)
    return sheet.figure


def _stacked(
    axes: Any, sheet: Any, x: FloatArray, base: FloatArray, officers: FloatArray, name: str, *, colour: bool
) -> FloatArray:
    top = base + officers
    face = (
        {"facecolor": CLASS_COLOURS[name], "edgecolor": "white"}
        if colour
        else {"facecolor": CLASS_GREYS[name], "edgecolor": "black", "hatch": CLASS_HATCHES[name]}
    )
    area = axes.fill_between(
        x, _last(base), _last(top), step="post", linewidth=0.2 * sheet.scale, label=CLASS_WORDS[name], **face
    )
    thin_hatch(area)
    return top


def _last(values: FloatArray) -> FloatArray:
    return np.append(values, values[-1:])


def _subtitle(found: Measured) -> str:
    on_duty_h = float(found.on_duty_s.sum()) / SECONDS_PER_HOUR
    return (
        f"{number(on_duty_h)} officer-hours on patrol duty, {found.begin} to before {found.end}; calls "
        f"{percent(found.utilisation(), 1)}, all recorded work {percent(found.saturation(), 1)}"
    )


def _foot(found: Measured) -> list[str]:
    own = float(found.officer_initiated_s.sum()) / max(float(found.on_duty_s.sum()), 1e-9)
    lines = [
        f"Officer-initiated work, {percent(own, 1)}, stands in its class and never among calls of the public."
    ]
    if found.n_imputed:
        lines.append(
            f"{number(found.n_imputed)} of {number(found.n_calls)} calls have no usable time and got a mean."
        )
    return lines

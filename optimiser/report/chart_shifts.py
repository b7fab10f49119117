"""Officers required and on duty by hour of the week, and what their time is planned for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser import units
from optimiser.errors import InputError
from optimiser.problems.base import Measure
from optimiser.problems.shifts import ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.ledger import CLASSES
from optimiser.problems.shifts.rules import on_duty
from optimiser.report.chart import ChartStyle, axis_label, framed, legend, quiet, week_axis
from optimiser.report.colours import ALERT, CLASS_COLOURS, CLASS_GREYS, CLASS_HATCHES, INK
from optimiser.report.extras import need
from optimiser.report.ground import thin_hatch
from optimiser.report.phrases import asked, measures_by_name, number, percent
from optimiser.report.sheet import Sheet, dated, font, plain
from optimiser.report.words import proof_line
from optimiser.report.words_shifts import CLASS_WORDS
from optimiser.solve.result import Result

SENSITIVE = "Operationally sensitive: not for publication"
_MOST_SHIFTS = 26
_LEAST_LABELLED = 0.055


def officers_chart(
    problem: ShiftsProblem, result: Result[ShiftsPlan], *, style: ChartStyle | None = None
) -> Any:
    """Draw officers required and on duty as steps over the week; what is missing or left over is shaded."""
    style = style or ChartStyle()
    plan, by_name = _answered(result)
    duty, need_ = on_duty(problem, plan), problem.requirement.astype(float)
    short, over = by_name["shortage"].value, by_name["surplus"].value
    subtitle = (
        f"{number(by_name['officer-hours'].value)} officer-hours a week; "
        f"{number(short, 1)} short, {number(over, 1)} above the requirement"
    )
    sheet, box = framed(
        style_noted(style), "Officers by hour of the week", subtitle, [proof_line(result)], date=dated(result)
    )
    axes = sheet.axes(*box)
    quiet(axes, sheet)
    x = np.arange(problem.n_slots + 1) * problem.slot_h
    d, r = np.append(duty, duty[-1]), np.append(need_, need_[-1])
    on_colour = "#0072B2" if style.colour else "black"
    axes.fill_between(
        x,
        r,
        d,
        where=d > r,
        step="post",
        color=on_colour,
        alpha=0.13,
        linewidth=0,
        label="above the requirement",
    )
    if (d < r).any():
        axes.fill_between(
            x,
            d,
            r,
            where=d < r,
            step="post",
            facecolor=ALERT if style.colour else "white",
            alpha=0.55,
            hatch="////",
            edgecolor="black",
            linewidth=0,
            label="short",
        )
    axes.step(x, d, where="post", color=on_colour, linewidth=1.8 * sheet.scale, label="on duty")
    axes.step(
        x, r, where="post", color=ALERT if style.colour else "black", linewidth=1.4 * sheet.scale,
        linestyle="-" if style.colour else ":", label="required",
    )  # fmt: skip
    axes.set_ylim(0, 1.08 * max(float(d.max()), float(r.max()), 1.0))
    axes.yaxis.set_major_locator(need("matplotlib.ticker").MaxNLocator(integer=True))
    week_axis(axes, sheet)
    axis_label(axes, sheet, "officers")
    legend(axes, sheet, 4)
    return sheet.figure


def split_by_hour_chart(
    problem: ShiftsProblem, result: Result[ShiftsPlan], *, style: ChartStyle | None = None
) -> Any:
    """Draw the planned time split as stacked officer-hours by hour of the week."""
    style = style or ChartStyle()
    _, by_name = _answered(result)
    sheet, box = framed(
        style_noted(style),
        "What on-duty time is planned for",
        _split_words(problem, by_name["planned time split"]),
        [proof_line(result)],
        date=dated(result),
    )
    axes = sheet.axes(*box)
    quiet(axes, sheet)
    x = np.arange(units.HOURS_PER_WEEK + 1.0)
    base = np.zeros(x.size)
    for name in CLASSES:
        hours = np.array(list(by_name[f"planned hours: {name}"].by.values()))
        top = base + np.append(hours, hours[-1:])
        area = axes.fill_between(
            x,
            base,
            top,
            step="post",
            linewidth=0.2 * sheet.scale,
            label=CLASS_WORDS[name],
            **_face(name, colour=style.colour),
        )
        thin_hatch(area)
        base = top
    axes.set_ylim(0, 1.05 * max(float(base.max()), 1.0))
    week_axis(axes, sheet)
    axis_label(axes, sheet, "officer-hours in each hour")
    legend(axes, sheet, len(CLASSES))
    return sheet.figure


def split_by_shift_chart(
    problem: ShiftsProblem, result: Result[ShiftsPlan], *, style: ChartStyle | None = None
) -> Any:
    """Draw the planned time split of all shifts together, beside its targets, and of each shift, in percent."""
    style = style or ChartStyle()
    _, by_name = _answered(result)
    rows = _by_shift(problem, by_name)
    whole = by_name["planned time split"]
    below = "percent of officer-hours; at the right their hours in the week"
    if len(rows) > _MOST_SHIFTS:
        below += f"; of {len(rows)} shifts the {_MOST_SHIFTS} with most hours"
        most = sorted(rows, key=lambda n: -float(rows[n].sum()))[:_MOST_SHIFTS]
        rows = {n: rows[n] for n in rows if n in most}
    sheet, box = framed(
        style_noted(style),
        "Time split by shift",
        _split_words(problem, whole),
        [proof_line(result)],
        left_in=1.5,
        date=dated(result),
    )
    axes = sheet.axes(box[0], box[1], box[2] - 1.0 * sheet.scale, box[3])
    quiet(axes, sheet, grid="x")
    shares = np.array(
        [[whole.by.get(c, 0.0) for c in CLASSES]] + [r / max(r.sum(), 1e-12) for r in rows.values()]
    )
    hours = [whole.value, *(float(r.sum()) for r in rows.values())]
    _bars(axes, sheet, shares, colour=style.colour)
    labels = ["All shifts", *rows]
    y = _bar_places(len(labels))
    axes.set_yticks(y, labels=[plain(n) for n in labels])
    axes.set_ylim(float(y.max()) + 0.6, -0.7)
    axes.set_xlim(0, units.percent(1.0))
    for at, value in zip(y.tolist(), hours, strict=True):
        axes.annotate(
            f"{number(value)} h", (units.percent(1.0), at), xytext=(6 * sheet.scale, 0), textcoords="offset points",
            va="center", fontsize=8.5 * sheet.scale, family=font(), color=INK, annotation_clip=False,
        )  # fmt: skip
    axis_label(axes, sheet, below, axis="x")
    legend(axes, sheet, len(CLASSES))
    return sheet.figure


def style_noted(style: ChartStyle) -> ChartStyle:
    """Add the note that patrol times are not for publication, where no other note is given."""
    if style.note:
        return style
    return ChartStyle(
        size=style.size, colour=style.colour, place=style.place, date=style.date, note=SENSITIVE
    )


def _answered(result: Result[ShiftsPlan]) -> tuple[ShiftsPlan, dict[str, Measure]]:
    if result.plan is None:
        raise InputError("There is no plan to draw.")
    return result.plan, measures_by_name(result.measures)


def _face(name: str, *, colour: bool) -> dict[str, Any]:
    if colour:
        return {"facecolor": CLASS_COLOURS[name], "edgecolor": "white"}
    return {"facecolor": CLASS_GREYS[name], "edgecolor": "black", "hatch": CLASS_HATCHES[name]}


def _bar_places(n: int) -> NDArray[np.float64]:
    """Return where the bars stand: the first, of all shifts, a little apart."""
    y = np.arange(n, dtype=np.float64)
    y[1:] += 0.5
    return y


def _bars(axes: Any, sheet: Sheet, shares: NDArray[np.float64], *, colour: bool) -> None:
    y = _bar_places(len(shares))
    left = np.zeros(len(shares))
    size = min(8.0, 150.0 / len(shares)) * sheet.scale
    for c, name in enumerate(CLASSES):
        width = units.percent(1.0) * shares[:, c]
        bars = axes.barh(
            y,
            width,
            left=left,
            height=0.72,
            label=CLASS_WORDS[name],
            linewidth=0.4,
            **_face(name, colour=colour),
        )
        for bar in bars:
            thin_hatch(bar)
        for at, start, part in zip(y.tolist(), left.tolist(), shares[:, c].tolist(), strict=True):
            if part >= _LEAST_LABELLED and (colour or name == "calls"):
                axes.text(
                    start + units.percent(part) / 2, at, f"{units.percent(part):.0f}", ha="center", va="center",
                    fontsize=size, family=font(), color="white" if name in ("calls", "proactive") else INK,
                )  # fmt: skip
        left += width


def _by_shift(problem: ShiftsProblem, by_name: dict[str, Measure]) -> dict[str, NDArray[np.float64]]:
    """Return officer-hours by class of every shift in use, by start of day."""
    used = by_name["officer-hours"].by
    start = dict(zip(problem.shift_ids, problem.shift_start.tolist(), strict=True))
    return {
        shift: np.array([by_name[f"planned hours by shift: {c}"].by.get(shift, 0.0) for c in CLASSES])
        for shift in sorted(used, key=lambda i: (start.get(i, 0), i))
    }


def _split_words(problem: ShiftsProblem, split: Measure) -> str:
    p = problem.params
    return (
        f"calls {percent(split.by.get('calls', 0.0), 0)} (at most {asked(p.call_ceiling_frac)}), "
        f"proactive {percent(split.by.get('proactive', 0.0), 0)} (at least {asked(p.proactive_floor_frac)}), "
        f"administration {percent(split.by.get('admin', 0.0), 0)} (at most {asked(p.admin_ceiling_frac)}), "
        f"community {percent(split.by.get('community', 0.0), 0)} (at least {asked(p.community_floor_frac)})"
    )

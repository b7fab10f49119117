"""Workload per district as bars, each with its target and its window."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser import units
from optimiser.errors import InputError
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.report.chart import ChartStyle, axis_label, framed, legend, names_fit, quiet
from optimiser.report.colours import INK, TARGET
from optimiser.report.extras import need
from optimiser.report.phrases import measures_by_name, percent
from optimiser.report.sheet import dated, font, plain
from optimiser.report.words import proof_line
from optimiser.solve.result import Result

_BAR, _OUT = "#4477AA", "#EE8866"


def workload_chart(
    problem: SectorsProblem, result: Result[SectorsPlan], kind: str = "", *, style: ChartStyle | None = None
) -> Any:
    """Draw each district's share of one kind of work, its target, and the window it must stay in.

    Parameters
    ----------
    problem, result
        The question and its answer.
    kind
        One of ``problem.balance_names``; by default the first that is balanced.

    Raises
    ------
    InputError
        If there is no plan, or no such kind of work.
    """
    style = style or ChartStyle()
    kind = kind or next((k for k in problem.balance_names if k in problem.params.balance_frac), "")
    kind = kind or next(iter(problem.balance_names), "")
    measure = measures_by_name(result.measures).get(f"largest deviation of {kind}")
    if measure is None:
        raise InputError(f"There is no plan with a balance of {kind or 'work'} to draw.")
    window = problem.params.balance_frac.get(kind)
    names = problem.params.district_ids
    target = units.percent(1.0) * problem.params.shares()
    off = np.array([measure.by[d] for d in names])
    share = target * (1 + off)
    subtitle = f"largest deviation from target {percent(measure.value)}"
    if window is not None:
        subtitle += f", window {percent(window)} either way"
    sheet, box = framed(
        style,
        f"Share of {kind} by {problem.params.called}",
        subtitle,
        [proof_line(result)],
        date=dated(result),
    )
    axes = sheet.axes(*box)
    quiet(axes, sheet)
    x = np.arange(len(names))
    inside = np.abs(off) <= (window if window is not None else np.inf) + 1e-6
    face = _BAR if style.colour else "#BDBDBD"
    bars = axes.bar(x, share, width=0.64, color=face, edgecolor=INK, linewidth=0.4 * sheet.scale, zorder=2)
    for bar in np.flatnonzero(~inside):
        bars[bar].set(facecolor=_OUT if style.colour else "white", hatch="////")
    _targets(axes, sheet.scale, x, target, window, colour=style.colour)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_ylim(0, 1.17 * max(float(share.max()), float(target.max()) * (1 + (window or 0.0))))
    turned = not names_fit(names, box[2], 9 * sheet.scale)
    axes.set_xticks(x, labels=[plain(n) for n in names], rotation=90 if turned else 0)
    if names_fit(["+88.8 %"] * len(names), box[2], 8 * sheet.scale):
        _values(axes, sheet.scale, x, share, target, off, window)
    axis_label(axes, sheet, f"percent of all {kind}")
    legend(axes, sheet, 4, _handles(window, face, outside=not bool(inside.all()), colour=style.colour))
    return sheet.figure


def _targets(
    axes: Any, scale: float, x: np.ndarray, target: np.ndarray, window: float | None, *, colour: bool
) -> None:
    ink = TARGET if colour else "black"
    for at, level in zip(x.tolist(), target.tolist(), strict=True):
        if window is not None:
            axes.fill_between(
                [at - 0.42, at + 0.42],
                level * (1 - window),
                level * (1 + window),
                color=ink,
                alpha=0.20,
                linewidth=0,
                zorder=3,
            )
        axes.plot([at - 0.42, at + 0.42], [level, level], color=ink, linewidth=1.8 * scale, zorder=4)


def _values(
    axes: Any,
    scale: float,
    x: np.ndarray,
    share: np.ndarray,
    target: np.ndarray,
    off: np.ndarray,
    window: float | None,
) -> None:
    top = np.maximum(share, target * (1 + (window or 0.0)))
    for at, height, value, deviation in zip(
        x.tolist(), top.tolist(), share.tolist(), off.tolist(), strict=True
    ):
        for text, points, weight in (
            (percent(units.fraction_from_percent(value)), 15, "bold"),
            (percent(deviation, signed=True), 4, "normal"),
        ):
            axes.annotate(
                text,
                (at, height),
                xytext=(0, points * scale),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=8 * scale,
                family=font(),
                weight=weight,
                color=INK,
            )


def _handles(window: float | None, face: str, *, outside: bool, colour: bool) -> list[Any]:
    ink = TARGET if colour else "black"
    patch, line = need("matplotlib.patches").Patch, need("matplotlib.lines").Line2D
    handles = [
        patch(facecolor=face, edgecolor=INK, linewidth=0.4, label="share"),
        line([], [], color=ink, label="target"),
    ]
    if outside:
        out = _OUT if colour else "white"
        handles.append(
            patch(facecolor=out, hatch="////", edgecolor=INK, linewidth=0.4, label="outside its window")
        )
    if window is not None:
        handles.append(patch(facecolor=ink, alpha=0.20, label=f"window, {percent(window)} either way"))
    return handles

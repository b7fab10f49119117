"""The time split of a plan as bars: measured, planned and simulated beside what is asked of each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optimiser import units
from optimiser.report.chart import ChartStyle, axis_label, framed, legend, quiet
from optimiser.report.chart_shifts import style_noted
from optimiser.report.colours import CLASS_COLOURS, INK
from optimiser.report.phrases import asked
from optimiser.report.sheet import today
from optimiser.report.words_shifts import CLASS_WORDS
from optimiser.studies.split_ledger import ClassLine

_HEIGHT = 0.26
_FACES = {"measured": 0.35, "planned": 1.0, "simulated": 0.65}
"""How full the colour of a class is for each kind of share."""


def ledger_chart(
    lines: Sequence[ClassLine], name: str = "", *, weeks: int = 0, style: ChartStyle | None = None
) -> Any:
    """Draw shares by class; whiskers hold nine in ten simulated weeks, a thick mark is the ceiling or floor."""
    style = style_noted(style or ChartStyle())
    foot = f"Simulated: mean of {weeks} weeks, whiskers from the 5th to the 95th percentile." if weeks else ""
    sheet, box = framed(
        style,
        f"What on-duty time goes to{f': {name}' if name else ''}",
        "; ".join(f"{CLASS_WORDS[x.name]} {x.kind} {asked(x.limit)}" for x in lines if x.limit is not None),
        [foot] if foot else [],
        left_in=1.9,
        date=style.date or today(),
    )
    axes = sheet.axes(*box)
    quiet(axes, sheet, grid="x")
    for kind, offset in zip(_FACES, (-_HEIGHT, 0.0, _HEIGHT), strict=True):
        _bars(axes, sheet, lines, kind, offset, colour=style.colour)
    for at, line in enumerate(lines):
        if line.limit is not None:
            limit = units.percent(line.limit)
            axes.plot([limit, limit], [at - 0.42, at + 0.42], color=INK, linewidth=2.2 * sheet.scale)
    axes.set_yticks(np.arange(len(lines)), labels=[CLASS_WORDS[line.name] for line in lines])
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axis_label(axes, sheet, "percent of on-duty officer-hours over the cycle", axis="x")
    legend(axes, sheet, len(_FACES))
    return sheet.figure


def _bars(
    axes: Any, sheet: Any, lines: Sequence[ClassLine], kind: str, offset: float, *, colour: bool
) -> None:
    shares = [getattr(line, kind) for line in lines]
    if all(s is None for s in shares):
        return
    y = np.arange(len(lines)) + offset
    wide = [0.0 if s is None else units.percent(s) for s in shares]
    faces = [CLASS_COLOURS[line.name] if colour else "#777777" for line in lines]
    bars = axes.barh(y, wide, height=_HEIGHT * 0.92, color=faces, alpha=_FACES[kind], label=kind)
    for bar in bars:
        bar.set_linewidth(0)
    if kind != "simulated":
        return
    for at, line in zip(y.tolist(), lines, strict=True):
        if line.p5 is not None and line.p95 is not None:
            ends = [units.percent(line.p5), units.percent(line.p95)]
            axes.plot(ends, [at, at], color=INK, linewidth=1.2 * sheet.scale)

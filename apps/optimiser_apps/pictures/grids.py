"""Grids of coloured cells with a letter in each: patterns, rosters, patrol. One colour a shift, dark enough to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from optimiser.report.colours import INK, QUIET, SEQUENCE
from optimiser_apps.charts import Figure

OFF_FILL = "#F3F4F6"
SHIFT_FILLS = ("#F4C95D", "#7FB7E6", "#3E5C86", "#8CC7A1", "#E59A7B", "#B79BD1", "#C9B37E", "#79C4C9")
"""Day, late and night first: light to dark as the light of the day."""
_DARK = ("#3E5C86",)
NAMES_PX = 90
COVER = "Numbers: officers there/wanted. Green: as wanted; blue: more; red: too few."


def shift_fills(starts_s: Mapping[str, float], lengths_s: Mapping[str, float]) -> dict[str, str]:
    """Return a colour for each shift: yellow by day, blue late, dark by night, others after them.

    Parameters
    ----------
    starts_s, lengths_s
        Start within the day and length of each shift, seconds.
    """
    hour = 3600.0
    found: dict[str, str] = {}
    spare = list(SHIFT_FILLS[3:])
    for name in sorted(starts_s, key=lambda n: starts_s[n]):
        middle = ((starts_s[name] + lengths_s[name] / 2) / hour) % 24
        wanted = (
            SHIFT_FILLS[0] if 8 <= middle < 16 else SHIFT_FILLS[1] if 16 <= middle < 22 else SHIFT_FILLS[2]
        )
        if wanted in found.values():
            wanted = spare.pop(0) if spare else wanted
        found[name] = wanted
    return found


def cells(
    rows: Sequence[Mapping[str, Any]],
    across: str,
    down: str,
    shift: str,
    fills: Mapping[str, str],
    *,
    off: str,
    height_px: float = 26.0,
    labels: bool = True,
    mark: str = "",
    title: str = "",
) -> Figure:
    """Return a grid: a row for each ``down``, a column for each ``across``, the shift as a colour and its first letter.

    Parameters
    ----------
    mark
        Column that is true where a cell gets a frame: a weekend, the first day of a week.
    """
    table = pd.DataFrame(rows)
    table["letter"] = table[shift].where(table[shift] != off, "").str[:1].str.upper()
    table["what"] = table[shift].where(table[shift] != off, "off")
    names = [*fills, "off"]
    dark = [n for n in fills if fills[n] in _DARK]
    base = alt.Chart(table).encode(
        x=alt.X(
            f"{across}:N",
            sort=list(dict.fromkeys(table[across])),
            title=title or None,
            axis=alt.Axis(
                orient="top", labelAngle=0, ticks=False, domain=False, labelOverlap=False, labelFlush=False
            ),
        ),
        y=_down(table, down),
    )
    boxes = base.mark_rect(stroke="white", strokeWidth=2, cornerRadius=3).encode(
        color=alt.Color(
            "what:N",
            title=None,
            scale=alt.Scale(domain=names, range=[*fills.values(), OFF_FILL]),
            legend=alt.Legend(orient="top", symbolType="square", symbolSize=220, symbolStrokeWidth=0),
        ),
        tooltip=[f"{down}:N", f"{across}:N", alt.Tooltip("what:N", title="shift")],
    )
    layers = [boxes]
    if mark:
        frame = base.transform_filter(alt.datum[mark]).mark_rect(
            fill=None, stroke=QUIET, strokeWidth=1, cornerRadius=3
        )
        layers.append(frame)
    if labels:
        ink = alt.condition(
            alt.FieldOneOfPredicate(field="what", oneOf=dark or ["-"]), alt.value("white"), alt.value(INK)
        )
        layers.append(base.mark_text(fontSize=12, fontWeight=600).encode(text="letter:N", color=ink))
    return alt.layer(*layers).properties(height=height_px * table[down].nunique() + 80)


def _down(table: pd.DataFrame, down: str) -> alt.Y:
    """Return the axis of rows, always as wide, so that grids below each other stand in the same columns."""
    return alt.Y(
        f"{down}:N",
        sort=list(dict.fromkeys(table[down])),
        title=None,
        axis=alt.Axis(
            ticks=False,
            domain=False,
            labelLimit=NAMES_PX,
            minExtent=NAMES_PX,
            maxExtent=NAMES_PX,
            labelOverlap=False,
            labelFlush=False,
        ),
    )


def cover_row(rows: Sequence[Mapping[str, Any]], across: str, down: str) -> Figure:
    """Return cover as a grid of ``found/wanted`` in the colours that :data:`COVER` explains."""
    table = pd.DataFrame(rows)
    table["said"] = table["found"].astype(str) + "/" + table["wanted"].astype(str)
    table["state"] = [
        "too few" if f < w else "as wanted" if f == w else "more"
        for f, w in zip(table["found"], table["wanted"], strict=True)
    ]
    base = alt.Chart(table).encode(
        x=alt.X(
            f"{across}:N",
            sort=list(dict.fromkeys(table[across])),
            title=None,
            axis=alt.Axis(labels=False, ticks=False, domain=False),
        ),
        y=_down(table, down),
    )
    boxes = base.mark_rect(stroke="white", strokeWidth=2, cornerRadius=3).encode(
        color=alt.Color(
            "state:N",
            scale=alt.Scale(domain=["too few", "as wanted", "more"], range=["#F2B8A0", "#D7ECD9", "#BFD3E6"]),
            legend=None,
        ),
        tooltip=[f"{down}:N", f"{across}:N", "found:Q", "wanted:Q"],
    )
    small = table[across].nunique() > 20
    text = base.mark_text(fontSize=9 if small else 12, color=INK).encode(text="said:N")
    return (boxes + text).properties(height=26 * table[down].nunique() + 12)


def heat(
    rows: Sequence[Mapping[str, Any]], across: str, down: str, value: str, what: str, *, numbers: bool = True
) -> Figure:
    """Return a heat grid with the number in each cell that has one."""
    table = pd.DataFrame(rows)
    most = max(float(table[value].max()), 1e-9)
    base = alt.Chart(table).encode(
        x=alt.X(
            f"{across}:N",
            sort=list(dict.fromkeys(table[across])),
            title=None,
            axis=alt.Axis(
                orient="top", labelAngle=-40, labelOverlap=False, labelFlush=False, ticks=False, domain=False
            ),
        ),
        y=alt.Y(
            f"{down}:N",
            sort=list(dict.fromkeys(table[down])),
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelLimit=200),
        ),
    )
    boxes = base.mark_rect(stroke="white", strokeWidth=1.5).encode(
        color=alt.Color(
            f"{value}:Q", title=what, scale=alt.Scale(domain=[0, most], range=[OFF_FILL, *SEQUENCE[1:]])
        ),
        tooltip=[f"{down}:N", f"{across}:N", alt.Tooltip(f"{value}:Q", title=what, format=",.1f")],
    )
    if not numbers:
        return boxes.properties(height=18 * table[down].nunique() + 90)
    text = (
        base.transform_filter(alt.datum[value] > 0)
        .mark_text(fontSize=10)
        .encode(
            text=alt.Text(f"{value}:Q", format=".3~g"),
            color=alt.condition(alt.datum[value] > 0.55 * most, alt.value("white"), alt.value(INK)),
        )
    )
    return (boxes + text).properties(height=20 * table[down].nunique() + 90)

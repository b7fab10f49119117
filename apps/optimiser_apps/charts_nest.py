"""The work of each beat beside a fair share of its district's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from optimiser.report.colours import FILLS, INK
from optimiser_apps.charts import Figure

LEAST_PX, MOST_PX, ROW_PX = 160, 620, 20


def beats(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return a bar for each beat in the colour of its district, with a line at the fair share."""
    table = pd.DataFrame(rows).rename(columns={"work, % of a fair share": "share"})
    districts = list(dict.fromkeys(table["district"]))
    base = alt.Chart(table).encode(
        y=alt.Y(
            "beat:N",
            sort=list(table["beat"]),
            title=None,
            axis=alt.Axis(labelLimit=140, labelOverlap=len(table) * ROW_PX > MOST_PX),
        ),
    )
    bars = base.mark_bar().encode(
        x=alt.X("share:Q", title="percent of a fair share"),
        color=alt.Color(
            "district:N",
            title=None,
            scale=alt.Scale(domain=districts, range=[FILLS[k % len(FILLS)] for k in range(len(districts))]),
            legend=None,
        ),
        tooltip=["district:N", "beat:N", "areas:Q", alt.Tooltip("share:Q", format=".1f")],
    )
    fair = alt.Chart(pd.DataFrame({"share": [100.0]})).mark_rule(color=INK, strokeWidth=2).encode(x="share:Q")
    return (bars + fair).properties(height=min(MOST_PX, max(LEAST_PX, ROW_PX * len(table))))

"""Charts, maps, tables and texts as every page shows them: with a text for readers who do not see them."""

from __future__ import annotations

import functools
import inspect
import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pydeck
import streamlit as st

from optimiser.errors import OptimiserError
from optimiser.report.words import escaped
from optimiser.report.workbook import holds_fractions, write_workbook
from optimiser.units import percent
from optimiser_apps.charts import Figure
from optimiser_apps.maps import HEIGHT_PX

log = logging.getLogger(__name__)
LARGE, MOST_STYLED = 10_000.0, 20_000
"""From this on numbers are set with commas, in tables of up to so many cells."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page(function: Callable[[], None]) -> Callable[[], None]:
    """Show what this package raises on purpose as a message; nobody meets a traceback."""

    @functools.wraps(function)
    def shown() -> None:
        try:
            function()
        except OptimiserError as error:
            fault(error)

    return shown


def fault(error: OptimiserError) -> None:
    """Show an error, line by line, its text as text."""
    log.warning("%s", type(error).__name__)
    st.error("  \n".join(escaped(line) for line in str(error).splitlines() if line.strip()))


def chart(figure: Figure, text: str) -> None:
    """Show a chart; ``text`` says what it shows."""
    st.altair_chart(figure, width="stretch", **_alt(st.altair_chart, text))


def deck(figure: pydeck.Deck, text: str, key: str) -> None:
    """Show a map; ``text`` says what it shows. A table with the same facts stands beside every map."""
    st.pydeck_chart(figure, height=HEIGHT_PX, key=key, **_alt(st.pydeck_chart, text))


def picking(figure: pydeck.Deck, text: str, key: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Show a map on which things can be picked; return those picked by layer. Another key forgets them."""
    event = st.pydeck_chart(
        figure,
        height=HEIGHT_PX,
        key=key,
        on_select="rerun",
        selection_mode="multi-object",
        **_alt(st.pydeck_chart, text),
    )
    picked: Mapping[str, Sequence[Mapping[str, Any]]] = event["selection"]["objects"]
    return picked


def table(rows: pd.DataFrame, *, digits: int = 1, height: int | None = None, text: str = "") -> None:
    """Show a table, its numbers rounded for reading, and nothing where there is nothing."""
    words = [n for n in rows.columns if rows[n].dtype == object or pd.api.types.is_string_dtype(rows[n])]
    rows = rows.assign(**{str(n): rows[n].where(rows[n].notna(), "") for n in words})
    real = [name for name in rows.columns if pd.api.types.is_float_dtype(rows[name])]
    columns = {str(name): st.column_config.NumberColumn(format=f"%.{digits}f") for name in real}
    more: dict[str, Any] = {"height": height} if height else {}
    if real and rows.size <= MOST_STYLED and float(rows[real].abs().max().max()) >= LARGE:
        styled = rows.style.format(dict.fromkeys(real, f"{{:,.{digits}f}}"), na_rep="")
        st.dataframe(styled, hide_index=True, width="stretch", **more, **_alt(st.dataframe, text))
        return
    st.dataframe(
        rows, hide_index=True, column_config=columns, width="stretch", **more, **_alt(st.dataframe, text)
    )


def as_percent(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns of fractions are percent, and say so; the columns a workbook shows as percent."""
    found = {n: rows[n] for n in rows.columns}
    fractions = [
        n
        for n in rows.columns
        if holds_fractions(str(n)) and pd.api.types.is_float_dtype(rows[n]) and "%" not in str(n)
    ]
    made = {
        f"{n} (%)" if n in fractions else n: percent_of(v) if n in fractions else v for n, v in found.items()
    }
    return pd.DataFrame(made)


def percent_of(values: pd.Series) -> pd.Series:
    """Return fractions as percent."""
    return values.map(lambda v: percent(v) if pd.notna(v) else v).astype(float)


def sentences(said: Sequence[str]) -> None:
    """Show sentences as a list; what comes from data stays text."""
    st.markdown("\n".join(f"- {escaped(s)}" for s in said))


def workbook_button(label: str, name: str, sheets: Mapping[str, Any], notes: Sequence[str], key: str) -> None:
    """Offer tables as a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        data = write_workbook(Path(folder) / "book.xlsx", sheets, notes).read_bytes()
    st.download_button(label, data, name, XLSX, key=key, on_click="ignore", icon=":material/download:")


def _alt(element: Callable[..., Any], text: str) -> dict[str, Any]:
    """Return the alternative text where this version of the screen takes one."""
    return {"alt": text} if text and "alt" in inspect.signature(element).parameters else {}

"""The ledger on the screen: every part at once, then one part with its figures, its split and its hours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from optimiser.report.chart import DAY_WORDS
from optimiser.report.figures_ledger import KINDS
from optimiser.report.words import escaped
from optimiser.units import DAY_NAMES, fraction_from_percent, percent_text
from optimiser_apps import charts, charts_ledger, charts_studies
from optimiser_apps.components import shown

MOST_PILLS = 8


def show(drawn: Mapping[str, Any], key: str, *, live: bool = False) -> None:
    """Draw the ledgers of a force; while a study lives only the overview."""
    parts = list(drawn["parts"])
    if not parts:
        return
    if len(parts) > 1:
        _overview(parts, key)
        _lending(drawn.get("lending") or [])
    if live and len(parts) > 1:
        return
    part = _chosen(parts, key)
    _figures(part)
    if part["refused"]:
        st.info(f"No measured split beside the others: {escaped(str(part['refused']))}")
    left, right = st.columns(2)
    with left:
        st.markdown("**What on-duty time goes to**")
        shown.chart(
            charts_ledger.split(part["lines"]), "Share of each class measured, planned and simulated."
        )
        st.caption(
            f"Red mark: ceiling or floor. Simulated: mean of {part['weeks']} weeks; the line spans nine weeks in ten."
        )
    with right:
        _hours(part, key)
    if len(parts) > 1 and part.get("said"):
        with st.expander(f"{escaped(str(part['sector']))} in words", icon=":material/list:"):
            shown.sentences(part["said"])
    if part["points"]:
        st.markdown("**What each further point on calls costs in officers**")
        shown.chart(
            charts_ledger.points(part["points"]), "Officers by the share of time that calls may take."
        )
        st.caption(
            "Each dot is solved by itself: the least officer-hours of any rota that keeps the ceiling."
        )


def _overview(parts: list[Mapping[str, Any]], key: str) -> None:
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    left.markdown("**Every sector against its ceilings and floors**")
    kinds = [k for k in KINDS if any(v[k] is not None for p in parts for v in p["lines"])]
    kind = right.segmented_control(
        "Which split", kinds, default="simulated", key=f"ledger.kind.{key}", label_visibility="collapsed"
    )
    shown.chart(charts_ledger.overview(parts, kind or "simulated"), "Share of each class of time by sector.")


def _lending(rows: list[Mapping[str, Any]]) -> None:
    if not rows:
        return
    colours = ("#C9D3DC", "#4477AA")
    left, right = st.columns(2)
    with left:
        st.markdown("**Time on calls, each by itself and lending units (%)**")
        shown.chart(
            charts_studies.paired(rows, "sector", "how", "on calls", colours), "Time on calls by sector."
        )
    with right:
        st.markdown("**Calls that wait, each by itself and lending units (%)**")
        shown.chart(
            charts_studies.paired(rows, "sector", "how", "calls that wait", colours),
            "Calls that wait by sector.",
        )


def _chosen(parts: list[Mapping[str, Any]], key: str) -> Mapping[str, Any]:
    if len(parts) == 1:
        return parts[0]
    names = [str(p["sector"]) for p in parts]
    if len(names) <= MOST_PILLS:
        picked = st.segmented_control(
            "One sector", names, default=names[0], format_func=escaped, key=f"ledger.part.{key}"
        )
    else:
        picked = st.selectbox("One sector", names, key=f"ledger.part.{key}")
    return next((p for p in parts if p["sector"] == picked), parts[0])


def _share(line: Mapping[str, Any]) -> str:
    return percent_text(fraction_from_percent(line["simulated"]))


def _figures(part: Mapping[str, Any]) -> None:
    lines = {v["name"]: v for v in part["lines"]}
    calls, proactive, open_ = lines["calls"], lines["proactive"], lines["unaccounted"]
    cards = [
        ("Time on calls", _share(calls), f"Asked: {calls['asked']}. In simulated weeks."),
        (
            "Proactive, unbroken",
            _share(proactive),
            f"Asked: {proactive['asked']}. In blocks of half an hour or more, in simulated weeks: "
            f"{part['blocks simulated']:,.0f} officer-hours a week; {part['blocks planned']:,.0f} planned.",
        ),
        ("Unaccounted", _share(open_), f"Asked: {open_['asked']}. In simulated weeks."),
        (
            "Hours short a week",
            f"{part['short']:,.0f}",
            f"Officer-hours below the requirement, of {part['on duty']:,.0f} on duty.",
        ),
    ]
    if part["protected"] is not None:
        cards.append(
            (
                "Protected hours a week",
                f"{part['protected']:,.0f}",
                "In blocks that only the most urgent grade may end.",
            )
        )
    for column, (name, value, help_) in zip(st.columns(len(cards)), cards, strict=True):
        column.metric(name, value, help=help_.replace("\u00a0", " "), border=True)


def _hours(part: Mapping[str, Any], key: str) -> None:
    kinds = {"planned": part["planned by hour"], "simulated": part["simulated by hour"]}
    left, right = st.columns([3, 4], vertical_alignment="bottom")
    left.markdown("**By hour of the day**")
    kind = right.segmented_control(
        "Which hours",
        list(kinds),
        default="planned",
        key=f"ledger.hours.{key}.{part['sector']}",
        label_visibility="collapsed",
    )
    hours = np.array(kinds[kind or "planned"], dtype=float)
    shown.chart(
        charts.classes_by_hour(hours),
        "Officers by class of work and hour of the day, stacked, mean of the week.",
    )
    by_day = hours.reshape(hours.shape[0], 7, -1).sum(axis=2)
    calls = by_day[0] / np.maximum(by_day.sum(axis=0), 1e-9)
    low, high = int(calls.argmin()), int(calls.argmax())
    st.caption(
        f"Mean of the week. Calls take most of a {DAY_WORDS[DAY_NAMES[high]]} ({percent_text(calls[high])}) and least "
        f"of a {DAY_WORDS[DAY_NAMES[low]]} ({percent_text(calls[low])})."
    )

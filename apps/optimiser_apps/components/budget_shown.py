"""What officers buy, on the screen: key figures, the frontier, who gets the next one, the years, and regret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from optimiser.report.words import escaped
from optimiser.units import at_most_text, fraction_from_percent, percent_text
from optimiser_apps import charts_budget, charts_studies
from optimiser_apps.components import shown


def show(drawn: Mapping[str, Any]) -> None:
    """Draw the frontier of a force and what stands beside it."""
    if drawn.get("figures"):
        _figures(drawn["figures"])
    shown.chart(charts_studies.budget(drawn), "Shortage of the week by number of officers, a line a future.")
    st.caption(
        "Each line is a future. Shaded: where better plans could still lie. Red line: the officers of today. "
        "A priced hour counts more where one officer of several is missing for longer."
    )
    left, right = st.columns(2)
    with left:
        st.markdown("**Officers of each district, today and best shared**")
        shown.chart(charts_studies.officers_by_district(drawn["districts"]), "Officers by district.")
    if any(p["one more"] is not None for p in drawn["points"] if p["future"] == drawn["base"]):
        with right:
            st.markdown("**What one more officer takes away, by how many there are**")
            shown.chart(charts_studies.one_more(drawn), "Hours of shortage that one more officer takes away.")
            st.caption("Orange: the officers of today. The officer is placed where it helps most.")
    _beside(drawn)
    _mix(drawn)
    if drawn["levers"]:
        st.markdown("**What else is worth officers**")
        rows = pd.DataFrame(drawn["levers"])
        shown.table(rows[["lever", "what it is", "worth"]], text="Other means, each priced in officers.")


def _figures(figures: Mapping[str, Any]) -> None:
    more, point = figures["one more"], figures["officers a point"]
    cost = f"An officer costs {figures['officer cost']:,.0f} a year."
    cards = (
        (
            "Officers on patrol today",
            f"{figures['officers']:,}",
            f"Calls take {percent_text(fraction_from_percent(figures['on calls']))} of their time.",
        ),
        (
            "Hours short a week",
            f"{figures['short']:,.0f}",
            "Officer-hours below the requirement in the mean week; "
            f"{at_most_text(fraction_from_percent(figures['gap']))} better can exist.",
        ),
        (
            "One more takes away (h)",
            "not reached" if more is None else f"{more:,.1f}",
            f"Hours of shortage a week, best placed in {escaped(str(figures['goes to']))}. {cost}"
            if figures["goes to"]
            else cost,
        ),
        (
            "A point less on calls",
            "none" if point is None else f"{point:,.1f} officers",
            f"Officers more that take calls' share of time one point lower, whatever the rota. {cost}",
        ),
    )
    for column, (name, value, help_) in zip(st.columns(len(cards)), cards, strict=True):
        column.metric(name, value, help=help_, border=True)


def _beside(drawn: Mapping[str, Any]) -> None:
    """Draw the years and regret, of studies that hold them."""
    left, right = st.columns(2)
    if drawn.get("years"):
        with left:
            st.markdown("**Hiring beside overtime, over the years**")
            shown.chart(
                charts_budget.years(drawn["years"], drawn["today"]),
                "Pay and overtime over the years by number of officers.",
            )
            st.caption(_least(drawn["years"]))
    if len(drawn.get("regret") or ()) > 1:
        with right:
            st.markdown("**What planning for the wrong future costs**")
            shown.chart(
                charts_budget.regret(drawn["regret"]),
                "Priced shortage beyond the best, by what was planned for and what then comes.",
            )
            st.caption("Priced hours a week beyond the best plan for what comes; at today's strength.")


def _mix(drawn: Mapping[str, Any]) -> None:
    """Draw the cheapest mix of overtime and hiring at every strength, of studies that hold it."""
    rows = drawn.get("mixes") or []
    if not rows:
        return
    st.markdown("**The cheapest mix of hiring and overtime, by how many officers there are**")
    futures = list(dict.fromkeys(r["future"] for r in rows))
    future = futures[0]
    if len(futures) > 1:
        future = st.selectbox("Future", futures, key="budget.mix.future") or futures[0]
    shown.chart(
        charts_budget.mix([r for r in rows if r["future"] == future], drawn["today"]),
        "Cost a year of hires, shifts held over and officers called back, by number of officers.",
    )
    st.caption(
        "From so many officers to a week that is nowhere short. Dashed: hiring alone. Green: no mix costs less. "
        "Red line: the officers of today. An hour held over and one called back cost the same here."
    )


def _least(years: Mapping[str, Any]) -> str:
    """Say which number of officers costs least, and what that leaves out where it is the fewest looked at."""
    best = int(years["best"])
    said = f"Green dot: the least of pay and overtime together, with {best:,} officers"
    if years.get("workable"):
        return f"{said}; of those whose shortage overtime within its limit can fill."
    if best > min(int(row["officers"]) for row in years["rows"]):
        return f"{said}."
    return f"{said}, the fewest looked at. Whether officers can be found to work so much overtime is not priced here."

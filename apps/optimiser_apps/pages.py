"""The pages of the app, in the planner's order."""

from __future__ import annotations

from typing import Any

import streamlit as st

QUESTIONS = {"sectors": "Sectors", "shifts": "Shifts", "assignment": "Assignment", "standby": "Standby"}


def pages() -> dict[str, Any]:
    """Return the pages by name."""
    from optimiser_apps.views import assignment, compare, data, home, sectors, shifts, standby

    return {
        "home": st.Page(home.page, title="Home", icon=":material/home:", url_path="home", default=True),
        "data": st.Page(data.page, title="Data", icon=":material/database:", url_path="data"),
        "sectors": st.Page(sectors.page, title="Sectors", icon=":material/map:", url_path="sectors"),
        "shifts": st.Page(shifts.page, title="Shifts", icon=":material/schedule:", url_path="shifts"),
        "assignment": st.Page(
            assignment.page, title="Assignment", icon=":material/local_police:", url_path="assignment"
        ),
        "standby": st.Page(standby.page, title="Standby", icon=":material/location_on:", url_path="standby"),
        "compare": st.Page(compare.page, title="Compare", icon=":material/balance:", url_path="compare"),
    }


def go(name: str, **query: str) -> None:
    """Go to a page, with what its link names."""
    st.switch_page(pages()[name], query_params=query)

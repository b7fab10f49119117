"""The pages of the app, in the planner's order."""

from __future__ import annotations

from typing import Any

import streamlit as st

from optimiser import registry
from optimiser_apps.views.plain import PLAIN, Plain

_OWN = {"sectors": "Sectors", "shifts": "Shifts", "assignment": "Assignment", "standby": "Standby"}
TITLES = {
    "desk": "Live desk",
    "alerts": "Alerts",
    "edit": "Edit a plan",
    "brief": "For the decision",
    "why": "Why and what if",
    "staffing": "Strength and budget",
    "tables": "Tables for dispatch",
}
"""Titles of pages that ask no question of their own."""
_GROUPS = {
    "Places": ("sectors", "standby", "fold", "tables", "facilities", "patrol"),
    "People": ("shifts", "shift_design", "patterns", "rosters", "strength", "staffing"),
    "Right now": ("desk", "alerts", "assignment", "containment"),
}


def plain() -> tuple[Plain, ...]:
    """Return the questions that are registered and have no screen of their own."""
    there = registry.families()
    return tuple(p for p in PLAIN if p.family in there)


def questions() -> dict[str, str]:
    """Return every question by its family, with the title of its page."""
    return _OWN | {p.family: p.title for p in plain()}


def pages() -> dict[str, Any]:
    """Return the pages by name."""
    from optimiser_apps.views import (
        alerts,
        assignment,
        brief,
        compare,
        data,
        desk,
        edit,
        home,
        sectors,
        shifts,
        staffing,
        standby,
        tables,
        why,
    )

    own = {
        "home": st.Page(home.page, title="Home", icon=":material/home:", url_path="home", default=True),
        "data": st.Page(data.page, title="Data", icon=":material/database:", url_path="data"),
        "sectors": st.Page(sectors.page, title="Sectors", icon=":material/map:", url_path="sectors"),
        "shifts": st.Page(shifts.page, title="Shifts", icon=":material/schedule:", url_path="shifts"),
        "assignment": st.Page(
            assignment.page, title="Assignment", icon=":material/local_police:", url_path="assignment"
        ),
        "desk": st.Page(desk.page, title=TITLES["desk"], icon=":material/headset_mic:", url_path="desk"),
        "alerts": st.Page(
            alerts.page, title=TITLES["alerts"], icon=":material/notifications:", url_path="alerts"
        ),
        "standby": st.Page(standby.page, title="Standby", icon=":material/location_on:", url_path="standby"),
        "staffing": st.Page(
            staffing.page, title=TITLES["staffing"], icon=":material/savings:", url_path="staffing"
        ),
        "tables": st.Page(
            tables.page, title=TITLES["tables"], icon=":material/table_view:", url_path="tables"
        ),
        "edit": st.Page(edit.page, title=TITLES["edit"], icon=":material/edit:", url_path="edit"),
        "brief": st.Page(brief.page, title=TITLES["brief"], icon=":material/gavel:", url_path="brief"),
        "why": st.Page(why.page, title=TITLES["why"], icon=":material/help:", url_path="why"),
        "compare": st.Page(compare.page, title="Compare", icon=":material/balance:", url_path="compare"),
    }
    return own | {p.family: st.Page(p.page(), title=p.title, icon=p.icon, url_path=p.family) for p in plain()}


def menu(found: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the pages as the menu groups them."""
    asked = {group: [found[f] for f in families if f in found] for group, families in _GROUPS.items()}
    return {
        "Know": [found["home"], found["data"]],
        **asked,
        "Decide": [found["edit"], found["why"], found["compare"], found["brief"]],
    }


def go(name: str, **query: str) -> None:
    """Go to a page, with what its link names."""
    st.switch_page(pages()[name], query_params=query)

"""A plan kept in the project's folder of plans, where it can be compared and edited like any other."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from optimiser.data.canonical import PLANS_FOLDER
from optimiser.data.plans import check_name, keep_plan
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.report.words import escaped
from optimiser_apps.components import shown


def keep(
    project: Project,
    name: str,
    district_of: Mapping[str, str],
    beat_of: Mapping[str, str] | None = None,
) -> None:
    """Write a plan under a name that is free, and say what came of it."""
    levels = "" if beat_of is None else ", with both levels"
    try:
        check_name(name)
        if name in project.plans:
            raise InputError(f"There is a plan {name} already. Choose another name.")
        path = keep_plan(project.folder / PLANS_FOLDER, name, district_of, beat_of)
    except InputError as error:
        shown.fault(error)
        return
    st.success(f"Kept as {escaped(path.name)}{levels}. It can be compared, checked and edited like any plan.")


def offer(project: Project, suggested: str, district_of: Mapping[str, str], key: str) -> None:
    """Offer to keep a plan under a name, in one line."""
    field, button = st.columns([3, 2], vertical_alignment="bottom")
    name = field.text_input("Name of the plan", suggested, key=f"keep.name.{key}", max_chars=60).strip()
    if button.button("Keep as plan", disabled=not name, width="stretch", key=f"keep.{key}"):
        keep(project, name, district_of)

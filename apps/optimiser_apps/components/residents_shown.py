"""Residents by census group before and after, below what moves."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from optimiser.compare import Judgement
from optimiser.data.project import Project
from optimiser.report.phrases import listed
from optimiser.report.words import escaped
from optimiser_apps import residents
from optimiser_apps.comparing import Entry
from optimiser_apps.components import shown


def show(
    project: Project, base: Entry, first: Judgement, entry: Entry, other: Judgement
) -> dict[str, pd.DataFrame]:
    """Show what each group has under both plans; return the rows by sheet, none where no groups are counted."""
    rows, hidden = residents.by_group(project, base, first, entry, other)
    if rows.empty and not hidden:
        return {}
    st.markdown("**By where residents live** (shown only: no plan is made for or against a group)")
    if not rows.empty:
        shown.table(rows, digits=2, text="Mean drive and cover of the residents of each group in both plans.")
    if hidden:
        few = project.settings.privacy_threshold
        st.caption(f"Fewer than {few} residents, not told: {escaped(listed(hidden))}.")
    st.caption(
        "Means over residents: the drive from the centre to their area, and the share of its calls within target."
    )
    return {} if rows.empty else {"Residents by group": rows}

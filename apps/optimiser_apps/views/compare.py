"""Compare: plans of one question side by side, what moves, and who gains and who loses."""

from __future__ import annotations

import streamlit as st

from optimiser import registry
from optimiser.data.project import Project
from optimiser.report.words import escaped
from optimiser_apps import comparing, pages, sources, state
from optimiser_apps.comparing import Entry
from optimiser_apps.components import differences, shown
from optimiser_apps.components.entries import entries_of, on_one_question

MOST = 4


@shown.page
def page() -> None:
    """Show the page."""
    project = sources.project()
    st.title("Compare")
    titles = pages.questions()
    family = st.segmented_control(
        "Question", list(titles), default="sectors", format_func=titles.__getitem__, key=state.QUESTION
    )
    entries = entries_of(project, family or "sectors")
    if len(entries) < 2:
        _teach(family or "sectors")
        return
    st.caption(
        "The first plan is the one the others are measured against; all are judged on its data and its rules. Where it "
        "is one in use or kept, which has none of its own, those of the first solved plan beside it hold."
    )
    picked = st.multiselect(
        "Plans", list(entries), default=list(entries)[:2], max_selections=MOST, key=f"{state.PLANS}.{family}"
    )
    if len(picked) < 2:
        st.info("Choose at least two plans.")
        return
    _compare(project, family or "sectors", on_one_question(project, [entries[n] for n in picked]))


def _teach(family: str) -> None:
    title = pages.questions()[family]
    other = " Plans kept on the page Edit a plan are offered here as well." if family == "sectors" else ""
    st.info(
        f"There are not yet two plans of this question to compare. Solve one on the page {title}; the next with other "
        f"choices.{other}"
    )
    if st.button(f"Go to {title}", type="primary", key="compare.go"):
        pages.go(family)


def _compare(project: Project, family: str, entries: tuple[Entry, ...]) -> None:
    comparison = comparing.compare(registry.family(family), entries)
    st.markdown(f"**{escaped(comparing.proof_words(comparison))}**")
    rows = comparing.rows(comparison)
    shown.table(rows, digits=2, text="Measures of the plans side by side with their differences.")
    sheets = {"Measures": rows}
    sections = {
        "sectors": differences.sectors,
        "shifts": differences.shifts,
        "assignment": differences.assignment,
        "standby": differences.standby,
    }
    if family in sections:
        sheets |= sections[family](project, entries, comparison)
    notes = [comparing.proof_words(comparison), *project.assumptions]
    shown.workbook_button("Comparison workbook (Excel)", "comparison.xlsx", sheets, notes, "compare.workbook")

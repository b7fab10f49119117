"""The app: one page a question. Started by ``optimiser app FOLDER``; see :mod:`optimiser_apps.launch`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from optimiser.batch import studies
from optimiser.errors import OptimiserError
from optimiser.report.words import escaped
from optimiser_apps import sources
from optimiser_apps.components.shown import fault
from optimiser_apps.components.watched import LIVE
from optimiser_apps.pages import menu, pages

ICON = Path(__file__).with_name("icon.png")
# Wide pages, and a menu that fits a screen of 900 pixels with all its pages. (A bare text here would be shown.)
STYLE = """
.stMainBlockContainer {padding-top: 3.2rem; max-width: 88rem;}
[data-testid="stSidebarNavLink"] {padding-top: 0.1rem; padding-bottom: 0.1rem; margin-top: 0; margin-bottom: 0;}
[data-testid="stNavSectionHeader"] {padding-top: 0.35rem; padding-bottom: 0; margin-top: 0;}
[data-testid="stSidebarNavSeparator"] {margin-top: 0.4rem;}
"""


def frame() -> None:
    """Show the frame of all pages and the page asked for."""
    st.set_page_config(page_title="Police optimiser", page_icon=str(ICON), layout="wide")
    st.html(f"<style>{STYLE}</style>")
    found = pages()
    chosen = st.navigation(menu(found), expanded=True)
    st.logo(str(ICON), size="large")
    with st.sidebar:
        try:
            project = sources.project()
        except OptimiserError as error:
            fault(error)
            return
        st.markdown(f"**{escaped(project.settings.name)}**")
        asked = [*sources.store().runs(), *studies.studies(project.folder)]
        running = sum(r.status in LIVE for r in asked)
        st.caption(f"{running} running" if running else "Nothing is running")
    chosen.run()


frame()

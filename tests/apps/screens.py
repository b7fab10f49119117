"""Pages of the app run without a browser."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

PATIENCE_S = 120


def screen(name: str, folder: Path | str, **query: str) -> AppTest:
    """Run one page of the app on a project folder, with what its link names."""
    script = f"from optimiser_apps.views import {name}\n{name}.page()\n"
    at = AppTest.from_string(script, default_timeout=PATIENCE_S)
    at.session_state["project_folder"] = str(folder)
    for key, value in query.items():
        at.query_params[key] = value
    return at.run()


def said(at: AppTest) -> str:
    """Return all that a page says in words."""
    kinds = (at.title, at.subheader, at.markdown, at.caption, at.info, at.success, at.warning, at.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def calm(at: AppTest) -> AppTest:
    """Return the page if it neither broke nor showed an error; else fail with what it showed."""
    assert not at.exception, [e.message for e in at.exception]
    assert not at.error, [e.value for e in at.error]
    return at

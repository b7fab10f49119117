"""Standby: where cars stand between calls, and what each post is worth."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.problems.standby import StandbyPlan, StandbyProblem
from optimiser.report.colours import GRADE_COLOURS
from optimiser.report.phrases import number
from optimiser.report.tables import sheets
from optimiser.solve.result import Result
from optimiser_apps import maps, sources
from optimiser_apps.components import kpis, shown
from optimiser_apps.components.question import question

INTRO = (
    "Where should cars stand so that most calls have one near? Posts may be stations, a place in every area, or road "
    "junctions; cars may differ by part of the day. The plan says what is covered, what each post is worth, and how "
    "much better could exist at most. Posts and holes in cover are operationally sensitive."
)


@shown.page
def page() -> None:
    """Show the page."""
    question("standby", "Standby posts", INTRO, "Standby posts", _show)


def _show(project: Project, run: Run, result: Result[Any], plan: StandbyPlan) -> None:
    problem: StandbyProblem = sources.problem(run)
    kpis.kpi_row("standby", result.measures)
    tables = {name: pd.DataFrame(rows) for name, rows in sheets("standby", problem, result).items()}
    left, right = st.columns([3, 2])
    with left:
        _map(project, run, problem, plan, result)
    with right:
        st.markdown("**What each post is worth**")
        posts = tables["Posts"].rename(
            columns={"in use today": "today", "calls a week lost without it": "calls lost"}
        )
        shown.table(posts, height=470, text="Posts with their cars and what is lost without each.")
        st.caption("Calls lost: calls a week that no car reaches in time without this post.")
    st.markdown("**Parts of the day**")
    shown.table(_covered(tables["Parts of the day"]), text="Calls, cars and cover by part of the day.")


def _covered(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of the day with shares of their calls as percent."""
    shares = [n for n in rows.columns if str(n).startswith("calls ") and n != "calls a week"]
    return rows.assign(**{n: shown.percent_of(rows[n]) for n in shares}).rename(
        columns={n: f"{n} (%)" for n in shares}
    )


def _map(project: Project, run: Run, problem: StandbyProblem, plan: StandbyPlan, result: Result[Any]) -> None:
    scene = sources.question(project, "standby", run.request["scenario"]).scene
    at = dict(zip(scene.ids, scene.xy_m.tolist(), strict=True))
    used = [p for p in plan.posts() if p in at]
    if not used or tuple(scene.ids) != problem.post_ids:
        st.info("The data of the project has changed since this run, so its posts cannot be drawn any more.")
        return
    lost = next((m.by for m in result.measures if m.name == "lost without the post"), {})
    shapes = sources.shapes(project)
    points = [
        {"position": place, "tip": f"{post}: {number(lost.get(post, 0.0))} calls a week are lost without it"}
        for post, place in zip(used, shapes.lonlat(_xy(at, used)), strict=True)
    ]
    left = [p for p in problem.params.today if p in at and p not in used]
    given_up = [
        {"position": place, "tip": f"{post}: post of today, given up"}
        for post, place in zip(left, shapes.lonlat(_xy(at, left)), strict=True)
    ]
    deck = maps.posts_deck(shapes, points, given_up, GRADE_COLOURS[1])
    shown.deck(deck, "Map of the posts in use; the table beside it says the same.", f"standby.{run.id}")
    st.caption(
        "Red: posts in use. White: posts of today that are given up. Point at one for its name and worth."
    )


def _xy(at: dict[str, list[float]], posts: list[str]) -> Any:
    import numpy as np

    return np.array([at[p] for p in posts], dtype=np.float64).reshape(-1, 2)

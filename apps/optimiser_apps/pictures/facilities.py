"""Sites year by year: a map of each year with what it reaches, and cover and money over the years."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.errors import OptimiserError
from optimiser.prepare.choices import read
from optimiser.prepare.facilities import site_places
from optimiser.prepare.questions import kinds
from optimiser.problems.facilities import FacilitiesPlan, FacilitiesProblem
from optimiser.problems.facilities.measures import covered
from optimiser.report.colours import INK
from optimiser.solve.result import Result
from optimiser.units import percent
from optimiser_apps import maps, sources
from optimiser_apps.charts import Figure
from optimiser_apps.components import shown

REACHED, NOT_REACHED = "#CFE3D4", "#F1D5C9"
_WORDS = {
    "new": ("opened", "#2E7D32"),
    "stays": ("stays open", INK),
    "closed": ("closed", "#FFFFFF"),
}


def site_rows(problem: FacilitiesProblem, plan: FacilitiesPlan) -> pd.DataFrame:
    """Return what becomes of each site: a row a site, a column a year."""
    rows = []
    for s, site in enumerate(problem.site_ids):
        before = bool(problem.existing[s])
        row: dict[str, Any] = {
            "site": site,
            "today": "open" if before else "",
            "cost": float(problem.cost[s]),
        }
        for year in problem.years:
            now = site in plan.sites(year)
            row[year] = "open" if now and before else "OPENED" if now else "CLOSED" if before else ""
            before = now
        rows.append(row)
    return pd.DataFrame(rows)


def cover_bars(problem: FacilitiesProblem, plan: FacilitiesPlan) -> Figure:
    """Return the share of calls within reach by year, with the plan and with today's stations."""
    today = np.flatnonzero(problem.existing)
    with_today = problem.reaches[today].any(axis=0) if len(today) else np.zeros(len(problem.area_ids), bool)
    total = problem.calls.sum(axis=1)
    rows = []
    for h, (year, calls) in enumerate(zip(problem.years, covered(problem, plan), strict=True)):
        whole = max(float(total[h]), 1e-9)
        rows.append(
            {
                "year": year,
                "what": "today's stations",
                "share": percent(float(problem.calls[h][with_today].sum()) / whole),
            }
        )
        rows.append({"year": year, "what": "this plan", "share": percent(calls / whole)})
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("year:N", title=None, axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("what:N", sort=["today's stations", "this plan"]),
        y=alt.Y("share:Q", title="calls within reach, %", scale=alt.Scale(domain=[0, 108])),
    )
    colour = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(domain=["today's stations", "this plan"], range=["#C9D3DC", "#4477AA"]),
        legend=alt.Legend(orient="top"),
    )
    text = base.mark_text(dy=-8, color=INK).encode(text=alt.Text("share:Q", format=".1f"))
    return (base.mark_bar(stroke=INK, strokeWidth=0.4).encode(color=colour) + text).properties(height=280)


def draw(project: Project, run: Run, result: Result[Any], plan: FacilitiesPlan) -> None:
    """Draw sites and years."""
    problem: FacilitiesProblem = sources.problem(run)
    last = problem.years[-1]
    year = st.segmented_control("Year", list(problem.years), default=last, key=f"year.{run.id}") or last
    left, right = st.columns([3, 2])
    with left:
        _map(project, run, problem, plan, year)
    with right:
        st.markdown("**Calls within reach**")
        shown.chart(
            cover_bars(problem, plan), "Share of calls within reach by year, today's stations and the plan."
        )
    st.markdown("**What becomes of each site**")
    shown.table(site_rows(problem, plan), text="Sites by year: open, opened, closed.")


def _map(project: Project, run: Run, problem: FacilitiesProblem, plan: FacilitiesPlan, year: str) -> None:
    try:
        (setup,) = read(kinds("facilities"), run.request["scenario"], "this run")
        at = site_places(project, setup)
    except OptimiserError:
        st.info("The tables of this run are no longer there, so its sites cannot be drawn any more.")
        return
    if tuple(at) != problem.site_ids:
        st.info("The sites of the project have changed since this run, so they cannot be drawn any more.")
        return
    shapes = sources.shapes(project)
    row = {s: k for k, s in enumerate(problem.site_ids)}
    open_ = [row[s] for s in plan.sites(year)]
    reached = problem.reaches[np.array(open_, dtype=np.int64)].any(axis=0)
    in_reach = dict(zip(problem.area_ids, np.asarray(reached).tolist(), strict=True))
    fills = [REACHED if in_reach.get(a) else NOT_REACHED for a in shapes.area_ids]
    tips = [
        f"{a} {n}\n{'within' if in_reach.get(a) else 'out of'} reach in {year}"
        for a, n in zip(shapes.area_ids, shapes.names, strict=True)
    ]
    groups: dict[str, list[dict[str, Any]]] = {}
    places = shapes.lonlat(np.array(list(at.values()), dtype=np.float64).reshape(-1, 2))
    for site, place in zip(at, places, strict=True):
        state = state_of(problem, plan, site, year)
        if state:
            told = f"{site}: {_WORDS[state][0]}"
            groups.setdefault(state, []).append({"position": place, "tip": told, "name": site})
    deck = maps.places_deck(shapes, fills, tips, {k: (_WORDS[k][1], 8, v) for k, v in groups.items()})
    shown.deck(deck, f"Map of the sites in {year} with what they reach.", f"map.{run.id}.{year}")
    st.caption(
        "Green areas: within reach; red: not. Black dots stay open, green are new, white are closed by then."
    )


def state_of(problem: FacilitiesProblem, plan: FacilitiesPlan, site: str, year: str) -> str:
    """Return ``new``, ``stays``, ``closed`` or "" for a site that is not there."""
    existing = bool(problem.existing[problem.site_ids.index(site)])
    if site in plan.sites(year):
        return "stays" if existing else "new"
    return "closed" if existing else ""

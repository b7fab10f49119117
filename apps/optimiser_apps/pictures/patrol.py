"""Proactive hours as a heat grid of places by part of the week, beside a map of hours and harm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.problems.patrol import PatrolPlan, PatrolProblem
from optimiser.problems.patrol.measures import table
from optimiser.report.colours import NO_DATA, SEQUENCE
from optimiser.solve.result import Result
from optimiser_apps import maps, sources
from optimiser_apps.components import shown
from optimiser_apps.pictures.grids import heat

MOST_PLACES = 25


def hour_rows(problem: PatrolProblem, plan: PatrolPlan, most: int = MOST_PLACES) -> list[dict[str, Any]]:
    """Return hours by place and part of the week, for the places with most hours, the most first."""
    hours = table(problem, plan) * problem.params.block_h
    order = [k for k in np.argsort(-hours.sum(axis=1), kind="stable")[:most] if hours[k].sum() > 0]
    return [
        {"place": problem.place_ids[k], "part": part, "hours": float(hours[k, t])}
        for k in order
        for t, part in enumerate(problem.part_ids)
    ]


def district_rows(
    problem: PatrolProblem, plan: PatrolPlan, district_of: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return hours by district in use and part of the week; areas of no district are left out."""
    hours = table(problem, plan) * problem.params.block_h
    mine = np.array([str(district_of.get(p, "") or "") for p in problem.place_ids])
    return [
        {"district": d, "part": part, "hours": float(hours[mine == d, t].sum())}
        for d in sorted(set(mine.tolist()) - {""})
        for t, part in enumerate(problem.part_ids)
    ]


def place_rows(problem: PatrolProblem, plan: PatrolPlan) -> pd.DataFrame:
    """Return hours and harm of each place that has any hours."""
    hours = table(problem, plan).sum(axis=1) * problem.params.block_h
    harm = problem.harm.sum(axis=1)
    rows = pd.DataFrame({"place": problem.place_ids, "hours a week": hours, "harm a week": harm})
    return rows[rows["hours a week"] > 0].sort_values("hours a week", ascending=False, ignore_index=True)


def draw(project: Project, run: Run, result: Result[Any], plan: PatrolPlan) -> None:
    """Draw where and when proactive hours go."""
    problem: PatrolProblem = sources.problem(run)
    rows = hour_rows(problem, plan)
    if not rows:
        st.info("The plan has no proactive hours.")
        return
    places = place_rows(problem, plan)
    left, right = st.columns([3, 2])
    with left:
        st.markdown("**Hours a week of each area**")
        _map(project, run, problem, dict(zip(places["place"], places["hours a week"], strict=True)))
    with right:
        st.markdown("**Areas with most hours**")
        shown.table(places, height=maps.HEIGHT_PX, text="Hours and harm of each area with hours.")
    districts = district_rows(
        problem, plan, dict(zip(project.areas["area_id"], project.areas["district_id"], strict=True))
    )
    if len({r["district"] for r in districts}) > 1:
        st.markdown("**When, in each district in use**")
        shown.chart(
            heat(districts, "part", "district", "hours", "hours"), "Hours by district and part of the week."
        )
    n = len({r["place"] for r in rows})
    st.markdown(
        f"**Where and when: the {n} areas with most hours**" if n < len(places) else "**Where and when**"
    )
    shown.chart(heat(rows, "part", "place", "hours", "hours"), "Hours by area and part of the week.")
    st.caption(
        f"{len(places)} of {len(problem.place_ids)} areas have hours. Only harm that the public reported decides."
    )


def _map(project: Project, run: Run, problem: PatrolProblem, hours: dict[str, float]) -> None:
    shapes = sources.shapes(project)
    harm = dict(zip(problem.place_ids, problem.harm.sum(axis=1).tolist(), strict=True))
    most = max(hours.values())
    fills = [shade(hours[a] / most) if a in hours else NO_DATA for a in shapes.area_ids]
    tips = [
        f"{a} {n}\n{hours.get(a, 0.0):.1f} hours a week\nharm {harm.get(a, 0.0):.1f} a week"
        for a, n in zip(shapes.area_ids, shapes.names, strict=True)
    ]
    deck = maps.areas_deck(shapes, fills, tips)
    shown.deck(deck, "Map of hours a week; the table beside it says the same.", f"map.{run.id}")
    st.caption(f"The darker the more hours, up to {most:.1f} a week; grey areas have none.")


def shade(share: float) -> str:
    """Return the colour of a share of the most, 0 to 1."""
    return SEQUENCE[min(len(SEQUENCE) - 1, int(share * len(SEQUENCE)))]

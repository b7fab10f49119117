"""A containment plan on a map: posts by number, the units that hold them, and the streets still open inside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.errors import OptimiserError
from optimiser.problems.containment import ContainmentPlan, ContainmentProblem
from optimiser.problems.containment.measures import arrivals
from optimiser.problems.containment.rules import reached
from optimiser.report.map_containment import INSIDE, POST, SUSPECT, UNIT
from optimiser.solve.result import Result
from optimiser.units import clock
from optimiser_apps import maps, sources
from optimiser_apps.components import shown


def post_rows(problem: ContainmentProblem, plan: ContainmentPlan) -> pd.DataFrame:
    """Return posts in the order of their numbers: who, where, when, and how long before the suspect can be there."""
    there = arrivals(problem, plan)
    unit_at = {place: unit for unit, place in plan.post_of.items()}
    column = {c: k for k, c in enumerate(problem.place_ids)}
    order = sorted(there, key=lambda c: (there[c], c))
    earliest = problem.earliest_s
    rows = []
    for k, place in enumerate(order, start=1):
        spare = float(earliest[column[place]]) - there[place]
        rows.append(
            {
                "post": k,
                "unit": unit_at[place],
                "there after": clock(there[place]),
                "in hand": clock(spare) if np.isfinite(spare) else "",
                "place": place,
            }
        )
    return pd.DataFrame(rows)


def draw(project: Project, run: Run, result: Result[Any], plan: ContainmentPlan) -> None:
    """Draw the posts."""
    problem: ContainmentProblem = sources.problem(run)
    rows = post_rows(problem, plan)
    left, right = st.columns([3, 2])
    with left:
        _map(project, run, problem, plan, rows)
    with right:
        st.markdown("**Posts, the earliest first**")
        shown.table(rows, text="Posts with unit, place and time.")
        st.caption("In hand: how long the unit is there before the suspect can be.")


def _map(
    project: Project, run: Run, problem: ContainmentProblem, plan: ContainmentPlan, rows: pd.DataFrame
) -> None:
    try:
        scene = sources.question(project, "containment", run.request["scenario"]).scene
    except OptimiserError:
        scene = None
    if (
        scene is None
        or scene.problem.place_ids != problem.place_ids
        or scene.problem.unit_ids != problem.unit_ids
    ):
        st.info("The data of the project has changed since this run, so its places cannot be drawn any more.")
        return
    shapes = sources.shapes(project)
    column = {c: k for k, c in enumerate(problem.place_ids)}
    row = {u: k for k, u in enumerate(problem.unit_ids)}
    posts, units, lines = [], [], []
    for k, unit, place in zip(rows["post"], rows["unit"], rows["place"], strict=True):
        end, start = scene.place_xy_m[column[place]], scene.unit_xy_m[row[unit]]
        lines.append(shapes.lonlat(np.array([start, end])))
        posts.append({"position": lines[-1][1], "tip": f"Post {k}: {unit} at {place}", "name": str(k)})
        units.append({"position": lines[-1][0], "tip": f"Unit {unit}, goes to post {k}", "name": unit})
    ways = _inside(problem, plan)
    open_ = [shapes.lonlat(scene.place_xy_m[list(pair)]) for pair in ways]
    suspect = []
    if scene.suspect_xy_m is not None:
        (at,) = shapes.lonlat(np.array([scene.suspect_xy_m]))
        suspect = [{"position": at, "tip": "Last seen here", "name": "last seen"}]
    deck = maps.posts_and_ways_deck(
        shapes,
        {"inside": (INSIDE, 2.5, open_), "to posts": (UNIT, 1.5, lines)},
        {"units": (UNIT, 5, units), "posts": (POST, 9, posts), "suspect": (SUSPECT, 8, suspect)},
        named=("posts", "suspect"),
    )
    shown.deck(
        deck, "Map of posts, units and what stays open inside; the table says the same.", f"map.{run.id}"
    )
    st.caption(
        "Blue: posts, by number. Grey: the units that hold them and, thin, where each goes (not its road). Dark red: "
        "where the suspect was last seen. Red: streets that can still be reached inside."
    )


def _inside(problem: ContainmentProblem, plan: ContainmentPlan) -> list[tuple[int, int]]:
    """Return the street pieces that the suspect can still drive, as pairs of places."""
    inside = np.isin(problem.place_ids, sorted(reached(problem, plan)))
    held = np.isin(problem.place_ids, sorted(plan.held()))
    open_ = inside & ~(held & ~problem.start)
    if not len(problem.edges):
        return []
    return [(int(a), int(b)) for a, b in problem.edges[open_[problem.edges[:, 0]]]]

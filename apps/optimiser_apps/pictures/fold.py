"""A fold table as the sergeant's page: read down to the number of cars; a box is one car."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.problems.fold import FoldPlan, FoldProblem
from optimiser.problems.fold.measures import shares
from optimiser.report.colours import FILLS, NO_DATA
from optimiser.report.fold_page import beat_order
from optimiser.report.words import escaped
from optimiser.solve.result import Result
from optimiser.units import percent_text
from optimiser_apps import maps, sources
from optimiser_apps.colouring import district_colours
from optimiser_apps.components import shown

_STYLE = """<style>
.fold {border-collapse: separate; border-spacing: 3px; width: 100%; table-layout: fixed; font-size: 0.8rem;}
.fold td, .fold th {padding: 4px 2px; text-align: center; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; border-radius: 4px; border: 1px solid #C9CFD6; color: #1F2933;}
.fold th, .fold td.n, .fold td.o {border: none;}
.fold td.n {font-weight: 700; font-size: 1rem;}
.fold td.o {color: #66707A;}
.fold td.j {border-color: #1F2933;}
.fold col.n {width: 3.2rem;} .fold col.o {width: 4.6rem;}
</style>"""
BEAT_PX, LETTERS = 46, 6
"""Room of one beat on the page, and the letters that fit it."""
MOST_DOWN = 18


def page_html(problem: FoldProblem, plan: FoldPlan) -> str:
    """Return the table as HTML, text of the data escaped; a car's box spans the beats it takes."""
    order = beat_order(problem, plan)
    at = {b: k for k, b in enumerate(order)}
    number = {b: k for k, b in enumerate(problem.beat_ids)}
    width = f"width:max(100%, {BEAT_PX * len(order) + 200}px)"
    lines = [
        _STYLE,
        f'<div style="overflow-x:auto"><table class="fold" style="{width}"><colgroup><col class="n"/>',
        f'<col class="o"/><col class="o"/><col span="{len(order)}"/></colgroup>',
        f'<tr><th>cars</th><th>busiest</th><th>idlest</th><th colspan="{len(order)}">who takes which beats</th></tr>',
    ]
    for cars in sorted(plan.groups_at, reverse=True):
        groups = sorted(plan.groups_at[cars], key=lambda g: min(at[b] for b in g))
        off = [cars * s - 1 for s in shares(problem, tuple(groups))]
        row = [f'<td class="n">{cars}</td>']
        row += [f'<td class="o">{percent_text(v, 0, signed=True)}</td>' for v in (max(off), min(off))]
        for group in groups:
            mine = sorted(group, key=at.__getitem__)
            told = " + ".join(mine)
            fill = FILLS[min(number[b] for b in group) % len(FILLS)] if len(group) > 1 else "#FFFFFF"
            face = told if len(told) <= LETTERS * len(mine) else f"{mine[0]} … {mine[-1]}"
            kind = ' class="j"' if len(group) > 1 else ""
            row.append(
                f'<td{kind} colspan="{len(group)}" style="background:{fill}" title="{_safe(told)}">{_safe(face)}</td>'
            )
        lines.append(f"<tr>{''.join(row)}</tr>")
    lines.append("</table></div>")
    return "".join(lines)


def _safe(text: str) -> str:
    for mark, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(mark, safe)
    return text


def car_rows(problem: FoldProblem, plan: FoldPlan, cars: int) -> pd.DataFrame:
    """Return what each car takes with so many cars: number, beats, share of the work and against the even share."""
    groups = plan.groups_at[cars]
    return pd.DataFrame(
        [
            {
                "car": k,
                "beats": " + ".join(group),
                "share of work": share,
                "above even share": cars * share - 1,
            }
            for k, (group, share) in enumerate(zip(groups, shares(problem, groups), strict=True), start=1)
        ]
    )


def draw(project: Project, run: Run, result: Result[Any], plan: FoldPlan) -> None:
    """Draw the fold table: one number of cars on the map and as a list, then the whole page."""
    problem: FoldProblem = sources.problem(run)
    beat_of = dict(
        zip(project.areas["area_id"].astype(str), project.areas["beat_id"].astype(str), strict=True)
    )
    show(project, problem, plan, beat_of, run.id)


def show(
    project: Project, problem: FoldProblem, plan: FoldPlan, beat_of: Mapping[str, str], key: str
) -> None:
    """Show a fold table: with one number of cars on the map (``beat_of`` each area) and as a list, then the page."""
    part = problem.params.part_name
    numbers = sorted(plan.groups_at)
    if len(numbers) > 1:
        start = numbers[len(numbers) * 2 // 3]
        cars = st.select_slider("Cars on duty", numbers, value=start, key=f"cars.{key}")
        _one(project, problem, plan, int(cars), beat_of, key)
    st.markdown(f"**The sergeant's page{': ' + escaped(part) if part else ''}**")
    with st.container(border=True, height=640 if len(numbers) > MOST_DOWN else "content"):
        st.html(page_html(problem, plan))
    st.caption(
        "Go down to the number of cars on duty: each box is one car and names its beats. Beats joined once stay "
        "together. Busiest and idlest: against the even share of the work."
    )


def _one(
    project: Project, problem: FoldProblem, plan: FoldPlan, cars: int, beat_of: Mapping[str, str], key: str
) -> None:
    rows = car_rows(problem, plan, cars)
    left, right = st.columns([5, 4])
    car_of = {b: str(k + 1) for b, k in plan.cars_of(cars).items()}
    if set(problem.beat_ids) <= set(beat_of.values()):
        with left:
            shapes = sources.shapes(project)
            names = sorted(set(car_of.values()), key=int)
            colours = district_colours(problem.beat_ids, problem.edges, car_of, names)
            group = [car_of.get(beat_of.get(a, ""), "") for a in shapes.area_ids]
            tips = [
                f"Beat {beat_of.get(a) or 'none'}\nCar {car or 'none'}"
                for a, car in zip(shapes.area_ids, group, strict=True)
            ]
            fills = [colours.get(g, NO_DATA) for g in group]
            deck = maps.areas_deck(shapes, fills, tips, group=group, width_px=maps.WIDTH_PX * 0.9)
            shown.deck(
                deck, f"Map of the beats of each of {cars} cars; the list says the same.", f"map.{key}.{cars}"
            )
    with right:
        st.markdown(f"**Who takes what with {cars} cars**")
        shown.table(shown.as_percent(rows), height=maps.HEIGHT_PX - 40, text="Beats and work of each car.")

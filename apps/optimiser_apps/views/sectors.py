"""Sectors: which areas form a district, on a map coloured by district and beside the plan in use."""

from __future__ import annotations

from typing import Any

import streamlit as st

from optimiser.batch.store import Run
from optimiser.data.project import Project
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.report.colours import NO_DATA
from optimiser.report.words import escaped
from optimiser.solve.result import Result
from optimiser_apps import charts, comparing, maps, sources, table_sectors, today
from optimiser_apps.colouring import district_colours
from optimiser_apps.components import kpis, shown
from optimiser_apps.components.question import question

INTRO = (
    "Which areas should form a district, so that work is shared fairly and help is near? Say how many districts, "
    "what matters most and how far the shares may differ; the rest has defaults. The search shows its best plan and "
    "how much better any plan could be, and may be stopped at any time."
)


@shown.page
def page() -> None:
    """Show the page."""
    question("sectors", "Sectors", INTRO, "New districts", _show)


def _show(project: Project, run: Run, result: Result[Any], plan: SectorsPlan) -> None:
    problem: SectorsProblem = sources.problem(run)
    now = today.plan_in_use(project, problem)
    kpis.kpi_row("sectors", result.measures, now.measures if now else (), now.name.lower() if now else "")
    names = list(problem.params.district_ids)
    colours = district_colours(problem.area_ids, problem.edges, plan.district_of, names)
    left, right = st.columns([3, 2])
    with left:
        _map(project, problem, plan, colours, run.id)
    with right:
        _bars(problem, plan, colours)
    rows = table_sectors.districts(problem, plan, result.measures)
    shown.table(rows, text="Districts with their areas, work, cover and drive.")
    if now is not None:
        _moved(project, problem, now, plan, run.id)


def _map(
    project: Project, problem: SectorsProblem, plan: SectorsPlan, colours: dict[str, str], run_id: str
) -> None:
    shapes = sources.shapes(project)
    calls = dict(zip(problem.area_ids, problem.calls.tolist(), strict=True))
    group = [plan.district_of.get(a, "") for a in shapes.area_ids]
    deck = maps.areas_deck(
        shapes,
        [colours.get(d, NO_DATA) for d in group],
        [
            f"{a} {n}\n{problem.params.called.capitalize()} {d or 'none'}\n{calls.get(a, 0):.1f} calls a week"
            for a, n, d in zip(shapes.area_ids, shapes.names, group, strict=True)
        ],
        group=group,
        points=maps.centre_points(project, shapes, problem, plan),
        width_px=maps.BESIDE_PX,
    )
    shown.deck(
        deck,
        f"Map of the areas coloured by their new {problem.params.called}; the table below says the same.",
        f"map.{run_id}",
    )
    st.caption("Colours tell neighbours apart; dots are the centres. The same colours stand in the bars.")


def _bars(problem: SectorsProblem, plan: SectorsPlan, colours: dict[str, str]) -> None:
    kind = next(iter(problem.params.balance_frac), problem.balance_names[0])
    work, target = table_sectors.work_of(problem, plan, kind)
    st.markdown(f"**{kind.capitalize()} a week of each {problem.params.called}**")
    window = problem.params.balance_frac.get(kind)
    figure = charts.district_bars(work, target, window, colours, f"{kind} a week")
    shown.chart(
        figure, f"Bars of {kind} a week by {problem.params.called} with the target share and its window."
    )
    st.caption(
        "Red tick: the target share; red line: the window allowed; the number: the difference from the target."
    )


def _moved(
    project: Project, problem: SectorsProblem, now: today.InUse, plan: SectorsPlan, run_id: str
) -> None:
    moved, partner = comparing.moves(problem, now.plan, plan)
    st.markdown(f"**What moves against the {escaped(now.name.lower())}**")
    st.markdown(comparing.moved_words(problem, moved))
    renamed = [f"{new} takes the place of {old}" for new, old in partner.items() if new != old]
    shapes = sources.shapes(project)
    name_of = dict(zip(shapes.area_ids, shapes.names, strict=True))
    with st.expander(f"The {len(moved)} areas that move, the busiest first", icon=":material/swap_horiz:"):
        rows = table_sectors.moved_areas(problem, name_of, moved)
        shown.table(rows, text="Areas that change hands, with their old and new district.")
        if renamed:
            shown.sentences(
                [
                    f"{problem.params.called.capitalize()}s are matched by largest overlap: {'; '.join(renamed)}."
                ]
            )
        st.download_button(
            "Moved areas (CSV)",
            rows.to_csv(index=False),
            f"{run_id}-moved.csv",
            "text/csv",
            on_click="ignore",
        )

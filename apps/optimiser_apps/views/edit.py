"""Edit: a plan under the planner's own hand; every move is judged before it is made, and can be taken back."""

from __future__ import annotations

import streamlit as st

from optimiser.data.project import Project
from optimiser.problems.sectors.moves import Moves
from optimiser.report.colours import NO_DATA
from optimiser.report.phrases import count
from optimiser.report.words import escaped
from optimiser_apps import editing, maps, sources, table_sectors
from optimiser_apps.colouring import district_colours
from optimiser_apps.components import edit_finish, kpis, shown
from optimiser_apps.editing import Base, Move

INTRO = (
    "Choose areas on the map or by name, say which district they go to, and see at once what that does: to the figures "
    "of the plan and to every rule. Nothing is changed until you say so, and every move can be taken back."
)
TOLERANCE_PCT = 5.0


@shown.page
def page() -> None:
    """Show the page."""
    project = sources.project()
    st.title("Edit a plan")
    st.markdown(INTRO)
    there = editing.starts(project, sources.store())
    if not there:
        st.info(
            "There is no plan to edit yet: give the areas a district, or solve a question on the page Sectors."
        )
        return
    left, right = st.columns([3, 1])
    name = left.selectbox("Start from", list(there), format_func=there.__getitem__, key="edit.start")
    tolerance = right.number_input(
        "Fair share kept within (%)", 0.5, 100.0, TOLERANCE_PCT, key="edit.tolerance"
    )
    start = sources.edited(project, name, tolerance)
    st.caption(start.rules_said)
    moves: list[Move] = st.session_state.setdefault(f"edit.moves.{name}", [])
    hand = editing.replayed(start, moves)
    original = editing.replayed(start, ())
    kpis.kpi_row("sectors", hand.measures, original.measures, f"{there[name]}, as it was")
    on_map, beside = st.columns([3, 2])
    with on_map:
        picked = _map(project, start, hand, f"{name}.{len(moves)}")
    with beside:
        _move(project, start, hand, moves, picked, f"{name}.{len(moves)}")
    _rules(hand)
    rows = table_sectors.districts(start.problem, hand.plan, hand.measures)
    shown.table(rows, text="Districts with their areas, work, cover and drive.")
    st.divider()
    edit_finish.show(project, start, hand)


def _map(project: Project, start: Base, hand: Moves, key: str) -> list[str]:
    """Show the plan and return the areas picked on the map."""
    shapes = sources.shapes(project)
    problem, plan = start.problem, hand.plan
    colours = district_colours(
        problem.area_ids, problem.edges, plan.district_of, list(problem.params.district_ids)
    )
    group = [plan.district_of.get(a, "") for a in shapes.area_ids]
    tips = [
        f"{a} {n}\nDistrict {d or 'none'}"
        for a, n, d in zip(shapes.area_ids, shapes.names, group, strict=True)
    ]
    deck = maps.areas_deck(
        shapes,
        [colours.get(d, NO_DATA) for d in group],
        tips,
        group=group,
        points=maps.centre_points(project, shapes, problem, plan),
        ids=shapes.area_ids,
        width_px=maps.BESIDE_PX,
    )
    text = "Map of the areas by district; click areas to choose them, or name them beside it."
    event = shown.picking(deck, text, f"edit.map.{key}")
    st.caption("Click an area to choose it, again to leave it out; several may be chosen.")
    return list(dict.fromkeys(str(o["area"]) for o in event.get("areas", ()) if "area" in o))


def _move(project: Project, start: Base, hand: Moves, moves: list[Move], picked: list[str], key: str) -> None:
    """Show what the move asked for would do, and make it on request."""
    shapes = sources.shapes(project)
    name_of = dict(zip(shapes.area_ids, shapes.names, strict=True))
    named = st.multiselect(
        "Areas",
        start.problem.area_ids,
        default=[],
        format_func=lambda a: f"{a} {name_of.get(a, '')} · {hand.plan.district_of.get(a, 'none')}",
        key=f"edit.areas.{key}",
        placeholder="chosen on the map, or by name here",
    )
    areas = tuple(dict.fromkeys([*picked, *named]))
    district = st.selectbox("Go to district", start.problem.params.district_ids, key=f"edit.to.{key}")
    if areas:
        effect = hand.preview(areas, str(district))
        st.markdown(f"**{', '.join(escaped(a) for a in areas[:8])} to {escaped(str(district))}**")
        for word, violations in (("Breaks", effect.broken), ("Mends", effect.mended)):
            if violations:
                st.markdown(f"{word}: {escaped(table_sectors.broken_words(violations))}")
        if not effect.broken:
            st.caption("It breaks no rule that held before.")
        shown.table(editing.effect_rows(effect), digits=2, height=260, text="Figures that the move changes.")
    do, undo, over = st.columns(3)
    if do.button("Move", type="primary", disabled=not areas, width="stretch", key="edit.do"):
        moves.append((areas, str(district)))
        st.rerun()
    if undo.button("Take back", disabled=not moves, width="stretch", key="edit.undo"):
        moves.pop()
        st.rerun()
    if over.button("Start over", disabled=not moves, width="stretch", key="edit.over"):
        moves.clear()
        st.rerun()
    if moves:
        last = f"{', '.join(moves[-1][0][:6])} to {moves[-1][1]}"
        st.caption(f"{count(len(moves), 'move')} made; the last: {escaped(last)}.")


def _rules(hand: Moves) -> None:
    broken = hand.violations
    if not broken:
        st.success("Every rule holds.")
        return
    with st.expander(f"{count(len(broken), 'fault')} now", icon=":material/rule:", expanded=True):
        shown.table(
            editing.broken_rows(broken), text="Rules that the plan breaks, with where and by how much."
        )

"""Beats within the districts of a plan: what is asked, the map of what was found, and how it is kept as a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from optimiser.batch import studies
from optimiser.batch.studies import Answer, Study
from optimiser.batch.study_ledger import sector_of
from optimiser.data.project import Project
from optimiser.report.colours import NO_DATA
from optimiser.solve.options import SolveOptions
from optimiser.studies.nesting import USUAL, nesting
from optimiser.units import seconds_from_minutes
from optimiser_apps import charts_nest, forms, maps, sources
from optimiser_apps.colouring import district_colours
from optimiser_apps.components import keeping, shown
from optimiser_apps.components.longest import longest_s
from optimiser_apps.components.study_ledger import sectors_of
from optimiser_apps.fields import question_fields
from optimiser_apps.studying import Kind

EACH_MIN, ALL_MIN = 0.5, 20.0
USUAL_A_DISTRICT = 4
_ASKED = {
    "objective": "What to aim for",
    "tolerance_pct": "Work of a beat within so much of a fair share (%)",
    "part_tolerance_pct": "The same for each of day, evening and night (%; 0: no such rule)",
    "longest_drive_min": "Longest drive from a beat's centre to its areas (minutes; 0: none)",
}
"""Choices of the question of sectors that are asked for, in words of beats."""
_NOT_OF_BEATS = ("least change",)
"""Aims that need beats of today."""


def ask(project: Project, kind: Kind) -> studies.Study | None:
    """Show what is asked; return the study once it is asked for, else None.

    Raises
    ------
    InputError
        If what is asked cannot be: told before the study starts.
    """
    plans = sectors_of(project)
    if not plans:
        st.info(
            "There is no plan of districts yet. Solve the question Sectors first, then fill its districts."
        )
        return None
    left, right = st.columns(2)
    plan = left.selectbox("Whose districts", list(plans), format_func=plans.__getitem__, key="why.nest.plan")
    beats = right.number_input(
        "How many beats in all", value=_usual(project), min_value=1, max_value=10_000, key="why.nest.beats"
    )
    choices = _choices()
    each_s = longest_s("Longest time of each district", EACH_MIN, "why.nest.each")
    if not st.button("Start the study", type="primary", key="why.start.nest"):
        return None
    placed = {a: d for a, d in sector_of(project, plan).items() if d}
    nesting(project, placed, int(beats), choices, "this form")
    asked = studies.Asked(
        kind.name,
        "sectors",
        f"{int(beats)} beats in {plans[plan][:1].lower()}{plans[plan][1:]}",
        choices,
        "",
        SolveOptions(time_limit_s=each_s),
        seconds_from_minutes(ALL_MIN),
        {"plan": plan, "beats": int(beats)},
    )
    return studies.create(project.folder, asked, sources.stamp(project))


def _choices() -> dict[str, Any]:
    """Ask for aim and rules of the beats; return them as a scenario would say them."""
    fields = {f.name: f for f in question_fields("sectors")}
    columns = [column for _ in range(0, len(_ASKED), 2) for column in st.columns(2)]
    found = {}
    for (name, label), column in zip(_ASKED.items(), columns, strict=True):
        field = replace(
            fields[name],
            label=label,
            default=USUAL.get(name, fields[name].default),
            options=tuple(o for o in fields[name].options if o not in _NOT_OF_BEATS),
        )
        with column:
            found[name] = forms.value_of(field, forms.widget(field, f"why.nest.{name}"))
    return found


def _usual(project: Project) -> int:
    names = {str(d) for d in project.areas["district_id"] if d} if "district_id" in project.areas else set()
    return USUAL_A_DISTRICT * max(1, len(names))


def show(project: Project, study: Study, found: Answer) -> None:
    """Show the beats as a map, their work, and offer to keep them as a plan of both levels."""
    beat_of, district_of = found.drawn["beat_of"], found.drawn["district_of"]
    shapes = sources.shapes(project)
    group = [beat_of.get(a, "") for a in shapes.area_ids]
    ids = [str(a) for a in project.areas["area_id"]]
    colours = district_colours(ids, project.graph.edges, beat_of, sorted(set(beat_of.values())))
    tips = [
        f"{a}\nBeat {beat_of.get(a, 'none')}, district {district_of.get(a, 'none')}" for a in shapes.area_ids
    ]
    left, right = st.columns(2)
    with left:
        st.markdown("**The beats**")
        deck = maps.areas_deck(
            shapes,
            [colours.get(b, NO_DATA) for b in group],
            tips,
            group=group,
            width_px=maps.HALF_PX,
        )
        shown.deck(deck, "Map of the beats of every district.", f"nest.{study.id}")
    with right:
        st.markdown("**Work of each beat beside a fair share of its district's**")
        shown.chart(charts_nest.beats(found.drawn["beats"]), "Work of each beat in percent of a fair share.")
        st.caption("Black line: a fair share.")
    name_, button = st.columns([3, 1], vertical_alignment="bottom")
    name = name_.text_input("Keep it as a plan named", "beats", key=f"nest.name.{study.id}", max_chars=60)
    if button.button(
        "Keep this plan", disabled=not name.strip(), width="stretch", key=f"nest.keep.{study.id}"
    ):
        keeping.keep(project, name.strip(), district_of, beat_of)

"""Changes by hand of tables for dispatch: forms that judge a change before it is kept, and the list to take back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from optimiser.batch.studies import Study
from optimiser.batch.tables_hand import HAND_FOLDER, ByHand, changed
from optimiser.batch.tables_made import Made
from optimiser.batch.tables_write import plain_name
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.report.phrases import count
from optimiser.report.words import escaped
from optimiser.studies.fold_edits import FoldEdit, movable, with_its_car
from optimiser.studies.fold_tables import FoldTable
from optimiser.studies.nearest import NearestEdit
from optimiser.studies.street_sides import SIDES, Repair
from optimiser_apps import tabling
from optimiser_apps.components import shown

WHY = "Why (a colleague will ask)"
BOTH = "both"


def nearest(project: Project, study: Study, made: Made, hand: ByHand, part: str) -> None:
    """Show the form that puts a beat on a place of another's nearest beats."""
    assert made.nearest is not None
    beats = made.beats.beat_ids
    with st.expander("Change an entry by hand", icon=":material/edit:"):
        one, two, three = st.columns(3)
        beat = one.selectbox("Beat", beats, key=f"tables.near.beat.{study.id}")
        n_places = min(made.nearest.places, len(beats) - 1)
        place = two.number_input("Place", 1, n_places, 1, key=f"tables.near.place.{study.id}")
        others = [b for b in beats if b != beat]
        other = three.selectbox("goes to beat", others, key=f"tables.near.other.{study.id}")
        why = st.text_input(
            WHY, key=f"tables.near.why.{study.id}.{len(tabling.entries(hand))}", max_chars=200
        )
        if st.button("Change it", key=f"tables.near.do.{study.id}"):
            _keep(project, study, hand, (NearestEdit(part, beat, int(place), other, why.strip()),))


def folds(project: Project, study: Study, made: Made, hand: ByHand, table: FoldTable) -> None:
    """Show the form that puts a beat with another car."""
    below = [k for k in sorted(table.plan.groups_at) if k < len(table.problem.beat_ids)]
    if not below:
        return
    key = f"{study.id}.{table.district}.{table.part}"
    with st.expander("Change this table by hand", icon=":material/edit:"):
        one, two, three = st.columns(3)
        cars = one.selectbox("With so many cars", below, index=len(below) - 1, key=f"tables.fold.cars.{key}")
        beat = two.selectbox("beat", movable(table, cars), key=f"tables.fold.beat.{key}.{cars}")
        car_of = table.plan.cars_of(cars)
        others = [b for b in table.problem.beat_ids if car_of[b] != car_of[beat]]
        joins = three.selectbox("goes with the car of", others, key=f"tables.fold.joins.{key}.{beat}.{cars}")
        along = st.checkbox(
            "Those that share its car with one car more go along, and with fewer cars too",
            value=True,
            key=f"tables.fold.along.{key}",
            help="Without this a change is of one number of cars alone: beats once joined must stay together, so that "
            "further changes are needed",
        )
        why = st.text_input(WHY, key=f"tables.fold.why.{key}.{len(tabling.entries(hand))}", max_chars=200)
        if st.button("Change it", key=f"tables.fold.do.{key}"):
            edit = FoldEdit(table.part, int(cars), beat, str(joins), why.strip())
            _keep(project, study, hand, with_its_car(made.folds, edit) if along else (edit,))


def labels(project: Project, study: Study, made: Made, hand: ByHand) -> None:
    """Show the form that says in which area a side of a street lies."""
    with st.expander("Repair a label by hand", icon=":material/edit:"):
        one, two, three = st.columns(3)
        segment = one.text_input("Segment or piece", key=f"tables.label.segment.{study.id}")
        side = two.selectbox("Side", [*SIDES, BOTH], key=f"tables.label.side.{study.id}")
        area = three.selectbox(
            "lies in area",
            ["", *made.beats.area_ids],
            format_func=lambda a: a or "none",
            key=f"tables.label.area.{study.id}",
        )
        why = st.text_input(
            WHY, key=f"tables.label.why.{study.id}.{len(tabling.entries(hand))}", max_chars=200
        )
        if st.button("Repair it", key=f"tables.label.do.{study.id}"):
            _keep(project, study, hand, (Repair(segment.strip(), side, area, why.strip()),))


def _keep(
    project: Project, study: Study, hand: ByHand, edits: Sequence[NearestEdit | FoldEdit | Repair]
) -> None:
    """Keep changes that can be done; say why others cannot."""
    if not edits:
        st.info("They share a car there already.")
        return
    if not all(e.reason for e in edits):
        st.warning("Say why: a colleague will ask.")
        return
    more = tabling.added(hand, edits)
    try:
        changed(tabling.computed(study), more)
    except InputError as error:
        shown.fault(error)
        return
    tabling.keep_by_hand(project, str(study.asked.given["plan"]), more)
    st.rerun()


def changes(project: Project, plan: str, hand: ByHand) -> None:
    """List what was changed by hand, each to be taken back."""
    there = tabling.entries(hand)
    if not there:
        return
    with st.expander(f"{count(len(there), 'change')} by hand", icon=":material/history:", expanded=True):
        for k, entry in enumerate(there):
            words, button = st.columns([3, 1], vertical_alignment="center")
            name = tabling.WORDS[entry.table]
            words.markdown(f"**{name}**, {escaped(entry.words)}  \n{escaped(entry.reason)}")
            if button.button("Take back", key=f"tables.back.{k}", width="stretch"):
                tabling.keep_by_hand(project, plan, entry.without)
                st.rerun()
        st.caption(
            f"Kept in {escaped(f'{HAND_FOLDER}/{plain_name(plan)}')} in the project folder; the command line reads the "
            "same."
        )

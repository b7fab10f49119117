"""Tables for dispatch on the screen: each as it is read, what was changed by hand in it, and the files to take away."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from optimiser.batch import study_runner
from optimiser.batch.studies import Study
from optimiser.batch.tables_hand import ByHand, broken
from optimiser.batch.tables_made import Made
from optimiser.batch.tables_write import plain_name
from optimiser.data.project import Project
from optimiser.errors import InputError
from optimiser.report.phrases import count
from optimiser.report.words import escaped
from optimiser_apps import tabling, tabling_files
from optimiser_apps.components import shown, tables_by_hand
from optimiser_apps.pictures import fold

SHOWN = "tables.shown"


def show(project: Project, study: Study) -> None:
    """Show the tables of a study that is done, with what was changed by hand."""
    plan = str(study.asked.given["plan"])
    hand = tabling.kept_by_hand(project, plan)
    computed = tabling.computed(study)
    try:
        made = tabling.by_hand(study, hand)
    except InputError as error:
        shown.fault(error)
        st.warning("The tables are shown as they were computed: take back below what does not fit them.")
        made = computed
    _said(made)
    _go_on(study, made)
    there = [t for t in tabling.WORDS if t in made.rows()]
    if there:
        table = st.segmented_control(
            "Which table",
            there,
            default=there[0],
            format_func=tabling.WORDS.__getitem__,
            key=f"{SHOWN}.{study.id}",
            label_visibility="collapsed",
        )
        table = table or there[0]
        {"nearest": _nearest, "folds": _folds}.get(table, _rows)(project, study, made, hand, table)
    tables_by_hand.changes(project, plan, hand)
    _take_away(project, made, hand, plan)


def _said(made: Made) -> None:
    """Say what was made, and every rule that a hand has broken."""
    with st.container(border=True):
        st.markdown("**What was made**")
        shown.sentences(made.in_words())
    faults = tabling.broken_words(broken(made))
    if faults:
        st.error("  \n".join(escaped(f) for f in faults))


def _go_on(study: Study, made: Made) -> None:
    """Offer to look for fold tables that were asked for and are not there; what was solved is remembered."""
    if "folds" not in made.what or made.folds:
        return
    if st.button("Look for the fold tables again", key=f"tables.again.{study.id}"):
        study.reset()
        study_runner.start(study)
        st.rerun()


def _nearest(project: Project, study: Study, made: Made, hand: ByHand, table: str) -> None:
    assert made.times is not None
    districts = [d for d in made.beats.districts if d]
    left, right = st.columns(2)
    part = left.selectbox("Part of the day", made.times.part_names, key=f"tables.near.part.{study.id}")
    district = ""
    if len(districts) > 1:
        district = right.selectbox(
            "District",
            ["", *districts],
            format_func=lambda d: d or "all districts",
            key=f"tables.near.district.{study.id}",
        )
    rows = tabling.nearest_rows(made, part, district)
    st.markdown(f"**Nearest beats, {escaped(part)}** (minutes of the drive to its calls)")
    shown.table(
        rows, height=min(460, 38 + 35 * len(rows)), text="Nearest beats of every beat, nearest first."
    )
    tables_by_hand.nearest(project, study, made, hand, part)


def _folds(project: Project, study: Study, made: Made, hand: ByHand, table: str) -> None:
    districts, parts = tabling.fold_names(made)
    left, right = st.columns(2)
    part = left.selectbox("Part of the day", parts, key=f"tables.fold.part.{study.id}")
    district = districts[0]
    if len(districts) > 1:
        district = right.selectbox("District", districts, key=f"tables.fold.district.{study.id}")
    found = tabling.fold_of(made, district, part)
    by_hand = f"{count(found.by_hand, 'row')} changed by hand; " if found.by_hand else ""
    words = f"{by_hand}{found.result.objectives[0].in_words()}."
    st.caption(escaped(words[:1].upper() + words[1:]))
    beat_of = dict(
        zip(made.beats.area_ids, (made.beats.beat_ids[b] for b in made.beats.beat_of), strict=True)
    )
    fold.show(project, found.problem, found.plan, beat_of, f"{study.id}.{district}.{part}")
    tables_by_hand.folds(project, study, made, hand, found)


def _rows(project: Project, study: Study, made: Made, hand: ByHand, table: str) -> None:
    rows = tabling.table_rows(made, table)
    if table == "labels":
        notes = sorted({n for n in rows["note"] if n})
        note = st.selectbox(
            "Which streets",
            ["", *notes],
            format_func=lambda n: n or "all",
            key=f"tables.labels.{study.id}",
        )
        rows = rows[rows["note"] == note] if note else rows
    st.markdown(f"**{tabling.WORDS[table]}: {count(len(rows), 'row')}**")
    shown.table(rows, height=460, text=f"{tabling.WORDS[table]}, row by row.")
    if table == "labels":
        tables_by_hand.labels(project, study, made, hand)


def _take_away(project: Project, made: Made, hand: ByHand, plan: str) -> None:
    """Offer all files in one, a workbook, and each text table, in the layout of the dispatch system if one is given."""
    st.markdown("**Take away**")
    buttons = st.container(horizontal=True)
    with st.expander("Layout of your dispatch system", icon=":material/view_column:"):
        given = st.file_uploader("Template of the text tables (TOML)", "toml", key="tables.template")
        st.caption(
            "Without one the text tables are comma-separated. A template says which columns each file has, how wide, "
            "in what letters; examples/cad_fixed.toml is one."
        )
    if given is not None:
        made = tabling_files.laid_out(made, given.name, given.getvalue())
    name, place = plain_name(plan), project.settings.name
    files: dict[str, tuple[str, bytes | Callable[[], bytes], str]] = {
        f"{name}-tables.zip": (
            "All files (ZIP)",
            lambda: tabling_files.zipped(made, hand, place),
            "application/zip",
        ),
        f"{name}-tables.xlsx": (
            "As a workbook (Excel)",
            lambda: tabling_files.workbook(made, hand),
            shown.XLSX,
        ),
    }
    for table, file, written in tabling_files.texts(made):
        files[file] = (f"{escaped(tabling.WORDS.get(table, table))} ({escaped(file)})", written, "text/plain")
    for file, (label, content, mime) in files.items():
        buttons.download_button(
            label, content, file, mime, key=f"tables.{file}", on_click="ignore", icon=":material/download:"
        )
    buttons.caption(
        "All files: the text tables, the sergeants' pages (PDF), the street layer, and what was changed by hand, as "
        "the command line reads it."
    )

"""What differs between plans of a question: areas that move, hours, arrivals, and who gains and who loses."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from optimiser.compare import Comparison
from optimiser.data.project import Project
from optimiser.report.colours import NO_DATA
from optimiser.report.words import escaped
from optimiser_apps import charts, comparing, maps, sources, table_sectors
from optimiser_apps.colouring import district_colours
from optimiser_apps.comparing import Entry
from optimiser_apps.components import residents_shown, shown


def sectors(project: Project, entries: tuple[Entry, ...], comparison: Comparison) -> dict[str, Any]:
    """Show what moves and whose drive changes; return the tables by sheet."""
    first, *others = comparison.judgements
    base = entries[0].problem
    shapes = sources.shapes(project)
    sheets: dict[str, Any] = {}
    _maps(shapes, base, comparison)
    for k, other in enumerate(others, start=1):
        st.subheader(f"{escaped(first.name)} → {escaped(other.name)}")
        moved, _ = comparing.moves(base, first.plan, other.plan)
        st.markdown(comparing.moved_words(base, moved))
        what = table_sectors.moved_areas(base, dict(zip(shapes.area_ids, shapes.names, strict=True)), moved)
        who = comparing.drive_changes(first, other, base)
        st.markdown(comparing.gain_words(who))
        left, right = st.columns(2)
        with left:
            st.markdown("**What moves**")
            shown.table(what, height=320, text="Areas that change hands.")
        with right:
            st.markdown("**Who gains and who loses**")
            shown.table(
                who.drop(columns="what changes"),
                height=320,
                text="Areas whose drive changes, the longest increase first.",
            )
            st.caption("Areas whose drive from the own centre changes by more than a minute.")
        sheets |= {f"What moves {k}": what, f"Who gains {k}": who}
        by_group = residents_shown.show(project, entries[0], first, entries[k], other)
        sheets |= {f"{name} {k}": rows for name, rows in by_group.items()}
    return sheets


def _maps(shapes: Any, base: Any, comparison: Comparison) -> None:
    """Show the first two plans, districts that take each other's place in the same colour."""
    first, second = comparison.judgements[:2]
    names = sorted(set(first.plan.district_of.values()))
    colours = district_colours(base.area_ids, base.edges, first.plan.district_of, names)
    _, partner = comparing.moves(base, first.plan, second.plan)
    for column, judged, renamed in zip(st.columns(2), (first, second), ({}, partner), strict=True):
        group = [judged.plan.district_of.get(a, "") for a in shapes.area_ids]
        own = district_colours(base.area_ids, base.edges, judged.plan.district_of, sorted(set(group)))
        fills = [colours.get(renamed.get(d, d)) or own.get(d, NO_DATA) for d in group]
        tips = [f"{a}\nDistrict {d or 'none'}" for a, d in zip(shapes.area_ids, group, strict=True)]
        with column:
            st.markdown(f"**{escaped(judged.name)}**")
            deck = maps.areas_deck(shapes, fills, tips, group=group, width_px=maps.HALF_PX)
            shown.deck(
                deck, f"Map of {judged.name}; the tables below say what differs.", f"compare.{judged.name}"
            )


def shifts(project: Project, entries: tuple[Entry, ...], comparison: Comparison) -> dict[str, Any]:
    """Show in which hours the plans differ; return the tables by sheet."""
    first, *others = comparison.judgements
    sheets: dict[str, Any] = {}
    shown.chart(
        charts.paired_bars(comparing.duty_by_hour(entries, comparison), "officers on duty"),
        "Officers by hour of the day.",
    )
    for k, (entry, other) in enumerate(zip(entries[1:], others, strict=True), start=1):
        _, problem = entries[0].problem, comparing.fitted("shifts", entries[0].problem, entry)[0]
        st.subheader(f"{escaped(first.name)} → {escaped(other.name)}")
        rows: pd.DataFrame = comparing.duty_changes(entries[0].problem, first, other, problem)
        shown.table(rows, height=320, text="Hours with more or fewer officers, those that lose first.")
        sheets[f"Hours {k}"] = rows
    return sheets


def assignment(project: Project, entries: tuple[Entry, ...], comparison: Comparison) -> dict[str, Any]:
    """Show who waits longer; return the tables by sheet."""
    first, *others = comparison.judgements
    sheets: dict[str, Any] = {}
    for k, other in enumerate(others, start=1):
        st.subheader(f"{escaped(first.name)} → {escaped(other.name)}")
        rows = comparing.first_arrivals(entries[0].problem, first, other)
        shown.table(rows, text="First arrival at each incident in both plans, those that wait longer first.")
        sheets[f"First arrivals {k}"] = rows
    return sheets


def standby(project: Project, entries: tuple[Entry, ...], comparison: Comparison) -> dict[str, Any]:
    """Show which posts come and go; return the tables by sheet."""
    first, *others = comparison.judgements
    sheets: dict[str, Any] = {}
    for k, other in enumerate(others, start=1):
        st.subheader(f"{escaped(first.name)} → {escaped(other.name)}")
        rows = comparing.posts_changed(first, other)
        shown.table(rows, text="Posts whose cars differ between the plans, by part of the day.")
        sheets[f"Posts {k}"] = rows
    return sheets

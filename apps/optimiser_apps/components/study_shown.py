"""The answer of a study: sentences, its picture, its tables as a workbook, and what to do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from optimiser.batch.studies import Answer, Study
from optimiser.data.project import Project
from optimiser.report.phrases import count
from optimiser.report.words import escaped
from optimiser_apps import charts_studies, charts_tradeoff
from optimiser_apps.components import budget_shown, ledger_shown, shown, study_maps, study_nest

MOST_SAID = 8
PICTURE_FIRST = ("budget", "ledger")
"""Studies that executives read: figures and pictures, then the words."""


def answer(project: Project, study: Study) -> None:
    """Show the answer of a study that is done."""
    found = study.answer()
    if found.complete:
        st.badge("Everything asked for was decided", color="green", icon=":material/verified:")
    else:
        st.badge("Some of it is still open", color="orange", icon=":material/hourglass_bottom:")
    for part in (_said, _drawn) if found.kind not in PICTURE_FIRST else (_drawn, _said):
        part(found, study.id)
    if found.kind in ("alternatives", "between"):
        study_maps.show(project, study, found)
    if found.kind == "nest" and found.drawn:
        study_nest.show(project, study, found)
    _tables(found)
    notes = [*found.said, *project.assumptions]
    made = {n: rows for n, rows in found.tables.items() if rows}
    if made:
        shown.workbook_button(
            "Study as a workbook (Excel)", f"{study.id}.xlsx", made, notes, f"book.{study.id}"
        )
    if found.n_solves:
        st.caption(
            f"{count(found.n_solves, 'solve')} in {found.seconds:,.0f} seconds; earlier ones were remembered."
        )


def _drawn(found: Answer, key: str) -> None:
    picture(found, key)


def _said(found: Answer, key: str) -> None:
    first = _first(found)
    with st.container(border=True):
        st.markdown("**What was found**")
        shown.sentences(found.said[:first])
    if len(found.said) > first:
        with st.expander(f"{len(found.said) - first} more findings", icon=":material/list:"):
            shown.sentences(found.said[first:])


def _first(found: Answer) -> int:
    """Return how many sentences are shown at once: of a ledger by sector those about all of them."""
    return int(found.drawn.get("lead") or MOST_SAID)


def picture(found: Answer, key: str, *, live: bool = False) -> None:
    """Draw what a study found; nothing where there is nothing to draw."""
    drawn = found.drawn
    if found.kind == "explain":
        _explain(drawn)
    elif found.kind == "price" and drawn.get("bars"):
        _price(drawn["bars"], key)
    elif found.kind == "frontier" and not live and _flat(drawn.get("points", ())):
        st.success("Loosening buys nothing: with every amount looked at the best plan found stays the same.")
    elif found.kind == "frontier" and drawn.get("points"):
        shown.chart(
            charts_studies.frontier(drawn),
            "Best plan at each amount of loosening, and what no plan can beat.",
        )
        st.caption(
            "Dots: best plans found. Shaded: where better ones could still lie; no plan can be beyond the dashed line."
        )
    elif found.kind == "between" and drawn.get("points"):
        _between(drawn, live=live)
    elif found.kind == "uncertainty" and drawn.get("bars"):
        _spreads(drawn["bars"], key)
    elif found.kind == "alternatives" and drawn.get("points") and not live:
        shown.chart(
            charts_studies.alternatives(drawn["points"]), "Alternatives by difference and by how much worse."
        )
        st.caption(
            f"Difference: {drawn.get('distance of', 'decisions')}. The line above a dot reaches to how far it may be "
            "from a best plan nobody has found."
        )
    elif found.kind == "levels" and any(s["value"] is not None for s in drawn.get("steps", ())):
        value, worth = charts_studies.levels(drawn)
        left, right = st.columns(2)
        with left:
            shown.chart(value, "Value of the best plan at each number, with the band of what could be.")
        with right:
            shown.chart(worth, "What one more is worth at each number, between what and what.")
        st.caption(
            "Shaded: where better plans could still lie. Black lines: what one more is proved to be worth."
        )
    elif found.kind == "budget" and drawn.get("points"):
        budget_shown.show(drawn)
    elif found.kind == "ledger" and drawn.get("parts"):
        ledger_shown.show(drawn, key, live=live)


def _between(drawn: Mapping[str, Any], *, live: bool) -> None:
    if not drawn["conflict"] and not live:
        st.success("One plan is best in every aim: none costs anything of another.")
        return
    shown.chart(
        charts_tradeoff.between(drawn),
        "Best plan of the first aim at each limit of the held one, and what no plan can beat.",
    )
    st.caption(
        "Dots: best plans found, each keeping the limit below it. Shaded: where better ones could still lie; no plan "
        "can be beyond the dashed line."
    )


def _spreads(bars: Sequence[Mapping[str, Any]], key: str) -> None:
    aims = list(dict.fromkeys(str(b["aim"]) for b in bars))
    chosen = (
        st.segmented_control("Aim", aims, default=aims[0], key=f"aim.{key}") if len(aims) > 1 else aims[0]
    )
    mine = [b for b in bars if b["aim"] == (chosen or aims[0])]
    shown.chart(
        charts_tradeoff.spreads(mine), "Each plan's figure over years made of the project's own weeks."
    )
    st.caption("Bar: nine in ten of the years drawn anew. Mark and number: the middle one.")


def _flat(points: Sequence[Mapping[str, Any]]) -> bool:
    """Is every point of a frontier the same plan's? Then there is no curve to draw."""
    return bool(points) and len({(p["line"], p["used"], p["value"]) for p in points}) == 1


def _explain(drawn: Mapping[str, Any]) -> None:
    if drawn.get("conflict"):
        st.markdown("**Rules that cannot hold together**")
        for rows in pd.DataFrame(drawn["conflict"]).groupby("conflict"):
            columns = st.columns(max(len(rows[1]), 2))
            for column, row in zip(columns, rows[1].to_dict("records"), strict=False):
                with column.container(border=True, height="stretch"):
                    st.markdown(f"**{escaped(str(row['rule'])).capitalize()}**")
                    st.caption(escaped(str(row["what it asks"])))
                    if row["where"]:
                        shown.sentences([str(row["where"])])
    if drawn.get("ways"):
        st.markdown("**The smallest ways out**")
        shown.chart(
            charts_studies.ways_out(drawn["ways"]), "How far each rule must be loosened for a plan to exist."
        )
        st.caption("Red: proved to be too little. Grey: not decided. Green mark: enough, a plan is at hand.")


def _price(bars: list[dict[str, Any]], key: str) -> None:
    aims = list(dict.fromkeys(b["aim"] for b in bars))
    worth = [a for a in aims if any(not b["nothing"] for b in bars if b["aim"] == a)]
    chosen = (worth or aims)[0]
    if len(aims) > 1:
        picked = st.segmented_control("Aim", aims, default=chosen, key=f"aim.{key}")
        chosen = picked or chosen
    mine = [b for b in bars if b["aim"] == chosen and not (b["dropped"] and b["nothing"])]
    if not any(not b["nothing"] for b in mine):
        st.success(f"No rule costs anything in {chosen}: proved.")
        return
    shown.chart(charts_studies.price_bars(mine), "What the best plan gains where a rule gives way.")
    st.caption("Full bar: gained for certain. Pale: may be gained. Dot: between the plans that were found.")


def _tables(found: Answer) -> None:
    made = {n: rows for n, rows in found.tables.items() if rows}
    if not made:
        return
    alone = found.kind in ("drift", "integrity")  # no picture says the same
    with st.expander(
        "As tables" if alone else "The same as tables", icon=":material/table_rows:", expanded=alone
    ):
        for tab, (name, rows) in zip(st.tabs(list(made)), made.items(), strict=True):
            with tab:
                shown.table(pd.DataFrame(rows), digits=2, text=f"{name}, as in the workbook.")

"""For the decision: finished plans side by side, the few figures a chief needs, who gains and who loses."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from optimiser import registry
from optimiser.compare import Comparison, Judgement
from optimiser.data.project import Project
from optimiser.problems.base import Family
from optimiser.report.colours import NO_DATA
from optimiser.report.phrases import aim, measures_by_name
from optimiser.report.words import escaped, proof_line
from optimiser_apps import charts_brief, comparing, gains, maps, pages, sources, state
from optimiser_apps.colouring import district_colours
from optimiser_apps.comparing import Entry
from optimiser_apps.components import kpis, residents_shown, shown
from optimiser_apps.components.entries import entries_of, on_one_question
from optimiser_apps.components.question import runs_of

MOST = 3
_LOOKS = {
    gains.BETTER: ("green", ":material/trending_up:"),
    gains.WORSE: ("orange", ":material/trending_down:"),
    "": ("gray", ":material/balance:"),
}
LONGER, SHORTER, AS_BEFORE = "#E59A7B", "#7FB7E6", "#F0F2F4"


@shown.page
def page() -> None:
    """Show the page."""
    project = sources.project()
    st.title("For the decision")
    families = [f for f in pages.questions() if len(entries_of(project, f)) > 1]
    if not families:
        st.info(
            "There are not yet two plans of one question to decide between. Ask a question twice, with other choices; "
            "sectors can also be held against the districts in use and the plans kept in the project."
        )
        return
    titles = pages.questions()
    wanted = str(st.query_params.get(state.QUESTION, ""))
    family = (
        st.segmented_control(
            "Question",
            families,
            default=wanted if wanted in families else max(families, key=lambda f: len(runs_of(f))),
            format_func=titles.__getitem__,
            key="brief.question",
        )
        or families[0]
    )
    entries = entries_of(project, family)
    picked = st.multiselect(
        "Plans; the first is what the others are held against",
        list(entries),
        default=list(entries)[:2],
        max_selections=MOST,
        key=f"brief.plans.{family}",
    )
    if len(picked) < 2:
        st.info("Choose two or three plans.")
        return
    _show(project, family, on_one_question(project, [entries[n] for n in picked]))


def _show(project: Project, family: str, entries: tuple[Entry, ...]) -> None:
    fam = registry.family(family)
    comparison = comparing.compare(fam, entries)
    names = _figures(family, comparison)
    _cards(names, entries, comparison)
    sheets: dict[str, Any] = {"Figures": gains.figures(names, comparison.judgements)}
    notes = []
    first, *others = comparison.judgements
    for k, (entry, other) in enumerate(zip(entries[1:], others, strict=True), start=1):
        said = gains.verdict(first, other)
        notes.append(f"{other.name} against {first.name}: {said.word}. {said.said}")
        st.subheader(f"{escaped(other.name)} instead of {escaped(first.name)}", divider="gray")
        colour, icon = _LOOKS[said.way]
        st.badge(said.word, color=colour, icon=icon)  # type: ignore[arg-type]
        st.markdown(escaped(said.said))
        sheets |= {
            f"{n} {k}": rows
            for n, rows in _who(project, family, names, entries[0], entry, first, other).items()
        }
        _broken(fam, other)
    shown.workbook_button(
        "This page as a workbook (Excel)",
        "decision.xlsx",
        sheets,
        [*notes, *project.assumptions],
        "brief.workbook",
    )
    if st.button("All measures and what moves", key="brief.compare", icon=":material/compare_arrows:"):
        pages.go("compare")


def _figures(family: str, comparison: Comparison) -> list[str]:
    there = measures_by_name(comparison.judgements[0].measures)
    wanted = kpis.SHOWN.get(family, ())
    return [n for n in wanted if n in there] or [n for n, m in there.items() if m.better != "neither"][
        : kpis.MOST
    ]


def _cards(names: list[str], entries: tuple[Entry, ...], comparison: Comparison) -> None:
    """Show a card a plan: its name, its figures with the change against the first, and its proof."""
    base = comparison.judgements[0]
    for column, entry, judged in zip(st.columns(len(entries)), entries, comparison.judgements, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"### {escaped(judged.name)}")
            kpis.kpi_list(names, judged.measures, base.measures, is_base=judged is base)
            st.caption(_proof(entry, judged, is_base=judged is base))


def _proof(entry: Entry, judged: Judgement, *, is_base: bool) -> str:
    if entry.result is None:
        return "In use, or kept as a plan: its figures are exact, and no search stands behind them."
    if judged.gap_frac is None and not is_base:
        return "Judged on the data of the first plan; its own proof was for another question."
    return proof_line(entry.result)


def _broken(fam: Family[Any, Any], judged: Judgement) -> None:
    rules = sorted({v.rule.replace("_", " ") for v in judged.violations})
    if rules:
        st.warning(f"Under the rules of the first plan it breaks: {escaped(', '.join(rules))}.")


def _who(
    project: Project,
    family: str,
    names: list[str],
    base: Entry,
    entry: Entry,
    first: Judgement,
    other: Judgement,
) -> dict[str, pd.DataFrame]:
    """Show who gains and who loses; return the rows by sheet."""
    if family == "sectors":
        drives = {"Drives": _drives(project, base, first, other)}
        return drives | residents_shown.show(project, base, first, entry, other)
    if family == "shifts":
        problem, _ = comparing.fitted("shifts", base.problem, entry)
        rows = gains.duty_week(base.problem, first, problem, other)
        st.markdown("**Hours with more and with fewer officers**")
        shown.chart(charts_brief.duty_change(rows), "Change of officers on duty by day and hour.")
        st.caption("Blue: more officers than before. Orange: fewer. White: the same.")
        return {"Hours": rows}
    found = gains.by_part(first, other, names)
    if found is None:
        st.caption("Nobody gains and nobody loses: no part of the plan is served differently.")
        return {}
    measure, rows = found
    st.markdown(f"**Who gains and who loses: {aim(measure.name)}**")
    st.markdown(escaped(gains.parts_said(measure, rows)))
    shown.chart(
        charts_brief.change_bars(measure, rows), f"Change of {measure.name} by {measure.by_what or 'part'}."
    )
    return {"By part": rows}


def _drives(project: Project, base: Entry, first: Judgement, other: Judgement) -> pd.DataFrame:
    problem = base.problem
    rows = gains.drives(problem, first, other)
    st.markdown("**Who gains and who loses: drive to the caller**")
    st.markdown(comparing.gain_words(comparing.drive_changes(first, other, problem)))
    shapes = sources.shapes(project)
    by = {a: (c, v) for a, c, v in zip(rows["area"], rows["change"], rows["verdict"], strict=True)}
    fill = {gains.WORSE: LONGER, gains.BETTER: SHORTER, gains.SAME: AS_BEFORE}
    left, right = st.columns(2)
    with left:
        group = [other.plan.district_of.get(a, "") for a in shapes.area_ids]
        own = district_colours(
            problem.area_ids, problem.edges, other.plan.district_of, sorted(set(group) - {""})
        )
        tips = [f"{a}\nDistrict {d or 'none'}" for a, d in zip(shapes.area_ids, group, strict=True)]
        st.markdown(f"**The districts of {escaped(other.name)}**")
        deck = maps.areas_deck(
            shapes, [own.get(d, NO_DATA) for d in group], tips, group=group, width_px=maps.HALF_PX
        )
        shown.deck(deck, f"Map of the districts of {other.name}.", f"brief.plan.{other.name}")
    with right:
        fills = [fill[by[a][1]] if a in by else NO_DATA for a in shapes.area_ids]
        tips = [
            f"{a} {n}\n{by[a][0]:+.1f} minutes" if a in by else f"{a} {n}"
            for a, n in zip(shapes.area_ids, shapes.names, strict=True)
        ]
        st.markdown("**Whose drive changes by more than a minute**")
        deck = maps.areas_deck(shapes, fills, tips, group=group, labels=False, width_px=maps.HALF_PX)
        shown.deck(deck, "Map of the areas whose drive gets longer or shorter.", f"brief.who.{other.name}")
    st.caption(
        "Right: blue areas have a shorter drive than before, orange ones a longer one, the pale ones about the same."
    )
    return rows

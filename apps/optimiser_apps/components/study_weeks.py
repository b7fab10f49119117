"""What the study of how sure figures are is asked: which solved plans, and on how many years drawn anew."""

from __future__ import annotations

import streamlit as st

from optimiser.batch import studies
from optimiser.batch.store import Run
from optimiser.batch.study_uncertainty import IN_USE, ONE_MOMENT
from optimiser.data.project import Project
from optimiser.errors import OptimiserError
from optimiser.prepare.sectors import districts_in_use
from optimiser.solve.options import SolveOptions
from optimiser_apps import pages, sources
from optimiser_apps.components.question import label, runs_of
from optimiser_apps.studying import Kind

MOST_PLANS, LONGEST_S = 4, 3600.0


def ask(project: Project, kind: Kind, run: Run | None) -> studies.Study | None:
    """Show what is asked; return the study once it is asked for, else None."""
    titles = pages.questions()
    there = {f: own for f in titles if f not in ONE_MOMENT and (own := solved(f))}
    if not there:
        st.info("There is no solved plan to judge yet. Solve a question first.")
        return None
    start = str(run.request["family"]) if run else ""
    family = st.selectbox(
        "Which question",
        list(there),
        index=list(there).index(start) if start in there else 0,
        format_func=titles.__getitem__,
        key="why.weeks.family",
    )
    mine = {r.id: r for r in there[family]}
    first = run.id if run and run.id in mine else next(iter(mine))
    in_use = family == "sectors" and _fits(project, mine[first])
    names = [first, *(i for i in mine if i != first), *([IN_USE] if in_use else [])]
    picked = st.multiselect(
        "Plans; the first one's question is asked of every year",
        names,
        default=[first, IN_USE] if in_use else names[:2],
        format_func=lambda i: label(mine[i]) if i in mine else i,
        max_selections=MOST_PLANS,
        key=f"why.weeks.plans.{family}.{first}.{len(mine)}",
    )
    samples = st.number_input(
        "How many years to draw", value=30, min_value=2, max_value=1000, key="why.weeks.samples"
    )
    runs = [i for i in picked if i in mine]
    if not st.button("Start the study", type="primary", key=f"why.start.{kind.name}", disabled=not runs):
        return None
    asked = studies.Asked(
        kind.name,
        family,
        f"{kind.ask.rstrip('?')} - {titles[family]}",
        mine[runs[0]].request["scenario"],
        "",
        SolveOptions(),
        LONGEST_S,
        {"runs": runs, "in_use": IN_USE in picked, "samples": int(samples), "seed": 1},
    )
    return studies.create(project.folder, asked, sources.stamp(project))


def solved(family: str) -> list[Run]:
    """Return the runs of a question that ended with a plan, the newest first."""
    found = []
    for run in runs_of(family):
        try:
            if run.status == "done" and sources.result(run).plan is not None:
                found.append(run)
        except OptimiserError:
            continue
    return found


def _fits(project: Project, run: Run) -> bool:
    """Do the districts in use carry the names of a run's districts?"""
    names = set(districts_in_use(project).values())
    return bool(names) and names <= set(sources.problem(run).params.district_ids)

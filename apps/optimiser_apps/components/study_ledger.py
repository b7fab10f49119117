"""What the ledger is asked: whose plan, or which sectors, and how many weeks are simulated."""

from __future__ import annotations

from typing import Any

import streamlit as st

from optimiser.batch import studies
from optimiser.batch.study_ledger import IN_USE, ROTA, title_of
from optimiser.data.project import Project
from optimiser.prepare.sectors import districts_in_use
from optimiser.solve.options import SolveOptions
from optimiser.units import seconds_from_minutes
from optimiser_apps import sources
from optimiser_apps.components.longest import longest_s
from optimiser_apps.components.question import label
from optimiser_apps.components.study_weeks import solved
from optimiser_apps.studying import Kind

EACH_MIN, ALL_MIN = 0.5, 10.0
ROTA_FILE = "rota.csv"
FORCE, SECTORS = "The whole force", "Sector by sector"


def ask(project: Project, kind: Kind) -> studies.Study | None:
    """Show what is asked; return the study once it is asked for, else None."""
    if project.calls is None:
        st.info(
            "The ledger needs the calls themselves, with when units were sent and clear: this project holds totals "
            "alone. Import the call extract, and this page shows what the time on duty goes to."
        )
        return None
    runs = {r.id: r for r in solved("shifts")}
    sectors = sectors_of(project)
    left, right = st.columns(2)
    of = left.segmented_control(
        "Of what", [FORCE, SECTORS] if sectors else [FORCE], default=FORCE, key="staff.ledger.of"
    )
    given: dict[str, Any] = {"plan": "", "sectors": "", "lend": False}
    if of == SECTORS and sectors:
        given["sectors"] = right.selectbox(
            "Which sectors", list(sectors), format_func=sectors.__getitem__, key="staff.ledger.sectors"
        )
        given["lend"] = st.checkbox(
            "Also show what lending units between them changes", key="staff.ledger.lend"
        )
    else:
        plans = ["", *([ROTA] if (project.folder / ROTA_FILE).is_file() else []), *runs]
        words = {"": "A new plan, made for this", ROTA: "Today's rota"} | {
            i: label(r) for i, r in runs.items()
        }
        given["plan"] = right.selectbox(
            "Which plan of shifts",
            plans,
            index=1 if len(plans) > 1 else 0,
            format_func=words.__getitem__,
            key=f"staff.ledger.plan.{len(plans)}",
        )
    given |= _how()
    each_s = longest_s("Longest time of each solve", EACH_MIN, "staff.ledger.each")
    if not st.button("Start the study", type="primary", key="staff.ledger.start"):
        return None
    asked = studies.Asked(
        kind.name,
        "shifts",
        title_of(given, {i: str(r.request["title"]) for i, r in runs.items()}),
        {},
        "",
        SolveOptions(time_limit_s=each_s, confirm=False),
        seconds_from_minutes(ALL_MIN),
        given,
    )
    return studies.create(project.folder, asked, sources.stamp(project))


def sectors_of(project: Project) -> dict[str, str]:
    """Return the sectors that may be asked for by name, with their words."""
    found = {IN_USE: "The districts in use"} if set(districts_in_use(project).values()) - {""} else {}
    found |= {name: f"The plan {name}" for name in project.plans}
    return found | {r.id: label(r) for r in solved("sectors")}


def _how() -> dict[str, Any]:
    with st.expander("How it is looked at", icon=":material/tune:"):
        left, right = st.columns(2)
        weeks = left.number_input(
            "Weeks to simulate", value=28, min_value=4, max_value=1000, key="staff.ledger.weeks"
        )
        protected = right.number_input(
            "Proactive half-hours in every tour that only the most urgent calls may end",
            value=0,
            min_value=0,
            max_value=8,
            key="staff.ledger.protected",
        )
        points = st.checkbox(
            "Also price each further point on calls in officers (a solve each)", key="staff.ledger.points"
        )
    return {"weeks": int(weeks), "protected": int(protected), "points": bool(points)}

"""A run that is done: what was found in words, what is proved, the rules checked, and the files to take away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from optimiser.batch.store import Run
from optimiser.problems.base import Family
from optimiser.report.artefacts import SUMMARY_FILE
from optimiser.report.words import findings, proof_line
from optimiser.solve.result import Result, Status
from optimiser_apps.components import shown

WRITING_EVERY_S = 2.0

_LABELS = {
    "plan.csv": "Plan (CSV)",
    "centres.csv": "Centres (CSV)",
    "workbook.xlsx": "Workbook (Excel)",
    "map.png": "Map (PNG)",
    "map.pdf": "Map (PDF)",
    "summary.md": "Summary (text)",
    "search.png": "How the search went (PNG)",
}
_MIME = {
    ".csv": "text/csv",
    ".xlsx": shown.XLSX,
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".md": "text/markdown",
}
_BADGES = {
    Status.OPTIMAL: ("Proved best and confirmed", "green", ":material/verified:"),
    Status.FEASIBLE: ("Good plan, proof not closed", "blue", ":material/task_alt:"),
    Status.INFEASIBLE: ("No plan can keep all rules", "red", ":material/block:"),
    Status.NO_PLAN: ("No plan found", "orange", ":material/help:"),
}
_UNCONFIRMED_BADGES = {
    Status.OPTIMAL: ("Good plan, proof not confirmed", "blue", ":material/task_alt:"),
    Status.INFEASIBLE: ("No plan, not confirmed", "orange", ":material/block:"),
}


def verdict(result: Result[Any]) -> None:
    """Show in one line what was proved."""
    badges = _BADGES if result.confirmed else _BADGES | _UNCONFIRMED_BADGES
    word, colour, icon = badges[result.status]
    st.badge(word, color=colour, icon=icon)  # type: ignore[arg-type]
    if result.plan is not None:
        st.markdown(f"**{proof_line(result)}**")


def found(family: str, problem: Any, result: Result[Any]) -> None:
    """Show what was found, in sentences."""
    shown.sentences(findings(family, problem, result))


def checks(family: Family[Any, Any], problem: Any, plan: Any) -> None:
    """Show every rule with what the checker found, computed now from the plan and the raw data."""
    broken = family.check(problem, plan)
    word = "all rules hold" if not broken else f"{len(broken)} broken"
    with st.expander(f"All rules checked by the independent checker: {word}", icon=":material/rule:"):
        st.caption("The checker reads the plan and the data, not the search; it ran again for this page.")
        by_rule = {r.name: [v for v in broken if v.rule == r.name] for r in family.rules}
        rows = [
            {
                "": "holds" if not faults else "BROKEN",
                "rule": name.replace("_", " "),
                "meaning": family.rule(name).meaning,
                "where": "; ".join(v.where for v in faults[:5]),
            }
            for name, faults in by_rule.items()
        ]
        st.dataframe(rows, hide_index=True, width="stretch")


def downloads(run: Run) -> None:
    """Offer the files of the run; while they are being written, look again."""
    writing = _writing(run)
    st.fragment(_downloads, run_every=WRITING_EVERY_S if writing else None)(run, writing)


def _writing(run: Run) -> bool:
    """Are its files still being written? The summary is the last of them."""
    return run.claimed() and not (run.folder / SUMMARY_FILE).exists()


def _downloads(run: Run, writing: bool) -> None:
    if writing and not _writing(run):
        st.rerun(scope="app")
    files = sorted(
        (p for p in run.folder.iterdir() if p.suffix in _MIME and not p.name.startswith(".")), key=_order
    )
    st.markdown("**Take away**")
    if writing:
        st.caption("Map, charts and workbook are being written …")
    elif not files:
        st.caption("No files were written for this run.")
    if not files:
        return
    for column, path in zip(st.columns(4) * (1 + len(files) // 4), files, strict=False):
        label = _LABELS.get(
            path.name, f"{path.stem.replace('_', ' ').capitalize()} ({path.suffix[1:].upper()})"
        )
        name = f"{run.id}-{path.name}"
        column.download_button(
            label,
            path.read_bytes(),
            name,
            _MIME[path.suffix],
            key=f"file.{name}",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )


def _order(path: Path) -> tuple[int, str]:
    known = list(_LABELS)
    return (known.index(path.name) if path.name in known else len(known), path.name)

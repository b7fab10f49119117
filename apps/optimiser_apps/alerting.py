"""Alerts of a log for the screen: replayed and judged once, kept until the log or the rules change."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

from optimiser.alerts import (
    AlertRule,
    Judged,
    Replay,
    judged,
    raised_spans,
    read_log,
    read_rules,
    replay,
    write_log,
)
from optimiser.data.plans import other_names
from optimiser.data.project import Project
from optimiser.prepare.dispatch_demo import MONDAY
from optimiser.prepare.travel import area_points, times_s
from optimiser.studies.alert_day import ALERTS_FOLDER, alert_day, districts_of, usual_rules
from optimiser.units import SECONDS_PER_HOUR, clock, minutes, percent
from optimiser_apps.charts import Figure

ENDINGS = (".csv", ".parquet", ".xlsx")
SERIOUS_UNITS = 5


@dataclass(frozen=True, eq=False)
class Replayed:
    """A replay with its judgement."""

    found: Replay
    results: tuple[Judged, ...]


def files(project: Project, endings: tuple[str, ...]) -> list[Path]:
    """Return the files of these endings in the project's folder of alerts, by name."""
    return [p for p in sorted((project.folder / ALERTS_FOLDER).glob("*")) if p.suffix.lower() in endings]


def make_up(project: Project, seed: int) -> tuple[Path, tuple[str, ...]]:
    """Write the log of a simulated day; return its file and what is to be said of it.

    Raises
    ------
    InputError
        If the project has no calls that a unit was sent to.
    """
    day = alert_day(project, seed=seed)
    path = project.folder / ALERTS_FOLDER / f"simulated-{seed}.csv"
    write_log(path, day.events, MONDAY)
    return path, day.said


def replayed(project: Project, log: Path, rules: Path | None) -> Replayed:
    """Return a log replayed against rules, worked out anew only where one of them has changed.

    Raises
    ------
    InputError
        If the log or the rules cannot be read.
    """
    parts = [log.read_bytes(), b"" if rules is None else rules.read_bytes()]
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    chosen = usual_rules(project) if rules is None else read_rules(rules)
    return _replayed(project, str(project.folder), log, digest, chosen)


@st.cache_resource(max_entries=4, show_spinner="Replaying the log …")
def _replayed(
    _project: Project, folder: str, _log: Path, digest: str, _rules: tuple[AlertRule, ...]
) -> Replayed:
    events = read_log(_log, other_names(_project.areas))
    points = area_points(_project)
    ids = tuple(str(i) for i in _project.areas["area_id"])
    ways_s = times_s(_project, points, points, driver="standard")
    found = replay(events, _rules, ids, ways_s, districts=districts_of(_project))
    return Replayed(found, judged(found, serious_units=SERIOUS_UNITS))


def judged_rows(results: tuple[Judged, ...]) -> pd.DataFrame:
    """Return the figures of each rule, percent and minutes."""
    return pd.DataFrame(
        {
            "alert": [r.rule for r in results],
            "raised": [r.n_raised for r in results],
            "a shift": [r.per_shift for r in results],
            "came true (%)": [
                None if r.precision_frac is None else percent(r.precision_frac) for r in results
            ],
            "happened": [r.n_breaches for r in results],
            "warned of (%)": [None if r.recall_frac is None else percent(r.recall_frac) for r in results],
            "half ahead by (min)": [minutes(r.median_lead_s) for r in results],
        }
    ).astype({"came true (%)": float, "warned of (%)": float})


def span_rows(found: Replay) -> pd.DataFrame:
    """Return every alert with when it was raised, how long it stood, and why."""
    spans = raised_spans(found)
    return pd.DataFrame(
        {
            "raised": [clock(s.begin_s) for s in spans],
            "stood (min)": [minutes(s.end_s - s.begin_s) for s in spans],
            "alert": [s.rule for s in spans],
            "about": [s.subject for s in spans],
            "why": [s.said for s in spans],
        }
    )


def timeline(found: Replay) -> Figure:
    """Return a chart of how many alerts of each rule stood over the log."""
    rows = [
        {"hour": at / SECONDS_PER_HOUR, "rule": rule.name, "standing": n}
        for rule in found.rules
        for at, n in _standing(found, rule.name)
    ]
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_area(interpolate="step-after", opacity=0.8)
        .encode(
            x=alt.X("hour:Q", title="hours from midnight"),
            y=alt.Y("standing:Q", title="standing", stack=None, axis=alt.Axis(tickMinStep=1, format="d")),
            row=alt.Row("rule:N", title=None, sort=[r.name for r in found.rules]),
            color=alt.Color("rule:N", legend=None),
            tooltip=["rule:N", alt.Tooltip("hour:Q", format=".2f"), "standing:Q"],
        )
        .properties(height=90, width=800)
        .resolve_scale(y="independent")
    )


def _standing(found: Replay, rule: str) -> list[tuple[float, int]]:
    """Return when how many alerts of a rule stood: a time and a number for each change."""
    steps = [(found.begin_s, 0)]
    for span in raised_spans(found):
        if span.rule == rule:
            steps += [(span.begin_s, 1), (span.end_s, -1)]
    made: dict[float, int] = {}
    n = 0
    for at, by in sorted(steps):
        n += by
        made[at] = n  # of several at one moment the last
    return [*made.items(), (found.end_s, n)]

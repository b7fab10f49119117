"""Tables for dispatch: what they may be made of, changes by hand kept in the project, rows and files."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from optimiser.batch import tables_hand, tables_kept
from optimiser.batch.store import Store
from optimiser.batch.studies import Study
from optimiser.batch.tables import districts_above
from optimiser.batch.tables_hand import ByHand, changed, read_by_hand, write_by_hand
from optimiser.batch.tables_made import Made
from optimiser.cli.plans import levels_of
from optimiser.data.project import Project
from optimiser.problems.base import Violation
from optimiser.problems.fold import FAMILY as FOLD
from optimiser.report.phrases import shown_value
from optimiser.studies import nearest_rules
from optimiser.studies.fold_edits import FoldEdit
from optimiser.studies.fold_tables import FoldTable
from optimiser.studies.nearest import NearestEdit
from optimiser.studies.street_sides import Repair
from optimiser_apps import editing

WORDS = {
    "nearest": "Nearest beats",
    "folds": "Fold tables",
    "configuration": "Areas, beats and districts",
    "labels": "Street labels",
}
"""The tables as a planner calls them, in the order they are shown."""
NO_DISTRICTS, OWN = "none", "own"
MOST_NAMED = 4


@dataclass(frozen=True)
class Entry:
    """Changes by hand that belong together: which table, in words, why, and what is left without them."""

    table: str
    words: str
    reason: str
    without: ByHand


def plans(project: Project, store: Store) -> dict[str, str]:
    """Return the plans that tables can be made of, by name: beats in use first."""
    found = editing.starts(project, store)
    return {n: found[n] for n in sorted(found, key=lambda n: n != "current")}


def levels(
    project: Project, plan: str, above: str
) -> tuple[Mapping[str, str], Mapping[str, str] | None, str]:
    """Return beats and districts of a plan, and what is to be said of the districts.

    Parameters
    ----------
    above
        :data:`NO_DISTRICTS` takes all beats together; :data:`OWN` those of the plan, else those in use where they fit.
    """
    beat_of, district_of = levels_of(project, plan)
    if above == NO_DISTRICTS:
        return beat_of, None, ""
    return (
        (beat_of, district_of, "")
        if district_of is not None
        else (beat_of, *districts_above(project, beat_of))
    )


def hand_folder(project: Project, plan: str) -> Path:
    """Return the folder in which changes by hand of a plan's tables are kept."""
    return tables_hand.hand_folder(project.folder, plan)


def computed(study: Study) -> Made:
    """Return the tables of a study that is done, as they were computed."""
    stat = (study.folder / tables_kept.TABLES_FILE).stat()
    return _computed(str(study.folder), stat.st_mtime_ns)


def by_hand(study: Study, hand: ByHand) -> Made:
    """Return the tables of a study with changes by hand, judged afresh.

    Raises
    ------
    InputError
        Naming every change that cannot be.
    """
    stat = (study.folder / tables_kept.TABLES_FILE).stat()
    return _changed(str(study.folder), stat.st_mtime_ns, hand)


@st.cache_resource(max_entries=4, show_spinner="Reading the tables …")
def _computed(folder: str, mtime_ns: int) -> Made:
    return tables_kept.kept(Path(folder))


@st.cache_resource(
    max_entries=8, show_spinner="Judging the changes …", hash_funcs={ByHand: lambda hand: repr(hand)}
)
def _changed(folder: str, mtime_ns: int, hand: ByHand) -> Made:
    return changed(_computed(folder, mtime_ns), hand)


def added(hand: ByHand, edits: Sequence[NearestEdit | FoldEdit | Repair]) -> ByHand:
    """Return changes with further ones at the end."""
    return replace(
        hand,
        nearest=(*hand.nearest, *(e for e in edits if isinstance(e, NearestEdit))),
        folds=(*hand.folds, *(e for e in edits if isinstance(e, FoldEdit))),
        labels=(*hand.labels, *(e for e in edits if isinstance(e, Repair))),
    )


def entries(hand: ByHand) -> list[Entry]:
    """Return the changes as they can be taken back: those of a fold table that were made together as one."""
    found = [
        Entry(
            "nearest",
            f"{e.part}: place {e.place} of beat {e.beat} is {e.nearest}",
            e.reason,
            replace(hand, nearest=_without(hand.nearest, k, k + 1)),
        )
        for k, e in enumerate(hand.nearest)
    ]
    k = 0
    for (part, joins, reason), group in itertools.groupby(
        hand.folds, key=lambda e: (e.part, e.joins, e.reason)
    ):
        mine = list(group)
        moved = "; ".join(
            f"{beat} with {_numbers([e.cars for e in mine if e.beat == beat])} cars"
            for beat in dict.fromkeys(e.beat for e in mine)
        )
        words = f"{part}: with the car of {joins} go {moved}"
        found.append(
            Entry("folds", words, reason, replace(hand, folds=_without(hand.folds, k, k + len(mine))))
        )
        k += len(mine)
    return found + [
        Entry(
            "labels",
            f"segment {e.segment_id}, {e.side}: {e.label or 'no area'}",
            e.reason,
            replace(hand, labels=_without(hand.labels, k, k + 1)),
        )
        for k, e in enumerate(hand.labels)
    ]


def _numbers(cars: list[int]) -> str:
    """Say numbers of cars: from the most down to the fewest where none is left out."""
    if len(cars) > 1 and cars == list(range(cars[0], cars[-1] - 1, -1)):
        return f"{cars[0]} down to {cars[-1]}"
    return ", ".join(map(str, cars))


def _without(rows: tuple[Any, ...], begin: int, end: int) -> tuple[Any, ...]:
    return (*rows[:begin], *rows[end:])


def kept_by_hand(project: Project, plan: str) -> ByHand:
    """Return what was changed by hand in the tables of a plan."""
    return read_by_hand(hand_folder(project, plan))


def keep_by_hand(project: Project, plan: str, hand: ByHand) -> None:
    """Keep what was changed by hand, in the files that the command line reads."""
    write_by_hand(hand_folder(project, plan), hand)


def nearest_rows(made: Made, part: str, district: str = "") -> pd.DataFrame:
    """Return the nearest beats in a part of the day as they are read: each with its drive in minutes."""
    rows = []
    for row in made.rows().get("nearest", []):
        if row["part"] != part or (district and row["district"] != district):
            continue
        cells = {"district": row["district"]} if row["district"] else {}
        cells |= {"beat": row["beat"]}
        for place in range(1, len(made.beats.beat_ids)):
            if f"nearest_{place}" not in row:
                break
            cells[f"{place}."] = f"{row[f'nearest_{place}']} ({row[f'drive_min_{place}']:.1f})"
        rows.append(cells | {"by hand": "by hand" if row["by_hand"] else ""})
    return pd.DataFrame(rows)


def table_rows(made: Made, table: str) -> pd.DataFrame:
    """Return the rows of a table as a screen and a workbook show them: columns in words, with their units."""
    rows = pd.DataFrame(made.rows().get(table, []))
    if "by_hand" in rows:
        rows["by_hand"] = rows["by_hand"].map({True: "yes", False: ""})
    return rows.rename(columns=_heading)


def _heading(column: str) -> str:
    words = column.replace("drive_min", "minutes").replace("length_m", "length (m)")
    return words.replace("_", " ")


def fold_names(made: Made) -> tuple[list[str], list[str]]:
    """Return the districts and the parts of the day that have a fold table, in order."""
    return (
        list(dict.fromkeys(t.district for t in made.folds)),
        list(dict.fromkeys(t.part for t in made.folds)),
    )


def fold_of(made: Made, district: str, part: str) -> FoldTable:
    """Return the fold table of a district and part of the day."""
    return next(t for t in made.folds if (t.district, t.part) == (district, part))


def broken_words(found: Sequence[tuple[str, Violation]]) -> list[str]:
    """Say which rules are broken, each with what it means, once a table; the first places where, with the amount."""
    meaning = {r.name: r.meaning for r in (*nearest_rules.RULES, *FOLD.rules)}
    by: dict[tuple[str, str], list[str]] = {}
    for table, v in found:
        value, unit = shown_value(v.found, v.unit)
        limit = shown_value(v.limit, v.unit)[0]
        by.setdefault((table, v.rule), []).append(f"{v.where} ({value:g} {unit}, allowed {limit:g})")
    return [
        f"{table} breaks the rule {rule!r} ({meaning.get(rule, rule)}): {'; '.join(where[:MOST_NAMED])}"
        f"{f'; and {len(where) - MOST_NAMED} more' if len(where) > MOST_NAMED else ''}."
        for (table, rule), where in by.items()
    ]

"""Tables that were made, kept on disk as they were computed and read again: changes by hand are done on them afresh.

============  ====================================================================
tables.npz    beats, drives between them, and each fold table with its question
labels.gpkg   street labels, where they were made
============  ====================================================================
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimiser.batch.tables_made import Made
from optimiser.data.layers import read_layer
from optimiser.data.store import write_layer
from optimiser.errors import InputError
from optimiser.prepare.beats import Beats
from optimiser.problems import portable
from optimiser.problems.fold import FAMILY, FoldProblem
from optimiser.report.cad_template import default_template
from optimiser.solve.jobs import result_from_json, result_to_json
from optimiser.studies.beat_times import BeatTimes
from optimiser.studies.fold_tables import FoldTable
from optimiser.studies.nearest import nearest_table
from optimiser.studies.nearest_rules import check

TABLES_FILE, LABELS_FILE = "tables.npz", "labels.gpkg"
_LAYER = "street_labels"
_TEXTS = ("piece_id", "segment_id", "name", "note", "reason")


@dataclass(frozen=True)
class _Fold:
    """A fold table; its checked answer as JSON."""

    district: str
    part: str
    problem: FoldProblem
    result: str


@dataclass(frozen=True)
class _Kept:
    beats: Beats
    what: tuple[str, ...]
    times: BeatTimes | None
    places: int
    folds: tuple[_Fold, ...]
    traffic: str
    left_out: tuple[str, ...]


def keep(folder: Path, made: Made) -> None:
    """Write tables that nobody has changed by hand.

    Raises
    ------
    OSError
        If they cannot be written.
    """
    if made.labels is not None:
        (folder / LABELS_FILE).unlink(missing_ok=True)
        write_layer(folder / LABELS_FILE, _LAYER, made.labels)
    folds = tuple(
        _Fold(t.district, t.part, t.problem, json.dumps(result_to_json(t.result), ensure_ascii=False))
        for t in made.folds
    )
    places = 0 if made.nearest is None else made.nearest.places
    kept = _Kept(made.beats, made.what, made.times, places, folds, made.traffic, tuple(made.left_out))
    portable.write(folder / TABLES_FILE, kept)


def kept(folder: Path) -> Made:
    """Return the tables of a folder, as they were computed.

    Raises
    ------
    InputError
        If the files are missing or damaged.
    """
    found = portable.read(folder / TABLES_FILE, _Kept)
    made = Made(
        found.beats, default_template(found.places), found.what, times=found.times, traffic=found.traffic
    )
    made.left_out = list(found.left_out)
    if found.times is not None:
        made.nearest = nearest_table(found.times, found.places)
        made.broken = check(found.times, made.nearest)
    try:
        made.folds = tuple(
            FoldTable(f.district, f.part, f.problem, result_from_json(json.loads(f.result), FAMILY))
            for f in found.folds
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder / TABLES_FILE} is damaged ({error}). Make the tables again.") from error
    if (folder / LABELS_FILE).exists():
        made.labels = _labels(folder / LABELS_FILE)
    return made


def _labels(path: Path) -> Any:
    """Read labels; a cell without text is an empty one, as it was."""
    labels = read_layer(path, _LAYER)
    texts = [c for c in labels.columns if c in _TEXTS or c.endswith(("_area", "_beat", "_district"))]
    return labels.assign(**{c: labels[c].fillna("").astype(str) for c in texts})

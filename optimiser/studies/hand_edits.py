"""What a planner wrote by hand, from files to decisions and back: nearest beats, fold tables and street labels."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

from optimiser.data.hand_file import HandRow, read_hand_file
from optimiser.data.spreadsheet import harmless
from optimiser.errors import InputError
from optimiser.solve.progress import write_atomically
from optimiser.studies.fold_edits import FoldEdit
from optimiser.studies.nearest import NearestEdit
from optimiser.studies.street_sides import SIDES, Repair

NEAREST_COLUMNS = ("part", "beat", "place", "nearest", "reason")
FOLD_COLUMNS = ("part", "cars", "beat", "joins", "reason")
REPAIR_COLUMNS = ("segment_id", "side", "label", "reason")


def read_nearest_edits(path: Path) -> tuple[NearestEdit, ...]:
    """Read changes of nearest beats.

    Raises
    ------
    InputError
        If the file is no such table; every place that is no whole number, by line.
    """
    rows = _whole(path, NEAREST_COLUMNS, "place")
    return tuple(
        NearestEdit(
            r.cells["part"], r.cells["beat"], int(r.cells["place"]), r.cells["nearest"], r.cells["reason"]
        )
        for r in rows
    )


def read_fold_edits(path: Path) -> tuple[FoldEdit, ...]:
    """Read changes of fold tables.

    Raises
    ------
    InputError
        If the file is no such table; every number of cars that is no whole number, by line.
    """
    return tuple(
        FoldEdit(r.cells["part"], int(r.cells["cars"]), r.cells["beat"], r.cells["joins"], r.cells["reason"])
        for r in _whole(path, FOLD_COLUMNS, "cars")
    )


def _whole(path: Path, columns: Sequence[str], name: str) -> tuple[HandRow, ...]:
    """Read a hand file one column of which is a whole number from 1."""
    rows = read_hand_file(path, columns)
    wrong = [f"line {r.line}: {name} {r.cells[name]!r}" for r in rows if not r.cells[name].isdecimal()]
    if wrong:
        raise InputError(f"{path}: {'; '.join(wrong[:20])} should be a whole number from 1.")
    return rows


def read_repairs(path: Path) -> tuple[Repair, ...]:
    """Read repairs of street labels.

    Raises
    ------
    InputError
        If the file is no such table; every side that is none, by line.
    """
    rows = read_hand_file(path, REPAIR_COLUMNS)
    wrong = [
        f"line {r.line}: {r.cells['side']!r}"
        for r in rows
        if r.cells["side"].casefold() not in (*SIDES, "both")
    ]
    if wrong:
        raise InputError(f"{path}: {'; '.join(wrong[:20])} is no side; write left, right or both.")
    return tuple(
        Repair(r.cells["segment_id"], r.cells["side"].casefold(), r.cells["label"], r.cells["reason"])
        for r in rows
    )


def write_edits(path: Path, edits: Sequence[NearestEdit] | Sequence[FoldEdit] | Sequence[Repair]) -> Path:
    """Write changes of one kind, at least one, as the file they are read from; text stays text in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([f.name for f in fields(edits[0])])
    writer.writerows([[harmless(cell) for cell in astuple(e)] for e in edits])
    write_atomically(path, text.getvalue())
    return path

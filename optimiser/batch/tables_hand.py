"""Tables changed by hand: a planner's rows are done in order and judged afresh; what was computed stays beneath.

The rows of a plan stand in ``table_edits/PLAN`` of the project's folder, in the files that ``optimiser tables`` reads
unless others are named: ``nearest.csv`` (``--nearest-edits``), ``folds.csv`` (``--fold-edits``) and
``labels.csv`` (``--label-repairs``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from optimiser.batch.tables_made import Made
from optimiser.batch.tables_write import plain_name
from optimiser.errors import InputError, reason
from optimiser.problems.base import Violation
from optimiser.studies import hand_edits
from optimiser.studies.fold_edits import FoldEdit
from optimiser.studies.fold_edits import broken as broken_folds
from optimiser.studies.fold_edits import edited as edited_folds
from optimiser.studies.nearest import NearestEdit, edited
from optimiser.studies.nearest_rules import check
from optimiser.studies.street_sides import Repair, repaired

HAND_FOLDER = "table_edits"
NEAREST_FILE, FOLDS_FILE, LABELS_FILE = "nearest.csv", "folds.csv", "labels.csv"


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a planner changed in the tables of a plan, in order."""

    nearest: tuple[NearestEdit, ...] = ()
    folds: tuple[FoldEdit, ...] = ()
    labels: tuple[Repair, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was changed."""
        return bool(self.nearest or self.folds or self.labels)


def changed(made: Made, hand: ByHand) -> Made:
    """Return tables with changes by hand, judged afresh; changes of a table that was not made wait for it.

    Raises
    ------
    InputError
        Naming every change of one table that cannot be.
    """
    return changed_labels(changed_folds(changed_nearest(made, hand.nearest), hand.folds), hand.labels)


def changed_nearest(made: Made, edits: Sequence[NearestEdit]) -> Made:
    """Return tables with nearest beats changed, and the rules they break."""
    if made.nearest is None or made.times is None or not edits:
        return made
    table = edited(made.nearest, edits)
    return replace(made, nearest=table, broken=check(made.times, table))


def changed_folds(made: Made, edits: Sequence[FoldEdit]) -> Made:
    """Return tables with fold tables changed, each judged beside its proved bound."""
    return replace(made, folds=edited_folds(made.folds, edits)) if made.folds and edits else made


def changed_labels(made: Made, repairs: Sequence[Repair]) -> Made:
    """Return tables with street labels repaired."""
    if made.labels is None or not repairs:
        return made
    pairs = [(a, int(b)) for a, b in zip(made.beats.area_ids, made.beats.beat_of, strict=True)]
    beat_of = {a: made.beats.beat_ids[b] for a, b in pairs}
    district_of = {a: made.beats.district_of[b] for a, b in pairs}
    return replace(made, labels=repaired(made.labels, repairs, beat_of, district_of))


def broken(made: Made) -> list[tuple[str, Violation]]:
    """Return every broken rule of tables, with the table it is broken in, in words."""
    found = [("Nearest beats", v) for v in made.broken]
    for table, violation in broken_folds(made.folds):
        where = ", ".join(x for x in (table.district, table.part) if x)
        found.append((f"Fold table {where}", violation))
    return found


_READ: tuple[tuple[str, str, Callable[[Path], tuple[Any, ...]]], ...] = (
    ("nearest", NEAREST_FILE, hand_edits.read_nearest_edits),
    ("folds", FOLDS_FILE, hand_edits.read_fold_edits),
    ("labels", LABELS_FILE, hand_edits.read_repairs),
)


def hand_folder(project: Path, plan: str) -> Path:
    """Return the folder in which changes by hand of a plan's tables are kept."""
    return project / HAND_FOLDER / plain_name(plan)


def hand_files(folder: Path) -> dict[str, Path]:
    """Return the files of a folder of changes by hand that there are, by the choice of the tables they are for."""
    asked = {"nearest_edits": NEAREST_FILE, "fold_edits": FOLDS_FILE, "label_repairs": LABELS_FILE}
    return {choice: folder / file for choice, file in asked.items() if (folder / file).is_file()}


def read_by_hand(folder: Path) -> ByHand:
    """Read what was changed by hand; a file that is not there is one without changes.

    Raises
    ------
    InputError
        If a file is no such table.
    """
    return ByHand(**{n: read(folder / file) for n, file, read in _READ if (folder / file).exists()})


def write_by_hand(folder: Path, hand: ByHand) -> list[Path]:
    """Write what was changed by hand, a file a table; of a table without changes there is none. Return the files.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, file, _ in _READ:
            rows: tuple[Any, ...] = getattr(hand, name)
            if rows:
                files.append(hand_edits.write_edits(folder / file, rows))
            else:
                (folder / file).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"Changes by hand are kept in {folder}, which cannot be written: {reason(error)}."
        ) from error
    return files

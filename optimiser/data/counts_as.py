"""What each status and call type counts as in the time split: ``counts_as.csv``, a table that the planner owns."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from optimiser.data import canonical as names
from optimiser.data.hand_file import read_hand_file
from optimiser.data.settings import FILL_IN
from optimiser.data.spreadsheet import harmless, honest
from optimiser.errors import InputError

CALLS, PROACTIVE, ADMIN, COMMUNITY = "calls", "proactive", "admin", "community"
FREE, RECORDED = "free", "on a recorded call"
COUNTED = (CALLS, PROACTIVE, ADMIN, COMMUNITY)
"""Classes of the time split that a status or a call type can count as."""
WORDS = (*COUNTED, FREE, RECORDED)
"""All that a status can be; ``on a recorded call`` is time that the calls themselves carry already."""
STATUS, CALL_TYPE = "status", "call type"
COLUMNS = ("table", "code", "counts_as")


@dataclass(frozen=True)
class CountsAs:
    """Class of each status and call type; a code that is not here has no meaning yet.

    A status without a meaning is unaccounted time. A call type without one counts as its origin says: a call of the
    public as calls, work that officers began as proactive.
    """

    status: Mapping[str, str] = field(default_factory=dict)
    call_type: Mapping[str, str] = field(default_factory=dict)


def read_counts_as(path: Path) -> CountsAs:
    """Read ``counts_as.csv`` (table, code, counts_as); no file, nothing said. Cells still to fill in say nothing.

    Raises
    ------
    InputError
        Naming, all together, rows with an unknown table or class, or a code that stands twice.
    """
    if not path.is_file():
        return CountsAs()
    found: dict[str, dict[str, str]] = {STATUS: {}, CALL_TYPE: {}}
    seen: set[tuple[str, str]] = set()
    faults = []
    for row in read_hand_file(path, COLUMNS):
        table, code, word = row.cells["table"].casefold(), honest(row.cells["code"]), row.cells["counts_as"]
        if table not in found:
            faults.append(f"line {row.line}: table {row.cells['table']!r} is none of {STATUS}, {CALL_TYPE}")
        elif (table, code) in seen:
            faults.append(f"line {row.line}: {table} {code!r} again")
        elif word and not word.startswith(FILL_IN):
            allowed = WORDS if table == STATUS else COUNTED
            if word.casefold() not in allowed:
                faults.append(f"line {row.line}: {word!r} is none of {', '.join(allowed)}")
            else:
                found[table][code] = word.casefold()
        seen.add((table, code))
    if faults:
        raise InputError(f"{path}: {'; '.join(faults[:20])}.")
    return CountsAs(found[STATUS], found[CALL_TYPE])


def write_counts_as(folder: Path, statuses: Iterable[str]) -> None:
    """Write ``counts_as.csv`` with a row to fill in for every status that it does not hold yet."""
    path = folder / names.COUNTS_AS_FILE
    rows, there = [], set()
    if path.is_file():
        for row in read_hand_file(path, COLUMNS):
            rows.append([row.cells[c] for c in COLUMNS])
            if row.cells["table"].casefold() == STATUS:
                there.add(honest(row.cells["code"]))
    marker = f"{FILL_IN}: {', '.join(WORDS)}"
    rows += [[STATUS, harmless(s), marker] for s in sorted(set(statuses) - there) if s]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *rows])

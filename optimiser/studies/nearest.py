"""The nearest beats of every beat at each part of the day: computed, and as a planner changed it by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from optimiser.errors import InputError
from optimiser.studies.beat_times import BeatTimes

PLACES = 5
EQUAL_S = 0.01
"""Drives that differ by less count as equal; the beat that comes first in the list of beats then goes first."""


@dataclass(frozen=True, slots=True)
class NearestRow:
    """The nearest beats of a beat in a part of the day, nearest first; ``by_hand`` where a planner changed it."""

    part: str
    beat: str
    nearest: tuple[str, ...]
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class NearestEdit:
    """A planner's word: in this part of the day this place (1 is the first) of this beat is that beat's, and why."""

    part: str
    beat: str
    place: int
    nearest: str
    reason: str


@dataclass(frozen=True, slots=True)
class NearestTable:
    """A table of nearest beats, in ids.

    Parameters
    ----------
    places
        How many are listed; fewer where there are fewer other beats.
    computed
        Rows as the drive times give them.
    edits
        What was changed by hand, in order.
    """

    places: int
    computed: tuple[NearestRow, ...]
    edits: tuple[NearestEdit, ...] = ()

    def rows(self) -> tuple[NearestRow, ...]:
        """Return the rows in force: the computed ones with the edits done in order.

        An edit moves the beat it names to its place; the others keep their order, and who no longer has a place
        drops out.
        """
        found = {(r.part, r.beat): r for r in self.computed}
        for e in self.edits:
            row = found.get((e.part, e.beat))
            if row is not None:
                others = [b for b in row.nearest if b != e.nearest]
                others.insert(e.place - 1, e.nearest)
                found[e.part, e.beat] = replace(row, nearest=tuple(others[: len(row.nearest)]), by_hand=True)
        return tuple(found.values())


def nearest_table(times: BeatTimes, places: int = PLACES) -> NearestTable:
    """Rank the other beats of every beat by their drive to its calls, in every part of the day."""
    if places < 1:
        raise InputError(f"places must be at least 1, got {places}.")
    rows = []
    for p, part in enumerate(times.part_names):
        for a, beat in enumerate(times.beat_ids):
            steps = np.round(times.drive_s[p, a] / EQUAL_S)
            order = np.lexsort((np.arange(len(steps)), steps))
            others = [times.beat_ids[b] for b in order.tolist() if b != a]
            rows.append(NearestRow(part, beat, tuple(others[:places])))
    return NearestTable(places, tuple(rows))


def edited(table: NearestTable, edits: Iterable[NearestEdit]) -> NearestTable:
    """Return the table with further edits; the computed rows stay in it.

    Raises
    ------
    InputError
        Naming every edit that cannot be: no such part, beat or place, a beat beside itself, no reason.
    """
    rows = {(r.part, r.beat): r for r in table.computed}
    parts, beats = {r.part for r in table.computed}, {r.beat for r in table.computed}
    faults, more = [], tuple(edits)
    for k, e in enumerate(more, start=1):
        row = rows.get((e.part, e.beat))
        if e.part not in parts:
            faults.append(
                f"edit {k}: there is no part of the day {e.part!r}; there are {', '.join(sorted(parts))}"
            )
        elif row is None:
            faults.append(f"edit {k}: there is no beat {e.beat!r}")
        elif e.nearest not in beats or e.nearest == e.beat:
            what = "is the beat itself" if e.nearest == e.beat else "is no beat"
            faults.append(f"edit {k}: {e.nearest!r}, as nearest of {e.beat}, {what}")
        elif not 1 <= e.place <= len(row.nearest):
            faults.append(f"edit {k}: place {e.place} of beat {e.beat} should be 1 to {len(row.nearest)}")
        elif not e.reason.strip():
            faults.append(f"edit {k}: place {e.place} of beat {e.beat} is changed without a reason")
    if faults:
        raise InputError(f"The nearest beats cannot be changed so: {'; '.join(faults)}.")
    return replace(table, edits=(*table.edits, *more))

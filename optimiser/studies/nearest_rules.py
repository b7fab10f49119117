"""Is a table of nearest beats sound? Plainly, row by row; every broken rule is returned, never raised."""

from __future__ import annotations

from collections import Counter

from optimiser.problems.base import Rule, Violation
from optimiser.studies.beat_times import BeatTimes
from optimiser.studies.nearest import EQUAL_S, NearestTable

RULES = (
    Rule("every beat once", "every beat has one row in every part of the day", "rows", relaxable=False),
    Rule(
        "known beats",
        "a table names only beats and parts of the day that there are",
        "places",
        relaxable=False,
    ),
    Rule("not itself", "no beat stands among its own nearest", "places", relaxable=False),
    Rule("no beat twice", "no beat has two places in a row", "places", relaxable=False),
    Rule("all places", "every row has as many beats as asked, or all others", "places", relaxable=False),
    Rule("order", "a row that nobody changed by hand lists the nearest by road, nearest first", "s", False),
    Rule(
        "reason", "what was changed by hand stands in the table and has a reason", "places", relaxable=False
    ),
)


def check(times: BeatTimes, table: NearestTable) -> list[Violation]:
    """Return all broken rules of the rows in force, judged by the drive times."""
    known, parts = set(times.beat_ids), set(times.part_names)
    rows = table.rows()
    count = Counter((r.part, r.beat) for r in table.computed)
    found = [
        Violation("every beat once", f"{beat}, {part}", count[part, beat], 1, "rows")
        for part in times.part_names
        for beat in times.beat_ids
        if count[part, beat] != 1
    ]
    wanted = min(table.places, len(known) - 1)
    for row in rows:
        where = f"{row.beat}, {row.part}"
        strange = [b for b in (row.beat, *row.nearest) if b not in known]
        if strange or row.part not in parts:
            found.append(Violation("known beats", where, len(strange) or 1, 0, "places"))
        if row.beat in row.nearest:
            found.append(Violation("not itself", where, row.nearest.count(row.beat), 0, "places"))
        twice = len(row.nearest) - len(set(row.nearest))
        if twice:
            found.append(Violation("no beat twice", where, twice, 0, "places"))
        if len(row.nearest) != wanted:
            found.append(Violation("all places", where, len(row.nearest), wanted, "places"))
        if not row.by_hand and not strange and row.part in parts:
            found += _order(times, row.part, row.beat, row.nearest)
    return [*found, *_edits(table)]


def _order(times: BeatTimes, part: str, beat: str, nearest: tuple[str, ...]) -> list[Violation]:
    """Compare the drive at each place with what the nearest beats by road give it."""
    index = {b: k for k, b in enumerate(times.beat_ids)}
    drive = times.drive_s[times.part_names.index(part), index[beat]].tolist()
    best = sorted(s for k, s in enumerate(drive) if k != index[beat])
    for place, (other, least) in enumerate(zip(nearest, best, strict=False), start=1):
        if abs(drive[index[other]] - least) > EQUAL_S:
            return [
                Violation("order", f"{beat}, {part}, place {place}: {other}", drive[index[other]], least, "s")
            ]
    return []


def _edits(table: NearestTable) -> list[Violation]:
    there = {(r.part, r.beat): len(r.nearest) for r in table.computed}
    return [
        Violation("reason", f"{e.beat}, {e.part}, place {e.place}", 0, 1, "places")
        for e in table.edits
        if not e.reason.strip() or not 1 <= e.place <= there.get((e.part, e.beat), 0)
    ]

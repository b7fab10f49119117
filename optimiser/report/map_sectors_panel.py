"""The panel beside the map of a sector plan: its table by district, its key, and what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser import units
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.report import ground
from optimiser.report.colours import INK, NO_DATA, ROAD
from optimiser.report.legend import MANY_ROWS, Key, Panel, Row
from optimiser.report.phrases import measures_by_name, percent
from optimiser.report.words_sectors import found
from optimiser.solve.result import Result

BARRIER = "#0B3C5D"
LINK = "#B5179E"
_KEY_AND_FOUND_IN = 1.9
_KEY_IN = 0.85
_HEADER = ("District", "share", "to target", "mean drive, min")
_RIGHT_EDGES = (0.3, 0.47, 0.68, 1.0)


def write_panel(
    table: Panel,
    key: Panel,
    problem: SectorsProblem,
    result: Result[SectorsPlan],
    fills: Sequence[tuple[str, str]],
    keys: Sequence[Key],
) -> None:
    """Write table, key and findings; the two panels may be one.

    ``fills`` is the (fill, hatch) of each district in the problem's order.
    """
    kinds = [k for k in problem.balance_names if k in problem.params.balance_frac]
    kind = next(iter(kinds or problem.balance_names), "")
    rows = _rows(problem, result, fills, kind)
    apart, many = key is not table, len(rows) > MANY_ROWS
    parts = [(table, rows)]
    if apart and many:
        half = (len(rows) + 1) // 2
        parts = [(table, rows[:half]), (key, rows[half:])]
    below_in = _KEY_IN if many else _KEY_AND_FOUND_IN
    for panel, some in parts:
        panel.heading(f"Share of {kind}" if kind else f"{problem.params.called.capitalize()}s")
        if kind in problem.params.balance_frac:
            panel.lines([f"asked: within {percent(problem.params.balance_frac[kind])} of the target share"])
        last = some is parts[-1][1]
        reserve_in = below_in if last and (not apart or many) else 0.0
        panel.table(_HEADER, some, _RIGHT_EDGES, reserve_in=reserve_in)
    key.key(keys)
    key.paragraphs("Found", found(problem, result)[1:])


def _rows(
    problem: SectorsProblem, result: Result[SectorsPlan], fills: Sequence[tuple[str, str]], kind: str
) -> list[Row]:
    by_name = measures_by_name(result.measures)
    off = by_name[f"largest deviation of {kind}"].by if f"largest deviation of {kind}" in by_name else {}
    drive = by_name.get("mean drive")
    rows = []
    for district, share, fill in zip(
        problem.params.district_ids, problem.params.shares().tolist(), fills, strict=True
    ):
        known = district in off
        rows.append(
            Row(
                (
                    district,
                    percent(share * (1 + off[district])) if known else "",
                    percent(off[district], signed=True) if known else "",
                    _minutes(drive.by.get(district) if drive is not None else None),
                ),
                fill,
            )
        )
    whole = percent(1.0) if off else ""
    rows.append(Row(("All", whole, "", _minutes(drive.value if drive is not None else None)), strong=True))
    return rows


def _minutes(seconds: float | None) -> str:
    return "" if seconds is None else f"{units.minutes(seconds):.1f}"


def draw_links(axes: Any, links: NDArray[np.object_], scale: float, *, colour: bool) -> None:
    """Draw the links that cross hard boundaries, above these."""
    ground.outline(axes, links, "white", 4.2 * scale, zorder=5.7)
    ground.outline(axes, links, LINK if colour else "black", 2.2 * scale, zorder=5.8)


def key_entries(
    *, stations: bool, barriers: bool, links: bool, roads: bool, unassigned: bool, colour: bool
) -> list[Key]:
    """Return the key of what is on the map."""
    keys = [Key("Centre of a district", "white", marker="o", edge=INK, dot=True)]
    if stations:
        keys.append(Key("Station", INK, marker="^"))
    if barriers:
        text = "Hard boundary (crossed only at its links)"
        keys.append(Key(text, BARRIER if colour else "black", dashes="--", width=1.8))
    if links:
        keys.append(Key("Link across a hard boundary", LINK if colour else "black", dashes="-", width=2.2))
    if roads:
        keys.append(Key("Roads", ROAD, dashes="-", width=0.9))
    if unassigned:
        keys.append(Key("Area of no district", NO_DATA))
    return keys

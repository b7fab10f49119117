"""The rows of the tables for a dispatch system, from plan, nearest beats, fold tables and street labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from optimiser.prepare.beats import Beats
from optimiser.studies.beat_times import BeatTimes
from optimiser.studies.fold_tables import FoldTable
from optimiser.studies.nearest import NearestTable
from optimiser.units import minutes

if TYPE_CHECKING:
    import geopandas as gpd

Rows = list[dict[str, Any]]


def configuration_rows(made: Beats) -> Rows:
    """Area, beat and district, in the order of the areas."""
    return [
        {"area": area, "beat": made.beat_ids[b], "district": made.district_of[b]}
        for area, b in zip(made.area_ids, made.beat_of.tolist(), strict=True)
    ]


def nearest_rows(made: Beats, times: BeatTimes, table: NearestTable) -> Rows:
    """One row a part of the day and beat: the nearest beats side by side with their drives."""
    rows = []
    for row in _by_row(made, times, table):
        cells = {k: row[k] for k in ("district", "beat", "part", "by_hand")}
        for place, (other, drive) in enumerate(row["nearest"], start=1):
            cells |= {f"nearest_{place}": other, f"drive_min_{place}": drive}
        rows.append(cells)
    return rows


def nearest_list_rows(made: Beats, times: BeatTimes, table: NearestTable) -> Rows:
    """One row a part of the day, beat and place."""
    return [
        {k: row[k] for k in ("district", "beat", "part", "by_hand")}
        | {"place": place, "nearest": other, "drive_min": drive}
        for row in _by_row(made, times, table)
        for place, (other, drive) in enumerate(row["nearest"], start=1)
    ]


def _by_row(made: Beats, times: BeatTimes, table: NearestTable) -> Rows:
    index = {b: k for k, b in enumerate(times.beat_ids)}
    district = dict(zip(made.beat_ids, made.district_of, strict=True))
    found = []
    for r in table.rows():
        drive_s = times.drive_s[times.part_names.index(r.part), index[r.beat]]
        nearest = [(b, minutes(float(drive_s[index[b]]))) for b in r.nearest]
        found.append(
            {
                "district": district[r.beat],
                "beat": r.beat,
                "part": r.part,
                "by_hand": r.by_hand,
                "nearest": nearest,
            }
        )
    return found


def fold_rows(tables: Sequence[FoldTable]) -> Rows:
    """One row a district, part of the day, number of cars and beat; a car bears its number and its first beat."""
    return [
        {
            "district": t.district,
            "part": t.part,
            "cars": cars,
            "car": car,
            "lead_beat": group[0],
            "beat": beat,
        }
        for t in tables
        for cars in sorted(t.plan.groups_at, reverse=True)
        for car, group in enumerate(t.plan.groups_at[cars], start=1)
        for beat in group
    ]


def label_rows(labels: gpd.GeoDataFrame) -> Rows:
    """One row a piece of street."""
    sides = [f"{side}_{what}" for side in ("left", "right") for what in ("area", "beat", "district")]
    named = {"piece_id": "piece", "segment_id": "segment"}
    wanted = labels[["piece_id", "segment_id", "name", "length_m", *sides, "note", "reason"]].rename(
        columns=named
    )
    rows: Rows = wanted.to_dict("records")
    return rows

"""What the columns of a street file are usually called. Only columns named here are ever stored."""

from __future__ import annotations

from collections.abc import Iterable

from optimiser.data.columns import key

SPEED = (
    "speedlimit", "speed_limit", "speed_mph", "mph", "posted_speed", "maxspeed", "speed_kmh", "speed", "spd_limit",
    "speedlim", "speed_limit_kmh", "speed_limit_kph", "speed_kph", "kmh", "kph", "speed_limit_mph",
)  # fmt: skip
MINUTES = ("minutes", "drive_minutes", "traveltime")
ONE_WAY = ("oneway", "one_way", "one_way_st", "direction", "traveldir")
NAME = ("streetname", "street_name", "fullname", "full_name", "st_name", "name")
ROAD_CLASS = ("highway", "fclass", "road_class", "class", "roadclass")
OPEN = ("enabled", "open", "active")
SEGMENT_ID = (
    "segment_id", "seg_id", "street_id", "road_id", "link_id", "tlid", "objectid", "fid", "id",
)  # fmt: skip
"""Numbers of street segments, by which a dispatch system knows them."""


def first(columns: Iterable[str], names: Iterable[str]) -> str:
    """Return the column that the first fitting name means, "" for none; case, blanks and signs do not count."""
    there: dict[str, str] = {}
    for column in columns:
        there.setdefault(key(column), column)
    return next((there[key(n)] for n in names if key(n) in there), "")


def speed_unit(column: str) -> tuple[str, bool]:
    """Return the unit of a speed column, ``kmh`` or ``mph``, and whether its name says so; mph where it does not."""
    name = key(column)
    if "km" in name or "kph" in name or name == "maxspeed":  # OpenStreetMap's, where mph are written out
        return "kmh", True
    return "mph", "mph" in name


def known(columns: Iterable[str]) -> list[str]:
    """Return those of the columns that a road network is made of, and the numbers of its segments."""
    named = {key(n) for names in (SPEED, MINUTES, ONE_WAY, NAME, ROAD_CLASS, OPEN, SEGMENT_ID) for n in names}
    return [c for c in columns if key(c) in named]

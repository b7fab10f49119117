"""Which column of a street file says what, by its usual names."""

from __future__ import annotations

from optimiser.roads.streets import StreetColumns

_SPEED = (
    "speedlimit",
    "speed_limit",
    "speed_mph",
    "mph",
    "posted_speed",
    "maxspeed",
    "speed_kmh",
    "speed",
    "spd_limit",
)
_ONE_WAY = ("oneway", "one_way", "one_way_st", "direction", "traveldir")
_NAME = ("streetname", "street_name", "fullname", "full_name", "st_name", "name")
_CLASS = ("highway", "fclass", "road_class", "class", "roadclass")


def guess_columns(columns: list[str]) -> StreetColumns:
    """Return the column map of a street file from its column names; what is not there stays empty.

    A speed column counts as km/h where its name says so, else as mph. Minutes and closed lines are never guessed:
    columns of those names may hold anything.
    """
    lower = {c.casefold(): c for c in reversed(columns)}

    def first(names: tuple[str, ...]) -> str:
        return next((lower[n] for n in names if n in lower), "")

    speed = first(_SPEED)
    return StreetColumns(
        speed=speed,
        speed_unit="kmh" if "km" in speed.casefold() or speed.casefold() == "maxspeed" else "mph",
        one_way=first(_ONE_WAY),
        name=first(_NAME),
        road_class=first(_CLASS),
    )

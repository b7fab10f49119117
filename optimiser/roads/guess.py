"""Which column of a street file says what, by its usual names."""

from __future__ import annotations

from optimiser.data import street_columns as names
from optimiser.roads.streets import StreetColumns


def guess_columns(columns: list[str]) -> StreetColumns:
    """Return the column map of a street file from its column names; what is not there stays empty.

    A speed column counts as km/h where its name says so, else as mph. Minutes and closed lines are never guessed:
    columns of those names may hold anything.
    """
    speed = names.first(columns, names.SPEED)
    return StreetColumns(
        speed=speed,
        speed_unit=names.speed_unit(speed)[0],
        one_way=names.first(columns, names.ONE_WAY),
        name=names.first(columns, names.NAME),
        road_class=names.first(columns, names.ROAD_CLASS),
    )

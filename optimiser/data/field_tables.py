"""Units in the field and exits to block: two small tables from whoever runs the operation.

``units.csv``: ``unit_id`` with ``lon,lat`` or ``area_id`` or ``station_id``; perhaps ``driver`` and ``free_in_min``.
``exits.csv``: ``exit_id`` with ``lon,lat``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from optimiser.data.small_tables import number, refuse, rows_of
from optimiser.units import seconds_from_minutes


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A unit or an exit.

    Parameters
    ----------
    row_id
        As in the file.
    lon_lat
        Where it is; None where ``place`` says.
    place
        Id of an area or a station; "" where there are coordinates.
    driver
        Driver class of a unit; "" for the usual one.
    free_in_s
        When a unit is free, from now.
    """

    row_id: str
    lon_lat: tuple[float, float] | None
    place: str = ""
    driver: str = ""
    free_in_s: float = 0.0


def read_field(path: Path, id_column: str, known: Mapping[str, str] | None = None) -> tuple[FieldRow, ...]:
    """Read units or exits.

    Parameters
    ----------
    id_column
        ``unit_id`` or ``exit_id``.
    known
        Every name of an area and a station to its id, where rows may be placed by one.

    Raises
    ------
    InputError
        Naming, all together, rows without a place, of an id that stands twice, or with a number that is none.
    """
    further = ("lon", "lat", "area_id", "station_id", "driver", "free_in_min")
    found: list[FieldRow] = []
    faults = []
    for line, cells in rows_of(path, (id_column,), further):
        name, place = cells[id_column], cells.get("area_id", "") or cells.get("station_id", "")
        lon, lat = number(cells.get("lon", "")), number(cells.get("lat", ""))
        free = number(cells.get("free_in_min", "") or "0")
        if not name or any(r.row_id == name for r in found):
            faults.append(f"line {line}: {id_column} {name!r} {'stands twice' if name else 'is empty'}")
        elif free is None or free < 0:
            faults.append(f"line {line}: {cells['free_in_min']!r} are no minutes of 0 or more")
        elif lon is not None and lat is not None and abs(lon) <= 180 and abs(lat) <= 90:
            found.append(FieldRow(name, (lon, lat), "", cells.get("driver", ""), seconds_from_minutes(free)))
        elif place and known is not None and place in known:
            found.append(
                FieldRow(name, None, known[place], cells.get("driver", ""), seconds_from_minutes(free))
            )
        elif place and known is not None:
            faults.append(f"line {line}: {place!r} is neither an area nor a station")
        else:
            faults.append(f"line {line}: {name} has no place: give lon and lat in degrees")
    refuse(path, faults)
    return tuple(found)

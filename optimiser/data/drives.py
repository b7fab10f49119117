"""Recorded drives: ``from_lon,from_lat,to_lon,to_lat,seconds`` and perhaps ``driver``, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimiser.data.small_tables import number, refuse, rows_of

_ENDS = ("from_lon", "from_lat", "to_lon", "to_lat")


@dataclass(frozen=True, eq=False)
class Drives:
    """Ends in degrees, shape (n, 2) each, longitude first; seconds from setting off to arrival, shape (n,)."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    seconds: NDArray[np.float64]


def read_drives(path: Path, driver: str) -> Drives:
    """Read the drives of one driver class; rows that state none count for every class.

    Raises
    ------
    InputError
        Naming, all together, rows whose ends are no degrees or whose seconds are none above 0.
    """
    found: list[list[float]] = []
    faults = []
    for line, cells in rows_of(path, (*_ENDS, "seconds"), ("driver",)):
        if cells.get("driver", "") not in ("", driver):
            continue
        ends, seconds = [number(cells[c]) for c in _ENDS], number(cells["seconds"])
        if seconds is None or seconds <= 0:
            faults.append(f"line {line}: {cells['seconds']!r} are no seconds above 0")
        elif any(v is None or abs(v) > limit for v, limit in zip(ends, (180, 90, 180, 90), strict=True)):
            faults.append(
                f"line {line}: its ends should be degrees, got {', '.join(cells[c] for c in _ENDS)}"
            )
        else:
            found.append([*(v for v in ends if v is not None), seconds])
    refuse(path, faults)
    table = np.array(found, dtype=np.float64).reshape(-1, 5)
    return Drives(table[:, :2], table[:, 2:4], table[:, 4])

"""Times between zones, by driver class and grade and by hour of the week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.simulate.state import EXACT, RASTER, STAY, TravelArrays
from optimiser.units import HOURS_PER_WEEK

Glide = Literal["halfway", "line", "raster"]
_RASTER_CELLS = 512
_GLIDES = {"halfway": STAY, "line": EXACT, "raster": RASTER}


@dataclass(frozen=True, kw_only=True, eq=False)
class Travel:
    """Z zones.

    Parameters
    ----------
    table_s
        Seconds, shape (Z, Z) or (M, H, Z, Z): mode (driver class with or without blue lights), time slice, from, to.
        The engine is compiled for doubles only: any other type is copied once.
    slice_of_hour
        Time slice of each hour of the week, shape (168,); all 0 if None.
    mode
        Mode of each driver class (row) and grade (column), the last column for ways without a call, shape
        (K, G + 1); all 0 if None.
    metres
        Distance between zones, shape (Z, Z), for distance driven; not measured if None.
    xy_m
        Place of each zone, shape (Z, 2); needed by the crow's flight and by ``glide`` "line" and "raster".
    glide
        Where a unit on its way is: "halfway" in the zone it left until half-way, then in the one it heads for;
        "line" in the zone nearest to a point moving on the straight line; "raster" the same, fast and as good as
        512 cells across.
    """

    table_s: NDArray[np.floating]
    slice_of_hour: NDArray[np.int64] | None = None
    mode: NDArray[np.int64] | None = None
    metres: NDArray[np.float64] | None = None
    xy_m: NDArray[np.float64] | None = None
    glide: Glide = "halfway"

    def __post_init__(self) -> None:
        table = np.asarray(self.table_s)
        if table.ndim not in (2, 4) or table.shape[-1] != table.shape[-2]:
            raise InputError(
                f"table_s needs shape (zones, zones) or (modes, slices, zones, zones), got {table.shape}."
            )
        if np.isnan(table).any() or (table < 0).any():
            raise InputError("table_s must be 0 or more seconds; infinite where no road leads, never NaN.")
        if self.glide != "halfway" and self.xy_m is None:
            raise InputError(f"glide {self.glide!r} needs xy_m, the place of each zone.")

    @property
    def n_zones(self) -> int:
        """Z."""
        return int(np.shape(self.table_s)[-1])

    def arrays(self, n_kinds: int, n_grades: int) -> TravelArrays:
        """Return the arrays of the engine."""
        table = np.asarray(self.table_s)
        table = table[None, None] if table.ndim == 2 else table
        slices = np.zeros(HOURS_PER_WEEK) if self.slice_of_hour is None else np.asarray(self.slice_of_hour)
        mode = np.zeros((n_kinds, n_grades + 1)) if self.mode is None else np.asarray(self.mode)
        if slices.shape != (HOURS_PER_WEEK,) or slices.max() >= table.shape[1]:
            raise InputError(f"slice_of_hour needs 168 slices from 0 to {table.shape[1] - 1}.")
        if mode.shape[0] < n_kinds or mode.shape[1] != n_grades + 1 or mode.max() >= table.shape[0]:
            raise InputError(
                f"mode needs shape ({n_kinds}, {n_grades + 1}) and modes from 0 to {table.shape[0] - 1}, "
                f"got {mode.shape} with {mode.max():g}."
            )
        xy = np.zeros((self.n_zones, 2)) if self.xy_m is None else np.asarray(self.xy_m, dtype=float)
        raster, raster_at = (
            _raster(xy) if self.glide == "raster" else (np.zeros((1, 1), dtype=np.int32), np.ones(3))
        )
        return TravelArrays(
            table=np.ascontiguousarray(table, dtype=np.float64),
            slice_of_hour=slices.astype(np.int16),
            mode=mode.astype(np.int16),
            metres=np.zeros((1, 1)) if self.metres is None else np.asarray(self.metres, dtype=float),
            xy=xy,
            raster=raster,
            raster_at=raster_at,
            glide=_GLIDES[self.glide],
        )


def no_travel() -> Travel:
    """Return one zone without ways: the pure queue."""
    return Travel(table_s=np.zeros((1, 1)))


def _raster(xy: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    from scipy.spatial import cKDTree

    low = xy.min(axis=0)
    size = float(max((xy.max(axis=0) - low).max(), 1.0)) / (_RASTER_CELLS - 1)
    cells = ((xy.max(axis=0) - low) / size).astype(int) + 2
    x, y = (low[k] + (np.arange(cells[k]) + 0.5) * size for k in range(2))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    nearest = cKDTree(xy).query(grid)[1].reshape(cells[1], cells[0])
    return nearest.astype(np.int32), np.array([low[0], low[1], size])

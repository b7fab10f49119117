"""How far a coordinate system is from true metres where the areas lie: on the web's map a mile in Toronto is 1.4."""

from __future__ import annotations

from typing import Any

import numpy as np

MOST_FRAC = 0.02
"""Distances that are further off than this stop a solve."""

GOOD_FRAC = 0.01
"""A projected system of the file is kept where distances are no further off than this."""


def stretch_frac(crs: Any, bounds: Any) -> float:
    """Return the largest share by which distances in ``crs`` differ from those on the ground.

    Parameters
    ----------
    crs
        Projected coordinate system.
    bounds
        West, south, east, north of the areas in it; looked at in the middle and at the corners.

    Returns
    -------
    float
        0.38 where a metre of the map is 1.38 or 0.62 metres; infinite where the system does not reach.
    """
    from pyproj import CRS, Proj, Transformer

    west, south, east, north = (float(v) for v in bounds)
    x = np.array([(west + east) / 2, west, west, east, east])
    y = np.array([(south + north) / 2, south, north, south, north])
    known = CRS.from_user_input(crs)
    lon, lat = Transformer.from_crs(known, known.geodetic_crs, always_xy=True).transform(x, y)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        return float("inf")
    found = Proj(known).get_factors(lon, lat, radians=False, errcheck=False)
    scales = np.concatenate([np.atleast_1d(found.tissot_semimajor), np.atleast_1d(found.tissot_semiminor)])
    return float(np.abs(scales - 1.0).max()) if np.isfinite(scales).all() else float("inf")

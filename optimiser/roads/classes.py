"""Classes of road, and what is assumed of each where the data are silent.

Every figure is in km/h, as planners state it; :func:`limits_m_per_s` and :func:`caps_m_per_s` convert.
Both tables are assumptions of this package (common statutory limits, rounded) and can be overridden.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.units import metres_per_s_from_kmh

DEFAULT_LIMIT_KMH: dict[str, float] = {
    "motorway": 110.0,
    "trunk": 90.0,
    "primary": 60.0,
    "secondary": 60.0,
    "tertiary": 50.0,
    "unclassified": 50.0,
    "residential": 50.0,
    "living_street": 20.0,
    "service": 20.0,
    "motorway_link": 60.0,
    "link": 50.0,
    "track": 15.0,
    "pedestrian": 10.0,
    "busway": 40.0,
    "cycleway": 20.0,
    "path": 6.0,
}
"""Limit taken where a road states none, by class."""

BLUE_LIGHT_CAP_KMH: dict[str, float] = {
    "motorway": 177.0,
    "trunk": 161.0,
    "primary": 130.0,
    "secondary": 110.0,
    "tertiary": 100.0,
    "unclassified": 90.0,
    "residential": 80.0,
    "living_street": 40.0,
    "service": 30.0,
    "motorway_link": 110.0,
    "link": 90.0,
    "track": 30.0,
    "pedestrian": 15.0,
    "busway": 90.0,
    "cycleway": 15.0,
    "path": 6.0,
}
"""Highest speed under blue lights, by class; never below the limit itself."""

ROAD_CLASSES: tuple[str, ...] = tuple(DEFAULT_LIMIT_KMH)
CLASS_INDEX: dict[str, int] = {name: index for index, name in enumerate(ROAD_CLASSES)}

OSM_CLASS: dict[str, str] = {
    **{name: name for name in ROAD_CLASSES},
    "trunk_link": "link",
    "primary_link": "link",
    "secondary_link": "link",
    "tertiary_link": "link",
    "road": "unclassified",
    "bus_guideway": "busway",
    "footway": "path",
    "steps": "path",
    "bridleway": "path",
}
"""OSM ``highway`` value to class; a value that is not here is no road (construction, platform ...)."""
OSM_CLASS.pop("link")


def _table(default: Mapping[str, float], override: Mapping[str, float] | None) -> NDArray[np.float64]:
    values = dict(default)
    for name, kmh in (override or {}).items():
        if name not in values:
            raise InputError(f"There is no road class {name!r}; the classes are {', '.join(ROAD_CLASSES)}.")
        if not 0.0 < kmh < 400.0:
            raise InputError(f"Speed of road class {name!r} is {kmh} km/h; it must be above 0 and below 400.")
        values[name] = float(kmh)
    return np.array([metres_per_s_from_kmh(values[name]) for name in ROAD_CLASSES])


def limits_m_per_s(override_kmh: Mapping[str, float] | None = None) -> NDArray[np.float64]:
    """Return the default limit of each class, shape (n_classes,), in metres per second.

    Raises
    ------
    InputError
        If an override names no class or is no speed.
    """
    return _table(DEFAULT_LIMIT_KMH, override_kmh)


def caps_m_per_s(override_kmh: Mapping[str, float] | None = None) -> NDArray[np.float64]:
    """Return the blue-light cap of each class, shape (n_classes,), in metres per second.

    Raises
    ------
    InputError
        If an override names no class or is no speed.
    """
    return _table(BLUE_LIGHT_CAP_KMH, override_kmh)

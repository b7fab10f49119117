"""Speed limits as OSM writes them: ``50``, ``30 mph``, ``GB:nsl_single``, ``none``, ``walk``, and junk.

Values: https://wiki.openstreetmap.org/wiki/Key:maxspeed. Zone texts (``XX:urban``) use one figure for all
countries but Great Britain, whose limits are in mph.
"""

from __future__ import annotations

import re
from typing import Literal

from optimiser.units import METRES_PER_KM, SECONDS_PER_HOUR, metres_per_s_from_kmh, metres_per_s_from_mph

Verdict = Literal["stated", "missing", "junk"]

_METRES_PER_KNOT_HOUR = 1852.0
_NUMBER = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s*(km/?h|kph|mph|knots)?")
_ZONE_NUMBER = re.compile(r"(?:[a-z]{2}:)?zone:?(\d{1,3})|([a-z]{2}):(\d{1,3})(?:_zone)?")
_WALK_KMH = 6.0
_DERESTRICTED_KMH = 130.0
_LEAST_M_PER_S = metres_per_s_from_kmh(3.0)
_MOST_M_PER_S = metres_per_s_from_kmh(200.0)
_GB_MPH = {
    "national": 60.0,
    "nsl_single": 60.0,
    "nsl_dual": 70.0,
    "nsl": 60.0,
    "motorway": 70.0,
    "nsl_restricted": 30.0,
    "restricted": 30.0,
    "urban": 30.0,
    "rural": 60.0,
    "living_street": 20.0,
}
_ZONE_KMH = {
    "urban": 50.0,
    "rural": 90.0,
    "trunk": 100.0,
    "expressway": 100.0,
    "motorway": 130.0,
    "living_street": 20.0,
    "bicycle_road": 30.0,
    "walk": _WALK_KMH,
}


def _zone(text: str, road_class: str) -> float | None:
    if text == "national" or text.startswith(("gb:", "uk:")):
        word = text.partition(":")[2] or text
        if word in ("national", "nsl") and road_class == "motorway":
            word = "motorway"
        if word in _GB_MPH:
            return metres_per_s_from_mph(_GB_MPH[word])
    match = _ZONE_NUMBER.fullmatch(text)
    if match:
        mph = text.startswith(("gb:", "uk:"))
        value = float(match[1] or match[3])
        return metres_per_s_from_mph(value) if mph else metres_per_s_from_kmh(value)
    country, colon, word = text.partition(":")
    if colon and len(country) in (2, 5) and word in _ZONE_KMH:
        return metres_per_s_from_kmh(_ZONE_KMH[word])
    return None


def _single(text: str, road_class: str) -> float | None:
    if text == "none":
        return metres_per_s_from_kmh(_DERESTRICTED_KMH) if road_class in ("motorway", "trunk") else None
    if text == "walk":
        return metres_per_s_from_kmh(_WALK_KMH)
    match = _NUMBER.fullmatch(text)
    if match is None:
        return _zone(text, road_class)
    value, unit = float(match[1]), match[2]
    if unit == "mph":
        return metres_per_s_from_mph(value)
    if unit == "knots":
        return value * _METRES_PER_KNOT_HOUR / SECONDS_PER_HOUR
    return metres_per_s_from_kmh(value)


def parse_limit(text: str | None, road_class: str) -> tuple[float, Verdict]:
    """Read one limit.

    Parameters
    ----------
    text
        The tag's text, or None. Of several limits (``30;50``, one a lane) the lowest holds.
    road_class
        Name of the road's class: ``none`` and ``national`` depend on it.

    Returns
    -------
    tuple of float and str
        Metres per second (NaN unless stated), and whether it was stated, missing or junk. Junk is text that
        is no limit, a limit outside 3 to 200 km/h, or ``none`` off motorways and trunk roads.
    """
    if text is None or not text.strip():
        return float("nan"), "missing"
    found = [_single(part.strip().lower(), road_class) for part in re.split(r"[;|,]", text[:200])]
    values = [v for v in found if v is not None and _LEAST_M_PER_S <= v <= _MOST_M_PER_S]
    return (min(values), "stated") if values else (float("nan"), "junk")


def kmh(metres_per_s: float) -> float:
    """Metres per second to km/h, for text."""
    return metres_per_s * SECONDS_PER_HOUR / METRES_PER_KM

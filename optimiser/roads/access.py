"""Who may use a road, and in which direction: one byte a segment.

Four modes, two bits each: bit ``2 * mode`` = open along the way's own direction, bit ``2 * mode + 1`` = against
it. Car: any police car that keeps to the rules. Emergency: blue lights; may also use private roads, roads
closed to traffic, bus roads, tracks and pedestrian streets, and obeys one-way signs. Tags:
https://wiki.openstreetmap.org/wiki/Key:access (the most specific key decides).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.roads.classes import OSM_CLASS

MODES: tuple[str, ...] = ("car", "emergency", "bicycle", "foot")
CAR, EMERGENCY, BICYCLE, FOOT = range(4)
BOTH_WAYS_ALL_MODES = 0xFF
_FORWARD, _BACKWARD = 0b01, 0b10
_FORWARD_BITS, _BACKWARD_BITS = 0x55, 0xAA

_CLOSED = frozenset(
    {
        "no",
        "private",
        "agricultural",
        "forestry",
        "agricultural;forestry",
        "permit",
        "military",
        "emergency",
        "bus",
        "psv",
    }
)
_OPENED = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})
_CAR_CLASSES = frozenset(
    {
        "motorway",
        "trunk",
        "primary",
        "secondary",
        "tertiary",
        "unclassified",
        "residential",
        "living_street",
        "service",
        "motorway_link",
        "link",
    }
)
_EMERGENCY_CLASSES = _CAR_CLASSES | {"track", "pedestrian", "busway"}
_BICYCLE_CLASSES = (_CAR_CLASSES - {"motorway", "motorway_link"}) | {"track", "cycleway"}
_FAST = frozenset({"motorway", "motorway_link"})


def _mode_open(tags: Mapping[str, str], keys: tuple[str, ...], default: bool) -> bool:
    for key in keys:
        value = tags.get(key)
        if value in _CLOSED:
            return False
        if value in _OPENED:
            return True
        if value is not None:  # a value nobody defined says nothing
            return default
    return default


def _directions(tags: Mapping[str, str]) -> int:
    value = tags.get("oneway")
    if value in ("-1", "reverse"):
        return _BACKWARD
    if value in ("yes", "true", "1"):
        return _FORWARD
    if value is None and (
        tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    ):
        return _FORWARD
    return _FORWARD | _BACKWARD


def _bicycle(tags: Mapping[str, str], road_class: str, directions: int) -> int:
    highway = tags.get("highway")
    allowed = road_class in _BICYCLE_CLASSES or highway in ("path", "bridleway")
    if tags.get("motorroad") == "yes" or tags.get("bicycle") in ("dismount", "use_sidepath"):
        return 0
    if not _mode_open(tags, ("bicycle", "vehicle", "access"), allowed):
        return 0
    if not allowed and tags.get("bicycle") not in _OPENED:
        return 0
    contraflow = tags.get("oneway:bicycle") == "no" or tags.get("cycleway", "").startswith("opposite")
    return _FORWARD | _BACKWARD if contraflow else directions


def openness(tags: Mapping[str, str]) -> int:
    """Return the byte of a way from its tags; 0 where nobody may use it or it is no road.

    Parameters
    ----------
    tags
        All tags of the way.
    """
    road_class = OSM_CLASS.get(tags.get("highway", ""))
    if road_class is None or tags.get("area") == "yes":
        return 0
    directions = _directions(tags)
    motor = ("motorcar", "motor_vehicle", "vehicle", "access")
    paved_track = road_class == "track" and tags.get("tracktype") == "grade1"
    byte = 0
    if (road_class in _CAR_CLASSES or paved_track) and _mode_open(tags, motor, default=True):
        byte |= directions << (2 * CAR)
    permitted = tags.get("emergency") in ("yes", "designated", "official")
    if (road_class in _EMERGENCY_CLASSES or permitted) and tags.get("emergency") != "no":
        byte |= directions << (2 * EMERGENCY)
    byte |= _bicycle(tags, road_class, directions) << (2 * BICYCLE)
    on_foot = road_class not in _FAST and tags.get("motorroad") != "yes"
    if on_foot and _mode_open(tags, ("foot", "access"), default=True):
        byte |= (_FORWARD | _BACKWARD) << (2 * FOOT)
    return byte


def swapped(byte: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the bytes of the same segments drawn the other way round."""
    return (((byte & _BACKWARD_BITS) >> 1) | ((byte & _FORWARD_BITS) << 1)).astype(np.uint8)


def mode_bits(modes: tuple[str, ...]) -> int:
    """Return the mask of both directions of the named modes.

    Raises
    ------
    InputError
        If a name is no mode, or there is none.
    """
    unknown = [m for m in modes if m not in MODES]
    if unknown or not modes:
        raise InputError(
            f"Modes {', '.join(modes) or 'none'} cannot be used; choose from {', '.join(MODES)}."
        )
    return sum(0b11 << (2 * MODES.index(m)) for m in set(modes))


def open_forward(byte: NDArray[np.uint8], mode: int) -> NDArray[np.bool_]:
    """Whether each segment is open to the mode along its own direction."""
    return (byte >> (2 * mode)) & 1 > 0


def open_backward(byte: NDArray[np.uint8], mode: int) -> NDArray[np.bool_]:
    """Whether each segment is open to the mode against its own direction."""
    return (byte >> (2 * mode + 1)) & 1 > 0

"""What people call for in the made-up county: types, their priority, length, units and rhythm.

Shares of priorities, time on scene and units a call follow what departments publish (about three calls in
five need one unit, service times with a coefficient of variation of 1.4); the words are made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Rhythm = Literal["flat", "day", "commute", "evening", "night"]
Place = Literal["homes", "shops", "centre", "roads", "anywhere"]


@dataclass(frozen=True, slots=True)
class CallType:
    """One type: ``share`` within its origin, mean minutes on scene, chance of 1, 2, 3, 4 units."""

    code: str
    description: str
    category: str
    origin: Literal["public", "officer"]
    priority: int
    share: float
    on_scene_min: float
    units: tuple[float, float, float, float]
    rhythm: Rhythm
    place: Place


_ONE = (0.94, 0.05, 0.01, 0.0)
_MOST_ONE = (0.72, 0.23, 0.04, 0.01)
_TWO = (0.18, 0.62, 0.15, 0.05)
_MANY = (0.04, 0.36, 0.36, 0.24)

CALL_TYPES = (
    CallType("SHOTS", "Shots heard", "violence", "public", 1, 0.006, 45, _MANY, "night", "homes"),
    CallType("ASLTP", "Assault in progress", "violence", "public", 1, 0.022, 55, _MANY, "night", "centre"),
    CallType("ROBB", "Robbery", "violence", "public", 1, 0.010, 70, _MANY, "evening", "shops"),
    CallType("BURGP", "Burglary in progress", "property", "public", 1, 0.012, 50, _MANY, "night", "homes"),
    CallType("INJ", "Collision with injury", "traffic", "public", 1, 0.030, 60, _TWO, "commute", "roads"),
    CallType("PERIL", "Person in danger", "welfare", "public", 1, 0.020, 65, _TWO, "evening", "homes"),
    CallType("DOM", "Domestic dispute", "violence", "public", 2, 0.085, 48, _TWO, "evening", "homes"),
    CallType("DIST", "Disturbance", "disorder", "public", 2, 0.090, 24, _TWO, "night", "centre"),
    CallType("ALARM", "Burglar alarm", "alarm", "public", 2, 0.085, 14, _MOST_ONE, "flat", "shops"),
    CallType("SUSP", "Suspicious person", "disorder", "public", 2, 0.100, 18, _MOST_ONE, "evening", "homes"),
    CallType("WELF", "Welfare check", "welfare", "public", 2, 0.075, 34, _MOST_ONE, "day", "homes"),
    CallType("MENT", "Mental health crisis", "welfare", "public", 2, 0.030, 95, _TWO, "evening", "homes"),
    CallType("MISS", "Missing person", "welfare", "public", 2, 0.012, 80, _MOST_ONE, "evening", "homes"),
    CallType(
        "COLL", "Collision, damage only", "traffic", "public", 3, 0.095, 38, _MOST_ONE, "commute", "roads"
    ),
    CallType("SHOP", "Shoplifting", "property", "public", 3, 0.055, 42, _ONE, "day", "shops"),
    CallType("NOISE", "Noise", "disorder", "public", 3, 0.060, 12, _MOST_ONE, "night", "homes"),
    CallType("THEFT", "Theft report", "property", "public", 4, 0.075, 36, _ONE, "day", "shops"),
    CallType("BURGR", "Burglary report", "property", "public", 4, 0.030, 52, _ONE, "day", "homes"),
    CallType("FRAUD", "Fraud report", "property", "public", 4, 0.028, 40, _ONE, "day", "homes"),
    CallType("PARK", "Parking", "traffic", "public", 4, 0.040, 11, _ONE, "day", "centre"),
    CallType("LOST", "Lost or found property", "service", "public", 4, 0.040, 18, _ONE, "day", "anywhere"),
    CallType("STOP", "Traffic stop", "traffic", "officer", 3, 0.42, 12, _MOST_ONE, "commute", "roads"),
    CallType("PATCK", "Property check", "proactive", "officer", 4, 0.33, 9, _ONE, "night", "shops"),
    CallType("FOLLOW", "Follow-up", "service", "officer", 4, 0.14, 45, _ONE, "day", "homes"),
    CallType("WARR", "Warrant", "service", "officer", 3, 0.06, 55, _TWO, "day", "homes"),
    CallType("FOOT", "Foot patrol", "proactive", "officer", 4, 0.05, 30, _MOST_ONE, "evening", "centre"),
)
TEST_TYPE = ("TEST", "Test call", "test", 4)
UNKNOWN_TYPE = "ZZZ"

"""Speed limits as OpenStreetMap writes them."""

import math

import pytest

from optimiser.roads.limits import kmh, parse_limit


@pytest.mark.parametrize(
    ("text", "road_class", "expected_kmh"),
    [
        ("50", "residential", 50.0),
        ("30 mph", "residential", 48.28032),  # 30 x 1.609344
        ("30mph", "residential", 48.28032),
        ("60 km/h", "primary", 60.0),
        ("7 knots", "service", 12.964),  # 7 x 1.852
        ("none", "motorway", 130.0),
        ("walk", "living_street", 6.0),
        ("national", "primary", 96.56064),  # 60 mph off motorways
        ("national", "motorway", 112.65408),  # 70 mph
        ("GB:nsl_dual", "trunk", 112.65408),
        ("GB:nsl_single", "secondary", 96.56064),
        ("GB:zone20", "residential", 32.18688),
        ("DE:zone:30", "residential", 30.0),
        ("AT:urban", "tertiary", 50.0),
        ("BR:rural", "secondary", 90.0),
        ("50;30", "tertiary", 30.0),
        ("40|60", "tertiary", 40.0),
    ],
)
def test_a_stated_limit_is_read(text: str, road_class: str, expected_kmh: float) -> None:
    """Units and zone texts of the wiki page Key:maxspeed give the figure worked out by hand."""
    value, verdict = parse_limit(text, road_class)
    assert verdict == "stated"
    assert kmh(value) == pytest.approx(expected_kmh, rel=1e-12)


@pytest.mark.parametrize(
    "text", ["fast", "0", "999", "-30", "none", "signals", "3O", "1e3", "30 furlongs", "GB:moon"]
)
def test_junk_is_told_from_a_limit(text: str) -> None:
    """Text that is no limit, or one no road has, is junk, never a guess."""
    value, verdict = parse_limit(text, "residential")
    assert verdict == "junk"
    assert math.isnan(value)


@pytest.mark.parametrize("text", [None, "", "  "])
def test_a_missing_limit_is_missing(text: str | None) -> None:
    """Nothing stated is told from junk, since both are counted."""
    assert parse_limit(text, "residential")[1] == "missing"

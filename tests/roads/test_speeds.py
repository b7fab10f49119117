"""Driver classes, hour factors and weights."""

import numpy as np
import pytest

from optimiser import roads
from optimiser.errors import InputError
from optimiser.roads.classes import CLASS_INDEX, caps_m_per_s, limits_m_per_s
from optimiser.roads.speeds import segment_speeds
from optimiser.units import metres_per_s_from_kmh, metres_per_s_from_mph
from tests.oracles import roads as cases


def speed_mph(driver: str, limit_mph: float, road_class: str) -> float:
    found = segment_speeds(
        np.array([metres_per_s_from_mph(limit_mph)]),
        np.array([CLASS_INDEX[road_class]], dtype=np.uint8),
        roads.DRIVERS[driver],
    )
    return float(found[0]) / metres_per_s_from_mph(1.0)


@pytest.mark.parametrize(
    ("driver", "limit_mph", "road_class", "expected_mph"),
    [
        ("basic", 30, "residential", 30),
        ("standard", 30, "primary", 50),  # limit + 20 mph
        ("standard", 70, "motorway", 90),
        ("advanced", 30, "primary", 50),
        ("van", 70, "motorway", 60),
        ("van", 30, "residential", 30),
        ("bicycle", 70, "primary", 18 / 1.609344),
        ("foot", 30, "residential", 5 / 1.609344),
    ],
)
def test_speeds_by_class(driver: str, limit_mph: float, road_class: str, expected_mph: float) -> None:
    """Basic at the limit, blue lights 20 mph above it, vans to 60 mph, bicycle 18 and foot 5 km/h."""
    assert speed_mph(driver, limit_mph, road_class) == pytest.approx(expected_mph)


def test_blue_lights_are_capped_by_class_but_never_below_the_limit() -> None:
    """A service road stops at its cap of 30 km/h; a stated limit above the cap stands."""
    assert speed_mph("standard", 15, "service") == pytest.approx(30 / 1.609344)
    assert speed_mph("standard", 40, "service") == pytest.approx(40)
    assert speed_mph("standard", 95, "motorway") == pytest.approx(100)  # its ceiling
    assert speed_mph("advanced", 95, "motorway") == pytest.approx(177 / 1.609344)


def test_a_calibrated_class_multiplies_the_limit() -> None:
    """Norwegian police: 1.22 times 20 km/h."""
    driver = roads.Driver("calibrated", "emergency", factor=1.22)
    found = segment_speeds(
        np.array([metres_per_s_from_kmh(20)]), np.array([CLASS_INDEX["primary"]], np.uint8), driver
    )
    assert found[0] == pytest.approx(metres_per_s_from_kmh(24.4))


def test_hour_factors_slow_their_class_and_hour_only() -> None:
    """Monday 08:00 on a main road takes 1.3 times as long; Sunday, side streets and free flow do not change."""
    network = roads.build(cases.graph([(0, 0), (100, 0), (200, 0)], [(0, 1), (1, 2)]))
    network.streets.road_class[:] = [CLASS_INDEX["primary"], CLASS_INDEX["residential"]]
    factors = roads.commuter_factors()
    free = roads.weigh(network).segment_s
    assert roads.weigh(network, hour_of_week=8, factors=factors).segment_s == pytest.approx(free * [1.3, 1.0])
    assert roads.weigh(network, hour_of_week=6 * 24 + 8, factors=factors).segment_s == pytest.approx(free)
    assert roads.weigh(network, hour_of_week=8).segment_s == pytest.approx(free)
    assert roads.weigh(network, hour_of_week=8, factors=roads.flat_factors()).segment_s == pytest.approx(free)


@pytest.mark.parametrize("hour", [-1, 168])
def test_an_hour_outside_the_week_is_refused(hour: int) -> None:
    """Hours run from 0 to 167."""
    network = roads.build(cases.graph([(0, 0), (100, 0)], [(0, 1)]))
    with pytest.raises(InputError, match="167"):
        roads.weigh(network, hour_of_week=hour)


def test_factors_of_the_wrong_shape_or_sign_are_refused() -> None:
    """A zero factor would make a road free."""
    network = roads.build(cases.graph([(0, 0), (100, 0)], [(0, 1)]))
    bad = roads.flat_factors()
    bad[0, 5] = 0.0
    for factors in (bad, bad[:, :24]):
        with pytest.raises(InputError, match="factors"):
            roads.weigh(network, hour_of_week=5, factors=factors)


def test_unknown_classes_are_refused_by_name() -> None:
    """A typing error must not fall back to a default."""
    network = roads.build(cases.graph([(0, 0), (100, 0)], [(0, 1)]))
    with pytest.raises(InputError, match="advanced"):
        roads.weigh(network, "expert")
    with pytest.raises(InputError, match="hover"):
        roads.Driver("x", "hover")
    with pytest.raises(InputError, match="stand still"):
        roads.Driver("x", factor=0.0)
    with pytest.raises(InputError, match="boulevard"):
        limits_m_per_s({"boulevard": 50})
    with pytest.raises(InputError, match="0 km/h"):
        caps_m_per_s({"primary": 0})

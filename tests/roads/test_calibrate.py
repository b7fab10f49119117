"""Driver classes fitted to drives: factors that were put in come out; the Norwegian model; steps of a route."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser import roads
from optimiser.errors import InputError
from optimiser.roads.classes import CLASS_INDEX, ROAD_CLASSES
from optimiser.roads.graph import largest
from optimiser.roads.turns import turn_of
from optimiser.units import metres_per_s_from_kmh
from tests.oracles import roads as cases


def town() -> roads.RoadNetwork:
    """A grid whose eastward streets are primary roads and whose northward ones residential."""
    graph = largest(cases.grid(9, 3, one_way_frac=0.0), ("car",))
    flat = np.abs(graph.y_m[graph.segment_to] - graph.y_m[graph.segment_from]) < 1
    graph.road_class[:] = np.where(flat, CLASS_INDEX["primary"], CLASS_INDEX["residential"])
    return roads.build(graph)


def drives(network: roads.RoadNetwork, true: roads.Driver, n: int, noise: float):
    rng = np.random.default_rng(1)
    ends = [roads.snap(network, rng.uniform(0, 800, (n, 2))) for _ in range(2)]
    seconds = np.array([r.time_s for r in roads.route(network, *ends, driver=true)])
    return *ends, seconds * rng.lognormal(0, noise, n)


def test_factors_that_were_put_in_come_out() -> None:
    """Primary 0.7, residential 0.9, 10 % noise a drive: both within 0.04, and drives left out are told better."""
    network = town()
    factors = np.ones(len(ROAD_CLASSES))
    factors[[CLASS_INDEX["primary"], CLASS_INDEX["residential"]]] = 0.7, 0.9
    true = replace(roads.DRIVERS["basic"], time_factor=tuple(factors.tolist()))
    found = roads.calibrate(network, "basic", *drives(network, true, 300, 0.1))
    assert found.driver.time_factor[CLASS_INDEX["primary"]] == pytest.approx(0.7, abs=0.04)
    assert found.driver.time_factor[CLASS_INDEX["residential"]] == pytest.approx(0.9, abs=0.04)
    assert found.error_after_frac < 0.1 < found.error_before_frac
    assert abs(found.bias_after_frac) < 0.03 < abs(found.bias_before_frac)
    assert sum(found.share_frac.values()) == pytest.approx(1.0)
    assert "recorded drives" in found.in_words()


def test_too_few_drives_are_refused() -> None:
    """Twenty drives fit anything."""
    network = town()
    with pytest.raises(InputError, match="a fit needs 30"):
        roads.calibrate(network, "basic", *drives(network, roads.DRIVERS["basic"], 20, 0.1))


def test_norwegian_shares_above_the_limit() -> None:
    """1.22 times the limit at 20 km/h and 1.36 at 110 km/h, as published; between them in proportion."""
    driver = roads.norwegian(roads.DRIVERS["advanced"])
    limit = np.array([20.0, 65.0, 110.0])
    speed = roads.speeds.segment_speeds(
        limit / 3.6, np.full(3, CLASS_INDEX["motorway"], dtype=np.uint8), driver
    )
    assert speed * 3.6 / limit == pytest.approx([1.22, 1.29, 1.36])


def test_traffic_reaches_a_driver_by_its_share() -> None:
    """A delay of 30 % is one of 15 % to a driver who suffers half of it."""
    network = roads.build(cases.graph([(0, 0), (100, 0)], [(0, 1)], road_class="primary"))
    half = replace(roads.DRIVERS["basic"], traffic_frac=0.5)
    free = roads.weigh(network, half).segment_s
    assert roads.weigh(network, half, 8, roads.commuter_factors()).segment_s == pytest.approx(free * 1.15)


@pytest.mark.parametrize(
    "given", [{"traffic_frac": 1.5}, {"time_factor": (1.0,)}, {"factor_per_m_per_s": -0.1}]
)
def test_drivers_that_cannot_be_are_refused(given) -> None:
    """A share above 1, a factor for one class only, a factor that falls with the limit."""
    with pytest.raises(InputError, match="check its speeds"):
        roads.Driver("x", **given)


def test_turn_by_turn() -> None:
    """North on Oak, right into Elm, left into no name: metres and seconds of each add up to the route."""
    xy = [(0, 0), (0, 100), (200, 100), (200, 150), (0, 200), (200, 0)]
    ways = [(0, 1), (1, 2), (2, 3), (1, 4), (2, 5)]
    graph = cases.graph(xy, ways)
    graph = replace(graph, names=("Oak", "Elm"), name=np.array([0, 1, -1, 0, -1], dtype=np.int32))
    network = roads.build(graph)
    ends = [roads.snap(network, np.array([p])) for p in ((0.0, 20.0), (200.0, 140.0))]
    (found,) = roads.route(network, *ends)
    assert found is not None
    assert [s.in_words() for s in found.steps] == [
        "start on Oak", "right into Elm", "left into a street without a name",
    ]  # fmt: skip
    assert [s.length_m for s in found.steps] == pytest.approx([80, 200, 40])
    assert sum(s.time_s for s in found.steps) == pytest.approx(found.time_s)
    assert found.streets == ("Oak", "Elm")


def test_steps_add_up_on_random_streets() -> None:
    """Metres and seconds of the steps are those of the route, between places in mid-street too."""
    network = roads.build(largest(cases.grid(8, 5), ("car",)))
    rng = np.random.default_rng(2)
    ends = [roads.snap(network, rng.uniform(0, 700, (40, 2))) for _ in range(2)]
    for way in roads.route(network, *ends):
        assert way is not None
        assert sum(s.length_m for s in way.steps) == pytest.approx(way.length_m)
        assert sum(s.time_s for s in way.steps) == pytest.approx(way.time_s, abs=1e-6)


@pytest.mark.parametrize(
    ("bend", "said"),
    [(0, "straight on"), (40, "bear right"), (-90, "left"), (150, "sharp right"), (180, "turn round")],
)
def test_bends(bend: float, said: str) -> None:
    """Names of turns."""
    assert turn_of(bend) == said


def test_slower_than_the_limit_is_possible_too() -> None:
    """A fitted factor above 1 slows a class: 110 km/h of motorway at 1.1 is 100 km/h."""
    driver = replace(roads.DRIVERS["basic"], time_factor=tuple([1.1] * len(ROAD_CLASSES)))
    speed = roads.speeds.segment_speeds(
        np.array([metres_per_s_from_kmh(110.0)]), np.array([CLASS_INDEX["motorway"]], dtype=np.uint8), driver
    )
    assert speed[0] * 3.6 == pytest.approx(100.0)

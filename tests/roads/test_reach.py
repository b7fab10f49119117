"""Reach: which stretch of street lies within a time, by hand and against times to points all along the streets."""

import numpy as np
import pytest
import shapely

from optimiser import roads
from optimiser.errors import InputError
from optimiser.roads.graph import largest
from optimiser.roads.snap import Positions
from tests.oracles import roads as cases


def street() -> roads.RoadNetwork:
    """Two streets of 100 m at 10 m/s in a row, then 100 m at 5 m/s, with stubs that keep the ends junctions."""
    xy = [(0, 0), (100, 0), (200, 0), (300, 0), (100, 50), (200, 50)]
    ways = [(0, 1), (1, 2), (2, 3), (1, 4), (2, 5)]
    return roads.build(cases.graph(xy, ways, speed_m_per_s=[10, 10, 5, 10, 10]))


def junction_at(network: roads.RoadNetwork, x_m: float, y_m: float) -> int:
    return int(np.hypot(*(network.junction_xy_m - (x_m, y_m)).T).argmin())


def test_a_street_is_reached_in_part() -> None:
    """From the west end in 25 s: 200 m at 10 m/s, 5 s at 5 m/s = 25 m, both stubs of 50 m (10 s + 5, 20 + 5)."""
    network = street()
    found = roads.reach(network, np.array([junction_at(network, 0, 0)]), 25.0)
    assert found.length_m.sum() == pytest.approx(200 + 25 + 50 + 50)
    assert max(line.bounds[2] for line in found.lines()) == pytest.approx(225.0)


def test_an_origin_in_mid_street_reaches_both_ways_along_it() -> None:
    """From the middle of the first street in 3 s: 30 m each way."""
    network = street()
    at = roads.snap(network, np.array([[50.0, 0.0]]))
    found = roads.reach(network, at, 3.0)
    assert found.length_m.sum() == pytest.approx(60.0)
    assert np.concatenate([found.from_s, found.to_s]).max() == pytest.approx(3.0)


@pytest.mark.parametrize("towards", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_every_point_of_the_streets_is_in_or_out_as_its_time_says(seed: int, towards: bool) -> None:
    """Points all along random streets with closures and one-ways: in a stretch where, and only where, in time."""
    rng = np.random.default_rng(seed)
    network = roads.build(largest(cases.tangle(seed), ("car",)))
    member = np.repeat(np.arange(len(network.member_segment), dtype=np.int32), 7)
    spots = Positions(member, rng.uniform(0, 1, len(member)), np.zeros(len(member)))
    origins = roads.snap(network, rng.uniform(0, 1000, (2, 2)))
    limit_s = float(rng.uniform(5, 60))
    a, b = (spots, origins) if towards else (origins, spots)
    seconds = roads.times_between(network, a, b).min(axis=1 if towards else 0)
    found = roads.reach(network, origins, limit_s, towards=towards)
    within = np.zeros(len(member), dtype=bool)
    for m, low, high in zip(found.member, found.from_frac, found.to_frac, strict=True):
        within |= (member == m) & (spots.along_frac >= low) & (spots.along_frac <= high)
    clear = np.abs(seconds - limit_s) > 0.01  # single precision
    assert clear.sum() > 100
    assert np.array_equal(within[clear], seconds[clear] <= limit_s)


def test_stretches_do_not_overlap() -> None:
    """A piece of street that is reached from both ends counts once."""
    network = roads.build(largest(cases.grid(6, 3), ("car",)))
    found = roads.reach(network, np.array([0]), 1e6)
    assert found.length_m.sum() <= network.edge_length_m.sum() + 1e-6


def test_the_area_holds_every_street_reached_and_none_that_is_farther_than_its_margin() -> None:
    """Streets reached lie inside; each point of the area is within the margin of one (curves drawn: 5 % over)."""
    network = roads.build(largest(cases.grid(6, 3), ("car",)))
    found = roads.reach(network, np.array([0]), 20.0)
    area = found.area(30.0)
    lines = shapely.union_all(found.lines())
    assert area.buffer(1.0).covers(lines)
    assert shapely.distance(lines, shapely.points(shapely.get_coordinates(area))).max() <= 30.0 * 1.06


def test_bands_grow() -> None:
    """More time never reaches less street."""
    network = roads.build(largest(cases.grid(6, 3), ("car",)))
    sizes = [r.length_m.sum() for r in roads.bands(network, np.array([3]), [40, 10, 20])]
    assert sizes == sorted(sizes)
    assert sizes[0] > 0


def test_no_place_and_no_time_are_refused() -> None:
    """Reach of nothing has no meaning."""
    network = street()
    for origins, limit_s in ((np.zeros(0, dtype=int), 60.0), (np.array([0]), 0.0), (np.array([0]), np.inf)):
        with pytest.raises(InputError, match="Reach needs"):
            roads.reach(network, origins, limit_s)

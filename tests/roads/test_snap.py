"""Points to streets."""

import numpy as np
import pytest
from pyproj import Transformer

from optimiser import roads
from optimiser.errors import InputError
from optimiser.roads.graph import largest
from tests.oracles import roads as cases


def ell() -> roads.RoadNetwork:
    """One edge of two pieces, 100 m east at 10 m/s then 100 m north at 5 m/s; drawn against each other."""
    return roads.build(
        cases.graph([(0, 0), (100, 0), (100, 100)], [(0, 1), (2, 1)], speed_m_per_s=[10.0, 5.0])
    )


def test_offset_and_access_by_hand() -> None:
    """A point 20 m off the middle of the second piece: three quarters along, half of it slow."""
    network = ell()
    place = roads.snap(network, np.array([[120.0, 50.0]]))
    assert place.access_m[0] == pytest.approx(20.0)
    assert place.xy_m(network)[0] == pytest.approx([100.0, 50.0])
    start = network.junction_xy_m[network.edge_from[0]]
    share = 0.75 if tuple(start) == (0.0, 0.0) else 0.25
    assert place.edge_frac(network)[0] == pytest.approx(share)
    corner = int(np.hypot(*network.junction_xy_m.T).argmin())
    assert roads.times(network, place)[0, corner] == pytest.approx(
        10.0 + 10.0
    )  # 50 m at 5 and 100 m at 10 m/s


def test_a_place_on_a_one_way_street_goes_only_ahead() -> None:
    """30 m into a 100 m one-way block: 7 s to its end, round the block to its start."""
    xy = [(0, 0), (100, 0), (100, 100), (0, 100), (-50, 0), (150, 0)]
    network = roads.build(
        cases.graph(xy, [(0, 1), (1, 2), (2, 3), (3, 0), (4, 0), (1, 5)], byte=[cases.ONE_WAY] + [0xFF] * 5)
    )
    place = roads.snap(network, np.array([[30.0, -1.0]]))
    found = roads.times(network, place)[0]
    at = {tuple(p): t for p, t in zip(network.junction_xy_m.tolist(), found.tolist(), strict=True)}
    assert at[100.0, 0.0] == pytest.approx(7.0)
    assert at[0.0, 0.0] == pytest.approx(37.0)
    behind = roads.snap(network, np.array([[10.0, -1.0]]))
    assert roads.times_between(network, behind, place)[0, 0] == pytest.approx(2.0)
    assert roads.times_between(network, place, behind)[0, 0] == pytest.approx(38.0)


def test_the_nearest_segment_is_found() -> None:
    """Against the plain formula over every segment, on random points."""
    network = roads.build(largest(cases.grid(5, 4), ("car",)))
    points = np.random.default_rng(0).uniform(-50, 450, (200, 2))
    places = roads.snap(network, points)
    streets = network.streets
    a = np.column_stack([streets.x_m, streets.y_m])[streets.segment_from]
    b = np.column_stack([streets.x_m, streets.y_m])[streets.segment_to]
    t = ((points[:, None] - a) * (b - a)).sum(2) / ((b - a) ** 2).sum(1)
    nearest = np.hypot(*np.moveaxis(a + np.clip(t, 0, 1)[..., None] * (b - a) - points[:, None], 2, 0)).min(1)
    assert places.access_m == pytest.approx(nearest)
    assert np.hypot(*(places.xy_m(network) - points).T) == pytest.approx(nearest)


def test_points_in_degrees() -> None:
    """Longitude and latitude give the same place as the projected point."""
    graph = cases.graph([(500000, 5700000), (500100, 5700000), (500100, 5700100)], [(0, 1), (2, 1)])
    network = roads.build(graph)
    lon, lat = Transformer.from_crs(cases.CRS, "EPSG:4326", always_xy=True).transform(500030.0, 5700004.0)
    place = roads.snap(network, np.array([[lon, lat]]), crs="EPSG:4326")
    assert place.xy_m(network)[0] == pytest.approx([500030.0, 5700000.0], abs=1e-3)


def test_no_points_give_no_places() -> None:
    """An empty table of incidents is not an error."""
    network = ell()
    none = roads.snap(network, np.zeros((0, 2)))
    assert roads.times_between(network, none, none).shape == (0, 0)


def test_a_point_without_coordinates_is_refused_by_row() -> None:
    """NaN would be put anywhere."""
    with pytest.raises(InputError, match="row 1"):
        roads.snap(ell(), np.array([[0.0, 0.0], [np.nan, 1.0]]))


def test_a_point_too_far_away_is_refused_by_row() -> None:
    """Degrees taken for metres land far off every street."""
    with pytest.raises(InputError, match="row 0"):
        roads.snap(ell(), np.array([[-3.0, 9000.0]]), limit_m=1000)


def test_a_driver_without_streets_is_told() -> None:
    """A network of roads closed to cars has no place for a basic driver."""
    network = roads.build(cases.graph([(0, 0), (9, 0)], [(0, 1)], byte=cases.NO_CAR))
    with pytest.raises(InputError, match="basic"):
        roads.snap(network, np.array([[0.0, 0.0]]))

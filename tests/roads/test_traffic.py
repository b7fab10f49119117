"""Traffic by hour, incidents that close or slow streets, what closures cut, and tables kept on disk."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from optimiser import roads
from optimiser.data.road_tables import RoadIncident
from optimiser.errors import InputError
from optimiser.roads.classes import CLASS_INDEX
from optimiser.roads.conditions import clear
from optimiser.roads.graph import largest
from tests.oracles import roads as cases

# a ladder: High Street along the south, Mill Lane along the north, Bridge Road joins a far part at x = 300
XY = [
    (0, 0),
    (100, 0),
    (200, 0),
    (0, 100),
    (100, 100),
    (200, 100),
    (300, 0),
    (400, 0),
    (400, 100),
    (300, 100),
]
WAYS = [(0, 1), (1, 2), (3, 4), (4, 5), (0, 3), (1, 4), (2, 5), (2, 6), (6, 7), (7, 8), (8, 9), (9, 6)]
NAMES = ("High Street", "Mill Lane", "Rung", "Bridge Road", "Far Loop")
NAME = [0, 0, 1, 1, 2, 2, 2, 3, 4, 4, 4, 4]


def ladder() -> roads.RoadNetwork:
    graph = replace(cases.graph(XY, WAYS), names=NAMES, name=np.array(NAME, dtype=np.int32))
    return roads.build(graph, keep=np.ones(len(XY), dtype=bool))


def at(network: roads.RoadNetwork, x_m: float, y_m: float) -> int:
    return int(np.hypot(*(network.junction_xy_m - (x_m, y_m)).T).argmin())


def incident(**given: object) -> RoadIncident:
    known = {
        "incident_id": "i1", "closed": True, "factor": 1.0, "lon_lat": None, "street": "High Street",
        "radius_m": 0.0, "from_": None, "until": None,
    }  # fmt: skip
    return RoadIncident(**{**known, **given})  # type: ignore[arg-type]


def test_factors_by_class_day_and_hour(tmp_path: Path) -> None:
    """A later row counts over an earlier one; working days only; the hour named by until is not included."""
    path = tmp_path / "traffic.csv"
    path.write_text(
        "road_class,days,from,until,factor\nall,all,0,24,1.1\nmain,working,07:00,09:00,1.5\n"
        "residential,Sat Sun,10:00,12:00,2\n"
    )
    table = roads.factors_from(path)
    primary, residential = CLASS_INDEX["primary"], CLASS_INDEX["residential"]
    assert table[primary, [6, 7, 8, 9, 5 * 24 + 7]].tolist() == [1.1, 1.5, 1.5, 1.1, 1.1]
    assert table[residential, [10, 5 * 24 + 10, 5 * 24 + 12]].tolist() == [1.1, 2.0, 1.1]


def test_faults_of_a_traffic_file_are_told_together(tmp_path: Path) -> None:
    """By line."""
    path = tmp_path / "traffic.csv"
    path.write_text(
        "road_class,days,from,until,factor\nboulevard,all,7,9,2\nprimary,Funday,7,9,2\nprimary,,9,7,2\n"
        "primary,,7,9,0\nprimary,,07:30,9,2\n"
    )
    with pytest.raises(InputError, match=r"line 2: 'boulevard'.*line 3.*line 4.*line 5: '0'.*line 6"):
        roads.factors_from(path)


def test_a_closed_street_is_driven_around_and_a_slow_one_costs_its_factor() -> None:
    """High Street 0-200 is 20 s; closed: up, along Mill Lane, down: 10 + 20 + 10 = 40 s; slowed by 1.5: 30 s."""
    network = ladder()
    west, east = at(network, 0, 0), at(network, 200, 0)
    closed, slow = (roads.place(network, [i]) for i in (incident(), incident(closed=False, factor=1.5)))
    for conditions, seconds in ((None, 20.0), (closed, 40.0), (slow, 30.0)):
        weights = roads.weigh(network, "basic", conditions=conditions)
        assert roads.times(network, np.array([west]), driver=weights)[0, east] == pytest.approx(seconds)


def test_closures_and_delays_do_not_hold_up_people_on_foot() -> None:
    """200 m at 5 km/h is 144 s whatever the traffic."""
    network = ladder()
    both = roads.place(network, [incident(), incident(incident_id="i2", closed=False, factor=3.0)])
    weights = roads.weigh(network, "foot", 8, roads.commuter_factors(), both)
    west, east = at(network, 0, 0), at(network, 200, 0)
    assert roads.times(network, np.array([west]), driver=weights)[0, east] == pytest.approx(144.0)


def test_a_unit_on_a_closed_street_can_leave_it() -> None:
    """It stands in the closed block and drives out of it at its own speed: 5 s to the junction."""
    network = ladder()
    weights = roads.weigh(network, "basic", conditions=roads.place(network, [incident()]))
    here = roads.snap(network, np.array([[50.0, 1.0]]))
    assert roads.times(network, here, driver=weights)[0, at(network, 0, 0)] == pytest.approx(5.0)


def test_incidents_by_place_street_radius_and_time(tmp_path: Path) -> None:
    """The nearest street alone; a street near a place; by the wall clock; what cannot be placed is said."""
    network = ladder()
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(cases.CRS, 4326, always_xy=True).transform(
        [500_000 + 150, 500_000], [10.0, 9e6]
    )
    moved = replace(network.streets, x_m=network.streets.x_m + 500_000)
    network = roads.build(moved, keep=np.ones(len(XY), dtype=bool))
    path = tmp_path / "incidents.csv"
    path.write_text(
        "id,kind,lon,lat,street,radius_m,factor,from,until\n"
        f"crash,closed,{lon[0]},{lat[0]},,,,2026-03-02 08:00,2026-03-02 10:00\n"
        f"works,slow,{lon[0]},{lat[0]},Mill Lane,120,2,,\n"
        f"north,closed,{lon[1]},{lat[1]},,,,,\n"
        "lost,closed,,,Elm Road,,,,\n"
    )
    early = roads.conditions_from(network, path, datetime(2026, 3, 2, 7, 59))
    now = roads.conditions_from(network, path, datetime(2026, 3, 2, 8, 0))
    assert early.closed_edge.sum() == 0
    assert now.closed_edge.sum() == 1
    (edge,) = np.flatnonzero(now.closed_edge)
    assert network.edge_line(edge)[:, 1].max() == 0.0  # High Street between x = 100 and 200
    assert (now.segment_factor == 2).sum() == 2
    said = " ".join(now.said)
    assert "crash: High Street closed" in said
    assert "north: it lies" in said
    assert "no street called 'Elm Road'" in said


def test_faults_of_an_incident_file_are_told_together(tmp_path: Path) -> None:
    """By line; a time with an offset is not the wall clock."""
    path = tmp_path / "incidents.csv"
    path.write_text(
        "id,kind,lon,lat,street,factor,from,until\na,shut,1,1,,,,\nb,slow,1,1,,0,,\nc,closed,,,,,,\n"
        "d,closed,500,1,,,,\ne,closed,1,1,,,2026-03-01T08:00+01:00,\nf,closed,1,1,,,2026-03-02,2026-03-01\n"
        "g,closed,1,1,,,,\ng,closed,1,1,,,,\n"
    )
    with pytest.raises(
        InputError,
        match=r"line 2.*line 3.*line 4.*line 5.*line 6.*line 7: it ends.*line 9: incident 'g' stands twice",
    ):
        roads.conditions_from(ladder(), path)


def test_a_closure_that_cuts_the_county_is_named_and_the_rest_goes_on() -> None:
    """Bridge Road alone leads to the four junctions of Far Loop."""
    network = ladder()
    free = roads.weigh(network, "basic")
    closed = roads.place(network, [incident(street="Bridge Road")])
    now = roads.weigh(network, "basic", conditions=closed)
    cut = roads.cut_off(free, now)
    assert len(cut.junction) == 4
    assert "Bridge Road" in cut.said[0]
    assert "Far Loop" in cut.said[0]
    table = roads.times(network, np.array([at(network, 0, 0)]), driver=now)[0]
    assert np.isinf(table[cut.junction]).all()
    assert np.isfinite(np.delete(table, cut.junction)).all()
    other = roads.place(network, [incident(), incident(incident_id="i2", closed=False, factor=2.0)])
    assert roads.cut_off(free, roads.weigh(network, "basic", conditions=other)).said == ()


def test_conditions_of_another_network_are_refused() -> None:
    """Numbers of one network mean nothing in another."""
    other = roads.build(cases.graph([(0, 0), (100, 0)], [(0, 1)]))
    with pytest.raises(InputError, match="another road network"):
        roads.weigh(other, conditions=clear(ladder()))


def test_tables_of_several_classes_and_hours_are_kept_by_content(tmp_path: Path) -> None:
    """The same call reads what it stored; another factor, closure, place or speed makes its own; damage is mended."""
    network = roads.build(largest(cases.grid(6, 3), ("car",)))
    network.streets.road_class[:] = CLASS_INDEX["primary"]
    sources, factors = np.array([0, 5, 9]), roads.commuter_factors()
    ask = {"drivers": ("basic", "standard"), "hours": (None, 8), "factors": factors, "folder": tmp_path}
    first = roads.tables(network, sources, **ask)
    again = roads.tables(network, sources, **ask)
    assert (first.n_made, first.n_found, again.n_made, again.n_found) == (4, 0, 0, 4)
    for driver in ("basic", "standard"):
        for hour in (None, 8):
            weights = roads.weigh(network, driver, hour, factors)
            assert np.array_equal(again.at(driver, hour), roads.times(network, sources, driver=weights))
    assert again.at("basic", 8).max() > again.at("basic").max()
    assert roads.tables(network, sources, **{**ask, "factors": 1.1 * factors}).n_made == 2  # free flow stays
    closed = clear(network)
    closed.closed_edge[0] = True
    assert roads.tables(network, sources, conditions=closed, **ask).n_made == 4
    assert roads.tables(network, sources[:2], **ask).n_made == 4
    assert roads.tables(network, sources, sources, **ask).at("basic").shape == (3, 3)
    for path in tmp_path.glob("times-*.npy"):
        path.write_bytes(path.read_bytes()[:40])
    assert roads.tables(network, sources, **ask).n_made == 4

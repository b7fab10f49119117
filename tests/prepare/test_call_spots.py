"""Cover from where the calls were: each call at its junction, its area's share within the target of each centre."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from scipy.sparse.csgraph import dijkstra
from shapely.geometry import LineString

from optimiser.data import canonical as names
from optimiser.data.call_spots import counted, located
from optimiser.data.init import init
from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.prepare.call_spots import shares_within
from optimiser.prepare.sectors import SectorsSetup, sectors_problem
from optimiser.prepare.travel import network
from optimiser.roads import full_matrix, nearest_junctions, weigh
from optimiser.roads.speeds import driver_named
from tests.data.made_up import SOUTH, WEST, csv_text, make

TARGET_S = 240.0


@pytest.fixture
def project(county):
    return load(county)


def test_calls_are_counted_at_the_nearest_junction():
    """Three calls of an area near (0, 0), one near (100, 0): counts by hand; an area that is gone is left out."""
    points = pd.DataFrame(
        {
            "area_id": ["A", "A", "A", "A", "gone"],
            "priority_code": ["1", "1", "2", "1", "1"],
            "x_m": [3.0, 9.0, 0.0, 80.0, 0.0],
            "y_m": [4.0, 0.0, 1.0, 5.0, 0.0],
        }
    )
    table = counted(points, np.array([[0.0, 0.0], [100.0, 0.0]]), {"A"})
    found = {(p, x): n for p, x, n in zip(table.priority_code, table.x_m, table.calls, strict=True)}
    assert found == {("1", 0.0): 2, ("1", 100.0): 1, ("2", 0.0): 1}
    assert set(table.columns) == set(names.SPOT_TYPES)


def test_a_point_outside_its_area_is_none():
    """A call labelled A whose point lies in B (a default address), one of an officer, one of no area: not counted."""
    calls = pd.DataFrame(
        {
            "area_id": ["A", "A", "A", "", "A"],
            "point_area": ["A", "B", None, "", "A"],
            "origin": ["public", "public", "public", "public", "officer"],
            "priority_code": "1",
            "x_m": 1.0,
            "y_m": 2.0,
        }
    )
    assert len(located(calls)) == 1


def test_points_stay_outside_the_project(tmp_path):
    """Eight calls near one corner of area A1 and four near the other: the folder holds corners and counts, no point."""
    header = "call_id,received,area_id,priority,x,y"
    near, far = (WEST + 0.0001, SOUTH + 0.0001), (WEST + 0.0099, SOUTH + 0.0098)
    at = [near] * 8 + [far] * 4
    rows = [f"c{k},2025-03-{k + 1:02d} 10:00:00,A1,1,{x:.4f},{y:.4f}" for k, (x, y) in enumerate(at)]
    make(tmp_path, csv_text(*rows, header=header), priority={"1": 1})
    assert not (tmp_path / "town" / names.SPOTS_FILE).exists(), "no roads: nothing to place them on"
    ends = [(WEST, SOUTH), (WEST + 0.01, SOUTH + 0.01)]
    streets = tmp_path / "raw" / "streets.gpkg"
    gpd.GeoDataFrame(geometry=[LineString(ends)], crs=4326).to_file(streets)
    corners = np.column_stack(Transformer.from_crs(4326, 32617, always_xy=True).transform(*np.array(ends).T))
    raw = tmp_path / "raw"
    init(
        tmp_path / "placed", raw / "areas.geojson", raw / "calls.csv", roads=streets, timezone="America/Toronto",
        crs="EPSG:32617", priority={"1": 1}, junctions=lambda *_: corners,
    )  # fmt: skip
    spots = load(tmp_path / "placed").spots
    assert spots is not None
    assert dict(zip(spots["x_m"], spots["calls"], strict=True)) == {corners[0, 0]: 8, corners[1, 0]: 4}
    assert (spots["priority"] == 1).all()
    stored = pd.read_parquet(tmp_path / "placed" / names.CALLS_FILE)
    assert set(stored.columns) == set(names.STORED_CALL_TYPES)


def test_shares_are_those_of_another_router(project):
    """Every area from one junction again: scipy's Dijkstra on the full street graph, then sums area by area."""
    roads = network(project)
    graph = full_matrix(roads, weigh(roads, driver_named("basic")))
    spots = project.spots[project.spots["priority"] == 1]
    places = spots[["x_m", "y_m"]].to_numpy()
    junction = nearest_junctions(roads, places)
    assert np.hypot(*(roads.junction_xy_m[junction] - places).T).max() < 1e-6, (
        "calls are counted at junctions"
    )
    centre = int(nearest_junctions(roads, roads.junction_xy_m.mean(axis=0)[None])[0])
    drive = dijkstra(graph, indices=roads.junction_node[centre])[roads.junction_node[junction]]
    share, known = shares_within(project, roads.junction_xy_m[[centre]], {1: TARGET_S})[1]
    for i, area in enumerate(project.areas["area_id"].astype(str)):
        mine = (spots["area_id"] == area).to_numpy()
        n = spots["calls"].to_numpy()[mine]
        assert known[i] == bool(n.sum())
        assert share[0, i] == pytest.approx(n[drive[mine] <= TARGET_S].sum() / max(n.sum(), 1), abs=1e-9)
    assert 0 < share.mean() < 1


def test_covered_calls_are_shares_of_each_priority_within_its_own_target(project):
    """Priorities 1 and 2 within 4 and 6 minutes: each its own share times its own calls, added up."""
    stations = np.column_stack([project.stations.geometry.x, project.stations.geometry.y])
    limits = {1: 240.0, 2: 360.0}
    two = replace(project, settings=replace(project.settings, priority_targets_s=limits))
    problem = sectors_problem(two, SectorsSetup(cover_priorities=(1, 2)))
    alone = {p: sectors_problem(two, SectorsSetup(cover_priorities=(p,))).cover_calls for p in limits}
    shares = shares_within(two, stations, limits)
    wanted = sum(shares[p][0] * alone[p] for p in limits)
    known = shares[1][1] & shares[2][1]
    assert problem.covered_calls[:, known] == pytest.approx(wanted[:, known])
    assert problem.cover_calls == pytest.approx(alone[1] + alone[2])


def test_shares_lie_between_none_and_all(project):
    """Some areas are covered in part, which one point an area can never say; and none by more than its calls."""
    by_calls = sectors_problem(project, SectorsSetup(target_s=TARGET_S))
    by_areas = sectors_problem(project, SectorsSetup(target_s=TARGET_S, cover_by="areas"))
    share = by_calls.covered_calls / np.maximum(by_calls.cover_calls, 1e-12)
    assert ((share > 0.01) & (share < 0.99)).any()
    assert (by_calls.covered_calls <= by_calls.cover_calls + 1e-9).all()
    whole = by_areas.covered_calls / np.maximum(by_areas.cover_calls, 1e-12)
    assert not ((whole > 0.01) & (whole < 0.99)).any()
    assert (by_calls.travel_s == by_areas.travel_s).all()


def test_falls_back_to_the_point_inside_the_area(project, county):
    """A project without placed calls, or an area without one of the priority: all or none, and the project says so."""
    (county / names.SPOTS_FILE).unlink()
    bare = load(county)
    assert any("count by a point inside their area" in s for s in bare.assumptions)
    assert any("where they were" in s for s in project.assumptions)
    setup = SectorsSetup(target_s=TARGET_S)
    plain = sectors_problem(bare, setup)
    assert (
        plain.covered_calls == sectors_problem(project, replace(setup, cover_by="areas")).covered_calls
    ).all()
    area = str(project.areas["area_id"].iloc[0])
    thinned = replace(project, spots=project.spots[project.spots["area_id"] != area])
    found = sectors_problem(thinned, setup)
    assert (found.covered_calls[:, 0] == plain.covered_calls[:, 0]).all()
    assert (found.covered_calls[:, 1:] == sectors_problem(project, setup).covered_calls[:, 1:]).all()


def test_blocks_of_centres_say_the_same(project, monkeypatch):
    """Many centres are asked in blocks: the shares do not depend on their size."""
    stations = np.column_stack([project.stations.geometry.x, project.stations.geometry.y])
    whole = shares_within(project, stations, {1: TARGET_S, 0: TARGET_S})
    monkeypatch.setattr("optimiser.prepare.call_spots.MOST_AT_ONCE", 1)
    parts = shares_within(project, stations, {1: TARGET_S, 0: TARGET_S})
    for priority in (0, 1):
        assert (whole[priority][0] == parts[priority][0]).all()


def test_a_damaged_table_is_refused(county):
    """A count of 0 or a place that is no number: the file is named and nothing is asked of it."""
    path = county / names.SPOTS_FILE
    table = pd.read_parquet(path)
    for damaged in (table.assign(calls=0), table.assign(x_m=np.nan)):
        damaged.to_parquet(path)
        with pytest.raises(InputError, match=r"call_spots.parquet is damaged"):
            load(county)

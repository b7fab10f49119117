"""Units, incidents and zones on streets or in a project become an assignment question."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from optimiser_models.assignment import milp

from optimiser import roads
from optimiser.data.settings import Settings
from optimiser.errors import InputError
from optimiser.prepare.assignment import (
    IncidentsAt,
    SnapshotSetup,
    UnitsAt,
    ZonesAt,
    assignment_problem_on_roads,
    snapshot,
    unit_routes,
)
from optimiser.prepare.questions import ask
from optimiser.problems.assignment import AssignmentParams, AssignmentPlan
from optimiser.roads.graph import largest
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.oracles.roads import grid


@pytest.fixture(scope="module")
def town():
    return roads.build(largest(grid(8, 1), ("car",)))


def at_junctions(network, units, incidents, zones, classes=None):
    """Everything stands on a junction, so that times are those of the junction table."""
    xy = network.junction_xy_m
    return (
        UnitsAt(
            tuple(f"u{j}" for j in units),
            xy[units],
            np.ones(len(units), dtype=np.int64),
            tuple(classes or ["basic"] * len(units)),
            ("free",) * len(units),
            np.zeros(len(units)),
        ),
        IncidentsAt(
            tuple(f"i{j}" for j in incidents),
            xy[incidents],
            np.array([1, 2][: len(incidents)]),
            np.ones(len(incidents), dtype=np.int64),
            np.zeros(len(incidents)),
            np.ones(len(incidents)),
        ),
        ZonesAt(tuple(f"z{j}" for j in zones), xy[zones], np.ones(len(zones), dtype=np.int64)),
    )


def test_times_are_those_of_the_road_table(town):
    """Unit to incident and unit to zone equal the junction table of the same class, to 0.01 s."""
    everything = at_junctions(town, [0, 9, 17], [3, 30], [5, 25, 20])
    problem = assignment_problem_on_roads(town, *everything, AssignmentParams())
    table = roads.times(town, np.array([0, 9, 17]), driver="basic")
    assert problem.travel_s == pytest.approx(table[:, [3, 30]], abs=0.01)
    assert problem.zone_s == pytest.approx(table[:, [5, 25, 20]], abs=0.01)


def test_blue_lights_only_for_the_grades_that_allow_them(town):
    """The advanced driver gains on grade 1 (i3) and drives like the basic one to grade 2 (i30)."""
    everything = at_junctions(town, [0, 0], [3, 30], [5], ["basic", "advanced"])
    units = everything[0]
    twins = UnitsAt(("a", "b"), units.xy_m, units.officers, units.driver_class, units.status, units.ready_s)
    problem = assignment_problem_on_roads(town, twins, *everything[1:], AssignmentParams())
    assert problem.travel_s[1, 0] < problem.travel_s[0, 0]
    assert problem.travel_s[1, 1] == problem.travel_s[0, 1]
    assert problem.zone_s[1, 0] < problem.zone_s[0, 0]


def test_present_coverage_has_times_from_the_scene(town):
    """A unit sent covers from its incident, by its own class."""
    everything = at_junctions(town, [0, 9], [3, 30], [5, 25], ["basic", "advanced"])
    problem = assignment_problem_on_roads(town, *everything, AssignmentParams(coverage="present"))
    assert set(problem.scene_zone_s) == {"basic", "advanced"}
    table = roads.times(town, np.array([3, 30]), driver="basic")
    assert problem.scene_zone_s["basic"] == pytest.approx(table[:, [5, 25]], abs=0.01)


def test_every_unit_has_its_quickest_route(town):
    """The line begins at the unit, ends at its incident, and takes as long as the problem says."""
    everything = at_junctions(town, [0, 9, 17], [3, 30], [5])
    units, incidents, _ = everything
    problem = assignment_problem_on_roads(town, *everything, AssignmentParams())
    ways = unit_routes(town, units, incidents, problem, AssignmentPlan({"u0": "i30"}))
    assert [w.unit_id for w in ways] == ["u0", "u9", "u17"]
    assert [w.sent for w in ways] == [True, False, False]
    assert ways[0].incident_id == "i30"
    for u, way in enumerate(ways):
        i = problem.incident_ids.index(way.incident_id)
        assert way.route.time_s == pytest.approx(problem.travel_s[u, i], abs=0.01)
        assert way.route.xy_m[0] == pytest.approx(units.xy_m[u], abs=0.01)
        assert way.route.xy_m[-1] == pytest.approx(incidents.xy_m[i], abs=0.01)


def test_routes_refuse_a_plan_of_another_snapshot(town):
    """A plan that names strangers is not drawn in part."""
    everything = at_junctions(town, [0], [3], [5])
    problem = assignment_problem_on_roads(town, *everything, AssignmentParams())
    with pytest.raises(InputError, match="names ghost, nowhere"):
        unit_routes(town, everything[0], everything[1], problem, AssignmentPlan({"ghost": "nowhere"}))


def test_points_and_ids_must_agree(town):
    """Two ids and one point: which is missing is said."""
    units, incidents, zones = at_junctions(town, [0], [3], [5])
    with pytest.raises(InputError, match="zones have points of shape"):
        assignment_problem_on_roads(
            town, units, incidents, ZonesAt(("a", "b"), zones.xy_m, np.ones(2)), AssignmentParams()
        )


def project(calls=True, beats=True, stations=True):
    """Nine square areas of 1 km; Friday 18:00 (hour 114) is the busiest; only what a snapshot reads."""
    ids = [f"A{k}" for k in range(9)]
    squares = [
        shapely.box(1000 * (k % 3), 1000 * (k // 3), 1000 * (k % 3 + 1), 1000 * (k // 3 + 1))
        for k in range(9)
    ]
    areas = gpd.GeoDataFrame(
        {"area_id": ids, "beat_id": [f"B{k // 3}" if beats else "" for k in range(9)], "district_id": ""},
        geometry=squares,
        crs="EPSG:32617",
    )
    posts = gpd.GeoDataFrame({"station_id": ["S1"]}, geometry=[shapely.Point(1500, 1500)], crs="EPSG:32617")
    workload = pd.DataFrame(
        {"area_id": ids, "hour_of_week": 114, "calls": np.arange(1.0, 10.0), "unit_s": 3600.0}
    )
    table = pd.DataFrame(
        {
            "call_id": [str(k) for k in range(45)],
            "received_at": pd.Timestamp("2025-03-07 18:30", tz="UTC"),
            "hour_of_week": np.int16(114),
            "area_id": np.repeat(ids, range(1, 10)),
            "priority": np.int8([1, 2, 3] * 15),
            "origin": "public",
            "n_units": np.int16([1, 2, 9] * 15),
            "unit_s": 3600.0,
        }
    )
    first = table.iloc[:1].assign(
        received_at=pd.Timestamp("2025-03-01 12:00", tz="UTC"), hour_of_week=np.int16(132)
    )
    table = pd.concat([first, table])  # the week that the table spans
    return SimpleNamespace(
        folder="made up",
        areas=areas,
        stations=posts if stations else posts.iloc[:0],
        calls=table if calls else None,
        workload=None if calls else workload,
        settings=Settings(n_weeks=1.0),
        roads_file=None,
        require_ready=lambda: None,
    )


def test_snapshot_of_the_busiest_hour():
    """Calls of Friday 18:00 with a target, zones by beat with levels by demand, and a proved plan."""
    shot = snapshot(project(), setup=SnapshotSetup(n_units=12, n_incidents=5))
    problem = shot.problem
    assert shot.hour_of_week == 114
    assert "Friday 18:00" in shot.assumptions[0]
    assert problem.zone_ids == ("B0", "B1", "B2")
    assert problem.demand_level.tolist() == [1, 2, 3]  # 6, 15 and 24 of the 45 calls
    assert set(problem.grade.tolist()) <= {1, 2}  # priority 3 has no target: by phone
    assert set(problem.officers_needed.tolist()) <= {1, 2}
    assert problem.status.count("ends") == round(0.3 * 12)
    result = solve(problem, milp.FORMULATION, SolveOptions(time_limit_s=30, confirm=False))
    assert result.status is Status.OPTIMAL


def test_units_on_a_break_are_at_a_station():
    """Three of ten units end a break, all of them at the one station."""
    shot = snapshot(project(), setup=SnapshotSetup(n_units=10, n_incidents=3))
    away = [k for k, s in enumerate(shot.problem.status) if s == "ends"]
    assert len(away) == 3
    assert shot.units.xy_m[away].tolist() == [[1500.0, 1500.0]] * 3


def test_same_seed_same_snapshot():
    """Equal seeds give equal questions, different ones do not."""

    def ready(seed):
        return snapshot(project(), setup=SnapshotSetup(n_units=12, seed=seed)).problem.travel_s

    assert (ready(1) == ready(1)).all()
    assert not (ready(1) == ready(2)).all()


def test_units_follow_the_work_where_no_number_is_given():
    """45 calls of an hour each in one hour keep 45 units busy: 90 are on duty."""
    assert len(snapshot(project()).problem.unit_ids) == 90


@pytest.mark.parametrize("change", [{"beats": False}, {"stations": False}, {"calls": False}])
def test_less_data_still_make_a_snapshot(change):
    """Without beats the areas are zones; without stations breaks are taken anywhere; without calls work is drawn."""
    shot = snapshot(project(**change), setup=SnapshotSetup(n_units=12))
    assert len(shot.problem.zone_ids) == (9 if change == {"beats": False} else 3)
    assert len(shot.problem.incident_ids) == 10
    assert ("no calls" in shot.assumptions[2]) == (change == {"calls": False})


def test_the_project_s_own_targets_are_honoured():
    """Priority 3 has a target here, so it is attended; its weights are those of grade 2, the last one known."""
    given = project()
    given.settings = Settings(n_weeks=1.0, priority_targets_s={1: 480.0, 3: 1200.0})
    shot = snapshot(given, setup=SnapshotSetup(n_units=12, n_incidents=20))
    params = shot.problem.params
    assert params.grade_targets_s == {1: 480.0, 3: 1200.0}
    assert params.late_weight == {1: 4.0, 3: 1.0}
    assert set(shot.problem.grade.tolist()) == {1, 3}
    assert shot.assumptions[-1] == "Attend-within targets by grade: 1 within 8 min, 3 within 20 min."


def test_what_the_planner_says_comes_before_the_project():
    """A choice of targets in the table of a scenario is kept; without one the project's own are taken."""
    given = project()
    given.settings = Settings(n_weeks=1.0, priority_targets_s={1: 480.0, 2: 1200.0})
    table = {"n_units": 12, "n_incidents": 5}
    assert ask(given, "assignment", table).problem.params.grade_targets_s == {1: 480.0, 2: 1200.0}
    chosen = table | {"grade_targets_min": {1: 10, 2: 30}}
    assert ask(given, "assignment", chosen).problem.params.grade_targets_s == {1: 600.0, 2: 1800.0}


def test_no_call_with_a_target():
    """Targets for grades that no call has: said with the name of the choice."""
    params = AssignmentParams(
        grade_targets_s={7: 600.0}, first_weight={7: 1.0}, late_weight={7: 1.0}, unfilled_price_s={7: 1.0}
    )
    with pytest.raises(InputError, match="grade_targets_s"):
        snapshot(project(), params)


@pytest.mark.parametrize(
    ("change", "words"), [({"busy_frac": 30.0}, "fraction"), ({"n_incidents": 0}, "at least 1 incident")]
)
def test_setup_refuses(change, words):
    """A percentage for a fraction, or nothing to attend."""
    with pytest.raises(InputError, match=words):
        SnapshotSetup(**change)

"""The made-up county: the same from the same seed, whole in its parts, and honest about its faults."""

import numpy as np
import pandas as pd
import pytest
import shapely

from optimiser.data.areas import AreaGraph, build_graph
from optimiser.data.locate import locate_all
from optimiser.data.synthetic import county, tiny, write
from optimiser.data.synthetic.call_types import CALL_TYPES
from optimiser.errors import InputError


@pytest.fixture(scope="module")
def small():
    """30 areas, 3 districts, two weeks."""
    return tiny(1)


@pytest.fixture(scope="module", params=[("county", 1), ("coastal", 2)], ids=["county", "coastal"])
def big(request):
    """Montgomery's scale: 700 areas, 6 districts, a year."""
    shape, seed = request.param
    return county(seed, shape=shape)


@pytest.fixture(scope="module")
def motorway_cut(big):
    """The graph cut by river and motorway, joined at every crossing."""
    cut = build_graph(big.areas, hard_lines=big.hard_lines)
    pairs = {frozenset(p) for p in zip(big.crossings["area_a"], big.crossings["area_b"], strict=True)}
    position = {a: k for k, a in enumerate(cut.ids)}
    over = np.array([sorted(position[a] for a in pair) for pair in sorted(pairs, key=sorted)])
    return cut, AreaGraph(cut.ids, np.unique(np.vstack([cut.edges, over]), axis=0), np.zeros(0))


def parts_too_many(graph, plan):
    """Count the pieces beyond one that the districts of a plan fall into."""
    names = sorted(set(plan.values()))
    label = np.array([names.index(plan[a]) for a in graph.ids])
    inner = graph.edges[label[graph.edges[:, 0]] == label[graph.edges[:, 1]]]
    return len(AreaGraph(graph.ids, inner, np.zeros(len(inner))).components()) - len(names)


def in_use(made, column):
    return dict(zip(made.areas["area_id"], made.areas[column], strict=True))


def shares(made, plan, unit_s):
    load = pd.Series(unit_s).groupby([plan[a] for a in made.areas["area_id"]]).sum()
    return load / load.sum()


def test_same_seed_same_bytes(tmp_path):
    """Two runs write the same bytes in every file, GeoPackages too; another seed does not."""
    first, second, other = (
        write(made, tmp_path / name) for name, made in (("a", tiny(7)), ("b", tiny(7)), ("c", tiny(8)))
    )
    for role in first:
        assert first[role].read_bytes() == second[role].read_bytes(), role
    for role in ("areas", "roads", "calls", "plan", "planted"):
        assert first[role].read_bytes() != other[role].read_bytes(), role


def test_areas_tile_the_county(big):
    """700 valid single polygons that share their vertices: no gap and no overlap anywhere."""
    shapes = big.areas.geometry.to_numpy()
    assert len(shapes) == 700
    assert (shapely.get_type_id(shapes) == 3).all()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.coverage_union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert not list(whole.interiors)
    assert whole.area == pytest.approx(shapely.area(shapes).sum(), rel=1e-9)


def test_ids_are_text_that_looks_like_numbers(big):
    """Ids such as 2E05 are there, all different: a trap for readers that guess numbers."""
    ids = big.areas["area_id"]
    assert ids.is_unique
    assert ids.str.fullmatch(r"[1-6]E\d\d").any()


def test_beats_nest_in_districts_and_hang_together(big):
    """48 beats in 6 districts, each in one piece on the graph cut by the river; so is the planted plan."""
    assert big.areas["beat_id"].nunique() == 48
    assert big.areas["district_id"].nunique() == 6
    assert (big.areas.groupby("beat_id")["district_id"].nunique() == 1).all()
    assert len(big.graph.components()) == 1
    for plan in (
        in_use(big, "district_id"),
        in_use(big, "beat_id"),
        big.truth.planted_district,
        big.truth.planted_beat,
    ):
        assert parts_too_many(big.graph, plan) == 0


def test_planted_plan_holds_with_both_hard_lines(big, motorway_cut):
    """River and motorway cut the county in four at least; planted districts hang together all the same."""
    cut, joined = motorway_cut
    assert len(cut.components()) >= 4
    assert parts_too_many(joined, big.truth.planted_district) == 0
    assert parts_too_many(joined, big.truth.planted_beat) == 0


def test_planted_plan_is_balanced_and_the_one_in_use_is_not(big):
    """Planted districts are within 5 % of their target and each third of the day within 15 % (the issue's
    windows), beats within 10 %; the districts in use miss 10 % somewhere."""
    truth = big.truth
    week = truth.unit_s.sum(axis=1)
    target = pd.Series(truth.target_share)
    assert target.sum() == pytest.approx(1.0)
    assert (shares(big, truth.planted_district, week) / target - 1).abs().max() <= 0.05
    beats = pd.Series(truth.beat_target_share)
    assert (shares(big, truth.planted_beat, week) / beats - 1).abs().max() <= 0.10
    hour = np.arange(168) % 24
    for part in ((hour >= 7) & (hour < 15), (hour >= 15) & (hour < 23), (hour < 7) | (hour == 23)):
        load = truth.unit_s[:, part].sum(axis=1)
        assert (shares(big, truth.planted_district, load) / target - 1).abs().max() <= 0.15
    used = shares(big, in_use(big, "district_id"), week)
    assert (used * 6 - 1).abs().max() > 0.10


def test_calls_have_the_size_and_shape_of_a_year(big):
    """120,000 to 200,000 rows; time on scene varies by about 1.4 times its mean; three in five need one unit."""
    calls = big.calls
    assert 120_000 <= len(calls) <= 200_000
    public = calls[calls["origin"] == "public"]
    scene_s = (public["cleared"] - public["arrived"]).to_numpy()
    scene_s = scene_s[(scene_s > 0) & (scene_s <= 10 * 3600)]
    assert scene_s.std() / scene_s.mean() == pytest.approx(1.4, abs=0.1)
    one = (public["units"].str.count(",") == 0)[public["units"] != ""].mean()
    assert one == pytest.approx(0.61, abs=0.04)
    assert (calls["origin"] == "officer").mean() == pytest.approx(0.23, abs=0.02)


def test_hours_follow_the_published_pattern(big):
    """The trough is at 03-06, at about a third of the evening peak; weekend nights carry twice the load."""
    public = big.calls[big.calls["origin"] == "public"]
    local = pd.to_datetime(public["received"], unit="s", utc=True).dt.tz_convert("America/New_York")
    by_hour = np.bincount(local.dt.hour, minlength=24)
    assert int(by_hour.argmin()) in (3, 4, 5)
    assert int(by_hour.argmax()) in range(15, 22)
    assert by_hour.min() / by_hour.max() == pytest.approx(0.33, abs=0.06)
    night = local.dt.hour < 4
    weekend = local.dt.dayofweek >= 5
    assert (night & weekend).sum() / 2 > 1.7 * (night & ~weekend).sum() / 5
    months = local.dt.month.value_counts() / local.dt.days_in_month.groupby(local.dt.month).first()
    assert months[7] > 1.05 * months[2]


def test_urgent_calls_are_answered_sooner(big):
    """Median response rises with the priority number, 5 to 10 minutes for priority 1."""
    calls = big.calls[(big.calls["origin"] == "public") & (big.calls["arrived"] > big.calls["received"])]
    median_s = (calls["arrived"] - calls["received"]).groupby(calls["priority"]).median()
    assert median_s[["1", "2", "3", "4"]].is_monotonic_increasing
    assert 300 < median_s["1"] < 600


def test_points_lie_in_their_area(small):
    """Every point of a clean row lies in the area its row names."""
    known = small.calls[small.calls["area"].isin(small.areas["area_id"])]
    assert (
        locate_all(small.areas, known["x"], known["y"], near_m=0).area_id == known["area"].to_numpy()
    ).all()


def test_every_fault_is_counted(big):
    """What the truth says of each fault is found in the rows by another way; 1 to 2 % of rows have one."""
    calls, faults = big.calls, big.truth.faults
    assert 0.01 < sum(faults.values()) / len(calls) < 0.02
    repeated = calls["id"].duplicated()
    assert repeated.sum() == faults["repeated row"] + faults["repeated id, other content"]
    assert calls.duplicated().sum() == faults["repeated row"]
    once = calls[~repeated]
    assert (once["cleared"] < once["arrived"]).sum() == faults["clear before arrival"]
    assert (once["arrived"] < once["received"]).sum() == faults["arrival before receipt"]
    assert (once["cleared"] - once["arrived"] > 86_000).sum() == faults["left open for a day"]
    assert (once["area"] == "").sum() == faults["outside the county"]
    assert once["x"].isna().sum() == faults["unknown area"]
    assert (once["priority"] == "").sum() == faults["missing priority"]
    assert (once["type"] == "TEST").sum() == faults["test call"]
    assert (~once["type"].isin([t.code for t in CALL_TYPES])).sum() == faults["test call"] + faults[
        "unknown type"
    ]
    silent = once["arrived"].isna() & ~once["outcome"].isin(["CAN", "TEL"])
    assert silent.sum() == faults["missing arrival"]


def test_streets_join_every_area_both_ways(big):
    """From any junction to any other by car, one-ways kept; no street but a crossing passes the river."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    lines = big.streets.geometry.to_numpy()
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)])
    _, node = np.unique(np.round(ends * 100).astype(np.int64), axis=0, return_inverse=True)
    start, end = node.reshape(2, -1)
    way = big.streets["oneway"].to_numpy()
    tail = np.concatenate([start[way != "TF"], end[way != "FT"]])
    head = np.concatenate([end[way != "TF"], start[way != "FT"]])
    count, _ = connected_components(coo_array((np.ones(len(tail)), (tail, head))), connection="strong")
    assert count == 1
    assert (way != "").sum() > 50
    river = big.hard_lines.geometry.iloc[0]
    over = big.streets[shapely.crosses(lines, river)]
    bridges = set(big.crossings.loc[big.crossings["over"] == "river", "name"])
    local = over[~over["class"].str.startswith("motorway")]
    assert len(bridges) >= 2
    assert len(local) == len(bridges)


def test_stations_stand_in_their_district(big):
    """One station a district, inside it."""
    where = locate_all(big.areas, big.stations.geometry.x, big.stations.geometry.y).area_id
    district = in_use(big, "district_id")
    assert [district[a] for a in where] == big.stations["district_id"].tolist()


def test_what_cannot_be_made_up_is_named():
    """All faults of a request together."""
    with pytest.raises(InputError, match=r"n_areas.*n_weeks.*shape"):
        county(1, n_areas=3, n_weeks=0, shape="lake")

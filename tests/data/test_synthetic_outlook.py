"""Wards, sites and growth of the made-up county: what the project folder reads, and what a planner would believe."""

import numpy as np
import pytest

from optimiser.data.outlook import read_growth, read_sites
from optimiser.data.places import read_places
from optimiser.data.synthetic import county, tiny, write
from optimiser.data.synthetic.outlook import N_SITES, growth_table, places_table, sites_table


@pytest.fixture(scope="module")
def made():
    """300 areas, as many as give several wards."""
    return county(2, n_areas=300, n_districts=4, n_weeks=1)


@pytest.fixture(scope="module")
def read(made, tmp_path_factory):
    """The three files by the readers of a project folder."""
    folder = tmp_path_factory.mktemp("raw")
    files = write(made, folder)
    ids = tuple(made.areas["area_id"])
    known = {a: a for a in ids}
    places = read_places(folder, known, ids)
    return places, read_sites(files["sites"], known), read_growth(files["growth"], ids, known, places)


def pieces(graph, ids, names):
    """How many connected parts each named place has, by plain breadth-first search."""
    near = {a: set() for a in ids}
    for a, b in graph.pairs():
        near[a].add(b)
        near[b].add(a)
    found = {}
    for name in set(names):
        left = {a for a, n in zip(ids, names, strict=True) if n == name}
        found[name] = 0
        while left:
            found[name] += 1
            front = [left.pop()]
            while front:
                more = near[front.pop()] & left
                left -= more
                front += more
    return found


def test_wards_are_whole_and_nested(made, read):
    """Every area has a ward of one piece, and every ward lies in one municipality of one piece: 7 and 2 by size."""
    places, _, _ = read
    ids = tuple(made.areas["area_id"])
    assert set(places) == {"ward", "municipality"}
    for kind, n in (("ward", 7), ("municipality", 2)):
        found = pieces(made.graph, ids, places[kind])
        assert len(found) == n
        assert set(found.values()) == {1}
    assert len(set(zip(places["ward"], places["municipality"], strict=True))) == 7


def test_wards_are_no_districts(made, read):
    """Some district in use cuts a ward: else counting splits would have nothing to count."""
    places, _, _ = read
    assert len(set(zip(places["ward"], made.areas["district_id"], strict=True))) > len(set(places["ward"]))


def test_sites_are_new_places(made, read):
    """Eight candidates in areas of their own, none where a station is, two only later; stations may close."""
    _, sites, _ = read
    new, old = [s for s in sites if not s.existing], [s for s in sites if s.existing]
    assert len(new) == len({s.area_id for s in new}) == N_SITES
    assert {s.site_id for s in old} == set(made.stations["station_id"])
    held = made.areas.sjoin(made.stations[["geometry"]], predicate="contains")["area_id"]
    assert not set(held) & {s.area_id for s in new}
    assert min(s.cost for s in sites) > 0
    assert sorted(s.opens for s in new) == [0] * 6 + [2035] * 2


def test_growth_goes_on(made, read):
    """2030, 2035 and 2045; the whole county grows, one ward shrinks, three estates grow by half in five years."""
    _, _, growth = read
    assert growth.years == ("2030", "2035", "2045")
    assert (np.diff(growth.factor.mean(axis=1)) > 0).all()
    assert growth.factor[-1].min() == pytest.approx((1 - 0.004) ** 20, abs=5e-4)
    assert (growth.factor[0] == 1.5).sum() == 3
    assert ((growth.factor[0] == 1.5) == (growth.factor[2] == 2.5)).all()


def test_same_seed_same_tables(made):
    """Nothing random but by the seed; the tiny county has them too."""
    other = tiny(5)
    for table in (places_table, sites_table, growth_table):
        assert table(made).equals(table(made))
        assert len(table(other))
    assert places_table(other)["ward"].nunique() == 4

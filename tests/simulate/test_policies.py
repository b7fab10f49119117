"""Policies on a line of five zones, 100 s apart: who is sent, worked by hand."""

import numpy as np
import pytest

from optimiser import simulate as sim
from optimiser.errors import InputError

AWAY = np.abs(np.arange(5)[:, None] - np.arange(5)[None, :]) * 100.0
TRAVEL = sim.Travel(table_s=AWAY, xy_m=np.column_stack([np.arange(5) * 1000.0, np.zeros(5)]))
TWO = sim.Rules(grades=(1, 2), target_s={1: 150.0})


def calls(time_s, zone, grade, service_s=1000.0) -> sim.Calls:
    n = len(time_s)
    return sim.Calls(
        time_s=np.array(time_s, dtype=float),
        zone=np.array(zone),
        grade=np.array(grade),
        service_s=np.full(n, service_s),
        draw=np.linspace(0.1, 0.9, n),
    )


def first_units(trace, fleet, policy, rules=TWO) -> list[int]:
    return (
        sim.simulate(trace, fleet, TRAVEL, policy, rules, horizon_s=5000.0)
        .replications[0]
        .calls.first_unit.tolist()
    )


def cover(weight) -> sim.Cover:
    return sim.Cover(reach=AWAY <= 100.0, weight=np.array(weight, dtype=float), busy_frac=0.5)


def test_nearest_is_from_where_a_unit_is_and_crow_by_distance():
    # units at 0 and 3: zone 1 is nearer to 0; with a table that makes zone 0 far, nearest and crow differ
    fleet = sim.always(np.array([0, 3]))
    assert first_units(calls([0.0], [1], [1]), fleet, sim.nearest()) == [0]
    far = AWAY.copy()
    far[0, :] += 500.0
    slow = sim.Travel(table_s=far, xy_m=TRAVEL.xy_m)
    trace = calls([0.0], [1], [1])
    for policy, unit in ((sim.nearest(), 1), (sim.crow(), 0)):
        found = sim.simulate(trace, fleet, slow, policy, TWO, horizon_s=5000.0)
        assert found.replications[0].calls.first_unit.tolist() == [unit], policy.name


def test_a_unit_on_its_way_back_is_sent_from_there():
    # back from 4 to its post 0 since 1400 s; at 1640 s it is half-way, so from its post: 100 s to zone 1
    fleet = sim.always(np.array([0]))
    found = sim.simulate(calls([0.0, 1640.0], [4, 1], [1, 1]), fleet, TRAVEL, rules=TWO, horizon_s=5000.0)
    assert found.replications[0].calls.response_s.tolist() == [400.0, 100.0]
    on_line = sim.Travel(table_s=AWAY, xy_m=TRAVEL.xy_m, glide="line")
    found = sim.simulate(calls([0.0, 1640.0], [4, 1], [1, 1]), fleet, on_line, rules=TWO, horizon_s=5000.0)
    assert found.replications[0].calls.response_s[1] == pytest.approx(100.0)  # 60 % of the way: zone 2


def test_veto_keeps_the_last_cover():
    # zone 0 holds half of the demand and only unit 0 covers it: unit 1 goes although it is farther
    fleet = sim.always(np.array([0, 3]))
    told = cover([0.5, 0.0, 0.1, 0.2, 0.2])
    trace = calls([0.0], [1], [2])
    assert first_units(trace, fleet, sim.veto(told, 0.5)) == [0]
    # unit 1 bares zones 2, 3 and 4, together 0.4; unit 0 zones 0 and 1
    told = cover([0.6, 0.0, 0.1, 0.2, 0.1])
    assert first_units(trace, fleet, sim.veto(told, 0.45)) == [1]
    assert first_units(trace, fleet, sim.veto(told, 0.1)) == [0]  # every choice bares more: the quickest


def test_leigh_lets_the_most_urgent_go():
    # the veto holds back unit 0 for grade 2, not for grade 1; and only the nearest by crow are looked at
    fleet = sim.always(np.array([0, 3]))
    told = cover([0.6, 0.0, 0.1, 0.2, 0.1])
    assert first_units(calls([0.0], [1], [1]), fleet, sim.leigh(told, 0.45)) == [0]
    assert first_units(calls([0.0], [1], [2]), fleet, sim.leigh(told, 0.45)) == [1]
    assert first_units(calls([0.0], [1], [2]), fleet, sim.leigh(told, 0.45, n_nearest=1)) == [0]


def test_leigh_waits_for_a_known_end():
    # unit 0 has its break in zone 2 until 60 s, unit 1 stands 200 s away: a grade 2 in zone 2 at 10 s waits 50 s for
    # unit 0; a grade 1 takes unit 1; a break that ends after the target of 150 s is no help
    told = cover([0.2, 0.2, 0.2, 0.2, 0.2])
    for length, grade, unit, response in ((60.0, 2, 0, 50.0), (60.0, 1, 1, 200.0), (180.0, 2, 1, 200.0)):
        fleet = sim.always(
            np.array([2, 4]),
            break_unit=np.array([0]),
            break_at_s=np.array([0.0]),
            break_s=np.array([length]),
        )
        rules = sim.Rules(grades=(1, 2), target_s={1: 150.0, 2: 150.0})
        for awaits in (True, False):
            policy = sim.leigh(told, 1.0, awaits_ends=awaits)
            trace = calls([10.0], [2], [grade])
            found = sim.simulate(trace, fleet, TRAVEL, policy, rules, horizon_s=5000.0).replications[0].calls
            told_unit, told_s = (unit, response) if awaits else (1, 200.0)
            assert (found.first_unit[0], found.response_s[0]) == (told_unit, told_s), (length, grade, awaits)


def test_leigh_waits_for_a_prisoner_run():
    # unit 0 is busy with a prisoner until 100 s in zone 0; a grade 2 there at 50 s waits for it, not for 200 s of way
    fleet = sim.always(np.array([0, 2]))
    trace = sim.Calls(
        time_s=np.array([0.0, 50.0]),
        zone=np.array([0, 0]),
        grade=np.array([2, 2]),
        service_s=np.array([10.0, 10.0]),
        after_s=np.array([90.0, -1.0]),
    )
    policy = sim.leigh(cover([0.2, 0.2, 0.2, 0.2, 0.2]), 1.0)
    rules = sim.Rules(grades=(1, 2), target_s={1: 150.0, 2: 600.0})
    found = sim.simulate(trace, fleet, TRAVEL, policy, rules, horizon_s=5000.0).replications[0].calls
    assert found.response_s.tolist() == [0.0, 50.0]


def test_price_of_cover_and_standing_by():
    # priced, unit 1 goes; a unit that comes free stands by at the uncovered heavy zone, not at its post
    fleet = sim.always(np.array([0, 3]))
    told = cover([0.9, 0.0, 0.0, 0.05, 0.05])
    assert first_units(calls([0.0], [1], [2]), fleet, sim.covering(told, np.array([0.0, 0.0]))) == [0]
    assert first_units(calls([0.0], [1], [2]), fleet, sim.covering(told, np.array([0.0, 2000.0]))) == [1]
    one = sim.always(np.array([3]))
    by = sim.covering(told, np.zeros(2), posts=np.array([0, 3]))
    # free at 1000 s in zone 3: it goes to zone 0 and is there at 1300 s, not at its post in zone 3
    found = sim.simulate(calls([0.0, 1500.0], [3, 0], [1, 1]), one, TRAVEL, by, TWO, horizon_s=5000.0)
    assert found.replications[0].calls.response_s.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("weight_0", "response_s"), [(0.27, 400.0), (0.25, 0.0)])
def test_of_equal_posts_a_unit_takes_the_nearer(weight_0, response_s):
    """A unit comes free in zone 3; zone 0, 300 s away, covers more than zone 4, 100 s away, or as much."""
    one = sim.always(np.array([3]))
    by = sim.covering(cover([weight_0, 0.0, 0.0, 0.0, 0.25]), np.full(2, 1000.0), posts=np.array([0, 4]))
    found = sim.simulate(calls([0.0, 1500.0], [3, 4], [1, 1]), one, TRAVEL, by, TWO, horizon_s=5000.0)
    assert found.replications[0].calls.response_s.tolist() == [0.0, response_s]


def test_a_unit_on_its_way_is_turned_round():
    # unit 0 drives to a grade 2 in zone 4 since 0 s; at 100 s (zone 0 till half-way) a grade 1 in zone 1: 100 s
    fleet = sim.always(np.array([0, 4]))
    trace = calls([0.0, 1.0, 100.0], [4, 4, 1], [2, 2, 1])
    rules = sim.Rules(grades=(1, 2), target_s={1: 150.0}, diverts={1: 2})
    found = sim.simulate(trace, fleet, TRAVEL, sim.nearest(), rules, horizon_s=5000.0).replications[0]
    assert found.calls.first_unit.tolist() == [1, 1, 0]
    assert found.calls.response_s.tolist() == [
        0.0,
        999.0,
        100.0,
    ]  # the call left is served when unit 1 is free
    assert found.n_interrupted == 1


def test_the_call_left_gets_a_free_unit_at_once():
    # unit 0 is turned round from zone 3; unit 1 stands free in zone 4 and takes that call the same moment
    fleet = sim.Fleet(
        post=np.array([0, 4]),
        tour_unit=np.array([0, 1]),
        tour_start_s=np.array([0.0, 50.0]),
        tour_end_s=np.array([9000.0, 9000.0]),
        repeat_s=np.inf,
    )
    trace = calls([0.0, 100.0], [3, 1], [2, 1])
    rules = sim.Rules(grades=(1, 2), target_s={1: 150.0}, diverts={1: 2})
    found = sim.simulate(trace, fleet, TRAVEL, sim.nearest(), rules, horizon_s=5000.0).replications[0]
    assert found.calls.response_s.tolist() == [200.0, 100.0]


def test_random_draws_within_the_radius_by_the_call():
    # both units are within 300 s: over many calls both go; within 50 s only the near one
    fleet = sim.always(np.array([1, 3]))
    n = 40
    trace = sim.Calls(
        time_s=np.arange(n) * 1000.0,
        zone=np.full(n, 1),
        grade=np.ones(n, dtype=np.int64),
        service_s=np.full(n, 1.0),
        draw=np.random.default_rng(1).random(n),
    )
    rules = sim.Rules()
    assert len(set(first_units(trace, fleet, sim.random_within(300.0), rules))) == 2
    assert set(first_units(trace, fleet, sim.random_within(50.0), rules)) == {0}


def test_a_policy_from_outside_sees_and_sends():
    # it sends the farthest free unit; what it may not do is an error
    def farthest(scene: sim.Scene) -> None:
        for call in scene.waiting():
            free = scene.free(0)
            if len(free):
                way = scene.travel_s(free, np.array([call]))[:, 0]
                scene.send(int(free[way.argmax()]), int(call))

    fleet = sim.always(np.array([0, 3]))
    assert first_units(calls([0.0], [1], [1]), fleet, sim.outside(farthest, "farthest")) == [1]

    def twice(scene: sim.Scene) -> None:
        call = int(scene.waiting()[0])
        scene.send(0, call)
        scene.send(0, call)

    with pytest.raises(InputError, match="waits for no unit"):
        first_units(calls([0.0], [1], [1]), fleet, sim.outside(twice, "twice"))


def test_what_does_not_fit_is_named():
    # prices for another number of grades, cover of other zones, posts off the table
    fleet = sim.always(np.array([0]))
    for policy, word in (
        (sim.covering(cover([1, 1, 1, 1, 1]), np.zeros(3)), "one price a grade"),
        (sim.covering(sim.Cover(reach=np.ones((2, 2)), weight=np.ones(2)), np.zeros(2)), "2 zones"),
        (sim.covering(cover([1, 1, 1, 1, 1]), np.zeros(2), posts=np.array([9])), "post"),
    ):
        with pytest.raises(InputError, match=word):
            first_units(calls([0.0], [1], [1]), fleet, policy)


def test_the_engine_knows_one_type_of_table() -> None:
    for given in (np.float32, np.int64):
        small = sim.Travel(table_s=AWAY.astype(given), xy_m=TRAVEL.xy_m).arrays(1, 2)
        assert small.table.dtype == np.float64  # another type would compile a second engine, for a minute
        assert np.allclose(small.table[0, 0], AWAY)

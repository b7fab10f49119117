"""Units that take over calls, and work after the scene of calls that changed hands; worked by hand on a line."""

import numpy as np
import pytest

from optimiser import simulate as sim
from optimiser.errors import InputError

AWAY = np.abs(np.arange(6)[:, None] - np.arange(6)[None, :]) * 100.0
TRAVEL = sim.Travel(table_s=AWAY, xy_m=np.column_stack([np.arange(6) * 1000.0, np.zeros(6)]))
RULES = sim.Rules(grades=(1, 2), takes_over=(1,))


def run(time_s, zone, grade, service_s, posts, rules, **more):
    calls = sim.Calls(
        time_s=np.array(time_s, dtype=float),
        zone=np.array(zone),
        grade=np.array(grade),
        service_s=np.array(service_s, dtype=float),
        **more,
    )
    fleet = sim.always(np.array(posts))
    return sim.simulate(calls, fleet, TRAVEL, sim.nearest(), rules, horizon_s=9000.0).replications[0]


def test_a_unit_that_comes_free_takes_over():
    # unit 0 drives from zone 0 to a grade 1 in zone 5 since 1 s (500 s); unit 1 comes free in zone 4 at 100 s: there
    # at 200 s instead of 501 s, and unit 0 is free for the next call
    trace = ([0.0, 1.0, 150.0], [4, 5, 0], [2, 1, 2], [100.0, 50.0, 50.0], [0, 4])
    found = run(*trace, RULES)
    assert found.calls.response_s.tolist()[1] == 199.0
    assert found.calls.first_unit.tolist() == [1, 1, 0]
    assert found.n_interrupted == 1
    kept = run(*trace, sim.Rules(grades=(1, 2)))
    assert kept.calls.response_s.tolist()[1] == 500.0


@pytest.mark.parametrize(("gain_s", "response_s"), [(300.0, 199.0), (301.0, 500.0)])
def test_it_must_be_sooner_by_the_gain(gain_s, response_s):
    # 401 s are left for unit 0 when unit 1 needs 100 s: 301 s sooner, which must be more than the gain
    rules = sim.Rules(grades=(1, 2), takes_over=(1,), divert_gain_s=gain_s)
    found = run([0.0, 1.0], [4, 5], [2, 1], [100.0, 50.0], [0, 4], rules)
    assert found.calls.response_s.tolist()[1] == response_s


def test_the_one_relieved_may_take_over_in_its_turn():
    # unit 0 works in zone 5; unit 1 drives there from zone 2 since 1 s; unit 2 from zone 0 to zone 2 since 50 s. Unit 0
    # comes free at 100 s and takes over from unit 1; that is still in zone 2 (till half-way) and takes over from unit 2
    found = run([0.0, 1.0, 50.0], [5, 5, 2], [1, 1, 1], [100.0, 50.0, 50.0], [5, 2, 0], RULES)
    assert found.calls.response_s.tolist() == [0.0, 99.0, 50.0]
    assert found.calls.first_unit.tolist() == [0, 0, 1]
    assert found.n_interrupted == 2


@pytest.mark.parametrize("rule", [{"diverts": {1: 2}}, {"interrupts": {1: 2}}])
def test_work_after_the_scene_goes_with_the_call(rule):
    # unit 0 goes to a grade 2 in zone 3 that ends with a run of 1,000 s; at 10 s it is turned round to a grade 1 in
    # zone 0, and serves the grade 2 after it: the run is still due, so a third call waits for its end
    rules = sim.Rules(grades=(1, 2), **rule)
    found = run(
        [0.0, 10.0, 500.0],
        [3, 0, 3],
        [2, 1, 2],
        [50.0, 50.0, 50.0],
        [0],
        rules,
        after_s=np.array([1000.0, np.nan, np.nan]),
    )
    # 10 + 50 at the grade 1, 300 s of way, 50 at the scene, 1,000 of the run: free at 1,410 s
    assert found.calls.response_s.tolist() == [360.0, 0.0, 910.0]


def test_a_strange_grade_is_named():
    with pytest.raises(InputError, match="takes_over names grade 9"):
        sim.Rules(grades=(1, 2), takes_over=(9,))


def test_a_way_broken_off_counts_as_far_as_it_was_driven():
    # unit 0 sets out from zone 0 to zone 5 at 1 s (500 s, 5 km) and is relieved at 101 s: a fifth of the way, 1 km.
    # Its place is zone 0 till half-way, its post: no way back. Unit 1 drives 1 km from zone 4 to zone 5, and back
    travel = sim.Travel(table_s=AWAY, metres=AWAY * 10.0)
    calls = sim.Calls(
        time_s=np.array([0.0, 1.0]),
        zone=np.array([4, 5]),
        grade=np.array([2, 1]),
        service_s=np.array([101.0, 50.0]),
    )
    fleet = sim.always(np.array([0, 4]))
    found = sim.simulate(calls, fleet, travel, sim.nearest(), RULES, horizon_s=3000.0).replications[0]
    assert found.metres.tolist() == pytest.approx([1000.0, 2000.0])


def test_a_call_that_somebody_was_sent_to_does_not_leave_the_queue():
    # a grade 2 without patience gets unit 0 at once, which is turned round to a grade 1; it still comes later
    rules = sim.Rules(grades=(1, 2), diverts={1: 2}, patience_s={2: 0.0})
    found = run([0.0, 10.0, 20.0], [3, 0, 3], [2, 1, 2], [50.0, 50.0, 50.0], [0], rules)
    # 10 + 50 at the grade 1, 300 s of way; the third call found nobody free and is given up
    assert found.calls.response_s.tolist() == [360.0, 0.0, np.inf]
    assert found.n_dropped == 1


@pytest.mark.parametrize(("tail_s", "urgent_s"), [(0.0, 0.0), (600.0, np.inf)])
@pytest.mark.parametrize("rule", [{"diverts": {1: 2}}, {"interrupts": {1: 2}}])
def test_nobody_is_turned_round_at_the_end_of_a_tour(rule, tail_s, urgent_s):
    # unit 0, on its way to a grade 2 since 0 s, is on duty till 500 s: 10 s lies in the last 600 s
    rules = sim.Rules(grades=(1, 2), tail_s={1: tail_s}, **rule)
    calls = sim.Calls(
        time_s=np.array([0.0, 10.0]),
        zone=np.array([3, 0]),
        grade=np.array([2, 1]),
        service_s=np.array([50.0, 50.0]),
    )
    fleet = sim.Fleet(
        post=np.array([0]),
        tour_unit=np.array([0]),
        tour_start_s=np.array([0.0]),
        tour_end_s=np.array([500.0]),
        repeat_s=np.inf,
    )
    found = sim.simulate(calls, fleet, TRAVEL, sim.nearest(), rules, horizon_s=3000.0).replications[0]
    assert found.calls.response_s.tolist()[1] == urgent_s

"""Rules of duty, each worked by hand on two zones 100 s apart."""

import numpy as np
import pytest

from optimiser import simulate as sim

AWAY = np.array([[0.0, 100.0], [100.0, 0.0]])
TRAVEL = sim.Travel(table_s=AWAY, metres=AWAY * 10.0)
GRADES = (1, 2)
FREE, WAY, SCENE, CUSTODY, BREAK, PROACTIVE = range(1, 7)


def calls(time_s, zone, grade, service_s=50.0, **more) -> sim.Calls:
    n = len(time_s)
    return sim.Calls(
        time_s=np.array(time_s, dtype=float),
        zone=np.array(zone),
        grade=np.array(grade),
        service_s=np.full(n, service_s),
        **more,
    )


def run(trace, fleet, horizon_s=2000.0, policy=None, **rules) -> sim.Replication:
    held = sim.Rules(grades=GRADES, **rules)
    return sim.simulate(trace, fleet, TRAVEL, policy, held, horizon_s=horizon_s).replications[0]


def test_prisoner_run_goes_to_the_site():
    # 50 s at the scene in zone 0, then 100 s to the custody site in zone 1 and 200 s of processing: the next call in
    # zone 1 at 60 s waits until 350 s and is served from there; 1 km to the site
    fleet = sim.always(np.array([0]), sites=np.array([1]))
    one = run(calls([0.0, 60.0], [0, 1], [1, 1], after_s=np.array([200.0, -1.0])), fleet)
    assert one.calls.response_s.tolist() == [0.0, 290.0]
    assert one.unit_use_s[0, CUSTODY] == 300.0
    assert one.metres[0] == 2000.0  # to the site, and back to its post in the end


def test_patrol_block_is_ended_by_a_call_or_not():
    # a block in zone 1 from 100 s for 400 s; a grade 2 in zone 1 at 200 s ends it, or waits for its end at 500 s
    fleet = sim.always(
        np.array([0]),
        patrol_unit=np.array([0]),
        patrol_at_s=np.array([100.0]),
        patrol_s=np.array([400.0]),
        patrol_zone=np.array([1]),
    )
    trace = calls([200.0], [1], [2])
    ended = run(trace, fleet)
    assert ended.calls.response_s.tolist() == [0.0]
    assert ended.unit_use_s[0, PROACTIVE] == 100.0
    held = run(trace, fleet, ends_proactive=(1,))
    assert held.calls.response_s.tolist() == [300.0]
    assert held.unit_use_s[0, PROACTIVE] == 400.0


def test_break_is_ended_by_the_grade_that_may():
    # a break from 0 to 500 s; a grade 1 in zone 0 at 100 s ends it, a grade 2 waits; the 400 s left are taken later
    fleet = sim.always(
        np.array([0]), break_unit=np.array([0]), break_at_s=np.array([0.0]), break_s=np.array([500.0])
    )
    urgent = run(calls([100.0], [0], [1]), fleet, ends_break=(1,))
    assert urgent.calls.response_s.tolist() == [0.0]
    assert urgent.unit_use_s[0, BREAK] == 500.0
    assert run(calls([100.0], [0], [2]), fleet, ends_break=(1,)).calls.response_s.tolist() == [400.0]


def test_handover_turnout_and_the_end_of_a_tour():
    # on duty from 0 to 1000 s: nobody is sent in the first 60 s, turn-out takes 10 s, and in the last 300 s a grade 2
    # waits for the next tour at 1000 s (with a hand-over of its own only where the unit went off)
    fleet = sim.Fleet(
        post=np.array([0]),
        tour_unit=np.array([0, 0]),
        tour_start_s=np.array([0.0, 1500.0]),
        tour_end_s=np.array([1000.0, 2500.0]),
        repeat_s=np.inf,
    )
    one = run(
        calls([0.0, 800.0], [0, 0], [1, 2]),
        fleet,
        3000.0,
        handover_s=60.0,
        turnout_s={1: 10.0},
        tail_s={2: 300.0},
    )
    assert one.calls.response_s.tolist() == [70.0, 760.0]
    assert one.use_s[:, 1:].sum() == pytest.approx(2000.0)


def test_relief_takes_over_where_the_unit_is():
    # tours end and begin at 100 s while the unit is at a call until 150 s: no overtime for the relief, no way home
    fleet = sim.Fleet(
        post=np.array([0]),
        tour_unit=np.array([0, 0]),
        tour_start_s=np.array([0.0, 100.0]),
        tour_end_s=np.array([100.0, 2000.0]),
        repeat_s=np.inf,
    )
    one = run(calls([0.0, 160.0], [1, 1], [1, 1]), fleet)
    assert one.calls.response_s.tolist() == [100.0, 0.0]
    assert one.unit_use_s[0].sum() == 2000.0


def test_patience_and_ageing():
    # one unit busy until 500 s. A grade 2 gives up after 100 s; with ranks, a grade 2 that waited 300 s longer than a
    # grade 1 goes first if a grade is worth less than that
    trace = calls([0.0, 10.0, 310.0], [0, 0, 0], [1, 2, 1], service_s=500.0)
    one = run(trace, sim.always(np.array([0])), 3000.0, patience_s={2: 100.0})
    assert one.n_dropped == 1
    assert np.isinf(one.calls.response_s[1])
    for rank, waits in ((400.0, (990.0, 190.0)), (200.0, (490.0, 690.0))):
        aged = run(trace, sim.always(np.array([0])), 3000.0, rank_s={1: 0.0, 2: rank})
        assert aged.calls.wait_s[1:].tolist() == list(waits)


def test_sectors_and_posts_of_a_plan():
    # two sectors, a unit each at its post; both calls in zone 1: the second, while unit 1 is busy, is unit 0's, so
    # half of sector 1's call time is its own units' (50 s of work; and 100 s of way for the stranger)
    fleet = sim.always(np.array([0, 1]), sector=np.array([0, 1]), zone_sector=np.array([0, 1]))
    one = run(calls([0.0, 10.0], [1, 1], [1, 1]), fleet)
    assert one.calls.first_unit.tolist() == [1, 0]
    assert one.sector_s[:2, :2].tolist() == [[0.0, 150.0], [0.0, 50.0]]
    assert one.own_frac == pytest.approx(0.25)

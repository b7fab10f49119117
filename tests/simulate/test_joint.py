"""The optimised policies: worked by hand on a line, and against the assignment family's own sums and proof."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from optimiser import simulate as sim
from optimiser.errors import InputError
from optimiser.simulate.matching import COLUMN_OF, match
from optimiser.simulate.state import N_REALS

AWAY = np.abs(np.arange(5)[:, None] - np.arange(5)[None, :]) * 100.0
TRAVEL = sim.Travel(table_s=AWAY, xy_m=np.column_stack([np.arange(5) * 1000.0, np.zeros(5)]))
GRADES = (1, 2)
RULES = sim.Rules(grades=GRADES, target_s={1: 150.0, 2: 600.0})
FLAT = sim.Cover(reach=np.eye(5, dtype=bool), weight=np.ones(5), busy_frac=0.5)


def worth(**more) -> sim.Worth:
    return sim.Worth(**({"first": {1: 1.0, 2: 0.25}, "late": {1: 4.0, 2: 1.0}, "journey": 0.0} | more))


def calls(time_s, zone, grade, service_s=1000.0, need=None) -> sim.Calls:
    n = len(time_s)
    service = np.full((n, 1 if need is None else max(need)), service_s)
    return sim.Calls(
        time_s=np.array(time_s, dtype=float),
        zone=np.array(zone),
        grade=np.array(grade),
        service_s=service,
        need=None if need is None else np.array(need),
    )


def run(trace, fleet, policy, rules=RULES) -> sim.Replication:
    return sim.simulate(trace, fleet, TRAVEL, policy, rules, horizon_s=9000.0).replications[0]


@pytest.mark.parametrize("seed", range(5))
def test_matching_is_least_in_all(seed):
    # against scipy's linear assignment, with forbidden pairs and a price for taking nothing
    rng = np.random.default_rng(seed)
    n_rows, n_columns = 7, 5
    cost = rng.random((n_rows, n_columns))
    cost[rng.random(cost.shape) < 0.3] = np.inf
    reals, wholes = np.zeros((N_REALS + n_rows, 13)), np.zeros((8, 13), dtype=np.int64)
    reals[N_REALS:, :n_columns] = cost
    reals[3, :n_rows] = rng.random(n_rows)
    match(reals, wholes, n_rows, n_columns)
    column = wholes[COLUMN_OF, :n_rows]
    ours = sum(reals[3, k] if j < 0 else cost[k, j] for k, j in enumerate(column))
    wide = np.hstack([cost, np.where(np.eye(n_rows, dtype=bool), reals[3, :n_rows, None], np.inf)])
    rows, columns = linear_sum_assignment(wide)
    assert ours == pytest.approx(wide[rows, columns].sum())
    assert len({j for j in column if j >= 0}) == sum(j >= 0 for j in column)


def test_one_at_a_time_weighs_cover_against_the_way():
    # unit 0 alone covers the heavy zone 0: for grade 2 the other goes if cover is dear, for grade 1 never
    fleet = sim.always(np.array([0, 3]))
    told = sim.Cover(reach=AWAY <= 0.0, weight=np.array([0.9, 0, 0, 0.1, 0]), busy_frac=0.5)
    for price, grade, unit in ((0.0, 2, 0), (1000.0, 2, 1), (1000.0, 1, 0)):
        policy = sim.one_at_a_time(worth(cover_s={2: price}), told, GRADES)
        assert run(calls([0.0], [1], [grade]), fleet, policy).calls.first_unit.tolist() == [unit], price


def test_a_unit_turned_round_leaves_its_call_to_another():
    # unit 0 drives from 0 to a grade 2 in zone 4; at 100 s a grade 1 comes in zone 1. Unit 1, free since 50 s in
    # zone 4, is 300 s away and late; unit 0, still in zone 0, is there in 100 s, and unit 1 takes the grade 2 at once
    fleet = sim.Fleet(
        post=np.array([0, 4]),
        tour_unit=np.array([0, 1]),
        tour_start_s=np.array([0.0, 50.0]),
        tour_end_s=np.array([9000.0, 9000.0]),
        repeat_s=np.inf,
    )
    trace = calls([0.0, 100.0], [4, 1], [2, 1])
    rules = sim.Rules(grades=GRADES, target_s={1: 150.0, 2: 600.0}, diverts={1: 2})
    found = run(trace, fleet, sim.joint(worth(), FLAT, GRADES), rules)
    assert found.calls.response_s.tolist() == [100.0, 100.0]
    assert found.n_interrupted == 1
    # where the rules turn nobody round, the free unit drives 300 s
    assert run(trace, fleet, sim.joint(worth(), FLAT, GRADES)).calls.response_s.tolist() == [400.0, 300.0]


def test_a_known_end_is_awaited():
    # unit 0 has its break in zone 2 until 60 s; a grade 2 in zone 2 at 10 s: unit 1 is 200 s away. Waiting is better
    fleet = sim.always(
        np.array([2, 4]), break_unit=np.array([0]), break_at_s=np.array([0.0]), break_s=np.array([60.0])
    )
    trace = calls([10.0, 10.0], [2, 2], [2, 1])
    for make in (sim.one_at_a_time, sim.joint):
        found = run(trace, fleet, make(worth(awaits_ends=(2,)), FLAT, GRADES)).calls
        assert found.first_unit.tolist() == [0, 1], make.__name__  # grade 1 takes only who is free
        assert found.response_s.tolist() == [50.0, 200.0]


def test_a_free_unit_moves_to_restore_cover():
    # unit 0 leaves zone 0 (0.6 of demand) for a call; unit 1 in zone 3 (0.4) is worth 0.3 there and 0.2 here: it moves
    # and at 500 s serves a second call in zone 0 at once. Where that costs more than it is worth, it drives 300 s
    fleet = sim.always(np.array([0, 3]))
    told = sim.Cover(reach=AWAY <= 0.0, weight=np.array([0.6, 0, 0, 0.4, 0]), busy_frac=0.5)
    trace = calls([0.0, 500.0], [0, 0], [1, 1])
    for price, response in ((10.0, 0.0), (90.0, 300.0)):
        policy = sim.joint(worth(cover_s={2: 1000.0}, move_price_s=price), told, GRADES, np.array([0, 3]))
        assert run(trace, fleet, policy).calls.response_s.tolist() == [0.0, response]


@pytest.mark.parametrize("make", [sim.one_at_a_time, sim.joint])
def test_an_old_call_is_not_left_alone(make):
    # grade 2 in zone 4 comes when the only unit is busy until 10,000 s, 9,400 s past its target by then: what is lost
    # already speaks for neither, so 400 s of way at 0.25 + 1 + 0.25 a second are less than 700 for sending nobody
    trace = calls([0.0, 1.0], [0, 4], [1, 2], service_s=10_000.0)
    policy = make(worth(unfilled_s={1: 700.0, 2: 700.0}), FLAT, GRADES)
    found = sim.simulate(trace, sim.always(np.array([0])), TRAVEL, policy, RULES, horizon_s=20_000.0)
    assert found.replications[0].calls.response_s.tolist() == [0.0, 10_399.0]


@pytest.mark.parametrize("make", [sim.one_at_a_time, sim.joint])
def test_usual_weights_leave_no_call_alone(make):
    # four grades, ways of up to 4,000 s, and a unit that alone covers all there is: even the least urgent is attended
    far = sim.Travel(table_s=AWAY * 10.0)
    alone = sim.Cover(reach=np.eye(5, dtype=bool), weight=np.array([1.0, 0, 0, 0, 0]))
    grades = (1, 2, 3, 4)
    rules = sim.Rules(grades=grades, target_s=dict.fromkeys(grades, 600.0))
    trace = calls([0.0, 9000.0, 18_000.0, 27_000.0], [4] * 4, grades)
    policy = make(sim.usual_worth(grades), alone, grades)
    found = sim.simulate(trace, sim.always(np.array([0])), far, policy, rules, horizon_s=40_000.0)
    assert found.each("never").sum() == 0
    assert found.each("n").sum() == 4


def test_several_officers_together_and_the_reserve():
    # a call of three takes two units when two are free and the third as it comes; together it waits for all
    fleet = sim.always(np.array([0, 0, 1]))
    trace = calls([0.0, 10.0], [1, 0], [2, 2], need=[1, 3], service_s=100.0)
    policy = sim.joint(worth(), FLAT, GRADES)
    found = run(trace, fleet, policy).calls
    assert (found.response_s[1], found.full_s[1]) == (0.0, 190.0)
    all_at_once = sim.Rules(grades=GRADES, target_s={1: 150.0, 2: 600.0}, together=(2,))
    assert run(trace, fleet, policy, all_at_once).calls.response_s[1] == 90.0
    kept = sim.Rules(grades=GRADES, target_s={1: 150.0}, reserve_units={2: 2})
    assert run(calls([0.0, 1.0], [0, 0], [2, 2]), fleet, policy, kept).calls.wait_s.tolist() == [0.0, 999.0]


def test_interruption_where_nobody_is_free():
    # the rules let a grade 1 take a unit off a grade 2: the rest of that work is done afterwards
    rules = sim.Rules(grades=GRADES, target_s={1: 150.0}, interrupts={1: 2})
    found = run(
        calls([0.0, 30.0], [0, 0], [2, 1]), sim.always(np.array([0])), sim.joint(worth(), FLAT, GRADES), rules
    )
    assert found.calls.wait_s.tolist() == [0.0, 0.0]
    assert found.unit_use_s[0, 3] == pytest.approx(2000.0)


def test_weights_that_do_not_fit_are_named():
    # a grade that there is not, one without a weight, a negative price
    for weights, word in (
        (worth(cover_s={7: 1.0}), "grade 7"),
        (sim.Worth(first={1: 1.0}, late={1: 1.0}), "lacks grade 2"),
        (worth(unfilled_s={1: -1.0}), "0 or more"),
        (worth(awaits_ends=(9,)), "awaits_ends"),
    ):
        with pytest.raises(InputError, match=word):
            sim.joint(weights, FLAT, GRADES)

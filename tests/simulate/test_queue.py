"""The engine against queueing formulas, and single events worked by hand. Zone 0 alone: no ways."""

import numpy as np
import pytest

from optimiser import simulate as sim
from optimiser.demand.queueing import erlang_c
from optimiser.errors import InputError

HOUR_S = 3600.0


def poisson(load: float, service_s: float = 60.0) -> sim.Stream:
    return sim.Stream(
        rate_per_h=np.full((1, 168, 1), load * HOUR_S / service_s), grades=(1,), service={1: service_s}
    )


def by_hand(time_s, service_s, grade=None, need=None) -> sim.Calls:
    n = len(time_s)
    return sim.Calls(
        time_s=np.array(time_s, dtype=float),
        zone=np.zeros(n, dtype=np.int64),
        grade=np.ones(n, dtype=np.int64) if grade is None else np.array(grade),
        service_s=np.array(service_s, dtype=float),
        need=None if need is None else np.array(need),
    )


def units(n: int, **more) -> sim.Fleet:
    return sim.always(np.zeros(n, dtype=np.int64), **more)


def tour(n: int, end_s: float, start_s: float = 0.0, **more) -> sim.Fleet:
    return sim.Fleet(
        post=np.zeros(n, dtype=np.int64),
        tour_unit=np.arange(n),
        tour_start_s=np.full(n, start_s),
        tour_end_s=np.full(n, end_s),
        repeat_s=np.inf,
        **more,
    )


@pytest.mark.parametrize(("n", "rho"), [(1, 0.5), (3, 0.5), (5, 0.8)])
def test_erlang(n, rho):
    # waits and shares without a free unit lie in the interval around Erlang's C (5 deviations: never by chance)
    found = sim.simulate(
        poisson(n * rho), units(n), replications=10, seed=5, horizon_s=210 * HOUR_S, warm_s=10 * HOUR_S
    )
    share = erlang_c(n, n * rho)
    for measure, exact in (("no_free_frac", share), ("wait_mean_s", 60.0 * share / (n - n * rho))):
        seen = sim.interval(found.each(measure)[:, 0], 0.999999)
        assert seen.low <= exact <= seen.high, measure
    assert found.utilisation().mean() == pytest.approx(rho, rel=0.03)


def test_same_seed_same_calls():
    # common random numbers: two runs are equal, and another number of units meets the same calls
    a, b, c = (
        sim.simulate(poisson(2.0), units(n), replications=2, seed=1, horizon_s=20 * HOUR_S) for n in (3, 3, 4)
    )
    assert np.array_equal(a.replications[1].calls.response_s, b.replications[1].calls.response_s)
    assert np.array_equal(a.replications[1].calls.time_s, c.replications[1].calls.time_s)
    assert (c.replications[1].calls.wait_s <= a.replications[1].calls.wait_s + 1e-9).mean() > 0.99


def test_priority_goes_first():
    # 1 busy unit; a grade 2 waits since 10 s, a grade 1 since 20 s: at 100 s the grade 1 is served
    rules = sim.Rules(grades=(1, 2), target_s={1: 90.0})
    found = sim.simulate(by_hand([0, 10, 20], [100, 100, 100], [2, 2, 1]), units(1), rules=rules)
    assert found.replications[0].calls.wait_s.tolist() == [0, 190, 80]
    assert found.each("within_frac")[0].tolist() == [1.0, 1.0]  # the other has no target


def test_several_units_as_they_come_or_together():
    # needs 3 of 3, one is busy until 50 s: first at 10 s and full at 50 s, or all at 50 s
    calls = by_hand([0, 10], [[50, 0, 0], [99, 99, 99]], need=[1, 3])
    one = sim.simulate(calls, units(3)).replications[0].calls
    assert (one.response_s[1], one.full_s[1]) == (0.0, 40.0)
    all_at_once = sim.simulate(calls, units(3), rules=sim.Rules(together=(1,))).replications[0].calls
    assert (all_at_once.response_s[1], all_at_once.full_s[1]) == (40.0, 40.0)


def test_officers_count_by_crew():
    # 2 officers are one double-crewed car, or two single ones
    calls = by_hand([0.0], [[10, 10]], need=[2])
    rules = sim.Rules(by_officers=True)
    pair = sim.simulate(calls, units(2, officers=np.array([2, 1])), rules=rules, horizon_s=100.0)
    assert pair.replications[0].unit_use_s[:, 3].tolist() == [10.0, 0.0]
    single = sim.simulate(calls, units(2), rules=rules, horizon_s=100.0)
    assert single.replications[0].unit_use_s[:, 3].tolist() == [10.0, 10.0]


def test_reserve_cut_off_holds_back_the_less_urgent():
    # one of two units stays free for grade 1: the second grade 2 waits for the first to end
    rules = sim.Rules(grades=(1, 2), reserve_units={2: 1})
    found = sim.simulate(by_hand([0, 1, 2], [100, 100, 100], [2, 2, 1]), units(2), rules=rules)
    # grade 1 leaves at 102; at 100 one is free, none would stay; at 102 both are
    assert found.replications[0].calls.wait_s.tolist() == [0.0, 101.0, 0.0]


def test_interruption_keeps_the_rest_of_the_work():
    # the unit leaves a grade 2 after 30 of 100 s for a grade 1 of 20 s; 70 s are left from 50 s on
    rules = sim.Rules(grades=(1, 2), interrupts={1: 2})
    found = sim.simulate(by_hand([0, 30], [100, 20], [2, 1]), units(1), rules=rules, horizon_s=1000.0)
    one = found.replications[0]
    assert one.calls.wait_s.tolist() == [0.0, 0.0]
    assert one.n_interrupted == 1
    assert one.unit_use_s[0, 3] == pytest.approx(120.0)


def test_shift_end_and_overtime():
    # the shift ends at 50 s in a call until 80 s: 30 s overtime, and nobody for the next call
    found = sim.simulate(by_hand([0, 60], [80, 1]), tour(1, 50.0), horizon_s=100.0)
    one = found.replications[0]
    assert one.overtime_s.tolist() == [30.0]
    assert np.isinf(one.calls.response_s[1])
    assert one.by_grade.never[0] == 1
    assert one.by_grade.no_free_frac[0] == 0.5


def test_shift_plan_counts_are_on_duty():
    # 2, 1, 0, 3 units by interval, also over the end of the period: on-duty time adds up
    counts = np.array([2, 1, 0, 3])
    fleet = sim.from_counts(counts, 42 * HOUR_S)
    found = sim.simulate(by_hand([0.0], [1.0]), fleet, horizon_s=2 * sim.WEEK_S)
    on = found.replications[0].use_s.sum(axis=1).reshape(4, 42).sum(axis=1) / (2 * 42 * HOUR_S)
    assert on.tolist() == pytest.approx([2, 1, 0, 3])


def test_break_waits_for_the_call_and_quiet_blocks_count():
    # a break due at 10 s in a call until 40 s is taken from 40 to 100 s; quiet from 100 s on is one block
    fleet = units(1, break_unit=np.array([0]), break_at_s=np.array([10.0]), break_s=np.array([60.0]))
    found = sim.simulate(by_hand([0.0], [40.0]), fleet, horizon_s=100.0 + 1800.0, keep_units=True)
    one = found.replications[0]
    assert one.unit_use_s[0].tolist() == [0, 1800, 0, 40, 0, 60, 0]
    assert (one.n_blocks, one.block_s.sum()) == (1, 1800.0)
    assert one.unit_quiet_s.sum(axis=1).tolist() == [[1860, 1800]]  # the break is quiet, and no block


def test_what_does_not_fit_is_named():
    # a zone, a grade or a unit that there is not
    with pytest.raises(InputError, match="grade 2"):
        sim.simulate(by_hand([0.0], [1.0], [2]), units(1))
    with pytest.raises(InputError, match="zone"):
        sim.simulate(by_hand([0.0], [1.0]), sim.always(np.array([3])))
    with pytest.raises(InputError, match="order of time"):
        by_hand([5.0, 1.0], [1.0, 1.0])
    with pytest.raises(InputError, match="table policy"):
        sim.simulate(by_hand([0.0], [1.0]), units(1), policy=sim.table(np.array([[0, 4]])))

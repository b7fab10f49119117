"""A shift plan under simulated weeks, and the time split side by side."""

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.shifts import milp

from optimiser.demand.queueing import erlang_c
from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsParams, ShiftsPlan
from optimiser.problems.shifts.ledger import CLASSES
from optimiser.report import words_ledger
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.studies.shift_simulation import simulate_weeks, stream_of
from optimiser.studies.split_ledger import best_reachable, price_of_points, side_by_side, weeks_within
from tests.oracles.shifts_cases import SLOTS, week

CALLS_H = 1.5
"""Offered officer-hours of calls in an hour, all day: three half-hour calls."""


def steady(n=5, **params):
    """Return a week with ``n`` officers at any time and 1.5 of them on calls."""
    problem = week(
        ShiftsParams(interval_price=0.0, **params),
        {"E": (6, 8), "L": (14, 8), "N": (22, 8)},
        dict.fromkeys(range(SLOTS), 2),
        call_work_s=np.full(SLOTS, CALLS_H * 3600.0),
        admin_s=np.full(SLOTS, 0.5 * 3600.0),
    )
    return problem, ShiftsPlan({f"{s}@{d}": n for s in "ELN" for d in range(7)})


def stream(seed=1, weeks=200):
    rng = np.random.default_rng(seed)
    hour = np.repeat(np.arange(SLOTS), rng.poisson(3.0 * weeks, SLOTS))
    ones = np.ones(hour.size, dtype=np.int64)
    return stream_of(hour, ones, ones, rng.exponential(1800.0, hour.size), float(weeks))


@pytest.fixture(scope="module")
def seen():
    problem, plan = steady()
    return problem, plan, simulate_weeks(problem, plan, stream(), weeks=60)


def test_a_pure_queue_is_erlangs(seen):
    # five on duty and 1.5 offered: 2.0 % find nobody free (Erlang C by the queue's own formula)
    _, _, weeks = seen
    found = float(np.nanmean(weeks.no_free_frac))
    assert found == pytest.approx(erlang_c(5, CALLS_H), abs=0.004)


def test_every_hour_is_in_one_class(seen):
    # shares add up to 1; calls are 1.5 of 5, community its floor, administration its need of half an hour
    _, _, weeks = seen
    assert weeks.shares.sum(axis=1) == pytest.approx(1.0)
    assert weeks.shares.min() >= 0
    mean = dict(zip(CLASSES, weeks.shares.mean(axis=0), strict=True))
    assert mean["calls"] == pytest.approx(0.3, abs=0.01)
    assert mean["community"] == pytest.approx(0.1, abs=1e-6)
    assert mean["admin"] == pytest.approx(0.1, abs=4e-3)  # hours beyond the end of a tour count as on duty
    assert mean["unaccounted"] < 0.1


def test_officers_differ_more_than_weeks(seen):
    # the share of one officer over four weeks spreads wider than that of all in a week; both lie round 30 %
    problem, _, weeks = seen
    officers = weeks.officer_band("calls")
    assert officers[1] - officers[0] > weeks.band("calls")[1] - weeks.band("calls")[0]
    assert 0 < weeks_within(problem, weeks) < 1


def test_every_class_by_officer(seen):
    # an officer's classes add up to his time, and officers' hours to those of the weeks: 4 weeks of 5 at any time
    problem, plan, _ = seen
    weeks = simulate_weeks(problem, plan, stream(), weeks=4)
    assert weeks.officer_shares.shape[2] == len(CLASSES)
    assert weeks.officer_shares.sum(axis=2) == pytest.approx(1.0)
    # each line of duty has 40 hours but for what runs past its end, so the plain mean is that of the weeks
    assert weeks.officer_shares.mean(axis=(0, 1)) == pytest.approx(weeks.shares.mean(axis=0), abs=2e-3)
    lines = {line.name: line for line in side_by_side(problem, plan, weeks)}
    for name in ("calls", "proactive", "admin", "community"):
        line = lines[name]
        assert line.officer_p5 < line.simulated < line.officer_p95
        assert (line.officer_p5, line.officer_p95) == weeks.officer_band(name)
    assert words_ledger.NO_SERGEANT in words_ledger.simulated(problem, weeks)


def test_no_officer_band_without_a_cycle(seen):
    # three weeks are no cycle of four: the weeks have their band, officers none
    problem, plan, _ = seen
    weeks = simulate_weeks(problem, plan, stream(), weeks=3)
    assert weeks.officer_band("calls") is None
    assert side_by_side(problem, plan, weeks)[0].officer_p5 is None
    assert words_ledger.NO_SERGEANT not in words_ledger.simulated(problem, weeks)


def test_a_week_without_calls_of_a_grade():
    # one grade-1 call in 200 weeks: most drawn weeks have none, and say so instead of failing
    hour = np.arange(SLOTS)
    grade = np.where(hour == 5, 1, 2)
    rare = stream_of(hour, grade, np.ones(SLOTS, dtype=np.int64), np.full(SLOTS, 900.0), 200.0)
    problem, plan = steady()
    weeks = simulate_weeks(problem, plan, rare, weeks=4)
    assert np.isnan(weeks.wait_p90_s[:, 0]).all()
    assert weeks.no_free_frac.shape == (4, 2)


def test_a_priority_that_is_not_known_comes_last():
    # grades 1 and 2 before 0, and each at its own hours
    hour, grade = np.array([3, 4, 4, 5]), np.array([2, 0, 0, 1])
    drawn = stream_of(hour, grade, np.ones(4, dtype=np.int64), np.full(4, 60.0), 1.0)
    assert drawn.grades == (1, 2, 0)
    assert drawn.rate_per_h[0, 3:6].tolist() == [[0, 1, 0], [0, 0, 2], [1, 0, 0]]


def test_the_work_of_a_week_is_kept():
    # long calls take two units: 90 calls of one unit and 900 s, 10 of two and 3,600 s are 42.5 unit-hours drawn anew
    units = np.repeat([1, 2], [90, 10])
    busy = np.where(units == 2, 3600.0, 900.0)
    drawn = stream_of(np.arange(100), np.ones(100, dtype=np.int64), units, busy, 1.0)
    weeks = [drawn.draw(604_800.0, 1, k) for k in range(200)]
    hours = [sum(w.service_s[i, : w.need[i]].sum() for i in range(len(w))) / 3600 for w in weeks]
    assert np.mean(hours) == pytest.approx(42.5, rel=0.03)


def test_side_by_side(seen):
    # limits with what is planned and simulated; measured is left open without a duty table
    problem, plan, weeks = seen
    lines = {line.name: line for line in side_by_side(problem, plan, weeks)}
    assert all(line.kept for line in lines.values())
    assert lines["calls"].planned == pytest.approx(0.3)
    assert lines["calls"].p5 < lines["calls"].simulated < lines["calls"].p95
    assert lines["calls"].measured is None
    few, plan_of_few = steady(n=4)
    broken = {line.name: line.kept for line in side_by_side(few, plan_of_few, measured={"calls": 0.4})}
    assert not broken["calls"]


def test_the_same_calls_for_every_plan():
    # a sixth officer never makes a week worse: replication by replication, the same calls
    problem, plan = steady()
    _, more = steady(n=6)
    a = simulate_weeks(problem, plan, stream(), weeks=8)
    b = simulate_weeks(problem, more, stream(), weeks=8)
    assert (b.n_no_free <= a.n_no_free).all()
    assert b.shares[:, 0].mean() < a.shares[:, 0].mean()


def test_those_away_answer_no_calls():
    # two of five at court all week leave three: more calls find nobody
    problem, plan = steady()
    away = replace(problem, away=(2,) * SLOTS)
    assert (
        simulate_weeks(away, plan, stream(), weeks=8).n_no_free.sum()
        > 2 * simulate_weeks(problem, plan, stream(), weeks=8).n_no_free.sum()
    )


def test_protected_blocks_hold_but_for_the_most_urgent():
    # two half-hours in each of 105 tours are 105 h at most; calls of grade 2 wait for them, those of grade 1 do not
    problem, plan = steady()
    hour = np.repeat(np.arange(SLOTS), 30)
    grade = np.where(np.arange(hour.size) % 5 == 0, 1, 2)
    calls = stream_of(hour, grade, np.ones(hour.size, dtype=np.int64), np.full(hour.size, 1800.0), 10.0)
    free = simulate_weeks(problem, plan, calls, weeks=12)
    held = simulate_weeks(problem, plan, calls, weeks=12, protected_blocks=2)
    assert free.protected_h is None
    assert (held.protected_h > 40).all()
    assert (held.protected_h <= 105 + 1e-6).all()
    assert held.wait_mean_s[:, 1].mean() > free.wait_mean_s[:, 1].mean()
    assert held.wait_mean_s[:, 0].mean() < held.wait_mean_s[:, 1].mean()
    with pytest.raises(InputError, match="ask for fewer"):
        simulate_weeks(problem, plan, calls, weeks=4, protected_blocks=9)


def test_two_officer_cars():
    # five officers fill two cars of two: half as many to send
    problem, plan = steady()
    cars = simulate_weeks(problem, plan, stream(), weeks=8, officers_per_unit=2)
    assert cars.no_free_frac.mean() > 0.2


def test_what_a_point_costs():
    # 252 h of calls: 630 officer-hours at 40 %, 720 at 35 %, 840 at 30 %; at 1,680 h a year 19.5, 22.3 and 26
    problem, _ = steady()
    found = price_of_points(
        problem, lambda p: solve(p, milp.FORMULATION, SolveOptions(time_limit_s=30)), (0.30, 0.35, 0.40)
    )
    assert [p.officer_h for p in found] == [632.0, 720.0, 840.0]
    assert [p.call_frac for p in found] == [0.40, 0.35, 0.30]
    assert found[2].more_officers == pytest.approx(120 * 52 / 1680)
    with pytest.raises(InputError, match="below the question's"):
        price_of_points(problem, lambda p: pytest.fail("not asked"), (0.2,))


def test_the_best_split_of_some_hours():
    # 252 h of calls and 84 of administration in 630 h: 40 %, 13.3 %, 10 % community and the rest
    problem, _ = steady()
    split = best_reachable(problem, 630.0)
    assert split["calls"] == pytest.approx(0.4)
    assert split["admin"] == pytest.approx(84 / 630)
    assert sum(split.values()) == pytest.approx(1.0)
    with pytest.raises(InputError, match="above 0"):
        best_reachable(problem, 0.0)

"""The clairvoyant bound: by hand, against every order that could be given, and below every policy."""

import itertools

import numpy as np
import pytest

from optimiser import simulate as sim
from optimiser.simulate.clairvoyant import _packed

AWAY = np.abs(np.arange(4)[:, None] - np.arange(4)[None, :]) * 100.0 + 20.0
TRAVEL = sim.Travel(table_s=AWAY, xy_m=np.column_stack([np.arange(4) * 1000.0, np.zeros(4)]))
RULES = sim.Rules(grades=(1, 2), target_s={1: 150.0, 2: 600.0}, diverts={1: 2})
HORIZON_S = 4000.0


def calls(time_s, zone, grade, service_s, **more) -> sim.Calls:
    return sim.Calls(
        time_s=np.array(time_s, dtype=float),
        zone=np.array(zone),
        grade=np.array(grade),
        service_s=np.array(service_s, dtype=float),
        **more,
    )


def bound(trace, fleet, rules=RULES) -> sim.Clairvoyant:
    return sim.clairvoyant(trace, fleet, TRAVEL, rules, horizon_s=HORIZON_S)


def test_by_hand():
    # one unit, three urgent calls at once of 1000 s each, within 150 s: two are late whatever is done; two units: one
    trace = calls([0.0, 0.0, 0.0], [0, 1, 2], [1, 1, 1], [1000.0] * 3)
    for n, late in ((1, 2 / 3), (2, 1 / 3), (3, 0.0)):
        found = bound(trace, sim.always(np.zeros(n, dtype=np.int64)))
        assert found.late_frac[0] == pytest.approx(late), n
        assert found.mean_s[0, 0] == 20.0  # the way within a zone
    # a delay of 140 s leaves 10 s for a way of 20 s: late from the start
    slow = calls([0.0], [0], [1], [10.0], delay_s=np.array([140.0]))
    found = bound(slow, sim.always(np.zeros(5, dtype=np.int64)))
    assert (found.late_frac[0], found.too_far_frac[0]) == (1.0, 1.0)


def test_nobody_on_duty_is_late():
    # a tour from 1000 s on: the call at 0 s is late, that at 950 s waits 50 s and is in time
    fleet = sim.Fleet(
        post=np.array([0]),
        tour_unit=np.array([0]),
        tour_start_s=np.array([1000.0]),
        tour_end_s=np.array([3000.0]),
        repeat_s=np.inf,
    )
    assert bound(calls([0.0, 950.0], [0, 0], [1, 1], [10.0, 10.0]), fleet).late_frac[0] == 0.5


@pytest.mark.parametrize("seed", range(6))
def test_packing_is_the_best_choice(seed):
    # against every subset of eight intervals, with room that changes
    rng = np.random.default_rng(seed)
    begin = np.sort(rng.integers(0, 20, 8)).astype(float)
    end = begin + rng.integers(0, 9, 8)
    room = rng.integers(0, 3) + np.zeros(8, dtype=np.int64)
    best = 0
    for chosen in itertools.product((False, True), repeat=8):
        kept = np.flatnonzero(chosen)
        over = [
            ((begin[kept] <= t) & (end[kept] > t)).sum() > room[k] for k, t in enumerate(begin) if k in kept
        ]
        alive = all(room[k] > 0 for k in kept)
        best = max(best, len(kept)) if alive and not any(over) else best
    assert _packed(begin, end, room) == best


def fewest_late(trace: sim.Calls, fleet: sim.Fleet) -> int:
    """Late urgent calls under the best of all orders: at every decision any unit to any waiting call, or nobody."""
    scripts, fewest = [[]], 99
    while scripts:
        script = scripts.pop()
        step = 0
        open_at: list[int] = []

        def decide(scene: sim.Scene, script: list[int] = script, open_at: list[int] = open_at) -> None:
            nonlocal step
            while True:
                pairs = [
                    (int(u), int(k))
                    for k in scene.waiting()
                    for u in scene.free(int(scene.calls.call["grade"][k]))
                ]
                if not pairs:
                    return
                if step >= len(script):
                    open_at.append(len(pairs))
                    return
                choice = script[step]
                step += 1
                if choice == len(pairs):
                    return
                scene.send(*pairs[choice])

        policy = sim.outside(decide, "scripted")
        found = sim.simulate(trace, fleet, TRAVEL, policy, RULES, horizon_s=HORIZON_S).replications[0]
        if open_at:  # this script ended at a decision: go on with every choice there
            scripts += [[*script, choice] for choice in range(open_at[0] + 1)]
        urgent = found.calls.grade == 0
        fewest = min(fewest, int((found.calls.response_s[urgent] > 150.0).sum()))
    return fewest


@pytest.mark.parametrize("seed", range(4))
def test_no_order_beats_it(seed):
    # three calls and two units: every way to send or to hold back, tried; the bound is never above the best
    rng = np.random.default_rng(seed)
    trace = calls(
        np.sort(rng.integers(0, 400, 3)),
        rng.integers(0, 4, 3),
        rng.choice([1, 2], 3, p=[0.8, 0.2]),
        rng.integers(50, 900, 3),
    )
    fleet = sim.always(rng.integers(0, 4, 2))
    n_urgent = int((trace.grade == 1).sum())
    least = round(float(bound(trace, fleet).late_frac[0]) * n_urgent)
    assert 0 <= least <= fewest_late(trace, fleet)


def test_bound_and_best_meet_where_calls_crowd():
    # three urgent calls within 20 s at one place, two units there: one must be late, and an order exists with one
    trace = calls([0.0, 10.0, 20.0], [1, 1, 1], [1, 1, 1], [800.0] * 3)
    fleet = sim.always(np.array([1, 1]))
    assert round(float(bound(trace, fleet).late_frac[0]) * 3) == fewest_late(trace, fleet) == 1


def test_no_policy_beats_it_on_a_week():
    # a crowded town: no replication of any policy, also with units turned round, has fewer late
    stream = sim.Stream(rate_per_h=np.full((4, 168, 2), 1.2), grades=(1, 2), service={1: 1500.0, 2: 1500.0})
    fleet = sim.always(np.array([0, 1, 2, 3]))
    cover = sim.Cover(reach=AWAY <= 150.0, weight=np.ones(4))
    worth = sim.usual_worth((1, 2))
    given = {"replications": 3, "seed": 4, "horizon_s": sim.WEEK_S / 7, "warm_s": 3600.0}
    least = sim.clairvoyant(stream, fleet, TRAVEL, RULES, **given)
    assert (least.late_frac > 0).any()
    for policy in (sim.nearest(), sim.joint(worth, cover, (1, 2), np.arange(4)), sim.leigh(cover, 0.5)):
        late = 1.0 - sim.simulate(stream, fleet, TRAVEL, policy, RULES, **given).each("within_frac")[:, 0]
        assert (late >= least.late_frac - 1e-12).all(), policy.name

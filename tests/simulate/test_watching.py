"""Cover looked at while a run goes on, worked by hand."""

import numpy as np
import pytest

from optimiser import simulate as sim
from optimiser.errors import InputError

AWAY = np.array([[0.0, 100.0], [100.0, 0.0]])
TRAVEL = sim.Travel(table_s=AWAY)


def test_time_below_the_level():
    # two units in zone 0; a call in zone 1 holds unit 0 there from 0 to 1100 s: of 3600 s zone 1 never has a free unit,
    # zone 0 always one; with a level of two in zone 0 it is short until 1100 s, and until unit 0 is on its way back
    trace = sim.Calls(
        time_s=np.array([0.0]), zone=np.array([1]), grade=np.array([1]), service_s=np.array([1000.0])
    )
    watch = sim.Watch(reach=AWAY == 0.0, level=np.array([2, 1]), every_s=100.0)
    found = sim.simulate(trace, sim.always(np.array([0, 0])), TRAVEL, horizon_s=3600.0, watch=watch)
    one = found.replications[0]
    assert one.short_zone_frac.tolist() == pytest.approx([11 / 36, 1.0])  # looks at 50, 150 ... 1050 s
    assert one.short_hour[0] == pytest.approx((11 + 36) / 36)
    assert one.calls.response_s.tolist() == [100.0]


def test_looking_changes_nothing():
    # the same calls with and without looks: the same responses
    stream = sim.Stream(rate_per_h=np.full((2, 168, 1), 2.0), grades=(1,), service={1: 1200.0})
    watch = sim.Watch(reach=AWAY == 0.0, level=np.array([1, 1]))
    runs = [
        sim.simulate(
            stream, sim.always(np.array([0, 1])), TRAVEL, replications=2, horizon_s=90_000.0, watch=w
        )
        for w in (None, watch)
    ]
    for plain, looked in zip(*(r.replications for r in runs), strict=True):
        assert np.array_equal(plain.calls.response_s, looked.calls.response_s)
    assert runs[0].replications[0].short_zone_frac.size == 0


def test_what_does_not_fit_is_named():
    # levels for another number of zones, reach of another shape
    trace = sim.Calls(
        time_s=np.array([0.0]), zone=np.array([1]), grade=np.array([1]), service_s=np.array([1.0])
    )
    with pytest.raises(InputError, match="reach needs shape"):
        sim.Watch(reach=AWAY == 0.0, level=np.array([1]))
    watch = sim.Watch(reach=np.eye(3, dtype=bool), level=np.ones(3, dtype=np.int64))
    with pytest.raises(InputError, match="3 zones"):
        sim.simulate(trace, sim.always(np.array([0])), TRAVEL, horizon_s=10.0, watch=watch)

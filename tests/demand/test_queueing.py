"""Queue formulas, and the textbook's that the tests hold others to, against published tables and reference values."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

from optimiser.demand import queueing as q
from optimiser.errors import InputError
from tests.oracles import queueing as textbook

REFERENCE = Path(__file__).parents[3] / "shared/data/dispatch/hypercube/erlang_reference.json"


@pytest.mark.skipif(not REFERENCE.exists(), reason="the shared data folder is not beside the repository")
def test_reference_rows():
    # ten rows of Erlang B, C and waits, all printed digits
    for row in json.loads(REFERENCE.read_text())["rows"]:
        c, load = row["servers"], row["servers"] * row["rho"]
        assert q.erlang_b(c, load) == pytest.approx(row["erlang_B"], abs=1e-9)
        assert q.erlang_c(c, load) == pytest.approx(row["erlang_C"], abs=1e-9)
        assert textbook.mean_wait_s(c, load, 1.0) == pytest.approx(row["Wq_over_mean_service"], abs=1e-9)


@pytest.mark.parametrize(
    ("units", "load", "wait"),
    [
        (2, 0.6, 0.1385),
        (3, 0.9, 0.0700),
        (4, 1.2, 0.0370),
        (5, 1.5, 0.0201),
        (6, 1.8, 0.0111),
        (10, 4.5, 0.0189),
        (20, 12, 0.0241),
        (30, 18, 0.0065),
    ],
)
def test_erlang_c_spot_values(units, load, wait):
    # computed independently to four digits (research notes on staffing, 4.8)
    assert q.erlang_c(units, load) == pytest.approx(wait, abs=6e-5)


@pytest.mark.parametrize(
    ("late", "table"),
    [
        (0.02, {4: 0.25, 5: 0.30, 6: 0.34, 8: 0.41, 10: 0.45, 15: 0.54, 20: 0.59}),
        (0.05, {3: 0.26, 5: 0.38, 8: 0.48, 10: 0.53, 20: 0.65}),
        (0.10, {3: 0.35, 5: 0.46, 10: 0.60, 20: 0.71}),
    ],
)
def test_largest_utilisation_table(late, table):
    # guide table for planners, two digits (research notes on staffing, 4(a)3)
    for units, share in table.items():
        found = brentq(lambda used, n=units: q.erlang_c(n, used * n) - late, 1e-6, 1 - 1e-6)
        assert found == pytest.approx(share, abs=0.011)


@pytest.mark.parametrize("load", [0.1, 1.5, 7.3, 40.0, 180.0])
def test_least_units_is_the_least(load):
    # one unit fewer breaks the target
    c = q.least_units(load, 0.02)
    assert q.erlang_c(c, load) <= 0.02 < q.erlang_c(c - 1, load)


def test_published_two_class_priority_queue():
    # MIT Urban OR quiz 2 (2003): waits 1.25 and 6.25 minutes, deterministic service of 1 and 3 minutes
    assert textbook.priority_waits_s([0.2, 0.2], [1, 3], [1, 9]) == pytest.approx((1.25, 6.25))


def test_priorities_share_the_wait_of_the_common_queue():
    # conservation: with one service time the mean wait over all calls is that of first come first served
    rates, service = np.array([0.3, 0.5, 0.2]), 2.0
    waits = np.array(textbook.priority_waits_s(rates, [service] * 3, [2 * service**2] * 3, n_units=3))
    assert (rates @ waits) / rates.sum() == pytest.approx(
        textbook.mean_wait_s(3, rates.sum() * service, service)
    )
    assert list(waits) == sorted(waits)


def test_low_priority_waits_for_ever_where_urgent_work_fills_the_units():
    # the urgent class alone is stable, both together are not
    waits = textbook.priority_waits_s([0.5, 0.8], [1, 1], [2, 2])
    assert math.isfinite(waits[0])
    assert waits[1] == math.inf


def test_wait_tail_integrates_to_the_mean():
    # first come first served: the mean wait is the area under the tail
    t = np.linspace(0, 400, 400_001)
    tail = np.array([textbook.wait_exceeds(4, 3.0, 10.0, float(x)) for x in t[::100]])
    assert np.trapezoid(tail, t[::100]) == pytest.approx(textbook.mean_wait_s(4, 3.0, 10.0), rel=1e-4)


def test_urgent_calls_are_late_less_often():
    # served first; and their queue stays finite where the whole load is too much
    assert textbook.wait_exceeds(4, 3.0, 10.0, 5.0, urgent_frac=0.2) < textbook.wait_exceeds(
        4, 3.0, 10.0, 5.0
    )
    assert (
        textbook.wait_exceeds(4, 5.0, 10.0, 5.0, urgent_frac=0.2)
        < 1.0
        == textbook.wait_exceeds(4, 5.0, 10.0, 5.0)
    )


def test_offered_load_conserves_work_and_lags_it():
    # work of one hour a week, service one hour: all of it is done, and some of it in later hours
    work = np.zeros(168)
    work[167] = 3600.0
    mean, peak = textbook.offered_load(work, 3600.0, 3600.0)
    assert mean.sum() * 3600 == pytest.approx(3600.0)
    assert peak[167] == pytest.approx(1 - math.exp(-1))
    assert mean[0] > mean[1] > 0
    assert mean[166] == pytest.approx(0, abs=1e-9)


def test_offered_load_of_even_work_is_even():
    # load = arrival rate x service time, Little's law
    mean, peak = textbook.offered_load(np.full(336, 900.0), 2700.0, 1800.0)
    assert mean == pytest.approx(np.full(336, 0.5))
    assert peak == pytest.approx(np.full(336, 0.5))


def test_offered_load_of_a_daily_swing():
    # sine of 60 % with 90-minute calls: amplitude shrinks by 1/sqrt(1+w2S2), peak 1.4 h late (exact for a sine)
    slot, service = 300.0, 5400.0
    t = (np.arange(7 * 288) + 0.5) * slot
    w = 2 * math.pi / 86400
    mean, _ = textbook.offered_load((1 + 0.6 * np.sin(w * t)) * slot, service, slot)
    assert mean.max() == pytest.approx(1 + 0.6 / math.sqrt(1 + (w * service) ** 2), abs=2e-3)
    assert t[int(mean[:288].argmax())] / 3600 == pytest.approx(6 + math.atan(w * service) / w / 3600, abs=0.1)


def test_bad_input_is_named():
    # a share of 2 for 2 %, a negative load, a service time of nothing
    for bad in (
        lambda: q.least_units(3.0, 2.0),
        lambda: q.erlang_c(3, -1.0),
        lambda: textbook.offered_load(np.ones(4), 0, 60),
    ):
        with pytest.raises(InputError, match="got"):
            bad()
    with pytest.raises(InputError):
        textbook.priority_waits_s([0.1], [1, 2], [1, 4])

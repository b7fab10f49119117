"""The hypercube against published workloads, a hand-solved chain, our own simulator and each other."""

import json
from pathlib import Path

import numpy as np
import pytest

from optimiser import simulate as sim
from optimiser.errors import InputError
from optimiser.simulate.hypercube import correction, exact, larson

FOLDER = Path(__file__).parents[3] / "shared/data/dispatch/hypercube"
shared = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared data folder is not beside the repository")


@shared
def test_larson_and_odoni():
    # Urban Operations Research 5.4.3 and 5.5.3: exact workloads, Q factors, third iteration of the approximation
    case = json.loads((FOLDER / "larson_odoni_3server_10atom.json").read_text())
    classes = case["aggregated_instance_RECONSTRUCTED"]["classes"]
    rate = np.array([c["rate"] for c in classes])
    order = np.array([c["preference"] for c in classes]) - 1
    told = case["published"]
    found = exact(rate, order)
    assert found.workload == pytest.approx(told["exact_workloads"], abs=1e-4)
    assert found.sends.sum() == pytest.approx(1.0)
    third = larson(rate, order, most_iterations=3)
    assert third.workload == pytest.approx(told["approx_workloads_third_iteration"], abs=1.01e-4)
    p0 = 1 / (1 + 1.5 + 1.5**2 / 2 + 1.5**3 / 6 / 0.5)
    ladder = p0 * np.array([1, 1.5, 1.5**2 / 2, 1.5**3 / 6])
    assert correction(ladder, 0.5) == pytest.approx(told["correction_factors_Q(N=3,rho=0.5,k)"], abs=5e-6)


@shared
def test_mit_two_servers():
    # MIT 1.203 quiz: probabilities, shares of dispatches and the mean way of a loss system of two units
    case = json.loads((FOLDER / "mit_1203_2001_quiz2_two_server.json").read_text())["published"]
    found = exact(np.array([1.0, 1.0]), np.array([[0, 1], [1, 0]]), 2.0, queue=False)
    assert found.states == pytest.approx([case["P00"], case["P10"], case["P01"], case["P11"]])
    served = found.sends / found.sends.sum()
    assert served == pytest.approx(np.array([[case["f11"], case["f12"]], [case["f21"], case["f22"]]]))
    own, other = case["D_own_sector_miles"], case["D_other_sector_miles"]
    assert found.mean_travel_s(np.array([[own, other], [other, own]])) == pytest.approx(
        case["mean_travel_distance_miles"]
    )


def test_unequal_service_by_hand():
    # one area, units 1 then 2, loss, rates 1, mu 1 and 2: solving the four equations by hand gives 3/8, 1/4 ...
    found = exact(np.array([1.0]), np.array([[0, 1]]), np.array([1.0, 2.0]), queue=False)
    balance = np.array(
        [[-1, 1, 2, 0], [1, -2, 0, 2], [0, 0, -3, 1], [0, 1, 1, -3], [1, 1, 1, 1]], dtype=float
    )
    states = np.linalg.lstsq(balance, np.array([0, 0, 0, 0, 1.0]), rcond=None)[0]
    assert found.states == pytest.approx(states, abs=1e-7)


def test_simulator_agrees_with_exact():
    # 4 units, 6 areas, queue: simulated workloads lie within five deviations of the exact ones
    rng = np.random.default_rng(3)
    order = np.array([rng.permutation(4) for _ in range(6)])
    rate = rng.gamma(2.0, 1.0, 6)
    rate *= 2.2 / rate.sum()
    told = exact(rate, order)
    stream = sim.Stream(
        rate_per_h=np.broadcast_to(rate[:, None, None] * 60, (6, 168, 1)).copy(),
        grades=(1,),
        service={1: 60.0},
    )
    found = sim.simulate(
        stream,
        sim.always(np.zeros(4, dtype=np.int64)),
        sim.Travel(table_s=np.zeros((6, 6))),
        sim.table(order),
        replications=8,
        seed=2,
        horizon_s=250 * 3600.0,
        warm_s=3600.0,
    )
    for n in range(4):
        seen = sim.interval([r.unit_utilisation[n] for r in found.replications], 0.9999)
        assert seen.low <= told.workload[n] <= seen.high


def test_larsons_equations_keep_the_sum_of_workloads():
    # all work is done by somebody: sum of workloads = load, exact and approximate, with a queue
    rng = np.random.default_rng(1)
    order = np.array([rng.permutation(8) for _ in range(20)])
    rate = np.full(20, 0.2)
    assert exact(rate, order).workload.sum() == pytest.approx(4.0)
    near = larson(rate, order)
    assert near.workload.sum() == pytest.approx(4.0)
    assert near.sends.sum() == pytest.approx(1.0)


def test_what_cannot_be_is_named():
    # more work than units, a list that is no order, too many units
    with pytest.raises(InputError, match="for ever"):
        exact(np.array([3.0]), np.array([[0, 1]]))
    with pytest.raises(InputError, match="once"):
        exact(np.array([0.5]), np.array([[0, 0]]))
    with pytest.raises(InputError, match="approximate"):
        exact(np.array([0.5]), np.arange(21)[None, :])

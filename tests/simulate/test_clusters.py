"""Cubes around single units: against the exact model on seeded towns, by hand, sums."""

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.simulate.clusters import approximate, cube_size
from optimiser.simulate.hypercube import exact, larson
from tests.benchmarks.hypercube_towns import clumped, paired, town


def test_two_units_by_hand():
    # MIT's worked example: rates 1 and 1, service 2, own first, loss: each busy .4, all busy .2, one in eight crosses
    found = approximate(np.array([1.0, 1.0]), np.array([[0, 1], [1, 0]]), 2.0, queue=False)
    assert found.workload == pytest.approx([0.4, 0.4], abs=1e-5)
    assert found.all_busy == pytest.approx(0.2)
    served = found.sends / found.sends.sum()
    assert served == pytest.approx(np.array([[3 / 8, 1 / 8], [1 / 8, 3 / 8]]), abs=1e-5)


@pytest.mark.parametrize("queue", [True, False])
def test_one_cube_of_all_units_is_exact(queue):
    # with nobody outside nothing is approximated: workloads and dispatches are the exact ones
    rate, order, _ = town(7, 0.6, 3)
    told, found = exact(rate, order, queue=queue), approximate(rate, order, queue=queue, cube=7)
    assert found.workload == pytest.approx(told.workload, abs=1e-5)
    assert found.sends == pytest.approx(told.sends, abs=1e-5)


@pytest.mark.parametrize("load", [0.2, 0.5, 0.8])
def test_near_the_exact_on_towns(load):
    # 12 units by cubes of 8, five seeded towns: every unit within 2 %, where Larson's equations are 5 to 10 % off
    for seed in range(5):
        rate, order, away = town(12, load, seed)
        told, found = exact(rate, order), approximate(rate, order, cube=8)
        assert found.workload == pytest.approx(told.workload, rel=0.02)
        assert found.mean_travel_s(away.T) == pytest.approx(told.mean_travel_s(away.T), rel=0.01)


@pytest.mark.parametrize("make", [clumped, paired])
def test_how_far_off_on_harder_towns(make):
    # 12 units by cubes of 8, posts in clumps or two cars a post, loss: within 8 %, in the mean within 1 %
    for seed in range(3):
        rate, order, _ = make(12, 0.4, seed)
        told = exact(rate, order, queue=False).workload
        relative = np.abs(approximate(rate, order, queue=False, cube=8).workload / told - 1)
        assert relative.max() < 0.08
        assert relative.mean() < 0.01


def test_much_nearer_than_the_equations():
    # towns of one seed and three loads: mean error a third of Larson's or less, with cubes of half the units
    ours, his = [], []
    for load in (0.2, 0.5, 0.8):
        rate, order, _ = town(12, load, 1)
        told = exact(rate, order).workload
        ours.append(np.abs(approximate(rate, order, cube=6).workload / told - 1).mean())
        his.append(np.abs(larson(rate, order).workload / told - 1).mean())
    assert np.mean(ours) < np.mean(his) / 3


def test_calls_that_pass_several_units_outside():
    # 18 units by cubes of 6, so that lists leave the cube and come back: within 1 % of the exact model, where ties read
    # in each unit's own cube alone left the worst unit 1.7 % off
    rate, order, _ = town(18, 0.5, 1)
    told = exact(rate, order, queue=False, tolerance=1e-7).workload
    assert np.abs(approximate(rate, order, queue=False, cube=6).workload / told - 1).max() < 0.01


def test_many_units_add_up():
    # 40 units, far beyond the exact model: workloads add up to the load, dispatches to one and by area to its calls
    rate, order, _ = town(40, 0.5, 2)
    found = approximate(rate, order, cube=5)
    assert found.workload.sum() == pytest.approx(20.0)
    assert found.sends.sum() == pytest.approx(1.0)
    assert found.sends.sum(axis=0) == pytest.approx(rate / rate.sum())


def test_names_of_units_do_not_matter():
    # the same town with its units numbered otherwise: the same workloads, and twice the same bits
    rate, order, _ = town(14, 0.5, 4)
    new = np.random.default_rng(1).permutation(14)
    found, other = approximate(rate, order, cube=6), approximate(rate, new[order], cube=6)
    assert other.workload[new] == pytest.approx(found.workload, abs=1e-5)
    assert (approximate(rate, order, cube=6).workload == found.workload).all()


def test_units_of_one_list_alone():
    # one area, one list: the k-th unit's workload is the difference of Erlang's overflows (textbook), a loss system
    load, lost = 3.0, [1.0]
    for n in range(1, 13):
        lost.append(load * lost[-1] / (n + load * lost[-1]))
    overflow = load * np.array(lost)
    found = approximate(np.array([load]), np.arange(12)[None, :], queue=False, cube=4)
    assert found.workload[:4] == pytest.approx(-np.diff(overflow)[:4], rel=0.01)


def test_areas_without_calls_and_sizes():
    # an area without calls gets no dispatch; cubes shrink as units grow; a cube of nobody is refused
    rate, order, _ = town(10, 0.4, 1)
    rate[0] = 0.0
    found = approximate(rate, order)
    assert found.sends[:, 0] == pytest.approx(0.0)
    assert np.isfinite(found.sends).all()
    sizes = [cube_size(n, min(n, 60)) for n in (4, 9, 18, 50, 100, 200)]
    assert sizes[0] == 4
    assert sizes == sorted(sizes[:2]) + sorted(sizes[2:], reverse=True)
    with pytest.raises(InputError, match="1 unit"):
        approximate(rate, order, cube=0)


def test_units_that_nobody_calls():
    # five areas and 30 units, little to do: units far down every list are idle, and all numbers are finite
    rate, order, _ = town(30, 0.3, 1)
    found = approximate(rate[:5], order[:5], cube=2)
    assert np.isfinite(found.workload).all()
    assert np.isfinite(found.sends).all()
    assert found.workload.sum() == pytest.approx(rate[:5].sum())
    assert found.workload.min() < 1e-3

"""The usual rotas, each the best of its kind."""

import itertools

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsParams
from optimiser.problems.shifts.measures import shortage_h
from optimiser.problems.shifts.rules import on_duty, rostered
from tests.oracles.shifts_cases import SLOTS, week
from tests.oracles.usual_rotas import usual_rotas

HOUR = np.arange(SLOTS)
NEED = (2 + 3 * ((HOUR % 24 >= 16) & (HOUR % 24 < 23)) + 2 * ((HOUR // 24 >= 4) & (HOUR % 24 >= 18))).astype(
    int
)


def problem(**more):
    params = ShiftsParams(objective="shortage", hold_split=False, interval_price=0.0)
    return week(params, {"E": (6, 8)}, dict(enumerate(NEED.tolist())), **more)


def test_flat_shifts_are_the_best_flat_shifts():
    # against every begin and every number on each of three shifts that 504 officer-hours allow: nine in all
    best = np.inf
    for begin in range(8):
        for a, b in itertools.product(range(10), range(10)):
            if a + b > 9:
                continue
            of_hour = np.array([(a, b, 9 - a - b)[((h - begin) % 24) // 8] for h in HOUR])
            best = min(best, np.maximum(NEED - of_hour, 0).sum())
    flat = usual_rotas(problem(), 504.0)[0]
    assert flat.short_h == best
    assert flat.officer_h == 504


def test_each_is_a_plan_that_says_its_own_hours():
    # hours and shortage recomputed from the plan itself; none has more than it may
    for usual in usual_rotas(problem(), 520.0):
        duty = on_duty(usual.problem, usual.plan)
        assert shortage_h(usual.problem, duty) == pytest.approx(usual.short_h)
        assert rostered(usual.problem, usual.plan).sum() == pytest.approx(usual.officer_h)
        assert usual.officer_h <= 520.0


def test_squads_are_even():
    # 520 officer-hours are three at any time and no more; a half-hour grid counts the same
    squads = usual_rotas(problem(), 520.0)[1]
    assert set(on_duty(squads.problem, squads.plan).tolist()) == {3.0}


def test_the_power_shift_beats_flat_where_evenings_peak():
    # evenings ask for twice as many as days: a fourth shift over them misses less at the same hours
    flat, squads, power = usual_rotas(problem(), 560.0)
    assert power.short_h < flat.short_h < squads.short_h


def test_less_than_one_officer():
    # nobody could be on at any time
    with pytest.raises(InputError, match="less than one officer at any time"):
        usual_rotas(problem(), 100.0)

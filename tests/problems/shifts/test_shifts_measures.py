"""Objectives, measures and the planned time split, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.problems.shifts import ShiftsParams, ShiftsPlan, measure, objectives
from optimiser.problems.shifts.ledger import CLASSES, time_split
from tests.oracles.shifts_cases import FREE, SLOTS, random_problem, week


def at(slot, hours):
    return np.where(np.arange(SLOTS) == slot, hours * 3600.0, 0.0)


def test_cost_is_pay_plus_priced_call_work_above_the_ceiling():
    # 8 h at 2 = 16; in hour 7 calls take 0.8 h of one officer, 0.5 above 30 %, at price 3 = 1.5
    params = ShiftsParams(hold_split=False, interval_price=3.0)
    problem = week(params, {"E": (6, 8)}, {}, call_work_s=at(7, 0.8), cost_per_officer_h=np.full(SLOTS, 2.0))
    assert objectives(problem, ShiftsPlan({"E@0": 1}))[0].value == pytest.approx(17.5)


def test_shortage_prices_rise_with_each_missing_officer():
    # five wanted in one hour, one there: 1 + 2 + 4 + 4 = 11, and 7 surplus hours at 0.01
    params = ShiftsParams(objective="shortage", hold_split=False, interval_price=0.0)
    problem = week(params, {"E": (6, 8)}, {6: 5})
    assert objectives(problem, ShiftsPlan({"E@0": 1}))[0].value == pytest.approx(11.07)


def test_measures_by_hand():
    # one officer 06-14, two wanted 06-08, 0.5 h of calls in hour 6: above 45 %, not above 60 %
    problem = week(ShiftsParams(**FREE), {"E": (6, 8)}, {6: 2, 7: 2}, call_work_s=at(6, 0.5))
    problem = replace(problem, existing=ShiftsPlan({"E@0": 2, "E@1": 1}))
    found = {m.name: m for m in measure(problem, ShiftsPlan({"E@0": 1}))}
    assert found["officer-hours"].value == 8
    assert found["shortage"].value == 2
    assert found["surplus"].value == 6
    assert found["hours above 45 % on calls"].value == 1
    assert found["hours above 60 % on calls"].value == 0
    assert found["start times"].value == 1
    assert found["changed against today's plan"].value == 16
    assert found["officer-hours"].by == {"E": 8}
    assert len(found["officers on duty"].by) == 168


def test_split_by_hand():
    # 10 officer-hours: calls 3 in hour 8 wait into later hours (1 officer), community 1, admin 2.2, the rest blocks
    problem = week(ShiftsParams(), {"D": (8, 10)}, {}, call_work_s=at(8, 3.0), admin_s=at(8, 2.2))
    split = time_split(problem, ShiftsPlan({"D@0": 1}))
    assert split.hours[CLASSES.index("calls"), 8:12].tolist() == [1, 1, 1, 0]
    total = dict(zip(CLASSES, split.hours.sum(axis=1), strict=True))
    assert total["calls"] == pytest.approx(3.0)
    assert total["community"] == pytest.approx(1.0)
    assert total["admin"] == pytest.approx(2.2)
    # seven free hours lose 1/7 h each to the community: one whole block each, 2.5 h in fragments; admin's 2.2 fits
    assert total["proactive"] == pytest.approx(3.5)
    assert total["unaccounted"] == pytest.approx(0.3)


def test_call_work_that_finds_nobody_is_unserved():
    # one officer works 8 hours a week, 9 are offered; the hour left over is said
    problem = week(ShiftsParams(), {"E": (6, 8)}, {}, call_work_s=at(20, 9.0))
    split = time_split(problem, ShiftsPlan({"E@0": 1}))
    assert split.unserved_h == pytest.approx(1.0)
    assert split.hours[0].sum() == pytest.approx(8.0)


def test_call_work_waits_over_the_end_of_the_week():
    # offered on Sunday at 23, worked on Monday from 06
    problem = week(ShiftsParams(), {"E": (6, 8)}, {}, call_work_s=at(167, 2.0))
    split = time_split(problem, ShiftsPlan({"E@0": 1}))
    assert split.hours[0, 6:9].tolist() == [1, 1, 0]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("slot_s", [3600, 900])
def test_split_adds_up(seed, slot_s):
    # every officer-hour is in exactly one class, none is negative, by slot and by shift alike
    problem = random_problem(seed)
    if slot_s == 900:
        problem = replace(
            problem,
            slot_s=900,
            requirement=np.repeat(problem.requirement, 4),
            call_work_s=np.repeat(problem.call_work_s, 4) / 4,
            admin_s=np.repeat(problem.admin_s, 4) / 4,
            cost_per_officer_h=np.repeat(problem.cost_per_officer_h, 4),
            shift_start=problem.shift_start * 4,
            shift_slots=problem.shift_slots * 4,
            overtime_slots=tuple(4 * n for n in problem.overtime_slots),
            away=tuple(a for a in problem.away for _ in range(4)),
            nobody_free=np.repeat(problem.nobody_free, 4, axis=0) / 4,
        )
    plan = ShiftsPlan({f"{s}@{d}": 2 for s in problem.shift_ids for d in range(3)})
    split = time_split(problem, plan)
    assert split.hours.min() >= -1e-9
    assert split.hours.sum(axis=0) == pytest.approx(split.on_duty_h)
    assert split.by_shift.sum() == pytest.approx(split.on_duty_h.sum())
    assert split.by_shift.sum(axis=1) == pytest.approx(split.hours.sum(axis=1))
    assert split.hours[0].sum() + split.unserved_h == pytest.approx(problem.call_work_s.sum() / 3600)
    assert split.hours[2].sum() + split.admin_left_h == pytest.approx(problem.admin_s.sum() / 3600)
    blocks = split.hours[1].reshape(-1, max(1, 1800 // slot_s))
    assert np.allclose(blocks, blocks[:, :1])
    assert np.allclose(blocks.sum(axis=1) * 2, np.round(blocks.sum(axis=1) * 2))

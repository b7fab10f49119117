"""A project or a week's work becomes a shift question."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from optimiser_models.shifts import milp

from optimiser.data.duty_rules import DutyRule
from optimiser.data.settings import Settings
from optimiser.demand.requirement import RequirementParams
from optimiser.demand.workload import from_table
from optimiser.errors import InputError
from optimiser.prepare.shifts import (
    ShiftsSetup,
    from_workload,
    mean_service_s,
    sector_problem,
    shift_catalogue,
    shifts_problem,
)
from optimiser.problems.shifts import ShiftsParams
from optimiser.report.words_shifts import reason_in
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status


def week(calls_an_hour=4.0):
    hour = np.arange(168)
    calls = np.full(168, calls_an_hour)
    return from_table(
        pd.DataFrame({"area_id": "A", "hour_of_week": hour, "calls": calls, "unit_s": calls * 1800}), ["A"], 1
    )


def project(calls=None, workload=None):
    """Stand in for a loaded project: only what preparing shifts reads of one."""
    return SimpleNamespace(
        folder="made up",
        areas=pd.DataFrame({"area_id": ["A"]}),
        calls=calls,
        workload=workload,
        settings=Settings(n_weeks=2.0),
        require_ready=lambda: None,
    )


def test_catalogue_of_starts_and_lengths():
    # starts every 6 hours, two lengths, half-hour slots: names say when and how long
    ids, start, length = shift_catalogue(ShiftsSetup(slot_s=1800, lengths_h=(10.0, 8.5), start_every_h=6))
    assert ids[:3] == ("00:00+8.5h", "00:00+10h", "06:00+8.5h")
    assert start.tolist() == [0, 0, 12, 12, 24, 24, 36, 36]
    assert length[:2].tolist() == [17, 20]


@pytest.mark.parametrize("slot_s", [3600, 1800, 900])
def test_week_becomes_a_problem(slot_s):
    # even work: 4 calls of half an hour are 2 busy units, 20 minutes of reports each are 4/3 officer-hours an hour
    problem = from_workload(week(), setup=ShiftsSetup(slot_s=slot_s), service_s=1800.0)
    assert problem.call_work_s.sum() == pytest.approx(168 * 2 * 3600)
    assert problem.admin_s.sum() == pytest.approx(168 * 4 * 1200)
    assert set(problem.binding) == {"queue"}
    # at 2 busy on average Erlang C needs 6 units for 2 % (5 give 6 %)
    assert set(problem.requirement.tolist()) == {6}


def test_a_sector_keeps_its_own_minimums_and_is_named():
    # six on by the queue; eight in D1 by the agreement, which D2 does not have; no calls at all name the sector
    rule = DutyRule("minimum", "D1", "patrol", tuple(range(7)), 0, 0, 8, "Agreement 14.2")
    table = pd.DataFrame({"area_id": "A", "hour_of_week": np.arange(168), "calls": 4.0, "unit_s": 7200.0})
    ours, service = project(workload=table), RequirementParams()
    held = sector_problem(ours, week(), service=service, name="D1", rules=(rule,))
    free = sector_problem(ours, week(), service=service, name="D2", rules=(rule,))
    assert set(held.requirement.tolist()) == {8}
    assert set(held.clauses) == {"Agreement 14.2"}
    assert set(free.requirement.tolist()) == {6}
    assert reason_in(held, 0) == "the least units allowed, Agreement 14.2"
    assert reason_in(free, 0) == "enough free units when a call comes"
    nothing = replace(week(), calls=week().calls * 0.0, unit_s=week().unit_s * 0.0)
    with pytest.raises(InputError, match="Sector D6: The week has no call work"):
        sector_problem(ours, nothing, name="D6")


def test_night_hours_cost_more():
    # 22 to 06 at +25 %
    problem = from_workload(
        week(), setup=ShiftsSetup(night_premium_frac=0.25, officer_cost_per_h=40), service_s=1800.0
    )
    assert problem.cost_per_officer_h[:24].tolist() == [50] * 6 + [40] * 16 + [50] * 2


def test_prepared_week_solves_and_keeps_the_split():
    # the whole way from work to a proven plan; 336 h of calls at 30 % need 1,120 h
    problem = from_workload(week(), setup=ShiftsSetup(lengths_h=(8.0,), start_every_h=8), service_s=1800.0)
    result = solve(problem, milp.FORMULATION, SolveOptions(time_limit_s=20))
    assert result.status is Status.OPTIMAL
    measures = {m.name: m for m in result.measures}
    assert measures["officer-hours"].value == pytest.approx(1120, abs=8)
    assert measures["planned share: calls"].value <= 0.30 + 1e-9
    assert measures["planned share: proactive"].value >= 0.30


def test_project_with_calls():
    # two weeks with one call an hour of two units and 1,200 s each; the mean service is of a unit
    local = pd.date_range("2024-01-01", periods=336, freq="h", tz="UTC")
    calls = pd.DataFrame(
        {
            "received_at": local,
            "hour_of_week": (local.day_of_week * 24 + local.hour).astype("int16"),
            "area_id": "A",
            "priority": np.where(np.arange(336) % 4 == 0, 1, 2).astype("int8"),
            "origin": "public",
            "n_units": np.int16(2),
            "unit_s": 2400.0,
        }
    )
    problem = shifts_problem(project(calls=calls))
    assert problem.call_work_s.sum() == pytest.approx(168 * 2400)
    assert problem.requirement.min() >= 2


def test_project_with_a_workload_table():
    # totals of two weeks; service is minutes over calls
    table = pd.DataFrame({"area_id": "A", "hour_of_week": np.arange(168), "calls": 2.0, "unit_s": 3000.0})
    made = project(workload=table)
    problem = shifts_problem(made)
    assert problem.call_work_s.sum() == pytest.approx(168 * 1500)
    assert mean_service_s(made, from_table(table, ["A"], 2)) == pytest.approx(1500)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lengths_h": (30.0,)}, "shift of 30 h"),
        ({"lengths_h": ()}, "at least one shift length"),
        ({"lengths_h": (8.25,)}, "whole slots of 3600 s"),
        ({"start_every_h": 5}, "divide the day"),
        ({"start_every_h": 0.25}, "whole slots"),
        ({"slot_s": 60}, "slot_s must be one of"),
        ({"admin_per_call_s": -1}, "admin_per_call_s must be 0 or more"),
    ],
)
def test_bad_setups_are_named(change, said):
    # a shift longer than the day, a start that misses the grid
    with pytest.raises(InputError) as error:
        ShiftsSetup(**change)
    assert said in str(error.value)


def test_calls_that_find_nobody_are_reckoned_where_they_are_priced():
    # two units busy of officers on duty at the requirement's 2 %: 4 calls an hour, at most 0.08 of them find nobody
    service = RequirementParams(no_free_unit_frac=0.02)
    params = ShiftsParams(no_free_price=1.0)
    problem = from_workload(week(), params, service=service, service_s=1800.0)
    need = problem.requirement[0]
    assert problem.nobody_free[0, 0] * 3600 / problem.slot_s == pytest.approx(4.0)
    assert problem.nobody_free[0, need] <= 0.02 * problem.nobody_free[0, 0] < problem.nobody_free[0, need - 1]
    assert from_workload(week(), service=service, service_s=1800.0).nobody_free.size == 0

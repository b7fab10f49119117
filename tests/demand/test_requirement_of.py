"""The requirement of a mix of calls: several units, priorities, clauses, crews, spans, and the split of the cycle."""

import numpy as np
import pandas as pd
import pytest

from optimiser.data.duty_rules import DutyRule
from optimiser.demand import service_law
from optimiser.demand.call_mix import CallClass, CallMix, from_call_table, of_load
from optimiser.demand.requirement import (
    MINIMUM,
    QUEUE,
    SPLIT,
    RequirementParams,
    SplitTargets,
    hold_split,
    requirement_of,
)
from optimiser.errors import InputError

HOUR = np.arange(168)
SWING = 3 + 2 * np.sin(2 * np.pi * (HOUR % 24 - 9) / 24)


def mix(units=(0.6, 0.3, 0.1), cv2=1.5, scale=1.0):
    law = service_law.of_moments(2400.0, cv2)
    return CallMix(
        (
            CallClass("priority 1", urgent=True, calls=0.3 * scale * SWING, units_frac=units, law=law),
            CallClass("priority 2", urgent=False, calls=0.7 * scale * SWING, units_frac=(0.8, 0.2), law=law),
        )
    )


def rule(
    kind="minimum", sector="", role="patrol", value=10.0, clause="CBA 14.2", begin=0, end=0, days=range(7)
):
    return DutyRule(kind, sector, role, tuple(days), begin * 3600, end * 3600, value, clause)


def test_several_units_a_call_ask_for_more_at_the_same_work():
    # the same unit-hours in twos queue worse than in ones
    law = service_law.exponential(2400.0)
    one = CallMix((CallClass("p", urgent=True, calls=SWING, units_frac=(1.0,), law=law),))
    two = CallMix((CallClass("p", urgent=True, calls=SWING / 2, units_frac=(0.0, 1.0), law=law),))
    assert one.week_unit_s == pytest.approx(two.week_unit_s)
    assert requirement_of(two).officer_h > 1.05 * requirement_of(one).officer_h


def test_a_table_by_the_hour_misses_the_evening():
    # long calls lag: the load peaks after its calls do, so SIPP is short when they fall and generous when they rise
    need = requirement_of(mix(scale=4), slot_s=3600)
    gap = (need.officers - need.hour_by_hour).reshape(7, 24).mean(axis=0)
    assert gap[17:22].sum() > 0 > gap[8:13].sum()


def test_reserve_and_held_back():
    # units in reserve serve urgent calls; the others then set the need
    plain = requirement_of(mix(), RequirementParams(urgent_wait_s=60.0, no_free_unit_frac=0.3))
    kept = requirement_of(
        mix(),
        RequirementParams(urgent_wait_s=60.0, no_free_unit_frac=0.3, reserve_units=2, held_back_frac=0.1),
    )
    assert kept.officer_h > plain.officer_h
    assert set(kept.binding) == {QUEUE}


def test_minimums_carry_their_clause_where_they_bind():
    # sectors add up in the whole; the clause is told only where it binds
    rules = (
        rule(sector="D1", value=6, clause="CBA 14.2"),
        rule(sector="D2", value=5, clause="CBA 14.3", begin=22, end=6),
    )
    need = requirement_of(mix(scale=0.15), rules=rules)
    night, day = 3, 15
    assert need.officers[night] == 11
    assert need.clauses[night] == "sum of sectors: D1 6 (CBA 14.2), D2 5 (CBA 14.3)"
    assert need.officers[day] == 6
    assert need.binding[day] == MINIMUM
    busy = requirement_of(mix(scale=5), rules=rules)
    assert busy.binding[20] == QUEUE
    assert busy.clauses[20] == ""
    assert requirement_of(mix(scale=0.3), rules=rules, sector="D2").officers[night] == 5


def test_two_officer_cars_by_hour():
    # the same cars by day and by night, twice the officers from 20 to 06
    one, two = requirement_of(mix()), requirement_of(mix(), rules=(rule("crew", value=2.0, begin=20, end=6),))
    night = (HOUR % 24 >= 20) | (HOUR % 24 < 6)
    assert (two.officers[night] == 2 * one.officers[night]).all()
    assert (two.officers[~night] == one.officers[~night]).all()
    assert (two.units == one.units).all()


def test_supervisors_by_span_and_by_clause():
    # one for every eight or part of it, never fewer than the clause says, and what asks for them
    rules = (rule("span", role="supervisor", value=8), rule(role="supervisor", value=2, clause="GO 2.3"))
    need = requirement_of(mix(scale=4), rules=rules)
    assert (need.supervisors == np.maximum(-(-need.officers // 8), 2)).all()
    assert {"span", "GO 2.3"} >= set(need.supervisor_reasons)
    own = requirement_of(mix(scale=4), RequirementParams(officers_per_supervisor=6))
    assert (own.supervisors == -(-own.officers // 6)).all()


def test_too_few_cars_are_named():
    # the slots that need more units than the fleet has
    need = requirement_of(mix(scale=3), rules=(rule("vehicles", value=12, clause="Fleet"),))
    assert need.short_of_vehicles.tolist() == np.flatnonzero(need.officers > 12).tolist()
    assert need.short_of_vehicles.size > 0


def test_split_is_a_rule_of_the_cycle():
    # the week has the hours of 30 %; single hours may be above it, and none of the other reasons is cut
    by_slot = requirement_of(mix(scale=6))
    held = hold_split(by_slot, SplitTargets(), 0.0)
    calls_h = by_slot.call_work_s.sum() / 3600
    assert calls_h / 0.30 <= held.officer_h < calls_h / 0.30 + 1
    assert (held.officers >= by_slot.officers).all()
    assert held.call_share.max() > 0.30
    assert SPLIT in held.binding
    # nobody can be moved to a busier hour to lower the largest share: every hour with an officer added is as busy
    added = held.officers > by_slot.officers
    before = by_slot.call_work_s / 3600 / np.maximum(held.officers - 1, 1)
    assert before[added].min() >= held.call_share.max() - 1e-9


def test_split_is_kept_already_where_others_ask_for_more():
    # a high minimum leaves the split nothing to ask
    by_slot = requirement_of(mix(), RequirementParams(minimum_units=60))
    held = hold_split(by_slot, SplitTargets())
    assert (held.officers == by_slot.officers).all()
    assert held.binding == by_slot.binding


def test_administration_may_ask_for_more_hours_than_calls():
    # 30 % for administration: three times as much of it as calls asks for three times the hours
    by_slot = requirement_of(mix())
    admin_s = 3 * float(by_slot.call_work_s.sum())
    held = hold_split(by_slot, SplitTargets(), admin_s)
    assert max(held.split_asks, key=held.split_asks.get) == "administration"
    assert held.officer_h >= admin_s / 3600 / 0.30


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_more_calls_never_need_fewer_officers(factor):
    # monotone in demand
    base, other = requirement_of(mix(scale=2)), requirement_of(mix(scale=2).scaled(factor))
    assert ((other.officers >= base.officers) == (factor > 1)).any()
    assert (np.sign(other.officers - base.officers) * (1 if factor > 1 else -1) >= 0).all()


def test_a_call_table_becomes_classes_that_keep_the_work():
    # two weeks; priority 1 urgent with three units; a missing time gets the mean; officer-initiated work is none
    local = pd.date_range("2024-01-01", periods=336, freq="h", tz="UTC")
    first = np.arange(336) % 3 == 0
    calls = pd.DataFrame(
        {
            "received_at": local,
            "hour_of_week": (local.day_of_week * 24 + local.hour).astype("int16"),
            "area_id": "A",
            "priority": np.where(first, 1, 2).astype("int8"),
            "origin": np.where(np.arange(336) % 50 == 49, "officer", "public"),
            "n_units": np.where(first, 3, 1).astype("int16"),
            "unit_s": np.where(first, 5400.0, 1200.0),
        }
    )
    calls.loc[0, "unit_s"] = np.nan
    found = from_call_table(calls)
    assert [c.name for c in found.classes] == ["priority 1", "priority 2"]
    assert [c.urgent for c in found.classes] == [True, False]
    assert found.classes[0].units_per_call == 3
    public = calls[calls["origin"] == "public"].fillna({"unit_s": 5400.0})
    assert found.week_unit_s == pytest.approx(public["unit_s"].sum() / 2)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (lambda: SplitTargets(call_ceiling_frac=0.4), "sum to 1 .100 %., got 0.4 [+] 0.3 [+] 0.3 [+] 0.1 = 1.1"),
        (lambda: SplitTargets(call_ceiling_frac=0.0, proactive_floor_frac=0.6), "call_ceiling_frac is 0"),
        (lambda: RequirementParams(reserve_units=-1), "reserve_units must be 0 or more"),
        (lambda: RequirementParams(officers_per_supervisor=0), "officers_per_supervisor must be 1 or more"),
        (lambda: of_load(np.ones(168), 600.0, 2.0), "urgent_frac is a fraction"),
        (lambda: CallMix(()), "at least one class"),
        (lambda: hold_split(requirement_of(mix()), SplitTargets(admin_ceiling_frac=0.0, proactive_floor_frac=0.6), 1e6),
         "their ceiling is 0"),
    ],
)  # fmt: skip
def test_bad_input_is_named(bad, said):
    # a split that is not 100, a negative headcount, nothing to answer calls in
    with pytest.raises(InputError, match=said):
        bad()

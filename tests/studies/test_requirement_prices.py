"""Prices of standards: exact differences, of the right sign, each of its own step."""

import numpy as np
import pytest

from optimiser.demand import service_law
from optimiser.demand.call_mix import CallClass, CallMix
from optimiser.demand.requirement import RequirementParams
from optimiser.prepare.requirement import RequirementSetup, asked_of
from optimiser.studies.requirement_prices import prices


def mix():
    swing = 4 + 2 * np.sin(2 * np.pi * (np.arange(168) % 24 - 9) / 24)
    law = service_law.of_moments(2400.0, 1.2)
    return CallMix(
        (
            CallClass("priority 1", urgent=True, calls=0.4 * swing, units_frac=(0.6, 0.4), law=law),
            CallClass("priority 2", urgent=False, calls=swing, units_frac=(1.0,), law=law),
        )
    )


PARAMS = RequirementParams(urgent_wait_s=120.0, response_s=400.0, area_m2=2e8, response_late_frac=0.1)


def test_tighter_costs_and_looser_saves():
    # half the share without a unit, a minute less, one unit more in reserve, a tenth more calls: never cheaper
    setup = RequirementSetup(slot_s=3600, hold_split=False)
    found = {next(iter(p.change.items())): p.more_h for p in prices(asked_of(mix(), PARAMS, setup), setup)}
    assert found[("no_free_unit_frac", 0.01)] >= 0 >= found[("no_free_unit_frac", 0.04)]
    assert found[("response_s", 340.0)] > 0 > found[("response_s", 460.0)]
    assert found[("demand_factor", 1.1)] > 0 > found[("demand_factor", 0.9)]
    assert found[("reserve_units", 1)] >= 0


def test_a_point_of_the_split_is_priced_exactly():
    # where the split binds, hours are calls / ceiling: a point more is calls / 0.31 instead of calls / 0.30
    setup = RequirementSetup(slot_s=3600, admin_per_call_s=0.0)
    asked = asked_of(mix(), RequirementParams(no_free_unit_frac=0.2), setup)
    (point,) = [p for p in prices(asked, setup) if p.change.get("call_ceiling_frac") == pytest.approx(0.31)]
    calls_h = asked.need.call_work_s.sum() / 3600
    assert point.before["call_ceiling_frac"] == 0.30
    assert point.more_h == pytest.approx(calls_h / 0.31 - calls_h / 0.30, abs=1.0)


def test_a_demand_factor_is_counted_once():
    # a tenth more of what was asked, which was itself two tenths more
    setup = RequirementSetup(slot_s=3600, demand_factor=1.2, hold_split=False)
    asked = asked_of(mix(), RequirementParams(), setup)
    (more,) = [p for p in prices(asked, setup) if p.change.get("demand_factor") == pytest.approx(1.1)]
    direct = asked_of(
        mix(), RequirementParams(), RequirementSetup(slot_s=3600, demand_factor=1.32, hold_split=False)
    )
    assert more.officer_h == direct.need.officer_h

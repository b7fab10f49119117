"""A project becomes a requirement, whole and by sector."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from optimiser.data.duty_rules import DutyRule
from optimiser.data.settings import Settings
from optimiser.demand.requirement import RequirementParams
from optimiser.errors import InputError
from optimiser.prepare.requirement import RequirementSetup, duty_rules, project_requirement, without

SETUP = RequirementSetup(slot_s=3600, hold_split=False)
SECTOR_OF = {"A": "D1", "B": "D2"}


def project(tmp_path, **change):
    """Four weeks, two calls an hour: A has all the urgent ones, B only priority 3."""
    local = pd.date_range("2024-01-01", periods=4 * 336, freq="30min", tz="UTC")
    even = np.arange(local.size) % 2 == 0
    calls = pd.DataFrame(
        {
            "received_at": local,
            "hour_of_week": (local.day_of_week * 24 + local.hour).astype("int16"),
            "area_id": np.where(even, "A", "B"),
            "priority": np.where(even, 1, 3).astype("int8"),
            "origin": "public",
            "n_units": np.where(even, 2, 1).astype("int16"),
            "unit_s": np.where(even, 4800.0, 1800.0),
        }
    ).assign(**change)
    areas = pd.DataFrame({"area_id": ["A", "B"]})
    return SimpleNamespace(
        folder=tmp_path,
        areas=areas,
        calls=calls,
        workload=None,
        settings=Settings(),
        require_ready=lambda: None,
    )


def test_sectors_share_the_work_of_the_whole(tmp_path):
    # calls of the sectors add up; units apart are never fewer than together
    found = project_requirement(project(tmp_path), setup=SETUP, sector_of=SECTOR_OF)
    assert sorted(found) == ["", "D1", "D2"]
    apart = [found[s] for s in ("D1", "D2")]
    assert sum(a.mix.week_unit_s for a in apart) == pytest.approx(found[""].mix.week_unit_s)
    assert sum(a.need.officer_h for a in apart) >= found[""].need.officer_h


def test_urgent_is_urgent_in_every_sector(tmp_path):
    # D2 has no priority 1: its priority 3 does not become urgent there
    found = project_requirement(project(tmp_path), setup=SETUP, sector_of=SECTOR_OF)
    assert [c.urgent for c in found["D1"].mix.classes] == [True]
    assert [c.urgent for c in found["D2"].mix.classes] == [False]


def test_a_week_without_calls_is_named(tmp_path):
    # every call officer-initiated; a sector without a call; no unit was ever sent
    for change, sectors, said in (
        ({"origin": "officer"}, None, "no call that took a patrol unit"),
        ({}, SECTOR_OF | {"C": "D3"}, "Sector D3: no call lies in its areas"),
        ({"n_units": np.int16(0)}, None, "no call that took a patrol unit"),
    ):
        with pytest.raises(InputError, match=said):
            project_requirement(project(tmp_path, **change), setup=SETUP, sector_of=sectors)


def test_rules_come_from_the_folder_and_have_a_price(tmp_path):
    # what one clause costs: officer-hours with it less those without it
    (tmp_path / "duty_rules.csv").write_text(
        "rule,sector,role,days,from,to,value,clause,hard\nminimum,,patrol,all,00:00,06:00,20,CBA 9,negotiable\n"
    )
    rules = duty_rules(project(tmp_path))
    whole = project_requirement(project(tmp_path), setup=SETUP, rules=rules)[""]
    free = project_requirement(project(tmp_path), setup=SETUP)[""]
    assert isinstance(rules[0], DutyRule)
    assert without(whole, rules[0], SETUP) == pytest.approx(whole.need.officer_h - free.need.officer_h)
    assert whole.need.clauses[3] == "CBA 9"


def test_demand_factor_scales_the_work(tmp_path):
    # a scenario of a tenth more calls
    more = project_requirement(project(tmp_path), setup=RequirementSetup(slot_s=3600, demand_factor=1.1))[""]
    base = project_requirement(project(tmp_path), RequirementParams(), RequirementSetup(slot_s=3600))[""]
    assert more.mix.week_unit_s == pytest.approx(1.1 * base.mix.week_unit_s)
    assert more.need.officer_h > base.need.officer_h

"""Names of choices: one name means one thing within a question."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

from optimiser import registry
from optimiser.prepare.choices import public_name, to_core, to_planner
from optimiser.prepare.questions import kinds


@pytest.mark.parametrize("family", registry.families())
def test_no_name_stands_for_two_choices(family):
    """A scenario file could not tell them apart, and a form cannot show both."""
    names = Counter(
        public_name(f.name)
        for kind in kinds(family)
        for f in dataclasses.fields(kind)
        if not f.metadata.get("hidden")
    )
    assert [n for n, times in names.items() if times > 1] == []


def test_time_a_call_is_in_minutes_and_speed_as_it_is():
    """Minutes at the edges: 20 minutes of paper work a call are 1,200 s inside; metres per second stay."""
    assert public_name("admin_per_call_s") == "admin_per_call_min"
    assert to_core("admin_per_call_s", 20.0) == 1200.0
    assert to_planner("admin_per_call_s", 1200.0) == 20.0
    assert public_name("speed_m_per_s") == "speed_m_per_s"
    assert to_core("speed_m_per_s", 11.0) == 11.0

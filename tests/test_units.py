"""One place converts units; everything else goes through it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from optimiser import units

ROOT = Path(__file__).resolve().parents[1]


def test_by_hand():
    """An hour is 60 minutes, a mile 1,609.344 m, 30 mph 13.4112 m/s."""
    assert units.minutes(3600) == 60
    assert units.seconds_from_minutes(15) == 900
    assert units.percent(0.05) == 5
    assert units.metres_per_s_from_mph(30) == pytest.approx(13.4112)
    assert units.metres_per_s_from_kmh(36) == pytest.approx(10)
    assert units.miles(1609.344) == pytest.approx(1)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (75, "1:15"), (3661, "1:01:01"), (-90, "-1:30")])
def test_clock(seconds, text):
    """Durations as people read them."""
    assert units.clock(seconds) == text


def test_shares_are_printed_in_one_way():
    """A blank before the sign, one digit; an upper limit is rounded up and never reads like a proof."""
    assert units.percent_text(0.0042) == "0.4 %"
    assert units.percent_text(12.5) == "1,250.0 %"
    assert units.percent_text(0.05, signed=True) == "+5.0 %"
    assert units.percent_text(-0.00001, signed=True) == "0.0 %"
    assert (units.asked_text(0.3), units.asked_text(0.325)) == ("30 %", "32.5 %")
    assert (units.at_most_text(0.0041), units.at_most_text(0.001)) == ("at most 0.5 %", "at most 0.1 %")
    assert units.at_most_text(2e-6) == "less than 0.1 %"
    assert units.at_most_text(0.0) == "less than 0.1 %"


def test_nobody_prints_percent_by_hand():
    """No format of its own for a share anywhere: ``{x:.1%}``, ``{x:.1f} %`` and their kin."""
    own = re.compile(r":[+,]*(?:\.\d)?%\}|:[+,]*\.\d[fg]\} ?%|format=\"[+,]*\.\d%\"")
    found = []
    for folder in ("optimiser", "models", "apps"):
        for path in (ROOT / folder).rglob("*.py"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if own.search(line):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert found == []


def test_nobody_converts_by_hand():
    """No bare 60 or 3600 multiplies or divides outside units.py."""
    bare = re.compile(r"[*/]\s*(?:60|3600|1609(?:\.344)?)(?:\.0)?\b(?!\s*[,\]])")
    found = []
    for folder in ("optimiser", "models", "apps"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name == "units.py":
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if bare.search(line.split("#")[0]) and '"""' not in line:
                    found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert found == []

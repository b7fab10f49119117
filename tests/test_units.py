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

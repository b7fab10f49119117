"""The plan a killed worker leaves behind is the best it told, however fast the plans came."""

from __future__ import annotations

import json

import pytest

from optimiser.problems.sectors import SectorsPlan
from optimiser.solve.progress import INCUMBENT_FILE, FileRecorder


def plan(district: str) -> SectorsPlan:
    return SectorsPlan({"a": district}, {})


@pytest.mark.parametrize("later", ["phase", "question"])
def test_a_plan_that_came_too_soon_is_written_later(tmp_path, monkeypatch, later):
    """Two plans in one moment: the second waits, and is there when a phase begins or the search asks to go on."""
    clock = [10.0]
    report = FileRecorder(tmp_path, "min", durable=False)
    monkeypatch.setattr(report, "elapsed_s", lambda: clock[0])
    report(phase="improving", incumbent=5.0, plan=plan("first"))
    clock[0] += 0.01
    report(incumbent=4.0, plan=plan("second"))

    def kept() -> str:
        return json.loads((tmp_path / INCUMBENT_FILE).read_text())["plan"]["district_of"]["a"]

    assert kept() == "first"
    if later == "phase":
        report(phase="bounding")
    else:
        clock[0] += 1.0
        report.should_stop()
    assert kept() == "second"

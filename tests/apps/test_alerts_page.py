"""The page Alerts: a log of the project's folder replayed against the usual rules, and against rules of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from optimiser.data.project import load
from tests.apps.screens import calm, said, screen


def test_a_log_replayed(fresh: Path, tmp_path: Path) -> None:
    """A call that nobody is sent to is raised and listed with its reason; without a log the page offers to make one."""
    project = tmp_path / "project"
    shutil.copytree(fresh, project)
    at = calm(screen("alerts", project))
    assert "No log yet" in said(at)
    a, b = (str(x) for x in load(project).areas["area_id"].iloc[[0, 12]])
    folder = project / "alerts"
    folder.mkdir()
    (folder / "day.csv").write_text(
        "time,event,unit,incident,area_id,grade,units_needed,until\n"
        f"2026-03-02 07:00:00,on,U1,,{a},,,2026-03-02 15:00\n2026-03-02 07:01:00,call,,A,{b},1,1,\n"
        "2026-03-02 07:05:00,send,U1,A,,,,\n2026-03-02 07:15:00,arrive,U1,,,,,\n"
    )
    (folder / "own.toml").write_text('[[alert]]\nname = "any unit"\nkind = "units"\nat_least = 1\n')
    at = calm(screen("alerts", project))
    judged, raised = (d.value for d in at.dataframe)
    assert list(judged["alert"]) == ["several units", "grade 1 cannot be met", "low cover"]
    assert "nobody sent for 2.0 minutes" in " ".join(raised["why"])
    at.selectbox(key="alerts.rules").set_value("own.toml").run()
    judged, raised = (d.value for d in calm(at).dataframe)
    assert list(raised["alert"]) == ["any unit"]
    assert list(raised["raised"]) == ["7:05:00"]

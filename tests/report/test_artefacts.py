"""What a run leaves behind, and that a picture that fails never fails the run."""

import json
import logging
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import openpyxl
import pytest
import shapely
import shapely.affinity

from optimiser.data.areas import AreaGraph
from optimiser.problems.sectors import FAMILY
from optimiser.report import artefacts, charts
from optimiser.solve.engine import judge
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Progress
from optimiser.solve.result import Outcome, StoppedBy
from tests.oracles import report_cases as cases

EXPECTED = {
    "sectors": {"plan.csv", "centres.csv", "workload.png", "workload.pdf"},
    "shifts": {"plan.csv", "officers.png", "time_split_by_hour.png", "time_split_by_shift.png"},
    "assignment": {"plan.csv", "map.png", "map.pdf", "responses.png"},
    "fold": {"plan.csv", "fold.png", "fold.pdf"},
    "standby": {"plan.csv"},
}
LINES = [
    Progress(1.0, "searching", 180.0, 100.0),
    Progress(2.0, "searching", 120.0, 100.0),
    Progress(3.0, "searching", 120.0, 119.0),
]


@pytest.mark.parametrize("name", list(EXPECTED))
def test_all_files_of_a_run(tmp_path, name):
    """Without a project there is no map of districts; everything else is made, and nothing else is left."""
    scene = cases.places() if name == "assignment" else None
    made = artefacts.write(tmp_path, None, name, *cases.CASES[name](), LINES, scene=scene)
    names = {p.name for p in made}
    assert EXPECTED[name] | {"search.png", "workbook.xlsx", "summary.md"} <= names
    assert names == {p.name for p in tmp_path.iterdir()}
    assert ("map.png" in names) == (name == "assignment")


def test_summary_holds_findings_files_and_what_was_not_made(tmp_path):
    """A planner reads why there is no map."""
    (tmp_path / "request.json").write_text(json.dumps({"title": "Twelve [beats]"}), encoding="utf-8")
    artefacts.write(tmp_path, None, "sectors", *cases.sectors())
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert text.startswith("# Twelve \\[beats\\]\n")
    assert "At most 0.4 % better can exist for these inputs and these rules." in text
    assert "[plan.csv](plan.csv)" in text
    assert "## Not made\n\n- map.png: There is no project, and so no areas to draw." in text


def test_a_search_that_did_not_move_is_not_drawn(tmp_path):
    """Two points, told four times, are flat lines."""
    lines = [Progress(float(k), "searching", 120.0, 119.0 if k else 118.0) for k in range(4)]
    made = artefacts.write(tmp_path, None, "shifts", *cases.shifts(), lines)
    assert "search.png" not in {p.name for p in made}
    assert "search.png" not in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_only_links_made_by_hand_that_cross_a_boundary_are_drawn():
    """Of A-B (measured), B-C and C-D (by hand) the line at x = 2000 is crossed by B-C alone."""
    graph = AreaGraph(
        ids=("A", "B", "C", "D"),
        edges=np.array([[0, 1], [1, 2], [2, 3]]),
        shared_m=np.array([1000.0, 0.0, 0.0]),
    )
    project = SimpleNamespace(areas=cases.squares(), graph=graph)
    river = np.array([shapely.LineString([(2000, 0), (2000, 1000)])])
    found = artefacts._links_across(project, river)
    assert [line.bounds for line in found] == [(1500.0, 500.0, 2500.0, 500.0)]
    assert artefacts._links_across(project, None) is None
    assert artefacts._links_across(project, np.array([shapely.affinity.translate(river[0], 9000)])) is None


def test_a_picture_that_fails_is_logged_and_listed(tmp_path, monkeypatch, caplog):
    """Even a fault of the program: the rest is made, the run stands."""

    def broken(*_, **__):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(charts, "workload_chart", broken)
    with caplog.at_level(logging.WARNING):
        made = {p.name for p in artefacts.write(tmp_path, None, "sectors", *cases.sectors())}
    assert "workload.png" not in made
    assert {"plan.csv", "workbook.xlsx", "summary.md"} <= made
    assert "workload.png was not made" in caplog.text
    assert "- workload.png: ZeroDivisionError: oops" in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_a_run_without_a_plan_leaves_a_summary(tmp_path):
    """Nothing found is an answer as well."""
    problem, _ = cases.sectors()
    result = judge(
        problem,
        FAMILY,
        Outcome(None, infeasible=True, stopped_by=StoppedBy.PROOF),
        name="x",
        options=SolveOptions(),
    )
    made = {p.name for p in artefacts.write(tmp_path, None, "sectors", problem, result)}
    assert made == {"workbook.xlsx", "summary.md"}
    assert "No plan keeps all these rules" in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_workbook_of_a_run(tmp_path):
    """Sheets of the family, the proof, and the notes with bound, method and question."""
    artefacts.write(tmp_path, None, "sectors", *cases.sectors())
    book = openpyxl.load_workbook(tmp_path / "workbook.xlsx")
    assert book.sheetnames == ["Notes", "Districts", "Areas", "Proof", "Measures", "By part"]
    notes = {row[0].value: row[1].value for row in book["Notes"].iter_rows()}
    assert notes["Method"] == "by hand"
    assert any("At most 0.4" in str(v) for v in notes.values())
    proof = dict(zip(*[[c.value for c in row] for row in book["Proof"].iter_rows()], strict=True))
    assert (proof["this plan"], proof["unit"]) == (2, "call-minutes a week")
    assert proof["better plans by at most (share)"] == pytest.approx(0.004)
    areas = [[c.value for c in row] for row in book["Areas"].iter_rows(min_row=2)]
    assert areas[1] == ["B", "1", 1, 1]


def test_workbook_of_shifts_and_assignment(tmp_path):
    """A shift named like a formula is a text cell; 168 hours; late is told."""
    for name in ("shifts", "assignment"):
        folder = tmp_path / name
        folder.mkdir()
        artefacts.write(folder, None, name, *cases.CASES[name]())
    shifts = openpyxl.load_workbook(tmp_path / "shifts" / "workbook.xlsx")
    assert (shifts["Shifts"]["A2"].value, shifts["Shifts"]["A2"].data_type) == ("=06:00", "s")
    assert shifts["Hours of the week"].max_row == 169
    sent = openpyxl.load_workbook(tmp_path / "assignment" / "workbook.xlsx")
    assert [c.value for c in sent["Incidents"][2]][:5] == ["i1", 1, pytest.approx(1000 / 60), 15, True]
    assert [c.value for c in sent["Zones"][2]] == ["z1", 1, 0, 1, "lost"]


def test_words_and_plans_need_no_extra():
    """The base install has neither matplotlib nor xlsxwriter: nothing imports them before they are used."""
    code = (
        "import sys\n"
        "sys.modules['matplotlib'] = sys.modules['xlsxwriter'] = None\n"
        "import optimiser.report.artefacts, optimiser.report.words, optimiser.report.plans\n"
        "import optimiser.report.maps, optimiser.report.charts, optimiser.report.workbook, optimiser.report.tables\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

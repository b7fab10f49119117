"""The command line as a planner uses it: words, JSON, exit codes, and one line for every fault."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys

import pytest

from optimiser.cli.console import Exit, code_of, table
from optimiser.solve.result import Judged, Result, Status, StoppedBy

FAST = ["--time-limit", "40", "--gap", "2", "--quiet", "--accept-gap"]


def test_check_reports(told, county):
    """The data-quality report, in words and as JSON; nothing red in the made-up county."""
    code, out, _ = told("check", county)
    assert code == Exit.DONE
    assert "Assumptions used" in out
    code, out, _ = told("check", county, "--json")
    rules = {f["rule"] for f in json.loads(out)["findings"]}
    assert "test calls" in rules


def test_solve_twice_is_one_run(told, county):
    """A solve says what it found and keeps it; asked again it only reads the run."""
    code, out, err = told(
        "solve", "sectors", county, "--set", "objective=travel", "--set", "tolerance_pct=20", *FAST
    )
    assert code == Exit.DONE, err
    assert "better can exist" in out or "proved best" in out
    (run,) = (p for p in (county / "runs").iterdir() if p.is_dir())
    assert {"result.json", "plan.csv", "map.png", "workbook.xlsx"} <= {p.name for p in run.iterdir()}
    inputs = json.loads((run / "request.json").read_text())["inputs"]
    assert any(name.endswith("calls.csv") for name in inputs)
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in inputs.values())
    before = (run / "result.json").read_bytes()
    told("solve", "sectors", county, "--set", "objective=travel", "--set", "tolerance_pct=20", *FAST)
    assert (run / "result.json").read_bytes() == before
    code, out, _ = told("runs", county, "--json")
    assert [r["status"] for r in json.loads(out)] == ["done"]


def test_compare_today_with_a_run_and_a_file(told, county, tmp_path):
    """Today's districts, a computed plan and a planner's file, by the same rules."""
    _, out, _ = told(
        "solve", "sectors", county, "--set", "objective=travel", "--set", "tolerance_pct=20", *FAST, "--json"
    )
    run = json.loads(out)["run"]
    with (county / "runs" / run / "plan.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    rows[0]["district_id"] = next(
        r["district_id"] for r in rows if r["district_id"] != rows[0]["district_id"]
    )
    edited = tmp_path / "edited.csv"
    edited.write_text("area_id|district_id\n" + "\n".join(f"{r['area_id']}|{r['district_id']}" for r in rows))
    code, out, err = told("compare", county, run, "districts", edited, "--json")
    assert code == Exit.DONE, err
    found = json.loads(out)
    assert found["violations"][run] == []
    assert found["violations"]["districts"]
    drive = next(r for r in found["measures"] if r["measure"] == "mean drive")
    assert drive[run] <= drive["districts"]


def test_check_a_plan(told, county):
    """Today's beats judged as a plan: broken rules are named, exit 3."""
    code, out, _ = told("check", county, "--plan", "districts", "--set", "tolerance_pct=1")
    assert code == Exit.INPUT
    assert "more unit hours than its target share" in out


def test_batch_goes_on_after_a_failure(told, county, tmp_path):
    """One impossible scenario is reported, the others are solved, exit 8; a second call repeats nothing."""
    listed = tmp_path / "list.toml"
    listed.write_text(
        'question = "shifts"\n[solve]\ntime_limit_min = 0.3\ngap_pct = 1\n'
        '[[scenario]]\nname = "bad"\n[scenario.shifts]\nlengths_h = [40.0]\n'
        '[[scenario]]\nname = "good"\n[scenario.shifts]\nlengths_h = [8.0, 12.0]\n'
    )
    code, out, _ = told("batch", listed, county, "--json", "--quiet")
    rows = json.loads(out)
    assert code == Exit.BATCH_FAILURES
    assert [r["status"] for r in rows] == ["failed", "optimal"]
    assert "lengths_h" in rows[0]["error"]
    _, out, _ = told("batch", listed, county, "--json", "--quiet")
    assert json.loads(out)[1]["used_again"] is True


def test_assignment_from_the_command_line(told, county):
    """The busiest hour's snapshot, proved."""
    code, out, err = told(
        "solve", "assignment", county, "--set", "n_incidents=4", "--time-limit", "20", "--quiet"
    )
    assert code == Exit.DONE, err
    assert "incidents" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nowhere"], "is missing"),
        (["solve", "sectors", "{county}", "--set", "n_districts=900", "--set", "centres=free"], "only 60"),
        (["compare", "{county}", "no-such-plan"], "neither a plan"),
        (["batch", "nowhere.toml", "{county}"], "cannot be read"),
    ],
)
def test_bad_input_is_one_line(told, county, arguments, message):
    """Every fault of the caller: exit 3, one line, no traceback, nothing written."""
    code, _, err = told(*[a.format(county=county) for a in arguments])
    assert code == Exit.INPUT, err
    assert message in err
    assert "Traceback" not in err
    assert err.count("optimiser: ") == 1
    assert not (county / "runs").exists()


def test_infeasible_has_its_own_code(told, county):
    """A drive of two seconds reaches no area but its own: proved impossible, exit 4."""
    code, out, _ = told(
        "solve", "sectors", county, "--set", "longest_drive_min=0.03", "--time-limit", "15", "--quiet"
    )
    assert code == Exit.INFEASIBLE
    assert "No plan can keep all these rules" in out


def test_our_own_fault_is_one_line_too(tmp_path):
    """An internal error: exit 70, one line that names the file with the details, no traceback on the terminal."""
    code = (
        "import optimiser.data.project as p; p.load = lambda folder: 1 / 0; from optimiser.cli import main; "
    )
    done = subprocess.run(
        [sys.executable, "-c", code + "raise SystemExit(main(['check', 'x']))"],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=False,
    )
    assert done.returncode == Exit.INTERNAL
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    (kept,) = tmp_path.glob("optimiser-error-*.txt")
    assert "ZeroDivisionError" in kept.read_text()
    assert str(kept) in done.stderr


def test_a_log_holds_no_cell(tmp_path):
    """What a library says of an error may quote a call: log and details tell where it arose, not what it read."""
    code = (
        "import optimiser.data.project as p\n"
        "def load(folder):\n"
        "    try:\n        float('Quackenbush, 1742 Zanzibar')\n"
        "    except ValueError as error:\n        raise KeyError('Quackenbush') from error\n"
        "p.load = load\nfrom optimiser.cli import main\n"
    )
    log = tmp_path / "x.log"
    done = subprocess.run(
        [sys.executable, "-c", code + f"raise SystemExit(main(['check', 'x', '--log-file', {str(log)!r}]))"],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=False,
    )
    assert done.returncode == Exit.INTERNAL
    (kept,) = tmp_path.glob("optimiser-error-*.txt")
    for text in (log.read_text(), kept.read_text()):
        assert "Quackenbush" not in text
        assert "KeyError" in text
        assert "ValueError" in text
        assert "line 4, in load" in text


def test_exit_codes():
    """Proved, near enough, gap missed, none."""

    def result(status, gap, plan="p", stopped=StoppedBy.TIME):
        judged = (Judged("x", "u", "min", 100.0, None if gap is None else 100.0 * (1 - gap)),)
        return Result(status, stopped, plan, judged if plan else (), (), (), "f", 0, 0)

    assert code_of(result(Status.OPTIMAL, 0.0), 0) == Exit.DONE
    assert code_of(result(Status.FEASIBLE, 0.02), 0.05) == Exit.DONE
    assert code_of(result(Status.FEASIBLE, 0.02), 0.01) == Exit.GAP_MISSED
    assert code_of(result(Status.FEASIBLE, 0.02), 0.01, accept_gap=True) == Exit.DONE
    assert code_of(result(Status.FEASIBLE, None), 0.01) == Exit.GAP_MISSED
    assert code_of(result(Status.INFEASIBLE, None, None), 0) == Exit.INFEASIBLE
    assert code_of(result(Status.NO_PLAN, None, None), 0) == Exit.NO_PLAN
    assert code_of(result(Status.NO_PLAN, None, None, StoppedBy.PLANNER), 0) == Exit.CANCELLED


def test_table_aligns():
    """Numbers to the right, text to the left."""
    lines = table([["a", 1.5], ["bcd", 22.25]], ["name", "value"]).splitlines()
    assert lines == ["name  value", "----  -----", "a       1.5", "bcd   22.25"]

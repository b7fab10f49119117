"""The benchmark runner: what it keeps, what it counts, when it fails."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import runner
from tests.benchmarks.spec import COLUMNS, Row, Suite

ANSWER: dict[str, Any] = {
    **dict.fromkeys(COLUMNS),
    "gap": 0.02,
    "reached": True,
    "wrong": "",
    "peak_rss_mib": 10.0,
}


@pytest.fixture
def two_rows(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A suite of two rows whose runs are noted instead of started."""
    ran: list[str] = []
    rows = (Row("easy", dict, quick=True, smoke=True), Row("hard", dict, quick=True))
    monkeypatch.setattr(runner, "load_suite", lambda name: Suite(name, "2", rows))

    def run(suite: str, row: str, mode: str, limit_s: float) -> dict[str, Any]:
        ran.append(row)
        return {
            **ANSWER,
            "status": "fault" if row == "hard" else "optimal",
            "wrong": "x" if row == "hard" else "",
        }

    monkeypatch.setattr(runner, "run_apart", run)
    return ran


def test_a_finished_row_is_kept_and_a_fault_is_run_again(two_rows: list[str], tmp_path: Path) -> None:
    """--resume continues row by row; a crash is no result to keep."""
    state = tmp_path / "state.jsonl"
    for resume in (False, True):
        runner.run_suite("made_up", "quick", resume=resume, state=state)
    assert two_rows == ["easy", "hard", "hard"]


def test_a_damaged_state_line_is_passed_over(tmp_path: Path) -> None:
    """A run stopped while writing leaves half a line."""
    state = tmp_path / "state.jsonl"
    runner.keep(state, "s", "r", "full", ANSWER)
    state.write_text(state.read_text() + '{"suite": "s", "row"')
    assert list(runner.read_state(state)) == [("s", "r", "full")]


def test_modes_choose_rows_and_the_summary_counts_all_asked(two_rows: list[str], tmp_path: Path) -> None:
    """Smoke runs one of two rows; asked stays two."""
    suite, records = runner.run_suite("made_up", "smoke", resume=False, state=tmp_path / "state.jsonl")
    found = runner.summary(suite.name, "smoke", len(suite.rows), records)
    assert two_rows == ["easy"]
    assert (found["asked"], found["rows"], found["reached"], found["wrong"]) == (2, 1, 1, 0)
    assert found["worst"] == {"row": "easy", "gap": 0.02}
    assert set(found) == {
        "suite", "quick", "asked", "rows", "reached", "wrong", "worst", "peak_rss_mib", "versions",
    }  # fmt: skip


def test_a_row_that_crashes_is_wrong(tmp_path: Path) -> None:
    """A process that ends without an answer is told with its last words."""
    answer = runner.run_apart("roads", "no such row", "smoke", 60.0)
    assert answer["status"] == "fault"
    assert "StopIteration" in answer["wrong"]


def test_rows_begun_ahead_run_once_and_answer_the_same(two_rows: list[str], tmp_path: Path) -> None:
    """The smoke begins all rows at once; the table reads the answers in its own order."""
    state = tmp_path / "state.jsonl"
    with ThreadPoolExecutor(2) as pool:
        ahead = runner.begin_all(pool, ["made_up", "other"], "quick")
        tables = [
            runner.run_suite(n, "quick", resume=False, state=state, ahead=ahead) for n in ("made_up", "other")
        ]
    assert sorted(two_rows) == ["easy", "easy", "hard", "hard"]
    assert [[r["row"] for r in records] for _, records in tables] == [["easy", "hard"]] * 2
    assert [r["wrong"] for _, records in tables for r in records] == ["", "x"] * 2
    assert set(runner.read_state(state)) == {("made_up", "easy", "quick"), ("other", "easy", "quick")}

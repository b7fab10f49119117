"""Runs that somebody damaged: listed as such, told with what to do, and solved again where that is asked."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import psutil
import pytest

from optimiser.batch.store import CLAIM_FILE, REQUEST_FILE
from optimiser.cli import main
from optimiser.cli.console import Exit
from optimiser.solve.jobs import PROBLEM_FILE, RESULT_FILE

LIST = 'question = "assignment"\n[solve]\ntime_limit_min = 0.2\n[assignment]\nn_incidents = 3\n'


@pytest.fixture
def told(capsys):
    def run(*arguments):
        code = main([str(a) for a in arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        assert "internal error" not in said.err
        assert "Errno" not in said.err
        return code, said.out, said.err

    return run


@pytest.fixture(scope="module")
def solved(made_once, tmp_path_factory):
    """A project with one run that is done, its list, and the run's folder; copied before it is damaged."""
    home = tmp_path_factory.mktemp("solved")
    shutil.copytree(made_once / "county", home / "county")
    (home / "list.toml").write_text(LIST)
    assert main(["batch", str(home / "list.toml"), str(home / "county"), "--quiet"]) == Exit.DONE
    return home


@pytest.fixture
def damaged(solved, tmp_path):
    """Returns what damages a copy of the run: content, or None for a folder in the file's place."""

    def damage(file, content) -> tuple[Path, Path]:
        shutil.copytree(solved, tmp_path / "copy")
        (run,) = (tmp_path / "copy" / "county" / "runs").glob("assignment-*")
        (run / file).unlink(missing_ok=True)
        if content is None:
            (run / file).mkdir()
        elif content != "gone":
            (run / file).write_bytes(content)
        return tmp_path / "copy", run

    return damage


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"[]", b"{}", b'{"title": "x"}', None])
def test_a_run_without_a_readable_request(told, damaged, content):
    """It is listed as damaged beside the others; asking for it says which folder to remove, and removing it helps."""
    home, run = damaged(REQUEST_FILE, content)
    shutil.copytree(run, run.with_name("other-0123456789"))
    if content is None:
        (run.with_name("other-0123456789") / REQUEST_FILE).rmdir()
    fine = {"title": "fine", "family": "assignment", "formulation": "x", "options": {}, "scenario": {}}
    (run.with_name("other-0123456789") / REQUEST_FILE).write_text(json.dumps(fine))
    code, out, _ = told("runs", home / "county", "--json")
    assert code == Exit.DONE
    assert {r["run"]: r["status"] for r in json.loads(out)} == {
        run.name: "damaged",
        "other-0123456789": "done",
    }
    code, _, err = told("compare", home / "county", run.name)
    assert code == Exit.INPUT
    assert f"Remove the folder {run} and ask again" in err
    assert told("batch", home / "list.toml", home / "county", "--quiet")[0] == Exit.BATCH_FAILURES
    if content == b"":
        shutil.rmtree(run)
        assert told("batch", home / "list.toml", home / "county", "--quiet")[0] == Exit.DONE


def test_what_is_left_of_a_run_is_moved_aside(told, damaged):
    """A run folder whose request is gone is no run: the same question is solved anew, and nothing is deleted."""
    home, run = damaged(REQUEST_FILE, "gone")
    code, _, err = told("batch", home / "list.toml", home / "county", "--quiet")
    assert code == Exit.DONE, err
    assert (run / REQUEST_FILE).exists()
    (kept,) = run.parent.glob(f".damaged-{run.name}-*/{run.name}/plan.csv")
    assert kept.stat().st_size > 0


@pytest.mark.parametrize(
    "content", [b"", b"\xff\x00", b"[]", b'{"status": "great", "plan": null}', b'{"error": "X"}']
)
def test_a_run_without_a_readable_result(told, damaged, content):
    """Compared it is refused, exit 3; a list solves it again, also from the process that met it."""
    home, run = damaged(RESULT_FILE, content)
    assert told("runs", home / "county")[0] == Exit.DONE
    code, _, err = told("compare", home / "county", run.name)
    assert code == Exit.INPUT
    assert "damaged" in err
    if content == b"[]":
        code, _, err = told("batch", home / "list.toml", home / "county", "--quiet")
        assert code == Exit.DONE, err


@pytest.mark.parametrize("content", [b"", b"\xff\x00", None, "gone"])
def test_a_run_without_its_question(told, damaged, content):
    """Its result is still listed; comparing needs the question and says so."""
    home, run = damaged(PROBLEM_FILE, content)
    assert "done" in told("runs", home / "county")[1]
    code, _, err = told("compare", home / "county", run.name)
    assert code == Exit.INPUT
    assert f"{run / PROBLEM_FILE} cannot be read" in err


def test_a_run_that_is_not_done(told, damaged):
    """No result yet: exit 3; somebody else at it: exit 3, and the run is left alone."""
    home, run = damaged(RESULT_FILE, "gone")
    code, _, err = told("compare", home / "county", run.name)
    assert code == Exit.INPUT
    assert "is queued: it has no result yet" in err
    parent = os.getppid()
    claim = {"pid": parent, "started": psutil.Process(parent).create_time()}
    (run / CLAIM_FILE).write_text(json.dumps(claim))
    code, _, err = told(
        "solve",
        "assignment",
        home / "county",
        "--set",
        "n_incidents=3",
        "--time-limit",
        12,
        "--name",
        "assignment",
    )
    assert code == Exit.INPUT
    assert "is being worked on by another process" in err
    assert json.loads((run / CLAIM_FILE).read_text()) == claim

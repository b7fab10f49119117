"""Runs that something broke off: a kill, a full disk, a stop, want of memory. Nothing told is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optimiser import registry
from optimiser.batch import runner
from optimiser.batch.store import Run, Store
from optimiser.cli.main import main
from optimiser.data.project import load
from optimiser.errors import BackendError, InputError
from optimiser.report import artefacts
from optimiser.report.sheet import write_bytes
from optimiser.solve import jobs, worker
from optimiser.solve.isolated import salvage, solve_isolated
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import STOP_FILE, FileRecorder, read_progress, write_atomically
from optimiser.solve.result import Status, StoppedBy
from tests.oracles.sectors_cases import path_of_four
from tests.solve.test_isolated import large

QUICK = SolveOptions(time_limit_s=20, confirm=False)


def ask(folder: Path, problem=None, formulation="sectors.flow", options=QUICK) -> Run:
    return Store(folder).create(problem or path_of_four(), "sectors", formulation, options, title="x")


def full(*_, **__):
    raise OSError(28, "No space left on device")


def test_pictures_that_were_never_made_are_made(tmp_path):
    """Killed between the result and its pictures: asked again, the run is not solved again and gets them."""
    run = ask(tmp_path)
    solved = runner.work(run, artefacts=False)
    assert not (run.folder / runner.LAST_ARTEFACT).exists()
    before = (run.folder / "result.json").read_bytes()
    assert runner.work(run) == solved
    assert (run.folder / "plan.csv").exists()
    assert (run.folder / runner.LAST_ARTEFACT).exists()
    assert (run.folder / "result.json").read_bytes() == before
    assert runner.LAST_ARTEFACT == artefacts.SUMMARY_FILE


def test_pictures_that_another_makes_are_left_to_it(tmp_path):
    """The result is there and a living process has the run: its result is returned, its pictures are its own."""
    run = ask(tmp_path)
    solved = runner.work(run, artefacts=False)
    (run.folder / "claim.json").write_text(
        json.dumps({"pid": os.getpid(), "started": __import__("psutil").Process().create_time()})
    )
    assert runner.work(run) == solved
    assert not (run.folder / runner.LAST_ARTEFACT).exists()


def test_pictures_on_a_full_disk_do_not_fail_the_run(tmp_path, monkeypatch):
    """What cannot be written is logged; the result stands, and no half file stays."""
    run = ask(tmp_path)
    monkeypatch.setattr("optimiser.report.artefacts.write", full)
    assert runner.work(run).status is Status.OPTIMAL
    assert run.status == "done"


@pytest.mark.parametrize("write", [lambda p: write_atomically(p, "new"), lambda p: write_bytes(p, b"new")])
def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path, monkeypatch, write):
    """The old content stays whole, and the draft beside it goes: on a full disk it would take room for nothing."""
    path = tmp_path / "a.json"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_run_that_cannot_be_written_says_so(tmp_path, monkeypatch):
    """A full disk at the job file: words for the planner, of the kind that a list of scenarios goes on after."""
    run = ask(tmp_path)
    monkeypatch.setattr("optimiser.solve.jobs.write_atomically", full)
    with pytest.raises(InputError, match=r"cannot be written .* No space left"):
        runner.work(run)
    monkeypatch.undo()
    other = ask(tmp_path / "other")
    monkeypatch.setattr("optimiser.batch.store.write_atomically", full)  # at the claim
    with pytest.raises(InputError, match=r"cannot be written .* No space left"):
        runner.work(other)


def test_progress_on_a_full_disk_does_not_end_the_solve(tmp_path, monkeypatch):
    """A line or a plan that cannot be kept is not kept; the search goes on."""
    recorder = FileRecorder(tmp_path, "min")
    monkeypatch.setattr("optimiser.solve.progress.write_atomically", full)
    monkeypatch.setattr(Path, "open", full)
    recorder(phase="improving", incumbent=1.0, plan=path_of_four().params)
    assert recorder.incumbent == 1.0


def test_one_scenario_that_breaks_in_a_new_way_does_not_stop_the_rest(county, tmp_path, monkeypatch, capsys):
    """An error that nobody foresaw is one row of the table; the scenarios after it are solved."""
    text = "".join(
        f'[[scenario]]\nname = "{n}"\nquestion = "assignment"\n[scenario.assignment]\nseed = {k}\n'
        for k, n in enumerate(("one", "two", "three"))
    )
    (tmp_path / "b.toml").write_text(text, encoding="utf-8")
    create = runner.create

    def odd(project, scenario):
        if scenario.name == "two":
            raise ZeroDivisionError("division by zero")
        return create(project, scenario)

    monkeypatch.setattr(runner, "create", odd)
    monkeypatch.setattr(runner, "write_artefacts", lambda *_, **__: None)
    assert main(["batch", str(tmp_path / "b.toml"), str(county), "--json", "--quiet"]) == 8
    rows = json.loads(capsys.readouterr().out)
    assert [r["status"] for r in rows] == ["optimal", "failed", "optimal"]
    assert "ZeroDivisionError" in rows[1]["error"]


def test_a_stop_asked_before_the_process_is_up_holds(tmp_path):
    """The planner stops while Python still starts: the run ends, and does not search for its two minutes."""
    run = ask(tmp_path, large(), "sectors.cuts", SolveOptions(time_limit_s=120))
    (run.folder / STOP_FILE).touch()  # of an earlier attempt
    runner.start(run)
    assert not (run.folder / STOP_FILE).exists()
    run.stop()
    deadline = time.monotonic() + 90
    while run.status not in ("done", "failed") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert run.result().stopped_by is StoppedBy.PLANNER
    for child in runner._children:
        child.wait(timeout=60)


def test_a_run_given_up_without_a_plan_is_done_again(tmp_path):
    """Stopped before there was any plan, the same question asked again is searched, not answered with nothing."""
    run = ask(tmp_path)
    nothing = runner.work(run, artefacts=False)
    empty = {
        "status": "no_plan",
        "stopped_by": "planner",
        "plan": None,
        "objectives": [],
        "bound": [],
        "measures": [],
    }
    data = jobs.result_to_json(nothing) | empty
    (run.folder / "result.json").write_text(json.dumps(data), encoding="utf-8")
    assert run.result().plan is None
    assert runner.work(run, artefacts=False).status is Status.OPTIMAL


def test_memory_that_runs_out_keeps_the_best_plan(tmp_path, monkeypatch):
    """The worker met its cap with a plan told: that plan is the result; without one, the cap is named."""
    problem, family = path_of_four(), registry.family("sectors")
    plan = solve_isolated(problem, "sectors.flow", QUICK).plan
    jobs.write_job(tmp_path, problem, "sectors.flow", QUICK)

    def short(problem, formulation, options, *, start, report):
        report(phase="improving", incumbent=120.0, bound=100.0, plan=plan)
        raise MemoryError

    monkeypatch.setattr(worker, "cap_memory", lambda _: None)
    monkeypatch.setattr(worker.engine, "solve", short)
    worker.work(tmp_path)
    assert not (tmp_path / "result.json").exists()
    result = salvage(tmp_path, problem, family, "sectors.flow", QUICK, StoppedBy.FAULT)
    assert (result.plan, result.status, result.stopped_by) == (plan, Status.FEASIBLE, StoppedBy.MEMORY)
    (tmp_path / "incumbent.json").unlink()
    with pytest.raises(BackendError, match=r"memory cap of 8192 MiB .* Raise memory_mib"):
        salvage(tmp_path, problem, family, "sectors.flow", QUICK, StoppedBy.FAULT)


def test_drafts_of_killed_processes_are_swept(tmp_path):
    """A draft a day old is removed when the next run is made; a fresh one may be another process's."""
    old, new = tmp_path / ".new-old", tmp_path / ".new-fresh"
    for draft in (old, new):
        draft.mkdir()
        (draft / "problem.npz").write_bytes(b"x")
    os.utime(old, (1, 1))
    ask(tmp_path)
    assert not old.exists()
    assert new.exists()


BATCH = """
import sys
from optimiser.cli.main import main
from optimiser.data.project import load
sys.exit(main(["batch", sys.argv[1], sys.argv[2], "--quiet", "--json"]))
"""


def test_a_killed_batch_goes_on_where_it_was(county, tmp_path):
    """kill -9 in the middle: what was done stays done, what ran is interrupted, the same command does the rest."""
    text = '[solve]\ntime_limit_min = 1\nformulation = "assignment.milp"\n'
    text += "".join(
        f'[[scenario]]\nname = "s{k}"\nquestion = "assignment"\n[scenario.assignment]\nseed = {k}\n'
        for k in range(2)
    )
    (tmp_path / "b.toml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", BATCH, str(tmp_path / "b.toml"), str(county)]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    store = Store(county / "runs")
    deadline = time.monotonic() + 120
    while not any(r.status == "done" for r in store.runs()) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(first.pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    first.wait()
    kept = {r.id: (r.folder / "result.json").read_bytes() for r in store.runs() if r.status == "done"}
    assert kept
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = json.loads(again.stdout)
    assert again.returncode == 0, again.stderr
    assert [r["status"] for r in rows] == ["optimal"] * 2
    assert len(store.runs()) == 2
    for run_id, result in kept.items():
        assert (county / "runs" / run_id / "result.json").read_bytes() == result
    assert all((r.folder / runner.LAST_ARTEFACT).exists() for r in store.runs())
    assert not list((county / "runs").rglob("*.tmp"))
    assert all(read_progress(r.folder) for r in store.runs())
    shutil.rmtree(county / "runs")


def test_files_nested_without_end(county, tmp_path):
    """100,000 brackets in a run's or a project's own files are damage, said in words."""
    deep = "[" * 100_000
    run = ask(tmp_path)
    (run.folder / "result.json").write_text(deep)
    assert run.status == "failed"
    with pytest.raises(BackendError, match="damaged"):
        run.result()
    (run.folder / "request.json").write_text(deep)
    with pytest.raises(InputError, match="damaged"):
        _ = run.request
    (county / "import.json").write_text(deep)
    with pytest.raises(InputError, match=r"import\.json is damaged"):
        load(county)

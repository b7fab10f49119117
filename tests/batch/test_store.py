"""The store: content-hashed runs, exclusive claims, and files alone that tell how far a run is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from optimiser.batch import runner
from optimiser.batch.store import CLAIM_FILE, Run, Store, slug
from optimiser.errors import BackendError, InputError, OptimiserError
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.oracles.sectors_cases import path_of_four

QUICK = SolveOptions(time_limit_s=20, confirm=False)


def ask(store: Store, title: str = "Two districts", **options) -> Run:
    return store.create(
        path_of_four(),
        "sectors",
        "sectors.flow",
        SolveOptions(**{"time_limit_s": 20, **options}),
        title=title,
    )


def test_same_content_is_the_same_run(tmp_path):
    """The title does not make another run; an option does."""
    store = Store(tmp_path)
    assert ask(store).id == ask(store, "Another title").id
    assert ask(store, seed=2).id != ask(store).id
    assert len(store.runs()) == 2


def test_a_run_from_question_to_result(tmp_path):
    """Queued, done, and its result is the checked plan; doing it again changes nothing."""
    run = ask(Store(tmp_path))
    assert run.status == "queued"
    result = runner.work(run, artefacts=False)
    assert run.status == "done"
    assert result.status is Status.OPTIMAL
    assert run.result() == runner.work(run, artefacts=False)
    assert run.plan_so_far() == result.plan
    assert run.progress()


def test_a_living_claim_is_exclusive(tmp_path):
    """Nobody takes a run from a living process; a dead one's run is interrupted and can be taken."""
    run = ask(Store(tmp_path))
    assert run.claim()
    assert not run.claim()
    assert run.status == "running"
    with pytest.raises(OptimiserError, match="another process"):
        runner.work(run)
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], check=True, capture_output=True
    )
    (run.folder / CLAIM_FILE).write_text(json.dumps({"pid": int(gone.stdout), "started": 1.0}))
    assert run.status == "interrupted"
    assert run.claim()


CLAIM_MANY = """
import sys, time
from pathlib import Path
from optimiser.batch.store import Run
begin = float(sys.argv[1])
runs = [Run(Path(folder)) for folder in sys.argv[2:]]
for i, run in enumerate(runs):
    while time.time() < begin + 0.005 * i:
        pass
    if run.claim():
        print(i)
print("end", flush=True)
sys.stdin.read()
"""


def test_a_dead_claim_is_taken_once(tmp_path):
    """Three processes reach for 150 runs at the same moments, half of them with a dead claim: one gets each."""
    folders = [tmp_path / f"run-{i}" for i in range(150)]
    for i, folder in enumerate(folders):
        folder.mkdir()
        if i % 2:
            (folder / CLAIM_FILE).write_text(json.dumps({"pid": os.getpid(), "started": 1.0}))
    ask_for = [sys.executable, "-c", CLAIM_MANY, str(time.time() + 3), *map(str, folders)]
    at_it = [
        subprocess.Popen(ask_for, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    taken = []
    for process in at_it:
        assert process.stdout is not None
        taken += list(iter(lambda out=process.stdout: out.readline().strip(), "end"))
    for process in at_it:
        process.communicate("")
    assert sorted(map(int, taken)) == list(range(150))


def test_a_run_done_in_between_is_not_done_again(tmp_path, monkeypatch):
    """A process that looked before the run was done, and claims it after, leaves the result alone."""
    run = ask(Store(tmp_path))
    result = runner.work(run, artefacts=False)
    (run.folder / CLAIM_FILE).write_text(json.dumps({"pid": os.getpid(), "started": 1.0}))
    looks = iter(["interrupted"])
    true_status = Run.status.fget
    monkeypatch.setattr(Run, "status", property(lambda self: next(looks, None) or true_status(self)))
    monkeypatch.setattr(runner, "solve_isolated", None)
    assert runner.work(run, artefacts=False) == result


def test_a_reused_process_id_is_no_claim(tmp_path):
    """The start time tells a process from another of the same number."""
    run = ask(Store(tmp_path))
    (run.folder / CLAIM_FILE).write_text(json.dumps({"pid": os.getpid(), "started": 1.0}))
    assert run.status == "interrupted"


def test_failure_is_kept(tmp_path):
    """An error of the solve is the run's result, named again to whoever asks."""
    store = Store(tmp_path)
    run = store.create(path_of_four(), "sectors", "sectors.nothing", QUICK, title="x")
    with pytest.raises(InputError, match="Unknown formulation"):
        runner.work(run)
    assert run.status == "failed"
    with pytest.raises(InputError, match="Unknown formulation"):
        run.result()


def test_damaged_folders_do_not_hide_the_others(tmp_path):
    """A half-written result reads as failed, a folder without a request is no run."""
    store = Store(tmp_path)
    run = ask(store)
    (run.folder / "result.json").write_text('{"status": "opt')
    (tmp_path / "stray").mkdir()
    assert [r.id for r in store.runs()] == [run.id]
    assert run.status == "failed"


@pytest.mark.parametrize("damage", ['{"status": "opt', "[]", "{}", '{"status": 3, "plan": null}'])
def test_a_damaged_result_is_an_error_in_words(tmp_path, damage):
    """Whatever stands in the file, reading it ends in words for the planner, and a half one can be done again."""
    run = ask(Store(tmp_path))
    (run.folder / "result.json").write_text(damage)
    with pytest.raises(BackendError, match="damaged"):
        run.result()


@pytest.mark.parametrize("damage", ["[1]", '{"pid": null, "started": 1}'])
def test_a_damaged_claim_or_request_does_not_stop_the_list(tmp_path, damage):
    """A claim that names no process is no claim; a request that is no table is named as such."""
    store = Store(tmp_path)
    run, other = ask(store), ask(store, seed=2)
    (run.folder / CLAIM_FILE).write_text(damage)
    assert run.status == "interrupted"
    (run.folder / "request.json").write_text("[1]")
    assert {r.id for r in store.runs()} == {run.id, other.id}
    with pytest.raises(InputError, match="damaged"):
        _ = run.family


def test_run_ids_are_found_and_guarded(tmp_path):
    """A run is found by the start or end of its id; paths are no ids."""
    store = Store(tmp_path)
    run = ask(store)
    assert store.run(run.id[-10:]).id == run.id
    for bad in ("../etc", ".", "none"):
        with pytest.raises(InputError):
            store.run(bad)


def test_slug():
    """Titles become plain folder names."""
    assert slug("Budget 2028: six sectors, 10 min!") == "budget-2028-six-sectors-10-min"
    assert slug("***") == "run"


def test_a_full_disk_leaves_no_half_run(tmp_path, monkeypatch):
    """A write that fails is said in one line, and neither a run nor a draft is left."""

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("optimiser.batch.store.write_atomically", full)
    with pytest.raises(OptimiserError, match="No space left"):
        ask(Store(tmp_path))
    assert list(tmp_path.iterdir()) == []

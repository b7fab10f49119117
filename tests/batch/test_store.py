"""The store: content-hashed runs, exclusive claims, and files alone that tell how far a run is."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from optimiser.batch import runner
from optimiser.batch.store import CLAIM_FILE, Run, Store, slug
from optimiser.errors import InputError, OptimiserError
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

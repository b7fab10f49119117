"""A time limit is for searching: a worker's start stops the clock, is told, and ends."""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
import time
from dataclasses import replace

import pytest

from optimiser import registry
from optimiser.errors import BackendError
from optimiser.problems.sectors import FAMILY
from optimiser.solve import engine, isolated, jobs, progress, worker
from optimiser.solve.isolated import Deadline, solve_isolated
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import COMPILING, STARTING, read_progress
from optimiser.solve.warm import WarmWorker
from tests.solve.test_isolated import large, path_of_four


class Clock:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(isolated, "time", made)
    return made


def test_the_deadline_stands_still_while_the_worker_starts(clock, tmp_path):
    """Of 20 s, 5 pass, then 12 of starting, then 6 more: 9 are left."""
    deadline = Deadline(tmp_path, 20.0)
    clock.now += 5
    deadline.look()
    (tmp_path / jobs.STARTING_FILE).touch()
    for _ in range(12):
        clock.now += 1
        deadline.look()
    (tmp_path / jobs.STARTING_FILE).unlink()
    assert deadline.left_s() == pytest.approx(15)
    clock.now += 6
    deadline.look()
    assert deadline.left_s() == pytest.approx(9)


def test_a_start_that_hangs_is_not_waited_for_for_ever(clock, tmp_path):
    """After the longest start the deadline comes, marker or not; a planner's stop comes at once."""
    (tmp_path / jobs.STARTING_FILE).touch()
    deadline, stopped = Deadline(tmp_path, 20.0), Deadline(tmp_path, 20.0)
    stopped.soon(4.0)
    for _ in range(21 + int(jobs.LONGEST_START_S)):
        clock.now += 1
        deadline.look()
        stopped.look()
        assert (stopped.left_s() < 0) == (clock.now > 104)
    assert deadline.left_s() < 0


@pytest.mark.parametrize("long", [True, False])
def test_only_a_long_compile_is_told(monkeypatch, tmp_path, long):
    """It happens once a process; the phase is told, at no second of the clock, where it takes longer than a look."""
    seen = []

    def warm():
        seen.append(True)
        until = time.monotonic() + (30.0 if long else 0.0)
        while not read_progress(tmp_path) and time.monotonic() < until:
            time.sleep(0.01)

    monkeypatch.setattr(worker, "TELL_AFTER_S", 0.0 if long else 1000.0)
    monkeypatch.setattr(engine, "_warmed", set())
    formulation = replace(registry.load("sectors.flow"), warm=warm)
    worker.make_ready(tmp_path, formulation)
    assert [(p.seconds, p.phase) for p in read_progress(tmp_path)] == ([(0.0, COMPILING)] if long else [])
    monkeypatch.setattr(worker, "TELL_AFTER_S", 1000.0)
    worker.make_ready(tmp_path, formulation)
    assert seen == [True], "once a process"


def test_nothing_to_compile_tells_nothing(tmp_path):
    """A formulation without compiled loops writes no line of compiling."""
    worker.make_ready(tmp_path, registry.load("shifts.milp"))
    assert list(tmp_path.iterdir()) == []


def test_the_clock_starts_when_the_worker_is_ready(monkeypatch, tmp_path):
    """However long the start took, the search hears the whole limit; its back end is imported before, not within."""
    heard = {}
    jobs.write_job(tmp_path, path_of_four(), "sectors.flow", SolveOptions(time_limit_s=5))
    (tmp_path / jobs.STARTING_FILE).touch()
    clock, run, warm = Clock(), engine.solve, engine.warm
    monkeypatch.setattr(progress, "time", clock)

    def slow_start(formulation):
        clock.now += 60.0
        warm(formulation)

    def solve(problem, formulation, options, *, start, report):
        heard["elapsed_s"] = report.elapsed_s()
        heard["starting"] = (tmp_path / jobs.STARTING_FILE).exists()
        heard["loaded"] = f"optimiser.solve.backends.{formulation.backend}" in sys.modules
        return run(problem, formulation, options, start=start, report=report)

    monkeypatch.setattr(engine, "warm", slow_start)
    monkeypatch.setattr(engine, "solve", solve)
    worker.work(tmp_path)
    assert heard == {"elapsed_s": 0.0, "starting": False, "loaded": True}
    assert jobs.read_result(tmp_path, FAMILY).plan is not None


def test_a_start_is_told_as_its_own_stage(tmp_path):
    """The first line of a job is the start, at no second of the clock; no mark of it stays behind."""
    told = []
    result = solve_isolated(
        path_of_four(),
        "sectors.flow",
        SolveOptions(time_limit_s=30),
        folder=tmp_path,
        on_progress=told.append,
    )
    assert (told[0].seconds, told[0].phase) == (0.0, STARTING)
    assert result.plan is not None
    assert not (tmp_path / jobs.STARTING_FILE).exists()


def test_a_worker_that_never_started_is_a_fault_that_says_so(monkeypatch, tmp_path):
    """A process that hangs before it is ready ends as such, and not as a search that found no plan."""
    monkeypatch.setattr(jobs, "LONGEST_START_S", 0.2)
    monkeypatch.setattr(isolated, "GRACE_S", 0.1)
    monkeypatch.setattr(isolated, "WORKER", ("-c", "import time; time.sleep(600)"))
    with pytest.raises(BackendError, match=r"had not started to search after 0\.2 s"):
        solve_isolated(path_of_four(), "sectors.flow", SolveOptions(time_limit_s=0.1), folder=tmp_path)


def test_a_fresh_machine_has_its_whole_time_limit(monkeypatch, tmp_path):
    """With no compiled loops in store (some 8 s of compiling) 3 s are enough for a plan and a bound above nothing."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "numba"))
    told = []
    result = solve_isolated(
        large(), "sectors.cuts", SolveOptions(time_limit_s=3, confirm=False), on_progress=told.append
    )
    assert [p.phase for p in told[:2]] == [STARTING, COMPILING]
    assert result.plan is not None
    assert result.gap_frac is not None
    assert all(p.seconds < 3 + isolated.GRACE_S for p in told)


@pytest.mark.parametrize("starting", [True, False])
def test_a_warm_workers_deadline_stands_still_as_well(tmp_path, starting):
    """An answer after 0.6 s is in time for a job of 0.2 s only where the worker started until then."""
    if starting:
        (tmp_path / jobs.STARTING_FILE).touch()
    with WarmWorker() as one:
        threading.Timer(0.6, one._answers.put, (str(tmp_path),)).start()
        expected = contextlib.nullcontext() if starting else pytest.raises(queue.Empty)
        with expected:
            one._wait_for(tmp_path, 0.2, None, lambda: False)

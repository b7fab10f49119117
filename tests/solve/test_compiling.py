"""A time limit is for solving: compiling on a fresh machine stops the clock, is told, and ends."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from dataclasses import replace

import pytest

from optimiser import registry
from optimiser.solve import engine, isolated, jobs, worker
from optimiser.solve.isolated import Deadline, solve_isolated
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import COMPILING, read_progress
from optimiser.solve.warm import WarmWorker
from tests.solve.test_isolated import large


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


def test_the_deadline_stands_still_while_the_worker_compiles(clock, tmp_path):
    """Of 20 s, 5 pass, then 12 of compiling, then 6 more: 9 are left."""
    deadline = Deadline(tmp_path, 20.0)
    clock.now += 5
    deadline.look()
    (tmp_path / jobs.COMPILING_FILE).touch()
    for _ in range(12):
        clock.now += 1
        deadline.look()
    (tmp_path / jobs.COMPILING_FILE).unlink()
    assert deadline.left_s() == pytest.approx(15)
    clock.now += 6
    deadline.look()
    assert deadline.left_s() == pytest.approx(9)


def test_a_compiler_that_hangs_is_not_waited_for_for_ever(clock, tmp_path):
    """After the longest compile the deadline comes, marker or not; a planner's stop comes at once."""
    (tmp_path / jobs.COMPILING_FILE).touch()
    deadline, stopped = Deadline(tmp_path, 20.0), Deadline(tmp_path, 20.0)
    stopped.soon(4.0)
    for _ in range(21 + int(jobs.LONGEST_COMPILE_S)):
        clock.now += 1
        deadline.look()
        stopped.look()
        assert (stopped.left_s() < 0) == (clock.now > 104)
    assert deadline.left_s() < 0


@pytest.mark.parametrize("long", [True, False])
def test_only_a_long_compile_is_told(monkeypatch, tmp_path, long):
    """The marker stands while it compiles and is gone after; the phase is told where it takes longer than a look."""
    seen = []

    def warm():
        seen.append((tmp_path / jobs.COMPILING_FILE).exists())
        until = time.monotonic() + (30.0 if long else 0.0)
        while not read_progress(tmp_path) and time.monotonic() < until:
            time.sleep(0.01)

    monkeypatch.setattr(worker, "TELL_AFTER_S", 0.0 if long else 1000.0)
    monkeypatch.setattr(engine, "_warmed", set())
    formulation = replace(registry.load("sectors.flow"), warm=warm)
    took_s = worker.compile_first(tmp_path, formulation, 0.7)
    assert took_s >= 0
    assert seen == [True]
    assert not (tmp_path / jobs.COMPILING_FILE).exists()
    assert [(p.seconds, p.phase) for p in read_progress(tmp_path)] == ([(0.7, COMPILING)] if long else [])
    worker.compile_first(tmp_path, formulation, 0.7)
    assert seen == [True], "once a process"


def test_nothing_to_compile_costs_nothing(tmp_path):
    """A formulation without compiled loops writes no marker and takes no time."""
    assert worker.compile_first(tmp_path, registry.load("shifts.milp"), 0.0) == 0.0
    assert list(tmp_path.iterdir()) == []


def test_a_fresh_machine_has_its_whole_time_limit(monkeypatch, tmp_path):
    """With no compiled loops in store (some 8 s of compiling) 3 s are enough for a plan and a bound above nothing."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "numba"))
    told = []
    result = solve_isolated(
        large(), "sectors.cuts", SolveOptions(time_limit_s=3, confirm=False), on_progress=told.append
    )
    assert told[0].phase == COMPILING
    assert result.plan is not None
    assert result.gap_frac is not None
    assert all(p.seconds < 3 + isolated.GRACE_S for p in told)


@pytest.mark.parametrize("compiling", [True, False])
def test_a_warm_workers_deadline_stands_still_as_well(tmp_path, compiling):
    """An answer after 0.6 s is in time for a job of 0.2 s only where the worker compiled until then."""
    if compiling:
        (tmp_path / jobs.COMPILING_FILE).touch()
    with WarmWorker() as one:
        threading.Timer(0.6, one._answers.put, (str(tmp_path),)).start()
        expected = contextlib.nullcontext() if compiling else pytest.raises(queue.Empty)
        with expected:
            one._wait_for(tmp_path, 0.2, None, lambda: False)

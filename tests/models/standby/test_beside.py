"""The search beside a proof: it breeds and merges while HiGHS proves, ends when it is left, and tells what failed."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest
from optimiser_models.standby import anneal, arrays, benders, beside, breed, close, milp
from optimiser_models.standby.beside import Beside
from optimiser_models.standby.merge import merge
from optimiser_models.standby.odd import OddCuts
from optimiser_models.standby.relax import Relaxation

from optimiser.problems.standby import StandbyProblem
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Recorder
from optimiser.solve.result import Status
from tests.oracles.standby_cases import covering_field

QUICK = SolveOptions(time_limit_s=60, threads=2)


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Few plans, short turns, merges at once; the columns that each merge was asked on."""
    for name, value in (("PLANS", 4), ("FRESH_S", 0.001), ("CHILD_S", 0.001), ("BETWEEN_S", 0.0)):
        monkeypatch.setattr(breed, name, value)
    asked: list[int] = []

    def counted(f: Any, some: Any, *more: Any) -> Any:
        asked.append(int(some.sum()))
        return merge(f, some, *more)

    monkeypatch.setattr(breed, "merge", counted)
    return asked


def a_poor_run(
    problem: StandbyProblem, n_cars: int
) -> tuple[benders.Run, dict[tuple[str, int], arrays.Block]]:
    """Return a run that holds the first posts."""
    d, a = arrays.design(problem), arrays.aim(problem, "cover")
    blocks = {("cover", 0): arrays.block(problem, "cover", 0)}
    run = benders.Run(problem, d, a, (), blocks, QUICK, Recorder(), 30.0, 1.0)
    first = np.zeros(d.n_columns, dtype=np.int64)
    first[:n_cars] = 1
    run.offer(first)
    return run, blocks


def wait_until(there: Any) -> None:
    until = time.monotonic() + 30.0
    while not there() and time.monotonic() < until:
        time.sleep(0.01)
    assert there()


def test_the_proof_of_a_question_that_is_bred_beside_it(monkeypatch, short_turns):
    """The same optimum as the textbook model, with plans merged in the thread while the proof waits."""
    monkeypatch.setattr(close, "SMALL", 0)
    monkeypatch.setattr(close, "_better", lambda *asked: 0)
    monkeypatch.setattr(benders, "first_plans", lambda run, blocks, out, start: run.offer(poor))
    problem = covering_field(np.random.default_rng(9), n_posts=80, n_calls=600, radius=5.0, n_cars=9)
    poor = np.zeros(80, dtype=np.int64)
    poor[:9] = 1
    monkeypatch.setattr(OddCuts, "fits", lambda cuts: False)
    monkeypatch.setattr(Relaxation, "_guess", lambda relaxation, x: None)
    whole = close._whole

    def after_a_merge(*asked: Any, **how: Any) -> None:
        if how.get("beside") is not None:
            wait_until(lambda: short_turns)
        whole(*asked, **how)

    monkeypatch.setattr(close, "_whole", after_a_merge)
    ours, theirs = (solve(problem, f.FORMULATION, QUICK) for f in (benders, milp))
    assert short_turns
    assert ours.status is theirs.status is Status.OPTIMAL
    assert ours.objectives[0].value == pytest.approx(theirs.objectives[0].value)


def test_plans_with_a_car_too_few_are_filled_up_first(monkeypatch, short_turns):
    """HiGHS may leave out a car that adds nothing to its plan: what is bred stands with all."""
    run, blocks = a_poor_run(covering_field(np.random.default_rng(6)), n_cars=3)
    bred: list[int] = []
    monkeypatch.setattr(
        beside,
        "Breeder",
        lambda f, cars, *more: bred.append(int(cars.sum())) or breed.Breeder(f, cars, *more),
    )
    with Beside(run, blocks, np.zeros(40, dtype=bool)):
        wait_until(lambda: bred)
    assert bred == [8]


def test_leaving_ends_a_merge_under_way(monkeypatch, short_turns):
    """A merge that would take long asks whether to stop, and does."""
    began = threading.Event()

    def long(f: Any, some: Any, cars: Any, seconds: float, options: Any, should_stop: Any) -> Any:
        began.set()
        until = time.monotonic() + 30.0
        while not should_stop() and time.monotonic() < until:
            time.sleep(0.01)
        return cars

    monkeypatch.setattr(breed, "merge", long)
    run, blocks = a_poor_run(covering_field(np.random.default_rng(6)), n_cars=8)
    with Beside(run, blocks, np.zeros(40, dtype=bool)):
        assert began.wait(30.0)
        left = time.monotonic()
    assert time.monotonic() - left < 10.0


def test_what_fails_beside_is_raised_on_leaving(monkeypatch):
    def fails(*asked: Any) -> Any:
        raise MemoryError("no room")

    monkeypatch.setattr(beside, "Breeder", fails)
    run, blocks = a_poor_run(covering_field(np.random.default_rng(6)), n_cars=8)
    with pytest.raises(MemoryError, match="no room"), Beside(run, blocks, np.zeros(40, dtype=bool)) as search:
        search._thread.join(30.0)


def test_the_annealing_is_compiled_before_the_clock_runs(monkeypatch):
    """It is run once, not left at once because nothing can be added to three posts that cover all."""
    ran: list[int] = []
    run = anneal._run
    monkeypatch.setattr(anneal, "_run", lambda *asked: ran.append(1) or run(*asked))
    benders.compile_loops()
    assert ran

"""Solves in processes of their own: limits, stops, kills, and what is kept."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import psutil
import pytest

from optimiser.errors import BackendError, InputError
from optimiser.problems.sectors import SectorsParams, SectorsProblem
from optimiser.solve import jobs, worker
from optimiser.solve.isolated import salvage, solve_isolated
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import FileRecorder, read_progress
from optimiser.solve.result import Status, StoppedBy
from optimiser.solve.warm import WarmWorker
from tests.oracles.sectors_cases import path_of_four

QUICK = SolveOptions(time_limit_s=20, confirm=False)


def large() -> SectorsProblem:
    """A 24 by 24 grid, twelve free districts: no proof within seconds."""
    side = 24
    n = side * side
    xy = np.stack(np.divmod(np.arange(n), side), axis=1)
    travel = 60.0 * np.abs(xy[:, None, :] - xy[None, :, :]).sum(axis=2)
    right = [(i, i + 1) for i in range(n) if (i + 1) % side]
    down = [(i, i + side) for i in range(n - side)]
    ids = tuple(f"a{i:03d}" for i in range(n))
    calls = np.random.default_rng(1).integers(1, 20, n).astype(float)
    return SectorsProblem(
        area_ids=ids,
        edges=np.array(right + down),
        centre_ids=ids,
        centre_area=np.arange(n),
        travel_s=travel,
        calls=calls,
        covered_calls=np.where(travel <= 180, calls[None, :], 0.0),
        cover_calls=calls,
        balance_names=("calls",),
        balance=calls[None, :],
        params=SectorsParams(district_ids=tuple(f"d{k}" for k in range(12)), balance_frac={"calls": 0.1}),
    )


def test_parent_loads_no_solver():
    """Listing formulations and solving in a worker leaves the parent without any solver."""
    code = (
        "import sys; from optimiser import registry; registry.names(); "
        "from optimiser.solve.isolated import solve_isolated; from optimiser.batch import runner; "
        "print([m for m in ('highspy', 'ortools', 'pyomo', 'streamlit') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        == "[]\n"
    )


def test_result_comes_back_whole(tmp_path):
    """Status, plan, bound, measures and provenance survive the files between the processes."""
    result = solve_isolated(
        path_of_four(), "sectors.flow", SolveOptions(time_limit_s=20), folder=tmp_path / "job"
    )
    assert result.status is Status.OPTIMAL
    assert result.objectives[0].value == 120.0
    assert result.plan.district_of.keys() == set("ABCD")
    assert result.confirmed_by == "plain arithmetic"
    assert result.provenance["versions"]["highspy"] != "absent"
    assert result.provenance["options"]["seed"] == 1
    assert (
        jobs.read_result(tmp_path / "job", __import__("optimiser.registry").registry.family("sectors"))
        == result
    )


def test_errors_come_back():
    """A refusal in the worker is the same error in the parent."""
    with pytest.raises(InputError, match=r"sectors\.flow cannot take this"):
        solve_isolated(large(), "sectors.flow", QUICK)


def test_stop_keeps_the_best(tmp_path):
    """A planner's stop ends in a checked plan, with its bound where there is one, and soon."""
    seen = []
    result = solve_isolated(
        large(),
        "sectors.cuts",
        SolveOptions(time_limit_s=120),
        folder=tmp_path / "job",
        on_progress=seen.append,
        should_stop=lambda: any(p.incumbent is not None for p in seen),
    )
    assert result.status is Status.FEASIBLE
    assert result.stopped_by is StoppedBy.PLANNER
    assert read_progress(tmp_path / "job")


def test_killed_worker_leaves_its_last_plan(tmp_path):
    """What a dead worker had reported is judged in the parent: a plan, its bound, and why it ended."""
    problem = path_of_four()
    family = __import__("optimiser.registry").registry.family("sectors")
    plan = solve_isolated(problem, "sectors.flow", QUICK).plan
    jobs.write_job(tmp_path, problem, "sectors.cuts", QUICK)
    recorder = FileRecorder(tmp_path, "min")
    recorder(phase="improving", incumbent=120.0, bound=100.0, plan=plan)
    (tmp_path / "solver.log").touch()
    result = salvage(tmp_path, problem, family, "sectors.cuts", QUICK, StoppedBy.TIME)
    assert result.status is Status.FEASIBLE
    assert result.plan == plan
    assert result.objectives[0].bound == 100.0


def test_dead_worker_without_a_plan_is_an_error(tmp_path):
    """A worker that dies without a word is reported as such."""
    jobs.write_job(tmp_path, path_of_four(), "sectors.cuts", QUICK)
    (tmp_path / "solver.log").write_text("killed")
    family = __import__("optimiser.registry").registry.family("sectors")
    with pytest.raises(BackendError, match="without a word"):
        salvage(tmp_path, path_of_four(), family, "sectors.cuts", QUICK, StoppedBy.FAULT)


def test_memory_cap_is_named():
    """A worker above its cap is ended, and the message says which cap."""
    with pytest.raises(BackendError, match="memory cap of 60 MiB"):
        solve_isolated(large(), "sectors.cuts", replace(QUICK, memory_mib=60))


@pytest.mark.parametrize(("at_cap", "there"), [(True, jobs.MEMORY_FILE), (False, jobs.RESULT_FILE)])
def test_memory_behind_another_error_is_seen(tmp_path, monkeypatch, at_cap, there):
    """CPython's parser answers "field 'target' is required" where memory ran out; far from the cap it is a fault."""

    def fails(*_):
        raise ValueError("field 'target' is required for AnnAssign")

    jobs.write_job(tmp_path, path_of_four(), "sectors.cuts", QUICK)
    monkeypatch.setattr(worker, "cap_memory", lambda _: None)
    monkeypatch.setattr(worker, "make_ready", fails)
    monkeypatch.setattr(worker, "at_cap", lambda: at_cap)
    worker.work(tmp_path)
    assert (tmp_path / there).exists()


def test_warm_worker_answers_many_and_renews():
    """One process answers several jobs, gives way to a fresh one, and an error does not end the stream."""
    with WarmWorker(renew_after=3) as worker:
        values = [worker.solve(path_of_four(), "sectors.flow", QUICK).objectives[0].value for _ in range(3)]
        assert worker.started == 1
        with pytest.raises(InputError):
            worker.solve(large(), "sectors.flow", QUICK)
        assert worker.solve(path_of_four(), "sectors.flow", QUICK).objectives[0].value == 120.0
        assert worker.started == 2
    assert values == [120.0] * 3


def test_warm_worker_stops_and_goes_on():
    """A stop ends in a checked plan with the planner as the reason; the same process then takes the next job."""
    seen = []
    with WarmWorker() as worker:
        result = worker.solve(
            large(),
            "sectors.cuts",
            SolveOptions(time_limit_s=120),
            on_progress=seen.append,
            should_stop=lambda: any(p.incumbent is not None for p in seen),
        )
        assert result.plan is not None
        assert result.stopped_by is StoppedBy.PLANNER
        assert worker.solve(path_of_four(), "sectors.flow", QUICK).objectives[0].value == 120.0
        assert worker.started == 1


def test_warm_worker_deadline_keeps_the_last_plan():
    """A worker that does not answer is killed a grace after its limit; what it had told is judged."""
    with WarmWorker() as worker:
        seen = []

        def heard(progress):
            if progress.incumbent is not None and not seen:
                seen.append(progress)
                psutil.Process(worker._process.pid).suspend()  # it hears no stop any more

        result = worker.solve(large(), "sectors.cuts", SolveOptions(time_limit_s=6), on_progress=heard)
        assert seen
        assert result.plan is not None
        assert result.stopped_by is StoppedBy.TIME
        assert worker.solve(path_of_four(), "sectors.flow", QUICK).objectives[0].value == 120.0
        assert worker.started == 2


ORPHAN = """
import sys
from pathlib import Path
from optimiser.solve.isolated import run_worker
from optimiser.solve.options import SolveOptions
run_worker(Path(sys.argv[1]), SolveOptions(time_limit_s=300))
"""


def test_worker_ends_with_its_parent(tmp_path):
    """Where the parent is killed the worker goes too, long before its limit: the run may begin anew."""
    jobs.write_job(tmp_path, large(), "sectors.cuts", SolveOptions(time_limit_s=300))
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN, str(tmp_path)])
    while not read_progress(tmp_path):
        assert parent.poll() is None
        time.sleep(0.1)
    (worker,) = psutil.Process(parent.pid).children()
    parent.kill()
    parent.wait()
    gone, alive = psutil.wait_procs([worker], timeout=60)
    for process in alive:
        process.kill()
    assert gone

"""A planner who stops early: a checked plan with a bound on the right side, or none; never a claim."""

from __future__ import annotations

import pytest

from optimiser import registry
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Recorder
from optimiser.solve.result import Status, StoppedBy
from tests.oracles.larger_cases import DONE_WITH_ITS_FIRST_PLAN, larger

LIMIT = SolveOptions(time_limit_s=60, confirm=False)


class AtOnce(Recorder):
    """A planner who stops before the search has begun."""

    def should_stop(self) -> bool:
        return True


class AfterTheFirstPlan(Recorder):
    """A planner who is content with the first plan."""

    seen = False

    def __call__(self, *args, **more) -> None:
        super().__call__(*args, **more)
        self.seen = self.seen or more.get("incumbent") is not None

    def should_stop(self) -> bool:
        return self.seen


@pytest.mark.parametrize("planner", [AtOnce, AfterTheFirstPlan])
@pytest.mark.parametrize("name", registry.names())
def test_nothing_is_claimed(name, planner):
    """Feasible with its bound, or no plan; the reason is the planner, and a plan obeys every rule."""
    if planner is AfterTheFirstPlan and name in DONE_WITH_ITS_FIRST_PLAN:
        pytest.skip("its first plan is mostly the best one, with its proof")
    problem = larger(name)
    formulation = registry.load(name)
    assert not formulation.refuses(problem)
    result = solve(problem, formulation, LIMIT, report=planner())
    assert result.status in (Status.FEASIBLE, Status.NO_PLAN), result.status
    assert result.stopped_by is StoppedBy.PLANNER
    if result.status is Status.FEASIBLE:
        assert not registry.family(name.split(".")[0]).check(problem, result.plan)
        for judged in result.objectives:
            if judged.bound is not None:
                sign = 1.0 if judged.sense == "min" else -1.0
                assert sign * (judged.value - judged.bound) >= -1e-6 * max(1.0, abs(judged.value))
    else:
        assert result.plan is None

"""A planner who stops early: a checked plan with a bound on the right side, or none; never a claim."""

from __future__ import annotations

import pytest

from optimiser import registry
from optimiser.problems.patrol import PatrolPlan
from optimiser.solve import engine
from optimiser.solve.engine import sense_of, solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation
from optimiser.solve.progress import Recorder
from optimiser.solve.result import Outcome, Status, StoppedBy
from tests.oracles.larger_cases import larger
from tests.oracles.patrol_cases import two_places

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


def _is_honest(name, problem, result) -> None:
    """Fail where a plan breaks a rule, or a bound is on the wrong side of it."""
    if result.plan is None:
        return
    assert not registry.family(name.split(".")[0]).check(problem, result.plan)
    for judged in result.objectives:
        if judged.bound is not None:
            sign = 1.0 if judged.sense == "min" else -1.0
            assert sign * (judged.value - judged.bound) >= -1e-6 * max(1.0, abs(judged.value))


@pytest.mark.parametrize("name", registry.names())
def test_stopped_at_once_nothing_is_claimed(name):
    """Feasible with its bound, or no plan; the reason is the planner, and a plan obeys every rule."""
    problem, formulation = larger(name), registry.load(name)
    assert not formulation.refuses(problem)
    result = solve(problem, formulation, LIMIT, report=AtOnce())
    assert result.status in (Status.FEASIBLE, Status.NO_PLAN), result.status
    assert result.stopped_by is StoppedBy.PLANNER
    assert (result.plan is None) == (result.status is Status.NO_PLAN)
    _is_honest(name, problem, result)


@pytest.mark.parametrize("name", registry.names())
def test_stopped_after_the_first_plan_it_is_kept(name):
    """The plan is kept and obeys every rule; it is called best only where its bound says so, as some are."""
    problem = larger(name)
    planner = AfterTheFirstPlan()
    result = solve(problem, registry.load(name), LIMIT, report=planner)
    assert result.status is not Status.INFEASIBLE
    assert result.plan is not None or not planner.seen
    if result.status is Status.OPTIMAL:
        assert all(judged.closed for judged in result.objectives)
    _is_honest(name, problem, result)


class SomeQuestionsLater(AfterTheFirstPlan):
    """A planner who has seen a plan, and stops when the search has asked a few more times."""

    def __init__(self, sense: str, questions: int) -> None:
        super().__init__(sense)
        self.left, self.told = questions, None

    def keep(self, plan) -> None:
        self.told = plan

    def should_stop(self) -> bool:
        self.left -= self.seen
        return self.left < 0


@pytest.mark.parametrize("questions", [1, 3])
@pytest.mark.parametrize("name", registry.names())
def test_a_plan_that_was_told_is_never_taken_back(name, questions):
    """Whenever the stop comes, what is returned is as good as the best plan that the planner was shown."""
    problem, formulation = larger(name), registry.load(name)
    planner = SomeQuestionsLater(sense_of(problem, formulation.family), questions)
    result = solve(problem, formulation, LIMIT, report=planner)
    if planner.told is None:
        return
    assert result.plan is not None
    told, kept = (formulation.family.objectives(problem, plan)[0] for plan in (planner.told, result.plan))
    sign = 1.0 if kept.sense == "min" else -1.0
    assert sign * kept.value <= sign * told.value + 1e-6 * max(1.0, abs(told.value))


def test_a_formulation_that_forgets_its_plan_is_reminded():
    """Whatever a stopped search returns, nothing or something worse, the plan that was told stands."""
    family = registry.family("patrol")
    problem = two_places()
    good, worse = PatrolPlan({"day": {"market": 2}}), PatrolPlan({"day": {"market": 1}})
    for returned in (None, worse):

        def forgets(problem, start, options, report, returned=returned):
            report(incumbent=6.0, plan=good)
            return Outcome(returned, stopped_by=StoppedBy.PLANNER)

        result = solve(problem, Formulation("patrol.forgets", family, "none", "forgets", run=forgets))
        assert result.plan == good
        assert result.status is Status.FEASIBLE
        assert result.stopped_by is StoppedBy.PLANNER


def test_a_search_that_gets_nowhere_ends_with_the_first_plan(monkeypatch):
    """A solver that finds nothing in its time: what is known without it was told, is checked, and stands."""
    nothing = Outcome(None, stopped_by=StoppedBy.TIME)
    monkeypatch.setattr(engine, "backend", lambda name: lambda program, options, report: nothing)
    problem, formulation = larger("assignment.milp"), registry.load("assignment.milp")
    result = solve(problem, formulation, LIMIT)
    assert result.status is Status.FEASIBLE
    assert result.stopped_by is StoppedBy.TIME
    assert not formulation.family.check(problem, result.plan)
    others = Formulation(
        "assignment.model", formulation.family, "none", "no first", formulation.build, "highs"
    )
    assert solve(problem, others, LIMIT).status is Status.NO_PLAN
    assert solve(problem, others, LIMIT, start=result.plan).plan == result.plan

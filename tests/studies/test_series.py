"""Many solves of one study: what is remembered, what is refused, when it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimiser.errors import BackendError, InputError, RejectedPlan
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import Progress
from optimiser.studies.amounts import Scale, least_that, scale_of
from optimiser.studies.hooks import Hooks, differing_entries, hooks_of
from optimiser.studies.series import Series, spread_order
from tests.studies.cases import Looker, series, two_by_three


def test_remembers_on_disk(tmp_path):
    """The same question is solved once; a second series reads it and checks it again; other options ask anew."""
    looker = Looker()
    first = series(looker, folder=tmp_path).solve(two_by_three())
    again = series(looker, folder=tmp_path)
    second = again.solve(two_by_three())
    assert looker.asked == 1
    assert again.n_remembered == 1
    assert second.plan == first.plan
    assert second.objectives == first.objectives
    series(looker, folder=tmp_path).solve(two_by_three(), options=SolveOptions(seed=7))
    assert looker.asked == 2


def test_a_damaged_memory_is_solved_again(tmp_path):
    """A half-written file is no answer."""
    looker = Looker()
    series(looker, folder=tmp_path).solve(two_by_three())
    (path,) = tmp_path.iterdir()
    path.write_text(path.read_text()[:50])
    assert series(looker, folder=tmp_path).solve(two_by_three()).plan is not None
    assert looker.asked == 2


def test_an_edited_memory_is_refused(tmp_path):
    """A plan on disk that breaks a rule is not believed."""
    problem = two_by_three()
    series(Looker(), folder=tmp_path).solve(problem)
    (path,) = tmp_path.iterdir()
    path.write_text(path.read_text().replace('"f": "2"', '"f": "1"'))
    with pytest.raises(RejectedPlan, match="balance"):
        series(Looker(), folder=tmp_path).solve(problem)


class Inflater(Looker):
    """Tells a better objective than its plan has, past the engine."""

    def solve(self, problem, formulation, options=None, **more):
        found = super().solve(problem, formulation, options)
        return replace(found, objectives=tuple(replace(o, value=o.value - 60.0) for o in found.objectives))


def test_an_inflated_objective_is_refused():
    """The value is recomputed where the plan is used."""
    with pytest.raises(RejectedPlan, match="the data say"):
        series(Inflater()).solve(two_by_three())


class Failing(Looker):
    """Its process ends without a word."""

    def solve(self, problem, formulation, options=None, **more):
        raise BackendError("The solver's process ended without a word.")


def test_a_fault_is_no_answer():
    """A solver that fails leaves the study going, with the fault noted."""
    failing = series(Failing())
    assert failing.solve(two_by_three(), "first") is None
    assert "first: The solver's process ended" in failing.faults[0]


def test_time_and_stop():
    """With the time used up or a stop asked for nothing is begun; the last solve gets only what is left."""
    looker, given = Looker(), []

    class Watch(Looker):
        def solve(self, problem, formulation, options=None, **more):
            given.append(options.time_limit_s)
            return super().solve(problem, formulation, options)

    assert series(looker, budget_s=0.5).solve(two_by_three()) is None
    assert series(looker, should_stop=lambda: True).solve(two_by_three()) is None
    assert looker.asked == 0
    assert series(Watch(), budget_s=5.0).solve(two_by_three()) is not None
    assert given[0] <= 5.0
    with pytest.raises(InputError, match="above 0"):
        series(looker, budget_s=0)


def test_progress_tells_which_solve():
    """Each line names the solve it belongs to."""
    heard: list[Progress] = []
    talking = series(Looker(), on_progress=heard.append)
    talking.solve(two_by_three(), "as asked")
    talking.solve(two_by_three(), "once more")
    assert [p.phase for p in heard] == ["solve 1: as asked", "solve 2: once more"]


def test_a_formulation_of_another_family_is_refused():
    """Sectors are not solved by a shift model."""
    with pytest.raises(InputError, match="another question"):
        Series("sectors", "shifts.milp")


def test_least_that():
    """Whole counts exactly; measured amounts from above, readable where that holds: 0.0333.. is 1/30, 60 is 60."""
    assert least_that(lambda a: a >= 7, 100, scale_of("areas")) == 7
    assert least_that(lambda a: True, 100, scale_of("areas")) == 0
    found = least_that(lambda a: a >= 1 / 30, 100.0, scale_of("frac"))
    assert 1 / 30 <= found <= 1 / 30 + 1e-5
    assert least_that(lambda a: a >= 60.0, 1e6, Scale(6.0, 60.0, 1e6)) == 60.0


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 12, 33])
def test_spread_order_is_a_permutation(n):
    """Every point once, the ends first."""
    order = list(spread_order(n))
    assert sorted(order) == list(range(n))
    assert order[:2] == ([0, n - 1] if n > 1 else [0])


def test_families_to_come_need_no_hook():
    """A family that studies know nothing of gets defaults; plans differ by the entries of their mappings."""
    assert hooks_of("patrol") == Hooks() or hooks_of("patrol").refute(None) == ()
    from optimiser.problems.assignment import AssignmentPlan

    one, other = AssignmentPlan({"u": "i", "v": "j"}), AssignmentPlan({"u": "i", "v": "k", "w": "j"})
    assert differing_entries(None, one, other) == pytest.approx(2 / 3)

"""Plans nearly as good that differ: every number recomputed, within the slack, far enough apart."""

from __future__ import annotations

import pytest

from optimiser.errors import InputError
from optimiser.problems.assignment import AssignmentPlan
from optimiser.problems.sectors import FAMILY, SectorsPlan
from optimiser.solve.options import SolveOptions
from optimiser.solve.warm import WarmWorker
from optimiser.studies.alternatives import alternatives
from optimiser.studies.of_sectors import distance
from optimiser.studies.of_shifts import distance as shift_distance
from optimiser.studies.series import Series
from tests.oracles import assignment_cases, shifts_cases
from tests.studies.cases import Looker, every_plan, series, two_by_three

ROOMY = two_by_three(fixed_centres=(), balance_frac={"work": 0.5})


def test_alternatives_are_what_they_claim():
    """Each passes the rules, lies within the slack of the true optimum, and as far from the others as it says."""
    passing = [p for p in every_plan(ROOMY) if not FAMILY.check(ROOMY, p)]
    best = min(FAMILY.objectives(ROOMY, p)[0].value for p in passing)
    found = alternatives(series(Looker()), ROOMY, 3, slack_frac=0.6, least_distance=0.2)
    assert FAMILY.objectives(ROOMY, found.best_plan)[0].value == best
    assert len(found.found) == 3
    chosen = [found.best_plan, *(a.plan for a in found.found)]
    for k, a in enumerate(found.found, start=1):
        assert FAMILY.check(ROOMY, a.plan) == []
        value = FAMILY.objectives(ROOMY, a.plan)[0].value
        assert a.worse_frac == pytest.approx(value / best - 1)
        assert a.worse_frac <= 0.6
        assert a.worse_at_most_frac == pytest.approx(a.worse_frac)  # the optimum is proved
        assert a.distance == pytest.approx(distance(ROOMY, a.plan, found.best_plan))
        assert a.nearest == pytest.approx(min(distance(ROOMY, a.plan, p) for p in chosen[:k]))
        assert a.nearest >= 0.2


def test_none_where_there_is_none():
    """Where enumeration has no second plan within the slack, none is given and that is said."""
    problem = two_by_three(target_shares=(0.3, 0.7), balance_frac={"work": 0.05})
    passing = [p for p in every_plan(problem) if not FAMILY.check(problem, p)]
    values = sorted(FAMILY.objectives(problem, p)[0].value for p in passing)
    assert len(values) == 1 or values[1] > 1.01 * values[0]
    found = alternatives(series(Looker()), problem, 2, slack_frac=0.01)
    assert found.found == ()
    assert found.undecided == ("2 of the 2 alternatives asked for were not found",)


def test_distance_knows_no_names():
    """Two districts that swap their names are the same plan; one area of 4 of 14 calls is 4/14."""
    one = SectorsPlan(dict(zip("abcdef", "112112", strict=True)), {"1": "a", "2": "c"})
    swapped = SectorsPlan(dict(zip("abcdef", "221221", strict=True)), {"2": "a", "1": "c"})
    moved = SectorsPlan(dict(zip("abcdef", "112111", strict=True)), {"1": "a", "2": "c"})
    assert distance(ROOMY, one, swapped) == 0
    assert distance(ROOMY, one, moved) == pytest.approx(4 / 14)
    assert distance(ROOMY, moved, one) == pytest.approx(4 / 14)


def test_shift_distance():
    """Half of the hours on another shift is a half."""
    problem = next(p for name, p, _ in shifts_cases.hand_cases() if name == "two start times can")
    from optimiser.problems.shifts import ShiftsPlan

    one, other = ShiftsPlan({"E@0": 2, "L@0": 2}), ShiftsPlan({"E@0": 2, "L@1": 2})
    assert shift_distance(problem, one, other) == pytest.approx(0.5)
    assert shift_distance(problem, one, one) == 0


def test_stop():
    """Stopped after the best plan, only that is given."""
    looker = Looker()
    found = alternatives(series(looker, should_stop=lambda: looker.asked >= 1), ROOMY, 3, slack_frac=0.5)
    assert found.stopped
    assert found.best_plan is not None
    assert found.found == ()


@pytest.mark.parametrize(("n", "slack", "far"), [(0, 0.1, 0.1), (1, 0.0, 0.1), (1, 1.0, 0.1), (1, 0.1, 1.0)])
def test_bad_input(n, slack, far):
    """Numbers out of range."""
    with pytest.raises(InputError, match=r"5 % is 0\.05"):
        alternatives(series(Looker()), ROOMY, n, slack, far)


def found_by_hand(problem):
    """The best plan by enumeration; an empty one where there is none."""
    return assignment_cases.enumerate_best(problem)[0] or AssignmentPlan()


def test_every_family_on_the_warm_worker():
    """Sectors, shifts and assignment through their real solvers: whatever comes back is admissible and different."""
    quick = SolveOptions(time_limit_s=20, confirm=False)
    asked = {
        "sectors": ROOMY,
        "shifts": next(
            p for name, p, _ in shifts_cases.hand_cases() if name == "the call ceiling sets the total"
        ),
        "assignment": next(
            p for p in map(assignment_cases.random_problem, range(20)) if len(found_by_hand(p).sent) >= 2
        ),
    }
    with WarmWorker() as worker:
        for family, problem in asked.items():
            line = Series(family, options=quick, worker=worker)
            found = alternatives(line, problem, 1, slack_frac=0.5, least_distance=0.05)
            for a in found.found:
                assert line.family.check(problem, a.plan) == []
                assert a.worse_frac <= 0.5
                assert a.nearest >= 0.05
            assert found.found or family == "assignment", family  # a snapshot may have no other way

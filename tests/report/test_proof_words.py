"""What a judged objective says of better plans: never "at most 0.0 %", and never less than is true."""

import pytest

from optimiser.problems.sectors import FAMILY
from optimiser.report.words import _judged, findings, proof_line
from optimiser.solve.engine import judge
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import UNCONFIRMED, Judged, Outcome, Status, status_in_words
from tests.oracles import report_cases as cases

ROUTE = "HiGHS with presolve off"


@pytest.mark.parametrize(
    ("bound", "text"),
    [
        (None, "nothing proved yet about better plans"),
        (100_000.0, f"less than 0.1 % better can exist, {UNCONFIRMED}"),
        (99_999.0, "less than 0.1 % better can exist"),
        (99_960.0, "less than 0.1 % better can exist"),
        (99_900.0, "at most 0.1 % better can exist"),
        (99_859.0, "at most 0.2 % better can exist"),
        (96_500.0, "at most 3.5 % better can exist"),
    ],
)
def test_open_share_in_words(bound, text):
    """Of 100,000: 1 is 0.001 %, 40 is 0.04 %, 141 is 0.141 % (so 0.2 at most), 3,500 is 3.5 %."""
    assert Judged("drive", "s", "min", 100_000.0, bound).in_words() == text


def test_proved_is_said_with_what_confirmed_it():
    """The same closed proof, with a second route: the route is named in a planner's words."""
    text = Judged("drive", "s", "min", 10.0, 10.0, ROUTE).in_words()
    assert text == "proved best for these inputs and rules, and confirmed by a second solve by another route"


def test_a_search_under_way_has_proved_nothing():
    """While the search is on nothing is confirmed, so only the open share is told."""
    assert Judged("drive", "s", "min", 10.0, 10.0).open_in_words() == "less than 0.1 % better can exist"


def result(plan, routes, *, infeasible=False, bounds=(120.0,), **params):
    """The path of four, its best plan of 120 call-seconds or none, and the routes that confirm it."""
    problem, known = cases.sectors(**params)
    outcome = Outcome(
        known.plan if plan else None,
        bound=bounds if plan else (),
        infeasible=infeasible,
        confirmed_by=routes,
    )
    return problem, judge(problem, FAMILY, outcome, name="by hand", options=SolveOptions())


CLAIMS = [
    (True, False, (), Status.OPTIMAL, "plan, proof not confirmed"),
    (True, False, (ROUTE,), Status.OPTIMAL, "proved best"),
    (False, True, (), Status.INFEASIBLE, "no plan, not confirmed"),
    (False, True, ("plain sums",), Status.INFEASIBLE, "no plan can exist"),
    (False, False, (ROUTE,), Status.NO_PLAN, "no plan found"),
]


@pytest.mark.parametrize(("plan", "infeasible", "routes", "status", "word"), CLAIMS)
def test_no_unconfirmed_claim_reads_like_a_proof(plan, infeasible, routes, status, word):
    """The status stays; "proved", "best" and "can" stand only beside what confirmed them."""
    problem, found = result(plan, routes, infeasible=infeasible)
    assert found.status is status
    assert status_in_words(found.status, confirmed=found.confirmed) == word
    said = " ".join([*findings("sectors", problem, found), proof_line(found)]).replace("\u00a0", " ")
    proved = bool(routes) and status is not Status.NO_PLAN
    assert ("proved" in said.casefold()) == proved
    assert ("and confirmed by" in said) == proved
    assert (UNCONFIRMED in said) == (not proved and status is not Status.NO_PLAN)
    assert "optimal" not in said.casefold()
    assert "proven" not in said.casefold()


def test_each_aim_needs_its_own_confirmation():
    """The first aim is confirmed, the second not: the plan as a whole is not, and each says its own."""
    both = {"objectives": ("cover", "travel"), "bounds": (4.0, 120.0)}
    _, found = result(True, (ROUTE, ""), **both)
    assert found.status is Status.OPTIMAL
    assert not found.confirmed
    first, second = (o.in_words() for o in found.objectives)
    assert first.startswith("proved best")
    assert second.endswith(UNCONFIRMED)
    assert proof_line(found).startswith("Calls within target: proved best; then call-weighted drive: ")
    _, sure = result(True, (ROUTE, "plain sums"), **both)
    assert sure.confirmed_by == f"{ROUTE}; plain sums"
    assert proof_line(sure).endswith("confirmed by a second solve by another route and plain sums.")


def test_a_route_confirms_nothing_while_the_gap_is_open():
    """119.52 of 120 leaves 0.4 %: what confirmed the bound does not make it a proof."""
    _, found = result(True, (ROUTE,), bounds=(119.52,))
    assert found.status is Status.FEASIBLE
    assert not found.confirmed
    assert found.objectives[0].in_words() == "at most 0.4 % better can exist"


def test_a_share_near_nothing_is_told_in_points():
    """A deviation of 0.002 % against a bound of 0: "at most 100 % better" would be true and tell nothing."""
    text = _judged(
        Judged("largest deviation from a target share", "frac", "min", 0.00002, 0.0),
        result(True, (ROUTE,))[1],
    )
    assert text.startswith("Less than 0.1 percentage points better can exist")
    assert "100" not in text

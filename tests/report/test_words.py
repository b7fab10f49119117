"""Findings say what was found, what is proved and why the search ended, in a planner's words."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.problems.sectors import FAMILY, SectorsPlan
from optimiser.report.phrases import asked, at_most, count, listed, percent
from optimiser.report.words import as_markdown, escaped, findings, proof_line
from optimiser.solve.engine import judge
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Outcome, StoppedBy
from tests.oracles import report_cases as cases

JARGON = ("gap", "incumbent", "MIP", "solver", "objective", "bound", "feasible", "relaxation")


def said(family, problem, result):
    return " ".join(findings(family, problem, result)).replace("\u00a0", " ")


def test_sectors_say_drive_balance_and_bound():
    """The numbers are those of the hand case: 30 s a call on average, 119.52 of 120 call-seconds is 0.4 %."""
    text = said("sectors", *cases.sectors())
    assert "4 areas are placed in 2 districts." in text
    assert "the mean drive to a call is 0.5 minutes" in text
    assert "no area is further than 1.0 minutes" in text
    assert "Calls per district are within 0.0 % of the target share; the window is 5.0 % either way." in text
    assert "At most 0.4 % better can exist for these inputs and these rules." in text
    assert "Call-weighted drive: 2 call-minutes a week here" in text
    assert "The search stopped at its time limit after 12.3 seconds." in text


def test_cover_comes_first_where_it_is_the_aim():
    """Of two measures the planner's own aim is told first; more is better there."""
    text = said("sectors", *cases.sectors(bound=4.2, objectives=("cover",)))
    assert text.index("100.0 % of the 4 calls a week lie within their target drive") < text.index(
        "the mean drive"
    )
    assert "Calls within target: 4 calls a week here" in text
    assert "At most 5.0 % better can exist" in text
    assert "no plan can have more than 4.2" in text


def counted(of_two=(1.0, 1.0), **params):
    """The path of four where two calls of B and C count: those of A and D do not."""
    problem, _ = cases.sectors(**params)
    covered = np.zeros((4, 4))
    covered[0, 1], covered[2, 2] = of_two
    problem = replace(problem, cover_calls=np.array([0.0, 1.0, 1.0, 0.0]), covered_calls=covered)
    plan = SectorsPlan({"A": "1", "B": "1", "C": "2", "D": "2"}, {"1": "A", "2": "C"})
    return problem, cases.judged(problem, plan, None)


def test_cover_names_the_calls_it_is_a_share_of():
    """Two of four calls count, B's lies within its target: half of the two, nothing is said of the others."""
    text = said("sectors", *counted((1.0, 0.0)))
    assert (
        "50.0 % of the 2 calls a week that count for cover (the most urgent) lie within their target drive "
        "from their district's centre, least in 2 with 0.0 %." in text
    )


def test_no_district_is_the_least_where_all_are_equal():
    """Both districts cover all and drive 30 s a call on average."""
    text = said("sectors", *counted())
    assert "least in" not in text
    assert "longest in" not in text


def test_without_a_target_drive_no_share_is_told():
    """No call is covered but at the centre itself, and cover is no aim: a share would be made up."""
    text = said("sectors", *counted((0.0, 1.0), objectives=("travel",)))
    assert "50.0 % of the 2 calls" not in text
    assert "No target drive was given." in text
    assert "0.0 % of the 2 calls" in said("sectors", *counted((0.0, 0.0), objectives=("cover",)))


def test_a_second_aim_goes_on_in_the_same_sentence():
    """After a colon a small letter; the first aim is named as a planner reads it."""
    problem, result = cases.sectors(bound=None, objectives=("cover", "travel"))
    outcome = Outcome(result.plan, bound=(4.0, 119.52), stopped_by=StoppedBy.GAP)
    text = said("sectors", problem, judge(problem, FAMILY, outcome, name="x", options=SolveOptions()))
    assert "Among plans as good in calls within target: at most 0.4 % better can exist" in text


def test_the_family_itself_is_taken_as_well_as_its_name():
    """The app holds a Family, the store a name."""
    assert findings(FAMILY, *cases.sectors()) == findings("sectors", *cases.sectors())


def test_proved_best_names_what_confirmed_it_or_that_nothing_did():
    """An optimum is shown only with what confirmed it; a closed proof alone is one search's word."""
    problem, result = cases.sectors(bound=120.0)
    alone = (
        "Less than 0.1 % better can exist for these inputs and these rules, by one search's word (not confirmed "
        "by a second route)."
    )
    assert alone in said("sectors", problem, result)
    assert proof_line(result).replace("\u00a0", " ") == alone
    outcome = Outcome(result.plan, bound=(120.0,), confirmed_by=("HiGHS with presolve off",))
    confirmed = judge(problem, FAMILY, outcome, name="x", options=SolveOptions())
    sure = "best for these inputs and these rules, and confirmed by a second solve by another route."
    text = said("sectors", problem, confirmed)
    assert f"This is proved {sure}" in text
    assert "HiGHS" not in text
    assert proof_line(confirmed) == f"Proved {sure}"


def test_no_bound_is_said_and_not_hidden():
    """Without a bound nothing is claimed about better plans."""
    problem, result = cases.sectors(bound=None)
    assert "Nothing is proved yet about better plans" in said("sectors", problem, result)
    assert proof_line(result) == "Nothing is proved yet about better plans."


def test_what_the_bound_is_valid_for_is_said():
    """A bound under exact contiguity says so."""
    _, result = cases.sectors()
    text = proof_line(replace(result, bound_valid_for="exact contiguity and these rules"))
    assert text.endswith("for these inputs under exact contiguity and these rules.")


def test_districts_at_the_edge_of_the_window_and_loosened_rules_are_named():
    """With a window of 0 both districts stand at its edge; the loosened rule is named."""
    text = said(
        "sectors", *cases.sectors(balance_frac={"calls": 0.0}, relax={"balance": 0.1}, locks=(("A", "1"),))
    )
    assert "At the edge of the calls window: 1 and 2." in text
    assert "These rules were loosened for this plan: balance." in text
    assert "1 area is locked to a district." in text


def test_shifts_say_hours_surplus_split_and_what_binds():
    """112 officer-hours, 56 of them above the requirement; half an hour of calls a day is 3.1 % of 112 hours."""
    problem, result = cases.shifts()
    text = said("shifts", problem, result)
    assert "The week takes 112 officer-hours with 1 start time." in text
    assert "Every hour of the week has the officers it requires; 56 officer-hours are above" in text
    assert "calls 3.1 % (at most 30 %)" in text
    assert "The split is shown, not held as a rule." in text
    assert "At most 50.0 % better can exist" in text
    assert "nobody to spare" not in text


def test_shifts_say_first_that_the_call_ceiling_asks_for_more():
    """3.5 of 112 officer-hours are on calls: a ceiling of 3.125 % stands; 56 hours are the requirement."""
    shares = {"call_ceiling_frac": 0.03125, "admin_ceiling_frac": 0.56875}
    problem, result = cases.shifts(bound=112.0, hold_split=True, **shares)
    first = findings("shifts", problem, result)[0].replace("\u00a0", " ")
    assert first == (
        "The requirement alone asks for 56 officer-hours; the ceiling of 3.1 % on calls asks for the rest of the 112."
    )
    assert "56 officer-hours are above the requirement, to keep calls within their ceiling." in said(
        "shifts", problem, result
    )
    assert "The requirement alone" not in said("shifts", *cases.shifts())
    assert "The requirement alone" not in said("shifts", *cases.shifts(hold_split=True))


@pytest.mark.parametrize(("left_h", "told"), [(6.5e-14, False), (0.02, True)])
@pytest.mark.parametrize("measure", ["administration left", "call work unserved"])
def test_shifts_are_silent_about_work_left_that_is_only_rounding(measure, left_h, told):
    """What float sums leave (6.5e-14 h on a real week) is no finding: it read "0 officer-hours"; 0.02 h are told."""
    problem, result = cases.shifts(hold_split=True)
    measures = tuple(replace(m, value=left_h) if m.name == measure else m for m in result.measures)
    assert any(m.name == measure for m in measures)
    text = said("shifts", problem, replace(result, measures=measures))
    assert ("find no time" in text or "find nobody on duty" in text) is told


def test_shifts_give_the_cost_its_unit():
    """112 officer-hours at 1; half an hour of calls a day is 0.2 h above 15 % of two officers, 1.4 h a week."""
    text = said("shifts", *cases.shifts())
    assert "Of the cost, 112 is for officer-hours paid at 1 cost unit each." in text
    assert "Cost: 112 cost units here; no plan can have less than 56 cost units." in text
    above = cases.shifts(interval_price=1.0, call_ceiling_frac=0.15, admin_ceiling_frac=0.45)
    assert "paid at 1 cost unit each, and 1.4 for call work above the ceiling within its own hour." in said(
        "shifts", *above
    )


def test_shifts_tell_calls_that_find_nobody():
    """Two on duty in 56 hours, half a call each; nobody in 112, two each: 252 calls, 25.2 of cost at 0.1."""
    calls = np.tile([2.0, 1.0, 0.5], (168, 1))
    text = said("shifts", *cases.shifts(nobody_free=calls, no_free_price=0.1))
    assert "By formula 252 calls a week find nobody free." in text
    assert "paid at 1 cost unit each, and 25.2 for calls that find nobody free." in text


def test_shifts_say_where_nobody_is_to_spare_and_why():
    """With one officer a shift every needed hour is tight, and the queue asks for it."""
    text = said("shifts", *cases.shifts(officers=1, budget_h=56.0, max_start_times=1))
    assert "met with nobody to spare in 56 hours of the week" in text
    assert "enough free units when a call comes (56 hours)" in text
    assert "The budget of 56 officer-hours a week is used up." in text
    assert "All 1 start times allowed are in use." in text


def test_assignment_says_who_is_late_and_which_zone_loses_cover():
    """u1 needs 1000 s against 900 s, and was all the cover z1 had; z2 had none before."""
    text = said("assignment", *cases.assignment())
    assert "2 units of 2 go to 2 open incidents." in text
    assert "1 incident reached late: 1 of grade 1 (targets: grade 1 within 15 minutes" in text
    assert "Below its level of cover within 5 minutes: 1 zone before, 2 after" in text
    assert "this plan takes cover from z1" in text
    assert "The search was stopped on request and the best plan so far was kept" in text


@pytest.mark.parametrize(
    ("infeasible", "expected"),
    [(True, "No plan keeps all these rules at once"), (False, "does not say that none exists")],
)
def test_no_plan_and_no_possible_plan_are_told_apart(infeasible, expected):
    """A planner must not take a lack of time for a proof."""
    problem, _ = cases.sectors()
    outcome = Outcome(
        None, infeasible=infeasible, stopped_by=StoppedBy.PROOF if infeasible else StoppedBy.TIME
    )
    result = judge(problem, FAMILY, outcome, name="x", options=SolveOptions())
    assert expected in said("sectors", problem, result)
    assert proof_line(result) == "No plan."


def test_no_plan_says_what_limit_on_pieces_would_do():
    """Where places are cut too often, the planner hears with how many pieces a plan was met."""
    problem, _ = cases.sectors()
    outcome = Outcome(None, stopped_by=StoppedBy.TIME, notes={"pieces_needed_at_most": {"ward": 5}})
    result = judge(problem, FAMILY, outcome, name="x", options=SolveOptions())
    assert "was met with these further pieces of named places: 5 for ward." in said(
        "sectors", problem, result
    )


@pytest.mark.parametrize("name", list(cases.CASES))
def test_no_jargon(name):
    """No word of a solver reaches a planner."""
    text = said(name, *cases.CASES[name]())
    assert not [w for w in JARGON if w.casefold() in text.casefold()]


def test_an_unknown_family_is_refused():
    """A family without words is named, with those that have some."""
    with pytest.raises(
        InputError, match="no report for 'weather'; there is one for sectors, shifts, assignment"
    ):
        findings("weather", *cases.sectors())


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.004, "at most 0.4 %"),
        (0.0041, "at most 0.5 %"),
        (0.0002, "less than 0.1 %"),
        (12.5, "at most 1,250.0 %"),
    ],
)
def test_at_most_rounds_up(fraction, text):
    """0.41 % better may exist, so "at most 0.4 %" would be wrong."""
    assert at_most(fraction).replace("\u00a0", " ") == text


def test_what_is_asked_is_not_rounded_away():
    """A ceiling of 32.5 % must not read 32 %."""
    assert asked(0.3) == "30\u00a0%"
    assert asked(0.325) == "32.5\u00a0%"


def test_phrases():
    """Signs, plurals and lists as written by hand."""
    assert percent(-0.0321, signed=True) == "\u22123.2\u00a0%"
    assert percent(-0.00001, signed=True) == "0.0\u00a0%"
    assert count(1, "area") == "1\u00a0area"
    assert count(1234, "area") == "1,234\u00a0areas"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([str(k) for k in range(9)]) == "0, 1, 2, 3, 4, 5 and 3 more"


def test_markdown_holds_no_markup_from_data():
    """A district named like a link or a tag is shown, not acted on."""
    text = as_markdown("a <b>", ["[x](http://y) `z` $1 to $2, ~~no~~"])
    assert text == "# a \\<b\\>\n\n- \\[x\\](http://y) \\`z\\` \\$1 to \\$2, \\~\\~no\\~\\~\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("1. North", "1\\. North"), ("- North", "\\- North"), ("A & B", "A & B"), ("A &amp; B", "A \\&amp; B"),
     ("10.5 minutes", "10.5 minutes"), ("-3 calls", "-3 calls")],
)  # fmt: skip
def test_names_that_begin_like_a_list(text, shown):
    """They stay names; numbers and signs stay as they are."""
    assert escaped(text) == shown


def test_cover_kept_everywhere_is_said_plainly():
    """Where no level is asked for, none can be lost."""
    problem, result = cases.assignment()
    easy = replace(problem, demand_level=[0, 0])
    text = said("assignment", easy, cases.judged(easy, result.plan, None))
    assert "Every zone keeps its level of cover within 5 minutes." in text

"""Rules of the rota in words."""

from dataclasses import replace

import pytest

from optimiser import registry
from optimiser.errors import InputError, UsageError
from optimiser.problems.shifts import FAMILY, ShiftsParams, ShiftsPlan, check
from optimiser.report.phrases import measures_by_name
from optimiser.report.words_rota import asked_of_rota, broken, negotiated, standing
from optimiser.studies.hooks import hooks_of
from optimiser.studies.series import Series
from optimiser.studies.variants import Variants
from tests.oracles import patterns_cases, rosters_cases
from tests.oracles.shifts_cases import FREE, breaking_plans, week

SAID = {"start_times": "Award 12.3", "requirement": "Order 7"}


def test_each_rule_stands_with_its_clause():
    # clause and kind; a rule that the planner said nothing of stands alone
    problem = week(ShiftsParams(clauses=SAID, hard_rules=("requirement",), **FREE), {"E": (6, 8)}, {})
    assert standing(problem, "requirement") == " (Order 7, hard)"
    assert standing(problem, "start_times") == " (Award 12.3, negotiable)"
    assert standing(problem, "budget") == ""
    assert negotiated(problem, ["start_times", "budget"]) == [
        "Rules with their clauses: start times (Award 12.3, negotiable).",
        "Not negotiable, so neither loosened nor priced: requirement (Order 7, hard).",
    ]


@pytest.mark.parametrize("rule", [r.name for r in FAMILY.rules])
def test_every_broken_rule_is_said_once(rule):
    # its name, its meaning and both numbers, however many slots it is broken in
    problem, plan = breaking_plans()[rule]
    said = broken(problem, check(problem, plan))
    assert len(said) == 1
    assert said[0].startswith(rule.replace("_", " "))
    assert "where the limit is" in said[0]


def test_many_slots_are_counted_and_the_worst_named():
    # five wanted at 7 and one from 8 to 13, nobody there: seven places, the worst with five missing
    problem = week(ShiftsParams(**FREE), {"E": (6, 8)}, {7: 5, **dict.fromkeys(range(8, 14), 1)})
    (said,) = broken(problem, check(problem, ShiftsPlan()))
    assert "broken in 7 places, worst Mon 07:00 with 0 officers where the limit is 5" in said


def test_what_a_plan_takes_of_overtime_and_change():
    # two hours held over of at most four; one shift other than today's
    problem = week(
        ShiftsParams(most_hold_over_h=4.0, most_changed_h=20.0, same_starts=("Mon-Thu",), **FREE),
        {"E": (6, 8), "E+2": (6, 10)},
        {},
        overtime=("", "hold-over"),
        overtime_slots=(0, 2),
        existing=ShiftsPlan({"E@0": 1}),
        away=(1,) + (0,) * 167,
    )
    measures = measures_by_name(FAMILY.measure(problem, ShiftsPlan({"E+2@0": 1})))
    said = " ".join(asked_of_rota(problem, measures))
    assert "the same start times on Mon-Thu" in said
    assert "2 officer-hours a week are held over of at most 4" in said.replace(".0", "")
    assert "1 officer-hours go to court" in said.replace(".0", "")
    assert "18 officer-hours are other (at most 20)" in said.replace(".0", "")


def test_a_hard_rule_is_neither_loosened_nor_priced():
    # it is no way out of a conflict, and asking its price says why not
    problem = week(ShiftsParams(hard_rules=("requirement",), **FREE), {"E": (6, 8)}, {7: 1})
    assert not hooks_of("shifts").in_force(problem, "requirement")
    with Series("shifts") as series:
        variants = Variants(series, problem)
        assert "requirement" not in variants.rules
        with pytest.raises(InputError, match="hard, not negotiable"):
            variants.require("requirement")
    with pytest.raises(InputError, match="no rule 'breaks'"):
        replace(problem.params, clauses={"breaks": "Award 1"})
    with pytest.raises(InputError, match="cannot be relaxed"):
        replace(problem.params, relax={"requirement": 1.0})


@pytest.mark.parametrize(
    ("family", "problem"),
    [("rosters", rosters_cases.roster()), ("patterns", patterns_cases.hand_cases()[0][1])],
)
def test_rosters_and_patterns_have_clauses_too(family, problem):
    # rest by the award and hard, the row of days by the award and negotiable: said, and only the second is priced
    clauses = {"rest": "Award 5", "longest work": "Award 6"}
    params = replace(problem.params, clauses=clauses, hard_rules=("rest",))
    problem = replace(problem, params=params)
    said = " ".join(negotiated(problem, [r.name for r in registry.family(family).rules]))
    assert "rest (Award 5, hard)" in said
    assert "longest work (Award 6, negotiable)" in said
    with Series(family) as series:
        variants = Variants(series, problem)
        assert "rest" not in variants.rules
        assert "longest work" in variants.rules
        with pytest.raises(InputError, match="hard, not negotiable"):
            variants.require("rest")
    with pytest.raises(UsageError, match="cannot be relaxed"):
        replace(params, relax={"rest": 1.0})
    with pytest.raises(UsageError, match="no rule 'breaks'"):
        replace(params, clauses={"breaks": "Award 1"})

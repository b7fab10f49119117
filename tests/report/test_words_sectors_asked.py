"""What came of every further aim and rule of a sector question is said, with what was allowed."""

from dataclasses import replace

import numpy as np
import pytest

from optimiser.problems.sectors import FAMILY, SectorsPlan
from optimiser.problems.sectors.faults import faults
from optimiser.report.words import findings
from tests.oracles import report_cases as cases

PLAN = SectorsPlan({"A": "1", "B": "1", "C": "2", "D": "2"}, {"1": "A", "2": "C"})
"""The plan of the hand case: a path of four areas with a call each, served from A and from C."""


def asked(fields=None, **params):
    """The hand case with these choices and these further fields."""
    problem, _ = cases.sectors()
    return replace(problem, params=replace(problem.params, **params), **(fields or {}))


def said(fields=None, **params):
    """Return the findings of the hand case with these choices, as one text."""
    problem = asked(fields, **params)
    return " ".join(findings("sectors", problem, cases.judged(problem, PLAN, None))).replace("\u00a0", " ")


def test_a_ceiling_is_told_with_the_fullest_district():
    """Two calls in each district: 2 of the 3 allowed."""
    assert "The most calls in one district: 2 a week, in 1; the ceiling is 3." in said(
        ceilings={"calls": 3.0}
    )


def test_a_critical_location_is_told_with_its_drive():
    """B is a minute from A; two minutes are allowed, and nothing is said of areas without a limit."""
    within = np.array([np.inf, 120.0, np.inf, np.inf])
    text = said({"respond_within_s": within})
    assert "Critical location: B is 1.0 minutes from its centre, 2.0 minutes are allowed." in text


def test_the_tightest_of_several_critical_locations_is_named():
    """D has half a minute to spare, B a whole one."""
    within = np.array([np.inf, 120.0, np.inf, 90.0])
    text = said({"respond_within_s": within})
    assert "Of 2 critical locations the one with the least to spare: D is 1.0 minutes" in text


def test_change_is_told_beside_its_limit():
    """B was in district 2: one call of four changes, a quarter, half was allowed."""
    today = ("1", "2", "2", "2")
    text = said({"today": today}, change_limit_frac=0.5)
    assert "Work that changes district: 25.0 %; at most 50 % was allowed." in text


def test_areas_that_move_are_not_called_work():
    """Counted in areas a quarter of the areas moves; the same share of the work is not claimed."""
    plain = asked()
    fields = {
        "today": ("1", "2", "2", "2"),
        "balance_names": (*plain.balance_names, "areas"),
        "balance": np.concatenate([plain.balance, np.ones((1, 4))]),
    }
    text = said(fields, change_limit_frac=0.5, moved_on="areas")
    assert "Areas that change district: 25.0 %; at most 50 % was allowed." in text
    assert "Areas per district" not in text
    assert "ork that changes" not in text
    problem = asked(fields, change_limit_frac=0.1, moved_on="areas")
    broken = [v for v in FAMILY.check(problem, PLAN) if v.rule == "change"]
    words = [f.words for f in faults(problem, PLAN, broken)]
    assert words == ["25.0 % of the areas change their district; 10 % are allowed."]


def test_places_are_told_with_what_is_allowed():
    """The place holds B and C, which lie in two districts: one further piece of the two allowed."""
    places = {"ward": ("", "Mill", "Mill", "")}
    text = said({"places": places}, split_limits={"ward": 2})
    assert (
        "Places of the kind ward are cut into 1 further piece, most of them Mill with 1; 2 are allowed."
        in text
    )


def test_target_shares_that_differ_are_told_by_district():
    """Each district has two of four calls where 40 and 60 % were asked."""
    text = said(target_shares=(0.4, 0.6), balance_frac={"calls": 0.3})
    assert "Of the calls, 1 has 50.0 % (asked 40 %) and 2 has 50.0 % (asked 60 %)." in text


def test_what_is_held_within_a_limit_is_told():
    """Two call-minutes of driving of the three allowed."""
    text = said(limits={"travel": 180.0})
    assert "Held: call-weighted drive at most 3 call-minutes a week; here 2 call-minutes a week." in text


def test_a_score_is_told_in_its_parts():
    """120 call-seconds at half a point are 60 points; calls covered count against the score, ten points each."""
    cover = FAMILY.objectives(asked(objectives=("cover",)), PLAN)
    text = said(objectives=("score",), weights={"travel": 0.5, "cover": 10.0})
    points = f"{10 * cover[0].value:g}"
    assert "Points of the score: 60 for call-weighted drive (2 call-minutes a week)" in text
    assert f"\u2212{points} for calls within target" in text


@pytest.mark.parametrize(
    ("aim", "share"), [("backup", "calls with a second centre"), ("expected", "30 % of the time")]
)
def test_aims_in_calls_are_told_as_a_share(aim, share):
    """A number of calls alone says little: the share of those that count stands beside it."""
    text = said(objectives=(aim,)).lower()
    assert "of those that count for cover" in text
    assert share in text


def test_groups_and_pairs_are_counted():
    """One group and one pair."""
    text = said(together=(("A", "B"),), apart=(("A", "D"),))
    assert "1 group of areas is kept together." in text
    assert "1 pair of areas is kept apart." in text


def test_a_district_in_pieces_on_the_ground_is_named():
    """A and D are ends of the path: kept together they join district 1 across district 2, which the map shows."""
    problem = asked(together=(("A", "D"),), balance_frac={})
    ends = SectorsPlan({"A": "1", "D": "1", "B": "2", "C": "2"}, {"1": "A", "2": "C"})
    text = " ".join(findings("sectors", problem, cases.judged(problem, ends, None)))
    assert "On the ground 1 lies in pieces" in text
    assert "On the ground" not in said(together=(("A", "B"),))

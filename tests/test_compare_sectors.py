"""Sector plans with any number of districts side by side, worked by hand on four areas in a row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser import registry
from optimiser.compare_sectors import Entry, Proof, compare_sectors, display_names
from optimiser.prepare.fitted import variant
from optimiser.problems.sectors import SectorsPlan
from optimiser.problems.sectors.measures import best_centres
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from tests.oracles.sectors_cases import path_of_four


def entry(name, problem, label, result=None):
    home = dict(zip("ABCD", label, strict=True))
    mine = variant(problem, home)
    return Entry(name, mine, SectorsPlan(home, best_centres(mine, home)), result)


def test_three_districts_against_two_by_hand():
    """1122 against xyyz: y follows 1 or 2 (one call each), x the other's; the third keeps its name. Two areas move."""
    problem = path_of_four(balance_frac={}, places={"ward": ("w", "w", "v", "v")})
    found = compare_sectors(
        [entry("two", problem, "1122"), entry("three", problem, "xyyz")],
        people=np.array([100.0, 200.0, 300.0, np.nan]),
    )
    (change,) = found.changes
    assert len(set(change.renamed.values())) == 3
    assert len(change.areas) == 2
    assert change.shares == {"calls": 0.5}
    known = {"A": 100.0, "B": 200.0, "C": 300.0, "D": 0.0}
    assert change.people == sum(known[a] for a in change.areas)
    rows = {r["measure"]: r for r in found.judged.rows()}
    # two: a minute for one of each pair; three: x and z stand at their only area, y has a minute for one
    assert (rows["call-weighted drive"]["two"], rows["call-weighted drive"]["three"]) == (120.0, 60.0)
    whole = next(g for g in found.gains if g.kind == "whole map")
    assert (whole.before_s, whole.after_s) == (30.0, 15.0)
    wards = {g.place: (g.before_s, g.after_s) for g in found.gains if g.kind == "ward"}
    assert set(wards) == {"w", "v"}
    assert sum(b for b, _ in wards.values()) == 60.0
    assert sum(a for _, a in wards.values()) == 30.0


def test_names_alone_move_nobody():
    """The same halves under other names, one of them a name of the other half."""
    before = dict(zip("ABCD", "1122", strict=True))
    after = dict(zip("ABCD", "22xx", strict=True))
    assert display_names(before, after, dict.fromkeys("ABCD", 1.0)) == {"2": "1", "x": "2"}
    # three against two: x has most of 1; 1 itself is left over and may not be taken for the old 1
    after = dict(zip("ABCD", "x12y", strict=True))
    names = display_names(before, after, {"A": 5.0, "B": 1.0, "C": 5.0, "D": 1.0})
    assert names["x"] == "1"
    assert names["2"] == "2"
    assert len(set(names.values())) == 4


def test_small_numbers_are_not_told():
    """Each area has a call a week over ten weeks: ten calls are fewer than eleven; twenty of a ward are not."""
    problem = path_of_four(balance_frac={}, places={"ward": ("w", "w", "v", "v")})
    pair = [entry("two", problem, "1122"), entry("three", problem, "xyyz")]
    found = compare_sectors(pair, n_weeks=10.0, hide_below=11.0)
    assert all(g.hidden for g in found.gains if g.kind == "area")
    assert not any(g.hidden for g in found.gains if g.kind == "ward")
    assert all(g.before_s is None and g.calls_per_week is None for g in found.gains if g.hidden)
    few = compare_sectors(pair, people=np.array([5.0, 5.0, 500.0, 500.0]), n_weeks=1e6, hide_below=11.0)
    assert [g.hidden for g in few.gains if g.kind == "ward"] == [False, True]  # v has 1,000 residents, w ten


def test_a_proof_that_no_plan_of_the_other_question_is_as_good():
    """Two districts cost 120 at best, proved; three cost 60: no plan of two is as good. Without a bound it is open."""
    problem = path_of_four(balance_frac={})
    result = solve(problem, registry.load("sectors.cuts"), SolveOptions(time_limit_s=20))
    two = Entry("two", problem, result.plan, result)
    three = entry("three", problem, "xyyz")
    (proof,) = compare_sectors([two, three]).proofs
    assert (proof.better, proof.difference_frac, proof.out_of_reach) == ("three", 0.5, True)
    assert "No plan of the question of two can be as good" in proof.in_words()
    (proof,) = compare_sectors([replace(two, result=None), three]).proofs
    assert not proof.out_of_reach
    assert "Without a bound" in proof.in_words()
    (alike,) = compare_sectors([two, replace(two, name="again")]).proofs
    assert alike.in_words() == "two and again are alike in call-weighted drive."


@pytest.mark.parametrize(("share", "words"), [(0.99, "larger than"), (0.6, "not surely larger than")])
def test_words_of_the_weeks(share, words):
    """Better in almost all samples, or only in most."""
    proof = Proof("a", "b", "call-weighted drive", "b", 0.1, 0.01, False, share)
    assert words in proof.in_words()
    assert "more than the proofs leave open" in proof.in_words()


def test_weeks_drawn_anew_decide_what_is_chance():
    """Two samples: as it is B's plan wins; with all calls in D, where both stand, it does not."""
    problem = path_of_four(balance_frac={})
    other = replace(problem, calls=np.array([0.0, 0.0, 0.0, 1.0]))
    pair = [entry("two", problem, "1112"), entry("three", problem, "xyyz")]
    (proof,) = compare_sectors(pair, samples=[problem, other]).proofs
    assert proof.weeks_frac == 0.5


def test_groups_by_hand():
    """B goes from A's district to C's, as far away; C reaches half its calls, so 30 of 40 residents are covered."""
    problem = path_of_four(balance_frac={})
    covered = problem.covered_calls.copy()
    covered[2, 1] = 0.5  # C reaches half the calls of B
    problem = replace(problem, covered_calls=covered)
    pair = [
        Entry("now", problem, SectorsPlan(dict(zip("ABCD", "1122", strict=True)), {"1": "A", "2": "C"})),
        Entry("then", problem, SectorsPlan(dict(zip("ABCD", "1222", strict=True)), {"1": "A", "2": "C"})),
    ]
    groups = {
        "young": np.array([10.0, 20.0, 10.0, np.nan]),
        "few": np.array([1.0, 2.0, np.nan, 0.0]),
        "nobody": np.zeros(4),
    }
    found = {g.group: g for g in compare_sectors(pair, groups=groups, hide_below=11.0).groups}
    assert set(found) == {"young", "few"}
    young = found["young"]
    assert (young.residents, young.n_areas) == (40.0, 3)
    assert (young.before_s, young.after_s) == (30.0, 30.0)
    assert (young.before_frac, young.after_frac) == (1.0, 0.75)
    assert found["few"].hidden
    assert (found["few"].before_s, found["few"].after_frac) == (None, None)

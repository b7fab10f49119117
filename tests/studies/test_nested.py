"""Beats within districts: against looking at every plan, and what is asked of each district."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace

import numpy as np
import pytest

from optimiser.data.project import load
from optimiser.errors import InputError
from optimiser.prepare.sectors import districts_in_use
from optimiser.prepare.sectors_part import restricted
from optimiser.problems.sectors import FAMILY
from optimiser.problems.sectors.measures import best_centres
from optimiser.problems.sectors.plan import SectorsPlan
from optimiser.report.words_levels import nested_said, unfilled_said
from optimiser.solve.result import Judged
from optimiser.studies.nested import Unfilled, nest, over_all, shared_out
from optimiser.studies.nesting import nesting
from tests.oracles.sectors_cases import path_of_four
from tests.studies.cases import Helpless, Looker, series


@pytest.fixture(scope="module")
def project(made_once, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nested") / "county"
    shutil.copytree(made_once / "county", folder)
    return load(folder)


def _halves(**params):
    """The path of four as one map, and its halves N with A and B, S with C and D, two beats each."""
    whole = path_of_four(**({"balance_frac": {}} | params))
    return whole, {"N": restricted(whole, {"A", "B"}), "S": restricted(whole, {"C", "D"})}


def _inside(project, district, most):
    """The first areas of a district of today."""
    return [a for a, d in sorted(districts_in_use(project).items()) if d == district][:most]


def test_beats_of_both_districts_in_one_go():
    """{A B} and {C D} of the path, two beats each: every area its own beat, nothing to drive, the bound adds up."""
    whole = path_of_four(balance_frac={})
    two = replace(whole.params, district_ids=("1", "2"))
    parts = {"N": restricted(whole, {"A", "B"}, two), "S": restricted(whole, {"C", "D"}, two)}
    assert parts["N"].edges.tolist() == [[0, 1]]
    found = nest(series(Looker()), whole, parts, {"N": 2, "S": 2})
    assert dict(found.district_of) == {"A": "N", "B": "N", "C": "S", "D": "S"}
    assert sorted(found.beat_of.values()) == ["N-1", "N-2", "S-1", "S-2"]
    assert (found.value, found.bound, found.open_districts) == (0.0, 0.0, ())
    asked = replace(whole, params=replace(whole.params, district_ids=("N-1", "N-2", "S-1", "S-2")))
    plan = SectorsPlan(found.beat_of, best_centres(asked, dict(found.beat_of)))
    assert FAMILY.check(asked, plan) == []


def test_beats_are_shared_out_by_work():
    """Hamilton's method on 10 beats for 48, 32, 20 and 0.5 shares, one each at least."""
    assert shared_out(10, {"a": 48.0, "b": 32.0, "c": 20.0}) == {"a": 5, "b": 3, "c": 2}
    assert shared_out(4, {"a": 97.0, "b": 1.0, "c": 1.0, "d": 1.0}) == {"a": 1, "b": 1, "c": 1, "d": 1}
    with pytest.raises(InputError, match="3 beats are asked for in 4 districts"):
        shared_out(3, {"a": 97.0, "b": 1.0, "c": 1.0, "d": 1.0})


@pytest.mark.parametrize(("objective", "value"), [("deviation", 0.5), ("travel", 0.0)])
def test_the_largest_deviation_of_all_districts_is_the_largest(objective, value):
    """Work 3 and 1 in N, 3 and 2 in S, a beat an area: off by 1/2 and by 1/5 of a fair share; not 7/10 together."""
    whole, _ = _halves(objectives=(objective,), balance_frac={"calls": 1.0})
    whole = replace(whole, balance=np.array([[3.0, 1.0, 3.0, 2.0]]))
    parts = {"N": restricted(whole, {"A", "B"}), "S": restricted(whole, {"C", "D"})}
    found = nest(series(Looker()), whole, parts, {"N": 2, "S": 2})
    assert (found.value, found.bound) == (pytest.approx(value), pytest.approx(value))


def test_bounds_over_all_districts():
    """A sum needs every bound; a largest deviation is at least each that is known."""
    one, other = Judged("x", "", "min", 0.3, None), Judged("x", "", "min", 0.2, 0.1)
    assert over_all("travel", [one, other]) == (0.5, None)
    assert over_all("deviation", [one, other]) == (0.3, 0.1)
    assert over_all("deviation", [one]) == (0.3, None)


def test_a_second_centre_is_counted_within_the_district():
    """Beats A, B and C, D: each area has a second centre next door; B and C's across the border is not counted."""
    whole, parts = _halves(objectives=("backup",))
    found = nest(series(Looker()), whole, parts, {"N": 2, "S": 2})
    assert found.value == 4.0
    assert found.name == "calls with a second centre of the same district"
    said = nested_said(found).replace("\u00a0", " ")
    assert said.endswith(
        "no beats within these districts, as many in each as here, can have more than 4 calls a week."
    )


def test_a_district_without_a_plan_is_named_with_its_status():
    """Nothing decided, and proved impossible: one beat of two areas a minute apart within half a minute."""
    whole, parts = _halves(longest_drive_s=30.0)
    found = nest(series(Helpless()), whole, parts, {"N": 2, "S": 2})
    assert found == Unfilled("N", 2, "no_plan", confirmed=False)
    assert (
        unfilled_said(found)
        .replace("\u00a0", " ")
        .startswith("District N has no plan of its 2 beats (no plan found)")
    )
    found = nest(series(Looker()), whole, parts, {"N": 2, "S": 1})
    assert (found.district, found.status, found.confirmed) == ("S", "infeasible", True)
    assert "no plan can exist" in unfilled_said(found)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"limits": {"travel": 60.0}}, "limit of travel"),
        (
            {"split_limits": {"ward": 2}, "places": {"ward": ("x", "x", "y", "y")}},
            "pieces allowed of each ward",
        ),
        ({"relax": {"contiguity": 1.0}}, "contiguity loosened"),
    ],
)
def test_what_is_asked_of_the_whole_map_is_refused(asked, named):
    """An amount that may be used up anywhere cannot be kept by districts that are designed apart."""
    whole, parts = _halves(**asked)
    with pytest.raises(InputError, match=named):
        nest(series(Looker()), whole, parts, {"N": 2, "S": 2})


def test_groups_and_pairs_are_those_inside_each_district(project):
    """Two areas of D1 and one of D2 in a group: D1 keeps its two; a pair across the border asks nothing."""
    a, b, c = _inside(project, "D1", 3)
    x, y = _inside(project, "D2", 2)
    table = {"together": [[a, b, x]], "apart": [[c, y], [b, c]], "critical_min": [[a, 5]]}
    parts = nesting(project, districts_in_use(project), 12, table, "here").parts
    assert any({a, b} <= set(g) for g in parts["D1"].params.together)
    assert not any({x, a} & set(g) for g in parts["D2"].params.together)
    assert parts["D1"].params.apart == ((b, c),)
    assert parts["D2"].params.apart == ()
    within = dict(zip(parts["D1"].area_ids, parts["D1"].respond_within_s.tolist(), strict=True))
    assert within.pop(a) == 300.0
    assert set(within.values()) == {math.inf}
    assert np.isinf(parts["D2"].respond_within_s).all()


def test_given_centres_are_those_inside_each_district(project):
    """As many as its beats: given. One more in each: any of them. Too few in one: the district is named."""
    home = districts_in_use(project)
    beats = nesting(project, home, 12, {}, "here").n_beats
    picked = {d: _inside(project, d, n) for d, n in beats.items()}

    def asked(of):
        table = {"centres": "picked", "centre_areas": [a for mine in of.values() for a in mine]}
        return nesting(project, home, 12, table, "here").parts

    for d, part in asked(picked).items():
        assert set(part.params.fixed_centres) == set(picked[d])
    more = {d: _inside(project, d, n + 1) for d, n in beats.items()}
    for d, part in asked(more).items():
        assert part.params.fixed_centres == ()
        assert set(part.centre_ids) == set(more[d])
    uneven = {**picked, "D1": _inside(project, "D1", beats["D1"] + 1), "D2": picked["D2"][:-1]}
    with pytest.raises(
        InputError, match=f"District D2 gets {beats['D2']} beats .* holds only {beats['D2'] - 1}"
    ):
        asked(uneven)


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"locks": [["x", "D1"]]}, "locks"),
        ({"core_steps": 1}, "core_steps"),
        ({"names": [f"B{k}" for k in range(12)]}, "names"),
        ({"centre_of": {"B1": "1A01"}}, "centre_of"),
        ({"reference": "current"}, "reference"),
        ({"change_limit_pct": 10}, "change_limit_pct"),
        ({"target_shares_pct": [50, 50]}, "target_shares_pct"),
        ({"within": "D1"}, "within"),
        ({"objective": "least change"}, "the aim of least change"),
    ],
)
def test_beats_that_have_no_name_yet_cannot_be_named(project, table, named):
    """The planner is told which choice to leave out, before anything is solved."""
    with pytest.raises(InputError, match=f"named anew inside each district, so {named} cannot hold"):
        nesting(project, districts_in_use(project), 12, table, "here")


def test_a_plan_that_does_not_fit_is_told(project):
    """More beats than areas, by district; and a plan of another map."""
    home = districts_in_use(project)
    with pytest.raises(
        InputError, match=r"(D|d)istrict D\d gets \d+ beats for its work, but has only \d+ areas"
    ):
        nesting(project, home, len(home), {}, "here")
    with pytest.raises(InputError, match="names elsewhere, which this map does not have"):
        nesting(project, home | {"elsewhere": "D1"}, 12, {}, "here")

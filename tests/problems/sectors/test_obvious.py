"""Reasons told before any solve: each in a sentence, and none where it was lifted. The path of four, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser.problems.sectors import FAMILY
from tests.oracles.sectors_hand import path_of_four


def test_a_pair_kept_apart_and_locked_to_one_district():
    """A and B are kept apart and both locked to 1: told with the way out; not where a rule is loosened."""
    asked = {"locks": (("A", "1"), ("B", "1")), "apart": (("A", "B"),), "balance_frac": {}}
    (why,) = FAMILY.contradictions(path_of_four(**asked))
    assert why == "Areas A and B are kept apart, but both are locked to 1: lift a lock or the pair."
    assert FAMILY.contradictions(path_of_four(**asked, relax={"lock": 1.0})) == ()
    assert FAMILY.contradictions(path_of_four(**{**asked, "locks": (("A", "1"), ("B", "2"))})) == ()


def test_a_lock_that_takes_the_centre_of_another_district():
    """A holds the centre given to 1 and is locked to 2; its own district is no contradiction."""
    asked = {"fixed_centres": ("A", "D"), "balance_frac": {}}
    (why,) = FAMILY.contradictions(path_of_four(**asked, locks=(("A", "2"),)))
    assert why.startswith("Area A is locked to 2, but holds A, the centre of 1: lift the lock")
    assert FAMILY.contradictions(path_of_four(**asked, locks=(("A", "1"),))) == ()


def test_given_centres_that_share_an_area():
    """Headquarters and a station in A: both are named with the area; a lock is still judged for each of them."""
    problem = path_of_four(fixed_centres=("A", "C"), balance_frac={})
    shared = replace(problem, centre_area=np.array([0, 1, 0, 3]))
    (why,) = FAMILY.contradictions(shared)
    assert why == (
        "The given centres A (of 1) and C (of 2) lie in area A, which belongs to one district only: leave all but one "
        "of these centres out, or let centres be free."
    )
    assert FAMILY.contradictions(problem) == ()
    locked = replace(shared, params=replace(shared.params, locks=(("A", "2"),)))
    assert [w for w in FAMILY.contradictions(locked) if "locked to 2, but holds A, the centre of 1" in w]


def test_given_centres_that_share_a_group():
    """A and D are kept together and hold the centres of two districts: no plan, unless the group may give way."""
    asked = {"fixed_centres": ("A", "D"), "balance_frac": {}, "together": (("A", "B", "D"),)}
    (why,) = FAMILY.contradictions(path_of_four(**asked))
    assert why.startswith(
        "The given centres A (of 1) and D (of 2) lie in areas that are kept together in one district (A, D): "
    )
    assert why.endswith("or lift the group.")
    assert FAMILY.contradictions(path_of_four(**asked, relax={"together": 2.0})) == ()
    assert FAMILY.contradictions(path_of_four(**{**asked, "together": (("A", "B"),)})) == ()


def test_a_part_of_the_map_without_a_centre():
    """A boundary between C and D isolates D: how many areas and calls lie there is told."""
    problem = path_of_four(fixed_centres=("A", "B"), balance_frac={})
    cut = replace(problem, edges=np.array([[0, 1], [1, 2]]))
    (why,) = FAMILY.contradictions(cut)
    assert why.startswith(
        "A part of the map (D) has no link to the rest and no centre of its own: 1 area with 1 calls"
    )


@pytest.mark.parametrize("priority", [1, 4])
def test_a_limit_on_a_priority_that_no_centre_reaches(priority):
    """Of four calls of a priority none is covered anywhere, two are asked for."""
    problem = path_of_four(
        balance_frac={},
        priorities=(priority,),
        priority_covered=np.zeros((1, 4, 4)),
        priority_calls=np.ones((1, 4)),
        limits={f"cover {priority}": 2.0},
    )
    (why,) = FAMILY.contradictions(problem)
    assert f"the calls of priority {priority} covered would come to 0" in why

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

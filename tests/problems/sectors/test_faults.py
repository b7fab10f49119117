"""Broken rules in words: every rule has a sentence, and the districts and areas that it is about."""

from __future__ import annotations

import pytest

from optimiser.problems.sectors import FAMILY, SectorsPlan
from optimiser.problems.sectors.faults import faults
from optimiser.problems.sectors.params import HELD, limit_rule
from tests.oracles.sectors_cases import breaking_plans, path_of_four

WHERE = {
    "known areas": ((), ("X",)),
    "known districts": (("9",), ()),
    "every area": ((), ("D",)),
    "centre": (("2",), ()),
    "fixed centre": (("1",), ()),
    "contiguity": (("1",), ("D",)),
    "balance": (("1",), ()),
    "lock": (("2",), ("A",)),
    "longest drive": (("1",), ("B",)),
    "old ground": (("1",), ()),
    "ceiling": (("2",), ()),
    "together": (("2", "1"), ("C", "B")),
    "apart": (("1",), ("A", "B")),
    "response": (("1",), ("B",)),
    "change": ((), ("B",)),
    "splits": ((), ()),
    "shape": (("1",), ("C",)),
    **{limit_rule(name): ((), ()) for name in HELD},
}
"""The first fault of each hand-made plan: A-B-C-D in 1122, 1221 (contiguity) or 1222 (balance)."""


@pytest.mark.parametrize("rule", [r.name for r in FAMILY.rules])
def test_every_rule_has_words_and_places(rule):
    """The plan that breaks this rule and nothing else: a sentence, and where."""
    problem, plan = breaking_plans()[rule]
    found = faults(problem, plan, FAMILY.check(problem, plan))
    assert {f.violation.rule for f in found} == {rule}
    assert (found[0].districts, found[0].areas) == WHERE[rule]
    assert all(f.words.endswith(".") for f in found)


def test_areas_cut_off_are_those_beyond_the_gap():
    """1 holds A, C and D with its centre in A and B between: C and D are cut off."""
    problem = path_of_four(balance_frac={})
    plan = SectorsPlan({"A": "1", "B": "2", "C": "1", "D": "1"}, {"1": "A", "2": "B"})
    (fault,) = faults(problem, plan, FAMILY.check(problem, plan))
    assert fault.areas == ("C", "D")
    assert fault.words == "2 areas of 1 cannot be reached from its centre without leaving it: C, D."

"""Names of choices: one name means one thing within a question."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

from optimiser import registry
from optimiser.prepare.choices import public_name
from optimiser.prepare.questions import kinds


@pytest.mark.parametrize("family", registry.families())
def test_no_name_stands_for_two_choices(family):
    """A scenario file could not tell them apart, and a form cannot show both."""
    names = Counter(
        public_name(f.name)
        for kind in kinds(family)
        for f in dataclasses.fields(kind)
        if not f.metadata.get("hidden")
    )
    assert [n for n, times in names.items() if times > 1] == []

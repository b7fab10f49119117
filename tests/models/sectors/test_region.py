"""Some districts arranged anew apart: the rest stands still, and the whole costs what the parts say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from optimiser_models.sectors import arrays, reading, search
from optimiser_models.sectors.grow import grow
from optimiser_models.sectors.region import region

from optimiser.problems.sectors import FAMILY
from tests.models.sectors.test_border import grid

ALWAYS = lambda *_: True  # noqa: E731


def question(seed: int, *, limited: bool = False):
    """Eight by eight cells, eight districts, driving first; with a limit on cover where asked."""
    problem = grid(8, 8)
    params = replace(
        problem.params,
        district_ids=tuple("12345678"),
        objectives=("travel",),
        balance_frac={"calls": 0.5},
        fixed_centres=(),
    )
    problem = replace(problem, params=params)
    d = reading.prepare(problem)
    label = grow(d, seed)
    state = search.anneal(d, label, moves=20_000, seed=seed, keep_going=ALWAYS)
    if limited:  # no more than the state has, and a little: the part outside uses up its own share
        used = float(d.cost[state.centre[state.label], np.arange(d.n)].sum())
        d = replace(d, side=d.cost[None].copy(), side_limit=np.array([used * 1.02]))
    return problem, d, state


@pytest.mark.parametrize("limited", [False, True])
def test_the_rest_stands_still_and_the_whole_is_admissible(limited):
    """Areas outside keep district and centre; the plan passes the planner's rules; the cost is that of the whole."""
    changed = 0
    for seed in range(6):
        problem, d, state = question(seed, limited=limited)
        near = np.array([0, 2, 5])
        cut_out = region(d, state, near)
        part = search.anneal(cut_out.d, cut_out.label, moves=20_000, seed=seed, keep_going=ALWAYS)
        whole = cut_out.whole(d, state, part)
        assert whole is not None
        outside = ~np.isin(state.label, near)
        assert (whole.label[outside] == state.label[outside]).all()
        assert not np.isin(whole.label[~outside], state.label[outside]).any()
        assert whole.cost == pytest.approx(d.value(whole.label, whole.centre))
        assert d.keeps(whole.label, whole.centre)
        assert not FAMILY.check(problem, arrays.to_plan(problem, d, whole.label, whole.centre))
        changed += (whole.label != state.label).any()
    assert changed


def test_rules_that_reach_beyond_are_left_to_the_whole():
    """A pair kept apart may lie on both sides of the cut: no question of its own then."""
    _, d, state = question(0)
    assert region(replace(d, apart=np.array([[0, 63]])), state, np.array([0, 1])) is None
    assert region(d, state, np.array([0, 1])) is not None

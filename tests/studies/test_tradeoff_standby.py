"""Two aims of standby posts against each other, solved by the shelf and beside every plan under every limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimiser import registry
from optimiser.errors import InputError
from optimiser.problems.standby import FAMILY
from optimiser.problems.standby.data import sense_of
from optimiser.report.words_tradeoff import tradeoff_said
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.studies.of_standby import HOOKS, aims
from optimiser.studies.price import price
from optimiser.studies.series import Series
from optimiser.studies.tradeoff import tradeoff
from tests.oracles.standby_cases import every_plan, line, random_problem, worth


class Here:
    """A worker in this process: the engine and a formulation of the shelf."""

    def solve(self, problem, formulation, options=None, *, start=None, on_progress=None, should_stop=None):
        return solve(problem, registry.load(formulation), options or SolveOptions(), start=start)


def here(formulation: str = "standby.benders") -> Series:
    """Return a series of standby solves."""
    options = SolveOptions(time_limit_s=30, confirm=False)
    return Series("standby", formulation, worker=Here(), options=options)


@pytest.mark.parametrize(
    "names",
    [("cover", "posts"), ("cover", "backup"), ("expected", "cars"), ("backup", "moves"), ("cost", "cover")],
    ids=" ".join,
)
def test_points_are_those_of_all_plans(names):
    """At every point the best of all plans within the limit, whatever the two aims; and its bound is no better."""
    first, second = names
    sign, other = (1.0 if sense_of(n) == "min" else -1.0 for n in names)
    compared = 0
    for seed in (1, 3, 4, 6, 10, 12, 14):
        problem = random_problem(seed)
        params = replace(problem.params, objectives=("cover",), weights={}, limits={}, relax={})
        problem = replace(problem, params=params)
        every = [
            (worth(problem, plan, first), worth(problem, plan, second))
            for plan in every_plan(problem)
            if not FAMILY.check(problem, plan)
        ]
        if not every:
            continue
        found = tradeoff(here(), problem, names, 4)
        for row in found.rows:
            best = sign * min(sign * a for a, b in every if other * b <= other * row.limits[0] + 1e-5)
            assert row.values is not None
            assert row.values[0] == pytest.approx(best, abs=1e-5), (seed, row)
            assert row.bound is not None
            assert sign * row.bound <= sign * best + 1e-5
            compared += 1
    assert compared >= 5


def test_a_limit_has_its_price():
    """Four streets, two cars: A and C cover 15, with 3 calls twice only 11, so a call of backup given up is priced."""
    problem = line(n_cars=(2,), limits={"backup": 3.0})
    found = price(here(), problem, ["backup limit"], {"backup limit": 3.0})
    assert [c.found for c in found.prices[0].changes] == [pytest.approx(4.0)]
    assert not HOOKS.in_force(line(), "backup limit")
    assert HOOKS.in_force(problem, "backup limit")


def test_only_what_the_question_has_is_offered():
    """No bands, no drives, no costs that differ: these aims are not offered, and asking for them says why."""
    assert aims(line()) == ("cover", "backup", "expected", "posts", "cars")
    with pytest.raises(InputError, match="cover then drive"):
        tradeoff(here(), line(), ("cover", "travel"), 3)
    with pytest.raises(InputError, match="give today"):
        tradeoff(here(), line(), ("cover", "moves"), 3)
    with pytest.raises(InputError, match="these can: cover"):
        tradeoff(here(), line(), ("cover", "weighted"), 3)


def test_nothing_found_is_no_share():
    """A point where no call is covered and some could be is told in calls, not as a share of nothing."""
    found = tradeoff(here(), line(n_cars=(2,)), ("cover", "posts"), 3)
    rows = tuple(
        replace(r, values=(0.0, *r.values[1:]), bound=8.0) if k == 1 else r for k, r in enumerate(found.rows)
    )
    said = " ".join(tradeoff_said(replace(found, rows=rows))).replace("\u00a0", " ")
    assert "came to nothing, while no more than 8 calls a week is proved" in said
    assert "proved best" not in said

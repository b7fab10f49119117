"""Why a request is impossible: conflicts and least relaxations against looking at every plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from optimiser.errors import RejectedPlan
from optimiser.problems.sectors import FAMILY
from optimiser.report.words_studies import explained
from optimiser.solve.engine import ARITHMETIC
from optimiser.solve.options import SolveOptions
from optimiser.solve.warm import WarmWorker
from optimiser.studies.amounts import relaxed_by
from optimiser.studies.conflict import only, reduced
from optimiser.studies.explain import explain
from optimiser.studies.series import Series
from optimiser.studies.variants import Variants
from tests.oracles.sectors_cases import enumerate_best, random_problem
from tests.studies.cases import Denier, Helpless, Looker, best_of_all, every_plan, series, two_by_three

SHARES = (0.3, 0.7)
TIGHT = two_by_three(target_shares=SHARES)
"""Targets of 4.2 and 9.8 of 14, which whole work cannot meet: 4 and 10 are nearest, 1/21 below and 1/49 above."""


def least_balance(problem) -> float:
    """The smallest largest deviation of any plan that keeps every other rule, above the tolerance asked for."""
    free = relaxed_by(problem, {"balance": 100.0})
    work = dict(zip("abcdef", (3, 1, 2, 2, 2, 4), strict=True))
    worst = []
    for plan in every_plan(problem):
        if not FAMILY.check(free, plan):
            loads = [sum(w for a, w in work.items() if plan.district_of[a] == d) for d in "12"]
            worst.append(max(abs(x / (14 * s) - 1) for x, s in zip(loads, SHARES, strict=True)))
    return min(worst) - problem.params.balance_frac["work"]


def irreducible(problem, rules) -> bool:
    """By looking at every plan: none passes these rules alone, and without any one of them some plan does."""
    v = Variants(series(Looker()), problem)
    fewer = [[r for r in rules if r != rule] for rule in rules]
    return best_of_all(problem, only(v, rules)) is None and all(
        best_of_all(problem, only(v, rest)) is not None for rest in fewer
    )


def test_balance_too_tight():
    """The least balance is that of the most even plan there is, to a thousandth, and the choice carries that plan."""
    found = explain(series(Looker()), TIGHT)
    least = least_balance(TIGHT)
    assert least == pytest.approx(1 / 21)
    assert found.verdict == "impossible"
    choice = next(c for c in found.choices if set(c.relax) == {"balance"})
    assert choice.not_below["balance"] < least
    assert least - 1e-6 <= choice.relax["balance"] <= least + 1e-3
    assert choice.exact
    assert FAMILY.check(relaxed_by(TIGHT, choice.added), choice.plan) == []


@pytest.mark.parametrize(
    "problem",
    [
        TIGHT,
        two_by_three(longest_drive_s=60.0),
        two_by_three(locks=(("d", "2"), ("e", "1")), longest_drive_s=120.0, balance_frac={"work": 0.1}),
        two_by_three(fixed_centres=("a", "b"), locks=(("f", "1"), ("e", "2"), ("c", "1"))),
        two_by_three(fixed_centres=("a", "b"), locks=(("b", "1"),), longest_drive_s=70.0),
    ],
)
def test_conflicts_are_irreducible(problem):
    """The conflict named is one of those that enumeration finds; each rule of it has its witness."""
    found = explain(series(Looker()), problem)
    assert found.conflict is not None
    assert irreducible(problem, found.conflict.rules)
    assert found.conflict.irreducible
    v = Variants(series(Looker()), problem)
    for member in found.conflict.members:
        others = [r for r in found.conflict.rules if r != member.rule]
        assert FAMILY.check(v.at(only(v, others)), member.witness) == []


def test_random_requests_against_enumeration():
    """Random small maps: verdict, irreducible conflict, and which single rules are a way out, as by enumeration."""
    impossible = 0
    for seed in range(16):
        problem = random_problem(seed)
        possible = enumerate_best(problem)[0] is not None
        found = explain(series(Looker()), problem)
        assert (found.verdict == "possible") is possible, seed
        if possible:
            assert FAMILY.check(problem, found.plan) == []
            continue
        impossible += 1
        v = Variants(series(Looker()), problem)
        alone = {r for r in v.rules if best_of_all(problem, {r: v.plenty(r)}) is not None}
        assert {r for c in found.choices if len(c.added) == 1 for r in c.added} == alone, seed
        if found.verdict == "impossible":
            assert irreducible(problem, found.conflict.rules), seed
        for choice in found.choices:
            assert best_of_all(problem, choice.added) is not None, seed
            for rule, amount in choice.not_below.items():
                assert best_of_all(problem, {**choice.added, rule: amount}) is None, (seed, rule)
    assert impossible >= 2


def test_pairs_where_no_rule_is_enough_alone():
    """Two conflicts that share no rule: e is out of reach; c, a centre of one district, is locked to the other."""
    problem = two_by_three(longest_drive_s=60.0, locks=(("c", "1"),), balance_frac={})
    found = explain(series(Looker()), problem)
    v = Variants(series(Looker()), problem)
    assert not [c for c in found.choices if len(c.added) == 1]
    pairs = {
        frozenset(p)
        for p in combinations(v.rules, 2)
        if best_of_all(problem, {r: v.plenty(r) for r in p}) is not None
    }
    assert pairs
    assert found.conflict.rules == ("longest drive",)
    assert [c.rules for c in found.other_conflicts] == [("lock",)]
    assert {frozenset(c.added) for c in found.choices} == pairs
    assert all(c.exact for c in found.choices)


def test_impossible_at_any_amount():
    """Two districts given the same area's centres cannot be: what cannot be relaxed is in the way."""
    problem = two_by_three(district_ids=("1", "2"), fixed_centres=("a", "c"), locks=())
    shared = problem.centre_area.copy()
    shared[2] = 0  # both centres lie in area a
    found = explain(series(Looker()), replace(problem, centre_area=shared))
    assert found.verdict == "impossible at any amount"
    assert found.proved_by == ARITHMETIC
    assert found.choices == ()
    (why,) = found.reasons
    assert "a (of 1) and c (of 2) lie in area a" in why
    assert why in explained(FAMILY, found)


def test_arithmetic_needs_no_solver():
    """An area beyond the longest drive of every centre: refuted, with the amount, before any solve."""
    problem = two_by_three(longest_drive_s=60.0)
    found = explain(series(Helpless()), problem)
    assert found.verdict == "impossible"
    assert found.proved_by == ARITHMETIC
    assert found.reasons
    (refutation,) = found.refutations
    assert (refutation.rules, refutation.where, refutation.least) == (("longest drive",), "area e", 60.0)


def test_which_locks():
    """Of four locks two are in each other's way."""
    problem = two_by_three(
        locks=(("b", "1"), ("d", "2"), ("e", "1"), ("f", "2")), balance_frac={}, longest_drive_s=1000.0
    )
    found = explain(series(Looker()), problem)
    member = next(m for m in found.conflict.members if m.rule == "lock")
    assert set(found.conflict.rules) == {"lock", "contiguity"}
    assert set(member.parts) == {"d to 2", "e to 1"}


def test_what_is_not_decided_is_said():
    """Without any answer there is no verdict, no conflict and no choice, and each open question is named."""
    found = explain(series(Helpless()), TIGHT)
    assert found.verdict == "open"
    assert found.conflict is None
    assert found.choices == ()
    assert "whether the request as asked is possible" in found.undecided


def test_liar_is_caught():
    """A search that calls impossible what a checked plan of another solve keeps is refused."""
    with pytest.raises(RejectedPlan, match="impossible"):
        explain(series(Denier(below=0.5)), two_by_three(balance_frac={"work": 0.3}))


def test_known_plans_save_solves():
    """With a plan that keeps the rules no solve is needed."""
    problem = two_by_three()
    plan = next(p for p in every_plan(problem) if not FAMILY.check(problem, p))
    looker = Looker()
    assert explain(series(looker), problem, [plan]).verdict == "possible"
    assert looker.asked == 0


def test_stop():
    """After a stop nothing more is asked, and what was found stands."""
    looker = Looker()
    found = explain(series(looker, should_stop=lambda: looker.asked >= 2), TIGHT)
    assert looker.asked == 2
    assert found.stopped
    assert found.verdict == "impossible"
    assert found.undecided


def test_reduced_leaves_nothing_needless():
    """Of twenty items three make it impossible: halves are dropped first, at last those three are left."""
    needed = {"3", "11", "17"}
    asked = []

    def impossible(items):
        asked.append(list(items))
        return needed <= set(items)

    assert set(reduced([str(k) for k in range(20)], impossible)) == needed
    assert len(asked) < 40


def test_on_the_warm_worker():
    """The same request through the real solver, its process and a second formulation."""
    with WarmWorker() as worker:
        series_ = Series("sectors", "sectors.cuts", options=SolveOptions(time_limit_s=20), worker=worker)
        found = explain(series_, TIGHT)
    choice = next(c for c in found.choices if set(c.relax) == {"balance"})
    assert choice.relax["balance"] == pytest.approx(least_balance(TIGHT), abs=1e-3)
    assert found.conflict.also_by == "sectors.flow"
    assert found.conflict.irreducible

"""Refutations by arithmetic, against looking at every plan; what switches a rule off does so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimiser import registry
from optimiser.problems.assignment.rules import FLOOR
from optimiser.solve.options import SolveOptions
from optimiser.solve.warm import WarmWorker
from optimiser.studies import of_assignment, of_sectors, of_shifts
from optimiser.studies.amounts import relaxable, relaxed_by
from optimiser.studies.conflict import only
from optimiser.studies.explain import explain
from optimiser.studies.series import Series
from optimiser.studies.variants import Variants
from tests.oracles import assignment_cases, sectors_cases, shifts_cases
from tests.studies.cases import Looker, best_of_all, series, two_by_three


def hardened(seed: int):
    """A random map with one choice made hard: a tight window, many locks, a short drive, or a broken map."""
    problem = sectors_cases.random_problem(seed)
    problem = replace(problem, params=replace(problem.params, together=(), apart=()))
    p, rng = problem.params, np.random.default_rng(seed)
    kind = seed % 5
    ids, ds = problem.area_ids, p.district_ids
    if kind == 0:  # one area has nearly all the work
        heavy = np.array(problem.balance)
        heavy[0, 2] += 40
        return replace(
            problem, balance=heavy, params=replace(p, balance_frac={"work": 0.2}, relax={"balance": 0.1})
        )
    if kind == 1:
        locks = tuple((a, ds[int(rng.integers(len(ds)))]) for a in ids[:5])
        return replace(problem, params=replace(p, locks=locks, balance_frac={"work": 0.1}, relax={}))
    if kind == 2:
        return replace(problem, params=replace(p, longest_drive_s=60.0, relax={"longest drive": 10.0}))
    if kind == 3:
        return replace(problem, edges=problem.edges[:3], params=replace(p, balance_frac={}, locks=()))
    given = tuple(ids[: len(ds)])
    return replace(problem, params=replace(p, fixed_centres=given, locks=((ids[0], ds[1]), (ids[1], ds[1]))))


def test_sector_refutations_against_enumeration():
    """What arithmetic refutes has no plan, with these rules alone; the amount named is not too much."""
    seen: dict[tuple[str, ...], int] = {}
    for seed in range(60):
        problem = hardened(seed)
        v = Variants(series(Looker()), problem)
        for r in of_sectors.refute(problem):
            seen[r.rules] = seen.get(r.rules, 0) + 1
            assert best_of_all(problem, only(v, r.rules)) is None, (seed, r)
            if r.least is not None and r.least > 1e-6:
                whole = v.scale(r.rules[0]).whole
                less = r.least - 1 if whole else 0.999 * r.least
                assert best_of_all(problem, {**only(v, r.rules), r.rules[0]: less}) is None, (seed, r)
    assert {("longest drive",), ("balance",), ("contiguity",), ("lock",), ("balance", "lock")} <= set(seen)


def test_shift_refutations():
    """A slot no shift reaches, shifts that are full, and hours beyond the budget, each with its amount by hand."""
    free = shifts_cases.FREE
    make, params = shifts_cases.week, shifts_cases.ShiftsParams
    bare = make(params(**free), {"E": (6, 8)}, {20: 3})
    (r,) = of_shifts.refute(bare)
    assert (r.rules, r.where, r.least) == (("requirement",), "Mon 20:00, which no shift covers,", 3)
    full = make(params(**free), {"E": (6, 8)}, {7: 12}, most_per_shift=10)
    (r,) = of_shifts.refute(full)
    assert (r.rules, r.found, r.limit, r.least) == (("requirement", "shift_capacity"), 10, 12, 2)
    poor = make(params(budget_h=5.0, **free), {"E": (6, 8)}, dict.fromkeys(range(6, 14), 1))
    (r,) = of_shifts.refute(poor)
    assert (r.rules, r.found) == (("budget", "requirement"), 8)
    assert r.least == pytest.approx(3, abs=1e-5)
    assert of_shifts.refute(make(params(budget_h=8.0, **free), {"E": (6, 8)}, {7: 1})) == ()


def test_shift_request_explained():
    """Eight hours needed, five given: the budget by three hours, or the requirement by one officer; nothing else."""
    poor = shifts_cases.week(
        shifts_cases.ShiftsParams(budget_h=5.0, **shifts_cases.FREE),
        {"E": (6, 8)},
        dict.fromkeys(range(6, 14), 1),
    )
    with WarmWorker() as worker:
        line = Series("shifts", options=SolveOptions(time_limit_s=20, confirm=False), worker=worker)
        found = explain(line, poor)
    assert found.conflict.rules == ("requirement", "budget")
    assert found.conflict.irreducible
    amounts = {rule: amount for c in found.choices for rule, amount in c.added.items()}
    assert amounts == {"requirement": 1.0, "budget": 3.0}
    assert all(c.exact for c in found.choices)


def test_assignment_refutations():
    """A zone below its floor before anybody is sent: nothing that is sent can mend it."""
    refuted = 0
    for seed in range(30):
        problem = assignment_cases.random_problem(seed)
        hard = replace(
            problem, params=replace(problem.params, coverage_hard=True, coverage="available", relax={})
        )
        for r in of_assignment.refute(hard):
            refuted += 1
            assert r.rules == (FLOOR.name,)
            plan, _ = assignment_cases.enumerate_best(hard)
            assert plan is None
            less = relaxed_by(hard, {FLOOR.name: r.least - 1})
            assert r.least == 1 or assignment_cases.enumerate_best(less)[0] is None
    assert refuted > 0


@pytest.mark.parametrize("family", registry.families())
def test_plenty_switches_a_rule_off(family):
    """A plan that breaks one rule and nothing else passes once that rule is relaxed by plenty."""
    import importlib

    cases = importlib.import_module(f"tests.oracles.{family}_cases")
    kind = registry.family(family)
    for rule, (problem, plan) in cases.breaking_plans().items():
        if rule in relaxable(kind):
            v = Variants(Series(family, worker=Looker()), problem)
            assert kind.check(v.at({rule: v.plenty(rule)}), plan) == [], rule


def test_pushing_keeps_the_rules():
    """A pushed sector question, centres given, has the same admissible plans; only what they cost differs."""
    problem = two_by_three(longest_drive_s=120.0, balance_frac={"work": 0.3})
    from optimiser.problems.sectors import FAMILY
    from tests.studies.cases import every_plan

    plans = list(every_plan(problem))
    first = next(p for p in plans if not FAMILY.check(problem, p))
    (pushed,) = of_sectors.push(problem, [first], 1.0)
    assert [bool(FAMILY.check(pushed, p)) for p in plans] == [bool(FAMILY.check(problem, p)) for p in plans]
    assert FAMILY.objectives(pushed, first)[0].value > FAMILY.objectives(problem, first)[0].value


@pytest.mark.parametrize("family", registry.families())
def test_a_rule_not_asked_for_is_never_broken(family):
    """A plan that breaks a rule breaks one that the question asks for."""
    import importlib

    from optimiser.studies.hooks import hooks_of

    cases = importlib.import_module(f"tests.oracles.{family}_cases")
    for rule, (problem, _) in cases.breaking_plans().items():
        assert hooks_of(family).in_force(problem, rule), rule

"""What studies owe every family, those to come included: the families' own hand cases through their own solvers."""

from __future__ import annotations

import importlib
from itertools import islice

import pytest

from optimiser import registry
from optimiser.solve.options import SolveOptions
from optimiser.solve.warm import WarmWorker
from optimiser.studies.conflict import only
from optimiser.studies.explain import explain
from optimiser.studies.price import price
from optimiser.studies.series import Series
from optimiser.studies.variants import Variants

QUICK = SolveOptions(time_limit_s=20, confirm=False)
FAMILIES = registry.families()


@pytest.fixture(scope="module")
def worker():
    with WarmWorker() as warm:
        yield warm


def hand_cases(family, *, impossible: bool, most: int):
    cases = importlib.import_module(f"tests.oracles.{family}_cases").hand_cases()
    return list(islice(((n, p) for n, p, best in cases if (best == "infeasible") is impossible), most))


@pytest.mark.parametrize("family", FAMILIES)
def test_impossible_requests_are_explained(family, worker):
    """Each hand case without a plan: a proof, a conflict with its witnesses, ways out that are checked."""
    for name, problem in hand_cases(family, impossible=True, most=2):
        series = Series(family, options=QUICK, worker=worker)
        found = explain(series, problem)
        assert found.verdict in ("impossible", "impossible at any amount"), name
        assert found.undecided == (), name
        v = Variants(series, problem)
        for choice in found.choices:
            assert series.family.check(v.at(choice.added), choice.plan) == [], name
            assert choice.exact, name
        if found.verdict == "impossible":
            assert found.choices, name
            assert found.conflict.irreducible, name
            for m in found.conflict.members:
                rest = [r for r in found.conflict.rules if r != m.rule]
                assert series.family.check(v.at(only(v, rest)), m.witness) == [], name


@pytest.mark.parametrize("family", FAMILIES)
def test_possible_requests_are_priced(family, worker):
    """Each hand case with an optimum: no price below zero, none whose least is above its most, all decided."""
    for name, problem in hand_cases(family, impossible=False, most=2):
        found = price(Series(family, options=QUICK, worker=worker), problem)
        assert found.undecided == (), name
        for p in found.prices:
            change = p.changes[0]
            assert change.at_least is not None, (name, p.rule)
            assert 0 <= change.at_least <= change.at_most + 1e-6 * max(1.0, abs(change.at_most)), (
                name,
                p.rule,
            )
            unit, dropped = (q for q in found.prices if q.rule == p.rule)
            assert unit.changes[0].at_least <= dropped.changes[0].at_most + 1e-6, (name, p.rule)

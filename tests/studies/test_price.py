"""The price of every rule, against looking at every plan with and without it."""

from __future__ import annotations

import pytest

from optimiser.errors import InputError, RejectedPlan
from optimiser.problems.sectors import FAMILY
from optimiser.report.words_studies import price_rows, priced
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Outcome
from optimiser.solve.warm import WarmWorker
from optimiser.studies.of_sectors import parts, without
from optimiser.studies.price import price
from optimiser.studies.series import Series
from optimiser.studies.variants import Variants
from tests.oracles.sectors_cases import enumerate_best, random_problem
from tests.studies.cases import Boaster, Helpless, Looker, best_of_all, every_plan, series, two_by_three

HELD = two_by_three(locks=(("f", "1"),), balance_frac={"work": 0.6}, longest_drive_s=190.0)
"""f, three minutes from a, belongs to a."""


def test_prices_are_what_enumeration_says():
    """Proved solves leave a point: what the best plan gains with one unit more, and without the rule."""
    v = Variants(series(Looker()), HELD)
    base = best_of_all(HELD, {})
    found = price(series(Looker()), HELD)
    assert {p.rule for p in found.prices} == set(v.rules)
    gains = []
    for p in (p for p in found.prices if not p.part):
        gain = base - best_of_all(HELD, {p.rule: v.plenty(p.rule) if p.amount is None else p.amount})
        gains.append(gain)
        assert p.changes[0].at_least == pytest.approx(gain)
        assert p.changes[0].at_most == pytest.approx(gain)
    assert max(gains) > 0
    assert min(gains) == 0


def test_a_price_is_told_in_minutes_and_in_calls_covered():
    """Besides the aims: what the mean drive and the calls covered gain from the plan as asked to the looser one."""
    found = price(series(Looker()), HELD)
    before = {m.name: m.value for m in FAMILY.measure(HELD, found.base.plan)}
    paid = 0
    for p in found.prices:
        after = {m.name: m.value for m in FAMILY.measure(HELD, p.plan)}
        told = {c.name: c for c in p.beside}
        assert told["mean drive"].found == pytest.approx(before["mean drive"] - after["mean drive"])
        if "calls covered" in before:
            gained = after["calls covered"] - before["calls covered"]
            assert told["calls covered"].found == pytest.approx(gained)
        assert all(c.at_least is None and c.at_most is None for c in p.beside)
        paid += abs(told["mean drive"].found) > 0
    assert paid
    text = " ".join(priced(FAMILY, found)).replace("\u00a0", " ")
    assert "; between these two plans " in text
    assert "mean drive 0.57 min less" in text
    assert len(price_rows(found)) == sum(len(p.changes) + len(p.beside) for p in found.prices)


def test_random_prices_against_enumeration():
    """Six random maps, cover and travel, one unit or all: the interval is the difference of the two optima."""
    priced = paid = 0
    for seed in range(6):
        problem = random_problem(seed)
        if enumerate_best(problem)[0] is None:
            continue
        v = Variants(series(Looker()), problem)
        sign = -1.0 if problem.params.first_sense == "max" else 1.0
        for p in price(series(Looker()), problem, priced_rules(v), {"balance": 0.3}).prices:
            if p.part:
                continue
            relax = {p.rule: v.plenty(p.rule) if p.amount is None else p.amount}
            gain = sign * (best_of_all(problem, {}) - best_of_all(problem, relax))
            change = p.changes[0]
            assert change.at_least - 1e-9 <= gain <= change.at_most + 1e-9, (seed, p.rule)
            priced, paid = priced + 1, paid + (gain > 0)
    assert priced > 20
    assert paid > 2


PRICED = ("contiguity", "balance", "lock", "longest drive")


def priced_rules(v):
    return [r for r in v.rules if r in PRICED]


class Loose(Looker):
    """The best plan with a bound that leaves a tenth open."""

    def outcome(self, problem):
        found = super().outcome(problem)
        return found if found.plan is None else Outcome(found.plan, bound=(found.bound[0] * 0.9,))


def test_each_kind_of_work_is_priced_by_itself():
    """Two kinds are balanced: what is gained without one of them, the other standing, as looking at all plans says."""
    paid = priced = 0
    for seed in range(12):
        problem = random_problem(seed)
        if enumerate_best(problem)[0] is None or len(parts(problem, "balance")) < 2:
            continue
        sign = -1.0 if problem.params.first_sense == "max" else 1.0
        found = [p for p in price(series(Looker()), problem, ("balance",)).prices if p.part]
        for p in found:
            assert p.name == f"balance of {p.part}"
            looser = without(problem, "balance", (p.part,))
            gain = sign * (best_of_all(problem, {}) - best_of_all(looser, {}))
            assert p.changes[0].at_least == pytest.approx(gain, abs=1e-9), (seed, p.part)
            assert p.changes[0].at_most == pytest.approx(gain, abs=1e-9), (seed, p.part)
            assert not FAMILY.check(looser, p.plan)
            priced, paid = priced + 1, paid + (gain > 0)
        whole = [
            p
            for p in price(series(Looker()), problem, ("balance",)).prices
            if p.amount is None and not p.part
        ]
        assert bool(found) == any(not c.nothing for p in whole for c in p.changes)
    assert priced > 4
    assert paid > 1


def test_the_interval_holds_what_bounds_leave_open():
    """With bounds a tenth below, the true gain lies within, and the interval is as wide as both leave open."""
    v = Variants(series(Looker()), HELD)
    (unit, dropped) = price(series(Loose()), HELD, ["lock"]).prices
    gain = best_of_all(HELD, {}) - best_of_all(HELD, {"lock": v.plenty("lock")})
    change = dropped.changes[0]
    assert change.at_least < gain < change.at_most
    assert change.at_most == pytest.approx(best_of_all(HELD, {}) - 0.9 * best_of_all(HELD, {"lock": 1.0}))
    assert change.found == pytest.approx(gain)
    assert unit.changes[0].at_least == change.at_least  # there is one lock: one more broken is all of them


class TwoGoals(Looker):
    """Proves both objectives in their order."""


def test_a_later_objective_may_get_worse():
    """Cover first, then travel: more cover may cost travel, and that is said with its sign."""
    problem = two_by_three(
        fixed_centres=("a", "b"), balance_frac={"work": 0.1}, objectives=("cover", "travel")
    )
    found = price(series(TwoGoals()), problem, ["balance"], {"balance": 0.5})
    for p in found.prices:
        relaxed = {"balance": 0.5} if p.amount else {"balance": 100.0}
        from optimiser.studies.amounts import relaxed_by

        easier = relaxed_by(problem, relaxed)
        both = [
            tuple(o.value for o in FAMILY.objectives(easier, q))
            for q in every_plan(easier)
            if not FAMILY.check(easier, q)
        ]
        cover, travel = min(both, key=lambda t: (-t[0], t[1]))
        before = tuple(o.value for o in found.base.objectives)
        assert p.changes[0].found == pytest.approx(cover - before[0])
        if len(p.changes) > 1:
            assert p.changes[1].found == pytest.approx(before[1] - travel)
            assert p.changes[1].at_least == pytest.approx(p.changes[1].at_most)


def test_a_false_bound_is_caught():
    """A bound claimed for the question as asked, which a checked plan of it beats, is refused."""
    with pytest.raises(RejectedPlan, match="bound"):
        price(
            series(Boaster()), two_by_three(fixed_centres=("a", "b"), balance_frac={"work": 0.5}), ["balance"]
        )


@pytest.mark.parametrize(
    ("problem", "rules", "amounts", "message"),
    [
        (HELD, ["centre"], None, "cannot be relaxed"),
        (HELD, ["apart"], None, "does not ask for"),
        (HELD, [], {"lock": 0.0}, "above 0"),
        (two_by_three(target_shares=(0.3, 0.7)), [], None, "ask for an explanation"),
    ],
)
def test_bad_input(problem, rules, amounts, message):
    """A rule that stands, an amount that is none, a question without a plan."""
    with pytest.raises(InputError, match=message):
        price(series(Looker()), problem, rules, amounts)


def test_without_a_plan_there_is_no_price():
    """A search that decides nothing prices nothing."""
    with pytest.raises(InputError, match="None was found"):
        price(series(Helpless()), HELD)


def test_on_the_warm_worker():
    """The same prices through the real solver."""
    with WarmWorker() as worker:
        real = Series(
            "sectors", "sectors.cuts", options=SolveOptions(time_limit_s=20, confirm=False), worker=worker
        )
        found = price(real, HELD)
    looked = price(series(Looker()), HELD)
    for a, b in zip(found.prices, looked.prices, strict=True):
        assert (a.rule, a.amount) == (b.rule, b.amount)
        assert a.changes[0].at_least == pytest.approx(b.changes[0].at_least, rel=1e-4, abs=1e-3)
        assert a.changes[0].at_most == pytest.approx(b.changes[0].at_most, rel=1e-4, abs=1e-3)

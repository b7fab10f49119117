"""The price of every rule: what the best plan would gain if a rule gave way by one unit, or altogether.

Both solves leave an interval in which their best value lies, so the price lies in one as well: at least what the
worst of one and the best of the other leave, at most the reverse, never below zero. Bounds and plans are shared: a
plan of the tighter question is one of the looser, a bound of the looser holds for the tighter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimiser.errors import InputError
from optimiser.solve.result import PROOF_GAP, Judged, Result
from optimiser.studies.series import Series
from optimiser.studies.variants import Variants


@dataclass(frozen=True, slots=True)
class Change:
    """What one objective gains, in its own unit; positive is better.

    Parameters
    ----------
    found
        Between the two plans found; None where one is missing.
    at_least, at_most
        Between the two best values there are; None where a bound is missing, or where the objective is a later one
        and the more important ones are not proved in both.
    """

    name: str
    unit: str
    sense: str
    found: float | None
    at_least: float | None
    at_most: float | None

    @property
    def nothing(self) -> bool:
        """Is it proved that there is nothing to gain?"""
        return self.at_most is not None and self.at_most <= 0


@dataclass(frozen=True, slots=True)
class Price:
    """What a rule costs. ``amount`` is in the rule's unit; None where the rule is dropped."""

    rule: str
    unit: str
    amount: float | None
    changes: tuple[Change, ...]
    plan: Any = None


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of the rules of one question, from its own best plan."""

    family: str
    base: Result[Any]
    prices: tuple[Price, ...]
    undecided: tuple[str, ...] = ()
    n_solves: int = 0
    seconds: float = 0.0
    stopped: bool = False
    unconfirmed: tuple[str, ...] = ()


def price(
    series: Series,
    problem: Any,
    rules: Sequence[str] = (),
    amounts: Mapping[str, float] | None = None,
    plans: Sequence[Any] = (),
) -> Prices:
    """Price rules by re-solving.

    Parameters
    ----------
    rules
        Names; all that can be relaxed if empty.
    amounts
        By rule, in its own unit; by default a minute, a percentage point, an hour, one of what is counted.
    plans
        Known plans.

    Raises
    ------
    InputError
        If a rule cannot be relaxed, or the question itself has no plan.
    """
    v = Variants(series, problem, plans)
    for rule in (*rules, *(amounts or {})):
        v.require(rule)
    rules = tuple(rules) or v.rules
    by = {r: float((amounts or {}).get(r, v.scale(r).step)) for r in rules}
    for rule, amount in by.items():
        if not amount > 0:
            raise InputError(f"The amount of {rule!r} must be above 0, got {amount}.")
    v.best({}, "as asked")
    base = v.result({})
    if base is None or base.plan is None:
        raise v.no_plan("nothing to price")
    undecided = [f"dropping {r}" for r in rules if not _solved(v, {r: v.plenty(r)}, f"{r} dropped")]
    found = []
    for rule in rules:
        dropped = _price(v, rule, None, v.plenty(rule))
        if not all(c.nothing for c in dropped.changes) and not _solved(
            v, {rule: by[rule]}, v.said({rule: by[rule]})
        ):
            undecided.append(v.said({rule: by[rule]}))
        found.append((rule, by[rule]))
    prices = [p for r, a in found for p in (_price(v, r, a, a), _price(v, r, None, v.plenty(r)))]
    return Prices(
        v.family.name,
        base,
        tuple(prices),
        (*undecided, *series.faults),
        series.n_solves,
        series.elapsed_s,
        series.stopped,
        unconfirmed=tuple(series.unconfirmed),
    )


def _solved(v: Variants, relax: Mapping[str, float], title: str) -> bool:
    before = v.result({})
    several = before is not None and len(before.objectives) > 1
    v.best(relax, title, every=several)
    return v.result(relax) is not None or (v.interval(relax).closed and not several)


def _price(v: Variants, rule: str, told: float | None, amount: float) -> Price:
    relax = {rule: amount}
    before, after = v.result({}), v.result(relax)
    assert before is not None
    tight, loose = v.interval({}), v.interval(relax)
    s = v.sign
    first = before.objectives[0]
    at_least = (
        None if tight.bound is None or loose.value is None else max(0.0, s * (tight.bound - loose.value))
    )
    at_most = (
        None if tight.value is None or loose.bound is None else max(0.0, s * (tight.value - loose.bound))
    )
    if at_most is not None and tight.value is not None and at_most <= PROOF_GAP * max(abs(tight.value), 1e-9):
        at_most = 0.0
    gained = None if tight.value is None or loose.value is None else s * (tight.value - loose.value) + 0.0
    changes = [Change(first.name, first.unit, first.sense, gained, at_least, at_most)]
    if after is not None and after.plan is not None:
        proved, alike = True, changes[0].nothing
        pairs = list(zip(before.objectives, after.objectives, strict=True))
        for k in range(1, len(pairs)):
            proved = proved and all(_proved(o) for o in pairs[k - 1])
            changes.append(_later(*pairs[k], proved=proved, alike=alike))
            alike = alike and changes[-1].nothing
    return Price(rule, v.family.rule(rule).unit, told, tuple(changes), v.known(relax))


def _proved(judged: Judged) -> bool:
    return judged.gap_frac is not None and judged.gap_frac <= PROOF_GAP


def _later(before: Judged, after: Judged, *, proved: bool, alike: bool) -> Change:
    """Compare a later objective: its best value is that among plans best in the earlier ones, so it may get worse.

    Where the earlier ones gain nothing (``alike``), every plan of the tighter question is still one to choose from,
    and it cannot get worse.
    """
    s = 1.0 if before.sense == "min" else -1.0
    at_least = None if before.bound is None or not proved else s * (before.bound - after.value)
    at_most = None if after.bound is None or not proved else s * (before.value - after.bound)
    if alike and proved:
        at_least = max(0.0, at_least or 0.0)
        at_most = None if at_most is None else max(0.0, at_most)
        if at_most is not None and at_most <= PROOF_GAP * max(abs(before.value), 1e-9):
            at_most = 0.0
    return Change(
        before.name, before.unit, before.sense, s * (before.value - after.value) + 0.0, at_least, at_most
    )

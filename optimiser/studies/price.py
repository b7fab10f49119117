"""The price of every rule: what the best plan would gain if a rule gave way by one unit, or altogether.

Both solves leave an interval in which their best value lies, so the price lies in one as well: at least what the
worst of one and the best of the other leave, at most the reverse, never below zero. Bounds and plans are shared: a
plan of the tighter question is one of the looser, a bound of the looser holds for the tighter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimiser.errors import InputError, RejectedPlan
from optimiser.solve.engine import BOUND_TOLERANCE
from optimiser.solve.result import PROOF_GAP, Judged, Result
from optimiser.studies.series import Series
from optimiser.studies.variants import Interval, Variants

MOST_PARTS = 8
"""A rule of no more parts than this (kinds of work balanced, locks) has each of them priced by itself as well."""


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
    """What a rule costs. ``amount`` is in the rule's unit; None where the rule is dropped.

    ``part``: the one kind of work, lock or pair that is dropped while the rest of the rule stands; "" for all of it.
    ``beside``: what else a planner reads a price in, between the two plans found; of that nothing is proved.
    """

    rule: str
    unit: str
    amount: float | None
    changes: tuple[Change, ...]
    plan: Any = None
    part: str = ""
    beside: tuple[Change, ...] = ()

    @property
    def name(self) -> str:
        """What is priced, as a planner reads it: a rule, or one part of it."""
        rule = self.rule.replace("_", " ")
        return f"{rule} of {self.part}" if self.part else rule


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
    of_parts: list[Price] = []
    for rule in rules if not series.stopped else ():
        if _few(v, rule) and not all(c.nothing for c in _price(v, rule, None, v.plenty(rule)).changes):
            for part in v.hooks.parts(problem, rule):
                priced = _without(v, rule, part)
                undecided += [] if priced else [f"dropping {rule} of {part}"]
                of_parts += [priced] if priced else []
    prices = [p for r, a in found for p in (_price(v, r, a, a), _price(v, r, None, v.plenty(r)))]
    prices += of_parts  # the plans found for them are known to the whole rules by then
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


def _few(v: Variants, rule: str) -> bool:
    """Say whether the rule has parts, and few enough of them to price each."""
    return 2 <= len(v.hooks.parts(v.problem, rule)) <= MOST_PARTS


def _without(v: Variants, rule: str, part: str) -> Price | None:
    """Price one part of a rule by dropping it; None where nothing is known of it.

    Raises
    ------
    RejectedPlan
        If the search bounds what the plan of the question itself beats, which is one of the looser question too.
    """
    before = v.result({})
    assert before is not None
    after = v.series.solve(
        v.hooks.without(v.problem, rule, (part,)), f"{rule} of {part} dropped", start=v.known({})
    )
    if after is None or not after.objectives:
        return None
    tight, first = v.interval({}), after.objectives[0]
    assert tight.value is not None
    value = min((tight.value, first.value), key=lambda x: v.sign * x)
    if first.bound is not None and v.sign * (first.bound - tight.value) > BOUND_TOLERANCE * max(
        1.0, abs(tight.value)
    ):
        raise RejectedPlan(
            f"Without {rule} of {part} no plan is said to beat {first.bound:.10g}, yet {tight.value:.10g} is known."
        )
    changes = _changes(v.sign, before, after, tight, Interval(value, first.bound, v.sign))
    v.offer(after.plan)
    return Price(
        rule, v.family.rule(rule).unit, None, changes, after.plan, part, _beside(v, v.known({}), after.plan)
    )


def _price(v: Variants, rule: str, told: float | None, amount: float) -> Price:
    relax = {rule: amount}
    before, after = v.result({}), v.result(relax)
    assert before is not None
    tight, loose = v.interval({}), v.interval(relax)
    plan = v.known(relax)
    changes = _changes(v.sign, before, after, tight, loose)
    return Price(rule, v.family.rule(rule).unit, told, changes, plan, beside=_beside(v, v.known({}), plan))


def _beside(v: Variants, before: Any, after: Any) -> tuple[Change, ...]:
    """Return what the measures told beside the objectives gain from one plan to another."""
    names = v.hooks.told_beside
    if before is None or after is None or not names:
        return ()
    old, new = ({m.name: m for m in v.family.measure(v.problem, plan)} for plan in (before, after))
    found = []
    for name in names:
        if name in old and name in new:
            higher = old[name].better == "higher"
            gained = (new[name].value - old[name].value) * (1.0 if higher else -1.0) + 0.0
            found.append(Change(name, old[name].unit, "max" if higher else "min", gained, None, None))
    return tuple(found)


def _changes(
    s: float, before: Result[Any], after: Result[Any] | None, tight: Interval, loose: Interval
) -> tuple[Change, ...]:
    """Return what each objective gains from the tighter question to the looser one."""
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
    if after is not None and after.plan is not None and _is_best_known(s, after, loose):
        proved, alike = True, changes[0].nothing
        pairs = list(zip(before.objectives, after.objectives, strict=True))
        for k in range(1, len(pairs)):
            proved = proved and all(_proved(o) for o in pairs[k - 1])
            changes.append(_later(*pairs[k], proved=proved, alike=alike))
            alike = alike and changes[-1].nothing
    return tuple(changes)


def _is_best_known(s: float, after: Result[Any], loose: Interval) -> bool:
    """Say whether the plan found is as good as any known: the later objectives of a worse one say nothing."""
    own = after.objectives[0].value
    return loose.value is None or s * (own - loose.value) <= PROOF_GAP * max(abs(loose.value), 1e-9)


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

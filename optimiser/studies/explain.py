"""Why a request is impossible, and the least that would make it possible.

First arithmetic, which needs no solver; then the rules that stand in each other's way (:mod:`.conflict`); then, for
each rule alone and, where none is enough, for pairs, the least relaxation in the rule's own unit: bisection with a
proof below and a checked plan above. What time did not allow to decide is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any, Literal

from optimiser.solve.engine import ARITHMETIC
from optimiser.studies.amounts import Relax
from optimiser.studies.conflict import Conflict, conflict, only
from optimiser.studies.hooks import Refutation
from optimiser.studies.series import Series
from optimiser.studies.variants import Variants

Verdict = Literal["possible", "impossible", "impossible at any amount", "open"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One way out: relax these rules by these amounts, and there is a plan.

    Parameters
    ----------
    relax
        By rule, to be given as the question's ``relax``: what it has already and what is added, rounded up to the
        digits a planner reads.
    added
        What of it is new.
    not_below
        By rule: proved that with this much of it and the other amounts of this choice there is no plan; left out
        where no proof was found.
    exact
        Is every amount known to its precision?
    plan
        A checked plan under this relaxation.
    """

    relax: Mapping[str, float]
    added: Mapping[str, float]
    not_below: Mapping[str, float]
    exact: bool
    plan: Any = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why not, and what would help.

    Parameters
    ----------
    verdict
        ``possible`` (``plan`` is one), ``impossible``, ``impossible at any amount`` (even with every rule that can
        be relaxed switched off), or ``open``: neither a plan nor a proof in the time given.
    refutations
        What arithmetic alone shows.
    reasons
        The same in the family's own sentences.
    conflict
        An irreducible set of rules, None where there is none to give.
    other_conflicts
        Further ones that share no rule with the first or each other: each needs a way out of its own. Looked for
        where no single rule is a way out.
    choices
        Ways out, fewest rules first, of these the mildest first.
    not_alone, open_alone
        Rules proved to be no way out alone at any amount, and those of which that is not known.
    undecided
        What the time did not allow to decide, in words.
    """

    family: str
    verdict: Verdict
    proved_by: str = ""
    plan: Any = None
    refutations: tuple[Refutation, ...] = ()
    reasons: tuple[str, ...] = ()
    conflict: Conflict | None = None
    other_conflicts: tuple[Conflict, ...] = ()
    choices: tuple[Choice, ...] = ()
    not_alone: tuple[str, ...] = ()
    open_alone: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    n_solves: int = 0
    seconds: float = 0.0
    stopped: bool = False
    notes: Mapping[str, Any] = field(default_factory=dict)
    unconfirmed: tuple[str, ...] = ()


def explain(
    series: Series, problem: Any, plans: Sequence[Any] = (), *, impossible_by: str = ""
) -> Explanation:
    """Explain why a request is impossible.

    Parameters
    ----------
    series
        Who solves; its options are those of each solve.
    plans
        Known plans of whatever admissibility: those that help save solves.
    impossible_by
        What has shown already that the request is impossible, as a result tells it: it is not asked again.
    """
    v = Variants(series, problem, plans)
    found = v.hooks.refute(problem)
    for refutation in found:
        v.refuted(only(v, refutation.rules), ARITHMETIC)
    if impossible_by:
        v.refuted({}, impossible_by)
    undecided: list[str] = []

    def said(verdict: Verdict, **more: Any) -> Explanation:
        return Explanation(
            family=v.family.name,
            verdict=verdict,
            proved_by=v.why_impossible({}) or "",
            refutations=found,
            reasons=v.family.contradictions(problem),
            undecided=(*undecided, *series.faults),
            n_solves=series.n_solves,
            seconds=series.elapsed_s,
            stopped=series.stopped,
            unconfirmed=tuple(series.unconfirmed),
            **more,
        )

    can = v.possible({}, "as asked")
    if can:
        return said("possible", plan=v.known({}))
    if can is None:
        undecided.append("whether the request as asked is possible")
    loosest = v.possible(only(v, ()), "every rule relaxed")
    if loosest is False:
        return said("impossible at any amount")
    if loosest is None:
        undecided.append("whether the request is possible with every rule relaxed")
    alone, open_ = _alone(v)
    not_alone = tuple(r for r in v.rules if r not in alone and r not in open_)
    undecided += [f"whether relaxing {rule} alone would be enough" for rule in open_]
    in_conflict = None
    if can is False:
        among = min((r.rules for r in found), key=len, default=v.rules)
        in_conflict = conflict(v, [r for r in v.rules if r in among])
        undecided += [
            f"whether {m.rule} is needed for the conflict" for m in in_conflict.members if not m.shown
        ]
    others = _further(v, in_conflict.rules) if in_conflict is not None and not alone else ()
    undecided += [
        f"whether {m.rule} is needed for the conflict" for c in others for m in c.members if not m.shown
    ]
    floors: dict[str, float] = {}
    for r in found:
        if r.least is not None:
            floors[r.rules[0]] = max(r.least, floors.get(r.rules[0], 0.0))
    choices = [c for rule in alone if (c := _least(v, (rule,), floors)) is not None]
    if not alone:
        choices = _several(v, in_conflict.rules if in_conflict else v.rules, open_)
    return said(
        "open" if can is None else "impossible",
        conflict=in_conflict,
        other_conflicts=others,
        choices=tuple(sorted(choices, key=lambda c: (len(c.relax), _strain(v, c)))),
        not_alone=not_alone,
        open_alone=tuple(open_),
    )


def _strain(v: Variants, choice: Choice) -> float:
    """Return how far a way out goes, as shares of what switches its rules off: the mildest is told first."""
    return sum(amount / v.plenty(rule) for rule, amount in choice.added.items())


def _further(v: Variants, used: Sequence[str]) -> tuple[Conflict, ...]:
    """Return conflicts among the rules that no earlier one uses, until what is left is possible or undecided."""
    found: list[Conflict] = []
    rest = [r for r in v.rules if r not in used]
    while rest and v.possible(only(v, rest), "the other rules") is False:
        found.append(conflict(v, rest))
        rest = [r for r in rest if r not in found[-1].rules]
    return tuple(found)


def _alone(v: Variants) -> tuple[list[str], list[str]]:
    """Return the rules that are enough alone if relaxed by plenty, and those for which that stays open."""
    enough, open_ = [], []
    for rule in v.rules:
        can = v.possible({rule: v.plenty(rule)}, f"{rule} relaxed")
        if can:
            enough.append(rule)
        elif can is None:
            open_.append(rule)
    return enough, open_


def _several(v: Variants, first: Sequence[str], open_: Sequence[str]) -> list[Choice]:
    """Return pairs that are enough, each with its least amounts; where there is none, one larger set."""
    choices: list[Choice] = []
    seen: set[frozenset[str]] = set()
    for rule in first:
        for other in v.rules:
            pair = frozenset((rule, other))
            if rule == other or pair in seen:
                continue
            seen.add(pair)
            if v.possible({r: v.plenty(r) for r in pair}, f"{rule} and {other} relaxed"):
                for order in permutations(sorted(pair, key=v.rules.index)):
                    choice = _least(v, order, {})
                    if choice is not None and choice.relax not in [c.relax for c in choices]:
                        choices.append(choice)
    if not choices and v.known(only(v, ())) is not None:
        needed = _fewest(v)
        choice = _least(v, needed, {})
        choices = [choice] if choice is not None else []
    return choices


def _fewest(v: Variants) -> list[str]:
    """Return rules that are enough together, none of which can be left out as far as could be decided."""
    relaxed = list(v.rules)
    for rule in v.rules:
        rest = [r for r in relaxed if r != rule]
        if v.possible({r: v.plenty(r) for r in rest}, f"{rule} kept"):
            relaxed = rest
    return relaxed


def _least(v: Variants, rules: Sequence[str], floors: Mapping[str, float]) -> Choice | None:
    """Lower the amounts of ``rules``, enough if plenty, one after the other; None where no plan is known any more."""
    relax = {rule: v.plenty(rule) for rule in rules}
    proved: dict[str, float] = {}
    exact = True
    for rule in rules:
        low, high = _bisect(v, rule, relax, floors.get(rule))
        relax[rule] = high
        if low is not None:
            proved[rule] = low
        scale = v.scale(rule)
        exact &= low is not None and high - low <= (1.0 if scale.whole else scale.precision * 1.1)
    relax = {r: readable(a, v.scale(r).whole, v.scale(r).precision) for r, a in relax.items() if a > 0}
    plan = v.known(relax)
    if plan is None:
        return None
    now = v.problem.params.relax
    total = {**now, **{r: float(now.get(r, 0.0)) + a for r, a in relax.items()}}
    return Choice(total, relax, proved, exact, plan)


def _bisect(v: Variants, rule: str, relax: Relax, floor: float | None) -> tuple[float | None, float]:
    """Return (amount proved too little, amount with a checked plan) of one rule, the others as in ``relax``."""
    scale = v.scale(rule)
    others = {r: a for r, a in relax.items() if r != rule}
    high = _met(v, rule, relax)
    low = 0.0 if v.possible(others, f"{rule} not relaxed") is False else None
    if high == 0:
        return None, 0.0
    if low is not None and floor is not None and not others:
        low = max(low, min(floor, high) - (1.0 if scale.whole else 1e-9))  # arithmetic has shown it
    while low is not None and high - low > (1.0 if scale.whole else scale.precision):
        middle = (low + high) / 2
        middle = math.floor(middle) if scale.whole else middle
        at = {**others, rule: middle}
        can = v.possible(at, v.said(at))
        if can is None:
            break
        if can:
            high = min(middle, _met(v, rule, at))
        else:
            low = middle
    return low, high


def _met(v: Variants, rule: str, relax: Relax) -> float:
    """Return the least amount of ``rule`` that a plan known under ``relax`` needs."""
    needs = [v.needs(plan, rule, relax) for plan in v.pool if v.passes(plan, relax)]
    return min(needs)


def readable(amount: float, whole: bool, precision: float) -> float:
    """Round an amount up to what a planner reads: a tenth of the precision, or a whole number."""
    digit = 1.0 if whole else precision / 10
    return round(math.ceil(amount / digit - 1e-9) * digit, 10)

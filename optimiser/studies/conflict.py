"""Which rules stand in each other's way: an irreducible set, every step of it proved or witnessed.

A deletion filter (Chinneck, Feasibility and Infeasibility in Optimization, 2008, ch. 6): drop a rule; if the rest is
still impossible it was not needed, else the plan that now exists shows that it is. That plan passes every rule of
the final set but this one, so the set is irreducible without a further solve, and the check is done again at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from optimiser.errors import InputError, RejectedPlan
from optimiser.solve.result import Status
from optimiser.studies.variants import Variants


@dataclass(frozen=True, slots=True)
class Member:
    """A rule of a conflict.

    Parameters
    ----------
    rule
        Its name.
    shown
        True where a checked plan keeps every other rule of the set: without this one there is no conflict. False
        where time did not allow to tell.
    parts
        The parts of the rule that the conflict needs, where it has several and they could be told apart.
    witness
        That plan.
    """

    rule: str
    shown: bool
    parts: tuple[str, ...] = ()
    witness: Any = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot hold together. ``irreducible`` where each of them is shown to be needed."""

    members: tuple[Member, ...]
    proved_by: str
    also_by: str = ""

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules."""
        return tuple(m.rule for m in self.members)

    @property
    def irreducible(self) -> bool:
        """Is every rule of the set shown to be needed?"""
        return all(m.shown for m in self.members)


def only(v: Variants, rules: Sequence[str]) -> dict[str, float]:
    """Return the relaxation that leaves only these rules (and those that cannot be relaxed) in force."""
    return {rule: v.plenty(rule) for rule in v.rules if rule not in rules}


def conflict(v: Variants, among: Sequence[str]) -> Conflict:
    """Reduce ``among``, rules proved to be in conflict, to an irreducible set.

    Rules that are known to be needed (a plan passes all the others) are not tried again.
    """
    kept = list(among)
    sure = [r for r in kept if v.known(only(v, [q for q in kept if q != r])) is not None]
    if sure and len(sure) < len(kept) and v.possible(only(v, sure), f"only {', '.join(sure)}") is False:
        kept = sure
    for rule in list(kept):
        rest = [r for r in kept if r != rule]
        if v.known(only(v, rest)) is None and v.possible(only(v, rest), f"without {rule}") is False:
            kept = rest
    by = v.why_impossible(only(v, kept))
    if by is None:
        raise RejectedPlan(
            "The rules left over by the search for a conflict are not proved to be in conflict."
        )
    members = []
    for rule in kept:
        witness = v.known(only(v, [r for r in kept if r != rule]))
        members.append(Member(rule, witness is not None, _parts(v, rule, kept), witness))
    return Conflict(tuple(members), by, _second(v, kept))


def _parts(v: Variants, rule: str, kept: Sequence[str]) -> tuple[str, ...]:
    """Return the parts of a rule that its conflict needs; none where it has fewer than two or time is short."""
    parts = v.hooks.parts(v.problem, rule)
    if len(parts) < 2:
        return ()
    problem = v.at(only(v, kept))

    def impossible(left: Sequence[str]) -> bool:
        without = v.hooks.without(problem, rule, [p for p in parts if p not in left])
        if any(not v.family.check(without, plan) for plan in v.pool):
            return False
        result = v.series.solve(v.hooks.plain(without), f"{rule}: {len(left)} of {len(parts)}", any_plan=True)
        return result is not None and result.status is Status.INFEASIBLE

    return tuple(reduced(parts, impossible))


def reduced(items: Sequence[str], impossible: Callable[[Sequence[str]], bool]) -> list[str]:
    """Drop what is not needed for ``impossible`` to stay true, halves first, then quarters, at last one by one."""
    kept, size = list(items), max(1, len(items) // 2)
    while True:
        for begin in range(0, len(kept), size):
            rest = kept[:begin] + kept[begin + size :]
            if begin < len(kept) and rest and impossible(rest):
                kept = rest
                break
        else:
            if size == 1:
                return kept
            size = max(1, size // 2)
            continue


def _second(v: Variants, kept: Sequence[str]) -> str:
    """Have another formulation refute the final set; its name where it did, "" where none could.

    Raises
    ------
    RejectedPlan
        If it finds a plan instead.
    """
    from optimiser import registry

    problem = v.hooks.plain(v.at(only(v, kept)))
    for name in registry.names(v.family.name):
        if name == v.series.formulation:
            continue
        try:
            result = v.series.solve(problem, f"again by {name}", any_plan=True, formulation=name)
        except InputError:
            continue  # it cannot take this problem
        if result is None:
            continue
        if result.plan is not None:
            raise RejectedPlan(f"{v.series.formulation} calls impossible what {name} has a checked plan for.")
        if result.status is Status.INFEASIBLE:
            return name
    return ""

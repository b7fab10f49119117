"""What a study may know of a family beyond its rules. Every hook has a default that needs nothing of the family."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_HOMES = {
    "sectors": "optimiser.studies.of_sectors",
    "shifts": "optimiser.studies.of_shifts",
    "assignment": "optimiser.studies.of_assignment",
    "standby": "optimiser.studies.of_standby",
    "patterns": "optimiser.studies.of_patterns",
}


@dataclass(frozen=True, slots=True)
class Refutation:
    """A request refuted by arithmetic: these rules, with those that cannot be relaxed, cannot hold together.

    Parameters
    ----------
    rules
        Names of rules.
    where
        What it is about: an area, an hour, the week.
    found, limit, unit
        What the best of all plans has there and what the first rule asks for, in the unit given.
    least
        The first rule has to be relaxed by at least this, in its own unit, while the others stand; None where
        that is not known.
    """

    rules: tuple[str, ...]
    where: str
    found: float
    limit: float
    unit: str
    least: float | None = None


def _same(problem: Any) -> Any:
    return problem


def _none(problem: Any) -> tuple[Refutation, ...]:
    return ()


def _no_parts(problem: Any, rule: str) -> tuple[str, ...]:
    return ()


def _no_aims(problem: Any) -> tuple[str, ...]:
    return ()


def differing_entries(problem: Any, one: Any, other: Any) -> float:
    """Share of the decisions of either plan that the other has not: any plan that is made of mappings."""
    total = different = 0
    for field in dataclasses.fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            keys = set(a) | set(b)
            total += len(keys)
            different += sum(a.get(k) != b.get(k) for k in keys)
    return different / total if total else float(one != other)


@dataclass(frozen=True)
class Hooks:
    """What studies know of one family.

    Parameters
    ----------
    plain
        The same rules with the plainest objective: where only whether there is a plan is asked.
    refute
        Every refutation that needs no solver.
    in_force
        ``(problem, rule)``: whether the question asks for the rule at all; one it does not ask for is left out.
    plenty
        Rule name to an amount that switches the rule off, where that of its unit would not do.
    parts
        ``(problem, rule)``: what a rule is made of (each lock, each kind of work), where one can stand alone.
    without
        ``(problem, rule, parts)``: the problem without these parts of the rule.
    distance
        ``(problem, one, other)``: from 0, alike, to 1.
    distance_of
        What the distance is a share of, in words.
    push
        ``(problem, plans, strength)``: problems under the same rules or tighter ones whose objectives lead away
        from ``plans``, the further the greater the strength, 0 to 1; None where only other seeds help.
    aiming
        ``(problem, names)``: the problem with these objectives by their short names, most important first; None where
        the family's objectives cannot be held.
    aims
        Short names of the objectives that can be set against each other with the question's data.
    holding
        ``(problem, limits)``: the problem with objectives held at values in their own units, as rules.
    holder
        Name of the rule that holds an objective.
    told_beside
        Names of the measures that a planner reads a price in besides the objectives: calls covered, minutes of drive.
    calls_counted
        ``(problem)``: the calls a week that the most important objective is about, where it is a sum over calls: what
        a share of it, or a mean drive, is of; None where it is none.
    idle
        Choices that count what may also stand idle: whatever a number of it can do, one more can.
    settled
        ``(problem, plan)``: the plan with what it leaves open put right for the planner's own objective.
    """

    plain: Callable[[Any], Any] = _same
    refute: Callable[[Any], tuple[Refutation, ...]] = _none
    in_force: Callable[[Any, str], bool] = lambda problem, rule: True
    plenty: Callable[[Any, str], float | None] = lambda problem, rule: None
    parts: Callable[[Any, str], tuple[str, ...]] = _no_parts
    without: Callable[[Any, str, Sequence[str]], Any] = lambda problem, rule, parts: problem
    distance: Callable[[Any, Any, Any], float] = differing_entries
    distance_of: str = "decisions"
    push: Callable[[Any, Sequence[Any], float], Sequence[Any]] | None = None
    idle: tuple[str, ...] = ()
    settled: Callable[[Any, Any], Any] = lambda problem, plan: plan
    aiming: Callable[[Any, Sequence[str]], Any] | None = None
    aims: Callable[[Any], tuple[str, ...]] = _no_aims
    told_beside: tuple[str, ...] = ()
    calls_counted: Callable[[Any], float | None] = lambda problem: None
    holding: Callable[[Any, Mapping[str, float]], Any] = lambda problem, limits: problem
    holder: Callable[[str], str] = lambda name: name


def hooks_of(family: str) -> Hooks:
    """Return what studies know of a family."""
    if family not in _HOMES:
        return Hooks()
    found: Hooks = importlib.import_module(_HOMES[family]).HOOKS
    return found

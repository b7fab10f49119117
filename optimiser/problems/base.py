"""The words every family shares: a rule, its violation, an objective, a measure, and the family."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar, cast

from optimiser.errors import UsageError

Sense = Literal["min", "max"]

T = TypeVar("T")
ProblemT = TypeVar("ProblemT")
PlanT = TypeVar("PlanT")


def choice(
    unit: str,
    help_text: str,
    *,
    label: str = "",
    group: str = "basics",
    options: tuple[str, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    hidden: bool = False,
) -> dict[str, Any]:
    """Metadata of one planner's choice: it feeds the form, the scenario file, the CLI help and the docs.

    ``unit`` is the core unit (``"s"``, ``"frac"``, ``"h"``, ``"districts"`` ...); forms and files show
    seconds as minutes and fractions as percent through :mod:`optimiser.units`.
    """
    return {
        "unit": unit,
        "help": help_text,
        "label": label,
        "group": group,
        "options": options,
        "minimum": minimum,
        "maximum": maximum,
        "hidden": hidden,
    }


def asked(default: T, unit: str, help_text: str, **more: Any) -> T:
    """Return a dataclass field that holds one planner's choice; the rest as for :func:`choice`.

    To a type checker it is its default, so that a default of the wrong type is found.
    """
    metadata = choice(unit, help_text, **more)
    made: Any = (
        field(default_factory=dict, metadata=metadata)
        if default == {}
        else field(default=default, metadata=metadata)
    )
    return cast("T", made)


@dataclass(frozen=True, slots=True)
class Rule:
    """A hard rule by name, in the planner's words. ``unit`` is that of ``found``, ``limit`` and a relaxation."""

    name: str
    meaning: str
    unit: str
    relaxable: bool = True


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: where, what was found and what the limit is, in the rule's unit."""

    rule: str
    where: str
    found: float
    limit: float
    unit: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.where} has {self.found:.6g} {self.unit}, limit {self.limit:.6g}"


@dataclass(frozen=True, slots=True)
class Objective:
    """One number a plan is judged by, recomputed from the data."""

    name: str
    value: float
    unit: str
    sense: Sense


@dataclass(frozen=True, slots=True)
class Measure:
    """What a planner wants to know of a plan. ``better`` says which way is good, if either is.

    ``by`` holds the same measure per district, hour, grade ... when it has parts.
    """

    name: str
    value: float
    unit: str
    better: Literal["lower", "higher", "neither"] = "neither"
    by: Mapping[str, float] = field(default_factory=dict)
    by_what: str = ""


@dataclass(frozen=True)
class Family(Generic[ProblemT, PlanT]):
    """A kind of question: its types and the functions that judge an answer.

    Parameters
    ----------
    name
        Noun, as used in ``family.method`` and on the command line.
    params_type, problem_type, plan_type
        Frozen dataclasses. ``problem_type`` has a field ``params``.
    rules
        Every hard rule there is. A test owes each a plan that breaks it and nothing else.
    check
        ``(problem, plan) -> list[Violation]``: all that is wrong; never raises for a bad plan.
    objectives
        ``(problem, plan) -> tuple[Objective, ...]`` in order of importance, from data and plan alone.
    measure
        ``(problem, plan) -> tuple[Measure, ...]``.
    contradictions
        ``(problem) -> tuple[str, ...]``: reasons, in sentences for the planner, why no plan can exist, where
        arithmetic shows it before any solve. Given any, the engine does not ask a formulation.
    """

    name: str
    params_type: type[Any]
    problem_type: type[ProblemT]
    plan_type: type[PlanT]
    rules: tuple[Rule, ...]
    check: Callable[[ProblemT, PlanT], list[Violation]]
    objectives: Callable[[ProblemT, PlanT], tuple[Objective, ...]]
    measure: Callable[[ProblemT, PlanT], tuple[Measure, ...]]
    contradictions: Callable[[ProblemT], tuple[str, ...]] = field(default=lambda problem: ())

    def rule(self, name: str) -> Rule:
        """Return the rule of that name.

        Raises
        ------
        KeyError
            If the family has no such rule.
        """
        for rule in self.rules:
            if rule.name == name:
                return rule
        raise KeyError(name)


def relaxed(relax: Mapping[str, float], rule: str) -> float:
    """Return the amount by which ``rule`` is relaxed, in the rule's own unit; 0 where it is not."""
    return float(relax.get(rule, 0.0))


def check_standing(clauses: Mapping[str, str], hard_rules: Sequence[str], rules: tuple[Rule, ...]) -> None:
    """Refuse a clause of, or hardness for, a rule that there is not.

    Raises
    ------
    UsageError
        Naming the rule and those there are.
    """
    names = [rule.name for rule in rules]
    unknown = [name for name in (*clauses, *hard_rules) if name not in names]
    if unknown:
        raise UsageError(
            f"There is no rule {unknown[0]!r} to give a clause or to be hard; rules: {', '.join(names)}."
        )


def check_relaxations(relax: Mapping[str, float], rules: tuple[Rule, ...]) -> None:
    """Refuse relaxations of rules that do not exist or cannot be relaxed, and amounts that are no amounts.

    Raises
    ------
    UsageError
        Naming the rule and the ones that can be relaxed.
    """
    may = [rule.name for rule in rules if rule.relaxable]
    for name, amount in relax.items():
        if name not in may:
            raise UsageError(f"relax names {name!r}, which cannot be relaxed; these can: {', '.join(may)}.")
        if not (amount >= 0 and math.isfinite(amount)):
            raise UsageError(f"relax of {name!r} must be 0 or more and finite, got {amount}.")

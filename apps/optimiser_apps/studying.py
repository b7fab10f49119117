"""What a study may be asked, in words, and what it may be asked about. No screen here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimiser import registry
from optimiser.errors import InputError
from optimiser.report.phrases import shown_value
from optimiser.studies.amounts import relaxable, scale_of
from optimiser.studies.hooks import hooks_of
from optimiser.units import fraction_from_percent, seconds_from_minutes
from optimiser_apps.fields import Field, question_fields


@dataclass(frozen=True)
class Kind:
    """A kind of study as a planner asks for it."""

    name: str
    ask: str
    why: str
    icon: str
    about_family: bool = True


KINDS = (
    Kind(
        "explain",
        "Why is it impossible?",
        "Which rules stand in each other's way, and the smallest ways out, each with a plan at hand.",
        ":material/block:",
    ),
    Kind(
        "price",
        "What does each rule cost?",
        "What the best plan would gain if a rule gave way a little, or were not there: between what and what, proved.",
        ":material/sell:",
    ),
    Kind(
        "frontier",
        "What does loosening buy?",
        "The best plan at each step of loosening one or two rules, with the band in which better plans may lie.",
        ":material/show_chart:",
    ),
    Kind(
        "between",
        "What does one aim cost of another?",
        "Calls in time against even work against change, for example: the best of one while the others are held, from "
        "their own best to where the first is best.",
        ":material/balance:",
    ),
    Kind(
        "alternatives",
        "What else is nearly as good?",
        "Plans that look different and are hardly worse, to choose from by what no rule can say.",
        ":material/alt_route:",
    ),
    Kind(
        "levels",
        "How many are worth it?",
        "The best plan with each number of districts, centres, cars or officers, and what one more is worth.",
        ":material/stairs:",
    ),
    Kind(
        "nest",
        "Which beats fill each district?",
        "Every district of a plan filled with beats of even work, as many as its work deserves, each by itself.",
        ":material/grid_view:",
        about_family=False,
    ),
    Kind(
        "uncertainty",
        "How sure are the figures?",
        "Solved plans judged on years made of the project's own weeks: how far their figures move, and which plan is "
        "better how often.",
        ":material/casino:",
        about_family=False,
    ),
    Kind(
        "drift",
        "Is it still right?",
        "A plan of districts under the work of the last weeks: is nothing needed, do officers or shifts follow the "
        "work, or must lines move, and how few areas then.",
        ":material/history:",
        about_family=False,
    ),
    Kind(
        "budget",
        "What does one more officer buy?",
        "From few officers to many: how short the week is, for whom one more helps most, and under six futures.",
        ":material/groups:",
        about_family=False,
    ),
)
LEDGER = Kind(
    "ledger",
    "Where does officers' time go?",
    "Calls, proactive work, administration, community: what was measured, what is planned, and what simulated weeks "
    "show, beside the ceilings and floors; whatever is unaccounted is shown as well.",
    ":material/schedule:",
    about_family=False,
)
"""Asked on the page of strength and budget alone."""
_COUNTED = ("n_districts", "n_cars", "n_units", "new_officers", "n_incidents", "rows", "most_shifts", "fleet")
"""Choices that count something, the ones asked about most first."""


def kind_of(name: str) -> Kind:
    """Return a kind by its name.

    Raises
    ------
    InputError
        If there is none.
    """
    for kind in (*KINDS, LEDGER):
        if kind.name == name:
            return kind
    raise InputError(f"There is no study {name!r}.")


AIMS = {
    "cover": "calls within target",
    "travel": "driving to calls",
    "backup": "calls with a second centre",
    "expected": "calls that find a free car",
    "compactness": "compact districts",
    "deviation": "even work",
    "splits": "named places kept whole",
    "moved": "little change",
    **{f"cover {p}": f"calls of priority {p} within target" for p in range(1, 10)},
}
"""What each aim that can be set against another stands for."""


def aims_of(family: str, problem: Any) -> dict[str, str]:
    """Return the aims that can be set against each other, with what each stands for; its own first ones first."""
    names = hooks_of(family).aims(problem)
    asked = [n for n in problem.params.objectives if n in names] if names else []
    return {n: AIMS.get(n, n) for n in (*asked, *(n for n in names if n not in asked))}


def rules_of(family: str, problem: Any) -> dict[str, str]:
    """Return the rules that this question asks for and that may be loosened, with what each says."""
    fam, hooks = registry.family(family), hooks_of(family)
    hard = getattr(problem.params, "hard_rules", ())
    names = [r for r in relaxable(fam) if hooks.in_force(problem, r) and r not in hard]
    return {n: fam.rule(n).meaning for n in names}


def unit_of(family: str, rule: str) -> str:
    """Return the unit of a rule's amounts as a planner reads it."""
    unit = registry.family(family).rule(rule).unit
    return "percentage points" if unit == "frac" else shown_value(0.0, unit)[1]


def usual_amount(family: str, rule: str) -> float:
    """Return how far a rule is loosened where the planner says nothing: ten of its usual steps."""
    unit = registry.family(family).rule(rule).unit
    return shown_value(10 * scale_of(unit).step, unit)[0]


def core_amount(family: str, rule: str, shown: float) -> float:
    """Return an amount in the rule's own unit.

    Raises
    ------
    InputError
        If it is not above 0.
    """
    if not shown > 0:
        raise InputError(f"Loosen {rule.replace('_', ' ')} up to an amount above 0, got {shown:g}.")
    convert = {"s": seconds_from_minutes, "frac": fraction_from_percent}
    unit = registry.family(family).rule(rule).unit
    return convert[unit](shown) if unit in convert else shown


def counted(family: str) -> tuple[Field, ...]:
    """Return the choices of a question whose number may be looked at level by level."""
    whole = [f for f in question_fields(family) if f.kind == "whole"]
    first = [f for name in _COUNTED for f in whole if f.name == name]
    return (*first, *(f for f in whole if f not in first))


def usual_numbers(field: Field, choices: Mapping[str, Any], problem: Any) -> tuple[int, int]:
    """Return the numbers looked at where the planner says nothing: two below what is asked to three above.

    There are no more districts than places for their centres.
    """
    asked = getattr(problem.params, field.name, 0)
    now = int(choices.get(field.name) or field.default or asked or 0) or 3
    most = len(problem.centre_ids) if field.name == "n_districts" else now + 3
    low = max(int(field.minimum or 0), 1, min(now - 2, most - 1))
    return low, max(low + 1, min(now + 3, most))


def said(kind: str, family: str, given: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Return the title of a study: what is asked, about which question."""
    about = "" if kind == "budget" else f" {titles.get(family, family)}"
    more = ""
    if kind == "frontier":
        more = ": " + " and ".join(str(rule) for rule, _ in given.get("axes", ()))
    if kind == "between":
        first, *others = (AIMS.get(str(name), str(name)) for name in given["aims"])
        more = f": {first} against {' and '.join(others)}"
    if kind == "levels":
        numbers: Sequence[int] = given.get("numbers", ())
        more = f": {given.get('what', '')} {min(numbers)} to {max(numbers)}" if numbers else ""
    return f"{kind_of(kind).ask.rstrip('?')}{' -' if about else ''}{about}{more}"

"""How many: a number swept with the value of each, and the fewest for a standard.

Each point is a checked plan with its bound, so the value of one more lies in an interval that is proved: at least
what the worst of one and the best of the other leave, at most the reverse. More is not always better (five districts
may do what six cannot), so a number that was not asked is not proved by one that was, unless one more can stand idle.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from optimiser.data.project import Project
from optimiser.errors import InputError, UsageError
from optimiser.prepare.questions import ask
from optimiser.solve.result import Judged
from optimiser.studies.hooks import hooks_of
from optimiser.studies.series import Series
from optimiser.units import fraction_from_percent, seconds_from_minutes


@dataclass(frozen=True, slots=True)
class Step:
    """One number: its plan's first objective with the bound, and what it is worth beside the number before.

    ``at_least`` and ``at_most`` bound the gain of the best plan over that of the number before; None where a plan or
    bound is missing.
    """

    number: int
    status: str
    judged: Judged | None
    confirmed: bool = False
    found: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    plan: Any = None


@dataclass(frozen=True, slots=True)
class Sweep:
    """Every number asked for, in order.

    Parameters
    ----------
    fewest
        The smallest number asked for with a plan that meets the standard.
    proved
        Whether no number below ``fewest`` can: all of them, from 1, are in ``cannot``.
    cannot
        Numbers of which it is proved that no plan meets the standard; rising.
    left_out
        Numbers that cannot even be asked, each with the reason.
    unsolved
        Numbers that were asked for and not looked at: the sweep ended before them.
    """

    steps: tuple[Step, ...]
    standard: float | None = None
    fewest: int | None = None
    proved: bool = False
    cannot: tuple[int, ...] = ()
    left_out: Mapping[int, str] = field(default_factory=dict)
    unsolved: tuple[int, ...] = ()


def asked_for(
    project: Project, family: str, choices: Mapping[str, Any], choice: str, wanted: Sequence[int], where: str
) -> tuple[dict[int, Any], dict[int, str]]:
    """Return the question of each number, and for those that cannot be asked the reason.

    Raises
    ------
    InputError
        If none of the numbers can be asked, or the choice counts nothing.
    """
    if choice == "year":
        raise InputError(
            "A year is no number of something, and each has its own calls: solve for every year by itself, with "
            "--set year=..."
        )
    problems: dict[int, Any] = {}
    left_out: dict[int, str] = {}
    first: InputError | None = None
    for number in wanted:
        try:
            problems[number] = ask(project, family, with_number(choices, choice, number), where).problem
        except InputError as error:
            first = first or error
            left_out[number] = str(error)
    if first is not None and not problems:
        raise first
    return problems, left_out


def sweep(
    series: Series, problems: Mapping[int, Any], standard: float | None = None, choice: str = ""
) -> Sweep:
    """Solve the question for each number.

    Parameters
    ----------
    problems
        The question by number, ascending; each is solved from no other, since plans of other numbers do not fit.
    standard
        Value that the first objective should reach, in its own unit; None for no such question.
    choice
        Name of the choice that counts: of some, one more can always stand idle, so what a number cannot, no smaller
        one can.
    """
    steps: list[Step] = []
    for number, problem in sorted(problems.items()):
        result = series.solve(problem, f"{number}")
        if result is None:
            break
        judged = result.objectives[0] if result.objectives else None
        step = _step(number, str(result.status), judged, result.plan, steps[-1] if steps else None)
        steps.append(replace(step, confirmed=result.confirmed))
    fewest = next((s.number for s in steps if _meets(s, standard)), None)
    cannot = {s.number for s in steps if standard is not None and _cannot(s, standard)}
    if cannot and choice.partition(".")[0] in hooks_of(series.family.name).idle:
        cannot |= set(range(1, max(cannot)))
    proved = fewest is not None and cannot.issuperset(range(1, fewest))
    solved = {s.number for s in steps}
    unsolved = tuple(sorted(set(problems) - solved - cannot))
    return Sweep(tuple(steps), standard, fewest, proved, tuple(sorted(cannot)), unsolved=unsolved)


def _step(number: int, status: str, judged: Judged | None, plan: Any, before: Step | None) -> Step:
    if judged is None or before is None or before.judged is None:
        return Step(number, status, judged, plan=plan)
    sign = 1.0 if judged.sense == "max" else -1.0
    old = before.judged
    found = sign * (judged.value - old.value)
    least = None if old.bound is None else sign * (judged.value - old.bound)
    most = None if judged.bound is None else sign * (judged.bound - old.value)
    return Step(number, status, judged, found=found, at_least=least, at_most=most, plan=plan)


def _meets(step: Step, standard: float | None) -> bool:
    if standard is None or step.judged is None:
        return False
    sign = 1.0 if step.judged.sense == "max" else -1.0
    return sign * (step.judged.value - standard) >= -_rounding(standard)


def _cannot(step: Step, standard: float) -> bool:
    """Is it proved that no plan of this number meets the standard?"""
    if step.status == "infeasible":
        return True
    if step.judged is None or step.judged.bound is None:
        return False
    sign = 1.0 if step.judged.sense == "max" else -1.0
    return sign * (step.judged.bound - standard) < -_rounding(standard)


def _rounding(standard: float) -> float:
    return 1e-9 * max(1.0, abs(standard))


def standard_of(family: str, problem: Any, text: str) -> float:
    """Read a standard that the first objective should reach: ``90%`` of the calls, ``7min`` of mean drive, or a value.

    Parameters
    ----------
    problem
        One of the questions: the calls it counts are those of every number.

    Returns
    -------
    float
        In the objective's own unit.

    Raises
    ------
    UsageError
        If it is no number, or a share or mean drive of an aim that is none.
    """
    aim = problem.params.objectives[0]
    n_calls = hooks_of(family).calls_counted(problem)
    told = text.strip().lower().replace(" ", "")
    ending = next((e for e in ("%", "min") if told.endswith(e)), "")
    try:
        value = float(told.removesuffix(ending))
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise UsageError(
            f"The standard {text!r} should be a share as 90%, a mean drive as 7min, or a number."
        )
    if not ending:
        return value
    if n_calls is None or (ending == "min") != (aim == "travel"):
        kind = "a share of calls" if ending == "%" else "a mean drive"
        other = "cover" if ending == "%" else "travel" if family == "sectors" else "drive"
        raise UsageError(
            f"The first aim is {aim}, which is not {kind}: the standard {text!r} says nothing of it. Aim at that: "
            f"--set objective={other}."
        )
    return n_calls * (fraction_from_percent(value) if ending == "%" else seconds_from_minutes(value))


def with_number(choices: Mapping[str, Any], name: str, number: int) -> dict[str, Any]:
    """Return the choices with a number: ``n_cars``, or one in a table of numbers, ``cars_by_part.night``."""
    home, _, key = name.partition(".")
    return {**choices, home: {**choices.get(home, {}), key: number} if key else number}


def numbers(text: str) -> Sequence[int]:
    """Read ``4..9`` or ``4,6,8``.

    Raises
    ------
    InputError
        If it is neither.
    """
    try:
        if ".." in text:
            first, last = (int(t) for t in text.split(".."))
            found: Sequence[int] = range(first, last + 1)
        else:
            found = sorted({int(t) for t in text.split(",")})
    except ValueError as error:
        raise InputError(f"{text!r} should be numbers as 4..9 or 4,6,8.") from error
    if not found or min(found) < 1:
        raise InputError(f"{text!r} holds no numbers from 1 up; give them as 4..9 or 4,6,8.")
    return found

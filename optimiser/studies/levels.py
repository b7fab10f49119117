"""How many, and level by level: a number swept with the value of each, the fewest for a standard, beats in districts.

Each point is a checked plan with its bound, so the value of one more lies in an interval that is proved: at least
what the worst of one and the best of the other leave, at most the reverse. The districts of a nested plan share no
area, so their objectives and their bounds add up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from optimiser.errors import InputError, UsageError
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.solve.result import Judged, Status
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
    """Every number asked for, in order. ``fewest`` meets the standard; ``proved`` where no smaller one can."""

    steps: tuple[Step, ...]
    standard: float | None = None
    fewest: int | None = None
    proved: bool = False


@dataclass(frozen=True, slots=True)
class Nested:
    """Beats within districts: the beat of each area, and the result of each district."""

    district_of: Mapping[str, str]
    beat_of: Mapping[str, str]
    centre_of: Mapping[str, str]
    value: float
    bound: float | None
    unit: str
    name: str
    open_districts: tuple[str, ...] = field(default=())


def sweep(series: Series, problems: Mapping[int, Any], standard: float | None = None) -> Sweep:
    """Solve the question for each number.

    Parameters
    ----------
    problems
        The question by number, ascending; each is solved from no other, since plans of other numbers do not fit.
    standard
        Value that the first objective should reach, in its own unit; None for no such question.
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
    below = [s for s in steps if fewest is not None and s.number < fewest]
    proved = fewest is not None and all(_cannot(s, standard) for s in below)
    return Sweep(tuple(steps), standard, fewest, proved)


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
    return sign * (step.judged.value - standard) >= -1e-9 * max(1.0, abs(standard))


def _cannot(step: Step, standard: float | None) -> bool:
    """Is it proved that no plan of this number meets the standard?"""
    if step.status == "infeasible":
        return True
    if standard is None or step.judged is None or step.judged.bound is None:
        return False
    sign = 1.0 if step.judged.sense == "max" else -1.0
    return sign * (step.judged.bound - standard) < 0


def shared_out(total: int, work: Mapping[str, float]) -> dict[str, int]:
    """Share out a number of beats by work: one each at least, then the largest remainders (Hamilton's method).

    Raises
    ------
    InputError
        If there are fewer beats than districts.
    """
    if total < len(work):
        raise InputError(f"{total} beats are asked for in {len(work)} districts; each needs one at least.")
    names = sorted(work)
    quota = np.array([work[n] for n in names])
    quota = quota / max(float(quota.sum()), 1e-12) * total
    given = np.maximum(1, np.floor(quota)).astype(int)
    while given.sum() < total:
        given[int(np.argmax(quota - given))] += 1
    while given.sum() > total:
        spare = np.where(given > 1, given - quota, -np.inf)
        given[int(np.argmax(spare))] -= 1
    return dict(zip(names, given.tolist(), strict=True))


def nest(
    series: Series, problem: SectorsProblem, parts: Mapping[str, SectorsProblem], n_beats: Mapping[str, int]
) -> Nested | None:
    """Design the beats of every district, one district after another; None where one has no plan.

    Parameters
    ----------
    problem
        The question of the whole map: what its params say of rules and aims holds for each district's beats.
    parts
        The question of each district's areas (:func:`optimiser.prepare.sectors.restricted`).
    n_beats
        How many beats each district gets.
    """
    if problem.params.limits:
        raise InputError(
            f"Limits of {', '.join(problem.params.limits)} hold for the whole map; the beats of each district are "
            "designed apart: leave the limits out."
        )
    beat_of: dict[str, str] = {}
    district_of: dict[str, str] = {}
    centre_of: dict[str, str] = {}
    value, bound = 0.0, 0.0
    known, still_open = True, []
    name = unit = ""
    for district, part in sorted(parts.items()):
        width = len(str(n_beats[district]))
        names = tuple(f"{district}-{b + 1:0{width}d}" for b in range(n_beats[district]))
        params = replace(part.params, district_ids=names, fixed_centres=(), target_shares=(), locks=())
        result = series.solve(replace(part, params=params, today=()), f"beats of {district}")
        if result is None or result.plan is None:
            return None
        plan: SectorsPlan = result.plan
        beat_of |= dict(plan.district_of)
        district_of |= dict.fromkeys(plan.district_of, district)
        centre_of |= dict(plan.centre_of)
        head = result.objectives[0]
        name, unit, value = head.name, head.unit, value + head.value
        known = known and head.bound is not None
        bound += head.bound or 0.0
        if result.status is not Status.OPTIMAL or not result.confirmed:
            still_open.append(district)
    return Nested(
        district_of, beat_of, centre_of, value, bound if known else None, unit, name, tuple(still_open)
    )


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

"""How much a plan's figures move with the data, and whether one plan beats another whatever the weeks.

Plans are fixed; the question's data vary. Each plan is judged on each sample by the same rules and objectives; the
samples are shared by all plans, so that what moves all alike does not hide which is better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from optimiser.errors import InputError
from optimiser.problems.base import Family

LOW_PCT, HIGH_PCT = 5.0, 95.0
"""Ends of the interval that is told, in percent of the samples."""
SAME = 1e-9
"""Two plans that differ by less than this share are alike on a sample."""


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure of one plan over the samples: its median and the interval that holds 90 % of them."""

    name: str
    unit: str
    median: float
    low: float
    high: float
    objective: bool = False


@dataclass(frozen=True, slots=True)
class Duel:
    """Of all samples, the share in which the first plan is better, the second is, and neither."""

    one: str
    other: str
    objective: str
    one_frac: float
    other_frac: float
    same_frac: float


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """What ``n_samples`` samples say of some plans.

    Parameters
    ----------
    spreads
        By plan: its objectives, then its measures.
    duels
        Every two plans, by the first objective.
    broken
        By plan: rule name to the share of the samples in which the plan breaks it.
    """

    family: str
    n_samples: int
    spreads: Mapping[str, tuple[Spread, ...]]
    duels: tuple[Duel, ...]
    broken: Mapping[str, Mapping[str, float]]


def uncertainty(
    family: Family[Any, Any],
    plans: Mapping[str, Any],
    samples: Iterable[Any],
    should_stop: Callable[[], bool] = lambda: False,
    fitted: Callable[[Any, Any], Any] = lambda sample, plan: sample,
) -> Uncertainty:
    """Judge plans on samples of their question.

    Parameters
    ----------
    plans
        By name.
    samples
        Questions of the family that differ in their data; see :func:`optimiser.studies.weeks.resampled_questions`.
    should_stop
        Asked before each sample; what was judged until then is told.
    fitted
        Makes of a sample and a plan the question that the plan is judged by: with the districts that it has.

    Raises
    ------
    InputError
        If there is no plan or no sample.
    """
    if not plans:
        raise InputError("Give at least one plan to judge.")
    figures: dict[str, dict[str, list[float]]] = {name: {} for name in plans}
    kinds: dict[str, tuple[str, bool]] = {}
    broken: dict[str, dict[str, int]] = {name: {} for name in plans}
    first, sense, n = "", "min", 0
    for sample in samples:
        if should_stop():
            break
        n += 1
        for name, plan in plans.items():
            problem = fitted(sample, plan)
            told = family.objectives(problem, plan)
            first, sense = _aim(told[0].name), told[0].sense
            for o in told:
                kinds.setdefault(_aim(o.name), (o.unit, True))
                figures[name].setdefault(_aim(o.name), []).append(o.value)
            for m in family.measure(problem, plan):
                kinds.setdefault(m.name, (m.unit, False))
                figures[name].setdefault(m.name, []).append(m.value)
            for rule in {v.rule for v in family.check(problem, plan)}:
                broken[name][rule] = broken[name].get(rule, 0) + 1
    if not n:
        raise InputError("There is no sample to judge the plans on.")
    return Uncertainty(
        family.name,
        n,
        {
            name: tuple(_spread(k, *kinds[k], values) for k, values in mine.items())
            for name, mine in figures.items()
        },
        tuple(_duel(a, b, first, sense, figures) for a, b in combinations(plans, 2)),
        {name: {rule: k / n for rule, k in mine.items()} for name, mine in broken.items()},
    )


def _aim(name: str) -> str:
    """Tell an objective from a measure of the same name."""
    return f"objective: {name}"


def _spread(name: str, unit: str, objective: bool, values: list[float]) -> Spread:
    finite = np.asarray(values, dtype=np.float64)
    low, median, high = np.percentile(finite, [LOW_PCT, 50.0, HIGH_PCT])
    return Spread(name.removeprefix("objective: "), unit, float(median), float(low), float(high), objective)


def _duel(
    one: str, other: str, name: str, sense: str, figures: Mapping[str, Mapping[str, list[float]]]
) -> Duel:
    a, b = np.asarray(figures[one][name]), np.asarray(figures[other][name])
    sign = 1.0 if sense == "min" else -1.0
    gain = sign * (b - a)
    near = SAME * np.maximum(1.0, np.abs(a))
    return Duel(
        one,
        other,
        name.removeprefix("objective: "),
        float((gain > near).mean()),
        float((gain < -near).mean()),
        float((np.abs(gain) <= near).mean()),
    )

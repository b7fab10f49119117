"""Beats in districts: how many each district gets, the beats of each by themselves, and what they come to together.

The districts share no area, so sums over areas add up, and so do their bounds. What counts other centres (backup,
expected) adds up as well, counted within each district; a largest deviation does not: its largest is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from optimiser.errors import InputError
from optimiser.problems.base import Sense
from optimiser.problems.sectors import SectorsParams, SectorsPlan, SectorsProblem
from optimiser.problems.sectors.params import RULES
from optimiser.solve.result import Judged, Status
from optimiser.studies.series import Series

_COUNTED = {r.name for r in RULES if r.unit in ("areas", "pairs", "pieces")} - {"lock"}
"""Rules whose relaxation is an amount of the whole map, to be used up anywhere."""
_NAMED = {
    "backup": "{} of the same district",
    "expected": "{} of the same district",
    "score": "{}, summed over the districts",
}
"""How an objective is called that would be another one over the whole map."""


@dataclass(frozen=True, slots=True)
class Nested:
    """Beats within districts: the beat of each area, and the first objective over all districts."""

    district_of: Mapping[str, str]
    beat_of: Mapping[str, str]
    centre_of: Mapping[str, str]
    value: float
    bound: float | None
    unit: str
    name: str
    sense: Sense
    open_districts: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A district whose beats were not found: ``status`` of its solve, "" where it did not come to one."""

    district: str
    n_beats: int
    status: str
    confirmed: bool


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
) -> Nested | Unfilled:
    """Design the beats of every district, one district after another; end at one that has no plan.

    Parameters
    ----------
    problem
        The question of the whole map: what its params say of rules and aims holds for each district's beats.
    parts
        The question of each district's areas (:func:`optimiser.studies.nesting.nesting`).
    n_beats
        How many beats each district gets.

    Raises
    ------
    InputError
        If the question asks for something of the whole map, which no district alone can keep.
    """
    _refuse_whole_map(problem.params)
    beat_of: dict[str, str] = {}
    district_of: dict[str, str] = {}
    centre_of: dict[str, str] = {}
    heads: list[Judged] = []
    still_open: list[str] = []
    for district, part in sorted(parts.items()):
        n = n_beats[district]
        names = tuple(f"{district}-{b + 1:0{len(str(n))}d}" for b in range(n))
        params = replace(part.params, district_ids=names, target_shares=(), locks=())
        result = series.solve(replace(part, params=params, today=()), f"beats of {district}")
        if result is None or result.plan is None:
            status, confirmed = ("", False) if result is None else (str(result.status), result.confirmed)
            return Unfilled(district, n, status, confirmed)
        plan: SectorsPlan = result.plan
        beat_of |= dict(plan.district_of)
        district_of |= dict.fromkeys(plan.district_of, district)
        centre_of |= dict(plan.centre_of)
        heads.append(result.objectives[0])
        if result.status is not Status.OPTIMAL or not result.confirmed:
            still_open.append(district)
    first = problem.params.objectives[0]
    value, bound = over_all(first, heads)
    name = _NAMED.get(first, "{}").format(heads[0].name)
    unit, sense = heads[0].unit, heads[0].sense
    return Nested(district_of, beat_of, centre_of, value, bound, unit, name, sense, tuple(still_open))


def over_all(objective: str, heads: Sequence[Judged]) -> tuple[float, float | None]:
    """Return value and bound of an objective over all districts, from those of each; the bound None where open.

    The largest deviation is at least that of any district, so each bound that is known bounds it.
    """
    values, bounds = [h.value for h in heads], [h.bound for h in heads if h.bound is not None]
    if objective == "deviation":
        return max(values), max(bounds, default=None)
    return sum(values), sum(bounds) if len(bounds) == len(heads) else None


def _refuse_whole_map(p: SectorsParams) -> None:
    asked = [
        *(f"the limit of {name}" for name in p.limits),
        *(f"the pieces allowed of each {kind}" for kind, most in p.split_limits.items() if most),
        *(f"{rule} loosened" for rule, amount in p.relax.items() if rule in _COUNTED and amount > 0),
    ]
    if asked:
        raise InputError(
            f"What is asked of the whole map ({', '.join(asked)}) cannot be kept by the beats of each district, which "
            "are designed apart: leave it out."
        )

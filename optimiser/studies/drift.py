"""The yearly look at districts in use: is nothing needed, only a transfer of officers, or a redraw?

Work drifts from year to year. While every district is within the tolerance of its target share, nothing is needed.
Else officers may follow the work: is there a whole number of officers for each district, with the same total, that
brings work per officer within the tolerance everywhere? Then a transfer suffices, and the fewest that do are told.
Where there is none, where the units cannot be divided (a beat is one car), or where a rule other than balance is
broken, lines have to be redrawn; how little has to move is asked of :mod:`optimiser.prepare.own_plan`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import Violation
from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem

Verdict = Literal["nothing", "transfer", "redraw"]
ROUNDING = 1e-9
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Standing:
    """One district: its share of the work against its target, and its officers.

    Parameters
    ----------
    off_frac
        Relative deviation from the target share.
    officers, officers_after
        Now and after the transfer; None where officers are not known or cannot be moved.
    off_after_frac
        Relative deviation of its work per officer from the mean after the transfer.
    """

    district: str
    share: float
    target: float
    off_frac: float
    officers: int | None = None
    officers_after: int | None = None
    off_after_frac: float | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """What is needed, and why.

    Parameters
    ----------
    kind, tolerance_frac
        The work that is looked at, and how far a district may be off.
    transferred
        Officers that change their district; None where no transfer is told.
    broken
        Broken rules other than balance.
    """

    verdict: Verdict
    kind: str
    tolerance_frac: float
    standings: tuple[Standing, ...]
    transferred: int | None
    broken: tuple[Violation, ...]

    @property
    def beyond(self) -> tuple[Standing, ...]:
        """The districts beyond the tolerance, the worst first."""
        off = [s for s in self.standings if abs(s.off_frac) > self.tolerance_frac + ROUNDING]
        return tuple(sorted(off, key=lambda s: -abs(s.off_frac)))


def drift(
    problem: SectorsProblem,
    plan: SectorsPlan,
    officers: Mapping[str, int] | None = None,
    *,
    divisible: bool = True,
) -> Drift:
    """Look at a plan under the work of now.

    Parameters
    ----------
    problem
        The question with the work of now; the first kind of ``balance_frac`` is looked at.
    officers
        Officers of each district; without them target shares stand for strength.
    divisible
        Whether officers can go from one district to another; False for beats of one car.

    Raises
    ------
    InputError
        If no kind of work has a tolerance, or officers are given for other districts.
    """
    p = problem.params
    if not p.balance_frac:
        raise InputError(
            "Nothing is balanced in this question: give a tolerance to look at the drift against."
        )
    kind, tolerance = next(iter(p.balance_frac.items()))
    work = problem.balance[problem.balance_names.index(kind)]
    label = np.array([plan.district_of.get(a, "") for a in problem.area_ids])
    load = np.array([float(work[label == d].sum()) for d in p.district_ids])
    total = max(float(work.sum()), 1e-12)
    share, target = load / total, p.shares()
    off = share / target - 1
    other = tuple(v for v in FAMILY.check(problem, plan) if v.rule != "balance")
    now = _officers(officers, p.district_ids)
    after = None if now is None or not divisible else transfer(load, now, tolerance)
    within = bool((np.abs(_off(load, now) if now is not None else off) <= tolerance + ROUNDING).all())
    if other:
        verdict: Verdict = "redraw"
    elif within:
        verdict, after = "nothing", None
    else:
        verdict = "transfer" if after is not None or (now is None and divisible) else "redraw"
    standings = []
    for k, d in enumerate(p.district_ids):
        mean_off = None if after is None else float(_off(load, after)[k])
        standings.append(
            Standing(
                d,
                float(share[k]),
                float(target[k]),
                float(off[k]) if now is None else float(_off(load, now)[k]),
                None if now is None else int(now[k]),
                None if after is None else int(after[k]),
                mean_off,
            )
        )
    moved = None if after is None or now is None else int(np.maximum(after - now, 0).sum())
    return Drift(verdict, kind, tolerance, tuple(standings), moved, other)


def _off(load: NDArray[np.float64], officers: Ints) -> NDArray[np.float64]:
    """Return how far each district's work per officer is from the mean, relatively; inf where it has none."""
    mean = float(load.sum()) / max(float(officers.sum()), 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        per = np.where(officers > 0, load / officers, np.where(load > 0, np.inf, mean))
    return np.asarray(per / max(mean, 1e-12) - 1, dtype=np.float64)


def transfer(load: NDArray[np.float64], officers: Ints, tolerance_frac: float) -> Ints | None:
    """Return officers by district, the same in total, that bring work per officer within a tolerance of the mean.

    Of all such numbers those with the fewest transfers; None where there are none.

    Parameters
    ----------
    load
        Work of each district, shape (k,).
    officers
        Officers of each now, shape (k,).
    """
    total = int(officers.sum())
    mean = float(load.sum()) / max(total, 1)
    if mean <= 0:
        return None
    least = np.array([math.ceil(w / (mean * (1 + tolerance_frac)) - ROUNDING) for w in load], dtype=np.int64)
    most = np.array(
        [
            math.floor(w / (mean * (1 - tolerance_frac)) + ROUNDING) if tolerance_frac < 1 else total
            for w in load
        ],
        dtype=np.int64,
    )
    if (least > most).any() or not least.sum() <= total <= most.sum():
        return None
    after = np.clip(officers, least, most)
    while after.sum() != total:
        step = 1 if after.sum() < total else -1
        room = after < most if step > 0 else after > least
        due = (
            load / mean - after
        )  # whoever is shortest of officers gets one, whoever has most to spare gives one
        k = int(np.argmax(np.where(room, step * due, -np.inf)))
        after[k] += step
    return np.asarray(after, dtype=np.int64)


def _officers(officers: Mapping[str, int] | None, districts: tuple[str, ...]) -> Ints | None:
    if officers is None:
        return None
    strange = sorted(set(officers) ^ set(districts))
    if strange:
        raise InputError(
            f"Officers are needed for each district of the plan and no other: {', '.join(strange[:8])} stand in one "
            "list only."
        )
    found = np.array([officers[d] for d in districts], dtype=np.int64)
    if found.sum() <= 0:
        raise InputError("There is no officer in the list.")
    return found

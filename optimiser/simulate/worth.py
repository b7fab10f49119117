"""What the optimised policies weigh: the dispatcher's own terms, in weighted seconds, and the policies made of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.simulate.choosing import JOINT, ONE
from optimiser.simulate.policy import Cover, Policy
from optimiser.simulate.rules import ByGrade
from optimiser.simulate.state import (
    AWAITS,
    COVER_PRICE,
    DIVERT_PRICE,
    FIRST,
    FURTHER,
    LATE,
    LATE_FULL,
    N_TERMS,
    PACE,
    UNFILLED,
)

_STEP = 0.25


@dataclass(frozen=True, kw_only=True)
class Worth:
    """The terms of :class:`optimiser.problems.assignment.AssignmentParams` that a simulated dispatcher weighs.

    Parameters
    ----------
    first, late
        Weighted seconds per second until the first unit is there, and per second past the target, by grade.
    journey
        Weighted seconds per second of every unit's way.
    complement_frac
        Of ``late``: what a second past the target counts for the further units.
    unfilled_s
        Weighted seconds for each unit that a call wants and does not get now, by grade, beside the lateness there is
        already. A unit is not sent where its way and the cover it takes away cost more: the call waits for a better
        one, where none comes for ever.
    cover_s
        Weighted seconds for all demand left without cover, by grade of the call that takes it (MEXCLP).
    divert_price_s
        Weighted seconds for turning a unit round (who may be turned round is a rule of the force).
    awaits_ends
        Grades that may wait for a unit whose break or prisoner run ends in time (Leigh's rule).
    move_price_s, move_weight
        Weighted seconds for each move of a free unit, and per second of its way.
    pace
        How much longer than the table a way usually takes, by grade.
    """

    first: ByGrade
    late: ByGrade
    journey: float = 0.05
    complement_frac: float = 0.25
    unfilled_s: ByGrade = field(default_factory=dict)
    cover_s: ByGrade = field(default_factory=dict)
    divert_price_s: float = 0.0
    awaits_ends: tuple[int, ...] = ()
    move_price_s: float = 20.0
    move_weight: float = 0.1
    pace: ByGrade = field(default_factory=dict)

    def table(self, grades: tuple[int, ...]) -> NDArray[np.float64]:
        """Return the terms by grade, shape (G, N_TERMS).

        Raises
        ------
        InputError
            If a weight is given for a grade that there is not, is missing, or is negative.
        """
        for name in ("first", "late", "unfilled_s", "cover_s", "pace"):
            given = getattr(self, name)
            unknown = sorted(set(given) - set(grades))
            if unknown:
                raise InputError(
                    f"Worth: {name} names grade {unknown[0]}; grades are {', '.join(map(str, grades))}."
                )
            if any(not (v >= 0 and np.isfinite(v)) for v in given.values()):
                raise InputError(f"Worth: {name} must be 0 or more for every grade, got {dict(given)}.")
        for name in ("first", "late"):
            missing = sorted(set(grades) - set(getattr(self, name)))
            if missing:
                raise InputError(f"Worth: {name} lacks grade {missing[0]}; give one for every grade.")
        table = np.zeros((len(grades), N_TERMS))
        for k, g in enumerate(grades):
            late = float(self.late[g])
            table[k, FIRST] = float(self.first[g]) + self.journey
            table[k, LATE] = late
            table[k, FURTHER] = self.journey
            table[k, LATE_FULL] = late * self.complement_frac
            table[k, UNFILLED] = float(self.unfilled_s.get(g, 1e6))
            table[k, COVER_PRICE] = float(self.cover_s.get(g, 0.0))
            table[k, DIVERT_PRICE] = self.divert_price_s
            table[k, AWAITS] = g in self.awaits_ends
            table[k, PACE] = float(self.pace.get(g, 1.0))
        return table


def usual_worth(
    grades: tuple[int, ...],
    *,
    pace: ByGrade | None = None,
    cover_s: float = 4000.0,
    unfilled_s: float = 1e6,
) -> Worth:
    """Return the weights used unless a planner says otherwise: each grade a quarter of the one before.

    The most urgent grade takes the unit that serves it best whatever cover it takes away, as with Leigh. A call goes
    without a unit only where none is free: units kept from the less urgent would answer the others sooner, yet leave
    calls that nobody ever attends.
    """
    step = {g: _STEP**k for k, g in enumerate(grades)}
    return Worth(
        first=step,
        late={g: 4.0 * w for g, w in step.items()},
        unfilled_s={g: unfilled_s * w for g, w in step.items()},
        cover_s={g: cover_s * step[g] for g in grades[1:]},
        pace=pace or {},
    )


def one_at_a_time(worth: Worth, cover: Cover, grades: tuple[int, ...], name: str = "") -> Policy:
    """Send to each call, the most urgent first, the unit of least weighted seconds: its way, lateness and cover."""
    return _optimised(ONE, worth, cover, grades, name or "optimised one at a time", None)


def joint(
    worth: Worth,
    cover: Cover,
    grades: tuple[int, ...],
    posts: NDArray[np.int64] | None = None,
    name: str = "",
) -> Policy:
    """Match all calls that wait, and those whose units may be turned round, with all units at every event.

    Parameters
    ----------
    worth
        Weights.
    cover
        What covering means.
    grades
        As in ``Rules.grades``.
    posts
        Zones to which free units move where that is worth the way (relocation); None: each stays at its own post.
    """
    named = name or ("joint" if posts is None else "joint with relocation")
    return _optimised(JOINT, worth, cover, grades, named, posts)


def _optimised(
    kind: int,
    worth: Worth,
    cover: Cover,
    grades: tuple[int, ...],
    name: str,
    posts: NDArray[np.int64] | None,
) -> Policy:
    unknown = sorted(set(worth.awaits_ends) - set(grades))
    if unknown:
        raise InputError(f"Worth: awaits_ends names grade {unknown[0]}, which there is not.")
    table = worth.table(grades)
    return Policy(
        name=name,
        kind=kind,
        price=table[None],
        cost_s=table[:, COVER_PRICE].copy(),
        posts=np.zeros(0, dtype=np.int64) if posts is None else np.unique(posts),
        number=np.array([worth.move_price_s, worth.move_weight, float(max(table[:, COVER_PRICE]))]),
        **cover.fields(),
    )

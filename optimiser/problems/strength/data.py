"""What a question of strength is given: districts with their work, officers and curves of service, and the choices.

A curve says what a district gets from each number of officers at work. Where it comes from (a queue, a table of
shift plans) is no matter here, so that a yearly transfer, new recruits and a budget shared out are one question.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import Rule, Sense, asked, check_relaxations, relaxed

Aim = Literal["fair", "equal", "proportional", "shortage"]
IntArray = NDArray[np.int64]

RULES = (
    Rule("known districts", "a plan names only districts that there are", "officers", relaxable=False),
    Rule(
        "whole officers",
        "a district has a whole number of officers, none or more",
        "officers",
        relaxable=False,
    ),
    Rule("unfit stay", "officers unfit for a while stay in their district", "officers", relaxable=False),
    Rule("strength", "no more officers than there are, new ones counted", "officers"),
    Rule("placed", "every officer of today has a district", "officers"),
    Rule("minimum", "a district has at least its minimum of officers at work", "officers"),
    Rule("most", "a district has no more officers than it has room for", "officers"),
    Rule("moved", "no more officers change their district than allowed", "officers"),
    Rule("given", "a district gives up no more officers than allowed", "officers"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthParams:
    """The planner's choices.

    Parameters
    ----------
    aim
        ``fair``: the worst service as good as it can be, then the second worst, and so on (lexicographic max-min).
        ``equal``: the same for officers per 100 hours of work, so that the heaviest work per officer is least.
        ``proportional``: officers as near to the shares of work as whole officers can be.
        ``shortage``: least cost of shortage, by the districts' cost curves. Then, always, the fewest moves.
    most_moved
        Most officers that change their district; inf for no limit.
    most_given
        Most officers that one district gives up; inf for no limit.
    move_price
        Price of an officer who changes the district, in the unit of the aim; for ``proportional`` and ``shortage``.
    relax
        By rule name, the amount by which a hard rule is relaxed in its own unit.

    References
    ----------
    Ogryczak and Sliwinski (2006), On direct methods for lexicographic min-max optimization; Ibaraki and Katoh (1988),
    Resource Allocation Problems.
    """

    aim: Aim = asked("fair", "", "What to aim for", options=("fair", "equal", "proportional", "shortage"))
    most_moved: float = asked(math.inf, "officers", "Most officers that change their district", minimum=0)
    most_given: float = asked(math.inf, "officers", "Most officers that one district gives up", minimum=0)
    move_price: float = asked(0.0, "", "Price of an officer who changes the district", minimum=0)
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)

    def __post_init__(self) -> None:
        if self.aim not in ("fair", "equal", "proportional", "shortage"):
            raise InputError(f"aim must be fair, equal, proportional or shortage, got {self.aim!r}.")
        for name in ("most_moved", "most_given", "move_price"):
            if not getattr(self, name) >= 0:
                raise InputError(f"{name} must be 0 or more, got {getattr(self, name)}.")
        if not math.isfinite(self.move_price):
            raise InputError(
                f"move_price must be finite, got {self.move_price}; most_moved = 0 forbids moves."
            )
        if self.move_price > 0 and self.in_turn:
            raise InputError(
                f"A price of moves needs an aim that is one sum, proportional or shortage, not {self.aim}; limit the "
                "moves by most_moved instead."
            )
        check_relaxations(self.relax, RULES)

    @property
    def in_turn(self) -> bool:
        """Are districts compared one by one, the worst first?"""
        return self.aim in ("fair", "equal")

    @property
    def first_sense(self) -> Sense:
        """Direction of the first objective."""
        return "max" if self.in_turn else "min"


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthProblem:
    """Districts, work and officers. K districts; curves over 0 to C officers at work, C at least all that there are.

    Parameters
    ----------
    district_ids
        K districts.
    work_h
        Officer-hours of weighted work a week, shape (K,), >= 0, some of it above 0.
    assigned, unfit
        Officers of today, and those of them that cannot work for a while, shape (K,) whole.
    new_officers
        Officers without a district yet.
    service
        Service by officers at work (assigned and not unfit), shape (K, C + 1), never falling; more than C officers
        give what C give. What one more is worth may rise or fall.
    shortage
        Cost of shortage in the same way, never rising; shape (K, C + 1), or (0, 0) where nothing asks for it.
    minimum, most
        Fewest officers at work and most officers of each district, shape (K,) whole.
    params
        The planner's choices.

    Raises
    ------
    InputError
        If shapes disagree, a number is out of range, or a curve turns.
    """

    district_ids: tuple[str, ...]
    work_h: NDArray[np.float64]
    assigned: IntArray
    unfit: IntArray
    new_officers: int
    service: NDArray[np.float64]
    minimum: IntArray
    most: IntArray
    params: StrengthParams
    shortage: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        k = len(self.district_ids)
        if len(set(self.district_ids)) != k or not k or not all(self.district_ids):
            raise InputError("district_ids must be at least one, all different and not empty.")
        for name in ("work_h", "assigned", "unfit", "minimum", "most"):
            values = getattr(self, name)
            if values.shape != (k,):
                raise InputError(f"{name} has shape {values.shape}; {k} districts need ({k},).")
            if not np.isfinite(values).all() or (values < 0).any():
                raise InputError(f"{name} must be 0 or more and finite, got {values.min()}.")
        if self.new_officers < 0:
            raise InputError(f"new_officers must be 0 or more, got {self.new_officers}.")
        if not self.work_h.sum() > 0:
            raise InputError("No district has any work: nothing says where officers are needed.")
        more = np.flatnonzero(self.unfit > self.assigned)
        if more.size:
            j = int(more[0])
            raise InputError(
                f"District {self.district_ids[j]} has {self.unfit[j]} officers unfit of {self.assigned[j]} assigned."
            )
        self._check_curves(k)
        for name in ("work_h", "assigned", "unfit", "service", "minimum", "most", "shortage"):
            getattr(self, name).flags.writeable = False

    def _check_curves(self, k: int) -> None:
        curves = [("service", self.service, 1.0)]
        if self.params.aim == "shortage" or self.shortage.size:
            curves.append(("shortage", self.shortage, -1.0))
        for name, values, sign in curves:
            if values.ndim != 2 or values.shape[0] != k or values.shape[1] <= self.total_at_work():
                raise InputError(
                    f"{name} has shape {values.shape}; {k} districts and {self.total_at_work()} officers at work need "
                    f"({k}, {self.total_at_work() + 1}) or more columns."
                )
            if not np.isfinite(values).all():
                raise InputError(f"{name} must be finite.")
            turns = np.argwhere(sign * np.diff(values, axis=1) < 0)
            if turns.size:
                j, n = turns[0].tolist()
                raise InputError(
                    f"{name} of district {self.district_ids[j]} goes from {values[j, n]:g} with {n} officers to "
                    f"{values[j, n + 1]:g} with {n + 1}: one more officer cannot make it worse."
                )

    def total(self) -> int:
        """Return all officers there are, new ones and unfit ones among them."""
        return int(self.assigned.sum()) + self.new_officers

    def total_at_work(self) -> int:
        """Return all officers there are but the unfit."""
        return self.total() - int(self.unfit.sum())

    def fair_share(self) -> NDArray[np.float64]:
        """Return the officers at work that each district's share of the work would give it, shape (K,), not whole."""
        share: NDArray[np.float64] = self.total_at_work() * self.work_h / self.work_h.sum()
        return share

    def limit(self, rule: str, amount: float) -> float:
        """Return an upper limit with its relaxation."""
        return amount + relaxed(self.params.relax, rule)

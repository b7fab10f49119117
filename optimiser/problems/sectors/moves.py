"""What one move does, at once: areas go to another district, and every objective, measure and rule follows.

Only what the move touches is walked again (the links of the two districts); sums are taken anew on arrays, so that
nothing drifts however many moves are made. :mod:`.rules` and :mod:`.measures` remain the judges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.errors import InputError
from optimiser.problems.base import Measure, Objective, Violation
from optimiser.problems.sectors.board import NONE, Board, board, fixed
from optimiser.problems.sectors.board_measures import measures, objectives
from optimiser.problems.sectors.board_rules import violations
from optimiser.problems.sectors.data import SectorsProblem
from optimiser.problems.sectors.measures import best_centre
from optimiser.problems.sectors.plan import SectorsPlan


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure before and after. ``part`` is the district or place it is about, "" for the plan."""

    name: str
    unit: str
    better: str
    before: float | None
    after: float | None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move does.

    Parameters
    ----------
    plan
        The plan after the move.
    objectives
        Every objective, changed or not.
    measures
        The measures that change, for the plan and per district.
    broken, mended
        Rules that are broken after it and not before, and the reverse.
    shifted
        Rules broken before and after, by another amount: pairs (before, after).
    """

    plan: SectorsPlan
    objectives: tuple[Changed, ...]
    measures: tuple[Changed, ...]
    broken: tuple[Violation, ...]
    mended: tuple[Violation, ...]
    shifted: tuple[tuple[Violation, Violation], ...]


@dataclass(frozen=True)
class _State:
    plan: SectorsPlan
    board: Board
    broken: tuple[Violation, ...]
    objectives: tuple[Objective, ...]
    measures: tuple[Measure, ...]


class Moves:
    """A plan under a planner's hand.

    Parameters
    ----------
    problem, plan
        The question and any plan, admissible or not.
    follow
        Whether the free centres of the districts that change go to their best place, as they do when a bare
        assignment becomes a plan; else centres stay where they are.
    """

    def __init__(self, problem: SectorsProblem, plan: SectorsPlan, *, follow: bool = True) -> None:
        self.problem = problem
        self.follow = follow
        self._fixed = fixed(problem, plan)
        self._number = {d: k for k, d in enumerate(problem.params.district_ids)}
        known = {d: k for k, d in enumerate(self._fixed.names)}
        self._strangers = {a: known[d] for a, d in plan.district_of.items() if a not in self._fixed.index}
        self._past: list[_State] = []
        self._now = self._state(plan, board(self._fixed, plan))

    @property
    def plan(self) -> SectorsPlan:
        """The plan as it is now."""
        return self._now.plan

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The rules it breaks now."""
        return self._now.broken

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Its measures now."""
        return self._now.measures

    def _state(self, plan: SectorsPlan, b: Board) -> _State:
        broken = violations(b, self._strangers, plan.centre_of)
        return _State(plan, b, tuple(broken), objectives(b), measures(b))

    def preview(self, areas: Sequence[str], district: str) -> Effect:
        """Say what moving some areas would do, and leave the plan as it is.

        Parameters
        ----------
        areas
            Ids of areas of the map.
        district
            One of those asked for; "" takes the areas out of the plan.

        Raises
        ------
        InputError
            If an area or the district is unknown.
        """
        return _effect(self._now, self._moved(areas, district))

    def make(self, areas: Sequence[str], district: str) -> Effect:
        """Move some areas; see :meth:`preview`."""
        after = self._moved(areas, district)
        effect = _effect(self._now, after)
        self._past.append(self._now)
        self._now = after
        return effect

    def undo(self) -> None:
        """Take the last move back; nothing where there is none."""
        if self._past:
            self._now = self._past.pop()

    def _moved(self, areas: Sequence[str], district: str) -> _State:
        unknown = [a for a in areas if a not in self._fixed.index]
        if unknown or not areas:
            raise InputError(
                f"{', '.join(unknown[:5]) or 'Nothing'} is no area of this map; name areas by their id."
            )
        if district and district not in self._number:
            raise InputError(
                f"There is no district {district!r} to move to; there are {', '.join(self._number)}."
            )
        at = np.array([self._fixed.index[a] for a in dict.fromkeys(areas)], dtype=np.int64)
        to = self._number.get(district, NONE)
        now = self._now.board
        label = now.label.copy()
        touched = sorted({int(d) for d in label[at].tolist()} | {to})
        label[at] = to
        centre_of = dict(self._now.plan.centre_of)
        seats: dict[int, int] = {}
        for d in touched if self.follow else ():
            if 0 <= d < self._fixed.k:
                centre = best_centre(self.problem, label == d, self.problem.params.centres()[d])
                centre_of.pop(self._fixed.names[d], None)
                if centre:
                    centre_of[self._fixed.names[d]] = centre
                seats[d] = self._fixed.row.get(centre, NONE)
        district_of = {**self._now.plan.district_of, **dict.fromkeys(areas, district)}
        plan = SectorsPlan({a: d for a, d in district_of.items() if d}, centre_of)
        return self._state(plan, now.after(at, to, seats))


def _effect(before: _State, after: _State) -> Effect:
    was = {(v.rule, v.where): v for v in before.broken}
    now = {(v.rule, v.where): v for v in after.broken}
    new = tuple(v for key, v in now.items() if key not in was)
    gone = tuple(v for key, v in was.items() if key not in now)
    shifted = tuple((was[key], v) for key, v in now.items() if key in was and v != was[key])
    aims = tuple(
        Changed(a.name, a.unit, "higher" if a.sense == "max" else "lower", b.value, a.value)
        for b, a in zip(before.objectives, after.objectives, strict=True)
    )
    return Effect(
        after.plan,
        aims,
        tuple(_changed(before.measures, after.measures)),
        new,
        gone,
        shifted,
    )


def _changed(before: Sequence[Measure], after: Sequence[Measure]) -> Iterator[Changed]:
    """Yield what changes; both have the same measures in the same order."""
    for b, a in zip(before, after, strict=True):
        if b.value != a.value:
            yield Changed(a.name, a.unit, a.better, b.value, a.value)
        for part in dict.fromkeys((*b.by, *a.by)):
            if b.by.get(part) != a.by.get(part):
                yield Changed(a.name, a.unit, a.better, b.by.get(part), a.by.get(part), part)

"""Aims against each other: the best of one while others are held, from their own best to where the first is best.

Epsilon constraints (Haimes, Lasdon and Wismer 1971). Each aim is first the most important one, which gives its best
value and what the others then come to: the ends. Between them the others become rules with a limit, which the checker
verifies like any other, and :mod:`.frontier` loosens these limits point by point, each begun from the best plan known
that keeps them, each with its bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from optimiser.errors import InputError
from optimiser.problems.base import Objective
from optimiser.studies.frontier import MOST_AXES, TINY, Axis, Frontier, Point, frontier
from optimiser.studies.series import Series
from optimiser.studies.variants import Variants


@dataclass(frozen=True, slots=True)
class End:
    """An aim by itself.

    Parameters
    ----------
    aim
        Its short name.
    objective
        Its name, unit, sense, and best value found.
    bound
        What no plan can beat.
    there
        What every aim comes to in that plan, in the order of the aims.
    """

    aim: str
    objective: Objective
    bound: float | None
    there: tuple[float, ...]
    plan: Any = None


@dataclass(frozen=True, slots=True)
class Row:
    """A point: the limits of the held aims, what every aim comes to, and the bound of the first.

    ``dominated``: another row is as good in every aim and better in one. ``impossible``: proved that there is no plan.
    """

    limits: tuple[float, ...]
    values: tuple[float, ...] | None
    bound: float | None
    dominated: bool = False
    impossible: bool = False
    plan: Any = None


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """The ends and the points between them.

    ``curve`` is None where nothing is between: one plan is best in every aim, and ``rows`` holds it alone.
    ``agree`` names held aims that the first does not contend with: they stand at their best throughout.
    """

    aims: tuple[str, ...]
    ends: tuple[End, ...]
    rows: tuple[Row, ...]
    curve: Frontier | None
    agree: tuple[str, ...] = ()


def tradeoff(
    series: Series,
    problem: Any,
    aims: Sequence[str],
    n_points: int = 9,
    *,
    within_frac: float | None = None,
    plans: Sequence[Any] = (),
    folder: Path | None = None,
    on_point: Callable[[Tradeoff], None] | None = None,
) -> Tradeoff:
    """Trace one aim against one or two others.

    Parameters
    ----------
    aims
        Short names; the first is aimed at, the others are held.
    n_points
        How many points.
    within_frac
        Hold the others within this share of their best (of a share itself: this many points of it) and go no
        further; None for as far as the first aim gains by it.
    plans
        Known beforehand.
    folder
        As for :func:`.frontier.frontier`.
    on_point
        Called after each point with what is known so far.

    Raises
    ------
    InputError
        If the aims are not two or three different ones that can be held.
    NoPlanError
        If an aim by itself has no plan.
    """
    ends = _ends(series, problem, aims, plans)
    hooks = Variants(series, problem).hooks
    assert hooks.aiming is not None
    first, held = ends[0], ends[1:]
    most = {e.aim: _room(e, first.there[k], within_frac) for k, e in enumerate(held, start=1)}
    contended = [e for e in held if most[e.aim] > _tiny(e)]
    agree = tuple(e.aim for e in held if e not in contended)
    if not contended:
        row = Row(tuple(e.objective.value for e in held), first.there, first.bound, plan=first.plan)
        return Tradeoff(tuple(aims), ends, (row,), None, agree)
    asked = hooks.holding(hooks.aiming(problem, aims[:1]), {e.aim: e.objective.value for e in held})
    known = [*plans, *(e.plan for e in ends)]
    axes = [Axis(hooks.holder(e.aim), most[e.aim]) for e in contended]
    judged = hooks.aiming(problem, aims)
    signs = [_sign(e) for e in ends]

    def so_far(curve: Frontier) -> Tradeoff:
        rows = [_row(series.family, judged, held, contended, hooks.holder, p) for p in curve.points]
        return Tradeoff(tuple(aims), ends, tuple(_marked(rows, signs)), curve, agree)

    def told(curve: Frontier) -> None:
        if on_point is not None:
            on_point(so_far(curve))

    return so_far(frontier(series, asked, axes, n_points, known, folder, told, first.bound))


def _ends(series: Series, problem: Any, aims: Sequence[str], plans: Sequence[Any]) -> tuple[End, ...]:
    """Solve with each aim as the most important one, the others after it in their order."""
    hooks = Variants(series, problem).hooks
    if hooks.aiming is None:
        raise InputError(
            f"Aims of {series.family.name} cannot be set against each other; loosen a rule instead."
        )
    if not 2 <= len(aims) <= MOST_AXES + 1 or len(set(aims)) != len(aims):
        raise InputError(
            f"Set two or three different aims against each other, got {', '.join(aims) or 'none'}."
        )
    judged = hooks.aiming(problem, aims)
    found: list[End] = []
    for k, aim in enumerate(aims):
        order = (aim, *aims[:k], *aims[k + 1 :])
        v = Variants(series, hooks.aiming(problem, order), [*plans, *(e.plan for e in found)])
        v.best({}, f"the best {aim}", every=True)
        plan = v.known({})
        if plan is None:
            raise v.no_plan(f"nothing to set against {aim}")
        objective = series.family.objectives(judged, plan)[k]
        there = tuple(o.value for o in series.family.objectives(judged, plan))
        found.append(End(aim, objective, v.interval({}).bound, there, plan))
    return _bettered(found)


def _bettered(found: Sequence[End]) -> tuple[End, ...]:
    """Let each end have the best plan that any of them found for its aim."""
    ends = []
    for k, end in enumerate(found):
        best = min(found, key=lambda e: (_sign(end) * e.there[k], e is not end))
        objective = replace(end.objective, value=best.there[k])
        ends.append(replace(end, objective=objective, there=best.there, plan=best.plan))
    return tuple(ends)


def _sign(end: End) -> float:
    return -1.0 if end.objective.sense == "max" else 1.0


def _tiny(end: End) -> float:
    return TINY * max(1.0, abs(end.objective.value))


def _room(end: End, at_first: float, within_frac: float | None) -> float:
    """Return how far a held aim may fall off its best: to where the first is best, or as far as is said."""
    room = abs(at_first - end.objective.value)
    if within_frac is None:
        return room
    said = within_frac if end.objective.unit == "frac" else within_frac * abs(end.objective.value)
    return min(room, said)


def _row(
    family: Any,
    judged: Any,
    held: Sequence[End],
    contended: Sequence[End],
    holder: Callable[[str], str],
    point: Point,
) -> Row:
    limits = tuple(
        e.objective.value + _sign(e) * (point.allowed[holder(e.aim)] if e in contended else 0.0) for e in held
    )
    if point.plan is None:
        return Row(limits, None, point.bound, impossible=point.impossible)
    values = tuple(o.value for o in family.objectives(judged, point.plan))
    return Row(limits, values, point.bound, plan=point.plan)


def _marked(rows: Sequence[Row], signs: Sequence[float]) -> list[Row]:
    """Mark the rows that another beats."""
    vectors = [
        None if r.values is None else [s * v for s, v in zip(signs, r.values, strict=True)] for r in rows
    ]
    marked = []
    for mine, row in zip(vectors, rows, strict=True):
        beaten = mine is not None and any(
            other is not None
            and all(o <= m + TINY * max(1.0, abs(m)) for o, m in zip(other, mine, strict=True))
            and any(o < m - 1e-6 * max(1.0, abs(m)) for o, m in zip(other, mine, strict=True))
            for other in vectors
        )
        marked.append(replace(row, dominated=beaten))
    return marked

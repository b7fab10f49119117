"""What more of one thing costs of another: the first objective against one or two relaxable rules.

Epsilon constraints (Haimes, Lasdon and Wismer 1971): each point is the best plan under a relaxation, with its bound,
begun from the best plan known that passes there, which is the neighbour's. One rule is sampled where the curve is
least known, two on a grid from coarse to fine, so that the picture is useful early. Every solve is kept under the key
of its content: a study stopped goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from optimiser.errors import InputError
from optimiser.problems import portable
from optimiser.problems.base import Objective
from optimiser.solve.progress import write_atomically
from optimiser.studies.amounts import Relax
from optimiser.studies.series import Series, content_key, spread_order
from optimiser.studies.variants import Variants

MOST_AXES = 2
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Axis:
    """A rule, and from nothing up to how much of it is asked for, in the rule's own unit, beyond what it has."""

    rule: str
    most: float


@dataclass(frozen=True, slots=True)
class Point:
    """One question of a frontier and its answer.

    Parameters
    ----------
    allowed
        The relaxation asked for, by rule.
    used
        What of it the plan needs.
    value, bound
        Of the first objective; the value is that of ``plan``. None where there is none.
    objectives
        All of the plan.
    dominated
        Another point's plan is as good in everything and better in something.
    impossible
        It is proved that no plan keeps the rules here.
    """

    allowed: Mapping[str, float]
    used: Mapping[str, float]
    value: float | None
    bound: float | None
    objectives: tuple[Objective, ...] = ()
    dominated: bool = False
    impossible: bool = False
    plan: Any = None


@dataclass(frozen=True, slots=True)
class Frontier:
    """Points from the tightest to the loosest. ``n_wanted`` is more than there are where it was stopped."""

    family: str
    axes: tuple[Axis, ...]
    objective: str
    unit: str
    sense: str
    points: tuple[Point, ...]
    n_wanted: int
    complete: bool
    key: str
    undecided: tuple[str, ...] = ()
    n_solves: int = 0
    n_remembered: int = 0
    seconds: float = 0.0
    stopped: bool = False
    unconfirmed: tuple[str, ...] = ()


def frontier(
    series: Series,
    problem: Any,
    axes: Sequence[Axis],
    n_points: int = 9,
    plans: Sequence[Any] = (),
    folder: Path | None = None,
    on_point: Callable[[Frontier], None] | None = None,
    bound: float | None = None,
) -> Frontier:
    """Trace a frontier.

    Parameters
    ----------
    axes
        One or two rules.
    n_points
        How many points; with two rules the nearest grid.
    folder
        Where the frontier so far is written after each point, ``frontier-<key>.json``; None for nowhere.
    on_point
        Called with the frontier so far after each point.
    bound
        Of the first objective, known beforehand to hold whatever the amounts.

    Raises
    ------
    InputError
        If an axis names a rule that cannot be relaxed, or an amount that is none.
    """
    v = Variants(series, problem, plans)
    _check(v, axes, n_points)
    if bound is not None:
        v.bounds.append(({a.rule: max(v.plenty(a.rule), a.most) for a in axes}, bound))
    key = content_key(
        "frontier",
        portable.digest(problem),
        series.formulation,
        portable.to_json(series.options),
        [portable.to_json(a) for a in axes],
        n_points,
    )
    asked: list[dict[str, float]] = []

    def so_far(*, complete: bool = False) -> Frontier:
        return _gather(v, axes, asked, n_points, key, complete=complete)

    ask = _next_on_line if len(axes) == 1 else _next_on_grid
    while not series.over or series.n_remembered:
        before = series.n_solves + series.n_remembered
        relax = ask(v, axes, asked, n_points)
        if relax is None or len(asked) >= n_points:
            break
        v.best(relax, v.said(relax))
        known = v.interval(relax).closed or v.why_impossible(relax) is not None
        if series.over and not known and series.n_solves + series.n_remembered == before:
            break  # not asked any more
        asked.append(dict(relax))
        now = so_far()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(
                folder / f"frontier-{key}.json", json.dumps(to_json(now), ensure_ascii=False, indent=1)
            )
        if on_point is not None:
            on_point(now)
    return so_far(complete=len(asked) >= n_points or ask(v, axes, asked, n_points) is None)


def _check(v: Variants, axes: Sequence[Axis], n_points: int) -> None:
    if not 1 <= len(axes) <= MOST_AXES or len({a.rule for a in axes}) != len(axes):
        raise InputError(f"A frontier has one or two different rules beside the objective, got {len(axes)}.")
    if n_points < 2:
        raise InputError(f"A frontier needs at least 2 points, got {n_points}.")
    for axis in axes:
        v.require(axis.rule)
        if not 0 < axis.most < float("inf"):
            raise InputError(f"Relax {axis.rule!r} up to an amount above 0, got {axis.most}.")


def _next_on_line(v: Variants, axes: Sequence[Axis], asked: Sequence[Relax], n_points: int) -> Relax | None:
    """Return where the curve of one rule is least known: the largest rectangle between two neighbours."""
    rule, most = axes[0].rule, axes[0].most
    there = sorted(a[rule] for a in asked)
    for end in (0.0, most):
        if end not in there:
            return {rule: end}
    signed = {a: _signed(v, {rule: a}) for a in there}
    known = [s for s in signed.values() if s is not None]
    spread = max(known) - min(known) if len(known) > 1 else 1.0
    whole = v.scale(rule).whole
    best, widest = None, 0.0
    for low, high in pairwise(there):
        left, right = signed[low], signed[high]
        if left is None and right is None:
            continue
        plan = v.known({rule: high})
        end = high if plan is None else min(high, v.needs(plan, rule, {rule: high}))
        drop = max(spread, TINY) if left is None or right is None else abs(left - right)
        size = (end - low) / most * drop
        room = 1.0 if whole else v.scale(rule).precision / 10
        if end - low > room and size > widest + TINY * max(spread, TINY):
            middle = (low + end) / 2
            middle = float(int(middle)) if whole else middle
            if middle not in there:
                best, widest = middle, size
    return None if best is None else {rule: best}


def _next_on_grid(v: Variants, axes: Sequence[Axis], asked: Sequence[Relax], n_points: int) -> Relax | None:
    """Return the next point of a grid of two rules, the coarse ones first."""
    side = max(2, round(n_points**0.5))
    other = max(2, -(-n_points // side))
    columns = [_steps(v, axes[0], side)[k] for k in spread_order(len(_steps(v, axes[0], side)))]
    rows = [_steps(v, axes[1], other)[k] for k in spread_order(len(_steps(v, axes[1], other)))]
    places = sorted(
        ((i, j) for i in range(len(columns)) for j in range(len(rows))), key=lambda p: (max(p), p)
    )
    for i, j in places:
        relax = {axes[0].rule: columns[i], axes[1].rule: rows[j]}
        if relax not in asked:
            return relax
    return None


def _steps(v: Variants, axis: Axis, n: int) -> list[float]:
    amounts = [axis.most * k / (n - 1) for k in range(n)]
    return sorted({float(round(a)) for a in amounts}) if v.scale(axis.rule).whole else amounts


def _signed(v: Variants, relax: Relax) -> float | None:
    value = v.interval(relax).value
    return None if value is None else v.sign * value


def _gather(
    v: Variants, axes: Sequence[Axis], asked: Sequence[Relax], n_points: int, key: str, *, complete: bool
) -> Frontier:
    """Judge every point by all that is known by now."""
    rules = [a.rule for a in axes]
    points = [_point(v, relax, rules) for relax in sorted(asked, key=lambda r: [r[rule] for rule in rules])]
    told = next((p.objectives[0] for p in points if p.objectives), None)
    series = v.series
    undecided = tuple(v.said(p.allowed) for p in points if p.plan is None and not p.impossible)
    return Frontier(
        v.family.name,
        tuple(axes),
        told.name if told else "",
        told.unit if told else "",
        "max" if v.sign < 0 else "min",
        tuple(_marked(points, rules, v.sign)),
        n_points,
        complete,
        key,
        (*undecided, *series.faults),
        series.n_solves,
        series.n_remembered,
        series.elapsed_s,
        series.stopped,
        unconfirmed=tuple(series.unconfirmed),
    )


def _point(v: Variants, relax: Relax, rules: Sequence[str]) -> Point:
    plan, interval = v.known(relax), v.interval(relax)
    if plan is None:
        return Point(relax, {}, None, interval.bound, impossible=v.why_impossible(relax) is not None)
    used = dict(relax)
    for rule in rules:
        used[rule] = v.needs(plan, rule, used) if used[rule] > 0 else 0.0
    return Point(relax, used, interval.value, interval.bound, v.family.objectives(v.problem, plan), plan=plan)


def _marked(points: Sequence[Point], rules: Sequence[str], sign: float) -> list[Point]:
    vectors = [None if p.value is None else (*(p.used[r] for r in rules), sign * p.value) for p in points]
    marked = []
    for mine, point in zip(vectors, points, strict=True):
        beaten = mine is not None and any(
            other is not None
            and all(o <= m + TINY * max(1.0, abs(m)) for o, m in zip(other, mine, strict=True))
            and any(o < m - TINY * max(1.0, abs(m)) for o, m in zip(other, mine, strict=True))
            for other in vectors
        )
        marked.append(replace(point, dominated=beaten))
    return marked


def to_json(found: Frontier) -> dict[str, Any]:
    """Return a frontier as JSON types."""
    data: dict[str, Any] = portable.to_json(found)
    return data

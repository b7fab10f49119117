"""A standby question as the arrays that search, bound and cuts share: everything is made large, nothing has a name.

Columns are cars at a post in a part of the day, ``t * S + j``. A *block* is what one objective counts in one part
of the day: a sum over rows of a function of the cars that stand at the row's columns, each at most 1:

    BEST      the largest gain of a column with a car             cover, gradual, travel
    LEVEL     1 - q^n, n the cars                                 expected, one busy share q
    CHAIN     1 - exp(-sum of gains times cars)                   expected, busy shares by post (gain = -log q)
    AT_LEAST  1 where there are k cars or more                    backup

All but the last are concave in the cars.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.patterns import equal_rows
from optimiser.problems.base import relaxed
from optimiser.problems.standby import StandbyProblem
from optimiser.problems.standby.data import sense_of

BEST, LEVEL, CHAIN, AT_LEAST = 0, 1, 2, 3
CERTAIN = 60.0
"""Stands for -log 0: a car that is never busy (exp(-60) is below any rounding)."""
COUNTED = ("cover", "backup", "gradual", "expected", "travel")
"""Objectives that are sums over patterns; the others count posts and cars."""


@dataclass(frozen=True)
class Block:
    """R rows with E entries, the largest gains of a row first.

    Parameters
    ----------
    kind, par
        Of all rows: the function, and q or k.
    starts, column, gain
        Shapes (R + 1,), (E,), (E,).
    weight
        Shape (R,), > 0.
    """

    kind: int
    par: float
    starts: NDArray[np.int64]
    column: NDArray[np.int64]
    gain: NDArray[np.float64]
    weight: NDArray[np.float64]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.weight.size)

    def row_of(self) -> NDArray[np.int64]:
        """Return the row of each entry, shape (E,)."""
        return np.repeat(np.arange(self.n_rows), np.diff(self.starts))


@dataclass(frozen=True)
class Aim:
    """One objective, to be made large: ``sum of factor * block + on_use @ used + per_car * cars + constant``.

    ``sign`` times its value is the planner's.
    """

    name: str
    sign: float
    blocks: tuple[tuple[tuple[str, int], float], ...]
    on_use: NDArray[np.float64]
    per_car: float
    constant: float


@dataclass(frozen=True)
class Design:
    """The rules on cars and posts. S posts, T parts of the day.

    Parameters
    ----------
    most
        Most cars per part, shape (T,), inf where unlimited.
    room
        Most cars at a post.
    cost, budget
        Shape (S,) and the limit on the posts in use.
    kept, kept_slack
        Columns that need a car, and how many of them may do without.
    today, most_moved
        Posts in use today and how many of them may be given up.
    least
        Share of the calls to be covered in each part, per part with calls: (part, calls needed).
    """

    n_posts: int
    n_parts: int
    most: NDArray[np.float64]
    room: int
    cost: NDArray[np.float64]
    budget: float
    kept: NDArray[np.int64]
    kept_slack: int
    today: NDArray[np.int64]
    most_moved: float
    least: tuple[tuple[int, float], ...]

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return self.n_posts * self.n_parts

    @property
    def plain(self) -> bool:
        """Is a column the same as its post: one part of the day, one car a post?"""
        return self.n_parts == 1 and self.room <= 1


def design(problem: StandbyProblem) -> Design:
    """Return the rules of a question, relaxations included."""
    p = problem.params
    number = {post: j for j, post in enumerate(problem.post_ids)}
    n_posts, n_parts = len(problem.post_ids), len(problem.part_ids)
    share = p.least_cover_frac - relaxed(p.relax, "least cover")
    calls = problem.weight.sum(axis=0)
    kept = [t * n_posts + number[post] for t in range(n_parts) for post in p.kept]
    least = {t: share * float(calls[t]) for t in range(n_parts) if share > 0 and calls[t] > 0}
    most, budget = np.floor(problem.cars() + 1e-9), p.budget + relaxed(p.relax, "budget")
    told = {name: p.limit_of(name) for name in own_rules(problem)}
    if told.get("cover", 0.0) > 0:
        least[0] = max(least.get(0, 0.0), told["cover"])
    if "cars" in told:
        most = np.minimum(most, math.floor(told["cars"] + 1e-9))
    if "posts" in told and _plain(problem):
        most = np.minimum(most, math.floor(told["posts"] + 1e-9))
    elif "posts" in told:
        budget = min(budget, math.floor(told["posts"] + 1e-9) * float(problem.post_cost[0]))
    return Design(
        n_posts,
        n_parts,
        most,
        math.floor(problem.room() + 1e-9),
        problem.post_cost,
        budget,
        np.array(sorted(kept), dtype=np.int64),
        int(relaxed(p.relax, "kept post") + 1e-9),
        np.array(sorted(number[post] for post in p.today), dtype=np.int64),
        p.most_moved + relaxed(p.relax, "moved posts"),
        tuple(sorted(least.items())),
    )


def own_rules(problem: StandbyProblem) -> tuple[str, ...]:
    """Return the limits that are the same as a rule on cars, costs or cover, which search and cuts know already.

    In a day of one part its cars and calls are those of the day. With one car a post besides, a number of posts is one
    of cars; where all posts cost the same it is a sum of costs.
    """
    cost = problem.post_cost
    same = {
        "cover": len(problem.part_ids) == 1,
        "cars": len(problem.part_ids) == 1,
        "posts": _plain(problem) or bool((cost == cost[0]).all() and cost[0] > 0),
    }
    return tuple(name for name in problem.params.limits if same.get(name, False))


def _plain(problem: StandbyProblem) -> bool:
    return len(problem.part_ids) == 1 and problem.room() < 2


def aim(problem: StandbyProblem, name: str) -> Aim:
    """Return an objective."""
    p, n_posts = problem.params, len(problem.post_ids)
    sign = -1.0 if sense_of(name) == "min" else 1.0
    if name == "weighted":
        parts = [(aim(problem, n), w) for n, w in p.weights.items() if w > 0]
        # each part is already turned so that larger is better
        return Aim(
            name,
            sign,
            tuple((key, w * f) for a, w in parts for key, f in a.blocks),
            np.asarray(sum((w * a.on_use for a, w in parts), np.zeros(n_posts)), dtype=np.float64),
            sum(w * a.per_car for a, w in parts),
            sum(w * a.constant for a, w in parts),
        )
    on_use, per_car, constant = np.zeros(n_posts), 0.0, 0.0
    blocks: tuple[tuple[tuple[str, int], float], ...] = ()
    if name in COUNTED:
        factor = p.far_s if name == "travel" else 1.0
        blocks = tuple(((name, t), factor) for t in range(len(problem.part_ids)))
        constant = -factor * float(problem.weight.sum()) if name == "travel" else 0.0
    elif name == "posts":
        on_use = -np.ones(n_posts)
    elif name == "cost":
        on_use = -np.asarray(problem.post_cost, dtype=np.float64)
    elif name == "cars":
        per_car = -1.0
    else:
        today = np.isin(np.array(problem.post_ids), np.array(p.today))
        on_use, constant = today.astype(np.float64), -float(today.sum())
    return Aim(name, sign, blocks, on_use, per_car, constant)


def limits(problem: StandbyProblem) -> tuple[tuple[Aim, float], ...]:
    """Return the aims that are held within a limit and what each must reach, turned so that larger is better."""
    p, told = problem.params, own_rules(problem)
    aims = [aim(problem, name) for name in p.limits if name not in told]
    return tuple((a, a.sign * p.limit_of(a.name)) for a in aims)


def block(problem: StandbyProblem, name: str, part: int) -> Block:
    """Return what an objective counts in a part of the day; equal rows are added up, empty ones left out."""
    p = problem.params
    near = problem.band == 0
    busy = problem.busy()
    kind, par = BEST, 0.0
    gain = np.ones(problem.posts.size)
    if name == "backup":
        kind, par = (AT_LEAST, float(p.backup_cars)) if p.backup_cars > 1 else (BEST, 0.0)
    elif name == "expected" and (busy == busy[0]).all():
        kind, par = (LEVEL, float(busy[0])) if busy[0] > 0 else (BEST, 0.0)
    elif name == "expected":
        with np.errstate(divide="ignore"):
            kind, gain = CHAIN, np.minimum(-np.log(busy), CERTAIN)[problem.posts]
    elif name == "gradual":
        by_band = np.zeros(128)
        by_band[: len(p.band_shares)] = p.band_shares
        gain, near = by_band[problem.band], np.ones_like(near)
    elif name == "travel":
        gain, near = 1.0 - problem.drive_s / p.far_s, np.ones_like(near)
    return _merged(problem, part, kind, par, np.where(near, gain, 0.0))


def _merged(problem: StandbyProblem, part: int, kind: int, par: float, gain: NDArray[np.float64]) -> Block:
    weight = problem.weight[:, part]
    row = problem.pattern_of()
    used = (gain > 0) & (weight[row] > 0)
    row, column, gain = row[used], problem.posts[used].astype(np.int64), gain[used]
    order = np.lexsort((column, -gain, row)) if kind == BEST else np.arange(row.size)
    row, column, gain = row[order], column[order], gain[order]
    starts = np.zeros(weight.size + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=weight.size), out=starts[1:])
    return _summed(kind, par, starts, column + part * len(problem.post_ids), gain, weight)


def _summed(
    kind: int,
    par: float,
    starts: NDArray[np.int64],
    column: NDArray[np.int64],
    gain: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> Block:
    """Return a block with equal rows added up and empty ones left out."""
    asked = np.diff(starts) > 0
    level = np.unique(gain, return_inverse=True)[1].astype(np.int64).ravel()
    group, first = equal_rows(starts, column, level, asked)
    total = np.bincount(group[asked], weights=weight[asked], minlength=first.size)
    length = np.diff(starts)[first]
    kept = np.zeros(first.size + 1, dtype=np.int64)
    np.cumsum(length, out=kept[1:])
    take = np.repeat(starts[:-1][first] - kept[:-1], length) + np.arange(kept[-1])
    return Block(kind, par, kept, column[take], gain[take], np.asarray(total, dtype=np.float64))


def without(block: Block, dropped: NDArray[np.bool_]) -> Block:
    """Return a block without some columns (mask over all columns), equal rows added up."""
    keep = ~dropped[block.column]
    starts = np.zeros(block.n_rows + 1, dtype=np.int64)
    np.cumsum(np.bincount(block.row_of()[keep], minlength=block.n_rows), out=starts[1:])
    return _summed(block.kind, block.par, starts, block.column[keep], block.gain[keep], block.weight)


def worth(block: Block, cars: NDArray[np.int64]) -> float:
    """Return what a block counts for cars of shape (N,)."""
    return float(block.weight @ levels(block, cars))


def levels(block: Block, cars: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the value of each row, shape (R,), between 0 and 1."""
    row, here = block.row_of(), cars[block.column]
    if block.kind == BEST:
        best = np.zeros(block.n_rows)
        np.maximum.at(best, row, np.where(here > 0, block.gain, 0.0))
        return best
    if block.kind == CHAIN:
        total = np.bincount(row, weights=here * block.gain, minlength=block.n_rows)
        return np.asarray(-np.expm1(-total), dtype=np.float64)
    n = np.bincount(row, weights=here, minlength=block.n_rows)
    if block.kind == LEVEL:
        return np.asarray(1.0 - block.par**n, dtype=np.float64)
    return (n >= block.par).astype(np.float64)


def value(a: Aim, blocks: dict[tuple[str, int], Block], d: Design, cars: NDArray[np.int64]) -> float:
    """Return the value of an aim, to be made large, for cars of shape (N,)."""
    used = (cars.reshape(d.n_parts, d.n_posts) > 0).any(axis=0)
    counted = sum(f * worth(blocks[key], cars) for key, f in a.blocks)
    return float(counted + a.on_use[used].sum() + a.per_car * cars.sum() + a.constant)


def most(a: Aim, blocks: dict[tuple[str, int], Block], d: Design) -> float:
    """Return a value that no plan can exceed: every row at its best."""
    total = a.constant + np.maximum(a.on_use, 0.0).sum()
    for key, factor in a.blocks:
        block = blocks[key]
        best = block.gain[block.starts[:-1]] if block.kind == BEST and block.n_rows else np.ones(block.n_rows)
        total += factor * float(block.weight @ best)
    return float(total)


def step(problem: StandbyProblem, a: Aim, blocks: dict[tuple[str, int], Block]) -> float:
    """Return a number that every difference between two values is a multiple of; 0 where none is known."""
    numbers: list[NDArray[np.float64]] = [a.on_use, np.array([a.per_car])]
    for key, factor in a.blocks:
        block = blocks[key]
        if key[0] == "travel":
            numbers += [problem.weight.ravel(), problem.drive_s, np.array([problem.params.far_s])]
            factor /= problem.params.far_s  # the gains are shares of far_s
        elif block.kind in (LEVEL, CHAIN) or (block.gain != 1.0).any():
            return 0.0
        if factor != 1.0:
            return 0.0
        numbers.append(block.weight)
    flat = np.concatenate([n.ravel() for n in numbers])
    if (flat != np.round(flat)).any() or np.abs(flat).max(initial=0.0) > 2**40:
        return 0.0
    if any(key[0] == "travel" for key, _ in a.blocks):
        return 1.0
    return float(np.gcd.reduce(np.abs(flat).astype(np.int64), initial=0))

"""Fold tables as the cheapest chain in the lattice of connected partitions, searched row by row.

Sets and data: beats with shares w of the work, links E; numbers of cars k = m ... n with weights c_k (sum 1).
A table is a chain of partitions P_n, P_{n-1}, ..., P_m, where P_n has every beat alone and each P_{k-1} joins two
groups of P_k that touch (so every group hangs together and rows nest by construction).

    D_k(P) = max over groups g of P of |k w(g) - 1|                                        (1)
    minimise  sum_{k=m}^{n-1} c_k D_k(P_k)                                                 (2)
    cost(P') = c_{k-1} D_{k-1}(P') + min over P in row k that P' joins of cost(P)          (3)

Equal partitions of a row are merged, the cheapest way to them kept: dynamic programming, exact. A partition is left
out where its cost plus a bound on the rows to come is no better than the best table known:

    D_j >= max(L_j, j max_g w(g) - 1, 1 - j w_(2(k-j)+1))        for every row j < k       (4)

L_j is the best single row, nesting apart (``subsets``; of many beats a bound on it, ``light``); groups only grow, so
the heaviest stays as heavy; k - j joins touch at most 2(k - j) groups, so one of the 2(k - j) + 1 lightest (w_(i) the
i-th lightest) stays as it is. Where a row would hold more partitions than the width, the most promising are kept, and
the least cost plus bound of those left out is a bound on every table that was not looked at. Width 1 is greedy
agglomeration with foresight; it is widened until nothing is left out, or time is up. Up to some 14 beats that ends in a
proof within seconds, which a look at every table confirms (``exhaust``).

Source: contraction sequences after Gordon (1996), A survey of constrained classification; the search is a beam with
the bound of restricted decision diagrams (Bergman, Cire, van Hoeve, Hooker 2016).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import BackendError
from optimiser.problems.fold import FAMILY, FoldPlan, FoldProblem
from optimiser.problems.fold.plan import ordered
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Formulation, Report
from optimiser.solve.result import Outcome, StoppedBy, gap
from optimiser_models.fold.exhaust import EVERY_TABLE, cheapest
from optimiser_models.fold.light import light_rows
from optimiser_models.fold.states import (
    CHUNK_CELLS,
    Folding,
    Layer,
    joined,
    n_pieces,
    prepare,
    still_to_come,
    together,
    top,
)
from optimiser_models.fold.subsets import LARGEST_N, compile_loops, even_splits

WIDTHS = (1, 100, 2_000, 20_000, 200_000)
MOST_BEATS = 200
_EQUAL = 1e-12
_AGREE = 1e-9
_CONFIRM_S = 5.0


@dataclass
class _Search:
    """What is known so far."""

    best: tuple[Layer, ...] = ()
    """The chain found, one partition a row, full cars first."""
    value: float = float("inf")
    bound: float = float("-inf")
    left_out: float = float("inf")
    """Least cost plus bound of what this pass left out for lack of width."""


def run(
    problem: FoldProblem, start: FoldPlan | None, options: SolveOptions, report: Report
) -> Outcome[FoldPlan]:
    """Search the lattice with ever wider rows until nothing is left out; a start is of no use to it."""
    del start
    f = prepare(problem)
    report(phase="bounding single rows")
    single = _single_rows(f)
    if f.fewest < n_pieces(f) or not np.isfinite(single).all():
        how = ("plain counts (more pieces of the map than cars, or no such row)",)
        return Outcome(None, infeasible=True, stopped_by=StoppedBy.PROOF, confirmed_by=how)
    s = _Search(bound=float(still_to_come(f, top(f), f.n, single)[0]))
    report(phase="searching", bound=s.bound)
    stopped = StoppedBy.PROOF
    for width in WIDTHS:
        cut = _pass(f, single, width, s, options, report, problem)
        if cut is not None:
            stopped = cut
            break
        s.bound = max(s.bound, min(s.value, s.left_out))
        if np.isinf(s.left_out):
            s.bound = s.value
            break
        report(incumbent=s.value if s.best else None, bound=s.bound)
        if s.best and (gap(s.value, s.bound) or 0.0) <= options.gap_frac:
            stopped = StoppedBy.GAP if s.value - s.bound > _EQUAL else StoppedBy.PROOF
            break
    else:
        stopped = StoppedBy.MEMORY
    proved = stopped is StoppedBy.PROOF
    confirmed = _confirmed(f, s.value, options, report) if proved and options.confirm else ""
    if not s.best:
        return Outcome(
            None,
            bound=() if proved else (s.bound,),
            infeasible=proved,
            stopped_by=stopped,
            confirmed_by=(confirmed,),
        )
    bound = min(s.bound, s.value)
    return Outcome(_plan(problem, s.best), bound=(bound,), stopped_by=stopped, confirmed_by=(confirmed,))


def _confirmed(f: Folding, value: float, options: SolveOptions, report: Report) -> str:
    """Look at every table, in as much time as the search took or a little more; say so if the least is ``value``.

    Raises
    ------
    BackendError
        If a table is better than what was proved best.
    """
    report(phase="confirming")
    until = min(options.time_limit_s, report.elapsed_s() + max(_CONFIRM_S, report.elapsed_s()))
    least = cheapest(f, lambda: not report.should_stop() and report.elapsed_s() < until)
    if least is None:
        return ""
    if least != value and abs(least - value) > _AGREE:
        raise BackendError(
            f"fold.lattice contradicts itself: {value:.12g} proved, {least:.12g} by looking at all."
        )
    return EVERY_TABLE


def _single_rows(f: Folding) -> NDArray[np.float64]:
    """Return L_k of (4), or less, by number of cars, shape (n + 1,); inf where no such row exists."""
    if f.n <= LARGEST_N:
        return even_splits(f.share, f.pairs, f.fewest)
    return light_rows(f.share, f.pairs, f.fewest)


def _pass(
    f: Folding,
    single: NDArray[np.float64],
    width: int,
    s: _Search,
    options: SolveOptions,
    report: Report,
    problem: FoldProblem,
) -> StoppedBy | None:
    """Go down the rows once, ``width`` partitions wide; say why, if it was cut short."""
    layers = [top(f)]
    s.left_out = float("inf")
    for cars in range(f.n - 1, f.fewest - 1, -1):
        above, parts = layers[-1], []
        step = max(1, CHUNK_CELLS // (f.n * f.n))
        for begin in range(0, len(above), step):
            if width > 1 and report.should_stop():  # the first, narrow pass takes no time
                return StoppedBy.PLANNER
            if width > 1 and report.elapsed_s() > options.time_limit_s:
                return StoppedBy.TIME
            rows = np.arange(begin, min(begin + step, len(above)))
            parts.append(_worth(f, joined(f, above, cars, rows), cars, single, width, s))
        layer = _worth(f, together(parts), cars, single, width, s)
        if not len(layer):
            return None
        layers.append(layer)
    last = int(layers[-1].cost.argmin())
    value = float(layers[-1].cost[last])
    if value < s.value:
        s.best, s.value = _chain(layers, last), value
        report(incumbent=value, plan=_plan(problem, s.best))
    return None


def _worth(f: Folding, layer: Layer, cars: int, single: NDArray[np.float64], width: int, s: _Search) -> Layer:
    """Leave out what cannot be better than the best table, and, noting its bound, what is beyond the width."""
    if not len(layer):
        return layer
    least = layer.cost + still_to_come(f, layer, cars, single)
    keep = np.flatnonzero(least < s.value - _EQUAL)
    if len(keep) > width:
        order = keep[np.argsort(least[keep], kind="stable")]
        s.left_out = min(s.left_out, float(least[order[width]]))
        keep = np.sort(order[:width])
    return layer.taken(keep)


def _chain(layers: list[Layer], last: int) -> tuple[Layer, ...]:
    """Follow the parents up from a partition of the lowest row."""
    found = []
    at = last
    for layer in reversed(layers):
        found.append(layer.taken(np.array([at])))
        at = int(layer.parent[at])
    return tuple(reversed(found))


def _plan(problem: FoldProblem, chain: tuple[Layer, ...]) -> FoldPlan:
    groups_at = {}
    for layer in chain:
        groups: dict[int, list[str]] = {}
        for beat, label in zip(problem.beat_ids, layer.label[0].tolist(), strict=True):
            groups.setdefault(label, []).append(beat)
        groups_at[len(groups)] = ordered(groups.values())
    return FoldPlan(groups_at)


def refuses(problem: FoldProblem) -> str:
    """Say which problems are too large."""
    n = len(problem.beat_ids)
    return f"{n} beats are more than {MOST_BEATS}; fold each district by itself." if n > MOST_BEATS else ""


FORMULATION: Formulation[FoldProblem, FoldPlan] = Formulation(
    name="fold.lattice",
    family=FAMILY,
    reference="Bergman, Cire, van Hoeve, Hooker (2016): restricted decision diagrams and their bound",
    summary="Cheapest chain of connected partitions, row by row, with a bound on the rows to come",
    run=run,
    refuses=refuses,
    warm=compile_loops,
)

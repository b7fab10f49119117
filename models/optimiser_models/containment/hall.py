"""The cut in its node form with Hall's rows, added as they are missed: posts that units can really be matched to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import maximum_bipartite_matching

from optimiser.problems.containment import ContainmentProblem
from optimiser.problems.containment.data import AREA_FIRST
from optimiser.solve.backends.confirm import confirm
from optimiser.solve.backends.highs_arrays import Watch, solve_linear
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Report
from optimiser.solve.result import StoppedBy

MOST_ROUNDS = 500


@dataclass(frozen=True)
class Matched:
    """Posts that units can hold, with the bounds of the two aims of the cut, or why there are none."""

    posts: NDArray[np.intp]
    bound: tuple[float, ...] = ()
    confirmed_by: tuple[str, ...] = ()
    infeasible: bool = False
    stopped_by: StoppedBy = StoppedBy.PROOF
    rounds: int = 0


def cut_with_units(
    problem: ContainmentProblem, least_posts: float | None, options: SolveOptions, report: Report
) -> Matched:
    """Solve for the two aims of the cut, in the order asked for.

    Parameters
    ----------
    least_posts
        A bound on the number of posts that is known already.
    """
    made = _master(problem, least_posts)
    p = len(problem.place_ids)
    heaviest = float(problem.weight.max()) / 1e3
    posts, area = np.zeros(2 * p), np.zeros(2 * p)
    posts[:p], area[p:] = 1.0, problem.weight / heaviest
    order = [(posts, 1.0), (area, heaviest)]
    held = np.zeros(0, dtype=np.intp)
    bounds: list[float] = []
    routes: list[str] = []
    rounds = 0
    for cost, scale in reversed(order) if problem.params.first == AREA_FIRST else order:
        asked = replace(made, cost=cost)
        while True:
            rounds += 1
            report(phase=f"cutting, {rounds} rounds")
            left = options.time_limit_s - report.elapsed_s()
            solved = solve_linear(
                asked,
                time_limit_s=left,
                options=options,
                gap_frac=0.0,
                watch=Watch(should_stop=report.should_stop),
            )
            if solved.infeasible or solved.x is None or solved.stopped_by is not StoppedBy.PROOF:
                known = () if solved.bound is None or bounds else (solved.bound * scale,)
                route = (solved.confirmed_by,) if solved.confirmed_by else ()
                return Matched(
                    held, known, route, solved.infeasible and not bounds, solved.stopped_by, rounds
                )
            held = np.flatnonzero(solved.x[:p] > 0.5)
            missed = _missed(problem, held)
            if missed is None:
                break
            if rounds >= MOST_ROUNDS:
                return Matched(held, stopped_by=StoppedBy.TIME, rounds=rounds)
            asked = _with(asked, *missed)
        assert solved.objective is not None
        bounds.append((solved.objective if solved.bound is None else solved.bound) * scale)
        left = options.time_to_confirm_s(report.elapsed_s(), report.elapsed_s())
        routes.append(
            confirm(asked, solved.objective, options=options, time_limit_s=left, start=solved.x)
            if left > 0
            else ""
        )
        made = _with(asked, cost, solved.objective + 1e-7 * max(1.0, abs(solved.objective)))
    return Matched(held, tuple(bounds), tuple(routes), rounds=rounds)


def _master(problem: ContainmentProblem, least_posts: float | None) -> LinearModel:
    """Return rows (3) and (4) of ``containment.milp`` on z and y, and as many posts as units at most."""
    p = len(problem.place_ids)
    holdable = problem.usable.any(axis=0)
    edges = np.unique(problem.edges[problem.edges[:, 0] != problem.edges[:, 1]], axis=0)
    m, exits = len(edges), np.flatnonzero(problem.exits)
    row = np.arange(m)
    out = m + np.arange(len(exits))
    rows = np.concatenate([row, row, row, out, out, np.full(p, m + len(exits))])
    columns = np.concatenate([p + edges[:, 1], p + edges[:, 0], edges[:, 0], p + exits, exits, np.arange(p)])
    ones = np.ones(m), np.ones(len(exits))
    values = np.concatenate([ones[0], -ones[0], ones[0], ones[1], -ones[1], np.ones(p)])
    n_units = int(problem.usable.any(axis=1).sum())
    lower, upper = np.zeros(2 * p), np.ones(2 * p)
    upper[:p] = holdable & ~problem.start
    lower[p:][problem.start] = 1.0
    return LinearModel(
        "min",
        np.zeros(2 * p),
        lower,
        upper,
        np.arange(2 * p) < p,
        sp.csr_array((values, (rows, columns)), shape=(m + len(exits) + 1, 2 * p)),
        np.concatenate([np.zeros(m), np.full(len(exits), -np.inf), [least_posts or 0.0]]),
        np.concatenate([np.full(m, np.inf), np.zeros(len(exits)), [float(n_units)]]),
    )


@dataclass(frozen=True)
class Lack:
    """Posts that have fewer units than they are, as positions among the posts, and those units."""

    posts: NDArray[np.intp]
    units: NDArray[np.intp]


def lack(problem: ContainmentProblem, held: NDArray[np.intp]) -> Lack | None:
    """Return posts that cannot all have a unit of their own (Hall); None where the posts can be matched."""
    may = problem.usable[:, held]
    unit_of = maximum_bipartite_matching(sp.csr_matrix(may), perm_type="row")  # of each post
    bare = np.flatnonzero(unit_of < 0)
    if not len(bare):
        return None
    posts, units = set(bare[:1].tolist()), set[int]()
    waiting = list(posts)
    post_of = {int(u): k for k, u in enumerate(unit_of.tolist()) if u >= 0}
    while waiting:  # alternating ways from a post without a unit: all units on them are taken
        for unit in np.flatnonzero(may[:, waiting.pop()]).tolist():
            if unit not in units:
                units.add(unit)
                other = post_of[unit]
                if other not in posts:
                    posts.add(other)
                    waiting.append(other)
    return Lack(np.array(sorted(posts), dtype=np.intp), np.array(sorted(units), dtype=np.intp))


def held_by_these_alone(problem: ContainmentProblem, units: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the places that can be held, and by no other units."""
    rest = np.ones(len(problem.unit_ids), dtype=bool)
    rest[units] = False
    return np.flatnonzero(problem.usable.any(axis=0) & ~problem.usable[rest].any(axis=0))


def _missed(problem: ContainmentProblem, held: NDArray[np.intp]) -> tuple[NDArray[np.float64], float] | None:
    """Return Hall's row that the posts break, as weights on z and its limit; None where they can be matched."""
    found = lack(problem, held)
    if found is None:
        return None
    alone = held_by_these_alone(problem, found.units)
    row = np.zeros(2 * len(problem.place_ids))
    row[alone] = 1.0
    return row, float(len(found.units))


def _with(made: LinearModel, row: NDArray[np.float64], most: float) -> LinearModel:
    return replace(
        made,
        a=sp.csr_array(sp.vstack([made.a, sp.csr_array(row.reshape(1, -1))])),
        row_lower=np.append(made.row_lower, -np.inf),
        row_upper=np.append(made.row_upper, most),
    )

r"""Rows of an incident with skills, a rendezvous or units on their way to it.

With x_a the arcs to i (new ones and those that go on), N the most officers they can bring:

    sum min(n_a, o) x_a + s >= o                                                            (1) need
    sum_{a has k} x_a + q_k >= r_k                                                          (2) skill
    sum x_a + max(0, G - V) x_b <= max(V, G)       new arcs b, G going on                   (3) most units
    x_b <= d_b + sum_k d_bk                        new arcs b                               (4) needed for
      sum_{a != b} n_a x_a <= o - 1 + r + (N - o + 1 - r) (1 - d_b)                         its officers
      sum_{a != b has k} x_a <= r_k - 1 + (M_k - r_k + 1) (1 - d_bk)                        its skill
    2 x_b <= sum min(n_a, 2) x_a                   nobody alone                             (5) alone
    x_b <= z,  sum n_a x_a <= e - 1 + (N - e + 1) z    e officers enter                     (6) reached at all

and the costs of the arrival, of the full complement and of setting out as in (8) of ``assignment.milp``.
"""

from __future__ import annotations

import numpy as np

from optimiser.problems.assignment import AssignmentProblem
from optimiser_models.assignment.arcs import (
    Arcs,
    Floats,
    Ints,
    enters_with,
    n_going_on,
    needless_spare,
    skill_price,
    unit_limit,
)
from optimiser_models.assignment.reached import complete, reached, surplus
from optimiser_models.assignment.rows import Rows


def special(
    rows: Rows, problem: AssignmentProblem, arcs: Arcs, x: Ints, mine: Ints, missing: int, i: int
) -> None:
    """Add all rows of incident ``i``; ``x`` are the columns of its arcs ``mine``, ``missing`` that of s."""
    name, need = problem.incident_ids[i], int(problem.officers_needed[i])
    size = arcs.officers[mine].astype(np.float64)
    counted = np.minimum(size, need)
    rows.add(f"need[{name}]", np.append(x, missing), np.append(counted, 1.0), lower=float(need))
    wanted = problem.skills_needed[i]
    for k in np.flatnonzero(wanted > 0).tolist():
        lacking = rows.column(float(skill_price(problem)[i]), float(wanted[k]))
        has = problem.has_skill[arcs.unit[mine], k].astype(np.float64)
        rows.add(f"skill[{name},{k}]", np.append(x, lacking), np.append(has, 1.0), lower=float(wanted[k]))
    surplus(rows, (x, size), problem, i, int(size.sum()))
    new = np.flatnonzero(~arcs.goes_on[mine])
    _limits(rows, problem, x, new, size, i)
    for b in new.tolist():
        _needed(rows, problem, arcs.unit[mine], x, size, b, i)
    _arrivals(rows, problem, arcs, x, mine, missing, size, i)


def _limits(rows: Rows, problem: AssignmentProblem, x: Ints, new: Ints, size: Floats, i: int) -> None:
    """(3), (5)."""
    name, going = problem.incident_ids[i], int(n_going_on(problem)[i])
    limit = unit_limit(problem)
    if going <= limit:
        rows.add(f"most units[{name}]", x, np.ones(x.size), upper=float(limit))
    enter = float(enters_with(problem)[i])
    for b in new.tolist():
        if going > limit:
            more = np.ones(x.size)
            more[b] += going - limit
            rows.add(f"most units[{name},{b}]", x, more, upper=float(going))
        if enter > 1:
            those = np.minimum(size, enter)
            those[b] -= enter
            rows.add(f"alone[{name},{b}]", x, those, lower=0.0)


def _needed(
    rows: Rows, problem: AssignmentProblem, unit: Ints, x: Ints, size: Floats, b: int, i: int
) -> None:
    """(4); without skills there is one reason, x_b itself."""
    name, wanted = problem.incident_ids[i], problem.skills_needed[i]
    most = int(problem.officers_needed[i]) - 1 + needless_spare(problem)
    brings = np.flatnonzero((wanted > 0) & (problem.has_skill[unit[b]] > 0)).tolist()
    others = np.arange(x.size) != b
    officers = rows.column(0.0) if brings else int(x[b])
    slack = max(0.0, float(size[others].sum()) - most)
    rows.add(
        f"needless[{name},{b}]",
        np.append(x[others], officers),
        np.append(size[others], slack),
        upper=most + slack,
    )
    reasons = [officers]
    for k in brings:
        has = others & (problem.has_skill[unit, k] > 0)
        slack = max(0.0, float(has.sum()) - (int(wanted[k]) - 1))
        reasons.append(rows.column(0.0))
        rows.add(
            f"needless[{name},{b},{k}]",
            np.append(x[has], reasons[-1]),
            np.append(np.ones(int(has.sum())), slack),
            upper=int(wanted[k]) - 1 + slack,
        )
    if brings:
        rows.add(
            f"needed[{name},{b}]", np.append(reasons, x[b]), np.append(np.ones(len(reasons)), -1.0), lower=0.0
        )


def _arrivals(
    rows: Rows,
    problem: AssignmentProblem,
    arcs: Arcs,
    x: Ints,
    mine: Ints,
    missing: int,
    size: Floats,
    i: int,
) -> None:
    """(6) and the costs of being reached."""
    name, need, enter = problem.incident_ids[i], int(problem.officers_needed[i]), int(enters_with(problem)[i])

    def order(by: Floats, most: float) -> list[tuple[Ints, Floats]]:
        return [(x[[k]], np.minimum(size[[k]], most)) for k in np.argsort(by, kind="stable").tolist()]

    if arcs.lead_cost[mine].any():
        z = _at_all(rows, arcs, x, mine, size, enter, name)
        reached(
            rows, f"reached[{name}]", order(arcs.arrival_s[mine], enter), enter, arcs.lead_cost[mine], [z]
        )
    if arcs.full_cost[mine].any():
        there = complete(rows, (x, size), int(size.sum()), need, missing, name)
        reached(rows, f"full[{name}]", order(arcs.arrival_s[mine], need), need, arcs.full_cost[mine], [there])
    if arcs.wait_cost[mine].any():
        z = _at_all(rows, arcs, x, mine, np.ones(x.size), 1, name)
        reached(
            rows, f"sets out[{name}]", order(arcs.wait_cost[mine], 1), 1, np.sort(arcs.wait_cost[mine]), [z]
        )


def _at_all(rows: Rows, arcs: Arcs, x: Ints, mine: Ints, size: Floats, enough: int, name: str) -> int:
    z = rows.column(0.0)
    new = np.flatnonzero(~arcs.goes_on[mine]) if enough > 1 else np.arange(x.size)
    n = new.size
    rows.block(
        f"reached at all[{name}]",
        np.tile(np.arange(n), 2),
        np.concatenate([x[new], np.full(n, z)]),
        np.concatenate([np.ones(n), np.full(n, -1.0)]),
        n,
        upper=0.0,
    )
    most = float(size.sum())
    rows.add(
        f"reached if sent[{name}]",
        np.append(x, z),
        np.append(size, -max(0.0, most - enough + 1)),
        upper=enough - 1.0,
    )
    return z

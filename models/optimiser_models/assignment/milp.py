r"""Joint assignment with coverage as a MILP, on arrays for HiGHS.

An arc a = (u, i) is unit u sent to incident i, or going on there. At a *plain* incident (no skills, no rendezvous,
nobody on the way) it is used as the first to arrive (f_a) or as a further one (g_a), x_a = f_a + g_a; elsewhere
x_a is one column and the arrival is counted as in (8). y_m is a move to a post, or a unit that turns back.

    min  sum_a (way_a x_a + lead_a f_a) + sum_i (P_i s_i + S e_i) + sum_ik Q_i q_ik
         + sum_m move_m y_m + sum_zl p_zl c_zl + what (8) adds                              (1)
    s.t. sum_{a of u} x_a + sum_{m of u} y_m <= 1, = 1 if u is on its way                   (2) unit
         (with L_u = sum_{a of u} x_a where only the unit matters for cover)
         sum_{a to i} min(n_a, o_i) x_a + s_i >= o_i;  e_i >= sum n_a x_a - o_i             (3) need, surplus
    at plain incidents
         sum_{a to i} x_a + s_i >= ceil(o_i / largest n)                                    (3') vehicles
         sum_{a to i} f_a <= 1,   o_i sum_{a to i} f_a + s_i >= o_i                         (4) first
         sum_{a to i} g_a <= (V_i - 1) sum_{a to i, n_a < o_i + r} f_a                      (5) further
         g_a + sum_{b to i, n_b >= o_i + r - 1} g_b <= 1             n_a < o_i + r - 1      (5') one big
         sum_{b to i} n_b x_b + sum_n (T_i(n+) - T_i(n)) w_n <= T_i,  x_a <= w_n, n = n_a   (6) needless
    everywhere
         sum change_za x_a + sum change_zm y_m + sum_l c_zl >= -room_z   zones that can bind (7) cover
         c_zl >= [l is missing if only u leaves] L_u                 zones that never gain  (7') alone
         k h_j + sum_{a <= j} min(n_a, k) x_a >= k z                 arrivals j in order    (8) reached
    at the others
         see :mod:`~optimiser_models.assignment.special`                                    (9)
         x_a <= sum_{b of v} x_b + sum_{m of v} y_m     a diverts, v would be there as soon (10) diversion
         sum_free x_a <= F - R t,  x_a <= t             R units kept back of F free         (11) reserve
         sum_{m to p} y_m <= room_p,  sum y <= most                                         (12) moves
         sum_{a to i} n_a x_a >= o_i y_m, as much of each skill;  x_b + y_m <= 1
                           m recalls u from i, b new to i and not sooner by the gain    (13) recall
         all whole; 0 <= s_i <= o_i, 0 <= c_zl <= levels at that price

``n_a`` officers on board, ``o_i`` officers needed, ``P_i`` the price of a missing one, ``V_i`` the most units,
``r`` the officers by which "needless unit" is relaxed; ``way, lead`` as in
:mod:`~optimiser_models.assignment.arcs`, ``change, room`` as in :mod:`~optimiser_models.assignment.reduce`, which
also says which arcs and rows are left out and why nothing is lost.

(1) lead does not fall with the arrival, so of the units sent to i the quickest is f in some best solution.
(3) The coefficient is cut at o_i; (3') follows for whole x by rounding. (4) Its second part follows from the first for
whole x: somebody goes, or all o_i are missing; it makes the relaxation pay the whole lead.
(5) g_a is left out where n_a >= o_i + r, since beside such a unit any other is needless, where V_i = 1, and
for the quickest arc to i.
(5') Beside the first and a further one with n >= o_i + r - 1 any other is needless; the second sum has a column.
(6) T_i(n) is the most officers i can get when its smallest unit has n or fewer (no unit needless: without the
smallest, fewer than o_i + r remain), T_i the largest of them, n+ the next larger size; w_n = 1 if a unit of size n
or smaller goes (w_n <= w_n+), for sizes with T_i(n) < T_i.
(7) Levels of one price share a column. (7') follows from (7) for whole x.
(8) z = 1 if k officers come at all; h_j = 1 if with the first j arrivals they are not there yet and costs the rise
to the next arrival's cost. Used for the full complement (k = o_i) past the target, for setting out past the deploy
target (k = 1, in order of readiness), and for the arrival at incidents that are not plain; only where the cost rises.

Sources: Leigh, Dunnett, Jackson, Police officer selection for incident response, ICORES (2015); coverage as in
Church, ReVelle, The maximal covering location problem, Papers RSA 32 (1974).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimiser.problems.assignment import FAMILY, AssignmentPlan, AssignmentProblem
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.program import Formulation, Program
from optimiser_models.assignment.arcs import (
    Arcs,
    Floats,
    Ints,
    Moves,
    admissible,
    big_further,
    chosen,
    chosen_moves,
    most_units,
    needless_spare,
    plain,
    plan_of,
    possible_moves,
)
from optimiser_models.assignment.columns import Columns, make_columns
from optimiser_models.assignment.reached import complete, reached, surplus
from optimiser_models.assignment.reduce import CoverRows, reduced
from optimiser_models.assignment.rows import Rows
from optimiser_models.assignment.search import quick, warm
from optimiser_models.assignment.side_rows import diversions, posts, recalls, reserve, zones
from optimiser_models.assignment.special import special


@dataclass(frozen=True)
class Built:
    """The model with what is needed to read it."""

    model: LinearModel
    scale: float
    arcs: Arcs
    moves: Moves
    columns: Columns
    rows: CoverRows
    place: Mapping[str, int]
    family: Mapping[str, list[int]]
    unit_row: Ints


def construct(problem: AssignmentProblem, arcs: Arcs, moves: Moves, cover: CoverRows) -> Built:
    """Return the model on these arcs; ``cover`` holds the rows of exactly these arcs and moves."""
    rows = Rows()
    columns = make_columns(rows, problem, arcs, moves, by_unit=cover.by_unit)
    unit_row = _units(rows, problem, arcs, moves, columns)
    limit, simple = most_units(problem), plain(problem)
    for i in range(len(problem.incident_ids)):
        mine = arcs.of(i)
        if simple[i]:
            _need(rows, arcs, columns, mine, problem, i)
            if limit[i] > 1 and mine.size:
                _further(rows, arcs, columns, mine, problem, i, int(limit[i]))
                _one_big(rows, arcs, columns, mine, problem, i)
                _needless(rows, arcs, columns, mine, problem, i, int(limit[i]))
            _later(rows, problem, arcs, columns, mine, i)
        else:
            first, missing = columns.first[mine], int(columns.missing[i])
            special(rows, problem, arcs, first, mine, missing, i)
    diversions(rows, problem, arcs, moves, columns)
    recalls(rows, problem, arcs, moves, columns)
    reserve(rows, problem, arcs, columns)
    posts(rows, problem, moves, columns)
    zones(rows, arcs, columns, cover, problem)
    model, scale = rows.model(cover.constant)
    return Built(model, scale, arcs, moves, columns, cover, rows.place, rows.family, unit_row)


def build(problem: AssignmentProblem, start: AssignmentPlan | None) -> Program[AssignmentPlan]:
    """Return the reduced model."""
    every, moves = admissible(problem), possible_moves(problem)
    arcs, cover = reduced(problem, every, moves)
    built = construct(problem, arcs, moves, cover)
    return Program(
        built.model,
        read_plan=lambda value_of: read(
            problem, built, np.array([value_of(j) for j in range(built.model.cost.size)])
        ),
        start=start_values(problem, built, start),
        objective_scale=built.scale,
        notes={
            "arcs": int(every.unit.size),
            "arcs_kept": int(arcs.unit.size),
            "moves": int(moves.unit.size),
            "zones": len(problem.zone_ids),
            "cover_rows": int(cover.room.size),
        },
    )


def read(problem: AssignmentProblem, built: Built, x: Floats) -> AssignmentPlan:
    """Read the plan from the values of all columns."""
    c = built.columns
    goes = x[c.first] + np.where(c.further >= 0, x[c.further], 0.0)
    return plan_of(problem, built.arcs, built.moves, lambda a: goes[a], lambda m: x[c.moved[m]])


def start_values(problem: AssignmentProblem, built: Built, plan: AssignmentPlan | None) -> dict[int, float]:
    """Values of the arcs, moves and missing officers of a plan; the solver completes the rest."""
    if plan is None:
        return {}
    arcs, columns = built.arcs, built.columns
    values = dict(zip(columns.missing.tolist(), problem.officers_needed.astype(float).tolist(), strict=True))
    led: set[int] = set()
    simple = plain(problem)
    for a in sorted(chosen(problem, arcs, plan)):
        i = int(arcs.incident[a])
        column = int(columns.further[a] if i in led and simple[i] else columns.first[a])
        if column >= 0:
            values[column] = 1.0
        led.add(i)
        short = int(columns.missing[i])
        values[short] = max(0.0, values[short] - float(arcs.officers[a]))
        if columns.leaves[arcs.unit[a]] >= 0:
            values[int(columns.leaves[arcs.unit[a]])] = 1.0
    values.update({int(columns.moved[m]): 1.0 for m in chosen_moves(problem, built.moves, plan)})
    return values


def _units(rows: Rows, problem: AssignmentProblem, arcs: Arcs, moves: Moves, columns: Columns) -> Ints:
    """(2); return the row of each unit, -1 where it has none."""
    col, which = columns.of(np.arange(arcs.unit.size))
    unit = arcs.unit[which]
    on_way = np.array([bool(to) for to in problem.on_way_to], dtype=bool)
    leaves = columns.leaves >= 0
    there = np.flatnonzero(leaves)
    whole_col = np.concatenate([col, columns.leaves[there], columns.moved])
    whole_unit = np.concatenate([unit, there, moves.unit])
    value = np.ones(whole_col.size)
    value[col.size : col.size + there.size] = -1.0
    plain_move = np.arange(whole_col.size) >= col.size + there.size
    row_of = np.full(len(problem.unit_ids), -1, dtype=np.int64)
    both = np.bincount(np.concatenate([unit, moves.unit]), minlength=leaves.size)
    for who, lower, upper, moving in (
        (leaves, 0.0, 0.0, False),
        (~leaves & ~on_way & (both > 1), -np.inf, 1.0, True),
        (~leaves & on_way & (both > 0), 1.0, 1.0, True),
    ):
        number = np.cumsum(who) - 1
        row_of[who] = len(rows.names) + number[who]
        here = who[whole_unit] & (moving | ~plain_move)
        rows.block(
            "unit", number[whole_unit[here]], whole_col[here], value[here], int(who.sum()), lower, upper
        )
    movers = np.unique(moves.unit[leaves[moves.unit]])
    number = np.searchsorted(movers, moves.unit[leaves[moves.unit]])
    rows.block(
        "leaves or moves",
        np.concatenate([number, np.arange(movers.size)]),
        np.concatenate([columns.moved[leaves[moves.unit]], columns.leaves[movers]]),
        np.ones(number.size + movers.size),
        movers.size,
        upper=1.0,
    )
    return row_of


def _need(rows: Rows, arcs: Arcs, columns: Columns, mine: Ints, problem: AssignmentProblem, i: int) -> None:
    """(3), (4)."""
    name, need, missing = problem.incident_ids[i], int(problem.officers_needed[i]), int(columns.missing[i])
    col, value = columns.sum(mine, np.minimum(need, arcs.officers[mine]))
    rows.add(f"need[{name}]", np.append(col, missing), np.append(value, 1.0), lower=float(need))
    least = -(-need // max(1, int(problem.officers.max(initial=1))))
    if least > 1:
        col, value = columns.sum(mine, np.ones(mine.size))
        rows.add(f"vehicles[{name}]", np.append(col, missing), np.append(value, 1.0), lower=float(least))
    firsts = columns.first[mine]
    rows.add(f"first[{name}]", firsts, np.ones(len(firsts)), upper=1.0)
    if need > 1:
        rows.add(
            f"attended[{name}]",
            np.append(firsts, missing),
            np.append(np.full(len(firsts), float(need)), 1.0),
            lower=float(need),
        )
    surplus(rows, columns.sum(mine, arcs.officers[mine]), problem, i, int(arcs.officers[mine].sum()))


def _further(
    rows: Rows, arcs: Arcs, columns: Columns, mine: Ints, problem: AssignmentProblem, i: int, limit: int
) -> None:
    """(5)."""
    alone = int(problem.officers_needed[i]) + needless_spare(problem)
    further = columns.further[mine]
    further = further[further >= 0]
    if further.size:
        led = columns.first[mine[arcs.officers[mine] < alone]]
        rows.add(
            f"further[{problem.incident_ids[i]}]",
            np.concatenate([further, led]),
            np.concatenate([np.ones(further.size), np.full(led.size, 1.0 - limit)]),
            upper=0.0,
        )


def _one_big(
    rows: Rows, arcs: Arcs, columns: Columns, mine: Ints, problem: AssignmentProblem, i: int
) -> None:
    """(5')."""
    name = problem.incident_ids[i]
    further, big = columns.further[mine], arcs.officers[mine] >= big_further(problem)[i]
    large, small = further[big & (further >= 0)], further[~big & (further >= 0)]
    if large.size and small.size:
        any_big = rows.column(0.0)
        rows.add(f"big[{name}]", np.append(large, any_big), np.append(np.ones(large.size), -1.0), upper=0.0)
        m = small.size
        rows.block(
            f"beside big[{name}]",
            np.tile(np.arange(m), 2),
            np.concatenate([small, np.full(m, any_big)]),
            np.ones(2 * m),
            m,
            upper=1.0,
        )


def _needless(
    rows: Rows, arcs: Arcs, columns: Columns, mine: Ints, problem: AssignmentProblem, i: int, limit: int
) -> None:
    """(6)."""
    name, size = problem.incident_ids[i], arcs.officers[mine]
    most_without = int(problem.officers_needed[i]) - 1 + needless_spare(problem)
    sizes = sorted(set(problem.officers.tolist()))
    most = most_officers(sizes, most_without, limit)
    top = max(most.values())
    small = [n for n in sizes if most[n] < top]
    used = rows.columns(np.zeros(len(small)))
    col, value = columns.sum(mine, size)
    room = np.diff(np.array([*(float(most[n]) for n in small), float(top)]))
    rows.add(
        f"needless[{name}]", np.concatenate([col, used]), np.concatenate([value, room]), upper=float(top)
    )
    for w, larger in zip(used[:-1].tolist(), used[1:].tolist(), strict=True):
        rows.add(f"needless sizes[{name}]", [w, larger], [1.0, -1.0], upper=0.0)
    for n, w in zip(small, used.tolist(), strict=True):
        own, which = columns.of(mine[size == n])
        m = int((size == n).sum())
        rows.block(
            f"needless[{name},{n}]",
            np.concatenate([which, np.arange(m)]),
            np.concatenate([own, np.full(m, w)]),
            np.concatenate([np.ones(own.size), np.full(m, -1.0)]),
            m,
            upper=0.0,
        )


def most_officers(sizes: list[int], most_without: int, limit: int) -> dict[int, int]:
    """T(n): most officers of up to ``limit`` units, none needless, the smallest of size n or smaller."""
    found: dict[int, int] = {}
    best = 0
    for n in sizes:
        reach = {0}  # officers of the others, all of size n or larger
        for _ in range(limit - 1):
            reach |= {r + k for r in reach for k in sizes if k >= n and r + k <= most_without}
        best = max(best, n + max(reach))
        found[n] = best
    return found


def _later(rows: Rows, problem: AssignmentProblem, arcs: Arcs, columns: Columns, mine: Ints, i: int) -> None:
    """(8) at a plain incident: the full complement, and setting out."""
    if not mine.size:
        return
    need, missing = int(problem.officers_needed[i]), int(columns.missing[i])
    if arcs.full_cost[mine].any():
        size = arcs.officers[mine]
        most = int(most_units(problem)[i] * problem.officers.max())  # of any arcs, not of those that are here
        there = complete(rows, columns.sum(mine, size), most, need, missing, problem.incident_ids[i])
        counted = [columns.sum(mine[k : k + 1], np.minimum(size[k : k + 1], need)) for k in range(mine.size)]
        reached(rows, f"full[{problem.incident_ids[i]}]", counted, need, arcs.full_cost[mine], [there])
    if arcs.wait_cost[mine].any():
        by = mine[np.argsort(arcs.wait_cost[mine], kind="stable")]
        counted = [columns.sum(by[k : k + 1], np.ones(1)) for k in range(by.size)]
        firsts = columns.first[mine].tolist()
        reached(rows, f"sets out[{problem.incident_ids[i]}]", counted, 1, arcs.wait_cost[by], firsts)


FORMULATION = Formulation(
    name="assignment.milp",
    family=FAMILY,
    build=build,
    first=quick,
    warm=warm,
    backend="highs",
    reference="Leigh, Dunnett, Jackson (2015); Church and ReVelle (1974)",
    summary="Joint assignment with coverage as a MILP",
)

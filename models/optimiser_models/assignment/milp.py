r"""Joint assignment with coverage as a MILP, on arrays for HiGHS.

An arc a = (u, i) is unit u sent to incident i, or going on there. At a *plain* incident (no skills, no rendezvous,
nobody on the way) it is used as the first to arrive (f_a) or as a further one (g_a), x_a = f_a + g_a; elsewhere
x_a is one column and the arrival is counted as in (8). y_m is a move to a post.

    min  sum_a (way_a x_a + lead_a f_a) + sum_i (P_i s_i + S e_i) + sum_ik Q_i q_ik
         + sum_m move_m y_m + sum_zl p_zl c_zl + what (8) adds                              (1)
    s.t. sum_{a of u} x_a + sum_{m of u} y_m <= 1, = 1 if u is on its way                   (2) unit
         sum_{a to i} min(n_a, o_i) x_a + s_i >= o_i;  e_i >= sum n_a x_a - o_i             (3) need, surplus
    at plain incidents
         sum_{a to i} f_a <= 1,   o_i sum_{a to i} f_a + s_i >= o_i                         (4) first
         sum_{a to i} g_a <= (V_i - 1) sum_{a to i, n_a < o_i + r} f_a                      (5) further
         sum_{b to i} n_b x_b + (T_i - T_i(n_a)) x_a <= T_i          all arcs a to i        (6) needless
    everywhere
         sum change_za x_a + sum change_zm y_m + sum_l c_zl >= -room_z   zones that can bind (7) cover
         k h_j + sum_{a <= j} min(n_a, k) x_a >= k z                 arrivals j in order    (8) reached
    at the others
         see :mod:`~optimiser_models.assignment.special`                                    (9)
         x_a <= sum_{b of v} x_b + sum_{m of v} y_m     a diverts, v would be there as soon (10) diversion
         sum_free x_a <= F - R t,  x_a <= t             R units kept back of F free         (11) reserve
         sum_{m to p} y_m <= room_p,  sum y <= most                                         (12) moves
         all whole; 0 <= s_i <= o_i, 0 <= c_zl <= levels at that price

``n_a`` officers on board, ``o_i`` officers needed, ``P_i`` the price of a missing one, ``V_i`` the most units,
``r`` the officers by which "needless unit" is relaxed; ``way, lead`` as in
:mod:`~optimiser_models.assignment.arcs`, ``change, room`` as in :mod:`~optimiser_models.assignment.reduce`, which
also says which arcs and rows are left out and why nothing is lost.

(1) lead does not fall with the arrival, so of the units sent to i the quickest is f in some best solution.
(3) The coefficient is cut at o_i. (4) Its second part follows from the first for whole x: somebody goes, or all
o_i are missing; it makes the relaxation pay the whole lead.
(5) g_a is left out where n_a >= o_i + r, since beside such a unit any other is needless, where V_i = 1, and
for the quickest arc to i.
(6) T_i(n) is the most officers i can get when its smallest unit has n or fewer (no unit needless: without the
smallest, fewer than o_i + r remain), T_i the largest of them. Rows with T_i(n) = T_i repeat ``sum n x <= T_i``
and are left out.
(7) Levels of one price share a column.
(8) z = 1 if k officers come at all; h_j = 1 if with the first j arrivals they are not there yet and costs the rise
to the next arrival's cost. Used for the full complement (k = o_i) past the target, for setting out past the deploy
target (k = 1, in order of readiness), and for the arrival at incidents that are not plain; only where the cost rises.

Sources: Leigh, Dunnett, Jackson, Police officer selection for incident response, ICORES (2015); coverage as in
Church, ReVelle, The maximal covering location problem, Papers RSA 32 (1974).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.problems.assignment import FAMILY, AssignmentPlan, AssignmentProblem
from optimiser.problems.assignment.data import FREE
from optimiser.problems.assignment.eligible import is_status
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.program import Formulation, Program
from optimiser_models.assignment.arcs import (
    Arcs,
    Bools,
    Floats,
    Ints,
    Moves,
    admissible,
    blockers,
    chosen,
    chosen_moves,
    floor_slack,
    most_moves,
    most_units,
    needless_spare,
    plain,
    plan_of,
    possible_moves,
    post_room,
    reserves,
    unfilled_price,
)
from optimiser_models.assignment.reached import complete, reached, surplus
from optimiser_models.assignment.reduce import CoverRows, reduced
from optimiser_models.assignment.rows import Rows
from optimiser_models.assignment.special import special


@dataclass(frozen=True)
class Columns:
    """Columns of each arc, first and further (-1 where left out), of each move, and of what is missing."""

    first: Ints
    further: Ints
    moved: Ints
    missing: Ints

    def of(self, arcs: Ints) -> tuple[Ints, Ints]:
        """Return the columns whose sum is x_a, and the position in ``arcs`` of each."""
        both = np.concatenate([self.first[arcs], self.further[arcs]])
        which = np.tile(np.arange(len(arcs)), 2)
        there = both >= 0
        return both[there], which[there]

    def sum(self, arcs: Ints, weight: Floats | Ints) -> tuple[Ints, Floats]:
        """Return columns and values of ``sum_a weight_a x_a``."""
        columns, which = self.of(arcs)
        return columns, np.asarray(weight, dtype=np.float64)[which]


@dataclass(frozen=True)
class Built:
    """The model with what is needed to read it."""

    model: LinearModel
    scale: float
    arcs: Arcs
    moves: Moves
    columns: Columns
    rows: CoverRows


def construct(problem: AssignmentProblem, arcs: Arcs, moves: Moves, cover: CoverRows) -> Built:
    """Return the model on these arcs; ``cover`` holds the rows of exactly these arcs and moves."""
    rows = Rows()
    columns = _columns(rows, problem, arcs, moves)
    _units(rows, problem, arcs, moves, columns)
    limit, simple = most_units(problem), plain(problem)
    for i in range(len(problem.incident_ids)):
        mine = arcs.of(i)
        if simple[i]:
            _need(rows, arcs, columns, mine, problem, i)
            if limit[i] > 1 and mine.size:
                _further(rows, arcs, columns, mine, problem, i, int(limit[i]))
                _needless(rows, arcs, columns, mine, problem, i, int(limit[i]))
            _later(rows, problem, arcs, columns, mine, i)
        else:
            first, missing = columns.first[mine], int(columns.missing[i])
            special(rows, problem, arcs, first, mine, missing, i)
    _diversions(rows, problem, arcs, moves, columns)
    _reserve(rows, problem, arcs, columns)
    _posts(rows, problem, moves, columns)
    _cover(rows, arcs, columns, cover, problem)
    model, scale = rows.model(cover.constant)
    return Built(model, scale, arcs, moves, columns, cover)


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


def _columns(rows: Rows, problem: AssignmentProblem, arcs: Arcs, moves: Moves) -> Columns:
    limit, simple = most_units(problem), plain(problem)
    alone = problem.officers_needed + needless_spare(problem)
    i = arcs.incident
    lead = np.where(simple[i], arcs.lead_cost, 0.0)
    first = rows.columns(arcs.way_cost + lead)
    quickest = np.diff(i, prepend=-1) != 0
    two = simple[i] & (limit[i] > 1) & (arcs.officers < alone[i]) & ~quickest
    further = np.full(len(first), -1)
    further[two] = rows.columns(arcs.way_cost[two])
    moved = rows.columns(moves.cost)
    missing = rows.columns(unfilled_price(problem), problem.officers_needed.astype(np.float64))
    return Columns(first, further, moved, missing)


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
    values.update({int(columns.moved[m]): 1.0 for m in chosen_moves(problem, built.moves, plan)})
    return values


def _units(rows: Rows, problem: AssignmentProblem, arcs: Arcs, moves: Moves, columns: Columns) -> None:
    """(2)."""
    col, which = columns.of(np.arange(arcs.unit.size))
    col = np.concatenate([col, columns.moved])
    unit = np.concatenate([arcs.unit[which], moves.unit])
    on_way = np.array([bool(to) for to in problem.on_way_to], dtype=bool)
    times = np.bincount(unit, minlength=len(problem.unit_ids))
    for exact, who in ((False, ~on_way & (times > 1)), (True, on_way & (times > 0))):
        number = np.cumsum(who) - 1
        here = who[unit]
        n = int(who.sum())
        rows.block(
            "unit", number[unit[here]], col[here], np.ones(int(here.sum())), n, 1.0 if exact else -np.inf, 1.0
        )


def _need(rows: Rows, arcs: Arcs, columns: Columns, mine: Ints, problem: AssignmentProblem, i: int) -> None:
    """(3), (4)."""
    name, need, missing = problem.incident_ids[i], int(problem.officers_needed[i]), int(columns.missing[i])
    col, value = columns.sum(mine, np.minimum(need, arcs.officers[mine]))
    rows.add(f"need[{name}]", np.append(col, missing), np.append(value, 1.0), lower=float(need))
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


def _needless(
    rows: Rows, arcs: Arcs, columns: Columns, mine: Ints, problem: AssignmentProblem, i: int, limit: int
) -> None:
    """(6)."""
    name, size = problem.incident_ids[i], arcs.officers[mine]
    most_without = int(problem.officers_needed[i]) - 1 + needless_spare(problem)
    most = most_officers(sorted(set(size.tolist())), most_without, limit)
    top = max(most.values())
    col, value = columns.sum(mine, size)
    rows.add(f"needless[{name}]", col, value, upper=float(top))
    for k, a in enumerate(mine.tolist()):
        if most[int(size[k])] < top:
            more = size.astype(np.float64)
            more[k] += top - most[int(size[k])]
            rows.add(f"needless[{name},{a}]", *columns.sum(mine, more), upper=float(top))


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
        there = complete(
            rows, columns.sum(mine, size), int(size.sum()), need, missing, problem.incident_ids[i]
        )
        counted = [columns.sum(mine[k : k + 1], np.minimum(size[k : k + 1], need)) for k in range(mine.size)]
        reached(rows, f"full[{problem.incident_ids[i]}]", counted, need, arcs.full_cost[mine], [there])
    if arcs.wait_cost[mine].any():
        by = mine[np.argsort(arcs.wait_cost[mine], kind="stable")]
        counted = [columns.sum(by[k : k + 1], np.ones(1)) for k in range(by.size)]
        firsts = columns.first[mine].tolist()
        reached(rows, f"sets out[{problem.incident_ids[i]}]", counted, 1, arcs.wait_cost[by], firsts)


def _diversions(rows: Rows, problem: AssignmentProblem, arcs: Arcs, moves: Moves, columns: Columns) -> None:
    """(10)."""
    for a, units in blockers(problem, arcs):
        for v in units.tolist():
            used, one = columns.sum(np.flatnonzero(arcs.unit == v), np.ones(arcs.unit.size))
            moved = columns.moved[moves.unit == v]
            own, two = columns.sum(np.array([a]), np.full(1, -1.0))
            rows.add(
                f"diversion[{a},{v}]",
                np.concatenate([used, moved, own]),
                np.concatenate([one, np.ones(len(moved)), two]),
                lower=0.0,
            )


def _reserve(rows: Rows, problem: AssignmentProblem, arcs: Arcs, columns: Columns) -> None:
    """(11)."""
    free = is_status(problem, FREE)
    goes = np.flatnonzero(free[arcs.unit])
    n_free = int(free.sum())
    for least, held in reserves(problem):
        col, value = columns.sum(goes, np.ones(goes.size))
        takes = rows.column(0.0)
        rows.add("reserve", np.append(col, takes), np.append(value, float(least)), upper=float(n_free))
        mine = goes[np.isin(arcs.incident[goes], held)]
        own, which = columns.of(mine)
        n = mine.size
        rows.block(
            "reserve of grade",
            np.concatenate([which, np.arange(n)]),
            np.concatenate([own, np.full(n, takes)]),
            np.concatenate([np.ones(own.size), np.full(n, -1.0)]),
            n,
            upper=0.0,
        )


def _posts(rows: Rows, problem: AssignmentProblem, moves: Moves, columns: Columns) -> None:
    """(12)."""
    if not moves.unit.size:
        return
    for p, room in enumerate(post_room(problem).tolist()):
        here = columns.moved[moves.post == p]
        rows.add(f"room[{problem.post_ids[p]}]", here, np.ones(here.size), upper=float(room))
    rows.add("most moves", columns.moved, np.ones(columns.moved.size), upper=float(most_moves(problem)))


def _cover(rows: Rows, arcs: Arcs, columns: Columns, cover: CoverRows, problem: AssignmentProblem) -> None:
    """(7)."""
    if cover.infeasible:
        rows.add("floor", [], [], lower=1.0)
    hard = floor_slack(problem) is not None
    col, which = columns.of(np.arange(arcs.unit.size))
    for r in range(cover.room.size):
        value = cover.change[which, r].astype(np.float64)
        used: Bools = value != 0
        moved = cover.moved[:, r].astype(np.float64)
        terms = [col[used], columns.moved[moved != 0]]
        values = [value[used], moved[moved != 0]]
        prices = cover.price[r, : cover.n_levels[r]]
        for price in np.unique(prices).tolist():
            terms.append(rows.columns(np.array([price]), float((prices == price).sum())))
            values.append(np.ones(1))
        rows.add(
            f"floor[{r}]" if hard else f"cover[{r}]",
            np.concatenate(terms),
            np.concatenate(values),
            lower=-float(cover.room[r]),
        )


FORMULATION = Formulation(
    name="assignment.milp",
    family=FAMILY,
    build=build,
    backend="highs",
    reference="Leigh, Dunnett, Jackson (2015); Church and ReVelle (1974)",
    summary="Joint assignment with coverage as a MILP",
)

r"""Joint assignment with coverage as a MILP, on arrays for HiGHS.

An arc a = (u, i) is unit u sent to incident i. It is used as the first to arrive (f_a) or as a further one
(g_a); x_a = f_a + g_a.

    min  sum_a (way_a x_a + lead_a f_a) + sum_i P_i s_i + sum_zl p_zl c_zl                  (1)
    s.t. sum_{a of u} x_a <= 1                                       all units u            (2) unit
         sum_{a to i} min(n_a, o_i) x_a + s_i >= o_i                 all incidents i        (3) need
         sum_{a to i} f_a <= 1,   o_i sum_{a to i} f_a + s_i >= o_i                         (4) first
         sum_{a to i} g_a <= (V_i - 1) sum_{a to i, n_a < o_i + r} f_a                      (5) further
         sum_{b to i} n_b x_b + (T_i - T_i(n_a)) x_a <= T_i          all arcs a to i        (6) needless
         sum_a change_za x_a + sum_l c_zl >= -room_z                 zones that can bind    (7) cover
         f, g binary; s_i, c_zl whole, 0 <= s_i <= o_i, 0 <= c_zl <= levels at that price

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
and are left out. No big-M but T_i - T_i(n), a few officers.
(7) s, c are whole when x is, as prices do not fall from level to level; they are declared so all the same,
since HiGHS 1.13 spends seconds on cuts for continuous ones that it never spends on whole ones.

Source: Leigh, Dunnett, Jackson (2015) for eligibility and coverage; Church and ReVelle (1974) for (7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from optimiser.problems.assignment import FAMILY, AssignmentPlan, AssignmentProblem
from optimiser.solve.backends.linear import LARGEST_COEFFICIENT, LinearModel
from optimiser.solve.program import Formulation, Program
from optimiser_models.assignment.arcs import (
    Arcs,
    admissible,
    floor_slack,
    most_units,
    needless_spare,
    unfilled_price,
)
from optimiser_models.assignment.reduce import CoverRows, reduced


@dataclass
class _Builder:
    """Columns and rows as they come."""

    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    col: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    row_lower: list[float] = field(default_factory=list)
    row_upper: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def column(self, cost: float, upper: float) -> int:
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.cost) - 1

    def add(
        self, name: str, terms: Mapping[int, float], lower: float = -np.inf, upper: float = np.inf
    ) -> None:
        self.row.extend([len(self.names)] * len(terms))
        self.col.extend(terms.keys())
        self.value.extend(terms.values())
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        self.names.append(name)

    def model(self, offset: float, scale: float) -> LinearModel:
        n, m = len(self.cost), len(self.names)
        return LinearModel(
            sense="min",
            cost=np.array(self.cost, dtype=np.float64) / scale,
            lower=np.zeros(n),
            upper=np.array(self.upper, dtype=np.float64),
            integer=np.ones(n, dtype=bool),
            a=sp.csr_array((self.value, (self.row, self.col)), shape=(m, n), dtype=np.float64),
            row_lower=np.array(self.row_lower, dtype=np.float64),
            row_upper=np.array(self.row_upper, dtype=np.float64),
            offset=offset / scale,
            row_names=tuple(self.names),
        )


@dataclass(frozen=True)
class _Columns:
    """Columns of each arc: first and further (-1 where left out)."""

    first: list[int]
    further: list[int]

    def of(self, arc: int) -> tuple[int, ...]:
        """Return the columns whose sum is x_a."""
        return (self.first[arc],) if self.further[arc] < 0 else (self.first[arc], self.further[arc])

    def sum(self, weights: Mapping[int, float]) -> dict[int, float]:
        """Return the terms of ``sum_a weight_a x_a``."""
        return {column: weight for arc, weight in weights.items() for column in self.of(arc)}


def build(problem: AssignmentProblem, start: AssignmentPlan | None) -> Program[AssignmentPlan]:
    """Return the reduced model."""
    every = admissible(problem)
    arcs, rows = reduced(problem, every)
    model = _Builder()
    columns = _columns(model, problem, arcs)
    for u in np.unique(arcs.unit).tolist():
        once = columns.sum(dict.fromkeys(np.flatnonzero(arcs.unit == u).tolist(), 1.0))
        if len(once) > 1:
            model.add(f"unit[{u}]", once, upper=1.0)
    price = unfilled_price(problem)
    limit = most_units(problem)
    missing = [model.column(float(price[i]), float(n)) for i, n in enumerate(problem.officers_needed)]
    for i in range(len(problem.incident_ids)):
        mine = np.flatnonzero(arcs.incident == i).tolist()
        _need(model, arcs, columns, mine, missing[i], problem, i)
        if limit[i] > 1 and mine:
            _further(model, arcs, columns, mine, problem, i, int(limit[i]))
            _needless(model, arcs, columns, mine, problem, i, int(limit[i]))
    _cover(model, columns, rows, problem)
    scale = _scale(model)
    return Program(
        model.model(rows.constant, scale),
        read_plan=lambda value_of: arcs.plan(problem, lambda a: sum(value_of(j) for j in columns.of(a))),
        start=_start(problem, arcs, columns, missing, start),
        objective_scale=scale,
        notes={
            "arcs": int(every.unit.size),
            "arcs_kept": int(arcs.unit.size),
            "zones": len(problem.zone_ids),
            "cover_rows": int(rows.room.size),
        },
    )


def _columns(model: _Builder, problem: AssignmentProblem, arcs: Arcs) -> _Columns:
    limit = most_units(problem)
    alone = problem.officers_needed + needless_spare(problem)
    first = [model.column(float(w + c), 1.0) for w, c in zip(arcs.way_cost, arcs.lead_cost, strict=True)]
    further = [-1] * len(first)
    for a, i in enumerate(arcs.incident.tolist()):
        quickest = a == 0 or arcs.incident[a - 1] != i
        if limit[i] > 1 and arcs.officers[a] < alone[i] and not quickest:
            further[a] = model.column(float(arcs.way_cost[a]), 1.0)
    return _Columns(first, further)


def _start(
    problem: AssignmentProblem, arcs: Arcs, columns: _Columns, missing: list[int], plan: AssignmentPlan | None
) -> dict[int, float]:
    """Values of the arcs and missing officers of a plan; the solver completes the levels of coverage."""
    if plan is None:
        return {}
    values: dict[int, float] = {j: float(n) for j, n in zip(missing, problem.officers_needed, strict=True)}
    led: set[int] = set()
    for a in sorted(arcs.chosen(problem, plan)):
        i = int(arcs.incident[a])
        column = columns.further[a] if i in led else columns.first[a]
        if column >= 0:
            values[column] = 1.0
        led.add(i)
        values[missing[i]] = max(0.0, values[missing[i]] - float(arcs.officers[a]))
    return values


def _scale(model: _Builder) -> float:
    """Bring prices under the lint's limit, by a power of ten: the unit becomes 10, 100 ... weighted seconds."""
    largest = max((abs(c) for c in model.cost), default=0.0)
    return float(10 ** max(0, int(np.ceil(np.log10(largest / LARGEST_COEFFICIENT))))) if largest > 0 else 1.0


def _need(
    model: _Builder,
    arcs: Arcs,
    columns: _Columns,
    mine: list[int],
    missing: int,
    problem: AssignmentProblem,
    i: int,
) -> None:
    """(3), (4)."""
    name, need = problem.incident_ids[i], int(problem.officers_needed[i])
    filled = columns.sum({a: float(min(need, int(arcs.officers[a]))) for a in mine})
    model.add(f"need[{name}]", filled | {missing: 1.0}, lower=float(need))
    firsts = [columns.first[a] for a in mine]
    model.add(f"first[{name}]", dict.fromkeys(firsts, 1.0), upper=1.0)
    if need > 1:
        model.add(f"attended[{name}]", dict.fromkeys(firsts, float(need)) | {missing: 1.0}, lower=float(need))


def _further(
    model: _Builder,
    arcs: Arcs,
    columns: _Columns,
    mine: list[int],
    problem: AssignmentProblem,
    i: int,
    limit: int,
) -> None:
    """(5)."""
    alone = int(problem.officers_needed[i]) + needless_spare(problem)
    terms = {columns.further[a]: 1.0 for a in mine if columns.further[a] >= 0}
    if terms:
        led = {columns.first[a]: 1.0 - limit for a in mine if arcs.officers[a] < alone}
        model.add(f"further[{problem.incident_ids[i]}]", terms | led, upper=0.0)


def _needless(
    model: _Builder,
    arcs: Arcs,
    columns: _Columns,
    mine: list[int],
    problem: AssignmentProblem,
    i: int,
    limit: int,
) -> None:
    """(6)."""
    name = problem.incident_ids[i]
    size = {a: int(arcs.officers[a]) for a in mine}
    most_without = int(problem.officers_needed[i]) - 1 + needless_spare(problem)
    most = _most_officers(sorted(set(size.values())), most_without, limit)
    top = max(most.values())
    total = {a: float(n) for a, n in size.items()}
    model.add(f"needless[{name}]", columns.sum(total), upper=float(top))
    for a in mine:
        if most[size[a]] < top:
            model.add(
                f"needless[{name},{a}]",
                columns.sum(total | {a: total[a] + top - most[size[a]]}),
                upper=float(top),
            )


def _most_officers(sizes: list[int], most_without: int, limit: int) -> dict[int, int]:
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


def _cover(model: _Builder, columns: _Columns, rows: CoverRows, problem: AssignmentProblem) -> None:
    if rows.infeasible:
        model.add("floor", {}, lower=1.0)
    hard = floor_slack(problem) is not None
    for r in range(rows.room.size):
        terms = columns.sum({int(a): float(rows.change[a, r]) for a in np.flatnonzero(rows.change[:, r])})
        if not terms:
            continue
        for price, levels in _prices(problem, int(rows.first_level[r]), int(rows.n_levels[r])).items():
            terms[model.column(price * float(rows.weight[r]), float(levels))] = 1.0
        model.add(f"floor[{r}]" if hard else f"cover[{r}]", terms, lower=-float(rows.room[r]))


def _prices(problem: AssignmentProblem, first: int, n_levels: int) -> dict[float, int]:
    levels: dict[float, int] = {}
    for level in range(first, first + n_levels):
        price = problem.params.level_price_s(level)
        levels[price] = levels.get(price, 0) + 1
    return levels


FORMULATION = Formulation(
    name="assignment.milp",
    family=FAMILY,
    build=build,
    backend="highs",
    reference="Leigh, Dunnett, Jackson (2015); Church and ReVelle (1974)",
    summary="Joint assignment with coverage as a MILP",
)

r"""Sectors as one readable MILP: assignment to centres with contiguity by a flow.

    min / max  sum_{j,i} c_ji x_ji                                          (1) travel or cover
    s.t. sum_j x_ji = 1                             for all areas i         (2) every area
         x_ji <= sum_d y_jd                         for all j, i            (3) served by an open centre
         x_jj = sum_d y_jd <= 1                     for all centres j       (4) centre
         sum_j y_jd = 1                             for all districts d     (5) districts
         sum_d L_dq y_jd <= sum_i w_qi x_ji <= sum_d U_dq y_jd              (6) balance
         sum_in f_j - sum_out f_j = x_ji - e_ji     for all i not root of j (7) contiguity: each area drinks one
         sum_in f_j at i <= (n - 1) x_ji            for all i not root of j (8) only members carry
         sum_{j,i} e_ji <= r_contiguity, e_ji <= x_ji                       (9) relaxed contiguity
         x_ji >= y_jd - b_i  and  x_ji <= y_jd + b_i for i locked to d, sum b <= r_lock   (10) lock
         x_ja = x_jb +- s_ab for a, b kept together, sum s <= r_together                  (11) together
         x_ja + x_jb <= 1 + s_ab for a, b kept apart, sum s <= r_apart                    (12) apart
    x, y, b, e, s binary, f >= 0

Single-commodity flow after Shirabe (2009), A model of contiguity for spatial unit allocation. Pairs beyond the
longest drive are left out. One flow per candidate centre: made for given centres, and for free ones on small maps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo

from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem
from optimiser.solve.program import Formulation, Program, ValueOf

LARGEST_COST = 1e4
"""The objective is scaled so that its largest coefficient is this."""
MEAN_TARGET = 100.0
"""Work is scaled so that a mean district has this much."""
LARGEST_FLOW = 400_000
"""Arcs times candidate centres that still make a model of reasonable size."""


def build(problem: SectorsProblem, start: SectorsPlan | None) -> Program[SectorsPlan]:
    """Write the model."""
    p, n = problem.params, len(problem.area_ids)
    centres = _candidates(problem)
    districts = range(p.n_districts)
    longest = np.full(n, p.longest_drive_s + p.relax.get("longest drive", 0.0))
    if problem.respond_within_s.size:
        longest = np.minimum(longest, problem.respond_within_s + p.relax.get("response", 0.0))
    pairs = [(j, i) for j in centres for i in range(n) if problem.travel_s[j, i] <= longest[i]]
    served: dict[int, list[int]] = {i: [] for i in range(n)}
    members: dict[int, list[int]] = {j: [] for j in centres}
    for j, i in pairs:
        served[i].append(j)
        members[j].append(i)
    root = {j: int(problem.centre_area[j]) for j in centres}
    can_open = [(j, d) for j in centres for d in districts if p.centres()[d] in ("", problem.centre_ids[j])]
    can_open = [(j, d) for j, d in can_open if root[j] in members[j]]
    opens: dict[int, list[int]] = {j: [d for jj, d in can_open if jj == j] for j in centres}

    cover = p.objectives[0] == "cover"
    value = problem.covered_calls
    if p.objectives[0] == "travel":
        value = problem.travel_s * problem.calls[None, :]
    elif p.objectives[0] == "compactness":
        value = problem.distance_m**2 * problem.calls[None, :]
    scale = max(float(np.abs(value).max()), 1e-9) / LARGEST_COST

    m = pyo.ConcreteModel()
    m.x = pyo.Var(pairs, domain=pyo.Binary)
    m.y = pyo.Var(can_open, domain=pyo.Binary)
    m.goal = pyo.Objective(
        expr=sum(float(value[j, i] / scale) * m.x[j, i] for j, i in pairs),
        sense=pyo.maximize if cover else pyo.minimize,
    )
    m.every_area = pyo.ConstraintList()
    for i in range(n):
        _add(m.every_area, _total(m.x[j, i] for j in served[i]) == 1)
    m.centre = pyo.ConstraintList()
    for j, i in pairs:
        opened = _total(m.y[j, d] for d in opens[j])
        _add(m.centre, m.x[j, i] == opened if i == root[j] else m.x[j, i] <= opened)
    for j in centres:
        _add(m.centre, _total(m.y[j, d] for d in opens[j]) <= 1)
    m.districts = pyo.ConstraintList()
    for d in districts:
        _add(m.districts, _total(m.y[j, dd] for j, dd in can_open if dd == d) == 1)
    _balance(m, problem, members, opens)
    if p.contiguity:
        _contiguity(m, problem, members, root)
    _locks(m, problem, served, opens)
    _pairs(m, problem, centres)

    def read_plan(value_of: ValueOf) -> SectorsPlan:
        centre_of = {
            p.district_ids[d]: problem.centre_ids[j] for j, d in can_open if value_of(m.y[j, d]) > 0.5
        }
        district = {c: d for d, c in centre_of.items()}
        return SectorsPlan(
            {
                problem.area_ids[i]: district[problem.centre_ids[j]]
                for j, i in pairs
                if value_of(m.x[j, i]) > 0.5 and problem.centre_ids[j] in district
            },
            centre_of,
        )

    return Program(m, read_plan, objective_scale=scale)


def _total(terms: Any) -> Any:
    """Sum of linear terms; 0 where there are none."""
    return pyo.quicksum(terms)


def _add(rows: Any, row: Any) -> None:
    """Add a row; one without a variable is true by itself, or false and then left to a variable that is 0."""
    if isinstance(row, (bool, np.bool_)):
        if row:
            return
        m = rows.model()
        if m.component("never") is None:
            m.never = pyo.Var(bounds=(0, 0))
        row = m.never >= 1
    rows.add(row)


def _candidates(problem: SectorsProblem) -> list[int]:
    given = [c for c in problem.params.centres() if c]
    if len(given) == problem.params.n_districts:
        return [problem.centre_ids.index(c) for c in given]
    return list(range(len(problem.centre_ids)))


def _balance(
    m: Any, problem: SectorsProblem, members: dict[int, list[int]], opens: dict[int, list[int]]
) -> None:
    low, high = problem.windows()
    m.balance = pyo.ConstraintList()
    for q, name in enumerate(problem.balance_names):
        total = float(problem.balance[q].sum())
        limited = name in problem.params.balance_frac or name in problem.params.ceilings
        if not limited or total <= 0:
            continue
        unit = total / problem.params.n_districts / MEAN_TARGET
        for j, mine in members.items():
            work = _total(float(problem.balance[q, i] / unit) * m.x[j, i] for i in mine)
            _add(m.balance, work - _total(float(low[q, d] / unit) * m.y[j, d] for d in opens[j]) >= 0)
            _add(
                m.balance,
                work - _total(float(min(high[q, d], total) / unit) * m.y[j, d] for d in opens[j]) <= 0,
            )


def _contiguity(m: Any, problem: SectorsProblem, members: dict[int, list[int]], root: dict[int, int]) -> None:
    slack = problem.params.relax.get("contiguity", 0.0)
    links = [*problem.links().tolist(), *problem.links()[:, ::-1].tolist()]
    arcs = []
    for j, mine in members.items():
        inside = set(mine)
        arcs += [(j, u, v) for u, v in links if u in inside and v in inside and v != root[j]]
    into: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    out: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for j, u, v in arcs:
        into.setdefault((j, v), []).append((j, u, v))
        out.setdefault((j, u), []).append((j, u, v))
    dry = [(j, i) for j, mine in members.items() for i in mine if i != root[j]]
    most = {j: len(mine) - 1 for j, mine in members.items()}
    m.f = pyo.Var(arcs, bounds=lambda _, j, u, v: (0, most[j]))
    m.contiguity = pyo.ConstraintList()
    if slack > 0:
        m.e = pyo.Var(dry, domain=pyo.Binary)
        _add(m.contiguity, _total(m.e.values()) <= slack)
    for j, i in dry:
        thirst = m.x[j, i] - m.e[j, i] if slack > 0 else m.x[j, i]
        arriving = _total(m.f[a] for a in into.get((j, i), ()))
        _add(m.contiguity, arriving - _total(m.f[a] for a in out.get((j, i), ())) - thirst == 0)
        _add(m.contiguity, arriving - most[j] * m.x[j, i] <= 0)
        if slack > 0:
            _add(m.contiguity, m.e[j, i] - m.x[j, i] <= 0)


def _locks(
    m: Any, problem: SectorsProblem, served: dict[int, list[int]], opens: dict[int, list[int]]
) -> None:
    p = problem.params
    if not p.locks:
        return
    area = {a: i for i, a in enumerate(problem.area_ids)}
    district = {d: k for k, d in enumerate(p.district_ids)}
    slack = p.relax.get("lock", 0.0)
    locked = sorted({(area[a], district[d]) for a, d in p.locks})
    m.lock = pyo.ConstraintList()
    m.b = pyo.Var([i for i, _ in locked], domain=pyo.Binary)
    _add(m.lock, _total(m.b.values()) <= slack)
    for i, d in locked:
        for j in served[i]:
            mine = m.y[j, d] if d in opens[j] else 0.0
            _add(m.lock, m.x[j, i] - mine - m.b[i] <= 0)


def _pairs(m: Any, problem: SectorsProblem, centres: list[int]) -> None:
    p = problem.params
    area = {a: i for i, a in enumerate(problem.area_ids)}
    same = [(area[g[0]], area[a]) for g in p.together for a in g[1:]]
    other = [(area[a], area[b]) for a, b in sorted(set(p.apart))]
    m.parted = pyo.Var(range(len(same)), domain=pyo.Binary)
    m.joined = pyo.Var(range(len(other)), domain=pyo.Binary)
    m.together, m.apart = pyo.ConstraintList(), pyo.ConstraintList()
    if same:
        _add(m.together, _total(m.parted.values()) <= p.relax.get("together", 0.0))
    if other:
        _add(m.apart, _total(m.joined.values()) <= p.relax.get("apart", 0.0))

    there = set(m.x.keys())

    def x(j: int, i: int) -> Any:
        return m.x[j, i] if (j, i) in there else 0.0

    for j in centres:
        for s, (a, b) in enumerate(same):
            _add(m.together, x(j, a) - x(j, b) - m.parted[s] <= 0)
            _add(m.together, x(j, b) - x(j, a) - m.parted[s] <= 0)
        for s, (a, b) in enumerate(other):
            _add(m.apart, x(j, a) + x(j, b) - m.joined[s] <= 1)


def refuses(problem: SectorsProblem) -> str:
    """Say which problems are too large or ask for what this model does not write."""
    if len(problem.params.objectives) > 1:
        return "it aims for one objective at a time; give 'cover', 'travel' or 'compactness'."
    if problem.params.objectives[0] not in ("cover", "travel", "compactness"):
        return "it aims for 'cover', 'travel' or 'compactness' only; use sectors.cuts."
    p = problem.params
    if p.shape:
        return "it does not keep the rule shape; use sectors.median."
    if p.counts_change or p.split_limits:
        return "it does not write the rules change and splits; use sectors.cuts."
    if p.limits:
        return "it holds no objective within a limit; use sectors.cuts."
    size = 2 * len(problem.links()) * len(_candidates(problem))
    if problem.params.contiguity and size > LARGEST_FLOW:
        return (
            f"{len(problem.area_ids)} areas with {len(_candidates(problem))} candidate centres need {size:,} flow "
            f"variables, more than {LARGEST_FLOW:,}. Use sectors.cuts, or give the centres."
        )
    return ""


FORMULATION = Formulation(
    name="sectors.flow",
    family=FAMILY,
    build=build,
    backend="pyomo_highs",
    refuses=refuses,
    summary="One readable MILP: assignment to centres, balance windows, contiguity by single-commodity flow",
    reference="Hess et al. (1965); Shirabe (2009)",
)

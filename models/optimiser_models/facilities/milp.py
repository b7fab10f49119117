r"""Multi-period maximal covering: which sites open and close in which year.

    max  sum_h sum_p w_hp z_hp / H                                        (1) calls covered
    s.t. z_hp <= sum_{s reaches p} x_hs        for all years h, patterns p  (2) cover
         x_{h+1,s} >= x_hs                     for new sites s              (3) stays open
         x_{h+1,s} <= x_hs                     for existing sites s         (4) stays closed
         sum_{s new} c_s x_hs - sum_{s existing} c_s (1 - x_hs) <= B_h      (5) budget
         x_hs = 0 before its opening year; x_hs = 1 where kept              (6) opening year, kept site
    x binary, 0 <= z <= 1

Areas that the same sites reach are one pattern p, with the calls w_hp of year h. Church and ReVelle (1974) for
maximal covering; Schilling (1980), Networks 10, for opening sites over time.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from optimiser.problems.facilities import FAMILY, FacilitiesPlan, FacilitiesProblem
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.program import Formulation, Program, ValueOf


def build(problem: FacilitiesProblem, start: FacilitiesPlan | None) -> Program[FacilitiesPlan]:
    """Return the model of a problem; ``start`` becomes a warm start where it is complete."""
    n_sites, n_years = len(problem.site_ids), len(problem.years)
    patterns, of_area = np.unique(problem.reaches, axis=1, return_inverse=True)
    of_area = of_area.ravel()
    n_patterns = patterns.shape[1]
    weight = np.stack([np.bincount(of_area, weights=c, minlength=n_patterns) for c in problem.calls])
    x = np.arange(n_years * n_sites).reshape(n_years, n_sites)
    z = x.size + np.arange(n_years * n_patterns).reshape(n_years, n_patterns)
    n = x.size + z.size
    rows: list[tuple[list[int], list[float], float, float, str]] = []
    for h in range(n_years):
        for p in range(n_patterns):
            sites = np.flatnonzero(patterns[:, p])
            columns = [int(z[h, p]), *x[h, sites].tolist()]
            rows.append((columns, [1.0] + [-1.0] * sites.size, -np.inf, 0.0, "cover"))
        for s in range(n_sites) if h else ():
            pair = [int(x[h, s]), int(x[h - 1, s])]
            low, high = (-np.inf, 0.0) if problem.existing[s] else (0.0, np.inf)
            name = "stays closed" if problem.existing[s] else "stays open"
            rows.append((pair, [1.0, -1.0], low, high, name))
    unit = max(float(problem.cost.max(initial=0.0)), 1e-12) / 1e3
    saved = float(problem.cost[problem.existing].sum())
    for h, most in enumerate(problem.budgets()):
        if np.isfinite(most):
            limit = (most + saved) / unit * (1 + 1e-9)
            rows.append((x[h].tolist(), (problem.cost / unit).tolist(), -np.inf, limit, "budget"))
    lower, upper = np.zeros(n), np.ones(n)
    for h in range(n_years):
        upper[x[h, ~problem.existing & (problem.opens > h)]] = 0.0
        lower[x[h, np.isin(problem.site_ids, problem.params.kept)]] = 1.0
    cost = np.zeros(n)
    cost[z] = weight / n_years
    scale = max(float(cost.max(initial=0.0)), 1e-12) / 1e3
    model = LinearModel(
        sense="max",
        cost=cost / scale,
        lower=lower,
        upper=upper,
        integer=np.arange(n) < x.size,
        a=_matrix(rows, n),
        row_lower=np.array([r[2] for r in rows]),
        row_upper=np.array([r[3] for r in rows]),
        row_names=tuple(r[4] for r in rows),
    )

    def read_plan(value_of: ValueOf) -> FacilitiesPlan:
        names = np.array(problem.site_ids, dtype=object)
        taken = {y: [value_of(int(j)) > 0.5 for j in x[h]] for h, y in enumerate(problem.years)}
        return FacilitiesPlan({y: tuple(str(s) for s in names[np.array(t)]) for y, t in taken.items()})

    return Program(model=model, read_plan=read_plan, objective_scale=scale)


def _matrix(rows: list[tuple[list[int], list[float], float, float, str]], n: int) -> sp.csr_array:
    starts = np.concatenate([[0], np.cumsum([len(r[0]) for r in rows])]).astype(np.int64)
    columns = np.concatenate([r[0] for r in rows]).astype(np.int64)
    values = np.concatenate([r[1] for r in rows])
    return sp.csr_array((values, columns, starts), shape=(len(rows), n))


FORMULATION = Formulation(
    name="facilities.milp",
    family=FAMILY,
    build=build,
    backend="highs",
    summary="Multi-period maximal covering on coverage patterns",
    reference="Church and ReVelle (1974); Schilling (1980)",
)

r"""Rosters of teams as a MILP: how many teams of each kind work each phase of each pattern.

Groups g of teams that are alike (size m_g), options j of a group (pattern and phase that keep rest, longest row of work
and hours of its teams after their history), z_gj teams of the group on the option, a_jsd = 1 where it is on shift s on
day d; e_g officers, and likewise supervisors, skilled officers and vehicles, of a team.

    sum_j z_gj = m_g                                              for all g        (1) every team
    sum_gj e_g a_jsd z_gj + u_sd - o_sd = wanted_sd               for all s, d     (2) cover
    sum_gj e_g a_jsd z_gj >= least_sd  (officers, supervisors, each skill)         (3) minimums
    sum over shifts out together of v_g a_j z_gj <= fleet         at each start    (4) vehicles
    min  c_u sum u_sd + c_o sum o_sd + sum_gj f_gj z_gj                            (5)

u and o are whole because z is. Source: tours as columns, Dantzig (1954); teams on phases as forces work.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from optimiser.problems.base import relaxed
from optimiser.problems.rosters import FAMILY, RostersPlan, RostersProblem
from optimiser.problems.rosters.rules import out_together
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.program import Formulation, Program, ValueOf
from optimiser_models.rosters.options import Group, counts_of, groups, plan_of

MOST_OPTIONS = 60_000

Rows = list[tuple[np.ndarray, np.ndarray, float, float]]


def build(problem: RostersProblem, start: RostersPlan | None) -> Program[RostersPlan]:
    """Return the model; ``start`` becomes a warm start where it keeps every team's own rules."""
    found, p = groups(problem), problem.params
    sizes = [len(g.options) for g in found]
    first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    n_z, n_cover = int(first[-1]), problem.wanted.size
    n = n_z + 2 * n_cover
    duty = np.concatenate([g.duty.reshape(len(g.options), -1) for g in found]).astype(np.float64)
    rows: Rows = []
    for g, group in enumerate(found):
        columns = np.arange(first[g], first[g + 1])
        rows.append((columns, np.ones(columns.size), float(len(group.teams)), float(len(group.teams))))
    officers = _weighted(found, duty, problem.officers)
    for k, wanted in enumerate(problem.wanted.ravel().tolist()):
        columns = np.flatnonzero(officers[:, k])
        values = np.concatenate([officers[columns, k], [1.0, -1.0]])
        columns = np.concatenate([columns, [n_z + k, n_z + n_cover + k]])
        rows.append((columns, values, float(wanted), float(wanted)))
    rows += _minimums(problem, found, duty)
    rows += _vehicles(problem, found, duty)
    begins = np.concatenate([[0], np.cumsum([r[0].size for r in rows])]).astype(np.int64)
    cost = np.concatenate(
        [*(g.change for g in found), np.full(n_cover, p.shortage_price), np.full(n_cover, p.surplus_price)]
    )
    total = float(problem.officers.sum())
    upper = np.concatenate(
        [
            *(np.full(len(g.options), float(len(g.teams))) for g in found),
            problem.wanted.ravel().astype(np.float64),
            np.full(n_cover, total),
        ]
    )
    model = LinearModel(
        sense="min",
        cost=cost,
        lower=np.zeros(n),
        upper=upper,
        integer=np.ones(n, dtype=bool),
        a=sp.csr_array(
            (np.concatenate([r[1] for r in rows]), np.concatenate([r[0] for r in rows]), begins),
            shape=(len(rows), n),
        ),
        row_lower=np.array([r[2] for r in rows]),
        row_upper=np.array([r[3] for r in rows]),
    )

    def read_plan(value_of: ValueOf) -> RostersPlan:
        counts = [
            [round(value_of(int(first[g]) + j)) for j in range(len(group.options))]
            for g, group in enumerate(found)
        ]
        return plan_of(problem, found, counts)

    return Program(model, read_plan, start=_start(problem, found, officers, start))


def _weighted(found: list[Group], duty: np.ndarray, of_team: np.ndarray) -> np.ndarray:
    """Return the number that an option brings to each shift and day, shape (options, S H)."""
    each = np.concatenate([np.full(len(g.options), float(of_team[g.teams[0]])) for g in found])
    weighted: np.ndarray = duty * each[:, None]
    return weighted


def _minimums(problem: RostersProblem, found: list[Group], duty: np.ndarray) -> Rows:
    """Write (3)."""
    relax = problem.params.relax
    asked = [
        ("minimum", problem.officers, problem.minimum),
        ("supervisors", problem.supervisors, problem.supervisors_needed),
        *(("skills", problem.skilled[:, k], problem.skills_needed[k]) for k in range(len(problem.skill_ids))),
    ]
    rows: Rows = []
    for rule, of_team, need in asked:
        weighted = _weighted(found, duty, of_team)
        for k, least in enumerate((need.ravel() - relaxed(relax, rule)).tolist()):
            if least > 0:
                columns = np.flatnonzero(weighted[:, k])
                rows.append((columns, weighted[columns, k], float(np.ceil(least - 1e-9)), np.inf))
    return rows


def _vehicles(problem: RostersProblem, found: list[Group], duty: np.ndarray) -> Rows:
    """Write (4); a start at which nobody of the shift goes out asks for nothing that another start does not ask for."""
    rows: Rows = []
    fleet = problem.params.fleet
    if fleet == 0:
        return rows
    most = float(np.floor(fleet + relaxed(problem.params.relax, "vehicles") + 1e-9))
    out = _weighted(found, duty, problem.vehicles).reshape(duty.shape[0], -1, problem.n_days)
    for _, pairs in out_together(problem):
        for d in range(problem.n_days):
            weight = np.zeros(duty.shape[0])
            for other, before in pairs:
                if d - before >= 0:
                    weight += out[:, other, d - before]
            columns = np.flatnonzero(weight)
            rows.append((columns, weight[columns], -np.inf, most))
    return rows


def _start(
    problem: RostersProblem, found: list[Group], officers: np.ndarray, plan: RostersPlan | None
) -> dict[int, float]:
    counts = None if plan is None else counts_of(problem, found, plan)
    if counts is None:
        return {}
    z = np.concatenate([np.array(row, dtype=np.float64) for row in counts])
    off = z @ officers - problem.wanted.ravel()
    values = np.concatenate([z, np.maximum(-off, 0), np.maximum(off, 0)])
    return {j: float(v) for j, v in enumerate(values)}


def refuses(problem: RostersProblem) -> str:
    """Say which problems have too many options."""
    n = len(problem.team_ids) * sum(map(len, problem.patterns))
    if n > MOST_OPTIONS:
        return f"{n:,} teams times phases are more than {MOST_OPTIONS:,}. Plan districts one by one, or fewer patterns."
    return ""


FORMULATION: Formulation[RostersProblem, RostersPlan] = Formulation(
    name="rosters.milp",
    family=FAMILY,
    reference="Dantzig (1954): tours as columns; teams that are alike counted together",
    summary="Teams on phases of patterns as a MILP, teams that are alike counted together",
    build=build,
    backend="highs",
    refuses=refuses,
)

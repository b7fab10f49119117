"""Suite ``rosters``: teams on pattern phases over four weeks, proved by two formulations on two solvers.

Made-up districts: teams of 7 to 12 with one or two supervisors, skills spread unevenly, vehicles counted, a ten-day
pattern on three shifts (or two of them), an uneven week, and the two weeks before as history. Every rule is checked on
the roster itself, day by day, apart from the search.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from optimiser_models.rosters import cpsat, milp

from optimiser.problems.rosters import FAMILY, RostersParams, RostersProblem
from optimiser.problems.rosters.rules import days_of
from optimiser.solve.engine import solve
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Status
from tests.benchmarks.spec import Mode, Row, Suite

LIMIT_S = 60.0
AGREE = 1e-6
PATTERNS = {
    "variable": "E E L L N N - - - -",
    "late first": "L L E E N N - - - -",
}


def district(n_teams: int, names: tuple[str, ...] = ("variable",), seed: int = 0) -> RostersProblem:
    """Return a made-up district's question over 28 days; every third team is on a pattern already.

    The need is near what the teams have, so that officers are missing on some shifts whatever is done.
    """
    rng, n_days = np.random.default_rng(seed), 28
    cycles = {name: tuple(PATTERNS[name].split()) for name in names}
    officers = rng.integers(7, 13, n_teams)
    week = np.array([[0.30, 0.28, 0.28, 0.29, 0.30, 0.27, 0.24], [0.24, 0.25, 0.26, 0.27, 0.31, 0.30, 0.22],
                     [0.13, 0.13, 0.14, 0.15, 0.20, 0.21, 0.13]])  # fmt: skip
    wanted = np.rint(week[:, np.arange(n_days) % 7] * 0.78 * officers.sum()).astype(np.int64)
    on, history = [], []
    for k in range(n_teams):
        cycle = names[int(rng.integers(len(names)))]
        phase = int(rng.integers(len(cycles[cycle])))
        length = len(cycles[cycle])
        history.append(tuple(cycles[cycle][(phase - 14 + d) % length] for d in range(14)))
        on.append((cycle, phase) if k % 3 == 0 else ("", 0))
    skilled = np.column_stack([rng.integers(0, 3, n_teams), rng.integers(1, 4, n_teams)])
    return RostersProblem(
        first_date="2027-01-04",
        team_ids=tuple(f"T{k + 1:02d}" for k in range(n_teams)),
        officers=officers,
        supervisors=rng.integers(1, 3, n_teams),
        vehicles=-(-officers // 3),
        skill_ids=("firearms", "advanced driver"),
        skilled=skilled,
        shift_ids=("E", "L", "N"),
        shift_start_s=3600.0 * np.array([7, 14, 22]),
        shift_length_s=3600.0 * np.array([9, 9, 9]),
        pattern_ids=tuple(names),
        patterns=tuple(cycles.values()),
        on_pattern=tuple(o[0] for o in on),
        on_phase=tuple(o[1] for o in on),
        history=tuple(history),
        wanted=wanted,
        minimum=np.minimum(wanted, 5),
        supervisors_needed=np.ones_like(wanted),
        skills_needed=np.ones((2, *wanted.shape), dtype=np.int64),
        params=RostersParams(fleet=int(1.2 * officers.sum() / 3), rest_s=8 * 3600.0),
    )


def measured(
    n_teams: int, names: tuple[str, ...] = ("variable",), *, limited: bool
) -> Callable[[Mode], dict[str, Any]]:
    """Return the run of one district; ``limited`` says that the issue gives it 60 s."""

    def run(mode: Mode) -> dict[str, Any]:
        problem = district(n_teams, names)
        begin = time.monotonic()
        result = solve(problem, milp.FORMULATION, SolveOptions(time_limit_s=LIMIT_S))
        seconds = time.monotonic() - begin
        if result.plan is None:
            return {
                "size": f"{n_teams} teams, 28 days", "status": str(result.status), "objective": None, "bound": None,
                "gap": None, "build_s": result.build_s, "solve_s": round(seconds, 2), "reached": False, "wrong": "",
            }  # fmt: skip
        other = solve(problem, cpsat.FORMULATION, SolveOptions(time_limit_s=LIMIT_S, confirm=False))
        judged = result.objectives[0]
        wrong = _wrong(problem, result.plan)
        bound = other.objectives[0].bound if other.objectives else None
        theirs = other.objectives[0].value if other.objectives else None
        if bound is not None and judged.value < bound - AGREE * max(1.0, bound):
            wrong = f"the constraint solver's bound is {bound:g}"
        if judged.bound is not None and other.objectives and other.objectives[0].value < judged.bound - AGREE:
            wrong = f"the constraint solver has {other.objectives[0].value:g}"
        return {
            "size": f"{n_teams} teams, 28 days, {sum(len(p) for p in problem.patterns)} phases",
            "status": str(result.status),
            "objective": judged.value,
            "bound": judged.bound,
            "gap": result.gap_frac,
            "build_s": round(result.build_s, 2),
            "solve_s": round(seconds, 2),
            "reached": result.status is Status.OPTIMAL and not wrong and seconds <= LIMIT_S
            if limited
            else None,
            "wrong": wrong,
            "confirmed_by": result.confirmed_by,
            "cpsat": f"{other.status} {theirs} in {other.solve_s:.1f} s",
            "measures": {m.name: round(m.value, 3) for m in result.measures},
        }

    return run


def _wrong(problem: RostersProblem, plan: Any) -> str:
    """Check by other means than the product's rules: rest, rows of work and sums, from the days as text."""
    start = dict(zip(problem.shift_ids, problem.shift_start_s / 3600, strict=True))
    for team, before in zip(problem.team_ids, problem.history, strict=True):
        days = [*before, *days_of(problem, *plan.assigned[team])]
        text = "".join("-" if d == "-" else "w" for d in days)
        if "w" * (problem.params.longest_work + 1) in text:
            return f"{team}: {text}"
        for one, other in pairwise(days):
            if "-" not in (one, other) and 24 + start[other] - start[one] - 9 < 8:
                return f"{team}: {one} then {other}"
    for s, shift in enumerate(problem.shift_ids):
        for d in range(problem.n_days):
            on = [
                k
                for k, team in enumerate(problem.team_ids)
                if days_of(problem, *plan.assigned[team])[d] == shift
            ]
            if problem.officers[on].sum() < problem.minimum[s, d] or problem.supervisors[on].sum() < 1:
                return f"{shift}, day {d}: too few"
            if len(on) and (problem.skilled[on].sum(axis=0) < 1).any():
                return f"{shift}, day {d}: a skill is missing"
    broken = FAMILY.check(problem, plan)
    return str(broken[0]) if broken else ""


SUITE = Suite(
    "rosters",
    "4: team rosters",
    (
        Row("10 teams", measured(10, limited=False), quick=True, smoke=True),
        Row("20 teams", measured(20, limited=True), quick=True),
        Row("20 teams, two patterns", measured(20, ("variable", "late first"), limited=False)),
        Row("30 teams", measured(30, limited=False)),
    ),
)

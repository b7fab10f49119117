"""Rows of the suites ``states`` and ``tracts``: districts of American states with the fewest links cut.

Published values: Validi and Buchanan, Mathematical Programming Computation 14 (2022), Gurobi within an hour, with
contiguity and without. A county row is reached where the published number is found and proved within 10 minutes. A
tract row whose value is proved by them is reached where it is found within 15 minutes; one that is open, where fewer
links are cut than in their best plan. Every plan passes the rules and a judge in whole people (:mod:`.states_data`).
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import numpy as np

from optimiser.problems.sectors import FAMILY, SectorsProblem
from optimiser.solve.isolated import solve_isolated
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import PROOF_GAP, Result
from tests.benchmarks import states_data as data
from tests.benchmarks.spec import Mode, Row

COUNTY_S, TRACT_S, QUICK_S = 600.0, 900.0, 20.0
METHOD = "sectors.border"
GRACE_S = 5.0
QUICK_TRACTS = {("NH", True), ("ID", True)}


def solved(problem: SectorsProblem, limit_s: float, began: float) -> tuple[Result[Any], dict[str, Any]]:
    """Solve a question; return the result and what every row tells of it."""
    build_s = time.perf_counter() - began
    result = solve_isolated(problem, METHOD, SolveOptions(time_limit_s=limit_s))
    judged = result.objectives[0] if result.objectives else None
    return result, {
        "size": f"{len(problem.area_ids)} units, {problem.params.n_districts} districts",
        "status": f"{result.status}, stopped by {result.stopped_by}",
        "objective": judged.value if judged else None,
        "bound": judged.bound if judged else None,
        "gap": result.gap_frac,
        "build_s": build_s,
        "solve_s": result.solve_s,
        "formulation": METHOD,
        "confirmed by": judged.confirmed_by if judged else result.confirmed_by,
        "notes": {k: v for k, v in result.notes.items() if isinstance(v, int | float)},
    }


def fewest(row: dict[str, str], mode: Mode) -> dict[str, Any]:
    """Cut as few links as can be in one state, beside what is published of it."""
    began = time.perf_counter()
    g = data.graph(row["level"], row["state"])
    k, contiguity = int(row["k"]), row["contiguity"] == "contig"
    limits = int(row["L"]), int(row["U"])
    problem = data.question(g, k, objective="boundary", contiguity=contiguity, limits=limits)
    limit_s = QUICK_S if mode == "quick" else COUNTY_S if row["level"] == "county" else TRACT_S
    result, told = solved(problem, limit_s, began)
    known, below = int(row["best_published_cut_edges"]), int(row["best_published_lower_bound"])
    value, bound = told["objective"], told["bound"]
    wrong = []
    if result.plan is not None:
        label = data.label_of(g, result.plan)
        wrong += [str(v) for v in FAMILY.check(problem, result.plan)]
        wrong += data.faults(g, label, k, contiguity=contiguity, limits=limits)
        if data.cut_links(g, label) != value:
            wrong.append(f"{data.cut_links(g, label)} links are cut, not {value}")
    if value is not None and value < below:
        wrong.append(f"{value} links cut, though none below {below} can be, as is published")
    if bound is not None and bound > known:
        wrong.append(f"a bound of {bound}, though a plan of {known} is published")
    if result.status.value == "infeasible":
        wrong.append("called infeasible, though a plan is published")
    proved = value is not None and result.gap_frac is not None and result.gap_frac <= PROOF_GAP
    enough = value is not None and (value < known if row["status"] == "open" else value <= known)
    return told | {
        "reached": enough
        and (proved or row["level"] == "tract")
        and not wrong
        and result.solve_s <= limit_s + GRACE_S,
        "wrong": "; ".join(wrong),
        "proved": proved,
        "published": str(known) if row["status"] != "open" else f"{below} to {known}",
        "published_s": float(row["fastest_published_gurobi_seconds"] or "nan"),
    }


def grid(mode: Mode) -> dict[str, Any]:
    """Cut a grid of 6 by 6 squares into halves: 6 links, the bisection width of an even grid is its side."""
    began = time.perf_counter()
    at = np.arange(36).reshape(6, 6)
    links = [*zip(at[:, :-1].ravel(), at[:, 1:].ravel(), strict=True)]
    links += [*zip(at[:-1].ravel(), at[1:].ravel(), strict=True)]
    g = data.Graph(
        ids=tuple(f"{i}" for i in range(36)),
        people=np.full(36, 1000, dtype=np.int64),
        edges=np.array(links, dtype=np.int64),
        where=np.zeros((0, 2)),
    )
    problem = data.question(g, 2, objective="boundary")
    result, told = solved(problem, QUICK_S, began)
    wrong = [] if result.plan is None else [str(v) for v in FAMILY.check(problem, result.plan)]
    if (told["objective"], told["bound"]) != (6.0, 6.0):
        wrong.append(f"{told['objective']} links with a bound of {told['bound']}, not 6")
    return told | {"reached": not wrong, "wrong": "; ".join(wrong)}


def _rows(level: str) -> tuple[Row, ...]:
    if not data.FOLDER.is_dir():
        return ()
    found = []
    for row in data.known_cut_edges():
        if row["level"] != level:
            continue
        contiguity = row["contiguity"] == "contig"
        name = f"{row['state']} {level}, fewest links cut{'' if contiguity else ', pieces allowed'}"
        quick = contiguity if level == "county" else (row["state"], contiguity) in QUICK_TRACTS
        found.append(Row(name, partial(fewest, row), quick=quick, limit_s=TRACT_S + 300.0))
    return tuple(found)


COUNTIES = (
    Row("grid of 6 by 6, fewest links cut", grid, quick=True, smoke=True, limit_s=120),
    *_rows("county"),
)
TRACTS = _rows("tract")

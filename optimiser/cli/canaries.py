"""Tiny cases with known answers, solved on the spot by each formulation: the first thing to ask of strange results."""

from __future__ import annotations

from typing import Any

import numpy as np

from optimiser.errors import OptimiserError
from optimiser.solve.isolated import solve_isolated
from optimiser.solve.options import SolveOptions


def small_cases(formulation: str) -> str:
    """Solve the family's tiny case; return what is wrong, "" if nothing."""
    family = formulation.split(".")[0]
    if family not in _CASES:
        return ""
    problem, optimum = _CASES[family]()
    try:
        result = solve_isolated(problem, formulation, SolveOptions(time_limit_s=30, confirm=False))
    except OptimiserError as error:
        return str(error)
    value = result.objectives[0].value if result.objectives else float("nan")
    if not abs(value - optimum) < 1e-6:
        return f"{result.status}: {value:g} instead of {optimum:g}"
    return ""


def path_of_four() -> tuple[Any, float]:
    """Four areas in a row, a minute apart, two districts of two: two drives of a minute."""
    from optimiser.problems.sectors import SectorsParams, SectorsProblem

    ids = ("A", "B", "C", "D")
    travel_s = 60.0 * np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    problem = SectorsProblem(
        area_ids=ids,
        edges=np.array([[0, 1], [1, 2], [2, 3]]),
        centre_ids=ids,
        centre_area=np.arange(4),
        travel_s=travel_s,
        calls=np.ones(4),
        covered_calls=np.where(travel_s <= 60.0, 1.0, 0.0),
        cover_calls=np.ones(4),
        balance_names=("calls",),
        balance=np.ones((1, 4)),
        params=SectorsParams(district_ids=("1", "2"), balance_frac={"calls": 0.05}),
    )
    return problem, 120.0


_CASES = {"sectors": path_of_four}

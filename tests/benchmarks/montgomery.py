"""Suite ``montgomery``: 701 areas to 6 districts and to 50 beats, five made-up counties of each of two shapes.

The rules of every row: unequal target shares, the week's work within +-5 % (districts) or +-10 % (beats), each of day,
evening and night within +-15 %, two hard boundaries, ten locks, a longest drive, exact contiguity. The generator plants
an admissible plan (:mod:`.montgomery_question`). A row is reached where the gap of every objective, by a bound valid
for exact contiguity, is within the row's own figure in the row's own time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from optimiser.problems.sectors import FAMILY
from optimiser.solve.isolated import solve_isolated
from optimiser.solve.options import SolveOptions
from tests.benchmarks.montgomery_question import Planted, question
from tests.benchmarks.spec import Mode, Row, Suite

SEEDS = {"county": (1, 2, 3, 4, 5), "coastal": (1, 3, 4, 5, 6)}
"""Of coastal county 2 no plan of 50 beats is known that keeps each part of the day within 15 %."""
LEVELS: dict[str, tuple[str, bool, float, float, float]] = {
    "6 districts from given stations": ("districts", True, 0.001, 120.0, 0.1),
    "6 districts, free centres": ("districts", False, 0.01, 300.0, 0.1),
    "50 beats, free centres": ("beats", False, 0.01, 600.0, 0.9),
}
"""Level, centres given, largest gap, seconds, and the share of that gap at which the last aim stops."""
AIMS: dict[str, tuple[str, ...]] = {"travel": ("travel",), "cover, travel": ("cover", "travel")}
QUICK_S = 25.0
SMALL = 120


def planted(shape: str, seed: int, what: str, aim: str, n_areas: int = 701) -> Planted:
    """Return the row's question and its planted plan."""
    level, given, *_ = LEVELS[what]
    made = question(shape, seed, level, given_centres=given, objective="travel", n_areas=n_areas)
    params = replace(made.problem.params, objectives=AIMS[aim])
    return Planted(replace(made.problem, params=params), made.plan)


def run(shape: str, seed: int, what: str, aim: str) -> Callable[[Mode], dict[str, Any]]:
    """Return what runs one row."""

    def measured(mode: Mode) -> dict[str, Any]:
        _, _, gap, limit_s, part = LEVELS[what]
        began = time.perf_counter()
        made = planted(shape, seed, what, aim, SMALL if mode == "smoke" else 701)
        build_s = time.perf_counter() - began
        limit_s = limit_s if mode == "full" else min(limit_s, QUICK_S if mode == "quick" else 15.0)
        # An aim before the last goes on to its proof, or nearly: what it leaves open stays in the next.
        return solved(made, gap, limit_s, build_s, stop=gap * part)

    return measured


def solved(made: Planted, gap: float, limit_s: float, build_s: float, stop: float) -> dict[str, Any]:
    """Solve in a worker until ``stop``; judge the plan and the planted one by the rules, and every gap."""
    problem = made.problem
    first: list[float] = []
    began = time.perf_counter()
    result = solve_isolated(
        problem,
        "sectors.cuts",
        SolveOptions(time_limit_s=limit_s, gap_frac=stop),
        on_progress=lambda p: first.append(p.seconds) if p.incumbent is not None and not first else None,
    )
    solve_s = time.perf_counter() - began
    wrong = [f"the planted plan breaks {v}" for v in FAMILY.check(problem, made.plan)]
    gaps = []
    if result.plan is not None:
        wrong += [str(v) for v in FAMILY.check(problem, result.plan)]
        gaps = [o.gap_frac for o in result.objectives]
        value = FAMILY.objectives(problem, made.plan)[0]
        head = result.objectives[0]
        if head.bound is not None and (value.value - head.bound) * (
            1 if value.sense == "min" else -1
        ) < -1e-6 * abs(value.value):
            wrong.append(
                f"the planted plan has {value.name} {value.value:.6g}, beyond the bound {head.bound:.6g}"
            )
    elif result.status.value == "infeasible":
        wrong.append("called infeasible, though a plan is planted")
    reached = bool(gaps) and all(g is not None and g <= gap for g in gaps) and solve_s <= limit_s + 5
    judged = result.objectives[0] if result.objectives else None
    return {
        "size": f"{len(problem.area_ids)} areas, {problem.params.n_districts} districts, {len(problem.edges)} links",
        "status": f"{result.status}, stopped by {result.stopped_by}",
        "objective": judged.value if judged else None,
        "bound": judged.bound if judged else None,
        "gap": max((g for g in gaps if g is not None), default=None),
        "build_s": build_s,
        "solve_s": solve_s,
        "reached": reached and not wrong,
        "wrong": "; ".join(wrong),
        "gaps": [round(g, 6) if g is not None else None for g in gaps],
        "first_plan_s": round(first[0], 1) if first else None,
        "planted": FAMILY.objectives(problem, made.plan)[0].value,
    }


def _rows() -> tuple[Row, ...]:
    rows = []
    for what, (_, _, _, limit_s, _) in LEVELS.items():
        for aim in AIMS:
            for shape, seeds in SEEDS.items():
                for seed in seeds:
                    first = seed == 1 and shape == "county"
                    rows.append(
                        Row(
                            f"{what}; {aim}; {shape} {seed}",
                            run(shape, seed, what, aim),
                            quick=first and aim == "travel",
                            smoke=first and aim == "travel" and "given" in what,
                            limit_s=limit_s + 300,
                        )
                    )
    return tuple(rows)


SUITE = Suite(
    name="montgomery",
    issue="6 districts within 0.1 % (given) or 1 % (free), 50 beats within 1 %, in 2, 5 and 10 minutes",
    rows=_rows(),
)

"""Hand-made answers to small questions of each family, judged by the engine without any solver."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from optimiser.problems.assignment import FAMILY as ASSIGNMENT
from optimiser.problems.assignment import AssignmentPlan, AssignmentProblem
from optimiser.problems.fold import FAMILY as FOLD
from optimiser.problems.fold import FoldPlan, FoldProblem
from optimiser.problems.sectors import FAMILY as SECTORS
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.shifts import FAMILY as SHIFTS
from optimiser.problems.shifts import ShiftsParams, ShiftsPlan, ShiftsProblem
from optimiser.problems.shifts.data import DAYS
from optimiser.problems.standby import FAMILY as STANDBY
from optimiser.problems.standby import StandbyPlan, StandbyProblem
from optimiser.report.places import Places
from optimiser.solve.engine import judge
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Outcome, Result, StoppedBy
from tests.oracles.assignment_cases import PLAIN, snapshot
from tests.oracles.fold_cases import GOOD as FOLDED
from tests.oracles.fold_cases import path_of_four as path_of_four_beats
from tests.oracles.sectors_cases import path_of_four
from tests.oracles.shifts_cases import SLOTS, week
from tests.oracles.standby_cases import line

FAMILIES = {"sectors": SECTORS, "shifts": SHIFTS, "assignment": ASSIGNMENT, "fold": FOLD, "standby": STANDBY}


def judged(problem: Any, plan: Any, bound: float | None, **more: Any) -> Result[Any]:
    """The engine's result for a plan and a claimed bound; 12.3 s of search."""
    family = next(f for f in FAMILIES.values() if isinstance(problem, f.problem_type))
    outcome = Outcome(
        plan, bound=() if bound is None else (bound,), **({"stopped_by": StoppedBy.TIME} | more)
    )
    return judge(problem, family, outcome, name="by hand", options=SolveOptions(), solve_s=12.3)


def sectors(bound: float | None = 119.52, **params: Any) -> tuple[SectorsProblem, Result[SectorsPlan]]:
    """Four areas in a row in two districts: A B and C D drive 60 s each, 120 in all; 119.52 is 0.4 % less."""
    problem = path_of_four(**params)
    plan = SectorsPlan({"A": "1", "B": "1", "C": "2", "D": "2"}, {"1": "A", "2": "C"})
    return problem, judged(problem, plan, bound)


def squares() -> gpd.GeoDataFrame:
    """The four areas as squares of a kilometre in a row."""
    shapes = [shapely.box(1000 * k, 0, 1000 * (k + 1), 1000) for k in range(4)]
    return gpd.GeoDataFrame({"area_id": list("ABCD")}, geometry=shapes, crs="EPSG:32618")


def shifts(
    officers: int = 2, bound: float | None = 56.0, nobody_free: Any = None, **params: Any
) -> tuple[ShiftsProblem, Result[ShiftsPlan]]:
    """One officer needed from 6 to 14, two on each of seven early shifts: 112 officer-hours, 56 too many."""
    need = {24 * day + hour: 1 for day in range(DAYS) for hour in range(6, 14)}
    given: dict[str, Any] = {"hold_split": False, "interval_price": 0.0} | params
    work = np.where(np.arange(SLOTS) % 24 == 8, 1800.0, 0.0)
    more = {} if nobody_free is None else {"nobody_free": nobody_free}
    problem = week(
        ShiftsParams(**given), {"=06:00": (6, 8)}, need, call_work_s=work, binding=("queue",) * SLOTS, **more
    )
    plan = ShiftsPlan({f"=06:00@{day}": officers for day in range(DAYS)})
    return problem, judged(problem, plan, bound)


def assignment() -> tuple[AssignmentProblem, Result[AssignmentPlan]]:
    """u1 goes 1000 s to i1 (grade 1, target 900 s): late; u2 goes 300 s to i2; z1 loses its only cover."""
    problem = snapshot(
        replace(PLAIN, coverage_s=300.0),
        [[1000, 2000], [1500, 300]],
        grade=[1, 2],
        level=[1, 1],
        zone_s=[[100, 900], [900, 900]],
    )
    return problem, judged(
        problem, AssignmentPlan({"u1": "i1", "u2": "i2"}), None, stopped_by=StoppedBy.PLANNER
    )


def places() -> Places:
    """Where the two units and incidents are; u1's way bends once, u2's is not known."""
    return Places(
        unit_ids=("u1", "u2"),
        unit_xy_m=np.array([[500.0, 500.0], [2500.0, 500.0]]),
        incident_ids=("i1", "i2"),
        incident_xy_m=np.array([[1500.0, 800.0], [3500.0, 300.0]]),
        zone_areas={"z1": ("A", "B"), "z2": ("C", "D")},
        routes_xy_m={"u1": np.array([[500.0, 500.0], [500.0, 800.0], [1500.0, 800.0]])},
    )


def fold(bound: float | None = 0.15, **params: Any) -> tuple[FoldProblem, Result[FoldPlan]]:
    """Four equal beats in a row, A B joined first, then C D: 50 % over with three cars, even with two and one."""
    problem = path_of_four_beats(**params)
    return problem, judged(problem, FOLDED, bound)


def standby(bound: float | None = 15.0, **params: Any) -> tuple[StandbyProblem, Result[StandbyPlan]]:
    """Cars at both ends of the line cover all 15 calls; without A 7 are lost, without C 8."""
    problem = line(**({"n_cars": (2,), "today": ("A", "B")} | params))
    return problem, judged(problem, StandbyPlan({"all": {"A": 1, "C": 1}}), bound)


CASES = {
    "sectors": sectors,
    "shifts": shifts,
    "assignment": assignment,
    "fold": fold,
    "standby": standby,
}

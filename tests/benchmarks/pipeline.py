"""Suite ``pipeline``: raw calls of a made-up district to requirement, shifts, pattern and a 28-day roster, in one go.

The district has a hundred areas and the calls of a year that about 200 officers answer (a row tells how many). The
clock runs from the raw files on: import, workload, requirement, shift plan on four start times with the time split
held, rotating pattern, roster of 28 days, teams of eight officers for the same 28 days, workbook. A row is reached
where all that ends within 60 s, each stage is within 1 % of its bound, and the roster keeps cover, rest, runs and
hours by plain counting. Beside it one week's demand is given to pyworkforce and to a plain OR-Tools model.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from optimiser.cli.pipeline import write_files
from optimiser.data import synthetic
from optimiser.data.init import init
from optimiser.data.project import load
from optimiser.prepare.shifts import ShiftsSetup
from optimiser.problems.patterns import FAMILY as PATTERNS
from optimiser.problems.rosters import FAMILY as ROSTERS
from optimiser.problems.shifts import FAMILY as SHIFTS
from optimiser.solve.isolated import solve_isolated
from optimiser.solve.options import SolveOptions
from optimiser.studies.pipeline import pipeline
from optimiser.studies.pipeline_roster import roster_faults
from optimiser.studies.pipeline_types import PipelineSetup
from tests.benchmarks import shift_peers
from tests.benchmarks.frontier import Memory, force_question
from tests.benchmarks.spec import Row, Suite

LIMIT_S = 60.0
GAP = 0.01


def measured(n_areas: int, calls_per_area: float, start_times: int) -> dict[str, Any]:
    """Make the raw files, then run from them with the clock on."""
    with tempfile.TemporaryDirectory() as name, Memory() as memory:
        folder = Path(name)
        made = synthetic.county(
            1, n_areas=n_areas, n_districts=2, calls_per_area_year=calls_per_area,
            officer_calls_per_area_year=calls_per_area / 5,
        )  # fmt: skip
        files, given = synthetic.write(made, folder / "raw"), synthetic.settings(made)
        began = time.perf_counter()
        init(
            folder / "district",
            files["areas"],
            files["calls"],
            units=files["units"],
            columns=files["columns"],
            name=given.name,
            crs=given.crs,
            timezone=given.timezone,
            response_time=given.response_time,
        )
        project = load(folder / "district")
        build_s = time.perf_counter() - began
        found = pipeline(
            project,
            PipelineSetup(start_times=start_times),
            shifts=ShiftsSetup(lengths_h=(10.0,)),
            gap_frac=GAP,
        )
        write_files(folder / "district" / "studies", found)
        total_s = time.perf_counter() - began
    wrong = list(found.broken)
    if found.shifts is not None:
        wrong += [str(v) for v in SHIFTS.check(found.shifts_problem, found.shifts)]
    if found.pattern is not None:
        wrong += [str(v) for v in PATTERNS.check(found.pattern_problem, found.pattern)]
        wrong += roster_faults(found.pattern_problem, found.roster)
    if found.teams_plan is not None:
        wrong += [str(v) for v in ROSTERS.check(found.teams_problem, found.teams_plan)]
    gaps = [s.gap_frac for s in found.stages]
    near = all(g is not None and g <= GAP + 1e-9 for g in gaps)
    shifts = next((s for s in found.stages if s.name == "shifts"), None)
    return {
        "size": f"{n_areas} areas, {len(project.calls) if project.calls is not None else 0:,} calls, "
        f"{found.officers[0]} officers on the pattern, {found.officers[1]} with relief",
        "status": f"{found.ended}, {len(found.stages)} stages",
        "objective": shifts.value if shifts else None,
        "bound": shifts.bound if shifts else None,
        "gap": max((g for g in gaps if g is not None), default=None),
        "build_s": build_s,
        "solve_s": found.seconds,
        "reached": bool(found.whole and near and not wrong and total_s <= LIMIT_S),
        "wrong": "; ".join(wrong[:10]),
        "from raw files to roster s": round(total_s, 1),
        "peak MiB": round(memory.peak),
        "stages s": {s.name: round(s.seconds, 2) for s in found.stages},
        "stages gap %": {
            s.name: None if s.gap_frac is None else round(100 * s.gap_frac, 3) for s in found.stages
        },
    }


def peers(n_districts: int) -> dict[str, Any]:
    """Meet one district's requirement with the fewest officer-hours, three tools on the same demand in one run."""
    question = force_question(n_districts, 2)
    base = question.weeks[question.districts[0], "base"]
    params = replace(base.params, objective="cost")
    problem = replace(base, params=params)
    result = solve_isolated(problem, "shifts.milp", SolveOptions(time_limit_s=shift_peers.LIMIT_S))
    plain, other = shift_peers.plain_ortools(problem), shift_peers.pyworkforce(problem)
    o = result.objectives[0]
    mine = shift_peers.judged(problem, result.plan)
    wrong = [str(v) for v in SHIFTS.check(problem, result.plan)]
    if plain.get("status") == "OPTIMAL" and plain["officer-hours"] < (o.bound or 0.0) - 1e-6:
        wrong.append(f"plain OR-Tools has {plain['officer-hours']}, below our bound {o.bound}")
    ahead = plain.get("officer-hours", float("inf")) >= mine["officer-hours"] - 1e-6
    return {
        "size": f"{len(problem.shift_ids)} shifts x 7 days, {int(problem.requirement.sum())} officer-hours required",
        "status": str(result.status),
        "objective": o.value,
        "bound": o.bound,
        "gap": result.gap_frac,
        "build_s": result.build_s,
        "solve_s": result.solve_s,
        "reached": bool(result.status == "optimal" and mine["short"] == 0 and ahead and not wrong),
        "wrong": "; ".join(wrong),
        "ours": mine,
        "plain OR-Tools": plain,
        "pyworkforce": other,
    }


SUITE = Suite(
    name="pipeline",
    issue="calls to a 28-day roster for a 200-officer district in 60 s, each stage within 1 %",
    rows=(
        Row("a small district", lambda mode: measured(30, 350.0, 3), smoke=True, quick=True, limit_s=240),
        Row("peers on the same demand", lambda mode: peers(1), quick=True, limit_s=400),
        Row("a district of 200 officers", lambda mode: measured(100, 1100.0, 4), quick=True, limit_s=240),
    ),
)

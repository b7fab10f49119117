"""Design the districts of a project from Python: ``python examples/sector_design.py FOLDER [SECONDS]``."""

from __future__ import annotations

import sys
from pathlib import Path

from optimiser import registry
from optimiser.compare import compare
from optimiser.data.project import load
from optimiser.prepare.sectors import SectorsSetup, districts_in_use, plan_of, sectors_problem
from optimiser.solve.isolated import solve_isolated
from optimiser.solve.options import SolveOptions


def main(folder: Path, seconds: float = 20.0) -> None:
    project = load(folder)
    problem = sectors_problem(project, SectorsSetup(objective="travel", tolerance_frac=0.08))
    result = solve_isolated(problem, "sectors.cuts", SolveOptions(time_limit_s=seconds, gap_frac=0.001))
    print(result.status, "-", "; ".join(o.in_words() for o in result.objectives))
    today = plan_of(problem, districts_in_use(project))
    plans = {"today": today} if result.plan is None else {"today": today, "computed": result.plan}
    for row in compare(registry.family("sectors"), problem, plans, {"computed": result}).rows():
        print(f"{row['measure']:32} {row['unit']:24} " + "  ".join(f"{row[name]:12,.3f}" for name in plans))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(float, sys.argv[2:3]))

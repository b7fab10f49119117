"""Runs whose plans are made by hand: what a page shows of a plan needs no search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optimiser import registry
from optimiser.batch import runner
from optimiser.batch.scenario import from_table
from optimiser.data.project import Project
from optimiser.problems.containment import ContainmentPlan
from optimiser.problems.facilities import FacilitiesPlan
from optimiser.problems.fold import FoldPlan
from optimiser.problems.patrol import PatrolPlan
from optimiser.problems.patterns import PatternsPlan
from optimiser.problems.rosters import RostersPlan
from optimiser.problems.shift_design import ShiftDesignPlan
from optimiser.problems.strength import StrengthPlan
from optimiser.solve import jobs
from optimiser.solve.result import Judged, Result, Status, StoppedBy

_WEEK = "shift,start,hours,mon,tue,wed,thu,fri,sat,sun\n"


def write_tables(project: Project) -> None:
    """Write the tables that the questions of people and stations ask for."""
    folder = project.folder
    districts = sorted({d for d in project.areas["district_id"] if d})
    areas = [str(a) for a in project.areas["area_id"]]
    tables = {
        "strength.csv": "district_id,assigned,unfit,minimum,most\n"
        + "".join(f"{d},12,1,3,\n" for d in districts),
        "teams.csv": "team,officers,supervisors,vehicles,pattern,phase\nRed,8,1,3,4on4off,1\nBlue,8,1,3,4on4off,3\n",
        "roster_patterns.csv": "pattern,days\n4on4off,Day Day Night Night - - - -\n",
        "roster_need.csv": f"{_WEEK}Day,07:00,12,7,7,7,7,8,8,7\nNight,19:00,12,6,6,6,7,7,7,6\n",
        "pattern_need.csv": f"{_WEEK}Day,07:00,12,2,2,2,2,2,2,2\nNight,19:00,12,2,2,2,2,2,2,2\n",
        "harm.csv": "call_type,harm,injury\nROBB,20,\nINJ,15,yes\nCOLL,3,\n",
        "growth.csv": f"area_id,year,factor\n{areas[3]},2030,1.5\n{areas[3]},2040,6\n",
        "sites.csv": f"site_id,area_id,lon,lat,cost,opens,existing\nnew,{areas[3]},,,5,2030,\n",
        "exits.csv": "exit_id,area_id\n" + "".join(f"X{k},{areas[k * 9]}\n" for k in range(3)),
    }
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8")


def _fold(p: Any) -> FoldPlan:
    groups = [(b,) for b in p.beat_ids]
    found = {len(groups): tuple(groups)}
    while len(groups) > 1:
        groups = [groups[0] + groups[1], *groups[2:]]
        found[len(groups)] = tuple(groups)
    return FoldPlan(found)


CHOICES: dict[str, dict[str, Any]] = {
    "strength": {"new_officers": 2},
    "patterns": {"rows": 4},
    "rosters": {"first_date": "2027-01-04"},
    "shift_design": {"lengths_h": [8.0], "start_every_h": 8.0},
    "patrol": {"harm": "harm.csv", "hours": 20},
    "facilities": {"target_min": 3, "budget": 9},
    "containment": {"aim": "block", "exits": "exits.csv"},
    "fold": {},
}
PLANS: dict[str, Callable[[Any], Any]] = {
    "strength": lambda p: StrengthPlan(
        {d: int(n) + 1 - k % 2 for k, (d, n) in enumerate(zip(p.district_ids, p.assigned, strict=True))}
    ),
    "patterns": lambda p: PatternsPlan(
        (("Day",) * 7, ("-",) * 7, ("Night",) * 7, ("-", "-", "Day", "Day", "Night", "-", "-"))
    ),
    "rosters": lambda p: RostersPlan({"Red": ("4on4off", 1), "Blue": ("4on4off", 5)}),
    "shift_design": lambda p: ShiftDesignPlan(dict.fromkeys(p.shift_ids, (3, 3, 3, 3, 4, 4, 3))),
    "patrol": lambda p: PatrolPlan({t: {p.place_ids[k]: 1 + k % 2} for k, t in enumerate(p.part_ids)}),
    "facilities": lambda p: FacilitiesPlan({"2030": p.site_ids[1:], "2040": p.site_ids}),
    "containment": lambda p: ContainmentPlan(dict(zip(p.unit_ids, p.place_ids, strict=False))),
    "fold": _fold,
}


def hand_run(project: Project, family: str, title: str, choices: dict[str, Any], plan: Any = None) -> str:
    """Keep a plan made by hand as a run that is done; return its id."""
    scenario = from_table({"name": title, "question": family, family: choices})
    run, question = runner.create(project, scenario)
    made = PLANS[family](question.problem) if plan is None else plan(question.problem)
    fam = registry.family(family)
    objectives = tuple(
        Judged(o.name, o.unit, o.sense, o.value, None) for o in fam.objectives(question.problem, made)
    )
    result: Result[Any] = Result(
        status=Status.FEASIBLE,
        stopped_by=StoppedBy.TIME,
        plan=made,
        objectives=objectives,
        bound=(None,) * len(objectives),
        measures=fam.measure(question.problem, made),
        formulation=scenario.formulation,
        build_s=0.0,
        solve_s=1.0,
    )
    jobs.write_result(run.folder, result)
    return run.id

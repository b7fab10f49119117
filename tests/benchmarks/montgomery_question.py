"""A county of 701 reporting areas with a plan planted by its generator, and the questions asked of it.

The job is that of Montgomery County MD in 1996 (Hejazi and Dombrowski, Esri user conference 1996, paper 88): 701
reporting areas to 6 districts and some 50 beats with unequal target shares and hard boundaries. The areas here are
made up; river and motorway are the two hard boundaries, and the planted plan proves that an admissible plan exists.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from optimiser_models.sectors.arrays import from_plan, to_plan
from optimiser_models.sectors.reading import prepare
from optimiser_models.sectors.search import anneal

from optimiser.data import synthetic
from optimiser.data.init import init
from optimiser.data.project import Project, load
from optimiser.prepare.sectors import SectorsSetup, plan_of, sectors_problem
from optimiser.problems.sectors import FAMILY, SectorsPlan, SectorsProblem

N_AREAS, N_DISTRICTS, N_BEATS, N_LOCKS = 701, 6, 50, 10
TOLERANCE = {"districts": 0.05, "beats": 0.10}
PART_TOLERANCE = 0.15
DRIVE_ROOM = 1.1
"""The longest drive allowed, over the longest of the planted plan."""


@dataclass(frozen=True)
class Planted:
    """A question and the plan that proves it has an answer."""

    problem: SectorsProblem
    plan: SectorsPlan


@cache
def made_up(shape: str, seed: int, n_areas: int) -> tuple[synthetic.County, Project]:
    """Make up a county and import it as a planner would, with river and motorway as hard boundaries."""
    county = synthetic.county(
        seed, n_areas, N_DISTRICTS if n_areas > 300 else 3, shape, n_beats=N_BEATS if n_areas > 300 else 9
    )
    folder = Path(tempfile.mkdtemp(prefix="montgomery-"))
    files = synthetic.write(county, folder / "raw", hard=("river", "motorway"))
    given = synthetic.settings(county)
    init(
        folder / "project",
        files["areas"],
        calls=files["calls"],
        roads=files["roads"],
        stations=files["stations"],
        hard_lines=files["hard_lines"],
        adjacency_edits=files["edits"],
        columns=files["columns"],
        units=files["units"],
        name=given.name,
        crs=given.crs,
        timezone=given.timezone,
    )
    return county, load(folder / "project")


def question(
    shape: str, seed: int, level: str, *, given_centres: bool, objective: str, n_areas: int = N_AREAS
) -> Planted:
    """Return a question and its planted plan.

    Target shares are the planted ones; the work of a week within +-5 % (districts) or +-10 % (beats), that of day,
    evening and night each within +-15 %; ten areas drawn by the seed are locked to their planted district; no drive
    is longer than 1.1 times the planted plan's longest. The generator levels the work of the whole week; the planted
    plan is then levelled by parts of the day too, by small moves, and judged by the rules.
    """
    county, project = made_up(shape, seed, n_areas)
    truth = county.truth
    planted = truth.planted_district if level == "districts" else truth.planted_beat
    shares = truth.target_share if level == "districts" else truth.beat_target_share
    names = tuple(sorted(shares))
    setup = SectorsSetup(
        n_districts=len(names),
        centres="free",
        objective=objective,  # type: ignore[arg-type]
        tolerance_frac=TOLERANCE[level],
        part_tolerance_frac=PART_TOLERANCE,
        target_s=480.0,
    )
    problem = sectors_problem(project, setup)
    params = replace(problem.params, district_ids=names, target_shares=_normal(shares, names))
    problem = replace(problem, params=params, today=())
    return _fitted(problem, _levelled(problem, planted), seed, given_centres=given_centres)


def _levelled(problem: SectorsProblem, planted: Mapping[str, str]) -> SectorsPlan:
    """Return the planted plan after the moves that bring every part of the day within its window.

    Raises
    ------
    RuntimeError
        If no such plan is near: the instance then has no answer that is known.
    """
    travel = replace(problem, params=replace(problem.params, objectives=("travel",)))
    plan = plan_of(travel, planted)
    d = prepare(travel)
    label = from_plan(travel, d, plan)
    for seed in range(24):  # the fewest detours first
        state = anneal(
            d, label, moves=3_000_000, seed=seed, keep_going=lambda: True, hot=1.0, strict=2.0 ** (seed / 3)
        )
        if state is not None:
            return to_plan(travel, d, state.label, state.centre)
    raise RuntimeError("the planted plan cannot be levelled by parts of the day")


def _normal(shares: Mapping[str, float], names: tuple[str, ...]) -> tuple[float, ...]:
    values = np.array([shares[n] for n in names])
    return tuple((values / values.sum()).tolist())


def _fitted(problem: SectorsProblem, plan: SectorsPlan, seed: int, *, given_centres: bool) -> Planted:
    params = problem.params
    rng = np.random.default_rng(seed)
    locked = rng.choice(problem.area_ids, N_LOCKS, replace=False).tolist()
    longest_s = next(m.value for m in FAMILY.measure(problem, plan) if m.name == "longest drive")
    params = replace(
        params,
        locks=tuple((a, plan.district_of[a]) for a in locked),
        longest_drive_s=DRIVE_ROOM * longest_s,
        fixed_centres=tuple(plan.centre_of[d] for d in params.district_ids) if given_centres else (),
    )
    return Planted(replace(problem, params=params), plan)

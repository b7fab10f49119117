"""How good is a sector plan? From data and plan alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import Measure, Objective
from optimiser.problems.sectors.data import SectorsProblem
from optimiser.problems.sectors.plan import SectorsPlan


def served_by(problem: SectorsProblem, plan: SectorsPlan) -> NDArray[np.int64]:
    """Return the index of the centre that serves each area, shape (n,); -1 where there is none."""
    row = {c: k for k, c in enumerate(problem.centre_ids)}
    return np.array(
        [row.get(plan.centre_of.get(plan.district_of.get(a, ""), ""), -1) for a in problem.area_ids],
        dtype=np.int64,
    )


def objectives(problem: SectorsProblem, plan: SectorsPlan) -> tuple[Objective, ...]:
    """Return the planner's objectives in order of importance.

    ``cover``: calls per week within their target time of the own centre. ``travel``: sum over areas of
    calls per week times the drive from the own centre, in call-seconds. Unassigned areas count for neither.
    """
    centre = served_by(problem, plan)
    areas = np.flatnonzero(centre >= 0)
    values = {
        "cover": Objective(
            "calls covered", float(problem.covered_calls[centre[areas], areas].sum()), "calls per week", "max"
        ),
        "travel": Objective(
            "call-weighted drive",
            float((problem.travel_s[centre[areas], areas] * problem.calls[areas]).sum()),
            "call-seconds per week",
            "min",
        ),
    }
    return tuple(values[name] for name in problem.params.objectives)


def measure(problem: SectorsProblem, plan: SectorsPlan) -> tuple[Measure, ...]:
    """Return what a planner asks of a sector plan."""
    centre = served_by(problem, plan)
    areas = np.flatnonzero(centre >= 0)
    drive_s = problem.travel_s[centre[areas], areas]
    calls = problem.calls[areas]
    covered = problem.covered_calls[centre[areas], areas]
    district = np.array([plan.district_of[problem.area_ids[i]] for i in areas])

    def by_district(values: NDArray[np.float64]) -> dict[str, float]:
        return {d: float(values[district == d].sum()) for d in problem.params.district_ids}

    call_total, cover_total = (
        max(float(calls.sum()), 1e-12),
        max(float(problem.cover_calls[areas].sum()), 1e-12),
    )
    weighted, in_cover, cover = (
        by_district(calls * drive_s),
        by_district(problem.cover_calls[areas]),
        by_district(covered),
    )
    n_calls = by_district(calls)
    found = [
        Measure(
            "calls covered",
            float(covered.sum()) / cover_total,
            "frac",
            "higher",
            {d: cover[d] / in_cover[d] for d in cover if in_cover[d] > 0},
            "district",
        ),
        Measure(
            "mean drive",
            float((calls * drive_s).sum()) / call_total,
            "s",
            "lower",
            {d: weighted[d] / n_calls[d] for d in weighted if n_calls[d] > 0},
            "district",
        ),
        Measure("longest drive", float(drive_s.max(initial=0.0)), "s", "lower"),
        Measure("calls", call_total, "calls per week", "neither", n_calls, "district"),
        Measure("areas", float(areas.size), "areas", "neither", by_district(np.ones(areas.size)), "district"),
        Measure("borders", float(_cut_links(problem, plan)), "links cut", "lower"),
    ]
    return (*found, *_deviations(problem, plan))


def _cut_links(problem: SectorsProblem, plan: SectorsPlan) -> int:
    label = [plan.district_of.get(a, "") for a in problem.area_ids]
    return sum(label[i] != label[j] for i, j in problem.edges.tolist())


def _deviations(problem: SectorsProblem, plan: SectorsPlan) -> list[Measure]:
    label = np.array([plan.district_of.get(a, "") for a in problem.area_ids])
    found = []
    for q, name in enumerate(problem.balance_names):
        total = float(problem.balance[q].sum())
        if total <= 0:
            continue
        off = {
            d: float(problem.balance[q][label == d].sum()) / (share * total) - 1
            for d, share in zip(problem.params.district_ids, problem.params.shares().tolist(), strict=True)
        }
        worst = max(map(abs, off.values()))
        found.append(Measure(f"largest deviation of {name}", worst, "frac", "lower", off, "district"))
    return found


def best_centres(problem: SectorsProblem, district_of: dict[str, str]) -> dict[str, str]:
    """Return the best centre within each district for the first objective.

    Given centres are kept. This turns a bare assignment (today's beats, an imported plan) into a plan.
    Districts without a candidate centre of their own get none.
    """
    best: dict[str, str] = {}
    label = np.array([district_of.get(a, "") for a in problem.area_ids])
    cover_first = problem.params.objectives[0] == "cover"
    for district, given in zip(problem.params.district_ids, problem.params.centres(), strict=True):
        mine = np.flatnonzero(label == district)
        inside = np.flatnonzero(label[problem.centre_area] == district)
        if given:
            best[district] = given
        elif inside.size and mine.size:
            travel = problem.travel_s[np.ix_(inside, mine)] @ problem.calls[mine]
            cover = problem.covered_calls[np.ix_(inside, mine)].sum(axis=1)
            order = np.lexsort((travel, -cover)) if cover_first else np.lexsort((-cover, travel))
            best[district] = problem.centre_ids[int(inside[order[0]])]
    return best

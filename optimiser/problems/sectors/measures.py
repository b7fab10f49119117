"""How good is a sector plan? From data and plan alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import Measure, Objective
from optimiser.problems.sectors.data import SectorsProblem
from optimiser.problems.sectors.params import AREAS, PRIORITY_COVERS, SENSES
from optimiser.problems.sectors.plan import SectorsPlan
from optimiser.problems.sectors.rules_of_places import moved_frac, pieces


def served_by(problem: SectorsProblem, plan: SectorsPlan) -> NDArray[np.int64]:
    """Return the index of the centre that serves each area, shape (n,); -1 where there is none."""
    row = {c: k for k, c in enumerate(problem.centre_ids)}
    return np.array(
        [row.get(plan.centre_of.get(plan.district_of.get(a, ""), ""), -1) for a in problem.area_ids],
        dtype=np.int64,
    )


def objectives(problem: SectorsProblem, plan: SectorsPlan) -> tuple[Objective, ...]:
    """Return the planner's objectives in order of importance; unassigned areas count for none of them.

    ``cover``: calls per week within their target time of the own centre, each with the weight of its priority;
    ``cover 1``: those of one priority alone, without a weight. ``travel``: sum over areas of
    calls per week times the drive from the own centre, in call-seconds. ``backup``: calls within target of the
    own centre and of another one (of as many as ``backup_centres`` says).
    ``expected``: calls that find the own centre's car free, or else the car of the
    best other centre. The calls of an area are taken to come within reach in one order: of two centres that
    reach 3 and 5 of its calls, both reach the same 3. ``compactness``: calls times squared metres to the own
    centre. ``moved``: share of today's work whose district changes. ``deviation``: largest deviation from a
    target share over districts and balanced kinds. ``splits``: further pieces of named places. ``boundary``:
    metres of border between districts. ``score``: the weighted sum, covered calls counting against it.
    """
    return tuple(_objective(problem, plan, name) for name in problem.params.objectives)


def _objective(problem: SectorsProblem, plan: SectorsPlan, name: str) -> Objective:
    label, unit = named(problem, name)
    return Objective(label, value_of(problem, plan, name), unit, SENSES[name])


def named(problem: SectorsProblem, name: str) -> tuple[str, str]:
    """Return name and unit of an objective in this question: calls that weigh differently are called so."""
    label, unit = NAMES[name]
    if name == "moved":
        return moved_name(problem), unit
    if name == "backup" and problem.params.backup_centres > 2:
        return f"calls with {problem.params.backup_centres} centres", unit
    return (
        (f"weighted {label}", f"weighted {unit}")
        if name == "cover" and problem.params.weighs
        else (label, unit)
    )


def moved_name(problem: SectorsProblem) -> str:
    """Return what change is called: areas are counted as such, everything else is work."""
    return MOVED_AREAS if problem.params.moved_on == AREAS else NAMES["moved"][0]


def covered_name(priority: int) -> str:
    """Return what the cover of a priority is called; of any, also one that cannot be an aim of its own."""
    return f"calls of priority {priority} covered"


_AT_CENTRE_S = 1e-6
MOVED_AREAS = "areas that change district"
NAMES = {
    "cover": ("calls covered", "calls per week"),
    "travel": ("call-weighted drive", "call-seconds per week"),
    "backup": ("calls with a second centre", "calls per week"),
    "expected": ("calls that find a free car", "calls per week"),
    "compactness": ("spread around the centres", "call-m2"),
    "moved": ("work that changes district", "frac"),
    "deviation": ("largest deviation from a target share", "frac"),
    "splits": ("further pieces of named places", "pieces"),
    "boundary": ("border between districts", "m"),
    "score": ("score", "points"),
    **{name: (covered_name(p), "calls per week") for name, p in PRIORITY_COVERS.items()},
}
"""Name and unit of each objective."""


def value_of(problem: SectorsProblem, plan: SectorsPlan, name: str) -> float:
    """Return the value of one objective, recomputed from data and plan."""
    p = problem.params
    if name == "score":
        return sum(
            w * value_of(problem, plan, n) * (-1.0 if SENSES[n] == "max" else 1.0)
            for n, w in p.weights.items()
        )
    if name == "moved":
        return moved_frac(problem, plan)
    if name == "splits":
        return float(sum(sum(pieces(problem, plan, kind).values()) for kind in problem.places))
    if name == "boundary":
        return float(problem.border_m[_cut_links(problem, plan)].sum())
    if name == "deviation":
        off = [m.value for m in _deviations(problem, plan, set(p.balance_frac))]
        return max(off, default=0.0)
    centre = served_by(problem, plan)
    areas = np.flatnonzero(centre >= 0)
    mine = centre[areas]
    if name == "cover" or name in PRIORITY_COVERS:
        return float(problem.covered_of(name)[mine, areas].sum())
    if name == "travel":
        return float((problem.travel_s[mine, areas] * problem.calls[areas]).sum())
    if name == "compactness":
        return float((problem.distance_m[mine, areas] ** 2 * problem.calls[areas]).sum())
    row = {c: k for k, c in enumerate(problem.centre_ids)}
    opened = np.array(sorted(row[c] for c in set(plan.centre_of.values()) if c in row), dtype=np.int64)
    second = second_best(problem, opened, p.backup_centres - 1 if name == "backup" else 1)
    own, other = problem.covered_calls[mine, areas], second[mine, areas]
    if name == "backup":
        return float(np.minimum(own, other).sum())
    return float(((1 - p.busy_frac) * own + p.busy_frac * (1 - p.busy_frac) * other).sum())


def second_best(problem: SectorsProblem, opened: NDArray[np.int64], rank: int = 1) -> NDArray[np.float64]:
    """Return for a district's centre and an area the calls that its best ``rank`` other open centres all cover.

    Shape (C, n); with one other centre the most calls that another one covers.
    """
    covered = problem.covered_calls[opened]
    found = np.zeros_like(problem.covered_calls)
    for row, centre in enumerate(opened):
        others = np.delete(covered, row, axis=0)
        if len(others) >= rank:
            found[centre] = np.partition(others, len(others) - rank, axis=0)[len(others) - rank]
    return found


def has_target(problem: SectorsProblem) -> bool:
    """Whether a target drive was given: without one no call counts as covered but at a centre itself."""
    away = problem.travel_s > _AT_CENTRE_S
    aims = {"cover", *PRIORITY_COVERS} & set(problem.params.objectives)
    return bool(aims) or bool((problem.covered_calls[away] > 0).any())


def measure(problem: SectorsProblem, plan: SectorsPlan) -> tuple[Measure, ...]:
    """Return what a planner asks of a sector plan."""
    centre = served_by(problem, plan)
    areas = np.flatnonzero(centre >= 0)
    drive_s = problem.travel_s[centre[areas], areas]
    calls = problem.calls[areas]
    reached, counted = problem.cover_unweighted()
    covered = reached[centre[areas], areas]
    district = np.array([plan.district_of[problem.area_ids[i]] for i in areas])

    def by_district(values: NDArray[np.float64]) -> dict[str, float]:
        return {d: float(values[district == d].sum()) for d in problem.params.district_ids}

    call_total, cover_total = (
        max(float(calls.sum()), 1e-12),
        max(float(counted[areas].sum()), 1e-12),
    )
    weighted, in_cover, cover = (
        by_district(calls * drive_s),
        by_district(counted[areas]),
        by_district(covered),
    )
    n_calls = by_district(calls)
    within = Measure(
        "calls covered",
        float(covered.sum()) / cover_total,
        "frac",
        "higher",
        {d: cover[d] / in_cover[d] for d in cover if in_cover[d] > 0},
        "district",
    )
    found = [
        *([within, *_by_priority(problem, centre, areas, by_district)] if has_target(problem) else []),
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
        Measure("borders", float(_cut_links(problem, plan).sum()), "links cut", "lower"),
    ]
    return (*found, *_optional(problem, plan), *_deviations(problem, plan))


def _by_priority(
    problem: SectorsProblem,
    centre: NDArray[np.int64],
    areas: NDArray[np.int64],
    by_district: Callable[[NDArray[np.float64]], dict[str, float]],
) -> list[Measure]:
    """Return of each priority the share of its calls within its own target, where several are known apart."""
    found = []
    for k, priority in enumerate(problem.priorities if len(problem.priorities) > 1 else ()):
        got = problem.priority_covered[k][centre[areas], areas]
        there = problem.priority_calls[k][areas]
        n, of = by_district(got), by_district(there)
        share = float(got.sum()) / max(float(there.sum()), 1e-12)
        by = {d: n[d] / of[d] for d in n if of[d] > 0}
        found.append(Measure(covered_name(priority), share, "frac", "higher", by, "district"))
    return found


def _optional(problem: SectorsProblem, plan: SectorsPlan) -> list[Measure]:
    """Return what only some questions carry the data for."""
    found = []
    if problem.border_m.size:
        found.append(Measure("border between districts", value_of(problem, plan, "boundary"), "m", "lower"))
    if problem.distance_m.size:
        found.append(
            Measure("spread around the centres", value_of(problem, plan, "compactness"), "call-m2", "lower")
        )
    cover = max(float(problem.cover_calls.sum()), 1e-12)
    for name in ("backup", "expected") if has_target(problem) else ():
        found.append(
            Measure(named(problem, name)[0], value_of(problem, plan, name) / cover, "frac", "higher")
        )
    if problem.balance_names:
        found.append(_own_car(problem, plan))
    if problem.today:
        found.append(Measure(moved_name(problem), moved_frac(problem, plan), "frac", "neither"))
    for kind in problem.places:
        cut = pieces(problem, plan, kind)
        by = {name: float(n) for name, n in cut.items() if n}
        found.append(
            Measure(f"further pieces of each {kind}", float(sum(by.values())), "pieces", "lower", by, kind)
        )
    return found


OWN_CAR = "calls served by the own car"
"""Expected sector integrity."""


def own_free(problem: SectorsProblem, load: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of the time that a district's own cars are free, shape (k,).

    Cars are shared out as the target shares say and are busy ``busy_frac`` of the time on average; a district with
    more work a car than the mean is busier in proportion.

    Parameters
    ----------
    load
        Work of each district, of the first kind that is balanced, shape (k,).
    """
    p = problem.params
    even = p.shares() * max(float(problem.balance[busy_kind(problem)].sum()), 1e-12)
    return np.asarray(1.0 - np.minimum(1.0, p.busy_frac * load / even), dtype=np.float64)


def busy_kind(problem: SectorsProblem) -> int:
    """Return the kind of work that keeps cars busy: the first that is balanced, else the first."""
    return problem.balance_names.index(next(iter(problem.params.balance_frac), problem.balance_names[0]))


def _own_car(problem: SectorsProblem, plan: SectorsPlan) -> Measure:
    label = np.array([plan.district_of.get(a, "") for a in problem.area_ids])
    work = problem.balance[busy_kind(problem)]
    names = problem.params.district_ids
    free = own_free(problem, np.array([float(work[label == d].sum()) for d in names]))
    calls = np.array([float(problem.calls[label == d].sum()) for d in names])
    by = dict(zip(names, free.tolist(), strict=True))
    share = float((calls * free).sum()) / max(float(calls.sum()), 1e-12)
    return Measure(OWN_CAR, share, "frac", "higher", by, "district")


def _cut_links(problem: SectorsProblem, plan: SectorsPlan) -> NDArray[np.bool_]:
    """Return which links join two districts, shape (m,)."""
    label = np.array([plan.district_of.get(a, "") for a in problem.area_ids])
    edges = problem.edges.reshape(-1, 2)
    cut: NDArray[np.bool_] = label[edges[:, 0]] != label[edges[:, 1]]
    return cut


def _deviations(problem: SectorsProblem, plan: SectorsPlan, only: set[str] | None = None) -> list[Measure]:
    label = np.array([plan.district_of.get(a, "") for a in problem.area_ids])
    found = []
    for q, name in enumerate(problem.balance_names):
        total = float(problem.balance[q].sum())
        if total <= 0 or (only is not None and name not in only):
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
    for district, given in zip(problem.params.district_ids, problem.params.centres(), strict=True):
        centre = best_centre(problem, label == district, given)
        if centre:
            best[district] = centre
    return best


def best_centre(problem: SectorsProblem, mine: NDArray[np.bool_], given: str = "") -> str:
    """Return the best centre of a district for the first objective: the given one, "" where it has no candidate.

    Parameters
    ----------
    mine
        Which areas the district has, shape (n,).
    """
    if given:
        return given
    inside = np.flatnonzero(mine[problem.centre_area])
    areas = np.flatnonzero(mine)
    if not inside.size:
        return ""
    travel = problem.travel_s[np.ix_(inside, areas)] @ problem.calls[areas]
    first = problem.params.objectives[0]
    cover = problem.covered_of(first)[np.ix_(inside, areas)].sum(axis=1)
    leads = first == "cover" or first in PRIORITY_COVERS
    order = np.lexsort((travel, -cover)) if leads else np.lexsort((-cover, travel))
    return problem.centre_ids[int(inside[order[0]])]

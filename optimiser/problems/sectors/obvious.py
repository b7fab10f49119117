"""Why no plan can exist, where arithmetic shows it before any solve. Each reason is a sentence for the planner."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors.data import SectorsProblem
from optimiser.problems.sectors.measures import NAMES
from optimiser.problems.sectors.params import PRIORITY_COVERS, SENSES
from optimiser.problems.sectors.rules import beyond
from optimiser.units import clock, minutes, percent_text

ROUNDING = 1e-6
SHOWN = 5


def contradictions(problem: SectorsProblem) -> tuple[str, ...]:
    """Return every reason found; none does not mean that a plan exists.

    Areas too heavy for any district, districts whose ceilings cannot hold all the work, areas no centre may serve,
    pieces of the map without a centre of their own, and given centres that must share a district.
    """
    return (
        *_too_heavy(problem),
        *_ceilings(problem),
        *_out_of_reach(problem),
        *_pieces(problem),
        *_centres_in_one_place(problem),
        *_locked_centres(problem),
        *_locked_and_apart(problem),
        *_limits(problem),
    )


def _limits(problem: SectorsProblem) -> list[str]:
    """Name limits that no plan can keep even if every area had its best centre."""
    found = []
    best = {
        **{
            name: problem.covered_of(name)
            for name in problem.params.limits
            if name == "cover" or name in PRIORITY_COVERS
        },
        "travel": problem.travel_s * problem.calls,
        "compactness": problem.distance_m**2 * problem.calls if problem.distance_m.size else problem.travel_s,
    }
    for name in set(problem.params.limits) & set(best):
        table, limit = best[name][_usable(problem)], problem.params.limit_of(name)
        most = float((table.max(axis=0) if SENSES[name] == "max" else table.min(axis=0)).sum())
        if beyond(name, most, limit):
            told, asked = (_told(value, NAMES[name][1]) for value in (most, limit))
            found.append(
                f"Even if every area had its best centre, the {NAMES[name][0]} would come to {told}, and {asked} is "
                "the limit: loosen the limit, or allow other centres."
            )
    return found


def _told(value: float, unit: str) -> str:
    if unit == "call-seconds per week":
        return f"{minutes(value):,.6g} call-minutes a week"
    return f"{value:,.6g} {unit.replace(' per ', ' a ')}"


def too_large(problem: SectorsProblem, name: str) -> dict[str, float]:
    """Return the areas (groups by their first area) with more work than any district may have, with their share."""
    _, high = problem.windows()
    q = problem.balance_names.index(name)
    work = problem.balance[q].copy()
    index = {a: i for i, a in enumerate(problem.area_ids)}
    if not problem.params.relax.get("together"):
        for group in problem.params.together:
            members = [index[a] for a in group]
            work[members[0]] = work[members].sum()
            work[members[1:]] = 0.0
    most = float(high[q].max())
    total = max(float(work.sum()), 1e-12)
    heavy = np.flatnonzero(work > most * (1 + ROUNDING))
    return {problem.area_ids[i]: float(work[i]) / total for i in heavy}


def _too_heavy(problem: SectorsProblem) -> list[str]:
    found = []
    for name in problem.balance_names:
        heavy = too_large(problem, name)
        if heavy:
            shown = ", ".join(f"{a} ({percent_text(s)})" for a, s in list(heavy.items())[:SHOWN])
            found.append(
                f"Areas too large to balance: {shown} hold more of {name} than any district may have. "
                "Cut the area at import, widen the tolerance, or ask for fewer districts."
            )
    return found


def _ceilings(problem: SectorsProblem) -> list[str]:
    low, high = problem.windows()
    found = []
    for q, name in enumerate(problem.balance_names):
        total = float(problem.balance[q].sum())
        if float(high[q].sum()) < total * (1 - ROUNDING):
            found.append(
                f"All districts together may have {high[q].sum():.6g} of {name}, but there is {total:.6g}: "
                "raise the ceiling or ask for more districts."
            )
        elif (low[q] > high[q] * (1 + ROUNDING)).any():
            k = int(np.argmax(low[q] - high[q]))
            found.append(
                f"District {problem.params.district_ids[k]} needs at least {low[q, k]:.6g} of {name} for its share, "
                f"but its ceiling is {high[q, k]:.6g}: raise the ceiling or lower the share."
            )
    return found


def _usable(problem: SectorsProblem) -> NDArray[np.bool_]:
    """Return which centres some district may have, shape (C,)."""
    given = problem.params.centres()
    if all(given):
        return np.isin(np.array(problem.centre_ids), given)
    return np.ones(len(problem.centre_ids), dtype=bool)


def _out_of_reach(problem: SectorsProblem) -> list[str]:
    p = problem.params
    limit = np.full(len(problem.area_ids), p.longest_drive_s + p.relax.get("longest drive", 0.0))
    if problem.respond_within_s.size:
        limit = np.minimum(limit, problem.respond_within_s + p.relax.get("response", 0.0))
    nearest = problem.travel_s[_usable(problem)].min(axis=0)
    far = np.flatnonzero(nearest > limit)
    if not far.size:
        return []
    shown = ", ".join(
        f"{problem.area_ids[i]} (nearest centre {clock(float(nearest[i]))}, limit {clock(float(limit[i]))})"
        for i in far[:SHOWN]
    )
    return [
        f"{far.size} {'area lies' if far.size == 1 else 'areas lie'} beyond {'its' if far.size == 1 else 'their'} "
        f"longest drive from every centre: {shown}. Allow a longer drive."
    ]


def _locked_and_apart(problem: SectorsProblem) -> list[str]:
    """Name pairs that are kept apart and locked to one district."""
    p = problem.params
    if p.relax.get("lock") or p.relax.get("apart"):
        return []
    home = dict(p.locks)
    return [
        f"Areas {a} and {b} are kept apart, but both are locked to {home[a]}: lift a lock or the pair."
        for a, b in p.apart
        if a in home and home[a] == home.get(b)
    ]


def _locked_centres(problem: SectorsProblem) -> list[str]:
    """Name areas that hold a district's given centre and are locked to another district."""
    p = problem.params
    if p.relax.get("lock"):
        return []
    locked = dict(p.locks)
    return [
        f"Area {area} is locked to {locked[area]}, but holds {centre}, the centre of {district}: lift the "
        "lock, or give the other district another centre."
        for district, centre, area in _given_centres(problem)
        if locked.get(area, district) != district
    ]


def _given_centres(problem: SectorsProblem) -> list[tuple[str, str, str]]:
    """Return the district, the centre and its area of every centre that is given."""
    home = dict(zip(problem.centre_ids, problem.centre_area.tolist(), strict=True))
    p = problem.params
    return [(d, c, problem.area_ids[home[c]]) for d, c in zip(p.district_ids, p.centres(), strict=True) if c]


def _centres_in_one_place(problem: SectorsProblem) -> list[str]:
    """Name given centres of several districts in one area, or in areas that are kept in one district."""
    p = problem.params
    held: dict[str, list[str]] = {}
    for district, centre, area in _given_centres(problem):
        held.setdefault(area, []).append(centre if centre == district else f"{centre} (of {district})")
    found = [
        f"{_together(names)} lie in area {area}, which belongs to one district only: {_ONE_CENTRE}."
        for area, names in held.items()
        if len(names) > 1
    ]
    for group in () if p.relax.get("together") else p.together:
        inside = [a for a in group if a in held]
        if len(inside) > 1:
            names = [name for a in inside for name in held[a]]
            found.append(
                f"{_together(names)} lie in areas that are kept together in one district ({', '.join(inside)}): "
                f"{_ONE_CENTRE}, or lift the group."
            )
    return found


_ONE_CENTRE = "leave all but one of these centres out, or let centres be free"


def _together(names: list[str]) -> str:
    shown = names[:SHOWN]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return (
        f"The given centres {', '.join(shown)}{more}"
        if more
        else (f"The given centres {', '.join(shown[:-1])} and {shown[-1]}")
    )


def _pieces(problem: SectorsProblem) -> list[str]:
    p = problem.params
    if not p.contiguity or p.relax.get("contiguity"):
        return []
    part = _components(problem)
    centres = problem.centre_area[_usable(problem)]
    lonely = sorted(set(part.tolist()) - set(part[centres].tolist()))
    if lonely:
        mine = np.flatnonzero(part == lonely[0])
        areas, n = [problem.area_ids[i] for i in mine[:SHOWN]], mine.size
        calls = float(problem.calls[mine].sum())
        return [
            f"A part of the map ({', '.join(areas)}{' ...' if n > SHOWN else ''}) has no link to the rest and no "
            f"centre of its own: {n} {'area' if n == 1 else 'areas'} with {calls:,.0f} calls a week. Add a link in "
            "adjacency_edits.csv, move the hard boundary, or allow a centre there."
        ]
    n_parts = len(set(part.tolist()))
    if n_parts > p.n_districts:
        return [
            f"The map falls into {n_parts} parts without a link between them, more than the {p.n_districts} districts "
            "asked for: add links in adjacency_edits.csv or ask for more districts."
        ]
    return _too_light(problem, part)


def _too_light(problem: SectorsProblem, part: NDArray[np.int64]) -> list[str]:
    """Name the parts of the map, apart from the rest, that hold less work than any district may have."""
    low, _ = problem.windows()
    found = []
    for q, name in enumerate(problem.balance_names):
        work = np.bincount(part, weights=problem.balance[q], minlength=part.size)
        least = float(low[q].min())
        for g in sorted(set(part.tolist())):
            if work[g] < least * (1 - ROUNDING):
                members = np.flatnonzero(part == g)
                areas = ", ".join(problem.area_ids[i] for i in members[:SHOWN])
                found.append(
                    f"A part of the map ({areas}{' ...' if members.size > SHOWN else ''}) has no link to the rest and "
                    f"holds {work[g]:.6g} of {name}; a district needs at least {least:.6g}: add a link in "
                    "adjacency_edits.csv, move the hard boundary, or widen the tolerance."
                )
    return found[:SHOWN]


def _components(problem: SectorsProblem) -> NDArray[np.int64]:
    """Return the connected part of each area, shape (n,), named by its first area."""
    part = np.arange(len(problem.area_ids))
    links = problem.links()
    while True:
        least = np.minimum(part[links[:, 0]], part[links[:, 1]])
        before = part.copy()
        np.minimum.at(part, links[:, 0], least)
        np.minimum.at(part, links[:, 1], least)
        part = part[part]
        if (part == before).all():
            return part

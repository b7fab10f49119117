"""The question of a part of a map: some of its areas, and the centres among them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from optimiser.problems.sectors import SectorsParams, SectorsProblem


def restricted(
    problem: SectorsProblem, areas: Collection[str], params: SectorsParams | None = None
) -> SectorsProblem:
    """Return the question of some areas only; candidate centres outside them and links that leave them go.

    ``params`` are those of the new question; by default the same.
    """
    inside = [a in areas for a in problem.area_ids]
    keep = np.flatnonzero(inside)
    place = np.full(len(inside), -1, dtype=np.int64)
    place[keep] = np.arange(keep.size)
    ends = place[problem.edges]
    edge = (ends >= 0).all(axis=1)
    seat = place[problem.centre_area] >= 0
    pick = np.ix_(np.flatnonzero(seat), keep)
    apart = bool(problem.priorities)
    return replace(
        problem,
        area_ids=tuple(problem.area_ids[i] for i in keep),
        edges=ends[edge],
        params=params or problem.params,
        border_m=problem.border_m[edge] if problem.border_m.size else problem.border_m,
        centre_ids=tuple(c for c, s in zip(problem.centre_ids, seat, strict=True) if s),
        centre_area=place[problem.centre_area[seat]],
        travel_s=problem.travel_s[pick],
        covered_calls=problem.covered_calls[pick],
        distance_m=problem.distance_m[pick] if problem.distance_m.size else problem.distance_m,
        calls=problem.calls[keep],
        cover_calls=problem.cover_calls[keep],
        balance=problem.balance[:, keep],
        today=tuple(problem.today[i] for i in keep) if problem.today else (),
        respond_within_s=problem.respond_within_s[keep] if problem.respond_within_s.size else np.zeros(0),
        places={kind: tuple(names[i] for i in keep) for kind, names in problem.places.items()},
        priority_covered=problem.priority_covered[:, pick[0], pick[1]] if apart else problem.priority_covered,
        priority_calls=problem.priority_calls[:, keep] if apart else problem.priority_calls,
    )

"""A plan of beats on a project: which areas each beat has, which district it lies in, which beats touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.data.project import Project
from optimiser.errors import InputError

NO_DISTRICT = ""


@dataclass(frozen=True, eq=False)
class Beats:
    """Beats as arrays.

    Parameters
    ----------
    area_ids
        The n areas, in the order of the project.
    beat_ids
        The B beats, sorted as text.
    beat_of
        Position in ``beat_ids`` of each area's beat, shape (n,).
    district_of
        District of each beat; "" throughout where there is no level above beats.
    edges
        Beats that touch, as positions in ``beat_ids``, shape (m, 2), ascending.
    """

    area_ids: tuple[str, ...]
    beat_ids: tuple[str, ...]
    beat_of: NDArray[np.int64]
    district_of: tuple[str, ...]
    edges: NDArray[np.int64]

    @property
    def districts(self) -> tuple[str, ...]:
        """The districts that have beats, sorted."""
        return tuple(sorted(set(self.district_of)))

    def summed(self, by_area: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum over each beat's areas, shape (B,)."""
        return np.asarray(np.bincount(self.beat_of, by_area, len(self.beat_ids)), dtype=np.float64)

    def of_district(self, district: str) -> NDArray[np.int64]:
        """Return the positions of a district's beats."""
        return np.array([k for k, d in enumerate(self.district_of) if d == district], dtype=np.int64)


def beats(
    project: Project, beat_of: Mapping[str, str], district_of: Mapping[str, str] | None = None
) -> Beats:
    """Return the beats of a plan.

    Parameters
    ----------
    beat_of
        Area to beat, every area of the project.
    district_of
        Area to district, every area; None where beats are the only level.

    Raises
    ------
    InputError
        Naming areas without a beat or district, and beats that lie in two districts.
    """
    ids = tuple(str(a) for a in project.areas["area_id"])
    _complete(ids, beat_of, "beat")
    names = tuple(sorted({beat_of[a] for a in ids}))
    row = {b: k for k, b in enumerate(names)}
    of = np.array([row[beat_of[a]] for a in ids], dtype=np.int64)
    ends = of[np.asarray(project.graph.edges, dtype=np.int64).reshape(-1, 2)]
    ends = np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1)
    edges = np.unique(ends, axis=0) if len(ends) else np.zeros((0, 2), dtype=np.int64)
    return Beats(ids, names, of, _districts(ids, beat_of, district_of, names), edges)


def _complete(ids: tuple[str, ...], plan: Mapping[str, str], what: str) -> None:
    without = [a for a in ids if not plan.get(a)]
    if without:
        more = f" and {len(without) - 10} more" if len(without) > 10 else ""
        raise InputError(
            f"{len(without)} areas have no {what}: {', '.join(without[:10])}{more}. Complete the plan first."
        )


def _districts(
    ids: tuple[str, ...],
    beat_of: Mapping[str, str],
    district_of: Mapping[str, str] | None,
    names: tuple[str, ...],
) -> tuple[str, ...]:
    if district_of is None:
        return (NO_DISTRICT,) * len(names)
    _complete(ids, district_of, "district")
    found: dict[str, Counter[str]] = {b: Counter() for b in names}
    for a in ids:
        found[beat_of[a]][district_of[a]] += 1
    split = {b: n for b, n in found.items() if len(n) > 1}
    if split:
        shown = "; ".join(
            f"{b}: {', '.join(f'{k} areas in {d}' for d, k in n.most_common())}"
            for b, n in list(split.items())[:5]
        )
        raise InputError(
            f"{len(split)} beats lie in more than one district ({shown}). Name the plan of districts that these beats "
            "belong to, or leave districts out (districts = none)."
        )
    return tuple(next(iter(found[b])) for b in names)

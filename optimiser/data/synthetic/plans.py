"""Two plans of the made-up county: the beats in use, and one that proves that a good plan exists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.data.areas import AreaGraph
from optimiser.data.synthetic.land import apportion
from optimiser.data.synthetic.partition import Region, divide
from optimiser.data.synthetic.streets import Crossing

_LEAST, _MOST = 0.6, 1.45  # of an even share: what a district may be


@dataclass(frozen=True)
class Nested:
    """Beats nested in districts, both by area (n,), and the target share of each district and beat."""

    district: NDArray[np.int64]
    beat: NDArray[np.int64]
    target_share: NDArray[np.float64]
    beat_target_share: NDArray[np.float64]

    @property
    def district_of_beat(self) -> NDArray[np.int64]:
        """District of each beat."""
        beats, first = np.unique(self.beat, return_index=True)
        if len(beats) != self.beat.max() + 1:
            raise RuntimeError("A beat of the made-up county is empty.")
        home: NDArray[np.int64] = self.district[first]
        return home


def make_plan(
    rng: np.random.Generator,
    graph: AreaGraph,
    crossings: list[Crossing],
    xy_m: NDArray[np.float64],
    weight: NDArray[np.float64],
    n_districts: int,
    n_beats: int,
    *,
    tolerance_frac: tuple[float, float],
) -> Nested:
    """Divide the county into districts and these into beats of about equal ``weight``.

    ``graph`` is cut by river and motorway. A bank too small for a district of its own joins the next one over a
    crossing; otherwise nothing crosses, so the plan is contiguous with and without the hard boundaries, and its
    target shares are unequal, as banks are. ``tolerance_frac``: how level districts and beats are to be.
    """
    group = _banks(graph, crossings, weight, n_districts)
    over = np.array([(c.area_a, c.area_b) for c in crossings], dtype=np.int64).reshape(-1, 2)
    edges = np.vstack([graph.edges, over[group[over[:, 0]] == group[over[:, 1]]]])
    joined = AreaGraph(graph.ids, np.unique(np.sort(edges, axis=1), axis=0), np.zeros(0))
    indptr, indices = joined.neighbours()
    region = Region(indptr, indices, xy_m, weight)
    district, targets = divide(rng, region, group, n_districts, tolerance_frac=tolerance_frac[0])
    beat, beat_targets = divide(rng, region, district, n_beats, tolerance_frac=tolerance_frac[1])
    return Nested(district, beat, targets / targets.sum(), beat_targets / beat_targets.sum())


def _banks(
    graph: AreaGraph, crossings: list[Crossing], weight: NDArray[np.float64], n_districts: int
) -> NDArray[np.int64]:
    """Return the bank of each area: a component of the graph, small ones joined over a crossing."""
    bank = graph.component_labels()
    even = weight.sum() / n_districts
    while True:
        names, bank = np.unique(bank, return_inverse=True)
        load = np.bincount(bank, weights=weight)
        small = int(np.argmin(load))
        if len(names) <= n_districts:
            target = load / apportion(load, n_districts, np.bincount(bank))
            if len(names) == 1 or (target.min() >= _LEAST * even and target.max() <= _MOST * even):
                return np.asarray(bank, dtype=np.int64)
        ends = [(int(bank[c.area_a]), int(bank[c.area_b])) for c in crossings]
        beyond = sorted(
            {
                (load[b if a == small else a], b if a == small else a)
                for a, b in ends
                if (a == small) != (b == small)
            }
        )
        if not beyond:
            raise RuntimeError("A bank of the made-up county has no crossing.")
        bank[bank == small] = beyond[0][1]

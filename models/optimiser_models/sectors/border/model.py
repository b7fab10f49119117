r"""The labelling model with the border between districts as its objective.

    min  sum_e b_e sum_k z_ek                                              (1) border
    s.t. (2) to (8) of :mod:`optimiser_models.sectors.labels`
         z_ek >= x_uk - x_vk                     links e = (u, v)          (10) cut links
         x_t,k+1 <= sum_{s before t} x_sk        districts k, k + 1 alike  (11) order of alike districts
    x binary, z >= 0

``b_e`` is the length of link e; a link between districts h and k is counted by the district of its first area alone.
Summing z over districts gives a tighter relaxation than one column a link. (11) numbers districts that are alike by
their first areas in an order of the areas, the most work first: each plan is left once. Validi and Buchanan, Political
districting to minimize cut edges, Mathematical Programming Computation 14 (2022); orbitopes: Kaibel and Pfetsch (2008).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimiser.solve.backends.linear import LinearModel
from optimiser_models.sectors.border.ground import Ground
from optimiser_models.sectors.labels import LARGEST_COST, Labels

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DEEPEST = 60
"""Areas that (11) looks at, the first in the order."""


class BorderLabels(Labels):
    """The labelling model of a map; contiguity is cut in round by round as there."""

    def __init__(self, ground: Ground) -> None:
        d = replace(ground.d, side=ground.d.side[:0], side_limit=ground.d.side_limit[:0])
        super().__init__(d, np.zeros((d.k, d.n)), np.inf)
        self.ground = ground
        longest = float(ground.length.max(initial=0.0))
        whole = ground.unit > 0 and longest / ground.unit <= LARGEST_COST
        self.unit = ground.unit if whole else max(longest, 1e-12) / LARGEST_COST
        self.whole = whole
        self.order = np.argsort(-(d.weight[0] if d.weight.size else np.ones(d.n)), kind="stable")
        self.cut = np.full((d.k, len(ground.links)), -1, dtype=np.int64)
        self._cut_links()
        self._alike()

    def _cut_links(self) -> None:
        for k in range(self.d.k):
            for e, (u, v) in enumerate(self.ground.links.tolist()):
                x, w = int(self.column[k, u]), int(self.column[k, v])
                if x < 0:
                    continue
                self.cut[k, e] = self.n_columns
                self.n_columns += 1
                columns = np.array([x, int(self.cut[k, e]), *([w] if w >= 0 else [])])
                self.rows.add(columns, np.array([1.0, -1.0, -1.0])[: columns.size], -np.inf, 0, "cut links")

    def _alike(self) -> None:
        for g in np.unique(self.ground.group):
            mine = np.flatnonzero(self.ground.group == g)
            for before, after in zip(mine[:-1].tolist(), mine[1:].tolist(), strict=True):
                for t in range(min(DEEPEST, self.d.n)):
                    last = int(self.column[after, self.order[t]])
                    earlier = self.column[before, self.order[:t]]
                    earlier = earlier[earlier >= 0]
                    if last >= 0:
                        values = np.concatenate([[1.0], -np.ones(earlier.size)])
                        columns = np.concatenate([[last], earlier])
                        self.rows.add(columns, values, -np.inf, 0, "order of alike districts")

    def named(self, label: Ints) -> Ints:
        """Return a labelling with its alike districts numbered as (11) asks."""
        found = label.copy()
        for g in np.unique(self.ground.group):
            mine = np.flatnonzero(self.ground.group == g)
            first = [int(np.flatnonzero(label[self.order] == k)[0]) for k in mine.tolist()]
            for name, k in zip(mine.tolist(), mine[np.argsort(first)].tolist(), strict=True):
                found[label == k] = name
        return found

    def model(self, *, relaxed: bool = False) -> LinearModel:
        """Return the arrays of the model as it stands, as an LP if ``relaxed``."""
        plain = super().model(relaxed=relaxed)
        cost = np.zeros(self.n_columns)
        length = self.ground.length / self.unit
        for k in range(self.d.k):
            there = self.cut[k] >= 0
            cost[self.cut[k, there]] = np.round(length[there]) if self.whole else length[there]
        return replace(plain, cost=cost)

    def start(self, label: Ints) -> Floats | None:
        """Return a labelling as values of all columns; None where it uses a pair that is not there."""
        label = self.named(label)
        x = super().start(label)
        if x is None:
            return None
        u, v = self.ground.links.T
        crossing = np.flatnonzero(label[u] != label[v])
        x[self.cut[label[u[crossing]], crossing]] = 1.0
        return x

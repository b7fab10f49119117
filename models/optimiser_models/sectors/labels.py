r"""The labelling model of mending a plan: which district each area has, not which centre serves it.

    min  sum_id c_id x_id                                                 (1) moved
    s.t. sum_d x_id = 1                            for all areas i        (2) every area
         L_qd <= sum_i w_qi x_id <= U_qd                                  (3) balance, ceiling
         sum_{i in candidates of d} x_id >= 1      d with a free centre   (4) centre, old ground
         x_id <= sum_{v next to i} x_vd            for all i but the root (5) contiguity, one step
         x_id (+ x_bd - 1) <= sum_{v around P} x_vd  i in P, b not in P   (6) contiguity, added when violated
         x_ad + x_bd <= 1                          pairs kept apart       (7) apart
         z_Gd >= x_id for i in place G, sum_Gd z_Gd <= places + limit     (8) splits
         sum_id c_id x_id <= limit                 if change is limited   (9) change
    x binary

``c_id`` is the share of today's work in area i that d does not have today. (5) holds where d has another area than
i: where its centre is given and is not in i, or where to empty d of its areas of today would cost more than a plan
that is known; (6) does without b where the same is true of all areas outside the set P, a piece cut off in an earlier
round: d must then go on through the areas around P. From the start (6) stands for an area and those next to it that d
does not touch today. A pair (i, d) is left out where the way to i, through areas that d would have to take, costs
more than that plan. A district keeps most of its areas, so few pairs are left and the relaxation is tight; the model
with centres (:mod:`.hess`) has the same optimum and a weak bound here. Separators: Carvajal et al., Operations
Research 61 (2013); Validi, Buchanan and Lykhovyd, Operations Research 70 (2022), the model LCUT.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors import SectorsProblem
from optimiser.solve.backends.linear import LinearModel
from optimiser_models.sectors.arrays import FREE, Districting
from optimiser_models.sectors.hess import MEAN_TARGET, Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LARGEST_COST = 1e4
GRID = 1e-9


def label_costs(problem: SectorsProblem, d: Districting) -> Floats:
    """Return the share of today's work that an area changes in a district, shape (k, n)."""
    work = problem.moved_work()
    share = work / max(float(work.sum()), 1e-12)
    today = np.array(problem.today, dtype=object)
    other = np.stack([np.where(today == name, 0.0, share) for name in problem.params.district_ids])
    return d.contraction.sums(other)


def ways(d: Districting, cost: Floats, district: int, sources: Ints) -> Floats:
    """Return the least that a district must take, in cost, to reach each area from some of its own, shape (n,).

    Dijkstra on the links, each area at its cost; inf where no way leads.
    """
    best = np.full(d.n, np.inf)
    queue = [(float(cost[district, i]), int(i)) for i in sources]
    for value, i in queue:
        best[i] = min(best[i], value)
    heapq.heapify(queue)
    while queue:
        value, i = heapq.heappop(queue)
        if value > best[i]:
            continue
        for v in d.neighbours[d.starts[i] : d.starts[i + 1]].tolist():
            further = value + float(cost[district, v])
            if further < best[v]:
                best[v] = further
                heapq.heappush(queue, (further, v))
    return best


class Labels:
    """The model on the pairs that a plan cheaper than ``most`` can use; cuts are added round by round.

    Parameters
    ----------
    cost
        Of :func:`label_costs`.
    most
        Cost of a plan that is known; inf without one.
    deepest
        Only areas at most this many links from a district of today may join it: a restriction that has good plans
        soon. None for the whole model.
    """

    def __init__(self, d: Districting, cost: Floats, most: float, deepest: int | None = None) -> None:
        self.d, self.cost = d, cost
        self.root = np.where(d.fixed >= 0, d.centre_area[d.fixed], FREE).astype(np.int64)
        self.home = cost < cost.max(axis=0, keepdims=True) - GRID
        self.most = most
        self.leaving = np.stack(
            [np.delete(cost, k, axis=0).min(axis=0, initial=np.inf) - cost[k] for k in range(d.k)]
        )
        self.stays = self._stays(most)
        self.depth = self._depths()
        pairs = self._pairs(most)
        if deepest is not None:
            pairs &= self.depth <= deepest
        self.district, self.area = np.nonzero(pairs)
        self.column = np.full(pairs.shape, -1, dtype=np.int64)
        self.column[self.district, self.area] = np.arange(self.area.size)
        self.n_columns = int(self.area.size)
        self.n_pairs = self.n_columns
        value = cost[self.district, self.area]
        least = float(value[value > 0].min(initial=np.inf))
        whole = np.isfinite(least) and bool((np.abs(value / least - np.round(value / least)) < 1e-6).all())
        self.unit = least if whole else max(float(value.max(initial=0.0)), 1e-12) / LARGEST_COST
        self.whole = whole
        self.rows = Rows()
        self.cuts: set[tuple[int, int, int, tuple[int, ...]]] = set()
        self.touched: list[tuple[int, Ints]] = []
        self.pieces: list[tuple[int, int, tuple[int, ...], int]] = []
        self._every_area()
        self._amounts()
        self._seats()
        self._apart()
        self._splits()
        if d.contiguity:
            self._steps()
        for limit in d.side_limit.tolist():
            used = np.flatnonzero(value)
            self.rows.add(used, value[used] / self.unit, -np.inf, limit / self.unit + 1e-6, "change")

    def _stays(self, most: float) -> NDArray[np.bool_]:
        """Say of which districts two areas of today are left in every plan no dearer than ``most``, shape (k,)."""
        found = np.zeros(self.d.k, dtype=bool)
        for k in range(self.d.k):
            mine = np.flatnonzero(self.home[k])
            lost = self.leaving[k, mine]
            found[k] = mine.size > 1 and lost.sum() - lost.max() > most + GRID
        return found

    def stays_outside(self, k: int, areas: Ints) -> bool:
        """Say whether a district keeps an area outside some areas in every plan no dearer than the one known."""
        if self.root[k] != FREE:
            return int(self.root[k]) not in areas.tolist()
        rest = self.home[k].copy()
        rest[areas] = False
        return bool(self.leaving[k, rest].sum() > self.most + GRID)

    def _pairs(self, most: float) -> NDArray[np.bool_]:
        d = self.d
        pairs = np.ones((d.k, d.n), dtype=bool)
        for k in range(d.k):
            if self.root[k] != FREE:
                pairs[k] &= d.allowed[d.fixed[k]]
            if not d.contiguity:
                continue
            if self.root[k] != FREE:
                pairs[k] &= ways(d, self.cost, k, self.root[k : k + 1]) <= most + GRID
            elif self.stays[k]:
                pairs[k] &= ways(d, self.cost, k, np.flatnonzero(self.home[k])) <= most + GRID
        for i in np.flatnonzero(d.lock != FREE):
            pairs[np.arange(d.k) != d.lock[i], i] = False
        for k, i in enumerate(self.root.tolist()):
            if i != FREE:
                pairs[np.arange(d.k) != k, i] = False
        return pairs

    def _depths(self) -> Ints:
        """Return how many links each area is from a district of today, shape (k, n); n where no way leads."""
        d = self.d
        depth = np.full((d.k, d.n), d.n, dtype=np.int64)
        for k in range(d.k):
            frontier = np.flatnonzero(self.home[k]).tolist() + [i for i in [int(self.root[k])] if i != FREE]
            depth[k, frontier] = 0
            while frontier:
                nearer, frontier = frontier, []
                for i in nearer:
                    for v in self._next_to(i).tolist():
                        if depth[k, v] > depth[k, i] + 1:
                            depth[k, v] = depth[k, i] + 1
                            frontier.append(v)
        return depth

    def _every_area(self) -> None:
        for i in range(self.d.n):
            columns = self.column[:, i]
            columns = columns[columns >= 0]
            self.rows.add(columns, np.ones(columns.size), 1, 1, "every area")

    def _amounts(self) -> None:
        d = self.d
        for q in range(d.weight.shape[0]):
            unit = max(d.weight[q].sum() / d.k, 1e-12) / MEAN_TARGET
            for k in range(d.k):
                mine = np.flatnonzero((self.district == k) & (d.weight[q, self.area] > 0))
                high = min(float(d.high[q, k]), float(d.weight[q].sum()))
                work = d.weight[q, self.area[mine]] / unit
                self.rows.add(mine, work, float(d.low[q, k]) / unit, high / unit, "balance")

    def _seats(self) -> None:
        d = self.d
        for k in range(d.k):
            seats = np.unique(d.centre_area[d.may[k]])
            columns = self.column[k, seats]
            columns = columns[columns >= 0]
            self.rows.add(columns, np.ones(columns.size), 1, np.inf, "centre")

    def _apart(self) -> None:
        for a, b in self.d.apart.tolist():
            for k in range(self.d.k):
                columns = self.column[k, [a, b]]
                if (columns >= 0).all():
                    self.rows.add(columns, np.ones(2), -np.inf, 1, "apart")

    def _splits(self) -> None:
        d, places = self.d, self.d.places
        owner = np.repeat(np.arange(d.n), np.diff(places.starts))
        for kind, limit in enumerate(places.limit.tolist()):
            if not np.isfinite(limit):
                continue
            touched: list[int] = []
            for g in np.flatnonzero(places.kind == kind):
                for k in range(d.k):
                    xs = self.column[k, owner[places.ids == g]]
                    xs = xs[xs >= 0]
                    if not xs.size:
                        continue
                    touched.append(self.n_columns)
                    self.touched.append((self.n_columns, xs))
                    for x in xs.tolist():
                        self.rows.add(
                            np.array([x, self.n_columns]), np.array([1.0, -1.0]), -np.inf, 0, "splits"
                        )
                    self.n_columns += 1
            most = limit + int((places.kind == kind).sum())
            self.rows.add(np.array(touched, dtype=np.int64), np.ones(len(touched)), -np.inf, most, "splits")

    def _steps(self) -> None:
        for p in range(self.n_pairs):
            k, i = int(self.district[p]), int(self.area[p])
            if i == self.root[k] or (self.root[k] == FREE and not self.stays[k]):
                continue
            piece = np.array([i])
            self._go_on(p, k, piece)
            inner = [v for v in self._next_to(i).tolist() if self.depth[k, v] > 1 and v != self.root[k]]
            if self.depth[k, i] > 1 and inner and self.stays_outside(k, np.array([i, *inner])):
                self._go_on(p, k, np.array([i, *inner]))

    def _go_on(self, p: int, k: int, piece: Ints) -> None:
        """Ask that a district with an area in a piece goes on through the areas around it."""
        via = self.column[k, self.around(piece)]
        via = via[via >= 0]
        self.rows.add(np.array([p, *via]), np.array([1.0] + [-1.0] * via.size), -np.inf, 0, "contiguity")

    def around(self, piece: Ints) -> Ints:
        """Return the areas next to a piece."""
        return np.setdiff1d(np.concatenate([self._next_to(i) for i in piece.tolist()]), piece)

    def add_cut(self, k: int, area: int, piece: Ints, root: int) -> bool:
        """Add (6) for one district and area of a piece; ``root`` is an area of the district outside it.

        Return False if it is there already.
        """
        x, y = int(self.column[k, area]), int(self.column[k, root])
        around = self.around(piece)
        alone = self.stays_outside(k, piece)
        key = (k, area, FREE if alone else root, tuple(around.tolist()))
        if key in self.cuts or x < 0 or (y < 0 and not alone):
            return False
        self.cuts.add(key)
        self.pieces.append((k, area, tuple(piece.tolist()), root))
        via = self.column[k, around]
        via = via[via >= 0]
        columns, limit = ([x], 0) if alone else ([x, y], 1)
        values = np.array([1.0] * len(columns) + [-1.0] * via.size)
        self.rows.add(np.array([*columns, *via]), values, -np.inf, limit, "contiguity")
        return True

    def _next_to(self, i: int) -> Ints:
        return self.d.neighbours[self.d.starts[i] : self.d.starts[i + 1]]

    def model(self, *, relaxed: bool = False) -> LinearModel:
        """Return the arrays of the model as it stands, as an LP if ``relaxed``."""
        cost = np.zeros(self.n_columns)
        value = self.cost[self.district, self.area] / self.unit
        cost[: self.n_pairs] = np.round(value) if self.whole else value
        lower = np.zeros(self.n_columns)
        for k, i in enumerate(self.root.tolist()):
            if i != FREE and self.column[k, i] >= 0:  # else (4) has no column, and there is no plan
                lower[self.column[k, i]] = 1.0
        integer = np.zeros(self.n_columns, dtype=bool)
        integer[: self.n_pairs] = not relaxed
        return LinearModel(
            sense="min",
            cost=cost,
            lower=lower,
            upper=np.ones(self.n_columns),
            integer=integer,
            a=self.rows.matrix(self.n_columns),
            row_lower=np.array(self.rows.lower),
            row_upper=np.array(self.rows.upper),
            row_names=tuple(self.rows.names),
        )

    def start(self, label: Ints) -> Floats | None:
        """Return a labelling as values of all columns; None where it uses a pair that is not there."""
        columns = self.column[label, np.arange(self.d.n)]
        if (columns < 0).any():
            return None
        x = np.zeros(self.n_columns)
        x[columns] = 1.0
        for z, touched in self.touched:
            x[z] = float(x[touched].max())
        return x

    def read(self, x: Floats) -> Ints:
        """Return the district of each area of an integer point, shape (n,)."""
        label = np.full(self.d.n, FREE, dtype=np.int64)
        chosen = np.flatnonzero(x[: self.n_pairs] > 0.5)
        label[self.area[chosen]] = self.district[chosen]
        return label

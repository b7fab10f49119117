r"""The assignment model of districting on the pairs that are left, with contiguity by separators.

    min  sum_ji c_ji x_ji                                             (1)
    s.t. sum_j x_ji = 1                          for all areas i      (2) every area
         x_ji <= sum_{g allows i} y_jg           for all pairs        (3) served by an open centre
         x_jj = sum_g y_jg <= 1                  for all centres j    (4) centre
         sum_j y_jg = number of districts in g   for all groups g     (5) districts
         sum_g L_gq y_jg <= sum_i w_qi x_ji <= sum_g U_gq y_jg        (6) balance
         x_ja <= sum_{v in S} x_jv (+ e_a)       for separators S     (7) contiguity, added when violated
         x_ji - y_jg <= b_i, sum_i b_i <= r      relaxed locks        (8) lock
         sum_ji k_rji x_ji <= K_r                change, kept aims    (9) side
         x_ja + x_jb <= 1 + e, x_ja - x_jb <= s, sum s <= r           (10) apart, together where relaxed
         z_Gj >= x_ji for i in place G, sum_Gj z_Gj <= places + limit (11) splits
         -t T <= sum_i w_qi x_ji - T y_jg <= t T                      (12) deviation, where it is aimed at
         b_e >= x_ji - x_jv for all j and links e = (i, v)            (13) boundary, where it is aimed at
    x, y, e, b, s, z binary

A group is a set of districts that are alike (see :mod:`.lagrange`). Hess et al. (1965); separators as in Validi,
Buchanan and Lykhovyd, Operations Research 70 (2022).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.solve.backends.linear import LinearModel
from optimiser_models.sectors import further
from optimiser_models.sectors.arrays import FREE, Districting
from optimiser_models.sectors.search import State
from optimiser_models.sectors.slots import Slots

LARGEST_COST = 1e5
"""Costs are scaled to this, so that no coefficient is large."""
MEAN_TARGET = 1e3
"""Work is scaled so that a mean district has this much."""
ROOM = 1e-3
"""A cut kept with less room than this is tight."""
SURE = 1e-2
"""By how much, in the model's unit of costs, a reduced cost must be more than is left to win: beyond all rounding."""


@dataclass
class Rows:
    """Sparse rows under construction."""

    columns: list[NDArray[np.int64]] = field(default_factory=list)
    values: list[NDArray[np.float64]] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add(
        self, columns: NDArray[np.int64], values: NDArray[np.float64], lower: float, upper: float, name: str
    ) -> None:
        """Add one row."""
        self.columns.append(columns)
        self.values.append(values)
        self.lower.append(lower)
        self.upper.append(upper)
        self.names.append(name)

    def drop(self, rows: NDArray[np.int64]) -> None:
        """Take out rows by their numbers."""
        gone = set(rows.tolist())
        keep = [r for r in range(len(self.lower)) if r not in gone]
        self.columns, self.values = [self.columns[r] for r in keep], [self.values[r] for r in keep]
        self.lower, self.upper = [self.lower[r] for r in keep], [self.upper[r] for r in keep]
        self.names = [self.names[r] for r in keep]

    def matrix(self, n_columns: int, first: int = 0) -> sp.csr_array:
        """Return the rows, from number ``first`` on, as a matrix."""
        columns, entries = self.columns[first:], self.values[first:]
        lengths = [c.size for c in columns]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        indices = np.concatenate(columns) if columns else np.zeros(0, np.int64)
        values = np.concatenate(entries) if entries else np.zeros(0)
        return sp.csr_array((values, indices, starts), shape=(len(lengths), n_columns))

    def since(
        self, first: int, n_columns: int
    ) -> tuple[sp.csr_array, NDArray[np.float64], NDArray[np.float64]]:
        """Return the rows from number ``first`` on: (matrix, lower, upper)."""
        return self.matrix(n_columns, first), np.array(self.lower[first:]), np.array(self.upper[first:])


Cut = tuple[int, int, tuple[int, ...]]
"""Area of a centre, area, and those of a separator: what (7) is made of, the same for all models of a map."""


class Hess:
    """The model on a set of pairs (centre, area); cuts are added to it round by round."""

    def __init__(self, d: Districting, slots: Slots, pairs: NDArray[np.bool_]) -> None:
        self.d, self.slots = d, slots
        pairs = pairs.copy()
        seats = np.arange(pairs.shape[0]), d.centre_area
        pairs[~pairs[seats], :] = False  # a centre that cannot serve its own area cannot open
        self.centre, self.area = np.nonzero(pairs)
        self.column = np.full(pairs.shape, -1, dtype=np.int64)
        self.column[self.centre, self.area] = np.arange(self.centre.size)
        self.n_pairs = int(self.centre.size)
        opens = pairs[seats][:, None] & slots.group_may().T
        opens &= slots.state[:, d.centre_area].T != 2  # nor can one whose area is locked to another district
        self.y_centre, self.y_group = np.nonzero(opens)
        self.y_column = np.full(opens.shape, -1, dtype=np.int64)
        self.y_column[self.y_centre, self.y_group] = self.n_pairs + np.arange(self.y_centre.size)
        self.exempt = self.n_pairs + self.y_centre.size
        self.n_exempt = d.n if d.slack_areas > 0 and d.contiguity else 0
        self.broken = self.exempt + self.n_exempt
        self.n_broken = d.n if d.slack_locks else 0
        self.n_columns = self.broken + self.n_broken
        e = d.extras
        dearest = max(e.splits, e.deviation, e.boundary * float(d.border.max(initial=0.0)))
        dearest = max(dearest, float(np.abs(d.cost[self.centre, self.area]).max(initial=0.0)), 1e-9)
        self.scale = dearest / LARGEST_COST
        self.rows = Rows()
        self.more: list[tuple[float, float, bool]] = []  # cost, upper bound, integer of each further column
        self._assignment()
        self._links()
        self._balance()
        self._relaxed()
        self._side()
        further.add_pairs(self)
        further.add_splits(self)
        further.add_deviation(self)
        further.add_boundary(self)
        self.first_cut = len(self.rows.lower)
        self.cuts: list[Cut] = []
        self.dropped: list[Cut] = []
        self.shut = np.zeros(self.n_columns, dtype=bool)

    def new_columns(self, count: int, *, cost: float = 0.0, upper: float = 1.0, integer: bool = True) -> int:
        """Add columns of one kind and return the first; ``cost`` in the objective's own unit."""
        first = self.n_columns
        self.more += [(cost, upper, integer)] * count
        self.n_columns += count
        return first

    def _assignment(self) -> None:
        d = self.d
        for i in range(d.n):
            columns = self.column[:, i]
            columns = columns[columns >= 0]
            self.rows.add(columns, np.ones(columns.size), 1, 1, "every area")
        for g in range(self.slots.low.size):
            columns = self.y_column[:, g]
            columns = columns[columns >= 0]
            count = float((self.slots.group == g).sum())
            self.rows.add(columns, np.ones(columns.size), count, count, "districts")

    def _links(self) -> None:
        d, state = self.d, self.slots.state
        opens = self.y_column >= 0
        for p in range(self.n_pairs):
            j, i = int(self.centre[p]), int(self.area[p])
            own = i == d.centre_area[j]
            ys = self.y_column[j, opens[j] & (state[:, i] != 2)]
            columns = np.concatenate([[p], ys])
            self.rows.add(
                columns, np.concatenate([[1.0], -np.ones(ys.size)]), 0.0 if own else -np.inf, 0, "centre"
            )
            for g in np.flatnonzero((state[:, i] == 1) & opens[j]):
                self.rows.add(np.array([p, self.y_column[j, g]]), np.array([1.0, -1.0]), 0, np.inf, "lock")
        for j in np.unique(self.y_centre):
            ys = self.y_column[j, opens[j]]
            self.rows.add(ys, np.ones(ys.size), -np.inf, 1, "centre")

    def _balance(self) -> None:
        d, s = self.d, self.slots
        first = [int(np.flatnonzero(s.group == g)[0]) for g in range(s.low.size)]
        for q in range(d.weight.shape[0]):
            unit = max(d.weight[q].sum() / d.k, 1e-12) / MEAN_TARGET
            for j in np.unique(self.y_centre):
                mine = np.flatnonzero(self.centre == j)
                mine = mine[d.weight[q, self.area[mine]] > 0]
                groups = np.flatnonzero(self.y_column[j] >= 0)
                ys, work = self.y_column[j, groups], d.weight[q, self.area[mine]] / unit
                columns = np.concatenate([mine, ys])
                low = np.array([d.low[q, first[g]] for g in groups]) / unit
                high = np.array([min(d.high[q, first[g]], d.weight[q].sum()) for g in groups]) / unit
                if (low > 0).any():
                    self.rows.add(columns, np.concatenate([work, -low]), 0, np.inf, "balance")
                self.rows.add(columns, np.concatenate([work, -high]), -np.inf, 0, "balance")

    def _relaxed(self) -> None:
        d = self.d
        if self.n_exempt:
            columns = self.exempt + np.arange(d.n)
            self.rows.add(columns, np.ones(d.n), -np.inf, d.slack_areas, "contiguity")
        if self.n_broken:
            columns = self.broken + np.arange(d.n)
            self.rows.add(columns, np.ones(d.n), -np.inf, d.slack_locks, "lock")
            for i in np.flatnonzero(d.lock != FREE):
                g = int(self.slots.group[d.lock[i]])
                for p in np.flatnonzero(self.area == i):
                    y = self.y_column[self.centre[p], g]
                    columns = np.array([p, self.broken + i] + ([y] if y >= 0 else []), dtype=np.int64)
                    self.rows.add(columns, np.array([1.0, -1.0, -1.0])[: columns.size], -np.inf, 0, "lock")

    def _side(self) -> None:
        for row, bound in zip(self.d.side, self.d.side_limit.tolist(), strict=True):
            value = row[self.centre, self.area]
            unit = max(float(np.abs(value).max(initial=0.0)), 1e-12) / MEAN_TARGET
            used = np.flatnonzero(value)
            limit = bound + 1e-9 * max(1.0, abs(bound))
            self.rows.add(used, value[used] / unit, -np.inf, limit / unit, "side")

    def add_cut(self, j: int, area: int, separator: NDArray[np.int64]) -> bool:
        """Add (7) for one centre, area and separator; False if the pair is not in the model."""
        p = self.column[j, area]
        if p < 0:
            return False
        self.cuts.append((int(self.d.centre_area[j]), area, tuple(separator.tolist())))
        via = self.column[j, separator]
        via = via[via >= 0]
        extra = np.array([self.exempt + area] if self.n_exempt else [], dtype=np.int64)
        columns = np.concatenate([[p], via, extra])
        values = np.concatenate([[1.0], -np.ones(via.size + extra.size)])
        self.rows.add(columns, values, -np.inf, 0, "contiguity")
        return True

    def add_known(self, cuts: Iterable[Cut]) -> None:
        """Add cuts that another model of this map has made, where its centre is one here."""
        for root, area, separator in cuts:
            for j in np.flatnonzero(self.d.centre_area == root).tolist():
                self.add_cut(j, area, np.array(separator, dtype=np.int64))

    def drop_slack(self, x: NDArray[np.float64]) -> NDArray[np.int64]:
        """Take out the cuts that x keeps with room to spare; return the numbers of their rows."""
        room = -(self.rows.matrix(self.n_columns, self.first_cut) @ x)
        loose = np.flatnonzero(room > ROOM)
        self.rows.drop(self.first_cut + loose)
        gone = set(loose.tolist())
        self.dropped += [self.cuts[number] for number in loose.tolist()]
        self.cuts = [cut for number, cut in enumerate(self.cuts) if number not in gone]
        return self.first_cut + loose

    def complete(self) -> LinearModel:
        """Return the model with every cut it ever had: what was proved with some of them holds for all."""
        self.add_known(dict.fromkeys(self.dropped))
        self.dropped = []
        return self.model()

    def shut_out(self, columns: NDArray[np.int64]) -> None:
        """Leave these columns at 0 from now on."""
        self.shut[columns] = True

    def model(self, *, relaxed: bool = False) -> LinearModel:
        """Return the arrays of the model as it stands, as an LP if ``relaxed``."""
        cost = np.zeros(self.n_columns)
        cost[: self.n_pairs] = self.d.cost[self.centre, self.area] / self.scale
        upper, integer = np.ones(self.n_columns), np.full(self.n_columns, not relaxed)
        for column, (price, most, whole) in enumerate(self.more, self.n_columns - len(self.more)):
            cost[column], upper[column] = price / self.scale, most
            integer[column] &= whole
        upper[self.shut] = 0.0
        return LinearModel(
            sense="min",
            cost=cost,
            lower=np.zeros(self.n_columns),
            upper=upper,
            integer=integer,
            a=self.rows.matrix(self.n_columns),
            row_lower=np.array(self.rows.lower),
            row_upper=np.array(self.rows.upper),
            row_names=tuple(self.rows.names),
            offset=-self.d.extras.splits * self.d.places.kind.size / self.scale,
        )

    def start(self, state: State) -> NDArray[np.float64] | None:
        """Return a state as values of all columns; None where it uses a pair that is not there."""
        x = np.zeros(self.n_columns)
        columns = self.column[state.centre[state.label], np.arange(self.d.n)]
        ys = self.y_column[state.centre, self.slots.group]
        if (columns < 0).any() or (ys < 0).any():
            return None
        x[columns] = 1.0
        x[ys] = 1.0
        return None if self.more else x  # HiGHS fills in no further columns for itself

    @property
    def settled(self) -> bool:
        """Whether every district has its one centre, and which of them serves each area is all there is to choose."""
        one = bool((self.slots.may.sum(axis=1) == 1).all())
        return one and not (self.more or self.n_exempt or self.n_broken)

    def nearest(self, x: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (district of each area, centre of each district) where an area goes to whom most of it is served by.

        Of settled centres.
        """
        centre = np.argmax(self.slots.may, axis=1).astype(np.int64)
        district = np.full(self.slots.may.shape[1], FREE, dtype=np.int64)
        district[centre] = np.arange(centre.size)
        order = np.argsort(x[: self.n_pairs], kind="stable")  # the largest share is written last
        label = np.full(self.d.n, FREE, dtype=np.int64)
        label[self.area[order]] = district[self.centre[order]]
        return label, centre

    def read(self, x: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (district of each area (n,), centre of each district (k,)) of an integer point."""
        centre = np.full(self.d.k, FREE, dtype=np.int64)
        for g in range(self.slots.low.size):
            opened = self.y_centre[(self.y_group == g) & (x[self.n_pairs : self.exempt] > 0.5)]
            centre[np.flatnonzero(self.slots.group == g)] = opened
        district = {int(j): k for k, j in enumerate(centre)}
        label = np.full(self.d.n, FREE, dtype=np.int64)
        for p in np.flatnonzero(x[: self.n_pairs] > 0.5):
            label[self.area[p]] = district[int(self.centre[p])]
        return label, centre

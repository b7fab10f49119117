r"""The districts of all plans met and of bounds, put together anew: they may make a plan that nobody has met.

    min  sum_p c_p x_p                                                          (1)
    s.t. sum_{p: i in p} x_p = 1                for all areas i                 (2)
         sum_{p of kind t} x_p = sum_g f_tg     for all kinds t                 (3)
         sum_t f_tg = number of districts in g  for all groups g                (4)
         sum_p k_rp x_p <= K_r                  change, kept aims               (5)
         x_p in {0, 1}, f_tg >= 0 and only where kind t may be a district of g  (6)

A piece p is a set of areas with its centre; its kind is the set of groups of alike districts (:mod:`.slots`) whose
windows, locks and centres it fits. All but (1) is as in the model itself; what is not in the pool is not looked at, so
nothing is proved here. Garfinkel and Nemhauser (1970) for districts as a set partition.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from optimiser.solve.backends.highs_arrays import Solved, Watch, solve_linear
from optimiser.solve.backends.linear import LinearModel
from optimiser_models.sectors.arrays import Districting
from optimiser_models.sectors.search import State
from optimiser_models.sectors.slots import Slots, slots_of

if TYPE_CHECKING:
    from optimiser_models.sectors.run import Run

MOST_PIECES, MOST_PRICED = 30_000, 10_000
"""Pieces of plans kept, and of bounds, the latest: some ten megabytes."""
ROUNDING = 1e-9


@dataclass
class Pool:
    """Pieces by their areas, with the problem's number of their centre; the latest last.

    Those of ``priced_of`` are real districts that a bound chose (:mod:`.districts`): good plans have such.
    """

    centre_of: dict[bytes, int] = field(default_factory=dict)
    priced_of: dict[bytes, int] = field(default_factory=dict)
    fresh: int = 0

    def keep(self, d: Districting, state: State) -> None:
        """Keep the districts of an admissible state."""
        for k in range(d.k):
            key = np.flatnonzero(state.label == k).astype(np.int32).tobytes()
            self.fresh += self.centre_of.pop(key, None) is None
            self.centre_of[key] = int(d.centres[state.centre[k]])
        for key in list(self.centre_of)[: max(0, len(self.centre_of) - MOST_PIECES)]:
            del self.centre_of[key]

    def price(self, d: Districting, centre: int, areas: NDArray[np.intp]) -> bool:
        """Keep a district that a bound chose; return whether it is new, or cheaper by this centre than by one known.

        It knows nothing of pairs apart or together.
        """
        if d.apart.size or d.same.size:
            return False
        key = areas.astype(np.int32).tobytes()
        table = self.centre_of if key in self.centre_of else self.priced_of
        known = int(np.searchsorted(d.centres, table.get(key, -1)))
        still = key in table and known < d.centres.size and d.centres[known] == table[key]
        if still and d.cost[known, areas].sum() <= d.cost[centre, areas].sum() + ROUNDING:
            return False
        table[key] = int(d.centres[centre])
        if len(self.priced_of) > MOST_PRICED:
            del self.priced_of[next(iter(self.priced_of))]
        return True

    def prices(self, run: Run, until: float) -> Prices | None:
        """Return the prices of the relaxation of (2) to (5); None where it has no solution in time."""
        d = run.d
        if run.best is None or not has_prices(d):
            return None
        self.keep(d, run.best)
        pieces = _Pieces.of(self, d)
        model = pieces.model(d)
        model = replace(model, upper=2 * model.upper)  # (2) and (4) hold them, and so have the whole price
        relaxed = _solve(run, model, until, whole=False)
        if relaxed.objective is None or relaxed.row_dual.size != len(model.row_lower):
            return None
        dual, sums = relaxed.row_dual * pieces.unit, len(d.side)
        groups = dual[: dual.size - sums][-pieces.fits.shape[1] :]
        return Prices(dual[: d.n], -dual[dual.size - sums :] / pieces.side_unit(), groups)

    def best(self, run: Run, seconds: float) -> State | None:
        """Return the best plan of these pieces found in this time; None where there is none, or rules reach further.

        Pieces whose reduced cost in the relaxation of (6) is more than what is left to win are in no better plan.
        """
        d = run.d
        if run.best is None or not has_prices(d):
            self.fresh = 0
            return None
        self.keep(d, run.best)
        self.fresh = 0
        pieces = _Pieces.of(self, d)
        until = run.report.elapsed_s() + seconds
        relaxed = _solve(run, pieces.model(d), until, whole=False)
        if relaxed.objective is None:
            return None
        room = run.best.cost / pieces.unit - relaxed.objective
        pieces = pieces.among(np.flatnonzero(relaxed.reduced_cost[: pieces.centre.size] <= room + ROUNDING))
        solved = _solve(run, pieces.model(d), until, whole=True)
        if solved.x is None:
            return None
        return pieces.state(d, solved.x)


@dataclass(frozen=True)
class Prices:
    """Prices of the relaxation, in costs: of areas (n,), of each unit of further sums (R,), >= 0, of groups (G,)."""

    area: NDArray[np.float64]
    side: NDArray[np.float64]
    group: NDArray[np.float64]


def has_prices(d: Districting) -> bool:
    """Say whether (2) to (6) are all that districts share: no pieces of named places, borders or deviations."""
    return not (d.extras.any or d.places.limited or np.isfinite(d.border_limit))


@dataclass(frozen=True)
class _Pieces:
    """Pieces as arrays: ``a`` (n, P) holds a one where an area is in a piece; ``fits`` (P, G) the groups it may be."""

    slots: Slots
    a: sp.csc_array
    centre: NDArray[np.int64]
    cost: NDArray[np.float64]
    side: NDArray[np.float64]
    fits: NDArray[np.bool_]
    unit: float

    @staticmethod
    def of(pool: Pool, d: Districting) -> _Pieces:
        """Return the pieces whose centre is still a candidate and that some district may be."""
        number = {int(c): j for j, c in enumerate(d.centres)}
        known = [(key, number[c]) for key, c in (pool.priced_of | pool.centre_of).items() if c in number]
        areas = [np.frombuffer(key, dtype=np.int32) for key, _ in known]
        centre = np.array([c for _, c in known], dtype=np.int64)
        ends = np.concatenate([[0], np.cumsum([part.size for part in areas])])
        flat = np.concatenate(areas)
        seat = np.repeat(centre, np.diff(ends))
        a = sp.csc_array((np.ones(flat.size), flat, ends), shape=(d.n, len(known)))
        cost = np.add.reduceat(d.cost[seat, flat], ends[:-1])
        side = np.array([np.add.reduceat(row[seat, flat], ends[:-1]) for row in d.side]).reshape(
            len(d.side), len(known)
        )
        slots = slots_of(d)
        fits = _fits(d, slots, a, centre) & np.logical_and.reduceat(d.allowed[seat, flat], ends[:-1])[:, None]
        pieces = _Pieces(slots, a, centre, cost, side, fits, max(float(np.abs(cost).max()) / 1e3, 1e-9))
        return pieces.among(np.flatnonzero(fits.any(axis=1)))

    def among(self, keep: NDArray[np.intp]) -> _Pieces:
        """Return some of them."""
        return _Pieces(
            self.slots, self.a[:, keep], self.centre[keep], self.cost[keep], self.side[:, keep], self.fits[keep],
            self.unit,
        )  # fmt: skip

    def side_unit(self) -> NDArray[np.float64]:
        """Return what the rows (5) are divided by, shape (R,)."""
        return np.asarray(np.maximum(np.abs(self.side).max(axis=1, initial=0.0), 1e-12) / 1e3)

    def model(self, d: Districting) -> LinearModel:
        """Return (1)-(6)."""
        kinds, kind = np.unique(self.fits, axis=0, return_inverse=True)
        t, g = np.nonzero(kinds)
        n_pieces, n_flows = self.centre.size, t.size
        of_kind = sp.csr_array(
            (np.ones(n_pieces), (kind.ravel(), np.arange(n_pieces))), shape=(len(kinds), n_pieces)
        )
        out = sp.csr_array((-np.ones(n_flows), (t, np.arange(n_flows))), shape=(len(kinds), n_flows))
        into = sp.csr_array((np.ones(n_flows), (g, np.arange(n_flows))), shape=(kinds.shape[1], n_flows))
        size = np.bincount(self.slots.group, minlength=kinds.shape[1]).astype(np.float64)
        most = self.side_unit()[:, None]
        blocks = [[self.a, None], [of_kind, out], [None, into], [sp.csr_array(self.side / most), None]]
        fixed = np.concatenate([np.ones(d.n), np.zeros(len(kinds)), size])
        cost = np.concatenate([self.cost / self.unit, np.zeros(n_flows)])
        return LinearModel(
            sense="min",
            cost=cost,
            lower=np.zeros(cost.size),
            upper=np.concatenate([np.ones(n_pieces), np.full(n_flows, float(d.k))]),
            integer=np.arange(cost.size) < n_pieces,
            a=sp.csr_array(sp.block_array(blocks if len(self.side) else blocks[:3])),
            row_lower=np.concatenate([fixed, np.full(len(self.side), -np.inf)]),
            row_upper=np.concatenate([fixed, d.side_limit / most.ravel()]),
        )

    def state(self, d: Districting, x: NDArray[np.float64]) -> State | None:
        """Return the chosen pieces as a state, each named as a district that it may be."""
        chosen = np.flatnonzero(x[: self.centre.size] > 0.5)
        may = self.fits[chosen][:, self.slots.group]
        if chosen.size != d.k:
            return None
        piece, name = linear_sum_assignment(~may)
        if not may[piece, name].all():
            return None
        label, centre = np.empty(d.n, dtype=np.int64), np.empty(d.k, dtype=np.int64)
        centre[name] = self.centre[chosen[piece]]
        for p, k in zip(piece, name, strict=True):
            label[self.a[:, [chosen[p]]].nonzero()[0]] = k
        return State(label, centre, d.value(label, centre)) if d.keeps(label, centre) else None


def _fits(d: Districting, slots: Slots, a: sp.csc_array, centre: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which group of districts each piece may be, (P, G): windows of work, locks, centres."""
    fits = slots.group_may()[:, centre].T.copy()
    work = d.weight @ a
    slack = ROUNDING * np.maximum(np.abs(work), 1.0)
    for q in range(len(work)):
        fits &= (work[q] + slack[q])[:, None] >= slots.lows[q]
        fits &= (work[q] - slack[q])[:, None] <= slots.highs[q]
    theirs = (slots.state == 1).astype(np.float64)
    fits &= theirs.sum(axis=1) - 0.5 <= a.T @ theirs.T
    fits &= a.T @ (slots.state == 2).astype(np.float64).T < 0.5
    return np.asarray(fits)


def _solve(run: Run, model: LinearModel, until: float, *, whole: bool) -> Solved:
    watch = Watch(should_stop=lambda: run.report.should_stop() or run.report.elapsed_s() > until)
    left = max(0.1, until - run.report.elapsed_s())
    if not whole:
        model = replace(model, integer=np.zeros(model.cost.size, dtype=bool))
    return solve_linear(model, time_limit_s=left, options=run.options, watch=watch, gap_frac=0.0)

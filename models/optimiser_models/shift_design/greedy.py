r"""A first shift design at once: shift by shift, the one that saves most.

With residual need rho_t = r_t - n_t, an officer more on shift s from day d saves c_u a slot where somebody is missing
and costs c_o a slot where nobody is, and g_s. So the k-th officer is worth having exactly while

    (c_u + c_o) |{t : rho_t >= k}| > c_o L_s + g_s / h                                      (1)

and the best number is the (q+1)-th largest rho_t of the L_s slots, q the right side over (c_u + c_o), rounded down: a
quantile, as in the newsvendor's problem. Shifts are opened while one saves more than f; then each in turn gives way to
the one that saves most beside the others, or to none, until nothing changes. It proves nothing:
``shift_design.network`` starts from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.base import relaxed
from optimiser.problems.shift_design import ShiftDesignPlan, ShiftDesignProblem

ROUNDS = 20
"""Most times that every open shift is looked at again."""
COVER_WEIGHT = 1e3
"""Where nobody may be missing, a missing officer costs this times all other prices of a slot."""


def first_design(
    problem: ShiftDesignProblem, should_stop: Callable[[], bool], *, covering: bool = False
) -> ShiftDesignPlan:
    """Return a design by (1) that keeps the limits on officers and on different shifts.

    Parameters
    ----------
    should_stop
        Asked before every step; True ends with the shifts that are open by then.
    covering
        Let nobody be missing as far as the limits allow, whatever it costs.
    """
    desk = _Desk(problem, covering)
    counts = np.zeros((len(problem.shift_ids), problem.n_days), dtype=np.int64)
    limit = _most_shifts(problem)
    while int(counts.any(axis=1).sum()) < limit and not should_stop() and _open_one(desk, counts):
        pass
    for _ in range(ROUNDS):
        before = counts.copy()
        for s in np.flatnonzero(before.any(axis=1)).tolist():
            if not should_stop():
                counts[s] = 0
                _open_one(desk, counts)
        if np.array_equal(before, counts):
            break
    rows = zip(problem.shift_ids, counts.tolist(), strict=True)
    return ShiftDesignPlan({name: tuple(row) for name, row in rows if any(row)})


def _open_one(desk: _Desk, counts: NDArray[np.int64]) -> bool:
    """Open the closed shift that saves most given the others; return False where none saves more than its price."""
    wanted, saved = desk.best(counts)
    saved[counts.any(axis=1)] = 0.0
    s = int(np.argmax(saved))
    if saved[s] <= desk.shift_price + 1e-9:
        return False
    counts[s] = wanted[s]
    return True


def _most_shifts(problem: ShiftDesignProblem) -> int:
    p, n = problem.params, len(problem.shift_ids)
    return min(n, math.floor(p.most_shifts + relaxed(p.relax, "most shifts") + 1e-9)) if p.most_shifts else n


class _Desk:
    """The slots that each shift covers, by length, and the best number of officers on each given the others."""

    def __init__(self, problem: ShiftDesignProblem, covering: bool) -> None:
        p = problem.params
        self._problem = problem
        self.shift_price = p.shift_price
        self._over = p.over_price * problem.slot_h
        self._under = p.under_price * problem.slot_h
        if covering:
            self._under = COVER_WEIGHT * (1.0 + self._under + self._over + float(problem.officer_cost.max()))
        self._most = math.floor(problem.most_per_shift + relaxed(p.relax, "most on a shift") + 1e-9)
        first = problem.shift_start[:, None] + problem.slots_per_day * np.arange(problem.n_days)[None, :]
        self._of_length = {
            int(n): (mine, (first[mine][:, :, None] + np.arange(n)) % problem.n_slots)
            for n in np.unique(problem.shift_slots)
            for mine in [np.flatnonzero(problem.shift_slots == n)]
        }
        """Shifts of a length, and their slots, shape (shifts, days, length)."""

    def on_duty(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return officers on duty, shape (T,)."""
        found = np.zeros(self._problem.n_slots, dtype=np.int64)
        for mine, slots in self._of_length.values():
            np.add.at(found, slots, counts[mine][:, :, None])
        return found

    def best(self, counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the officers (S, days) best added to each shift alone, and what they save before f, shape (S,)."""
        spare = self._problem.need - self.on_duty(counts)
        wanted, saved = np.zeros_like(counts), np.zeros(len(counts))
        if self._under + self._over <= 0:
            return wanted, saved
        for n, (mine, slots) in self._of_length.items():
            rho = spare[slots]
            pay = self._problem.officer_cost[mine]
            q = np.floor((self._over * n + pay) / (self._under + self._over) + 1e-9).astype(np.int64)
            ranked = -np.sort(-rho, axis=2)
            at = np.minimum(q, n - 1)[:, None, None]
            k = np.take_along_axis(ranked, np.broadcast_to(at, (*rho.shape[:2], 1)), axis=2)[:, :, 0]
            k = np.where((q < n)[:, None], np.clip(k, 0, self._most), 0)
            wanted[mine] = k
            left = rho - k[:, :, None]
            change = self._price(rho) - self._price(left)
            saved[mine] = change.sum(axis=(1, 2)) - pay * k.sum(axis=1)
        return wanted, saved

    def _price(self, missing: NDArray[np.int64]) -> NDArray[np.float64]:
        return self._under * np.maximum(missing, 0) + self._over * np.maximum(-missing, 0)

"""Prices for areas at which the cheapest districts bound the border, then the plans that cheap districts can make.

    max  sum_i p_i + sum_g n_g m_g                                         (1) value of prices
    s.t. sum_{i in S} p_i + m_g <= border of S   S a district of group g   (2) a district earns no more than it costs

Half of (1) is the bound of a partition into whole districts, by far tighter than that of a model with areas. Districts
are added to (2) round by round: the cheapest at the prices, found by dynamic programming (:mod:`.least`), which also
gives the bound that holds at those prices whatever is missing in (2). Prices stay in a box around the best so far
(Marsten, Hogan and Blankenship 1975), so that they settle.

Then value by value: a plan of border V is made of districts that cost at most 2 (V - bound) more than the cheapest of
their group. All of these are listed; HiGHS looks for a plan among them; where there is none, the bound is the next
value. Garfinkel and Nemhauser, Optimal political districting by implicit enumeration techniques, Management Science 16
(1970); Mehrotra, Johnson and Nemhauser, Management Science 44 (1998); listing within the gap: Baldacci, Christofides
and Mingozzi, Mathematical Programming 115 (2008).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from optimiser.solve.backends.highs_arrays import Watch, solve_linear
from optimiser.solve.backends.highs_lp import GrowingLP
from optimiser.solve.backends.linear import LinearModel
from optimiser.solve.result import PROOF_GAP
from optimiser_models.sectors.arrays import FREE
from optimiser_models.sectors.border.close import offer
from optimiser_models.sectors.border.ground import Ground
from optimiser_models.sectors.border.kernels import NEVER
from optimiser_models.sectors.border.least import Least
from optimiser_models.sectors.border.sweep import Sweep
from optimiser_models.sectors.run import Run

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Sets = NDArray[np.bool_]
ROUNDS = 400
FIRST_BOX, LEAST_BOX, LARGEST_BOX = 1.0, 1e-3, 16.0
"""How far prices may go from the best so far in one round, in units of length."""
SERIOUS = 0.3
"""Share of the gain hoped for that makes a round a good one: then the next may go further."""
BEST_KEPT, MORE_KEPT = 40, 160
BEST_STEPS, MORE_STEPS, LIST_STEPS = 8_000_000, 400_000, 2_000_000_000
MOST_LISTED = 150_000
SETTLED = 0.02
"""Prices have settled when half of (1) is this near to the bound, in units of length."""
BY_PRICES = "plain arithmetic (the cheapest districts at prices for areas)"
BY_LIST = "all districts that could be part of a better plan, listed"


class Priced:
    """Districts known so far, the prices they allow, and the bound these give."""

    def __init__(self, run: Run, ground: Ground, least: Least) -> None:
        self.run, self.ground, self.least = run, ground, least
        self.unit = ground.unit or float(ground.length.sum()) * 1e-4
        self.sets: list[Sets] = [np.zeros((0, ground.d.n), dtype=bool) for _ in least.kinds]
        self.borders: list[Floats] = [np.zeros(0) for _ in least.kinds]
        self.seen: list[set[bytes]] = [set() for _ in least.kinds]
        self.bound = -np.inf
        self.price = np.zeros(ground.d.n, dtype=np.int64)
        self.cheapest = np.zeros(len(least.kinds), dtype=np.int64)
        self.rounds = 0
        self.lp = self._lp()

    def _lp(self) -> GrowingLP:
        n, kinds = self.ground.d.n, self.least.kinds
        far = 4.0 * float(self.ground.length.sum()) / self.unit
        size = n + len(kinds)
        cost = np.concatenate([np.ones(n), [float(k.count) for k in kinds]])
        model = LinearModel(
            sense="max",
            cost=cost,
            lower=np.full(size, -far),
            upper=np.full(size, far),
            integer=np.zeros(size, dtype=bool),
            a=sp.csr_array((1, size)),
            row_lower=np.zeros(1),
            row_upper=np.zeros(1),
        )
        return GrowingLP(model, options=self.run.options, should_stop=self.run.done)

    def add(self, g: int, sets: Sets) -> int:
        """Add districts of a group that are new and keep all rules; return how many."""
        new = [i for i, s in enumerate(sets) if s.tobytes() not in self.seen[g]]
        sets = sets[new]
        sets = sets[self.least.admits(self.least.kinds[g], sets)]
        if not len(sets):
            return 0
        self.seen[g].update(s.tobytes() for s in sets)
        border = self.least.border(sets)
        self.sets[g] = np.concatenate([self.sets[g], sets])
        self.borders[g] = np.concatenate([self.borders[g], border])
        ones = np.zeros((len(sets), len(self.least.kinds)))
        ones[:, g] = 1.0
        rows = sp.csr_array(np.hstack([sets.astype(np.float64), ones]))
        self.lp.add_rows(rows, np.full(len(sets), -np.inf), border / self.unit)
        return len(sets)

    def add_plan(self, label: Ints) -> None:
        """Add the districts of a plan."""
        for g in range(len(self.least.kinds)):
            mine = np.flatnonzero(self.ground.group == g)
            self.add(g, np.stack([label == k for k in mine.tolist()]))

    def look(self, price: Ints) -> int:
        """Find the cheapest districts at some prices and the bound they give; return how many are new."""
        new, total = 0, int(price.sum())
        cheapest = np.zeros(len(self.least.kinds), dtype=np.int64)
        for g, kind in enumerate(self.least.kinds):
            under = self.least.bound(kind, price)
            if under >= NEVER // 2:
                self.run.infeasible = True
                return 0
            known = self._known(g, price)
            sets, costs, all_ = self.least.districts(
                kind, price, known - 1, best=True, most=BEST_KEPT, steps=BEST_STEPS, keep_going=self._going
            )
            cheapest[g] = min(int(costs.min(initial=known)), known) if all_ else under
            if all_ and cheapest[g] >= NEVER // 4:
                self.run.infeasible = True
                return 0
            new += self.add(g, sets)
            more, _, _ = self.least.districts(
                kind, price, int(cheapest[g]) + int(self.unit * self.least.grain), best=False, most=MORE_KEPT,
                steps=MORE_STEPS, keep_going=self._going,
            )  # fmt: skip
            new += self.add(g, more)
            total += kind.count * int(cheapest[g])
        bound = 0.5 * total / self.least.grain
        if bound > self.bound:
            self.bound, self.price, self.cheapest = bound, price, cheapest
            self.run.prove(self.ground.rounded(bound))
        return new

    def _known(self, g: int, price: Ints) -> int:
        """Return the cost of the cheapest district known, NEVER / 4 without one."""
        if not len(self.sets[g]):
            return NEVER // 4
        u, v = self.ground.links.T
        sets = self.sets[g]
        border = (sets[:, u] != sets[:, v]).astype(np.int64) @ self.least.length
        return int((border - sets.astype(np.int64) @ price).min())

    def _going(self) -> bool:
        return not self.run.done()

    def settle(self) -> None:
        """Look for the best prices round by round, each round's within a box around the best so far."""
        self.look(self.price)
        box = FIRST_BOX
        while self.rounds < ROUNDS and not self.run.done() and box > LEAST_BOX:
            self.rounds += 1
            centre = self.price / (self.least.grain * self.unit)
            self.lp.bound(np.arange(centre.size), centre - box, centre + box)
            solved = self.lp.solve(max(0.1, self.run.left_s()))
            if solved.x is None or solved.objective is None:
                return
            before, hoped = self.bound, 0.5 * solved.objective * self.unit
            moved = solved.x[: centre.size] - centre
            if hoped - before <= SETTLED * self.unit:
                if np.abs(moved).max() < box * 0.999 or box > LARGEST_BOX:
                    return
                box *= 4.0
                continue
            new = self.look(self.least.whole((centre + moved) * self.unit))
            if self._impossible():
                return
            if self.bound - before >= SERIOUS * (hoped - before):
                box *= 1.5
            elif not new or self.bound <= before:
                box *= 0.6 if new else 0.3

    def _impossible(self) -> bool:
        """No plan has more border than there is."""
        if self.bound > float(self.ground.length.sum()) * (1 + PROOF_GAP) + 1e-9:
            self.run.infeasible = True
        return self.run.infeasible

    def list_up_to(self, value: float) -> list[Sets] | None:
        """Return per group all districts that a plan of at most ``value`` can have; None where they are too many."""
        extra = int(np.ceil(2 * (value - self.bound) * self.least.grain + 1e-6)) + 1
        found = []
        for g, kind in enumerate(self.least.kinds):
            self.least.bound(kind, self.price)
            sets, _, all_ = self.least.districts(
                kind, self.price, int(self.cheapest[g]) + extra, best=False, most=MOST_LISTED, steps=LIST_STEPS,
                keep_going=self._going,
            )  # fmt: skip
            if not all_:
                return None
            found.append(sets[self.least.admits(kind, sets)])
        return found

    def step(self) -> bool:
        """List the districts of the next value, and look for a plan among them; False where that cannot be done."""
        run, unit = self.run, self.unit
        total = float(self.ground.length.sum())
        best = run.best.cost if run.best is not None else total
        value = max(run.bound, self.bound) + (0.0 if self.ground.unit else max(0.01 * best, unit))
        value = min(value, best - unit if self.ground.unit and run.best is not None else best)
        listed = self.list_up_to(value)
        if listed is None:
            return False
        model = self._partition(listed, value)
        watch = Watch(should_stop=run.done)
        solved = solve_linear(
            model,
            time_limit_s=max(0.1, run.left_s()),
            options=run.options,
            watch=watch,
            gap_frac=PROOF_GAP / 4,
        )
        if solved.infeasible:
            if value >= total - 1e-9 and run.best is None:
                run.infeasible = True
            run.prove(value + unit if self.ground.unit else value)
            return True
        if solved.x is None:
            return False
        offer(run, self.ground, self._label(listed, solved.x))
        if solved.bound is not None:
            run.prove(self.ground.rounded(solved.bound * self.unit))
        return run.done()

    def _partition(self, listed: list[Sets], value: float) -> LinearModel:
        """Each area in one district, so many of each group, and no more border than a value."""
        n, kinds = self.ground.d.n, self.least.kinds
        sets = np.concatenate(listed)
        group = np.repeat(np.arange(len(kinds)), [len(s) for s in listed])
        cost = 0.5 * self.least.border(sets) / self.unit
        per_kind = (group[None, :] == np.arange(len(kinds))[:, None]).astype(np.float64)
        a = sp.csr_array(np.vstack([sets.T.astype(np.float64), per_kind, cost[None]]))
        count = np.array([float(k.count) for k in kinds])
        return LinearModel(
            sense="min",
            cost=cost,
            lower=np.zeros(len(sets)),
            upper=np.ones(len(sets)),
            integer=np.ones(len(sets), dtype=bool),
            a=a,
            row_lower=np.concatenate([np.ones(n), count, [-np.inf]]),
            row_upper=np.concatenate([np.ones(n), count, [value / self.unit + 1e-6]]),
        )

    def _label(self, listed: list[Sets], x: Floats) -> Ints:
        label = np.full(self.ground.d.n, FREE, dtype=np.int64)
        chosen = x > 0.5
        at = 0
        for g, sets in enumerate(listed):
            names = np.flatnonzero(self.ground.group == g).tolist()
            for name, s in zip(names, sets[chosen[at : at + len(sets)]], strict=False):
                label[s] = name
            at += len(sets)
        return label


def price(run: Run, ground: Ground, order: Sweep) -> dict[str, Any]:
    """Bound by priced districts and, where that is not enough, by lists of them; return what to note."""
    run.report(phase="bounding")
    priced = Priced(run, ground, Least(ground, order))
    if run.best is not None:
        priced.add_plan(run.best.label)
    priced.settle()
    confirmed = BY_PRICES
    if not run.done() and not ground.d.places.limited:
        run.report(phase="proving")
        while not run.done() and priced.step():
            confirmed = BY_LIST
    proved = run.infeasible or run.gap() <= PROOF_GAP
    return {
        "waiting": order.width,
        "priced_rounds": priced.rounds,
        "priced_bound": priced.bound,
        "districts": sum(len(s) for s in priced.sets),
        "confirmed_by": confirmed if proved else "",
    }

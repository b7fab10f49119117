"""A sector plan as arrays: what it breaks, reaches and measures, fast enough to be asked at every click.

It says the same as :mod:`.rules` and :mod:`.measures`, which stay the judges; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.problems.sectors.data import SectorsProblem
from optimiser.problems.sectors.measures import has_target
from optimiser.problems.sectors.plan import SectorsPlan
from optimiser.problems.sectors.rules_of_places import needed

NONE = -1
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fixed:
    """What no move changes.

    Parameters
    ----------
    names
        The k districts asked for, then any others that the plan or today's names.
    before
        District of today of each area as its number, NONE where it has none or an unknown one, shape (n,).
    row
        Row of each centre.
    target
        Target share of each district asked for, shape (k,).
    starts, near
        The links as CSR arrays.
    by_name
        Place of each area in the order of ids as text: where a district has no centre, its first area is the root.
    place_of
        By kind of place: the number of its name for each area, NONE for none; and the names.
    rims
        Areas next to each, where a rule of shape asks for them.
    total
        All work of each kind, shape (Q,).
    index
        Place of each area.
    with_target
        Whether a target drive was given, so that cover means something.
    """

    problem: SectorsProblem
    names: tuple[str, ...]
    before: Ints
    row: Mapping[str, int]
    target: Floats
    starts: Ints
    near: Ints
    by_name: Ints
    place_of: Mapping[str, tuple[Ints, tuple[str, ...]]]
    rims: tuple[tuple[int, ...], ...]
    total: Floats
    index: Mapping[str, int]
    with_target: bool

    @property
    def k(self) -> int:
        """Number of districts asked for."""
        return self.problem.params.n_districts


def fixed(problem: SectorsProblem, plan: SectorsPlan) -> Fixed:
    """Return what no move changes."""
    p = problem.params
    strange = set(plan.district_of.values()) | set(plan.centre_of) | set(problem.today)
    names = (*p.district_ids, *sorted(strange - set(p.district_ids) - {""}))
    number = {d: k for k, d in enumerate(names)}
    today = problem.today or ("",) * len(problem.area_ids)
    starts, near = problem.neighbours()
    rims: list[list[int]] = [[] for _ in problem.area_ids] if p.shape else []
    for i, j in problem.edges.tolist() if p.shape else ():
        rims[i].append(j)
        rims[j].append(i)
    order = np.empty(len(problem.area_ids), dtype=np.int64)
    order[np.argsort(np.array(problem.area_ids, dtype=object))] = np.arange(len(problem.area_ids))
    place_of = {}
    for kind, of_area in problem.places.items():
        known = tuple(sorted(set(of_area) - {""}))
        index = {w: g for g, w in enumerate(known)}
        place_of[kind] = (np.array([index.get(w, NONE) for w in of_area], dtype=np.int64), known)
    return Fixed(
        problem,
        names,
        np.array([number.get(d, NONE) if d else NONE for d in today], dtype=np.int64),
        {c: j for j, c in enumerate(problem.centre_ids)},
        p.shares(),
        starts,
        near,
        order,
        place_of,
        tuple(tuple(r) for r in rims),
        problem.balance.sum(axis=1),
        {a: i for i, a in enumerate(problem.area_ids)},
        has_target(problem),
    )


@dataclass(frozen=True)
class Board:
    """A plan at one moment.

    Parameters
    ----------
    label
        District of each area by number, NONE for none, shape (n,).
    centre
        Row of the centre of each district, NONE for none that is known, shape (len(names),).
    cut
        How many areas of each district asked for cannot be reached from its root, shape (k,).
    jutting
        Areas that break the rule of shape: how many near areas they have, how many are wanted.
    """

    fixed: Fixed
    label: Ints
    centre: Ints
    cut: Ints
    jutting: Mapping[int, tuple[int, int]]

    @property
    def served(self) -> Ints:
        """Row of the centre that serves each area, NONE for none, shape (n,)."""
        return np.where(self.label >= 0, self.centre[self.label], NONE)

    def load(self, weight: Floats) -> Floats:
        """Return the sum of a weight per district asked for, shape (k,)."""
        k = self.fixed.k
        mine = (self.label >= 0) & (self.label < k)
        return np.bincount(self.label[mine], weights=weight[mine], minlength=k).astype(np.float64)

    def off(self, q: int) -> Floats:
        """Return the relative deviation of each district asked for from its target of a kind of work, shape (k,)."""
        total = float(self.fixed.total[q])
        return self.load(self.fixed.problem.balance[q]) / (self.fixed.target * total) - 1

    def moved_frac(self) -> float:
        """Return the share of today's work whose district changes."""
        problem = self.fixed.problem
        if not (problem.today and problem.balance_names):
            return 0.0
        work = problem.moved_work()
        total = float(work.sum())
        return float(work[self.label != self.fixed.before].sum()) / total if total > 0 else 0.0

    def cut_links(self) -> NDArray[np.bool_]:
        """Return which links join two districts, shape (m,)."""
        edges = self.fixed.problem.edges.reshape(-1, 2)
        return np.asarray(self.label[edges[:, 0]] != self.label[edges[:, 1]])

    def pieces(self, kind: str) -> tuple[Ints, tuple[str, ...]]:
        """Return into how many further pieces each place of a kind is cut, and the names of the places."""
        place, names = self.fixed.place_of[kind]
        mine = (place >= 0) & (self.label >= 0)
        pairs = np.unique(place[mine] * len(self.fixed.names) + self.label[mine]) // len(self.fixed.names)
        found = np.bincount(pairs, minlength=len(names))
        return np.asarray(np.where(found > 0, found - 1, NONE), dtype=np.int64), names

    def after(self, areas: Ints, district: int, centre: Mapping[int, int]) -> Board:
        """Return the board with areas moved to a district and some districts' centres changed."""
        label, seats = self.label.copy(), self.centre.copy()
        changed = {int(d) for d in label[areas].tolist() if d >= 0} | {district} | set(centre)
        label[areas] = district
        for d, j in centre.items():
            seats[d] = j
        cut = self.cut.copy()
        new = replace(self, label=label, centre=seats, cut=cut)
        for d in changed:
            if 0 <= d < self.fixed.k:
                cut[d] = new.count_cut_off(d)
        if not self.fixed.rims:
            return new
        stay = {i: v for i, v in self.jutting.items() if self.label[i] not in changed}
        again = np.flatnonzero(np.isin(label, sorted(changed))).tolist()
        return replace(new, jutting=stay | new.juts(again))

    def count_cut_off(self, d: int) -> int:
        """Count the areas of a district that cannot be reached from its root within it."""
        f = self.fixed
        mine = np.flatnonzero(self.label == d)
        if not f.problem.params.contiguity or not mine.size:
            return 0
        seat = int(f.problem.centre_area[self.centre[d]]) if self.centre[d] >= 0 else NONE
        root = seat if seat >= 0 and self.label[seat] == d else int(mine[np.argmin(f.by_name[mine])])
        left = set(mine.tolist())
        left.discard(root)
        frontier = [root]
        starts, near = f.starts, f.near
        while frontier and left:
            here = frontier.pop()
            for there in near[starts[here] : starts[here + 1]].tolist():
                if there in left:
                    left.discard(there)
                    frontier.append(there)
        return len(left)

    def juts(self, areas: list[int]) -> dict[int, tuple[int, int]]:
        """Return which of some areas break the rule of shape."""
        problem = self.fixed.problem
        found = {}
        for i in areas:
            d = int(self.label[i])
            c = int(self.centre[d]) if d >= 0 else NONE
            if c < 0:
                continue
            rim, seat = list(self.fixed.rims[i]), int(problem.centre_area[c])
            if i == seat or seat in rim:
                continue
            far = problem.distance_m[c]
            for some, least in needed(problem.params.shape, rim, far[rim].tolist(), float(far[i])):
                mine = int((self.label[some] == d).sum()) if some else 0
                if mine < least:
                    found[i] = (mine, least)
                    break
        return found


def board(f: Fixed, plan: SectorsPlan) -> Board:
    """Return a plan as arrays. Areas that are not on the map are left out."""
    number = {d: k for k, d in enumerate(f.names)}
    label = np.array(
        [number[plan.district_of[a]] if a in plan.district_of else NONE for a in f.problem.area_ids],
        dtype=np.int64,
    )
    centre = np.array([f.row.get(plan.centre_of.get(d, ""), NONE) for d in f.names], dtype=np.int64)
    made = Board(f, label, centre, np.zeros(f.k, dtype=np.int64), {})
    cut = np.array([made.count_cut_off(d) for d in range(f.k)], dtype=np.int64)
    return replace(made, cut=cut, jutting=made.juts(list(range(label.size))) if f.rims else {})

"""The rules of a sector plan on a :class:`~.board.Board`: the same violations as :func:`.rules.check`, faster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from optimiser.problems.base import Violation, relaxed
from optimiser.problems.sectors.board import NONE, Board
from optimiser.problems.sectors.board_measures import value_on
from optimiser.problems.sectors.measures import NAMES
from optimiser.problems.sectors.params import limit_rule
from optimiser.problems.sectors.rules import ROUNDING, beyond


def violations(b: Board, strangers: Mapping[str, int], centre_of: Mapping[str, str]) -> list[Violation]:
    """Return all broken rules.

    Parameters
    ----------
    strangers
        Areas of the plan that are not on the map.
    centre_of
        Centre of each district as the plan names it, known or not.
    """
    return [
        *_names(b, strangers, centre_of),
        *_centres(b, centre_of),
        *_contiguity(b),
        *_amounts(b),
        *_locks(b),
        *_groups(b),
        *_drives(b),
        *_change(b),
        *_splits(b),
        *_shape(b),
        *_limits(b),
    ]


def _names(b: Board, strangers: Mapping[str, int], centre_of: Mapping[str, str]) -> Iterator[Violation]:
    f = b.fixed
    for area in sorted(strangers):
        yield Violation("known areas", area, 1, 0, "areas")
    size = np.bincount(b.label[b.label >= 0], minlength=len(f.names))
    for d in range(f.k, len(f.names)):
        n = int(size[d]) + sum(home == d for home in strangers.values())
        if n:
            yield Violation("known districts", f.names[d], n, 0, "areas")
        if f.names[d] in centre_of:
            yield Violation("known districts", f.names[d], 1, 0, "areas")
    for i in np.flatnonzero(b.label < 0).tolist():
        yield Violation("every area", f.problem.area_ids[i], 0, 1, "areas")


def _centres(b: Board, centre_of: Mapping[str, str]) -> Iterator[Violation]:
    problem = b.fixed.problem
    used = Counter(centre_of.values())
    known = set(problem.today)
    for d, (name, given) in enumerate(
        zip(problem.params.district_ids, problem.params.centres(), strict=True)
    ):
        row = int(b.centre[d])
        seat = int(problem.centre_area[row]) if row >= 0 else NONE
        if seat < 0 or used[centre_of[name]] > 1 or b.label[seat] != d:
            yield Violation("centre", name, 0, 1, "districts")
        if given and centre_of.get(name, "") != given:
            yield Violation("fixed centre", name, 0, 1, "districts")
        free = not given and problem.params.counts_change and name in known
        if free and seat >= 0 and problem.today[seat] != name:
            yield Violation("old ground", name, 0, 1, "districts")


def _contiguity(b: Board) -> Iterator[Violation]:
    p = b.fixed.problem.params
    allowed = relaxed(p.relax, "contiguity")
    if p.contiguity and int(b.cut.sum()) > allowed:
        for d in np.flatnonzero(b.cut).tolist():
            yield Violation("contiguity", p.district_ids[d], int(b.cut[d]), allowed, "areas")


def _amounts(b: Board) -> Iterator[Violation]:
    problem, p = b.fixed.problem, b.fixed.problem.params
    for name, tolerance in p.balance_frac.items():
        q = problem.balance_names.index(name)
        limit = tolerance + relaxed(p.relax, "balance")
        if b.fixed.total[q] <= 0:
            continue
        off = b.off(q)
        for d in np.flatnonzero(np.abs(off) > limit + ROUNDING).tolist():
            yield Violation("balance", f"{p.district_ids[d]}, {name}", float(off[d]), limit, "frac")
    for name, ceiling in p.ceilings.items():
        most = ceiling + relaxed(p.relax, "ceiling")
        load = b.load(problem.balance[problem.balance_names.index(name)])
        for d in np.flatnonzero(load > most * (1 + ROUNDING)).tolist():
            yield Violation("ceiling", f"{p.district_ids[d]}, {name}", float(load[d]), most, "of its kind")


def _home(b: Board, area: str) -> str:
    d = int(b.label[b.fixed.index[area]])
    return b.fixed.names[d] if d >= 0 else ""


def _locks(b: Board) -> Iterator[Violation]:
    p = b.fixed.problem.params
    broken = [(a, d) for a, d in sorted(set(p.locks)) if _home(b, a) != d]
    allowed = relaxed(p.relax, "lock")
    if len(broken) > allowed:
        for a, d in broken:
            yield Violation("lock", f"{a}, locked to {d}", 1, allowed, "areas")


def _groups(b: Board) -> Iterator[Violation]:
    p = b.fixed.problem.params
    parted = [(a, g[0]) for g in p.together for a in g[1:] if _home(b, a) != _home(b, g[0])]
    allowed = relaxed(p.relax, "together")
    if len(parted) > allowed:
        for a, first in parted:
            yield Violation("together", f"{a}, kept with {first}", 1, allowed, "areas")
    joined = [(a, c) for a, c in sorted(set(p.apart)) if _home(b, a) and _home(b, a) == _home(b, c)]
    allowed = relaxed(p.relax, "apart")
    if len(joined) > allowed:
        for a, c in joined:
            yield Violation("apart", f"{a} and {c}", 1, allowed, "pairs")


def _drives(b: Board) -> Iterator[Violation]:
    problem, p = b.fixed.problem, b.fixed.problem.params
    centre = b.served
    areas = np.flatnonzero(centre >= 0)
    drive = problem.travel_s[centre[areas], areas]
    limit = p.longest_drive_s + relaxed(p.relax, "longest drive")
    for k in np.flatnonzero(drive > limit).tolist():
        yield Violation("longest drive", problem.area_ids[int(areas[k])], float(drive[k]), limit, "s")
    if problem.respond_within_s.size:
        within = problem.respond_within_s[areas] + relaxed(p.relax, "response")
        for k in np.flatnonzero(drive > within).tolist():
            name = problem.area_ids[int(areas[k])]
            yield Violation("response", name, float(drive[k]), float(within[k]), "s")


def _change(b: Board) -> Iterator[Violation]:
    p = b.fixed.problem.params
    if p.change_limit_frac >= 1:
        return
    limit, found = p.change_limit_frac + relaxed(p.relax, "change"), b.moved_frac()
    if found > limit + ROUNDING:
        yield Violation("change", "the plan", found, limit, "frac")


def _splits(b: Board) -> Iterator[Violation]:
    p = b.fixed.problem.params
    for kind, most in p.split_limits.items():
        allowed = most + relaxed(p.relax, "splits")
        found, names = b.pieces(kind)
        cut = [names[g] for g in np.flatnonzero(found > 0).tolist()]
        n = float(found[found > 0].sum())
        if n > allowed:
            shown = ", ".join(cut[:5]) + (" ..." if len(cut) > 5 else "")
            yield Violation("splits", f"{kind}: {shown}", n, allowed, "pieces")


def _limits(b: Board) -> Iterator[Violation]:
    p = b.fixed.problem.params
    for name in p.limits:
        value, limit = value_on(b, name), p.limit_of(name)
        if beyond(name, value, limit):
            yield Violation(limit_rule(name), NAMES[name][0], value, limit, NAMES[name][1])


def _shape(b: Board) -> Iterator[Violation]:
    p = b.fixed.problem.params
    if p.shape and len(b.jutting) > relaxed(p.relax, "shape"):
        for i, (found, least) in sorted(b.jutting.items()):
            yield Violation("shape", b.fixed.problem.area_ids[i], found, least, "areas")

"""Objectives and measures on a :class:`~.board.Board`: the same numbers as :mod:`.measures`, faster."""

from __future__ import annotations

import numpy as np

from optimiser.problems.base import Measure, Objective
from optimiser.problems.sectors.board import Board, Floats, Ints
from optimiser.problems.sectors.measures import (
    NAMES,
    OWN_CAR,
    busy_kind,
    covered_name,
    moved_name,
    named,
    own_free,
)
from optimiser.problems.sectors.params import PRIORITY_COVERS, SENSES

_TINY = 1e-12


def objectives(b: Board) -> tuple[Objective, ...]:
    """Return the objectives in order of importance."""
    problem = b.fixed.problem
    return tuple(
        Objective(label, value_on(b, o), unit, SENSES[o])
        for o in problem.params.objectives
        for label, unit in (named(problem, o),)
    )


def value_on(b: Board, name: str) -> float:
    """Return the value of one objective."""
    problem, p = b.fixed.problem, b.fixed.problem.params
    if name == "score":
        return sum(w * value_on(b, n) * (-1.0 if SENSES[n] == "max" else 1.0) for n, w in p.weights.items())
    if name == "moved":
        return b.moved_frac()
    if name == "splits":
        return float(sum(int(np.maximum(b.pieces(kind)[0], 0).sum()) for kind in problem.places))
    if name == "boundary":
        return float(problem.border_m[b.cut_links()].sum())
    if name == "deviation":
        kinds = [
            q for q, n in enumerate(problem.balance_names) if n in p.balance_frac and b.fixed.total[q] > 0
        ]
        return max((float(np.abs(b.off(q)).max()) for q in kinds), default=0.0)
    centre = b.served
    areas = np.flatnonzero(centre >= 0)
    mine = centre[areas]
    if name == "cover" or name in PRIORITY_COVERS:
        return float(problem.covered_of(name)[mine, areas].sum())
    if name == "travel":
        return float((problem.travel_s[mine, areas] * problem.calls[areas]).sum())
    if name == "compactness":
        return float((problem.distance_m[mine, areas] ** 2 * problem.calls[areas]).sum())
    rank = p.backup_centres - 1 if name == "backup" else 1
    own, other = problem.covered_calls[mine, areas], _other(b, rank)[areas]
    if name == "backup":
        return float(np.minimum(own, other).sum())
    return float(((1 - p.busy_frac) * own + p.busy_frac * (1 - p.busy_frac) * other).sum())


def _other(b: Board, rank: int) -> Floats:
    """Return the calls of each area that the best ``rank`` open centres beside its own all cover, shape (n,)."""
    opened = np.unique(b.centre[b.centre >= 0])
    if opened.size < rank:
        return np.zeros(b.label.size)
    covered = np.where(opened[:, None] == b.served[None, :], -1.0, b.fixed.problem.covered_calls[opened])
    ranked = np.partition(covered, opened.size - rank, axis=0)[opened.size - rank]
    return np.asarray(np.maximum(ranked, 0.0), dtype=np.float64)


def measures(b: Board) -> tuple[Measure, ...]:
    """Return what a planner asks of a sector plan."""
    problem, f = b.fixed.problem, b.fixed
    centre = b.served
    there = centre >= 0
    areas = np.flatnonzero(there)
    drive_s = np.zeros(b.label.size)
    covered = np.zeros(b.label.size)
    drive_s[areas] = problem.travel_s[centre[areas], areas]
    reached, of = problem.cover_unweighted()
    covered[areas] = reached[centre[areas], areas]
    calls, counted = problem.calls * there, of * there
    names = problem.params.district_ids

    def by(values: Floats, of: Floats | None = None) -> dict[str, float]:
        if of is None:
            return dict(zip(names, values.tolist(), strict=True))
        return {d: v / w for d, v, w in zip(names, values.tolist(), of.tolist(), strict=True) if w > 0}

    n_calls = b.load(calls)
    within = Measure(
        "calls covered", float(covered.sum()) / max(float(counted.sum()), _TINY), "frac", "higher",
        by(b.load(covered), b.load(counted)), "district",
    )  # fmt: skip
    found = [
        *([within, *_by_priority(b, centre, areas)] if f.with_target else []),
        Measure(
            "mean drive", float((calls * drive_s).sum()) / max(float(calls.sum()), _TINY), "s", "lower",
            by(b.load(calls * drive_s), n_calls), "district",
        ),
        Measure("longest drive", float(drive_s.max(initial=0.0)), "s", "lower"),
        Measure("calls", max(float(calls.sum()), _TINY), "calls per week", "neither", by(n_calls), "district"),
        Measure("areas", float(areas.size), "areas", "neither", by(b.load(there.astype(np.float64))), "district"),
        Measure("borders", float(b.cut_links().sum()), "links cut", "lower"),
    ]  # fmt: skip
    for q, name in enumerate(problem.balance_names):
        if f.total[q] > 0:
            off = b.off(q)
            worst = float(np.abs(off).max())
            found.append(Measure(f"largest deviation of {name}", worst, "frac", "lower", by(off), "district"))
    return (*found, *_optional(b))


def _by_priority(b: Board, centre: Ints, areas: Ints) -> list[Measure]:
    """Return of each priority the share of its calls within its own target, where several are known apart."""
    problem, found = b.fixed.problem, []
    for k, priority in enumerate(problem.priorities if len(problem.priorities) > 1 else ()):
        got, of = np.zeros(b.label.size), np.zeros(b.label.size)
        got[areas] = problem.priority_covered[k][centre[areas], areas]
        of[areas] = problem.priority_calls[k][areas]
        mine = zip(problem.params.district_ids, b.load(got).tolist(), b.load(of).tolist(), strict=True)
        share = float(got.sum()) / max(float(of.sum()), _TINY)
        by = {d: v / w for d, v, w in mine if w > 0}
        found.append(Measure(covered_name(priority), share, "frac", "higher", by, "district"))
    return found


def _optional(b: Board) -> list[Measure]:
    problem = b.fixed.problem
    found = []
    if problem.border_m.size:
        found.append(Measure("border between districts", value_on(b, "boundary"), "m", "lower"))
    if problem.distance_m.size:
        found.append(Measure(NAMES["compactness"][0], value_on(b, "compactness"), "call-m2", "lower"))
    cover = max(float(problem.cover_calls.sum()), _TINY)
    for name in ("backup", "expected") if b.fixed.with_target else ():
        found.append(Measure(named(problem, name)[0], value_on(b, name) / cover, "frac", "higher"))
    if problem.balance_names:
        free = own_free(problem, b.load(problem.balance[busy_kind(problem)]))
        calls = b.load(problem.calls)
        share = float((calls * free).sum()) / max(float(calls.sum()), _TINY)
        by = dict(zip(problem.params.district_ids, free.tolist(), strict=True))
        found.append(Measure(OWN_CAR, share, "frac", "higher", by, "district"))
    if problem.today:
        found.append(Measure(moved_name(problem), b.moved_frac(), "frac", "neither"))
    for kind in problem.places:
        n, names = b.pieces(kind)
        by = {names[g]: float(n[g]) for g in np.flatnonzero(n > 0).tolist()}
        found.append(
            Measure(f"further pieces of each {kind}", float(sum(by.values())), "pieces", "lower", by, kind)
        )
    return found

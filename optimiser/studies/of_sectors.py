"""What studies know of sectors: what arithmetic refutes, what locks and kinds of work are made of, what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from optimiser.errors import InputError
from optimiser.problems.base import relaxed
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import best_centres, has_target
from optimiser.problems.sectors.params import HELD, PRIORITY_COVERS, SENSES, ObjectiveName, limit_rule
from optimiser.problems.sectors.rules import ROUNDING
from optimiser.studies.hooks import Hooks, Refutation

STEEPEST = 2.0
"""At full strength a call that stays where it is costs this many mean drives more."""
_FIELDS = {
    "lock": "locks",
    "together": "together",
    "apart": "apart",
    "balance": "balance_frac",
    "ceiling": "ceilings",
    "splits": "split_limits",
}
"""The parameter that holds the parts of a rule."""


def plain(problem: SectorsProblem) -> SectorsProblem:
    """Return the problem with its first objective only; aims that bring a rule of their own stay."""
    p = problem.params
    if len(p.objectives) == 1 or (p.counts_change and p.change_limit_frac >= 1):
        return problem
    first = p.objectives[:1]
    return replace(
        problem, params=replace(p, objectives=first, weights=p.weights if "score" in first else {})
    )


def in_force(problem: SectorsProblem, rule: str) -> bool:
    """Return whether the question asks for a rule; one that is not known here is taken to be asked for."""
    p = problem.params
    known = {
        "contiguity": p.contiguity,
        "balance": bool(p.balance_frac),
        "ceiling": bool(p.ceilings),
        "lock": bool(p.locks),
        "together": bool(p.together),
        "apart": bool(p.apart),
        "longest drive": bool(np.isfinite(p.longest_drive_s)),
        "response": bool(np.isfinite(problem.respond_within_s).any()),
        "change": p.change_limit_frac < 1,
        "splits": bool(p.split_limits),
        "shape": bool(p.shape),
    } | {limit_rule(name): name in p.limits for name in HELD}
    return known.get(rule, True)


def plenty(problem: SectorsProblem, rule: str) -> float | None:
    """Return what switches a rule off: all areas, all locks, the longest drive there is, all the work in one place."""
    p = problem.params
    n = float(len(problem.area_ids))
    longest_s = max(1.0, float(problem.travel_s.max(initial=0.0)))
    known = {
        "contiguity": n,
        "shape": n,
        "together": n,
        "splits": n,
        "lock": max(1.0, float(len(p.locks))),
        "apart": max(1.0, float(len(p.apart))),
        "balance": float(np.ceil(1.0 / p.shares().min())),
        "ceiling": max(1.0, float(problem.balance.sum(axis=1).max(initial=0.0))),
        "change": 1.0,
        "longest drive": longest_s,
        "response": longest_s,
    } | {limit_rule(name): _worst(problem, name) for name in p.limits}
    return known.get(rule)


def _worst(problem: SectorsProblem, name: str) -> float:
    """Return an amount that switches the limit of an objective off."""
    p = problem.params
    if SENSES[name] == "max":
        return max(1.0, p.limits[name])  # nothing at all is asked for
    known = {
        "travel": lambda: float(problem.travel_s.max(axis=0) @ problem.calls),
        "compactness": lambda: float((problem.distance_m**2).max(axis=0) @ problem.calls),
        "deviation": lambda: float(np.ceil(1.0 / p.shares().min())),
        "splits": lambda: float(len(problem.area_ids) * max(1, len(problem.places))),
    }
    return max(1.0, known[name]())


def refute(problem: SectorsProblem) -> tuple[Refutation, ...]:
    """Return what sums, maxima and pieces of the map refute."""
    return (
        *_out_of_reach(problem),
        *_too_large(problem),
        *_locked_too_much(problem),
        *_pieces(problem),
        *_locked_centres(problem),
    )


def _usable(problem: SectorsProblem) -> NDArray[np.int64]:
    """Return the centres that a plan may open."""
    given = [c for c in problem.params.centres() if c]
    if len(given) == problem.params.n_districts:
        return np.array([problem.centre_ids.index(c) for c in given], dtype=np.int64)
    return np.arange(len(problem.centre_ids))


def _out_of_reach(problem: SectorsProblem) -> Iterator[Refutation]:
    limit = problem.params.longest_drive_s + relaxed(problem.params.relax, "longest drive")
    nearest = problem.travel_s[_usable(problem)].min(axis=0)
    for i in sorted(np.flatnonzero(nearest > limit).tolist(), key=lambda i: -nearest[i]):
        far = float(nearest[i])
        yield Refutation(("longest drive",), f"area {problem.area_ids[i]}", far, limit, "s", far - limit)


def _too_large(problem: SectorsProblem) -> Iterator[Refutation]:
    extra = relaxed(problem.params.relax, "balance")
    for q, name in enumerate(problem.balance_names):
        target = float(problem.balance[q].sum() * problem.params.shares().max())
        if name not in problem.params.balance_frac or target <= 0:
            continue
        limit = problem.params.balance_frac[name] + extra
        off = problem.balance[q] / target - 1
        for i in sorted(np.flatnonzero(off > limit + ROUNDING).tolist(), key=lambda i: -off[i]):
            where = f"area {problem.area_ids[i]}, {name}, alone above the target of a district"
            yield Refutation(
                ("balance",), where, float(off[i]), limit, "frac", float(off[i]) - limit - ROUNDING
            )


def _locked_too_much(problem: SectorsProblem) -> Iterator[Refutation]:
    p = problem.params
    if relaxed(p.relax, "lock") > 0:
        return
    extra = relaxed(p.relax, "balance")
    row = {a: i for i, a in enumerate(problem.area_ids)}
    for d, share in zip(p.district_ids, p.shares().tolist(), strict=True):
        mine = sorted({row[a] for a, e in p.locks if e == d})
        for q, name in enumerate(problem.balance_names):
            target = float(problem.balance[q].sum() * share)
            if len(mine) < 2 or name not in p.balance_frac or target <= 0:
                continue
            limit = p.balance_frac[name] + extra
            off = float(problem.balance[q][mine].sum()) / target - 1
            if off > limit + ROUNDING:
                where = f"the {len(mine)} areas locked to {d}, {name}, above the target of a district"
                yield Refutation(("balance", "lock"), where, off, limit, "frac", off - limit - ROUNDING)


def _components(problem: SectorsProblem) -> NDArray[np.int64]:
    starts, neighbours = problem.neighbours()
    n = len(problem.area_ids)
    graph = csr_array((np.ones(neighbours.size, dtype=np.int8), neighbours, starts), shape=(n, n))
    found: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return found


def _pieces(problem: SectorsProblem) -> Iterator[Refutation]:
    """Areas in pieces of the map without a centre, or in more pieces than there are districts, are cut off."""
    p = problem.params
    if not p.contiguity:
        return
    allowed = relaxed(p.relax, "contiguity")
    piece = _components(problem)
    size = np.bincount(piece)
    seats = np.unique(piece[problem.centre_area[_usable(problem)]])
    without = np.setdiff1d(np.arange(size.size), seats)
    lost = int(size[without].sum())
    if lost > allowed:
        first = problem.area_ids[int(np.flatnonzero(np.isin(piece, without))[0])]
        where = f"area {first} and others in {without.size} pieces of the map without a centre"
        yield Refutation(("contiguity",), where, lost, allowed, "areas", lost - allowed)
    most_served = np.sort(size[seats])[::-1][: p.n_districts]
    left = int(size.sum() - most_served.sum())
    if seats.size > p.n_districts and left > allowed:
        where = f"the map, in {size.size} pieces for {p.n_districts} districts,"
        yield Refutation(("contiguity",), where, left, allowed, "areas", left - allowed)


def _locked_centres(problem: SectorsProblem) -> Iterator[Refutation]:
    """Give an area that holds a district's given centre to another, and one of the two does not stand."""
    p = problem.params
    place = {
        c: problem.area_ids[int(a)] for c, a in zip(problem.centre_ids, problem.centre_area, strict=True)
    }
    holds = {place[c]: d for d, c in zip(p.district_ids, p.centres(), strict=True) if c}
    wrong = [(a, d) for a, d in sorted(set(p.locks)) if holds.get(a, d) != d]
    allowed = relaxed(p.relax, "lock")
    if len(wrong) > allowed:
        a, d = wrong[0]
        where = f"area {a}, locked to {d}, holds the given centre of {holds[a]};"
        yield Refutation(("lock",), where, len(wrong), allowed, "areas", len(wrong) - allowed)


def parts(problem: SectorsProblem, rule: str) -> tuple[str, ...]:
    """Return each lock, group or pair, or each kind of work or place that has a limit of its own."""
    return tuple(_parts(problem, rule))


def _parts(problem: SectorsProblem, rule: str) -> dict[str, Any]:
    """Return the parts of a rule by name, as the parameter that holds them has them."""
    p = problem.params
    if rule == "lock":
        return {f"{a} to {d}": (a, d) for a, d in sorted(set(p.locks))}
    if rule == "together":
        return {", ".join(group): group for group in p.together}
    if rule == "apart":
        return {f"{a} and {b}": (a, b) for a, b in sorted(set(p.apart))}
    limits = {"balance": p.balance_frac, "ceiling": p.ceilings, "splits": p.split_limits}.get(rule, {})
    return dict(limits.items())


def without(problem: SectorsProblem, rule: str, dropped: Sequence[str]) -> SectorsProblem:
    """Return the problem without some parts of a rule."""
    left = {name: part for name, part in _parts(problem, rule).items() if name not in dropped}
    field = _FIELDS[rule]
    limits = field in ("balance_frac", "ceilings", "split_limits")
    changed: dict[str, Any] = {field: left if limits else tuple(left.values())}
    return replace(problem, params=replace(problem.params, **changed))


def distance(problem: SectorsProblem, one: SectorsPlan, other: SectorsPlan) -> float:
    """Return the share of the calls whose area changes hands, districts matched so that the fewest do."""
    a, b = _labels(problem, one), _labels(problem, other)
    weight = problem.calls if problem.calls.sum() > 0 else np.ones(len(problem.area_ids))
    size = max(int(a.max(initial=0)), int(b.max(initial=0))) + 1
    overlap = np.zeros((size, size))
    placed = (a >= 0) & (b >= 0)
    np.add.at(overlap, (a[placed], b[placed]), weight[placed])
    rows, columns = linear_sum_assignment(-overlap)
    return float(max(0.0, 1.0 - overlap[rows, columns].sum() / weight.sum()))


def _labels(problem: SectorsProblem, plan: SectorsPlan) -> NDArray[np.int64]:
    known = {d: k for k, d in enumerate(sorted(set(plan.district_of.values())))}
    return np.array([known.get(plan.district_of.get(a, ""), -1) for a in problem.area_ids], dtype=np.int64)


def push(
    problem: SectorsProblem, plans: Sequence[SectorsPlan], strength: float
) -> tuple[SectorsProblem, ...]:
    """Lead away from plans: by charges, and by other centres where these are free. The rules stay as they are."""
    return (_charged(problem, plans, strength), *_elsewhere(problem, plans, strength))


def _charged(problem: SectorsProblem, plans: Sequence[SectorsPlan], strength: float) -> SectorsProblem:
    """Charge each call that stays in a district with what it is with in the plans.

    The charge is the same for every call, as in :func:`distance`: :data:`STEEPEST` mean drives at full strength.
    Districts keep the first plan's centres, or a centre moved next door would pass for a new district; the best
    centres are found afterwards (:func:`settled`).
    """
    together = np.zeros(problem.travel_s.shape)
    for plan in plans:
        label = _labels(problem, plan)
        together += label[problem.centre_area][:, None] == label[None, :]
    share = together / max(len(plans), 1)
    share[np.arange(len(problem.centre_ids)), problem.centre_area] = 0.0
    limit = problem.params.longest_drive_s + relaxed(problem.params.relax, "longest drive")
    mean_s = float(problem.travel_s.mean())
    dearer = problem.travel_s + STEEPEST * strength * mean_s * share
    inside = problem.travel_s <= limit
    part = float(problem.cover_calls.sum()) / max(float(problem.calls.sum()), 1e-12)
    p = problem.params
    seats = tuple(plans[0].centre_of[d] for d in p.district_ids)
    led = {"cover", "travel"} & set(p.objectives[:1]) or p.counts_change
    if not led:  # the other aims know no charges
        p = replace(p, objectives=("travel",), weights={})
    return replace(
        problem,
        params=replace(p, fixed_centres=seats),
        travel_s=np.where(inside, np.minimum(dearer, limit), dearer),
        covered_calls=problem.covered_calls + strength * part * (1.0 - share) * problem.calls,
    )


def _elsewhere(
    problem: SectorsProblem, plans: Sequence[SectorsPlan], strength: float
) -> Iterator[SectorsProblem]:
    """Take the plans' centres off the list, and with them those next to them, more the greater the strength."""
    p = problem.params
    given = {c for c in p.centres() if c}
    used = {c for plan in plans for c in plan.centre_of.values()} - given
    rows = [problem.centre_ids.index(c) for c in sorted(used)]
    near_s = strength * float(np.median(problem.travel_s)) / 2
    near = problem.travel_s[rows][:, problem.centre_area].min(axis=0, initial=np.inf) <= near_s
    near[rows] = True
    left = np.array([c in given or not gone for c, gone in zip(problem.centre_ids, near, strict=True)])
    if used and left.sum() >= p.n_districts:
        yield replace(
            problem,
            centre_ids=tuple(c for c, stays in zip(problem.centre_ids, left, strict=True) if stays),
            centre_area=problem.centre_area[left],
            travel_s=problem.travel_s[left],
            covered_calls=problem.covered_calls[left],
            priority_covered=problem.priority_covered[:, left]
            if problem.priorities
            else problem.priority_covered,
            distance_m=problem.distance_m[left] if problem.distance_m.size else problem.distance_m,
        )


def settled(problem: SectorsProblem, plan: SectorsPlan) -> SectorsPlan:
    """Return the plan with the best centre in each district."""
    return SectorsPlan(plan.district_of, best_centres(problem, dict(plan.district_of)))


def aims(problem: SectorsProblem) -> tuple[str, ...]:
    """Return the objectives that can be set against each other with the data of this question."""
    known = {
        "cover": has_target(problem),
        "backup": has_target(problem),
        "expected": has_target(problem),
        "compactness": problem.distance_m.size > 0,
        "deviation": bool(problem.params.balance_frac),
        "splits": bool(problem.places),
        "moved": bool(problem.today and problem.balance_names),
    } | {name: p in problem.priorities for name, p in PRIORITY_COVERS.items()}
    return tuple(name for name in (*HELD, "moved") if known.get(name, True))


def calls_counted(problem: SectorsProblem) -> float | None:
    """Return the calls a week that the first objective is about; None where it is no sum over calls."""
    first = problem.params.objectives[0]
    if first in PRIORITY_COVERS:
        return float(problem.priority_calls[problem.priorities.index(PRIORITY_COVERS[first])].sum())
    if first in ("cover", "backup", "expected"):
        return float(problem.cover_calls.sum())
    return float(problem.calls.sum()) if first == "travel" else None


def aiming(problem: SectorsProblem, names: Sequence[str]) -> SectorsProblem:
    """Return the problem with other objectives.

    Raises
    ------
    InputError
        If one is none that can be aimed at and held, or the question lacks the data for it.
    """
    may = (*HELD, "moved")
    strange = [n for n in names if n not in may]
    if strange:
        can = ", ".join(n for n in may if n not in PRIORITY_COVERS)
        raise InputError(
            f"{strange[0]!r} cannot be set against another aim; these can: {can}, cover 1, cover 2 ... (moved: work "
            "that changes its district)."
        )
    aims = tuple(cast("ObjectiveName", n) for n in names)
    if "moved" in aims and problem.params.moved_on == "" and not problem.balance_names:
        raise InputError("Change is counted in work, and this question has none.")
    return replace(problem, params=replace(problem.params, objectives=aims, weights={}))


def holding(problem: SectorsProblem, limits: Mapping[str, float]) -> SectorsProblem:
    """Return the problem with objectives held at these values; what was relaxed of them before no longer counts."""
    p = problem.params
    change = min(limits.get("moved", p.change_limit_frac), p.change_limit_frac)
    held = {name: value for name, value in limits.items() if name != "moved"}
    rules = {limit_rule(name) for name in limits}
    relax = {rule: amount for rule, amount in p.relax.items() if rule not in rules}
    return replace(
        problem,
        params=replace(p, change_limit_frac=change, limits={**p.limits, **held}, relax=relax),
    )


HOOKS = Hooks(
    plain=plain,
    in_force=in_force,
    refute=refute,
    plenty=plenty,
    parts=parts,
    without=without,
    distance=distance,
    distance_of="calls in another district",
    push=push,
    settled=settled,
    aiming=aiming,
    aims=aims,
    told_beside=("calls covered", "mean drive"),
    calls_counted=calls_counted,
    holding=holding,
    holder=limit_rule,
)

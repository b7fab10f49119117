"""Sectors in words: what came of every further aim and rule of the question, beside the drive, cover and balance."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimiser.problems.base import Measure, relaxed
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import moved_name, named, served_by, value_of
from optimiser.problems.sectors.params import SENSES
from optimiser.report.phrases import MINUS, aim, asked, count, in_units, listed, minutes, number, percent

MOST_SHARES = 12
"""Target shares are told one by one up to this many districts; more stand in the tables."""
_PART = "a week"


def first_aim(problem: SectorsProblem, name: str, value: float, unit: str) -> str:
    """Say an aim that is neither cover nor driving, the most important one of its question."""
    text = f"{name[:1].upper()}{name[1:]}: {in_units(value, unit)}"
    first = problem.params.objectives[0]
    counted = float(problem.cover_calls.sum())
    if first in ("backup", "expected") and counted > 0:
        text += f", {percent(value / counted)} of those that count for cover"
    if first == "expected":
        text += f"; a car is taken to be busy {asked(problem.params.busy_frac)} of the time"
    return f"{text}."


def score_parts(problem: SectorsProblem, plan: SectorsPlan) -> list[str]:
    """Say what the score is made of; what is to be large counts against it."""
    parts = []
    for name, weight in problem.params.weights.items():
        value = value_of(problem, plan, name)
        label, unit = named(problem, name)
        points = weight * value * (-1.0 if SENSES[name] == "max" else 1.0)
        shown = f"{MINUS if points < 0 else ''}{number(abs(points), 1)}"
        parts.append(f"{shown} for {aim(label)} ({in_units(value, unit)})")
    return [f"Points of the score: {listed(parts, len(parts))}."] if len(parts) > 1 else []


def outcomes(problem: SectorsProblem, plan: SectorsPlan, by_name: dict[str, Measure]) -> list[str]:
    """Say what came of target shares, ceilings, critical locations, change, named places and limits."""
    return [
        *_shares(problem, by_name),
        *_ceilings(problem, by_name),
        *_critical(problem, plan),
        *_moved(problem, by_name),
        *_pieces(problem, by_name),
        *_limits(problem, plan),
        *_bridged(problem, plan),
    ]


def kept(problem: SectorsProblem) -> list[str]:
    """Say how many groups are kept together and how many pairs apart."""
    p, said = problem.params, []
    if p.together:
        n = len(p.together)
        said.append(f"{count(n, 'group')} of areas {'is' if n == 1 else 'are'} kept together.")
    if p.apart:
        n = len(set(p.apart))
        said.append(f"{count(n, 'pair')} of areas {'is' if n == 1 else 'are'} kept apart.")
    return said


def _shares(problem: SectorsProblem, by_name: dict[str, Measure]) -> list[str]:
    """Say what each district has of the work where the planner asked for shares of its own."""
    p = problem.params
    kind = next(iter(p.balance_frac), "")
    off = by_name.get(f"largest deviation of {kind}")
    if len(set(p.target_shares)) < 2 or len(p.target_shares) > MOST_SHARES or off is None:
        return []
    told = [
        f"{d} has {percent((1 + off.by[d]) * share)} (asked {asked(share)})"
        for d, share in zip(p.district_ids, p.target_shares, strict=True)
        if d in off.by
    ]
    return [f"Of the {kind}, {listed(told, len(told))}."]


def _ceilings(problem: SectorsProblem, by_name: dict[str, Measure]) -> list[str]:
    """Say how near the fullest district comes to each ceiling."""
    p, said = problem.params, []
    shares = dict(zip(p.district_ids, p.shares().tolist(), strict=True))
    for kind, most in p.ceilings.items():
        off = by_name.get(f"largest deviation of {kind}")
        if off is None:
            continue
        total = float(problem.balance[problem.balance_names.index(kind)].sum())
        load = {d: (1 + frac) * shares[d] * total for d, frac in off.by.items()}
        fullest = max(load, key=lambda d: load[d])
        allowed = most + relaxed(p.relax, "ceiling")
        said.append(
            f"The most {kind} in one {p.called}: {number(load[fullest], 1)}{_weekly(kind)}, in {fullest}; "
            f"the ceiling is {number(allowed, 1)}."
        )
    return said


def _weekly(kind: str) -> str:
    return f" {_PART}" if kind.split(",")[0] in ("unit hours", "calls") else ""


def _critical(problem: SectorsProblem, plan: SectorsPlan) -> list[str]:
    """Say how far the critical locations are, and which has the least to spare."""
    within = problem.respond_within_s
    at = np.flatnonzero(np.isfinite(within)) if within.size else np.zeros(0, dtype=np.int64)
    centre = served_by(problem, plan)
    at = at[centre[at] >= 0]
    if not at.size:
        return []
    drive = problem.travel_s[centre[at], at]
    tight = int(np.argmin(within[at] - drive))
    what = f"{problem.area_ids[at[tight]]} is {minutes(float(drive[tight]))} from its centre"
    what += f", {minutes(float(within[at[tight]]))} are allowed"
    if at.size == 1:
        return [f"Critical location: {what}."]
    return [f"Of {count(int(at.size), 'critical location')} the one with the least to spare: {what}."]


def _moved(problem: SectorsProblem, by_name: dict[str, Measure]) -> list[str]:
    """Say how much changes its district, where that is limited or an aim after others."""
    p, label = problem.params, moved_name(problem)
    measure = by_name.get(label)
    first = p.objectives[0] == "moved" and p.change_limit_frac >= 1
    if measure is None or not p.counts_change or first:
        return []
    text = f"{label[:1].upper()}{label[1:]}: {percent(measure.value)}"
    if p.change_limit_frac < 1:
        text += f"; at most {asked(p.change_limit_frac + relaxed(p.relax, 'change'))} was allowed"
    return [f"{text}."]


def _pieces(problem: SectorsProblem, by_name: dict[str, Measure]) -> list[str]:
    """Say how often places of each kind are cut, where that is limited or an aim."""
    p, said = problem.params, []
    for kind in problem.places:
        measure = by_name.get(f"further pieces of each {kind}")
        if measure is None or not (kind in p.split_limits or "splits" in p.judged):
            continue
        n = round(measure.value)
        text = f"Places of the kind {kind} are cut into {count(n, 'further piece')}"
        if measure.by:
            most = max(measure.by, key=lambda place: measure.by[place])
            text += f", most of them {most} with {number(measure.by[most])}"
        if kind in p.split_limits:
            text += f"; {number(p.split_limits[kind] + relaxed(p.relax, 'splits'))} are allowed"
        said.append(f"{text}.")
    return said


def _limits(problem: SectorsProblem, plan: SectorsPlan) -> list[str]:
    """Say what the plan has of everything that is held within a limit."""
    said = []
    for name in problem.params.limits:
        label, unit = named(problem, name)
        least = "at least" if SENSES[name] == "max" else "at most"
        value, limit = value_of(problem, plan, name), problem.params.limit_of(name)
        said.append(f"Held: {aim(label)} {least} {in_units(limit, unit)}; here {in_units(value, unit)}.")
    return said


def _bridged(problem: SectorsProblem, plan: SectorsPlan) -> list[str]:
    """Name districts that hang together only because areas kept together count as one, wherever they lie."""
    p = problem.params
    if not (p.together and p.contiguity):
        return []
    label = np.array([plan.district_of.get(a, "") for a in problem.area_ids])
    edges = problem.edges.reshape(-1, 2)
    inner = edges[label[edges[:, 0]] == label[edges[:, 1]]]
    n = label.size
    piece = connected_components(coo_array((np.ones(len(inner)), inner.T), shape=(n, n)), directed=False)[1]
    grouped = {plan.district_of.get(group[0], "") for group in p.together}
    torn = [d for d in p.district_ids if d in grouped and np.unique(piece[label == d]).size > 1]
    if not torn:
        return []
    return [
        f"On the ground {listed(torn)} {'lies' if len(torn) == 1 else 'lie'} in pieces: areas kept together count as "
        "one and join their district even where they do not touch."
    ]

"""Is a sector plan admissible? Written plainly from raw data, by breadth-first search and sums.

Nothing here is shared with a formulation. Every broken rule is returned, never raised.
"""

from __future__ import annotations

from collections import Counter

from optimiser.problems.base import Violation, relaxed
from optimiser.problems.sectors.data import SectorsProblem
from optimiser.problems.sectors.measures import NAMES, value_of
from optimiser.problems.sectors.params import SENSES, limit_rule
from optimiser.problems.sectors.plan import SectorsPlan
from optimiser.problems.sectors.rules_of_places import apart, change, old_ground, shape, splits, together

ROUNDING = 1e-6
"""Shares are compared with this relative allowance: work is measured, not counted."""


def check(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    """Return all broken rules; an empty list means the plan is admissible."""
    return [
        *_names(problem, plan),
        *_centres(problem, plan),
        *old_ground(problem, plan),
        *_contiguity(problem, plan),
        *_balance(problem, plan),
        *_ceilings(problem, plan),
        *_locks(problem, plan),
        *together(problem, plan),
        *apart(problem, plan),
        *_drives(problem, plan),
        *_responses(problem, plan),
        *change(problem, plan),
        *splits(problem, plan),
        *shape(problem, plan),
        *_limits(problem, plan),
    ]


def _names(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    known, asked = set(problem.area_ids), set(problem.params.district_ids)
    found = [Violation("known areas", a, 1, 0, "areas") for a in sorted(set(plan.district_of) - known)]
    strange = Counter(d for d in plan.district_of.values() if d not in asked)
    found += [Violation("known districts", d, n, 0, "areas") for d, n in sorted(strange.items())]
    found += [
        Violation("every area", a, 0, 1, "areas") for a in problem.area_ids if a not in plan.district_of
    ]
    return found


def _centres(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    found = []
    place = {
        c: problem.area_ids[int(a)] for c, a in zip(problem.centre_ids, problem.centre_area, strict=True)
    }
    for district in sorted(set(plan.centre_of) - set(problem.params.district_ids)):
        found.append(Violation("known districts", district, 1, 0, "areas"))
    used = Counter(plan.centre_of.values())
    for district, given in zip(problem.params.district_ids, problem.params.centres(), strict=True):
        centre = plan.centre_of.get(district, "")
        if centre not in place or used[centre] > 1 or plan.district_of.get(place[centre]) != district:
            found.append(Violation("centre", district, 0, 1, "districts"))
        if given and centre != given:
            found.append(Violation("fixed centre", district, 0, 1, "districts"))
    return found


def _contiguity(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    if not problem.params.contiguity:
        return []
    links: dict[str, list[str]] = {a: [] for a in problem.area_ids}
    for i, j in problem.edges.tolist():
        links[problem.area_ids[i]].append(problem.area_ids[j])
        links[problem.area_ids[j]].append(problem.area_ids[i])
    for group in problem.params.together:  # counts as one large area
        for area in group[1:]:
            links[group[0]].append(area)
            links[area].append(group[0])
    place = {
        c: problem.area_ids[int(a)] for c, a in zip(problem.centre_ids, problem.centre_area, strict=True)
    }
    cut_off = {}
    for district in problem.params.district_ids:
        mine = {a for a, d in plan.district_of.items() if d == district and a in links}
        root = place.get(plan.centre_of.get(district, ""))
        if root not in mine:  # the rule "centre" tells; here any area serves as the root
            root = min(mine, default=None)
        reached = set() if root is None else {root}
        frontier = list(reached)
        while frontier:
            here = frontier.pop()
            for there in links[here]:
                if there in mine and there not in reached:
                    reached.add(there)
                    frontier.append(there)
        cut_off[district] = len(mine) - len(reached)
    allowed = relaxed(problem.params.relax, "contiguity")
    if sum(cut_off.values()) <= allowed:
        return []
    return [Violation("contiguity", d, n, allowed, "areas") for d, n in cut_off.items() if n]


def _balance(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    found = []
    extra = relaxed(problem.params.relax, "balance")
    for name, tolerance in problem.params.balance_frac.items():
        work = dict(
            zip(problem.area_ids, problem.balance[problem.balance_names.index(name)].tolist(), strict=True)
        )
        total = sum(work.values())
        load = dict.fromkeys(problem.params.district_ids, 0.0)
        for area, district in plan.district_of.items():
            if district in load:
                load[district] += work.get(area, 0.0)
        for district, share in zip(
            problem.params.district_ids, problem.params.shares().tolist(), strict=True
        ):
            if total <= 0:
                continue
            off = load[district] / (share * total) - 1
            if abs(off) > tolerance + extra + ROUNDING:
                found.append(Violation("balance", f"{district}, {name}", off, tolerance + extra, "frac"))
    return found


def _ceilings(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    found = []
    extra = relaxed(problem.params.relax, "ceiling")
    for name, most in problem.params.ceilings.items():
        work = dict(
            zip(problem.area_ids, problem.balance[problem.balance_names.index(name)].tolist(), strict=True)
        )
        load = dict.fromkeys(problem.params.district_ids, 0.0)
        for area, district in plan.district_of.items():
            if district in load:
                load[district] += work.get(area, 0.0)
        for district, value in load.items():
            if value > (most + extra) * (1 + ROUNDING):
                found.append(Violation("ceiling", f"{district}, {name}", value, most + extra, "of its kind"))
    return found


def _locks(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    broken = [(a, d) for a, d in sorted(set(problem.params.locks)) if plan.district_of.get(a) != d]
    allowed = relaxed(problem.params.relax, "lock")
    if len(broken) <= allowed:
        return []
    return [
        Violation("lock", f"{area}, locked to {district}", 1, allowed, "areas") for area, district in broken
    ]


def _limits(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    """Hold objectives within their limits, each recomputed from the data."""
    found = []
    for name in problem.params.limits:
        value, limit = value_of(problem, plan, name), problem.params.limit_of(name)
        if beyond(name, value, limit):
            found.append(Violation(limit_rule(name), NAMES[name][0], value, limit, NAMES[name][1]))
    return found


def beyond(objective: str, value: float, limit: float) -> bool:
    """Say whether an objective is worse than its limit, rounding apart."""
    worse = limit - value if SENSES[objective] == "max" else value - limit
    return worse > ROUNDING * max(abs(limit), 1.0 if objective == "deviation" else 0.0) + 1e-9


def _drives(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    limit = problem.params.longest_drive_s + relaxed(problem.params.relax, "longest drive")
    row = {c: k for k, c in enumerate(problem.centre_ids)}
    found = []
    for i, area in enumerate(problem.area_ids):
        centre = plan.centre_of.get(plan.district_of.get(area, ""), "")
        if centre in row and problem.travel_s[row[centre], i] > limit:
            found.append(
                Violation("longest drive", area, float(problem.travel_s[row[centre], i]), limit, "s")
            )
    return found


def _responses(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    row = {c: k for k, c in enumerate(problem.centre_ids)}
    extra = relaxed(problem.params.relax, "response")
    found = []
    for i, within in enumerate(problem.respond_within_s.tolist()):
        area = problem.area_ids[i]
        centre = plan.centre_of.get(plan.district_of.get(area, ""), "")
        if centre in row and problem.travel_s[row[centre], i] > within + extra:
            found.append(
                Violation("response", area, float(problem.travel_s[row[centre], i]), within + extra, "s")
            )
    return found

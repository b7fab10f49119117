"""The rules of a sector plan that compare places with each other, with today, or with their shape."""

from __future__ import annotations

from optimiser.problems.base import Violation, relaxed
from optimiser.problems.sectors.data import SectorsProblem
from optimiser.problems.sectors.plan import SectorsPlan

ROUNDING = 1e-6
"""Shares are compared with this relative allowance: work is measured, not counted."""


def together(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    """Every area of a group belongs to the district of the group's first area."""
    allowed = relaxed(problem.params.relax, "together")
    parted = []
    for group in problem.params.together:
        home = plan.district_of.get(group[0])
        parted += [(a, group[0]) for a in group[1:] if plan.district_of.get(a) != home]
    if len(parted) <= allowed:
        return []
    return [Violation("together", f"{a}, kept with {b}", 1, allowed, "areas") for a, b in parted]


def apart(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    """No pair kept apart shares a district."""
    allowed = relaxed(problem.params.relax, "apart")
    joined = [
        (a, b)
        for a, b in sorted(set(problem.params.apart))
        if a in plan.district_of and plan.district_of[a] == plan.district_of.get(b)
    ]
    if len(joined) <= allowed:
        return []
    return [Violation("apart", f"{a} and {b}", 1, allowed, "pairs") for a, b in joined]


def old_ground(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    """Where change is counted, a free centre of a district of today lies in one of its areas of today."""
    if not problem.params.counts_change:
        return []
    place = dict(zip(problem.centre_ids, problem.centre_area.tolist(), strict=True))
    known = set(problem.today)
    found = []
    for district, given in zip(problem.params.district_ids, problem.params.centres(), strict=True):
        centre = plan.centre_of.get(district, "")
        if not given and district in known and centre in place and problem.today[place[centre]] != district:
            found.append(Violation("old ground", district, 0, 1, "districts"))
    return found


def moved_frac(problem: SectorsProblem, plan: SectorsPlan) -> float:
    """Return the share of today's work whose district changes; areas without a district today do not count."""
    total = moved = 0.0
    for area, before, work in zip(
        problem.area_ids, problem.today, problem.moved_work().tolist(), strict=True
    ):
        total += work
        moved += work * (plan.district_of.get(area) != before)
    return moved / total if total > 0 else 0.0


def change(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    """No more work changes its district than the limit says."""
    limit = problem.params.change_limit_frac + relaxed(problem.params.relax, "change")
    if problem.params.change_limit_frac >= 1:
        return []
    found = moved_frac(problem, plan)
    return [Violation("change", "the plan", found, limit, "frac")] if found > limit + ROUNDING else []


def pieces(problem: SectorsProblem, plan: SectorsPlan, kind: str) -> dict[str, int]:
    """Return for each place of a kind into how many further pieces the districts cut it: 0 for not at all."""
    districts: dict[str, set[str]] = {}
    for area, name in zip(problem.area_ids, problem.places[kind], strict=True):
        if name and area in plan.district_of:
            districts.setdefault(name, set()).add(plan.district_of[area])
    return {name: len(d) - 1 for name, d in sorted(districts.items())}


def splits(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    """Places of each kind are cut into no more further pieces than allowed, all together."""
    found = []
    for kind, limit in problem.params.split_limits.items():
        allowed = limit + relaxed(problem.params.relax, "splits")
        cut = {name: n for name, n in pieces(problem, plan, kind).items() if n}
        if sum(cut.values()) > allowed:
            shown = ", ".join(list(cut)[:5]) + (" ..." if len(cut) > 5 else "")
            found.append(Violation("splits", f"{kind}: {shown}", float(sum(cut.values())), allowed, "pieces"))
    return found


def shape(problem: SectorsProblem, plan: SectorsPlan) -> list[Violation]:
    """Every area that is not next to its centre touches enough nearer areas of its own district."""
    if not problem.params.shape:
        return []
    row = {c: k for k, c in enumerate(problem.centre_ids)}
    links: list[set[int]] = [set() for _ in problem.area_ids]  # a link given twice counts once
    for i, j in problem.edges.tolist():
        links[i].add(j)
        links[j].add(i)
    near = [sorted(around - {i}) for i, around in enumerate(links)]
    jutting = []
    for i, area in enumerate(problem.area_ids):
        district = plan.district_of.get(area, "")
        centre = row.get(plan.centre_of.get(district, ""))
        if centre is None or i == (seat := int(problem.centre_area[centre])) or seat in near[i]:
            continue
        far = problem.distance_m[centre]
        for rim, least in needed(
            problem.params.shape, near[i], [float(far[v]) for v in near[i]], float(far[i])
        ):
            mine = sum(plan.district_of.get(problem.area_ids[v]) == district for v in rim)
            if mine < least:
                jutting.append((area, mine, least))
                break
    if len(jutting) <= relaxed(problem.params.relax, "shape"):
        return []
    return [Violation("shape", area, mine, least, "areas") for area, mine, least in jutting]


def needed(name: str, near: list[int], far: list[float], own: float) -> list[tuple[list[int], int]]:
    """Return which areas a shape rule looks at and how many of them it wants.

    Parameters
    ----------
    near, far
        The areas next to the one in question, and how far each is from the centre.
    own
        How far the area itself is from the centre.
    """
    nearer = [v for v, d in zip(near, far, strict=True) if d < own]
    if name == "closer neighbour" or len(nearer) <= 1:
        wanted = [(nearer, 1)]
    elif name == "smooth":
        wanted = [(nearer, 2)]
    else:
        wanted = []
    if name == "round":
        inner = [v for v, d in zip(near, far, strict=True) if d < max(far, default=0.0)]
        if len(nearer) > 1 and len(inner) < 5:
            wanted.append((nearer, 2))
        if len(inner) == 5:
            wanted.append((inner, 3))
    return wanted

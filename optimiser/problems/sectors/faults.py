"""Broken rules for a planner: a sentence each, and which districts and areas it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimiser.problems.base import Violation
from optimiser.problems.sectors.data import SectorsProblem
from optimiser.problems.sectors.params import AREAS
from optimiser.problems.sectors.plan import SectorsPlan
from optimiser.units import asked_text, clock, minutes, percent_text

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule: as the rules tell it, in words, and where."""

    violation: Violation
    words: str
    districts: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()


def faults(problem: SectorsProblem, plan: SectorsPlan, broken: Sequence[Violation]) -> tuple[Fault, ...]:
    """Say in words what the broken rules of a plan are about, in the same order.

    Parameters
    ----------
    broken
        What :func:`optimiser.problems.sectors.rules.check` found.
    """
    return tuple(_fault(problem, plan, v) for v in broken)


def _fault(problem: SectorsProblem, plan: SectorsPlan, v: Violation) -> Fault:
    about_area = {
        "known areas": "Area {} is not on this map.",
        "every area": "Area {} has no district.",
    }
    about_district = {
        "centre": "District {} has no centre of its own: it takes a candidate in one of its areas.",
        "fixed centre": "District {} is not served from the centre it was given.",
        "old ground": "The centre of district {} lies outside its areas of today.",
    }
    if v.rule in about_area:
        return Fault(v, about_area[v.rule].format(v.where), (), (v.where,))
    if v.rule in about_district:
        return Fault(v, about_district[v.rule].format(v.where), (v.where,))
    if v.rule == "known districts":
        return Fault(
            v, f"District {v.where} is not one of those asked for.", (v.where,), plan.areas_of(v.where)
        )
    if v.rule == "contiguity":
        return _contiguity(problem, plan, v)
    if v.rule in ("balance", "ceiling"):
        return _amount(problem, v)
    if v.rule.endswith(" limit"):
        return _limit(v)
    if v.rule in ("longest drive", "response"):
        home = plan.district_of.get(v.where, "")
        words = f"Area {v.where} is {clock(v.found)} from the centre of {home}; {clock(v.limit)} are allowed."
        return Fault(v, words, (home,), (v.where,))
    return _of_places(problem, plan, v)


def _limit(v: Violation) -> Fault:
    """Say which objective is worse than its limit, in the planner's units."""
    worse = "fewer" if v.unit == "calls per week" else "more"
    if v.unit == "frac":
        told, asked = percent_text(v.found), asked_text(v.limit)
    elif v.unit == "call-seconds per week":
        told, asked = (f"{minutes(x):,.6g} call-minutes a week" for x in (v.found, v.limit))
    else:
        told, asked = (f"{x:,.6g} {v.unit}" for x in (v.found, v.limit))
    return Fault(v, f"The {v.where} of the plan: {told}; no {worse} than {asked} are allowed.")


def _contiguity(problem: SectorsProblem, plan: SectorsPlan, v: Violation) -> Fault:
    cut = cut_off(problem, plan, v.where)
    them = f"{len(cut)} area{'' if len(cut) == 1 else 's'}"
    words = f"{them} of {v.where} cannot be reached from its centre without leaving it: {_some(cut)}."
    return Fault(v, words, (v.where,), cut)


def cut_off(problem: SectorsProblem, plan: SectorsPlan, district: str) -> tuple[str, ...]:
    """Return the areas of a district that cannot be reached from its centre within it."""
    index = {a: i for i, a in enumerate(problem.area_ids)}
    mine = {index[a] for a, d in plan.district_of.items() if d == district and a in index}
    seat = dict(zip(problem.centre_ids, problem.centre_area.tolist(), strict=True))
    root = seat.get(plan.centre_of.get(district, ""), -1)
    if root not in mine:
        root = min(mine, key=lambda i: problem.area_ids[i], default=-1)
    starts, near = problem.neighbours()
    reached, frontier = {root}, [root]
    while frontier and root >= 0:
        here = frontier.pop()
        for there in near[starts[here] : starts[here + 1]].tolist():
            if there in mine and there not in reached:
                reached.add(there)
                frontier.append(there)
    return tuple(problem.area_ids[i] for i in sorted(mine - reached))


def _amount(problem: SectorsProblem, v: Violation) -> Fault:
    district, kind = next(
        (d, q) for d in problem.params.district_ids for q in problem.balance_names if f"{d}, {q}" == v.where
    )
    if v.rule == "balance":
        more = "more" if v.found > 0 else "less"
        words = (
            f"{district} has {percent_text(abs(v.found))} {more} {kind} than its target share; "
            f"{asked_text(v.limit)} either way are allowed."
        )
    else:
        words = f"{district} has {v.found:,.4g} of {kind}; a district may have {v.limit:,.4g}."
    return Fault(v, words, (district,))


def _of_places(problem: SectorsProblem, plan: SectorsPlan, v: Violation) -> Fault:
    p, home = problem.params, plan.district_of.get
    if v.rule == "lock":
        area, to = next((a, d) for a, d in p.locks if f"{a}, locked to {d}" == v.where)
        return Fault(
            v, f"Area {area} is locked to {to}, yet lies in {home(area, 'no district')}.", (to,), (area,)
        )
    if v.rule == "together":
        area, first = next(
            (a, g[0]) for g in p.together for a in g[1:] if f"{a}, kept with {g[0]}" == v.where
        )
        where = (home(area, ""), home(first, ""))
        words = f"Areas {area} and {first} are to be kept together, yet lie in two districts."
        return Fault(v, words, where, (area, first))
    if v.rule == "apart":
        a, b = next((a, b) for a, b in p.apart if f"{a} and {b}" == v.where)
        return Fault(
            v, f"Areas {a} and {b} are to be kept apart, yet both lie in {home(a)}.", (home(a, ""),), (a, b)
        )
    if v.rule == "change":
        moved = tuple(a for a, d in zip(problem.area_ids, problem.today, strict=True) if d and home(a) != d)
        what = "areas change their" if problem.params.moved_on == AREAS else "work changes its"
        words = f"{percent_text(v.found)} of the {what} district; {asked_text(v.limit)} are allowed."
        return Fault(v, words, (), moved)
    if v.rule == "splits":
        kind, _, names = v.where.partition(": ")
        words = f"{names} ({kind}): cut into {v.found:g} further pieces; {v.limit:g} are allowed."
        return Fault(v, words)
    if v.rule == "shape":
        words = f"Area {v.where} juts out: it touches {v.found:g} nearer areas of its district, {v.limit:g} are wanted."
        return Fault(v, words, (home(v.where, ""),), (v.where,))
    return Fault(v, f"{v}.")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")

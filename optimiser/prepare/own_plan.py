"""A planner's own plan becomes a question: finish it, mend it with the fewest moves, or better it in a few.

Each returns a copy of the sector question with the plan as ``today``, its districts by name, and nothing else changed,
so that the ordinary engine answers it with its bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from optimiser.errors import InputError
from optimiser.problems.sectors import FAMILY, SectorsParams, SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import best_centres
from optimiser.problems.sectors.params import AREAS

Counted = Literal["areas", "work"]
Only = Literal["", "contiguity", "balance"]
_MOST_NAMED = 8


def finishing(problem: SectorsProblem, district_of: Mapping[str, str]) -> tuple[SectorsProblem, SectorsPlan]:
    """Return the question of the areas that a plan leaves open, and the plan to start from.

    Every assigned area is locked to its district.

    Raises
    ------
    InputError
        If the plan has nothing left to do, or contradicts a lock of the question.
    """
    _same_names(problem, district_of)
    given = {a: d for a, d in district_of.items() if d}
    left = [a for a in problem.area_ids if a not in given]
    if not left:
        raise InputError(
            "Every area of this plan has a district: there is nothing to complete. Polish or repair it."
        )
    asked = dict(problem.params.locks)
    against = [
        f"{a} ({d} in the plan, locked to {asked[a]})" for a, d in given.items() if asked.get(a, d) != d
    ]
    if against:
        raise InputError(
            f"{len(against)} areas of the plan contradict a lock: {_some(against)}. Change the plan or lift the lock."
        )
    locks = tuple(sorted({**asked, **given}.items()))
    made = replace(problem, params=replace(problem.params, locks=locks))
    return made, SectorsPlan(given, best_centres(problem, given))


def mending(
    problem: SectorsProblem, district_of: Mapping[str, str], counted: Counted = "areas", only: Only = ""
) -> tuple[SectorsProblem, SectorsPlan]:
    """Return the question of the fewest moves that mend a plan, and the plan itself.

    Parameters
    ----------
    counted
        Moves counted in areas, or in the work (the question's ``moved_on``) that changes its district.
    only
        Mend only this rule: of contiguity (with shape) and balance (with ceilings, each kind of work by itself) the
        other is dropped where the plan breaks it, and kept where the plan keeps it. All other rules stand.
    """
    made = _with_today(problem, district_of, counted)
    p = replace(made.params, objectives=("moved",), weights={}, change_limit_frac=1.0)
    plan = _plan(made, district_of)
    if only:
        p = _without_broken(made, plan, p, only)
    return replace(made, params=p), plan


def _without_broken(
    problem: SectorsProblem, plan: SectorsPlan, p: SectorsParams, only: Only
) -> SectorsParams:
    """Return the choices without the rules beside the one to be mended that the plan breaks already."""
    broken = {(v.rule, v.where) for v in FAMILY.check(problem, plan)}
    rules = {rule for rule, _ in broken}
    if only == "balance":
        return replace(
            p,
            contiguity=p.contiguity and "contiguity" not in rules,
            shape="" if "shape" in rules else p.shape,
        )

    def kept(rule: str, limits: Mapping[str, float]) -> dict[str, float]:
        return {
            kind: limit
            for kind, limit in limits.items()
            if not any((rule, f"{d}, {kind}") in broken for d in p.district_ids)
        }

    return replace(p, balance_frac=kept("balance", p.balance_frac), ceilings=kept("ceiling", p.ceilings))


def polishing(
    problem: SectorsProblem, district_of: Mapping[str, str], *, n_moves: int = 0, work_frac: float = 0.0
) -> tuple[SectorsProblem, SectorsPlan]:
    """Return the planner's own question under a limit of change from the plan, and the plan itself.

    Parameters
    ----------
    n_moves
        Most areas that may change their district; or, where it is 0,
    work_frac
        the largest share of the work that may.

    Raises
    ------
    InputError
        If not one of the two is given.
    """
    if (n_moves > 0) == (work_frac > 0):
        raise InputError("Say how much may change: a number of areas, or a share of the work.")
    made = _with_today(problem, district_of, "areas" if n_moves else "work")
    if n_moves:
        counted = float((made.moved_work() > 0).sum())
        limit = min(1.0, (n_moves + 1e-4) / counted)
    else:
        limit = work_frac
    return replace(made, params=replace(made.params, change_limit_frac=limit)), _plan(made, district_of)


def moved_areas(problem: SectorsProblem, share: float) -> float:
    """Return how many areas a share of :data:`AREAS` is."""
    return share * float((problem.moved_work() > 0).sum())


def counting_areas(problem: SectorsProblem) -> SectorsProblem:
    """Return the question with :data:`AREAS` among its kinds of work."""
    if AREAS in problem.balance_names:
        return problem
    return replace(
        problem,
        balance_names=(*problem.balance_names, AREAS),
        balance=np.concatenate([problem.balance, np.ones((1, len(problem.area_ids)))]),
    )


def _with_today(problem: SectorsProblem, district_of: Mapping[str, str], counted: Counted) -> SectorsProblem:
    """Return the question with a plan as today's, and moves counted in areas or in work."""
    _same_names(problem, district_of)
    made = replace(problem, today=tuple(district_of.get(a, "") for a in problem.area_ids))
    if counted == "work":
        return made
    made = counting_areas(made)
    return replace(made, params=replace(made.params, moved_on=AREAS))


def _plan(problem: SectorsProblem, district_of: Mapping[str, str]) -> SectorsPlan:
    kept = {a: d for a, d in district_of.items() if d}
    return SectorsPlan(kept, best_centres(problem, kept))


def _same_names(problem: SectorsProblem, district_of: Mapping[str, str]) -> None:
    """Refuse a plan of other areas or districts than the question's."""
    areas = sorted(set(district_of) - set(problem.area_ids))
    if areas:
        raise InputError(f"The plan names areas that this question does not have: {_some(areas)}.")
    strange = sorted({d for d in district_of.values() if d} - set(problem.params.district_ids))
    if strange:
        raise InputError(
            f"The plan has districts that the question does not ask for: {_some(strange)}; it asks for "
            f"{_some(problem.params.district_ids)}."
        )


def _some(names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more

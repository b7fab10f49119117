"""A plan of one sector question judged by another: its own districts, everything else as the other has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from optimiser.errors import InputError
from optimiser.prepare.own_plan import counting_areas
from optimiser.prepare.sectors import plan_of
from optimiser.problems import portable
from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.params import AREAS


def variant(problem: SectorsProblem, district_of: Mapping[str, str]) -> SectorsProblem:
    """Return the question with the districts of a plan: as it is where the names are the same.

    With other districts, equal shares are wanted, centres are free, and locks to districts that are gone are left out.
    """
    names = tuple(sorted({d for d in district_of.values() if d}))
    p = problem.params
    if set(names) == set(p.district_ids) or not names:
        return problem
    params = replace(
        p,
        district_ids=names,
        fixed_centres=(),
        target_shares=(),
        locks=tuple((a, d) for a, d in p.locks if d in names),
    )
    made = replace(problem, params=params)
    return made if p.counts_change else replace(made, today=())  # other names: all would seem to move


def fitted(
    base: SectorsProblem, name: str, own: SectorsProblem, plan: SectorsPlan
) -> tuple[SectorsProblem, SectorsPlan]:
    """Return the question with the data and rules of ``base`` that can judge a plan made for ``own``, and the plan.

    Centres that ``base`` does not have become the best that it has.

    Raises
    ------
    InputError
        If the plan is about other areas.
    """
    if set(own.area_ids) != set(base.area_ids):
        raise InputError(
            f"{name} is about other areas than the first plan ({len(own.area_ids):,} and {len(base.area_ids):,}): "
            "plans can be compared only where both are about the same."
        )
    problem = variant(base, plan.district_of)
    if problem.params.called != own.params.called:
        problem = replace(problem, params=replace(problem.params, called=own.params.called))
    there, mine = _places(base), _places(own)
    if all(c in there and there[c] == mine.get(c) for c in plan.centre_of.values()):
        return problem, plan
    return problem, plan_of(problem, plan.district_of)


def _places(problem: SectorsProblem) -> dict[str, str]:
    """Return the area that each candidate centre lies in."""
    at = problem.centre_area.tolist()
    return {c: problem.area_ids[i] for c, i in zip(problem.centre_ids, at, strict=True)}


def same_question(one: SectorsProblem, other: SectorsProblem) -> bool:
    """Do two questions have the same data and rules? What is so today counts only where change from it does."""
    digests = [
        portable.digest(p if p.params.counts_change else replace(p, today=()))
        for p in (_by_name(one), _by_name(other))
    ]
    return digests[0] == digests[1]


def _by_name(problem: SectorsProblem) -> SectorsProblem:
    """Return the question with its districts in the order of their names."""
    p = problem.params
    order = sorted(range(p.n_districts), key=lambda k: p.district_ids[k])
    centres, shares = p.fixed_centres, p.target_shares
    params = replace(
        p,
        district_ids=tuple(p.district_ids[k] for k in order),
        fixed_centres=tuple(centres[k] for k in order) if any(centres) else (),
        target_shares=tuple(shares[k] for k in order) if shares else (),
    )
    return replace(problem, params=params)


def on_other_data(asked: SectorsProblem, base: SectorsProblem) -> SectorsProblem:
    """Return a question that was asked of other data, with the rules of ``base``.

    Raises
    ------
    InputError
        If the data are about another map, or lack what the rules are about.
    """
    if asked.area_ids != base.area_ids or not set(base.centre_ids) <= set(asked.centre_ids):
        raise InputError(
            "The areas or centres of the project are not those that the question was asked about: ask it again, "
            "then draw the weeks anew."
        )
    data = counting_areas(asked) if AREAS in base.balance_names else asked
    try:
        return replace(data, params=base.params, today=base.today)
    except InputError as error:
        raise InputError(f"The question cannot be asked of weeks drawn anew: {error}") from error

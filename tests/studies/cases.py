"""Small questions whose answers are known by looking at every plan, and workers that look, lie or dawdle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import permutations, product

import numpy as np

from optimiser import registry
from optimiser.problems.sectors import FAMILY, SectorsParams, SectorsPlan, SectorsProblem
from optimiser.solve.engine import judge
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Outcome, Result, StoppedBy
from optimiser.studies.amounts import relaxed_by
from optimiser.studies.series import Series


def two_by_three(**params) -> SectorsProblem:
    """Six areas, ``a b c`` above ``d e f``, a minute from neighbour to neighbour; work 3 1 2 / 2 2 4 of 14."""
    ids = tuple("abcdef")
    at = np.array([(r, c) for r in range(2) for c in range(3)])
    travel = 60.0 * np.abs(at[:, None, :] - at[None, :, :]).sum(axis=2)
    work = np.array([3.0, 1.0, 2.0, 2.0, 2.0, 4.0])
    given = {"district_ids": ("1", "2"), "fixed_centres": ("a", "c"), "balance_frac": {"work": 0.0}} | params
    return SectorsProblem(
        area_ids=ids,
        edges=np.array([[0, 1], [1, 2], [3, 4], [4, 5], [0, 3], [1, 4], [2, 5]]),
        centre_ids=ids,
        centre_area=np.arange(6),
        travel_s=travel,
        calls=work,
        covered_calls=np.where(travel <= 60.0, work[None, :], 0.0),
        cover_calls=work,
        balance_names=("work",),
        balance=work[None, :],
        params=SectorsParams(**given),
    )


def every_plan(problem: SectorsProblem) -> Iterator[SectorsPlan]:
    """Yield every assignment of areas and centres to districts in which each centre lies in its district."""
    p, ids = problem.params, problem.area_ids
    for centres in permutations(problem.centre_ids, p.n_districts):
        if any(given and given != c for given, c in zip(p.centres(), centres, strict=True)):
            continue
        seat = {int(problem.centre_area[problem.centre_ids.index(c)]): d for d, c in enumerate(centres)}
        others = [i for i in range(len(ids)) if i not in seat]
        for labels in product(range(p.n_districts), repeat=len(others)):
            where = seat | dict(zip(others, labels, strict=True))
            yield SectorsPlan(
                {ids[i]: p.district_ids[d] for i, d in sorted(where.items())},
                dict(zip(p.district_ids, centres, strict=True)),
            )


def best_of_all(problem: SectorsProblem, relax: Mapping[str, float]) -> float | None:
    """Return the best first objective under a relaxation, None where no plan passes."""
    return next(iter(_best(relaxed_by(problem, relax))[0]), None)


def _best(problem: SectorsProblem) -> tuple[tuple[float, ...], SectorsPlan | None]:
    """Return the objectives of the best plan and that plan; () and None where no plan passes."""
    best: tuple[tuple[float, ...], tuple[float, ...], SectorsPlan | None] = ((), (), None)
    for plan in every_plan(problem):
        told = FAMILY.objectives(problem, plan)
        key = tuple((-1 if o.sense == "max" else 1) * o.value for o in told)
        if (best[2] is None or key < best[0]) and not FAMILY.check(problem, plan):
            best = (key, tuple(o.value for o in told), plan)
    return best[1], best[2]


EVERY = "looking at every plan"


class Looker:
    """A worker that looks at every plan: each answer is a proof. The engine judges it like any other."""

    def __init__(self) -> None:
        self.asked = 0

    def outcome(self, problem: SectorsProblem) -> Outcome[SectorsPlan]:
        values, plan = _best(problem)
        if plan is None:
            return Outcome(None, infeasible=True, confirmed_by=(EVERY,))
        return Outcome(plan, objective=values, bound=values, confirmed_by=(EVERY,) * len(values))

    def solve(
        self, problem, formulation, options=None, *, start=None, on_progress=None, should_stop=None
    ) -> Result:
        self.asked += 1
        family = registry.family(formulation.split(".")[0])
        return judge(
            problem, family, self.outcome(problem), name=formulation, options=options or SolveOptions()
        )


class Denier(Looker):
    """Calls every problem impossible whose balance is relaxed by less than this, even where it is not."""

    def __init__(self, below: float) -> None:
        super().__init__()
        self.below = below

    def outcome(self, problem):
        if problem.params.relax.get("balance", 0.0) < self.below:
            return Outcome(None, infeasible=True)
        return super().outcome(problem)


class Boaster(Looker):
    """Finds the best plan but claims a bound that a better plan, found later, beats."""

    def outcome(self, problem):
        if problem.params.relax:
            return super().outcome(problem)
        worst = max(
            (p for p in every_plan(problem) if not FAMILY.check(problem, p)),
            key=lambda p: FAMILY.objectives(problem, p)[0].value,
        )
        value = FAMILY.objectives(problem, worst)[0].value
        return Outcome(worst, objective=(value,), bound=(value,))


class Helpless(Looker):
    """Never decides anything."""

    def outcome(self, problem):
        return Outcome(None, stopped_by=StoppedBy.TIME)


def series(worker, **more) -> Series:
    """Return a series of sector solves on a worker."""
    given = {"options": SolveOptions(time_limit_s=30, confirm=False)} | more
    return Series("sectors", "sectors.cuts", worker=worker, **given)


def without_confirming(problem: SectorsProblem, **params) -> SectorsProblem:
    """Return the problem with other choices."""
    return replace(problem, params=replace(problem.params, **params))

"""Fold tables of a whole force: one a district and part of the day, each solved and proved by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from optimiser.demand.day_parts import DayPart
from optimiser.errors import InputError
from optimiser.prepare.beats import Beats
from optimiser.prepare.fold import folded
from optimiser.problems.fold import FoldParams, FoldPlan, FoldProblem
from optimiser.solve.result import Result, Status

Solve = Callable[[FoldProblem, str], Result[FoldPlan]]
"""Solves one fold question; the text says which, for a progress line."""


@dataclass(frozen=True)
class FoldTable:
    """One fold table: where, when, the question and its checked answer; how many beats a planner moved in it."""

    district: str
    part: str
    problem: FoldProblem
    result: Result[FoldPlan]
    by_hand: int = 0

    @property
    def plan(self) -> FoldPlan:
        """The table itself."""
        assert self.result.plan is not None
        return self.result.plan


class NoFoldTable(InputError):  # noqa: N818  the table is what there is none of
    """A fold table that cannot be: proved impossible, or not found in time."""

    def __init__(self, message: str, status: Status) -> None:
        super().__init__(message)
        self.status = status


def fold_tables(
    made: Beats,
    work: Mapping[str, NDArray[Any]],
    parts: Sequence[DayPart],
    params: FoldParams,
    solve: Solve,
) -> tuple[FoldTable, ...]:
    """Return a fold table for every district and part of the day.

    Parameters
    ----------
    work
        Work of each beat by part, shape (B,).
    params
        For all of them; a district with fewer beats than ``fewest_cars`` has only its full row, and pairs kept apart
        count where both beats are.

    Raises
    ------
    NoFoldTable
        Naming district and part, if one of them has no table.
    """
    found = []
    for district in made.districts:
        chosen = made.of_district(district)
        mine = {made.beat_ids[k] for k in chosen.tolist()}
        own = replace(
            params,
            fewest_cars=min(params.fewest_cars, len(chosen)),
            apart=tuple(pair for pair in params.apart if set(pair) <= mine),
        )
        for part in parts:
            problem = folded(made, chosen, work[part.name], part, own)
            where = f"district {district}, {part.name}" if district else part.name
            result = solve(problem, where)
            if result.plan is None:
                raise NoFoldTable(_why(where, problem, result), result.status)
            found.append(FoldTable(district, part.name, problem, result))
    return tuple(found)


def _why(where: str, problem: FoldProblem, result: Result[FoldPlan]) -> str:
    if result.status is not Status.INFEASIBLE:
        return f"{where}: no fold table was found before the search ended. Give it more time."
    fewest = problem.params.fewest_cars
    cars = f"{fewest} {'car' if fewest == 1 else 'cars'}"
    return (
        f"{where}: no fold table can go down to {cars} under these rules. Ask for more cars at "
        "least, or loosen what keeps beats apart; beats that hang on no other need a car of their own."
    )

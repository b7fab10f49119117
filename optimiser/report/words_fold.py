"""A fold table in words: how even the cars are, where they are least even, and which limits stand in the way."""

from __future__ import annotations

from optimiser.problems.fold import FoldPlan, FoldProblem
from optimiser.report.phrases import count, listed, measures_by_name, number, percent
from optimiser.solve.result import Result


def found(problem: FoldProblem, result: Result[FoldPlan]) -> list[str]:
    """Say what the table gives."""
    numbers = problem.numbers_of_cars
    part = f" in the part of the day called {problem.params.part_name}" if problem.params.part_name else ""
    beats = count(len(problem.beat_ids), "beat")
    if len(numbers) < 2:
        return [f"{beats} have one car each{part}; there is nothing to fold."]
    said = [
        f"{beats} are folded from {numbers[-1]} cars down to {numbers[0]}{part}; beats once joined stay joined."
    ]
    by_name = measures_by_name(result.measures)
    busiest = by_name.get("busiest car above the even share")
    if busiest is not None:
        below_full = {cars: v for cars, v in busiest.by.items() if int(cars) < len(problem.beat_ids)}
        worst = max(below_full, key=lambda c: below_full[c])
        said.append(
            f"Where beats are joined, the busiest car has at most {percent(below_full[worst])} more than the even "
            f"share, with {count(int(worst), 'car')}."
        )
        full = busiest.by.get(str(len(problem.beat_ids)))
        if full is not None:
            said.append(f"With a car in every beat, before any are joined, it has {percent(full)} more.")
    return said


def binds(problem: FoldProblem, result: Result[FoldPlan]) -> list[str]:
    """Say which choices limit the table."""
    p, said = problem.params, []
    if p.apart:
        said.append(f"Never with one car: {listed([f'{a} and {b}' for a, b in p.apart])}.")
    most = measures_by_name(result.measures).get("most beats of one car")
    if p.most_beats and most is not None and most.value >= p.beats_limit():
        said.append(f"Some car takes the most beats allowed, {number(p.beats_limit())}.")
    if not p.contiguity:
        said.append("The beats of a car need not hang together in this table.")
    return said

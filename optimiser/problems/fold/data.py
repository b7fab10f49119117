"""What a fold table is made from: beats, which of them touch, their work in one part of the day, and the limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import Rule, asked, check_relaxations

RULES = (
    Rule("known beats", "a table names only beats of this map", "beats", relaxable=False),
    Rule("numbers of cars", "there is a row for every number of cars, fewest to full", "cars", False),
    Rule("one group a car", "with so many cars there are as many groups of beats", "cars", relaxable=False),
    Rule("every beat", "with any number of cars every beat is in exactly one group", "beats", False),
    Rule("nested", "beats that one car takes stay with one car when there are fewer cars", "beats", False),
    Rule("contiguity", "the beats of one car hang together", "beats", relaxable=False),
    Rule("kept apart", "two beats kept apart are never with one car", "pairs", relaxable=False),
    Rule("most beats", "no car takes more beats than the most", "beats"),
    Rule("load", "no car with several beats has more than so much above the even share", "frac"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldParams:
    """The planner's choices.

    Parameters
    ----------
    fewest_cars
        The least number of cars the table goes down to; the full number is one car a beat.
    part_name
        The part of the day that the work is of, in words.
    car_weights
        How much each number of cars counts, from the fewest to one below full (hours a week with so many
        cars); empty for all alike.
    apart
        Pairs of beats that one car never takes together.
    most_beats
        The most beats one car takes; 0 for no limit.
    most_over_frac
        A car that takes several beats has at most this above the even share of the work; inf for no limit.
    contiguity
        The beats of one car hang together.
    relax
        By rule name, the amount by which a hard rule is relaxed in its own unit.
    """

    fewest_cars: int = asked(1, "cars", "Fewest cars", minimum=1)
    part_name: str = asked("", "", "Name of the part of the day", hidden=True)
    car_weights: tuple[float, ...] = asked((), "h", "Hours a week with each number of cars, fewest first")
    apart: tuple[tuple[str, str], ...] = asked((), "", "Pairs of beats one car never takes together")
    most_beats: int = asked(0, "beats", "Most beats one car takes (0: no limit)", minimum=0)
    most_over_frac: float = asked(float("inf"), "frac", "Most work above the even share", minimum=0)
    contiguity: bool = asked(True, "", "The beats of a car hang together")
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)

    def __post_init__(self) -> None:
        if self.fewest_cars < 1:
            raise InputError(f"fewest_cars must be at least 1, got {self.fewest_cars}.")
        if any(not (w > 0 and math.isfinite(w)) for w in self.car_weights):
            raise InputError(f"car_weights must be positive and finite, got {list(self.car_weights)}.")
        if self.most_beats < 0:
            raise InputError(f"most_beats must be 0 (no limit) or more, got {self.most_beats}.")
        if not self.most_over_frac >= 0:
            raise InputError(f"most_over_frac must be at least 0, got {self.most_over_frac}; 30 % is 0.3.")
        check_relaxations(self.relax, RULES)

    def beats_limit(self) -> float:
        """Return the most beats of one car, the relaxation included; inf for no limit."""
        return self.most_beats + float(self.relax.get("most beats", 0.0)) if self.most_beats else math.inf

    def load_limit_frac(self) -> float:
        """Return the most work of a car above the even share, the relaxation included."""
        return self.most_over_frac + float(self.relax.get("load", 0.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoldProblem:
    """Beats of one district (or force) and their work in one part of the day.

    Parameters
    ----------
    beat_ids
        The n beats.
    edges
        Beats that touch, as positions in ``beat_ids``, shape (m, 2).
    work
        Work of each beat in that part of the day, any one unit (unit-hours, calls), shape (n,).
    params
        The planner's choices.
    """

    beat_ids: tuple[str, ...]
    edges: NDArray[np.int64]
    work: NDArray[np.float64]
    params: FoldParams

    def __post_init__(self) -> None:
        n, p = len(self.beat_ids), self.params
        if n < 1 or len(set(self.beat_ids)) != n:
            raise InputError(
                f"A fold table needs at least one beat, all different; got {list(self.beat_ids)}."
            )
        if self.work.shape != (n,) or not (np.isfinite(self.work) & (self.work >= 0)).all():
            raise InputError(
                f"work must be {n} numbers of 0 or more, one a beat; got {self.work.tolist()[:10]}."
            )
        if not self.work.sum() > 0:
            raise InputError("There is no work in this part of the day, so nothing can be shared out evenly.")
        if self.edges.ndim != 2 or self.edges.shape[1:] != (2,) or self.edges.dtype.kind not in "iu":
            raise InputError(f"edges must be pairs of beat numbers, shape (m, 2); got {self.edges.shape}.")
        if self.edges.size and not (self.edges.min() >= 0 and self.edges.max() < n):
            raise InputError(f"edges must name beats 0 to {n - 1}, but hold {self.edges.max()}.")
        if (self.edges[:, 0] == self.edges[:, 1]).any():
            raise InputError("edges must join two different beats.")
        if p.fewest_cars > n:
            raise InputError(f"fewest_cars is {p.fewest_cars}, but there are only {n} beats, one car each.")
        if p.car_weights and len(p.car_weights) != n - p.fewest_cars:
            raise InputError(
                f"car_weights has {len(p.car_weights)} entries for {n - p.fewest_cars} numbers of cars "
                f"({p.fewest_cars} to {n - 1}); give one each, or none."
            )
        known = set(self.beat_ids)
        for a, b in p.apart:
            if a not in known or b not in known or a == b:
                raise InputError(f"apart names {a!r} and {b!r}; give two different beats of this map.")
        for name in ("edges", "work"):
            getattr(self, name).flags.writeable = False

    @property
    def numbers_of_cars(self) -> range:
        """Every number of cars of the table, fewest to full."""
        return range(self.params.fewest_cars, len(self.beat_ids) + 1)

    def weights(self) -> NDArray[np.float64]:
        """Return how much each number of cars below full counts, fewest first; sums to 1."""
        n = len(self.beat_ids) - self.params.fewest_cars
        given = np.array(self.params.car_weights or (1.0,) * n, dtype=np.float64)
        return given / given.sum() if n else given

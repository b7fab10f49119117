"""Plans nearly as good that look different.

The best plan first; then, again and again, a solve whose objective leads away from all plans chosen so far (hop, skip
and jump, Brill, Chang and Hopkins 1982; "modelling to generate alternatives"), as strongly as the slack allows; and
solves from other seeds that may stop within the slack. Whatever comes back is judged by the planner's own rules and
objective: how it was found counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from optimiser.errors import InputError
from optimiser.problems.base import Objective
from optimiser.solve.options import SolveOptions
from optimiser.solve.result import Result
from optimiser.studies.series import Series
from optimiser.studies.variants import Variants
from optimiser.units import percent_text

TRIES = 4
"""Solves spent on one alternative by pushing, and as many again from other seeds where that found none."""
FIRST_PUSH = 0.25


@dataclass(frozen=True, slots=True)
class Alternative:
    """A plan within the slack.

    Parameters
    ----------
    worse_frac
        First objective against the best plan found: 0.01 is 1 % worse.
    worse_at_most_frac
        Against anything there can be, by the bound; None without one.
    distance
        From the best plan, 0 to 1.
    nearest
        From the nearest of the plans before it, the best one included.
    """

    plan: Any
    objectives: tuple[Objective, ...]
    worse_frac: float
    worse_at_most_frac: float | None
    distance: float
    nearest: float


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The best plan and others near it, in the order in which they were chosen."""

    family: str
    best: Result[Any]
    best_plan: Any
    found: tuple[Alternative, ...]
    slack_frac: float
    distance_of: str
    n_wanted: int
    undecided: tuple[str, ...] = ()
    n_solves: int = 0
    seconds: float = 0.0
    stopped: bool = False
    unconfirmed: tuple[str, ...] = ()


def alternatives(
    series: Series,
    problem: Any,
    n: int = 3,
    slack_frac: float = 0.05,
    least_distance: float = 0.05,
    plans: Sequence[Any] = (),
) -> Alternatives:
    """Find plans near the best that differ.

    Parameters
    ----------
    n
        How many besides the best.
    slack_frac
        The first objective may be worse than the best plan's by this share.
    least_distance
        From each other plan; nearer ones are no alternatives.
    plans
        Known plans, which may be chosen.

    Raises
    ------
    InputError
        If a number is out of range or the question has no plan.
    """
    if n < 1 or not 0 < slack_frac < 1 or not 0 <= least_distance < 1:
        raise InputError(
            f"Ask for at least 1 alternative, a slack and a distance between 0 and 1; got {n}, {slack_frac}, "
            f"{least_distance}; 5 % is 0.05."
        )
    v = Variants(series, problem, plans)
    v.best({}, "the best plan")
    best = v.result({})
    if best is None or best.plan is None:
        raise InputError(
            "There is no alternative: the question as asked has no plan. Ask for an explanation."
        )
    search = _Search(v, slack_frac, least_distance)
    while len(search.chosen) <= n and not series.over:
        plan = search.further()
        if plan is None:
            break
        search.chosen.append(plan)
    chosen = search.within()
    short = n - (len(chosen) - 1)
    note = (f"{short} of the {n} alternatives asked for were not found",) if short > 0 else ()
    return Alternatives(
        v.family.name,
        best,
        chosen[0],
        tuple(_judged(v, chosen, k) for k in range(1, len(chosen))),
        slack_frac,
        v.hooks.distance_of,
        n,
        (*note, *series.faults),
        series.n_solves,
        series.elapsed_s,
        series.stopped,
        unconfirmed=tuple(series.unconfirmed),
    )


class _Search:
    """Plans chosen so far, and the search for one more."""

    def __init__(self, v: Variants, slack_frac: float, least_distance: float) -> None:
        self.v = v
        self.slack_frac = slack_frac
        self.least = least_distance
        self.chosen = [v.known({})]
        self.seed = v.series.options.seed

    def limit(self) -> float:
        """Return what the first objective may come to, signed so that less is better."""
        best = self.v.sign * self.value(self.v.known({}))
        return best + self.slack_frac * abs(best)

    def near(self) -> SolveOptions:
        """Return options under which a solve may stop within half the slack: no proof is wanted of what it finds."""
        options = self.v.series.options
        return replace(options, gap_frac=max(self.slack_frac / 2, options.gap_frac))

    def value(self, plan: Any) -> float:
        return float(self.v.family.objectives(self.v.problem, plan)[0].value)

    def good(self, plan: Any) -> bool:
        """Is a plan admissible and within the slack?"""
        return self.v.passes(plan, {}) and self.v.sign * self.value(plan) <= self.limit() + 1e-9

    def away(self, plan: Any) -> float:
        """Return the distance from the nearest plan chosen."""
        return min(self.v.hooks.distance(self.v.problem, plan, other) for other in self.chosen)

    def further(self) -> Any:
        """Return the plan furthest from those chosen of all that were found, None where all are too near."""
        for look in (self._push, self._other_seeds):
            look()
            near = [p for p in self.v.pool if p not in self.chosen and self.good(p)]
            far = max(near, key=self.away, default=None)
            if far is not None and self.away(far) >= self.least and self.away(far) > 0:
                return far
        return None

    def _push(self) -> None:
        """Push as strongly as the slack allows: doubled while it holds, halved between where it does not."""
        push: Callable[[Any, Sequence[Any], float], Sequence[Any]] | None = self.v.hooks.push
        if push is None:
            return
        near = replace(self.near(), confirm=False)
        held, broke, strength = 0.0, None, FIRST_PUSH
        for _ in range(TRIES):
            pushed = push(self.v.problem, self.chosen, strength)
            plans = [self._solve(problem, f"{percent_text(strength, 0)} away", near) for problem in pushed]
            if any(plan is not None and self.good(plan) for plan in plans):
                held = strength
            else:
                broke = strength
            strength = min(1.0, 2 * strength) if broke is None else (held + broke) / 2
            if held >= 1.0 or self.v.series.over:
                return

    def _other_seeds(self) -> None:
        for _ in range(TRIES):
            self.seed += 101
            self._solve(self.v.problem, f"seed {self.seed}", replace(self.near(), seed=self.seed))

    def _solve(self, problem: Any, title: str, options: Any = None) -> Any:
        """Solve and keep what passes the planner's own rules."""
        result = self.v.series.solve(problem, title, options=options)
        if result is None or result.plan is None:
            return None
        both = [result.plan, self.v.hooks.settled(self.v.problem, result.plan)]
        passing = [plan for plan in both if self.v.passes(plan, {})]
        for plan in passing:
            self.v.offer(plan)
        return min(passing, key=lambda plan: self.v.sign * self.value(plan), default=None)

    def within(self) -> list[Any]:
        """Return the best plan known now and those chosen that are still within the slack and far enough."""
        best = self.v.known({})
        kept = [best]
        for plan in self.chosen:
            far = min(self.v.hooks.distance(self.v.problem, plan, other) for other in kept)
            if plan not in kept and self.good(plan) and far >= max(self.least, 1e-12):
                kept.append(plan)
        return kept


def _judged(v: Variants, chosen: Sequence[Any], k: int) -> Alternative:
    plan = chosen[k]
    objectives = v.family.objectives(v.problem, plan)
    interval = v.interval({})
    value, best = v.sign * objectives[0].value, v.sign * v.family.objectives(v.problem, chosen[0])[0].value
    size = max(abs(best), 1e-9)
    distances = [v.hooks.distance(v.problem, plan, other) for other in chosen[:k]]
    at_most = None if interval.bound is None else max(0.0, value - v.sign * interval.bound) / size
    return Alternative(plan, objectives, (value - best) / size, at_most, distances[0], min(distances))

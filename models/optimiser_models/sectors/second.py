"""One solve where the cars of second centres count: the plans met, compared in the planner's own order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import value_of
from optimiser.problems.sectors.params import SENSES, ObjectiveName, SectorsParams, limit_rule
from optimiser.problems.sectors.rules import beyond, check
from optimiser.solve.options import SolveOptions
from optimiser.solve.program import Report
from optimiser.solve.result import PROOF_GAP, Outcome
from optimiser.solve.result import gap as gap_of

Solve = Callable[[SectorsProblem, SectorsPlan | None, SolveOptions, Report], Outcome[SectorsPlan]]
Key = tuple[float, ...]

SECOND = frozenset({"backup", "expected"})
"""What the car of a second centre counts for."""
SAME = 1e-9


@dataclass
class Quiet:
    """A report of a part of the work: its plans go to ``offer``, its numbers nowhere."""

    report: Report
    offer: Callable[[SectorsPlan], object]

    def __call__(
        self,
        *,
        phase: str = "",
        incumbent: float | None = None,
        bound: float | None = None,
        plan: Any = None,
    ) -> None:
        """Pass on a plan of sectors."""
        if isinstance(plan, SectorsPlan):
            self.offer(plan)

    def should_stop(self) -> bool:
        """Return True once the planner asked to stop."""
        return self.report.should_stop()

    def elapsed_s(self) -> float:
        """Return seconds since the whole solve began."""
        return self.report.elapsed_s()


@dataclass
class Search:
    """One solve under way."""

    problem: SectorsProblem
    options: SolveOptions
    report: Report
    districts: Solve
    best: SectorsPlan | None = None
    key: Key = ()
    near: SectorsPlan | None = None
    """The best plan that keeps all but the limits on second cars."""
    near_key: Key = ()
    plain: SectorsPlan | None = None
    """The best plan of the question without second cars: bounds of later aims may hold only beside its values."""
    bounds: dict[str, float] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)
    always: set[str] = field(default_factory=set)
    """Aims whose bound holds among all plans."""
    settled: set[str] = field(default_factory=set)
    """Aims whose bound holds among all plans as good as the best one in the aims before."""
    tried: int = 0

    def left_s(self) -> float:
        """Return what is left of the time, in seconds."""
        return self.options.time_limit_s - self.report.elapsed_s()

    def stopped(self) -> bool:
        """Return True where there is no time left, or the planner asked to stop."""
        return self.left_s() <= 0 or self.report.should_stop()

    def done(self) -> bool:
        """Return True where every aim is near enough to its bound, or there is no time left."""
        return self.stopped() or self.gap() <= max(self.options.gap_frac, PROOF_GAP)

    def known(self) -> list[float | None]:
        """Return the bound of each aim that holds among plans as good as the best one in the aims before, else None.

        What the plain question says of a later aim holds among plans no worse than its own in the plain aims before.
        """
        kept, found = True, []
        for k, name in enumerate(self.problem.params.objectives):
            holds = kept or name in self.always or name in self.settled
            found.append(self.bounds.get(name) if holds else None)
            if name not in SECOND:
                mine = self.key[1 + k : 2 + k] if self.best is not None else ()
                other = self.key_of(self.plain)[1 + k : 2 + k] if self.plain is not None else ()
                kept = kept and name != "score" and bool(mine and other) and not better(other, mine)
        return found

    def gap(self) -> float:
        """Return the largest gap of an aim; inf without a plan or a bound."""
        return max(self.gaps().values())

    def gaps(self) -> dict[str, float]:
        """Return the gap of each aim; inf without a plan or a bound."""
        names = self.problem.params.objectives
        if self.best is None:
            return dict.fromkeys(names, np.inf)
        signs = (-1.0 if SENSES[n] == "max" else 1.0 for n in names)
        shares = (gap_of(s * v, b) for s, v, b in zip(signs, self.key[1:], self.known(), strict=True))
        return {n: np.inf if share is None else share for n, share in zip(names, shares, strict=True)}

    def open(self, name: str) -> bool:
        """Say whether an aim of the best plan is not near enough to its bound."""
        return self.gaps()[name] > max(self.options.gap_frac, PROOF_GAP)

    def key_of(self, plan: SectorsPlan) -> Key:
        """Return what a plan is compared by, the smaller the better: what is short of limits, then the aims."""
        problem, names = self.problem, self.problem.params.objectives
        return key_of(
            problem.params, {n: value_of(problem, plan, n) for n in {*names, *limited(problem.params)}}
        )

    def allows(self, plan: SectorsPlan) -> bool:
        """Say whether a plan passes all the planner's own rules but the limits on second cars."""
        return {v.rule for v in check(self.problem, plan)} <= {limit_rule(n) for n in SECOND}

    def offer(self, plan: SectorsPlan) -> None:
        """Take a plan that is better and passes the planner's own rules."""
        key = self.key_of(plan)
        if (self.near is not None and not better(key, self.near_key)) or not self.allows(plan):
            return
        self.near, self.near_key = plan, key
        if check(self.problem, plan):
            return
        first = self.best is None or better(key[1:2], self.key[1:2])
        self.best, self.key = plan, key
        if first:
            name = self.problem.params.objectives[0]
            self.report(phase="improving", incumbent=value_of(self.problem, plan, name), plan=plan)

    def solve(
        self, problem: SectorsProblem, start: SectorsPlan | None, seconds: float
    ) -> Outcome[SectorsPlan]:
        """Solve a question of the same areas for a while; every plan of it is offered."""
        until = min(self.options.time_limit_s, self.report.elapsed_s() + seconds)
        self.tried += 1
        options = replace(self.options, time_limit_s=until)
        found = self.districts(problem, start, options, Quiet(self.report, self.offer))
        if found.plan is not None:
            self.offer(found.plan)
        return found


def limited(p: SectorsParams) -> tuple[ObjectiveName, ...]:
    """Return what second cars count for and a limit holds."""
    names: tuple[ObjectiveName, ...] = ("backup", "expected")
    return tuple(n for n in names if n in p.limits)


def key_of(p: SectorsParams, values: Mapping[str, float]) -> Key:
    """Return what is short of limits as the rules see it, then the aims: the smaller the better."""
    short = [p.limit_of(n) - values[n] for n in limited(p) if beyond(n, values[n], p.limit_of(n))]
    return (sum(short, 0.0), *((-1.0 if SENSES[n] == "max" else 1.0) * values[n] for n in p.objectives))


def better(key: Key, than: Key) -> bool:
    """Say whether the first difference that counts is one for the better."""
    for one, other in zip(key, than, strict=True):
        if not same(one, other):
            return one < other
    return False


def same(one: float, other: float) -> bool:
    """Say whether two values are the same but for rounding."""
    if np.isinf(one) or np.isinf(other):
        return one == other
    return abs(one - other) <= SAME * max(1.0, abs(one), abs(other))

"""One solve where the cars of second centres count: the plans met, compared in the planner's own order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from optimiser.problems.sectors import SectorsPlan, SectorsProblem
from optimiser.problems.sectors.measures import value_of
from optimiser.problems.sectors.params import SENSES, limit_rule
from optimiser.problems.sectors.rules import check
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
    bounds: dict[str, float] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)
    tried: int = 0
    settled: set[str] = field(default_factory=set)
    """Aims whose bound holds among all plans as good as the best one in the aims before."""

    def left_s(self) -> float:
        """Return what is left of the time, in seconds."""
        return self.options.time_limit_s - self.report.elapsed_s()

    def done(self) -> bool:
        """Return True where every aim is near enough to its bound, or there is no time left."""
        return self.left_s() <= 0 or self.report.should_stop() or self.gap() <= self.options.gap_frac

    def gap(self) -> float:
        """Return the largest gap of an aim; inf without a plan or a bound."""
        p = self.problem.params
        if self.best is None:
            return np.inf
        gaps = [gap_of(value_of(self.problem, self.best, n), self.bounds.get(n)) for n in p.objectives]
        return max(np.inf if g is None else g for g in gaps)

    def open(self, name: str) -> bool:
        """Say whether an aim of the best plan is not near enough to its bound."""
        if self.best is None:
            return True
        share = gap_of(value_of(self.problem, self.best, name), self.bounds.get(name))
        return share is None or share > max(self.options.gap_frac, PROOF_GAP)

    def key_of(self, plan: SectorsPlan) -> Key:
        """Return what a plan is compared by, the smaller the better: what is short of limits, then the aims."""
        p = self.problem.params
        short = sum(
            max(0.0, p.limit_of(n) - value_of(self.problem, plan, n)) for n in sorted(SECOND & set(p.limits))
        )
        signs = (-1.0 if SENSES[n] == "max" else 1.0 for n in p.objectives)
        values = (value_of(self.problem, plan, n) for n in p.objectives)
        return (short, *(sign * value for sign, value in zip(signs, values, strict=True)))

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


def better(key: Key, than: Key) -> bool:
    """Say whether the first difference that counts is one for the better."""
    for one, other in zip(key, than, strict=True):
        if not same(one, other):
            return one < other
    return False


def same(one: float, other: float) -> bool:
    """Say whether two values are the same but for rounding."""
    return abs(one - other) <= SAME * max(1.0, abs(one), abs(other))

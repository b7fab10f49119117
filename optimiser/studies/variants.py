"""One question under many relaxations: what is possible, what is best, and what follows from what is known.

A plan admissible under some relaxation is admissible under every looser one; what is impossible, or a bound, holds
under every tighter one as well. So much is known without a solve, and each new claim is held against what is known:
a search that calls impossible what a checked plan keeps, or bounds what a checked plan beats, is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from optimiser.errors import InputError, RejectedPlan
from optimiser.solve.engine import ARITHMETIC, BOUND_TOLERANCE
from optimiser.solve.result import PROOF_GAP, UNCONFIRMED, Result, Status, route_in_words
from optimiser.studies.amounts import (
    Relax,
    Scale,
    amount_text,
    covers,
    least_that,
    relaxable,
    relaxed_by,
    scale_of,
)
from optimiser.studies.hooks import hooks_of
from optimiser.studies.series import NoPlanError, Series


@dataclass(frozen=True, slots=True)
class Interval:
    """What is known of the best value of the first objective: the best plan's, and what no plan can beat."""

    value: float | None
    bound: float | None
    sign: float

    @property
    def closed(self) -> bool:
        """Is the best value known?"""
        if self.value is None or self.bound is None:
            return False
        return abs(self.value - self.bound) <= PROOF_GAP * max(abs(self.value), 1e-9)


class Variants:
    """A problem, and the same with rules relaxed.

    Parameters
    ----------
    series
        Who solves.
    problem
        As asked; relaxations are beyond those it has.
    plans
        Known beforehand (today's, earlier runs): they are used where they pass the rules.
    """

    def __init__(self, series: Series, problem: Any, plans: Sequence[Any] = ()) -> None:
        self.series = series
        self.family = series.family
        self.problem = problem
        self.hooks = hooks_of(self.family.name)
        hard = getattr(problem.params, "hard_rules", ())
        self.rules = tuple(
            r for r in relaxable(self.family) if r not in hard and self.hooks.in_force(problem, r)
        )
        self.pool: list[Any] = []
        self.impossible: list[tuple[dict[str, float], str]] = []
        self.bounds: list[tuple[dict[str, float], float]] = []
        self.results: list[tuple[dict[str, float], Result[Any]]] = []
        self._passes: dict[tuple[int, tuple[tuple[str, float], ...]], bool] = {}
        self._values: list[float] = []
        sense = getattr(problem.params, "first_sense", "min")
        self.sign = -1.0 if sense == "max" else 1.0
        for plan in plans:
            self.offer(plan)

    def require(self, rule: str) -> None:
        """Raise InputError where a rule cannot be relaxed, or this question does not ask for it."""
        may = relaxable(self.family)
        if rule not in may:
            raise InputError(f"{rule!r} cannot be relaxed; these can: {', '.join(may)}.")
        if rule in getattr(self.problem.params, "hard_rules", ()):
            raise InputError(f"{rule!r} is hard, not negotiable: it is neither loosened nor priced.")
        if rule not in self.rules:
            raise InputError(
                f"This question does not ask for {rule!r}, so there is nothing to loosen; it asks for "
                f"{', '.join(self.rules)}."
            )

    def scale(self, rule: str) -> Scale:
        """Return the scale of a rule's amounts."""
        return scale_of(self.family.rule(rule).unit)

    def plenty(self, rule: str) -> float:
        """Return an amount that switches a rule off."""
        own = self.hooks.plenty(self.problem, rule)
        return self.scale(rule).plenty if own is None else own

    def said(self, relax: Relax) -> str:
        """Say a relaxation in planner's units: ``balance by 2 percentage points, lock by 1 area``."""
        told = [
            f"{rule} by {amount_text(a, self.family.rule(rule).unit)}" for rule, a in relax.items() if a > 0
        ]
        return ", ".join(told) or "as asked"

    def at(self, relax: Relax) -> Any:
        """Return the problem under a relaxation."""
        return relaxed_by(self.problem, relax)

    def passes(self, plan: Any, relax: Relax) -> bool:
        """Return whether a plan keeps every rule under a relaxation."""
        return not self.family.check(self.at(relax), plan)

    def known(self, relax: Relax) -> Any:
        """Return the best plan known that passes under a relaxation, None where there is none."""
        passing = [k for k in range(len(self.pool)) if self._passed(k, relax)]
        return self.pool[min(passing, key=lambda k: self.sign * self._values[k])] if passing else None

    def refuted(self, relax: Relax, by: str) -> None:
        """Take note that no plan is possible.

        Raises
        ------
        RejectedPlan
            If a plan that passes is known.
        """
        if self.known(relax) is not None:
            raise RejectedPlan(
                f"{by} calls the request impossible, yet a plan found before keeps all its rules."
            )
        self.impossible.append((_clean(relax), by))

    def why_impossible(self, relax: Relax) -> str | None:
        """Return what proved that no plan is possible; None where that is not known."""
        return next((by for known, by in self.impossible if covers(known, _clean(relax))), None)

    def possible(self, relax: Relax, title: str = "") -> bool | None:
        """Say whether there is a plan: True with one that is checked, False with a proof, None where it stays open."""
        if self.known(relax) is not None:
            return True
        if self.why_impossible(relax) is not None:
            return False
        if self.contradicted(relax):
            return False
        problem = self.at(relax)
        plain = self.hooks.plain(problem)
        for asked in [plain] if plain is problem else [plain, problem]:  # the plain one may have fewer rules
            result = self.series.solve(asked, title, any_plan=True)
            if result is None:
                return None
            self.learn(relax, result, bounds=False)
            if result.status is Status.INFEASIBLE:
                return False
            if result.plan is None:
                return None
            if self.known(relax) is not None:
                return True
        return None

    def contradicted(self, relax: Relax) -> bool:
        """Take note of what arithmetic alone refutes, as the family tells it; True where it does."""
        reasons = self.family.contradictions(self.at(relax))
        if reasons:
            self.refuted(relax, ARITHMETIC)
        return bool(reasons)

    def best(self, relax: Relax, title: str = "", *, every: bool = False) -> Interval:
        """Solve for the best plan under a relaxation, from the best one known; return what is known then.

        What is known already is not solved for; with ``every`` it is, where later objectives are not known.
        """
        closed = self.interval(relax).closed and not every
        settled = closed or self.result(relax) is not None or self.why_impossible(relax) is not None
        if not settled and not self.contradicted(relax):
            result = self.series.solve(self.at(relax), title, start=self.known(relax))
            if result is not None:
                self.learn(relax, result)
        return self.interval(relax)

    def interval(self, relax: Relax) -> Interval:
        """Return what is known of the best value, from every solve so far."""
        plan = self.known(relax)
        value = None if plan is None else self._value(plan)
        bounds = [self.sign * bound for known, bound in self.bounds if covers(known, _clean(relax))]
        bound = max(bounds) if bounds else None
        if bound is not None and value is not None:
            bound = min(bound, self.sign * value)
        return Interval(value, None if bound is None else self.sign * bound, self.sign)

    def result(self, relax: Relax) -> Result[Any] | None:
        """Return the result of a full solve under exactly this relaxation, None where there was none."""
        wanted = _clean(relax)
        return next((r for known, r in reversed(self.results) if known == wanted), None)

    def no_plan(self, nothing: str) -> NoPlanError:
        """Return the error of a study that needs a plan of the question as asked and has none."""
        why = self.why_impossible({})
        told = "None was found in the time given."
        if why == UNCONFIRMED:
            told = f"There is none, {why}; ask for an explanation."
        elif why:
            told = f"It is impossible (confirmed by {route_in_words(why)}); ask for an explanation."
        return NoPlanError(
            f"There is {nothing}: the question as asked has no plan. {told}", impossible=why is not None
        )

    def learn(self, relax: Relax, result: Result[Any], *, bounds: bool = True) -> None:
        """Take what a solve found; ``bounds`` where it aimed for the planner's own objectives."""
        relax = _clean(relax)
        if result.status is Status.INFEASIBLE:
            self.refuted(relax, result.confirmed_by or UNCONFIRMED)
            return
        if bounds:
            self.results.append((relax, result))
            bound = result.objectives[0].bound if result.objectives else next(iter(result.bound), None)
            if bound is not None:
                self.bounds.append((relax, bound))
                for k in range(len(self.pool)):
                    self._hold_against(k, relax, bound)
        if result.plan is not None:
            self.offer(result.plan)

    def needs(self, plan: Any, rule: str, others: Relax) -> float:
        """Return the least amount of ``rule`` under which a plan passes, the other rules relaxed as in ``others``."""
        rest = {r: a for r, a in others.items() if r != rule}
        return least_that(
            lambda amount: self.passes(plan, {**rest, rule: amount}),
            others.get(rule, self.plenty(rule)),
            self.scale(rule),
        )

    def _value(self, plan: Any) -> float:
        return self._values[self.pool.index(plan)]

    def _passed(self, k: int, relax: Relax) -> bool:
        key = (k, tuple(sorted(_clean(relax).items())))
        if key not in self._passes:
            self._passes[key] = self.passes(self.pool[k], relax)
        return self._passes[key]

    def offer(self, plan: Any) -> None:
        """Take a plan, admissible or not, and hold it against every refutation and bound.

        Raises
        ------
        RejectedPlan
            If it keeps what was called impossible, or beats a bound.
        """
        if plan in self.pool:
            return
        self.pool.append(plan)
        self._values.append(self.family.objectives(self.problem, plan)[0].value)
        last = len(self.pool) - 1
        for relax, by in self.impossible:
            if self._passed(last, relax):
                raise RejectedPlan(f"{by} called impossible what a checked plan keeps ({self.said(relax)}).")
        for relax, bound in self.bounds:
            self._hold_against(last, relax, bound)

    def _hold_against(self, k: int, relax: Relax, bound: float) -> None:
        beaten_by = self.sign * (bound - self._values[k])
        if beaten_by > BOUND_TOLERANCE * max(1.0, abs(self._values[k])) and self._passed(k, relax):
            raise RejectedPlan(
                f"A bound of {bound:.10g} was told ({self.said(relax)}), yet a checked plan has "
                f"{self._values[k]:.10g}."
            )


def _clean(relax: Relax) -> dict[str, float]:
    return {rule: float(amount) for rule, amount in relax.items() if amount > 0}

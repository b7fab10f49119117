"""A force, its scenarios, and the frontier that a study of its budget finds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.shifts import ShiftsProblem
from optimiser.studies.budget_curves import Curve
from optimiser.units import SECONDS_PER_HOUR

FloatArray = NDArray[np.float64]
LEAST_PRICE = 0.01
AGREE = 0.2
"""Duals and differences agree where they are within this share of the larger."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A future: its probability, and the share of today's officer-hours that is there."""

    name: str
    meaning: str
    probability: float
    strength_frac: float = 1.0


@dataclass(frozen=True)
class Lever:
    """Something other than an officer: every district's week with it, and the hours an officer is then at work."""

    name: str
    meaning: str
    weeks: Mapping[str, ShiftsProblem]
    week_h: float


@dataclass(frozen=True, slots=True)
class Worth:
    """What a lever is worth at today's strength, officers where the base has them.

    Parameters
    ----------
    value, bound
        Priced shortage with it, premiums of overtime included, and what no plan can be below.
    shortage_h
        Officer-hours a week short with it.
    at_least, at_most
        Officers more, without it, that no plan of fewer is as good as, and that suffice; None beyond the totals.
    overtime_h
        Officer-hours of overtime a week that it takes.
    """

    name: str
    meaning: str
    value: float
    bound: float
    shortage_h: float
    at_least: int | None
    at_most: int | None
    overtime_h: float = 0.0


@dataclass(frozen=True, slots=True)
class DistrictPrice:
    """One district at today's strength, officers where the base has them.

    Parameters
    ----------
    officers, today
        Of the shared-out force, and as they are.
    value, bound, shortage_h
        Priced shortage, what no plan of as many can be below, and officer-hours a week short.
    dual, difference, difference_h
        What one officer more saves: by multiplier, by an exact re-solve, and in officer-hours a week; None unknown.
    fewer
        What one officer fewer costs by an exact re-solve; None unknown.
    calls_frac
        Share of these officers' hours that the calls take, whatever the rota: the best that this strength can reach.
    """

    district: str
    officers: int
    today: int
    value: float
    bound: float
    shortage_h: float
    dual: float | None
    difference: float | None
    difference_h: float | None
    fewer: float | None
    calls_frac: float


@dataclass(frozen=True)
class SharedOnce:
    """Officers shared out once, before it is known which future comes; shifts are then made for the one that does.

    Parameters
    ----------
    officers
        By district.
    mean, bound
        Mean priced shortage by the scenarios' probabilities, and what no sharing-out can be below.
    cvar
        Mean of the worst tenth.
    foresight
        Mean if officers, too, were shared out anew for every future: what knowing it would save is ``mean`` less this.
    """

    officers: Mapping[str, int]
    mean: float
    bound: float
    cvar: float
    foresight: float


@dataclass(frozen=True, kw_only=True)
class BudgetQuestion:
    """A force.

    Parameters
    ----------
    districts
        K names.
    today
        Officers of each today, shape (K,).
    scenarios
        The first is the base.
    weeks
        The week's question by (district, scenario); objective shortage, no budget of its own.
    week_h
        Hours a week that an officer is at work.
    totals
        Officers of the force at each point.
    gap_frac
        How near to the bound each point should be.
    officer_cost
        What an officer costs a year.
    overtime_per_h
        What an hour of overtime costs.
    levers
        Other ways to the same end, priced in officers.
    overtime_frac, overtime_means, overtime_weeks
        Overtime beside the hours of officers, at each number of them: at most this share of their hours, how it is
        worked, and the question of the fewest hours of it by district and scenario, of the scenarios looked at.
    """

    districts: tuple[str, ...]
    today: tuple[int, ...]
    scenarios: tuple[Scenario, ...]
    weeks: Mapping[tuple[str, str], ShiftsProblem]
    week_h: float
    totals: tuple[int, ...]
    gap_frac: float = 0.01
    n_grid: int = 13
    officer_cost: float = 110_000.0
    overtime_per_h: float = 57.0
    work_h: tuple[float, ...] = ()
    levers: tuple[Lever, ...] = ()
    overtime_frac: float = 0.0
    overtime_means: str = ""
    overtime_weeks: Mapping[tuple[str, str], ShiftsProblem] = field(default_factory=dict)

    def __post_init__(self) -> None:
        k = len(self.districts)
        faults = []
        if len(self.today) != k or any(n < 0 for n in self.today) or sum(self.today) < 1:
            faults.append(f"today needs the officers of {k} districts, 0 or more, some of them above 0.")
        if any(n < k for n in self.totals) or len(self.totals) < 2:
            faults.append(f"totals needs two numbers of officers or more, each at least 1 a district ({k}).")
        if not math.isclose(sum(s.probability for s in self.scenarios), 1.0, abs_tol=1e-6):
            faults.append(
                f"The probabilities of the scenarios sum to {sum(s.probability for s in self.scenarios):.6g}, not 1."
            )
        missing = [
            f"{d}, {s.name}" for d in self.districts for s in self.scenarios if (d, s.name) not in self.weeks
        ]
        if missing:
            faults.append(f"No week for {'; '.join(missing[:5])}.")
        if not self.week_h > 0:
            faults.append(f"week_h must be above 0 hours, got {self.week_h}.")
        if faults:
            raise InputError(" ".join(faults))

    @property
    def n_today(self) -> int:
        """Officers of the force today."""
        return sum(self.today)


@dataclass(frozen=True)
class ForcePoint:
    """The force with so many officers under one scenario.

    Parameters
    ----------
    value, bound
        Priced shortage of the plans, and what no plans can be below.
    officers
        By district.
    shortage_h
        Officer-hours a week below the requirement.
    dual
        What one officer more saves by the relaxation's multipliers, in the district where that is most; None unknown.
    difference
        What one officer more saves by an exact solve; None where it was not asked for. ``gains`` is that district.
    difference_h
        Officer-hours a week short that this officer takes away.
    """

    total: int
    value: float
    bound: float
    officers: Mapping[str, int]
    shortage_h: float
    dual: float | None = None
    difference: float | None = None
    difference_h: float | None = None
    gains: str = ""

    @property
    def gap_frac(self) -> float:
        """Share by which better can exist at most."""
        return (self.value - self.bound) / max(abs(self.value), 1e-9)

    @property
    def agree(self) -> bool | None:
        """Are dual and difference near to each other? None where one is not known."""
        if self.dual is None or self.difference is None:
            return None
        return abs(self.dual - self.difference) <= AGREE * max(abs(self.dual), abs(self.difference), 1e-9)


@dataclass(frozen=True, slots=True)
class Overtime:
    """Overtime of so many officers of the force, in the week of one scenario.

    Parameters
    ----------
    officers
        Officers by district.
    hold_over_h, call_back_h
        Hours a week of shifts held over, and of officers called back.
    short_h
        Officer-hours a week that are short all the same.
    """

    officers: Mapping[str, int]
    hold_over_h: float
    call_back_h: float
    short_h: float

    @property
    def hours(self) -> float:
        """Hours of overtime a week."""
        return self.hold_over_h + self.call_back_h

    @property
    def n_officers(self) -> int:
        """Officers in all."""
        return sum(self.officers.values())


@dataclass(frozen=True, slots=True)
class Mix:
    """From so many officers to a week that is nowhere short: by overtime, by hiring, and by the cheapest mix of both.

    Parameters
    ----------
    total
        Officers of the point.
    alone
        The most that overtime does without a hire: least short, then fewest hours; None where time did not suffice.
    hires, overtime
        The cheapest mix: officers hired, and the overtime then; None where no number looked at reaches it.
    cost, bound
        Of hires and overtime a year, and what no mix can cost less than.
    hires_alone
        Officers to hire where nobody works overtime; None where no number looked at reaches it.
    """

    total: int
    alone: Overtime | None
    hires: int | None = None
    overtime: Overtime | None = None
    cost: float | None = None
    bound: float = 0.0
    hires_alone: int | None = None

    @property
    def gap_frac(self) -> float | None:
        """Share by which a cheaper mix can exist at most; None without a mix."""
        if self.cost is None:
            return None
        return (self.cost - self.bound) / max(self.cost, 1e-9) if self.cost > self.bound else 0.0


@dataclass(frozen=True)
class Budget:
    """The frontier of every scenario, and what was found beside it.

    Parameters
    ----------
    frontier
        Points by scenario, from few officers to many.
    regret
        Of planning for the one scenario (first) and working in the other, at today's strength: priced shortage beyond
        the best, shape (W, W).
    mean, cvar
        Priced shortage of planning for each scenario: by the probabilities, and the mean of the worst tenth.
    shared_by_work
        Base scenario at today's strength with officers shared by work: its point, None where it was not asked for.
    shared_once
        Today's officers shared out once for all scenarios; None where time did not suffice.
    levers
        What other means are worth, in officers.
    districts
        Each district at today's strength, and what one officer more or fewer is worth there.
    mixes
        Overtime against hiring at every total, by scenario; of the scenarios looked at, of which the base is one.
    complete
        Every point was reached within the gap that was asked for.
    curves, overtime_curves
        What was solved by district and scenario, without and with overtime.
    """

    question: BudgetQuestion
    frontier: Mapping[str, tuple[ForcePoint, ...]]
    regret: FloatArray
    mean: FloatArray
    cvar: FloatArray
    shared_by_work: ForcePoint | None
    shared_once: SharedOnce | None
    levers: tuple[Worth, ...]
    districts: tuple[DistrictPrice, ...]
    complete: bool
    n_solves: int
    seconds: float
    curves: Mapping[tuple[str, str], Curve] = field(repr=False, default_factory=dict)
    mixes: Mapping[str, tuple[Mix, ...]] = field(default_factory=dict)
    overtime_curves: Mapping[tuple[str, str], Curve] = field(repr=False, default_factory=dict)

    @property
    def base_mixes(self) -> tuple[Mix, ...]:
        """Overtime against hiring at every total of the base; empty where overtime is not looked at."""
        return self.mixes.get(self.question.scenarios[0].name, ())

    def calls_frac(self, total: int) -> float:
        """Share of the hours of so many officers that the calls of the base take: no rota of theirs has less."""
        q = self.question
        work_s = sum(float(q.weeks[d, q.scenarios[0].name].call_work_s.sum()) for d in q.districts)
        return work_s / SECONDS_PER_HOUR / (total * q.week_h)

    def at(self, scenario: str, total: int) -> ForcePoint:
        """Return the point of a total.

        Raises
        ------
        KeyError
            If it was not asked for.
        """
        for p in self.frontier[scenario]:
            if p.total == total:
                return p
        raise KeyError(total)

    def agreement(self) -> tuple[tuple[int, int] | None, float]:
        """Return the range of totals in which dual and difference agree throughout, and the share of points that do.

        Points at which one more officer buys nothing by either are left out: there is nothing to agree on.
        """
        base = self.frontier[self.question.scenarios[0].name]
        told = [
            p for p in base if p.agree is not None and max(p.dual or 0.0, p.difference or 0.0) > LEAST_PRICE
        ]
        if not told:
            return None, 0.0
        best: tuple[int, int] | None = None
        run: list[int] = []
        longest = 0
        for p in told:
            run = [*run, p.total] if p.agree else []
            if len(run) > longest:
                longest, best = len(run), (run[0], run[-1])
        return best, sum(bool(p.agree) for p in told) / len(told)

"""Several years of a number of officers: pay with its steps, those who leave and are followed, and what is left short.

Officers stand on pay steps by year of service; the last step keeps all beyond it. Every year a share leaves, of every
step alike, and recruits come on the first step. A force of more officers hires at once. A force of fewer lets nobody
go: recruits stay away until it is as small as it should be, so that its pay falls no faster than officers leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.demand.relief import WEEKS_PER_YEAR
from optimiser.prepare.budget import BudgetSetup
from optimiser.studies.budget_types import BudgetQuestion, ForcePoint

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """How pay goes on.

    Parameters
    ----------
    n_years
        Years of the budget.
    rise_frac
        Rise of every step a year.
    steps
        What an officer costs in the first year of service, the second, ...; empty: ``officer_cost`` for everybody.
    leave_frac
        Share of officers who leave in a year.
    """

    n_years: int = 5
    rise_frac: float = 0.03
    steps: tuple[float, ...] = ()
    leave_frac: float = 0.0


def pay_of(setup: BudgetSetup) -> Pay:
    """Return how pay goes on by a planner's choices."""
    return Pay(
        n_years=setup.n_years,
        rise_frac=setup.pay_rise_frac,
        steps=setup.pay_steps,
        leave_frac=setup.leave_frac,
    )


@dataclass(frozen=True)
class Years:
    """One number of officers over the years.

    Parameters
    ----------
    officers
        The number aimed at.
    paid
        Officers paid in each year, shape (Y,).
    pay
        What they cost in each year, shape (Y,).
    short_h
        Officer-hours a year below the requirement.
    overtime
        What filling them by overtime would cost in each year, shape (Y,).
    """

    officers: int
    paid: FloatArray
    pay: FloatArray
    short_h: float
    overtime: FloatArray

    @property
    def total(self) -> float:
        """Pay and overtime of all years."""
        return float(self.pay.sum() + self.overtime.sum())


def years(question: BudgetQuestion, points: Sequence[ForcePoint], pay: Pay) -> tuple[Years, ...]:
    """Return every number of officers over the years."""
    rise = (1.0 + pay.rise_frac) ** np.arange(pay.n_years)
    found = []
    for p in points:
        if pay.steps:
            by_step = _by_step(question.n_today, p.total, len(pay.steps), pay.leave_frac, pay.n_years)
            paid = by_step.sum(axis=1)
            cost = np.asarray(by_step @ np.array(pay.steps), dtype=np.float64)
        else:
            paid = np.full(pay.n_years, float(p.total))
            cost = paid * question.officer_cost
        short_h = p.shortage_h * WEEKS_PER_YEAR
        overtime = np.asarray(short_h * question.overtime_per_h * rise, dtype=np.float64)
        found.append(Years(p.total, paid, cost * rise, short_h, overtime))
    return tuple(found)


def settled(officers: float, n_steps: int, leave_frac: float) -> FloatArray:
    """Return officers by pay step of a force that has long hired what it lost, shape (S,).

    With nobody leaving all stand on the last step.
    """
    stay = 1.0 - leave_frac
    share = np.array([leave_frac * stay**k for k in range(n_steps)])
    share[-1] = stay ** (n_steps - 1)
    return np.asarray(officers * share, dtype=np.float64)


def _by_step(today: int, aim: int, n_steps: int, leave_frac: float, n_years: int) -> FloatArray:
    """Return officers by year and pay step, shape (Y, S): hired at once where more are aimed at."""
    now = settled(float(today), n_steps, leave_frac)
    rows = []
    for year in range(n_years):
        if year:
            stay = now * (1.0 - leave_frac)
            now = np.concatenate([[0.0], stay[:-1]])
            now[-1] += stay[-1]
        now[0] += max(0.0, aim - float(now.sum()))
        rows.append(now.copy())
    return np.array(rows)


def best_years(found: Sequence[Years]) -> Years:
    """Return the number of officers with the least pay and overtime in all; the fewest of them."""
    return min(found, key=lambda y: (y.total, y.officers))


def year_rows(found: Sequence[Years], today: int) -> list[dict[str, float]]:
    """Return a row for every number: officers paid and pay by year, hours short, and all against today's."""
    base = next((y for y in found if y.officers == today), None)
    rows = []
    for y in found:
        row: dict[str, float] = {"officers": float(y.officers)}
        row |= {f"year {k + 1}": float(v) for k, v in enumerate(y.pay)}
        row |= {
            "in all": float(y.pay.sum()),
            "officers paid in the last year": float(y.paid[-1]),
            "officer-hours short a year": y.short_h,
            "overtime that fills them": float(y.overtime.sum()),
            "pay and overtime": y.total,
        }
        if base is not None:
            row |= {
                "more pay than today's strength": float(y.pay.sum() - base.pay.sum()),
                "fewer hours short a year": base.short_h - y.short_h,
                "overtime saved": float(base.overtime.sum() - y.overtime.sum()),
            }
        rows.append(row)
    return rows

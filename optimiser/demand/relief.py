"""The relief factor: how many officers it takes to fill one post, and how vacancies and recruits move that.

An officer is paid ``week_h`` every week; leave, training, court, sickness and other duties take hours away, the rest
is worked. Relief for absence and vacancy are two layers: the first says how many officers fill a post, the second how
many positions it takes to have so many officers. Wilson and Weiss, COPS (2012); 24-hour posts: Solar, Law and Order
(2009): 4.87 officers with 8-hour shifts, 6.09 with three 10-hour shifts, 4.60 with 12-hour shifts of 42 paid hours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from optimiser.errors import InputError
from optimiser.problems.base import asked
from optimiser.units import HOURS_PER_DAY

DAYS_PER_YEAR = 365
WEEKS_PER_YEAR = DAYS_PER_YEAR / 7
MONTHS_PER_YEAR = 12
ABSENCES = ("leave_h", "training_h", "court_h", "sickness_h", "other_h")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefParams:
    """An officer's year in hours; the defaults leave 1,680 of 2,080 paid hours (days off are not paid)."""

    shift_h: float = asked(8.0, "h", "Length of a shift", minimum=1, maximum=24)
    week_h: float = asked(40.0, "h", "Paid hours a week, days off taken out", minimum=1, maximum=168)
    leave_h: float = asked(200.0, "h", "Leave and holidays a year", minimum=0)
    training_h: float = asked(80.0, "h", "Training a year", minimum=0)
    court_h: float = asked(24.0, "h", "Court a year, within paid hours", minimum=0)
    sickness_h: float = asked(72.0, "h", "Sickness and injury a year", minimum=0)
    other_h: float = asked(24.0, "h", "Other duty away from the post a year", minimum=0)
    vacancy_frac: float = asked(0.0, "frac", "Share of positions without an officer", minimum=0, maximum=0.99)

    def __post_init__(self) -> None:
        faults = []
        if not 0 < self.shift_h <= HOURS_PER_DAY:
            faults.append(f"A shift lasts more than 0 and at most 24 hours, got {self.shift_h:g}.")
        if not 0 < self.week_h <= 7 * HOURS_PER_DAY:
            faults.append(f"week_h must be above 0 and at most 168 hours, got {self.week_h:g}.")
        for name in ABSENCES:
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                faults.append(f"{name} must be 0 or more hours a year, got {value:g}.")
        if not 0 <= self.vacancy_frac < 1:
            faults.append(f"vacancy_frac is a fraction below 1, got {self.vacancy_frac:g}; 5 % is 0.05.")
        if not faults and self.absent_h >= self.paid_h:
            faults.append(
                f"Leave, training, court, sickness and other duty take {self.absent_h:,.0f} hours a year of the "
                f"{self.paid_h:,.0f} that are paid: nothing is left to work. Lower one of them, or raise week_h."
            )
        if faults:
            raise InputError(" ".join(faults))

    @property
    def paid_h(self) -> float:
        """Paid hours a year: 52 weeks, as pay is reckoned."""
        return 52.0 * self.week_h

    @property
    def absent_h(self) -> float:
        """Paid hours a year that are not worked at the post."""
        return float(sum(getattr(self, name) for name in ABSENCES))

    @property
    def net_h(self) -> float:
        """Hours a year that an officer works at the post."""
        return self.paid_h - self.absent_h

    @property
    def net_week_h(self) -> float:
        """The same by week, evened out over the year."""
        return self.net_h / WEEKS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Relief:
    """Officers that it takes.

    Parameters
    ----------
    net_h
        Hours a year that an officer works at the post.
    shift_factor
        Officers to fill one shift on every day of the year.
    hours_a_day
        Hours of a day that are staffed for one post round the clock: more than 24 where shifts overlap.
    post_factor
        Officers to fill one post round the clock.
    positions_factor
        Positions to have as many officers, with the vacancies there are.
    """

    net_h: float
    shift_factor: float
    hours_a_day: float
    post_factor: float
    positions_factor: float


def relief(params: ReliefParams) -> Relief:
    """Return the relief factors of a year."""
    shifts_a_day = math.ceil(HOURS_PER_DAY / params.shift_h - 1e-9)
    hours_a_day = shifts_a_day * params.shift_h
    post = DAYS_PER_YEAR * hours_a_day / params.net_h
    return Relief(
        params.net_h,
        DAYS_PER_YEAR * params.shift_h / params.net_h,
        hours_a_day,
        post,
        post / (1.0 - params.vacancy_frac),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineParams:
    """How officers come and go, month by month.

    Parameters
    ----------
    positions
        Officers that the budget pays for.
    trained
        Officers fit for duty at the start.
    leave_frac
        Share of trained officers that leaves in a year.
    intake, intake_every
        Recruits in a class, and months between two classes; the first begins in month 1. A class is no larger than
        the positions that are free and not already filled by recruits.
    academy_months
        Months from the first day of a recruit to duty, field training among them.
    fail_frac
        Share of a class that does not finish.
    months
        How far to look.
    """

    positions: int = asked(200, "officers", "Officers that the budget pays for", minimum=1)
    trained: int = asked(-1, "officers", "Officers fit for duty now (-1: all positions)", minimum=-1)
    leave_frac: float = asked(0.08, "frac", "Share of officers that leaves in a year", minimum=0, maximum=1)
    intake: int = asked(10, "officers", "Recruits in a class at most", minimum=0)
    intake_every: int = asked(6, "months", "Months between two classes", minimum=1)
    academy_months: int = asked(12, "months", "Months from the first day to duty", minimum=0)
    fail_frac: float = asked(0.1, "frac", "Share of recruits that does not finish", minimum=0, maximum=0.99)
    hire_ahead: bool = asked(False, "", "Hire for those expected to leave before the class is ready")
    months: int = asked(36, "months", "How far to look", minimum=1, maximum=240)
    officer_cost: float = asked(110_000.0, "cost", "What an officer costs a year, all in", minimum=0)
    recruit_cost: float = asked(60_000.0, "cost", "What recruiting and training one officer costs", minimum=0)
    hourly_pay: float = asked(38.0, "cost", "Pay of an hour", minimum=0)
    overtime_factor: float = asked(1.5, "", "Pay of an hour of overtime by that of an hour", minimum=1)

    def __post_init__(self) -> None:
        faults = []
        if self.positions < 1 or self.trained < -1:
            faults.append(f"positions {self.positions} or trained {self.trained} is too few.")
        for name in ("leave_frac", "fail_frac"):
            if not 0 <= getattr(self, name) <= 1:
                faults.append(f"{name} is a fraction, got {getattr(self, name)}; 8 % is 0.08.")
        if self.fail_frac >= 1:
            faults.append("fail_frac is 1: no recruit ever finishes.")
        for name, least in (("intake", 0), ("intake_every", 1), ("academy_months", 0), ("months", 1)):
            if getattr(self, name) < least:
                faults.append(f"{name} must be at least {least}, got {getattr(self, name)}.")
        if faults:
            raise InputError(" ".join(faults))


@dataclass(frozen=True, slots=True)
class Month:
    """Officers at the end of a month, means of what may come.

    Parameters
    ----------
    trained, in_academy
        Officers fit for duty, and recruits.
    joined, left, began
        Recruits who came to duty, officers who left and recruits who began in the month.
    vacancy_frac
        Share of positions without a trained officer.
    overtime_h
        Hours of overtime that fill the posts of the missing.
    """

    month: int
    trained: float
    in_academy: float
    joined: float
    left: float
    began: float
    vacancy_frac: float
    overtime_h: float


def pipeline(params: PipelineParams, net_h: float) -> tuple[Month, ...]:
    """Return the months of a pipeline; numbers are means, so not whole.

    Parameters
    ----------
    net_h
        Hours a year that an officer works.
    """
    p = params
    trained = float(p.positions if p.trained < 0 else p.trained)
    stay = (1.0 - p.leave_frac) ** (1.0 / MONTHS_PER_YEAR)
    academy = [0.0] * p.academy_months
    found = []
    for month in range(1, p.months + 1):
        left = trained * (1.0 - stay)
        trained -= left
        began = 0.0
        if (month - 1) % p.intake_every == 0:
            ahead = trained * (1.0 - stay**p.academy_months) if p.hire_ahead else 0.0
            free = p.positions + ahead - trained - sum(academy) * (1.0 - p.fail_frac)
            began = min(float(p.intake), max(0.0, free / (1.0 - p.fail_frac)))
        academy.append(began)
        joined = academy.pop(0) * (1.0 - p.fail_frac)
        trained += joined
        missing = max(0.0, p.positions - trained)
        found.append(
            Month(
                month,
                trained,
                sum(academy),
                joined,
                left,
                began,
                missing / p.positions,
                missing * net_h / MONTHS_PER_YEAR,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Hiring:
    """Overtime against hiring, for one post-hour.

    Parameters
    ----------
    overtime_per_h, hired_per_h
        What an hour at the post costs by overtime, and by one more officer (recruiting spread over the mean stay).
    cheaper
        ``overtime`` or ``hiring``.
    break_even_h
        Hours of overtime a year above which one more officer is cheaper.
    """

    overtime_per_h: float
    hired_per_h: float
    cheaper: str
    break_even_h: float


def overtime_or_hiring(params: PipelineParams, net_h: float) -> Hiring:
    """Compare the two. Fatigue is no cost here: it has its own limits in a rota's rules."""
    stay_years = 1.0 / params.leave_frac if params.leave_frac > 0 else 30.0
    a_year = params.officer_cost + params.recruit_cost / (1.0 - params.fail_frac) / stay_years
    overtime = params.hourly_pay * params.overtime_factor
    hired = a_year / net_h
    return Hiring(
        overtime,
        hired,
        "overtime" if overtime < hired else "hiring",
        a_year / overtime if overtime > 0 else math.inf,
    )

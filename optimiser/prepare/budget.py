"""A force becomes a question of budget: a week by district and scenario, officers of today, headcounts to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.data.duty_rules import DutyRule
from optimiser.data.project import Project
from optimiser.data.strength_table import read_strength
from optimiser.demand.call_mix import CallMix
from optimiser.demand.relief import ReliefParams
from optimiser.demand.workload import OFFICER_INITIATED
from optimiser.errors import InputError
from optimiser.prepare.requirement import duty_rules, project_mix
from optimiser.prepare.strength import district_of_plan, same_districts
from optimiser.problems.base import asked
from optimiser.units import HOURS_PER_WEEK

FloatArray = NDArray[np.float64]
SUMMER_MONTHS = 3
CYCLE, INTERVAL = "cycle", "interval"
FUTURES = ("base", "more calls", "summer", "event", "fewer officers", "P80")
ALL_FUTURES = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetSetup:
    """What the frontier looks at.

    Parameters
    ----------
    officers, plan
        As for ``strength``: who is where, and whose districts hand over their work.
    patrol_frac
        Share of the assigned officers who are on patrol.
    n_points, from_frac, to_frac
        How many numbers of officers, from which share of today's to which.
    n_grid
        Headcounts of each district's curve that are solved first; the totals ask for more where they need them.
    week_h
        Hours a week that an officer is at work (``optimiser relief``).
    ceiling_frac, proactive_floor_frac, community_floor_frac, split
        Share of on-duty time that calls may take, and floors of proactive and community time; administration may have
        the rest. With ``split`` "cycle" they hold over the week, with "interval" the ceiling alone holds hour by hour.
        What is missing is priced, not forbidden.
    more_calls_frac, summer_frac, event_h, fewer_frac
        The scenarios: more calls; a summer (0 or less: measured from the busiest three months in a row); officer-hours
        of one event, on a Saturday from 14 to 24 in the district with most work; officers missing.
    officer_cost, overtime_per_h
        What an officer costs a year, and an hour of overtime.
    overtime_frac
        Overtime looked at beside hiring: at most this share of the hours of today's officers, in shifts held over and
        officers called back (``hold_over_h`` and ``call_back_h``, 2 and 4 hours where not given); 0 for none. Both
        kinds count in one limit and cost the same an hour: whichever serves better is taken.
    overtime_for
        The future in which overtime is weighed against hiring at every strength, besides the base; or all of them.
    """

    officers: str = asked("strength.csv", "", "Table: district_id,assigned[,unfit,minimum,most]")
    plan: str = asked("districts", "", "Districts that hand over their work: districts, beats or a plan")
    patrol_frac: float = asked(1.0, "frac", "Share of the assigned officers on patrol", minimum=0, maximum=1)
    n_points: int = asked(25, "points", "Numbers of officers to look at", minimum=2)
    n_grid: int = asked(13, "points", "Headcounts of a curve solved first", group="advanced", minimum=2)
    from_frac: float = asked(0.7, "frac", "From this share of today's officers", minimum=0.05)
    to_frac: float = asked(1.3, "frac", "To this share of today's officers", maximum=5)
    week_h: float = asked(
        round(ReliefParams().net_week_h, 2),
        "h",
        "Hours a week that an officer is at work, absence taken out",
        minimum=1,
        maximum=HOURS_PER_WEEK,
    )
    ceiling_frac: float = asked(
        0.30, "frac", "Share of on-duty time that calls may take", group="time split", minimum=0.01, maximum=1
    )
    proactive_floor_frac: float = asked(
        0.30, "frac", "At least this share for proactive work", group="time split", minimum=0, maximum=1
    )
    community_floor_frac: float = asked(
        0.10, "frac", "At least this share with the community", group="time split", minimum=0, maximum=1
    )
    split: str = asked(
        CYCLE,
        "",
        "Hold the split over the cycle, or its ceiling in every hour",
        options=(CYCLE, INTERVAL),
        group="time split",
    )
    more_calls_frac: float = asked(0.1, "frac", "More calls of that scenario", group="scenarios", minimum=0)
    summer_frac: float = asked(0.0, "frac", "More calls in summer (0: as measured)", group="scenarios")
    event_h: float = asked(200.0, "h", "Officer-hours of an event", group="scenarios", minimum=0)
    fewer_frac: float = asked(
        0.05, "frac", "Officers missing in that scenario", group="scenarios", minimum=0, maximum=0.9
    )
    officer_cost: float = asked(110_000.0, "cost", "What an officer costs a year", minimum=0)
    overtime_per_h: float = asked(57.0, "cost", "What an hour of overtime costs", minimum=0)
    overtime_frac: float = asked(
        0.03, "frac", "Overtime beside hiring, at most this share of today's hours", minimum=0, maximum=1
    )
    overtime_for: str = asked(
        FUTURES[0],
        "",
        "Future in which overtime is weighed against hiring, besides the base; or all",
        options=(*FUTURES, ALL_FUTURES),
        group="scenarios",
    )
    pay_rise_frac: float = asked(
        0.03, "frac", "Rise of pay a year (pay steps included, where none are given)", minimum=0
    )
    pay_steps: tuple[float, ...] = asked(
        (), "cost", "What an officer costs in the first year of service, the second, ..., the last step"
    )
    leave_frac: float = asked(
        0.06, "frac", "Officers who leave in a year; with pay steps", minimum=0, maximum=0.9
    )
    n_years: int = asked(5, "years", "Years of the budget", minimum=1, maximum=30)

    def __post_init__(self) -> None:
        faults = []
        if not 0 < self.from_frac < self.to_frac:
            faults.append(f"from_frac {self.from_frac:g} must be above 0 and below to_frac {self.to_frac:g}.")
        if self.split not in (CYCLE, INTERVAL):
            faults.append(f"split {self.split!r} is none of {CYCLE}, {INTERVAL}.")
        if self.overtime_for not in (*FUTURES, ALL_FUTURES):
            faults.append(
                f"overtime_for {self.overtime_for!r} is none of {', '.join((*FUTURES, ALL_FUTURES))}."
            )
        shares = (self.ceiling_frac, self.proactive_floor_frac, self.community_floor_frac)
        if any(not 0 <= s <= 1 for s in shares) or sum(shares) > 1 + 1e-9:
            faults.append(
                f"ceiling_frac, proactive_floor_frac and community_floor_frac are fractions that sum to at most 1, got "
                f"{' + '.join(f'{s:g}' for s in shares)}; the rest is the ceiling of administration."
            )
        if not 0 <= self.overtime_frac <= 1:
            faults.append(
                f"overtime_frac is a fraction from 0 to 1, got {self.overtime_frac:g}; 3 % is 0.03."
            )
        if any(not (np.isfinite(c) and c >= 0) for c in self.pay_steps):
            faults.append(f"pay_steps must be costs of 0 or more, got {self.pay_steps}.")
        if not 0 <= self.leave_frac < 1:
            faults.append(f"leave_frac is a fraction from 0 to below 1, got {self.leave_frac}.")
        if not 0 < self.week_h <= HOURS_PER_WEEK:
            faults.append(f"week_h must be above 0 and at most {HOURS_PER_WEEK} hours, got {self.week_h:g}.")
        if faults:
            raise InputError(" ".join(faults))


@dataclass(frozen=True)
class Force:
    """Districts and their mean week, before any scenario.

    Parameters
    ----------
    districts, officers
        K names, and officers on patrol today.
    mixes
        Calls of each district's mean week, by urgency.
    summer
        Factor of the busiest months, shape (K,).
    rules
        Minimums and crews of the districts with their clauses.
    """

    districts: tuple[str, ...]
    officers: tuple[int, ...]
    mixes: tuple[CallMix, ...]
    summer: FloatArray
    rules: tuple[DutyRule, ...] = ()

    @property
    def unit_s(self) -> FloatArray:
        """Unit-seconds of call work by the hour that receives the call, shape (K, 168)."""
        return np.stack([unit_seconds(mix) for mix in self.mixes])


def unit_seconds(mix: CallMix) -> FloatArray:
    """Return the unit-seconds of a mix by the hour that receives the call, shape (168,)."""
    work: FloatArray = np.sum([c.calls * c.units_per_call * c.law.mean_s for c in mix.classes], axis=0)
    return work


def force_of(project: Project, setup: BudgetSetup) -> Force:
    """Return the force of a project.

    Raises
    ------
    InputError
        If the table of officers is missing or faulty, or there is no work.
    """
    project.require_ready()
    path = project.folder / setup.officers
    table = read_strength(path)
    district_of = district_of_plan(project, setup.plan)
    ids = tuple(sorted(set(district_of.values())))
    same_districts(ids, table, str(path))
    areas = {d: [a for a, e in district_of.items() if e == d] for d in ids}
    mixes = tuple(_mix(project, d, areas[d]) for d in ids)
    fit = [round((table[d].assigned - table[d].unfit) * setup.patrol_frac) for d in ids]
    if sum(fit) < 1:
        raise InputError(f"{path}: no officer is left on patrol; look at patrol_frac and unfit.")
    summer = np.full(len(ids), 1.0 + setup.summer_frac)
    if setup.summer_frac <= 0:
        summer = _measured_summer(project, district_of, ids)
    return Force(ids, tuple(fit), mixes, summer, duty_rules(project, sectors=ids))


def _mix(project: Project, district: str, areas: Sequence[str]) -> CallMix:
    try:
        return project_mix(project, areas)
    except InputError as error:
        raise InputError(f"District {district}: {error}") from error


def _measured_summer(project: Project, district_of: Mapping[str, str], ids: Sequence[str]) -> FloatArray:
    """Return calls a day in the busiest three months in a row over those of the year; 1.1 without single calls."""
    calls = project.calls
    if calls is None:
        return np.full(len(ids), 1.1)
    kept = calls[calls["origin"] != OFFICER_INITIATED]
    local = kept["received_at"].dt.tz_convert(project.settings.timezone)
    day = local.dt.normalize()
    months = local.dt.year * 12 + local.dt.month
    days_in = day.groupby(months).nunique()
    district = kept["area_id"].astype(str).map(dict(district_of))
    found = np.ones(len(ids))
    for k, d in enumerate(ids):
        by_month = months[district == d].value_counts().reindex(days_in.index, fill_value=0)
        n, days = by_month.to_numpy(dtype=float), days_in.to_numpy(dtype=float)
        if len(n) >= 2 * SUMMER_MONTHS and n.sum() > 0:
            rate = np.convolve(n, np.ones(SUMMER_MONTHS), "valid") / np.convolve(
                days, np.ones(SUMMER_MONTHS), "valid"
            )
            found[k] = max(1.0, float(rate.max() * days.sum() / n.sum()))
    return found


def totals_of(force: Force, setup: BudgetSetup) -> tuple[int, ...]:
    """Return the numbers of officers to look at."""
    n = sum(force.officers)
    shares = np.linspace(setup.from_frac, setup.to_frac, setup.n_points)
    return tuple(sorted({max(1, round(n * float(s))) for s in shares}))

"""A project becomes a requirement: officers on duty for every interval, of the whole and of each sector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from optimiser.data.duty_rules import DUTY_RULES_FILE, DutyRule, read_duty_rules
from optimiser.data.project import Project
from optimiser.demand.call_mix import CallMix, from_call_table, of_load, period_of
from optimiser.demand.requirement import (
    Requirement,
    RequirementParams,
    SplitTargets,
    hold_split,
    requirement_of,
)
from optimiser.demand.scenarios import mix_of_period
from optimiser.demand.workload import from_table
from optimiser.errors import InputError
from optimiser.problems.base import asked

SLOT_LENGTHS_S = (900, 1800, 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementSetup:
    """Intervals, the time split of the cycle, and the administration that a call leaves behind."""

    slot_s: int = asked(1800, "s", "Length of an interval", options=("3600", "1800", "900"))
    call_ceiling_frac: float = asked(
        0.30, "frac", "At most this share of on-duty time on calls", group="time split"
    )
    proactive_floor_frac: float = asked(
        0.30, "frac", "At least this share for proactive work", group="time split"
    )
    admin_ceiling_frac: float = asked(
        0.30, "frac", "At most this share on administration", group="time split"
    )
    community_floor_frac: float = asked(
        0.10, "frac", "At least this share with the community", group="time split"
    )
    hold_split: bool = asked(True, "", "Hold the time split over the cycle", group="time split")
    admin_per_call_s: float = asked(
        1200.0, "s", "Report and paper work that a call leaves, for all its officers", minimum=0
    )
    demand_factor: float = asked(1.0, "", "Calls against the period's: 1.1 is a tenth more", minimum=0)

    def __post_init__(self) -> None:
        if self.slot_s not in SLOT_LENGTHS_S:
            raise InputError(f"slot_s must be one of {SLOT_LENGTHS_S} seconds, got {self.slot_s}.")
        if not (np.isfinite(self.admin_per_call_s) and self.admin_per_call_s >= 0):
            raise InputError(f"admin_per_call_s must be 0 or more, got {self.admin_per_call_s}.")
        if not (np.isfinite(self.demand_factor) and self.demand_factor > 0):
            raise InputError(f"demand_factor must be above 0, got {self.demand_factor}.")
        self.targets()

    def targets(self) -> SplitTargets:
        """Return the shares of the time split.

        Raises
        ------
        InputError
            If they do not sum to 1.
        """
        return SplitTargets(
            call_ceiling_frac=self.call_ceiling_frac,
            proactive_floor_frac=self.proactive_floor_frac,
            admin_ceiling_frac=self.admin_ceiling_frac,
            community_floor_frac=self.community_floor_frac,
        )


@dataclass(frozen=True, eq=False)
class Asked:
    """A requirement and what it was made of.

    Parameters
    ----------
    name
        Sector, or "" for the whole.
    mix
        Calls of the mean week.
    params
        Standards, with the area filled in.
    by_slot
        What binds slot by slot, without the time split of the cycle.
    need
        With it, where it is held; else the same.
    rules
        Rules of the rota that were asked.
    """

    name: str
    mix: CallMix
    params: RequirementParams
    by_slot: Requirement
    need: Requirement
    rules: tuple[DutyRule, ...]


def duty_rules(
    project: Project, path: Path | None = None, sectors: Sequence[str] = ()
) -> tuple[DutyRule, ...]:
    """Return the rules of a file, else of ``duty_rules.csv`` in the project folder, else none."""
    found = path or Path(project.folder) / DUTY_RULES_FILE
    if path is None and not found.exists():
        return ()
    return read_duty_rules(found, frozenset(sectors) if sectors else None)


def project_requirement(
    project: Project,
    params: RequirementParams | None = None,
    setup: RequirementSetup | None = None,
    *,
    rules: Sequence[DutyRule] = (),
    sector_of: Mapping[str, str] | None = None,
) -> dict[str, Asked]:
    """Return the requirement of the whole project (key "") and, where a plan is given, of each of its sectors.

    The whole shares all its units; a sector has its own. Rules of a sector count in the whole by their sum.

    Raises
    ------
    InputError
        If the project has red faults, less than a week of calls, or a sector without a call.
    """
    project.require_ready()
    params, setup = params or RequirementParams(), setup or RequirementSetup()
    asked = {"": _asked("", project_mix(project), with_area(project, params), setup, rules)}
    if sector_of is None:
        return asked
    for name, areas, mix in _sector_mixes(project, sector_of):
        asked[name] = _asked(name, mix, with_area(project, params, areas), setup, rules)
    return asked


def _sector_mixes(project: Project, sector_of: Mapping[str, str]) -> Iterator[tuple[str, list[str], CallMix]]:
    """Give each sector with its areas and calls; the calls are told apart once, over the whole's period."""
    settings, by_sector = project.settings, None
    if project.calls is not None:
        begin, end = period_of(project.calls, settings.timezone)
        known = project.calls.loc[project.calls["priority"] > 0, "priority"]
        urgent = int(known.min()) if len(known) else None
        by_sector = dict(iter(project.calls.groupby(project.calls["area_id"].astype("str").map(sector_of))))
    for name in sorted({s for s in sector_of.values() if s}):
        areas = [a for a, s in sector_of.items() if s == name]
        try:
            if by_sector is None:
                yield name, areas, project_mix(project, areas)
            elif name not in by_sector:
                raise InputError("no call lies in its areas; there is nothing to require officers for.")
            else:
                mix = from_call_table(
                    by_sector[name],
                    settings.timezone,
                    begin=begin,
                    end=end,
                    default_service_s=settings.default_service_s,
                    urgent_priority=urgent,
                )
                yield name, areas, mix
        except InputError as error:
            raise InputError(f"Sector {name}: {error}") from error


def asked_of(
    mix: CallMix,
    params: RequirementParams | None = None,
    setup: RequirementSetup | None = None,
    rules: Sequence[DutyRule] = (),
    name: str = "",
) -> Asked:
    """Return the requirement of a mix of calls.

    Raises
    ------
    InputError
        If the week holds no calls.
    """
    return _asked(name, mix, params or RequirementParams(), setup or RequirementSetup(), rules)


def project_mix(project: Project, areas: Sequence[str] | None = None) -> CallMix:
    """Return the calls of a project's mean week, or of some of its areas."""
    settings = project.settings
    if project.calls is not None:
        mix = from_call_table(
            project.calls, settings.timezone, area_ids=areas, default_service_s=settings.default_service_s
        )
        return mix_of_period(project, mix, areas)
    if project.workload is None:
        raise InputError(f"{project.folder} holds neither calls nor a workload table.")
    table = project.workload
    if areas is not None:
        table = table[table["area_id"].astype("str").isin(set(areas))]
    work = from_table(table, areas or [str(a) for a in project.areas["area_id"]], settings.n_weeks)
    calls, unit_s = float(work.week_calls().sum()), float(work.week_unit_s().sum())
    service_s = unit_s / calls if calls > 0 and unit_s > 0 else settings.default_service_s
    if unit_s > 0:
        return of_load(work.week_unit_s(), service_s)
    return of_load(work.week_calls() * service_s, service_s)


def without(asked: Asked, rule: DutyRule, setup: RequirementSetup) -> float:
    """Hours a week that one rule of the rota costs, of officers, supervisors and posts: saved if it were left out."""
    rest = [r for r in asked.rules if r is not rule]
    other = _asked(asked.name, asked.mix, asked.params, setup, rest, ready=True).need
    return asked.need.people_h - other.people_h


def _asked(
    name: str,
    mix: CallMix,
    params: RequirementParams,
    setup: RequirementSetup,
    rules: Sequence[DutyRule],
    *,
    ready: bool = False,
) -> Asked:
    if not mix.week_unit_s > 0:
        raise InputError(
            "The week holds no calls, so there is no work to require officers for; check the period."
        )
    if not ready and setup.demand_factor != 1.0:
        mix = mix.scaled(setup.demand_factor)
    by_slot = requirement_of(mix, params, slot_s=setup.slot_s, rules=rules, sector=name)
    need = by_slot
    if setup.hold_split:
        admin_s = mix.week_calls * setup.admin_per_call_s
        need = hold_split(by_slot, setup.targets(), admin_s, params, rules, name)
    return Asked(name, mix, params, by_slot, need, tuple(rules))


def with_area(
    project: Project, params: RequirementParams, areas: Sequence[str] | None = None
) -> RequirementParams:
    """Fill in the area that units are spread over, where a response is asked and none is given."""
    if params.response_s is None or (params.area_m2 > 0 and areas is None):
        return params
    ground = project.areas
    if areas is not None:
        ground = ground[ground["area_id"].astype("str").isin(set(areas))]
    return replace(params, area_m2=float(ground.geometry.area.sum()))

"""A log to try alert rules on before a real one is there: days of the project's own calls, played by the simulator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.alerts import AlertRule, Districts, Event, log_of
from optimiser.data.project import Project
from optimiser.prepare import simulation_fleet as fleets
from optimiser.prepare.sectors import beats_in_use, districts_in_use
from optimiser.prepare.simulation import ground_of
from optimiser.simulate import nearest, simulate
from optimiser.studies.calibration import rules_of
from optimiser.studies.calibration_file import read_calibration
from optimiser.studies.what_if import drawn
from optimiser.units import HOURS_PER_DAY, SECONDS_PER_HOUR, seconds_from_minutes

ALERTS_FOLDER = "alerts"
"""Folder of a project that logs and rules of alerts lie in."""
USUAL_TARGET_S = 900.0
USUAL_LOW_FRAC = 0.25
DAY_S = HOURS_PER_DAY * SECONDS_PER_HOUR


@dataclass(frozen=True, eq=False)
class AlertDay:
    """Events of made-up days in order of time, from Monday 00:00 on, and what is to be said of them."""

    events: tuple[Event, ...]
    said: tuple[str, ...]


def alert_day(project: Project, *, seed: int = 0, days: int = 1) -> AlertDay:
    """Return the log of simulated days: the mean week's calls, the nearest free unit to each.

    Raises
    ------
    InputError
        If the project has no calls, or none that a unit was sent to.
    """
    ground = ground_of(project)
    calibration = read_calibration(project.folder)
    end_s = days * DAY_S
    sector_of = project.plans.get("current") or dict.fromkeys(ground.zone_ids, "all")
    _, zone_sector = fleets.sectors_of(ground, sector_of)
    fleet, who = fleets.from_duty(project, ground, sector_of), "the duty table"
    rota = fleets.of_rota(project) if fleet is None else None
    if fleet is None and rota is not None:
        fleet, who = fleets.shared_out(ground, zone_sector, *rota), "rota.csv"
    if fleet is None:
        fleet, who = fleets.asked_by_replay(ground, zone_sector), "a queue (no duty table, no rota)"
    calls = drawn(ground, calibration, end_s, seed)(0)
    rules = rules_of(ground, None if calibration is None else calibration.habits)
    found = simulate(calls, fleet, ground.travel, nearest(), rules, seed=seed, horizon_s=end_s)
    records = found.replications[0].calls
    assert records is not None
    events = log_of(
        records,
        calls,
        fleet,
        ground.zone_ids,
        np.asarray(ground.travel.table_s, dtype=float)[0, 0],
        grades=ground.grades,
        end_s=end_s,
    )
    said: tuple[str, ...] = (
        f"Calls are drawn from the project's mean week (seed {seed}); on duty is whom {who} asks for; each call gets "
        "one unit, whatever it needs.",
    )
    if calibration is None:
        said += (
            "UNCALIBRATED: run calibrate first. Calls go at once, and ways take what the road table says.",
        )
    return AlertDay(events, said)


def districts_of(project: Project) -> Districts | None:
    """Return the districts in use, else the beats, with the urgent calls of each area; None where areas name neither.

    Without calls, all areas count alike.
    """
    plan = districts_in_use(project) or beats_in_use(project)
    if not plan:
        return None
    ids = [str(i) for i in project.areas["area_id"]]
    demand = np.ones(len(ids))
    if project.calls is not None:
        public = project.calls[(project.calls["origin"] == "public") & (project.calls["priority"] > 0)]
        urgent = public[public["priority"] == public["priority"].min()]
        demand = urgent["area_id"].astype(str).value_counts().reindex(ids, fill_value=0).to_numpy(dtype=float)
    return Districts(tuple(plan.get(i) or "" for i in ids), demand)


def usual_rules(project: Project) -> tuple[AlertRule, ...]:
    """Return the rules of a project that has none of its own: three units on a call, its urgent target, its cover."""
    by_district = districts_of(project) is not None
    targets = project.settings.priority_targets_s
    grade = min(targets, default=1)
    target_s = float(targets.get(grade, USUAL_TARGET_S))
    return (
        AlertRule(name="several units", kind="units", at_least=3),
        AlertRule(
            name=f"grade {grade} cannot be met",
            kind="call",
            grades=(grade,),
            target_s=target_s,
            unassigned_s=seconds_from_minutes(2),
        ),
        AlertRule(
            name="low cover",
            kind="cover",
            target_s=target_s,
            by="district" if by_district else "area",
            share_frac=USUAL_LOW_FRAC if by_district else 0.0,
            lead_s=seconds_from_minutes(15),
            raise_after_s=seconds_from_minutes(5),
            clear_after_s=seconds_from_minutes(5),
            quiet_s=seconds_from_minutes(30),
        ),
    )

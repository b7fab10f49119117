"""``measured``: what on-duty time went into, from who was really on duty; refused where nobody knows who was."""

from __future__ import annotations

import argparse
import datetime as dt
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.cli import values
from optimiser.cli.console import Exit, say, show, show_json, table
from optimiser.units import HOURS_PER_DAY, asked_text, hours, percent, percent_text

if TYPE_CHECKING:
    from optimiser.demand.measured import Measured

BY = ("hour", "sector", "cycle")
BUSY_FRAC = (0.30, 0.45, 0.60)
"""Shares of time on calls that hours of the week are counted above."""


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    measured = commands.add_parser(
        "measured", parents=[common], help="measured time split, utilisation and saturation index"
    )
    measured.add_argument("folder", type=Path, help="the project folder")
    measured.add_argument("--by", choices=BY, default="sector", help="lines of the table (sector)")
    measured.add_argument("--first-day", type=values.day, metavar="YYYY-MM-DD", help="first day that counts")
    measured.add_argument("--last-day", type=values.day, metavar="YYYY-MM-DD", help="last day that counts")
    measured.add_argument(
        "--cycle-days", type=values.whole(1, 366), default=28, help="days of a pattern cycle (28)"
    )
    measured.add_argument(
        "--figures", type=Path, metavar="FOLDER", help="draw the figures of a staffing study here"
    )
    measured.set_defaults(run=run_measured)


def run_measured(a: argparse.Namespace) -> int:
    """Measure and print."""
    from optimiser.data.project import load
    from optimiser.demand.measured import SATURATION_TARGET_FRAC, measure

    end = None if a.last_day is None else a.last_day + dt.timedelta(days=1)
    project = load(a.folder)
    found = measure(project, begin=a.first_day, end=end, cycle_days=a.cycle_days)
    if a.figures is not None:
        _draw(a.figures, found, project.settings.name)
    if a.json:
        show_json(as_json(found))
        return Exit.DONE
    on_duty_h = hours(float(found.on_duty_s.sum()))
    show(
        f"{on_duty_h:,.0f} officer-hours on patrol duty from {found.begin} to before {found.end}; "
        f"{found.n_calls:,} calls."
    )
    show("Measured split of on-duty time: " + split_text(found.split()) + ".")
    initiated = float(found.officer_initiated_s.sum()) / max(float(found.on_duty_s.sum()), 1e-9)
    show(f"Of it officers began themselves {percent_text(initiated)}, shown apart from calls of the public.")
    show(
        f"Utilisation (calls over on duty): {percent_text(found.utilisation())}. Saturation index (all recorded work "
        f"over on duty): {percent_text(found.saturation())}; target line {asked_text(SATURATION_TARGET_FRAC)}, of the "
        "whole and never of an hour."
    )
    shares = ", ".join(f"{percent_text(found.hours_over(x))} above {asked_text(x)}" for x in BUSY_FRAC)
    show(f"Hours of the mean week by the share of time on calls: {shares}.")
    n_over = found.n_hours_beyond()
    if n_over:
        show(f"In {n_over} of 168 hours more work is recorded than officers were on duty.")
    if found.split()["unaccounted"] < 0:
        show(
            "More work is recorded than officers were on duty: the duty table lacks turns, or times are too long."
        )
    if found.left_out_days:
        show(f"{found.left_out_days} days without anybody on duty are left out.")
    show("")
    show(
        table(
            rows(found, a.by), [a.by, "on duty h", *(f"{c} %" for c in found.split()), "officer-initiated %"]
        )
    )
    for sentence in found.assumptions:
        show(f"- {sentence}")
    return Exit.DONE


def _draw(folder: Path, found: Measured, place: str) -> None:
    """Draw deployment against workload, by week and by day, and the saturation index."""
    from optimiser.report import chart_measured as figures
    from optimiser.report.chart import ChartStyle
    from optimiser.report.sheet import save

    style = ChartStyle(place=place)
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in (
        ("deployment", figures.deployment_chart),
        ("deployment-by-day", figures.day_chart),
        ("saturation", figures.saturation_chart),
    ):
        say(f"Wrote {save(draw(found, style=style), folder / f'{name}.png')}.")


def split_text(split: dict[str, float]) -> str:
    """Say a split in one line."""
    return ", ".join(f"{name} {percent_text(share)}" for name, share in split.items())


def rows(found: Measured, by: str) -> list[list[Any]]:
    """Lines of the table by sector, cycle, or hour of the day."""
    if by == "hour":
        return [_hour_row(found, h) for h in range(HOURS_PER_DAY)]
    kinds: list[tuple[str, dict[str, Any]]]
    if by == "sector":
        kinds = [(s, {"sector": s}) for s in found.sectors]
    else:
        kinds = [(f"{k + 1}", {"cycle": k}) for k in range(found.n_cycles)]
    lines = []
    for name, which in [("all", {}), *kinds]:
        on_duty = float(found.of(found.on_duty_s, **which).sum())
        own = float(found.of(found.officer_initiated_s, **which).sum())
        lines.append(_row(name, on_duty, found.split(**which), own))
    return lines


def _hour_row(found: Measured, hour: int) -> list[Any]:
    of_day = slice(hour, None, HOURS_PER_DAY)
    on_duty = float(found.of(found.on_duty_s)[of_day].sum())
    split = {
        c: float(found.of(v)[of_day].sum()) / on_duty if on_duty else math.nan
        for c, v in found.spent_s.items()
    }
    own = float(found.of(found.officer_initiated_s)[of_day].sum())
    return _row(f"{hour:02d}:00", on_duty, split | {"unaccounted": 1.0 - sum(split.values())}, own)


def _row(name: str, on_duty_s: float, split: dict[str, float], own_s: float) -> list[Any]:
    shares = [None if math.isnan(v) else round(percent(v), 1) for v in split.values()]
    return [
        name,
        round(hours(on_duty_s), 1),
        *shares,
        round(percent(own_s / on_duty_s), 1) if on_duty_s else None,
    ]


def as_json(found: Measured) -> dict[str, Any]:
    """Return all figures in core units."""
    arrays = {"on_duty_s": found.on_duty_s, "officer_initiated_s": found.officer_initiated_s}
    arrays |= {f"{c}_s": v for c, v in found.spent_s.items()}
    return {
        "begin": str(found.begin),
        "end": str(found.end),
        "sectors": found.sectors,
        "cycle_days": found.cycle_days,
        "split_frac": found.split(),
        "utilisation_frac": found.utilisation(),
        "saturation_frac": found.saturation(),
        "hours_over_frac": {str(x): found.hours_over(x) for x in BUSY_FRAC},
        "hours_beyond_duty": found.n_hours_beyond(),
        "by_sector": {s: found.split(s) for s in found.sectors},
        "by_cycle": [found.split(cycle=k) for k in range(found.n_cycles)],
        "by_hour_of_week": {name: found.of(v).tolist() for name, v in arrays.items()},
        "calls": found.n_calls,
        "calls_without_duration": found.n_imputed,
        "days_left_out": found.left_out_days,
        "assumptions": found.assumptions,
    }

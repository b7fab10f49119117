"""``forecast`` and ``scenarios``: how calls go on, how far that can be trusted, and the named demands of a project."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.cli import values
from optimiser.cli.console import Exit, show, show_json, table
from optimiser.units import hours, percent, percent_text

if TYPE_CHECKING:
    from optimiser.data.project import Project


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    ahead = commands.add_parser(
        "forecast", parents=[common], help="calls of the weeks ahead, with a backtest"
    )
    ahead.add_argument("folder", type=Path, help="the project folder")
    ahead.add_argument("--weeks", type=values.whole(1, 52), default=4, help="weeks ahead (4)")
    ahead.add_argument(
        "--folds", type=values.whole(2, 8), default=6, help="times it is tried on what is known (6)"
    )
    ahead.add_argument("--types", help="only calls of these types, as 'BURG*,THEFT' (all)")
    ahead.add_argument("--priorities", help="only these priority numbers, as 1,2 (all)")
    ahead.add_argument("--districts", metavar="NAMES", help="only these districts or sectors, as D1,D3 (all)")
    ahead.add_argument(
        "--plan", default="districts", help="whose districts: districts, current, a run or a file (districts)"
    )
    ahead.set_defaults(run=run_forecast)
    named = commands.add_parser("scenarios", parents=[common], help="the named demand scenarios of a project")
    named.add_argument("folder", type=Path, help="the project folder")
    named.set_defaults(run=run_scenarios)


def run_forecast(a: argparse.Namespace) -> int:
    """Forecast and print."""
    from optimiser.cli.heat import category_of
    from optimiser.data.demand_file import read_demand_file
    from optimiser.data.project import load
    from optimiser.demand.daily import HELD_FRAC, series_of
    from optimiser.demand.forecast import forecast

    project = load(a.folder)
    holidays = frozenset(d.isoformat() for d in read_demand_file(a.folder).holidays)
    category = category_of(a.types, a.priorities)
    series = series_of(project, holidays, category=category, areas=_areas(project, a))
    words = category.words.replace("all calls", "calls") + (f" in {a.districts}" if a.districts else "")
    found = forecast(series, 7 * a.weeks, n_folds=a.folds)
    if a.json:
        show_json(
            {
                "calls": words,
                "days": [str(d) for d in found.ahead[found.best].days],
                "best": found.best,
                "growth_frac_per_year": found.growth_frac_per_year,
                "held_frac": HELD_FRAC,
                "scores": [asdict(s) for s in found.scores],
                "ahead": {
                    name: {
                        "calls": m.mean.tolist(),
                        "low": m.low.tolist(),
                        "high": m.high.tolist(),
                        "total": [m.total, m.total_low, m.total_high],
                    }
                    for name, m in found.ahead.items()
                },
            }
        )
        return Exit.DONE
    show(
        f"{len(series.days)} days, {series.days[0]} to {series.days[-1]}, of the public's {words}: "
        f"{series.calls.sum():,.0f}."
    )
    promise = percent_text(HELD_FRAC, 0)
    show(
        f"Tried {found.scores[0].n_folds} times on {a.weeks} known weeks each; the interval promises {promise}:"
    )
    rows = [_score_row(s) for s in found.scores]
    show(table(rows, ["method", "error of all %", "of a day", "to naive", "days held %", "all held %"]))
    if len(found.scores) < 3:
        show("ETS needs statsmodels, which is not installed: pip install 'police-optimiser[forecast]'.")
    show("")
    show(f"The next {a.weeks} weeks, best by the backtest: {found.best}.")
    rows = [
        [name, m.total / a.weeks, m.total_low / a.weeks, m.total_high / a.weeks]
        for name, m in found.ahead.items()
    ]
    show(table(rows, ["method", "calls a week", "from", "to"]))
    growth = found.growth_frac_per_year
    show(
        "Growth cannot be told from the year's season with under two years of calls."
        if growth != growth
        else f"Growth by the regression: {percent_text(growth, signed=True)} a year."
    )
    return Exit.DONE


def _areas(project: Project, a: argparse.Namespace) -> frozenset[str] | None:
    """Return the areas of the districts asked for; None for all areas."""
    from optimiser.cli.plans import assignment_of
    from optimiser.errors import UsageError

    if not a.districts:
        return None
    district_of = assignment_of(project, a.plan)
    asked = {d.strip() for d in a.districts.split(",") if d.strip()}
    known = sorted({d for d in district_of.values() if d})
    wrong = sorted(asked - set(known))
    if wrong or not asked:
        raise UsageError(
            f"--districts {a.districts!r}: {a.plan} has no {', '.join(wrong) or 'such name'}; it has "
            f"{', '.join(known)}."
        )
    return frozenset(area for area, d in district_of.items() if d in asked)


def _score_row(s: Any) -> list[Any]:
    held = percent(s.days_held_frac), percent(s.totals_held_frac)
    return [s.method, percent(s.total_error_frac), s.day_error, s.against_naive, *held]


def run_scenarios(a: argparse.Namespace) -> int:
    """List the demand scenarios with what each asks of a week."""
    from optimiser.data.project import load
    from optimiser.demand.scenarios import scenario_workload, scenarios_of
    from optimiser.errors import InputError

    project = load(a.folder)
    rows: list[list[Any]] = []
    for name, scenario in scenarios_of(project).items():
        try:
            week = scenario_workload(project, name)
        except InputError as error:
            rows.append([name, None, None, str(error)])
            continue
        unit_h = hours(float(week.week_unit_s().sum()))
        rows.append([name, float(week.week_calls().sum()), unit_h, scenario.words])
    if a.json:
        keys = ("name", "calls_per_week", "unit_h_per_week", "words")
        show_json([dict(zip(keys, r, strict=True)) for r in rows])
        return Exit.DONE
    show(table(rows, ["demand", "calls a week", "unit-hours", "what it is"]))
    show(
        "Ask a question of one with --set demand=NAME, as: optimiser solve shifts FOLDER --set demand=summer."
    )
    return Exit.DONE

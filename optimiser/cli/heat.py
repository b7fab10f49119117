"""``heat``: day of the week by hour of the day for any category, as numbers, a picture and a map."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.cli import values
from optimiser.cli.console import Exit, say, show, show_json, table

if TYPE_CHECKING:
    from optimiser.data.project import Project
    from optimiser.demand.heat import Category, Heat


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    heat = commands.add_parser(
        "heat", parents=[common], help="day of week by hour of day for any category of calls"
    )
    heat.add_argument("folder", type=Path, help="the project folder")
    heat.add_argument("--types", help="patterns of call types, as 'BURG*,THEFT' (all)")
    heat.add_argument("--priorities", help="priority numbers, as 1,2 (all)")
    heat.add_argument(
        "--origin", choices=("public", "officer", "other"), default="", help="who began them (all)"
    )
    heat.add_argument("--title", default="", help="what it is called above the picture")
    heat.add_argument("--first-day", type=values.day, metavar="YYYY-MM-DD", help="first day that counts")
    heat.add_argument("--last-day", type=values.day, metavar="YYYY-MM-DD", help="last day that counts")
    heat.add_argument("--months", help="only these months, as 6,7,8")
    heat.add_argument("--without", help="days left out (holidays), comma-separated")
    heat.add_argument("--chart", type=Path, metavar="FILE", help="draw it here (.png, .pdf, .svg)")
    heat.add_argument("--map", type=Path, metavar="FILE", help="draw the same calls by area here")
    heat.set_defaults(run=run_heat)


def run_heat(a: argparse.Namespace) -> int:
    """Count and print or draw."""
    from optimiser.cli.workload import period_of
    from optimiser.data.project import load
    from optimiser.demand.heat import heat

    category = category_of(a.types, a.priorities, a.origin, a.title)
    period = period_of(a)
    project = load(a.folder)
    found = heat(project, category, period)
    least = project.settings.privacy_threshold
    if a.chart:
        _chart(a.chart, found, project)
    if a.map:
        _map(a.map, found, project)
    few = (found.counts > 0) & (found.counts < least)
    shown = [
        [None if few[d, h] else float(v) for h, v in enumerate(row)] for d, row in enumerate(found.per_hour)
    ]
    if a.json:
        show_json(
            {
                "category": found.category.words,
                "calls": found.n_calls,
                "n_weeks": found.n_weeks,
                "calls_per_hour": shown,
                "hidden_below": least,
                "n_hidden": int(few.sum()),
            }
        )
        return Exit.DONE
    _print(found, shown, int(few.sum()), least)
    return Exit.DONE


def category_of(types: str | None, priorities: str | None, origin: str = "", title: str = "") -> Category:
    """Return the calls that options name."""
    from optimiser.demand.heat import Category
    from optimiser.errors import UsageError

    try:
        numbers = frozenset(int(p) for p in priorities.split(",")) if priorities else frozenset()
    except ValueError:
        raise UsageError(f"--priorities {priorities!r} should be numbers, as 1,2.") from None
    patterns = tuple(t.strip() for t in types.split(",") if t.strip()) if types else ()
    return Category(title, patterns, numbers, origin)


def _print(found: Heat, shown: list[list[float | None]], n_hidden: int, least: int) -> None:
    from optimiser.units import DAY_NAMES

    show(
        f"{found.category.words}: {found.n_calls:,} calls in {found.n_weeks:.1f} weeks. Calls in such an hour:"
    )
    rows = [[f"{h:02d}:00", *(_cell(shown[d][h]) for d in range(len(DAY_NAMES)))] for h in range(24)]
    show(table(rows, ["hour", *DAY_NAMES]))
    day, hour = found.peak()
    if shown[day][hour] is not None:
        show(f"Most from {hour:02d}:00 on {DAY_NAMES[day]}.")
    if n_hidden:
        show(f"{n_hidden} hours with fewer than {least} calls are not told (.).")


def _cell(value: float | None) -> str:
    return "." if value is None else f"{value:.2f}"


def _chart(path: Path, found: Heat, project: Project) -> None:
    from optimiser.report.chart import ChartStyle
    from optimiser.report.chart_heat import heat_chart
    from optimiser.report.sheet import save

    style = ChartStyle(place=project.settings.name)
    say(f"Wrote {save(heat_chart(found, project.settings.privacy_threshold, style=style), path)}.")


def _map(path: Path, found: Heat, project: Project) -> None:
    from optimiser.report.map_values import choropleth
    from optimiser.report.sheet import MapStyle, save

    counts = {a: float(n) for a, n in found.by_area.items()}
    weekly = {str(a): counts.get(str(a), 0.0) / found.n_weeks for a in project.areas["area_id"]}
    figure = choropleth(
        project.areas,
        weekly,
        found.category.words,
        unit="calls a week",
        style=MapStyle(place=project.settings.name),
        show=lambda v: f"{v:.2f}",
        counts=counts,
        hide_below=float(project.settings.privacy_threshold),
    )
    say(f"Wrote {save(figure, path)}.")

"""``init`` and ``check``: raw files to a project folder, and what is wrong with it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, show, show_json
from optimiser.cli.options import choices_option


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    init = commands.add_parser("init", parents=[common], help="make a project folder of raw files")
    init.add_argument("folder", type=Path, help="the project folder to make")
    init.add_argument("--areas", type=Path, help="reporting areas: .gpkg, .shp, .geojson, .parquet")
    init.add_argument(
        "--grid",
        metavar="KIND:SIZE",
        help="no areas: hexagons or squares over the roads and calls, as hex:500m, square:1km or hex:0.25mi",
    )
    init.add_argument("--calls", type=Path, help="calls for service: .csv, .csv.gz, .parquet, .xlsx")
    init.add_argument("--workload", type=Path, help="or a table of area, calls, minutes")
    init.add_argument("--roads", type=Path, help=".osm.pbf, or street lines")
    for name, text in (
        ("stations", "points of stations"),
        ("units", "call-sign patterns and their roles"),
        ("unit-responses", "one row a unit and call"),
        ("adjacency", "published pairs of neighbouring areas"),
        ("adjacency-edits", "links to add or remove, with the reason"),
        ("hard-lines", "lines that no district crosses"),
        ("hard-polygons", "polygons whose areas stay together"),
        ("duty", "who was really on duty: officer or call sign, role, sector, from, to"),
        ("unit-status", "what units did beside calls: call sign, status, from, to"),
        ("counts-as", "what each status and call type counts as: table,code,counts_as"),
        ("columns", "a columns.toml to start from"),
    ):
        init.add_argument(f"--{name}", type=Path, help=text)
    init.add_argument(
        "--plan", type=Path, action="append", default=[], help="a plan to compare with (repeatable)"
    )
    init.add_argument("--name", help="name shown")
    init.add_argument("--crs", help="projected coordinate system, as EPSG:26985")
    init.add_argument("--timezone", help="zone of the wall clock, as America/New_York")
    init.add_argument(
        "--response-time", help="received_to_arrived, dispatched_to_arrived or received_to_dispatched"
    )
    init.add_argument(
        "--date-order", choices=("DMY", "MDY"), help="day or month first, where the dates do not tell"
    )
    init.add_argument(
        "--priority",
        type=values.coded,
        action="append",
        default=[],
        metavar="CODE=NUMBER",
        help="1 is the most urgent (repeatable)",
    )
    init.add_argument("--weeks", type=values.weeks, help="weeks that a workload table spans")
    init.add_argument("--again", action="store_true", help="import into a folder that exists")
    init.set_defaults(run=run_init)
    later = commands.add_parser(
        "add",
        parents=[common],
        help="add a report that came later: who was on duty, what units did beside calls",
    )
    later.add_argument("folder", type=Path, help="the project folder")
    later.add_argument(
        "--duty", type=Path, help="who was really on duty: officer or call sign, role, sector, from, to"
    )
    later.add_argument(
        "--unit-status", type=Path, help="what units did beside calls: call sign, status, from, to"
    )
    later.add_argument("--units", type=Path, help="call-sign patterns and their roles")
    later.add_argument(
        "--counts-as", type=Path, help="what each status and call type counts as: table,code,counts_as"
    )
    later.add_argument(
        "--service-times", type=Path, help="durations without dates, where the calls tell none"
    )
    later.add_argument(
        "--duration-unit", choices=("s", "min", "h"), default="", help="unit of the service times"
    )
    later.set_defaults(run=run_add)
    check = commands.add_parser(
        "check", parents=[common], help="data-quality report of a project, or faults of a plan"
    )
    check.add_argument("folder", type=Path, help="the project folder")
    check.add_argument(
        "--plan",
        help="check this plan: current (beats in use), districts (districts in use), a name in plans/, or a CSV file",
    )
    choices_option(check)
    check.set_defaults(run=run_check)


def run_init(a: argparse.Namespace) -> int:
    """Make a project folder."""
    from optimiser.data.init import init
    from optimiser.data.quality import to_record
    from optimiser.prepare.call_spots import junctions

    report = init(
        a.folder, a.areas, a.calls, a.workload, a.roads, grid=_grid(a), stations=a.stations, units=a.units,
        unit_responses=a.unit_responses, adjacency=a.adjacency, adjacency_edits=a.adjacency_edits,
        hard_lines=a.hard_lines, hard_polygons=a.hard_polygons, duty=a.duty, unit_status=a.unit_status,
        counts_as=a.counts_as, plans=a.plan, columns=a.columns, name=a.name,
        crs=a.crs, timezone=a.timezone, response_time=a.response_time, date_order=a.date_order,
        priority=dict(a.priority) or None, weeks=a.weeks, again=a.again, junctions=junctions,
    )  # fmt: skip
    if a.json:
        show_json(
            {
                "folder": str(report.folder),
                "understood": report.understood,
                "dropped": report.dropped,
                "to_fill": report.to_fill,
                "rows": report.n_rows,
                "findings": [to_record(f) for f in report.quality.findings],
            }
        )
    else:
        show(report.text())
    return Exit.INPUT if report.quality.red else Exit.DONE


def run_add(a: argparse.Namespace) -> int:
    """Add a later report to a project."""
    from optimiser.data.later import add as add_later
    from optimiser.data.quality import to_record

    found = add_later(
        a.folder,
        duty=a.duty,
        unit_status=a.unit_status,
        units=a.units,
        counts_as=a.counts_as,
        service_times=a.service_times,
        duration_unit=a.duration_unit,
    )
    if a.json:
        shown = {"understood": found.understood, "dropped": found.dropped, "rows": found.n_rows}
        show_json(shown | {"findings": [to_record(f) for f in found.quality.findings]})
        return Exit.DONE
    for kind, columns in found.understood.items():
        show(f"{kind}: {found.n_rows[kind]:,} rows")
        for ours, theirs in columns.items():
            show(f"  {ours} = {theirs}")
        if found.dropped[kind]:
            show(f"  not understood and not stored: {', '.join(found.dropped[kind])}")
    show(found.quality.text())
    return Exit.DONE


def _grid(a: argparse.Namespace) -> Any:
    """Return the grid asked for, over the streets where there are any; None for none."""
    from optimiser.data.grid import read_grid
    from optimiser.prepare.street_lines import street_lines

    if a.grid is None:
        return None
    plain = read_grid(a.grid)  # a slip is told before anything is read
    return plain if a.roads is None else read_grid(a.grid, street_lines(a.roads).geometry)


def run_check(a: argparse.Namespace) -> int:
    """Print the data-quality report, or what a plan breaks."""
    from optimiser.data.project import load

    project = load(a.folder)
    if a.plan:
        from optimiser.cli.plan import check_plan

        return check_plan(project, a.plan, a.set, as_json=a.json)
    report = project.report
    if a.json:
        from optimiser.data.quality import to_record

        show_json({"findings": [to_record(f) for f in report.findings], "assumptions": report.assumptions})
    else:
        show(report.text())
    return Exit.INPUT if report.red else Exit.DONE

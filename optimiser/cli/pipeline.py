"""``pipeline``: from calls to a 28-day roster, each stage with its proof."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, Line, say, show, show_json, stop_on_interrupt, table
from optimiser.cli.options import choices_option, limit_option
from optimiser.units import DAY_NAMES

ROSTER_FILE, TEAMS_FILE, WORKBOOK_FILE = "roster.csv", "teams.csv", "pipeline.xlsx"


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    command = commands.add_parser(
        "pipeline", parents=[common], help="calls to requirement, shifts, pattern and a 28-day roster"
    )
    command.add_argument("folder", type=Path, nargs="?", help="the project folder")
    choices_option(command, "a choice, as start_times=5 (repeatable)")
    command.add_argument("--choices", action="store_true", help="list every choice with its unit and default")
    command.add_argument(
        "--gap",
        type=values.share_pct,
        default=1.0,
        metavar="PERCENT",
        help="how near to its bound each stage (1)",
    )
    limit_option(command, 25.0, "longest search of a stage (25)")
    command.set_defaults(run=run_pipeline)


def run_pipeline(a: argparse.Namespace) -> int:
    """Run the stages, write the roster, and tell each stage."""
    from optimiser.cli.ask import show_choices_of
    from optimiser.cli.plans import settings_of
    from optimiser.data.project import load
    from optimiser.demand.requirement import RequirementParams
    from optimiser.errors import UsageError
    from optimiser.prepare.choices import read
    from optimiser.prepare.shifts import ShiftsSetup
    from optimiser.problems.shifts import ShiftsParams
    from optimiser.studies.pipeline import pipeline
    from optimiser.studies.pipeline_types import PipelineSetup
    from optimiser.units import fraction_from_percent

    kinds = (PipelineSetup, ShiftsParams, ShiftsSetup, RequirementParams)
    if a.choices:
        return show_choices_of(kinds, as_json=a.json)
    if a.folder is None:
        raise UsageError("Name the project folder: optimiser pipeline FOLDER.")
    given = {"lengths_h": [10.0]} | settings_of(a.set, "pipeline")
    setup, params, shifts, service = read(kinds, given, "--set")
    project = load(a.folder)
    with stop_on_interrupt() as stop, Line("pipeline", quiet=a.quiet) as line:
        found = pipeline(
            project,
            setup,
            params,
            shifts,
            service,
            gap_frac=fraction_from_percent(a.gap),
            stage_limit_s=a.time_limit,
            on_progress=line,
            should_stop=stop,
        )
    files = write_files(a.folder / "studies", found)
    if a.json:
        show_json(
            {
                "stages": [asdict(s) | {"gap_frac": s.gap_frac} for s in found.stages],
                "ended": found.ended,
                "broken": list(found.broken),
                "officers": {"on the pattern": found.officers[0], "with relief": found.officers[1]},
                "seconds": found.seconds,
                "files": [str(f) for f in files],
            }
        )
    else:
        for sentence in _words(found):
            show(f"- {sentence}")
        show("")
        show(_table(found))
        if files:
            say(f"Written: {', '.join(str(f) for f in files)}")
    if not found.whole:
        return Exit.NO_PLAN
    near = all((s.gap_frac or 0.0) <= fraction_from_percent(a.gap) + 1e-9 for s in found.stages)
    return Exit.DONE if near else Exit.GAP_MISSED


def _words(found: Any) -> list[str]:
    said = [f"{s.name[:1].upper()}{s.name[1:]}: {s.said}." for s in found.stages]
    if found.ended != "whole":
        return [*said, f"The pipeline ended at {found.ended}: there is no plan to go on from."]
    rows, staff = found.officers
    said.append(
        f"{rows} officers on the pattern, {staff} with relief for absence; {found.seconds:.0f} s in all."
    )
    return [*said, *(f"Broken: {b}." for b in found.broken[:5])]


def _table(found: Any) -> str:
    rows = [
        [
            s.name,
            s.status,
            "-" if s.value is None else f"{s.value:,.1f}",
            "-" if s.bound is None else f"{s.bound:,.1f}",
            "-" if s.gap_frac is None else f"{100 * s.gap_frac:.2f}",
            f"{s.seconds:.1f}",
        ]
        for s in found.stages
    ]
    return table(rows, ["stage", "status", "value", "bound", "gap %", "seconds"])


def write_files(folder: Path, found: Any) -> list[Path]:
    """Write the roster as a table, and a workbook where the library for it is installed."""
    from optimiser.errors import OptimiserError
    from optimiser.report.plans import write_table
    from optimiser.report.workbook import write_workbook

    if not found.roster:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    days = [f"day {d + 1}" for d in range(len(found.roster[0].days))]
    rows = [
        {"officer": line.who, "team": line.team} | dict(zip(days, line.days, strict=True))
        for line in found.roster
    ]
    files = [write_table(folder / ROSTER_FILE, ["officer", "team", *days], rows)]
    teams = [
        {"team": line.who, "pattern": line.team} | dict(zip(days, line.days, strict=True))
        for line in found.teams
    ]
    if teams:
        files.append(write_table(folder / TEAMS_FILE, ["team", "pattern", *days], teams))
    pattern = [
        {"row": k + 1} | dict(zip(DAY_NAMES, row, strict=True)) for k, row in enumerate(found.pattern.rows)
    ]
    stages = [{"stage": s.name, "status": s.status, "value": s.value, "bound": s.bound} for s in found.stages]
    try:
        sheets = {"Stages": stages, "Pattern": pattern, "Roster": rows, "Teams": teams}
        files.append(write_workbook(folder / WORKBOOK_FILE, sheets, _words(found)))
    except OptimiserError as error:
        say(str(error))
    return files

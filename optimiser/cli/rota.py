"""``rota``: today's rota read in, checked like any plan, and taken through the year's court, training and leave."""

from __future__ import annotations

import argparse
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, say, show, show_json, table
from optimiser.units import SECONDS_PER_HOUR

_MOST_SAID = 20


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    rota = commands.add_parser("rota", help="today's rota: import, check, year")
    actions = rota.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, text: str, run: Any) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, parents=[common], help=text)
        made.add_argument("folder", type=Path, help="the project folder")
        made.set_defaults(run=run)
        return made

    read = action("import", "take a rota file into the project", run_import)
    read.add_argument("file", type=Path, help="start, hours (or end), and a column of officers for each day")
    read.add_argument("--again", action="store_true", help="replace the rota there is")
    check = action("check", "what the rota breaks, where, and its measures", run_check)
    _add_choices(check)
    year = action("year", "the rota through the dated weeks of calendar.csv", run_year)
    _add_choices(year)
    year.add_argument("--strength", type=values.whole(0, 100_000), help="officers on strength")
    year.add_argument("--week-hours", type=float, default=40.0, help="hours an officer works a week (40)")
    year.add_argument("--season", action="store_true", help="each week at the level of calls of its month")
    year.add_argument("--leave-cap", type=values.whole(0, 100_000), help="most on leave at once")
    year.add_argument(
        "--sector-leave-cap",
        action="append",
        default=[],
        metavar="SECTOR=N",
        help="most of a sector on leave at once (repeatable)",
    )


def _add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="choices of the question of shifts"
    )


def run_import(a: argparse.Namespace) -> int:
    """Read a rota, say all that is wrong with it, and keep it."""
    from optimiser.data.project import load
    from optimiser.errors import InputError
    from optimiser.prepare.rota_file import ROTA_FILE, read_rota

    project = load(a.folder)
    kept = Path(project.folder) / ROTA_FILE
    lines = read_rota(a.file)
    if kept.exists() and not a.again:
        raise InputError(f"{kept} exists; add --again to replace it.")
    if a.file.resolve() != kept.resolve():
        half = kept.with_suffix(".part")
        shutil.copyfile(a.file, half)
        half.replace(kept)
    hours = sum(sum(line.officers) * line.length_s for line in lines) / SECONDS_PER_HOUR
    if a.json:
        show_json({"file": str(kept), "shifts": len(lines), "officer_h": hours})
        return Exit.DONE
    show(f"Rota of {len(lines)} shifts, {hours:,.1f} officer-hours a week")
    say(f"Kept as {kept}")
    return Exit.DONE


def _asked(a: argparse.Namespace) -> Any:
    """Return the question of shifts with today's rota in it."""
    from optimiser.cli.plans import settings_of
    from optimiser.data.project import load
    from optimiser.errors import InputError
    from optimiser.prepare.questions import ask
    from optimiser.prepare.rota_file import ROTA_FILE

    project = load(a.folder)
    problem = ask(project, "shifts", settings_of(a.set, "shifts"), "--set").problem
    if problem.existing is None:
        raise InputError(
            f"{a.folder} has no {ROTA_FILE}; take one in with: optimiser rota import {a.folder} FILE."
        )
    return problem


def run_check(a: argparse.Namespace) -> int:
    """Judge the rota by the rules and data of the question."""
    from optimiser import registry
    from optimiser.compare import judge
    from optimiser.report.phrases import shown_value
    from optimiser.report.words_rota import broken

    problem = _asked(a)
    judged = judge(registry.family("shifts"), problem, "rota", problem.existing)
    sentences = broken(problem, judged.violations)
    if a.json:
        show_json(
            {
                "violations": [asdict(v) for v in judged.violations],
                "measures": [asdict(m) for m in judged.measures],
                "in_words": sentences,
            }
        )
        return Exit.DONE
    rows = [[m.name, *shown_value(m.value, m.unit)] for m in judged.measures if "by shift" not in m.name]
    show(table(rows, ["measure", "value", "unit"]))
    show("")
    for sentence in sentences[:_MOST_SAID]:
        show(f"- {sentence}")
    if len(sentences) > _MOST_SAID:
        show(f"- and {len(sentences) - _MOST_SAID} more")
    if not sentences:
        show("- The rota keeps every rule.")
    return Exit.DONE


def run_year(a: argparse.Namespace) -> int:
    """Show every dated week of the calendar's year."""
    from optimiser.errors import InputError
    from optimiser.prepare.calendar_file import CALENDAR_FILE, read_calendar
    from optimiser.studies.shift_year import by_sector, through_the_year

    problem = replace(_asked(a), away=())
    path = a.folder / CALENDAR_FILE
    if not path.exists():
        raise InputError(f"There is no {path}: rows of from, to, kind, officers.")
    entries = read_calendar(path)
    caps = _caps(a.sector_leave_cap)
    weeks = through_the_year(
        problem,
        problem.existing,
        entries,
        need_of_month=_by_month(a, entries[0].first.year) if a.season and entries else None,
        strength=a.strength,
        week_h=a.week_hours,
        leave_cap=a.leave_cap,
        leave_cap_by_sector=caps,
    )
    if a.json:
        show_json(
            [
                {
                    **asdict(w),
                    "monday": str(w.monday),
                    "over_cap": [str(d) for d in w.over_cap],
                    "over_cap_by_sector": {
                        s: [str(d) for d in over] for s, over in w.over_cap_by_sector.items()
                    },
                }
                for w in weeks
            ]
        )
        return Exit.DONE
    rows = [
        [
            str(w.monday),
            w.away_h,
            w.short_h,
            w.more_short_h,
            w.leave_days,
            None if w.room_days is None else w.room_days - w.leave_days,
            w.most_on_leave,
            ", ".join(
                [
                    *(f"{d:%a}" for d in w.over_cap),
                    *(f"{s} {d:%a}" for s, over in w.over_cap_by_sector.items() for d in over),
                ]
            ),
        ]
        for w in weeks
    ]
    head = [
        "week of",
        "h away",
        "h short",
        "of it due to these",
        "days of leave",
        "days left",
        "most on leave",
        "above cap",
    ]
    show(table(rows, head))
    overtime = sum(max(w.more_short_h, 0.0) for w in weeks)
    show("")
    show(
        f"- Over the year {overtime:,.1f} officer-hours of hold-over and call-back make good what these take."
    )
    sectors = by_sector(entries, caps)
    if sectors:
        show("")
        show(
            table(
                [_sector_row(s) for s in sectors],
                ["sector", "h away", "days of leave", "most on leave", "on", "cap", "days above it"],
            )
        )
        show("")
    unmet = sum(w.unmet_h for w in weeks)
    if unmet > 0:
        show(f"- {unmet:,.1f} officer-hours of them fall when too few are on the rota to be sent.")
    return Exit.DONE


def _sector_row(s: Any) -> list[Any]:
    """Return a sector's year as a row of the table."""
    above = None if s.cap is None else len(s.over_cap)
    busiest = str(s.busiest or "")
    return [s.sector or "(none named)", s.away_h, s.leave_days, s.most_on_leave, busiest, s.cap, above]


def _caps(pairs: list[str]) -> dict[str, int]:
    """Return the caps on leave by sector from ``SECTOR=N``."""
    from optimiser.errors import UsageError

    found = {}
    for pair in pairs:
        name, _, most = pair.rpartition("=")
        if not name or not (most.isascii() and most.isdigit()):
            raise UsageError(
                f"--sector-leave-cap {pair!r} is not SECTOR=N, as D1=3: a sector, and officers from 0."
            )
        found[name] = int(most)
    return found


def _by_month(a: argparse.Namespace, year: int) -> Any:
    """Return the requirement of each month of the year."""
    from optimiser.cli.plans import settings_of
    from optimiser.data.project import load
    from optimiser.prepare.questions import ask

    project, chosen = load(a.folder), settings_of(a.set, "shifts")
    found = {}
    for month in range(1, 13):
        dated = {**chosen, "week_of": f"{year}-{month:02d}-15", "season": True}
        found[month] = ask(project, "shifts", dated, "--set").problem.requirement
    return found

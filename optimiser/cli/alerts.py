"""``alerts``: a day's log replayed against alert rules, with lead time and precision of each."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.cli import values
from optimiser.cli.console import Exit, say, show, show_json, table
from optimiser.units import clock

if TYPE_CHECKING:
    from optimiser.alerts import Replay
    from optimiser.data.project import Project


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    alerts = commands.add_parser("alerts", parents=[common], help="a day's log replayed against alert rules")
    alerts.add_argument("folder", type=Path, help="the project folder")
    alerts.add_argument(
        "--log",
        type=Path,
        metavar="FILE",
        help="time,event,unit,incident,area_id,grade,units_needed,until, as CSV, Parquet or a workbook; days are "
        "simulated from the project's calls if left out",
    )
    alerts.add_argument(
        "--rules",
        type=Path,
        metavar="FILE",
        help="alert rules (TOML); three units on a call, the most urgent target and its cover if left out",
    )
    alerts.add_argument("--days", type=values.whole(1, 28), default=1, help="simulated days (1)")
    alerts.add_argument(
        "--seed", type=values.whole(0, 2**31 - 1), default=0, help="seed of simulated days (0)"
    )
    alerts.add_argument("--chart", type=Path, metavar="FILE", help="draw the alerts over time (.png, .pdf)")
    alerts.add_argument("--driver", default="standard", help="driver class of the drives (standard)")
    alerts.add_argument(
        "--serious",
        type=values.whole(1, 1000),
        default=5,
        metavar="UNITS",
        help="units of a serious incident (5)",
    )
    alerts.add_argument("--list", action="store_true", help="list every alert")
    alerts.set_defaults(run=run_alerts)


def run_alerts(a: argparse.Namespace) -> int:
    """Replay and judge."""
    from optimiser.alerts import judged, read_log, read_rules, replay
    from optimiser.data.plans import other_names
    from optimiser.data.project import load
    from optimiser.prepare.travel import area_points, times_s
    from optimiser.studies.alert_day import districts_of, usual_rules

    rules = None if a.rules is None else read_rules(a.rules)
    project = load(a.folder)
    path = a.log if a.log is not None else _made_up(a, project)
    rules = usual_rules(project) if rules is None else rules
    events = read_log(path, other_names(project.areas))
    points = area_points(project)
    ids = tuple(str(i) for i in project.areas["area_id"])
    ways_s = times_s(project, points, points, driver=a.driver)
    found = replay(events, rules, ids, ways_s, districts=districts_of(project))
    results = judged(found, serious_units=a.serious)
    drawn = None if a.chart is None else _draw(a.chart, found)
    if a.json:
        rows = [
            asdict(j) | {"precision_frac": j.precision_frac, "recall_frac": j.recall_frac} for j in results
        ]
        show_json({"rules": rows, "changes": [asdict(c) for c in found.changes], "odd": found.odd})
        return Exit.DONE
    for one in results:
        show(f"- {one.in_words()}")
    if found.odd:
        say(f"{len(found.odd)} events do not fit what was known before, the first: {found.odd[0]}.")
    if drawn is not None:
        say(f"Drawn: {drawn}")
    if a.list:
        show("")
        show(
            table(
                [[clock(c.at_s), c.rule, c.subject, c.state, c.said] for c in found.changes],
                ["time", "alert", "about", "state", "why"],
            )
        )
    return Exit.DONE


def _made_up(a: argparse.Namespace, project: Project) -> Path:
    """Write the log of simulated days beside the project, say so, and return it."""
    from optimiser.alerts import write_log
    from optimiser.prepare.dispatch_demo import MONDAY
    from optimiser.studies.alert_day import ALERTS_FOLDER, alert_day

    day = alert_day(project, seed=a.seed, days=a.days)
    path: Path = a.folder / ALERTS_FOLDER / f"simulated-{a.seed}.csv"
    write_log(path, day.events, MONDAY)
    say(f"! No log is named: {a.days} simulated day{'s' if a.days > 1 else ''} written to {path}.")
    for sentence in day.said:
        say(f"! {sentence}")
    return path


def _draw(path: Path, found: Replay) -> Path:
    from optimiser.report.chart_alerts import alerts_chart
    from optimiser.report.charts import save

    return Path(save(alerts_chart(found), path))

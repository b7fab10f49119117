"""``alerts``: a day's log replayed against alert rules, with lead time and precision of each."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, say, show, show_json, table
from optimiser.units import clock


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    alerts = commands.add_parser("alerts", parents=[common], help="a day's log replayed against alert rules")
    alerts.add_argument("folder", type=Path, help="the project folder")
    alerts.add_argument(
        "--log",
        type=Path,
        required=True,
        metavar="FILE",
        help="time,event,unit,incident,area_id,grade,units_needed,until",
    )
    alerts.add_argument("--rules", type=Path, required=True, metavar="FILE", help="alert rules (TOML)")
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

    rules = read_rules(a.rules)
    project = load(a.folder)
    events = read_log(a.log, other_names(project.areas))
    points = area_points(project)
    ids = tuple(str(i) for i in project.areas["area_id"])
    found = replay(events, rules, ids, times_s(project, points, points, driver=a.driver))
    results = judged(found, serious_units=a.serious)
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
    if a.list:
        show("")
        show(
            table(
                [[clock(c.at_s), c.rule, c.subject, c.state, c.said] for c in found.changes],
                ["time", "alert", "about", "state", "why"],
            )
        )
    return Exit.DONE

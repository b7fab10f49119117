"""``route``: the quickest way between two places, turn by turn, on the roads as they are just now."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from optimiser.cli.console import Exit, say, show, show_json, table
from optimiser.cli.streets import add_streets, asked_of
from optimiser.units import METRES_PER_KM, clock


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    way = commands.add_parser(
        "route", parents=[common], help="the quickest way between two places, turn by turn, by driver class"
    )
    way.add_argument("folder", type=Path, help="the project folder")
    way.add_argument(
        "--from", dest="start", metavar="PLACE", help="LON,LAT, a station or an area (the first station)"
    )
    way.add_argument(
        "--to",
        dest="end",
        metavar="PLACE",
        help="LON,LAT, a station or an area (the area with the most calls)",
    )
    way.add_argument(
        "--driver",
        action="append",
        default=[],
        help="driver class (repeatable; standard); turns are of the first",
    )
    add_streets(way)
    way.set_defaults(run=run_route)


def run_route(a: argparse.Namespace) -> int:
    """Tell the way."""
    from optimiser.data.project import load
    from optimiser.prepare.wayfinding import ways_of, write_ways

    found = ways_of(load(a.folder), a.start, a.end, a.driver or ["standard"], asked_of(a))
    if a.out is not None:
        write_ways(a.out, found)
    if a.json:
        show_json({"from": found.from_name, "to": found.to_name, "said": found.said, "ways": _record(found)})
        return Exit.DONE
    for sentence in found.said:
        show(f"- {sentence}")
    show(f"From {found.from_name} to {found.to_name}")
    rows = [
        [w.driver, "no way" if w.route is None else clock(w.route.time_s), *_km(w.route)] for w in found.ways
    ]
    show(table(rows, ["driver", "m:ss", "km"]))
    first = found.ways[0].route
    if first is not None:
        show("")
        turns = [[s.in_words(), round(s.length_m), clock(s.time_s)] for s in first.steps]
        show(table(turns, [f"turns of {found.ways[0].driver}", "m", "m:ss"]))
    if a.out is not None:
        say(f"Lines: {a.out}")
    return Exit.DONE


def _km(way: Any) -> list[float | None]:
    return [None if way is None else round(way.length_m / METRES_PER_KM, 2)]


def _record(found: Any) -> list[dict[str, Any]]:
    made = []
    for way in found.ways:
        one: dict[str, Any] = {"driver": way.driver, "time_s": None, "length_m": None, "steps": []}
        if way.route is not None:
            steps = [
                {"turn": s.turn, "street": s.street, "length_m": s.length_m, "time_s": s.time_s}
                for s in way.route.steps
            ]
            one |= {"time_s": way.route.time_s, "length_m": way.route.length_m, "steps": steps}
        made.append(one)
    return made

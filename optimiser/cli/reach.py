"""``reach``: what is reached in how many minutes, from stations or places, on the roads as they are just now."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from optimiser.cli.console import Exit, say, show, show_json, table
from optimiser.cli.streets import add_streets, asked_of
from optimiser.units import METRES_PER_KM, minutes, percent_text, seconds_from_minutes


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    reach = commands.add_parser(
        "reach",
        parents=[common],
        help="which streets are reached in how many minutes, as streets and as areas",
    )
    reach.add_argument("folder", type=Path, help="the project folder")
    reach.add_argument("--at", action="append", default=[], metavar="LON,LAT", help="a place (repeatable)")
    reach.add_argument(
        "--station",
        action="append",
        default=[],
        metavar="ID",
        help="a station (repeatable; all of them if no --at)",
    )
    reach.add_argument("--minutes", default="5,10,15", metavar="M,M,...", help="bands (5,10,15)")
    reach.add_argument("--driver", default="standard", help="driver class (standard)")
    reach.add_argument(
        "--towards", action="store_true", help="from where the place is reached, not what is reached from it"
    )
    add_streets(reach)
    reach.set_defaults(run=run_reach)


def run_reach(a: argparse.Namespace) -> int:
    """Tell what is reached."""
    from optimiser.data.project import load
    from optimiser.prepare.reach import reach_of, street_km, write_reach

    asked = asked_of(
        a,
        stations=tuple(a.station),
        places=tuple(place(text) for text in a.at),
        limits_s=_limits(a.minutes),
        driver=a.driver,
        towards=a.towards,
    )
    found = reach_of(load(a.folder), asked)
    if a.out is not None:
        write_reach(a.out, found)
    if a.json:
        bands = [
            {"limit_s": b.limit_s, "street_m": km * METRES_PER_KM, "area_frac": share}
            for b, km, share in zip(found.bands, street_km(found), found.area_frac, strict=True)
        ]
        show_json({"driver": a.driver, "bands": bands, "said": found.said})
        return Exit.DONE
    for sentence in found.said:
        show(f"- {sentence}")
    rows = [
        [minutes(b.limit_s), km, percent_text(share)]
        for b, km, share in zip(found.bands, street_km(found), found.area_frac, strict=True)
    ]
    show(table(rows, ["within min", "km of street", "of the areas"]))
    if a.out is not None:
        say(f"Streets and areas: {a.out}")
    return Exit.DONE


def place(text: str) -> tuple[float, float]:
    """Read a place, ``LON,LAT`` in degrees."""
    from optimiser.data.small_tables import number
    from optimiser.errors import UsageError

    lon, _, lat = text.partition(",")
    x, y = number(lon), number(lat)
    if x is None or y is None or abs(x) > 180 or abs(y) > 90:
        raise UsageError(f"--at {text!r} should be longitude and latitude in degrees, as -2.99,51.58.")
    return x, y


def _limits(text: str) -> tuple[float, ...]:
    from optimiser.data.small_tables import number
    from optimiser.errors import UsageError

    found = [number(part) for part in text.split(",")]
    if not found or any(v is None or v <= 0 for v in found):
        raise UsageError(f"--minutes {text!r} should be numbers above 0, as 5,10,15.")
    return tuple(seconds_from_minutes(v) for v in found if v is not None)

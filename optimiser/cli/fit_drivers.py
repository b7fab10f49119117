"""``fit-drivers``: a driver class fitted to recorded drives of the force's own cars."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli.console import Exit, say, show, show_json, table
from optimiser.units import percent_text


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    fit = commands.add_parser(
        "fit-drivers",
        parents=[common],
        help="fit a driver class to recorded drives, for every later question",
    )
    fit.add_argument("folder", type=Path, help="the project folder")
    fit.add_argument(
        "--drives",
        type=Path,
        required=True,
        metavar="FILE",
        help="from_lon,from_lat,to_lon,to_lat,seconds,driver",
    )
    fit.add_argument("--driver", default="standard", help="driver class (standard)")
    fit.add_argument(
        "--model", default="limit plus 20 mph", help="'limit plus 20 mph' or norwegian: what is fitted"
    )
    fit.add_argument("--hour", metavar="HOUR", help="hour of the week the drives are of, with --traffic")
    fit.add_argument("--traffic", type=Path, metavar="FILE", help="road_class,days,from,until,factor")
    fit.add_argument("--keep", action="store_true", help="write it to drivers.toml of the project")
    fit.set_defaults(run=run_fit)


def run_fit(a: argparse.Namespace) -> int:
    """Fit, tell, and keep it where asked."""
    import numpy as np

    from optimiser.data.drives import read_drives
    from optimiser.data.project import load
    from optimiser.errors import InputError
    from optimiser.prepare.reach import hour_from
    from optimiser.prepare.travel import network, refuse_far
    from optimiser.roads import calibrate, factors_from, snap
    from optimiser.roads.classes import ROAD_CLASSES
    from optimiser.roads.drivers_file import DRIVERS_FILE, modelled, write_driver
    from optimiser.roads.graph import LON_LAT
    from optimiser.roads.speeds import driver_named

    base = modelled(driver_named(a.driver), a.model)
    drives = read_drives(a.drives, a.driver)
    project = load(a.folder)
    roads = network(project)
    if roads is None:
        raise InputError("Drives are fitted to roads: the project has none.")
    if not len(drives.seconds):
        raise InputError(f"{a.drives} holds no drive of driver class {a.driver}.")
    start, end = (snap(roads, points, driver=base, crs=LON_LAT) for points in (drives.start, drives.end))
    refuse_far(np.concatenate([start.access_m, end.access_m]), a.driver)
    found = calibrate(
        roads,
        base,
        start,
        end,
        drives.seconds,
        hour_of_week=None if a.hour is None else hour_from(a.hour),
        factors=None if a.traffic is None else factors_from(a.traffic),
    )
    path = project.folder / DRIVERS_FILE
    if a.keep:
        write_driver(path, found.driver, a.model)
    if a.json:
        show_json(
            {k: v for k, v in asdict(found).items() if k != "driver"}
            | {"time_factor": found.driver.time_factor}
        )
        return Exit.DONE
    show(found.in_words())
    factor = dict(zip(ROAD_CLASSES, found.driver.time_factor, strict=True))
    show(
        table(
            [[c, percent_text(s), factor[c]] for c, s in found.share_frac.items()],
            ["class of road", "of the driven time", "time multiplied by"],
        )
    )
    if a.keep:
        say(f"Kept in {path}: every later question of the project drives by it.")
    return Exit.DONE

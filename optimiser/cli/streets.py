"""What commands on streets share: the hour, the traffic, what is closed or slow, and when."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimiser.cli import values

if TYPE_CHECKING:
    from optimiser.prepare.reach import ReachAsked


def add_streets(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how the roads are."""
    parser.add_argument(
        "--hour", metavar="HOUR", help="hour of the week, as 'Mon 08:00' or 0-167; free flow if left out"
    )
    parser.add_argument("--traffic", type=Path, metavar="FILE", help="road_class,days,from,until,factor")
    parser.add_argument(
        "--incidents",
        type=Path,
        metavar="FILE",
        help="id,kind (closed, slow),lon,lat,street,radius_m,factor,from,until",
    )
    parser.add_argument(
        "--time",
        type=values.time,
        metavar="TIME",
        help="local time at which incidents hold, as '2026-03-02 08:00'",
    )
    parser.add_argument("--out", type=Path, metavar="FILE.gpkg", help="write what is found here, as layers")


def asked_of(a: argparse.Namespace, **more: Any) -> ReachAsked:
    """Return what is asked of the streets, with further fields of the question."""
    from optimiser.prepare.reach import ReachAsked, hour_from

    return ReachAsked(
        hour_of_week=None if a.hour is None else hour_from(a.hour),
        traffic=a.traffic,
        incidents=a.incidents,
        at=a.time,
        **more,
    )

"""``levers``: what other ways of dealing with calls free of officers' time, priced beside a sworn hire."""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from optimiser.cli.console import Exit, show, show_json, table
from optimiser.units import HOURS_PER_DAY, hours, percent_text, seconds_from_minutes


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    levers = commands.add_parser("levers", parents=[common], help="demand levers, priced beside a sworn hire")
    levers.add_argument("folder", type=Path, help="the project folder")
    levers.add_argument(
        "--levers",
        type=Path,
        metavar="FILE",
        help="levers (levers.toml in the folder, else the toolkit's own)",
    )
    levers.add_argument(
        "--officers-per-unit", type=float, default=1.0, metavar="N", help="officers in a car (1)"
    )
    levers.add_argument(
        "--report",
        type=float,
        default=0.0,
        metavar="MINUTES",
        help="report time of a call that records none (0)",
    )
    levers.add_argument(
        "--write", action="store_true", help="write the toolkit's own levers into the folder, to edit"
    )
    levers.set_defaults(run=run_levers)


def run_levers(a: argparse.Namespace) -> int:
    """Price and print."""
    from optimiser.data.levers_file import levers_of, read_levers
    from optimiser.data.project import load
    from optimiser.demand.levers import study_levers

    project = load(a.folder)
    if a.write:
        return _write(a.folder)
    levers = read_levers(a.levers) if a.levers else levers_of(a.folder)
    report_s = seconds_from_minutes(a.report)
    found = study_levers(project, levers, officers_per_unit=a.officers_per_unit, report_s=report_s)
    if a.json:
        show_json(_as_json(found))
        return Exit.DONE
    whole_h = hours(float(found.week_s.sum()))
    show(f"Calls of the public take {whole_h:,.1f} officer-hours a week. Levers: {levers.source}.")
    show(
        f"A sworn officer: {levers.sworn_per_year:,.0f} a year for {levers.net_hours_per_year:,.0f} hours on duty, "
        f"{found.sworn_cost_per_h:,.0f} an hour."
    )
    show("")
    rows = [_row(p) for p in found.priced]
    head = [
        "lever",
        "kind",
        "calls/yr",
        "h/yr freed",
        "alone",
        "cost/yr",
        "per hour",
        "as sworn",
        "sworn cost/yr",
    ]
    show(table(rows, head))
    idle = [p.lever.name for p in found.priced if p.n_matching == 0]
    if idle:
        show(f"No call fits: {', '.join(idle)}. Name your types in levers.toml (--write makes one).")
    freed = 1.0 - float(found.left_s().sum()) / max(float(found.week_s.sum()), 1e-9)
    show(f"All together free {percent_text(freed)} of that time, each call once.")
    show(_when(found))
    show(
        "Their shares are the planner's to state: the toolkit's own are places to start from and no findings."
    )
    return Exit.DONE


def _row(p: Any) -> list[Any]:
    per_hour = None if math.isinf(p.cost_per_h) else round(p.cost_per_h, 1)
    return [
        p.lever.name, p.lever.kind, round(p.n_diverted), round(p.freed_h_per_year),
        round(hours(p.alone_s) * 365.25 / 7), round(p.cost_per_year), per_hour, round(p.as_sworn, 2),
        round(p.sworn_cost_per_year),
    ]  # fmt: skip


def _when(found: Any) -> str:
    """Say at which hours of the day the most is freed, and where work comes back."""
    by_hour = sum(p.freed_s for p in found.priced).reshape(-1, HOURS_PER_DAY).sum(axis=0)
    most = sorted(int(h) for h in by_hour.argsort()[::-1][:3])
    said = "Most is freed from " + ", ".join(f"{h:02d}:00" for h in most) + " o'clock on"
    back = [h for h in range(HOURS_PER_DAY) if by_hour[h] < 0]
    return said + (f"; work comes back at {', '.join(f'{h:02d}:00' for h in back)}." if back else ".")


def _write(folder: Path) -> int:
    from importlib import resources

    from optimiser.data.levers_file import LEVERS_FILE
    from optimiser.errors import InputError

    path = folder / LEVERS_FILE
    if path.exists():
        raise InputError(f"{path} is there already; edit it, or move it away.")
    text = resources.files("optimiser.data").joinpath(LEVERS_FILE).read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8", newline="\n")
    show(f"Wrote {path}.")
    return Exit.DONE


def _as_json(found: Any) -> dict[str, Any]:
    return {
        "week_s": found.week_s.tolist(),
        "left_s": found.left_s().tolist(),
        "sworn_cost_per_h": found.sworn_cost_per_h,
        "levers": [
            asdict(p.lever)
            | {
                "types": p.lever.types,
                "priorities": sorted(p.lever.priorities),
                "matching_per_year": p.n_matching,
                "diverted_per_year": p.n_diverted,
                "freed_s": p.freed_s.tolist(),
                "alone_s": p.alone_s,
                "freed_h_per_year": p.freed_h_per_year,
                "cost_per_year": p.cost_per_year,
                "cost_per_h": p.cost_per_h,
                "as_sworn": p.as_sworn,
                "sworn_cost_per_year": p.sworn_cost_per_year,
            }
            for p in found.priced
        ],
    }

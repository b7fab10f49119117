"""``dispatch first``: how many units to send first to each type of call, from how many its like got before."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from optimiser.cli import values
from optimiser.cli.console import Exit, say, show, show_json, table
from optimiser.units import percent_text


def add(within: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    first = within.add_parser(
        "first", parents=[common], help="how many units to send first, by type and priority, from history"
    )
    first.add_argument("folder", type=Path, help="the project folder")
    first.add_argument(
        "--late-price",
        type=values.positive,
        default=3.0,
        metavar="X",
        help="what a unit missing at first costs, against one sent for nothing (3)",
    )
    first.add_argument("--type", action="append", default=[], help="only this type of call (repeatable)")
    first.add_argument("--most", type=values.whole(1, 1000), default=20, help="rows shown (20)")
    first.set_defaults(run=run_first)


def run_first(a: argparse.Namespace) -> int:
    """Learn the first numbers and show them."""
    from dataclasses import asdict

    from optimiser.data.project import load
    from optimiser.errors import InputError, UsageError
    from optimiser.prepare.dispatch_first import first_dispatch

    project = load(a.folder)
    if project.calls is None:
        raise InputError(
            f"{a.folder} has no calls, only workload; how many to send first is learnt from calls. Import them."
        )
    found = first_dispatch(project.calls, late_price=a.late_price)
    known = {f.call_type for f in found}
    strange = sorted(set(a.type) - known)
    if strange:
        raise UsageError(
            f"No recorded call is of type {', '.join(strange)}; there are {', '.join(sorted(known))}."
        )
    chosen = [f for f in found if not a.type or f.call_type in a.type]
    if a.json:
        show_json([asdict(f) | {"words": f.in_words()} for f in chosen])
        return Exit.DONE
    rows = [
        [
            f.call_type or "any call",
            f.priority,
            f.n_calls,
            f.units,
            percent_text(f.enough_frac, 0),
            percent_text(f.more_than_one_frac, 0),
            round(f.expected_missing, 2),
            round(f.expected_idle, 2),
        ]
        for f in chosen[: a.most]
    ]
    header = [
        "type",
        "priority",
        "calls",
        "send first",
        "enough in",
        "got more than one",
        "then missing",
        "for nothing",
    ]
    show(table(rows, header))
    if len(chosen) > a.most:
        say(f"{len(chosen) - a.most} more with --most {len(chosen)}.")
    say("Records tell units sent, not units needed: a force that always sends two finds that two are needed.")
    return Exit.DONE

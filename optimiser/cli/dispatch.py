"""``dispatch``: advice at the desk. One call, a running day, how many to send first, critical locations."""

from __future__ import annotations

import argparse
from typing import Any

from optimiser.cli import dispatch_ahead, dispatch_call, dispatch_first, dispatch_live


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command with its parts."""
    top = commands.add_parser(
        "dispatch", help="advice for dispatchers: one call, a running day, first numbers, critical locations"
    )
    within = top.add_subparsers(dest="dispatch_command", required=True, metavar="WHAT")
    for module in (dispatch_call, dispatch_live, dispatch_ahead, dispatch_first):
        module.add(within, common)

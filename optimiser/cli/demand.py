"""The commands about demand, together: what was worked, by whom, and what could be worked otherwise."""

from __future__ import annotations

import argparse
from typing import Any

from optimiser.cli import forecast, heat, levers, measured, reconcile, workload


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    for module in (measured, workload, reconcile, forecast, levers, heat):
        module.add(commands, common)

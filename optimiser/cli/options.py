"""Options that many commands take, each in the same words."""

from __future__ import annotations

import argparse

from optimiser.cli import values


def choices_option(parser: argparse.ArgumentParser, help_text: str = "choices of the question") -> None:
    """Add ``--set KEY=VALUE``, repeatable."""
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help=help_text)


def limit_option(parser: argparse.ArgumentParser, default_s: float, help_text: str) -> None:
    """Add ``--time-limit SECONDS``; ``help_text`` says of what, and the default."""
    parser.add_argument(
        "--time-limit", type=values.seconds, default=default_s, metavar="SECONDS", help=help_text
    )

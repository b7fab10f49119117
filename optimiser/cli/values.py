"""What options take, told apart while the command line is read: a slip ends with exit code 2 before any work."""

from __future__ import annotations

import argparse
import datetime as dt
import math
from collections.abc import Callable


def seconds(text: str) -> float:
    """Read a time limit in seconds, at least one."""
    value = _number(text)
    if not 1 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} should be a number of seconds from 1 on")
    return value


def share_pct(text: str) -> float:
    """Read a share in percent, from 0 to below 100."""
    value = _number(text.rstrip("% "))
    if not 0 <= value < 100:
        raise argparse.ArgumentTypeError(f"{text!r} should be percent, from 0 to below 100")
    return value


def weeks(text: str) -> float:
    """Read a number of weeks above 0."""
    value = _number(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} should be a number of weeks above 0")
    return value


def positive(text: str) -> float:
    """Read a number above 0."""
    value = _number(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} should be a number above 0")
    return value


def between(least: float, most: float) -> Callable[[str], float]:
    """Return a reader of numbers from ``least`` to ``most``."""

    def read(text: str) -> float:
        value = _number(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text!r} should be a number from {least:g} to {most:g}")
        return value

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from ``least`` to ``most``."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(
                f"{text!r} should be a whole number from {least:,} to {most:,}"
            ) from None
        return value

    return read


def day(text: str) -> dt.date:
    """Read a day, ``2025-03-09``."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} should be a day, as 2025-03-09") from None


def time(text: str) -> dt.datetime:
    """Read a local time of the wall clock, ``2026-03-02 08:00``."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} should be a local time, as '2026-03-02 08:00'") from None
    if found.tzinfo is not None:
        raise argparse.ArgumentTypeError(f"{text!r} should be the force's own local time, without an offset")
    return found


def coded(text: str) -> tuple[str, int]:
    """Read a priority code and its number, ``P1=1``."""
    code, sign, number = text.partition("=")
    if not sign or not code.strip() or not number.strip().isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} should be CODE=NUMBER, as P1=1")
    return code.strip(), int(number)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan

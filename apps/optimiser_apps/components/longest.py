"""How long something may take: asked in minutes, told in seconds."""

from __future__ import annotations

from typing import Any

import streamlit as st

from optimiser.units import seconds_from_minutes


def longest_s(words: str, minutes: float, key: str, where: Any = st) -> float:
    """Ask for a longest time, ``minutes`` by default; return seconds."""
    found = where.number_input(
        f"{words} (minutes)", value=minutes, min_value=0.05, format="%g", step=0.5, key=key
    )
    return seconds_from_minutes(float(found))

"""Pictures of answers, one file a question: what a person would rather look at than a table."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

_DRAWN = (
    "strength", "patterns", "rosters", "shift_design", "patrol", "containment", "facilities", "fold",
)  # fmt: skip


def drawer(family: str) -> Callable[[Any, Any, Any, Any], None] | None:
    """Return what draws a plan of a family: ``(project, run, result, plan)``; None where it has no picture."""
    if family not in _DRAWN:
        return None
    found: Callable[[Any, Any, Any, Any], None] = importlib.import_module(f"{__name__}.{family}").draw
    return found

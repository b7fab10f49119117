"""Families and formulations by name. Listing imports no solver; loading one imports what it needs.

A package of formulations names its catalogue by one entry point in the group ``optimiser.formulations``: a
mapping from ``family.method`` to an :class:`Entry`. A new formulation is one file and one line there.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from optimiser.errors import InputError, UsageError
from optimiser.problems.base import Family
from optimiser.solve.program import Formulation

_FAMILIES = {
    "sectors": "optimiser.problems.sectors:FAMILY",
    "shifts": "optimiser.problems.shifts:FAMILY",
    "assignment": "optimiser.problems.assignment:FAMILY",
    "fold": "optimiser.problems.fold:FAMILY",
    "standby": "optimiser.problems.standby:FAMILY",
    "facilities": "optimiser.problems.facilities:FAMILY",
    "containment": "optimiser.problems.containment:FAMILY",
    "patrol": "optimiser.problems.patrol:FAMILY",
    "strength": "optimiser.problems.strength:FAMILY",
    "patterns": "optimiser.problems.patterns:FAMILY",
    "rosters": "optimiser.problems.rosters:FAMILY",
    "shift_design": "optimiser.problems.shift_design:FAMILY",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a catalogue: where the formulation is, what it does, whether it is the family's default."""

    target: str
    summary: str
    default: bool = False


def families() -> tuple[str, ...]:
    """Return the names of all families."""
    return tuple(_FAMILIES)


@cache
def family(name: str) -> Family[Any, Any]:
    """Return a family.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if name not in _FAMILIES:
        raise UsageError(f"Unknown question {name!r}. Known: {', '.join(_FAMILIES)}.{_near(name, _FAMILIES)}")
    loaded: Family[Any, Any] = _load(_FAMILIES[name])
    return loaded


@cache
def catalogue() -> Mapping[str, Entry]:
    """Return every registered formulation by name, without importing one."""
    found: dict[str, Entry] = {}
    for point in entry_points(group="optimiser.formulations"):
        found.update(point.load())
    return dict(sorted(found.items()))


def names(family_name: str | None = None) -> tuple[str, ...]:
    """Return the names of all formulations, or of one family's."""
    return tuple(n for n in catalogue() if family_name is None or n.split(".")[0] == family_name)


def default(family_name: str) -> str:
    """Return the formulation a family uses when none is asked for.

    Raises
    ------
    InputError
        If no formulation of that family is installed.
    """
    mine = {n: e for n, e in catalogue().items() if n.split(".")[0] == family_name}
    if not mine:
        raise InputError(
            f"No formulation of {family_name!r} is installed; install the package with its models."
        )
    return next((n for n, e in mine.items() if e.default), next(iter(mine)))


def known(name: str) -> None:
    """Raise UsageError, with a guess, if there is no formulation of that name; nothing is imported."""
    if name not in catalogue():
        raise UsageError(
            f"Unknown formulation {name!r}. Known: {', '.join(catalogue())}.{_near(name, catalogue())}"
        )


def load(name: str) -> Formulation[Any, Any]:
    """Import and return a formulation.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    known(name)
    formulation: Formulation[Any, Any] = _load(catalogue()[name].target)
    return formulation


def _load(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _near(name: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f" Did you mean {close[0]!r}?" if close else ""

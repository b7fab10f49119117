"""Which units were sent, and whose time is patrol workload."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data.labels import shape
from optimiser.data.read import read_exact
from optimiser.errors import InputError

ROLES = ("patrol", "supervisor", "traffic", "desk", "dispatch", "other agency")
PATROL = "patrol"
_SPLIT = re.compile(r"[,;/|\s]+")


@dataclass(frozen=True)
class UnitRoles:
    """Call-sign patterns in order; the first that fits names the role. None: every unit is patrol.

    A pattern holds ``*`` and ``?`` as in file names; after ``re:`` it is a regular expression.
    """

    patterns: tuple[tuple[str, str], ...] = ()

    def role(self, call_sign: str) -> str:
        """Return the role of a call sign, "" where no pattern fits."""
        if not self.patterns:
            return PATROL
        return next((role for pattern, role in self.patterns if _fits(pattern, call_sign)), "")


@dataclass(frozen=True)
class UnitCount:
    """Units by call.

    Parameters
    ----------
    n_patrol
        Patrol units (units that no pattern fits among them), shape (n,).
    n_other
        Units of other roles, shape (n,).
    unknown
        Rows with a unit that no pattern fits, shape (n,).
    shapes
        What unknown call signs look like, digits as 9 and letters as A, the most frequent first.
    """

    n_patrol: NDArray[np.int64]
    n_other: NDArray[np.int64]
    unknown: NDArray[np.bool_]
    shapes: tuple[str, ...]


def _fits(pattern: str, call_sign: str) -> bool:
    if pattern.startswith("re:"):
        return re.fullmatch(pattern[3:], call_sign, re.IGNORECASE) is not None
    return fnmatch.fnmatchcase(call_sign.upper(), pattern.upper())


def read_roles(path: Path) -> UnitRoles:
    """Read the units file: columns ``pattern`` and ``role``.

    Raises
    ------
    InputError
        Naming every row without a pattern, with an unknown role, or with a pattern that is no regular expression.
    """
    table = read_exact(path, ("pattern", "role"))
    missing = [c for c in ("pattern", "role") if c not in table.frame.columns]
    if missing:
        raise InputError(f"{path}, line 1: no column {', '.join(missing)}; it needs pattern, role.")
    patterns, faults = [], []
    for line, raw, word in zip(table.lines, table.frame["pattern"], table.frame["role"], strict=True):
        pattern, role = raw.strip(), word.strip().casefold().replace("_", " ")
        if not pattern:
            faults.append(f"line {line}: the pattern is empty")
        if role not in ROLES:
            faults.append(f"line {line}: role {word!r} is none of {', '.join(ROLES)}")
        if pattern.startswith("re:"):
            try:
                re.compile(pattern[3:])
            except re.error as error:
                faults.append(f"line {line}: {pattern!r} is no regular expression ({error})")
        patterns.append((pattern, role))
    if faults:
        raise InputError(f"{path}: {'; '.join(faults)}.")
    return UnitRoles(tuple(patterns))


def count_units(text: pd.Series, roles: UnitRoles) -> UnitCount:
    """Count the units of each call from a list of call signs (``4267,4265``)."""
    codes, unique = pd.factorize(text)
    patrol = np.zeros(len(unique), dtype=np.int64)
    other, unknown = patrol.copy(), np.zeros(len(unique), dtype=bool)
    role_of: dict[str, str] = {}
    for k, cell in enumerate(unique):
        for sign in {s for s in _SPLIT.split(str(cell)) if s}:
            role = role_of.setdefault(sign, roles.role(sign))
            patrol[k] += role in (PATROL, "")
            other[k] += role not in (PATROL, "")
            unknown[k] |= role == ""
    shapes = pd.Series([shape(s) for s, role in role_of.items() if role == ""], dtype="str")
    frequent = tuple(str(s) for s in shapes.value_counts().index)
    return UnitCount(patrol[codes], other[codes], unknown[codes], frequent)

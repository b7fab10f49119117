"""Rules of a rota as a force writes them down: minimums, crews, spans and vehicles, each with its clause.

``duty_rules.csv`` holds one rule a line::

    rule,sector,role,days,from,to,value,clause,hard
    minimum,D1,patrol,all,00:00,24:00,3,Agreement 14.2,hard
    minimum,,supervisor,all,00:00,24:00,1,General Order 2.3,hard
    minimum,D1,desk,weekday,08:00,18:00,1,Agreement 9,negotiable
    crew,,patrol,all,20:00,06:00,2,General Order 5.1,negotiable
    span,,supervisor,all,00:00,24:00,8,Policy 7,negotiable
    vehicles,,patrol,all,00:00,24:00,14,Fleet list,hard

An empty sector is the whole force. Hours may pass midnight; they count for the day they begin on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimiser.data.read import read_exact
from optimiser.errors import InputError
from optimiser.problems.shifts.rota import days_in
from optimiser.units import DAY_KEYS, HOURS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MINUTE

DUTY_RULES_FILE = "duty_rules.csv"
MINIMUM, CREW, SPAN, VEHICLES = "minimum", "crew", "span", "vehicles"
RULES = (MINIMUM, CREW, SPAN, VEHICLES)
PATROL, SUPERVISOR = "patrol", "supervisor"
POSTS = ("desk", "custody", "dispatch", "traffic")
"""Roles that answer no calls: a minimum of theirs is beside the officers that calls ask for."""
ROLES = (PATROL, SUPERVISOR, *POSTS)
HARD, NEGOTIABLE = "hard", "negotiable"
COLUMNS = ("rule", "sector", "role", "days", "from", "to", "value", "clause", "hard")
_GROUPS = {"all": range(7), "": range(7), "weekday": range(5), "weekend": range(5, 7)}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_SECONDS_PER_DAY = int(HOURS_PER_DAY * SECONDS_PER_HOUR)
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class DutyRule:
    """One rule.

    Parameters
    ----------
    kind
        ``minimum`` (people of the role on duty), ``crew`` (officers in a car, 1.4 where two in five cars are double),
        ``span`` (officers a supervisor may have) or ``vehicles`` (cars there are at most).
    sector
        Whose; "" for the whole force.
    role
        ``patrol``, ``supervisor``, or a post that answers no calls: ``desk``, ``custody``, ``dispatch``, ``traffic``
        (minimums only).
    days
        Days it begins on, 0 = Monday.
    from_s, to_s
        Seconds of the day; ``to_s`` not after ``from_s`` passes midnight.
    value
        As the kind says.
    clause
        Where it is written.
    hard
        False: it may be negotiated, so its price is shown.
    """

    kind: str
    sector: str
    role: str
    days: tuple[int, ...]
    from_s: int
    to_s: int
    value: float
    clause: str
    hard: bool = True

    def slots(self, slot_s: int) -> NDArray[np.bool_]:
        """Slots of the cyclic week that the rule touches, shape (604800 / slot_s,)."""
        n = len(DAY_KEYS) * _SECONDS_PER_DAY // slot_s
        held = np.zeros(n, dtype=bool)
        length_s = (self.to_s - self.from_s) % _SECONDS_PER_DAY or _SECONDS_PER_DAY
        for day in self.days:
            begin_s = day * _SECONDS_PER_DAY + self.from_s
            first, last = begin_s // slot_s, (begin_s + length_s - 1) // slot_s
            held[np.arange(first, last + 1) % n] = True
        return held

    def title(self) -> str:
        """Say which rule this is: ``minimum 3 patrol in D1 (Agreement 14.2)``."""
        where = f" in {self.sector}" if self.sector else ""
        return f"{self.kind} {self.value:g} {self.role}{where} ({self.clause})"


def read_duty_rules(path: Path, sectors: frozenset[str] | None = None) -> tuple[DutyRule, ...]:
    """Read the rules of a file.

    Parameters
    ----------
    path
        The file.
    sectors
        Sectors there are, to catch a name that there is not; None asks nothing.

    Raises
    ------
    InputError
        Naming every line that cannot be used, all of them together.
    """
    table = read_exact(path, COLUMNS)
    missing = [c for c in COLUMNS if c not in table.frame.columns]
    if missing:
        raise InputError(f"{path}, line 1: no column {', '.join(missing)}; it needs {', '.join(COLUMNS)}.")
    found: list[DutyRule] = []
    faults: list[str] = []
    for line, cells in zip(table.lines, table.frame.to_dict("records"), strict=True):
        row = {str(k): str(v).strip() for k, v in cells.items()}
        bad = _faults(row, sectors)
        faults += [f"line {line}: {f}" for f in bad]
        if not bad:
            found.append(_rule(row))
    if faults:
        raise InputError(f"{path}: {'; '.join(faults[:20])}.")
    return tuple(found)


def _faults(row: dict[str, str], sectors: frozenset[str] | None) -> list[str]:
    faults = []
    if row["rule"] not in RULES:
        faults.append(f"rule {row['rule']!r} is none of {', '.join(RULES)}")
    if row["role"] not in ROLES:
        faults.append(f"role {row['role']!r} is none of {', '.join(ROLES)}")
    elif row["role"] in POSTS and row["rule"] in RULES and row["rule"] != MINIMUM:
        faults.append(f"a {row['rule']} is of patrol or supervisor, got {row['role']}")
    if sectors is not None and row["sector"] and row["sector"] not in sectors:
        faults.append(f"sector {row['sector']!r} is none of {', '.join(sorted(sectors))}")
    if _days(row["days"]) is None:
        faults.append(f"days {row['days']!r} should be all, weekday, weekend or names as mon+tue")
    for name in ("from", "to"):
        if _second(row[name]) is None:
            faults.append(f"{name} {row[name]!r} should be a time of day as 07:30, up to 24:00")
    value = _value(row["value"])
    if value is None or not 0 <= value <= _MOST:
        faults.append(f"value {row['value']!r} should be a number from 0 to {_MOST:,}")
    elif row["rule"] in (CREW, SPAN) and value < 1:
        faults.append(f"a {row['rule']} is 1 or more, got {row['value']}")
    elif row["rule"] in (MINIMUM, VEHICLES) and value != round(value):
        faults.append(f"a {row['rule']} is a whole number, got {row['value']}")
    if not row["clause"]:
        faults.append("clause is empty; say where the rule is written, or 'custom'")
    if row["hard"] not in (HARD, NEGOTIABLE):
        faults.append(f"hard {row['hard']!r} should be {HARD} or {NEGOTIABLE}")
    return faults


def _rule(row: dict[str, str]) -> DutyRule:
    return DutyRule(
        row["rule"],
        row["sector"],
        row["role"],
        _days(row["days"]) or (),
        (_second(row["from"]) or 0) % _SECONDS_PER_DAY,
        (_second(row["to"]) or 0) % _SECONDS_PER_DAY,
        _value(row["value"]) or 0.0,
        row["clause"],
        row["hard"] == HARD,
    )


def _days(text: str) -> tuple[int, ...] | None:
    text = text.lower()
    if text in _GROUPS:
        return tuple(_GROUPS[text])
    try:
        return days_in(text)
    except ValueError:
        return None


def _second(text: str) -> int | None:
    match = _CLOCK.fullmatch(text)
    if not match:
        return None
    second = int(match[1]) * int(SECONDS_PER_HOUR) + int(match[2]) * int(SECONDS_PER_MINUTE)
    return second if int(match[2]) < 60 and second <= _SECONDS_PER_DAY else None


def _value(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None

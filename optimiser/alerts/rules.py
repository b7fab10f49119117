"""Alert rules as data: a file of ``[[alert]]`` tables, in minutes.

    [[alert]]
    name = "several units"      # unlike all others
    kind = "units"              # units | call | cover
    at_least = 3                # units: so many on one incident ...
    over_needed = 1.5           # ... or so many times what it needs
    grades = [1, 2]             # units, call: of these grades alone (all)

    [[alert]]
    name = "grade 1 cannot be met"
    kind = "call"
    grades = [1]
    target_min = 15             # no unit that is sent or free can be there by then
    unassigned_min = 2          # or nobody is sent for so long

    [[alert]]
    name = "low cover"
    kind = "cover"
    target_min = 10             # an area that fewer than
    level = 1                   # so many free units reach in time,
    lead_min = 15               # now or, by what is known of ends, in so many minutes
    areas = ["101", "102"]      # these alone (all)
    by = "district"             # or one alert a district (area), where such areas have
    percent = 20                # at least so much of its urgent demand

Each may have ``raise_after_min`` (the state must last so long first), ``clear_after_min`` (and be gone so long before
it is cleared) and ``quiet_min`` (after that it is not raised again for so long).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimiser.data.toml_file import read_toml
from optimiser.errors import InputError
from optimiser.units import fraction_from_percent, seconds_from_minutes

UNITS, CALL, COVER = "units", "call", "cover"
AREA, DISTRICT = "area", "district"
_COMMON = {"name", "kind", "raise_after_min", "clear_after_min", "quiet_min"}
_OWN = {
    UNITS: {"at_least", "over_needed", "grades"},
    CALL: {"grades", "target_min", "unassigned_min"},
    COVER: {"target_min", "level", "lead_min", "areas", "by", "percent"},
}


@dataclass(frozen=True, kw_only=True)
class AlertRule:
    """One rule; see the module for what each kind takes. Times in seconds; infinite where a test is not asked for."""

    name: str
    kind: str
    grades: tuple[int, ...] = ()
    at_least: int = 0
    over_needed: float = math.inf
    target_s: float = math.inf
    unassigned_s: float = math.inf
    level: int = 1
    lead_s: float = 0.0
    areas: tuple[str, ...] = ()
    by: str = AREA
    share_frac: float = 0.0
    raise_after_s: float = 0.0
    clear_after_s: float = 0.0
    quiet_s: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in _OWN:
            raise InputError(f"Alert {self.name!r}: kind {self.kind!r} should be {', '.join(_OWN)}.")
        if self.kind == UNITS and not (self.at_least > 0 or self.over_needed < math.inf):
            raise InputError(f"Alert {self.name!r} needs at_least or over_needed.")
        if self.kind == CALL and math.isinf(self.target_s) and math.isinf(self.unassigned_s):
            raise InputError(f"Alert {self.name!r} needs target_min or unassigned_min.")
        if self.kind == COVER and (math.isinf(self.target_s) or self.level < 1):
            raise InputError(f"Alert {self.name!r} needs target_min, and a level of 1 or more.")
        if self.by not in (AREA, DISTRICT):
            raise InputError(f"Alert {self.name!r}: by should be {AREA} or {DISTRICT}, not {self.by!r}.")
        if not 0 <= self.share_frac <= 1 or (self.share_frac > 0 and self.by != DISTRICT):
            raise InputError(f"Alert {self.name!r}: percent, from 0 to 100, is for alerts by district alone.")
        for what in (
            "target_s",
            "unassigned_s",
            "lead_s",
            "raise_after_s",
            "clear_after_s",
            "quiet_s",
            "over_needed",
        ):
            if not getattr(self, what) >= 0:
                raise InputError(f"Alert {self.name!r}: {what.replace('_s', '_min')} must be 0 or more.")

    def takes(self, grade: int) -> bool:
        """Whether the rule looks at incidents of a grade."""
        return not self.grades or grade in self.grades


def read_rules(path: Path) -> tuple[AlertRule, ...]:
    """Read a file of rules; see the module.

    Raises
    ------
    InputError
        Naming every key that there is not, every value that cannot be, and names that stand twice.
    """
    try:
        table = read_toml(path, " as alert rules")
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.") from error
    given = table.get("alert", [])
    if not isinstance(given, list) or not given:
        raise InputError(f"{path} holds no alert: write each as a table [[alert]] with name and kind.")
    found: list[AlertRule] = []
    faults = []
    for k, one in enumerate(given, start=1):
        try:
            rule = _rule(one)
        except InputError as error:
            faults.append(f"alert {k}: {error}")
            continue
        if any(r.name == rule.name for r in found):
            faults.append(f"alert {k}: the name {rule.name!r} stands twice")
        found.append(rule)
    if faults:
        raise InputError(f"{path}: {' '.join(faults)}")
    return tuple(found)


def _rule(one: Mapping[str, Any]) -> AlertRule:
    kind, name = one.get("kind"), one.get("name")
    if not isinstance(name, str) or not name or kind not in _OWN:
        raise InputError(f"It needs a name, and a kind of {', '.join(_OWN)}; it has {name!r}, {kind!r}.")
    may = _COMMON | _OWN[kind]
    strange = sorted(set(one) - may)
    if strange:
        raise InputError(
            f"{name!r}, kind {kind}, takes no {', '.join(strange)}; it takes {', '.join(sorted(may))}."
        )
    values: dict[str, Any] = {}
    for key, value in one.items():
        if key in ("grades", "areas"):
            if not isinstance(value, list):
                raise InputError(f"{name!r}: {key} should be a list.")
            values[key] = tuple(int(v) for v in value) if key == "grades" else tuple(map(str, value))
        elif key == "by":
            values[key] = str(value)
        elif key not in ("name", "kind"):
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise InputError(f"{name!r}: {key} = {value!r} should be a number.")
            if key == "percent":
                values["share_frac"] = fraction_from_percent(value)
            elif key.endswith("_min"):
                values[key.removesuffix("_min") + "_s"] = seconds_from_minutes(value)
            else:
                values[key] = value
    return AlertRule(name=name, kind=kind, **values)

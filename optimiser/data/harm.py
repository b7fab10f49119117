"""``harm.csv``: ``call_type,harm`` and perhaps ``injury`` (yes): how much one record of a type weighs.

A type with ``injury`` counts whoever found it, since an injury is there whether or not an officer drives by; of all
other types only what the public reported counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from optimiser.data.small_tables import number, refuse, rows_of


@dataclass(frozen=True, slots=True)
class HarmRow:
    """Weight of a type of call, and whether it is one of injury."""

    harm: float
    injury: bool


def read_harm(path: Path) -> dict[str, HarmRow]:
    """Read the table; see the module.

    Raises
    ------
    InputError
        Naming, all together, rows without a type, with a weight that is none, or whose type stands twice.
    """
    found: dict[str, HarmRow] = {}
    faults = []
    for line, cells in rows_of(path, ("call_type", "harm"), ("injury",)):
        name, harm = cells["call_type"], number(cells["harm"])
        if not name or name in found:
            faults.append(f"line {line}: call type {name!r} {'stands twice' if name else 'is empty'}")
        elif harm is None or harm < 0:
            faults.append(f"line {line}: {cells['harm']!r} is no weight of 0 or more")
        else:
            found[name] = HarmRow(harm, cells.get("injury", "").casefold() in ("yes", "y", "true", "1"))
    refuse(path, faults)
    return found

"""Officers by district: ``district_id,officers``."""

from __future__ import annotations

from pathlib import Path

from optimiser.data.read import read_table
from optimiser.errors import InputError

_COLUMNS = ("district_id", "officers")


def read_officers(path: Path) -> dict[str, int]:
    """Read how many officers each district has.

    Raises
    ------
    InputError
        Naming missing columns, numbers that are none, and districts given twice.
    """
    table = read_table(path, _COLUMNS)
    missing = [c for c in _COLUMNS if c not in table.frame.columns]
    if missing:
        raise InputError(f"{path}, line 1: no column {', '.join(missing)}; it needs {', '.join(_COLUMNS)}.")
    found: dict[str, int] = {}
    faults = []
    for line, name, text in zip(
        table.lines, table.frame["district_id"], table.frame["officers"], strict=True
    ):
        district, number = name.strip(), text.strip()
        if not number.isascii() or not number.isdigit():
            faults.append(f"line {line}: {text!r} is no whole number of officers")
        elif district in found:
            faults.append(f"line {line}: district {district!r} again")
        else:
            found[district] = int(number)
    if faults:
        raise InputError(f"{path}: {'; '.join(faults[:20])}.")
    return found

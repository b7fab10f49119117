"""Names, pairs, groups and tables as a planner types them in one line, and back. No screen here.

=======  =============================  ==========================================
names    ``North, South``               a list of texts
pairs    ``12=North, 13=North``         two texts each
amounts  ``12=4.5, 13=8``               a text and a number each
groups   ``12+13, 40+41+42``            two texts or more each
table    ``night=3, day=5``             a number by name
=======  =============================  ==========================================

Where a name has a comma of its own, semicolons part the items: ``unit hours, night=0.1;``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimiser.errors import InputError

EXAMPLES = {
    "names": "none; with commas between",
    "pairs": "none; as 12=North, 13=North",
    "links": "none; as 12+13, 40+41",
    "groups": "none; as 12+13, 40+41+42",
    "table": "none; as NAME=3, OTHER=5",
    "amounts": "none; as 12=4.5, 13=8",
}
"""What stands in an empty field, by kind; ``links`` are pairs of the same sort, ``amounts`` of a name and a number."""
SIGNS = {"pairs": "=", "links": "+", "groups": "+", "table": "=", "amounts": "="}


def text_of(kind: str, value: Any) -> str:
    """Return a value as it would be typed."""
    items: Sequence[Sequence[Any]] = list(value.items()) if isinstance(value, Mapping) else value
    told = [str(v) for v in value] if kind == "names" else [SIGNS[kind].join(map(_shown, i)) for i in items]
    return "; ".join([*told, ""]).strip() if any("," in t for t in told) else ", ".join(told)


def value_of(kind: str, text: str, label: str, *, whole: bool = False) -> Any:
    """Return what a text stands for.

    Parameters
    ----------
    whole
        Numbers of a table are whole.

    Raises
    ------
    InputError
        Naming the field, what cannot be read, and how to write it.
    """
    items = [t.strip() for t in text.split(";" if ";" in text else ",") if t.strip()]
    if kind == "names":
        return items
    sign = SIGNS[kind]
    parted = [[p.strip() for p in item.split(sign)] for item in items]
    for item, parts in zip(items, parted, strict=True):
        right = len(parts) >= 2 if kind == "groups" else len(parts) == 2
        if not right or not all(parts):
            raise InputError(
                f"{label}: {item!r} cannot be read; write it {EXAMPLES[kind].partition('; ')[2]}."
            )
    if kind == "table":
        return {name: _number(number, label, whole=whole) for name, number in parted}
    if kind == "amounts":
        return [[name, _number(number, label, whole=whole)] for name, number in parted]
    return parted


def _number(text: str, label: str, *, whole: bool) -> float:
    try:
        return int(text) if whole else float(text)
    except ValueError as error:
        what = "a whole number" if whole else "a number"
        raise InputError(f"{label}: {text!r} should be {what}.") from error


def _shown(part: Any) -> str:
    return f"{part:g}" if isinstance(part, int | float) else str(part)

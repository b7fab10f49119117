"""Which column is which: a guess from a table of names, never more than a guess."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from optimiser.errors import InputError

Kind = Literal["calls", "areas", "workload", "stations", "duty", "unit_status", "service_times"]

_UNIT_WORDS = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "min": "min", "mins": "min", "minute": "min", "minutes": "min",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
}  # fmt: skip
DURATIONS = ("dispatch_delay", "travel", "response", "on_scene", "total", "service", "report")


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What the names of a table's columns say.

    Parameters
    ----------
    columns
        Our column to theirs, for what was understood.
    duration_units
        Unit of a duration column where its name tells it: ``s``, ``min`` or ``h``.
    also
        Our column to further columns of theirs that would fit as well, not used.
    dropped
        Columns not understood: never stored.
    personal
        Those of ``dropped`` that sound like names, addresses or free text.
    """

    columns: Mapping[str, str]
    duration_units: Mapping[str, str]
    also: Mapping[str, tuple[str, ...]]
    dropped: tuple[str, ...]
    personal: tuple[str, ...]


def refuse_absent(path: Path, header: Sequence[str], given: Mapping[str, str], kind: Kind) -> None:
    """Refuse a file without a column that ``columns.toml`` names for it.

    Raises
    ------
    InputError
        Naming those columns, those of the file, and where to mend it.
    """
    absent = sorted({t for t in given.values() if t and t not in header})
    if absent:
        raise InputError(
            f"{path} has no column {', '.join(absent)}; it has {', '.join(header)}. columns.toml asks for "
            f"{'it' if len(absent) == 1 else 'them'} in [{kind}.columns]: mend that table, or export the file anew."
        )


def guess_columns(
    header: Sequence[str], kind: Kind = "calls", given: Mapping[str, str] | None = None
) -> ColumnGuess:
    """Guess which column is which from their names.

    Parameters
    ----------
    header
        Column names of the file.
    kind
        Which table it is.
    given
        Our column to theirs where the planner has said so; it wins, and "" says there is none.
    """
    columns = {ours: theirs for ours, theirs in (given or {}).items() if theirs}
    also: dict[str, tuple[str, ...]] = {}
    taken = set(columns.values())
    by_key: dict[str, list[str]] = {}
    for name in header:
        by_key.setdefault(key(name), []).append(name)
    for ours, aliases in _aliases()[kind].items():
        if ours in (given or {}):
            continue
        fits = [n for a in aliases for n in by_key.get(key(a), ()) if n not in taken]
        fits = list(dict.fromkeys(fits))
        if fits:
            columns[ours] = fits[0]
            taken.add(fits[0])
            if len(fits) > 1:
                also[ours] = tuple(fits[1:])
    if kind == "calls":
        _settle_received(columns, also, given or {})
    dropped = tuple(n for n in header if n not in columns.values())
    durations = (*DURATIONS, "intake")
    units = {o: u for o in durations if o in columns and (u := unit_of(columns[o]))}
    return ColumnGuess(columns, units, also, dropped, tuple(n for n in dropped if is_personal(n)))


def _settle_received(
    columns: dict[str, str], also: dict[str, tuple[str, ...]], given: Collection[str]
) -> None:
    """Keep one way of saying when the call came: date and time together, else apart, else a date alone."""
    if "received" in columns:
        for part in ("received_date", "received_time"):
            if part not in given and part in columns:
                del columns[part]
                also.pop(part, None)
    for part, other in (("received_time", "received_date"), ("received_date", "received_time")):
        if "received" not in columns and part in columns and other not in columns and part not in given:
            columns["received"] = columns.pop(part)
    for stamp in ("dispatched", "arrived", "cleared"):
        if f"{stamp}_date" in columns and f"{stamp}_time" not in columns:
            del columns[f"{stamp}_date"]


def known_columns(kind: Kind) -> tuple[str, ...]:
    """Return the names of our columns of a table."""
    parts = ("enroute_date", "enroute_time") if kind == "calls" else ()
    return (*_aliases()[kind], *parts)


def key(name: str) -> str:
    """Return a column name without case, accents, blanks and signs."""
    plain = unicodedata.normalize("NFKD", name)
    return re.sub(r"[^a-z0-9]", "", "".join(c for c in plain if not unicodedata.combining(c)).casefold())


def words(name: str) -> list[str]:
    """Return the words of a column name."""
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return [w for w in re.split(r"[^a-z0-9]+", spaced.casefold()) if w]


def unit_of(name: str) -> str:
    """Return the unit a column's name states, "" for none."""
    found = [_UNIT_WORDS[w] for w in words(name) if w in _UNIT_WORDS]
    return found[-1] if found else ""


def is_personal(name: str) -> bool:
    """Say whether a column's name sounds like a name, an address or free text."""
    listed = _aliases()["personal"]["words"]
    parts = words(name)
    return any(w in listed or (len(w) > 6 and any(v in w for v in listed if len(v) > 3)) for w in parts)


@cache
def _aliases() -> dict[str, dict[str, list[str]]]:
    text = resources.files("optimiser.data").joinpath("aliases.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text))

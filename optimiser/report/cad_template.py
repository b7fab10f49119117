"""The template of tables for a dispatch system: which files, which columns, how wide, in what letters.

One TOML table a file::

    [nearest]                    # a name of your own
    table = "nearest"            # nearest, nearest_list, folds, configuration or labels
    file = "NEAREST.TXT"
    form = "fixed"               # or "delimited"
    encoding = "ascii"           # utf-8, utf-8-sig, latin-1, cp1252, cp437, cp850
    line_end = "crlf"            # or "lf"
    header = false
    formulas = "refuse"          # of text that a spreadsheet would run: refuse, apostrophe or keep
    columns = [
      { name = "BEAT", source = "beat", width = 6 },
      { name = "FIRST", source = "nearest_1", width = 6, align = "right", pad = "." },
      { name = "TYPE", value = "P", width = 1 },
    ]

A delimited table has ``delimiter`` (one character) and ``quote`` (true: cells that need it are put in quotes). A
width counts bytes of the file. Left out, what is shown above holds, with ``delimited``, a comma, UTF-8, and a header.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from optimiser.errors import InputError

SOURCES: Mapping[str, tuple[str, ...]] = {
    "nearest": ("district", "beat", "part", "by_hand", "nearest_#", "drive_min_#"),
    "nearest_list": ("district", "beat", "part", "place", "nearest", "drive_min", "by_hand"),
    "folds": ("district", "part", "cars", "car", "lead_beat", "beat"),
    "configuration": ("area", "beat", "district"),
    "labels": (
        "piece", "segment", "name", "length_m", "left_area", "left_beat", "left_district", "right_area", "right_beat",
        "right_district", "note", "reason",
    ),
}  # fmt: skip
"""What a column of each table may hold; ``#`` is a number from 1."""
NUMBERS = ("place", "cars", "car", "length_m", "drive_min")
ENCODINGS = ("ascii", "utf-8", "utf-8-sig", "latin-1", "cp1252", "cp437", "cp850")
LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
MOST_WIDTH = 10_000
_PLACES = 5
"""Nearest beats that the template that comes along has columns for."""
_TABLE_KEYS = (
    "table",
    "file",
    "form",
    "delimiter",
    "quote",
    "encoding",
    "line_end",
    "header",
    "formulas",
    "columns",
)
_COLUMN_KEYS = ("name", "source", "value", "width", "align", "pad", "decimals")


@dataclass(frozen=True, slots=True)
class CadColumn:
    """A column: its name, where its cells come from (or one fixed ``value``), and how they are laid out."""

    name: str
    source: str = ""
    value: str = ""
    width: int = 0
    align: str = "left"
    pad: str = " "
    decimals: int = 1

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers."""
        return re.sub(r"_\d+$", "", self.source) in NUMBERS


@dataclass(frozen=True, slots=True)
class CadTable:
    """A file of the template; see the module."""

    key: str
    table: str
    file: str
    columns: tuple[CadColumn, ...]
    form: str = "delimited"
    delimiter: str = ","
    quote: bool = True
    encoding: str = "utf-8"
    line_end: str = "crlf"
    header: bool = True
    formulas: str = "refuse"


def default_template(places: int = _PLACES) -> tuple[CadTable, ...]:
    """Return the template that comes with the toolkit: one comma-separated file a table.

    Parameters
    ----------
    places
        Nearest beats that the table of them has columns for; it never has fewer than in the file.
    """
    text = resources.files("optimiser.report").joinpath("cad.toml").read_text(encoding="utf-8")
    return tuple(
        _with_places(t, places) if t.table == "nearest" else t for t in parse_template(text, "cad.toml")
    )


def _with_places(table: CadTable, places: int) -> CadTable:
    """Return a table of nearest beats with columns for further places beside those of the last."""
    columns: list[CadColumn] = []
    for c in table.columns:
        columns.append(c)
        if c.source.endswith(f"_{_PLACES}"):
            stem, source = c.name.removesuffix(str(_PLACES)), c.source.removesuffix(str(_PLACES))
            further = range(_PLACES + 1, places + 1)
            columns += [replace(c, name=f"{stem}{k}", source=f"{source}{k}") for k in further]
    return replace(table, columns=tuple(columns))


def read_template(path: Path) -> tuple[CadTable, ...]:
    """Read a template file.

    Raises
    ------
    InputError
        Naming every key, value, source and file that cannot be.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    return parse_template(text, str(path))


def parse_template(text: str, where: str) -> tuple[CadTable, ...]:
    """Read a template from its text; ``where`` is named in messages."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where} is no TOML: {error}.") from error
    faults: list[str] = []
    found = [_table(key, value, faults) for key, value in data.items()]
    files = [t.file.casefold() for t in found if t is not None]
    for name in sorted({f for f in files if files.count(f) > 1}):
        faults.append(f"two tables are written to the file {name!r}")
    if not data:
        faults.append("it names no table")
    if faults:
        more = f" and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise InputError(f"{where}: {'; '.join(faults[:20])}{more}.")
    return tuple(t for t in found if t is not None)


def _table(key: str, data: Any, faults: list[str]) -> CadTable | None:
    before = len(faults)
    if not isinstance(data, dict):
        faults.append(f"{key} = {data!r} stands alone; every table of the template has its own [{key}]")
        return None
    _unknown(f"[{key}]", data, _TABLE_KEYS, faults)
    given = {k: v for k, v in data.items() if k in _TABLE_KEYS and k != "columns"}
    kinds: dict[str, type] = {"quote": bool, "header": bool}
    for name, value in given.items():
        if not isinstance(value, kinds.get(name, str)):
            faults.append(f"[{key}] {name} = {value!r} should be {kinds.get(name, str).__name__}")
    allowed = {
        "table": tuple(SOURCES), "form": ("delimited", "fixed"), "encoding": ENCODINGS, "line_end": tuple(LINE_ENDS),
        "formulas": ("refuse", "apostrophe", "keep"),
    }  # fmt: skip
    for name, values in allowed.items():
        if name in given and given[name] not in values:
            faults.append(f"[{key}] {name} = {given[name]!r} is none of {', '.join(values)}")
    for name in ("table", "file"):
        if name not in given:
            faults.append(f"[{key}] lacks {name}")
    if not re.fullmatch(r"[^\\/:*?\"<>|\x00-\x1f.][^\\/:*?\"<>|\x00-\x1f]*", str(given.get("file", "x"))):
        faults.append(f"[{key}] file = {given.get('file')!r} is no plain file name")
    delimiter = given.get("delimiter", ",")
    if len(str(delimiter)) != 1 or delimiter in ('"', "\r", "\n"):
        faults.append(f"[{key}] delimiter = {delimiter!r} should be one character, not a quote or line end")
    columns = _columns(key, data.get("columns"), str(given.get("table", "")), given, faults)
    return CadTable(key=key, columns=columns, **given) if len(faults) == before else None


def _columns(
    key: str, data: Any, table: str, given: Mapping[str, Any], faults: list[str]
) -> tuple[CadColumn, ...]:
    if not isinstance(data, list) or not data or not all(isinstance(c, dict) for c in data):
        faults.append(f"[{key}] needs columns = [{{ name = ..., source = ... }}, ...]")
        return ()
    found = []
    for k, column in enumerate(data, start=1):
        where = f"[{key}] column {k}"
        before = len(faults)
        _unknown(where, column, _COLUMN_KEYS, faults)
        known = {name: value for name, value in column.items() if name in _COLUMN_KEYS}
        for name, value in known.items():
            kind = int if name in ("width", "decimals") else str
            if not isinstance(value, kind) or isinstance(value, bool):
                faults.append(
                    f"{where}: {name} = {value!r} should be {'a whole number' if kind is int else 'a text'}"
                )
        if len(faults) == before:
            made = CadColumn(**({"name": known.get("source", "")} | known))
            _check_column(where, made, known, table, given, faults)
            found.append(made)
    return tuple(found)


def _check_column(
    where: str,
    c: CadColumn,
    known: Mapping[str, Any],
    table: str,
    given: Mapping[str, Any],
    faults: list[str],
) -> None:
    if ("source" in known) == ("value" in known):
        faults.append(f"{where} needs either a source or a value")
    elif c.source and table in SOURCES and not _is_source(c.source, table):
        near = difflib.get_close_matches(c.source, SOURCES[table], 1)
        guess = f", did you mean {near[0]!r}" if near else ""
        faults.append(f"{where}: {table} has no {c.source!r}{guess}; it has {', '.join(SOURCES[table])}")
    fixed = given.get("form") == "fixed"
    if not (1 if fixed else 0) <= c.width <= MOST_WIDTH:
        faults.append(f"{where}: width = {c.width} should be {1 if fixed else 0} to {MOST_WIDTH:,}")
    if c.align not in ("left", "right"):
        faults.append(f"{where}: align = {c.align!r} is neither left nor right")
    if len(c.pad) != 1 or not c.pad.isascii() or not c.pad.isprintable():
        faults.append(f"{where}: pad = {c.pad!r} should be one plain character")
    if not 0 <= c.decimals <= 6:
        faults.append(f"{where}: decimals = {c.decimals} should be 0 to 6")
    if c.name.startswith(FORMULA_STARTS):
        faults.append(f"{where}: the name {c.name!r} reads like a formula; begin it with a letter")


def _is_source(source: str, table: str) -> bool:
    return source in SOURCES[table] or re.sub(r"_[1-9]\d?$", "_#", source) in SOURCES[table]


def _unknown(where: str, data: Mapping[str, Any], known: tuple[str, ...], faults: list[str]) -> None:
    for key in sorted(set(data) - set(known)):
        near = difflib.get_close_matches(key, known, 1)
        faults.append(f"{where}: unknown key {key!r}" + (f", did you mean {near[0]!r}" if near else ""))

"""Tables for dispatch as files to take away: text tables in the layout of a system, a workbook, all in one."""

from __future__ import annotations

import io
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from optimiser.batch.tables_hand import HAND_FOLDER, ByHand, write_by_hand
from optimiser.batch.tables_made import Made
from optimiser.batch.tables_write import write
from optimiser.errors import InputError
from optimiser.report.cad import rendered
from optimiser.report.cad_template import parse_template
from optimiser.report.workbook import write_workbook
from optimiser_apps.tabling import WORDS, entries, table_rows


def laid_out(made: Made, name: str, content: bytes) -> Made:
    """Return tables with the layout of another template, by its file's name and bytes.

    Raises
    ------
    InputError
        If it is no template.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is no text in UTF-8; save the template so.") from error
    return replace(made, template=parse_template(text, name))


def texts(made: Made) -> list[tuple[str, str, bytes]]:
    """Return the text tables for the dispatch system: of which table, the file's name and its bytes.

    Raises
    ------
    InputError
        Naming every cell that does not fit the layout.
    """
    rows = made.rows()
    return [(t.table, t.file, rendered(t, rows[t.table])) for t in made.template if t.table in rows]


def workbook(made: Made, hand: ByHand) -> bytes:
    """Return all tables as a workbook, a sheet a table, one of changes by hand, and what is to be said of them."""
    sheets: dict[str, Any] = {words: table_rows(made, t) for t, words in WORDS.items() if t in made.rows()}
    if hand:
        sheets["Changed by hand"] = [
            {"table": WORDS[e.table], "change": e.words, "reason": e.reason} for e in entries(hand)
        ]
    with tempfile.TemporaryDirectory() as scratch:
        return write_workbook(Path(scratch) / "book.xlsx", sheets, made.in_words()).read_bytes()


def zipped(made: Made, hand: ByHand, place: str) -> bytes:
    """Return all files in one: text tables, sergeants' pages, street layer, and what was changed by hand.

    Raises
    ------
    InputError
        If a cell does not fit the layout.
    """
    packed = io.BytesIO()
    with (
        tempfile.TemporaryDirectory() as scratch,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        folder = Path(scratch) / "tables"
        for name in write(folder, made, place=place, colour=True):
            archive.write(folder / name, name)
        for path in write_by_hand(Path(scratch) / HAND_FOLDER, hand):
            archive.write(path, f"{HAND_FOLDER}/{path.name}")
    return packed.getvalue()

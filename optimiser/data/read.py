"""Tables from files: CSV, CSV.gz, Parquet, XLSX. Everything comes in as text."""

from __future__ import annotations

from pathlib import Path

from optimiser.data.read_csv import read_csv
from optimiser.data.read_parquet import read_parquet
from optimiser.data.read_xlsx import read_xlsx
from optimiser.data.table import Columns, Table
from optimiser.data.text_file import MOST_BYTES
from optimiser.errors import InputError

KINDS = (".csv", ".csv.gz", ".tsv", ".psv", ".txt", ".gz", ".parquet", ".xlsx")


def is_table(name: str) -> bool:
    """Say whether a name is that of a table in a file, by its ending."""
    return name.lower().endswith(KINDS)


def read_exact(path: str | Path, columns: Columns = None, *, by_hand: bool = False) -> Table:
    """Read a small table that a person keeps: a row that cannot be told apart is refused, not set aside.

    Parameters
    ----------
    path, columns
        As in :func:`read_table`.
    by_hand
        As in :func:`read_table`.

    Raises
    ------
    InputError
        As :func:`read_table`, and naming the lines with too few or too many cells.
    """
    table = read_table(path, columns, by_hand=by_hand)
    odd = [f"{r.rule} ({', '.join(r.examples)})" for r in table.repairs if r.set_aside]
    if odd:
        raise InputError(f"{path}: {'; '.join(odd)}. Give each row a cell for every column.")
    return table


def read_table(
    path: str | Path,
    columns: Columns = None,
    *,
    sheet: str | None = None,
    drop_cut_row: bool = False,
    by_hand: bool = False,
    most_bytes: int = MOST_BYTES,
) -> Table:
    """Read a table; every cell is text.

    Parameters
    ----------
    path
        A CSV (any of ``, ; tab |``, gzip or not), Parquet or XLSX file.
    columns
        Names of the columns to keep, or a function that picks them from the header; the others never reach the
        result. None keeps all.
    sheet
        Sheet of a workbook; the first one if None.
    drop_cut_row
        True drops a last record that ends inside a quoted cell (a file cut off on its way) instead of refusing.
    by_hand
        True: a text table may be without rows, and a row may leave out its last cells.
    most_bytes
        Cap on the file's size, unpacked.

    Raises
    ------
    InputError
        If the file is no such table, is too large, or a row cannot be read. Names file, line and remedy.
    """
    path = Path(path)
    name = path.name.lower()
    if name.endswith(".parquet"):
        return read_parquet(path, columns, most_bytes=most_bytes)
    if name.endswith(".xlsx"):
        return read_xlsx(path, columns, sheet=sheet, most_bytes=most_bytes)
    if name.endswith((".xlsm", ".xls", ".xlsb", ".ods")):
        raise InputError(
            f"{path}: {path.suffix} files (macros, old Excel) are not read. Save it as .xlsx or CSV UTF-8."
        )
    if name.endswith(KINDS):
        return read_csv(path, columns, drop_cut_row=drop_cut_row, by_hand=by_hand, most_bytes=most_bytes)
    raise InputError(f"{path}: a table is one of {', '.join(KINDS)}; {path.suffix or 'no ending'} is not.")

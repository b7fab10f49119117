"""Parquet files, defensively: what is unpacked is counted before it is unpacked, and nothing nested is needed.

A text that a million rows share takes no room in the file. So text is read as a dictionary, and a table is given up
as soon as its rows, written out, would be larger than allowed.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from optimiser.errors import InputError

_BATCH_ROWS = 65_536


def open_parquet(path: Path, *, most_bytes: int) -> pq.ParquetFile:
    """Open a file after a look at its beginning and size.

    Raises
    ------
    InputError
        If it is no Parquet file, is too large, or is damaged.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{path} is not a file.")
        if size > most_bytes:
            raise InputError(_too_large(path, "has", size, most_bytes))
        with path.open("rb") as stream:
            if stream.read(4) != b"PAR1":
                raise InputError(f"{path} is not a Parquet file, whatever its name says.")
        schema = pq.read_schema(path)
        texts = [str(f.name) for f in schema if _is_text(f.type)]
        return pq.ParquetFile(path, read_dictionary=texts)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except Exception as error:
        raise damaged(path, error) from error


def read_within(
    file: pq.ParquetFile, path: Path, columns: Collection[str] | None, *, most_bytes: int
) -> pa.Table:
    """Read columns of an open file, text as dictionaries; stop where the rows written out pass ``most_bytes``.

    Raises
    ------
    InputError
        If they do, or the file is damaged.
    """
    batches, total = [], 0
    try:
        for batch in file.iter_batches(
            batch_size=_BATCH_ROWS, columns=None if columns is None else list(columns)
        ):
            total += sum(_written_out(column) for column in batch.columns)
            if total > most_bytes:
                raise InputError(_too_large(path, "unpacks to more than", total, most_bytes))
            batches.append(batch)
        schema = batches[0].schema if batches else file.schema_arrow
        return pa.Table.from_batches(batches, schema)
    except InputError:
        raise
    except Exception as error:
        raise damaged(path, error) from error


def check_size(path: Path, *, most_bytes: int) -> None:
    """Raise InputError where a file is no sound Parquet file or would unpack to more than ``most_bytes``."""
    with open_parquet(path, most_bytes=most_bytes) as file:
        read_within(file, path, None, most_bytes=most_bytes)


def read_frame(path: Path, columns: Collection[str], *, most_bytes: int) -> pd.DataFrame:
    """Read those of the columns that the file has, as a data frame.

    Raises
    ------
    InputError
        As :func:`open_parquet` and :func:`read_within`.
    """
    with open_parquet(path, most_bytes=most_bytes) as file:
        there = [c for c in columns if c in file.schema_arrow.names]
        table = written_out(read_within(file, path, there, most_bytes=most_bytes))
    try:
        frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    except Exception as error:
        raise damaged(path, error) from error
    return frame


def written_out(table: pa.Table) -> pa.Table:
    """Return a table with its dictionaries replaced by their values."""
    columns = [c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for c in table.columns]
    return pa.table(columns, names=table.column_names)


def damaged(path: Path, error: Exception) -> InputError:
    """Return the error of a file that a library could not read."""
    reason = (str(error) or type(error).__name__).partition("\n")[0]
    return InputError(f"{path} is damaged or no Parquet file: {reason}. Export it again.")


def _too_large(path: Path, what: str, size: int, most_bytes: int) -> str:
    return f"{path} {what} {size:,} bytes, more than the {most_bytes:,} allowed. Split it by month."


def _is_text(kind: Any) -> bool:
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return any(test(kind) for test in tests)


def _written_out(column: Any) -> int:
    """Return the bytes of a column were every row written out."""
    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return int(column.nbytes)
    lengths = pc.fill_null(pc.binary_length(column.dictionary), 0).to_numpy(zero_copy_only=False)
    indices = column.indices.drop_null().to_numpy(zero_copy_only=False)
    used = np.bincount(indices, minlength=len(lengths)) if len(lengths) else np.zeros(0, np.int64)
    return int(used @ lengths.astype(np.int64)) + 8 * len(column)

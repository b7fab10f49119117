"""Parquet by pyarrow: only the columns asked for, no nested ones, everything as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from optimiser.data.parquet_file import damaged, open_parquet, read_within
from optimiser.data.table import Columns, Table, chosen
from optimiser.data.text_file import MOST_BYTES
from optimiser.errors import InputError


def read_parquet(path: Path, columns: Columns, *, most_bytes: int = MOST_BYTES) -> Table:
    """Read a Parquet table; see :func:`optimiser.data.read.read_table`."""
    with open_parquet(path, most_bytes=most_bytes) as file:
        return _table(path, file, columns, most_bytes)


def _table(path: Path, file: Any, columns: Columns, most_bytes: int) -> Table:
    schema = file.schema_arrow
    header = tuple(str(n) for n in schema.names)
    doubled = sorted({n for n in header if header.count(n) > 1})
    if doubled:
        raise InputError(f"{path}: column {', '.join(doubled)} stands twice. Rename one of them.")
    kinds = {n: _plain_kind(schema.field(n).type) for n in header}
    plain = [n for n in header if not pa.types.is_nested(kinds[n]) and not _is_bytes(kinds[n])]
    picked = chosen(columns, header)
    wanted = [n for n in header if n in picked]
    nested = [n for n in wanted if n not in plain]
    if nested and columns is not None:
        raise InputError(
            f"{path}: column {', '.join(nested)} is nested or binary. Flatten it before the export."
        )
    wanted = [n for n in wanted if n in plain]
    stored = read_within(file, path, wanted, most_bytes=most_bytes)
    if file.metadata.num_rows == 0:
        raise InputError(f"{path} has columns and no rows.")
    try:
        frame = pd.DataFrame({n: _as_text(stored.column(n)) for n in wanted})
    except Exception as error:
        raise damaged(path, error) from error
    dates = frozenset(n for n in wanted if pa.types.is_temporal(kinds[n]))
    lines = np.arange(1, file.metadata.num_rows + 1, dtype=np.int64)
    return Table(path, header, frame, lines, (), dates)


def _plain_kind(kind: Any) -> Any:
    """Return the type behind a dictionary or an extension."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_bytes(kind: Any) -> bool:
    return bool(
        pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    )


def _as_text(column: Any) -> pd.Series[str]:
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        column, kind = column.cast(kind.storage_type), kind.storage_type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_timestamp(kind):
        zoned = kind.tz is not None
        coarse = column.cast(pa.timestamp("s", "UTC" if zoned else None), safe=False)  # parts of a second go
        text = pc.strftime(coarse, format="%Y-%m-%d %H:%M:%S")
        column = pc.binary_join_element_wise(text, "+00:00", "") if zoned else text
    elif pa.types.is_floating(kind):
        return _floats_as_text(column)
    elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        column = column.cast(pa.string())
    column = column.cast(pa.string())
    column.validate(full=True)  # bytes that are no UTF-8
    return pd.Series(column.fill_null("").to_pandas(), dtype="str")


def _floats_as_text(column: Any) -> pd.Series[str]:
    values = column.to_pandas().to_numpy(dtype=float, na_value=np.nan)
    text = np.array([repr(float(v)) for v in values], dtype=object)
    text[np.isnan(values)] = ""
    return pd.Series(text, dtype="str")

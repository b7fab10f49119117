"""Parquet by pyarrow: only the columns asked for, no nested ones, everything as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from optimiser.data.table import Columns, Table, chosen
from optimiser.data.text_file import MOST_BYTES
from optimiser.errors import InputError


def read_parquet(path: Path, columns: Columns, *, most_bytes: int = MOST_BYTES) -> Table:
    """Read a Parquet table; see :func:`optimiser.data.read.read_table`."""
    try:
        with path.open("rb") as stream:
            if stream.read(4) != b"PAR1":
                raise InputError(f"{path} is not a Parquet file, whatever its name says.")
        file = pq.ParquetFile(path)
        meta = file.metadata
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if size > most_bytes:
            raise InputError(
                f"{path} unpacks to {size:,} bytes, more than the {most_bytes:,} allowed. Split it by month."
            )
        schema = file.schema_arrow
        header = tuple(str(n) for n in schema.names)
        plain = [
            n
            for n in header
            if not pa.types.is_nested(schema.field(n).type) and not _is_bytes(schema.field(n).type)
        ]
        picked = chosen(columns, header)
        wanted = [n for n in header if n in picked]
        nested = [n for n in wanted if n not in plain]
        if nested and columns is not None:
            raise InputError(
                f"{path}: column {', '.join(nested)} is nested or binary. Flatten it before the export."
            )
        wanted = [n for n in wanted if n in plain]
        stored = file.read(columns=wanted)
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f"{path} is damaged or no Parquet file: {str(error).splitlines()[0]}. Export it again."
        ) from error
    if stored.num_rows == 0:
        raise InputError(f"{path} has columns and no rows.")
    frame = pd.DataFrame({n: _as_text(stored.column(n)) for n in wanted})
    dates = frozenset(n for n in wanted if pa.types.is_temporal(schema.field(n).type))
    return Table(path, header, frame, np.arange(1, stored.num_rows + 1, dtype=np.int64), (), dates)


def _is_bytes(kind: Any) -> bool:
    return bool(
        pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    )


def _as_text(column: Any) -> pd.Series[str]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_timestamp(kind):
        zoned = kind.tz is not None
        text = pc.strftime(
            column.cast(pa.timestamp("ms", "UTC" if zoned else None)), format="%Y-%m-%d %H:%M:%S"
        )
        column = pc.binary_join_element_wise(text, "+00:00", "") if zoned else text
    elif pa.types.is_floating(kind):
        return _floats_as_text(column)
    elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        column = column.cast(pa.string())
    values = column.cast(pa.string()).fill_null("").to_pandas()
    return pd.Series(values, dtype="str")


def _floats_as_text(column: Any) -> pd.Series[str]:
    values = column.to_pandas().to_numpy(dtype=float, na_value=np.nan)
    text = np.array([repr(float(v)) for v in values], dtype=object)
    text[np.isnan(values)] = ""
    return pd.Series(text, dtype="str")

"""Residents of each area by census group: who gains and who loses by a plan. No question and no objective sees them.

``[areas.groups]`` of ``columns.toml`` names each group and the column of the areas that counts it; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.data import canonical as names
from optimiser.data.figures import parse_numbers
from optimiser.data.parquet_file import read_frame
from optimiser.data.quality import Finding, finding
from optimiser.data.text_file import MOST_BYTES
from optimiser.errors import InputError

MOST_GROUPS = 40


def import_groups(
    path: Path, columns: Mapping[str, pd.Series], area_id: NDArray[Any], groups: Mapping[str, str]
) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Return residents by area and group, NaN where unknown, and what was found; None where no group is named.

    Parameters
    ----------
    columns
        The columns of the raw areas as text, by their name.
    groups
        Name of the group to its column.

    Raises
    ------
    InputError
        If a column is not there, or too many are named.
    """
    if not groups:
        return None, []
    absent = sorted(set(groups.values()) - set(columns))
    if absent:
        raise InputError(
            f"{path} has no column {', '.join(absent)}, which [areas.groups] in columns.toml names; it has "
            f"{', '.join(columns)}."
        )
    if len(groups) > MOST_GROUPS:
        raise InputError(
            f"[areas.groups] in columns.toml names {len(groups)} groups; {MOST_GROUPS} are the most."
        )
    parts, found = [], []
    for group, theirs in groups.items():
        count, wrong = parse_numbers(columns[theirs])
        wrong = wrong | (count < 0) | np.isinf(count)
        if wrong.any():
            action = f"taken as unknown (column {theirs!r})"
            found.append(
                finding("residents of a group that are no count", int(wrong.sum()), len(count), action)
            )
        residents = np.where(wrong, np.nan, count)
        parts.append(pd.DataFrame({"area_id": area_id, "group": group, "residents": residents}))
    return names.typed(pd.concat(parts, ignore_index=True), names.GROUP_TYPES, str(path)), found


def read_groups(folder: Path, area_ids: tuple[str, ...]) -> dict[str, NDArray[np.float64]]:
    """Return residents of each area by group, shape (n,) each, NaN where unknown; no file, no groups.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = folder / names.GROUPS_FILE
    if not path.is_file():
        return {}
    table = names.typed(
        read_frame(path, names.GROUP_TYPES, most_bytes=MOST_BYTES), names.GROUP_TYPES, str(path)
    )
    number = table["residents"].to_numpy()
    if (number < 0).any() or np.isinf(number).any() or table.duplicated(["area_id", "group"]).any():
        raise InputError(f"{path} is damaged: an area twice, or residents that are no count. Run init again.")
    return {
        str(group): rows.set_index("area_id")["residents"].reindex(list(area_ids)).to_numpy(dtype=np.float64)
        for group, rows in table.groupby("group", sort=False)
    }

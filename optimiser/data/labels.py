"""Area labels as typed to area ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimiser.errors import InputError

_INVISIBLE = "[\u200b\u200c\u200d\u2060\ufeff]"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_LIKE_AN_ID = re.compile(r"(?=.{1,8}$)(?:[A-Za-z]{1,3}(?![A-Za-z])|[\d._/-])+")
_LONGEST_TOLD = 12
MANY_ROWS = 11
"""So many rows are no single person's: the smallest group that de-identification guidelines accept."""
_EXCEL_DATE = rf"^(?:\d{{1,2}}-{_MONTH}|{_MONTH}-\d{{1,4}})$"


@dataclass(frozen=True)
class Matched:
    """Ids of labelled rows.

    Parameters
    ----------
    area_id
        Text, shape (n,); "" where the label is empty or matches no area.
    empty, unknown
        Masks of rows without a label, and with one that no area answers to.
    case_only
        Mask of rows whose label differs from the area's id by case only; they are matched.
    unknown_labels
        Rows by label that matches nothing, the most frequent first.
    """

    area_id: NDArray[np.object_]
    empty: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    case_only: NDArray[np.bool_]
    unknown_labels: Mapping[str, int]


def clean_ids(text: pd.Series) -> pd.Series:
    """Trim ids: outer blanks and invisible characters go; case, leading zeros and "NA" stay.

    Where every filled cell ends in ``.0`` (a number column of an export), that end goes too.
    """
    clean = text.fillna("").astype("str").str.replace(_INVISIBLE, "", regex=True).str.strip()
    filled = clean[clean != ""]
    if len(filled) and bool(filled.str.match(r"^-?\d+\.0$").all()):
        clean = clean.str.replace(r"\.0$", "", regex=True)
    return clean


def sayable(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return labels that match nothing in a form that names nobody, in the order given.

    What looks like the id of an area (at most eight characters, no more than three letters in a row), or stands on
    many rows, is told as it is; of anything else ("SMITH", "12MAINST") only its shape.
    """
    told = [
        label
        if _LIKE_AN_ID.fullmatch(label) or (n >= MANY_ROWS and len(label) <= _LONGEST_TOLD)
        else shape(label)
        for label, n in counts.items()
    ]
    return tuple(dict.fromkeys(told))


def shape(text: str) -> str:
    """Return what a text looks like without saying what it is: digits as 9, letters as A, at most twelve of them."""
    flat = "".join("9" if c.isdigit() else "A" if c.isalpha() else c for c in text[:_LONGEST_TOLD])
    return flat + ("..." if len(text) > _LONGEST_TOLD else "")


def refuse_dates(text: pd.Series, where: str, known: Mapping[str, str] | None = None) -> None:
    """Raise InputError where a label has become a date on its way through Excel."""
    clean = text.str.strip()
    odd = clean[clean.str.match(_EXCEL_DATE).to_numpy(dtype=bool) & ~clean.isin(list(known or ())).to_numpy()]
    if len(odd):
        raise InputError(
            f"{where}: {odd.iloc[0]!r} is a label that Excel turned into a date ({len(odd)} rows). Format the column "
            f"as text before typing or opening, and export again."
        )


def match_labels(text: pd.Series, known: Mapping[str, str]) -> Matched:
    """Match labels with areas.

    Parameters
    ----------
    text
        Labels as typed.
    known
        Every name of an area to its id.
    """
    label = clean_ids(text)
    found = label.map(dict(known)).fillna("").to_numpy(dtype=object, copy=True)
    empty = (label == "").to_numpy()
    folded: dict[str, str] = {}
    doubled: set[str] = set()
    for name, area in known.items():
        if folded.setdefault(name.casefold(), area) != area:
            doubled.add(name.casefold())
    loose = {k: v for k, v in folded.items() if k not in doubled}
    lost = (found == "") & ~empty
    by_case = np.zeros(len(label), dtype=bool)
    if lost.any():
        again = label[lost].str.casefold().map(loose).fillna("").to_numpy(dtype=object)
        found[lost] = again
        by_case[np.flatnonzero(lost)[again != ""]] = True
    unknown = (found == "") & ~empty
    counts = label[unknown].value_counts()
    return Matched(found, empty, unknown, by_case, {str(k): int(v) for k, v in counts.items()})

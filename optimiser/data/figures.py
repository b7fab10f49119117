"""Numbers as people and exports type them; anything doubtful is no number."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_PLAIN = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$"
_THOUSANDS = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
_DECIMAL_COMMA = r"^[+-]?\d+,\d{1,2}$"
_SPACES = "[\\u00a0\\u2007\\u2009\\u202f ]"


def parse_numbers(text: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read numbers from text.

    Quoted thousands (``1,234.5``), thousands by blanks, a decimal comma (``12,5``), full-width digits and the
    minus sign of typesetters are understood. Percent, currency, brackets, ``inf``, ``nan`` and words are not.

    Returns
    -------
    tuple
        Values, shape (n,), NaN for none; and the mask of filled cells that are no number.
    """
    codes, unique = pd.factorize(text)
    seen = pd.Series(np.asarray(unique, dtype=object), dtype="str").str.normalize("NFKC").str.strip()
    seen = seen.str.replace("\u2212", "-").str.replace(rf"(?<=\d){_SPACES}(?=\d{{3}})", "", regex=True)
    filled = (seen != "").to_numpy()
    comma = seen.str.match(_DECIMAL_COMMA).to_numpy(dtype=bool) & ~seen.str.match(_THOUSANDS).to_numpy(
        dtype=bool
    )
    plain = seen.str.replace(",", "", regex=False).where(~comma, seen.str.replace(",", ".", regex=False))
    good = plain.str.match(_PLAIN).to_numpy(dtype=bool, copy=True)
    good &= (
        comma | ~seen.str.contains(",").to_numpy(dtype=bool) | seen.str.match(_THOUSANDS).to_numpy(dtype=bool)
    )
    values = pd.to_numeric(plain.where(good), errors="coerce").to_numpy(
        dtype=float, na_value=np.nan, copy=True
    )
    values[~np.isfinite(values)] = np.nan
    wrong = filled & np.isnan(values)
    return values[codes], wrong[codes]

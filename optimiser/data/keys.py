"""Keys that cannot be turned back: what stands for an id, a call sign or a unit in a stored table."""

from __future__ import annotations

import hashlib

import pandas as pd


def hashed(ids: pd.Series, key: bytes) -> list[str]:
    """Return ids that cannot be turned back without the key: 16 hex digits each, equal for equal ids."""
    made = {i: hashlib.blake2b(i.encode(), key=key, digest_size=8).hexdigest() for i in ids.unique()}
    return [made[i] for i in ids]

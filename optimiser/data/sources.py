"""Where raw files are and what they were when they were read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from optimiser.errors import InputError


def relative(path: Path | None, folder: Path) -> str:
    """Return a path as seen from ``folder``; "" for none."""
    if path is None:
        return ""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return path.resolve().as_posix()


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    return digest.hexdigest()

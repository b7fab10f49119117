"""Where raw files are and what they were when they were read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from optimiser.errors import InputError


def relative(path: Path, folder: Path) -> str:
    """Return a path as seen from ``folder``; only its name where the way leads past the homes of people."""
    there, here = path.resolve(), folder.resolve()
    try:
        shared = Path(os.path.commonpath([there, here]))
    except ValueError:  # another drive on Windows
        return path.name
    if Path.home().parent.is_relative_to(shared):
        return path.name
    return Path(os.path.relpath(there, here)).as_posix()


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

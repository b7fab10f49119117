"""TOML files that planners write: with or without a byte-order mark, of a size a person can write."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from optimiser.errors import InputError, reason

LARGEST_BYTES = 1_000_000
_DEEPEST = 12


def read_toml(path: Path, what: str = "") -> dict[str, Any]:
    """Read a file.

    Parameters
    ----------
    path
        The file; FileNotFoundError is the caller's to explain.
    what
        What it should be, for messages: " as a scenario".

    Raises
    ------
    InputError
        If it is no TOML, too large, nested too deep, or not UTF-8. Names the line where TOML does.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{path} is not a file.")
        if size > LARGEST_BYTES:
            raise InputError(f"{path} has {size:,} bytes, more than the {LARGEST_BYTES:,} a person writes.")
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        _refuse_depth(data)
        return data
    except FileNotFoundError:
        raise
    except RecursionError as error:
        raise InputError(f"{path} cannot be read{what}: its brackets are nested too deep.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} cannot be read{what}: {reason(error)}. Save it as UTF-8.") from error
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} cannot be read{what}: {reason(error)}.") from error


def _refuse_depth(data: Any) -> None:
    """Raise RecursionError where tables lie deeper in each other than any key of ours."""
    level = [data]
    for _ in range(_DEEPEST):
        inner = [v for item in level for v in (item.values() if isinstance(item, dict) else item)]
        level = [v for v in inner if isinstance(v, (dict, list))]
        if not level:
            return
    raise RecursionError

"""Problems and plans as JSON and arrays, without pickle: what a worker, a run folder and a digest need.

A value is a frozen dataclass of scalars, text, tuples, mappings with text keys, numpy arrays and other
such dataclasses. Arrays travel beside the JSON, in one ``.npz`` file that also carries the JSON itself.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import io
import json
import types
import typing
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError, reason

T = TypeVar("T")
Arrays = dict[str, NDArray[Any]]
_JSON_ENTRY = "json"


def to_json(value: Any, arrays: Arrays | None = None, path: str = "") -> Any:
    """Return ``value`` as JSON types. Arrays go to ``arrays`` under their path, or inline as lists if None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        reals = _reals(type(value))
        return {
            f.name: to_json(_as_real(getattr(value, f.name), f.name in reals), arrays, f"{path}/{f.name}")
            for f in dataclasses.fields(value)
        }
    if isinstance(value, np.ndarray):
        if arrays is None:
            return value.tolist()
        arrays[path] = value
        return {"array": path}
    if isinstance(value, Mapping):
        return {str(k): to_json(v, arrays, f"{path}/{k}") for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        if all(type(v) is str for v in value):  # thousands of ids: one look instead of a call each
            return list(value)
        return [to_json(v, arrays, f"{path}/{i}") for i, v in enumerate(value)]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return {"float": repr(value)}
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"{path or 'value'} has type {type(value).__name__}, which cannot be stored.")


@functools.cache
def _reals(kind: type[Any]) -> frozenset[str]:
    """Return the fields declared as float: a whole number given there is the same value, with the same digest."""
    return frozenset(
        name for name, hint in typing.get_type_hints(kind).items() if hint in (float, float | None)
    )


def _as_real(value: Any, real: bool) -> Any:
    return float(value) if real and isinstance(value, int) and not isinstance(value, bool) else value


def from_json(kind: Any, data: Any, arrays: Mapping[str, NDArray[Any]] | None = None) -> Any:
    """Rebuild a value of type ``kind`` from what :func:`to_json` made."""
    if isinstance(data, dict) and set(data) == {"array"} and arrays is not None:
        return arrays[data["array"]]
    if isinstance(data, dict) and set(data) == {"float"}:
        return float(data["float"])
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        options = [a for a in get_args(kind) if a is not type(None)]
        return None if data is None else from_json(options[0], data, arrays)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        names = {f.name for f in dataclasses.fields(kind)}
        unknown = sorted(set(data) - names)
        if unknown:
            raise InputError(
                f"{kind.__name__} has no field {', '.join(unknown)}; known: {', '.join(sorted(names))}."
            )
        return kind(**{n: from_json(hints[n], v, arrays) for n, v in data.items()})
    if origin is tuple:
        args = get_args(kind)
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(from_json(args[0], v, arrays) for v in data)
        return tuple(from_json(a, v, arrays) for a, v in zip(args, data, strict=True))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        key_kind, item = get_args(kind)
        key = key_kind if key_kind in (int, float) else str
        return {key(k): from_json(item, v, arrays) for k, v in data.items()}
    if origin is np.ndarray or kind is np.ndarray:
        return np.asarray(data)
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    return data


def write(path: Path, value: Any) -> None:
    """Write a dataclass to one ``.npz`` file (no pickle)."""
    path.write_bytes(dump(value))


def dump(value: Any) -> bytes:
    """Return the bytes that :func:`write` stores."""
    arrays: Arrays = {}
    text = json.dumps(to_json(value, arrays), ensure_ascii=False, sort_keys=True)
    buffer = io.BytesIO()
    entries: dict[str, Any] = {f"a{i}": a for i, a in enumerate(arrays.values())}
    entries[_JSON_ENTRY] = np.frombuffer(
        json.dumps({"value": text, "arrays": list(arrays)}, ensure_ascii=False).encode(), dtype=np.uint8
    )
    np.savez(buffer, allow_pickle=False, **entries)
    return buffer.getvalue()


def read(path: Path, kind: type[T]) -> T:
    """Read what :func:`write` stored.

    Raises
    ------
    InputError
        If the file is not such a file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if any(m.compress_type != zipfile.ZIP_STORED for m in archive.infolist()):
                raise ValueError("packed")  # never by us: it may unpack to any size
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            head = json.loads(bytes(stored[_JSON_ENTRY]).decode())
            arrays = {name: stored[f"a{i}"] for i, name in enumerate(head["arrays"])}
        result: T = from_json(kind, json.loads(head["value"]), arrays)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {reason(error)}.") from error
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        EOFError,
        MemoryError,
        zipfile.BadZipFile,
    ) as error:
        told = f" ({error})" if isinstance(error, InputError) else ""
        raise InputError(
            f"{path} cannot be read as a stored {kind.__name__}: it is damaged, or of another version{told}."
        ) from error
    return result


def digest(value: Any) -> str:
    """SHA-256 of a dataclass: equal content gives an equal digest on every machine."""
    arrays: Arrays = {}
    text = json.dumps(to_json(value, arrays), ensure_ascii=False, sort_keys=True)
    sha = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        sha.update(f"{name}{array.dtype.str}{array.shape}".encode())
        sha.update(array.tobytes())
    return sha.hexdigest()

"""Problems and plans as files: nothing lost, nothing executed, equal content equal digest."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.problems import portable
from optimiser.problems.base import Measure
from tests.oracles.sectors_cases import path_of_four


@dataclass(frozen=True)
class Thing:
    name: str
    size: float
    table: np.ndarray
    pairs: tuple[tuple[str, int], ...] = ()
    by: Mapping[int, float] | None = None


def test_round_trip(tmp_path):
    """Text, numbers, infinities, arrays, tuples and mappings with whole-number keys."""
    thing = Thing("a=1,é", float("inf"), np.arange(6.0).reshape(2, 3), (("x", 1), ("y", 2)), {1: 0.5, 2: 1.5})
    portable.write(tmp_path / "t.npz", thing)
    back = portable.read(tmp_path / "t.npz", Thing)
    assert (back.name, back.size, back.pairs, back.by) == (thing.name, thing.size, thing.pairs, thing.by)
    assert (back.table == thing.table).all()


def test_digest_sees_every_change():
    """One number in one array makes another problem; a copy does not."""
    problem = path_of_four()
    assert portable.digest(problem) == portable.digest(path_of_four())
    longer = problem.travel_s.copy()
    longer[0, 1] += 1e-9
    assert portable.digest(replace(problem, travel_s=longer)) != portable.digest(problem)
    assert portable.digest(path_of_four(balance_frac={"calls": 0.06})) != portable.digest(problem)


def test_a_damaged_file_is_an_input_error(tmp_path):
    """Half a file, and a pickle in its place, are refused with the path."""
    portable.write(tmp_path / "t.npz", path_of_four())
    data = (tmp_path / "t.npz").read_bytes()
    (tmp_path / "half.npz").write_bytes(data[: len(data) // 2])
    np.save(tmp_path / "evil.npy", np.array([object()]), allow_pickle=True)
    (tmp_path / "evil.npy").rename(tmp_path / "evil.npz")
    for name in ("half.npz", "evil.npz", "none.npz"):
        with pytest.raises(InputError, match=name):
            portable.read(tmp_path / name, Thing)


def test_unknown_fields_are_named():
    """A file of a newer version is refused by the field it has too many."""
    with pytest.raises(InputError, match="no field colour"):
        portable.from_json(Measure, {"name": "x", "value": 1, "unit": "s", "colour": "red"})


def test_a_packed_file_is_refused(tmp_path):
    """Ours are not packed: 80 MB of zeros in 80 kB are no question, nor is an array larger than any memory."""
    path = tmp_path / "t.npz"
    head = json.dumps(
        {"value": json.dumps({"name": "x", "size": 1.0, "table": {"array": "/t"}}), "arrays": ["/t"]}
    )
    entry = np.frombuffer(head.encode(), dtype=np.uint8)
    np.savez_compressed(path, a0=np.zeros(10_000_000), json=entry)
    assert path.stat().st_size < 200_000
    with pytest.raises(InputError, match=r"t\.npz cannot be read as a stored Thing"):
        portable.read(path, Thing)
    huge = io.BytesIO()
    shape = {"descr": "<f8", "fortran_order": False, "shape": (2**50,)}
    np.lib.format.write_array_header_1_0(huge, shape)
    rest = io.BytesIO()
    np.save(rest, entry)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a0.npy", huge.getvalue())
        archive.writestr("json.npy", rest.getvalue())
    with pytest.raises(InputError, match=r"t\.npz cannot be read as a stored Thing"):
        portable.read(path, Thing)

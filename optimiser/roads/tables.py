"""Tables of times for many driver classes and hours in one call, kept on disk by content.

A table is named by the digest of all it depends on: the network, the places, the driver's speeds, the hour with its
factors, closures and delays, and this package's version. Whatever changes gives another name, so a stored table is
never out of date; a damaged one is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimiser import __version__
from optimiser.errors import reason
from optimiser.roads.conditions import Conditions
from optimiser.roads.network import RoadNetwork
from optimiser.roads.snap import Positions
from optimiser.roads.speeds import Driver, driver_named
from optimiser.roads.times import Places, times, times_between
from optimiser.roads.weights import weigh

log = logging.getLogger(__name__)
_FORM = 1
"""Raised when times are reckoned in another way, so that tables stored before are not taken for new ones."""


@dataclass(frozen=True, eq=False)
class Tables:
    """Times by driver class and hour.

    Parameters
    ----------
    drivers, hours
        Names of the classes, and hours of the week (None: free flow).
    seconds
        One table for each class and hour, keyed by both.
    n_made, n_found
        How many were computed, and how many read from disk.
    """

    drivers: tuple[str, ...]
    hours: tuple[int | None, ...]
    seconds: dict[tuple[str, int | None], NDArray[np.float32]]
    n_made: int
    n_found: int

    def at(self, driver: str, hour_of_week: int | None = None) -> NDArray[np.float32]:
        """Return the table of a class and hour."""
        return self.seconds[driver, hour_of_week]


def tables(
    network: RoadNetwork,
    sources: Places,
    targets: Places | None = None,
    *,
    drivers: Sequence[str | Driver] = ("basic",),
    hours: Sequence[int | None] = (None,),
    factors: NDArray[np.float64] | None = None,
    conditions: Conditions | None = None,
    reverse: bool = False,
    folder: Path | None = None,
    n_threads: int | None = None,
) -> Tables:
    """Return the times of every class in every hour.

    Parameters
    ----------
    network, factors, conditions
        As in :func:`optimiser.roads.weights.weigh`.
    sources, targets
        Junctions or places on streets; without targets, times to all junctions.
    reverse
        Times from all junctions to the sources; only without targets.
    folder
        Where tables are kept; nowhere if None.

    Raises
    ------
    InputError
        As :func:`optimiser.roads.times.times`.
    """
    chosen = [driver_named(d) for d in drivers]
    found: dict[tuple[str, int | None], NDArray[np.float32]] = {}
    made = read = 0
    common = _common(network, sources, targets, conditions, reverse=reverse) if folder else b""
    n_columns = network.n_junctions if targets is None else len(targets)
    for driver in chosen:
        for hour in hours:
            path = None if folder is None else folder / _name(common, driver, hour, factors)
            stored = None if path is None else _read(path, (len(sources), n_columns))
            if stored is not None:
                found[driver.name, hour], read = stored, read + 1
                continue
            weights = weigh(network, driver, hour, factors, conditions)
            if targets is None:
                table = times(network, sources, driver=weights, reverse=reverse, n_threads=n_threads)
            else:
                table = times_between(network, sources, targets, driver=weights, n_threads=n_threads)
            found[driver.name, hour], made = table, made + 1
            if path is not None:
                _keep(path, table)
    return Tables(tuple(d.name for d in chosen), tuple(hours), found, made, read)


def _common(
    network: RoadNetwork,
    sources: Places,
    targets: Places | None,
    conditions: Conditions | None,
    *,
    reverse: bool,
) -> bytes:
    known = hashlib.sha256(repr((__version__, _FORM, network.digest, reverse)).encode())
    for places in (sources, targets):
        if places is None:
            known.update(b"all")
        elif isinstance(places, Positions):
            known.update(b"places" + places.member.astype(np.int64).tobytes() + places.along_frac.tobytes())
        else:
            known.update(b"junctions" + np.asarray(places, dtype=np.int64).tobytes())
    if conditions is not None:
        known.update(conditions.closed_edge.tobytes() + conditions.segment_factor.tobytes())
    return known.digest()


def _name(common: bytes, driver: Driver, hour: int | None, factors: NDArray[np.float64] | None) -> str:
    known = hashlib.sha256(common + repr((astuple(driver), hour)).encode())
    if hour is not None and factors is not None:
        known.update(np.ascontiguousarray(factors[:, hour]).tobytes())
    return f"times-{known.hexdigest()[:24]}.npy"


def _read(path: Path, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    try:
        table: NDArray[np.float32] = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError):
        return None  # half written or damaged: it is made again
    return table if table.shape == shape and table.dtype == np.float32 else None


def _keep(path: Path, table: NDArray[np.float32]) -> None:
    """Store a table whole or not at all; where it cannot be stored it is computed again next time."""
    draft = path.with_name(f".{path.stem}.{os.getpid()}.tmp.npy")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(draft, table, allow_pickle=False)
        draft.replace(path)
    except OSError as error:
        log.warning("a table of times is not kept: %s", reason(error))
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)

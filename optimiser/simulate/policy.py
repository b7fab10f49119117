"""Policies as data. A policy says who goes; the rules of the force (:mod:`.rules`) hold for every policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.simulate.choosing import CROW, NEAREST, OUTSIDE, PRICED, RANDOM, TABLE
from optimiser.simulate.state import PolicyArrays

if TYPE_CHECKING:
    from optimiser.simulate.scene import Scene

Decide = Callable[["Scene"], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Policy:
    """Use the functions below to make one.

    Parameters
    ----------
    name
        As shown to the planner.
    kind
        Number of the compiled rule in :mod:`.choosing`.
    order
        Table policies: units in order of preference, shape (Z, up to U), -1 past the last.
    price
        Priced: seconds added for taking a unit out of a zone, shape (G, H, Z).
    number
        Further numbers of the rule: the radius.
    decide
        A policy from outside, asked at every decision.
    """

    name: str
    kind: int
    order: NDArray[np.int64] = field(default_factory=lambda: np.full((1, 1), -1))
    price: NDArray[np.float64] = field(default_factory=lambda: np.zeros((1, 1, 1)))
    number: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    decide: Decide | None = None

    def arrays(self) -> PolicyArrays:
        """Return the arrays of the engine."""
        return PolicyArrays(
            kind=self.kind,
            order=np.ascontiguousarray(self.order, dtype=np.int32),
            price=np.ascontiguousarray(self.price, dtype=np.float64),
            reach=np.zeros((1, 1), dtype=np.bool_),
            level=np.zeros(1, dtype=np.int32),
            number=np.asarray(self.number, dtype=np.float64),
        )


def nearest() -> Policy:
    """Send the unit that arrives first, each by its own driver class, from where it is now."""
    return Policy(name="nearest by own class", kind=NEAREST)


def crow() -> Policy:
    """Send the unit nearest in a straight line; needs ``Travel.xy_m``."""
    return Policy(name="nearest by crow", kind=CROW)


def random_within(radius_s: float) -> Policy:
    """Send any unit within a travel time, with equal chance by the call's own number; the nearest if none is."""
    return Policy(name="random within radius", kind=RANDOM, number=np.array([float(radius_s)]))


def table(order: NDArray[np.int64], name: str = "table") -> Policy:
    """Send the first free unit of the zone's list, shape (Z, K): hypercube preferences, run cards, nested beats."""
    if np.ndim(order) != 2:
        raise InputError(
            f"A table policy needs a list of units a zone, shape (zones, K), got {np.shape(order)}."
        )
    return Policy(name=name, kind=TABLE, order=np.asarray(order))


def priced(price_s: NDArray[np.float64], name: str = "priced") -> Policy:
    """Send the unit with the least travel time plus the price of the zone it leaves, shape (G, H or 1, Z)."""
    if np.ndim(price_s) != 3:
        raise InputError(f"Prices need shape (grades, slices, zones), got {np.shape(price_s)}.")
    return Policy(name=name, kind=PRICED, price=np.asarray(price_s, dtype=float))


def outside(decide: Decide, name: str) -> Policy:
    """Ask a function at every decision: a call came in, or a unit came free, and calls wait.

    It sees a :class:`optimiser.simulate.scene.Scene` and sends by ``scene.send(unit, call)``.
    """
    return Policy(name=name, kind=OUTSIDE, decide=decide)

"""Policies as data. A policy says who goes; the rules of the force (:mod:`.rules`) hold for every policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.simulate.choosing import COVER, CROW, LEIGH, NEAREST, OUTSIDE, RANDOM, TABLE, VETO
from optimiser.simulate.state import PolicyArrays

if TYPE_CHECKING:
    from optimiser.simulate.scene import Scene

Decide = Callable[["Scene"], None]
_MOST_COVER = 64


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
        Optimised: the terms of each grade, shape (1, G, N_TERMS); see :mod:`.worth`.
    number
        Further numbers of the rule: the radius.
    decide
        A policy from outside, asked at every decision.
    reach, weight, busy_frac
        Covering: which zones a unit in a zone reaches in time, shape (Z, Z); share of demand of each zone, shape
        (Z,); chance that a unit is busy.
    cost_s
        Seconds of way that covering all demand once is worth, by grade, shape (G,).
    posts
        Where units that come free may stand by: the post that adds most cover; empty: each at its own post.
    """

    name: str
    kind: int
    order: NDArray[np.int64] = field(default_factory=lambda: np.full((1, 1), -1))
    price: NDArray[np.float64] = field(default_factory=lambda: np.zeros((1, 1, 1)))
    number: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    decide: Decide | None = None
    reach: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((1, 1), dtype=np.bool_))
    weight: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    busy_frac: float = 0.5
    cost_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    posts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def arrays(self) -> PolicyArrays:
        """Return the arrays of the engine."""
        return PolicyArrays(
            kind=self.kind,
            order=np.ascontiguousarray(self.order, dtype=np.int32),
            price=np.ascontiguousarray(self.price, dtype=np.float64),
            reach=np.ascontiguousarray(self.reach, dtype=np.bool_),
            weight=np.asarray(self.weight, dtype=np.float64),
            power=(1.0 - self.busy_frac) * self.busy_frac ** np.arange(_MOST_COVER),
            cost=np.ascontiguousarray(self.cost_s, dtype=np.float64),
            posts=np.asarray(self.posts, dtype=np.int32),
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


def outside(decide: Decide, name: str) -> Policy:
    """Ask a function at every decision: a call came in, or a unit came free, and calls wait.

    It sees a :class:`optimiser.simulate.scene.Scene` and sends by ``scene.send(unit, call)``.
    """
    return Policy(name=name, kind=OUTSIDE, decide=decide)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cover:
    """What covering means to a policy.

    Parameters
    ----------
    reach
        True where a unit in the first zone reaches the second in time, shape (Z, Z).
    weight
        Urgent demand of each zone, in any unit, shape (Z,).
    busy_frac
        Chance that a unit is busy, below 1.
    """

    reach: NDArray[np.bool_]
    weight: NDArray[np.float64]
    busy_frac: float = 0.5

    def __post_init__(self) -> None:
        n = len(self.weight)
        if np.shape(self.reach) != (n, n):
            raise InputError(f"reach needs shape ({n}, {n}) for {n} weights, got {np.shape(self.reach)}.")
        if (
            not (np.asarray(self.weight) >= 0).all()
            or not np.sum(self.weight) > 0
            or not 0 <= self.busy_frac < 1
        ):
            raise InputError("Weights must be 0 or more and not all 0; busy_frac lies from 0 to below 1.")

    def fields(self) -> dict[str, Any]:
        """Return the fields of a policy."""
        weight = np.asarray(self.weight, dtype=float)
        return {"reach": self.reach, "weight": weight / weight.sum(), "busy_frac": self.busy_frac}


def veto(cover: Cover, most_bared_frac: float) -> Policy:
    """Send the quickest unit that leaves at most this share of demand without any cover; the quickest if none."""
    return Policy(
        name="quickest with coverage veto", kind=VETO, number=np.array([most_bared_frac]), **cover.fields()
    )


def leigh(cover: Cover, most_bared_frac: float, n_nearest: int = 4, *, awaits_ends: bool = True) -> Policy:
    """Send by Leigh's rule: of the few nearest by crow the quickest; less urgent grades with the coverage veto.

    The most urgent grade takes only units free now. The others also count those whose break or prisoner run ends so
    that they are there within the target, and wait for one that is there first. Needs ``Travel.xy_m``.
    Source: Leigh, Dunnett and Jackson, ICORES 2015.
    """
    numbers = np.array([most_bared_frac, float(n_nearest), float(awaits_ends)])
    return Policy(name="Leigh's rule", kind=LEIGH, number=numbers, **cover.fields())


def covering(
    cover: Cover, cost_s: NDArray[np.float64], posts: NDArray[np.int64] | None = None, name: str = "covering"
) -> Policy:
    """Send the unit with the least way plus the price of the cover it takes away; stand by where cover gains most.

    Parameters
    ----------
    cost_s
        Seconds of way that covering all demand once is worth, by grade, shape (G,); 0 is the nearest unit.
    posts
        Zones where units that come free may stand by; None: each at its own post.
    """
    stand = np.zeros(0, dtype=np.int64) if posts is None else np.unique(posts)
    return Policy(
        name=name, kind=COVER, cost_s=np.asarray(cost_s, dtype=float), posts=stand, **cover.fields()
    )

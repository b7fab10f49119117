"""Made-up towns for the hypercube: even, clumped, and with two cars at every post; always the same by seed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def town(n_units: int, load: float, seed: int, n_areas: int = 60) -> tuple[Array, Array, Array]:
    """Return rates, lists by distance and distances (areas, units): posts and areas anywhere in a square."""
    rng = np.random.default_rng([seed, n_units])
    posts, areas = rng.random((n_units, 2)), rng.random((n_areas, 2))
    return _of(posts, areas, rng.gamma(2.0, 1.0, n_areas), load)


def clumped(n_units: int, load: float, seed: int, n_areas: int = 60) -> tuple[Array, Array, Array]:
    """As :func:`town`, all posts and half of the areas around three centres, calls more uneven."""
    rng = np.random.default_rng([seed, n_units, 1])
    centres, half = rng.random((3, 2)), n_areas // 2
    posts = centres[rng.integers(0, 3, n_units)] + rng.normal(0.0, 0.12, (n_units, 2))
    near = centres[rng.integers(0, 3, half)] + rng.normal(0.0, 0.15, (half, 2))
    areas = np.vstack([near, rng.random((n_areas - half, 2))])
    return _of(posts, areas, rng.gamma(1.0, 1.0, n_areas), load)


def paired(n_units: int, load: float, seed: int, n_areas: int = 60) -> tuple[Array, Array, Array]:
    """As :func:`town`, two cars at every post, always sent in the same order."""
    rng = np.random.default_rng([seed, n_units, 2])
    posts = np.repeat(rng.random(((n_units + 1) // 2, 2)), 2, axis=0)[:n_units]
    return _of(posts, rng.random((n_areas, 2)), rng.gamma(2.0, 1.0, n_areas), load)


KINDS = {"even": town, "clumped": clumped, "paired": paired}


def _of(posts: Array, areas: Array, rate: Array, load: float) -> tuple[Array, Array, Array]:
    away = np.hypot(*(areas[:, None] - posts[None]).transpose(2, 0, 1))
    return rate * load * len(posts) / rate.sum(), np.argsort(away, axis=1, kind="stable"), away

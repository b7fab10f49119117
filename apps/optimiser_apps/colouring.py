"""Colours of districts: neighbours differ, and two plans share the colours of what they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from optimiser.report.colours import FILLS, NO_DATA, SEQUENCE, greedy_colours


def district_colours(
    area_ids: Sequence[str], edges: NDArray[np.int64], district_of: Mapping[str, str], names: Sequence[str]
) -> dict[str, str]:
    """Return a colour for each district so that districts which share a border differ."""
    number = {d: k for k, d in enumerate(names)}
    label = np.array([number.get(district_of.get(a, ""), -1) for a in area_ids], dtype=np.int64)
    pairs = label[np.asarray(edges, dtype=np.int64).reshape(-1, 2)]
    meet = np.unique(pairs[(pairs[:, 0] != pairs[:, 1]) & (pairs >= 0).all(axis=1)], axis=0)
    colour = greedy_colours(len(names), meet)
    return {d: FILLS[int(colour[k]) % len(FILLS)] for d, k in number.items()}


def rgb(colour: str, alpha: int = 255) -> list[int]:
    """Return ``#RRGGBB`` as [red, green, blue, alpha]."""
    return [*(int(colour[i : i + 2], 16) for i in (1, 3, 5)), alpha]


def steps(values: NDArray[np.float64]) -> tuple[list[str], list[float]]:
    """Return a colour for each value by its rank among the values, light to dark, and the limits between steps.

    Zero has the colour of no data.
    """
    some = values[values > 0]
    if not some.size:
        return [NO_DATA] * len(values), []
    limits = np.unique(np.quantile(some, np.linspace(0, 1, len(SEQUENCE) + 1)[1:-1]))
    place = np.searchsorted(limits, values, side="left")
    return [
        SEQUENCE[int(p)] if v > 0 else NO_DATA for p, v in zip(place, values, strict=True)
    ], limits.tolist()

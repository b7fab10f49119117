"""What closes or slows roads just now: an overlay on the weights, never a change of the network.

A closed street is closed from junction to junction, since nobody passes it. Delays multiply the time of the street
pieces they name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.roads.network import RoadNetwork


@dataclass(frozen=True, eq=False)
class Conditions:
    """An overlay for one network.

    Parameters
    ----------
    closed_edge
        Edges that nobody may pass, shape (n_edges,).
    segment_factor
        What the time of each segment is multiplied by, shape (n_segments,).
    said
        What was taken in and what could not be, in words.
    """

    closed_edge: NDArray[np.bool_]
    segment_factor: NDArray[np.float64]
    said: tuple[str, ...] = ()

    def belongs_to(self, network: RoadNetwork) -> None:
        """Raise InputError if the overlay is that of another network, or a factor is not above 0."""
        if self.closed_edge.shape != (network.n_edges,) or self.segment_factor.shape != (
            network.streets.n_segments,
        ):
            raise InputError("These road conditions were made for another road network; make them again.")
        if not (np.isfinite(self.segment_factor) & (self.segment_factor > 0)).all():
            raise InputError("Delays on roads must be numbers above 0.")


def clear(network: RoadNetwork) -> Conditions:
    """Return conditions with nothing closed and nothing slow."""
    return Conditions(np.zeros(network.n_edges, dtype=bool), np.ones(network.streets.n_segments))

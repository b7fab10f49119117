"""Turn by turn: a route as steps along named streets, each with its turn, metres and seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.roads.network import RoadNetwork

_SLIGHT_DEG, _TURN_DEG, _SHARP_DEG, _BACK_DEG = 20.0, 55.0, 125.0, 170.0
UNNAMED = "a street without a name"


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of one street.

    Parameters
    ----------
    turn
        How it is entered: ``start``, ``straight on``, ``bear left``, ``left``, ``sharp left``, ``turn round`` and
        the same to the right.
    street
        Its name, "" where it has none.
    length_m, time_s
        Of the stretch.
    """

    turn: str
    street: str
    length_m: float
    time_s: float

    def in_words(self) -> str:
        """Say it as it is read out."""
        name = self.street or UNNAMED
        if self.turn == "start":
            return f"start on {name}"
        if self.turn == "straight on":
            return f"straight on into {name}"
        if self.turn == "turn round":
            return f"turn round on {name}"
        return f"{self.turn} into {name}"


@dataclass(frozen=True, eq=False)
class Stretch:
    """Segments driven in order: their numbers, whether against their own direction, metres and seconds driven."""

    segment: NDArray[np.int32]
    against: NDArray[np.bool_]
    length_m: NDArray[np.float64]
    time_s: NDArray[np.float64]


def steps(network: RoadNetwork, driven: Stretch) -> tuple[Step, ...]:
    """Return the steps of a route; a step ends where the street's name changes or the way turns back on itself."""
    streets = network.streets
    if not len(driven.segment):
        return ()
    start = np.where(driven.against, streets.segment_to[driven.segment], streets.segment_from[driven.segment])
    end = np.where(driven.against, streets.segment_from[driven.segment], streets.segment_to[driven.segment])
    heading = np.degrees(
        np.arctan2(streets.x_m[end] - streets.x_m[start], streets.y_m[end] - streets.y_m[start])
    )
    bend = (np.diff(heading) + 180.0) % 360.0 - 180.0
    name = streets.name[driven.segment]
    back = (np.abs(bend) >= _BACK_DEG) & (driven.segment[1:] == driven.segment[:-1])
    first = np.flatnonzero(np.concatenate([[True], (name[1:] != name[:-1]) | back]))
    length_m = np.add.reduceat(driven.length_m, first)
    time_s = np.add.reduceat(driven.time_s, first)
    found = []
    for k, at in enumerate(first.tolist()):
        text = streets.names[name[at]] if name[at] >= 0 else ""
        turn = "start" if at == 0 else turn_of(float(bend[at - 1]))
        found.append(Step(turn, text, float(length_m[k]), float(time_s[k])))
    return tuple(found)


def turn_of(bend_deg: float) -> str:
    """Name a bend; above 0 is to the right."""
    size, side = abs(bend_deg), "right" if bend_deg > 0 else "left"
    if size < _SLIGHT_DEG:
        return "straight on"
    if size < _TURN_DEG:
        return f"bear {side}"
    if size < _SHARP_DEG:
        return side
    return f"sharp {side}" if size < _BACK_DEG else "turn round"

"""What a question of containment is given: units and when they can be where, the suspect and when it can be there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.base import Rule, Sense, asked, check_relaxations

BLOCK, CONTAIN = "block", "contain"
POSTS_FIRST, AREA_FIRST = "posts", "area"

RULES = (
    Rule("known units", "a plan names only units of the list", "units", relaxable=False),
    Rule("known places", "a plan names only places of the list", "places", relaxable=False),
    Rule("lost units", "no unit that is lost is sent", "units", relaxable=False),
    Rule("lost places", "no place that cannot be held is a post", "places", relaxable=False),
    Rule("one unit a post", "no two units hold one place", "units", relaxable=False),
    Rule("reachable", "every unit can drive to its post", "units", relaxable=False),
    Rule("in time", "every unit is at its post before the suspect can be, with the margin asked for", "s"),
    Rule("exits blocked", "every exit has a unit", "exits"),
    Rule("no way out", "no way leads from the suspect to an exit past the posts", "ways", relaxable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainmentParams:
    """The commander's choices.

    Parameters
    ----------
    aim
        ``block``: a unit at every exit, the last one as early as can be. ``contain``: every way out cut in time.
    first
        Of ``contain``: the fewest ``posts`` first, or the smallest ``area`` first.
    band
        Name of the suspect's speed that is guarded against; the first if "".
    margin_s
        Units are at their posts at least this long before the suspect.
    lost_units, lost_places
        Units that cannot be sent (any more), places that cannot be held.
    relax
        By rule name, the amount by which a hard rule is relaxed in its own unit.
    """

    aim: str = asked(CONTAIN, "", "What is asked", options=(BLOCK, CONTAIN))
    first: str = asked(
        POSTS_FIRST, "", "Fewest posts or smallest area first", options=(POSTS_FIRST, AREA_FIRST)
    )
    band: str = asked("", "", "Speed of the suspect that is guarded against")
    margin_s: float = asked(0.0, "s", "Time at a post before the suspect can be there", minimum=0)
    lost_units: tuple[str, ...] = asked((), "", "Units that are lost")
    lost_places: tuple[str, ...] = asked((), "", "Places that cannot be held")
    relax: Mapping[str, float] = asked({}, "", "Relaxed rules", hidden=True)

    def __post_init__(self) -> None:
        if self.aim not in (BLOCK, CONTAIN):
            raise InputError(f"aim is {self.aim!r}; it should be {BLOCK} or {CONTAIN}.")
        if self.first not in (POSTS_FIRST, AREA_FIRST):
            raise InputError(f"first is {self.first!r}; it should be {POSTS_FIRST} or {AREA_FIRST}.")
        if not 0 <= self.margin_s < np.inf:
            raise InputError(f"margin_s is {self.margin_s}; it must be 0 or more.")
        check_relaxations(self.relax, RULES)

    @property
    def first_sense(self) -> Sense:
        """Direction of the first objective."""
        return "min"


@dataclass(frozen=True, kw_only=True)
class ContainmentProblem:
    """Units, places, the ways between them, and the suspect.

    Parameters
    ----------
    unit_ids
        U units.
    place_ids
        P places where a unit can stand: junctions or exits.
    arrive_s
        When each unit can be at each place, from now, shape (U, P); infinite where it cannot.
    bands
        B speeds of the suspect, from the most to the least feared.
    suspect_s
        When the suspect can be at each place at the earliest, from now (what it drove before the report is behind
        it: below 0 means it has passed), shape (B, P); infinite where it cannot.
    edges
        Ways the suspect can take, from place to place, shape (m, 2).
    start
        Where it may be now or pass before anybody: a post there stops nobody, shape (P,).
    exits
        Places from which it is gone, shape (P,). Of ``block``: the places to block.
    weight
        What lies around each place, metres of street or people, above 0, shape (P,).
    params
        The commander's choices.

    Raises
    ------
    InputError
        If shapes disagree or a number is out of range.
    """

    unit_ids: tuple[str, ...]
    place_ids: tuple[str, ...]
    arrive_s: NDArray[np.float64]
    bands: tuple[str, ...]
    suspect_s: NDArray[np.float64]
    edges: NDArray[np.int64]
    start: NDArray[np.bool_]
    exits: NDArray[np.bool_]
    weight: NDArray[np.float64]
    params: ContainmentParams

    def __post_init__(self) -> None:
        u, p, b = len(self.unit_ids), len(self.place_ids), len(self.bands)
        shapes = {
            "arrive_s": (u, p), "suspect_s": (b, p), "start": (p,), "exits": (p,), "weight": (p,),
            "edges": (len(self.edges), 2),
        }  # fmt: skip
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise InputError(f"{name} has shape {getattr(self, name).shape}; it needs {shape}.")
        for what, ids in (("unit_ids", self.unit_ids), ("place_ids", self.place_ids), ("bands", self.bands)):
            if len(set(ids)) != len(ids) or not ids:
                raise InputError(f"{what} must be one or more, all different.")
        if np.isnan(self.arrive_s).any() or (self.arrive_s < 0).any() or np.isnan(self.suspect_s).any():
            raise InputError("arrive_s must be 0 or more and suspect_s numbers; infinite where nobody comes.")
        if not (np.isfinite(self.weight) & (self.weight > 0)).all():
            raise InputError("weight must be above 0 at every place.")
        if len(self.edges) and not (self.edges.min() >= 0 and self.edges.max() < p):
            raise InputError(f"edges name places outside 0 to {p - 1}.")
        if not self.exits.any():
            raise InputError("There is no exit: name at least one place from which the suspect is gone.")
        if self.params.aim == CONTAIN and not self.start.any():
            raise InputError("It is not known where the suspect is: name at least one place to start from.")
        if self.params.band and self.params.band not in self.bands:
            raise InputError(f"band is {self.params.band!r}; there are {', '.join(self.bands)}.")
        for name in ("arrive_s", "suspect_s", "edges", "start", "exits", "weight"):
            getattr(self, name).flags.writeable = False

    @cached_property
    def earliest_s(self) -> NDArray[np.float64]:
        """When the suspect can be at each place at the speed guarded against, shape (P,)."""
        row = self.bands.index(self.params.band) if self.params.band else 0
        return np.asarray(self.suspect_s[row])

    @cached_property
    def leads_to(self) -> dict[int, list[int]]:
        """Places next on the suspect's ways, by place."""
        found: dict[int, list[int]] = {}
        for a, b in self.edges.tolist():
            found.setdefault(a, []).append(b)
        return found

    @cached_property
    def usable(self) -> NDArray[np.bool_]:
        """Whether a unit can hold a place, all rules of one post kept, shape (U, P)."""
        p = self.params
        may = np.isfinite(self.arrive_s)
        if p.aim == CONTAIN:
            late = self.arrive_s + p.margin_s - float(p.relax.get("in time", 0.0))
            may &= late <= self.earliest_s[None, :] + 1e-9
            may[:, self.start] = False
        may[np.isin(self.unit_ids, p.lost_units)] = False
        may[:, np.isin(self.place_ids, p.lost_places)] = False
        return np.asarray(may)

    def open_exits(self) -> int:
        """Return how many exits may stay open, by relaxation."""
        return int(np.floor(self.params.relax.get("exits blocked", 0.0) + 1e-9))

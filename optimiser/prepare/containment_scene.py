"""A road network, units and a suspect become a question of containment: who can be where, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimiser.errors import InputError
from optimiser.problems.containment import ContainmentParams, ContainmentProblem
from optimiser.roads import Positions, RoadNetwork, Weights, times, weigh
from optimiser.roads.classes import CLASS_INDEX
from optimiser.roads.conditions import Conditions
from optimiser.roads.speeds import Driver
from optimiser.roads.times import seeds
from optimiser.units import minutes

Floats = NDArray[np.float64]
UNNAMED = "unnamed street"
THROUGH = ("motorway", "trunk", "primary", "secondary", "tertiary")
"""Classes of road that lead somewhere: one that ends in nothing ends at the edge of the map."""


@dataclass(frozen=True, eq=False)
class Suspect:
    """Who is looked for.

    Parameters
    ----------
    place
        Where it was last seen, one place on a street.
    driver
        How it moves.
    bands
        Name and how many times as fast as that, from the most to the least feared.
    left_s
        How long ago it was there.
    horizon_s
        From when on it counts as gone: the ways out are the first places beyond this drive.
    keeps_one_ways
        Whether it obeys one-way signs.
    """

    place: Positions
    driver: str
    bands: tuple[tuple[str, float], ...]
    left_s: float
    horizon_s: float
    keeps_one_ways: bool = False


@dataclass(frozen=True, eq=False)
class Unit:
    """A unit that can be sent: its place on a street, driver class, and when it is free, seconds from now."""

    unit_id: str
    place: Positions
    driver: str
    free_in_s: float = 0.0


@dataclass(frozen=True, eq=False)
class ContainmentScene:
    """The question, and where everything is for a map.

    Parameters
    ----------
    problem
        The question.
    place_xy_m
        Of each place, shape (P, 2).
    unit_xy_m
        Of each unit, shape (U, 2).
    suspect_xy_m
        Where it was last seen; None where only exits are blocked.
    assumptions
        What was assumed, in words.
    """

    problem: ContainmentProblem
    place_xy_m: Floats
    unit_xy_m: Floats
    suspect_xy_m: tuple[float, float] | None
    assumptions: tuple[str, ...]


def scene(
    network: RoadNetwork,
    units: Sequence[Unit],
    suspect: Suspect | None,
    params: ContainmentParams,
    *,
    exits: NDArray[np.integer] | None = None,
    exit_ids: tuple[str, ...] = (),
    setup_s: float = 30.0,
    hour_of_week: int | None = None,
    factors: Floats | None = None,
    conditions: Conditions | None = None,
    drivers: Mapping[str, Driver] | None = None,
) -> ContainmentScene:
    """Return the question on a network.

    Parameters
    ----------
    exits, exit_ids
        Junctions to block and their names; for containment they count as ways out beside those beyond the horizon.
    setup_s
        From arrival until a post is held.
    hour_of_week, factors, conditions
        As in :func:`optimiser.roads.weights.weigh`.
    drivers
        Driver classes of the force's own, by name.

    Raises
    ------
    InputError
        If there is no unit, no exit, or the suspect's whole reach lies inside the map.
    """
    if not units:
        raise InputError("There is no unit to send.")
    named = np.zeros(0, dtype=np.int64) if exits is None else np.asarray(exits, dtype=np.int64)

    def weights_of(driver: str) -> Weights:
        return weigh(network, (drivers or {}).get(driver, driver), hour_of_week, factors, conditions)

    if suspect is None:
        junction, fled = named, np.full((1, len(named)), np.inf)
        edges, gone, start = (
            np.zeros((0, 2), dtype=np.int64),
            np.ones(len(named), bool),
            np.zeros(len(named), bool),
        )
        bands: tuple[tuple[str, float], ...] = (("none", 1.0),)
        notes: tuple[str, ...] = ()
    else:
        bands = suspect.bands
        found = _ways(network, _free(weights_of(suspect.driver), suspect), suspect, named)
        junction, edges, gone, start = found.junction, found.edges, found.gone, found.start
        fled = np.stack([found.drive_s / faster - suspect.left_s for _, faster in bands])
        notes = found.notes
    if not len(junction):
        raise InputError("There is no place to hold: name exits, or where the suspect was seen.")
    every = _names(network)
    names = [every[j] for j in junction.tolist()]
    for k, exit_id in zip(named.tolist(), exit_ids, strict=False):
        names[int(np.flatnonzero(junction == k)[0])] = exit_id
    problem = ContainmentProblem(
        unit_ids=tuple(u.unit_id for u in units),
        place_ids=tuple(names),
        arrive_s=_arrive_s(network, units, junction, weights_of) + setup_s,
        bands=tuple(name for name, _ in bands),
        suspect_s=fled,
        edges=edges,
        start=start,
        exits=gone,
        weight=_metres_around(network)[junction],
        params=params,
    )
    at = network.junction_xy_m
    where = None if suspect is None else tuple(suspect.place.xy_m(network)[0].tolist())
    return ContainmentScene(
        problem,
        at[junction],
        np.concatenate([u.place.xy_m(network) for u in units]),
        where,
        notes,
    )


@dataclass(frozen=True, eq=False)
class _Ways:
    junction: NDArray[np.int64]
    drive_s: Floats
    edges: NDArray[np.int64]
    gone: NDArray[np.bool_]
    start: NDArray[np.bool_]
    notes: tuple[str, ...]


def _free(weights: Weights, suspect: Suspect) -> Weights:
    """Return weights of one who goes against one-way signs where that is feared."""
    if suspect.keeps_one_ways:
        return weights
    open_ = np.isfinite(weights.arc_s[0::2]) | np.isfinite(weights.arc_s[1::2])
    return replace(weights, arc_s=np.repeat(np.where(open_, weights.edge_s, np.inf), 2))


def _ways(network: RoadNetwork, weights: Weights, suspect: Suspect, named: NDArray[np.int64]) -> _Ways:
    """Return the junctions within the horizon and the first ones beyond it, with the ways between them."""
    seed, seed_s = seeds(network, suspect.place, weights, reverse=False)
    if not suspect.keeps_one_ways:  # on its own street too
        before = suspect.place.before_s(weights)
        whole = weights.edge_s[suspect.place.edge(network)]
        seed_s = np.column_stack([before, np.maximum(whole - before, 0.0)])
    drive_s = np.full(network.n_junctions, np.inf)
    for j, s in zip(seed[0].tolist(), seed_s[0].tolist(), strict=True):
        if np.isfinite(s):
            drive_s = np.minimum(
                drive_s, s + times(network, np.array([j]), driver=weights)[0].astype(np.float64)
            )
    fastest = max(faster for _, faster in suspect.bands)
    inside = drive_s / fastest <= suspect.horizon_s
    tail = np.column_stack([network.edge_from, network.edge_to]).ravel().astype(np.int64)
    head = np.column_stack([network.edge_to, network.edge_from]).ravel().astype(np.int64)
    used = np.isfinite(weights.arc_s) & (tail != head) & inside[tail]
    tail, head = tail[used], head[used]
    beyond = np.zeros(network.n_junctions, dtype=bool)
    beyond[head] = True
    beyond &= ~inside
    rim = map_rim(network)
    out = beyond.copy()
    out[named] |= inside[named]
    out[rim] |= inside[rim]
    if not out.any():
        raise InputError(
            f"Within {minutes(suspect.horizon_s):.0f} minutes the suspect reaches no way out of the map: nothing leads "
            "beyond. Shorten horizon_min, name exits, or use a larger road file."
        )
    junction = np.flatnonzero(inside | beyond)
    number = np.full(network.n_junctions, -1)
    number[junction] = np.arange(len(junction))
    start = np.zeros(len(junction), dtype=bool)
    start[number[seed[0][np.isfinite(seed_s[0])]]] = True
    notes = (
        f"The suspect counts as gone at the first junction more than {minutes(suspect.horizon_s):.0f} minutes' drive "
        f"from where it was seen ({int(beyond.sum())} such places), at exits that are named, and where a through road "
        f"ends at the edge of the map ({int(inside[rim].sum())} such places); no other street that ends is a way out.",
    )
    edges = np.stack([number[tail], number[head]], axis=1)
    return _Ways(junction, drive_s[junction], edges, out[junction], start, notes)


def map_rim(network: RoadNetwork) -> NDArray[np.int64]:
    """Junctions where a through road (motorway to tertiary) ends in nothing: the map was cut there."""
    ends = np.concatenate([network.edge_from, network.edge_to])
    n_ends = np.bincount(ends, minlength=network.n_junctions)
    first = network.member_segment[network.member_start[:-1]]
    last = network.member_segment[network.member_start[1:] - 1]
    through = np.isin(network.streets.road_class, [CLASS_INDEX[c] for c in THROUGH])
    on_through = np.bincount(
        ends, weights=np.concatenate([through[first], through[last]]), minlength=network.n_junctions
    )
    return np.flatnonzero((n_ends == 1) & (on_through > 0))


def _arrive_s(
    network: RoadNetwork,
    units: Sequence[Unit],
    junction: NDArray[np.int64],
    weights_of: Callable[[str], Weights],
) -> Floats:
    arrive = np.full((len(units), len(junction)), np.inf)
    for driver in sorted({u.driver for u in units}):
        rows = [k for k, u in enumerate(units) if u.driver == driver]
        place = _together([units[k].place for k in rows])
        table = times(network, place, driver=weights_of(driver))
        arrive[rows] = table[:, junction]
    return np.asarray(arrive + np.array([u.free_in_s for u in units])[:, None], dtype=np.float64)


def _together(places: Sequence[Positions]) -> Positions:
    return Positions(
        np.concatenate([p.member for p in places]),
        np.concatenate([p.along_frac for p in places]),
        np.concatenate([p.access_m for p in places]),
    )


def _metres_around(network: RoadNetwork) -> Floats:
    """Half of the street that meets at each junction, and a metre so that none weighs nothing, (n_junctions,)."""
    ends = np.concatenate([network.edge_from, network.edge_to])
    half = np.tile(network.edge_length_m / 2, 2)
    around = np.bincount(ends, weights=half, minlength=network.n_junctions)
    return np.asarray(around + 1.0, dtype=np.float64)


@lru_cache(maxsize=4)
def _names(network: RoadNetwork) -> tuple[str, ...]:
    """Name all junctions by the streets that meet there, with their number; once a network."""
    streets = network.streets
    first = network.member_segment[network.member_start[:-1]]
    last = network.member_segment[network.member_start[1:] - 1]
    meets: list[list[str]] = [[] for _ in range(network.n_junctions)]
    for ends, segment in ((network.edge_from, first), (network.edge_to, last)):
        for j, k in zip(ends.tolist(), streets.name[segment].tolist(), strict=True):
            if k >= 0 and streets.names[k] not in meets[j]:
                meets[j].append(streets.names[k])
    return tuple(f"{' / '.join(sorted(names)[:2]) or UNNAMED} (J{j})" for j, names in enumerate(meets))

"""What the districts of a design are called, and which of them have a centre of their own.

Change from a plan of today can only be counted where districts bear today's names: a given centre takes the district
that it lies in; where several lie in one the nearest does, and the others take the districts left, with the least
driving; a free one is sought on the old ground of its district.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from optimiser.errors import InputError
from optimiser.prepare.sectors_setup import SectorsSetup
from optimiser.problems.sectors.params import ObjectiveName

FloatArray = NDArray[np.float64]


def counts_change(setup: SectorsSetup, aims: Sequence[ObjectiveName]) -> bool:
    """Say whether the question counts what changes from today's plan, so that names of today have a meaning."""
    weighed = "score" in aims and setup.weights.get("moved", 0.0) > 0
    return setup.change_limit_frac < 1 or setup.core_steps > 0 or "moved" in aims or weighed


def free_names(setup: SectorsSetup, in_use: Sequence[str], n: int, *, counts: bool) -> tuple[str, ...]:
    """Return the names of districts whose centres are open.

    Raises
    ------
    InputError
        If change counts and it is not said which districts of today go, or where a new one has its centre.
    """
    names = setup.names
    if not names and not counts:
        letter = "B" if setup.level == "beats" else "D"
        return tuple(f"{letter}{k + 1}" for k in range(n))
    if not names and n < len(in_use):
        raise InputError(
            f"Change is counted from {len(in_use)} {setup.level} of today ({', '.join(in_use)}), and {n} are asked "
            "for: say with names which of them stay."
        )
    names = names or and_new(in_use, n)
    open_ = [d for d in names if d not in in_use and d not in setup.centre_of]
    if counts and in_use and open_:
        raise InputError(
            f"Change is counted, and {', '.join(open_)} {'is' if len(open_) == 1 else 'are'} none of today's "
            f'{setup.level}: give each a centre, as centre_of = {{"{open_[0]}" = "AREA"}}.'
        )
    return names


def and_new(names: Sequence[str], n: int) -> tuple[str, ...]:
    """Return the names and as many new ones as ``n`` districts need."""
    new = [f"new {k + 1}" for k in range(n) if f"new {k + 1}" not in names]
    return (*names, *new[: n - len(names)])


def given_names(
    setup: SectorsSetup,
    centre_ids: Sequence[str],
    near: Sequence[str],
    ground: Sequence[str],
    drive: FloatArray,
    *,
    counts: bool,
) -> tuple[str, ...]:
    """Return the name of the district of each given centre.

    Parameters
    ----------
    near
        Today's district of the area that each centre lies in, "" for none.
    ground
        Districts of today; ``drive`` (C, ground) is the mean drive from each centre to the calls of each.
    """
    pairs = centres_by_name(setup, centre_ids)
    alone = all(near) and len(set(near)) == len(near)
    if alone and not setup.names and all(near[k] == name for name, k in pairs):
        return tuple(near)
    numbered = tuple(f"{'B' if setup.level == 'beats' else 'D'}{k + 1}" for k in range(len(centre_ids)))
    by_ground = counts and bool(ground)
    spare = list(setup.names or (ground if by_ground or alone else numbered))
    if not (setup.names or by_ground or alone or pairs):
        return tuple(centre_ids) if setup.centres == "stations" else numbered
    found = [""] * len(centre_ids)
    for name, k in pairs:
        found[k] = name
    _own_ground(found, near, ground, drive, spare)
    _nearest_ground(found, ground, drive, spare)
    left = [d for d in spare if d not in found and (setup.names or d not in ground)]
    fresh = (name for name in (f"new {k + 1}" for k in range(2 * len(centre_ids))) if name not in found)
    return tuple(name or (left.pop(0) if left else next(fresh)) for name in found)


def _own_ground(
    found: list[str], near: Sequence[str], ground: Sequence[str], drive: FloatArray, spare: Sequence[str]
) -> None:
    """Give each district of today the nearest of the centres that lie in it."""
    for g, name in enumerate(ground):
        mine = [k for k, d in enumerate(near) if d == name and not found[k]]
        if mine and name in spare and name not in found:
            found[min(mine, key=lambda k: drive[k, g])] = name


def _nearest_ground(found: list[str], ground: Sequence[str], drive: FloatArray, spare: Sequence[str]) -> None:
    """Give the centres that are left the districts of today that are left, the least driving in all."""
    open_ = [k for k, name in enumerate(found) if not name]
    there = [g for g, name in enumerate(ground) if name in spare and name not in found]
    for k, g in zip(*linear_sum_assignment(drive[np.ix_(open_, there)]), strict=True):
        found[open_[k]] = ground[there[g]]


def centres_by_name(setup: SectorsSetup, centre_ids: Sequence[str]) -> list[tuple[str, int]]:
    """Return the districts that the planner gave a centre, with the place of that centre.

    Raises
    ------
    InputError
        If a centre is none of the candidates.
    """
    row = {name: k for k, name in enumerate(centre_ids)}
    strange = sorted(set(setup.centre_of.values()) - set(row))
    if strange:
        some = ", ".join(centre_ids[:5]) + (" ..." if len(centre_ids) > 5 else "")
        raise InputError(
            f"centre_of names {', '.join(strange[:5])}, where no centre may lie; there are {some}."
        )
    return [(name, row[centre]) for name, centre in setup.centre_of.items()]


def own_centres(setup: SectorsSetup, names: Sequence[str], centre_ids: Sequence[str]) -> tuple[str, ...]:
    """Return the centre of each district where centres are open: the given one, "" for free; none where all are.

    Raises
    ------
    InputError
        If a centre is given to a district that is not asked for.
    """
    strange = sorted(set(setup.centre_of) - set(names))
    if strange:
        raise InputError(
            f"centre_of names {', '.join(strange)}; the {setup.level} of this plan are {', '.join(names)}."
        )
    centres_by_name(setup, centre_ids)
    return tuple(setup.centre_of.get(d, "") for d in names) if setup.centre_of else ()


def mean_drives(
    today: Sequence[str], ground: Sequence[str], travel_s: FloatArray, calls: FloatArray
) -> FloatArray:
    """Return the mean drive from each centre to the calls of each district of today, shape (C, ground), in seconds."""
    label = np.array(today, dtype=object)
    found = np.zeros((len(travel_s), len(ground)))
    for g, name in enumerate(ground):
        mine = label == name
        weight = calls[mine] + 1e-9  # an area without calls still says where a district lies
        found[:, g] = travel_s[:, mine] @ weight / weight.sum()
    return np.nan_to_num(found, posinf=1e9)

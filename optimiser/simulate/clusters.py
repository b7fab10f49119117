"""The hypercube for any number of units: an exact small cube around each unit, all others by how many are busy.

Larson's N equations (:func:`optimiser.simulate.hypercube.larson`) know one workload a unit and correct as if the units
ahead of it were drawn at random. A unit that comes after its neighbours is busy just when these are busy together,
which is far from random: made-up towns have single units 10 to 40 % off. Here the neighbours are kept together.

Around unit f stands a cube C of c units: f and those it leans on most, by the calls it takes because they are busy.
A state is (S, m): the set S of C that is busy, and how many m of the M = N - c others are. Then

(1) how many are busy in all, k = |S| + m, is a birth-death chain of known probabilities (Erlang's);
(2) units inside end calls at rate 1 each, those outside at rate m;
(3) area j's calls reach unit i inside, free, with the set A ahead of it inside busy, with chance
    prod_q x_q / (1 + x_q) over the units outside ahead of i on j's list (q = 0, 1, .. of them passed before);
(4) x_q = w_q(k) z_q d_q t_q: odds that the unit is busy, at the level k = m + E(|S| | A busy, i free, m). w_q(k) are
    its odds by its own cube; z_q makes the chances of all outside add up to m, moving most those whose cubes have
    least in common with C (calls seldom meet them); d_q is drawing without replacement; t_q says by how much its odds
    rise where A and those passed are busy and i is free. That is read from the witness: the cube, whosever it is,
    that holds q and most of those ahead of it on j's list. With g = M / N, of those passed d_q counts whom the
    witness does not know whole, the others by 1 - g: where few are outside, m tells more of them than k does;
(5) what does not stay inside goes to the units outside, m to m + 1.

Each round sweeps every cube by (1) to (5); w and t are those last read. A unit's workload is read in its own cube;
at each level the odds of all are scaled so that k are busy. Dispatches are read by (3) and scaled to workloads and
rates of calls, rows and columns in turn. Nothing is random. With c = N the answer is the exact one.

What it does not know: which units of S are busy beside those ahead on the list, when it says who is busy outside; and
lists of which no cube holds enough. Units hardly ever sent (nobody's first choice, or second car of a post) suffer
most: their calls need many busy at once.

Measured against the exact model (calls lost, loads 0.2 to 0.8), relative error of the worst single unit. Cubes of 12
of 14 units, 90 towns: even 0.5 %, clumped 1.4 %, two cars a post 0.6 %; 12 of 18 units, 30 towns: 0.9, 0.6 and 1.4 %.
Cubes of 8 of 14, at load 0.5: 1.1 % in clumps, 0.5 % even. Up to 12 units the answer is exact; of 14 to 30 a cube
holds 12, of 50 units 11, of 200 units 7. Beyond 20 units only simulation says how far off it is. Of 50 units (one
even town, load 0.5, 50 million simulated calls, the levels weighted by (1), each unit sure to 0.2 %) the worst is 0.9
%, the mean 0.2 %; with cubes of 9 and 7 units 1.5 and 1.9 %. With ties from each unit's own cube alone, as it was, it
was 2.0, 2.5 and 4.2 %: the error was in calls that pass three or more units outside, of which a fifth to a third were
missing. Of 50 units in clumps a unit that is hardly ever busy (4 % of the time) is 6 % off, the mean 0.7 %.

Sources: Larson, Approximating the performance of urban emergency service systems, Operations Research 23 (1975);
Boyaci and Geroliminis, Approximation methods for large-scale spatial queueing systems, Transportation Research B 74
(2015), who also keep groups of units apart and count the rest. The closure (4) is our own.
"""

from __future__ import annotations

from math import lgamma

import numpy as np

from optimiser.errors import InputError
from optimiser.simulate import cluster_ground as ground
from optimiser.simulate import cluster_loops as loops
from optimiser.simulate.cube import level_of
from optimiser.simulate.hypercube import (
    FloatArray,
    Hypercube,
    IntArray,
    checked,
    ladder_of,
    larson,
    merged,
)

MOST_IN_A_CUBE = 12
_STATES = 1 << 22  # of all cubes together
_NEVER = 1e-8  # numbers of busy units rarer than this are left out
_SWEEPS = 3  # of each cube in a round
_LEAST_DOUBT = 1e-3
_INDIRECT = 0.25  # weight of those leaned on by those leaned on


def approximate(
    rate: FloatArray,
    order: IntArray,
    service_rate: float = 1.0,
    *,
    queue: bool = True,
    cube: int | None = None,
    tolerance: float = 1e-6,
    most_rounds: int = 60,
) -> Hypercube:
    """Solve the model by overlapping cubes: any number of units, one service rate.

    Parameters, errors as in :func:`optimiser.simulate.hypercube.exact`, and

    Parameters
    ----------
    cube
        Units of one cube, 1 or more; None for as many as all cubes' states allow (12 at most). Time and memory double
        with each.
    tolerance
        Rounds end when no workload moves by more.

    Returns
    -------
    Hypercube
        ``sweeps`` are rounds, ``states`` are None.
    """
    if cube is not None and cube < 1:
        raise InputError(f"A cube takes 1 unit or more, got {cube}.")
    given, order, mu = checked(rate, order, service_rate, queue)
    load, order, member = merged(given / mu[0], order)
    n_units, total = order.shape[1], float(load.sum())
    ladder = ladder_of(n_units, total, np.ones(n_units))
    busy, sends, rounds = _settled(load, order, ladder, cube, tolerance, most_rounds)
    waiting = ladder[-1] * total / (n_units - total) if queue else 0.0
    all_busy = float((ladder[-1] + waiting) / (1.0 + waiting))
    # areas of one list share its calls by their rates
    part = np.divide(given / mu[0], load[member], out=np.zeros(len(given)), where=load[member] > 0)
    sends = sends[:, member] * part[None, :] / (1.0 + waiting)
    if queue:
        sends += all_busy / n_units * (given / given.sum())[None, :]
    return Hypercube(
        workload=(busy + waiting) / (1.0 + waiting),
        sends=sends,
        all_busy=all_busy,
        lost_frac=0.0 if queue else all_busy,
        states=None,
        sweeps=rounds,
    )


def _settled(
    load: FloatArray,
    order: IntArray,
    ladder: FloatArray,
    cube: int | None,
    tolerance: float,
    most_rounds: int,
) -> tuple[FloatArray, FloatArray, int]:
    """Go on until the cubes agree, calls lost where all are busy: workloads, dispatches, rounds."""
    n_units, total = order.shape[1], float(load.sum())
    often = np.flatnonzero(ladder > _NEVER)
    low, high = int(often[0]), int(often[-1])
    ladder = np.where((np.arange(n_units + 1) < low) | (np.arange(n_units + 1) > high), 0.0, ladder)
    c = cube_size(n_units, high - low + 1) if cube is None else min(cube, n_units)
    bits = level_of(c)
    guess = larson(load, order, queue=False).workload
    place = _places(ground.leaning(load, order, guess), c)
    doubts = np.maximum(ground.doubt(load, order, place, guess), _LEAST_DOUBT)
    areas, begin = ground.seen_areas(order, place, guess)
    states = np.tile(_start(n_units, c, bits, ladder), (n_units, 1, 1))
    share = np.tile(np.arange(n_units + 1) / n_units, (n_units, 1))
    odds = np.ones((n_units + 1, n_units))
    loops.level_odds(share, doubts, low, high, odds)
    together = np.zeros((n_units, 1 << c, n_units + 1))
    for f in range(n_units):
        loops.read(states[f], bits, low, high, share[f], together[f])
    witness, heads = ground.witnesses(order, place, guess)
    fixed = (load, order, areas, begin, place, witness, heads, ladder, low, high, bits)
    busy, moved, done = np.zeros(n_units), 1.0, 0
    while done < most_rounds and moved > tolerance:
        loops.one_round(*fixed, _SWEEPS, odds, states, share, together, np.empty((0, 0)))
        loops.level_odds(share, doubts, low, high, odds)
        now = ladder[1:-1] @ (odds[1:-1] / (1.0 + odds[1:-1])) + ladder[-1]
        moved, busy = float(np.abs(now - busy).max()), now
        done += 1
    sends = np.zeros((n_units, len(load)))
    loops.one_round(*fixed, 0, odds, states, share, together, sends)
    return busy, _fitted(sends, busy / total, load / total * (1.0 - ladder[-1])), done


def cube_size(n_units: int, width: int) -> int:
    """Return how many units a cube takes: as many as the states of all cubes allow, 12 at most."""
    c = 1
    while c < min(n_units, MOST_IN_A_CUBE) and n_units * min(n_units - c, width) << (c + 1) <= _STATES:
        c += 1
    return c


def _places(lean: FloatArray, c: int) -> IntArray:
    """Bit of each unit in each unit's cube, -1 outside, shape (N, N): itself, then those it leans on most."""
    lean = lean + _INDIRECT * lean @ lean
    np.fill_diagonal(lean, np.inf)
    own = np.argsort(-lean, axis=1, kind="stable")[:, :c]
    place = np.full(lean.shape, -1)
    np.put_along_axis(place, own, np.arange(c)[None, :], axis=1)
    return place


def _start(n_units: int, c: int, bits: IntArray, ladder: FloatArray) -> FloatArray:
    """All sets of one size alike."""

    def choices(n: int) -> FloatArray:
        return np.array([lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) for k in range(n + 1)])

    level = bits[:, None] + np.arange(n_units - c + 1)[None, :]
    return np.asarray(ladder[level] * np.exp(choices(n_units - c)[None, :] - choices(n_units)[level]))


def _fitted(sends: FloatArray, rows: FloatArray, columns: FloatArray) -> FloatArray:
    """Scale rows and columns in turn until they add up as told."""
    for _ in range(200):
        sends = sends * (columns / np.maximum(sends.sum(axis=0), 1e-300))[None, :]
        found = sends.sum(axis=1)
        if np.abs(found - rows).max() < 1e-12:
            break
        sends = sends * (rows / np.maximum(found, 1e-300))[:, None]
    return sends

"""Published location instances as standby questions, and the generators behind them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numba import njit
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path

from optimiser.demand.patterns import Patterns, merge_places
from optimiser.problems.standby import StandbyParams, StandbyProblem
from tests.benchmarks.spec import SHARED

LOCATION = SHARED / "location"
EARTH_M = 6_378_100.0
"""The radius that the AILS instances were made with."""
SIDE = 30.0
"""Side of the square of Cordeau's instances."""
_RAND_MAX = 2_147_483_647


@njit(cache=True)
def glibc_rand(seed: int, n: int) -> NDArray[np.uint32]:
    """The first ``n`` numbers of glibc's ``rand()`` after ``srand(seed)`` (its additive feedback generator)."""
    r = np.zeros(n + 344, dtype=np.uint32)
    word = np.int64(seed)
    r[0] = np.uint32(word)
    for i in range(1, 31):
        word = (16807 * word) % 2147483647
        r[i] = np.uint32(word)
    for i in range(31, 34):
        r[i] = r[i - 31]
    for i in range(34, n + 344):
        r[i] = r[i - 31] + r[i - 3]
    for i in range(344, n + 344):
        r[i] >>= np.uint32(1)
    return r[344:]


def cordeau(
    n_sites: int, n_calls: int, seed: int, chunk: int = 5_000_000
) -> tuple[NDArray[np.float64], Iterator[tuple[NDArray[np.float64], NDArray[np.uint8]]]]:
    """Sites (S, 2), and calls (k, 2) with demands 1 to 100 in chunks, of Cordeau's grid instance with site cost 1."""
    drawn = glibc_rand(seed, 3 * (n_sites + n_calls))

    def places(first: int, last: int) -> NDArray[np.float64]:
        return (drawn[2 * first : 2 * last] / _RAND_MAX * SIDE).reshape(-1, 2)

    def calls() -> Iterator[tuple[NDArray[np.float64], NDArray[np.uint8]]]:
        demand = drawn[2 * (n_sites + n_calls) + n_sites :]
        for first in range(0, n_calls, chunk):
            last = min(n_calls, first + chunk)
            yield places(n_sites + first, n_sites + last), (demand[first:last] % 100 + 1).astype(np.uint8)

    return places(0, n_sites), calls()


def question(p: Patterns, n_posts: int, params: StandbyParams, **more: NDArray[np.float64]) -> StandbyProblem:
    """Patterns as a standby question with posts 0, 1, ... of cost 1."""
    return StandbyProblem(
        post_ids=tuple(map(str, range(n_posts))),
        post_cost=np.ones(n_posts),
        part_ids=("all day",),
        starts=p.starts,
        posts=p.posts,
        band=p.band,
        weight=p.weight,
        params=params,
        **more,
    )


def by_distance(
    distance: NDArray[np.float64], radius: float, weight: NDArray[np.float64], params: StandbyParams
) -> StandbyProblem:
    """Covering by a table of distances (calls, posts) and a radius."""
    near = distance <= radius
    starts = np.concatenate([[0], np.cumsum(near.sum(axis=1))]).astype(np.int64)
    posts = np.nonzero(near)[1].astype(np.int32)
    band = np.zeros(posts.size, dtype=np.int8)
    return question(merge_places(starts, posts, band, weight[:, None]), distance.shape[1], params)


def median(distance: NDArray[np.float64], weight: NDArray[np.float64], n_cars: int) -> StandbyProblem:
    """The p-median question of a table of distances (calls, posts)."""
    n, s = distance.shape
    far = float(distance.max()) + 1.0
    return StandbyProblem(
        post_ids=tuple(map(str, range(s))),
        post_cost=np.ones(s),
        part_ids=("all day",),
        starts=np.arange(n + 1, dtype=np.int64) * s,
        posts=np.tile(np.arange(s, dtype=np.int32), n),
        band=np.zeros(n * s, dtype=np.int8),
        weight=weight[:, None].astype(np.float64),
        drive_s=distance.ravel().astype(np.float64),
        params=StandbyParams(n_cars=(n_cars,), objectives=("travel",), far_s=far),
    )


def ails(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distances in metres and demands of an AILS instance (New York, Bronx)."""
    lines = (LOCATION / "mclp_ails" / f"{name}.txt").read_text().splitlines()
    at = next(k for k, text in enumerate(lines) if text.startswith("NODE_COORD"))
    then = next(k for k, text in enumerate(lines) if text.startswith("DEMAND"))
    places = np.radians(np.array([text.split()[:2] for text in lines[at + 1 : then]], dtype=float))
    demand = [text.split()[-1] for text in lines[then + 1 :] if text.strip() and "EOF" not in text]
    lat, lon = places.T
    chord = np.sin((lat[:, None] - lat) / 2) ** 2
    chord += np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(chord)), np.array(demand, dtype=float)


def pmed(number: int) -> tuple[NDArray[np.float64], int]:
    """Shortest paths between all nodes and the number of medians; of an edge given twice the last length counts."""
    text = (LOCATION / "pmed" / f"pmed{number}.txt").read_text().split()
    n, m, p = map(int, text[:3])
    rows = np.array(text[3 : 3 + 3 * m], dtype=np.int64).reshape(m, 3)
    length = {(min(u, v), max(u, v)): w for u, v, w in rows.tolist()}
    ends = np.array(list(length), dtype=np.int64) - 1
    graph = sp.csr_array((list(length.values()), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return np.asarray(shortest_path(graph, directed=False)), p


def spopt_sf() -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Network distances (tracts, stores), population, and the stores' names of the San Francisco set."""
    import pandas as pd

    path = LOCATION / "spopt_sf" / "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    table = pd.read_csv(path, dtype={"DestinationName": str, "name": str})
    wide = table.pivot_table(values="distance", index="DestinationName", columns="name")
    demand = table.drop_duplicates("DestinationName").set_index("DestinationName")["demand"]
    return wide.to_numpy(), demand.loc[wide.index].to_numpy(dtype=float), list(map(str, wide.columns))


def cpmp(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64], float, int]:
    """Plain distances, demands, the capacity of a centre and the number of centres."""
    path = next(p for p in (LOCATION / "cpmp").iterdir() if p.stem == name)
    numbers = np.array(Path(path).read_text().split(), dtype=float)
    n, p = int(numbers[0]), int(numbers[1])
    rows = numbers[2 : 2 + 4 * n].reshape(n, 4)
    gap = rows[:, None, :2] - rows[None, :, :2]
    return np.hypot(gap[..., 0], gap[..., 1]), rows[:, 3], float(rows[0, 2]), p

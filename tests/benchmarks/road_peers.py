"""The same shortest paths by other programs: seconds taken, and the table they return."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

Floats = NDArray[np.float64]
NETWORKX_SOURCES = 10
PANDANA_SOURCES = 60
_PANDANA_SCALE = 100.0  # pandana keeps weights as whole thousandths: scaled up, they are whole 1e-5 s
_PANDANA_FAR = 4_294_967.0  # what it returns where there is no way


@dataclass(frozen=True)
class Answer:
    """What a peer took and found; ``seconds`` is for all sources, scaled up where fewer were searched."""

    seconds: float
    build_s: float
    table: Floats
    note: str = ""


def by_scipy(matrix: csr_matrix, sources: NDArray[np.int32]) -> Answer:
    """scipy.sparse.csgraph.dijkstra, double precision, one thread."""
    started = time.perf_counter()
    table = dijkstra(matrix, indices=sources)
    return Answer(time.perf_counter() - started, 0.0, table)


def by_igraph(matrix: csr_matrix, sources: NDArray[np.int32]) -> Answer:
    """igraph's distances, double precision, one thread."""
    import igraph

    started = time.perf_counter()
    tail, head = matrix.nonzero()
    graph = igraph.Graph(n=matrix.shape[0], edges=np.column_stack([tail, head]).tolist(), directed=True)
    weights = matrix.data.tolist()
    built = time.perf_counter()
    table = np.array(graph.distances(source=sources.tolist(), weights=weights))
    return Answer(time.perf_counter() - built, built - started, table)


def by_networkx(matrix: csr_matrix, sources: NDArray[np.int32]) -> Answer:
    """networkx on the first sources only, the time scaled to all of them."""
    import networkx

    started = time.perf_counter()
    graph = networkx.from_scipy_sparse_array(matrix, create_using=networkx.DiGraph)
    built = time.perf_counter()
    few = sources[:NETWORKX_SOURCES]
    table = np.full((len(few), matrix.shape[0]), np.inf)
    for row, source in enumerate(few.tolist()):
        found = networkx.single_source_dijkstra_path_length(graph, source)
        table[row, list(found)] = list(found.values())
    took = (time.perf_counter() - built) * len(sources) / len(few)
    return Answer(took, built - started, table, f"{len(few)} of {len(sources)} sources, scaled")


def by_pandana(matrix: csr_matrix, sources: NDArray[np.int32]) -> Answer:
    """pandana on the first sources, all threads, through its pairs interface (it has no other)."""
    return by_pandana_between(matrix, sources, np.arange(matrix.shape[0]), PANDANA_SOURCES)


def by_pandana_between(
    matrix: csr_matrix, sources: NDArray[np.int32], targets: NDArray[np.integer], n_sources: int
) -> Answer:
    """The same to some nodes only, for the first ``n_sources``; the time is scaled to all of them."""
    import pandana
    import pandas as pd

    n = len(targets)
    tail, head = matrix.nonzero()
    place = pd.Series(np.arange(matrix.shape[0], dtype=float))
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        weights = pd.DataFrame({"s": matrix.data * _PANDANA_SCALE})
        graph = pandana.Network(place, place, pd.Series(tail), pd.Series(head), weights, twoway=False)
    built = time.perf_counter()
    few = sources[:n_sources]
    pairs = graph.shortest_path_lengths(np.repeat(few, n), np.tile(targets, len(few)))
    took = (time.perf_counter() - built) * len(sources) / len(few)
    table = np.array(pairs, dtype=float).reshape(len(few), n)
    table = np.where(table >= _PANDANA_FAR, np.inf, table / _PANDANA_SCALE)
    return Answer(
        took,
        built - started,
        table,
        f"{len(few)} of {len(sources)} sources, scaled; weights rounded to 1e-5 s",
    )


PEERS: dict[str, Callable[[csr_matrix, NDArray[np.int32]], Answer]] = {
    "scipy": by_scipy,
    "igraph": by_igraph,
    "networkx": by_networkx,
    "pandana": by_pandana,
}
TOLERANCE_S = {"scipy": 0.01, "igraph": 0.01, "networkx": 0.01, "pandana": 0.05}


def gap_s(ours: NDArray[np.floating], theirs: Floats) -> float:
    """Largest difference; infinite where one side alone finds a way."""
    both = np.isfinite(ours) & np.isfinite(theirs)
    if (np.isfinite(ours) != np.isfinite(theirs)).any():
        return float("inf")
    return float(np.abs(ours[both] - theirs[both]).max(initial=0.0))

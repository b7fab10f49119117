"""Counties and tracts of American states as sectors questions, with what is published of them.

Graphs, populations, plans and known values: Validi, Buchanan and Lykhovyd (Operations Research 70, 2022), Validi and
Buchanan (Mathematical Programming Computation 14, 2022), and others; formats and definitions stand with the data. A
unit is an area, its population the work and the calls, every unit a candidate centre. Districts have between L and U
people, whole numbers: the windows of the question admit exactly those (:func:`question`).
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components, shortest_path

from optimiser.problems.sectors import SectorsParams, SectorsPlan, SectorsProblem
from tests.benchmarks.spec import SHARED, needs_shared

FOLDER = SHARED / "sectors" / "us_states"
EPSG = {
    "AL": 2759, "AR": 2764, "CO": 2772, "DE": 2776, "IA": 2794, "ID": 2787, "KS": 2796, "LA": 2800, "ME": 2802,
    "MS": 2813, "MT": 2818, "ND": 2832, "NE": 2819, "NH": 2823, "NM": 2826, "OK": 2836, "OR": 2838, "RI": 2840,
    "SC": 3360, "SD": 2841, "VT": 2852, "WV": 2857, "WY": 2863,
}  # fmt: skip
"""The state plane in which the published distances are measured."""
NAD83 = 4269
WINDOW = (0.995, 1.005)
"""Least and most people of a district, as a share of the mean."""
MILLION = 1e6
M_PER_KM = 1000.0
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Graph:
    """Units of a state: ids, people (n,), links (m, 2), and where they are, longitude and latitude (n, 2) or empty."""

    ids: tuple[str, ...]
    people: Ints
    edges: Ints
    where: Floats

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.ids)

    def links(self) -> sp.csr_array:
        """Return the links as a symmetric matrix of ones, shape (n, n)."""
        i, j = self.edges.T
        ones = np.ones(2 * len(self.edges))
        return sp.csr_array((ones, (np.r_[i, j], np.r_[j, i])), shape=(self.n, self.n))


def _json(*path: str) -> dict[str, Any]:
    needs_shared()
    found: dict[str, Any] = json.loads((FOLDER.joinpath(*path)).read_text(encoding="utf-8"))
    return found


def _rows(*path: str) -> list[dict[str, str]]:
    needs_shared()
    with FOLDER.joinpath(*path).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@cache
def graph(level: str, state: str) -> Graph:
    """Read the counties ("county") or tracts ("tract") of a state with the people of 2010.

    Where a file has no centroids (counties of KY and MS), the interior points stand in.
    """
    found = _json("graphs", level, f"{state}.json")
    nodes = found["nodes"]
    at = [node[2:4] if node[2] is not None else node[4:6] for node in nodes]
    return Graph(
        ids=tuple(str(node[0]) for node in nodes),
        people=np.array([node[1] for node in nodes], dtype=np.int64),
        edges=np.array([edge[:2] for edge in found["edges"]], dtype=np.int64).reshape(-1, 2),
        where=np.array(at, dtype=np.float64),
    )


@cache
def hop_graph(state: str) -> Graph:
    """Read the counties of a state with the people of 2020, without places."""
    found = _json("hop2020", f"{state}.json")
    return Graph(
        ids=tuple(str(node[0]) for node in found["nodes"]),
        people=np.array([node[1] for node in found["nodes"]], dtype=np.int64),
        edges=np.array(found["edges"], dtype=np.int64).reshape(-1, 2),
        where=np.zeros((0, 2)),
    )


@cache
def fl25() -> Graph:
    """Read the 25 precincts whose 117,688 contiguous plans of three districts are published."""
    found = _json("fl25", "fl25_graph.json")
    return Graph(
        ids=tuple(map(str, found["geoid"])),
        people=np.array(found["pop"], dtype=np.int64),
        edges=np.array(found["edges"], dtype=np.int64).reshape(-1, 2),
        where=np.zeros((0, 2)),
    )


@cache
def _perturbed() -> dict[str, Any]:
    return _json("perturbed_county_populations.json")


def perturbed(state: str, number: int) -> Graph:
    """Return the counties of a state with a perturbed population, in the order of :func:`graph`."""
    base, store = graph("county", state), _perturbed()
    people = dict(zip(store[f"_order_{state}"], store[f"{state}_{number:02}.population"], strict=True))
    return Graph(base.ids, np.array([people[g] for g in base.ids], dtype=np.int64), base.edges, base.where)


def made_up(side: int, seed: int) -> Graph:
    """Return a square grid of units with 50 to 150 people each, some links missing."""
    rng = np.random.default_rng(seed)
    cell = np.arange(side * side).reshape(side, side)
    across = np.column_stack([cell[:, :-1].ravel(), cell[:, 1:].ravel()])
    down = np.column_stack([cell[:-1].ravel(), cell[1:].ravel()])
    edges = np.concatenate([across[rng.random(len(across)) < 0.9], down])
    people = rng.integers(50, 151, side * side)
    return Graph(tuple(f"u{i:03d}" for i in range(side * side)), people, edges, np.zeros((0, 2)))


def window(people: Ints, k: int) -> tuple[int, int]:
    """Return L and U, the least and most people of one of k districts.

    Published limits are these but for one person in three rows (:func:`known_inertia` and its like tell them).
    """
    total = int(people.sum())
    # in thousandths, so that no rounding can shift a whole number
    return -((-995 * total) // (1000 * k)), (1005 * total) // (1000 * k)


def distance_km(g: Graph, state: str) -> Floats:
    """Return whole kilometres between the units in the plane of the state, shape (n, n)."""
    from pyproj import Transformer

    plane = Transformer.from_crs(NAD83, EPSG[state], always_xy=True)
    x, y = plane.transform(g.where[:, 0], g.where[:, 1])
    return np.rint(np.hypot(np.subtract.outer(x, x), np.subtract.outer(y, y)) / M_PER_KM)


def hops(g: Graph) -> Floats:
    """Return the fewest links between the units, shape (n, n)."""
    return np.asarray(shortest_path(g.links(), unweighted=True, directed=False))


def question(
    g: Graph,
    k: int,
    *,
    objective: str,
    distance: Floats | None = None,
    contiguity: bool = True,
    limits: tuple[int, int] | None = None,
) -> SectorsProblem:
    """Return a sectors question whose windows admit exactly the whole numbers from L to U.

    Parameters
    ----------
    objective
        "compactness": millions of people times squared metres; "travel": people times ``distance`` as it is (hops);
        "boundary": links cut.
    distance
        Shape (n, n); 0 everywhere by default.
    limits
        L and U, by default those of :func:`window`.
    """
    low, high = limits or window(g.people, k)
    far = np.zeros((g.n, g.n)) if distance is None else distance
    mean = int(g.people.sum()) / k
    # the floor comes from the balance, the ceiling from a supervisor's span: together exactly L to U
    off = max(1 - low / mean, high / mean - 1) + 1e-9
    return SectorsProblem(
        area_ids=g.ids,
        edges=g.edges,
        centre_ids=g.ids,
        centre_area=np.arange(g.n),
        travel_s=far.copy(),
        calls=g.people / (MILLION if objective == "compactness" else 1.0),
        covered_calls=np.zeros((g.n, g.n)),
        cover_calls=np.zeros(g.n),
        balance_names=("people",),
        balance=g.people[None].astype(np.float64),
        distance_m=M_PER_KM * far,
        border_m=np.ones(len(g.edges)),
        params=SectorsParams(
            district_ids=tuple(str(d + 1) for d in range(k)),
            balance_frac={"people": off},
            ceilings={"people": float(high)},
            objectives=(objective,),  # type: ignore[arg-type]
            contiguity=contiguity,
        ),
    )


def inertia_question(
    g: Graph, state: str, k: int, *, contiguity: bool = True, limits: tuple[int, int] | None = None
) -> SectorsProblem:
    """Return the moment of inertia of a state as a question; its value is :func:`inertia` of the objective."""
    far = distance_km(g, state)
    return question(g, k, objective="compactness", distance=far, contiguity=contiguity, limits=limits)


def hop_question(state: str, k: int) -> SectorsProblem:
    """Return the hops of a state's people of 2020 to their centres as a question."""
    g = hop_graph(state)
    return question(g, k, objective="travel", distance=hops(g))


def inertia(objective: float) -> float:
    """Return a spread around the centres in the unit of the published values: a million people x km2."""
    return objective / M_PER_KM**2


@cache
def known_inertia(level: str) -> dict[tuple[str, bool], dict[str, Any]]:
    """Return by state and whether contiguity is asked for: k, limits, status, optimum and fastest seconds published.

    Status is "optimal", "infeasible" or "open"; of the four contiguous formulations the strongest word counts.
    """
    found: dict[tuple[str, bool], dict[str, Any]] = {}
    for row in _rows("known_moment_of_inertia.csv"):
        if row["level"] == level:
            key = row["state"], row["contiguity_imposed"] == "yes"
            said = row["status"].split()[0]
            _keep(found, key, row, {"proven": "optimal"}.get(said, said), row["total_time_s"])
    return found


@cache
def known_perturbed() -> dict[tuple[str, int], dict[str, Any]]:
    """Return by state and number the same for the perturbed populations: 116 optima, 37 infeasible, 7 open."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for row in _rows("known_perturbed_county.csv"):
        name = row["population_file"].split(".")[0]
        said = {"infeasible": "infeasible", "?": "open"}.get(row["objective"], "optimal")
        _keep(found, (name[:2], int(name[3:])), row, said, row["total_time_s"])
    return found


def _keep(found: dict[Any, dict[str, Any]], key: Any, row: dict[str, str], said: str, seconds: str) -> None:
    if said not in ("optimal", "infeasible"):
        said = "open"
    known = found.setdefault(
        key, {"status": "open", "optimum": None, "seconds": math.inf, "k": int(row["k"])}
    )
    known["limits"] = int(row["L"]), int(row["U"])
    if said != "open":
        known["status"] = said
        known["optimum"] = float(row["objective"]) if said == "optimal" else None
        known["seconds"] = min(known["seconds"], float(seconds or math.inf))


@cache
def known_hops() -> dict[str, tuple[int, int]]:
    """Return by state the number of districts and the smallest number of hops published."""
    rows = [r for r in _rows("hop2020", "published_results_table2.csv") if r["Model"] == "Hess"]
    return {r["State"]: (int(r["Districts"]), int(r["Objective Value"])) for r in rows}


@cache
def known_feasibility() -> dict[str, dict[str, Any]]:
    """Return by state whether contiguous districts of whole counties exist: 19 states of 50 have a plan."""
    found: dict[str, dict[str, Any]] = {}
    for row in _rows("county_feasibility", "county-level-outputs.csv"):
        if row["Contiguity Imposed?"] == "TRUE":
            said = "open" if row["Feasible?"] == "TRUE" else "infeasible"
            found[row["State"]] = {"status": said, "optimum": None, "seconds": math.inf, "k": int(row["k"])}
    return found


def known_fl25() -> list[dict[str, float]]:
    """Return the rows of ``known_fl25.csv``: tolerance, plans, fewest links cut, how many plans cut so few."""
    return [{name: float(value) for name, value in row.items()} for row in _rows("fl25", "known_fl25.csv")]


def known_cut_edges() -> list[dict[str, str]]:
    """Return the rows of ``known_cut_edges.csv`` as they are."""
    return _rows("known_cut_edges.csv")


def cut_edges_plan(level: str, state: str, contiguity: bool) -> Ints:
    """Return a published plan of few links cut: the district of each unit, shape (n,)."""
    name = f"{level}_{state}_{'contig' if contiguity else 'none'}.json"
    return np.array(_json("cut_edges_plans", name)["assignment"], dtype=np.int64)


def inertia_plan(level: str, state: str, model: str) -> Ints | None:
    """Return a published plan of least inertia: the district of each unit, shape (n,); None where none is stored."""
    path = FOLDER / "moment_of_inertia_plans" / f"{level}_{state}_{model}.txt"
    if not path.is_file():
        return None
    of = dict(line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    named = [of[g] for g in graph(level, state).ids]
    return np.unique(named, return_inverse=True)[1].astype(np.int64)


def label_of(g: Graph, plan: SectorsPlan) -> Ints:
    """Return the district of each unit of a plan, shape (n,), counted from 0."""
    return np.unique([plan.district_of[i] for i in g.ids], return_inverse=True)[1].astype(np.int64)


def faults(
    g: Graph, label: Ints, k: int, *, contiguity: bool = True, limits: tuple[int, int] | None = None
) -> list[str]:
    """Judge a plan by whole numbers: k districts, each with L to U people, each in one piece."""
    low, high = limits or window(g.people, k)
    found = []
    if np.unique(label).size != k or label.size != g.n:
        found.append(f"{np.unique(label).size} districts over {label.size} units, not {k} over {g.n}")
    links = g.links()
    for d in np.unique(label):
        mine = np.flatnonzero(label == d)
        people = int(g.people[mine].sum())
        if not low <= people <= high:
            found.append(f"district {d} has {people} people, not {low} to {high}")
        pieces = connected_components(links[mine][:, mine], directed=False)[0]
        if contiguity and pieces > 1:
            found.append(f"district {d} is in {pieces} pieces")
    return found


def cut_links(g: Graph, label: Ints) -> int:
    """Count the links between districts."""
    return int((label[g.edges[:, 0]] != label[g.edges[:, 1]]).sum())


def least_cost(g: Graph, distance: Floats, label: Ints, power: int) -> float:
    """Return the sum over districts of people times distance to the power from the best unit of the district."""
    cost = distance**power * g.people[:, None]  # unit, centre
    return sum(float(cost[np.ix_(mine, mine)].sum(axis=0).min()) for mine in _members(label))


def _members(label: Ints) -> Iterable[Ints]:
    return (np.flatnonzero(label == d) for d in np.unique(label))

"""Recombination: accepted steps a second beside GerryChain, every step judged; fewest cut edges of published maps.

A step counts when the plan has changed by a valid recombination: draws that fail, or give back the same districts, are
counted apart. The judge below is plain Python over sets and sums and shares nothing with the engine. A district that
a step left alone was judged when it was made, so each step has its two new districts judged and the rest compared.
"""

from __future__ import annotations

import csv
import json
import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optimiser_models.sectors.recom.chain import FAILED, SAME, STEPS, STUCK, Chain, random_plan
from optimiser_models.sectors.recom.ground import Ground, ground
from optimiser_models.sectors.recom.shortest import Search

from tests.benchmarks.recom_peer import beside_gerrychain
from tests.benchmarks.spec import SHARED, Mode, Row, Suite, needs_shared

Ints = NDArray[np.int64]

TOLERANCE = 0.005
STEPS_ASKED, STEPS_QUICK, STEPS_SMOKE = 100_000, 10_000, 1_000
LEAST_STEPS_PER_S = 1_000.0
BATCH = 1_000
PEER_S, PEER_QUICK_S, PEER_SMOKE_S = 60.0, 5.0, 2.0
SEARCH_S, SEARCH_QUICK_S = 60.0, 5.0
IN_QUICK = ("NH", "MS", "AR")
SEED = 1
FOLDER = SHARED / "sectors" / "us_states"


@dataclass(frozen=True)
class Map:
    """Areas with work, links, and the window every district must lie in, ends included."""

    work: list[int]
    edges: list[list[int]]
    k: int
    low: int
    high: int

    def ground(self) -> Ground:
        """Return the engine's arrays; every link counts 1."""
        n = len(self.work)
        one_way = np.array(self.edges, dtype=np.int64)
        both = np.concatenate([one_way, one_way[:, ::-1]])
        both = both[np.lexsort((both[:, 1], both[:, 0]))]
        starts = np.concatenate([[0], np.cumsum(np.bincount(both[:, 0], minlength=n))])
        work = np.array(self.work, dtype=np.float64)
        return ground(
            starts, both[:, 1], np.ones(len(both)), work, np.array(self.low), np.array(self.high), self.k
        )


def _limits(work: list[int], edges: list[list[int]], k: int) -> Map:
    """Windows as published with the instances: within half a percent of the mean, in whole people."""
    total = sum(work)
    return Map(
        work, edges, k, math.ceil((1 - TOLERANCE) * total / k), math.floor((1 + TOLERANCE) * total / k)
    )


def grid(side: int, k: int) -> Map:
    """A square grid with uneven work, made up; always the same."""
    work = np.random.default_rng(SEED).integers(50, 150, side * side).tolist()
    edges = [[r * side + c, r * side + c + 1] for r in range(side) for c in range(side - 1)]
    edges += [[r * side + c, (r + 1) * side + c] for r in range(side - 1) for c in range(side)]
    return _limits(work, edges, k)


def tracts(state: str, k: int) -> Map:
    """Census tracts of a state, population of 2010."""
    needs_shared()
    graph = json.loads((FOLDER / "graphs" / "tract" / f"{state}.json").read_text(encoding="utf-8"))
    column = graph["node_fields"].index("pop2010")
    return _limits([int(node[column]) for node in graph["nodes"]], [list(e[:2]) for e in graph["edges"]], k)


class Judge:
    """Contiguity and balance by search over sets and plain sums."""

    def __init__(self, m: Map) -> None:
        self.m = m
        self.near: list[list[int]] = [[] for _ in m.work]
        for u, v in m.edges:
            self.near[u].append(v)
            self.near[v].append(u)

    def district(self, areas: set[int]) -> str:
        """Return what is wrong with one district, "" if nothing."""
        amount = sum(self.m.work[i] for i in areas)
        if not self.m.low <= amount <= self.m.high:
            return f"a district has {amount}, not {self.m.low} to {self.m.high}"
        left = set(areas)
        stack = [left.pop()] if left else []
        while stack:
            for v in self.near[stack.pop()]:
                if v in left:
                    left.remove(v)
                    stack.append(v)
        return f"{len(left)} areas are cut off from their district" if left or not areas else ""

    def plan(self, label: list[int]) -> str:
        """Return what is wrong with a whole plan."""
        found = [self.district({i for i, d in enumerate(label) if d == name}) for name in range(self.m.k)]
        strange = set(label) - set(range(self.m.k))
        return f"unknown districts {strange}" if strange else next((f for f in found if f), "")

    def step(self, before: NDArray[np.int16], after: NDArray[np.int16]) -> str:
        """Return what is wrong with a step between plans, the first of which was judged."""
        moved = np.flatnonzero(before != after)
        names = {int(d) for d in before[moved]} | {int(d) for d in after[moved]}
        if len(names) != 2:
            return f"a step changed {len(names)} districts, not two"
        new = [set(np.flatnonzero(after == d).tolist()) for d in names]
        old = [set(np.flatnonzero(before == d).tolist()) for d in names]
        if new[0] in old:
            return "a step gave back the same districts"
        return self.district(new[0]) or self.district(new[1])

    def cut_edges(self, label: list[int]) -> int:
        """Return how many links run between districts."""
        return sum(label[u] != label[v] for u, v in self.m.edges)


def steps(m: Map, n_steps: int, peer_s: float) -> dict[str, Any]:
    """Walk ``n_steps`` accepted steps, judge every one, and let GerryChain walk from the same plan."""
    g, judge = m.ground(), Judge(m)
    began = time.perf_counter()
    warm = random_plan(g, SEED)
    if warm is not None:
        Chain.of(g, warm, SEED).steps(1, keep=1)
    build_s = time.perf_counter() - began
    start = random_plan(g, SEED + 1)
    assert start is not None, "no plan to start from"
    chain = Chain.of(g, start, SEED)
    wrong, spent_s, busy_s = judge.plan(start.tolist()), 0.0, 0.0
    before = start.astype(np.int16)
    while chain.tally[STEPS] < n_steps and not chain.tally[STUCK] and not wrong:
        began, began_busy = time.perf_counter(), time.process_time()
        plans = chain.steps(min(BATCH, n_steps - int(chain.tally[STEPS])), keep=BATCH)
        spent_s += time.perf_counter() - began
        busy_s += time.process_time() - began_busy
        for after in plans:
            wrong = wrong or judge.step(before, after)
            before = after
    fewest = int(chain.best_length)
    wrong = wrong or judge.plan(chain.best.tolist())
    if not wrong and judge.cut_edges(chain.best.tolist()) != fewest:
        wrong = f"the best plan has {judge.cut_edges(chain.best.tolist())} cut edges, not {fewest}"
    rate = int(chain.tally[STEPS]) / max(spent_s, 1e-9)
    peer = beside_gerrychain(m.edges, [float(w) for w in m.work], start.tolist(), TOLERANCE, peer_s, SEED)
    enough = int(chain.tally[STEPS]) >= n_steps
    return {
        "size": f"{len(m.work)} areas, {len(m.edges)} links, {m.k} districts, {TOLERANCE:.1%}",
        "status": f"{int(chain.tally[STEPS])} steps, each judged",
        "objective": rate,
        "bound": None,
        "gap": None,
        "build_s": build_s,
        "solve_s": spent_s,
        "reached": enough and rate >= LEAST_STEPS_PER_S and not wrong,
        "wrong": wrong,
        "steps a second": round(rate, 1),
        "steps a second of processor time": round(int(chain.tally[STEPS]) / max(busy_s, 1e-9), 1),
        "draws without a fitting cut, same districts": [int(chain.tally[FAILED]), int(chain.tally[SAME])],
        "fewest cut edges met": fewest,
        "gerrychain": peer,
        "times as fast": round(rate / peer["steps a second"], 1) if isinstance(peer, dict) else None,
    }


def published() -> dict[str, dict[str, str]]:
    """Contiguous tract instances by state."""
    needs_shared()
    with (FOLDER / "known_cut_edges.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {r["state"]: r for r in rows if r["level"] == "tract" and r["contiguity"] == "contig"}


def fewest(state: str, seconds: float) -> dict[str, Any]:
    """Search for few cut edges for given seconds; the plan is judged, its cut edges counted anew."""
    known = published()[state]
    m = tracts(state, int(known["k"]))
    best, lower = int(known["best_published_cut_edges"]), int(known["best_published_lower_bound"])
    limits = [int(known["L"]), int(known["U"])]
    assert [m.low, m.high] == limits, f"windows {m.low}, {m.high} are not the published {limits}"
    answer = _searched(m, seconds, best)
    found = answer["objective"]
    answer["bound"], answer["gap"] = lower, None if found is None else (found - lower) / found
    answer["reached"] = found is not None and found <= best and not answer["wrong"]
    answer["published"] = f"{best}, {known['status']}, at least {lower}"
    return answer


def _searched(m: Map, seconds: float, published_best: int | None) -> dict[str, Any]:
    g, judge = m.ground(), Judge(m)
    began = time.perf_counter()
    small = grid(4, 2)
    Search(Map(small.work, small.edges, 2, 0, sum(small.work)).ground(), SEED).hop()  # compiles
    build_s = time.perf_counter() - began
    search = Search(g, SEED)
    began = time.perf_counter()
    met: list[str] = []
    at_published = None
    while time.perf_counter() - began < seconds:
        length = search.length
        if not search.hop():
            break
        now = time.perf_counter() - began
        if search.length < length:
            met.append(f"{search.length:.0f} at {now:.2f} s")
        if published_best is not None and at_published is None and search.length <= published_best:
            at_published = round(now, 2)
    spent_s = time.perf_counter() - began
    label = None if search.best is None else search.best.tolist()
    wrong = "" if label is None else judge.plan(label)
    objective = None if label is None else judge.cut_edges(label)
    if label is not None and objective != search.length:
        wrong = wrong or f"the search says {search.length}, the plan has {objective} cut edges"
    return {
        "size": f"{len(m.work)} areas, {len(m.edges)} links, {m.k} districts",
        "status": f"{search.n_hops} hops, {search.n_starts} starts",
        "objective": objective,
        "bound": None,
        "gap": None,
        "build_s": build_s,
        "solve_s": spent_s,
        "reached": objective is not None and not wrong,
        "wrong": wrong,
        "met": met,
        "published value reached after s": at_published,
    }


def _steps_row(mode: Mode) -> dict[str, Any]:
    full = mode == "full"
    return steps(tracts("MS", 4), STEPS_ASKED if full else STEPS_QUICK, PEER_S if full else PEER_QUICK_S)


def _fewest_row(state: str) -> Row:
    def run(mode: Mode) -> dict[str, Any]:
        return fewest(state, SEARCH_S if mode == "full" else SEARCH_QUICK_S)

    return Row(f"fewest cut edges, {state} tracts", run, quick=state in IN_QUICK, limit_s=600.0)


SUITE = Suite(
    "recom",
    "recombination: 1,000 accepted steps a second on MS tracts, every step judged; fewest cut edges",
    (
        Row(
            "grid, 12 x 12, 4 parts",
            lambda _: steps(grid(12, 4), STEPS_SMOKE, PEER_SMOKE_S),
            quick=True,
            smoke=True,
            limit_s=600.0,
        ),
        Row("grid, shortest border", lambda _: _searched(grid(12, 4), 2.0, None), quick=True, smoke=True),
        Row("MS tracts, steps", _steps_row, quick=True),
        *(_fewest_row(state) for state in ("NH", "ID", "ME", "NM", "NE", "MS", "AR")),
    ),
)

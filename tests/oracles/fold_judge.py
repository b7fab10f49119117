"""A second judge of fold tables, written on graphs and partitions, and tables corrupted for both to judge."""

from __future__ import annotations

from collections import Counter
from itertools import chain, combinations, pairwise

import networkx as nx
import numpy as np

from optimiser.problems.fold import FoldPlan, FoldProblem


def second_judge(problem: FoldProblem, plan: FoldPlan) -> set[str]:
    """Return the names of the broken rules."""
    p, broken = problem.params, set()
    graph = nx.Graph()
    graph.add_nodes_from(problem.beat_ids)
    graph.add_edges_from((problem.beat_ids[i], problem.beat_ids[j]) for i, j in problem.edges)
    work = dict(zip(problem.beat_ids, problem.work, strict=True))
    if set(plan.groups_at) != set(range(p.fewest_cars, len(graph))) | set(problem.numbers_of_cars):
        broken.add("numbers of cars")
    for k, groups in plan.groups_at.items():
        named = Counter(chain.from_iterable(groups))
        if len([g for g in groups if g]) != k or len(groups) != k:
            broken.add("one group a car")
        if set(named) - set(graph):
            broken.add("known beats")
        if any(named[b] != 1 for b in graph):
            broken.add("every beat")
        for group in groups:
            mine = [b for b in dict.fromkeys(group) if b in graph]
            if p.contiguity and mine and not nx.is_connected(graph.subgraph(mine)):
                broken.add("contiguity")
            if any(set(pair) <= set(group) for pair in p.apart):
                broken.add("kept apart")
            if p.most_beats and len(mine) > p.most_beats + p.relax.get("most beats", 0):
                broken.add("most beats")
            heavy = k * sum(work[b] for b in mine) / sum(work.values()) - 1
            if len(mine) > 1 and heavy > p.most_over_frac + p.relax.get("load", 0) + 1e-6:
                broken.add("load")
    for more, fewer in pairwise(sorted(plan.groups_at, reverse=True)):
        once = [Counter(chain.from_iterable(plan.groups_at[k])) for k in (more, fewer)]
        for a, b in combinations(problem.beat_ids, 2):
            sure = all(c[x] == 1 for c in once for x in (a, b))
            with_more, with_fewer = (any(a in g and b in g for g in plan.groups_at[k]) for k in (more, fewer))
            if sure and with_more and not with_fewer:
                broken.add("nested")
    return broken


def corrupt(problem: FoldProblem, plan: FoldPlan, rng: np.random.Generator) -> FoldPlan:
    """Spoil one to three decisions: a beat moved, named twice, left out or made up; a row lost or added."""
    table = {k: [list(g) for g in groups] for k, groups in plan.groups_at.items()}
    for _ in range(int(rng.integers(1, 4))):
        k = int(rng.choice(sorted(table)))
        groups = table[k]
        here, there = (groups[int(i)] for i in rng.integers(len(groups), size=2))
        what = rng.integers(8)
        if what <= 3 and here:
            there.append(here.pop(int(rng.integers(len(here)))))
        elif what == 4:
            there.append(str(rng.choice(problem.beat_ids)))
        elif what == 5 and here:
            here.pop()
        elif what == 6:
            there.append("nowhere")
        elif len(table) > 1 and rng.random() < 0.5:
            table.pop(k)
        else:
            table[k + 1] = [list(g) for g in groups]
    return FoldPlan({k: tuple(tuple(g) for g in groups) for k, groups in table.items()})

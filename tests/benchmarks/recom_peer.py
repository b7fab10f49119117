"""Recombination by GerryChain 1.0 on the same map, from the same plan, with the same tolerance, for given seconds.

GerryChain is no part of this product and asks for newer versions of what we use, so it runs in a process of its own:
``pip install gerrychain==1.0.0`` into any environment and name its interpreter in ``GERRYCHAIN_PYTHON``; without
that variable our own interpreter is asked. Where it is missing the row says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MISSING = "peer not installed: pip install gerrychain==1.0.0, its interpreter in GERRYCHAIN_PYTHON"
_NO_PEER = 3
SLACK_S = 300.0
"""Further seconds its process has to start, to draw its last plan and to end."""
BURST = 10


def beside_gerrychain(
    edges: list[list[int]], work: list[float], start: list[int], tolerance: float, seconds: float, seed: int
) -> dict[str, Any] | str:
    """Return steps a second and the fewest cut edges of a chain, and the fewest of short bursts."""
    asked = {
        "edges": edges,
        "work": work,
        "start": start,
        "tolerance": tolerance,
        "seconds": seconds,
        "seed": seed,
    }
    interpreter = os.environ.get("GERRYCHAIN_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "asked.json"
        path.write_text(json.dumps(asked), encoding="utf-8")
        try:
            done = subprocess.run(
                [interpreter, str(Path(__file__)), str(path)],
                capture_output=True,
                text=True,
                timeout=2 * seconds + SLACK_S,
                check=False,
                env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"peer did not run: {error}"
    if done.returncode == _NO_PEER:
        return MISSING
    if done.returncode:
        return f"peer failed: {done.stderr.strip().splitlines()[-1:]}"
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _measure(asked: dict[str, Any]) -> dict[str, Any]:
    """Run inside GerryChain's environment; nothing of ours is imported."""
    from importlib.metadata import version

    import gerrychain
    import networkx
    from gerrychain.optimization import SingleMetricOptimizer
    from gerrychain.proposals import build_recom_proposal_fn

    graph = networkx.Graph()
    for i, amount in enumerate(asked["work"]):
        graph.add_node(i, work=amount)
    graph.add_edges_from(asked["edges"])
    k = max(asked["start"]) + 1
    target = sum(asked["work"]) / k
    first = gerrychain.Partition(
        gerrychain.Graph.from_networkx(graph),
        dict(enumerate(asked["start"])),
        updaters={
            "work": gerrychain.updaters.Tally("work", alias="work"),
            "cut_edges": gerrychain.updaters.cut_edges,
        },
    )
    proposal = build_recom_proposal_fn("work", target, asked["tolerance"], pair_selection="cut_edges")
    balanced = gerrychain.constraints.within_percent_of_ideal_population(
        first, asked["tolerance"], pop_key="work"
    )
    chain = gerrychain.MarkovChain(
        proposal, [balanced], gerrychain.accept.always_accept, first, 10**9, rng=asked["seed"]
    )
    changed, draws, fewest = 0, 0, len(first["cut_edges"])
    before = None
    began = time.perf_counter()
    for state in chain:
        now = frozenset(state.parts.values())
        changed += before is not None and now != before
        draws += before is not None
        before = now
        fewest = min(fewest, len(state["cut_edges"]))
        if time.perf_counter() - began > asked["seconds"]:
            break
    took = time.perf_counter() - began
    optimizer = SingleMetricOptimizer(
        proposal,
        [balanced],
        first,
        lambda p: len(p["cut_edges"]),
        maximize=False,
        rng=asked["seed"],
    )
    began = time.perf_counter()
    for _ in optimizer.short_bursts(BURST, 10**9):
        if time.perf_counter() - began > asked["seconds"]:
            break
    return {
        "steps a second": round(changed / took, 1),
        "plans": draws,
        "seconds": round(took, 1),
        "fewest cut edges, chain": fewest,
        "fewest cut edges, short bursts in the same time": int(optimizer.best_score),
        "version": version("gerrychain"),
    }


if __name__ == "__main__":
    try:
        import gerrychain  # noqa: F401
    except ImportError:
        sys.exit(_NO_PEER)
    print(json.dumps(_measure(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
